"""What is known of each chosen moment, as one value that carries its times: all that a story of the
moments may rest on."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from summarizer.models.emotion import Emotion, emotion
from summarizer.models.tagging import Tags, tags
from summarizer.schema import Highlight, Line, Perception
from summarizer.stages.narrate.facts import Fact, ranked
from summarizer.stages.narrate.prompt import facts_of
from summarizer.stages.narrate.quotes import quotation

FACTS = 2  # measured, told of a moment
TAGS, OFTEN = 3, 0.5  # tags of a moment; the share of its seconds in which one has to be heard
NAMELESS = "other sound"  # which tells nobody what it is
CAPTIONS = 2
BEFORE = 3.0  # seconds before a moment that it may differ from
TURNED = 0.15  # by which a feeling has to be commoner than before, to be a turn


@dataclass(frozen=True)
class Evidence:
    """One moment: when it is, how much it counts, and what was felt, heard, said and seen then."""

    start: float
    end: float
    score: float = 0.0
    why: str = ""
    feeling: str = ""  # the strongest; empty where there is no sound
    share: float = 0.0  # of it
    before: str = ""  # the feeling it turned from; empty where it did not turn
    felt_by: str = ""
    tags: tuple[str, ...] = ()  # the surest first
    tagged_by: str = ""
    said: str = ""  # a clause that quotes what was said or shown
    captions: tuple[Line, ...] = ()  # a model's guesses at what is seen
    facts: tuple[str, ...] = ()  # clauses of what was measured
    rests: tuple[str, ...] = ()  # what the quotation and the facts rest on

    @property
    def grounds(self) -> tuple[str, ...]:
        """All of it as what a sentence may rest on."""
        felt = (f"{self.felt_by}: {self.feeling} {self.share:.0%}",) if self.feeling else ()
        heard = (f"{self.tagged_by}: {', '.join(self.tags)}",) if self.tags else ()
        seen = tuple(
            f"captions {line.start:.0f} to {line.end:.0f} s: '{line.text}'"
            for line in self.captions
        )
        return (*felt, *heard, *self.rests, *seen)


def witnessed(perception: Perception, moments: Sequence[Highlight]) -> tuple[Evidence, ...]:
    """The evidence of each moment, whatever the others are."""
    carried, heard, facts = emotion(perception), tags(perception), facts_of(perception)
    found = []
    for moment in moments:
        start, end = moment.start, moment.end
        quote = quotation(perception.lines, start, end)
        names, by = _tagged(heard, start, end)
        told = [fact for fact in facts if not {fact.concept.name, fact.curve.name} & set(names)]
        best = _telling([fact for fact in told if fact.distinct], start, end) or _telling(
            told, start, end
        )
        best = [fact for fact in best if not (quote and fact.topic == "speech")][:FACTS]
        found.append(
            Evidence(
                *(start, end, round(moment.score, 4), moment.why),
                *_felt(carried, start, end),
                *(names, by),
                quote.clause if quote else "",
                _captions(perception.lines, start, end),
                tuple(fact.clause(start, end) for fact in best),
                (*(quote.evidence if quote else ()), *(fact.evidence for fact in best)),
            )
        )
    return tuple(found)


def _telling(facts: Sequence[Fact], start: float, end: float) -> list[Fact]:
    """Those of the facts that hold over a stretch, the one that tells most of it first."""
    return ranked({fact: tells for fact in facts if (tells := fact.tells(start, end))})


def _felt(carried: Emotion, start: float, end: float) -> tuple[str, float, str, str]:
    """The strongest feeling of a stretch, its share, what it turned from, and who says so."""
    rows = carried.probabilities[int(start) : max(int(start) + 1, int(np.ceil(end - 1e-6)))]
    if not len(rows):
        return "", 0.0, "", ""
    means = rows.mean(axis=0)
    best = int(means.argmax())
    past = carried.probabilities[max(0, int(start - BEFORE)) : int(start)]
    turned = ""
    if len(past) and means[best] - past.mean(axis=0)[best] >= TURNED:
        first = int(past.mean(axis=0).argmax())
        turned = carried.names[first] if first != best else ""
    return carried.names[best], round(float(means[best]), 4), turned, carried.made_by


def _tagged(heard: Tags, start: float, end: float) -> tuple[tuple[str, ...], str]:
    """What is heard in most of a stretch, the surest first, and who says so."""
    rows = heard[int(start) : max(int(start) + 1, int(np.ceil(end - 1e-6)))]
    sure: dict[str, list[float]] = {}
    by = ""
    for tag in (tag for row in rows for tag in row):
        sure.setdefault(tag.name, []).append(tag.confidence)
        by = by or tag.made_by
    often = [name for name, each in sure.items() if len(each) >= OFTEN * len(rows)]
    often = [name for name in often if name != NAMELESS]
    often.sort(key=lambda name: (-sum(sure[name]), name))
    return tuple(often[:TAGS]), by if often else ""


def _captions(lines: Sequence[Line], start: float, end: float) -> tuple[Line, ...]:
    """What a model thinks is seen, of the captions that share most of the stretch."""
    shared = [
        (min(line.end, end) - max(line.start, start), line)
        for line in lines
        if line.source == "captions"
    ]
    near = sorted((each for each in shared if each[0] > 0), key=lambda each: -each[0])[:CAPTIONS]
    return tuple(sorted((line for _, line in near), key=lambda line: line.start))
