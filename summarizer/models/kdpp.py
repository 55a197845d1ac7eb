"""Determinantal point processes of a given size: sets that are valuable and unlike each other.

Of all sets of so many items, one is as probable as the determinant of its part of the kernel
(Kulesza & Taskar, "Determinantal Point Processes for Machine Learning", 2012). The most probable
one is searched greedily; sets are drawn exactly, by the eigenvectors of the kernel.
"""

import math
from collections.abc import Callable, Sequence

import numpy as np

from summarizer.errors import SummarizerError

APART = 1e-3  # of a likeness: two items are never quite the same
FLAT = 1e-10  # share of the largest volume or eigenvalue that is rounding
MOST = 4096  # items of a kernel that is held as a whole


def kernel(quality: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """(items, items): quality x likeness x quality, by the cosines of the rows (items, width)."""
    if len(quality) > MOST:
        raise SummarizerError(
            f"{len(quality)} items are too many to compare each with each; take {MOST} at most"
        )
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows.astype(np.float64) / np.maximum(lengths, 1e-12)
    alike = (1 - APART) * unit @ unit.T
    np.fill_diagonal(alike, 1.0)
    return quality[:, None] * alike * quality


def likeliest(matrix: np.ndarray, count: int) -> list[int]:
    """The set of that size that a greedy search finds the most probable, in the order taken."""
    _possible(count, len(matrix))
    least = FLAT * float(matrix.diagonal().max(initial=0.0))

    def largest(volumes: np.ndarray) -> int:
        best = int(np.argmax(volumes))
        if volumes[best] <= least:
            raise _flat(count)
        return best

    return _taken(lambda item: matrix[item], matrix.diagonal(), count, largest)


def sample(matrix: np.ndarray, count: int, draw: np.random.Generator) -> list[int]:
    """A set of that size, each with its own probability, in the order taken."""
    _possible(count, len(matrix))
    values, vectors = np.linalg.eigh(matrix)
    real = values > FLAT * values.max(initial=0.0)
    if real.sum() < count:
        raise _flat(count)
    values, vectors = values[real], vectors[:, real]
    basis = vectors[:, _directions(np.log(values), count, draw)]

    def drawn(volumes: np.ndarray) -> int:
        return int(draw.choice(len(volumes), p=volumes / volumes.sum()))

    return _taken(lambda item: basis @ basis[item], (basis**2).sum(1), count, drawn)


def log_probability(matrix: np.ndarray, chosen: Sequence[int]) -> float:
    """Of a set among all of its size."""
    sign, volume = np.linalg.slogdet(matrix[np.ix_(chosen, chosen)])
    values = np.clip(np.linalg.eigvalsh(matrix), 1e-300, None)
    total = _symmetric(np.log(values), len(chosen))[-1, -1]
    return float(volume - total) if sign > 0 else -math.inf


def _taken(
    row: Callable[[int], np.ndarray],
    volumes: np.ndarray,
    count: int,
    pick: Callable[[np.ndarray], int],
) -> list[int]:
    """Items one after the other, by the volume that each adds to those before it.

    A Cholesky factor grows by a row an item, so that no determinant is computed anew.
    """
    factor, left, chosen = np.empty((count, len(volumes))), volumes.copy(), []
    for size in range(count):
        item = pick(left)
        known = factor[:size]
        factor[size] = (row(item) - known[:, item] @ known) / math.sqrt(left[item])
        left = np.maximum(left - factor[size] ** 2, 0.0)
        chosen.append(item)
        left[chosen] = 0.0
    return chosen


def _directions(logs: np.ndarray, count: int, draw: np.random.Generator) -> list[int]:
    """So many eigenvectors, each set as probable as the product of its eigenvalues."""
    totals = _symmetric(logs, count)
    chosen: list[int] = []
    for index in range(len(logs) - 1, -1, -1):
        need = count - len(chosen)
        if not need:
            break
        share = logs[index] + totals[index, need - 1] - totals[index + 1, need]
        if math.log(1.0 - draw.random()) < share:
            chosen.append(index)
    return chosen


def _symmetric(logs: np.ndarray, count: int) -> np.ndarray:
    """(values + 1, count + 1): logarithms of the elementary symmetric polynomials of the first so
    many values; sums of products soon leave what a float can hold."""
    totals = np.full((len(logs) + 1, count + 1), -np.inf)
    totals[:, 0] = 0.0
    for index, value in enumerate(logs):
        totals[index + 1, 1:] = np.logaddexp(totals[index, 1:], value + totals[index, :-1])
    return totals


def _possible(count: int, items: int) -> None:
    if not 0 <= count <= items:
        raise SummarizerError(f"{count} of {items} items can't be chosen; ask for 0 to {items}")


def _flat(count: int) -> SummarizerError:
    return SummarizerError(
        f"{count} items that are unlike each other are more than there are; ask for fewer"
    )
