"""QVHighlights: wishes, the stretches they mean, how good each two seconds of those are.

Also any data set in the same form, as the lighthouse toolkit writes it: Charades-STA (windows
only), TVSum and YouTube Highlights (a `label` for each clip, no windows). All of it was checked
with the published files. A `vid` of QVHighlights is the id at YouTube and the stretch of that
video in seconds; scores are 0 to 4 by three annotators and stand beside `relevant_clip_ids`, and
what has none counts as 0, as in the official evaluation; its test part has neither windows nor
scores. A label of TVSum is the scores, 1 to 5, of twenty annotators for two seconds, and
`duration` counts those, not seconds. A label of YouTube Highlights is one 0 or 1 for a clip that
begins about fifty frames after the one before; they are taken as spread evenly over the video.
"""

import math
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from summarizer.data.entries import (
    Entry,
    Shelf,
    Skipped,
    converted,
    files,
    json_lines,
    number,
    split_of,
)
from summarizer.data.manifest import Example, Malformed, Rated
from summarizer.data.readers.youtube import ID, address

CLIP = 2.0  # seconds
BEST = 4.0
CUT = re.compile(r"(?P<name>.+)_(?P<start>\d+(?:\.\d+)?)_(?P<end>\d+(?:\.\d+)?)")


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The queries of highlight_{train,val,test}_release.jsonl, or of one file of that form."""
    found = files(
        place, "highlight_*_release.jsonl",
        about="QVHighlights comes as highlight_train_release.jsonl and so on",
    )  # fmt: skip
    shelf = Shelf(place)
    for path in found:
        example = partial(_example, shelf=shelf, split=split_of(path), about=_about(path))
        yield from converted(json_lines(path), example, skipped)


def _about(path: Path) -> dict[str, str]:
    name = path.stem.lower()
    licence = "CC BY-NC-SA 4.0" if name.startswith("highlight") else ""
    known = {"highlight": "QVHighlights", "tvsum": "TVSum", "charades": "Charades-STA"}
    known["youtube"] = "YouTube Highlights"
    source = next((known[key] for key in known if name.startswith(key)), path.stem)
    return {"source": source, "licence": licence}


def _example(entry: Entry, shelf: Shelf, split: str, about: dict[str, str]) -> list[Example]:
    name, seconds = entry.key("vid"), entry.number("duration")
    saliency = _labels(entry, seconds) if entry.has("label") else _scores(entry, seconds)
    if entry.has("label"):
        seconds = saliency.seconds
    media, part = _media(name, seconds, shelf)
    windows = entry.spans("relevant_windows") if entry.has("relevant_windows") else ()
    return [
        Example(
            id=entry.key("qid"), video=media, part=part, seconds=seconds, wish=entry.text("query"),
            windows=windows, saliency=saliency, split=split, **about,
        )
    ]  # fmt: skip


def _media(name: str, seconds: float, shelf: Shelf) -> tuple[str, tuple[float, float] | None]:
    """The clip where it is here; else its video and the part of it; else a file to be had."""
    if here := shelf.media(name):
        return here, None
    if cut := CUT.fullmatch(name):
        start, end = float(cut["start"]), float(cut["end"])
        if end <= start:
            raise Malformed(f"field 'vid' is {name[:60]!r}, which ends before it starts")
        whole = shelf.media(cut["name"])
        return whole or address(cut["name"]), (start, min(end, start + seconds))
    return (address(name) if ID.fullmatch(name) else f"videos/{name}.mp4"), None


def _scores(entry: Entry, seconds: float) -> Rated | None:
    """Of each two seconds, by each annotator; 0 outside of what is relevant."""
    if not entry.has("saliency_scores"):
        return None
    clips = entry.listed("relevant_clip_ids")
    given = [
        Entry("", {"saliency_scores": scores}).listed("saliency_scores")
        for scores in entry.listed("saliency_scores", len(clips))
    ]
    rows = [[0.0] * math.ceil(seconds / CLIP) for _ in given[0]] if given else []
    for clip, scores in zip(clips, given, strict=True):
        if len(scores) != len(rows):
            raise Malformed(f"field 'saliency_scores' has {len(scores)} scores beside {len(rows)}")
        at = int(number("relevant_clip_ids", clip, 0, math.ceil(seconds / CLIP) - 1))
        for row, score in zip(rows, scores, strict=True):
            row[at] = number("saliency_scores", score, 0, BEST)
    return Rated(1 / CLIP, tuple(map(tuple, rows)), 0.0, BEST) if rows else None


def _labels(entry: Entry, seconds: float) -> Rated:
    """Of each clip of the video, by each annotator."""
    labels = [Entry("", {"label": label}).listed("label") for label in entry.listed("label")]
    people = len(labels[0]) if labels else 0
    if not people or not seconds or any(len(label) != people for label in labels):
        raise Malformed("field 'label' is not one list of as many scores for each clip")
    low, high = (0.0, 1.0) if people == 1 else (1.0, 5.0)
    scores = [[number("label", score, low, high) for score in label] for label in labels]
    clip_wise = people > 1 and seconds == len(labels)
    rate = 1 / CLIP if clip_wise else len(labels) / seconds
    return Rated(rate, tuple(zip(*scores, strict=True)), low, high)
