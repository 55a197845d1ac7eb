"""The frame of a story: the wish, the whole, its chapters, and the aspects that were chosen."""

from collections.abc import Sequence

import numpy as np

from summarizer.models.english import clock, lasting, listed
from summarizer.schema import Line, Perception, Sentence, Summary, Video
from summarizer.stages.narrate.facts import CHANGES, MOST, TURNS, UNKNOWN, Fact, ranked
from summarizer.stages.narrate.moments import CERTAIN, asked_for, shortened

ASPECTS_TOLD = 2  # at most
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


def whole(video: Video, facts: Sequence[Fact]) -> Sentence:
    """How long the video is, and what it is mostly like."""
    kind = "video" if video.has_audio else "silent video"
    text = f"This {kind if video.has_picture else 'recording'} lasts {lasting(video.seconds)}"
    lasts = [fact for fact in facts if fact.share >= 0.15 and fact.curve.name not in CHANGES]
    lively = [fact for fact in lasts if fact.plain > 0.5] or lasts
    most = 4 if video.seconds < BRIEF else 2
    order = ranked({fact: fact.share * fact.plain for fact in lively})[:most]
    always = [fact for fact in order if fact.share > 0.95]
    mostly = [fact for fact in order if MOST <= fact.share <= 0.95]
    partly = [fact for fact in order if fact.share < MOST]
    parts = [f"all the way through {listed([fact.told for fact in always])}"] if always else []
    parts += [f"most of the time {listed([fact.told for fact in mostly])}"] if mostly else []
    parts += [f"for {lasting(float(fact.there.sum()))} {fact.told}" for fact in partly]
    evidence = tuple(fact.evidence for fact in (*always, *mostly, *partly))
    text += f"; {', and '.join(parts)}." if parts else "."
    return Sentence(0.0, video.seconds, text, evidence or ("length",))


def aspects(
    video: Video, facts: Sequence[Fact], chosen: Sequence[str], frame: Sequence[Sentence]
) -> list[Sentence]:
    """What there is to tell of the aspects asked for, a sentence each, where it was not told."""
    found: list[Sentence] = []
    for aspect in chosen:
        opening, curves = TURNS.get(aspect, ("", ()))
        told = {evidence for sentence in (*frame, *found) for evidence in sentence.evidence}
        fresh = {
            fact: 1.0 - curves.index(fact.curve.name) / 10
            for fact in facts
            if fact.curve.name in curves and fact.there.any() and fact.evidence not in told
        }
        if order := ranked(fresh)[:2]:
            parts = [f"{_lasting(video, fact)} {fact.told}" for fact in order]
            text = f"{opening[0].upper()}{opening[1:]}, {' and '.join(parts)}."
            evidence = tuple(fact.evidence for fact in order)
            found.append(Sentence(0.0, video.seconds, text, evidence))
    return found[:ASPECTS_TOLD]


def _lasting(video: Video, fact: Fact) -> str:
    """For how long it holds: 'all the way through', 'for 12 seconds'."""
    if fact.share > 0.95:
        return "all the way through"
    return f"for {lasting(min(float(fact.there.sum()), video.seconds))}"


def chapters(perception: Perception, facts: Sequence[Fact]) -> list[Sentence]:
    """The titles shown one after the other while somebody talks, as one sentence."""
    talks = any(fact.topic == "speech" and fact.share >= 0.5 for fact in facts)
    titles: dict[str, Line] = {}
    last = -np.inf
    for line in sorted(perception.lines, key=lambda each: each.start):
        if line.source != "title" or line.confidence < CERTAIN:
            continue
        if line.start > last + UNKNOWN:  # the first of what came up together
            titles.setdefault(line.text, line)
            last = line.start
    shown = list(titles.values())[:CHAPTERS]
    if not talks or len(shown) < TITLES:
        return []
    named = listed([f"“{shortened(line.text, 8)}” at {clock(line.start)}" for line in shown])
    text = f"Its chapters, by what is on the screen, are {named}."
    evidence = tuple(f"screen-text: '{shortened(line.text, 8)}'" for line in shown)
    return [Sentence(shown[0].start, shown[-1].end, text, evidence)]
