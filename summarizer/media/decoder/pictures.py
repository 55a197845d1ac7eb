"""The job behind `stream_pictures`: one pass over all pictures, a few of them a second kept."""

import math
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import numpy as np

from summarizer.errors import MediaError
from summarizer.media.decoder.source import Source, decoded, in_threads
from summarizer.media.decoder.upright import Shrinker
from summarizer.media.wire import PULSE, Message

BATCH = 12  # pictures in a message
EARLY = 1e-3  # seconds; time stamps are rounded


def stream(
    path: Path, seconds: float, size: list[int], rotation: int, rate: float, every: float
) -> Iterator[Message]:
    """Samples of this size, `rate` a second; `every` is the seconds from one picture to the next.

    From the first picture on, every second begun has a sample, if only of the picture still shown.
    """
    shrink, batch, some = Shrinker(size, rotation), [], False
    with Source(path) as source:
        for sample in _steady(_sampled(source, shrink, seconds, rate, every), seconds):
            if sample is None:
                yield PULSE
                continue
            batch.append(sample)
            some = True
            if len(batch) == BATCH:
                yield as_message(batch)
                batch = []
    if batch:
        yield as_message(batch)
    if not some:
        raise MediaError(f"no picture of {source.name} can be decoded; choose another copy")


def as_message(samples: list[tuple[float, np.ndarray]]) -> Message:
    times, images = zip(*samples, strict=True)
    return Message("pictures", {}, (np.array(times, "f8"), np.stack(images)))


def _steady(samples: Iterator, seconds: float) -> Iterator[tuple[float, np.ndarray] | None]:
    """The samples, and where a picture stays for whole seconds, that picture again in each."""
    last = image = None
    for sample in samples:
        if sample is not None:
            if last is not None:
                yield from ((float(at), image) for at in range(int(last) + 1, int(sample[0])))
            last, image = sample
        yield sample
    if last is not None:
        rows = math.ceil(seconds - EARLY)
        yield from ((float(at), image) for at in range(int(last) + 1, rows))


def _sampled(
    source: Source, shrink: Shrinker, seconds: float, rate: float, every: float
) -> Iterator[tuple[float, np.ndarray] | None]:
    """The first picture in each slot of 1 / rate seconds; None for one that is left out."""
    slot = -1
    for time, frame in _frames(source, rate, every):
        if time > seconds + EARLY:
            return
        now = math.floor((time + EARLY) * rate)
        if now > slot:
            slot = now
            yield max(0.0, time), shrink(frame)
        else:
            yield None


def _frames(source: Source, rate: float, every: float) -> Iterator[tuple[float, object]]:
    """The pictures with their times, in order, without those no other needs if enough are left."""
    stream = source.picture
    in_threads(stream)
    thinning = _Thinning(stream.codec_context, rate, every)
    time = -every
    for packet in chain(source.packets(stream), (None,)):
        if packet is not None and packet.pts is not None:
            thinning.coming(source.seconds(packet.pts, stream))
        for frame in decoded(stream, packet):
            told = source.time_of(frame, stream)
            if told is None:
                told = time + every
            if told > time:
                time = told
                thinning.came(time)
                yield time, frame


class _Thinning:
    """Lets the decoder leave out pictures that no other refers to, while `rate` a second remain."""

    def __init__(self, context, rate: float, every: float):
        self._context, self._gap = context, 1 / rate + EARLY
        self._coming: list[float] = []
        self._last = -math.inf
        self._on = 2 * every <= 1 / rate
        if self._on:
            # not the loop filter too: it saves little, and the pictures drift until a key frame
            context.skip_frame = "NONREF"

    def coming(self, time: float) -> None:
        """A packet with the picture of this time goes into the decoder."""
        if self._on:
            self._coming.append(time)

    def came(self, time: float) -> None:
        """The picture of this time came out; if too many before it did not, stop thinning."""
        if not self._on:
            return
        if time - self._last > self._gap and any(
            self._last + EARLY < each < time - EARLY for each in self._coming
        ):
            self._on = False
            self._context.skip_frame = "DEFAULT"
        self._coming = [each for each in self._coming if each > time]
        self._last = time
