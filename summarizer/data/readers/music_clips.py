"""YouTube8M-MusicTextClips: what people wrote of ten seconds of music in a video.

train.csv and test.csv with the columns video_id, start, end and text, as the data set describes
them; the files themselves have not been opened here.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from summarizer.data.entries import (
    Entry,
    Shelf,
    Skipped,
    converted,
    files,
    split_of,
    table,
)
from summarizer.data.manifest import Example, Malformed, Told
from summarizer.data.readers.youtube import address


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The clips of train.csv and test.csv, or of one such file."""
    found = files(
        place, "train.csv", "test.csv",
        about="YouTube8M-MusicTextClips comes as train.csv and test.csv",
    )  # fmt: skip
    shelf = Shelf(place)
    for path in found:
        example = partial(_example, shelf=shelf, split=split_of(path))
        rows = table(path, "video_id", "start", "end", "text")
        yield from converted(rows, example, skipped, repeats=True)


def _example(entry: Entry, shelf: Shelf, split: str) -> list[Example]:
    name = entry.key("video_id")
    start, end = entry.span("start", [_seconds(entry, "start"), _seconds(entry, "end")])
    return [
        Example(
            id=name, video=shelf.media(name) or address(name), part=(start, end),
            seconds=end - start, captions=(Told(entry.text("text"), name="music"),),
            split=split, source="YouTube8M-MusicTextClips",
            licence="Adobe Research License: research only, not commercial",
        )
    ]  # fmt: skip


def _seconds(entry: Entry, name: str) -> float:
    try:
        return float(entry.text(name))
    except ValueError:
        raise Malformed(f"field {name!r} is {entry.text(name)[:40]!r}, not a number") from None
