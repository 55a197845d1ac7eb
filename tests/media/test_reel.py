"""The reel is what the plan says: the right stretches, upright, in step with their sound."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.config import Limits
from summarizer.errors import MediaError, OutputError
from summarizer.files import FOLDER
from summarizer.media import probe
from summarizer.media.reel import SOUND_RATE, Crop, _plan, _steady, reel
from tests import clips

LIMITS = Limits()
IN_STEP = 0.040  # seconds sound, picture and plan may be apart
# off every frame grid, not in order, each around one blink, the last to the very end
SPANS = [(2.713, 3.6), (0.437, 1.551), (4.9, 5.777), (6.617, 8.0)]


@dataclass(frozen=True)
class Film:
    """A reel as another decoder sees it."""

    times: np.ndarray  # (frames,) seconds
    frames: list[np.ndarray]  # RGB
    sound: np.ndarray  # (samples, channels), sample n at n / rate seconds
    rate: int
    streams: tuple[str, ...]  # codec names


def seen(path: Path) -> Film:
    with av.open(str(path)) as file:
        streams = tuple(stream.codec_context.name for stream in file.streams)
    times, frames, sound, rate = [], [], np.zeros((0, 2), np.float32), SOUND_RATE
    with contextlib.suppress(IndexError), av.open(str(path)) as file:
        for frame in file.decode(file.streams.video[0]):
            times.append(frame.time)
            frames.append(frame.to_ndarray(format="rgb24"))
    with contextlib.suppress(IndexError), av.open(str(path)) as file:
        blocks = [(each.time, each.to_ndarray().T) for each in file.decode(file.streams.audio[0])]
        rate = file.streams.audio[0].rate
        assert all(abs(b[0] - a[0] - len(a[1]) / rate) < 1e-3 for a, b in pairwise(blocks)), (
            "the sound has a hole"
        )
        assert abs(blocks[0][0]) < 1e-3
        sound = np.concatenate([block for _, block in blocks])
    return Film(np.array(times), frames, sound, rate, streams)


def made(
    source: Path, spans: Sequence[tuple[float, float]], target: Path, crop: Crop | None = None
) -> Film:
    shares = list(reel(source, probe(source, LIMITS), spans, target, LIMITS, crop))
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert [path.name for path in target.parent.iterdir() if ".part" in path.name] == []
    return seen(target)


def onsets(level: np.ndarray, rate: float | np.ndarray, gap: float = 0.5) -> list[float]:
    """When a level rises above half of its highest, at most once in `gap` seconds."""
    times = np.arange(len(level)) / rate if np.isscalar(rate) else rate
    loud = times[level > level.max() / 2]
    return [float(t) for n, t in enumerate(loud) if n == 0 or t - loud[n - 1] > gap]


def level(sound: np.ndarray, rate: int, window: float = 0.005) -> np.ndarray:
    """Root mean square over a short window around each sample."""
    width = round(window * rate)
    power = np.convolve(np.mean(sound**2, axis=1), np.full(width, 1 / width), "same")
    return np.sqrt(np.maximum(power, 0))


def planned(spans: Sequence[tuple[float, float]], moments: Sequence[float]) -> list[float]:
    """When the moments of the source come in a reel of the spans, by the plan."""
    starts = accumulate((end - start for start, end in spans), initial=0.0)
    return [
        at + moment - start
        for at, (start, end) in zip(starts, spans, strict=False)
        for moment in moments
        if start <= moment < end
    ]


# -- in step --------------------------------------------------------------------------------------


SOURCES = {
    "constant": lambda path: clips.flash_and_beep(path, fps=30),
    "film rate": lambda path: clips.flash_and_beep(path, fps=Fraction(24000, 1001)),
    "variable": clips.variable,
    "rotated": lambda path: clips.turned(path, rotation=90),
    "squeezed": clips.squeezed,
    "sparse keys": lambda path: clips.flash_and_beep(path, options={"g": "500", "bf": "3"}),
}


@pytest.mark.parametrize("kind", SOURCES)
def test_flash_and_beep_stay_together_and_where_the_plan_puts_them(kind, tmp_path):
    source = SOURCES[kind](tmp_path / "source.mp4")
    film = made(source, SPANS, tmp_path / "reel.mp4")

    white = np.array([frame.mean() for frame in film.frames])
    flashes = onsets(white, film.times)
    beeps = onsets(level(film.sound, film.rate), film.rate)
    wanted = planned(SPANS, clips.BLINKS)
    assert len(wanted) == len(flashes) == len(beeps) == 4
    for plan, flash, beep in zip(wanted, flashes, beeps, strict=True):
        assert abs(flash - beep) <= IN_STEP
        assert abs(flash - plan) <= IN_STEP
        assert abs(beep - plan) <= 0.010

    frame = 1 / 15
    total = sum(end - start for start, end in SPANS)
    assert film.times[-1] + np.diff(film.times).mean() == pytest.approx(total, abs=frame)
    assert len(film.sound) / film.rate == pytest.approx(total, abs=frame)
    np.testing.assert_allclose(np.diff(film.times), np.diff(film.times).mean(), atol=1e-3)

    dark = film.frames[int(np.argmin(white))].astype(int)
    height, width = dark.shape[:2]
    assert (width, height) == (320, 180)
    corners = clips.corners() // 3
    for y, x in ((20, 20), (20, 300), (160, 20), (160, 300)):
        assert np.abs(dark[y - 4 : y + 4, x - 4 : x + 4].mean((0, 1)) - corners[y, x]).max() < 12


PATH = ((0.4, 0.2, 0.5), (1.6, 0.7, 0.5), (2.7, 0.1, 0.5), (3.1, 0.1, 0.5), (3.1, 0.9, 0.5))


@pytest.mark.parametrize("kind", ["constant", "variable", "rotated", "squeezed"])
def test_a_crop_that_moves_and_jumps_changes_nothing_of_that(kind, tmp_path):
    source = SOURCES[kind](tmp_path / "source.mp4")
    film = made(source, SPANS, tmp_path / "reel.mp4", Crop(Fraction(9, 16), PATH))
    flashes = onsets(np.array([frame.mean() for frame in film.frames]), film.times)
    beeps = onsets(level(film.sound, film.rate), film.rate)
    wanted = planned(SPANS, clips.BLINKS)
    assert len(wanted) == len(flashes) == len(beeps) == 4
    np.testing.assert_allclose(flashes, wanted, atol=IN_STEP)
    np.testing.assert_allclose(beeps, wanted, atol=0.010)
    assert film.frames[0].shape == (180, 102, 3)


def test_a_crop_lies_where_its_path_says(tmp_path):
    """Columns carry their own place: frames show where they were cut out."""
    ramp = np.broadcast_to(np.linspace(20, 235, 320).astype(np.uint8)[None, :, None], (180, 320, 3))
    source = clips.film(tmp_path / "s.mp4", [ramp] * 100, fps=25)
    crop = Crop(Fraction(1), ((0.0, 0.0, 0.5), (1.0, 0.3, 0.5), (3.0, 1.0, 0.5), (3.0, 0.4, 0.5)))
    film = made(source, [(0.5, 2.0), (2.5, 3.5)], tmp_path / "reel.mp4", crop)
    moments = np.concatenate([np.arange(0.5, 2.0, 0.04), np.arange(2.5, 3.5, 0.04)])[:62]
    ends, places = [0, 1, 3, 3.0001, 4], [0.0, 0.3, 1.0, 0.4, 0.4]
    wanted = np.clip(np.interp(moments, ends, places), 90 / 320, 1 - 90 / 320)
    shown = np.array([(frame.mean() - 20) / 215 for frame in film.frames[:62]])
    near = np.abs(moments - 3.0) > 0.05
    np.testing.assert_allclose(shown[near], wanted[near], atol=0.02)


def test_spans_on_frames_give_exactly_these_frames(tmp_path):
    source = clips.film(
        tmp_path / "source.mp4", clips.numbered(150), fps=Fraction(30000, 1001), options={"g": "40"}
    )
    frame = 1001 / 30000
    spans = [(n * frame, (n + count) * frame) for n, count in ((7, 9), (40, 1), (100, 50), (0, 5))]
    film = made(source, spans, tmp_path / "reel.mp4")
    wanted = [*range(7, 16), 40, *range(100, 150), *range(5)]
    assert [clips.number_in(image) for image in film.frames] == wanted
    np.testing.assert_allclose(film.times, np.arange(65) * frame, atol=2e-4)


def test_many_cuts_add_no_delay(tmp_path):
    source = clips.film(
        tmp_path / "source.mp4",
        clips.numbered(300),
        fps=25,
        sound=clips.tone(12),
        options={"g": "60"},
    )
    spans = [(0.213 + 0.71 * n % 11, 0.213 + 0.71 * n % 11 + 0.237) for n in range(30)]
    film = made(source, spans, tmp_path / "reel.mp4")
    assert len(film.frames) == round(30 * 0.237 * 25)
    for at, image in zip(film.times, film.frames, strict=True):
        cut, within = divmod(float(at) + 1e-6, 0.237)
        shown = (clips.number_in(image) + 0.5) / 25  # the middle of its time on the screen
        here = abs(shown - (spans[int(cut)][0] + within + 0.02)) <= 0.021
        near_a_cut = min(within, 0.237 - within) <= 0.021
        assert here or near_a_cut
    assert len(film.sound) / film.rate == pytest.approx(30 * 0.237, abs=0.045)


@given(
    st.lists(
        st.tuples(st.floats(0, 500), st.floats(0.001, 30)).map(lambda s: (s[0], s[0] + s[1])),
        min_size=1,
        max_size=30,
    ),
    st.sampled_from([Fraction(15), Fraction(24000, 1001), Fraction(30), Fraction(60), SOUND_RATE]),
)
def test_the_plan_is_kept_to_half_a_frame_at_every_cut(spans, rate):
    rate = Fraction(rate)
    pieces = list(_plan(spans, rate))
    frames = list(accumulate((piece.frames for piece in pieces), initial=0))
    samples = list(accumulate((piece.samples for piece in pieces), initial=0))
    ends = list(accumulate((end - start for start, end in spans), initial=0.0))
    tiny = sum(end - start < 1 / rate for start, end in spans)  # become a whole frame each
    assert all(piece.frames >= 1 for piece in pieces)
    for frame, sample, end in zip(frames, samples, ends, strict=True):
        assert abs(float(frame / rate) - end) <= (0.5 + tiny) / rate + 1e-9
        assert abs(sample / SOUND_RATE - float(frame / rate)) <= 0.5 / SOUND_RATE + 1e-9
    for piece, (start, _), frame, end in zip(pieces, spans, frames, ends, strict=False):
        moved = piece.start - start
        assert piece.start >= 0
        assert moved == pytest.approx(float(frame / rate) - end, abs=1e-6) or piece.start == 0


@pytest.mark.parametrize(
    ("average", "constant"),
    [
        (Fraction(30), Fraction(30)),
        (Fraction(30000, 1001), Fraction(30000, 1001)),
        (Fraction(24000, 1001), Fraction(24000, 1001)),
        (Fraction(2997, 100), Fraction(30000, 1001)),
        (Fraction(25), Fraction(25)),
        (Fraction(60000, 1001), Fraction(60000, 1001)),
        (Fraction(120), Fraction(60)),
        (Fraction(25, 2), Fraction(25)),
        (Fraction(10), Fraction(20)),  # each frame twice
        (Fraction(1), Fraction(15)),
        (Fraction(1, 2), Fraction(30)),
        (Fraction(1705500, 73969), Fraction(30)),  # a variable one of 23.06 on average
        (Fraction(3200, 27), Fraction(60)),
        (Fraction(90000), Fraction(60)),
        (Fraction(0), Fraction(30)),
    ],
)
def test_the_rate_is_the_videos_made_constant_and_sane(average, constant):
    assert _steady(average) == constant


# -- sound ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def hum(tmp_path_factory) -> Path:
    """A steady tone, louder on the left, that would click wherever it is cut."""
    left = clips.tone(8, 400.0, 0.5)
    sound = np.stack([left, left / 2], axis=1)
    return clips.film(
        tmp_path_factory.mktemp("hum") / "hum.mp4", clips.shots((8,)), sound=sound, fps=25
    )


def test_each_join_fades_so_that_nothing_clicks_and_loudness_is_kept(hum, tmp_path):
    spans = [(1.0, 2.51), (3.3, 4.81), (6.0, 7.0)]
    film = made(hum, spans, tmp_path / "reel.mp4")
    loud = level(film.sound[:, :1], film.rate, 0.01)
    steepest = 0.5 * 2 * np.pi * 400 / film.rate  # of the tone itself, a sample
    assert np.abs(np.diff(film.sound[:, 0])).max() < 2 * steepest  # a bare cut steps by up to 1
    for cut in (1.51, 3.02):
        around = loud[round((cut - 0.03) * film.rate) : round((cut + 0.03) * film.rate)]
        assert around.min() < 0.12
        assert around[0] == pytest.approx(0.5 / 2**0.5, rel=0.15)  # AAC ripples
        assert around[-1] == pytest.approx(0.5 / 2**0.5, rel=0.15)  # AAC ripples
    middle = film.sound[round(0.1 * film.rate) : round(1.4 * film.rate)]
    assert np.sqrt(np.mean(middle**2, axis=0)) == pytest.approx([0.5 / 2**0.5, 0.25 / 2**0.5], 0.03)


def test_spans_that_touch_are_one_without_a_fade(hum, tmp_path):
    film = made(hum, [(1.0, 2.0), (2.0, 3.0)], tmp_path / "reel.mp4")
    loud = level(film.sound[:, :1], film.rate, 0.01)
    assert loud[round(0.9 * film.rate) : round(1.1 * film.rate)].min() > 0.28
    assert len(film.frames) == 50


def test_a_silent_video_gives_a_reel_without_a_sound_track(silent_clip, tmp_path):
    film = made(silent_clip, [(0.5, 1.5), (2.5, 3.0)], tmp_path / "reel.mp4")
    assert film.streams == ("h264",)
    assert len(film.frames) == 38  # 37.5


def test_a_sound_gives_a_reel_of_sound(sound_clip, tmp_path):
    film = made(sound_clip, [(0.3, 1.2), (2.4, 2.9)], tmp_path / "reel.m4a")
    assert film.streams == ("aac",)
    assert len(film.sound) / film.rate == pytest.approx(1.4, abs=0.03)
    # the beep at 0.5 s
    assert onsets(level(film.sound, film.rate), film.rate)[0] == pytest.approx(0.2, abs=0.01)


# -- odd videos -----------------------------------------------------------------------------------


def test_the_sound_may_end_before_the_picture(tmp_path):
    source = clips.film(tmp_path / "s.mp4", clips.shots((6,)), sound=clips.tone(2), fps=25)
    film = made(source, [(1.0, 3.0), (4.0, 6.0)], tmp_path / "reel.mp4")
    assert len(film.frames) == 100
    assert len(film.sound) / film.rate == pytest.approx(4.0, abs=0.03)
    loud = level(film.sound, film.rate)
    assert loud[round(0.9 * film.rate)] > 0.1
    assert loud[round(1.2 * film.rate) :].max() < 0.01


def test_the_picture_may_end_before_the_sound(tmp_path):
    source = clips.film(tmp_path / "s.mp4", clips.numbered(50), sound=clips.tone(6), fps=25)
    film = made(source, [(1.0, 3.0), (4.0, 5.0)], tmp_path / "reel.mp4")
    assert [clips.number_in(image) for image in film.frames] == [*range(25, 50)] + 50 * [49]
    assert level(film.sound, film.rate)[round(2.5 * film.rate)] > 0.1


def test_the_picture_may_begin_late(tmp_path):
    at = [2 + n / 25 for n in range(50)]
    beeps = clips.beeps(4, (1.0, 3.0))
    source = clips.film(tmp_path / "s.mp4", clips.numbered(50), times=at, sound=beeps, fps=25)
    film = made(source, [(0.5, 1.5), (2.8, 3.6)], tmp_path / "reel.mp4")
    assert [clips.number_in(image) for image in film.frames] == 25 * [0] + [*range(20, 40)]
    heard = onsets(level(film.sound, film.rate), film.rate)
    assert heard == pytest.approx([0.5, 1.2], abs=0.01)


def test_damaged_stretches_are_shown_as_well_as_they_can_be(tmp_path):
    noise = (np.random.default_rng(n).integers(0, 255, (180, 320, 3), np.uint8) for n in range(100))
    source = clips.film(tmp_path / "s.mp4", noise, fps=25, options={"g": "25"})
    video = probe(source, LIMITS)
    data = bytearray(source.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(3000)
    source.write_bytes(data)
    list(reel(source, video, [(1.5, 2.5), (3.0, 4.0)], tmp_path / "reel.mp4", LIMITS))
    assert len(seen(tmp_path / "reel.mp4").frames) == 50


def test_a_span_shorter_than_a_frame_shows_one(blink_clip, tmp_path):
    film = made(blink_clip, [(2.0, 2.001)], tmp_path / "reel.mp4")
    assert len(film.frames) == 1


def test_a_span_over_the_end_stops_there(blink_clip, tmp_path):
    film = made(blink_clip, [(7.5, 99.0)], tmp_path / "reel.mp4")
    assert film.times[-1] + 0.04 == pytest.approx(0.5, abs=0.041)


@pytest.mark.parametrize(
    ("size", "shape"),
    [((321, 241), (320, 240)), ((2400, 402), (1920, 322)), ((16, 16), (16, 16)), ((2, 2), (2, 2))],
)
def test_the_size_is_the_videos_own_even_and_at_most_full_hd(size, shape, tmp_path):
    source = clips.film(
        tmp_path / "s.mkv", clips.shot(1, 6, size), codec="ffv1", pixels="yuv444p10le", fps=25
    )
    film = made(source, [(0.0, 0.2)], tmp_path / "reel.mp4")
    height, width = film.frames[0].shape[:2]
    assert (width, height) == shape


def test_what_is_written_plays_in_a_browser_from_its_first_bytes(blink_clip, tmp_path):
    made(blink_clip, [(0.5, 1.5)], tmp_path / "reel.mp4")
    written = (tmp_path / "reel.mp4").read_bytes()
    assert 0 < written.index(b"moov") < written.index(b"mdat")
    with av.open(str(tmp_path / "reel.mp4")) as file:
        assert file.streams.video[0].codec_context.name == "h264"
        assert file.streams.video[0].pix_fmt == "yuv420p"
        assert file.streams.audio[0].codec_context.name == "aac"


def test_any_name_will_do(blink_clip, tmp_path):
    odd = tmp_path / '-it\'s "50%"\n🎬: %d [x].mp4'
    odd.write_bytes(blink_clip.read_bytes())
    film = made(odd, [(0.5, 1.5)], tmp_path / "-reel's %d \n🎬.mp4")
    assert len(film.frames) == 25


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("clips/open_movie_elephants_dream_vfr.mp4", (660, 480)),  # variable, odd pixels
        ("clips/koh_lipe_drone_86s_noaudio.mp4", (600, 338)),  # HEVC, silent
        ("clips/tears-of-steel-battle-clip-medium.webm", (798, 332)),  # VP8, Vorbis
        ("hostile/streamio__ios9.mov", (720, 1280)),  # upright only when turned, data tracks
        ("hostile/Zulko__fire2.mp4", (1280, 720)),  # upside down
        ("hostile/WyattBlue__SAR-2by3.mp4", (428, 360)),
        ("hostile/dmlc__video_180.mov", (568, 320)),  # three frames
        ("hostile/Zulko__test_video.mp4", (2, 2)),  # one pixel
        ("audio/jfk.flac", None),
    ],
)
def test_public_clips_become_reels_of_the_right_shape_and_length(
    name, shape, shared_data, tmp_path
):
    source = shared_data / name
    video = probe(source, LIMITS)
    spans = [(video.seconds * 0.1, video.seconds * 0.1 + min(1.0, video.seconds * 0.2))]
    spans += [(max(video.seconds * 0.6, video.seconds - 1.0), video.seconds)]
    film = made(source, spans, tmp_path / ("reel.mp4" if shape else "reel.m4a"))
    total = sum(end - start for start, end in spans)
    if shape:
        assert film.frames[0].shape[1::-1] == shape
        assert len(film.frames) / float(_steady(video.rate)) == pytest.approx(total, abs=0.07)
    assert ("aac" in film.streams) == video.has_audio
    if video.has_audio:
        assert len(film.sound) / film.rate == pytest.approx(total, abs=0.07)


def test_frames_that_a_jump_would_damage_are_read_from_the_start(shared_data, tmp_path):
    source = shared_data / "hostile/imageio__cockatoo.mp4"  # 4:4:4 by an encoder that named itself
    film = made(source, [(9.0, 9.2)], tmp_path / "reel.mp4")
    with av.open(str(source)) as file:
        frame = next(frame for frame in file.decode(video=0) if frame.time >= 9.0)
    assert np.abs(frame.to_ndarray(format="rgb24") - film.frames[0].astype(int)).mean() < 8


# -- refusals -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "spans", [[], [(2.0, 1.0)], [(1.0, 1.0)], [(float("nan"), 2.0)], [(50.0, 60.0)], [(-2.0, -1.0)]]
)
def test_spans_that_hold_nothing_are_refused(spans, blink_clip, tmp_path):
    with pytest.raises(MediaError, match="choose"):
        made(blink_clip, spans, tmp_path / "reel.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_video_that_broke_since_is_an_error_and_leaves_nothing(blink_clip, tmp_path):
    video = probe(blink_clip, LIMITS)
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all" * 99)
    with pytest.raises(MediaError, match="can't be converted") as refusal:
        list(reel(broken, video, [(1.0, 2.0)], tmp_path / "reel.mp4", LIMITS))
    assert str(tmp_path) not in str(refusal.value)
    assert list(tmp_path.iterdir()) == [broken]


@pytest.mark.parametrize("folder", ["/proc", "/nonexistent/folder"])
def test_a_folder_that_cannot_be_written_is_said_before_any_work(folder, blink_clip):
    shares = reel(blink_clip, probe(blink_clip, LIMITS), [(1, 2)], Path(folder, "r.mp4"), LIMITS)
    with pytest.raises(OutputError, match="choose another folder"):
        next(shares)


FULL_DISK = textwrap.dedent("""
    import resource, sys
    from pathlib import Path
    from summarizer.config import Limits
    from summarizer.errors import OutputError
    from summarizer.media import probe
    from summarizer.media.reel import reel

    source, target, room = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    video = probe(source, Limits())
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        list(reel(source, video, [(0.0, 1.5), (2.0, 3.5)], target, Limits()))
    except OutputError as error:
        sys.stdout.write(str(error))
""")


@pytest.mark.parametrize(
    "room",  # bytes a file may have: too few for a piece's sound; for a picture; for both in one
    [4096, 580_000, 700_000],
)
def test_a_full_disk_is_one_sentence_and_leaves_no_half_reel(room, tmp_path):
    noise = (np.random.default_rng(n).integers(0, 255, (180, 320, 3), np.uint8) for n in range(100))
    source = clips.film(tmp_path / "s.mp4", noise, sound=clips.noise(4), fps=25)
    target = tmp_path / "out" / "reel.mp4"
    target.parent.mkdir()
    target.write_text("the reel that was there before")
    told = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(source), str(target), str(room)],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"TMPDIR": str(tmp_path), "PYTHONPATH": str(Path(__file__).parents[2])},
    ).stdout
    assert "can't be written" in told
    assert "file too large" in told
    assert target.read_text() == "the reel that was there before"
    left = {path.name for path in tmp_path.rglob("*")} - {f"{FOLDER}-{os.getuid()}"}
    assert left == {"out", "reel.mp4", "s.mp4"}


# -- stopping -------------------------------------------------------------------------------------


def children() -> set[tuple[str, str]]:
    """The processes that are ours: id and name."""
    found = set()
    for status in Path("/proc").glob("[0-9]*/status"):
        with contextlib.suppress(OSError):
            fields = dict(re.findall(r"^(\w+):\t(.*)$", status.read_text(), re.MULTILINE))
            if int(fields["PPid"]) == os.getpid():
                found.add((fields["Pid"], fields["Name"]))
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="finds child processes through /proc")
@pytest.mark.parametrize("share", [0.0, 0.01, 0.07, 0.6, 0.965])
def test_closing_stops_all_at_once_and_leaves_nothing(share, cut_clip, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.setattr("summarizer.media.reel.HEARTBEAT", 0)  # says every share
    before = children()
    shares = reel(cut_clip, probe(cut_clip, LIMITS), [(0, 5), (6, 11)], tmp_path / "r.mp4", LIMITS)
    assert next(each for each in shares if each >= share) < 1
    assert children() > before or share == 0
    shares.close()
    assert children() <= before
    assert not [path for path in tmp_path.rglob("*") if path.name != f"{FOLDER}-{os.getuid()}"]
