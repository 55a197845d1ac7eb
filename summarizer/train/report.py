"""How a training went, as one page that opens without a network: losses, rate, time, what came out.

Drawn from the log the loop keeps, so a page can be made of a run that is still going on, too.
"""

import json
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from summarizer.errors import SummarizerError
from summarizer.files import whole

COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7")  # told apart by people who see few colours
STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "td,th{text-align:left;padding:.1rem 1rem .1rem 0;vertical-align:top}"
    "td{overflow-wrap:anywhere}"
)


def read(log: Path) -> list[dict[str, Any]]:
    """The lines of a log, with the seconds since the run first began."""
    try:
        entries = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        return _added(entries)
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError):
        raise SummarizerError(f"{log} is no log of a training; delete it") from None


def _added(entries: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each call of the loop counts its seconds from 0."""
    found, before, last = [], 0.0, 0.0
    for each in entries:
        if each["seconds"] < last:
            before += last
        last = each["seconds"]
        found.append({**each, "seconds": before + last})
    return found


def write(
    target: Path,
    title: str,
    log: Sequence[Mapping],
    values: Mapping[str, Any],
    more: Sequence[Any] = (),
) -> None:
    """The page, whole or not at all; `values` are a table below the figure and `more` of them."""
    figures = [*([figure(log)] if log else []), *more]
    drawn = "".join(
        each.to_html(full_html=False, include_plotlyjs=number == 0)
        for number, each in enumerate(figures)
    )
    rows = "".join(
        f"<tr><th>{escape(str(name))}</th><td>{escape(_shown(value))}</td></tr>"
        for name, value in values.items()
    )
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(title)}</title>'
        f"<style>{STYLE}</style><h1>{escape(title)}</h1>{drawn}<table>{rows}</table></html>\n"
    )
    with whole(target) as part:
        part.write_text(page, encoding="utf-8")


def figure(log: Sequence[Mapping[str, Any]]):
    """The loss and each of its terms, the rate, and the time, all over steps."""
    from plotly.graph_objects import Scatter
    from plotly.subplots import make_subplots

    steps = [each["step"] for each in log]
    curves = {"loss": [each["loss"] for each in log]}
    for name in log[-1]["terms"]:
        curves[name] = [each["terms"].get(name) for each in log]
    titles = ("loss", "rate", "minutes")
    found = make_subplots(3, 1, shared_xaxes=True, subplot_titles=titles, vertical_spacing=0.08)
    for number, (name, values) in enumerate(curves.items()):
        line = {"color": COLOURS[number % len(COLOURS)], "width": 2 if number == 0 else 1}
        found.add_trace(Scatter(x=steps, y=values, name=name, line=line), row=1, col=1)
    others = ([each["rate"] for each in log], [each["seconds"] / 60 for each in log])
    for row, values in enumerate(others, start=2):
        line = {"color": COLOURS[0]}
        found.add_trace(Scatter(x=steps, y=values, showlegend=False, line=line), row=row, col=1)
    found.update_xaxes(title_text="step", row=3, col=1)
    found.update_yaxes(exponentformat="e", row=2, col=1)
    look = {"template": "plotly_white", "hovermode": "x unified", "margin": {"t": 40, "b": 50}}
    return found.update_layout(height=700, **look)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.6g}"
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True)
