import shutil
from contextlib import closing
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from summarizer.config import DecodeConfig, Limits
from summarizer.errors import OutputError, SummarizerError
from summarizer.media import (
    pictures_at,
    playable,
    preview,
    probe,
    stream_pictures,
    stream_sound,
)
from tests import clips

LIMITS = Limits()


def plays(path) -> bool:
    return playable(path, probe(path, LIMITS), LIMITS)


def previewed(path, target):
    """The preview of path at target, probed."""
    shares = list(preview(path, probe(path, LIMITS), target, LIMITS))
    assert shares == sorted(shares) and shares[-1] == 1.0 and shares[0] >= 0
    return probe(target, LIMITS)


def left_in(folder) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


# -- what plays as it is --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec", "sound", "expected"),
    [
        ("a.mp4", "libx264", "aac", True),
        ("a.mp4", "libx264", "libmp3lame", True),
        ("a.webm", "libvpx", "libopus", True),
        ("a.webm", "libvpx-vp9", "libopus", True),
        ("a.mov", "libx264", "aac", False),
        ("a.mkv", "libx264", "aac", False),
        ("a.avi", "mpeg4", "libmp3lame", False),
        ("a.mp4", "mpeg4", "aac", False),
        ("a.mp4", "libx265", "aac", False),
        ("a.mp4", "libx264", "ac3", False),
        ("a.ts", "libx264", "aac", False),
    ],
)
def test_what_chromium_plays(tmp_path, name, codec, sound, expected):
    path = clips.film(
        tmp_path / name, clips.shot(1, 10), codec=codec, sound=clips.tone(0.4), sound_codec=sound
    )
    assert plays(path) is expected


@pytest.mark.parametrize("pixels", ["yuv420p10le", "yuv444p", "yuv422p"])
def test_pixels_that_chromium_does_not_play(tmp_path, pixels):
    assert not plays(clips.film(tmp_path / "a.mp4", clips.shot(1, 5), pixels=pixels))


def test_a_film_in_the_wrong_clothes(tmp_path, silent_clip):
    assert plays(silent_clip)
    assert not plays(shutil.copy(silent_clip, tmp_path / "a.avi"))
    phone = clips.film(tmp_path / "phone.mov", clips.shot(1, 5))
    assert not plays(shutil.copy(phone, tmp_path / "phone.mp4"))  # its brand is still QuickTime's


@pytest.mark.parametrize(
    ("name", "codec", "expected"),
    [
        ("a.m4a", "aac", True),
        ("a.mp3", "libmp3lame", True),
        ("a.wav", "pcm_s16le", True),
        ("a.flac", "flac", True),
        ("a.ogg", "libopus", True),
        ("a.aiff", "pcm_s16be", False),
        ("a.mov", "pcm_s16le", False),
    ],
)
def test_which_sounds_chromium_plays(tmp_path, name, codec, expected):
    sound = clips.tone(1, rate=48_000)
    path = clips.film(tmp_path / name, sound=sound, sound_rate=48_000, sound_codec=codec)
    assert plays(path) is expected


# -- a copy that plays ----------------------------------------------------------------------------


def test_a_phone_clip_gets_a_copy_that_plays(tmp_path):
    source = clips.hevc(tmp_path / "phone.mov")
    assert not plays(source)
    video = previewed(source, tmp_path / "preview.mp4")
    assert plays(tmp_path / "preview.mp4")
    assert video.seconds == pytest.approx(3, abs=0.1) and video.has_audio
    assert left_in(tmp_path) == ["phone.mov", "preview.mp4"]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_copy_is_upright_with_square_pixels(tmp_path, rotation):
    image = clips.stored(clips.corners(), rotation, Fraction(3, 2))
    source = clips.film(tmp_path / "a.mkv", [image] * 10, rotation=rotation, aspect=Fraction(3, 2))
    target = tmp_path / "preview.mp4"
    video = previewed(source, target)
    assert (video.rotation, video.aspect) == (0, 1)
    assert np.abs(np.array(video.size) - probe(source, LIMITS).size).max() <= 1
    image = pictures_at(target, video, [0.2], 320, LIMITS).frames[0]
    top, bottom = image[20], image[-20]
    assert [top[20].argmax(), top[-20].argmax(), bottom[20].argmax()] == [0, 1, 2]
    assert bottom[-20].min() > 180


@pytest.mark.parametrize(
    ("size", "expected"),
    [((1920, 1080), (1280, 720)), ((1080, 1920), (720, 1280)), ((2400, 400), (1280, 214))],
)
def test_a_copy_has_720_lines_at_most(tmp_path, size, expected):
    source = clips.film(tmp_path / "a.mkv", [np.full((*size[::-1], 3), 90, np.uint8)] * 2)
    assert previewed(source, tmp_path / "preview.mp4").size == expected


@pytest.mark.parametrize("size", [(2, 2), (16, 16), (322, 182)])
def test_a_small_copy_stays_small(tmp_path, size):
    source = clips.film(tmp_path / "a.mkv", clips.shot(1, 5, size))
    assert previewed(source, tmp_path / "preview.mp4").size == size


def test_a_copy_keeps_time(tmp_path):
    """Pictures and sound are where they were, though the clip begins late and varies its rate."""
    times = [0.5 + time for time in clips.slowing(6)]
    source = clips.film(
        tmp_path / "a.mkv",
        clips.flashes(times, [1.5, 5.5]),
        times=times,
        fps=30,
        sound=clips.beeps(7, [1.5, 5.5]),
    )
    target = tmp_path / "preview.mp4"
    video = previewed(source, target)
    decode = DecodeConfig(picture_rate=30.0)
    bright = [
        time
        for batch in stream_pictures(target, video, decode, LIMITS)
        for time, image in zip(batch.times, batch.frames, strict=True)
        if image.mean() > 200
    ]
    assert bright[0] == pytest.approx(1.5, abs=0.05) and 5.45 < bright[-1] < 5.65
    (sound,) = stream_sound(target, video, 20.0, LIMITS)
    loud = np.flatnonzero(np.abs(sound.samples) > 0.3) / sound.rate
    assert loud[0] == pytest.approx(1.5, abs=0.03)
    assert loud[-1] == pytest.approx(5.6, abs=0.03)


def test_a_copy_of_sound_alone(tmp_path):
    source = clips.sound_only(tmp_path / "a.mka", sound_codec="flac")
    video = previewed(source, tmp_path / "preview.mp4")
    assert (video.has_picture, video.has_audio) == (False, True)
    assert plays(tmp_path / "preview.mp4")


def test_a_copy_of_a_cut_off_clip(tmp_path):
    whole = clips.film(tmp_path / "w.mp4", clips.shots((4, 4)), container={"movflags": "faststart"})
    source = tmp_path / "cut.mp4"
    source.write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert previewed(source, tmp_path / "preview.mp4").seconds > 2


@pytest.mark.parametrize("name", ["-y.mov", 'it\'s "a" %d 😀.mov', "concat:x|y.mov"])
def test_any_name_is_just_a_name(tmp_path, name):
    source = clips.film(tmp_path / "a.mov", clips.shot(1, 5)).rename(tmp_path / name)
    assert previewed(source, tmp_path / f"preview of {name}.mp4").size == (320, 180)


# -- stopped or failing ---------------------------------------------------------------------------


def test_closing_leaves_nothing(tmp_path):
    source = clips.film(tmp_path / "a.mov", clips.shots((10, 10), size=(640, 360)))
    target = tmp_path / "preview.mp4"
    with closing(preview(source, probe(source, LIMITS), target, LIMITS)) as shares:
        next(shares)
    assert left_in(tmp_path) == ["a.mov"]


def test_a_folder_that_is_not_there(tmp_path, silent_clip):
    target = tmp_path / "nowhere" / "preview.mp4"
    with pytest.raises(SummarizerError) as error:
        list(preview(silent_clip, probe(silent_clip, LIMITS), target, LIMITS))
    assert isinstance(error.value, OutputError) and "\n" not in str(error.value)
    assert left_in(tmp_path) == []


def test_a_clip_that_vanished(tmp_path, silent_clip):
    source = shutil.copy(silent_clip, tmp_path / "a.mp4")
    video = probe(source, LIMITS)
    source.unlink()
    with pytest.raises(SummarizerError):
        list(preview(source, video, tmp_path / "preview.mp4", LIMITS))
    assert left_in(tmp_path) == []


def test_too_little_memory_is_a_sentence(tmp_path, silent_clip):
    video = probe(silent_clip, LIMITS)
    tight = replace(LIMITS, worker_memory=8 << 20)
    with pytest.raises(SummarizerError) as error:
        list(preview(silent_clip, video, tmp_path / "preview.mp4", tight))
    assert "\n" not in str(error.value)
    assert left_in(tmp_path) == []
