"""How well what was offered first is what was asked for: stretches, and scores over a video.

Windows are (start, end) in seconds, predicted ones (start, end, score). The rules of QVHighlights
(Lei, Berg & Bansal, "Detecting Moments and Highlights in Videos via Natural Language Queries",
NeurIPS 2021) are here as one query knows them; a benchmark averages them over its queries.
"""

from collections.abc import Mapping, Sequence

import numpy as np

Span = tuple[float, float]
Window = tuple[float, float, float]

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))  # of the overlap
CONSIDERED = 10  # predicted windows of a query; what comes after them is not looked at
LENGTHS: Mapping[str, Span] = {
    "short": (0.0, 10.0),
    "middle": (10.0, 30.0),
    "long": (30.0, 150.0),
    "full": (-np.inf, np.inf),
}  # seconds of a right window: more than the first, at most the second
LEVELS: Mapping[str, int] = {"Fair": 2, "Good": 3, "VeryGood": 4}  # ratings from 0 to 4, at least


# -- rankings -------------------------------------------------------------------------------------


def average_precision(
    right: np.ndarray, scores: np.ndarray, *, interpolated: bool = False
) -> float | None:
    """Mean precision over the gains in recall as the scores fall; None where nothing is right.

    What has the same score comes at once. Interpolated, precision is the best at this recall or
    a higher one.
    """
    precisions, recalls = _curve(right, scores)
    if not len(precisions):
        return None
    if interpolated:
        precisions = _best_from_here(precisions)
    return float(precisions @ np.diff(recalls, prepend=0.0))


def ndcg(order: np.ndarray, gains: np.ndarray, most: int | None = None) -> float | None:
    """Discounted gain of the first things offered against the best order; None without any gain.

    `order` has the places of what is offered, the best first; what is withheld earns nothing.
    Looked at are the first `most`, or else as many as have a gain.
    """
    gains = np.asarray(gains, np.float64)
    most = int((gains > 0).sum()) if most is None else most
    best = _discounted(np.sort(gains)[::-1][:most])
    return _discounted(gains[np.asarray(order, int)[:most]]) / best if best > 0 else None


def summary_duration(scores: np.ndarray, right: np.ndarray, least: float = 0.5) -> float | None:
    """nMSD: how much too much must be shown, from 0 to 1, to have `least` of what is right.

    Shown is all that scores as high as the `least` best share of what is right does; taken off
    is what is right of it, and the rest is a share of all that could be too much (Gygli, Song &
    Cao, "Video2GIF", CVPR 2016). None where nothing or everything is right.
    """
    right, scores = np.asarray(right, bool), np.asarray(scores, np.float64)
    if not right.any() or right.all():
        return None
    shown = scores >= np.percentile(scores[right], 100 * (1 - least))
    had = int((shown & right).sum())
    return float((shown.sum() - had) / (len(scores) - had))


def _curve(right: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Precision and recall after each score that brings something right, the highest first."""
    right, scores = np.asarray(right, bool), np.asarray(scores, np.float64)
    if right.shape != scores.shape or right.ndim != 1:
        raise ValueError(f"one score for each, not {scores.shape} for {right.shape}")
    order = np.argsort(-scores, kind="stable")
    found, falling = np.cumsum(right[order]), scores[order]
    ends = np.flatnonzero(np.append(falling[1:] != falling[:-1], True)) if len(order) else order
    ends = ends[np.diff(found[ends], prepend=0) > 0]
    return found[ends] / (ends + 1), found[ends] / max(1, right.sum())


def _best_from_here(precisions: np.ndarray) -> np.ndarray:
    return np.maximum.accumulate(precisions[::-1])[::-1]


def _discounted(gains: np.ndarray) -> float:
    return float((gains / np.log2(np.arange(2, len(gains) + 2))).sum())


# -- stretches ------------------------------------------------------------------------------------


def overlap(one: Span, other: Span) -> float:
    """Temporal IoU: the time that both cover as a share of what either does; 0 for nothing."""
    shared = min(one[1], other[1]) - max(one[0], other[0])
    either = (one[1] - one[0]) + (other[1] - other[0]) - max(0.0, shared)
    return shared / either if shared > 0 else 0.0


def is_hit(first: Span | None, right: Sequence[Span]) -> bool:
    """Whether more than half of the stretch is in right ones, which don't overlap."""
    if first is None or first[1] <= first[0]:
        return False
    inside = sum(max(0.0, min(first[1], end) - max(first[0], start)) for start, end in right)
    return inside > (first[1] - first[0]) / 2


def hit_at(most: int, offered: Sequence[Span], right: Sequence[Span]) -> bool:
    """hit@k: whether any of the first so many stretches is a hit."""
    return any(is_hit(each, right) for each in offered[:most])


def of_length(right: Sequence[Span], name: str) -> list[Span]:
    """The right windows that are "short", "middle", "long" or of any length ("full")."""
    over, most = LENGTHS[name]
    return [(start, end) for start, end in right if over < end - start <= most]


def recalls_at_one(
    predicted: Sequence[Window], right: Sequence[Span], thresholds: Sequence[float] = THRESHOLDS
) -> np.ndarray:
    """(thresholds,) of 0 and 1: whether the window listed first overlaps any right one so far."""
    best = max((overlap(predicted[0][:2], each) for each in right), default=0) if predicted else 0
    return (best >= np.asarray(thresholds)).astype(np.float64)


def moment_precisions(
    predicted: Sequence[Window], right: Sequence[Span], thresholds: Sequence[float] = THRESHOLDS
) -> np.ndarray:
    """(thresholds,): interpolated average precision of the windows, those that score high first.

    Each takes the right window that it overlaps most, the last of several, of those that none
    before it took, and is right where that is as far as the threshold; ties in the scores stay in
    the order listed.
    """
    listed = sorted(predicted[:CONSIDERED], key=lambda window: -window[2])
    overlaps = [[overlap(one[:2], other) for other in right] for one in listed]
    return np.array([_moment_precision(overlaps, len(right), least) for least in thresholds])


def _moment_precision(overlaps: Sequence[Sequence[float]], right: int, least: float) -> float:
    """Of one threshold; `overlaps` has a row for each predicted window, the best first."""
    taken: set[int] = set()
    precisions = []
    for place, row in enumerate(overlaps, start=1):
        free = [each for each, far in enumerate(row) if far >= least and each not in taken]
        if free:
            taken.add(max(free, key=lambda each: (row[each], each)))
            precisions.append(len(taken) / place)
    return float(_best_from_here(np.array(precisions)).sum() / max(1, right))


# -- scores over the clips of a video, rated by several -------------------------------------------


def highlight_precision(scores: np.ndarray, ratings: np.ndarray, level: str) -> float:
    """Interpolated average precision of the clips' scores for what an annotator rated at least so
    ("Good"), the mean of all annotators; 0 for one who rated nothing so.

    `ratings` are (clips, annotators). Unlike `average_precision`, each score that brings
    something right counts once, however much it brings: the official rule.
    """
    right = np.asarray(ratings) >= LEVELS[level]
    scores = _fitted(scores, len(right))
    curves = [_curve(column, scores)[0] for column in right.T]
    return float(np.mean([_best_from_here(each).mean() if len(each) else 0 for each in curves]))


def highlight_hit(scores: np.ndarray, ratings: np.ndarray, level: str) -> float:
    """HIT@1: 1 where any annotator rated the clip with the highest score, the first of several,
    at least so; else 0."""
    best = int(np.argmax(scores))
    return float(best < len(ratings) and np.max(ratings[best]) >= LEVELS[level])


def _fitted(scores: np.ndarray, clips: int) -> np.ndarray:
    """One score for each clip; where there are too few, 0 for the rest."""
    fitted = np.zeros(clips)
    fitted[: len(scores)] = scores[:clips]
    return fitted
