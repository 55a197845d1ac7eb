"""What a table says of many records: means within groups, over groups, over seeds, and how sure.

The interval is a percentile bootstrap over tasks: all that is known of a task (its groups, its
seeds) is drawn or left out together, so repeated measurements don't count as more evidence.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from summarizer.evaluate.room import Record

DRAWS = 1000
SHARE = 95  # per cent of the draws an interval holds
CHUNK = 8_000_000  # drawn tasks at once


@dataclass(frozen=True)
class Cell:
    """One way by one measure."""

    mean: float
    spread: float | None
    """standard deviation (n - 1) of what was averaged last; None where that was one number"""
    over: Literal["seeds", "groups", ""]
    """what was averaged last"""
    interval: tuple[float, float] | None
    """None for one task, or for a number counted over all records at once"""
    tasks: int


@dataclass(frozen=True, eq=False)
class Grid:
    """The values of one measure as sums: a row a task, a column a group of one seed."""

    sums: np.ndarray  # (tasks, columns)
    counts: np.ndarray  # (tasks, columns)
    seed_of: np.ndarray  # (columns,) which seed, from 0

    @classmethod
    def of(cls, records: Sequence[Record], measure: str) -> "Grid":
        """Nothing depends on the order of the records; each of them has the measure."""
        rows = sorted((r.task, r.seed, r.group, r.values[measure]) for r in records)
        tasks = {task: row for row, task in enumerate(dict.fromkeys(row[0] for row in rows))}
        columns = sorted({row[1:3] for row in rows})
        seeds = sorted({seed for seed, _ in columns})
        place = {column: number for number, column in enumerate(columns)}
        spots = [tasks[task] for task, *_ in rows], [place[row[1:3]] for row in rows]
        sums, counts = np.zeros((2, len(tasks), len(columns)))
        np.add.at(sums, spots, [row[3] for row in rows])
        np.add.at(counts, spots, 1)
        return cls(sums, counts, np.array([seeds.index(seed) for seed, _ in columns]))

    def groups(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(draws, columns): the mean of each group with its tasks so often, and if it has any."""
        counts = times @ self.counts
        return _divided(times @ self.sums, counts), counts > 0

    def seeds(self, times: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(draws, seeds): the mean over the groups that are there, and if there are any."""
        means, there = self.groups(times)
        belongs = np.eye(self.seed_of.max() + 1)[self.seed_of]  # (columns, seeds)
        counts = there @ belongs
        return _divided(means @ belongs, counts), counts > 0

    def means(self, times: np.ndarray) -> np.ndarray:
        """(draws,): the mean over the seeds that are there."""
        means, there = self.seeds(times)
        return _divided(means.sum(1), there.sum(1))


def _divided(sums: np.ndarray, counts: np.ndarray) -> np.ndarray:
    return np.divide(sums, counts, out=np.zeros_like(sums), where=counts > 0)


def average(records: Sequence[Record], measure: str) -> Cell | None:
    """One way's records by one measure; None where no record has it."""
    records = [record for record in records if measure in record.values]
    if not records:
        return None
    grid = Grid.of(records, measure)
    tasks = len(grid.sums)
    once = np.ones((1, tasks))
    seeds, groups = grid.seeds(once)[0][0], grid.groups(once)[0][0]
    spread, over = _spread(seeds, groups)
    return Cell(float(grid.means(once)[0]), spread, over, interval(grid), tasks)


def _spread(
    seeds: np.ndarray, groups: np.ndarray
) -> tuple[float | None, Literal["seeds", "groups", ""]]:
    if len(seeds) > 1:
        return float(seeds.std(ddof=1)), "seeds"
    if len(groups) > 1:
        return float(groups.std(ddof=1)), "groups"
    return None, ""


def interval(grid: Grid, draws: int = DRAWS) -> tuple[float, float] | None:
    """Between which means the middle 95 % of the draws of tasks lie; the same each time."""
    tasks = len(grid.sums)
    if tasks < 2:
        return None
    random = np.random.default_rng(0)
    found = [grid.means(drawn(random, count, tasks)) for count in _chunks(draws, tasks)]
    tail = (100 - SHARE) / 2
    low, high = np.percentile(np.concatenate(found), [tail, 100 - tail])
    return float(low), float(high)


def drawn(random: np.random.Generator, draws: int, tasks: int) -> np.ndarray:
    """(draws, tasks): how often each task is among as many as there are, drawn with return."""
    spots = random.integers(0, tasks, (draws, tasks)) + tasks * np.arange(draws)[:, None]
    return np.bincount(spots.ravel(), minlength=draws * tasks).reshape(draws, tasks).astype(float)


def _chunks(draws: int, tasks: int) -> list[int]:
    most = max(1, CHUNK // tasks)
    return [min(most, draws - start) for start in range(0, draws, most)]


def pooled(numbers: Sequence[float], tasks: int) -> Cell:
    """What was counted over all records of a seed at once: a number a seed, and no interval."""
    spread, over = _spread(np.array(numbers), np.empty(0))
    return Cell(float(np.mean(numbers)), spread, over, None, tasks)
