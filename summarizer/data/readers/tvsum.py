"""TVSum: what twenty annotators give each frame, from 1 to 5.

The authors' ydata-tvsum50.mat, an HDF5 file, checked with the published one: 50 videos, whose ids
are those at YouTube. The frames' scores are kept as they are. Or the .h5 file of `eccv16`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from summarizer.data.entries import Entry, Shelf, Skipped, converted
from summarizer.data.manifest import Example, Malformed, Rated
from summarizer.data.readers import eccv16, hdf5
from summarizer.data.readers.youtube import address

FRAMES = 1_000_000  # of a video at most
PEOPLE = 1000
TITLE = 1000  # characters


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The videos of ydata-tvsum50.mat; of the .h5 file where only that is here."""
    found = [place] if place.is_file() else sorted(place.glob("ydata-tvsum50.mat"))
    if not found or found[0].suffix != ".mat":
        return eccv16.read(place, skipped, which="tvsum")
    return _authors(found[0], Shelf(place), skipped)


def _authors(path: Path, shelf: Shelf, skipped: Skipped | None) -> Iterator[Example]:
    with hdf5.opened(path) as file:
        yield from converted(_entries(path, file), partial(_example, shelf=shelf), skipped)


def _entries(path: Path, file: Any) -> Iterator[Entry]:
    group = hdf5.inner(file, "tvsum50", path.name)
    names = hdf5.inner(group, "video", path.name)
    for number in range(len(names)):
        yield Entry(f"{path.name}, video {number + 1}", (file, group, number))


def _example(entry: Entry, shelf: Shelf) -> list[Example]:
    file, group, number = entry.values

    def cell(name: str, *most: int):
        """What the cell of this video holds: a reference into the file says where it is."""
        cells = hdf5.inner(group, name, entry.where)
        if number >= len(cells):
            raise Malformed(f"field {name!r} has only {len(cells)} cells")
        return hdf5.numbers(hdf5.pointed(file, cells, number, name), name, most)

    name, title = (_characters(cell(each, TITLE, 1)) for each in ("video", "title"))
    seconds, frames = float(cell("length", 1, 1)[0, 0]), int(cell("nframes", 1, 1)[0, 0])
    scores = cell("user_anno", PEOPLE, FRAMES)
    if scores.shape[1] != frames:
        raise Malformed(f"field 'user_anno' has {scores.shape[1]} scores for {frames} frames")
    if not seconds > 0:
        raise Malformed(f"field 'length' is {seconds:g} s")
    return [
        Example(
            id=name, video=shelf.media(name) or address(name), seconds=seconds,
            captions=hdf5.titled(title),
            saliency=Rated(frames / seconds, tuple(map(tuple, scores.tolist())), 1.0, 5.0),
            source="TVSum", licence="for research; the videos CC BY 3.0",
        )
    ]  # fmt: skip


def _characters(codes: Any) -> str:
    return "".join(chr(int(code)) for code in codes.ravel())
