"""Each committed clip is what its truth says, and the script that rendered it still renders."""

import json
import subprocess
import sys
from math import ceil
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

EXAMPLES = Path(__file__).parent.parent.parent / "examples"
NAMES = ("match", "lecture", "day", "toys")


def truth(name: str) -> dict:
    return json.loads((EXAMPLES / f"{name}.json").read_text())


def make(*arguments: str, **options) -> subprocess.CompletedProcess:
    command = [sys.executable, str(EXAMPLES / "make.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, **options)


@pytest.fixture(scope="module", params=NAMES)
def clip(request) -> tuple[Path, dict]:
    return EXAMPLES / f"{request.param}.mp4", truth(request.param)


def boxes(path: Path) -> list[str]:
    """The names of the top-level parts of an mp4, in order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        names.append(data[at + 4 : at + 8].decode())
        at += int.from_bytes(data[at : at + 4], "big")
    return names


def loudness(path: Path) -> np.ndarray:
    """Decibels of every tenth of a second."""
    with av.open(path) as container:
        rate = container.streams.audio[0].rate
        parts = [frame.to_ndarray().mean(0) for frame in container.decode(audio=0)]
    sound = np.concatenate(parts)
    sound = sound[: len(sound) // (rate // 10) * (rate // 10)].reshape(-1, rate // 10)
    return 10 * np.log10((sound**2).mean(1) + 1e-9)


def inside(spans, count: int) -> np.ndarray:
    """Which tenths of a second lie wholly in the spans."""
    tenths = np.arange(count) / 10
    return np.any([(tenths >= start) & (tenths + 0.1 <= end) for start, end in spans], axis=0)


def changes(path: Path) -> np.ndarray:
    """How much each frame differs from the one before: the mean over a small picture."""
    small, before = [0.0], None
    with av.open(path) as container:
        container.streams.video[0].thread_type = "AUTO"
        for frame in container.decode(video=0):
            picture = cv2.resize(
                frame.to_ndarray(format="rgb24"), (32, 18), interpolation=cv2.INTER_AREA
            )
            picture = picture.astype(float)
            if before is not None:
                small.append(np.abs(picture - before).mean())
            before = picture
    return np.array(small)


def test_plays_anywhere_and_is_small(clip):
    path, known = clip
    assert path.name == known["file"]
    assert path.stat().st_size <= 3_000_000
    names = boxes(path)
    assert names.index("moov") < names.index("mdat")  # it plays while it loads
    with av.open(path) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.pix_fmt) == ("h264", "yuv420p")
        assert [video.width, video.height] == known["size"]
        assert float(video.average_rate) == known["rate"]
        assert (audio.codec_context.name, audio.rate, audio.channels) == ("aac", 48_000, 2)
        assert container.duration / 1e6 == pytest.approx(known["seconds"], abs=0.1)
    assert 30 <= known["seconds"] <= 60


def test_events_cover_the_clip(clip):
    _, known = clip
    edges = [0.0]
    for event in known["events"]:
        assert event["start"] == edges[-1] < event["end"]
        assert event["seen"]
        edges.append(event["end"])
    assert edges[-1] == known["seconds"]
    assert set(known["cuts"]) <= set(edges)


def test_cuts_are_where_stated_and_nowhere_else(clip):
    path, known = clip
    change = changes(path)
    # the first frame at or after the cut
    frames = [ceil(cut * known["rate"] - 1e-6) for cut in known["cuts"]]
    cuts = change[frames]
    calm = np.delete(change, frames)
    for frame in frames:
        assert change[frame] > 4 * np.median(change[max(0, frame - 12) : frame + 13])
    assert cuts.min() > 12
    assert np.percentile(calm, 99.5) < cuts.min()


def test_match_is_loud_at_its_goals_and_quiet_at_half_time():
    known, decibels = truth("match"), loudness(EXAMPLES / "match.mp4")
    loud, quiet = (inside(known[kind], len(decibels)) for kind in ("loud", "quiet"))
    assert len(known["loud"]) == 2
    assert np.mean(decibels[loud]) > np.median(decibels[~loud]) + 5
    seconds = np.convolve(decibels, np.full(10, 0.1), "valid")  # a kick is louder, but short
    assert seconds.argmax() + 5 in np.flatnonzero(loud)
    assert np.mean(decibels[quiet]) < np.median(decibels[~quiet]) - 8


def test_lecture_speaks_its_lines():
    known, decibels = truth("lecture"), loudness(EXAMPLES / "lecture.mp4")
    speech = inside(known["speech"], len(decibels))
    pauses = ~inside([(a - 0.1, b + 0.6) for a, b in known["speech"]], len(decibels))
    assert np.median(decibels[speech]) > np.median(decibels[pauses]) + 20
    assert [[line["start"], line["end"]] for line in known["lines"]] == known["speech"]


def test_lecture_carries_its_lines_as_a_text_track():
    with av.open(EXAMPLES / "lecture.mp4") as container:
        track = container.streams.subtitles[0]
        assert (track.codec_context.name, track.metadata["language"]) == ("mov_text", "eng")
        packets = [packet for packet in container.demux(track) if packet.size > 2]
        cues = [
            (float(p.pts * p.time_base), float(p.duration * p.time_base), bytes(p)[2:].decode())
            for p in packets
        ]
    lines = truth("lecture")["lines"]
    assert [text for _, _, text in cues] == [line["text"] for line in lines]
    for (start, seconds, _), line in zip(cues, lines, strict=True):
        assert start == pytest.approx(line["start"], abs=0.01)
        assert start + seconds == pytest.approx(line["end"], abs=0.01)


@pytest.mark.parametrize("name", ["match", "day"])
def test_others_carry_none(name):
    with av.open(EXAMPLES / f"{name}.mp4") as container:
        assert not container.streams.subtitles


def test_day_has_music_in_some_parts_only():
    known = truth("day")
    share = sum(end - start for start, end in known["music"]) / known["seconds"]
    assert 0.2 < share < 0.7
    assert len(known["cross_fades"]) == 1


def test_quick_rendering_tells_the_same_truth(tmp_path):
    done = make("--only", "match", "--seconds", "0.8", "--width", "160", "--out", str(tmp_path))
    assert done.returncode == 0, done.stderr
    with av.open(tmp_path / "match.mp4") as container:
        frames = sum(1 for _ in container.decode(video=0))
    quick = json.loads((tmp_path / "match.json").read_text())
    assert (frames, quick["seconds"], quick["size"]) == (20, 0.8, [160, 90])
    assert quick["events"][0] == truth("match")["events"][0]


def test_stills_are_the_same_every_time(tmp_path):
    for folder in ("one", "two"):
        done = make(
            "--only", "day", "--still", "37", "--width", "160", "--out", str(tmp_path / folder)
        )
        assert done.returncode == 0, done.stderr
    first, second = (cv2.imread(str(tmp_path / f / "day-37.png")) for f in ("one", "two"))
    assert first.shape == (90, 160, 3)
    assert np.array_equal(first, second)


def test_without_espeak_it_says_what_is_missing(tmp_path):
    done = make("--only", "lecture", "--out", str(tmp_path), env={"PATH": str(tmp_path)})
    assert done.returncode == 1
    assert "espeak-ng" in done.stderr
    assert "Traceback" not in done.stderr
    assert not list(tmp_path.iterdir())
