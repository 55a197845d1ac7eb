"""metadata.csv: the examples of a data set as a table that a person can look at, cut and sort.

A row is a video: its name, where it is (an http(s) address, or a path beside the table), how long
it is, what was asked about it and what was told. Only the first two columns are needed to read it.
"""

import csv
from collections.abc import Iterable, Iterator
from pathlib import Path

from summarizer.data.manifest import Example, Malformed, place
from summarizer.data.manifest import is_address as is_web
from summarizer.errors import SummarizerError
from summarizer.files import reason, whole

COLUMNS = ("id", "video", "seconds", "wish", "story", "split", "source")
LARGEST = 256 << 20  # bytes of a table that is read
ROWS = 1_000_000
FIELD = 200_000  # characters of a cell


def write(examples: Iterable[Example], path: Path) -> int:
    """Write the table, whole or not at all: the first example of each video; how many there are."""
    seen: set[str] = set()
    with whole(path) as part, part.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(COLUMNS)
        for each in examples:
            if each.video and each.video not in seen:
                seen.add(each.video)
                table.writerow(_row(each))
    return len(seen)


def _row(each: Example) -> list[str]:
    told = " ".join(sentence.text for sentence in each.story)
    cells = (each.id, each.video, f"{each.seconds:g}", each.wish, told, each.split, each.source)
    return [_cell(cell) for cell in cells]


def _cell(text: str) -> str:
    """So that no spreadsheet takes what somebody wrote for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def read(path: Path) -> Iterator[Example]:
    """The videos a table names; an error says the line and the column."""
    try:
        if path.stat().st_size > LARGEST:
            raise SummarizerError(f"{path.name} has more than {LARGEST >> 20} MB; cut it in parts")
        with path.open(encoding="utf-8-sig", newline="") as file:
            yield from _examples(file, path)
    except OSError as error:
        raise SummarizerError(f"{path.name} can't be read: {reason(error)}") from None
    except UnicodeDecodeError:
        raise SummarizerError(f"{path.name} is no text in UTF-8") from None


def _examples(file: Iterable[str], path: Path) -> Iterator[Example]:
    before = csv.field_size_limit(FIELD)
    seen: set[str] = set()
    try:
        table = csv.DictReader(file)
        if not {"id", "video"} <= set(table.fieldnames or ()):
            raise SummarizerError(
                f"{path.name} has the columns {', '.join(table.fieldnames or ()) or 'none'}; it "
                "needs at least id and video"
            )
        for row in table:
            if table.line_num > ROWS:
                raise SummarizerError(f"{path.name} has more than {ROWS} lines; cut it in parts")
            try:
                example = _example(row, path)
                if example.id in seen:
                    raise Malformed(f"the id {example.id[:40]!r} comes twice")
            except Malformed as error:
                raise SummarizerError(f"{path.name}, line {table.line_num}: {error}") from None
            seen.add(example.id)
            yield example
    except csv.Error as error:
        raise SummarizerError(
            f"{path.name} is no table of comma-separated values: {error}"
        ) from None
    finally:
        csv.field_size_limit(before)


def _example(row: dict[str, str | None], path: Path) -> Example:
    cells = {name: (row.get(name) or "").removeprefix("'").strip() for name in COLUMNS}
    if not cells["video"]:
        raise Malformed("column 'video' is empty")
    if not is_web(cells["video"]):
        place(path, cells["video"])  # which refuses what leaves the folder
    try:
        seconds = float(cells["seconds"] or 0)
    except ValueError:
        raise Malformed(f"column 'seconds' is {cells['seconds'][:40]!r}, not a number") from None
    return Example(
        id=cells["id"],
        video=cells["video"],
        seconds=seconds,
        wish=cells["wish"],
        split=cells["split"],
        source=cells["source"],
    )
