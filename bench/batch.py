"""Many short clips: one process beside Ray with one worker and with two, and what a video leaves.

Each mode works on the same clips with an empty cache. Both the clock and the computing of all its
processes are taken between the first finished video and the last, so that starting is told apart.
"""

import re
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from imageio_ffmpeg import get_ffmpeg_exe

from bench import clips

ROOT = Path(__file__).parent.parent
VIDEOS, SECONDS, RUNS = 9, 20, 3
LINES, RECORDS = 200, 100_000  # written one by one; read
RAYS = re.compile(r"^ray::|/ray/(core|dashboard|autoscaler|_private)/")
MODES = {"one process": 0, "Ray, 1 worker": 1, "Ray, 2 workers": 2}


@dataclass(frozen=True)
class Pass:
    """How long one mode took."""

    first: float  # seconds until the first video was finished
    each: float  # seconds a video from then on
    computing: float  # seconds of a core, likewise


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
        began, times, computed = time.perf_counter(), [], []
        with subprocess.Popen(
            [*command, "--workers", str(workers)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as run:
            for line in run.stdout:
                if line.startswith("["):
                    times.append(time.perf_counter() - began)
                    computed.append(computing(psutil.Process(run.pid)))
        assert run.returncode == 0 and len(times) == VIDEOS
    each, core = ((last - first) / (VIDEOS - 1) for first, *_, last in (times, computed))
    return Pass(times[0], each, core)


def computing(driver: psutil.Process) -> float:
    """Seconds of a core that it, its cluster and whatever these have waited for have taken."""
    whole = 0.0
    for each in (driver, *driver.children(recursive=True)):
        with suppress(psutil.Error):
            if each == driver or RAYS.search(" ".join(each.cmdline())):
                took = each.cpu_times()
                whole += took.user + took.system + took.children_user + took.children_system
    return whole


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
        if MODES[name] > 1:  # what is in hand when the first is finished would be counted twice
            continue
        core = statistics.median(run.computing for run in runs)
        ratio = statistics.median(
            run.computing / beside.computing for run, beside in zip(runs, alone, strict=True)
        )
        beside = statistics.median(run.computing for run in alone)
        found.append(
            (
                f"batch: computing a video of {SECONDS} s, {name}",
                f"{core:.2f} s",
                f"one process: {beside:.2f} s" if MODES[name] else "",
                f"{ratio - 1:+.1%}" if MODES[name] else "",
            )
        )
    for name, runs in passes.items():
        first = statistics.median(run.first for run in runs)
        found.append((f"batch: until the first of them, {name}", f"{first:.1f} s", "", ""))
    return [*found, *left(), *journal()]


def journal() -> list[tuple]:
    """What the driver's own book-keeping takes."""
    from summarizer.batch.records import Record, kept, read

    one = Record("film-0", "/archive/2026/film.mp4", "the goals", 300.0, "0" * 64, "found")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        with kept(folder, {}) as records:
            began = time.perf_counter()
            for number in range(LINES):
                records.add(replace(one, task=f"film-{number}"))
            each = (time.perf_counter() - began) / LINES
        with (folder / "records.jsonl").open("a") as file:
            for number in range(LINES, RECORDS):
                file.write(replace(one, task=f"film-{number}").to_json() + "\n")
        before, began = memory(), time.process_time()
        found = read(folder)
        took, grown = time.process_time() - began, memory() - before
        assert len(found) == RECORDS
    return [
        ("batch: a record written down for good", f"{each * 1000:.1f} ms", "", ""),
        (
            f"batch: going on after {RECORDS:,} records",
            f"{took:.1f} s",
            f"memory for them: {grown / 1e6:.0f} MB",
            "",
        ),
    ]


def memory() -> int:
    return psutil.Process().memory_info().rss


def left() -> list[tuple]:
    """What a video of five minutes takes, and leaves."""
    with tempfile.TemporaryDirectory() as scratch:
        out, cache = Path(scratch, "out"), Path(scratch, "cache")
        command = [sys.executable, "-m", "summarizer.batch", str(clips.five_minutes())]
        command += ["--out", str(out), "--cache", str(cache), "--workers", "0"]
        began, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        took, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
        core = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        (results,) = (path.parent for path in out.glob("*/record.json"))
        reel = (results / "reel.mp4").stat().st_size
        rest = sum(each.stat().st_size for each in results.iterdir()) - reel
        kept = sum(each.stat().st_size for each in cache.rglob("*") if each.is_file())
        source = clips.five_minutes().stat().st_size
    return [
        (
            "batch: 5 min of 720p, from nothing to a reel",
            f"{took:.1f} s",
            "its length: 300 s",
            f"{core:.0f} s of a core",
        ),
        (
            "batch: what it leaves: reel; all else; cache",
            f"{reel / 1e6:.1f} MB; {rest / 1e6:.2f} MB; {kept / 1e6:.2f} MB",
            f"the video: {source / 1e6:.0f} MB",
            "",
        ),
    ]
