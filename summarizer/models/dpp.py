"""A determinantal point process within a budget: sets that are valuable and span a large volume.

A set S is as probable as det(L_S), with L = quality x likeness x quality. In logarithms that is
the sum of what its items are worth plus the logarithm of the volume they span in the likeness.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from summarizer.models.likeness import Likeness

ALIKE = 0.999  # of a likeness: two items are never quite the same, so that a volume is never 0
FLAT = 1e-12  # of a volume: rounding never leaves less
MOMENT = 0.1  # seconds; costs less than this are counted as this


@dataclass(frozen=True, eq=False)
class Process:
    """Items with their worth, cost and likeness, and what a set of them may cost."""

    worth: np.ndarray  # (items,) the logarithm of each item's squared quality; <= 0: never taken
    costs: np.ndarray  # (items,) seconds
    budget: float
    alike: Likeness | None  # positive semi-definite; None: nothing has anything in common

    @staticmethod
    def of(
        values: np.ndarray, costs: np.ndarray, budget: float, alike: Likeness | None
    ) -> "Process":
        """The loss of the best value weighs as much as a volume that shrinks to 1/e."""
        best = max(float(values.max(initial=0.0)), FLAT)
        return Process(values / best, costs, budget, alike)

    def row(self, index: int) -> np.ndarray:
        """What an item has in common with all: 1 with itself, never quite 1 with another."""
        row = np.zeros(len(self.worth)) if self.alike is None else ALIKE * self.alike.row(index)
        row[index] = 1.0
        return row

    def kernel(self, chosen: Sequence[int]) -> np.ndarray:
        """(chosen, chosen): positive definite."""
        if self.alike is None or not len(chosen):
            return np.eye(len(chosen))
        kernel = ALIKE * self.alike.among(chosen)
        np.fill_diagonal(kernel, 1.0)
        return kernel

    def mode(self, *others: Sequence[int]) -> list[int]:
        """The most probable set that fits, as far as two greedy searches and other guesses go."""
        found = [self.grown(by_second=False), self.grown(by_second=True), *map(list, others)]
        return sorted(max(found, key=self.log_probability))

    def filled(self, chosen: Sequence[int]) -> list[int]:
        """The set and, while any item fits, the one that costs the least probability a second."""
        return sorted(self.grown(chosen, by_second=True, always=True))

    def log_probability(self, chosen: Sequence[int]) -> float:
        """Of a set, up to a constant: 0 for nothing."""
        sign, volume = np.linalg.slogdet(self.kernel(chosen))
        return float(self.worth[list(chosen)].sum() + volume) if sign > 0 else -math.inf

    def grown(
        self, begun: Iterable[int] = (), *, by_second: bool, always: bool = False
    ) -> list[int]:
        """What was begun, and then always the item that fits and gains most, while any gains.

        A Cholesky factor grows by a row an item, so that no determinant is computed anew.
        """
        volume = np.ones(len(self.worth))  # of each item, outside what is chosen
        factor = np.zeros((0, len(volume)))  # a row for each that is chosen
        open_, left = self.worth > 0, self.budget + 1e-6
        chosen: list[int] = []
        waiting = list(begun)
        while True:
            open_ &= self.costs <= left
            gains = self.worth + np.log(volume)
            able = open_ if always else open_ & (gains > 0)
            if waiting:
                best = waiting.pop(0)
            elif able.any():
                rates = gains / np.maximum(self.costs, MOMENT) if by_second else gains
                best = int(np.argmax(np.where(able, rates, -np.inf)))
            else:
                return chosen
            if len(chosen) == len(factor):
                factor = np.concatenate([factor, np.empty((len(factor) + 16, len(volume)))])
            rows = factor[: len(chosen)]
            row = (self.row(best) - rows[:, best] @ rows) / math.sqrt(volume[best])
            factor[len(chosen)] = row
            volume = np.maximum(volume - row**2, FLAT)
            chosen.append(best)
            open_[best] = False
            left -= self.costs[best]
