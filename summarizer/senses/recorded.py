"""What the senses that hear with a large model share: seconds of sound at the rate it wants."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from summarizer.schema import Sound

MARGIN = 0.1  # seconds of the sound on either side that its conversion looks at
SCALE = 32767.0  # a sample of 1.0, as it is kept


class Seconds:
    """Cuts recorded sound into whole seconds at another rate; the last is filled up with silence.

    However the sound comes in, the seconds are the same as if all of it had been converted at once.
    """

    def __init__(self, rate: int):
        self.rate = rate
        self.start = 0.0
        self.own = 0  # samples a second that come in
        self.held = np.zeros(0, np.float32)  # from MARGIN before the next second on
        self.before = 0  # of them lie before it
        self.given = 0  # seconds

    def take(self, sound: Sound) -> Iterator[tuple[float, np.ndarray]]:
        if not self.own:
            self.start, self.own = sound.start, sound.rate
        self.held = np.concatenate([self.held, sound.samples])
        margin = round(MARGIN * self.own)
        while len(self.held) >= self.before + self.own + margin:
            yield self._next(self.own + margin)
            rest = max(0, self.before + self.own - margin)
            self.before += self.own - rest
            self.held = self.held[rest:]

    def rest(self) -> Iterator[tuple[float, np.ndarray]]:
        while len(self.held) > self.before:
            yield self._next(len(self.held) - self.before)
            self.held = self.held[self.before + self.own :]
            self.before = 0

    def _next(self, there: int) -> tuple[float, np.ndarray]:
        """When the next second begins and its samples, made of so many that follow it."""
        from summarizer.models.audio import resampled

        piece = np.ascontiguousarray(self.held[: self.before + there], np.float32)
        # both rates meet at every whole second, so the samples lie where they would
        lead = self.own if self.before else 0
        piece = np.concatenate([np.zeros(lead - self.before, np.float32), piece]) if lead else piece
        first = self.rate if lead else 0
        made = resampled(piece, self.own, self.rate, first, first + self.rate).numpy()
        made = np.pad(made[: self.rate], (0, max(0, self.rate - len(made))))
        time = self.start + self.given
        self.given += 1
        return time, np.round(np.clip(made, -1, 1) * SCALE).astype(np.int16)


def runs(times: np.ndarray) -> Iterator[tuple[int, int]]:
    """The rows, first and after last, that follow each other without a gap."""
    edges = [0, *(np.flatnonzero(np.diff(times) > 1.5) + 1).tolist(), len(times)]
    yield from pairwise(edges)


def samples(rows: np.ndarray) -> np.ndarray:
    """The sound of some seconds: float32 in [-1, 1]."""
    return np.asarray(rows).reshape(-1).astype(np.float32) / SCALE
