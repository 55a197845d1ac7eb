"""Lists of videos with what is written of them, as they are gathered to pretrain on (YTVT's kind).

CSV tables with the column id, of YouTube or of a file beside the table, and any of category, query,
title and description. Such a list is told about (Li et al., WACV 2023); none has been opened here.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from summarizer.data.entries import Entry, Shelf, Skipped, converted, files, split_of, table
from summarizer.data.manifest import Example, Malformed, Told
from summarizer.data.readers.youtube import address

WRITTEN = ("category", "query", "title", "description")


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The videos of train.csv, val.csv and test.csv, or of one such file."""
    found = files(
        place, "train.csv", "val.csv", "test.csv",
        about="lists of videos with texts come as train.csv, val.csv and test.csv",
    )  # fmt: skip
    shelf = Shelf(place)
    for path in found:
        example = partial(_example, shelf=shelf, split=split_of(path))
        yield from converted(table(path, "id"), example, skipped)


def _example(entry: Entry, shelf: Shelf, split: str) -> list[Example]:
    name = entry.key("id")
    written = [entry.text(each) for each in WRITTEN if entry.has(each)]
    text = ". ".join(each.rstrip(".") for each in written if each)
    if not text:
        raise Malformed(f"nothing is written of it; fill one of {', '.join(WRITTEN)}")
    video = shelf.media(name) or address(name)
    return [Example(id=name, video=video, captions=(Told(text),), split=split, source="list")]
