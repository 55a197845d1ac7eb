"""The second step of a sense in a process of its own: another core, bounded, gone when told to.

It is worked for like a decoder: an order goes in, findings come back as JSON and arrays.
"""

import signal
import sys
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path

from summarizer.config import Limits
from summarizer.media.child import serve
from summarizer.media.wire import Message
from summarizer.media.worker import KEPT, Worker, environment
from summarizer.sampling import encode
from summarizer.schema import Curve, Encoded, Findings, Line, Track

COMMAND = (sys.executable, "-P", "-m", "summarizer.apart")
# where models that were trained or downloaded before lie; no token goes along
HOMES = (
    "CHECKPOINTS",
    "YAMNET",
    "VGGISH",
    "HOME",
    "USERPROFILE",
    "XDG_CACHE_HOME",
    "XDG_DATA_HOME",
    "HF_HOME",
    "HF_HUB_CACHE",
    "HUGGINGFACE_HUB_CACHE",
)
GPUS = ("CUDA_VISIBLE_DEVICES", "CUDA_DEVICE_ORDER")  # which of them may be used
GREED = "{name} needs more than {memory} of memory; try a shorter video"


class Apart(Worker[Encoded]):
    """The named sense at work on its samples, from the moment this is made; like any worker."""

    def __init__(self, sense: str, samples: str, count: int, seconds: float, limits: Limits):
        super().__init__(
            "encode",
            Path(samples),
            replace(limits, worker_silence=limits.model_silence),
            _encoded,
            cpu=int(120 + 10 * seconds),
            sense=sense,
            count=count,
            seconds=seconds,
        )

    def command(self) -> tuple[str, ...]:
        return COMMAND

    def environment(self) -> dict[str, str]:
        return environment((*KEPT, *HOMES, *GPUS)) | {"HF_HUB_OFFLINE": "1"}

    def memory(self, limits: Limits) -> int:
        return limits.model_memory

    def stalled(self, seconds: float) -> str:
        return f"it was given up after {seconds:g} s without a sign of life; try again"

    def obituary(self, code: int | None) -> str:
        if code == -signal.SIGXCPU:
            return "it needs more computing than is allowed for the video's length"
        if code == -signal.SIGKILL:
            return "it was stopped by the system, probably for lack of memory; close other programs"
        return "it broke; try again, or see the log for the reason"


def _work(order: dict) -> Iterator[Message]:
    details = order["details"]
    steps = encode(details["sense"], order["path"], details["count"], details["seconds"])
    for encoded in steps:
        yield _message(encoded)


def _message(encoded: Encoded) -> Message:
    findings = encoded.findings
    values = {
        "share": encoded.share,
        "device": encoded.device,
        "tokens": encoded.tokens,
        "curves": [asdict(curve) for curve in findings.curves],
        "lines": [asdict(line) for line in findings.lines],
        "tracks": [[track.name, track.made_by] for track in findings.tracks],
    }
    arrays = [
        array
        for track in findings.tracks
        for array in (track.times.astype("<f8"), track.values.astype("<f4"))
    ]
    return Message("encoded", values, tuple(arrays))


def _encoded(message: Message) -> Encoded:
    values, arrays = message.values, iter(message.arrays)
    tracks = tuple(
        Track(name, next(arrays), next(arrays).astype("f2"), made_by)
        for name, made_by in values["tracks"]
    )
    curves = (
        Curve(each["name"], each["sense"], tuple(each["values"])) for each in values["curves"]
    )
    findings = Findings(tuple(curves), tuple(Line(**each) for each in values["lines"]), tracks)
    return Encoded(values["share"], findings, values["device"], values["tokens"])


if __name__ == "__main__":
    serve(_work, "DATA", GREED)
