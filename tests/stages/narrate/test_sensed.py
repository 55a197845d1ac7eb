"""What a language model is given of the senses: so many tokens, of the right pictures and times."""

import numpy as np
import pytest
import torch

from summarizer.models.merging import decide
from summarizer.schema import Track
from summarizer.stages.narrate.sensed import heard, seen, senses_of
from tests.perceptions import at, perception, video

KEEP, WIDTH = 4, 6


def tracks() -> list[Track]:
    """60 pictures whose tokens all say their second, and a sound that does twice a second."""
    seconds = np.repeat(np.arange(60.0), KEEP)
    values = np.random.default_rng(0).normal(0, 0.01, (len(seconds), WIDTH))
    values[:, 0] = seconds
    halves = np.arange(120) / 2
    tune = np.stack([halves, halves**2], 1)
    return [
        Track("patches", seconds, values.astype(np.float16), "test"),
        Track("tune", halves, tune.astype(np.float16), "test"),
    ]


@pytest.fixture
def made():
    curves = {"movement": at(60, (10, 20), high=1.0, low=0.0)}
    return perception(video(60.0), curves, tracks=tracks())


@pytest.mark.parametrize("most", [1, 2, 3, 7, 16, 40, 200])
@pytest.mark.parametrize("span", [(0.0, 60.0), (10.0, 15.0), (59.2, 60.0)])
def test_never_more_tokens_than_asked_for_and_only_of_that_stretch(made, most, span):
    sight, sound = (senses_of(made)[name](*span, most) for name in ("sight", "sound"))
    assert 1 <= len(sight) <= most and sight.shape[1] == WIDTH
    assert len(sight) == most or most > KEEP  # all of it is used while there are pictures
    low, high = int(span[0]) - 0.5, span[1] + 0.5
    assert ((low <= sight[:, 0]) & (sight[:, 0] <= high)).all()
    assert 1 <= len(sound) <= most and (np.diff(sound[:, 0]) > 0).all()
    assert ((span[0] - 1 <= sound[:, 0]) & (sound[:, 0] < span[1])).all()


def test_more_pictures_are_from_where_more_is_going_on(made):
    shown = np.round(seen(made, made.track("patches"), 0.0, 60.0, 96)[:, 0])
    inside = ((shown >= 10) & (shown < 20)).mean()
    assert inside > 2 / 6  # a sixth of the time


def test_each_picture_is_merged_by_itself():
    draw = np.random.default_rng(3)
    counts = draw.integers(3, 9, 40)  # of tokens: pictures need not be as large as each other
    values = draw.normal(0, 1, (counts.sum(), WIDTH)).astype(np.float16)
    patches = Track("patches", np.repeat(np.arange(40.0), counts), values, "test")
    found = seen(perception(video(40.0), {}, tracks=[patches]), patches, 5.0, 35.0, 70, each=5)
    pictures = iter([merged(each, 5) for each in np.split(values, np.cumsum(counts)[:-1])])
    shown = 0
    while len(found):  # of the next of the pictures, in order of time, are the next tokens
        kept = next(each for each in pictures if is_like(each, found[: len(each)]))
        found, shown = found[len(kept) :], shown + 1
    assert shown == 14  # of 70 tokens, 5 each


def is_like(one: np.ndarray, other: np.ndarray) -> bool:
    return one.shape == other.shape and np.allclose(one, other, atol=2e-3)


def merged(picture: np.ndarray, share: int) -> np.ndarray:
    tokens = torch.from_numpy(picture.astype(np.float32))
    return decide(tokens, min(share, len(tokens))).merge(tokens).numpy()


def test_sound_is_the_mean_of_equal_parts(made):
    tokens = heard(made.track("tune"), 10.0, 20.0, 4)
    assert tokens[:, 0] == pytest.approx([11.0, 13.5, 16.0, 18.25], abs=0.3)
    assert len(heard(made.track("tune"), 10.0, 11.0, 32)) == 2
    assert heard(made.track("tune"), 10.1, 10.2, 3)[:, 0] == pytest.approx([10.5])


def test_without_tracks_there_are_no_senses():
    assert senses_of(perception(video(60.0), {})) == {}
    empty = Track("tune", np.zeros(0), np.zeros((0, 2), np.float16), "test")
    assert senses_of(perception(video(60.0), {}, tracks=[empty])) == {}
