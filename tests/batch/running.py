"""The command as a person uses it: started, watched, stopped or killed, and what it leaves."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil

ROOT = Path(__file__).parent.parent.parent
WANT = "the first half"
APART = {"record.json", "records.jsonl", "report.md", "report.html", ".lock", "batch.json"}
PATIENCE = 400  # seconds until a test gives up waiting


def words(*given: object, out: Path, cache: Path) -> list[str]:
    command = [sys.executable, "-m", "summarizer.batch", *map(str, given)]
    return [*command, "--out", str(out), "--cache", str(cache)]


def surroundings() -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def batch(*given: object, out: Path, cache: Path) -> subprocess.CompletedProcess:
    """The command, waited for."""
    return subprocess.run(
        words(*given, out=out, cache=cache),
        cwd=ROOT,
        env=surroundings(),
        capture_output=True,
        text=True,
    )


def started(*given: object, out: Path, cache: Path) -> subprocess.Popen:
    """The command at work, with a group of its own, and one that can be interrupted."""
    return subprocess.Popen(
        words(*given, out=out, cache=cache),
        cwd=ROOT,
        env=surroundings(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def until(seen: Callable[[], object], process: subprocess.Popen) -> object:
    """What `seen` says as soon as it says anything, while the process lives."""
    end = time.monotonic() + PATIENCE
    while not (found := seen()):
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < end, "it never came"
        time.sleep(0.02)
    return found


def records(out: Path) -> list[dict]:
    """The records that are whole."""
    path = out / "records.jsonl"
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


def contents(out: Path) -> dict[str, bytes]:
    """Every file of the results, by its path; not what tells of times."""
    return {
        str(path.relative_to(out)): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and path.name not in APART
    }


def same(out: Path, alone: Path) -> None:
    """Every video was done exactly once, with the bytes that one undisturbed process gives."""
    tasks = [each["task"] for each in records(out)]
    assert sorted(tasks) == sorted(each["task"] for each in records(alone))
    assert contents(out) == contents(alone)
    failed = {each["task"]: each["error"] for each in records(out) if each["error"]}
    assert failed == {each["task"]: each["error"] for each in records(alone) if each["error"]}
    assert not (out / ".parts").exists()


def working(above: int) -> list[psutil.Process]:
    """The workers below a process that have a video in hand."""
    return [each for each in below(above) if named(each) == "ray::_summarized"]


def named(process: psutil.Process) -> str:
    """What it calls itself; empty where it is gone."""
    try:
        return (process.cmdline() or [""])[0].strip()
    except psutil.Error:
        return ""


def below(above: int) -> list[psutil.Process]:
    try:
        return psutil.Process(above).children(recursive=True)
    except psutil.Error:
        return []


def gone(processes: list[psutil.Process]) -> bool:
    """Whether all end by themselves before long."""
    return not psutil.wait_procs(processes, timeout=60)[1]
