"""From scores a second to a summary one can watch: smooth, not the same again, in whole stretches.

Scores are smoothed; a determinantal point process of a given size picks seconds that matter and
differ; around them the best summary of exactly the length wanted is found, whose stretches are
long enough to be watched.
"""

from dataclasses import dataclass

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.models import kdpp


@dataclass(frozen=True)
class Taste:
    """How a summary is made of scores."""

    smooth: float = 1.0  # seconds, the spread of the Gaussian; 0: not at all
    shortest: int = 2  # seconds of a stretch
    contrast: float = 4.0  # the logarithm of how much more the best score is worth than the least


@dataclass(frozen=True, eq=False)
class Refined:
    """The summary, and what it was made of."""

    mask: np.ndarray  # (seconds,) bool
    scores: np.ndarray  # (seconds,) smoothed
    anchors: tuple[int, ...]  # the seconds that were picked for what they add, best first


def refine(
    scores: np.ndarray,
    rows: np.ndarray,
    count: int,
    taste: Taste | None = None,
    draw: np.random.Generator | None = None,
    free: np.ndarray | None = None,
) -> Refined:
    """Exactly `count` seconds by their scores and what they look like, rows (seconds, width); of
    those that are `free` (seconds,) alone, where that is given, as many as make whole stretches.

    With `draw` the seconds are drawn by their probability, and the summary is another each time.
    """
    taste = taste or Taste()
    if len(rows) != len(scores) or not 0 <= count <= len(scores):
        raise SummarizerError(
            f"{count} of {len(scores)} scores for {len(rows)} rows can't be kept; there must be "
            "a row for each score, and as many scores as are wanted"
        )
    smooth = smoothed(scores, taste.smooth)
    low, high = smooth.min(initial=np.inf), smooth.max(initial=-np.inf)
    worth = (smooth - low) / max(high - low, 1e-12)
    shortest = max(1, min(taste.shortest, count))
    places = np.arange(len(scores)) if free is None else np.flatnonzero(free)
    matrix = kdpp.kernel(np.exp(taste.contrast / 2 * worth[places]), rows[places])
    size = min(count // shortest, len(places))
    found = kdpp.likeliest(matrix, size) if draw is None else kdpp.sample(matrix, size, draw)
    anchors = places[found]
    held = worth.copy()
    held[anchors] += len(scores)  # more than all scores together: no anchor is given up for them
    if free is not None:
        held[~free] = -2.0 * (len(scores) + 1) ** 2  # and none is worth a second that is not free
    return Refined(_free(held, count, shortest), smooth, tuple(anchors.tolist()))


def _free(held: np.ndarray, count: int, shortest: int) -> np.ndarray:
    """What is kept without any second that costs more than all others are worth."""
    while (mask := kept(held, count, shortest)).any() and held[mask].min() < -1:
        count -= 1
    return mask


def smoothed(scores: np.ndarray, spread: float) -> np.ndarray:
    """Means over time, weighed by a Gaussian of that many seconds; the ends are no darker."""
    if spread <= 0 or not len(scores):
        return scores.astype(np.float64)
    reach = int(np.ceil(4 * spread))
    bell = np.exp(-0.5 * (np.arange(-reach, reach + 1) / spread) ** 2)

    def summed(values: np.ndarray) -> np.ndarray:
        return np.convolve(np.pad(values, reach), bell, "valid")

    return summed(scores.astype(np.float64)) / summed(np.ones(len(scores)))


def kept(worth: np.ndarray, count: int, shortest: int) -> np.ndarray:
    """(seconds,) bool: exactly `count`, in stretches of at least `shortest`, worth the most.

    It is exact. From left to right it knows, for each number of seconds kept so far, the best that
    ends with a second left out, and the best that ends with a stretch that is long enough.
    """
    seconds, shortest = len(worth), max(1, min(shortest, count))
    before = np.concatenate([[0.0], np.cumsum(worth)])
    out = np.full((seconds + 1, count + 1), -np.inf)  # nothing kept at the last second
    in_ = np.full((seconds + 1, count + 1), -np.inf)  # a whole stretch ends with the last second
    longer = np.zeros((seconds + 1, count + 1), bool)  # whether that stretch is more than shortest
    out[0, 0] = 0.0
    for end in range(1, seconds + 1):
        out[end] = np.maximum(out[end - 1], in_[end - 1])
        if end >= shortest and count >= shortest:
            fresh = np.full(count + 1, -np.inf)
            gain = before[end] - before[end - shortest]
            fresh[shortest:] = out[end - shortest, : count + 1 - shortest] + gain
            grown = np.full(count + 1, -np.inf)
            grown[1:] = in_[end - 1, :-1] + worth[end - 1]
            longer[end] = grown > fresh
            in_[end] = np.maximum(grown, fresh)
    return _traced(out, in_, longer, shortest)


def _traced(out: np.ndarray, in_: np.ndarray, longer: np.ndarray, shortest: int) -> np.ndarray:
    """The summary that the best value at the end stands for."""
    end, left = len(out) - 1, out.shape[1] - 1
    mask = np.zeros(end, bool)
    inside = in_[end, left] > out[end, left]
    while left:
        if not inside:
            end -= 1
            inside = in_[end, left] > out[end, left]
            continue
        inside = bool(longer[end, left])
        step = 1 if inside else shortest
        end, left = end - step, left - step
        mask[end : end + step] = True
    return mask
