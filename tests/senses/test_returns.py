"""A view comes back when another one was in between."""

import numpy as np
import pytest

from summarizer.senses.returns import Returns
from summarizer.stages.wish import read
from tests.scenes import Scene, curve, show, watched

BLACKNESS = np.zeros((180, 320, 3), np.uint8)


def values(order: str, **how) -> np.ndarray:
    """Five seconds of each place in turn, four pictures a second; a blank is black."""
    frames = []
    for number, letter in enumerate(order):
        scene = Scene(seed=40 + ord(letter), palette=ord(letter) % 5, **how)
        frames += [
            BLACKNESS if letter == " " else scene.frame(number + time) for time in np.arange(20) / 4
        ]
    return curve(show(Returns, frames)).array


def back(order: str, **how) -> str:
    """The order again, in small letters but where it is told to come back."""
    (concept,) = Returns.concepts
    found = values(order, **how).reshape(-1, 5) >= concept.at
    told = found[:, 1:4]  # a change may lie within the first second and the last
    assert (told.all(axis=1) | ~told.any(axis=1)).all()
    return "".join(
        letter.upper() if there[2] else letter for letter, there in zip(order, found, strict=True)
    )


@pytest.mark.parametrize(
    ("order", "told"),
    [
        ("abaca", "abAcA"),
        ("abcabc", "abcABC"),
        ("abcd", "abcd"),
        ("aaaa", "aaaa"),
        ("a a", "a a"),  # black is no other view
        ("a ba", "a bA"),
    ],
)
def test_what_comes_back_after_another_view(order, told):
    assert back(order) == told


def test_a_flash_is_no_other_view():
    frames = [Scene(seed=41, palette=1, speed=0).frame(time) for time in np.arange(40) / 4]
    frames[19:22] = [np.full_like(frames[0], 255)] * 3
    assert curve(show(Returns, frames)).array.max() == 0


def test_with_noise_and_things_that_move():
    assert back("abaca", speed=8, noise=4) == "abAcA"


def test_one_picture_and_one_colour_never_come_back():
    assert curve(show(Returns, BLACKNESS[None])).values == (0.0,)
    assert curve(show(Returns, np.stack([BLACKNESS + 200] * 20))).array.max() == 0


def test_long_videos_are_compared_in_pieces(monkeypatch):
    whole = values("abaca")
    monkeypatch.setattr("summarizer.senses.returns.BLOCK", 7)
    assert (values("abaca") == whole).all()


@pytest.mark.parametrize("wish", ["the same view again", "repeated shots", "views that come back"])
def test_a_viewer_may_ask_for_it(wish):
    (term,) = read(wish, Returns.concepts).terms
    assert [concept.curve for concept in term.concepts] == ["seen before"]


def test_a_drone_that_flies_on_never_comes_back(shared_data):
    _, (findings,) = watched(shared_data / "clips" / "koh_lipe_drone_86s_noaudio.mp4", Returns)
    (concept,) = Returns.concepts
    assert curve(findings).array.max() < concept.at
