"""Light is absolute: black is 0, white is 1."""

import numpy as np
import pytest

from summarizer.senses.light import Light
from tests.scenes import Scene, curve, plain, show


@pytest.mark.parametrize("level", [0, 51, 128, 255])
def test_grey_reads_as_its_level(level):
    values = curve(show(Light, plain(level, 8))).values
    assert values == (pytest.approx(level / 255, abs=0.002),) * 2


def test_each_second_has_its_own_light():
    frames = np.concatenate([plain(20, 4), plain(200, 4), plain(100, 4)])
    assert curve(show(Light, frames)).values == pytest.approx(
        (20 / 255, 200 / 255, 100 / 255), abs=0.002
    )


def test_bars_beside_the_picture_are_left_out():
    bare = [Scene(seed=2, palette=1).frame(t) for t in np.arange(8) / 4]
    barred = [np.pad(frame, ((60, 60), (0, 0), (0, 0))) for frame in bare]
    assert curve(show(Light, barred)).array == pytest.approx(
        curve(show(Light, bare)).array, abs=0.03
    )


def test_dark_and_bright_are_asked_of_the_right_side():
    dark, bright = Light.concepts
    assert dark.low and dark.at < bright.at and not bright.low
