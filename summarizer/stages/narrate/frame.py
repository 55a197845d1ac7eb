"""The frame of a story: the wish, the whole, its chapters, and the aspects that were chosen."""

from collections.abc import Sequence

import numpy as np

from summarizer.models.english import clock, lasting, listed
from summarizer.schema import Line, Perception, Sentence, Summary, Video
from summarizer.stages.narrate.facts import (
    ALWAYS,
    CHANGES,
    INSTANT,
    MOMENTARY,
    MOST,
    UNKNOWN,
    Fact,
    ranked,
)
from summarizer.stages.narrate.moments import asked_for
from summarizer.stages.narrate.quotes import CERTAIN, legible, shortened
from summarizer.stages.narrate.wording import RELATIVE, TURNED, TURNS, turned

ENOUGH = 2  # seconds of what is not momentary
ASPECTS_TOLD = 2  # at most
OFTEN = 0.25  # share from which the whole is like that
QUOTED = 1.5  # times as much the writing counts that can be quoted
SPOKEN = 0.5  # where somebody talks
SHORT = 20.0  # seconds; its whole is told with more
BRIEF = 10.0  # seconds; a shorter video is told as a whole rather than by its moments
TITLES = 3  # on the screen while somebody talks; fewer make no chapters
CHAPTERS = 6  # named at most


def lead(summary: Summary) -> Sentence:
    """What became of the wish."""
    answer = summary.answer
    want = shortened(" ".join(summary.preference.want.split()), 12)
    opening, colon, rest = answer.text.partition(": ")
    text = answer.text
    if answer.kind == "found" and colon and opening.startswith("Found"):
        text = f"You asked for “{want}”, and here it is: {rest}"
    spans = summary.highlights if answer.kind == "found" else ()
    start, end = (spans[0].start, spans[-1].end) if spans else (0.0, summary.video.seconds)
    return Sentence(start, end, text, (asked_for(summary) or f"asked: {want}",))


def whole(
    video: Video,
    facts: Sequence[Fact],
    chosen: Sequence[str] = (),
    lines: Sequence[Line] = (),
) -> Sentence:
    """How long the video is, and what it is mostly like; without the overview, by the aspects."""
    kind = "video" if video.has_audio else "silent video"
    text = f"This {kind if video.has_picture else 'recording'} lasts {lasting(video.seconds)}"
    curves = set() if "overview" in chosen else turned(chosen)
    lasts = [fact for fact in facts if fact.share >= OFTEN and fact.curve.name not in CHANGES]
    lasts = [fact for fact in lasts if fact.concept.name not in RELATIVE]
    lively = [fact for fact in lasts if fact.plain > 0.5 or fact.curve.name in curves] or lasts
    weights = {
        fact: fact.share
        * fact.plain
        * (TURNED if fact.curve.name in curves else 1.0)
        * (QUOTED if _written(fact, lines, video.seconds) else 1.0)
        for fact in lively
        if fact.plain
    }
    order = ranked(weights)[: _told(video.seconds)]
    told = {fact: _written(fact, lines, video.seconds) or fact.told for fact in order}
    always = [fact for fact in order if fact.share > ALWAYS]
    mostly = [fact for fact in order if MOST <= fact.share <= ALWAYS]
    partly = [fact for fact in order if fact.share < MOST]
    parts = [f"{listed([told[fact] for fact in always])} all the way through"] if always else []
    parts += [f"{listed([told[fact] for fact in mostly])} most of the time"] if mostly else []
    parts += [f"{told[fact]} {when(fact, video.seconds)}" for fact in partly]
    evidence = tuple(fact.evidence for fact in (*always, *mostly, *partly))
    text += f"; {_joined(parts)}." if parts else "."
    return Sentence(0.0, video.seconds, text, evidence or ("length",))


def _joined(parts: Sequence[str]) -> str:
    return f"{', '.join(parts[:-1])}, and {parts[-1]}" if parts[1:] else parts[0]


def _told(seconds: float) -> int:
    """How many facts of the whole are told: the shorter it is, the more."""
    return 4 if seconds < BRIEF else 3 if seconds < SHORT else 2


def _written(fact: Fact, lines: Sequence[Line], seconds: float) -> str:
    """What is on the screen for most of the video, if it can be quoted."""
    if fact.curve.name != "text on screen":
        return ""
    stays = [line for line in lines if legible(line) and line.end - line.start >= MOST * seconds]
    return f"“{shortened(stays[0].text, 8)}” can be read" if stays else ""


def aspects(
    video: Video, facts: Sequence[Fact], chosen: Sequence[str], frame: Sequence[Sentence]
) -> list[Sentence]:
    """What there is to tell of the aspects asked for, a sentence each, where it was not told."""
    found: list[Sentence] = []
    for aspect in chosen:
        opening, curves = TURNS.get(aspect, ("", ()))
        told = {evidence for sentence in (*frame, *found) for evidence in sentence.evidence}
        topics = {fact.topic for fact in facts if fact.evidence in told} & {
            "speech",
            "sudden sounds",
        }
        fresh = {
            fact: 1.0 - curves.index(fact.curve.name) / 100
            for fact in facts
            if fact.curve.name in curves
            and fact.there.sum() >= (1 if fact.curve.name in MOMENTARY else ENOUGH)
            and fact.plain
            and fact.evidence not in told
            and fact.topic not in topics
        }
        if order := ranked(fresh)[:2]:
            parts = [f"{fact.told} {when(fact, video.seconds)}" for fact in order]
            text = f"{opening[0].upper()}{opening[1:]}, {_joined(parts)}."
            evidence = tuple(fact.evidence for fact in order)
            found.append(Sentence(0.0, video.seconds, text, evidence))
    return found[:ASPECTS_TOLD]


def when(fact: Fact, seconds: float) -> str:
    """When or for how long it holds: 'all the way through', 'from 0:12 to 0:20', 'at 0:07'."""
    if fact.share > ALWAYS:
        return "all the way through"
    rows = np.flatnonzero(fact.there)
    start, end = float(rows[0]), min(float(rows[-1]) + 1, seconds)
    if fact.curve.name in MOMENTARY and (times := int((np.diff(rows) > 1).sum()) + 1) > 1:
        return "twice" if times == 2 else f"{times} times"
    if len(rows) < rows[-1] + 1 - rows[0]:
        return f"for {lasting(min(float(len(rows)), seconds))}"
    return f"from {clock(start)} to {clock(end)}" if end - start > INSTANT else f"at {clock(start)}"


def dated(facts: Sequence[Fact], frame: Sequence[Sentence], *, fixed: bool) -> frozenset[str]:
    """What the frame tells with its time, so that no moment has to; only what lasts, if fixed."""
    told = {evidence for sentence in frame for evidence in sentence.evidence}
    return frozenset(
        fact.told
        for fact in facts
        if fact.evidence in told
        and (
            fact.share > ALWAYS
            or (not fixed and when(fact, float(len(fact.there))).startswith("from"))
        )
    )


def titles(perception: Perception) -> tuple[Line, ...]:
    """The titles of the slides that a talk shows one after the other; too few are none."""
    spoken = [perception.curve(name) for name in ("speech", "words")]
    if not any(curve and (curve.array >= SPOKEN).mean() >= 0.5 for curve in spoken):
        return ()
    found: dict[str, Line] = {}
    last = -np.inf
    for line in sorted(perception.lines, key=lambda each: each.start):
        if line.source != "title" or line.confidence < CERTAIN:
            continue
        if line.start > last + UNKNOWN:  # the first of what came up together
            found.setdefault(line.text, line)
            last = line.start
    return tuple(found.values()) if len(found) >= TITLES else ()


def chapters(perception: Perception) -> list[Sentence]:
    """One sentence on the titles of the slides."""
    shown = titles(perception)[:CHAPTERS]
    if not shown:
        return []
    named = listed([f"“{shortened(line.text, 8)}” at {clock(line.start)}" for line in shown])
    text = f"Its chapters follow the titles of the slides: {named}."
    evidence = tuple(f"screen-text: '{shortened(line.text, 8)}'" for line in shown)
    return [Sentence(shown[0].start, shown[-1].end, text, evidence)]
