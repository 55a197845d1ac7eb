"""What several senses that hear share: the mel spectrum in coarser steps, on the time line."""

import numpy as np

from summarizer.schema import Sound, Video

POOL = 5  # mel frames
RATE = 20  # pools a second
DEAF = -100.0  # dB, where there is no sound


class Pools:
    """The mean level in each band over every twentieth of a second, kept small."""

    def __init__(self, video: Video):
        self.rows = video.rows
        self.start = 0.0
        self.held: np.ndarray | None = None  # frames that fill no pool yet
        self.pools: list[np.ndarray] = []
        self.powers: list[np.ndarray] = []  # of the frames, one by one

    def __bool__(self) -> bool:
        return self.held is not None

    def take(self, material: Sound) -> None:
        if self.held is None:
            self.start, self.held = material.start, material.mel[:0]
        frames = np.concatenate([self.held, material.mel])
        whole = len(frames) // POOL * POOL
        pooled = frames[:whole].reshape(-1, POOL, frames.shape[1]).mean(axis=1)
        self.pools.append(pooled.astype(np.float16))
        self.held = frames[whole:]
        self.powers.append(material.power.astype(np.float32))

    def levels(self) -> np.ndarray:
        """All of it from the start of the video to its end: (rows * RATE, bands) dB."""
        levels = np.full((self.rows * RATE, self.held.shape[1]), DEAF, np.float32)
        first = round(self.start * RATE)
        pooled = np.concatenate(self.pools)[: max(0, len(levels) - first)]
        levels[first : first + len(pooled)] = pooled
        return levels

    def power(self) -> np.ndarray:
        """What an ear makes of each, over all channels: (rows * RATE,) mean squares."""
        power = np.zeros(self.rows * RATE * POOL)
        first = round(self.start * RATE) * POOL
        powers = np.concatenate(self.powers)[: max(0, len(power) - first)]
        power[first : first + len(powers)] = powers
        return power.reshape(-1, POOL).mean(axis=1)


def smooth(values: np.ndarray, reach: int) -> np.ndarray:
    """The mean of each row and of those at most `reach` before or after it."""
    width = 2 * reach + 1
    sides = [(reach + 1, reach)] + [(0, 0)] * (values.ndim - 1)
    padded = np.pad(values, sides, mode="edge").astype(np.float64)
    padded[0] = 0.0
    sums = np.cumsum(padded, axis=0)
    return (sums[width:] - sums[:-width]) / width


def by_second(values: np.ndarray) -> np.ndarray:
    """The mean over each second of something that is there RATE times a second."""
    return values.reshape(-1, RATE).mean(axis=1)
