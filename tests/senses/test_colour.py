"""Colourfulness on the scale people gave."""

import numpy as np
import pytest

from summarizer.senses.colour import EXTREME, Colour, colourfulness
from tests.scenes import Scene, curve, plain, show


def test_grey_has_none():
    grey = np.stack([np.tile(np.arange(0, 256, 2, dtype=np.uint8)[None, :, None], (72, 1, 3))] * 8)
    assert max(curve(show(Colour, grey)).values) == 0


def test_the_measure_of_one_colour_is_its_distance_from_grey():
    """Red: 0.3 times the length of (255 red-green, 127.5 yellow-blue)."""
    expected = 0.3 * np.hypot(255, 127.5)
    assert colourfulness(plain((255, 0, 0), 1)[0]) == pytest.approx(expected, rel=1e-4)
    values = curve(show(Colour, plain((255, 0, 0)))).values
    assert values[0] == pytest.approx(expected / EXTREME, abs=1e-3)


def test_more_colours_are_more_colourful():
    colours = ((230, 40, 40), (40, 200, 60), (40, 60, 220), (240, 220, 40))
    stripes = np.concatenate([np.full((45, 320, 3), colour, np.uint8) for colour in colours])
    dull = (0.8 * stripes.mean(axis=2, keepdims=True) + 0.2 * stripes).astype(np.uint8)
    vivid, washed = (
        curve(show(Colour, np.stack([each] * 4))).values[0] for each in (stripes, dull)
    )
    assert vivid == 1.0
    assert washed < 0.4
    colourful, _ = Colour.concepts
    assert washed < colourful.at < vivid


def test_black_bars_do_not_wash_the_colours_out():
    frame = Scene(seed=2, palette=4).frame(0)
    barred = np.pad(frame, ((90, 90), (0, 0), (0, 0)))
    assert colourfulness(barred) == pytest.approx(colourfulness(frame), rel=0.1)


def test_an_old_film_has_no_colour(shared_data):
    from tests.scenes import watched

    _, (findings,) = watched(shared_data / "clips" / "friday.mp4", Colour)
    _, without = Colour.concepts
    assert without.low and max(curve(findings).values) <= without.at
