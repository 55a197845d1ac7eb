"""The colours can be told apart: WCAG AA for every pair of text and ground the page uses."""

import re

import pytest

from ui import look

TEXT = ("ink", "soft", "watch", "listen", "bad", "care")


def palette(night: bool) -> dict[str, str]:
    style = look.STYLE.read_text(encoding="utf-8")
    blocks = re.findall(r"\{([^}]*--paper[^}]*)\}", style)
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[night]))


def contrast(one: str, other: str) -> float:
    """The ratio WCAG 2 defines, from 1 to 21."""
    bright, dim = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_the_ratio_is_the_known_one():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize("text", TEXT)
@pytest.mark.parametrize("ground", ["paper", "card"])
def test_text_is_readable(night, text, ground):
    colours = palette(night)
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("night", [False, True])
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        *(("ink", "mark-soft"), ("soft", "mark-soft"), ("ink", "line")),
        *(("bad", "bad-soft"), ("care", "care-soft"), ("watch", "watch-soft")),
    ],
)
def test_text_on_colour_is_readable(night, text, ground):
    colours = palette(night)
    assert contrast(colours[text], colours[ground]) >= 4.5


def test_ink_on_the_marker_is_readable():
    assert contrast("#171b23", palette(False)["mark"]) >= 7


def test_the_two_palettes_name_the_same_colours():
    assert palette(False).keys() == palette(True).keys()
