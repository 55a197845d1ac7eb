"""What a head is given of each second of a track."""

from pathlib import Path

import numpy as np
import pytest
import torch

from summarizer.models import beholding
from summarizer.models.beholding import by_second
from summarizer.models.saliency.head import Head
from summarizer.schema import Track


def track(name: str, times: list[float]) -> Track:
    """Whose rows say their number, from 1 on."""
    values = np.arange(1, len(times) + 1)[:, None] * np.ones((1, 3))
    return Track(name, np.array(times), values.astype("f2"), "a")


def test_the_row_nearest_to_the_middle_stands_for_a_second():
    found = by_second(track("sight", [0.0, 0.4, 1.1, 4.0]), range(5))
    assert found.dtype == np.float32 and found[:, 0].tolist() == [2, 3, 3, 4, 4]


def test_some_seconds_are_those_of_all():
    each = track("sight", [0.0, 0.9, 2.1, 3.3, 4.0])
    assert np.array_equal(by_second(each, range(2, 4)), by_second(each, range(5))[2:4])


def test_all_places_of_that_picture_stand_for_it_however_many_there_are():
    found = by_second(track("patches", [0.5, 0.5, 1.5, 2.5, 2.5, 2.5]), range(4))
    assert found.shape == (4, 3, 3) and found.dtype == np.float32
    assert found[..., 0].tolist() == [[1, 2, 0], [3, 0, 0], [4, 5, 6], [4, 5, 6]]


def test_a_long_video_is_judged_in_parts_as_if_it_were_in_one(monkeypatch):
    torch.manual_seed(0)
    draw = np.random.default_rng(1)
    head = Head({"sight": 5, "patches": 4}, 8).eval()
    monkeypatch.setattr(beholding.checkpoint, "find", lambda name: Path(name))
    monkeypatch.setattr(beholding, "head_of", lambda folder, made_by: head)
    times = np.arange(40) / 2
    tracks = [
        Track("sight", times, draw.normal(size=(40, 5)), "a"),
        Track("patches", np.repeat(times, 3), draw.normal(size=(120, 4)), "a"),
        Track("hearing", times, draw.normal(size=(40, 2)), "b"),  # it never learned to hear
    ]
    whole = beholding.rate("", tracks, 20, "own")
    assert whole.shape == (20,) and whole.std() > 0.001
    for each in (1, 2, 7, 19):
        monkeypatch.setattr(beholding, "AT_ONCE", each)
        assert beholding.rate("", tracks, 20, "own") == pytest.approx(whole, abs=1e-6)
    assert beholding.rate("", tracks[2:], 20, "own") is None
