"""One description, two drawings; both show the same sums."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from summarizer import chart
from summarizer.errors import OutputError
from summarizer.schema import (
    STAGE,
    Answer,
    Curve,
    Highlight,
    Preference,
    Saliency,
    Summary,
    Video,
)


def summary(seconds=60, curves=9, name="clip.mp4", want="music", highlights=((10, 20), (40, 45))):
    video = Video(name, "0", float(seconds), (64, 36), Fraction(25), 0, Fraction(1), True)
    noise = np.random.default_rng(0)
    drawn = tuple(Curve.of(f"curve {i}", "s", noise.random(video.rows)) for i in range(curves))
    return Summary(
        video,
        Preference(want=want),
        Answer("open"),
        Saliency(drawn, tuple(0.2 / (i + 1) for i in range(curves))),
        tuple(Highlight(start, end, 0.5, "why") for start, end in highlights),
    )


def test_the_layers_add_up_to_the_total():
    described = chart.describe(summary())
    assert len(described.layers) == chart.LAYERS + 1
    assert described.layers[-1].name == chart.REST
    total = sum(layer.values for layer in described.layers)
    np.testing.assert_allclose(total, described.total, atol=1e-12)


def test_plotly_draws_the_layers_the_total_and_the_bands():
    figure = chart.figure(summary())
    *layers, total = figure.data
    np.testing.assert_allclose(sum(np.asarray(each.y) for each in layers), total.y, atol=1e-12)
    assert [(shape.x0, shape.x1) for shape in figure.layout.shapes] == [(10, 20), (40, 45)]
    assert total.x[0] == 0.5


def test_names_cannot_carry_markup_into_the_figure():
    hostile = summary(curves=0)
    curve = Curve("<img src=x onerror=alert(1)>", "s", (0.5,) * 60)
    hostile = Summary(
        hostile.video, hostile.preference, hostile.answer, Saliency((curve,), (1.0,)), ()
    )
    assert "<img" not in chart.figure(hostile).to_json()


def test_the_page_stands_alone_and_is_escaped(tmp_path):
    bad = "<script>alert(1)</script>"
    chart.html(summary(name=f"{bad}.mp4", want=bad), tmp_path / "a.html")
    page = (tmp_path / "a.html").read_text()
    assert bad not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Plotly.newPlot" in page
    assert 'src="http' not in page


def test_the_picture_shows_bands_and_layers_where_they_are(tmp_path):
    drawn = summary(curves=1, highlights=((30, 60),))
    flat = Saliency((Curve("flat", "s", (0.5,) * 60),), (1.0,))
    drawn = Summary(drawn.video, drawn.preference, drawn.answer, flat, drawn.highlights)
    chart.png(drawn, tmp_path / "a.png")
    picture = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    left, top, right, bottom = chart.MARGIN
    height = chart.SIZE[1] - top - bottom
    middle = left + (chart.SIZE[0] - left - right) // 2
    above = top + int(height * 0.03)  # between the total (at 1 / 1.08) and the top
    assert picture[above, middle - 300].min() > 250
    assert picture[above, middle + 300, 2] < 230  # the band is yellow
    inside = picture[top + height // 2 + 5, middle - 300]
    assert inside[2] > inside[0] + 50  # the first layer is blue


@pytest.mark.parametrize(("seconds", "curves"), [(0.04, 1), (1, 0), (7, 12), (10800, 3)])
def test_any_length_can_be_drawn(tmp_path, seconds, curves):
    drawn = summary(seconds=seconds, curves=curves, highlights=())
    chart.png(drawn, tmp_path / "a.png")
    chart.figure(drawn, dark=True).to_json()
    assert len(chart.ticks(seconds)) <= 10


def test_a_picture_that_cannot_be_written_is_a_sentence(tmp_path):
    with pytest.raises(OutputError, match=r"^a.png can't be written[^\n]*$"):
        chart.png(summary(), tmp_path / "missing" / "a.png")


def test_clock():
    assert [chart.clock(each) for each in (0, 75.9, 3675)] == ["0:00", "1:15", "1:01:15"]


def staged(want: str = "") -> Summary:
    """A curve made in three steps, and with a wish what was asked for beside it."""
    drawn, noise = summary(curves=0, want=want), np.random.default_rng(1)
    asked = [Curve.of("what you asked for", "sight", noise.random(60))] if want else []
    steps = [Curve.of(f"stage {n}", STAGE, 0.5 + 0.5 * noise.random(60)) for n in range(3)]
    made = Curve.of("all together", "head", np.prod([each.array for each in steps], axis=0))
    weights = (*[0.7] * len(asked), 0.3 if want else 1.0, 0.0, 0.0, 0.0)
    return replace(drawn, saliency=Saliency((*asked, made, *steps), weights))


@pytest.mark.parametrize("want", ["", "music"])
def test_the_steps_of_a_curve_are_faint_lines_and_it_is_a_bold_one(want):
    given = staged(want)
    layers = chart.describe(given).layers
    assert {layer.name for layer in layers} == {
        "all together",
        *["what you asked for"] * bool(want),
    }
    *_, first, second, third, made, total = chart.figure(given).data
    curves = {curve.name: curve.array for curve in given.saliency.curves}
    for line, name in zip((first, second, third), ("stage 0", "stage 1", "stage 2"), strict=True):
        np.testing.assert_array_equal(line.y, curves[name])
        assert line.meta == line.name == name and line.opacity < 0.7 and not line.stackgroup
    np.testing.assert_array_equal(made.y, curves["all together"])
    assert made.opacity == 1.0 and made.line.width > 2 * first.line.width
    colours = [layer.colour for layer in layers] + [each.line.color for each in (first, second)]
    assert len({*colours, third.line.color}) == len(layers) + 3
    assert made.line.color in {layer.colour for layer in layers if layer.name == made.name}
    np.testing.assert_array_equal(total.y, given.saliency.total)
    assert chart.figure(given).layout.yaxis.range[1] >= max(curves["stage 0"])
    plain = chart.figure(given, steps=False)
    assert len(plain.data) == len(layers) + 1 and plain.layout.yaxis.range[1] < 1.09 * total.y.max()


def test_the_picture_has_the_steps_where_they_are(tmp_path):
    flat = [Curve(f"stage {n}", STAGE, (0.8,) * 60) for n in (1, 2)]
    made = Curve("all", "head", (0.64,) * 60)
    saliency = Saliency((made, *flat), (1.0, 0.0, 0.0))
    chart.png(replace(summary(highlights=()), saliency=saliency), tmp_path / "a.png")
    picture = np.asarray(Image.open(tmp_path / "a.png").convert("RGB")).astype(int)
    left, top, right, bottom = chart.MARGIN
    height, middle = chart.SIZE[1] - top - bottom, left + (chart.SIZE[0] - left - right) // 2 + 5

    def at(value: float) -> np.ndarray:
        return picture[top + round(height * (1 - value / (1.08 * 0.8))), middle]

    assert at(0.72).min() > 250  # nothing between the steps and what they make
    assert at(0.8).max() - at(0.8).min() > 40 and at(0.8).mean() > 120  # a faint colour
    assert at(0.64).mean() < 120  # the bold line, with the total on it


def test_what_is_no_step_is_not_drawn():
    drawn = summary(curves=2)
    nowhere = replace(drawn, saliency=replace(drawn.saliency, weights=(0.5, 0.0)))
    assert not chart.describe(nowhere).steps and len(chart.figure(nowhere).data) == 2
