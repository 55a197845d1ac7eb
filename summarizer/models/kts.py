"""Shots as kernel change points: stretches whose rows are like each other.

After Potapov, Douze, Harchaoui and Schmid, "Category-specific video summarization" (ECCV 2014):
for every number of changes the best places are found exactly, and the number is that where what is
left within the shots, and a penalty for each change, are least together.
"""

import numpy as np

from summarizer.errors import SummarizerError

MOST_ROWS = 5000  # of a video: each table of their pairs takes 200 MB


def change_points(rows: np.ndarray, most: int, penalty: float = 1.0) -> list[int]:
    """Rows, ascending, before which something new begins; at most so many, none before row 0."""
    rows = np.asarray(rows, np.float64)
    count = len(rows)
    if count > MOST_ROWS:
        raise SummarizerError(
            f"shots are found among {MOST_ROWS} rows at most, and these are {count}; take fewer a "
            "second"
        )
    most = min(most, count - 1)
    if most < 1:
        return []
    left, came = _best(scatters(rows), most)
    numbers = np.arange(1, most + 1)
    costs = penalty * numbers / 2 * (np.log(count / numbers) + 1)
    changes = int(np.argmin(np.concatenate([left[:1], left[1:] + costs])))
    found, end = [], count
    for change in range(changes, 0, -1):
        end = int(came[change, end])
        found.append(end)
    return found[::-1]


def scatters(rows: np.ndarray) -> np.ndarray:
    """(n + 1, n + 1): how far the rows of each half-open stretch lie from their mean, squared and
    summed; endless where there is no such stretch."""
    sums = np.vstack([np.zeros(rows.shape[1]), np.cumsum(rows, axis=0)])
    squares = np.concatenate([[0.0], np.cumsum((rows**2).sum(1))])
    inner = sums @ sums.T
    own = np.diag(inner)
    first, end = np.indices(inner.shape)
    length = end - first
    total = own[None, :] + own[:, None] - 2 * inner  # of the squared length of each stretch's sum
    found = squares[None, :] - squares[:, None] - total / np.maximum(length, 1)
    return np.where(length > 0, np.maximum(found, 0.0), np.inf)


def _best(scatter: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """What is left with 0 to `most` changes; and, by changes and end, where the last one is."""
    ends = len(scatter)
    left = scatter[0].copy()
    totals, came = [left[-1]], np.zeros((most + 1, ends), np.int32)
    for change in range(1, most + 1):
        table = left[:, None] + scatter
        came[change] = np.argmin(table, axis=0)
        left = table[came[change], np.arange(ends)]
        totals.append(left[-1])
    return np.array(totals), came
