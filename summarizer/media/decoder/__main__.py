"""A decoding process: one order on stdin, messages on stdout, and it dies with its parent."""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import BinaryIO

from summarizer.errors import MediaError
from summarizer.media.names import shown
from summarizer.media.wire import PULSE, Message, send

JOBS = {
    "describe": "summarizer.media.decoder.describe:describe",
    "pictures": "summarizer.media.decoder.pictures:stream",
    "keys": "summarizer.media.decoder.some:keys",
    "at": "summarizer.media.decoder.some:at",
    "at_by_decord": "summarizer.media.decoder.some:at_by_decord",
    "lines": "summarizer.media.decoder.text:lines",
    "sound": "summarizer.media.decoder.sound:stream",
}
PULSE_SECONDS = 1.0


def main() -> None:
    order = json.loads(sys.stdin.buffer.readline())
    out = _own_stdout()
    _limit(order["memory"], order["details"].pop("cpu"))
    Thread(target=_die_with_parent, daemon=True).start()
    path = Path(order["path"])
    try:
        _work(out, order["job"], path, order["details"])
    except MediaError as error:
        send(out, Message("error", {"text": str(error)}))
    except MemoryError:
        text = (
            f"{shown(path)} needs more than the {order['memory'] / 2**30:.3g} GB of memory that "
            "decoding may take; make its picture smaller and try again"
        )
        send(out, Message("error", {"text": text}))
    except Exception:
        send(out, Message("broken", {"trace": traceback.format_exc()[-4000:]}))
    os._exit(0)  # without the clean-up of libraries, which may hang or crash


def _work(out: BinaryIO, job: str, path: Path, details: dict) -> None:
    module, name = JOBS[job].split(":")
    messages: Iterator[Message] = getattr(import_module(module), name)(path, **details)
    told = time.monotonic()
    for message in messages:
        if message is not PULSE or time.monotonic() - told > PULSE_SECONDS:
            send(out, message)
            told = time.monotonic()
    send(out, Message("end"))


def _own_stdout() -> BinaryIO:
    """Stdout for the messages alone; what a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    os.dup2(2, 1)
    return out


def _limit(memory: int, cpu: int) -> None:
    """Hold this process, and each it starts, to that many bytes and seconds of computing."""
    try:
        import resource
    except ImportError:
        return  # no such thing on Windows; the parent's clock is all there is
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    if sys.platform == "linux":  # elsewhere it can't be set, or counts other things
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))


def _die_with_parent() -> None:
    """Stdin ends when the parent is gone, whatever it died of."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    main()
