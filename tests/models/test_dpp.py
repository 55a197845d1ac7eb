"""The determinantal point process against brute force and against determinants written out."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.models.dpp import Process
from summarizer.models.likeness import Likeness

PLAIN = settings(max_examples=150, deadline=None)


@st.composite
def processes(draw):
    items = draw(
        st.lists(st.tuples(st.floats(-1, 5, width=32), st.integers(1, 60)), min_size=1, max_size=8)
    )
    values = np.array([value for value, _ in items])
    costs = np.array([cost for _, cost in items]) / 10
    alike = draw(st.floats(0, 1)) * gaussian(len(items), draw(st.integers(0, 10_000)))
    return Process.of(values, costs, draw(st.integers(1, 200)) / 10, Likeness.of(alike))


def gaussian(count: int, seed: int) -> np.ndarray:
    """How alike some points of a plane are: positive semi-definite, as every Gaussian is."""
    places = np.random.default_rng(seed).normal(size=(count, 2))
    return np.exp(-((places[:, None] - places[None]) ** 2).sum(-1))


def subsets(process: Process):
    """All that may be chosen and fits."""
    usable = np.flatnonzero(process.worth > 0).tolist()
    for size in range(len(usable) + 1):
        for subset in combinations(usable, size):
            if process.costs[list(subset)].sum() <= process.budget + 1e-6:
                yield list(subset)


def determinant(process: Process, subset: list[int]) -> float:
    """log det(L_S) with L = q K q written out."""
    root = np.exp(process.worth[subset] / 2)
    return float(np.log(np.linalg.det(root[:, None] * process.kernel(subset) * root)))


@PLAIN
@given(processes())
def test_the_mode_is_close_to_the_most_probable_of_all_sets(process):
    found = process.mode()
    best = max(determinant(process, subset) for subset in subsets(process))
    assert found in list(subsets(process))
    assert determinant(process, found) >= 0.6 * best - 1e-9


@PLAIN
@given(processes())
def test_the_growing_factor_knows_the_determinant(process):
    for subset in subsets(process):
        assert process.log_probability(subset) == pytest.approx(
            determinant(process, subset), abs=1e-6
        )


@PLAIN
@given(processes(), st.booleans())
def test_each_step_is_the_best_there_is(process, by_second):
    chosen = process.grown(by_second=by_second)
    for place, item in enumerate(chosen):
        before = chosen[:place]
        left = process.budget - process.costs[before].sum() + 1e-6
        rates = {}
        for other in np.flatnonzero((process.worth > 0) & (process.costs <= left)).tolist():
            if other not in before:
                gain = determinant(process, [*before, other]) - determinant(process, before)
                rates[other] = gain / process.costs[other] if by_second else gain
        assert rates[item] == pytest.approx(max(rates.values()), abs=1e-6)


@PLAIN
@given(processes())
def test_filling_keeps_the_mode_and_leaves_no_room_for_another(process):
    mode = process.mode()
    filled = process.filled(mode)
    assert set(mode) <= set(filled)
    left = process.budget - process.costs[filled].sum()
    assert left >= -1e-5
    others = set(np.flatnonzero(process.worth > 0).tolist()) - set(filled)
    assert all(process.costs[other] > left for other in others)


def test_a_repetition_is_left_out_until_there_is_nothing_else():
    alike = np.array([[1.0, 0.99, 0.0], [0.99, 1.0, 0.0], [0.0, 0.0, 1.0]])
    process = Process.of(np.array([1.0, 0.9, 0.5]), np.ones(3), 3.0, Likeness.of(alike))
    assert process.mode() == [0, 2]
    assert process.filled(process.mode()) == [0, 1, 2]


def test_without_likeness_the_valuable_win_and_nothing_worthless_does():
    values = np.array([0.2, 1.0, 0.9, -1.0])
    assert Process.of(values, np.ones(4), 2.0, None).mode() == [1, 2]
    assert Process.of(-np.ones(3), np.ones(3), 2.0, None).mode() == []
    assert Process.of(np.zeros(0), np.zeros(0), 2.0, None).mode() == []


@PLAIN
@given(st.integers(1, 20), st.integers(0, 10_000), st.floats(0, 1))
def test_a_likeness_becomes_positive_definite(count, seed, variety):
    everything = list(range(count))
    for alike in (variety * gaussian(count, seed), np.ones((count, count))):
        process = Process.of(np.ones(count), np.ones(count), 1.0, Likeness.of(alike))
        assert np.linalg.eigvalsh(process.kernel(everything)).min() > 1e-9
        assert (
            np.stack([process.row(each) for each in everything]) == process.kernel(everything)
        ).all()
