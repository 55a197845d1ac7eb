"""When the machine gives less than is needed: one sentence, and what was there stays as it was."""

import ctypes
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bench.soak.kills import clip
from summarizer.cache import Cache
from summarizer.schema import Curve, Findings

ROOT = Path(__file__).parent.parent
DROP, OVERRIDE, SEARCH = 24, 1, 2  # of prctl: take a power away; those that ignore permissions
VALUES = (0.1, 0.2)
FINDINGS = Findings((Curve("light", "light", VALUES),))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def before(tmp_path_factory) -> Path:
    """A clip, what is kept of it in the cache, and results of an earlier run."""
    place = tmp_path_factory.mktemp("before")
    clip(place / "clip.mp4", 20.0)
    done = summarize(place)
    assert done.returncode == 0, done.stderr
    assert (place / "out" / "reel.mp4").exists()
    return place


def summarize(place: Path, *words: str, less=None) -> subprocess.CompletedProcess:
    """The command in a process that has less of something."""
    given = [str(place / "clip.mp4"), "--out", str(place / "out"), "--cache", str(place / "cache")]
    return subprocess.run(
        [sys.executable, "-m", "summarizer", *given, *words],
        cwd=ROOT,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        preexec_fn=less,
    )


def files(place: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(place)): path.read_bytes()
        for path in sorted(place.rglob("*"))
        if path.is_file()
    }


def refused(place: Path, less, said: str) -> None:
    """It ends in one sentence; all that was there is there, in the old form or whole in the new."""
    kept = files(place)
    done = summarize(place, "--length", "60%", "--force", less=less)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith("error: ") and done.stderr.count("\n") == 1
    assert said in done.stderr
    after = files(place)
    assert set(after) == set(kept)
    for name in ("out/reel.mp4", *(name for name in kept if name.startswith("cache"))):
        assert after[name] == kept[name], name


def test_a_full_disk(before):
    def full():  # a limit on the size of files stands in for it: writing fails the same way
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))

    refused(before, full, "can't be written")


@pytest.mark.parametrize("handles", [9, 12])
def test_out_of_file_handles(before, handles):
    def few():
        resource.setrlimit(resource.RLIMIT_NOFILE, (handles, handles))

    refused(before, few, "too many open files")


def test_a_folder_that_may_only_be_read(before):
    def lesser():  # a superuser's files obey permissions, too
        if os.getuid() == 0:
            for power in (OVERRIDE, SEARCH):
                assert ctypes.CDLL(None).prctl(DROP, power, 0, 0, 0) == 0

    folders = [before / "out", *(path for path in (before / "cache").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    try:
        refused(before, lesser, "can't be written")
    finally:
        for folder in folders:
            folder.chmod(0o755)


def test_a_cache_that_is_damaged_and_used_by_two_at_once(tmp_path):
    clip(tmp_path / "clip.mp4", 20.0)
    command = [sys.executable, "-m", "bench.soak.acts", "perceive", str(tmp_path)]
    subprocess.run(command, cwd=ROOT, check=True)
    kept = files(tmp_path)
    for number, path in enumerate(sorted((tmp_path / "cache").rglob("*.safetensors"))):
        data = path.read_bytes()
        path.write_bytes(data[: len(data) // 2] if number % 2 else data[::-1])
    both = [subprocess.Popen(command, cwd=ROOT) for _ in range(2)]
    assert [each.wait() for each in both] == [0, 0]
    assert files(tmp_path) == kept


@pytest.mark.parametrize("jump", [-10 * 365 * 86400.0, 10 * 365 * 86400.0])
def test_a_clock_that_jumps(tmp_path, monkeypatch, jump):
    import time

    cache, now = Cache(tmp_path, 1 << 20), time.time
    entry, other = (cache.entry(name * 32, "light", "1") for name in ("ab", "cd"))
    cache.put(entry, FINDINGS)
    monkeypatch.setattr(time, "time", lambda: now() + jump)
    os.utime(entry, (now() - jump, now() - jump))
    assert cache.get(entry).curves[0].values == VALUES
    cache.put(other, FINDINGS)
    assert cache.get(entry).curves[0].values == cache.get(other).curves[0].values == VALUES
