"""The report as a page of its own: tables, the distribution of each measure, the worst tasks.

Plotly's code is inside, so it opens without a network. Plotly reads a little HTML in its texts, so
what comes from strangers is escaped there as well.
"""

from collections.abc import Iterator, Mapping, Sequence
from html import escape

import numpy as np

from summarizer.chart import BAND, COLOURS, DARK, LIGHT
from summarizer.evaluate.report import NOTHING, SHOWN, Report, briefly, failures, shown
from summarizer.evaluate.room import Measure, Record, Table
from summarizer.evaluate.runs import Outcome
from summarizer.exports.plain import brief, line

NAMED = 500  # tasks up to here are points with names; of more, only the outline is drawn
LONGEST = 60  # characters of a name in a figure
STYLE = f"""
:root {{ color-scheme: light dark; --paper: {LIGHT.paper}; --ink: {LIGHT.ink};
  --grid: {LIGHT.grid}; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: {DARK.paper}; --ink: {DARK.ink}; --grid: {DARK.grid}; }} }}
body {{ background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }}
.wide {{ overflow-x: auto; margin-block: 1rem; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .35rem .8rem; border-bottom: 1px solid var(--grid); text-align: right;
  vertical-align: bottom; }}
td {{ white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; position: sticky; left: 0;
  background: var(--paper); }}
td small {{ opacity: .85; }}
.best {{ font-weight: 700; box-shadow: inset 0 -3px {BAND}; }}
.figures {{ display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 30rem), 1fr)); }}
figure {{ margin: 0; min-width: 0; }}
figcaption {{ overflow-wrap: anywhere; }}
/* plotly writes the colour of its texts and lines into each of them */
.xtick text, .ytick text, .infolayer .legendtext {{ fill: var(--ink) !important; }}
.gridlayer path, .zerolinelayer path {{ stroke: var(--grid) !important; }}
"""


def page(outcome: Outcome, report: Report) -> str:
    """The whole page."""
    count, *why = failures(report)
    drawn = [*distributions(outcome, report), *worst(outcome, report)]
    body = [
        f"<h1>{text(report.title)}</h1><p>{text(report.about)}</p>",
        grid(report),
        second(report) if report.apart else "",
        *(further(each) for each in report.more),
        listed(f"{measure.name}: {measure.about}" for measure in report.measures),
        listed(report.notes),
        f"<p>{text(count)}</p>",
        listed(why),
        *drawn,
    ]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{text(report.title)}</title><style>{STYLE}</style>"
        f"{code()}</head><body>{''.join(body)}</body></html>\n"
    )


def code() -> str:
    """Plotly's own code, once for all figures."""
    from plotly.offline import get_plotlyjs

    return f"<script>{get_plotlyjs()}</script>"


def text(words: str) -> str:
    return escape(line(words))


def listed(sentences: Sequence[str] | Iterator[str]) -> str:
    entries = "".join(f"<li>{text(each)}</li>" for each in sentences)
    return f"<ul>{entries}</ul>" if entries else ""


# -- tables ---------------------------------------------------------------------------------------


def grid(report: Report) -> str:
    heads = "".join(f'<th scope="col">{text(each.name)}</th>' for each in report.measures)
    rows = []
    for way in report.ways:
        cells = "".join(_entry(report, way, measure) for measure in report.measures)
        rows.append(f'<tr><th scope="row">{text(way)}</th>{cells}</tr>')
    return _table(f"<td></td>{heads}", rows)


def _entry(report: Report, way: str, measure: Measure) -> str:
    cell = report.cells.get((way, measure.name))
    if not cell:
        return f"<td>{NOTHING}</td>"
    mean, sure = shown(cell, measure)
    mark = ' class="best"' if (way, measure.name) in report.best else ""
    return f"<td{mark}>{mean}<small>{sure}</small></td>"


def second(report: Report) -> str:
    names = " / ".join(measure.name for measure in report.measures)
    heads = "".join(f'<th scope="col">{text(f"{way}: {names}")}</th>' for way in report.ways)
    rows = []
    for name, count, cells in report.apart:
        entries = "".join(f"<td>{briefly(report, cells, way)}</td>" for way in report.ways)
        rows.append(f'<tr><th scope="row">{text(name)}</th><td>{count}</td>{entries}</tr>')
    return _table(f'<td></td><th scope="col">n</th>{heads}', rows)


def further(table: Table) -> str:
    """What only this protocol shows."""
    (_, *head), *rows = table.rows
    heads = "".join(f'<th scope="col">{text(each)}</th>' for each in head)
    filled = [
        f'<tr><th scope="row">{text(name)}</th>'
        f"{''.join(f'<td>{text(each)}</td>' for each in cells)}</tr>"
        for name, *cells in rows
    ]
    return f"<h2>{text(table.title)}</h2>{_table(f'<td></td>{heads}', filled)}"


def _table(head: str, rows: Sequence[str]) -> str:
    return f'<div class="wide"><table><tr>{head}</tr>{"".join(rows)}</table></div>'


# -- figures --------------------------------------------------------------------------------------


def distributions(outcome: Outcome, report: Report) -> list[str]:
    """For each measure a box a way, a point a task."""
    found = []
    for measure in report.measures:
        boxes = {way: by_task(outcome.records, way, measure.name) for way in report.ways}
        if any(boxes.values()):
            found.append(_figure(_boxes(boxes, measure), measure.name))
    return _section("Task by task", found)


def by_task(records: Sequence[Record], way: str, measure: str) -> dict[str, float]:
    """The mean of all values of each task, by its name."""
    values: dict[str, list[float]] = {}
    for record in records:
        if record.way == way and measure in record.values:
            values.setdefault(record.task, []).append(record.values[measure])
    return {task: float(np.mean(sorted(values[task]))) for task in sorted(values)}


def _boxes(boxes: Mapping[str, Mapping[str, float]], measure: Measure):
    from plotly.graph_objects import Box, Figure

    drawn = Figure()
    for number, (way, values) in enumerate(boxes.items()):
        named = len(values) <= NAMED
        drawn.add_trace(
            Box(
                y=[value * measure.scale for value in values.values()],
                name=_short(way),
                text=[_short(task) for task in values] if named else None,
                boxpoints="all" if named else False,
                boxmean=True,
                jitter=0.6,
                pointpos=0,
                marker={"size": 4, "opacity": 0.55, "color": COLOURS[number % len(COLOURS)]},
                hovertemplate="%{text}: %{y}<extra></extra>" if named else None,
                showlegend=False,
            )
        )
    drawn.update_layout(_layout(320))
    return drawn


def worst(outcome: Outcome, report: Report) -> list[str]:
    """The tasks that went worst for the real way by the first measure it has, with their curves."""
    for measure in report.measures:
        values = by_task(outcome.records, outcome.real, measure.name)
        if values:
            break
    else:
        return []
    sign = 1 if measure.better == "higher" else -1
    tasks = sorted(values, key=lambda task: (sign * values[task], task))[:SHOWN]
    found = []
    for task in tasks:
        said = f"{task}: {values[task] * measure.scale:.{measure.places}f}"
        mine = [r for r in outcome.records if (r.task, r.way) == (task, outcome.real)]
        curves = _curves(mine, measure)
        found.append(_figure(_lines(curves), said) if curves else f"<p>{text(said)}</p>")
    return _section(f"The worst of {outcome.real} by {measure.name}", found)


def _curves(records: Sequence[Record], measure: Measure) -> Mapping[str, Sequence[float]]:
    """Those of the worst record that has some."""
    sign = 1 if measure.better == "higher" else -1
    drawn = [record for record in records if record.curves and measure.name in record.values]
    drawn.sort(key=lambda each: (sign * each.values[measure.name], each.seed, each.group))
    return drawn[0].curves if drawn else {}


def _lines(curves: Mapping[str, Sequence[float]]):
    from plotly.graph_objects import Figure, Scatter

    drawn = Figure()
    for number, (name, values) in enumerate(curves.items()):
        middles = (np.arange(len(values)) + 0.5) / max(1, len(values)) * 100
        drawn.add_trace(
            Scatter(
                x=middles,
                y=np.asarray(values, float),
                name=_short(name),
                mode="lines",
                line={"width": 2, "color": COLOURS[number % len(COLOURS)]},
                hovertemplate="%{y:.2f}",
            )
        )
    layout = _layout(240) | {"hovermode": "x unified", "showlegend": True}
    layout["xaxis"] |= {"range": [0, 100], "ticksuffix": " %", "hoverformat": ".0f"}
    drawn.update_layout(layout)
    return drawn


def _layout(height: int) -> dict:
    axis = {"gridcolor": LIGHT.grid, "zeroline": False}
    return {
        "height": height,
        "margin": {"l": 44, "r": 12, "t": 8, "b": 36},
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"color": LIGHT.ink, "size": 13},
        "hoverlabel": {"bgcolor": LIGHT.paper, "font": {"color": LIGHT.ink}},
        "legend": {"orientation": "h", "y": -0.2, "x": 0},
        "xaxis": {**axis},
        "yaxis": {**axis},
    }


def _short(words: str) -> str:
    return escape(brief(words, LONGEST))


def _figure(drawn, said: str) -> str:
    body = drawn.to_html(full_html=False, include_plotlyjs=False, config={"displayModeBar": False})
    return f"<figure><figcaption>{text(said)}</figcaption>{body}</figure>"


def _section(title: str, found: Sequence[str]) -> list[str]:
    if not found:
        return []
    return [f'<h2>{text(title)}</h2><div class="figures">{"".join(found)}</div>']
