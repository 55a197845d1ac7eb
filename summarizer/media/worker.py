"""Decoding in a process of its own, so that a codec's crash, hang or greed ends in one sentence."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from threading import Condition, Thread
from typing import BinaryIO, Generic, TypeVar

import summarizer
from summarizer.config import Limits
from summarizer.errors import MediaError
from summarizer.files import reason
from summarizer.media.names import shown
from summarizer.media.wire import Message, receive
from summarizer.schema import Video

T = TypeVar("T")

AHEAD = 64 << 20  # bytes a process may be ahead of who uses them
COMMAND = (sys.executable, "-P", "-m", "summarizer.media.decoder")
KEPT = ("PATH", "LANG", "LC_ALL", "TMPDIR", "LD_LIBRARY_PATH", "IMAGEIO_FFMPEG_EXE")
GRACE = 2.0  # seconds
ENDS = ("end", "error", "broken", "dead")
LOG = logging.getLogger(__name__)
CONVERT = "convert it to an MP4 (H.264 and AAC) and try again"


class Worker(Iterator[T], Generic[T]):
    """One job over one file, at work from the moment it is made.

    Iterating gives what the job makes, and raises MediaError where it fails; it is done ahead of
    the caller, but never more than AHEAD bytes. `close`, or letting go of it, kills the process.
    """

    def __init__(
        self,
        job: str,
        path: Path,
        limits: Limits,
        unpack: Callable[[Message], T],
        **details: object,
    ):
        self.name, self._limits, self._unpack = shown(path), limits, unpack
        self._inbox = _Inbox(AHEAD)
        self._process = _start(self.name, self.command(), self.environment())
        order = {
            "job": job,
            "path": str(path.absolute()),
            "name": self.name,
            "memory": self.memory(limits),
        }
        with suppress(BrokenPipeError):  # it died at once; reading from it says so
            # stays open: its end tells the process that its parent is gone
            self._process.stdin.write(json.dumps(order | {"details": details}).encode() + b"\n")
            self._process.stdin.flush()
        # the thread holds no reference to this worker, so that letting go of the worker ends both
        self._reader = Thread(
            target=_read, args=(self._process.stdout, self._inbox), name=job, daemon=True
        )
        self._reader.start()

    def __next__(self) -> T:
        while True:
            message = self._message()
            if message.kind == "pulse":
                continue
            if message.kind not in ENDS:
                return self._unpack(message)
            if message.kind == "dead":
                _let_end(self._process)
            self.close()
            if message.kind == "end":
                raise StopIteration
            if message.kind == "error":
                raise MediaError(str(message.values["text"]))
            if trace := message.values.get("trace"):
                LOG.warning("decoding %s: %s", self.name, trace)
            code = self._process.returncode if message.kind == "dead" else None
            raise MediaError(self.obituary(code))

    def close(self) -> None:
        """Kill the process and what it started, at once; closing twice is fine."""
        self._inbox.close()
        process = self._process
        if process.returncode is None:  # not yet waited for, so its number is still its own
            _kill(process)
        self._reader.join()
        process.stdout.close()
        with suppress(BrokenPipeError):  # what it never read
            process.stdin.close()

    def __del__(self):
        if hasattr(self, "_reader"):
            self.close()

    def _message(self) -> Message:
        try:
            return self._inbox.get(self._limits.worker_silence)
        except TimeoutError:
            self.close()
            raise MediaError(self.stalled(self._limits.worker_silence)) from None

    # -- what another kind of work does otherwise -------------------------------------------------

    def command(self) -> tuple[str, ...]:
        return COMMAND

    def environment(self) -> dict[str, str]:
        return environment()

    def memory(self, limits: Limits) -> int:
        return limits.worker_memory

    def stalled(self, seconds: float) -> str:
        """That the process gave no sign of life for that long."""
        return f"{self.name} was given up: decoding it stood still for {seconds:g} s; {CONVERT}"

    def obituary(self, code: int | None) -> str:
        """Why the process ended without a result; its code, if it died."""
        if code == -signal.SIGXCPU:
            return f"{self.name} needs more computing than is allowed for its length; {CONVERT}"
        if code == -signal.SIGKILL:
            return (
                f"decoding {self.name} was stopped by the system, probably for lack of memory; "
                "close other programs or take a smaller file"
            )
        return f"{self.name} can't be decoded: the decoder broke on it; {CONVERT}"


def patience(video: Video) -> int:
    """Seconds of computing that one pass over the video may take."""
    return int(120 + 40 * video.seconds)


def only(worker: Worker[T]) -> T:
    """The one thing a job makes."""
    try:
        return next(worker)
    finally:
        worker.close()


def _start(name: str, command: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen:
    try:
        return subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # a group of its own: what it starts dies with it
        )
    except OSError as error:
        raise MediaError(
            f"{name} can't be decoded: no process can be started here: "
            f"{reason(error)}; close other programs"
        ) from None


def environment(names: tuple[str, ...] = KEPT) -> dict[str, str]:
    """As little as a decoder needs: no tokens for a file that takes it over."""
    kept = {name: os.environ[name] for name in names if name in os.environ}
    return kept | {
        "PYTHONPATH": str(Path(summarizer.__file__).parents[1]),
        # each thread pool and heap reserves address space, which is limited
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
    }


def _let_end(process: subprocess.Popen) -> None:
    """Wait a moment for a process that closed its stdout to end, so that its own reason counts."""
    patience = time.monotonic() + GRACE
    # not process.wait: as long as nobody has waited for it, its group can be killed safely
    while time.monotonic() < patience and not os.waitid(
        os.P_PID, process.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG
    ):
        time.sleep(0.01)


def _kill(process: subprocess.Popen) -> None:
    with suppress(ProcessLookupError):  # it is gone already
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _read(stream: BinaryIO, inbox: "_Inbox") -> None:
    last = Message("dead")
    try:
        while (message := receive(stream)) is not None and inbox.put(message):
            pass
    except (ValueError, KeyError, TypeError, OSError):
        last = Message("broken", {"trace": "it talks nonsense"})
    inbox.put(last)


class _Inbox:
    """Messages from the reading thread to the caller, at most `room` bytes of them at a time."""

    def __init__(self, room: int):
        self._room, self._held, self._closed = room, 0, False
        self._waiting: deque[Message] = deque()
        self._changed = Condition()

    def put(self, message: Message) -> bool:
        """Wait for room, then take the message; False once closed."""
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._held < self._room)
            self._held += message.bytes
            self._waiting.append(message)
            self._changed.notify_all()
            return not self._closed

    def get(self, timeout: float) -> Message:
        """The next message, an "end" once closed; TimeoutError after that long without one."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._closed or self._waiting, timeout):
                raise TimeoutError
            if self._closed:
                return Message("end")
            message = self._waiting.popleft()
            self._held -= message.bytes
            self._changed.notify_all()
            return message

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._waiting.clear()
            self._changed.notify_all()
