"""The moments of a story: what is told, quoted or left out of each stretch of a video."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from summarizer.models.english import clock
from summarizer.schema import QUOTABLE, Event, Highlight, Line, Perception, Summary
from summarizer.stages.narrate.facts import CHANGES, TURNS, UNKNOWN, Fact, ranked

QUOTES = 3  # at most
QUOTED = 14  # words of a quotation, at most
CERTAIN = 0.6  # confidence of a line that may be quoted
FAINT = 0.12  # weight below which a fact is not worth a sentence
TELLABLE = 2.0  # seconds a part of a highlight has to last to be told of by itself
TURNED = 2.5  # times as much a curve of the chosen aspect is what a stretch is about

Span = tuple[float, float]


@dataclass(frozen=True)
class Moment:
    """One or more stretches, and what can be told of them."""

    spans: tuple[Span, ...]
    clauses: tuple[str, ...]
    evidence: tuple[str, ...]
    facts: tuple[Fact, ...] = ()  # that the clauses tell
    weight: float = 0.0  # how much there is to tell
    quote: str = ""
    verb: str = ""  # of the quote: "is said"

    @property
    def start(self) -> float:
        return self.spans[0][0]

    @property
    def end(self) -> float:
        return self.spans[-1][1]


def asked_for(summary: Summary) -> str:
    """The names of the curves by which the wish was judged."""
    names = [
        curve.name
        for curve, weight in zip(summary.saliency.curves, summary.saliency.weights, strict=True)
        if weight and curve.name.startswith("what ")
    ]
    return "; ".join(names)


def distinct(perception: Perception, summary: Summary, facts: Sequence[Fact]) -> list[Moment]:
    """A moment for each event of each highlight, in order; neighbours with the same to tell are
    one."""
    found: list[Moment] = []
    teller = Teller(perception, facts, asked_for(summary), summary.preference.aspects)
    parts = [part for each in summary.highlights for part in divided(each, perception.events)]
    for part in parts:
        moment = teller.moment(part)
        last = found[-1] if found else None
        same = last and last.clauses == moment.clauses and not last.quote and not moment.quote
        if last and same and len(last.spans) < 3:
            spans = [*last.spans[:-1], (last.spans[-1][0], moment.end)]
            if moment.start > last.end + 0.01:
                spans = [*last.spans, *moment.spans]
            found[-1] = replace(last, spans=tuple(spans))
        else:
            found.append(moment)
    return found


def divided(highlight: Highlight, events: Sequence[Event]) -> list[Highlight]:
    """The highlight cut at the borders of events; what would be too short to tell stays whole."""
    cuts = [highlight.start]
    for event in events:
        if event.end - cuts[-1] >= TELLABLE and highlight.end - event.end >= TELLABLE:
            cuts.append(event.end)
    return [
        replace(highlight, start=start, end=end) for start, end in pairwise([*cuts, highlight.end])
    ]


class Teller:
    """Finds what can be told of a stretch; what it told before weighs less the next time."""

    def __init__(
        self,
        perception: Perception,
        facts: Sequence[Fact],
        asked: str = "",
        chosen: Sequence[str] = (),
    ):
        self.turns = {name for aspect in chosen for name in TURNS.get(aspect, ("", ()))[1]}
        self.lines, self.facts, self.asked = perception.lines, facts, asked
        self.quotes = QUOTES
        self.times: Counter[Fact] = Counter()  # that a fact was told

    def turned(self, fact: Fact) -> float:
        """How much more a fact counts for the aspects that were chosen."""
        return TURNED if fact.curve.name in self.turns else 1.0

    def moment(self, highlight: Highlight) -> Moment:
        """What is quoted, and the one or two facts that tell it from the rest of the video."""
        start, end = highlight.start, highlight.end
        quote, line = quotation(self.lines, start, end) if self.quotes else ("", None)
        weights = {
            # what was asked for is told first
            fact: tells * 0.6 ** self.times[fact] * self.turned(fact) + asked
            for fact in self.facts
            if (tells := fact.tells(start, end))
            and ((asked := fact.concept.seen in self.asked) or fact.distinct)
            and not (line and fact.topic == "speech")
        }
        told = ranked(weights)
        told = [fact for fact in told if fact.meets(told[0], start, end)][:2]
        told = [fact for fact in told if weights[fact] >= max(FAINT, 0.3 * weights[told[0]])]
        self.quotes -= bool(quote)
        self.times.update(told)
        clauses = [fact.clause(start, end) for fact in told]
        evidence = [f"{line.source}: '{quote}'"] if line else []
        evidence += [fact.evidence for fact in told]
        if not evidence and highlight.why and start >= UNKNOWN:
            clauses = [f"it stands out with {highlight.why}"]
            evidence = [f"saliency: {highlight.why}"]
        return Moment(
            ((start, end),),
            tuple(clauses),
            tuple(evidence),
            tuple(told),
            sum(weights[fact] for fact in told) + bool(quote) + highlight.score / 10,
            quote,
            "is on the screen" if line and line.source == "screen-text" else "is said",
        )


def besides(
    perception: Perception,
    facts: Sequence[Fact],
    moments: Sequence[Moment],
    most: int,
) -> list[Moment]:
    """Events outside the highlights of which something can be told that was not told yet."""
    told = {clause for moment in moments for clause in moment.clauses}
    found: list[Moment] = []
    teller = Teller(perception, facts)
    teller.quotes = 0
    for event in perception.events if most > 0 else ():
        taken = any(each.start < event.end and event.start < each.end for each in moments)
        moment = teller.moment(Highlight(event.start, event.end, 0.0, ""))
        if not taken and moment.facts and moment.clauses[0] not in told:
            found.append(_narrowed(moment))
            told |= set(moment.clauses)
    return best(found, max(0, most))


def _narrowed(moment: Moment) -> Moment:
    """The moment from where its first fact begins to hold to where it ends."""
    start, end = moment.spans[0]
    fact = moment.facts[0]
    rows = int(start) + np.flatnonzero(fact.there[int(start) : int(np.ceil(end))])
    last = rows[0] if fact.curve.name in CHANGES else rows[-1]
    span = max(start, float(rows[0])), min(end, float(last) + 1)
    facts = [each for each in moment.facts if each is fact or each.tells(*span)]
    return replace(
        moment,
        spans=(span,),
        clauses=tuple(each.told for each in facts),
        evidence=tuple(each.evidence for each in facts),
        facts=tuple(facts),
    )


def best(moments: Sequence[Moment], most: int) -> list[Moment]:
    """Those with most to tell, in order of time; those with nothing to tell are left out."""
    telling = [moment for moment in moments if moment.evidence]
    kept = sorted(telling, key=lambda moment: -moment.weight)[:most]
    return sorted(kept, key=lambda moment: moment.start)


def extremes(perception: Perception, moments: Sequence[Moment]) -> list[Moment]:
    """Single seconds worth telling of a video of which little else can be told."""
    found = []
    for name, clause, least in (
        ("new sights", "the view changes most", 0.2),
        ("loudness", "it is loudest", 0.1),
        ("movement", "things move most", 0.1),
    ):
        curve = perception.curve(name)
        if curve is None or np.ptp(curve.array) < least:
            continue
        at = float(curve.array.argmax())
        end = min(at + 1, perception.video.seconds)
        near = [each for each in (*moments, *found) if each.start - 2 < at < each.end + 1]
        if at >= UNKNOWN and not near:
            evidence = (f"{curve.sense}: highest at {clock(at)}",)
            found.append(Moment(((at, end),), (clause,), evidence))
    return found


# -- quotations -----------------------------------------------------------------------------------


def quotation(lines: Sequence[Line], start: float, end: float) -> tuple[str, Line | None]:
    """The first whole sentence said or shown over a stretch, cut at a word; nothing if there is
    none worth quoting."""
    inside = [
        line
        for line in lines
        if line.source in QUOTABLE
        and line.confidence >= CERTAIN
        and min(line.end, end) - max(line.start, start) >= 0.5 * (line.end - line.start)
    ]
    if not inside:
        return "", None
    text = " ".join(
        " ".join(line.text for line in inside if line.source == inside[0].source).split()
    )
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", text) if len(part.split()) >= 4]
    # a sentence that began before the stretch would be quoted from its middle
    whole = [part for part in sentences if part[:1].isupper()]
    for part in (*whole, *sentences):
        if any(letter.isalpha() for letter in part):
            return shortened(part, QUOTED).rstrip(".,;:"), inside[0]
    return "", None


def shortened(text: str, most: int) -> str:
    """The first words of a text, with a sign where something is left out."""
    words = text.split()
    cut = " ".join(words[:most])[:160]
    return f"{cut.rstrip('.,;:')} …" if len(words) > most or len(cut) == 160 else cut
