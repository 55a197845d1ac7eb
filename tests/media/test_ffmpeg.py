"""ffmpeg as a process: progress, limits, one sentence when it fails, and nothing left running."""

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import psutil
import pytest

from summarizer.errors import MediaError, OutputError
from summarizer.media.ffmpeg import Overdue, failure, opening, run, told

ENDLESS = ["-f", "lavfi", "-i", "testsrc2=size=320x180:rate=25", "-f", "null", "-"]


def test_the_share_done_grows_to_the_end(blink_clip, tmp_path):
    target = tmp_path / "copy.mp4"
    shares = list(run([*opening(blink_clip), "-c", "copy", f"file:{target}"], 8.0, 60.0))
    assert all(a <= b for a, b in pairwise(shares))
    assert 0.9 <= shares[-1] <= 1.0
    assert target.stat().st_size > 1000


def test_it_stops_when_closed():
    before = psutil.Process().children(recursive=True)
    shares = run(["-re", *ENDLESS], 3600.0, 600.0)
    assert next(shares) <= next(shares) < 0.1
    below = [each for each in psutil.Process().children(recursive=True) if each not in before]
    assert len(below) == 3
    shares.close()
    assert list(shares) == []
    assert psutil.wait_procs(below, timeout=60)[1] == []


LEAVING = """
from tests.media.test_ffmpeg import ENDLESS
from summarizer.media.ffmpeg import run
shares = run(["-re", *ENDLESS], 3600.0, 600.0)
next(shares)
print("running", flush=True)
for share in shares:
    pass
"""


def test_it_dies_with_a_parent_that_is_killed():
    parent = subprocess.Popen(
        [sys.executable, "-c", LEAVING],
        cwd=Path(__file__).parent.parent.parent,
        env=os.environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    with parent:
        assert parent.stdout.readline() == "running\n"
        below = psutil.Process(parent.pid).children(recursive=True)
        assert len(below) == 3  # the shell, what it runs, and who waits for the parent's end
        parent.kill()
    assert psutil.wait_procs(below, timeout=60)[1] == []


def test_it_stops_when_it_takes_too_long():
    with pytest.raises(Overdue, match=r"longer than the 1 s .* try a shorter"):
        list(run(["-re", *ENDLESS], 3600.0, 1.0))


def test_what_cannot_be_read_is_told_without_saying_where_it_lies(tmp_path):
    broken = tmp_path / "private folder" / "broken.mp4"
    broken.parent.mkdir()
    broken.write_bytes(b"nothing" * 100)
    with pytest.raises(MediaError, match="Invalid data") as refusal:
        list(run([*opening(broken), "-f", "null", "-"], 1.0, 60.0))
    assert "private folder" not in str(refusal.value)


def test_a_playlist_cannot_make_it_open_other_files(blink_clip, tmp_path):
    for number, text in enumerate(
        (
            f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:8,\nfile://{blink_clip}\n#EXT-X-ENDLIST\n",
            f"ffconcat version 1.0\nfile '{blink_clip}'\n",
        )
    ):
        playlist = tmp_path / f"{number}.mp4"
        playlist.write_text(text)
        with pytest.raises(MediaError):
            list(run([*opening(playlist), "-f", "null", "-"], 8.0, 60.0))


@pytest.mark.parametrize("target", ["/nonexistent/folder/copy.mp4", "/dev/full"])
def test_what_cannot_be_written_is_an_error_of_the_output(target, blink_clip):
    arguments = [*opening(blink_clip), "-c", "copy", "-f", "mp4", target]
    with pytest.raises(OutputError, match="choose another folder"):
        list(run(arguments, 8.0, 60.0))


def test_too_little_memory_is_an_error_not_a_crash(blink_clip):
    with pytest.raises(MediaError):
        list(run([*opening(blink_clip), "-f", "null", "-"], 8.0, 60.0, memory=20 << 20))


def test_the_most_telling_complaint_is_told():
    complaints = [
        "[h264 @ 0x55] [dec:h264 @ 0x77] co located POCs unavailable\n",
        "[vf#0:0 @ 0x56] Error sending frames to consumers: Invalid argument\n",
        "[vf#0:0 @ 0x56] Task finished with error code: -22 (Invalid argument)\n",
        "Conversion failed!\n",
    ]
    assert told(complaints) == ("co located POCs unavailable", False)
    assert told(["[out @ 0x1] Error writing trailer: No space left on device\n"]) == (
        "no space left on device",
        True,
    )
    assert "no reason given" in str(failure([]))


def test_it_knows_no_secrets(tmp_path, monkeypatch):
    """One that a file has taken over finds nothing in its surroundings worth having."""
    spy, told = tmp_path / "ffmpeg", tmp_path / "told"
    spy.write_text('#!/bin/sh\nfor last; do :; done\nenv > "$last"\n')
    spy.chmod(0o755)
    monkeypatch.setenv("IMAGEIO_FFMPEG_EXE", str(spy))
    for name in ("HF_TOKEN", "NARRATOR_KEY", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "hush hush")
    assert set(run([str(told)], 1.0, 60.0)) <= {0.0}, "signs of life at most, on a busy machine"
    assert "PATH=" in told.read_text() and "hush" not in told.read_text()
