"""How a classifier of emotions did, for people: figures for its page, and the same in Markdown."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from summarizer import checkpoint
from summarizer.files import whole

COLOUR = "#0072B2"


def told(folder: Path) -> Sequence[Any]:
    """The figures of a checkpoint; writes CHECKPOINT.md beside it."""
    described = checkpoint.describe(folder)
    names = [str(each) for each in described.config["names"]]
    with whole(folder.with_name(f"{folder.name}.md")) as part:
        part.write_text(markdown(folder.name, names, described.metrics), encoding="utf-8")
    return [*figures(names, described.metrics)]


def figures(names: Sequence[str], metrics: Mapping[str, Any]) -> Sequence[Any]:
    """Who was taken for whom, and how often each confidence was right."""
    from plotly.graph_objects import Bar, Figure, Heatmap, Scatter

    counts = metrics["confusion"]
    shares = [[each / max(1, sum(row)) for each in row] for row in counts]
    taken = Heatmap(
        x=list(names), y=list(names), z=shares, text=counts, texttemplate="%{text}",
        colorscale=[[0, "white"], [1, COLOUR]], zmin=0, zmax=1, showscale=False,
    )  # fmt: skip
    look = {"template": "plotly_white", "height": 480, "margin": {"t": 50, "b": 50}}
    confused = Figure(taken).update_layout(
        title="What new speakers were taken for", xaxis_title="said",
        yaxis={"title": "acted", "autorange": "reversed"}, **look,
    )  # fmt: skip
    sure, right, count = zip(*metrics["reliability"], strict=True)
    believed = Figure(
        [
            Bar(x=sure, y=right, text=count, width=0.06, name="measured", marker_color=COLOUR),
            Scatter(x=[0, 1], y=[0, 1], name="as sure as right", line={"color": "grey"}),
        ]
    ).update_layout(
        title="How often a confidence is right", xaxis={"title": "confidence", "range": [0, 1]},
        yaxis={"title": "share right", "range": [0, 1]}, showlegend=False, **look,
    )  # fmt: skip
    return [confused, believed]


def markdown(title: str, names: Sequence[str], metrics: Mapping[str, Any]) -> str:
    """The numbers as tables."""
    measured = [(name, each) for name, each in metrics.items() if isinstance(each, float)]
    lines = [
        f"# {title}",
        "",
        f"Heard with {metrics['hears']}. Nobody is in two parts; what is measured is measured on "
        "speakers that neither the head nor its temperature has heard.",
        "",
        *_table(
            ("part", "speakers", "clips"),
            [(part, len(who), metrics["clips"][part]) for part, who in metrics["speakers"].items()],
        ),
        "",
        *_table(("measure", "value"), [(name, f"{each:.3f}") for name, each in sorted(measured)]),
        "",
        "Clips, what is acted by what is said:",
        "",
        *_table(
            ("", *names),
            [(name, *row) for name, row in zip(names, metrics["confusion of clips"], strict=True)],
        ),
    ]
    left = metrics["left out"]
    if left:
        lines += ["", "Left out:", "", *_table(("why", "files"), list(left.items()))]
    return "\n".join(lines) + "\n"


def _table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[str]:
    told = [head, ["---"] * len(head), *rows]
    return [f"| {' | '.join(str(each) for each in row)} |" for row in told]
