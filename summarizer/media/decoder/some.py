"""The jobs behind single pictures: key frames spread over the video, or those at given times."""

import math
from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np

from summarizer.errors import MediaError
from summarizer.media.decoder.pictures import EARLY, as_message
from summarizer.media.decoder.source import Source, decoded, in_threads
from summarizer.media.decoder.upright import Shrinker
from summarizer.media.wire import Message

BATCH = 8  # pictures in a message
FAR = 600  # packets behind a seek among which a key frame has to be
NEAR = 2.0  # seconds ahead that are sooner decoded through than found by seeking
BACK = (0.0, 10.0, math.inf)  # seconds before a time to seek to, each if the one before was short
BEFORE = -60.0  # seconds; seeking there finds the first picture of all
DECORD_SECONDS = 1200  # decord reads the whole file before it gives anything


def keys(
    path: Path, seconds: float, size: list[int], rotation: int, count: int
) -> Iterator[Message]:
    """At most `count` different key frames, spread over the video, in order of time."""
    shrink = Shrinker(size, rotation)
    with Source(path) as source:
        frames = _keys(source, [(n + 0.5) * seconds / count for n in range(count)])
        yield from _in_batches((time, shrink(frame)) for time, frame in frames)


def at(path: Path, times: Sequence[float], size: list[int], rotation: int) -> Iterator[Message]:
    """The picture on show at each of these times, which are in order."""
    shrink = Shrinker(size, rotation)
    with Source(path) as source:
        in_threads(source.picture)
        walk = _Walk(source)
        yield from _in_batches((time, shrink(walk.to(time))) for time in times)


def at_by_decord(
    path: Path, times: Sequence[float], size: list[int], rotation: int
) -> Iterator[Message]:
    """The same by decord where that is safe to trust with this file, else by PyAV."""
    with Source(path) as source:
        suits = _suits_decord(source)
        start = source.seconds(source.picture.start_time or 0, source.picture)
        count = len(source.picture.index_entries)
    if suits:
        frames = _by_decord(path, np.asarray(times) - start, size, count)
    else:
        frames = at(path, times, size, rotation)
    yield from frames


def _suits_decord(source: Source) -> bool:
    """Whether decord shows the right pictures of this file, and at no great cost.

    It counts pictures that an edit list cuts away, and then shows others than those asked for; it
    reads a whole file before it gives anything; and it is absent on some machines.
    """
    return (
        find_spec("decord") is not None
        and "mp4" in source.container.format.name
        and source.length <= DECORD_SECONDS
        and not any(entry.is_discard for entry in source.picture.index_entries)
    )


def _by_decord(path: Path, times: np.ndarray, size: list[int], count: int) -> Iterator[Message]:
    """The pictures at these times of a picture stream that begins at 0 and has `count` pictures."""
    # only now: the libraries it brings may replace PyAV's, which this process uses no more
    import decord

    try:
        reader = decord.VideoReader(f"file:{path}", width=size[0], height=size[1])
        if len(reader) != count:
            raise MediaError(f"decord sees {len(reader)} pictures of {count}")
        begins = reader.get_frame_timestamp(np.arange(count))[:, 0]
        shown = np.searchsorted(begins, times + EARLY, side="right") - 1
        for part in np.array_split(np.maximum(shown, 0), math.ceil(len(times) / BATCH)):
            frames = reader.get_batch(part).asnumpy()
            if frames.shape[1:] != (size[1], size[0], 3):
                raise MediaError(f"decord gives pictures of {frames.shape[1:]}")
            yield Message("pictures", {}, (begins[part].astype("f8"), frames))
    except decord.DECORDError as error:
        raise MediaError(f"decord failed: {error}") from None


def _in_batches(samples: Iterator[tuple[float, np.ndarray]]) -> Iterator[Message]:
    batch = []
    for sample in samples:
        batch.append(sample)
        if len(batch) == BATCH:
            yield as_message(batch)
            batch = []
    if batch:
        yield as_message(batch)


def _keys(source: Source, times: Sequence[float]) -> Iterator[tuple[float, object]]:
    """The key frame before each of these times, each only once."""
    last = -math.inf
    for wanted in times:
        if not source.seek(wanted, source.picture):
            return
        packets = islice(source.packets(source.picture), FAR)
        packet = next((each for each in packets if each.is_keyframe), None)
        if packet is None:
            continue
        frames = decoded(source.picture, packet) or decoded(source.picture, None)
        time = source.time_of(frames[0], source.picture) if frames else None
        if time is not None and max(0.0, time) > last:
            last = max(0.0, time)
            yield last, frames[0]


class _Walk:
    """A way through the pictures, forward where that is near, by seeking where it is far."""

    def __init__(self, source: Source):
        self._source = source
        self._frame, self._now = None, math.inf  # the picture on show and since when
        self._ahead, self._frames = None, iter(())

    def to(self, time: float):
        """The frame on show at this time: the first before the beginning, the last at the end."""
        if not self._now - EARLY <= time < self._now + NEAR:
            for back in BACK:
                self._seek(time - back)
                self._forward(time)
                if self._now <= time + EARLY:
                    break
        else:
            self._forward(time)
        if self._frame is None:
            raise MediaError(
                f"no picture of {self._source.name} can be decoded at {time:.1f} s; "
                "it may be damaged there"
            )
        return self._frame

    def _seek(self, time: float) -> None:
        self._source.seek(max(time, BEFORE), self._source.picture)
        self._frame, self._now, self._ahead = None, math.inf, None
        frames = self._source.frames(self._source.picture)
        self._frames = (each for each in frames if each is not None)

    def _forward(self, time: float) -> None:
        while True:
            frame = self._ahead or next(self._frames, None)
            if frame is None:
                return
            begins = self._source.time_of(frame, self._source.picture)
            if begins is None:
                continue
            if self._frame is not None and begins > time + EARLY:
                self._ahead = frame
                return
            self._frame, self._now, self._ahead = frame, begins, None
