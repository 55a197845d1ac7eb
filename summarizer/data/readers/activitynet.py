"""ActivityNet Captions: sentences with the stretches they tell of.

The archive's train.json, val_1.json and val_2.json are objects of video id to {duration,
timestamps, sentences}: that is how the data set's users describe and read them; the files
themselves have not been opened here. val_2 tells of the videos of val_1 again, so its ids end in
"/2". Some published stretches end before they begin: `skipped` leaves such entries out.
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
    json_object,
    split_of,
    told,
)
from summarizer.data.manifest import Example
from summarizer.data.readers.youtube import address


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The videos of train.json, val_1.json and val_2.json, or of one such file."""
    found = files(
        place, "train.json", "val_1.json", "val_2.json",
        about="ActivityNet Captions comes as train.json, val_1.json and val_2.json",
    )  # fmt: skip
    shelf = Shelf(place)
    for path in found:
        again = "/2" if path.stem.endswith("_2") else ""
        named = (Entry(entry.where, (name, entry)) for name, entry in json_object(path))
        example = partial(_example, shelf=shelf, split=split_of(path), again=again)
        yield from converted(named, example, skipped)


def _example(entry: Entry, shelf: Shelf, split: str, again: str) -> list[Example]:
    name, video = entry.values
    example = Example(
        id=name + again,
        video=shelf.media(name) or address(name.removeprefix("v_")),
        seconds=video.number("duration"),
        story=told(video.listed("sentences"), video.spans("timestamps"), "sentences"),
        split=split,
        source="ActivityNet Captions",
    )
    return [example]
