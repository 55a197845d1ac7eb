"""How near things come in meaning: pure functions of the embeddings somebody else made.

An embedding is a row of numbers; rows need not be of unit length. Where one side has no rows, or
all of a side's weights are 0, nothing can be compared and the answer is None.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

STRETCH = 2.5  # of CLIPScore: cosines of CLIP seldom exceed 0.4


@dataclass(frozen=True)
class Matched:
    """How much of what was offered is wanted, how much of what is wanted was offered, and both."""

    precision: float
    recall: float
    f1: float


def unit(rows: np.ndarray) -> np.ndarray:
    """The rows, each made one long; a row of zeros stays."""
    rows = np.asarray(rows, np.float64)
    lengths = np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows / np.where(lengths > 0, lengths, 1)


def cosine(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(items,): of each row of one (items, width) with the same row of the other."""
    one, other = unit(_rows(one)), unit(_rows(other))
    if one.shape != other.shape:
        raise ValueError(f"as many rows on both sides, not {one.shape} and {other.shape}")
    return (one * other).sum(axis=1)


def mean_cosine(one: np.ndarray, other: np.ndarray) -> float | None:
    """The mean over items of the cosine of their embeddings."""
    found = cosine(one, other)
    return float(found.mean()) if len(found) else None


# -- pictures and texts ---------------------------------------------------------------------------


def clip_score(pictures: np.ndarray, texts: np.ndarray) -> np.ndarray:
    """(items,): CLIPScore of each text about its picture, in [0, 2.5] (Hessel et al. 2021)."""
    return STRETCH * np.maximum(cosine(pictures, texts), 0)


def ref_clip_score(
    pictures: np.ndarray, texts: np.ndarray, references: Sequence[np.ndarray]
) -> np.ndarray:
    """(items,): RefCLIPScore, the harmonic mean of CLIPScore and the best cosine, not below 0,
    with a reference of the item; `references` has the rows of each item's own."""
    alone = clip_score(pictures, texts)
    if any(not len(others) for others in references) or len(references) != len(alone):
        raise ValueError(f"{len(alone)} items need references each, not {len(references)} lists")
    near = np.array(
        [
            max(0.0, float((unit(_rows(others)) @ unit(text)).max()))
            for text, others in zip(texts, references, strict=True)
        ]
    )
    return _harmonic(alone, near)


def vt_clip_score(frames: np.ndarray, text: np.ndarray) -> float | None:
    """The cosine of the mean of all frames with the text, as VideoXum measures what a summary's
    pictures have to do with its words (Lin et al. 2023)."""
    frames = _rows(frames)
    if not len(frames):
        return None
    return float(cosine(frames.mean(axis=0, keepdims=True), np.atleast_2d(text))[0])


def f_clip(offered: np.ndarray, wanted: np.ndarray) -> Matched | None:
    """F_CLIP of two sets of rows (Hua et al. 2024), in [0, 1].

    Each row counts as its best cosine, not below 0, with any row of the other side; many may
    match one, so the same picture twice costs nothing.
    """
    return _greedy(offered, wanted, lowest=0.0)


def cross_f_clip(
    frames: np.ndarray, text: np.ndarray, wanted_frames: np.ndarray, wanted_text: np.ndarray
) -> float | None:
    """Cross-F_CLIP: the mean of F_CLIP of our frames with their text, and our text with theirs.

    A text is one row, or one a sentence. None where either half doesn't exist. The formula is
    that of a public re-implementation; the authors published none.
    """
    halves = f_clip(frames, wanted_text), f_clip(wanted_frames, text)
    if None in halves:
        return None
    return float(np.mean([half.f1 for half in halves]))


# -- the words of texts ---------------------------------------------------------------------------


@dataclass(frozen=True)
class Rarity:
    """In how many of so many texts each token occurs."""

    texts: int
    found: Mapping[int, int]

    def weights(self, tokens: Sequence[int]) -> np.ndarray:
        """(tokens,): log((texts + 1) / (texts with it + 1)), as BERTScore weighs them."""
        found = np.array([self.found.get(int(token), 0) for token in tokens], np.float64)
        return np.log((self.texts + 1) / (found + 1))


def rarity(texts: Sequence[Sequence[int]]) -> Rarity:
    """Counted over the texts, given as their tokens' numbers."""
    return Rarity(len(texts), Counter(token for text in texts for token in set(text)))


def bert_score(
    said: np.ndarray,
    other: np.ndarray,
    weights: tuple[np.ndarray, np.ndarray] | None = None,
    baseline: tuple[float, float, float] | None = None,
) -> Matched | None:
    """BERTScore of two texts by the rows of their tokens (Zhang et al. 2020).

    Each token counts as its best cosine with a token of the other text, by its weight (of `said`
    and of `other`; all alike if none are given). With a baseline, what unrelated texts get on
    average, precision, recall and F1 are stretched so that it becomes 0.
    """
    found = _greedy(said, other, weights=weights)
    if found is None or baseline is None:
        return found
    values = zip((found.precision, found.recall, found.f1), baseline, strict=True)
    return Matched(*((value - base) / (1 - base) for value, base in values))


def best(found: Iterable[Matched | None]) -> Matched | None:
    """The best of several references, precision, recall and F1 each by itself."""
    there = [each for each in found if each is not None]
    if not there:
        return None
    return Matched(
        max(each.precision for each in there),
        max(each.recall for each in there),
        max(each.f1 for each in there),
    )


# -------------------------------------------------------------------------------------------------


def _greedy(
    offered: np.ndarray,
    wanted: np.ndarray,
    weights: tuple[np.ndarray, np.ndarray] | None = None,
    lowest: float = -1.0,
) -> Matched | None:
    """Every row with the nearest of the other side; many may go to one."""
    offered, wanted = _rows(offered), _rows(wanted)
    if not len(offered) or not len(wanted):
        return None
    if weights is None:
        weights = np.ones(len(offered)), np.ones(len(wanted))
    mine, theirs = (np.asarray(each, np.float64) for each in weights)
    if mine.sum() <= 0 or theirs.sum() <= 0:
        return None
    near = np.maximum(unit(offered) @ unit(wanted).T, lowest)
    precision = float(np.average(near.max(axis=1), weights=mine))
    recall = float(np.average(near.max(axis=0), weights=theirs))
    return Matched(precision, recall, float(_harmonic(precision, recall)))


def _harmonic(one, other):
    total = np.add(one, other)
    return np.where(total != 0, 2 * np.multiply(one, other) / np.where(total != 0, total, 1), 0.0)


def _rows(given: np.ndarray) -> np.ndarray:
    rows = np.asarray(given, np.float64)
    if rows.ndim != 2:
        raise ValueError(f"embeddings are (rows, width), not {rows.shape}")
    return rows
