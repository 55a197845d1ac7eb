"""What came of a run: one description, shown as Markdown here and as a page by `pages`.

Names and errors come from files of strangers: they are made harmless wherever they are shown.
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from summarizer.evaluate.averages import DRAWS, Cell, average, pooled
from summarizer.evaluate.room import Measure, Record, Table
from summarizer.evaluate.runs import Outcome
from summarizer.exports.plain import line
from summarizer.exports.table import cell as harmless
from summarizer.files import whole

NOTHING = "–"
LAST = ("keywords", "popularity", "position", "length", "centre", "uniform", "random")
SHOWN = 10  # failed tasks, and the worst
MARKS = re.compile(r"[\\`*\[\]<>|~#&$]|(?<!\w)_|_(?!\w)")


@dataclass(frozen=True)
class Report:
    """What is shown, whoever shows it."""

    title: str
    about: str
    measures: tuple[Measure, ...]
    ways: tuple[str, ...]
    """the real one first, then human agreement, then those that anybody has"""
    cells: Mapping[tuple[str, str], Cell]
    """by way and measure; absent where nothing was measured"""
    best: frozenset[tuple[str, str]]
    apart: Sequence[tuple[str, int, Mapping[tuple[str, str], Cell]]]
    """the rows of the second table: name, answers of the first way, cells"""
    notes: tuple[str, ...]
    tasks: int
    failed: tuple[tuple[str, str, str], ...]
    """task, way (empty: all of them), what went wrong"""
    more: tuple[Table, ...] = ()
    """what only this protocol shows"""


def describe(outcome: Outcome) -> Report:
    """The averages of all ways, by the rule of the protocol; the order of records is no matter."""
    protocol = outcome.protocol
    good = [record for record in outcome.records if not record.error]
    ways = in_order({record.way for record in good}, outcome.real)
    cells = averages(good, ways, protocol.measures) | pools(outcome, good, ways)
    failed = {(each.task, each.way, each.error) for each in outcome.records if each.error}
    return Report(
        f"{outcome.name}, {outcome.real}",
        protocol.about,
        protocol.measures,
        ways,
        cells,
        best(cells, protocol.measures),
        rows_apart(good, ways, outcome),
        (*explained(cells), *missing(outcome, cells), *outcome.job.notes),
        len({record.task for record in outcome.records}),
        tuple(sorted(failed)),
        tuple(protocol.tables(good, outcome.real)) if protocol.tables and good else (),
    )


def in_order(ways: Iterable[str], real: str) -> tuple[str, ...]:
    """The real one, human agreement, others by name, the trivial ones."""
    places = {real: -2, "human": -1} | {way: place for place, way in enumerate(LAST, 1)}
    return tuple(sorted(ways, key=lambda way: (places.get(way, 0), way)))


def averages(
    records: Sequence[Record], ways: Sequence[str], measures: Sequence[Measure]
) -> dict[tuple[str, str], Cell]:
    cells = {}
    for way in ways:
        mine = [record for record in records if record.way == way]
        for measure in measures:
            if cell := average(mine, measure.name):
                cells[way, measure.name] = cell
    return cells


def pools(
    outcome: Outcome, records: Sequence[Record], ways: Sequence[str]
) -> dict[tuple[str, str], Cell]:
    """What the job counts over all records of a way and seed at once."""
    cells = {}
    for way in ways:
        mine = sorted(
            (record for record in records if record.way == way),
            key=lambda each: (each.seed, each.group, each.task, sorted(each.values.items())),
        )
        found: dict[str, list[float]] = {}
        for seed in sorted({record.seed for record in mine}):
            numbers = outcome.job.pool([record for record in mine if record.seed == seed])
            for name, number in numbers.items():
                found.setdefault(name, []).append(number)
        tasks = len({record.task for record in mine})
        cells |= {(way, name): pooled(numbers, tasks) for name, numbers in found.items()}
    return cells


def best(
    cells: Mapping[tuple[str, str], Cell], measures: Sequence[Measure]
) -> frozenset[tuple[str, str]]:
    """The best of each column, all of them where several are equal to the digits shown."""
    found = set()
    for measure in measures:
        column = {key: cell.mean for key, cell in cells.items() if key[1] == measure.name}
        if len(column) > 1:
            top = (max if measure.better == "higher" else min)(column.values())
            same = number(top, measure)
            found |= {key for key, mean in column.items() if number(mean, measure) == same}
    return frozenset(found)


def rows_apart(
    records: Sequence[Record], ways: Sequence[str], outcome: Outcome
) -> list[tuple[str, int, Mapping[tuple[str, str], Cell]]]:
    """Each row of the second table averages those of its records, if the protocol has one."""
    if not outcome.protocol.apart:
        return []
    rows: dict[tuple[int, str], list[Record]] = {}
    for record in records:
        for place, name in enumerate(outcome.protocol.apart(record)):
            rows.setdefault((place, name), []).append(record)
    return [
        (
            name,
            _count(rows[place, name], ways[0]),
            averages(rows[place, name], ways, outcome.protocol.measures),
        )
        for place, name in sorted(rows)
    ]


def _count(records: Sequence[Record], way: str) -> int:
    """How many answers this way gave, not counting again what was repeated with other seeds."""
    seeds = [record.seed for record in records if record.way == way]
    return seeds.count(min(seeds, default=0))


# -- sentences ------------------------------------------------------------------------------------


def explained(cells: Mapping[tuple[str, str], Cell]) -> list[str]:
    """How to read the cells, as far as there is something to read."""
    over = sorted({cell.over for cell in cells.values() if cell.over}, reverse=True)
    said = [f"± is the standard deviation over {', else over '.join(over)}."] if over else []
    if any(cell.interval for cell in cells.values()):
        said.append(
            f"In brackets: a 95 % interval, by a percentile bootstrap of {DRAWS} draws over tasks."
        )
    counted = {
        name for (_, name), cell in cells.items() if cell.tasks > 1 and cell.interval is None
    }
    if counted:
        said.append(
            f"{', '.join(sorted(counted))}: counted over all records at once, so without interval."
        )
    return said


def missing(outcome: Outcome, cells: Mapping[tuple[str, str], Cell]) -> list[str]:
    """A sentence for each measure that can't be had here."""
    there = {name for _, name in cells}
    return [
        f"{measure.name}: {outcome.job.lacks[measure.name]}"
        for measure in outcome.protocol.measures
        if measure.name in outcome.job.lacks and measure.name not in there
    ]


def failures(report: Report) -> list[str]:
    """How many tasks failed, and why; the first few by name."""
    count = len({task for task, _, _ in report.failed})
    tasks = f"{report.tasks} task{'s' * (report.tasks != 1)}"
    if not count:
        return [f"{tasks}, none failed."]
    said = [f"{tasks}, {count} failed:"]
    for task, way, error in report.failed[:SHOWN]:
        said.append(f"{task}{f' ({way})' * bool(way)}: {error}")
    if len(report.failed) > SHOWN:
        said.append(f"and {len(report.failed) - SHOWN} more, in the records.")
    return said


def number(value: float, measure: Measure) -> str:
    """The number as it is shown in the column."""
    shown = f"{value * measure.scale:.{measure.places}f}"
    return shown.removeprefix("-") if float(shown) == 0 else shown


def shown(cell: Cell, measure: Measure) -> tuple[str, str]:
    """The mean, and all that says how sure it is."""
    sure = "" if cell.spread is None else f" ± {number(cell.spread, measure)}"
    if cell.interval:
        low, high = (number(bound, measure) for bound in cell.interval)
        sure += f" [{low}, {high}]"
    return number(cell.mean, measure), sure


# -- Markdown -------------------------------------------------------------------------------------


def marked(text: str) -> str:
    """The text on one line, with nothing in it that Markdown or a terminal would act on."""
    return MARKS.sub(lambda found: "\\" + found[0], line(text))


def markdown(report: Report) -> str:
    """The tables, readable as plain text, too."""
    parts = [f"# {marked(report.title)}", marked(report.about)]
    if report.cells:
        parts.append(_grid(_first(report)))
    if report.apart:
        parts.append(_grid(_second(report)))
    for table_ in report.more:
        rows = [[marked(entry) for entry in row] for row in table_.rows]
        parts += [f"**{marked(table_.title)}**", _grid(rows)]
    parts.append(_list(f"{each.name}: {each.about}" for each in report.measures))
    if report.notes:
        parts.append(_list(report.notes))
    count, *why = failures(report)
    parts.append(marked(count))
    if why:
        parts.append(_list(why))
    return "\n\n".join(parts) + "\n"


def _first(report: Report) -> list[list[str]]:
    rows = [["", *(marked(measure.name) for measure in report.measures)]]
    for way in report.ways:
        row = [marked(way)]
        for measure in report.measures:
            cell = report.cells.get((way, measure.name))
            mean, sure = shown(cell, measure) if cell else (NOTHING, "")
            row.append(f"**{mean}**{sure}" if (way, measure.name) in report.best else mean + sure)
        rows.append(row)
    return rows


def _second(report: Report) -> list[list[str]]:
    names = " / ".join(measure.name for measure in report.measures)
    rows = [["", "n", *(marked(f"{way}: {names}") for way in report.ways)]]
    for name, count, cells in report.apart:
        rows.append(
            [marked(name), str(count), *(briefly(report, cells, way) for way in report.ways)]
        )
    return rows


def briefly(report: Report, cells: Mapping[tuple[str, str], Cell], way: str) -> str:
    """The means alone, of all measures."""
    found = [(cells.get((way, measure.name)), measure) for measure in report.measures]
    return " / ".join(number(cell.mean, each) if cell else NOTHING for cell, each in found)


def _grid(rows: Sequence[Sequence[str]]) -> str:
    """Columns of equal width: a head, a rule, the rows; numbers to the right."""
    widths = [max(3, *map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["| " + " | ".join(map(_padded, row, widths, range(len(row)))) + " |" for row in rows]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    return "\n".join([lines[0], "| " + " | ".join(rule) + " |", *lines[1:]])


def _padded(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column else text.ljust(width)


def _list(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {marked(each)}" for each in sentences)


# -- files ----------------------------------------------------------------------------------------


def table(records: Sequence[Record], measures: Sequence[Measure], target: Path) -> None:
    """records.csv: a row a record, a column a measure, and what else of it is one value. Text that
    a spreadsheet would calculate begins with an apostrophe; the journal has it as it was."""
    names = [measure.name for measure in measures]
    head = ["task", "way", "group", "seed", *names, "error"]
    extra = dict.fromkeys(
        key
        for record in records
        for key, value in record.kept.items()
        if isinstance(value, str | int | float) and key not in head
    )
    with whole(target) as part, part.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow([harmless(name) for name in (*head, *extra)])
        for record in records:
            rows.writerow(
                [
                    *map(harmless, (record.task, record.way, record.group)),
                    record.seed,
                    *(record.values.get(name, "") for name in names),
                    harmless(record.error),
                    *(_entry(record.kept.get(key, "")) for key in extra),
                ]
            )


def _entry(value: object) -> object:
    """Numbers as they are, text harmless, anything larger left out."""
    if isinstance(value, str):
        return harmless(value)
    return value if isinstance(value, int | float) else ""


def write(outcome: Outcome, report: Report, out: Path) -> None:
    """All files beside each other: the records, the table, the page."""
    from summarizer.evaluate.pages import page

    table(outcome.records, outcome.protocol.measures, out)
    for suffix, text in ((".md", markdown(report)), (".html", page(outcome, report))):
        with whole(out.with_suffix(suffix)) as part:
            part.write_text(text, encoding="utf-8")
