"""Light is absolute: black is 0, white is 1."""

import numpy as np
import pytest

from summarizer.senses.light import Light
from tests.scenes import Scene, curve, plain, show


@pytest.mark.parametrize("level", [0, 51, 128, 255])
def test_grey_reads_as_its_level(level):
    values = curve(show(Light, plain(level, 8)), "light").values
    assert values == (pytest.approx(level / 255, abs=0.002),) * 2


def test_each_second_has_its_own_light():
    frames = np.concatenate([plain(20, 4), plain(200, 4), plain(100, 4)])
    assert curve(show(Light, frames), "light").values == pytest.approx(
        (20 / 255, 200 / 255, 100 / 255), abs=0.002
    )


def test_bars_beside_the_picture_are_left_out():
    bare = [Scene(seed=2, palette=1).frame(t) for t in np.arange(8) / 4]
    barred = [np.pad(frame, ((60, 60), (0, 0), (0, 0))) for frame in bare]
    assert curve(show(Light, barred), "light").array == pytest.approx(
        curve(show(Light, bare), "light").array, abs=0.03
    )


def test_dark_and_bright_are_asked_of_the_right_side():
    dark, bright, _ = Light.concepts
    assert dark.low and dark.at < bright.at and not bright.low


@pytest.mark.parametrize(("level", "told"), [(0, 0), (20, 0), (60, 1), (80, 1), (128, 0), (255, 0)])
def test_dim_is_neither_dark_nor_well_lit(level, told):
    assert curve(show(Light, plain(level, 8)), "dim light").values == (told,) * 2
