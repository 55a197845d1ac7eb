"""What a manifest's example teaches: the prompt of use over what was perceived of it, its answer in
the form that is read in use, and how much each second counts."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

import numpy as np

from summarizer.data.manifest import Example, Rated, Told
from summarizer.data.perceived import Features, Kept
from summarizer.models.beholding import by_second
from summarizer.models.saliency import READ
from summarizer.schema import (
    Answer,
    Highlight,
    Perception,
    Preference,
    Saliency,
    Sentence,
    Summary,
    Video,
)
from summarizer.stages.narrate.asking import most
from summarizer.stages.narrate.prompt import Reader, Section, Sense, fused, stamps
from summarizer.stages.narrate.tags import ENDS, judge, sentences
from summarizer.train.answering import Question
from summarizer.train.stages import Stage

MERGED = "merge caption"  # tells picture and sound together
INSTRUCTED = ("Instruct-V2Xum",)  # sets whose wishes are a task's wording, not a viewer's
CHOSEN = 0.15  # share of the seconds that are shown as chosen, where people judged them
APART = re.compile(r"\s+([.!?])$")  # "a man ." in captions that were taken to words


@dataclass(frozen=True, eq=False)
class Asked:
    """A source of questions: examples of one stage, and what was perceived of each."""

    pairs: Sequence[tuple[Example, Features, Kept]]
    stage: Stage
    reader: Reader
    senses: Callable[[Perception], Mapping[str, Sense]]
    """what the preset's narrator is given of a perception"""

    def __len__(self) -> int:
        return len(self.pairs)

    def question(self, index: int, draw: np.random.Generator) -> Question:
        example, features, kept = self.pairs[index]
        perception, stage = features.perception(kept), self.stage
        counts = counting(example, kept.seen) if stage.judges else None
        rows = {
            name: by_second(track, range(perception.video.rows))
            for name in READ
            if counts is not None and (track := perception.track(name))
        }
        return Question(
            example.id,
            *told(perception, example, stage, self.reader, self.senses(perception), draw),
            rows,
            features.wish(kept) if rows and wished(example, stage) else {},
            counts if rows else None,
        )


def told(
    perception: Perception,
    example: Example,
    stage: Stage,
    reader: Reader,
    senses: Mapping[str, Sense],
    draw: np.random.Generator,
) -> tuple[list, str]:
    """The prompt, and its answer: as many of the lines as are asked for and have room."""
    video, want = perception.video, wished(example, stage)
    aspect = stage.aspects[int(draw.integers(len(stage.aspects)))]
    summary = Summary(
        video,
        Preference(want, (aspect,)),
        Answer("found", want) if want and example.windows else Answer("open"),
        Saliency((), ()),
        highlights(example, video),
    )
    read = perception if stage.notes else replace(perception, curves=(), lines=())
    known = {name: sense for name, sense in senses.items() if name in stage.senses}
    kept = spread(lines(example, video, stage), most(summary))
    while len(kept) > 1 and reader.count(["\n".join(kept)]) > reader.settings.answer:
        kept.pop()
    return fused(read, summary, reader, known), "\n".join(kept)


def wished(example: Example, stage: Stage) -> str:
    """What the viewer asked for, where that is told."""
    return example.wish if stage.wishes and example.source not in INSTRUCTED else ""


# -- the answer -----------------------------------------------------------------------------------


def lines(example: Example, video: Video, stage: Stage) -> list[str]:
    """All that could be answered, a tagged sentence a line, in order of time; each would be let
    through in use."""
    found: dict[str, float] = {}
    for each in _said(example, stage):
        start = each.start or 0.0
        end = video.seconds if each.end is None else min(each.end, video.seconds)
        if start >= video.seconds:
            continue
        tag = stamps(Section(start, max(start, end)), video.seconds)
        for text in sentences([each.text]):
            line = f"[{tag}] {_sentence(text)}"
            if isinstance(judge(line, video.seconds, lambda *_: ("said",)), Sentence):
                found.setdefault(line, start)
    return sorted(found, key=found.__getitem__)


def _said(example: Example, stage: Stage) -> list[Told]:
    """The story, and what is not in it; or the captions."""
    captions = [each for each in example.captions if each.name in stage.captions]
    if not stage.story:
        return captions
    if not example.story:
        return []
    merged = any(each.name == MERGED for each in example.captions)
    return [*example.story, *(() if merged else captions)]


def _sentence(text: str) -> str:
    """With a capital, and an end of its own."""
    text = APART.sub(r"\1", text.strip().rstrip(" ,;:-"))
    text = text[:1].upper() + text[1:]
    return text if text.endswith(ENDS) else f"{text}."


def spread(texts: Sequence[str], count: int) -> list[str]:
    """At most so many of them, from all over."""
    if len(texts) <= count:
        return list(texts)
    places = np.linspace(0, len(texts) - 1, count).round().astype(int)
    return [texts[place] for place in places.tolist()]


# -- what counts ----------------------------------------------------------------------------------


def counting(example: Example, video: Video) -> np.ndarray | None:
    """(seconds,) in 0..1: what people gave each second, on average; NaN where nobody did."""
    judged = example.saliency or example.masks
    return None if judged is None else _each_second(judged, video.rows)


def _each_second(judged: Rated, rows: int) -> np.ndarray:
    mean = ((judged.array - judged.low) / (judged.high - judged.low)).mean(axis=0)
    if judged.rate <= 1:
        there = np.floor((np.arange(rows) + 0.5) * judged.rate).astype(int)
        return np.where(there < len(mean), mean[np.minimum(there, len(mean) - 1)], np.nan)
    second = np.floor((np.arange(len(mean)) + 0.5) / judged.rate).astype(int)
    inside = second < rows
    counts = np.bincount(second[inside], minlength=rows)
    sums = np.bincount(second[inside], mean[inside], minlength=rows)
    return np.where(counts > 0, sums / np.maximum(counts, 1), np.nan)


def highlights(example: Example, video: Video) -> tuple[Highlight, ...]:
    """What is shown as chosen: the stretches that are meant, or those that people found best."""
    spans = [(start, min(end, video.seconds)) for start, end in example.windows]
    if not spans and (counts := counting(example, video)) is not None:
        counts = np.nan_to_num(counts)
        order = np.argsort(-counts, kind="stable")[: max(1, math.floor(CHOSEN * len(counts)))]
        best = np.zeros(len(counts), bool)
        best[order[counts[order] > 0]] = True
        spans = video.stretches(best)
    return tuple(Highlight(start, end, 1.0, "") for start, end in sorted(spans) if start < end)


# -- which examples -------------------------------------------------------------------------------


def fits(example: Example, kept: Kept, stage: Stage) -> bool:
    """Whether the stage has something to read of the example, and something to learn."""
    tracks = {"sight": "patches", "sound": "tune"}
    return (
        any(getattr(example, kind) for kind in stage.media)
        and any(tracks[sense] in kept.tracks for sense in stage.senses)
        and (bool(lines(example, kept.seen, stage)) or _only_judged(example, kept, stage))
    )


def _only_judged(example: Example, kept: Kept, stage: Stage) -> bool:
    """Whether it has no story, but people said which of its seconds count."""
    read = any(name in kept.tracks for name in READ)
    return stage.judges and read and counting(example, kept.seen) is not None


def widths(pairs: Sequence[tuple[Example, Features, Kept]], names: Sequence[str]) -> dict[str, int]:
    """How wide what a track holds is, by its name, where any example has it."""
    there = chain.from_iterable(kept.tracks.items() for _, _, kept in pairs)
    return {name: width for name, (_, width) in there if name in names}


def makers(pairs: Sequence[tuple[Example, Features, Kept]], names: Sequence[str]) -> dict[str, str]:
    """By which weights each track was made."""
    there = chain.from_iterable(kept.tracks.items() for _, _, kept in pairs)
    return {name: by for name, (by, _) in there if name in names}
