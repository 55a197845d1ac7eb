"""Many people at once on the real page's server, each with a wish of their own, for a while.

Nobody may get what somebody else asked for; whoever can't be let in is told so in a sentence; and
what the server takes of memory and disk stays what it was once it holds as many summaries as
it may.
"""

import os
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from bench.soak.kills import ROOT, clip
from summarizer.config import MB

PATIENCE = 120.0  # seconds until the server has to answer
SETTLED = 40  # summaries after which the server remembers as many as it ever will
MORE_MEMORY = 200 * MB  # than by then
MORE_DISK = 100 * MB
FULL = ("queue is full", "people wait already")  # in the sentence for whoever is one too many
PLACE = ("you are next", "before you")  # for those who wait


@dataclass
class Crowd:
    """What became of it."""

    done: int = 0
    refused: int = 0
    waited: int = 0
    wrong: tuple[str, ...] = ()
    settled: int = 0  # the round by which nothing has to grow any more, or the first
    memory: list[int] = field(default_factory=list)  # bytes after each round
    disk: list[int] = field(default_factory=list)

    @property
    def note(self) -> str:
        first, last = (f"{each / MB:.0f}" for each in (self.memory[self.settled], self.memory[-1]))
        before, after = (f"{each / MB:.0f}" for each in (self.disk[self.settled], self.disk[-1]))
        return (
            f"{len(self.memory)} rounds; {self.waited} waited and were told their place, "
            f"{self.refused} were refused in a sentence; memory {first} then {last} MB, disk "
            f"{before} then {after} MB"
        )


def crowd(people: int, seconds: float) -> Crowd:
    """Let so many in at the same time, in rounds, until the time is up; one round at least."""
    found, end = Crowd(), time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as place, served(Path(place)) as (address, server):
        film = clip(Path(place) / "clip.mp4", 20.0, 4.0)
        with ThreadPoolExecutor(people) as pool:
            while not found.memory or time.monotonic() < end:
                turn = len(found.memory)
                wishes = [f"wish {number} of round {turn}" for number in range(people)]
                for told, waited in pool.map(lambda wish: _asked(address, film, wish), wishes):
                    _count(found, told)
                    found.waited += waited
                found.memory.append(_memory(server))
                found.disk.append(_disk(Path(place)))
                if found.done <= SETTLED:
                    found.settled = turn
    if found.memory[-1] > found.memory[found.settled] + MORE_MEMORY:
        found.wrong += ("its memory grows",)
    if found.disk[-1] > found.disk[found.settled] + MORE_DISK:
        found.wrong += ("what it keeps on disk grows",)
    return found


@contextmanager
def served(place: Path, *flags: str) -> Iterator[tuple[str, psutil.Process]]:
    """The app at work below `place`, and its address."""
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ("--host", "127.0.0.1", "--port", str(port), "--cache", str(place / "cache"))
    words += ("--annotations", str(place / "annotations.sqlite"), *flags)
    (place / "tmp").mkdir()
    with (place / "said").open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, "app.py", *words],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(place / "tmp"), "OMP_NUM_THREADS": "1"},
            stdout=said,
            stderr=said,
        )
    address = f"http://127.0.0.1:{port}/"
    try:
        _until_up(address, process, place / "said")
        yield address, psutil.Process(process.pid)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(20)
        process.kill()
        process.wait()


def _until_up(address: str, process: subprocess.Popen, said: Path) -> None:
    end = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < end:
        with suppress(OSError), urllib.request.urlopen(address, timeout=5):
            return
        time.sleep(0.1)
    raise RuntimeError(f"the page did not come up: {said.read_text(errors='replace')[-500:]}")


def _asked(address: str, film: Path, wish: str) -> tuple[str, bool]:
    """What is wrong with what one person gets, "refused" where there was no room; and whether they
    were told their place while they waited."""
    from gradio_client import Client, handle_file

    waited = False
    try:
        patient = {"timeout": PATIENCE}
        client = Client(address, verbose=False, analytics_enabled=False, httpx_kwargs=patient)
        job = client.submit(handle_file(film), want=wish, api_name="/summarize")
        handle, summary, _ = job.result()
        waited = any(place in told["stage"] for _, _, told in job.outputs() for place in PLACE)
        if summary["preference"]["want"] != wish:
            return f"{wish!r} got what {summary['preference']['want']!r} is for", waited
        kept = Path(client.predict(handle, "json", api_name="/export")).read_text(encoding="utf-8")
        return "" if wish in kept else f"{wish!r} got somebody else's file", waited
    except Exception as error:
        text = str(error)
        full = any(each in text.lower() for each in FULL) and "\n" not in text.strip()
        return "refused" if full else f"{wish!r}: {text[:200]}", waited


def _count(found: Crowd, told: str) -> None:
    found.done += not told
    found.refused += told == "refused"
    if told not in ("", "refused"):
        found.wrong += (told,)


def _memory(server: psutil.Process) -> int:
    """Bytes that the server and all below it hold."""
    total = 0
    for each in (server, *server.children(recursive=True)):
        with suppress(psutil.Error):
            total += each.memory_info().rss
    return total


def _disk(place: Path) -> int:
    total = 0
    for each in place.rglob("*"):
        with suppress(OSError):
            total += each.stat().st_size if each.is_file() else 0
    return total
