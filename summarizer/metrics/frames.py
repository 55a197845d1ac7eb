"""Which frames belong in a summary: masks and scores against many annotators.

Masks are arrays of bool over frames, annotators' masks and scores are (annotators, frames). A
frame is whatever the data set counts in: a picture at full rate, or a second. What does not exist
is None, never NaN.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from summarizer.metrics.agreement import kendall, spearman

SHARE = 0.15  # of the frames that a summary keeps, in all of these benchmarks
FEW = 100  # different scores, up to which counting each pair of them is faster than sorting


# -- masks ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Overlap:
    """How well frames that were chosen meet frames that were wanted, each in [0, 1] or None."""

    precision: float | None
    """None where nothing was chosen"""
    recall: float | None
    """None where nothing was wanted"""
    f: float | None
    """their harmonic mean, 0 where nothing is in common; None where both masks are empty"""


NOWHERE = Overlap(None, None, None)


def overlap(chosen: np.ndarray, wanted: np.ndarray) -> Overlap:
    """Precision, recall and F1 of one mask against another."""
    chosen, wanted = np.asarray(chosen, bool), np.asarray(wanted, bool)
    if chosen.shape != wanted.shape or chosen.ndim != 1:
        raise ValueError(f"two masks of the same frames, not {chosen.shape} and {wanted.shape}")
    both, picked, sought = (int(each.sum()) for each in (chosen & wanted, chosen, wanted))
    return Overlap(
        both / picked if picked else None,
        both / sought if sought else None,
        2 * both / (picked + sought) if picked + sought else None,
    )


@dataclass(frozen=True)
class Overlaps:
    """A mask against each annotator."""

    each: tuple[Overlap, ...]

    @property
    def mean(self) -> Overlap:
        """Over the annotators for whom each number exists: TVSum's and VideoXum's rule."""
        columns = (
            [getattr(one, name) for one in self.each] for name in ("precision", "recall", "f")
        )
        return Overlap(*(mean(column) for column in columns))

    @property
    def best(self) -> Overlap:
        """The annotator it meets best by F1: SumMe's rule."""
        there = [one for one in self.each if one.f is not None]
        return max(there, key=lambda one: one.f, default=NOWHERE)


def overlaps(chosen: np.ndarray, masks: np.ndarray) -> Overlaps:
    """A mask against every row of (annotators, frames)."""
    return Overlaps(tuple(overlap(chosen, mask) for mask in masks))


def mean(values: Iterable[float | None]) -> float | None:
    """Of those that exist; None where none does."""
    there = [value for value in values if value is not None]
    return float(np.mean(there)) if there else None


# -- from scores to a mask ------------------------------------------------------------------------


def top(scores: np.ndarray, share: float = SHARE) -> np.ndarray:
    """The mask of the max(1, int(share x frames)) best frames; of equal ones the earliest."""
    scores = np.asarray(scores)
    mask = np.zeros(len(scores), bool)
    count = max(1, int(share * len(scores)))
    mask[np.argsort(-scores, kind="stable")[:count]] = True
    return mask


def above(scores: np.ndarray, share: float = SHARE) -> np.ndarray:
    """The mask of all that is not below the score at place int(share x frames), counted from 0.

    One frame more than `top` has, and all that tie with the last: the rule of VTSUM-BLIP's F1.
    """
    scores = np.asarray(scores)
    if not len(scores):
        return np.zeros(0, bool)
    return scores >= np.sort(scores)[::-1][min(int(share * len(scores)), len(scores) - 1)]


def upsample(scores: np.ndarray, picks: np.ndarray, frames: int) -> np.ndarray:
    """(frames,): the score of the last pick at or before each frame; before the first, its own."""
    scores, picks = np.asarray(scores, np.float64), np.asarray(picks)
    if len(scores) != len(picks) or not len(picks):
        raise ValueError(f"{len(scores)} scores for {len(picks)} picks")
    return scores[np.maximum(np.searchsorted(picks, np.arange(frames), side="right") - 1, 0)]


def shot_means(scores: np.ndarray, shots: np.ndarray) -> np.ndarray:
    """The mean score of each half-open (first, end) row of frames."""
    sums = np.concatenate([[0.0], np.cumsum(np.asarray(scores, np.float64))])
    shots = np.asarray(shots).reshape(-1, 2)
    return (sums[shots[:, 1]] - sums[shots[:, 0]]) / (shots[:, 1] - shots[:, 0])


def knapsack(values: Sequence[float], weights: Sequence[int], capacity: int) -> list[int]:
    """Indices, ascending, of the most valuable items with whole weights that fit, exactly.

    What is worth nothing is left out.
    """
    best = np.zeros(capacity + 1)  # worth by room
    taken = np.zeros((len(values), capacity + 1), bool)
    for row, value, weight in zip(taken, values, weights, strict=True):
        if value <= 0 or weight > capacity:
            continue
        with_it = best[: capacity + 1 - weight] + value
        row[weight:] = with_it > best[weight:]
        best[weight:] = np.maximum(with_it, best[weight:])
    chosen, room = [], capacity
    for index in range(len(values) - 1, -1, -1):
        if taken[index, room]:
            chosen.append(index)
            room -= int(weights[index])
    return chosen[::-1]


def shot_summary(scores: np.ndarray, shots: np.ndarray, share: float = SHARE) -> np.ndarray:
    """The mask of the shots, at most int(share x frames) together, with the most of mean score.

    The rule of TVSum and SumMe. It asks for scores of at least 0: shots below are never taken.
    """
    shots = np.asarray(shots).reshape(-1, 2)
    mask = np.zeros(len(scores), bool)
    lengths = (shots[:, 1] - shots[:, 0]).tolist()
    means = shot_means(scores, shots).tolist()
    for index in knapsack(means, lengths, int(share * len(scores))):
        mask[slice(*shots[index])] = True
    return mask


# -- rank correlation -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Ranks:
    """Kendall's tau-b and Spearman's rho; None where there is no order to compare."""

    tau: float | None
    rho: float | None


def ranks(one: np.ndarray, other: np.ndarray) -> Ranks:
    """Of two arrays of scores."""
    return Ranks(kendall(one, other), spearman(one, other))


def per_annotator(scores: np.ndarray, given: np.ndarray) -> Ranks:
    """Against each row of (annotators, frames), then the mean over those for whom it exists."""
    return _mean(ranks(scores, row) for row in given)


def against_mean(scores: np.ndarray, given: np.ndarray) -> Ranks:
    """Against the mean of (annotators, frames)."""
    return ranks(scores, np.mean(given, axis=0)) if len(given) else Ranks(None, None)


def _mean(found: Iterable[Ranks]) -> Ranks:
    found = list(found)
    return Ranks(mean(each.tau for each in found), mean(each.rho for each in found))


# -- how well people do ---------------------------------------------------------------------------


def between(given: np.ndarray) -> Ranks:
    """The mean over all pairs of annotators: what Otani et al. (2019) call human.

    Over TVSum's scores at full rate it is 0.177 / 0.204, over SumMe's own scores (not the masks)
    0.205 / 0.213: the numbers in their tables and in those that follow them.
    """
    if len(given) < 2:
        return Ranks(None, None)
    levels = [np.unique(row, return_inverse=True)[1] for row in given]
    few = max(int(each.max(initial=0)) for each in levels) < FEW
    tau = _tau_of_levels if few else kendall
    taus = [tau(one, other) for one, other in combinations(levels, 2)]
    pairs = np.triu_indices(len(given), 1)
    return Ranks(mean(taus), mean(_rhos(given)[pairs].tolist()))


def _rhos(given: np.ndarray) -> np.ndarray:
    """(annotators, annotators) object array of rho; None beside somebody without an order."""
    from scipy.stats import rankdata

    ranked = rankdata(given, axis=1)
    ranked -= ranked.mean(axis=1, keepdims=True)
    lengths = np.sqrt((ranked**2).sum(axis=1))
    products = np.outer(lengths, lengths)
    there = products > 0
    rhos = (ranked @ ranked.T) / np.where(there, products, 1.0)
    return np.where(there, rhos.astype(object), None)


def _tau_of_levels(one: np.ndarray, other: np.ndarray) -> float | None:
    """Tau-b of two arrays of small whole numbers, from how often each pair of them occurs.

    Annotators give a handful of scores, so this is much faster than sorting thousands of frames.
    """
    size = int(other.max(initial=0)) + 1
    table = np.bincount(one * size + other, minlength=(int(one.max(initial=0)) + 1) * size)
    table = table.reshape(-1, size).astype(np.float64)
    below = np.cumsum(table, axis=0) - table  # (levels, levels): with less by one, as much by other
    less = np.cumsum(below, axis=1) - below
    more = below.sum(axis=1, keepdims=True) - below - less
    untied = [_pairs(table.sum()) - _pairs(table.sum(axis=axis)).sum() for axis in (0, 1)]
    if min(untied) <= 0:
        return None
    return float((table * (less - more)).sum() / np.sqrt(untied[0] * untied[1]))


def _pairs(counts: np.ndarray) -> np.ndarray:
    return counts * (counts - 1) / 2


def against_others(given: np.ndarray) -> Ranks:
    """Each annotator against the mean of all others, then the mean."""
    if len(given) < 2:
        return Ranks(None, None)
    total, count = np.sum(given, axis=0, dtype=np.float64), len(given)
    return _mean(ranks(row, (total - row) / (count - 1)) for row in given)


def one_out(masks: np.ndarray) -> tuple[float | None, float | None]:
    """F1 of each annotator's mask against all others, their mean and their best; then the mean."""
    found = [overlaps(row, np.delete(masks, index, axis=0)) for index, row in enumerate(masks)]
    return mean(each.mean.f for each in found), mean(each.best.f for each in found)


# -- answers that look at nothing -----------------------------------------------------------------


def random(frames: int, seed: int | Sequence[int]) -> np.ndarray:
    """A score in [0, 1) for every frame, by chance."""
    return np.random.default_rng(seed).random(frames)


def uniform(frames: int) -> np.ndarray:
    """Scores in (0, 1] of which the best so many, however many, are spread evenly.

    Van der Corput's sequence: the frame's number with its binary digits mirrored at the point.
    """
    numbers, scores, half = np.arange(frames), np.ones(frames), 0.5
    while numbers.any():
        scores -= half * (numbers & 1)
        numbers, half = numbers >> 1, half / 2
    return scores


def centre(frames: int) -> np.ndarray:
    """Scores in (0, 1] that rise to the middle of the video and fall again."""
    return 1 - np.abs((np.arange(frames) + 0.5) * 2 / max(frames, 1) - 1)


TRIVIAL: dict[str, Callable[[int], np.ndarray]] = {"uniform": uniform, "centre": centre}
"""Those that need no seed, by the names of ways."""
