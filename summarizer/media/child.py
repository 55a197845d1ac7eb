"""What every process that works for another has in common: one order, messages, and an end."""

import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from threading import Thread
from typing import BinaryIO

from summarizer.errors import SummarizerError
from summarizer.media.wire import PULSE, Message, send

PULSE_SECONDS = 1.0


def serve(work: Callable[[dict], Iterator[Message]], limited: str, greed: str) -> None:
    """Take one order from stdin, send what `work` makes of it to stdout, and end.

    `limited` is what its memory is measured by: "AS", address space, or "DATA", what it writes to.
    `greed` says that it needed more; it may speak of the {name} and the {memory} of the order.
    """
    order = json.loads(sys.stdin.buffer.readline())
    out = _own_stdout()
    _limit(order["memory"], order["details"].pop("cpu"), limited)
    Thread(target=_die_with_parent, daemon=True).start()
    try:
        told = time.monotonic()
        for message in work(order):
            if message is not PULSE or time.monotonic() - told > PULSE_SECONDS:
                send(out, message)
                told = time.monotonic()
        send(out, Message("end"))
    except SummarizerError as error:
        send(out, Message("error", {"text": str(error)}))
    except MemoryError:
        text = greed.format(name=order["name"], memory=f"{order['memory'] / 2**30:.3g} GB")
        send(out, Message("error", {"text": text}))
    except Exception:
        send(out, Message("broken", {"trace": traceback.format_exc()[-4000:]}))
    os._exit(0)  # without the clean-up of libraries, which may hang or crash


def _own_stdout() -> BinaryIO:
    """Stdout for the messages alone; what a library prints goes nowhere."""
    out = os.fdopen(os.dup(1), "wb", buffering=1 << 20)
    os.dup2(2, 1)
    return out


def _limit(memory: int, cpu: int, limited: str) -> None:
    """Hold this process, and each it starts, to that many bytes and seconds of computing."""
    try:
        import resource
    except ImportError:
        return  # no such thing on Windows; the parent's clock is all there is
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 5))
    if sys.platform == "linux":  # elsewhere it can't be set, or counts other things
        resource.setrlimit(getattr(resource, f"RLIMIT_{limited}"), (memory, memory))


def _die_with_parent() -> None:
    """Stdin ends when the parent is gone, whatever it died of."""
    sys.stdin.buffer.read()
    os.killpg(0, signal.SIGKILL)
