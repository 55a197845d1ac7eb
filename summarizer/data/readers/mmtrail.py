"""MMTrail: clips of trailers with machine-made captions of picture, music and both.

Checked with the first clips of the published sample of ten thousand (one flat object a clip) and
with the form in the project's own description (the same fields inside "basic", "misc" and "scene";
only there a "merge_caption" tells picture and music together). `clip_start_end_idx` are frames of
the whole video, which is named by its id at YouTube. The times of music captions ("10:00-20:00")
are read as seconds and hundredths, as captions of ten seconds each in clips of less than a minute.
"""

import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
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
)
from summarizer.data.manifest import Example, Malformed, Told
from summarizer.data.readers.youtube import address

TIMES = re.compile(r"(\d{1,5}):(\d\d)-(\d{1,5}):(\d\d)")
FRAMES = 10_000_000  # of a video
STORIES = ("merge_caption", "polish_caption", "caption")  # the fullest first


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The clips of the folder's JSON lists, or of one such file."""
    found = files(
        place, "MMTrail*.json", "metas/*.json",
        about="MMTrail comes as a JSON list of clips, as MMTrail2M_sample1w.json",
    )  # fmt: skip
    shelf = Shelf(place)
    for path in found:
        example = partial(_example, shelf=shelf, split=split_of(path))
        yield from converted(json_list(path), example, skipped)


def _example(entry: Entry, shelf: Shelf, split: str) -> list[Example]:
    entry = _flat(entry)
    name, seconds = entry.key("clip_id"), entry.number("clip_duration")
    media, part = shelf.media(name), None
    if not media:
        video = entry.key("video_id")
        media, part = shelf.media(video) or address(video), _part(entry)
    texts = [(field, entry.text(field)) for field in STORIES if entry.has(field)]
    texts = [(field, text) for field, text in texts if text]
    return [
        Example(
            id=name, video=media, part=part, seconds=seconds, split=split, source="MMTrail",
            licence="R-UDA 1.0: research only, not commercial",
            story=tuple(Told(text) for _, text in texts[:1]),
            captions=tuple(chain(
                (Told(text, name=field.replace("_", " ")) for field, text in texts),
                _music(entry),
                _frames(entry),
            )),
        )
    ]  # fmt: skip


def _flat(entry: Entry) -> Entry:
    if not entry.has("basic"):
        return entry
    values = {}
    for group in ("basic", "misc", "scene"):
        inner = entry.within(group)
        if not isinstance(inner.values, dict):
            raise Malformed(f"field {group!r} is no group of fields")
        values |= inner.values
    return Entry(entry.where, values)


def _part(entry: Entry) -> tuple[float, float]:
    rate = entry.number("video_fps", 0.1, 1000)
    frames = entry.listed("clip_start_end_idx", 2)
    start, end = (number("clip_start_end_idx", each, 0, FRAMES) for each in frames)
    if end < start:
        raise Malformed("field 'clip_start_end_idx' ends before it starts")
    return start / rate, end / rate


def _music(entry: Entry) -> Iterator[Told]:
    if not entry.has("music_caption"):
        return
    for caption in entry.listed("music_caption"):
        caption = Entry("", caption)
        times = TIMES.fullmatch(caption.text("time", ""))
        start, end = (None, None)
        if times:
            start, end = (int(times[n]) + int(times[n + 1]) / 100 for n in (1, 3))
        if text := caption.text("text"):
            yield Told(text, start, end, name="music")


def _frames(entry: Entry) -> Iterator[Told]:
    for caption in entry.listed("frame_caption") if entry.has("frame_caption") else ():
        if text := Entry("", {"frame_caption": caption}).text("frame_caption"):
            yield Told(text, name="frame")
