"""The moments of a story: what is told, quoted or left out of each stretch of a video."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from summarizer.models.english import clock
from summarizer.schema import Event, Highlight, Perception, Summary
from summarizer.stages.narrate.facts import CHANGES, MOST, UNKNOWN, Fact, ranked
from summarizer.stages.narrate.quotes import Quote, quotation
from summarizer.stages.narrate.wording import TURNED, turned

QUOTES = 3  # at most
FAINT = 0.12  # weight below which a fact is not worth a sentence
TELLABLE = 2.0  # seconds a part of a highlight has to last to be told of by itself

Span = tuple[float, float]


@dataclass(frozen=True)
class Moment:
    """One or more stretches, and what can be told of them."""

    spans: tuple[Span, ...]
    clauses: tuple[str, ...]
    evidence: tuple[str, ...]
    facts: tuple[Fact, ...] = ()  # that the clauses tell
    weight: float = 0.0  # how much there is to tell
    quote: str = ""  # as a clause

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


def wished(summary: Summary) -> np.ndarray | None:
    """(seconds,): how far each fulfils the wish, where it was judged."""
    found = [
        curve.array
        for curve, weight in zip(summary.saliency.curves, summary.saliency.weights, strict=True)
        if weight and curve.name.startswith("what ")
    ]
    return np.max(found, axis=0) if found else None


def distinct(
    perception: Perception, summary: Summary, facts: Sequence[Fact], said: Collection[str] = ()
) -> list[Moment]:
    """A moment for each event of each highlight, in order; neighbours with the same to tell are
    one."""
    found: list[Moment] = []
    teller = Teller(perception, facts, asked_for(summary), summary.preference.aspects, said)
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
        said: Collection[str] = (),
    ):
        self.turns = turned(chosen)
        self.longest = MOST * perception.video.seconds  # what stays longer tells no moment
        self.quoted: set[str] = set()
        self.lines, self.facts, self.asked = perception.lines, facts, asked
        self.quotes = QUOTES
        # that a fact was told; with its time in the frame it counts twice
        self.times = Counter({fact: 2 for fact in facts if fact.told in said})

    def side(self, fact: Fact) -> float:
        """How much more a fact counts for the aspects that were chosen."""
        return TURNED if fact.curve.name in self.turns else 1.0

    def moment(self, highlight: Highlight) -> Moment:
        """What is quoted, and the one or two facts that tell it from the rest of the video."""
        start, end = highlight.start, highlight.end
        quote = self.quotation(start, end)
        quoted = {"text on screen"} if quote and quote.source == "screen-text" else {"speech"}
        weights = {
            # what was asked for is told first
            fact: tells * 0.6 ** self.times[fact] * self.side(fact) + asked
            for fact in self.facts
            if (tells := fact.tells(start, end))
            and ((asked := fact.concept.seen in self.asked) or fact.distinct)
            and not (quote and fact.topic in quoted)
        }
        told = ranked(weights)
        told = [fact for fact in told if fact.meets(told[0], start, end)][:2]
        told = [fact for fact in told if weights[fact] >= max(FAINT, 0.3 * weights[told[0]])]
        self.times.update(told)
        clauses = [fact.clause(start, end) for fact in told]
        evidence = [*(quote.evidence if quote else ()), *(fact.evidence for fact in told)]
        return Moment(
            ((start, end),),
            tuple(clauses),
            tuple(evidence),
            tuple(told),
            sum(weights[fact] for fact in told) + bool(quote) + highlight.score / 10,
            quote.clause if quote else "",
        )

    def quotation(self, start: float, end: float) -> Quote | None:
        """What can still be quoted of a stretch."""
        if self.quotes <= 0:
            return None
        quote = quotation(self.lines, start, end, longest=self.longest, but=self.quoted)
        self.quotes -= quote is not None
        self.quoted |= set(quote.texts if quote else ())
        return quote


def besides(
    perception: Perception,
    facts: Sequence[Fact],
    moments: Sequence[Moment],
    most: int,
    said: Collection[str] = (),
) -> list[Moment]:
    """Events outside the highlights of which something can be told that was not told yet."""
    told = {*said, *(clause for moment in moments for clause in moment.clauses)}
    found: list[Moment] = []
    teller = Teller(perception, facts)
    teller.quotes = 0
    for event in perception.events if most > 0 else ():
        taken = any(each.start < event.end and event.start < each.end for each in moments)
        moment = teller.moment(Highlight(event.start, event.end, 0.0, ""))
        if taken or not moment.facts or moment.clauses[0] in told:
            continue
        moment = _narrowed(moment, perception.video.seconds)
        if not moment.facts[0].calm or moment.end - moment.start > TELLABLE:
            found.append(moment)
            told |= set(moment.clauses)
    return best(found, max(0, most))


def _narrowed(moment: Moment, seconds: float) -> Moment:
    """The moment from where its first fact begins to hold to where it ends."""
    start, end = moment.spans[0]
    fact = moment.facts[0]
    since, until = fact.run(start, end)
    if fact.curve.name in CHANGES:
        until = since + 1
    span = max(since, 0.0), min(until, seconds)
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
        ("new sights", "the picture changes most", 0.4),
        ("loudness", "it is loudest", 0.1),
        ("movement", "there is most movement", 0.1),
    ):
        curve = perception.curve(name)
        if curve is None or np.ptp(curve.array) < least:
            continue
        at = float(curve.array.argmax())
        end = min(at + 1, perception.video.seconds)
        near = [each for each in (*moments, *found) if each.start - 2 < at < each.end + 1]
        if at >= UNKNOWN * (2 if name in CHANGES else 1) and not near:
            evidence = (f"{curve.sense}: highest at {clock(at)}",)
            found.append(Moment(((at, end),), (clause,), evidence))
    return found
