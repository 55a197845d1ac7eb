"""Change points against every way to cut there is, and where they are planted."""

from itertools import combinations, pairwise

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.models import kts


def within(rows: np.ndarray, cuts: tuple[int, ...]) -> float:
    """The squared distances of rows from the means of their stretches, by hand."""
    edges = [0, *cuts, len(rows)]
    parts = [rows[a:b] for a, b in pairwise(edges)]
    return sum(float(((part - part.mean(0)) ** 2).sum()) for part in parts)


def by_trial(rows: np.ndarray, most: int, penalty: float) -> tuple[float, set[tuple[int, ...]]]:
    """The least sum of all ways to cut, and the ways that reach it."""
    found = {}
    for changes in range(min(most, len(rows) - 1) + 1):
        price = changes and penalty * changes / 2 * (np.log(len(rows) / changes) + 1)
        for cuts in combinations(range(1, len(rows)), changes):
            found[cuts] = within(rows, cuts) + price
    least = min(found.values())
    return least, {cuts for cuts, value in found.items() if value < least + 1e-9}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("penalty", [0.0, 0.3, 1.0, 3.0])
def test_no_way_to_cut_is_better(seed, penalty):
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(int(draw.integers(2, 10)), 3))
    most = int(draw.integers(1, 7))
    _, best = by_trial(rows, most, penalty)
    assert tuple(kts.change_points(rows, most, penalty)) in best


def test_planted_shots_are_found():
    draw = np.random.default_rng(1)
    lengths = [14, 30, 9, 41, 22]
    means = 3 * draw.normal(size=(5, 16))
    rows = np.repeat(means, lengths, axis=0) + 0.2 * draw.normal(size=(sum(lengths), 16))
    assert kts.change_points(rows, 40, 2.0) == np.cumsum(lengths)[:-1].tolist()
    assert len(kts.change_points(rows, 2, 2.0)) == 2


def test_scatter_is_the_distance_from_the_mean():
    rows = np.random.default_rng(2).normal(size=(6, 4))
    found = kts.scatters(rows)
    for first in range(7):
        for end in range(7):
            if end > first:
                assert found[first, end] == pytest.approx(within(rows[first:end], ()), abs=1e-9)
            else:
                assert np.isinf(found[first, end])


def test_nothing_changes_in_what_stays_the_same():
    assert kts.change_points(np.ones((50, 3)), 20) == []
    assert kts.change_points(np.ones((1, 3)), 20) == kts.change_points(np.ones((2, 3)), 0) == []
    with pytest.raises(SummarizerError, match="among 5000 rows at most, and these are 5001"):
        kts.change_points(np.ones((5001, 1)), 3)
