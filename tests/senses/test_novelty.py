"""New is what was not seen before; what returns is not."""

import numpy as np
import pytest

from summarizer.senses.novelty import LAG, OPENING, Novelty
from tests.scenes import Scene, curve, show

PLACES = [Scene(seed=40 + n, palette=n).frame(0) for n in range(4)]


def values(order: list[int], seconds: int = 8) -> np.ndarray:
    """Each place in turn, for so many seconds, four pictures a second."""
    return curve(show(Novelty, [PLACES[n] for n in order for _ in range(4 * seconds)])).array


def test_one_sight_is_not_new_for_long():
    found = values([0])
    assert (found[: int(LAG)] == OPENING).all()
    assert found[int(LAG) + 1 :].max() == 0


def test_another_place_is_new_and_then_known():
    found = values([0, 1])
    (new,) = Novelty.concepts
    assert found[8 : 8 + int(LAG)].min() > new.at
    assert found[8 + int(LAG) + 1 :].max() == 0


def test_a_view_that_returns_is_not_new():
    found = values([0, 1, 0, 2])
    assert found[16:24].max() < 0.05
    assert found[24:28].min() > 0.4


def test_key_pictures_seconds_apart_are_enough():
    times = np.arange(8) * 6.0
    found = curve(show(Novelty, [PLACES[n] for n in (0, 0, 1, 1, 0, 2, 2, 2)], times)).array
    at = found[(times + 0.5).astype(int)]
    assert at[[2, 5]].min() > 0.4
    assert at[[1, 3, 4, 6, 7]].max() == pytest.approx(0, abs=0.01)


def test_light_and_small_movements_do_not_make_a_place_new():
    scene = Scene(seed=40, palette=0, light=0.02, pan=(3, 0), noise=4)
    found = curve(show(Novelty, [scene.frame(t) for t in np.arange(40) / 4])).array
    assert found[5:].max() < 0.25
