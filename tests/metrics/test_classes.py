"""Measures of classifiers, against counting one by one."""

import numpy as np
import pytest

from summarizer.metrics.classes import (
    accuracy,
    calibration_error,
    confusion,
    log_loss,
    reliability,
    unweighted_recall,
)


def made(seed: int, things: int = 400, classes: int = 5) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    right = draw.choice(classes, things, p=[0.5, 0.2, 0.15, 0.1, 0.05])
    scores = draw.standard_normal((things, classes)) + 1.5 * np.eye(classes)[right]
    shares = np.exp(scores)
    return shares / shares.sum(axis=1, keepdims=True), right


@pytest.mark.parametrize("seed", range(4))
def test_counts_are_those_of_counting(seed):
    shares, right = made(seed)
    counts = np.zeros((5, 5), int)
    for row, truth in zip(shares, right, strict=True):
        counts[truth, max(range(5), key=lambda each: row[each])] += 1
    assert (confusion(shares, right) == counts).all()
    hits = sum(int(np.argmax(row)) == truth for row, truth in zip(shares, right, strict=True))
    assert accuracy(counts) == pytest.approx(hits / len(right))
    recalls = [
        np.mean([int(np.argmax(row)) == each for row in shares[right == each]]) for each in range(5)
    ]
    assert unweighted_recall(counts) == pytest.approx(np.mean(recalls))


@pytest.mark.parametrize("seed", range(4))
def test_the_calibration_error_is_the_mean_gap(seed):
    shares, right = made(seed)
    gap = 0.0
    for low in np.arange(15) / 15:
        inside = [
            (max(row), int(np.argmax(row)) == truth)
            for row, truth in zip(shares, right, strict=True)
            if low <= max(row) < low + 1 / 15 or (max(row) == 1.0 and low > 0.93)
        ]
        if inside:
            sure, hits = zip(*inside, strict=True)
            gap += abs(sum(sure) - sum(hits)) / len(right)
    assert calibration_error(shares, right) == pytest.approx(gap)


def test_what_is_believed_as_often_as_it_is_right_has_no_error():
    sure = np.full((10, 2), [0.7, 0.3])
    right = np.array([0] * 7 + [1] * 3)
    assert calibration_error(sure, right) == pytest.approx(0, abs=1e-12)
    assert calibration_error(np.full((10, 2), [1.0, 0.0]), right) == pytest.approx(0.3)
    assert sum(each.count for each in reliability(sure, right)) == 10


def test_the_log_loss_is_that_of_another_implementation():
    import torch

    shares, right = made(7)
    found = torch.nn.functional.nll_loss(
        torch.log(torch.from_numpy(shares)), torch.from_numpy(right)
    )
    assert log_loss(shares, right) == pytest.approx(found.item())
    assert log_loss(shares[:0], right[:0]) is None


def test_a_class_nobody_has_does_not_count_and_nothing_is_none():
    counts = np.array([[3, 1, 0], [0, 0, 0], [0, 0, 2]])
    assert unweighted_recall(counts) == pytest.approx((0.75 + 1) / 2)
    empty = np.zeros((0, 3))
    assert confusion(empty, np.zeros(0, int)).sum() == 0
    assert accuracy(np.zeros((3, 3))) is None
    assert unweighted_recall(np.zeros((3, 3))) is None
    assert calibration_error(empty, np.zeros(0, int)) is None
