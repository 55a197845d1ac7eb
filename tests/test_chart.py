"""One description, two drawings; both show the same sums."""

from fractions import Fraction

import numpy as np
import pytest
from PIL import Image

from summarizer import chart
from summarizer.errors import OutputError
from summarizer.schema import Answer, Curve, Highlight, Preference, Saliency, Summary, Video


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
