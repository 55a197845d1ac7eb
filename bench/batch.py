"""Many short clips: one process beside Ray with one worker and with two, and what a video leaves.

Each mode works on the same clips with an empty cache. Speed is taken between the first finished
video and the last, so that starting up is told apart.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from imageio_ffmpeg import get_ffmpeg_exe

from bench import clips

ROOT = Path(__file__).parent.parent
VIDEOS, SECONDS, RUNS = 9, 20, 3
MODES = {"one process": 0, "Ray, 1 worker": 1, "Ray, 2 workers": 2}


@dataclass(frozen=True)
class Pass:
    """How long one mode took."""

    first: float  # seconds until the first video was finished
    each: float  # seconds a video from then on


def films() -> Path:
    """Short stretches of the five minutes, all different; copied, not encoded again."""
    folder = clips.FOLDER / "many"
    if len(list(folder.glob("*.mp4"))) == VIDEOS:
        return folder
    folder.mkdir(parents=True, exist_ok=True)
    whole = clips.five_minutes()
    for number in range(VIDEOS):
        cut = ("-ss", str(32 * number), "-i", whole, "-t", str(SECONDS), "-c", "copy")
        command = [get_ffmpeg_exe(), "-y", "-v", "error", "-nostdin", *map(str, cut)]
        subprocess.run([*command, str(folder / f"{number}.mp4")], check=True)
    return folder


def passed(workers: int) -> Pass:
    """One mode over all clips, from nothing."""
    with tempfile.TemporaryDirectory() as scratch:
        places = ["--out", f"{scratch}/out", "--cache", f"{scratch}/cache"]
        command = [sys.executable, "-m", "summarizer.batch", str(films()), *places]
        began, times = time.perf_counter(), []
        with subprocess.Popen(
            [*command, "--workers", str(workers)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as run:
            for line in run.stdout:
                if line.startswith("["):
                    times.append(time.perf_counter() - began)
        assert run.returncode == 0 and len(times) == VIDEOS
    return Pass(times[0], (times[-1] - times[0]) / (VIDEOS - 1))


def rows() -> list[tuple]:
    """Videos an hour in each mode, in turn; then one long video, and what it leaves on the disk."""
    passes = {name: [] for name in MODES}
    for _ in range(RUNS):
        for name, workers in MODES.items():
            passes[name].append(passed(workers))
    found = []
    alone = passes["one process"]
    for name, runs in passes.items():
        each = statistics.median(run.each for run in runs)
        ratio = statistics.median(
            run.each / beside.each for run, beside in zip(runs, alone, strict=True)
        )
        beside = statistics.median(run.each for run in alone)
        told = f"one process: {3600 / beside:.0f}"
        note = {0: "", 1: f"{ratio - 1:+.1%} a video; aim: under 5%", 2: f"{1 / ratio:.2f} ×"}
        found.append(
            (
                f"batch: videos of {SECONDS} s an hour, {name}",
                f"{3600 / each:.0f}",
                told if MODES[name] else "",
                note[MODES[name]],
            )
        )
    for name, runs in passes.items():
        first = statistics.median(run.first for run in runs)
        found.append((f"batch: until the first of them, {name}", f"{first:.1f} s", "", ""))
    return [*found, *left()]


def left() -> list[tuple]:
    """What a video of five minutes takes, and leaves."""
    with tempfile.TemporaryDirectory() as scratch:
        out, cache = Path(scratch, "out"), Path(scratch, "cache")
        command = [sys.executable, "-m", "summarizer.batch", str(clips.five_minutes())]
        command += ["--out", str(out), "--cache", str(cache), "--workers", "0"]
        began = time.perf_counter()
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        took = time.perf_counter() - began
        (results,) = (path.parent for path in out.glob("*/record.json"))
        reel = (results / "reel.mp4").stat().st_size
        rest = sum(each.stat().st_size for each in results.iterdir()) - reel
        kept = sum(each.stat().st_size for each in cache.rglob("*") if each.is_file())
        source = clips.five_minutes().stat().st_size
    return [
        ("batch: 5 min of 720p, from nothing to a reel", f"{took:.1f} s", "its length: 300 s", ""),
        (
            "batch: what it leaves: reel; all else; cache",
            f"{reel / 1e6:.1f} MB; {rest / 1e6:.2f} MB; {kept / 1e6:.2f} MB",
            f"the video: {source / 1e6:.0f} MB",
            "",
        ),
    ]
