"""The job behind `stream_sound`: blocks in which sample n is at n / rate seconds.

They hold the mean of the channels and, where there are more than one, how left and right differ.
"""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from av import AudioResampler

from summarizer.errors import MediaError
from summarizer.media.decoder.source import Source
from summarizer.media.wire import PULSE, Message

RATES = (4_000, 192_000)  # samples a second that are taken as they are
USUAL = 48_000  # for others
LOOSE = 0.02  # seconds a time stamp may be off before samples are moved to it


def stream(path: Path, seconds: float, block: float) -> Iterator[Message]:
    """Blocks of `block` seconds, the last one shorter, up to `seconds`."""
    with Source(path) as source:
        line = None
        heard = _Channels()
        for frame in source.frames(source.sound):
            if frame is None:
                yield PULSE
                continue
            start = source.time_of(frame, source.sound)
            samples = heard(frame)
            if line is None:
                line = _Line(heard.rate, heard.rows, seconds, block)
            yield from line.place(samples, start)
            if line.full:
                break
        if line is not None:
            yield from line.place(heard.rest(), None)
        else:
            raise MediaError(f"no sound of {source.name} can be decoded; choose another copy")
        yield from line.rest()


class _Channels:
    """Any frame as (rows, samples) float32: the mean of left and right, and half their difference.

    The rate is that of the first frame, and so are the rows: without the difference where that has
    but one channel.
    """

    def __init__(self):
        self.rate = self.rows = 0
        self._kind = self._resampler = None

    def __call__(self, frame) -> np.ndarray:
        if not self.rate:
            known = RATES[0] <= frame.sample_rate <= RATES[1]
            self.rate = frame.sample_rate if known else USUAL
            self.rows = min(2, frame.layout.nb_channels)
        kind = (frame.format.name, frame.layout.name, frame.sample_rate)
        if kind != self._kind:
            # many channels are mixed by the rules for their places, two or one simply averaged
            layout = "stereo" if frame.layout.nb_channels > 2 else frame.layout
            self._resampler = AudioResampler("fltp", layout, self.rate)
            self._kind = kind
        frame.pts = None  # placing is done here, by the time stamps as they were
        return self._samples(frame)

    def rest(self) -> np.ndarray:
        """What the resampler still holds."""
        return self._samples(None)

    def _samples(self, frame) -> np.ndarray:
        parts = [self._turned(each.to_ndarray()) for each in self._resampler.resample(frame)]
        samples = np.hstack([np.zeros((self.rows, 0), np.float32), *parts])
        return np.clip(np.nan_to_num(samples, nan=0.0, posinf=1.0, neginf=-1.0), -1.0, 1.0)

    def _turned(self, channels: np.ndarray) -> np.ndarray:
        rows = np.zeros((self.rows, channels.shape[1]), np.float32)
        rows[0] = channels.mean(axis=0)
        if min(self.rows, len(channels)) > 1:
            rows[1] = (channels[0] - channels[1]) / 2
        return rows


class _Line:
    """Samples on the time line: gaps filled with silence, overlaps cut, handed out in blocks."""

    def __init__(self, rate: int, rows: int, seconds: float, block: float):
        self.rate, self.rows = rate, rows
        self._whole, self._block = round(seconds * rate), max(1, round(block * rate))
        self._parts: list[np.ndarray] = []
        self._placed = self._given = 0  # samples

    @property
    def full(self) -> bool:
        return self._placed >= self._whole

    def place(self, samples: np.ndarray, start: float | None) -> Iterator[Message]:
        """Take in samples that belong at `start` seconds, None for right behind the last."""
        at = self._placed if start is None else round(start * self.rate)
        if abs(at - self._placed) <= LOOSE * self.rate and self._placed:
            at = self._placed
        while at > self._placed and not self.full:  # block by block: a gap may be hours long
            missing = min(at - self._placed, self._block)
            yield from self._append(np.zeros((self.rows, missing), np.float32))
        yield from self._append(samples[:, max(0, self._placed - at) :])

    def rest(self) -> Iterator[Message]:
        """What is left that fills no block."""
        if self._placed > self._given:
            yield self._message(np.hstack(self._parts))

    def _append(self, samples: np.ndarray) -> Iterator[Message]:
        samples = samples[:, : self._whole - self._placed]
        self._parts.append(samples)
        self._placed += samples.shape[1]
        if self._placed - self._given < self._block:
            return
        waiting = np.hstack(self._parts)
        while waiting.shape[1] >= self._block:
            yield self._message(waiting[:, : self._block])
            waiting = waiting[:, self._block :]
        self._parts = [waiting]

    def _message(self, samples: np.ndarray) -> Message:
        start = self._given / self.rate
        self._given += samples.shape[1]
        return Message("sound", {"start": start, "rate": self.rate}, tuple(samples))
