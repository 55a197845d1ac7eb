"""The sound of a video, block by block."""

from collections.abc import Iterator
from pathlib import Path

from summarizer.config import Limits
from summarizer.media.wire import Message
from summarizer.media.worker import Worker, patience
from summarizer.schema import Sound, Video


def stream_sound(path: Path, video: Video, block: float, limits: Limits) -> Iterator[Sound]:
    """The sound in blocks of that many seconds, at its own rate; sample n is at n / rate seconds.

    Where the sound begins late or has gaps there is silence. Decoding starts with the call and
    runs ahead of the caller; `close` stops it.
    """
    return Worker(
        "sound", path, limits, _sound, cpu=patience(video), seconds=video.seconds, block=block
    )


def _sound(message: Message) -> Sound:
    samples, *rest = message.arrays
    start, rate = float(message.values["start"]), int(message.values["rate"])
    return Sound(start, samples, rate, side=rest[0] if rest else None)
