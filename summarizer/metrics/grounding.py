"""Whether a story speaks of what was chosen, rests on what was perceived, and shows the whole.

A story is judged by what can be checked: that its evidence is in the perception over its stretch,
that its quotations are somebody's words there, that the times it names are its own. What its words
say beyond that ("a dragon" where the evidence is music) is not judged here.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from summarizer.metrics.retrieval import overlap
from summarizer.metrics.semantic import unit
from summarizer.schema import (
    QUOTABLE,
    Concept,
    Curve,
    Highlight,
    Line,
    Perception,
    Sentence,
    Summary,
)

SLACK = 1.0  # seconds a time may lie outside of its stretch: it is told in whole seconds
STRONG = 0.5  # of a curve that no concept judges
BESIDE = {"screen-text": ("screen-text", "title")}  # what is quoted from one was read by both
LENGTH = "length"  # the evidence for how long a video is
ASKED = "what "  # how the names of curves that judge a wish begin
QUOTED = re.compile(r"“([^”]*)”")
CLOCK = re.compile(r"\b\d{1,3}(?::[0-5]\d){1,2}\b")
WORD = re.compile(r"[^\W_]+")
GAP = "…"  # where something was left out of a quotation


# -- the story and what was chosen; None without a story or without highlights -------------------


def grounded(story: Sequence[Sentence], highlights: Sequence[Highlight]) -> float | None:
    """The share of the sentences whose stretch overlaps a highlight."""
    if not highlights:
        return None
    return _mean([any(_shared(each, other) > 0 for other in highlights) for each in story])


def closeness(story: Sequence[Sentence], highlights: Sequence[Highlight]) -> float | None:
    """The mean over sentences of the best temporal IoU with a highlight: that of a sentence about
    all of a video is low."""
    spans = [(each.start, each.end) for each in highlights]
    if not spans:
        return None
    return _mean([max(overlap((one.start, one.end), span) for span in spans) for one in story])


def chosen_share(story: Sequence[Sentence], highlights: Sequence[Highlight]) -> float | None:
    """The mean over sentences of the share of their stretch that lies in highlights, which don't
    overlap; a sentence about no time at all has none."""
    if not highlights:
        return None
    shares = [
        sum(_shared(each, other) for other in highlights) / max(each.end - each.start, 1e-9)
        for each in story
    ]
    return _mean(shares)


def _shared(one: Sentence, other: Highlight | Line) -> float:
    return max(0.0, min(one.end, other.end) - max(one.start, other.start))


def _mean(values: Sequence[float]) -> float | None:
    return float(np.mean(values)) if len(values) else None


# -- the story and what was perceived -------------------------------------------------------------


@dataclass(frozen=True)
class Claim:
    """Something that a sentence rests on or names, and whether that is so."""

    what: str
    holds: bool


def backed(summary: Summary, perception: Perception, concepts: Sequence[Concept]) -> float | None:
    """The share of all claims of the story that hold; None without a story."""
    known = Known.of(summary, perception, concepts)
    return _mean([claim.holds for each in summary.story for claim in claims(each, known)])


@dataclass(frozen=True)
class Known:
    """What the claims of a story may rest on."""

    summary: Summary
    lines: Sequence[Line]
    curves: Sequence[Curve]
    concepts: Mapping[str, Sequence[Concept]] = field(default_factory=dict)  # by how they are seen

    @staticmethod
    def of(summary: Summary, perception: Perception, concepts: Sequence[Concept]) -> "Known":
        named: dict[str, list[Concept]] = {}
        for concept in concepts:
            named.setdefault(concept.seen, []).append(concept)
        curves = (*perception.curves, *summary.saliency.curves)
        return Known(summary, perception.lines, curves, named)


def claims(sentence: Sentence, known: Known) -> tuple[Claim, ...]:
    """Every entry of its evidence, every other quotation and every time in its words.

    An entry holds where a concept or curve of that sense is there for a second of the stretch at
    least, or where the words it quotes are in lines of that source over it. A sentence without
    evidence makes one claim that doesn't hold.
    """
    found = [Claim(entry, _holds(entry, sentence, known)) for entry in sentence.evidence]
    found = found or [Claim("no evidence", False)]
    evidence = [_words(entry.partition(": ")[2]) for entry in sentence.evidence]
    for quote in QUOTED.findall(sentence.text):
        if _words(quote) not in evidence and not _within(quote, known.summary.preference.want):
            lines = [line for line in known.lines if line.source in (*QUOTABLE, "title")]
            found.append(Claim(f"“{quote}”", _said(quote, lines, sentence)))
    for time in CLOCK.findall(QUOTED.sub("", sentence.text)):
        inside = sentence.start - SLACK <= _seconds(time) <= sentence.end + SLACK
        found.append(Claim(time, inside))
    return tuple(found)


def _holds(entry: str, sentence: Sentence, known: Known) -> bool:
    source, _, what = entry.partition(": ")
    if entry == LENGTH:
        return True  # of a video that is always known
    if source == "asked":
        return bool(_words(what)) and _within(what, known.summary.preference.want)
    if what.startswith("'") and what.endswith("'"):
        sources = BESIDE.get(source, (source,))
        return _said(what, [line for line in known.lines if line.source in sources], sentence)
    if entry.startswith(ASKED):
        return _asked_for(entry, sentence, known)
    curves = [curve for curve in known.curves if curve.sense == source]
    if times := CLOCK.findall(what):
        return any(_is_highest(curve, sentence, _seconds(times[0])) for curve in curves)
    return any(_is_there(curve, what, sentence, known) for curve in curves)


def _asked_for(entry: str, sentence: Sentence, known: Known) -> bool:
    """Whether the wish was judged by these curves, and where it was found, each is there."""
    judged = {curve.name: curve for curve in known.summary.saliency.curves}
    found = known.summary.answer.kind == "found"
    return all(
        name in judged and (not found or _rows(judged[name], sentence).max(initial=0) > 0)
        for name in entry.split("; ")
    )


def _is_there(curve: Curve, what: str, sentence: Sentence, known: Known) -> bool:
    """By the concept of that name, or without one by the name of the curve."""
    rows = _rows(curve, sentence)
    for concept in known.concepts.get(what, ()):
        if concept.curve == curve.name:
            return bool((rows <= concept.at if concept.low else rows >= concept.at).any())
    return bool(what) and curve.name.startswith(what) and bool((rows >= STRONG).any())


def _is_highest(curve: Curve, sentence: Sentence, at: float) -> bool:
    """Whether a curve is nowhere higher than at this second, which is one of the sentence's."""
    inside = sentence.start - SLACK <= at <= sentence.end + SLACK
    whole = curve.array
    return inside and int(at) < len(whole) and bool(whole[int(at)] >= whole.max())


def _rows(curve: Curve, sentence: Sentence) -> np.ndarray:
    """The seconds that the stretch touches, one at least."""
    first = max(0, int(sentence.start))
    return curve.array[first : max(first + 1, int(np.ceil(sentence.end - 1e-6)))]


def _said(quote: str, lines: Sequence[Line], sentence: Sentence) -> bool:
    """Whether the words are in those lines that overlap the stretch, those of a line in a row."""
    there = sorted(
        (line for line in lines if _shared(sentence, line) > 0), key=lambda line: line.start
    )
    text = " ".join(CLOCK.sub(" ", line.text) for line in there)
    parts = [part for part in CLOCK.sub(" ", quote).split(GAP) if _words(part)]
    return bool(parts) and all(_within(part, text) for part in parts)


def _within(part: str, text: str) -> bool:
    """Whether words stand in a row in a text; the last may be cut off."""
    return f" {_words(part)}" in f" {_words(text)}"


def _words(text: str) -> str:
    return " ".join(WORD.findall(text.casefold()))


def _seconds(clock: str) -> float:
    total = 0
    for part in clock.split(":"):
        total = 60 * total + int(part)
    return float(total)


# -- what was chosen, and the whole ---------------------------------------------------------------


def coverage(embeddings: np.ndarray, chosen: np.ndarray) -> float | None:
    """How well the chosen rows stand for all (rows, width): the mean over rows of the highest
    cosine with a chosen one. None where there are no rows or none is chosen."""
    rows = unit(embeddings)
    picked = rows[np.asarray(chosen)]
    return float((rows @ picked.T).max(axis=1).mean()) if len(picked) else None


def redundancy(embeddings: np.ndarray, chosen: np.ndarray) -> float | None:
    """The mean cosine of each two of the chosen rows; None where fewer than two are chosen."""
    picked = unit(embeddings)[np.asarray(chosen)]
    count = len(picked)
    if count < 2:
        return None
    alike = picked @ picked.T
    return float((alike.sum() - np.trace(alike)) / (count * (count - 1)))
