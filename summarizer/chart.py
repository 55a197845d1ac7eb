"""One description of the saliency figure, drawn by plotly (page, html) and by Pillow (png).

The coloured layers are weight times curve, so their outline is exactly the total: the picture is
the explanation. A curve that was made in steps is also drawn as a bold line over it, and its steps
as faint ones.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from summarizer.files import whole
from summarizer.schema import STAGE, Saliency, Summary

LAYERS = 6  # curves drawn apart; the others are one layer
REST = "everything else"
# told apart by people who see few colours, too (after the Okabe-Ito set)
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#8C8C8C")
BAND = "#F5B301"
FAINT = 0.55  # how opaque the line of a step is


@dataclass(frozen=True)
class Palette:
    """The colours around the layers."""

    paper: str
    ink: str
    grid: str


LIGHT = Palette(paper="#FFFFFF", ink="#1F2430", grid="#D9DCE3")
DARK = Palette(paper="#14171F", ink="#E8EAF0", grid="#353B48")


@dataclass(frozen=True, eq=False)
class Layer:
    name: str
    colour: str
    values: np.ndarray  # (seconds,) what it adds to the total


@dataclass(frozen=True, eq=False)
class Chart:
    """What is drawn, whoever draws it."""

    seconds: float
    layers: tuple[Layer, ...]  # from the bottom up
    total: np.ndarray  # (seconds,)
    bands: tuple[tuple[float, float, str], ...]  # start, end, why
    steps: tuple[Layer, ...] = ()  # that a curve was made in, and that curve: last

    @property
    def top(self) -> float:
        drawn = [self.total, *(step.values for step in self.steps)]
        return max(0.05, max(float(each.max(initial=0.0)) for each in drawn) * 1.08)


def describe(summary: Summary, steps: bool = True) -> Chart:
    """The strongest curves as layers of their own, the rest as one, highlights as bands; and the
    steps of a curve, if there are any and they are wanted."""
    saliency = summary.saliency
    parts = [
        (curve.name, weight * curve.array)
        for curve, weight in zip(saliency.curves, saliency.weights, strict=True)
        if weight > 0
    ]
    parts.sort(key=lambda part: -part[1].sum())
    shown, rest = parts[:LAYERS], parts[LAYERS:]
    if rest:
        shown.append((REST, sum(values for _, values in rest)))
    layers = tuple(
        Layer(name, colour, values) for (name, values), colour in zip(shown, COLOURS, strict=False)
    )
    bands = tuple((each.start, each.end, each.why) for each in summary.highlights)
    lines = _steps(saliency, layers) if steps else ()
    return Chart(summary.video.seconds, layers, saliency.total, bands, lines)


def _steps(saliency: Saliency, layers: Sequence[Layer]) -> tuple[Layer, ...]:
    """Each step in a colour of its own, then what they make, which stands before the first."""
    curves = saliency.curves
    found = [at for at, curve in enumerate(curves) if curve.sense == STAGE]
    if not found or not found[0]:
        return ()
    made = curves[found[0] - 1]
    own = {layer.name: layer.colour for layer in layers}
    free = [colour for colour in COLOURS if colour not in own.values()] or COLOURS
    steps = [
        Layer(curves[at].name, free[number % len(free)], curves[at].array)
        for number, at in enumerate(found)
    ]
    return (*steps, Layer(made.name, own.get(made.name, COLOURS[0]), made.array))


def clock(seconds: float) -> str:
    """75 -> '1:15', 3675 -> '1:01:15'."""
    minutes, second = divmod(int(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


def ticks(seconds: float, most: int = 9) -> list[float]:
    """Round moments to label a time axis with, at most `most` of them."""
    for step in (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200):
        if seconds / step < most:
            break
    return [float(moment) for moment in range(0, int(seconds) + 1, step)]


# -- plotly ---------------------------------------------------------------------------------------


def figure(summary: Summary, dark: bool = False, steps: bool = True):
    """The plotly figure: layers, steps, total, bands. Its x values are seconds."""
    from plotly.graph_objects import Figure, Scatter

    chart, palette = describe(summary, steps), DARK if dark else LIGHT
    middles = np.arange(len(chart.total)) + 0.5
    times = [clock(second) for second in middles]
    drawn = Figure()
    for layer in chart.layers:
        drawn.add_trace(
            Scatter(
                x=middles,
                y=layer.values,
                name=escape(layer.name),
                meta=layer.name,
                stackgroup="why",
                mode="lines",
                line={"width": 0, "color": layer.colour},
                hovertemplate="%{y:.2f}",
            )
        )
    for step in chart.steps:
        bold = step is chart.steps[-1]
        drawn.add_trace(
            Scatter(
                x=middles,
                y=step.values,
                name=escape(step.name),
                meta=step.name,
                mode="lines",
                opacity=1.0 if bold else FAINT,
                line={"width": 4 if bold else 1.5, "color": step.colour},
                hovertemplate="%{y:.2f}",
                showlegend=not bold,  # its layer is there already
            )
        )
    drawn.add_trace(
        Scatter(
            x=middles,
            y=chart.total,
            name="how much it matters",
            customdata=times,
            mode="lines+markers",  # a click needs a marker to land on
            line={"width": 2, "color": palette.ink},
            marker={"size": 9, "opacity": 0},
            hovertemplate="%{y:.2f} at %{customdata}",
        )
    )
    for start, end, _ in chart.bands:
        drawn.add_vrect(x0=start, x1=end, fillcolor=BAND, opacity=0.22, line_width=0, layer="below")
    drawn.update_layout(_layout(chart, palette))
    return drawn


RIVALS = ("#0072B2", "#D55E00")  # the first wish, the second
CUT_SHARE = 0.06  # of the height, for the row of highlights of each


def comparison(one: Summary, other: Summary, dark: bool = False):
    """Two totals over one time axis, each with its highlights as a row of bars below."""
    from plotly.graph_objects import Figure, Scatter

    chart, palette = describe(one), DARK if dark else LIGHT
    top = max(chart.top, describe(other).top)
    drawn = Figure()
    for row, (summary, colour) in enumerate(zip((one, other), RIVALS, strict=True), 1):
        total = summary.saliency.total
        middles = np.arange(len(total)) + 0.5
        drawn.add_trace(
            Scatter(
                x=middles,
                y=total,
                name=escape(summary.preference.want[:60] or "just the highlights"),
                customdata=[clock(second) for second in middles],
                mode="lines",
                line={"width": 2, "color": colour, "dash": "solid" if row == 1 else "dash"},
                hovertemplate="%{y:.2f} at %{customdata}",
            )
        )
        below = {"y0": -row * CUT_SHARE * top, "y1": -(row - 0.8) * CUT_SHARE * top}
        for each in summary.highlights:
            drawn.add_shape(
                type="rect", x0=each.start, x1=each.end, fillcolor=colour, line_width=0, **below
            )
    layout = _layout(chart, palette)
    layout["yaxis"] |= {"range": [-2.2 * CUT_SHARE * top, top]}
    drawn.update_layout(layout)
    return drawn


def overlap(one: Summary, other: Summary) -> float:
    """The seconds that are in both reels, as a share of those that are in either."""
    shared = sum(
        max(0.0, min(a.end, b.end) - max(a.start, b.start))
        for a in one.highlights
        for b in other.highlights
    )
    either = one.seconds + other.seconds - shared
    return shared / either if either else 0.0


def _layout(chart: Chart, palette: Palette) -> dict:
    marks = ticks(chart.seconds)
    return {
        "height": 340,
        "margin": {"l": 44, "r": 12, "t": 12, "b": 40},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": palette.ink, "size": 13},
        "hovermode": "x unified",
        "hoverlabel": {"bgcolor": palette.paper, "font": {"color": palette.ink}},
        "legend": {"orientation": "h", "y": -0.18, "x": 0},
        "xaxis": {
            "range": [0, chart.seconds],
            "tickvals": marks,
            "ticktext": [clock(mark) for mark in marks],
            "gridcolor": palette.grid,
            "zeroline": False,
        },
        "yaxis": {
            "range": [0, chart.top],
            "gridcolor": palette.grid,
            "zeroline": False,
            "title": {"text": "what matters to you"},
        },
    }


def html(summary: Summary, target: Path) -> None:
    """A page of its own with the figure, plotly's code included: it opens without a network."""
    wish = summary.preference.want.strip()[:200] or "the highlights"
    body = figure(summary).to_html(full_html=False, include_plotlyjs=True)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8">'
        f"<title>{escape(summary.video.name)}</title>"
        '<body style="font-family:system-ui,sans-serif;max-width:70rem;margin:2rem auto">'
        f"<h1>{escape(summary.video.name)}</h1><p>{escape(wish)}</p>{body}</body></html>"
    )
    with whole(target) as part:
        part.write_text(page, encoding="utf-8")


# -- Pillow ---------------------------------------------------------------------------------------

SIZE = (1600, 640)  # pixels, before the margins
MARGIN = (90, 30, 40, 130)  # left, top, right, bottom
MOST_POINTS = 740  # an outline has; about one every two pixels


def png(summary: Summary, target: Path) -> None:
    """The same figure as a picture; needs no browser."""
    with whole(target) as part:
        picture(describe(summary)).save(part, "PNG")


def picture(chart: Chart):
    """The chart as a Pillow image, drawn at twice its size and scaled down for smooth edges."""
    from PIL import Image, ImageDraw

    canvas = Image.new("RGB", (SIZE[0] * 2, SIZE[1] * 2), LIGHT.paper)
    pen = _Pen(ImageDraw.Draw(canvas, "RGBA"), chart)
    pen.bands()
    pen.grid()
    pen.layers()
    pen.steps()
    pen.legend()
    return canvas.resize(SIZE, Image.Resampling.LANCZOS)


class _Pen:
    """Draws the parts of a chart on a canvas of twice SIZE."""

    def __init__(self, draw, chart: Chart):
        from PIL import ImageFont

        left, top, right, bottom = (2 * edge for edge in MARGIN)
        self.draw, self.chart = draw, chart
        self.left, self.top = left, top
        self.width, self.height = 2 * SIZE[0] - left - right, 2 * SIZE[1] - top - bottom
        self.font = ImageFont.load_default(38)

    def x(self, second: float) -> float:
        return self.left + self.width * second / max(self.chart.seconds, 1e-6)

    def y(self, value: float) -> float:
        return self.top + self.height * (1 - value / self.chart.top)

    def points(self, values: np.ndarray) -> list[tuple[float, float]]:
        """The outline of a row of values, one a second, held to both ends of the video."""
        if not len(values):
            return []
        bins = np.array_split(np.arange(len(values)), min(len(values), MOST_POINTS))
        inner = [(min(each.mean() + 0.5, self.chart.seconds), values[each].mean()) for each in bins]
        held = [(0.0, inner[0][1]), *inner, (self.chart.seconds, inner[-1][1])]
        return [(self.x(second), self.y(value)) for second, value in held]

    def bands(self) -> None:
        for start, end, _ in self.chart.bands:
            box = (self.x(start), self.top, self.x(end), self.top + self.height)
            self.draw.rectangle(box, fill=BAND + "48")

    def grid(self) -> None:
        for mark in ticks(self.chart.seconds):
            x = self.x(mark)
            self.draw.line((x, self.top, x, self.top + self.height), fill=LIGHT.grid, width=2)
            below = (x, self.top + self.height + 16)
            self.draw.text(below, clock(mark), fill=LIGHT.ink, font=self.font, anchor="ma")
        for share in (0.0, 0.5, 1.0):
            value = share * self.chart.top
            y = self.y(value)
            self.draw.line((self.left, y, self.left + self.width, y), fill=LIGHT.grid, width=2)
            beside = (self.left - 18, y)
            self.draw.text(beside, f"{value:.2f}", fill=LIGHT.ink, font=self.font, anchor="rm")

    def layers(self) -> None:
        base = np.zeros(len(self.chart.total))
        for layer in self.chart.layers:
            upper = base + layer.values
            outline = self.points(upper) + self.points(base)[::-1]
            if len(outline) > 2:
                self.draw.polygon(outline, fill=layer.colour + "B0")
            base = upper
        if self.chart.total.size:
            self.draw.line(self.points(self.chart.total), fill=LIGHT.ink, width=5, joint="curve")

    def steps(self) -> None:
        for step in self.chart.steps:
            bold = step is self.chart.steps[-1]
            colour = step.colour if bold else f"{step.colour}{round(255 * FAINT):02X}"
            points = self.points(step.values)
            self.draw.line(points, fill=colour, width=9 if bold else 4, joint="curve")

    def legend(self) -> None:
        x, y = self.left, self.top + self.height + 110
        lines = self.chart.steps[:-1]  # what they make has its layer
        for layer in (*self.chart.layers, *lines):
            wide = 70 + self.draw.textlength(layer.name, font=self.font) + 50
            if x + wide > 2 * SIZE[0]:
                x, y = self.left, y + 62
            high = 3 if layer in lines else 17
            self.draw.rectangle((x, y - high, x + 34, y + high), fill=layer.colour)
            self.draw.text((x + 50, y), layer.name, fill=LIGHT.ink, font=self.font, anchor="lm")
            x += wide
