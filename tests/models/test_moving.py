"""How patches move, beside movements that the test makes itself."""

import cv2
import numpy as np
import pytest

from summarizer.models.moving import LONGEST, NUMBERS, USUAL, moving

SIDE, GRID = 128, 4
RIGHT, DOWN, GROWTH, TURN, LEFT, CHANGED = range(6)
LATER = len(USUAL)  # from here on the same until the next picture
GAP = 0.5


def textured(seed: int, size: int = SIDE) -> np.ndarray:
    """Smooth random colours, which can be followed."""
    coarse = np.random.default_rng(seed).integers(0, 256, (size // 8, size // 8, 3), np.uint8)
    return cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC)


def pasted(middle: tuple[float, float], size: float = 22.0, angle: float = 0.0) -> np.ndarray:
    """A textured square of about so many pixels from its middle, before a still ground."""
    picture = textured(1)
    matrix = cv2.getRotationMatrix2D((SIDE / 2, SIDE / 2), angle, size / (SIDE / 2))
    matrix[:, 2] += np.subtract(middle, SIDE / 2)
    thing = cv2.warpAffine(textured(2), matrix, (SIDE, SIDE))
    mask = cv2.warpAffine(np.full((SIDE, SIDE), 255, np.uint8), matrix, (SIDE, SIDE))
    return np.where(mask[..., None] > 127, thing, picture)


def numbers(pictures: list[np.ndarray], gap: float = GAP) -> np.ndarray:
    """(pictures, down, across, NUMBERS)"""
    times = gap * np.arange(len(pictures))
    return moving(np.stack(pictures), times, GRID).reshape(-1, GRID, GRID, NUMBERS)


@pytest.mark.parametrize(
    ("step", "which", "sign"),
    [((5, 0), RIGHT, 1), ((-5, 0), RIGHT, -1), ((0, 5), DOWN, 1), ((0, -5), DOWN, -1)],
)
def test_a_patch_tells_whither_its_thing_goes_and_only_there(step, which, sign):
    at = np.array([48.0, 48.0])
    found = numbers([pasted(at - step), pasted(at), pasted(at + step)])[1]
    for first in (0, LATER):
        there, other = found[1, 1, first:], found[3, 3, first:]
        wanted = 5 / SIDE / GAP / USUAL[which]
        assert sign * there[which] == pytest.approx(wanted, rel=0.35)
        assert abs(there[1 - which]) < 0.2 * wanted
        assert np.abs(other[:LATER]).max() < 0.1


def test_the_same_way_in_twice_the_time_is_half_as_fast():
    pictures = [pasted((48, 48)), pasted((52, 48))]
    slow, fast = (numbers(pictures, gap)[0, 1, 1, LATER:] for gap in (1.0, 0.5))
    assert fast[RIGHT] == pytest.approx(2 * slow[RIGHT], rel=1e-3) and fast[RIGHT] > 0.5
    assert fast[CHANGED] == slow[CHANGED] > 0


def test_what_grows_and_what_turns():
    at = (48, 48)
    grows = numbers([pasted(at, 24), pasted(at, 27)])[0, 1, 1, LATER:]
    shrinks = numbers([pasted(at, 27), pasted(at, 24)])[0, 1, 1, LATER:]
    assert grows[GROWTH] > 0.5 and shrinks[GROWTH] < -0.5
    one, other = (
        numbers([pasted(at, 27, -a), pasted(at, 27, a)])[0, 1, 1, LATER:] for a in (4, -4)
    )
    assert one[TURN] * other[TURN] < 0 and min(abs(one[TURN]), abs(other[TURN])) > 0.5


def test_what_appears_is_left_unexplained():
    found = numbers([textured(1), pasted((48, 48))])[0]
    assert found[1, 1, LATER + LEFT] > 1 and found[3, 3, LATER + LEFT] < 0.1


def test_what_cannot_be_told_is_nothing():
    still = numbers([textured(1)] * 3)
    assert not still[..., :-2].any()
    moved = [pasted((44, 48)), pasted((48, 48)), textured(7), textured(8)]
    found = numbers(moved)
    assert not found[0, ..., :LATER].any() and not found[-1, ..., LATER:-2].any(), "nothing there"
    assert found[0, ..., LATER:-2].any() and found[1, ..., :LATER].any()
    assert not found[1, ..., LATER:-2].any() and not found[2, ..., :-2].any(), "another shot"
    assert not numbers(moved[:2], LONGEST + 0.1)[..., :-2].any(), "too far apart"
    assert np.isfinite(moving(np.zeros((1, 32, 32, 3), np.uint8), np.zeros(1), 2)).all()


def test_each_patch_knows_its_place():
    places = numbers([textured(1)])[0, ..., -2:]
    assert np.allclose(places[0, 0], [-0.75, -0.75]) and np.allclose(places[1, 3], [0.75, -0.25])
