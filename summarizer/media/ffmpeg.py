"""The bundled ffmpeg as a process of its own: progress out, one clear sentence when it fails."""

import os
import re
import signal
import subprocess
import threading
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO

from summarizer.config import Limits
from summarizer.errors import MediaError, OutputError
from summarizer.media.formats import OPENED
from summarizer.media.worker import environment

THREADS = min(8, os.cpu_count() or 1)  # more only costs memory
HEARTBEAT = 0.25  # seconds
GRACE = 5.0  # seconds until a shell that was told to end the work is killed

# Runs the rest of its words, held to so many KiB that it may write to. Nothing tells a process that
# its parent was killed, but standard input ends then: whoever waits for that ends the work.
KEPT = """
exec 3<&0
ulimit -d "$1" 2>/dev/null
shift
"$@" 3<&- </dev/null &
work=$!
{ read -r end <&3; kill -KILL $work; } >/dev/null 2>&1 &
exec 3<&-
wait $work
code=$?
kill -KILL $! 2>/dev/null
wait $! 2>/dev/null
exit $code
"""

_NOISE = re.compile(
    r"Task finished|Terminating thread|Conversion failed|Nothing was written|Last message repeated"
    r"|Error opening (in|out)put files?|Could not open encoder before EOF|Error sending frames"
)
# what can be wrong with the output; one of the groups is the reason
_OUTPUT = re.compile(
    r"(No space left on device|Disk quota exceeded|File too large|Read-only file system)"
    r"|Error opening output .+: (No such file or directory|Permission denied|Is a directory)"
)


class Overdue(MediaError):
    """ffmpeg took longer than it was allowed to."""


def opening(path: Path) -> list[str]:
    """The arguments that open an untrusted file as an input, and nothing but this file."""
    return [
        *("-threads", str(THREADS)),
        *("-protocol_whitelist", "file,pipe"),
        *("-format_whitelist", ",".join(OPENED)),
        *("-i", f"file:{path.absolute()}"),
    ]


def run(
    arguments: Sequence[str],
    seconds: float,
    limit: float,
    *,
    memory: int = Limits.worker_memory,
) -> Iterator[float]:
    """The share done of an output of so many seconds, at least each half second; killed on close.

    An output file that exists is overwritten; a half-written one is the caller's to remove.
    """
    from imageio_ffmpeg import get_ffmpeg_exe

    command = [get_ffmpeg_exe(), "-nostdin", "-hide_banner", "-loglevel", "error", "-y"]
    command += ["-nostats", "-progress", "pipe:1", "-stats_period", str(HEARTBEAT)]
    process = subprocess.Popen(
        ["/bin/sh", "-c", KEPT, "sh", str(memory >> 10), *command, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        # SIGXFSZ stays ignored as in Python: a file that grows too large is an error, not a death
        restore_signals=False,
        env=environment(),
        start_new_session=True,  # a group of its own, which can be killed as one
    )
    complaints: deque[str] = deque(maxlen=100)
    reports: SimpleQueue[str | None] = SimpleQueue()
    readers = [
        threading.Thread(target=complaints.extend, args=(process.stderr,), daemon=True),
        threading.Thread(target=_pour, args=(process.stdout, reports), daemon=True),
    ]
    with process:
        try:
            for reader in readers:
                reader.start()
            yield from _shares(reports, seconds, time.monotonic() + limit)
            process.wait(timeout=HEARTBEAT * 20)  # it has said its last word
        except (TimeoutError, subprocess.TimeoutExpired):
            raise Overdue(
                f"the video took longer than the {limit:.0f} s allowed to convert and was stopped; "
                "try a shorter or smaller copy of it"
            ) from None
        finally:
            _kill(process)
            for reader in readers:
                reader.join()
    if process.returncode:
        raise failure([_without_paths(line, arguments) for line in complaints])


def _kill(process: subprocess.Popen) -> None:
    """End the work; the shell, left alive, waits for it, so that no zombie stays."""
    process.stdin.close()
    try:
        process.wait(GRACE)
    except subprocess.TimeoutExpired:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)


def failure(complaints: Sequence[str]) -> MediaError | OutputError:
    """What ffmpeg complained of, in one sentence: the disk if it was that, else the video."""
    reason, disk = told(complaints)
    if disk:
        return OutputError(
            f"the video can't be written: {reason}; choose another folder or make room"
        )
    return MediaError(
        f"the video can't be converted: {reason}; "
        "play it to see if it is damaged, or save it anew as an MP4"
    )


def told(complaints: Sequence[str]) -> tuple[str, bool]:
    """The most telling of ffmpeg's complaints, and whether it is one of the disk."""
    lines = [re.sub(r"^(\[[^]]*\] *)+", "", line).strip() for line in complaints]
    for found in filter(None, map(_OUTPUT.search, lines)):
        return (found[1] or found[2]).lower(), True
    telling = [line for line in lines if line and not _NOISE.search(line)]
    return (telling or lines or ["no reason given"])[-1].rstrip(".")[:160], False


def _without_paths(line: str, arguments: Sequence[str]) -> str:
    """The line with bare file names: where files lie on this machine is nobody's business."""
    for argument in arguments:
        if argument.startswith("file:"):
            path = argument.removeprefix("file:")
            line = line.replace(argument, Path(path).name).replace(path, Path(path).name)
    return line


def _shares(reports: SimpleQueue[str | None], seconds: float, deadline: float) -> Iterator[float]:
    """The shares ffmpeg reports until it ends, repeated while it is silent."""
    share = 0.0
    while (line := _next(reports)) is not None:
        if time.monotonic() > deadline:
            raise TimeoutError
        key, _, value = line.strip().partition("=")
        if key == "out_time_us" and value.lstrip("-").isdigit():
            share = min(1.0, max(share, int(value) / 1e6 / max(seconds, 1e-6)))
        if key in ("", "progress"):
            yield share


def _pour(lines: IO[str], queue: SimpleQueue[str | None]) -> None:
    for line in lines:
        queue.put(line)
    queue.put(None)


def _next(reports: SimpleQueue[str | None]) -> str | None:
    """The next line; an empty one after a heartbeat of silence; None at the end."""
    try:
        return reports.get(timeout=HEARTBEAT)
    except Empty:
        return ""
