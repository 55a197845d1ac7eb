"""Colourfulness on the scale people gave, and colours called what people call them."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.senses.colour import EXTREME, NAMES, Colour, colourfulness, named
from summarizer.stages.wish import read
from tests.scenes import Scene, curve, plain, show, watched

EXAMPLES = Path(__file__).parents[2] / "examples"
# as they are known on the web
KNOWN = {
    "red": ((255, 0, 0), (220, 20, 60), (178, 34, 34), (128, 0, 0)),
    "orange": ((255, 165, 0), (255, 140, 0)),
    "yellow": ((255, 255, 0), (255, 215, 0)),
    "green": ((0, 255, 0), (0, 128, 0), (107, 142, 35), (46, 139, 87), (80, 120, 50)),
    "blue": ((0, 0, 255), (0, 0, 128), (135, 206, 235), (70, 130, 180), (65, 105, 225)),
    "purple": ((128, 0, 128), (75, 0, 130), (138, 43, 226), (147, 112, 219)),
    "pink": ((255, 192, 203), (255, 105, 180), (255, 20, 147)),
    "brown": ((139, 69, 19), (160, 82, 45), (120, 80, 50)),
    "black": ((0, 0, 0), (20, 20, 20)),
    "white": ((255, 255, 255), (248, 248, 255)),
    "grey": ((128, 128, 128), (169, 169, 169), (70, 70, 70)),
}


def test_grey_has_none():
    grey = np.stack([np.tile(np.arange(0, 256, 2, dtype=np.uint8)[None, :, None], (72, 1, 3))] * 8)
    assert max(curve(show(Colour, grey), "colour").values) == 0


def test_the_measure_of_one_colour_is_its_distance_from_grey():
    """Red: 0.3 times the length of (255 red-green, 127.5 yellow-blue)."""
    expected = 0.3 * np.hypot(255, 127.5)
    assert colourfulness(plain((255, 0, 0), 1)[0]) == pytest.approx(expected, rel=1e-4)
    values = curve(show(Colour, plain((255, 0, 0))), "colour").values
    assert values[0] == pytest.approx(expected / EXTREME, abs=1e-3)


def test_more_colours_are_more_colourful():
    colours = ((230, 40, 40), (40, 200, 60), (40, 60, 220), (240, 220, 40))
    stripes = np.concatenate([np.full((45, 320, 3), colour, np.uint8) for colour in colours])
    dull = (0.8 * stripes.mean(axis=2, keepdims=True) + 0.2 * stripes).astype(np.uint8)
    vivid, washed = (
        curve(show(Colour, np.stack([each] * 4)), "colour").values[0] for each in (stripes, dull)
    )
    assert vivid == 1.0
    assert washed < 0.4
    colourful, *_ = Colour.concepts
    assert washed < colourful.at < vivid


def test_black_bars_do_not_wash_the_colours_out():
    frame = Scene(seed=2, palette=4).frame(0)
    barred = np.pad(frame, ((90, 90), (0, 0), (0, 0)))
    assert colourfulness(barred) == pytest.approx(colourfulness(frame), rel=0.1)


def test_an_old_film_has_no_colour(shared_data):
    _, (findings,) = watched(shared_data / "clips" / "friday.mp4", Colour)
    _, without, *_ = Colour.concepts
    assert without.low and max(curve(findings, "colour").values) <= without.at


@pytest.mark.parametrize(
    ("name", "colour"), [(name, each) for name, known in KNOWN.items() for each in known]
)
def test_a_picture_of_one_colour_has_its_name(name, colour):
    findings = show(Colour, plain(colour, 4))
    assert {each.name: each.values[0] for each in findings.curves if each.name in NAMES} == {
        **dict.fromkeys(NAMES, 0.0),
        name: 1.0,
    }


def test_colours_are_shares_of_the_picture_second_by_second():
    flag = np.concatenate([plain(KNOWN[each][0], 4, (180, 100)) for each in ("red", "white")], 2)
    found = show(Colour, np.concatenate([flag, plain(KNOWN["blue"][0], 4, (180, 200))]))
    assert curve(found, "red").values == pytest.approx((0.5, 0.0), abs=0.02)
    assert curve(found, "white").values == pytest.approx((0.5, 0.0), abs=0.02)
    assert curve(found, "blue").values == (0.0, 1.0)


def test_skin_and_sand_have_no_name():
    for colour in ((224, 172, 140), (255, 219, 190), (210, 190, 150)):
        assert named(plain(colour, 1)[0]).sum() == 0, colour


def test_bars_beside_the_picture_are_not_black_pictures():
    barred = np.pad(plain((0, 0, 255), 4), ((0, 0), (90, 90), (0, 0), (0, 0)))
    found = show(Colour, barred)
    assert curve(found, "blue").values[0] == pytest.approx(1.0, abs=0.05)
    assert curve(found, "black").values[0] < 0.05


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("wish", ["the {} one", "{} pictures", "something {}"])
def test_a_viewer_may_ask_for_a_colour(name, wish):
    terms = read(wish.format(name), Colour.concepts).terms
    assert [concept.curve for term in terms for concept in term.concepts] == [name]


def test_black_and_white_is_neither_black_nor_white():
    (term,) = read("black and white pictures", Colour.concepts).terms
    assert [concept.curve for concept in term.concepts] == ["colour"]


def test_the_sea_is_blue_and_the_pitch_is_green():
    """day.mp4: a forest until 27 s, then the sea until 35 s; match.mp4: play at 4 to 12 s."""
    (_, (day,)), (_, (match,)) = (
        watched(EXAMPLES / name, Colour) for name in ("day.mp4", "match.mp4")
    )
    at = {concept.curve: concept.at for concept in Colour.concepts}
    assert curve(day, "green").array[15:27].min() > 0.7
    assert curve(day, "blue").array[29:34].min() > 0.5
    assert curve(day, "green").array[29:].max() < at["green"]
    assert curve(day, "blue").array[15:27].max() < at["blue"]
    assert curve(match, "green").array[4:12].min() > 4 * at["green"]
