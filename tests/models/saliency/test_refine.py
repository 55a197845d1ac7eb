"""Summaries of scores against all summaries there are."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.errors import SummarizerError
from summarizer.models.saliency.refine import Taste, kept, refine, smoothed

PLAIN = settings(max_examples=100, deadline=None)


def stretches(mask: np.ndarray) -> list[int]:
    return [len(list(group)) for there, group in groupby(mask.tolist()) if there]


def every(seconds: int, count: int, shortest: int):
    """All masks of exactly so many seconds in stretches that are long enough."""
    for number in range(2**seconds):
        mask = np.array([number >> place & 1 for place in range(seconds)], bool)
        if mask.sum() == count and all(length >= shortest for length in stretches(mask)):
            yield mask


@PLAIN
@given(st.integers(1, 10), st.integers(0, 10), st.integers(1, 5), st.integers(0, 10_000))
def test_no_summary_that_may_be_is_worth_more(seconds, count, shortest, seed):
    count = min(count, seconds)
    worth = np.random.default_rng(seed).normal(size=seconds).round(2)
    mask = kept(worth, count, shortest)
    shortest = min(shortest, max(1, count))
    assert mask.sum() == count
    assert all(length >= shortest for length in stretches(mask))
    best = max(worth[each].sum() for each in every(seconds, count, shortest))
    assert worth[mask].sum() == pytest.approx(best)


@PLAIN
@given(st.integers(1, 200), st.floats(0, 1), st.integers(1, 6), st.integers(0, 10_000))
def test_the_length_is_exact_and_no_stretch_is_too_short(seconds, share, shortest, seed):
    draw = np.random.default_rng(seed)
    count = int(share * seconds)
    found = refine(
        draw.normal(size=seconds), draw.normal(size=(seconds, 8)), count, Taste(1.0, shortest)
    )
    assert found.mask.sum() == count
    assert all(length >= min(shortest, count) for length in stretches(found.mask))


def test_what_comes_again_is_left_for_what_is_new():
    scenes = np.repeat(np.eye(3), 10, axis=0)[[*range(20), *range(10), *range(20, 30)]]
    scores = np.repeat([0.9, 0.6, 0.88, 0.6], 10)  # the third scene shows the first again
    found = refine(scores, scenes, 6, Taste(smooth=0, shortest=2, contrast=1.0))
    shown = scenes.argmax(1)
    assert sorted(shown[list(found.anchors)]) == [0, 1, 2]
    assert set(shown[found.mask]) == {0, 1, 2}
    assert set(shown[kept(scores, 6, 2)]) == {0}  # by scores alone it is all of one


def test_the_seconds_that_were_picked_are_in():
    draw = np.random.default_rng(3)
    for _ in range(20):
        found = refine(draw.random(80), draw.normal(size=(80, 6)), 12, Taste(shortest=1))
        assert len(found.anchors) == 12
        assert set(np.flatnonzero(found.mask)) == set(found.anchors)


def test_drawn_summaries_differ_and_come_again_from_the_same_chance():
    draw = np.random.default_rng(4)
    scores, rows = draw.random(60), draw.normal(size=(60, 16))
    found = [
        refine(scores, rows, 10, draw=np.random.default_rng(seed)).mask.tobytes()
        for seed in (1, 2, 1)
    ]
    assert found[0] == found[2] != found[1]


def test_smoothing_is_a_mean_by_a_bell():
    scores, spread = np.random.default_rng(5).random(30), 1.5
    times = np.arange(30)
    for at in (0, 1, 14, 29):
        bell = np.exp(-((times - at) ** 2) / (2 * spread**2)) * (abs(times - at) <= 6)
        assert smoothed(scores, spread)[at] == pytest.approx((bell * scores).sum() / bell.sum())
    np.testing.assert_allclose(smoothed(np.full(9, 0.3), 2.0), 0.3)
    np.testing.assert_array_equal(smoothed(scores, 0), scores)


def test_scores_without_rows_are_refused():
    with pytest.raises(SummarizerError, match="4 scores for 3 rows"):
        refine(np.ones(4), np.ones((3, 2)), 1)


@PLAIN
@given(st.integers(2, 60), st.floats(0.1, 1), st.integers(1, 4), st.integers(0, 10_000))
def test_only_free_seconds_are_kept_and_as_many_as_make_stretches(seconds, share, shortest, seed):
    draw = np.random.default_rng(seed)
    free = draw.random(seconds) < 0.6
    count = min(max(1, int(share * seconds)), int(free.sum()))
    rows = draw.normal(size=(seconds, 8))
    found = refine(draw.normal(size=seconds), rows, count, Taste(1.0, shortest), free=free)
    least = min(shortest, max(1, int(found.mask.sum())))  # what is all there is may be short
    assert not (found.mask & ~free).any() and found.mask.sum() <= count
    assert all(length >= least for length in stretches(found.mask))
    assert set(found.anchors) <= set(np.flatnonzero(free).tolist())
    if seconds <= 12:  # no more could be kept
        able = [
            each
            for each in range(count + 1)
            if any(not (mask & ~free).any() for mask in every(seconds, each, min(shortest, each)))
        ]
        assert found.mask.sum() == max(able)


def test_all_free_is_the_same_as_nothing_said():
    draw = np.random.default_rng(3)
    scores, rows = draw.normal(size=40), draw.normal(size=(40, 5))
    one, other = refine(scores, rows, 9), refine(scores, rows, 9, free=np.ones(40, bool))
    assert one.mask.tolist() == other.mask.tolist() and one.anchors == other.anchors
