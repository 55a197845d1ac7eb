"""The pictures of a video: all in passing, a first few, or those at given times."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from summarizer.config import DecodeConfig, Limits
from summarizer.errors import MediaError
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


def key_pictures(
    path: Path, video: Video, decode: DecodeConfig, limits: Limits
) -> Iterator[Pictures]:
    """At most decode.key_pictures key frames, spread over the video, in order of time.

    By PyAV: decord takes three times as long for them.
    """
    return Worker(
        "keys",
        path,
        limits,
        _pictures,
        cpu=patience(video),
        seconds=video.seconds,
        size=small(video, decode.picture_width),
        rotation=video.rotation,
        count=decode.key_pictures,
    )


def pictures_at(
    path: Path, video: Video, times: Sequence[float], width: int, limits: Limits
) -> Pictures:
    """The pictures on show at these times, in their order: exact to a frame, this wide at most."""
    times = np.asarray(times, np.float64)
    if not len(times):
        width, height = small(video, width)
        return Pictures(times, np.zeros((0, height, width, 3), np.uint8))
    order = np.argsort(times, kind="stable")
    details = {
        "cpu": patience(video),
        "times": times[order].clip(0.0).tolist(),
        "size": small(video, width),
        "rotation": video.rotation,
    }
    try:
        parts = list(Worker("at_by_decord", path, limits, _pictures, **details))
    except MediaError:
        parts = list(Worker("at", path, limits, _pictures, **details))
    frames = np.concatenate([part.frames for part in parts])
    return Pictures(times, frames[np.argsort(order, kind="stable")])


def stream_stills(
    path: Path, video: Video, times: Sequence[float], width: int, limits: Limits
) -> Iterator[Pictures]:
    """The same of times that are in order, in small batches; `close` stops it."""
    return Worker(
        "at",
        path,
        limits,
        _pictures,
        cpu=patience(video),
        times=np.asarray(times, np.float64).clip(0.0).tolist(),
        size=small(video, width),
        rotation=video.rotation,
    )


def small(video: Video, width: int) -> tuple[int, int]:
    """The size of the video's pictures when made this wide, never larger than they are."""
    full_width, full_height = video.size
    scale = min(1.0, width / full_width, 4 * width / full_height)
    return max(1, round(full_width * scale)), max(1, round(full_height * scale))


def _pictures(message: Message) -> Pictures:
    times, frames = message.arrays
    return Pictures(times, frames)
