"""What a whole run comes to: a table to read (report.md) and a page with figures (report.html)."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path, PurePosixPath

import numpy as np

from summarizer.batch.records import BINS, Record
from summarizer.chart import COLOURS, DARK, LIGHT, clock
from summarizer.exports.plain import brief, unmarked
from summarizer.files import whole

MARKDOWN, PAGE = "report.md", "report.html"
EXAMPLE = 160  # characters of what went wrong
BARS = 30  # of a distribution
QUANTILES = {"least": 0.0, "a quarter": 0.25, "half": 0.5, "three quarters": 0.75, "most": 1.0}
STYLE = f"""
:root {{ color-scheme: light dark; --paper: {LIGHT.paper}; --ink: {LIGHT.ink};
  --grid: {LIGHT.grid}; }}
@media (prefers-color-scheme: dark) {{
  :root {{ --paper: {DARK.paper}; --ink: {DARK.ink}; --grid: {DARK.grid}; }} }}
body {{ background: var(--paper); color: var(--ink); font: 1rem/1.5 system-ui, sans-serif;
  max-width: 64rem; margin: 2rem auto; padding: 0 1rem; }}
.wide {{ overflow-x: auto; }}
table {{ border-collapse: collapse; font-variant-numeric: tabular-nums; }}
th, td {{ padding: .35rem .8rem; border-bottom: 1px solid var(--grid); text-align: right; }}
td {{ white-space: nowrap; }}
th:first-child, td:first-child {{ text-align: left; white-space: normal; }}
@media (max-width: 30rem) {{ th, td {{ padding-inline: .4rem; }} }}
.prose :is(th, td):last-child {{ text-align: left; white-space: normal; min-width: 14rem; }}
.figures {{ display: grid; gap: 1rem; margin-top: 2.5rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 24rem), 1fr)); }}
figure {{ margin: 0; min-width: 0; }}
/* plotly writes the colour of its texts and lines into each of them */
.xtick text, .ytick text, .xtitle, .ytitle {{ fill: var(--ink) !important; }}
.gridlayer path, .zerolinelayer path {{ stroke: var(--grid) !important; }}
"""


@dataclass(frozen=True)
class Table:
    title: str
    rows: tuple[tuple[str, ...], ...]  # the first names the columns
    prose: bool = False  # the last column is text


@dataclass(frozen=True)
class Bars:
    title: str
    unit: str
    places: tuple[float | str, ...]
    heights: tuple[float, ...]


@dataclass(frozen=True)
class Report:
    """What both forms of it are made of."""

    title: str
    sentences: tuple[str, ...]
    tables: tuple[Table, ...]
    figures: tuple[Bars, ...]


def write(records: Sequence[Record], folder: Path) -> Report:
    """Write both forms into the folder; what is in them."""
    report = describe(records)
    for name, form in ((MARKDOWN, markdown), (PAGE, page)):
        with whole(folder / name) as part:
            part.write_text(form(report), encoding="utf-8")
    return report


def describe(records: Sequence[Record]) -> Report:
    """All that is counted, whatever it is shown as."""
    done = [each for each in records if not each.error]
    lost = len(records) - len(done)
    seconds = sum(each.seconds for each in done)
    spent = sum(sum(each.spent.values()) for each in done)
    failed = f", {lost} failed" if lost else ""
    sentences = [f"{len(done)} of {len(records)} videos are summarized{failed}."]
    if seconds:
        sentences += [
            f"They last {_lasting(seconds)}; the work on them took {_lasting(spent)}, "
            f"{spent / seconds:.2f} times as long.",
            f"Their results take {sum(each.size for each in done) / 1e6:.1f} MB.",
        ]
    tables = (_stages(done), _lengths(done), _answers(done), _failures(records))
    figures = (_stage_bars(done), *_distributions(done), _saliency(done))
    return Report(
        "Many videos",
        tuple(sentences),
        tuple(each for each in tables if len(each.rows) > 1),
        tuple(each for each in figures if sum(each.heights)),
    )


# -- what is counted ------------------------------------------------------------------------------


def _spent(records: Iterable[Record]) -> dict[str, list[float]]:
    """Seconds of each stage by video, the longest stage first."""
    found = defaultdict(list)
    for record in records:
        for stage, seconds in record.spent.items():
            found[stage].append(seconds)
    return dict(sorted(found.items(), key=lambda entry: -sum(entry[1])))


def _stages(done: Sequence[Record]) -> Table:
    spent = _spent(done)
    in_all = sum(map(sum, spent.values())) or 1.0
    rows = [
        (
            stage,
            f"{sum(each):.1f} s",
            f"{sum(each) / in_all:.0%}",
            f"{np.median(each):.2f} s",
            f"{np.quantile(each, 0.9):.2f} s",
        )
        for stage, each in spent.items()
    ]
    return Table("Time", (("stage", "in all", "share", "a video, half", "nine of ten"), *rows))


def _stage_bars(done: Sequence[Record]) -> Bars:
    spent = _spent(done)
    return Bars(
        "Time a stage took in all", "seconds", tuple(spent), tuple(map(sum, spent.values()))
    )


LENGTHS: dict[str, Callable[[Record], float]] = {
    "video": lambda record: record.seconds,
    "reel": lambda record: record.reel,
}


def _lengths(done: Sequence[Record]) -> Table:
    places = [*QUANTILES.values()]
    rows = [
        (f"{name}, seconds", *(f"{each:.1f}" for each in np.quantile([*map(of, done)], places)))
        for name, of in LENGTHS.items()
        if done
    ]
    return Table("Lengths", (("at most", *QUANTILES), *rows))


def _distributions(done: Sequence[Record]) -> list[Bars]:
    found = []
    for name, of in LENGTHS.items():
        counts, edges = np.histogram([*map(of, done)], min(BARS, max(1, len(done))))
        middles = (edges[1:] + edges[:-1]) / 2
        title = f"Length of a {name}: how many videos"
        found.append(Bars(title, "seconds", tuple(middles.tolist()), tuple(counts.tolist())))
    return found


def _saliency(done: Sequence[Record]) -> Bars:
    rows = [each.saliency for each in done if len(each.saliency) == BINS]
    counts = np.sum(rows, axis=0) if rows else np.zeros(BINS)
    places = (np.arange(BINS) + 0.5) / BINS
    return Bars("Saliency: how many seconds", "", tuple(places.tolist()), tuple(counts.tolist()))


def _answers(done: Sequence[Record]) -> Table:
    told = {
        "found": "what was wished for is there",
        "absent": "it could be judged and is not there",
        "cannot": "the preset can't judge it",
        "open": "nothing was wished for",
    }
    counts = Counter(record.answer for record in done)
    rows = [(said, str(counts[answer])) for answer, said in told.items() if counts[answer]]
    return Table("Wishes", (("what became of the wish", "videos"), *rows))


def _failures(records: Sequence[Record]) -> Table:
    failed = [record for record in records if record.error]
    rows = []
    for cause, count in Counter(record.cause for record in failed).most_common():
        first = next(record for record in failed if record.cause == cause)
        name = PurePosixPath(first.source).name
        said = first.error if first.error.startswith(name) else f"{name}: {first.error}"
        rows.append((cause, str(count), brief(said, EXAMPLE)))
    return Table("Failures", (("cause", "videos", "for example"), *rows), prose=True)


def _lasting(seconds: float) -> str:
    return clock(seconds) if seconds >= 60 else f"{seconds:.1f} s"


# -- how it is shown ------------------------------------------------------------------------------


def markdown(report: Report) -> str:
    lines = [f"# {report.title}", "", *report.sentences]
    for table in report.tables:
        head, *rows = [[_cell(each) for each in row] for row in table.rows]
        lines += ["", f"## {table.title}", "", f"| {' | '.join(head)} |", "|---" * len(head) + "|"]
        lines += [f"| {' | '.join(row)} |" for row in rows]
    for bars in report.figures:
        if bars.title.startswith("Saliency"):
            lines += ["", f"## {bars.title}", "", "| saliency | seconds |", "|---|---|"]
            lines += [
                f"| {place - 0.5 / BINS:.2f} to {place + 0.5 / BINS:.2f} | {height:.0f} |"
                for place, height in zip(bars.places, bars.heights, strict=True)
            ]
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    """Text of strangers in a cell: it can't end the cell, link, or be read as HTML."""
    return unmarked(text).translate(str.maketrans("|[]`*_&", "¦()'∗‗+"))


def page(report: Report) -> str:
    """The page, plotly's code included: it opens without a network."""
    from plotly.offline import get_plotlyjs

    body = [f"<h1>{escape(report.title)}</h1>"]
    body += [f"<p>{escape(each)}</p>" for each in report.sentences]
    body += [_grid(table) for table in report.tables]
    figures = [_figure(bars, f"figure-{n}", c) for n, (bars, c) in _coloured(report.figures)]
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{escape(report.title)}</title><style>{STYLE}</style>"
        f"<script>{get_plotlyjs()}</script></head><body>{''.join(body)}"
        f'<div class="figures">{"".join(figures)}</div></body></html>\n'
    )


def _coloured(figures: Sequence[Bars]) -> Iterable[tuple[int, tuple[Bars, str]]]:
    return enumerate(zip(figures, COLOURS, strict=False))


def _grid(table: Table) -> str:
    head, *rows = table.rows
    heads = "".join(f'<th scope="col">{escape(each)}</th>' for each in head)
    lines = "".join(
        f"<tr>{''.join(f'<td>{escape(unmarked(each))}</td>' for each in row)}</tr>" for row in rows
    )
    kind = ' class="prose"' if table.prose else ""
    grid = f'<div class="wide"><table{kind}><tr>{heads}</tr>{lines}</table></div>'
    return f"<h2>{escape(table.title)}</h2>{grid}"


def _figure(bars: Bars, name: str, colour: str) -> str:
    import plotly.graph_objects as go

    figure = go.Figure(
        go.Bar(x=bars.places, y=bars.heights, marker_color=colour),
        {
            "template": "none",
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "bargap": 0.1,
            "height": 280,
            "margin": {"l": 55, "r": 10, "t": 10, "b": 60},
            "xaxis": {"title": {"text": bars.unit}, "fixedrange": True, "automargin": True},
            "yaxis": {"fixedrange": True, "automargin": True},
        },
    )
    drawn = figure.to_html(
        full_html=False,
        include_plotlyjs=False,
        div_id=name,
        config={"displayModeBar": False, "responsive": True},
    )
    return f"<figure><figcaption>{escape(bars.title)}</figcaption>{drawn}</figure>"
