"""How much items have in common: 0 nothing, 1 the same again; worked out row by row when asked.

Of the hundreds of stretches of a long video few are ever chosen, and only their rows are needed.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np


class Likeness:
    """A symmetric matrix over `count` items with ones on its diagonal."""

    def __init__(self, count: int, row: Callable[[int], np.ndarray]):
        self.count = count
        self.row = lru_cache(maxsize=None)(row)

    @staticmethod
    def of(matrix: np.ndarray) -> "Likeness":
        return Likeness(len(matrix), lambda index: matrix[index])

    def among(self, chosen: Sequence[int]) -> np.ndarray:
        """(chosen, chosen): what these have in common."""
        if not len(chosen):
            return np.zeros((0, 0))
        return np.stack([self.row(int(index))[list(chosen)] for index in chosen])

    def whole(self) -> np.ndarray:
        """(items, items): every row."""
        return self.among(range(self.count))
