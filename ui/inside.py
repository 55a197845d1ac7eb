"""What a researcher sees of a choice: what each moment was read beside, the ways of picking over
one axis, and a model's text beside the one that is composed of measurements."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np

from summarizer.chart import COLOURS, DARK, LIGHT, clock, overlap, ticks
from summarizer.schema import Attention, Summary
from ui.views import duration, moments, story

ROW = 26  # pixels of a row of a figure
BELOW = 34  # pixels for the axis
BLUES = ("#0072B2", "#56B4E9")  # of the strongest, on light and on dark


@dataclass(frozen=True, eq=False)
class Inside:
    """Of one summary: how else its moments could have been picked, and what it was read from."""

    shown: Summary
    own: str  # by which of the ways the shown one was picked
    ways: tuple[tuple[str, Summary], ...]
    attention: Attention | None
    composed: Summary


def attention(found: Attention, seconds: float, dark: bool):
    """The heat map: over time, how much each picture reads of those before and after it, with a
    line where an event begins."""
    from plotly.graph_objects import Figure, Heatmap

    reach = found.near.shape[1] // 2
    palette, strongest = (DARK, BLUES[1]) if dark else (LIGHT, BLUES[0])
    names = [_named(offset) for offset in range(-reach, reach + 1)]
    drawn = Figure(
        Heatmap(
            x=found.times + _apart(found.times) / 2,  # a picture stands for what follows it
            y=names,
            z=found.near.T.astype(float).round(3),
            zmin=0,
            colorscale=[[0, palette.paper], [1, strongest]],
            showscale=False,
            xgap=0,
            ygap=1,
            customdata=[[clock(time) for time in found.times]] * len(names),
            hovertemplate="%{customdata}, %{y}: %{z:.2f}<extra></extra>",
        )
    )
    _laid_out(drawn, palette, seconds, len(names))
    drawn.update_yaxes(autorange="reversed")  # what was before stands above
    for begin in found.begins:
        line = {"color": palette.ink, "width": 1.5, "dash": "dot"}
        drawn.add_shape(type="line", x0=begin, x1=begin, y0=0, y1=1, yref="paper", line=line)
    return drawn


def _apart(times: np.ndarray) -> float:
    """Seconds from one picture to the next."""
    return float(np.median(np.diff(times))) if len(times) > 1 else 1.0


def _named(offset: int) -> str:
    if not offset:
        return "itself"
    return f"{abs(offset)} {'before' if offset < 0 else 'after'}"


def picks(ways: Sequence[tuple[str, Summary]], own: str, dark: bool):
    """A row of bars for each way of picking: what of the video it takes."""
    from plotly.graph_objects import Bar, Figure

    palette, drawn = DARK if dark else LIGHT, Figure()
    for number, (name, summary) in enumerate(ways):
        drawn.add_trace(
            Bar(
                y=[escape(name)] * len(summary.highlights),
                x=[each.seconds for each in summary.highlights],
                base=[each.start for each in summary.highlights],
                orientation="h",
                width=0.7,
                marker={"color": COLOURS[number % len(COLOURS)], "line": {"width": 0}},
                opacity=1.0 if name == own else 0.6,
                customdata=[
                    [f"{clock(each.start)} to {clock(each.end)}", escape(each.why)]
                    for each in summary.highlights
                ],
                hovertemplate="%{customdata[0]}: %{customdata[1]}<extra>"
                + escape(name)
                + "</extra>",
            )
        )
    _laid_out(drawn, palette, ways[0][1].video.seconds, len(ways))
    drawn.update_layout(
        barmode="overlay",
        yaxis={
            "autorange": "reversed",
            "categoryorder": "array",
            "categoryarray": [escape(name) for name, _ in ways],
        },
    )
    return drawn


def _laid_out(drawn, palette, seconds: float, rows: int) -> None:
    marks = ticks(seconds, most=6)
    drawn.update_layout(
        height=rows * ROW + BELOW,
        showlegend=False,
        dragmode=False,  # a finger on it scrolls the page
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        font={
            "family": "'IBM Plex Sans', system-ui, sans-serif",
            "size": 12,
            "color": palette.ink,
        },
        hoverlabel={"bgcolor": palette.paper, "font": {"color": palette.ink}},
        margin={"l": 4, "r": 4, "t": 4, "b": 4},
        xaxis={
            "range": [0, seconds],
            "fixedrange": True,
            "tickvals": marks,
            "ticktext": [clock(mark) for mark in marks],
            "gridcolor": palette.grid,
            "zeroline": False,
            "automargin": True,
        },
        yaxis={"fixedrange": True, "automargin": True, "gridcolor": palette.grid},
    )


# -- in words -------------------------------------------------------------------------------------


def near(found: Attention | None) -> str:
    """What the heat map shows, or why there is none."""
    head = "<h3>What each picture is read beside</h3>"
    if found is None:
        note = "This preset looks at each moment by itself, so there is nothing to show here."
    else:
        reach = found.near.shape[1] // 2
        by = "as it learned" if found.learned else "where the pictures change for good"
        note = (
            f"Local attention over {len(found.times)} pictures, {reach} before and {reach} after "
            "each: the stronger the colour, the more is taken from there. Dotted: an event "
            f"begins, {by}."
        )
    return f'{head}<p class="wl-sub">{note}</p>'


def table(inside: Inside) -> str:
    """The ways of picking beside each other: how long, how good, how much they share."""
    rows = "".join(
        f"<tr{' aria-current=true' if name == inside.own else ''}><td>{escape(name)}</td>"
        f"<td>{moments(len(each.highlights))}, {_lasting(each)}</td>"
        f"<td>{_worth(each):.2f}</td><td>{overlap(inside.shown, each):.0%}</td></tr>"
        for name, each in inside.ways
    )
    return (
        "<h3>Ways of picking</h3>"
        '<p class="wl-sub">All by the same saliency, within the same length. Worth is its mean '
        "over what is picked; shared is what is also in the reel above.</p>"
        '<table class="wl-table"><thead><tr><th scope="col">Way</th><th scope="col">Picks</th>'
        '<th scope="col">Worth</th><th scope="col">Shared</th></tr></thead>'
        f"<tbody>{rows}</tbody></table>"
    )


def _lasting(summary: Summary) -> str:
    """How long it is, in one piece."""
    return duration(summary.seconds).replace(" ", "&nbsp;")


def _worth(summary: Summary) -> float:
    """The mean saliency of what is picked."""
    whole = sum(each.seconds * each.score for each in summary.highlights)
    return whole / summary.seconds if summary.highlights else 0.0


def texts(inside: Inside) -> str:
    """The story as it was told, beside the one that is composed."""
    if inside.shown.story == inside.composed.story:
        return (
            '<h3>Texts</h3><p class="wl-sub">The story above is the one that is composed of '
            "measurements; this preset has no other.</p>"
        )
    sides = "".join(
        f'<section class="wl-side wl-side-{letter}"><h3>{head}</h3>{story(each, head=False)}'
        "</section>"
        for letter, head, each in (
            ("a", "Written by a model", inside.shown),
            ("b", "Composed of measurements", inside.composed),
        )
    )
    return f'<h3>Texts</h3><div class="wl-sides">{sides}</div>'
