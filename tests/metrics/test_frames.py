"""Masks and scores against walks over frames, all subsets and all pairs, and scipy."""

import math
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from summarizer.metrics import frames
from summarizer.metrics.frames import Overlap, Ranks

masks = st.lists(st.booleans(), min_size=1, max_size=12)


def drawn(seed: int, *shape: int, levels: int = 0) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(1, levels + 1, shape).astype(float) if levels else rng.random(shape)


# -- masks ----------------------------------------------------------------------------------------


@given(st.data(), masks)
def test_overlap_is_counted_frame_by_frame(data, chosen):
    wanted = data.draw(st.lists(st.booleans(), min_size=len(chosen), max_size=len(chosen)))
    got = frames.overlap(np.array(chosen), np.array(wanted))
    both = len([1 for a, b in zip(chosen, wanted, strict=True) if a and b])
    assert (got.precision is None) == (not any(chosen))
    assert (got.recall is None) == (not any(wanted))
    assert (got.f is None) == (not any(chosen) and not any(wanted))
    if any(chosen) and any(wanted):
        precision, recall = both / sum(chosen), both / sum(wanted)
        f = 2 * precision * recall / (precision + recall) if both else 0.0
        assert (got.precision, got.recall) == (precision, recall)
        assert math.isclose(got.f, f)
    elif got.f is not None:
        assert got.f == 0


def test_masks_of_different_lengths_are_a_mistake():
    with pytest.raises(ValueError, match=r"\(3,\) and \(4,\)"):
        frames.overlap(np.ones(3), np.ones(4))


def test_mean_and_best_of_many_annotators():
    chosen = np.array([1, 1, 0, 0])
    many = frames.overlaps(chosen, np.array([[1, 1, 0, 0], [0, 0, 1, 1], [0, 1, 0, 0]]))
    assert many.best == Overlap(1.0, 1.0, 1.0)
    assert math.isclose(many.mean.f, (1 + 0 + 2 / 3) / 3)
    assert math.isclose(many.mean.precision, (1 + 0 + 0.5) / 3)
    assert math.isclose(many.mean.recall, (1 + 0 + 1) / 3)


def test_an_annotator_without_a_frame_is_no_zero_where_nothing_was_chosen():
    nothing, empty = np.zeros(4), np.zeros((1, 4))
    assert frames.overlaps(nothing, empty).mean == Overlap(None, None, None)
    assert frames.overlaps(nothing, empty).best == Overlap(None, None, None)
    assert frames.overlaps(nothing, np.zeros((0, 4))).mean.f is None
    assert frames.overlaps(np.ones(4), empty).mean.f == 0


# -- from scores to a mask ------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=1, max_size=60))
def test_both_rules_of_the_share(scores):
    scores, place = np.array(scores, float), int(0.15 * len(scores))
    exact, threshold = frames.top(scores), frames.above(scores)
    assert exact.sum() == max(1, place)
    assert scores[exact].min() >= scores[~exact].max(initial=-1)
    # a frame is kept as long as at most `place` frames are strictly better
    better = [(scores > score).sum() for score in scores]
    np.testing.assert_array_equal(threshold, [count <= place for count in better])
    assert threshold.sum() >= place + 1 or len(scores) == place


def test_the_threshold_keeps_one_more_than_the_share_and_all_ties():
    distinct = np.random.default_rng(0).permutation(83).astype(float)
    assert frames.top(distinct).sum() == 12
    assert frames.above(distinct).sum() == 13
    assert frames.above(np.ones(83)).sum() == 83
    assert frames.top(np.ones(83)).tolist() == [True] * 12 + [False] * 71  # the earliest
    assert not len(frames.above(np.zeros(0)))


def test_scores_are_held_from_pick_to_pick():
    np.testing.assert_array_equal(
        frames.upsample(np.array([1.0, 2.0, 3.0]), np.array([1, 3, 7]), 9),
        [1, 1, 1, 2, 2, 2, 2, 3, 3],
    )
    with pytest.raises(ValueError, match="2 scores for 3 picks"):
        frames.upsample(np.ones(2), np.arange(3), 9)


def test_means_of_shots():
    scores, shots = drawn(1, 40), np.array([[0, 7], [7, 8], [8, 40]])
    expected = [scores[first:end].mean() for first, end in shots]
    np.testing.assert_allclose(frames.shot_means(scores, shots), expected)


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(1, 6)), max_size=9),
    st.integers(0, 20),
)
@settings(deadline=None)
def test_the_knapsack_is_as_good_as_every_subset(items, capacity):
    values, weights = [value / 7 for value, _ in items], [weight for _, weight in items]
    chosen = frames.knapsack(values, weights, capacity)
    assert chosen == sorted(set(chosen))
    assert sum(weights[index] for index in chosen) <= capacity
    best = max(
        sum(values[index] for index in subset)
        for size in range(len(items) + 1)
        for subset in combinations(range(len(items)), size)
        if sum(weights[index] for index in subset) <= capacity
    )
    assert math.isclose(sum(values[index] for index in chosen), best, abs_tol=1e-12)


def test_a_summary_is_whole_shots_within_the_share():
    shots = np.array([[0, 10], [10, 30], [30, 45], [45, 100]])
    scores = np.repeat([0.3, 0.9, 0.5, 1.0], [10, 20, 15, 55])
    chosen = frames.shot_summary(scores, shots)  # room for 15 frames: only shots 0 or 2 fit
    np.testing.assert_array_equal(np.flatnonzero(chosen), np.arange(30, 45))
    assert not frames.shot_summary(np.zeros(100), shots).any()
    # by the mean: two short shots are worth more than the long one they fit beside
    both = frames.shot_summary(np.repeat([0.3, 0.3, 0.5, 0.0], [7, 8, 15, 70]), SHORT)
    np.testing.assert_array_equal(np.flatnonzero(both), np.arange(15))


SHORT = np.array([[0, 7], [7, 15], [15, 30], [30, 100]])


# -- rank correlation -----------------------------------------------------------------------------


@pytest.mark.parametrize("levels", [0, 2, 5])
def test_both_conventions_against_scipy(levels):
    scores, users = drawn(3, 50), drawn(4, 6, 50, levels=levels)
    each = [stats.kendalltau(scores, row).statistic for row in users]
    rhos = [stats.spearmanr(scores, row).statistic for row in users]
    got = frames.per_annotator(scores, users)
    assert math.isclose(got.tau, np.mean(each)) and math.isclose(got.rho, np.mean(rhos))
    got, average = frames.against_mean(scores, users), users.mean(axis=0)
    assert math.isclose(got.tau, stats.kendalltau(scores, average).statistic)
    assert math.isclose(got.rho, stats.spearmanr(scores, average).statistic)


def test_one_who_scored_all_alike_has_no_order():
    scores, users = drawn(5, 30), np.vstack([drawn(6, 30, levels=5), np.full(30, 3.0)])
    assert frames.per_annotator(scores, users) == frames.ranks(scores, users[0])
    nothing = Ranks(None, None)
    assert frames.per_annotator(np.ones(30), users) == nothing
    assert frames.against_mean(np.ones(30), users) == nothing
    assert frames.per_annotator(scores, users[1:]) == nothing
    assert frames.per_annotator(scores, np.zeros((0, 30))) == nothing
    assert frames.against_mean(scores, np.zeros((0, 30))) == nothing
    assert frames.between(users) == nothing


# -- people ---------------------------------------------------------------------------------------


@given(st.integers(0, 10_000), st.integers(2, 5), st.integers(1, 25), st.sampled_from([2, 4, 0]))
@settings(deadline=None, max_examples=60)
def test_between_is_the_mean_over_all_pairs(seed, people, count, levels):
    users = drawn(seed, people, count, levels=levels)
    pairs = [frames.ranks(one, other) for one, other in combinations(users, 2)]
    got = frames.between(users)
    for name in ("tau", "rho"):
        there = [getattr(pair, name) for pair in pairs if getattr(pair, name) is not None]
        if not there:
            assert getattr(got, name) is None
        else:
            assert math.isclose(getattr(got, name), np.mean(there), abs_tol=1e-9)


def test_pairs_of_many_different_scores_are_sorted_instead_of_counted():
    users = drawn(9, 3, 4 * frames.FEW)
    taus = [stats.kendalltau(one, other).statistic for one, other in combinations(users, 2)]
    assert math.isclose(frames.between(users).tau, np.mean(taus))


def test_each_against_the_others():
    users = drawn(7, 4, 40, levels=5)
    taus, rhos, means, bests = [], [], [], []
    for index in range(4):
        others = np.array([row for number, row in enumerate(users) if number != index])
        taus.append(stats.kendalltau(users[index], others.mean(axis=0)).statistic)
        rhos.append(stats.spearmanr(users[index], others.mean(axis=0)).statistic)
        found = [frames.overlap(users[index] > 3, row > 3).f for row in others]
        means.append(np.mean(found))
        bests.append(max(found))
    got = frames.against_others(users)
    assert math.isclose(got.tau, np.mean(taus)) and math.isclose(got.rho, np.mean(rhos))
    np.testing.assert_allclose(frames.one_out(users > 3), (np.mean(means), np.mean(bests)))


def test_one_person_agrees_with_nobody():
    alone = drawn(8, 1, 20, levels=5)
    assert frames.between(alone) == frames.against_others(alone) == Ranks(None, None)
    assert frames.one_out(alone > 3) == (None, None)


# -- answers that look at nothing -----------------------------------------------------------------


def test_chance_repeats_with_its_seed():
    np.testing.assert_array_equal(frames.random(50, 3), frames.random(50, 3))
    assert (frames.random(50, 3) != frames.random(50, 4)).all()


@pytest.mark.parametrize("share", [0.15, 0.3, 0.5])
@pytest.mark.parametrize("count", [64, 100, 707])
def test_uniform_leaves_no_large_gap(count, share):
    chosen = np.flatnonzero(frames.top(frames.uniform(count), share))
    gaps = np.diff(np.concatenate([chosen, [count]]))
    assert gaps.max() <= 2 / share + 1  # twice of what perfect spacing has
    assert len(np.unique(frames.uniform(count))) == count


def test_centre_is_highest_in_the_middle_and_even():
    scores = frames.centre(9)
    assert scores.argmax() == 4 and scores[4] == 1
    np.testing.assert_allclose(scores, scores[::-1])
    assert (np.diff(scores[:5]) > 0).all() and scores.min() > 0
    assert not len(frames.centre(0)) and not len(frames.uniform(0))
