"""Agreement against definitions written out in full, and against numbers from the literature."""

import math
from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from summarizer.metrics import agreement

GAP = np.nan
# four observers, twelve units: the worked example of Krippendorff, "Computing Krippendorff's
# Alpha-Reliability" (2011), section E
EXAMPLE = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, GAP, GAP, GAP],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, GAP, 3],
        [GAP, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, GAP],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, GAP],
    ]
)


def brute_tau(one, other) -> float:
    """Concordant less discordant pairs, over what ties leave of all pairs."""
    concordant = discordant = tied_one = tied_other = 0
    for (a, b), (c, d) in combinations(list(zip(one, other, strict=True)), 2):
        sign = (a - c) * (b - d)
        concordant += sign > 0
        discordant += sign < 0
        tied_one += a == c
        tied_other += b == d
    pairs = len(one) * (len(one) - 1) / 2
    return (concordant - discordant) / math.sqrt((pairs - tied_one) * (pairs - tied_other))


def brute_rho(one, other) -> float:
    def ranks(values):
        return [
            1 + sum(v < x for v in values) + (sum(v == x for v in values) - 1) / 2 for x in values
        ]

    return float(np.corrcoef(ranks(one), ranks(other))[0, 1])


def brute_alpha(judgements, level) -> float | None:
    """Alpha by walking over every ordered pair of judgements, without a coincidence matrix."""
    units = [[v for v in column if not math.isnan(v)] for column in judgements.T]
    units = [unit for unit in units if len(unit) > 1]
    pooled = [v for unit in units for v in unit]

    def distance(a, b):
        if level == "nominal":
            return float(a != b)
        if level == "interval":
            return (a - b) ** 2
        low, high = sorted((a, b))
        between = sum(low <= v <= high for v in pooled)
        return (between - (pooled.count(low) + pooled.count(high)) / 2) ** 2 if a != b else 0.0

    n = len(pooled)
    observed = sum(
        sum(distance(a, b) for a, b in permutations(unit, 2)) / (len(unit) - 1) for unit in units
    )
    expected = sum(distance(a, b) for a, b in permutations(pooled, 2))
    return 1 - (n - 1) * observed / expected if expected else None


@pytest.mark.parametrize(
    ("level", "alpha"), [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849)]
)
def test_alpha_of_the_published_example(level, alpha):
    assert agreement.krippendorff(EXAMPLE, level) == pytest.approx(alpha, abs=5e-4)


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
@settings(deadline=None)
@given(
    judgements=arrays.arrays(
        np.float64, st.tuples(st.integers(1, 4), st.integers(0, 7)),
        elements=st.sampled_from([1.0, 2.0, 3.0, 5.0, GAP]),
    )
)  # fmt: skip
def test_alpha_is_what_its_definition_says(level, judgements):
    expected = brute_alpha(judgements, level)
    got = agreement.krippendorff(judgements, level)
    assert (got is None) == (expected is None)
    if got is not None:
        assert got == pytest.approx(expected, abs=1e-9)


pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=2, max_size=12)


@settings(deadline=None)
@given(pairs)
def test_rank_correlations_are_what_their_definitions_say(judged):
    one, other = np.array(judged, float).T
    if agreement.hindrance(one, other):
        assert agreement.kendall(one, other) is agreement.spearman(one, other) is None
        return
    assert agreement.kendall(one, other) == pytest.approx(brute_tau(one, other), abs=1e-9)
    assert agreement.spearman(one, other) == pytest.approx(brute_rho(one, other), abs=1e-9)


def test_what_only_one_judged_does_not_count():
    one = np.array([1, 2, GAP, 3, 9])
    other = np.array([2, 4, 1, 8, GAP])
    assert agreement.shared(one, other) == 3
    assert agreement.kendall(one, other) == agreement.spearman(one, other) == pytest.approx(1)


@pytest.mark.parametrize(
    ("one", "other", "word"),
    [
        ([], [], "judged 0"),
        ([3], [4], "judged 1"),
        ([1, GAP], [GAP, 2], "judged 0"),
        ([2, 2, 2], [1, 2, 3], "same score"),
        ([1, 2, 3], [5, 5, 5], "same score"),
    ],
)
def test_what_has_no_number_has_a_sentence(one, other, word):
    one, other = np.array(one, float), np.array(other, float)
    assert agreement.kendall(one, other) is None
    assert agreement.spearman(one, other) is None
    assert word in agreement.hindrance(one, other)


@pytest.mark.parametrize(
    "judgements",
    [np.empty((0, 0)), np.empty((3, 0)), np.full((2, 3), GAP), np.full((2, 3), 4.0), EXAMPLE[:1]],
)
def test_alpha_that_does_not_exist_is_none(judgements):
    for level in ("nominal", "ordinal", "interval"):
        assert agreement.krippendorff(judgements, level) is None


def test_different_lengths_are_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="same things"):
        agreement.kendall(np.ones(2), np.ones(3))
