"""Frames by change: exactly as many as allowed, and none of what happens left out."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.errors import SummarizerError
from summarizer.models.saliency.adaptive import sampled, spread

PLAIN = settings(max_examples=120, deadline=None)


@PLAIN
@given(st.integers(0, 90), st.integers(1, 40), st.integers(0, 9), st.integers(0, 10_000))
def test_exactly_as_many_frames_as_allowed_each_once_and_in_order(frames, budget, kinds, seed):
    draw = np.random.default_rng(seed)
    rows = draw.normal(size=(kinds + 1, 4))[draw.integers(0, kinds + 1, frames)]  # many the same
    found = spread(rows, budget)
    assert len(found) == min(frames, budget)
    assert (np.diff(found) > 0).all()
    assert not len(found) or (found[0] >= 0 and found[-1] < frames)


@pytest.mark.parametrize("seed", range(8))
def test_every_scene_is_seen_however_short(seed):
    draw = np.random.default_rng(seed)
    lengths = draw.integers(1, 200, 8)
    rows = np.repeat(np.eye(8), lengths, axis=0) + 0.001 * draw.normal(size=(lengths.sum(), 8))
    which = np.repeat(np.arange(8), lengths)
    assert set(which[spread(rows, 16)]) == set(range(8))


def test_what_moves_is_looked_at_more_than_what_rests():
    angle = np.concatenate([np.zeros(100), np.linspace(0, 3, 100), np.full(100, 3.0)])
    found = spread(np.stack([np.cos(angle), np.sin(angle)], 1), 30)
    moving = ((found >= 100) & (found < 200)).sum()
    assert moving > 20
    assert (found < 100).any()
    assert (found >= 200).any()


def test_a_still_video_is_looked_at_evenly():
    found = spread(np.ones((100, 3)), 10)
    assert np.diff(found).min() >= 9
    assert np.diff(found).max() <= 11


def test_how_bright_embeddings_are_does_not_matter():
    draw = np.random.default_rng(1)
    rows = draw.normal(size=(60, 6))
    lengths = draw.uniform(0.1, 50, (60, 1))
    np.testing.assert_array_equal(spread(rows, 12), spread(rows * lengths, 12))


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_batches_make_no_difference(size):
    pictures = np.random.default_rng(2).random((50, 4, 4, 3))

    def embed(batch: np.ndarray) -> np.ndarray:
        return batch.reshape(len(batch), -1) - 0.5

    batches = [pictures[first : first + size] for first in range(0, 50, size)]
    np.testing.assert_array_equal(sampled(batches, embed, 9), spread(embed(pictures), 9))


def test_nothing_to_choose_from_and_nothing_to_choose_are_refused():
    with pytest.raises(SummarizerError, match="budget of 0"):
        spread(np.ones((3, 2)), 0)
    with pytest.raises(SummarizerError, match="no pictures"):
        sampled([], lambda batch: batch, 3)
    with pytest.raises(SummarizerError, match="finite"):
        spread(np.full((5, 2), np.nan), 3)
