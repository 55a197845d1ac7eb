"""How well judges agree: Kendall's tau-b, Spearman's rho, Krippendorff's alpha.

Judgements are arrays of numbers with NaN where somebody said nothing. Where a measure does not
exist (nobody judged the same things, or somebody gave everything one score) the answer is None,
never NaN; `hindrance` says why in a sentence.
"""

from collections.abc import Callable
from typing import Literal

import numpy as np

Level = Literal["nominal", "ordinal", "interval"]


def kendall(one: np.ndarray, other: np.ndarray) -> float | None:
    """Tau-b of two rankings over what both judged, in [-1, 1]; ties are allowed."""
    if hindrance(one, other):
        return None
    from scipy.stats import kendalltau

    return _number(kendalltau(*_both(one, other), variant="b").statistic)


def spearman(one: np.ndarray, other: np.ndarray) -> float | None:
    """Rho, the correlation of the ranks over what both judged, in [-1, 1]."""
    if hindrance(one, other):
        return None
    from scipy.stats import spearmanr

    return _number(spearmanr(*_both(one, other)).statistic)


def shared(one: np.ndarray, other: np.ndarray) -> int:
    """How many things both judged."""
    return len(_both(one, other)[0])


def hindrance(one: np.ndarray, other: np.ndarray) -> str:
    """Why these two have no rank correlation, as a sentence; empty where they have."""
    left, right = _both(one, other)
    if len(left) < 2:
        return f"Both judged {len(left)} of the same things, and it takes at least 2."
    for judged in (left, right):
        if np.all(judged == judged[0]):
            return f"One gave all {len(judged)} the same score, so there is no order to compare."
    return ""


def krippendorff(judgements: np.ndarray, level: Level = "ordinal") -> float | None:
    """Alpha of a (judges, things) array with NaN for missing: 1 is perfect, 0 is chance.

    After Krippendorff (2011): 1 - observed / expected disagreement over the coincidences of values
    within each thing that at least two judged. None where fewer than two values were ever given.
    """
    judgements = np.asarray(judgements, np.float64)
    if judgements.ndim != 2:
        raise ValueError(f"judgements are (judges, things), not {judgements.shape}")
    values = np.unique(judgements[~np.isnan(judgements)])
    coincidences = _coincidences(judgements, values)
    totals = coincidences.sum(axis=1)
    distances = DISTANCES[level](values, totals)
    count = totals.sum()
    expected = (np.outer(totals, totals) * distances).sum()
    if expected <= 0:  # nothing was judged twice, or only one value was ever given
        return None
    return float(1 - (count - 1) * (coincidences * distances).sum() / expected)


def _coincidences(judgements: np.ndarray, values: np.ndarray) -> np.ndarray:
    """(values, values): how often two judges gave this pair, each thing weighing as its judges."""
    counts = np.array([(judgements == value).sum(axis=0) for value in values], np.float64)
    counts = counts.reshape(len(values), judgements.shape[1])  # (values, things)
    judges = counts.sum(axis=0)
    counts, judges = counts[:, judges > 1], judges[judges > 1]
    together = (counts / (judges - 1)) @ counts.T
    return together - np.diag((counts / (judges - 1)).sum(axis=1))  # nobody pairs with themself


def _nominal(values: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return 1.0 - np.eye(len(values))


def _ordinal(values: np.ndarray, totals: np.ndarray) -> np.ndarray:
    """Two values are as far apart as there are judgements between their middles."""
    middles = np.cumsum(totals) - totals / 2
    return (middles[:, None] - middles[None, :]) ** 2


def _interval(values: np.ndarray, totals: np.ndarray) -> np.ndarray:
    return (values[:, None] - values[None, :]) ** 2


DISTANCES: dict[Level, Callable[[np.ndarray, np.ndarray], np.ndarray]] = {
    "nominal": _nominal,
    "ordinal": _ordinal,
    "interval": _interval,
}


def _both(one: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    left, right = np.asarray(one, np.float64), np.asarray(other, np.float64)
    if left.shape != right.shape or left.ndim != 1:
        raise ValueError(f"two rankings of the same things, not {left.shape} and {right.shape}")
    there = np.isfinite(left) & np.isfinite(right)
    return left[there], right[there]


def _number(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None
