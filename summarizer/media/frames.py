"""The pictures of a video: all in passing, a first few, or those at given times."""

from collections.abc import Iterator
from pathlib import Path

from summarizer.config import DecodeConfig, Limits
from summarizer.media.wire import Message
from summarizer.media.worker import Worker, patience
from summarizer.schema import Pictures, Video


def stream_pictures(
    path: Path, video: Video, decode: DecodeConfig, limits: Limits
) -> Iterator[Pictures]:
    """Upright samples, about decode.picture_rate a second, in small batches; in order of time.

    Every second begun has one from the first picture on. Decoding starts with the call and runs
    ahead of the caller; `close` stops it.
    """
    return Worker(
        "pictures",
        path,
        limits,
        _pictures,
        cpu=patience(video),
        seconds=video.seconds,
        size=small(video, decode.picture_width),
        rotation=video.rotation,
        rate=decode.picture_rate,
        every=float(1 / video.rate),
    )


def small(video: Video, width: int) -> tuple[int, int]:
    """The size of the video's pictures when made this wide, never larger than they are."""
    full_width, full_height = video.size
    scale = min(1.0, width / full_width, 4 * width / full_height)
    return max(1, round(full_width * scale)), max(1, round(full_height * scale))


def _pictures(message: Message) -> Pictures:
    times, frames = message.arrays
    return Pictures(times, frames)
