"""What people say of stories: a form to print, its answers brought back, and how far they agree.

The questions are those of the page's own rating card. A form holds the stories of a folder of
clips' files, one to a page; the table beside it has a row for each, to be filled by each reader.
"""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

import numpy as np

from summarizer.annotations import BEST, QUESTIONS
from summarizer.chart import clock
from summarizer.dossier.report import read
from summarizer.errors import SummarizerError
from summarizer.exports.plain import brief, line
from summarizer.files import reason, whole
from summarizer.metrics.agreement import krippendorff

ASKED = {
    "relevance": "It tells what matters in the clip, and what was asked for.",
    "coverage": "Nothing important is missing.",
    "faithfulness": "All it says is true of the clip.",
    "readability": "It reads well.",
}
COLUMNS = ("reader", "id", *QUESTIONS, "note")
LARGEST = 16 << 20  # bytes of a filled table
ROWS = 100_000
STYLE = """body{font:15px/1.5 Georgia,serif;max-width:44rem;margin:2rem auto;padding:0 1rem;
color:#111;background:#fff}section{break-after:page;padding-bottom:2rem}h2{margin:0}
time{font-variant-numeric:tabular-nums;margin-right:.6rem;font-weight:bold}
ol{list-style:none;padding:0}table{width:100%;border-collapse:collapse;margin-top:1rem}
td,th{border-bottom:1px solid #999;padding:.5rem .3rem;text-align:left}
td.box,th.box{width:2.2rem;text-align:center}i{display:inline-block;width:1rem;height:1rem;
border:1px solid #111}.line{border-bottom:1px solid #999;height:1.8rem}"""


@dataclass(frozen=True)
class Given:
    """What one reader gave one story: points from 1 up, or nothing."""

    reader: str
    id: str
    points: tuple[int | None, ...]  # as QUESTIONS


@dataclass(frozen=True)
class Verdict:
    """What all readers together say to one question."""

    question: str
    answers: int
    mean: float | None
    deviation: float | None
    alpha: float | None  # Krippendorff's, ordinal; none where it does not exist


# -- the form -------------------------------------------------------------------------------------


def form(folder: Path, target: Path) -> list[Path]:
    """Write the form to print and the table to fill, over all stories of the folder."""
    found = [read(path) for path in sorted(folder.glob("*_summary.json"))]
    told = [each for each in found if each is not None]
    if not told:
        raise SummarizerError(
            f"{folder} holds no stories to rate; make some: python -m summarizer CLIP... "
            f"--preset emotion --out {folder}"
        )
    table = target.with_suffix(".csv")
    with whole(target) as part:
        part.write_text(_page(told), encoding="utf-8")
    with whole(table) as part, part.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(["", each["id"], *[""] * (len(QUESTIONS) + 1)] for each in told)
    return [target, table]


def _page(told: Iterable[dict]) -> str:
    sections = "".join(map(_section, told))
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Rating form</title>'
        f"<style>{STYLE}</style>{sections}</html>"
    )


def _section(told: dict) -> str:
    story = "".join(
        f"<li><time>{clock(each['start'])}</time>{escape(str(each.get('text', '')))}</li>"
        for each in told["story"]
    )
    head = "".join(f'<th class="box">{points}</th>' for points in range(1, BEST + 1))
    rows = "".join(
        f"<tr><td>{escape(ASKED[name])}</td>" + '<td class="box"><i></i></td>' * BEST + "</tr>"
        for name in QUESTIONS
    )
    wish = f"<p>Asked for: “{escape(brief(told['want'], 200))}”</p>" if told["want"] else ""
    return (
        f"<section><h2>{escape(told['id'])}</h2><p>Reader: ____________________ Watch or listen to "
        f"{escape(told['video']['name'])} ({clock(told['video']['seconds'])}) first.</p>{wish}"
        f"<ol>{story}</ol><table><tr><th>1: not at all, {BEST}: fully</th>{head}</tr>{rows}</table>"
        '<p>What is wrong, or missing?</p><div class="line"></div><div class="line"></div>'
        "</section>"
    )


# -- what comes back ------------------------------------------------------------------------------


def given(path: Path) -> list[Given]:
    """The answers of a filled table; an error says the line and the column."""
    try:
        if path.stat().st_size > LARGEST:
            raise SummarizerError(f"{path.name} has more than {LARGEST >> 20} MB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            return _answers(csv.DictReader(file), path)
    except OSError as error:
        raise SummarizerError(f"{path.name} can't be read: {reason(error)}") from None
    except (UnicodeDecodeError, csv.Error):
        raise SummarizerError(f"{path.name} is no table in UTF-8") from None


def _answers(table: csv.DictReader, path: Path) -> list[Given]:
    """Of the form's own table, or of what the page's annotators export."""
    exported = {"kind", "annotator", "video"} <= set(table.fieldnames or ())
    named = QUESTIONS if exported else COLUMNS[:-1]
    if lacking := [name for name in named if name not in (table.fieldnames or ())]:
        raise SummarizerError(f"{path.name} lacks the column {lacking[0]!r}; use the form's table")
    found: list[Given] = []
    for row in table:
        if exported and row["kind"] != "rating":
            continue
        row = _exported(row) if exported else row
        if len(found) >= ROWS:
            raise SummarizerError(f"{path.name} has more than {ROWS} rows")
        points = tuple(_points(row, name, path, table.line_num) for name in QUESTIONS)
        if all(each is None for each in points):
            continue  # not rated by this reader
        reader, name = (line(row[key] or "")[:200] for key in ("reader", "id"))
        if not reader or not name:
            raise SummarizerError(
                f"{path.name}, line {table.line_num}: columns 'reader' and 'id' have to be filled"
            )
        found.append(Given(reader, name, points))
    return found


def _exported(row: dict) -> dict:
    """A rating from the page, as the form's table has it: a story is a video and a wish."""
    keys = ("annotator", "video", "wish")
    reader, video, wish = ((row.get(key) or "").removeprefix("'") for key in keys)
    about = f"{Path(video).stem}: {wish}" if wish else Path(video).stem
    return {**row, "reader": reader, "id": about}


def _points(row: dict, name: str, path: Path, number: int) -> int | None:
    text = (row[name] or "").strip()
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= BEST:
        raise SummarizerError(
            f"{path.name}, line {number}: column {name!r} is {text[:20]!r}, not 1 to {BEST}"
        )
    return int(text)


def verdicts(answers: Sequence[Given]) -> list[Verdict]:
    """Each question over all stories: how many answers, their mean and spread, and agreement."""
    pairs = [(each.reader, each.id) for each in answers]
    if len(set(pairs)) < len(pairs):
        twice = next(pair for pair in pairs if pairs.count(pair) > 1)
        raise SummarizerError(f"{twice[0]} rated {twice[1]} twice; leave one of the two out")
    readers = {name: row for row, name in enumerate(dict.fromkeys(each.reader for each in answers))}
    stories = {name: row for row, name in enumerate(dict.fromkeys(each.id for each in answers))}
    found = []
    for number, question in enumerate(QUESTIONS):
        points = np.full((len(readers), len(stories)), np.nan)
        for each in answers:
            if each.points[number] is not None:
                points[readers[each.reader], stories[each.id]] = each.points[number]
        there = points[~np.isnan(points)]
        found.append(
            Verdict(
                question,
                len(there),
                float(there.mean()) if len(there) else None,
                float(there.std(ddof=1)) if len(there) > 1 else None,
                krippendorff(points) if len(there) else None,
            )
        )
    return found


def table(found: Sequence[Verdict]) -> str:
    """The verdicts as Markdown; what does not exist is a dash."""
    rows = [
        f"| {each.question} | {each.answers} | {_number(each.mean)} | {_number(each.deviation)} "
        f"| {_number(each.alpha)} |"
        for each in found
    ]
    head = ["| question | answers | mean (1 to 5) | s.d. | agreement, α |", "|---|---|---|---|---|"]
    return "\n".join([*head, *rows]) + "\n"


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
