"""Instruct-V2Xum: summaries as instructions, their sentences tagged with the frames they tell of.

A JSON list of {id, conversations: [{from, value}, ...], meta: {duration, token: {name: seconds}}}:
that is what the project's own training code reads, which puts a two-digit share of the length
(00 to 99) in the place of each token; and what its answers look like is what its own inference
code parses: sentences, each followed by the shares of its frames in brackets, "[03, 04, 07]", or
only brackets where the picture alone was asked for. The published file itself has not been opened
here; an entry of it that was quoted elsewhere has each bracket before its sentence, so a text that
begins with one is read that way. A frame stands for the second it begins, and a sentence for the
time from its first frame to the end of its last one.
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
    json_list,
    number,
    split_of,
)
from summarizer.data.manifest import LONGEST, Example, Malformed, Rated, Told
from summarizer.data.readers.youtube import ID, address

LONG = 86_400  # seconds of a video at most
TAGS = re.compile(r"\[([\d.s, ]+)\]")
SHARES = 100  # steps in which an answer names a time


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The answers of the folder's JSON lists, or of one such file."""
    found = files(place, "*.json", about="Instruct-V2Xum comes as JSON lists")
    shelf = Shelf(place)
    for path in found:
        example = partial(_examples, shelf=shelf, split=split_of(path))
        yield from converted(json_list(path), example, skipped, repeats=True)


def _examples(entry: Entry, shelf: Shelf, split: str) -> list[Example]:
    """One for each question of the conversation."""
    name, meta = entry.key("id"), entry.within("meta")
    seconds = meta.number("duration", 1, LONG)
    tokens = _tokens(meta, seconds)
    said = [Entry("", each) for each in entry.listed("conversations")]
    pairs = list(zip(said[::2], said[1::2], strict=False))
    if not pairs:
        raise Malformed("field 'conversations' has no question with an answer")
    stem = name.removeprefix("v_")
    video = shelf.media(name) or (address(stem) if ID.fullmatch(stem) else f"videos/{name}.mp4")
    found = []
    for asked, answered in pairs:
        story, frames = _answer(answered.text("value"), tokens, seconds)
        found.append(
            Example(
                id=name, video=video, seconds=seconds, story=story, masks=_mask(frames, seconds),
                wish=" ".join(re.sub("<(video|image)>", " ", asked.text("value")).split()),
                split=split, source="Instruct-V2Xum",
            )
        )  # fmt: skip
    return found


def _tokens(meta: Entry, seconds: float) -> dict[str, float]:
    named = meta.within("token")
    if not isinstance(named.values, dict):
        raise Malformed("field 'token' is no group of named times")
    return {name: number("token", at, 0, LONGEST) for name, at in named.values.items()}


def _answer(
    text: str, tokens: dict[str, float], seconds: float
) -> tuple[tuple[Told, ...], list[float]]:
    """The sentences with their stretches, and the times of all frames named."""
    for token in sorted(tokens, key=len, reverse=True):
        text = text.replace(token, f"{tokens[token]:.3f}s")
    tags = list(TAGS.finditer(text))
    # what stands between two tags belongs to the one behind it, or to the one before
    edges = [0, *(edge for tag in tags for edge in tag.span()), len(text)]
    between = [
        _sentence(text[start:end]) for start, end in zip(edges[::2], edges[1::2], strict=True)
    ]
    before = bool(tags) and not between[0]
    frames = [[_time(word.strip(), seconds) for word in tag[1].split(",")] for tag in tags]
    spans = [(min(each), min(max(each) + 1, seconds)) for each in frames]
    placed = [(None, None), *spans] if before else [*spans, (None, None)]
    story = [Told(said, *span) for said, span in zip(between, placed, strict=True) if said]
    return tuple(story), [time for each in frames for time in each]


def _sentence(text: str) -> str:
    """The text between two tags, whose full stop stands behind its tag."""
    text = text.strip().lstrip(".").strip()
    return text if not text or text[-1] in ".!?" else f"{text}."


def _time(word: str, seconds: float) -> float:
    if re.fullmatch(r"\d{1,2}", word):
        return int(word) / SHARES * seconds
    if re.fullmatch(r"\d{1,9}\.\d{3}s", word) and float(word[:-1]) <= seconds:
        return float(word[:-1])
    raise Malformed(
        f"field 'value' names the frame {word[:20]!r}, which is neither a share of the length "
        "from 00 to 99 nor a token with a time in the video"
    )


def _mask(frames: list[float], seconds: float) -> Rated | None:
    if not frames:
        return None
    kept = [0.0] * math.ceil(seconds)
    for time in frames:
        kept[min(int(time), len(kept) - 1)] = 1.0
    return Rated(1.0, (tuple(kept),))
