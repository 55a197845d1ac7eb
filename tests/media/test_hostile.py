"""Whatever the file: all of it works, or one clear sentence says why not."""

import random
from dataclasses import replace

import numpy as np
import pytest

from summarizer import media
from summarizer.config import DecodeConfig, Limits
from summarizer.errors import MediaError
from tests import clips

LIMITS = replace(Limits(), worker_memory=1536 << 20)
DECODE = DecodeConfig()


def use(path, more: bool = False) -> str:
    """Decode a file, and ask all else of it; the sentence it ends in, "" where all works."""
    try:
        video = media.probe(path, LIMITS)
    except MediaError as error:
        return sentence(error)
    assert video.has_picture or video.has_audio
    assert 0 < video.seconds <= LIMITS.seconds
    complaints = []
    for part in (pictures, sound, stills, text) if more else (pictures, sound):
        try:
            part(path, video)
        except MediaError as error:
            complaints.append(sentence(error))
    return " ".join(complaints)


def sentence(error: MediaError) -> str:
    text = str(error)
    assert text and "\n" not in text and len(text) < 300 and "Traceback" not in text
    assert "decoder broke" not in text and "stood still" not in text
    return text


def pictures(path, video) -> None:
    if not video.has_picture:
        return
    times = []
    for batch in media.stream_pictures(path, video, DECODE, LIMITS):
        assert batch.frames.shape[0] == len(batch.times) <= 16
        times.extend(batch.times)
    assert 0 < len(times) <= 5 * video.seconds + 2
    assert (np.diff(times) > 0).all() and times[0] >= 0 and times[-1] <= video.seconds + 0.01
    seconds = {int(time) for time in times}
    assert seconds >= set(range(int(times[0]), video.rows))


def sound(path, video) -> None:
    if not video.has_audio:
        return
    placed = 0
    for block in media.stream_sound(path, video, 5.0, LIMITS):
        assert block.start == pytest.approx(placed / block.rate)
        assert np.abs(block.samples).max(initial=0) <= 1  # false for NaN too
        placed += len(block.samples)
    assert 0 < placed / block.rate <= video.seconds + 0.01


def stills(path, video) -> None:
    if not video.has_picture:
        return
    times = [0.0, video.seconds / 2, video.seconds]
    assert len(media.pictures_at(path, video, times, 64, LIMITS).frames) == 3
    keys = [time for each in media.key_pictures(path, video, DECODE, LIMITS) for time in each.times]
    assert keys == sorted(set(keys)) and len(keys) <= DECODE.key_pictures


def text(path, video) -> None:
    media.text_lines(path, video, LIMITS)


# -- public files -----------------------------------------------------------------------------

# what can't be used, and a word of why; everything else in these folders works
UNUSABLE = {
    "PHP-FFMpeg__WrongFile.mp4": "can't be opened",
    "mathiasbynens__FlashVideo.flv": "can't be opened",
    "mathiasbynens__wav.wav": "can be decoded",
    "mozilla__short-cenc.mp4": "encrypted",
    "mozilla__zero_empty_stsc.mp4": "damaged",
    "streamio__empty.flv": "can't be opened",
    "ttlequals0__valid.m4v": "can't be opened",
    "ttlequals0__valid.wmv": "can't be opened",
}


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["hostile", "clips", "audio/librosa"])
def test_public_files(shared_data, folder):
    wrong = {}
    for path in sorted((shared_data / folder).iterdir()):
        complaint = use(path, more=folder == "hostile")
        expected = UNUSABLE.get(path.name, "")
        if expected not in complaint or bool(expected) != bool(complaint):
            wrong[path.name] = complaint
    assert wrong == {}


# -- files made to be bad ---------------------------------------------------------------------


@pytest.fixture(scope="module")
def small_clips(tmp_path_factory) -> dict[str, bytes]:
    """Two seconds in several containers, as bytes."""
    folder = tmp_path_factory.mktemp("small")
    made = {}
    for name, codec, container in [
        ("begin.mp4", "libx264", {"movflags": "faststart"}),
        ("end.mp4", "libx264", {}),
        ("pieces.mp4", "libx264", {"movflags": "frag_keyframe+empty_moov"}),
        ("a.mkv", "libx264", {}),
        ("a.webm", "libvpx", {}),
        ("a.ts", "libx264", {}),
        ("a.avi", "mpeg4", {}),
        ("a.flv", "libx264", {}),
    ]:
        path = clips.film(
            folder / name,
            clips.shot(1, 50, (96, 64), ball=2),
            sound=clips.noise(2),
            codec=codec,
            container=container,
            options={"g": "10"},
        )
        made[name] = path.read_bytes()
    return made


CONTAINERS = ["begin.mp4", "end.mp4", "pieces.mp4", "a.mkv", "a.webm", "a.ts", "a.avi", "a.flv"]


@pytest.mark.parametrize("name", CONTAINERS)
def test_the_whole_file_works(tmp_path, small_clips, name):
    (tmp_path / name).write_bytes(small_clips[name])
    assert use(tmp_path / name, more=True) == ""


@pytest.mark.parametrize("share", [0.5, 0.97])
@pytest.mark.parametrize("name", CONTAINERS)
def test_a_truncated_file(tmp_path, small_clips, name, share):
    data = small_clips[name]
    (tmp_path / name).write_bytes(data[: int(len(data) * share)])
    complaint = use(tmp_path / name)
    if name == "end.mp4":  # what says where everything lies is at its end
        assert complaint or share > 0.9
    else:
        assert not complaint


@pytest.mark.parametrize("seed", range(8))
def test_a_damaged_file(tmp_path, small_clips, seed):
    chance = random.Random(seed)
    name = CONTAINERS[seed % len(CONTAINERS)]
    data = bytearray(small_clips[name])
    for _ in range(chance.choice([3, 30, 300])):
        data[chance.randrange(len(data))] = chance.randrange(256)
    (tmp_path / name).write_bytes(data)
    use(tmp_path / name)


@pytest.mark.parametrize("seed", range(3))
def test_a_file_with_a_damaged_head(tmp_path, small_clips, seed):
    """The part that says how long, large and fast everything is."""
    chance = random.Random(seed)
    data = bytearray(small_clips["begin.mp4"])
    head = data.index(b"mdat")
    for _ in range(20):
        data[chance.randrange(40, head)] = chance.choice([0, 1, 127, 128, 255])
    (tmp_path / "a.mp4").write_bytes(data)
    use(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\0",
        b"hello\n",
        b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\1\0\1\0\xff\xff\xff\xff\xff\xff\xff\xff\2\0\x10\0"
        b"data\xff\xff\xff\xff" + b"\1\2" * 5000,
        b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\1\0\1\0\1\0\0\0\2\0\0\0\2\0\x10\0data\xff\xff\xff\xff"
        + b"\1\2" * 50_000,
        b"YUV4MPEG2 W60000 H60000 F25:1 Ip A1:1\nFRAME\n" + b"\x80" * 1000,
        b"YUV4MPEG2 W16 H16 F1000000:1 Ip A1000:1\n" + (b"FRAME\n" + b"\x80" * 384) * 3,
        b"YUV4MPEG2 W16 H16 F1:1000000 Ip A0:0\n" + (b"FRAME\n" + b"\x80" * 384) * 3,
        b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\0" * 50,
        b"\x1aE\xdf\xa3" + b"\xff" * 500,
        b"\0\0\0\x18ftypmp42" + b"\0" * 12 + b"\xff\xff\xff\xffmoov" + b"\xff" * 200,
        b"OggS" + b"\xff" * 500,
        b"FLV\1\5\0\0\0\x09" + b"\xff" * 500,
        b"ID3\4\0\0\x7f\x7f\x7f\x7f" + b"\0" * 500,
        b"\xff\xfb\x90\x00" * 300,
        b"G" * 188 * 20,
    ],
    ids=lambda content: content[:8].hex(),
)
def test_a_made_up_file(tmp_path, content):
    (tmp_path / "a.mp4").write_bytes(content)
    use(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("frames", "size", "fps"),
    [(1, (320, 180), 25), (12, (320, 180), 25), (10, (16, 16), 25), (5, (2, 2), 5)],
)
def test_a_short_or_small_clip(tmp_path, frames, size, fps):
    path = clips.film(tmp_path / "a.mp4", clips.shot(1, frames, size), fps=fps)
    assert use(path, more=True) == ""


def test_odd_sizes(tmp_path):
    path = clips.film(tmp_path / "a.mp4", clips.shot(1, 10, (321, 241)), pixels="yuv444p")
    assert media.probe(path, LIMITS).size == (321, 241)
    assert use(path, more=True) == ""


def test_a_picture_that_changes_its_size(tmp_path):
    parts = [
        clips.film(tmp_path / f"{n}.ts", clips.shot(n, 50, size), options={"g": "25"})
        for n, size in enumerate([(320, 180), (160, 240)])
    ]
    path = tmp_path / "a.ts"
    path.write_bytes(b"".join(part.read_bytes() for part in parts))
    assert use(path) == ""


def test_a_time_stamp_from_far_away(tmp_path):
    """A gap of ten days is over the limit; one of an hour is silence, made bit by bit."""
    for gap, works in ((864_000, False), (3_000, True)):
        path = clips.film(
            tmp_path / f"{gap}.mkv",
            clips.shot(1, 4, (32, 32)),
            times=[0, 0.5, 1, gap],
            sound=clips.tone(1, rate=8000),
            sound_rate=8000,
            sound_codec="pcm_s16le",
        )
        assert (use(path) == "") is works
