"""Sets of a given size against all of them, written out."""

import math
from collections import Counter
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.errors import SummarizerError
from summarizer.models import kdpp

PLAIN = settings(max_examples=60, deadline=None)
kernels = st.builds(
    lambda items, width, seed: made(items, width, seed),
    st.integers(1, 7),
    st.integers(1, 5),
    st.integers(0, 10_000),
)


def made(items: int, width: int, seed: int) -> np.ndarray:
    draw = np.random.default_rng(seed)
    return kdpp.kernel(np.exp(draw.normal(size=items)), draw.normal(size=(items, width)))


def probabilities(matrix: np.ndarray, count: int) -> dict[tuple[int, ...], float]:
    """Of every set of that size, by its determinant."""
    sets = list(combinations(range(len(matrix)), count))
    volumes = [np.linalg.det(matrix[np.ix_(each, each)]) if each else 1.0 for each in sets]
    return {each: volume / sum(volumes) for each, volume in zip(sets, volumes, strict=True)}


@PLAIN
@given(kernels, st.data())
def test_a_set_is_as_probable_as_its_determinant_among_all(matrix, data):
    count = data.draw(st.integers(0, len(matrix)))
    for chosen, right in probabilities(matrix, count).items():
        found = math.exp(kdpp.log_probability(matrix, chosen))
        assert found == pytest.approx(right, rel=1e-5, abs=1e-9)


@PLAIN
@given(kernels, st.data())
def test_each_greedy_step_is_the_best_there_is(matrix, data):
    count = data.draw(st.integers(1, len(matrix)))
    chosen = kdpp.likeliest(matrix, count)
    assert len(set(chosen)) == count
    for place, item in enumerate(chosen):
        before = chosen[:place]
        volumes = {
            other: np.linalg.det(matrix[np.ix_([*before, other], [*before, other])])
            for other in range(len(matrix))
            if other not in before
        }
        assert volumes[item] >= max(volumes.values()) * (1 - 1e-6)


def test_the_greedy_set_is_near_the_most_probable_one():
    for seed in range(40):
        matrix = made(9, 3, seed)
        found = np.linalg.slogdet(matrix[np.ix_(*2 * [kdpp.likeliest(matrix, 4)])])[1]
        best = max(probabilities(matrix, 4).values())
        mine = math.exp(kdpp.log_probability(matrix, kdpp.likeliest(matrix, 4)))
        assert np.isfinite(found)
        assert mine >= best / math.factorial(4)  # the bound for greedy volumes


@pytest.mark.parametrize(("items", "width", "count"), [(6, 4, 3), (5, 2, 2), (4, 4, 4), (5, 3, 1)])
def test_sets_are_drawn_as_often_as_they_are_probable(items, width, count):
    matrix, draw, times = made(items, width, 5), np.random.default_rng(1), 8000
    drawn = Counter(tuple(sorted(kdpp.sample(matrix, count, draw))) for _ in range(times))
    right = probabilities(matrix, count)
    assert set(drawn) <= set(right)
    off = sum((drawn[each] - times * p) ** 2 / (times * p) for each, p in right.items() if p > 1e-4)
    freedom = sum(p > 1e-4 for p in right.values()) - 1
    # mean and spread of chi squared; five spreads off is one in a million
    assert off <= freedom + 5 * math.sqrt(2 * freedom) + 1e-6


def test_the_same_again_is_taken_last():
    rows = np.array([[1.0, 0], [1, 0], [0, 1], [1, 1]])
    assert set(kdpp.likeliest(kdpp.kernel(np.array([1.0, 0.99, 0.5, 0.4]), rows), 2)) == {0, 2}


def test_hundreds_of_items_do_not_overflow():
    draw = np.random.default_rng(0)
    matrix = kdpp.kernel(np.exp(4 * draw.random(400)), draw.normal(size=(400, 64)))
    for chosen in (kdpp.likeliest(matrix, 120), kdpp.sample(matrix, 120, draw)):
        assert len(set(chosen)) == 120
        assert np.isfinite(kdpp.log_probability(matrix, chosen))


def test_what_can_not_be_chosen_is_refused():
    matrix = made(4, 3, 0)
    with pytest.raises(SummarizerError, match="5 of 4"):
        kdpp.likeliest(matrix, 5)
    flat = np.ones((4, 4))
    with pytest.raises(SummarizerError, match="fewer"):
        kdpp.likeliest(flat, 2)
    with pytest.raises(SummarizerError, match="fewer"):
        kdpp.sample(flat, 2, np.random.default_rng(0))
    with pytest.raises(SummarizerError, match="4096"):
        kdpp.kernel(np.ones(5000), np.ones((5000, 1)))
