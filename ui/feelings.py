"""What a clip feels like over time, as areas one on top of another, and its moments with what is
known of each: pure functions from values to a figure and HTML."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

import numpy as np

from summarizer.chart import BAND, COLOURS, DARK, LIGHT, clock, ticks
from summarizer.schema import Summary
from ui.cards import still_of
from ui.views import span

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

NEUTRAL = ("neutral", "#B9BEC9")  # a feeling that is none, in a colour that is none
HEIGHT = 150  # pixels
POINTS = 1_500  # over time; more can't be told apart
HEARD = 3  # words on a moment, at most


@dataclass(frozen=True, eq=False)
class Felt:
    """What the sound feels like, a row a second, and the evidence of each moment."""

    names: tuple[str, ...]
    shares: np.ndarray  # (seconds, names), each row summing to 1
    by: str
    evidence: tuple  # of each highlight, in order

    def same(self, other: "Felt | None") -> bool:
        """Whether it looks just the same."""
        return (
            other is not None
            and (self.names, self.by, self.evidence) == (other.names, other.by, other.evidence)
            and np.array_equal(self.shares, other.shares)
        )


def colours(names: Sequence[str]) -> list[str]:
    """One for each name; the neutral one is grey."""
    others = iter(COLOURS[:-1] * (1 + len(names) // (len(COLOURS) - 1)))
    return [NEUTRAL[1] if name == NEUTRAL[0] else next(others) for name in names]


def trajectory(felt: Felt, summary: Summary, dark: bool) -> "Figure":
    """The areas over the seconds of the clip, its moments as bands."""
    from plotly.graph_objects import Figure, Scatter

    palette, drawn = DARK if dark else LIGHT, Figure()
    step = -(-len(felt.shares) // POINTS) or 1
    rows = np.add.reduceat(felt.shares, np.arange(0, len(felt.shares), step), axis=0)
    rows = rows / rows.sum(axis=1, keepdims=True)
    times = np.minimum((np.arange(len(rows)) + 0.5) * step, summary.video.seconds)
    for name, colour, values in zip(felt.names, colours(felt.names), rows.T, strict=True):
        drawn.add_trace(
            Scatter(
                x=times,
                y=values.round(3),
                name=escape(name),
                stackgroup="felt",
                mode="lines",
                line={"width": 0, "color": colour},
                customdata=[clock(time) for time in times],
                hovertemplate="%{y:.0%} at %{customdata}",
            )
        )
    for each in summary.highlights:
        tab = {"x0": each.start, "x1": each.end, "y0": 1.0, "y1": 1.06, "yref": "paper"}
        drawn.add_shape(type="rect", line_width=0, fillcolor=BAND, **tab)
    marks = ticks(summary.video.seconds)
    drawn.update_layout(
        height=HEIGHT,
        margin={"l": 4, "r": 4, "t": 10, "b": 24},
        showlegend=False,  # ours wraps
        dragmode=False,  # a finger on it scrolls the page
        hovermode="x unified",
        hoverdistance=-1,
        hoverlabel={"bgcolor": palette.paper, "font": {"color": palette.ink}},
        font={"color": palette.ink, "family": "'IBM Plex Sans', system-ui, sans-serif", "size": 13},
        paper_bgcolor="rgba(0,0,0,0)",
        plot_bgcolor="rgba(0,0,0,0)",
        xaxis={
            "range": [0, summary.video.seconds],
            "fixedrange": True,
            "tickvals": marks,
            "ticktext": [clock(mark) for mark in marks],
            "gridcolor": palette.grid,
            "zeroline": False,
        },
        yaxis={"range": [0, 1], "fixedrange": True, "visible": False},
    )
    return drawn


def legend(felt: Felt) -> str:
    """What the areas are and who says so."""
    shares = felt.shares.mean(axis=0) if len(felt.shares) else np.zeros(len(felt.names))
    names = "".join(
        f'<li><i style="background:{colour}"></i>{escape(name)} <span>{share:.0%}</span></li>'
        for name, colour, share in zip(felt.names, colours(felt.names), shares, strict=True)
    )
    none = '<p class="wl-none">There is no sound to feel.</p>'
    areas = f'<ul class="wl-legend wl-feels" aria-label="Feelings">{names}</ul>'
    return (
        "<h2>What it feels like</h2>"
        f'<p class="wl-sub">By {escape(felt.by)}. Click or drag to jump there.</p>'
        f"{areas if len(felt.shares) else none}"
    )


def moments(felt: Felt, summary: Summary) -> str:
    """The chosen moments with a picture and what is known of each, and a file with all of it."""
    rows = "".join(
        _moment(each, highlight, summary)
        for each, highlight in zip(felt.evidence, summary.highlights, strict=False)
    )
    listed = f'<ol class="wl-felt">{rows}</ol>' if rows else ""
    button = (
        '<button type="button" class="wl-chip" data-export="evidence">'
        "Every second, evidence and prompt</button>"
    )
    return f'{listed}<div class="wl-chips">{button}</div>'


def _moment(each, highlight, summary: Summary) -> str:
    still = (
        f'<i class="wl-thumb" data-still="{still_of(highlight, summary)}"></i>'
        if summary.video.has_picture
        else ""
    )
    turn = f"{each.before} → {each.feeling}" if each.before else each.feeling
    words = [turn, *each.tags, *(line.text for line in each.captions), *each.facts]
    chips = "".join(f"<b>{escape(word)}</b>" for word in [w for w in words if w][: HEARD + 1])
    return (
        f'<li><button type="button" class="wl-seek" {span(highlight.start, highlight.end)}>'
        f'<span class="wl-frame">{still}</span><time>{clock(highlight.start)}</time>'
        f'<span class="wl-tags">{chips}</span></button></li>'
    )
