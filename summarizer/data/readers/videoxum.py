"""VideoXum: what ten annotators keep of each second, and a sentence for each segment.

The fields (video_id, duration, sampled_frames, timestamps, tsum, vsum, vsum_onehot) and the three
file names are those of the data set's card and of its authors' code, which takes `vsum_onehot` as
(annotators, seconds); the files themselves have not been opened here. Ids are "v_" and the id of
the video at YouTube, as in ActivityNet.
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
    json_list,
    number,
    split_of,
    told,
)
from summarizer.data.manifest import Example, Malformed, Rated
from summarizer.data.readers.youtube import address

ANNOTATORS = 1000
NEAR = 2  # seconds a video and its mask may differ


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The videos of {train,val,test}_videoxum.json, or of one such file."""
    found = files(place, "*_videoxum.json", about="VideoXum comes as train_videoxum.json and so on")
    shelf = Shelf(place)
    for path in found:
        yield from converted(
            json_list(path), partial(_example, shelf=shelf, split=split_of(path)), skipped
        )


def _example(entry: Entry, shelf: Shelf, split: str) -> list[Example]:
    name, seconds = entry.key("video_id"), entry.number("duration")
    example = Example(
        id=name,
        video=shelf.media(name) or address(name.removeprefix("v_")),
        seconds=seconds,
        story=told(entry.listed("tsum"), entry.spans("timestamps"), "tsum"),
        masks=Rated(1.0, _masks(entry, int(entry.number("sampled_frames", 1)))),
        split=split,
        source="VideoXum",
        licence="Apache-2.0 (annotations)",
    )
    if abs(example.masks.seconds - seconds) > NEAR:
        raise Malformed(
            f"field 'sampled_frames' is {example.masks.seconds:g} for a 'duration' of {seconds:g} s"
        )
    return [example]


def _masks(entry: Entry, length: int) -> tuple[tuple[float, ...], ...]:
    rows = entry.listed("vsum_onehot")
    if not 1 <= len(rows) <= ANNOTATORS:
        raise Malformed(f"field 'vsum_onehot' has {len(rows)} rows, not 1 to {ANNOTATORS}")
    row_of = [Entry("", {"vsum_onehot": row}).listed("vsum_onehot", length) for row in rows]
    return tuple(tuple(number("vsum_onehot", kept, 0, 1) for kept in row) for row in row_of)
