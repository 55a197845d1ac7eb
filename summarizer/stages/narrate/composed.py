"""The story: a few sentences, each resting on what was measured, said or shown over its stretch.

Nothing is told that was not perceived. The wish comes first, then the highlights in order of time.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import pairwise

import numpy as np

from summarizer.models.english import clock, lasting, listed
from summarizer.schema import (
    QUOTABLE,
    Concept,
    Curve,
    Event,
    Highlight,
    Line,
    Perception,
    Sentence,
    Summary,
    Video,
)
from summarizer.senses import SENSES
from summarizer.senses.colour import NAMES as COLOURS

LONGEST = 8  # sentences
ENOUGH = 3  # sentences; below that, other events are told of, and more of a longer video
QUOTES = 3  # at most
QUOTED = 14  # words of a quotation, at most
CERTAIN = 0.6  # confidence of a line that may be quoted
MOST = 0.6  # share of the video that is "most of it"; it tells no moment from another
FAINT = 0.12  # weight below which a fact is not worth a sentence
RARE = 0.1  # share of the video below which a single second is worth telling
INSTANT = 2.5  # seconds; what is shorter has one time, not two
TELLABLE = 2.0  # seconds a part of a highlight has to last to be told of by itself
UNKNOWN = 4.0  # seconds at the start of a video, when everything is new
# how much a curve is what a stretch is about, where not 1
PLAIN = {
    "speech": 1.2,
    "words": 1.2,
    "music": 1.2,
    "sharpness": 0.15,
    "cuts": 0.35,
    "camera moves": 0.6,
    "camera shakes": 0.6,
    "colour": 0.6,
    "light": 0.8,
    "dim light": 0.6,
    "seen before": 0.4,
    **dict.fromkeys(COLOURS, 0.3),
    **{concept.curve: 0.6 for concept in SENSES["faces"].concepts[1:]},
}
# curves that tell of the same as another
TOPIC = {
    "words": "speech",
    "camera shakes": "camera moves",
    "loudness above usual": "loudness",
    "more movement than usual": "movement",
    "dim light": "light",
    **dict.fromkeys(COLOURS, "colour"),
    **dict.fromkeys(("pans", "tilts", "zooms in", "zooms out"), "camera moves"),
    **{concept.curve: "faces" for concept in SENSES["faces"].concepts},
}
# curves of the saliency that can be told of too
COMPARED = (
    Concept(
        "livelier",
        "more movement than usual",
        0.6,
        (),
        "more movement",
        "there is more movement than usual",
    ),
)
# what the story of an aspect turns to: how its sentence opens, and the curves it may tell of
TURNS = {
    "content": ("in substance", ("words", "speech", "text on screen", "graphics")),
    "emotion": ("by mood", ("arousal", "valence", "faces", "loudness", "music", "movement")),
    "viewpoint": (
        "behind the camera",
        ("camera moves", "camera shakes", "zooms in", "zooms out", "cuts"),
    ),
    "interaction": ("between people", ("speech", "words", "faces", "crowd", "movement")),
    "visual details": ("to the eye", ("sharpness", "colour", "light", "text on screen")),
    "auditory details": (
        "to the ear",
        ("loudness", "steady noise", "noise bursts", "music", "beat", "tempo", "whistles"),
    ),
    "style": ("in style", ("cuts", "colour", "light", "camera moves", "movement")),
    "characters": ("of the people", ("faces", "speech", "words")),
    "setting": ("all around", ("light", "steady noise", "colour", "text on screen")),
}
TURNED = 2.5  # times as much a curve of the chosen aspect is what a stretch is about
ASPECTS_TOLD = 2  # at most
BRIEF = 10.0  # seconds; a shorter video is told as a whole rather than by its moments
TITLES = 3  # on the screen while somebody talks; fewer make no chapters
CHAPTERS = 6  # named at most
CHANGES = ("new sights", "new sounds", "sudden sounds")  # of moments, never of a whole video

Span = tuple[float, float]


def compose(perception: Perception, summary: Summary) -> Iterator[Sentence]:
    """Up to 8 sentences in an order that reads well; never empty."""
    concepts = [concept for sense in SENSES.values() for concept in sense.concepts]
    measured = known(perception.curves, concepts)
    facts = [*measured, *known(summary.saliency.curves, COMPARED)]
    asked = summary.answer.kind != "open"
    frame = [whole(perception.video, measured), *chapters(perception, measured)]
    frame += aspects(perception.video, measured, summary.preference.aspects, frame)
    frame = [lead(summary), *frame] if asked else frame
    brief = perception.video.seconds < BRIEF
    seen = distinct(perception, summary, facts)
    moments = best([each for each in seen if each.quote or not brief], LONGEST - len(frame))
    enough = ENOUGH + (perception.video.seconds > 30) + (perception.video.seconds > 120)
    missing = 0 if brief else enough - len(frame) - len(moments)
    moments += besides(perception, facts, moments, missing)
    moments += extremes(perception, moments)[: max(0, ENOUGH - len(frame) - len(moments))]
    voice = Voice(perception.video, [sentence.text for sentence in frame])
    yield frame[0]
    for moment in sorted(moments, key=lambda each: each.start):
        yield Sentence(moment.start, moment.end, voice.say(moment), moment.evidence)
    yield from frame[1:]


# -- what can be told -----------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Fact:
    """A concept and the seconds in which it is there."""

    concept: Concept
    curve: Curve
    there: np.ndarray  # (seconds,) bool

    @cached_property
    def share(self) -> float:
        return float(self.there.mean())

    @property
    def told(self) -> str:
        return self.concept.told

    @property
    def evidence(self) -> str:
        return f"{self.curve.sense}: {self.concept.seen}"

    @property
    def distinct(self) -> bool:
        """Whether it can tell one stretch from another."""
        return self.share < MOST or self.curve.name in CHANGES

    def rows(self, start: float, end: float) -> np.ndarray:
        """Where it holds within a stretch, second by second."""
        return self.there[int(start) : max(int(start) + 1, int(np.ceil(end - 1e-6)))]

    def meets(self, other: "Fact", start: float, end: float) -> bool:
        """Whether they hold at once for half of the time that this one does."""
        mine = self.rows(start, end)
        return bool(mine[other.rows(start, end)].sum() >= 0.5 * mine.sum())

    def clause(self, start: float, end: float) -> str:
        """What to say of it in a stretch; of a single moment in a longer one, when."""
        hits = np.flatnonzero(self.rows(start, end))
        single = self.curve.name in CHANGES and len(hits) == 1 and end - start > INSTANT
        return f"{self.told} at {clock(int(start) + hits[0])}" if single else self.told

    @property
    def topic(self) -> str:
        return TOPIC.get(self.curve.name, self.curve.name)

    @property
    def plain(self) -> float:
        return PLAIN.get(self.curve.name, 1.0)

    def tells(self, start: float, end: float) -> float:
        """How much it tells a stretch from the rest of the video; 0 where it is not there."""
        if self.curve.name in CHANGES and start < UNKNOWN:
            return 0.0
        share = float(self.rows(start, end).mean())
        if share < 0.5 and not (share > 0 and self.share < RARE):
            return 0.0
        return max(0.05, share - self.share) * self.plain


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


def known(curves: Sequence[Curve], concepts: Iterable[Concept]) -> list[Fact]:
    """The concepts whose curves there are, and where they hold."""
    found = []
    named = {curve.name: curve for curve in curves}
    for concept in concepts:
        if (curve := named.get(concept.curve)) is not None:
            there = curve.array <= concept.at if concept.low else curve.array >= concept.at
            found.append(Fact(concept, curve, there))
    return found


def ranked(weights: dict[Fact, float]) -> list[Fact]:
    """The facts by weight, one a topic."""
    found: dict[str, Fact] = {}
    for fact in sorted(weights, key=lambda fact: -weights[fact]):
        found.setdefault(fact.topic, fact)
    return list(found.values())


# -- the frame: the wish and the whole ------------------------------------------------------------


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


def asked_for(summary: Summary) -> str:
    """The names of the curves by which the wish was judged."""
    names = [
        curve.name
        for curve, weight in zip(summary.saliency.curves, summary.saliency.weights, strict=True)
        if weight and curve.name.startswith("what ")
    ]
    return "; ".join(names)


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


# -- the highlights -------------------------------------------------------------------------------


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


# -- how it is said -------------------------------------------------------------------------------


class Voice:
    """Puts moments into sentences that do not open alike."""

    def __init__(self, video: Video, spoken: Sequence[str]):
        self.whole = video.seconds
        self.openings = {opening(text) for text in spoken}
        self.first = opening(spoken[0]).split()[0]
        self.before = 0.0  # where the moment before ended
        self.told: dict[str, float] = {}  # clause -> the end of where it was last told
        self.turn = 0

    def say(self, moment: Moment) -> str:
        """The sentence of a moment."""
        forms = self.forms(moment)
        fresh = [form for form in forms if opening(form) not in self.openings] or forms
        other = [form for form in fresh if opening(form).split()[0] != self.first] or fresh
        text = other[0][0].upper() + other[0][1:]
        self.openings.add(opening(text))
        self.first = opening(text).split()[0]
        self.before = moment.end
        self.told |= {fact.told: moment.end for fact in moment.facts}
        self.turn += 1
        return text

    def forms(self, moment: Moment) -> list[str]:
        """Ways to say it, the most fitting first."""
        time, quote = times(moment.spans), f"“{moment.quote}” {moment.verb}"
        clauses = self.again(moment)
        what = joined([*clauses, quote] if moment.quote else clauses)
        plain = [
            f"{time}, {what}.",
            f"then, {time}, {what}.",
            f"after that, {time}, {what}.",
            f"next, {time}, {what}.",
            f"later, {time}, {what}.",
            f"further on, {time}, {what}.",
        ]
        if moment.quote:
            plain.insert(0, f"{quote} {time}" + (f", while {joined(clauses)}." if clauses else "."))
        else:
            more = f", and {joined(clauses[1:])}" if clauses[1:] else ""
            dated = moment.facts and moment.clauses[0] != moment.facts[0].told
            plain.insert(1, f"{clauses[0]} {time}{more}." if not dated else plain[0])
        turn = self.turn % 2  # by turns the time or the thing comes first
        plain = plain[turn : turn + 1] + plain[:turn] + plain[turn + 1 :]
        return [f"{place}, {what}." for place in self.places(moment)] + plain

    def places(self, moment: Moment) -> Iterator[str]:
        """Where in the video it is, in words that fit."""
        time, start, end = times(moment.spans), moment.start, moment.end
        if len(moment.spans) == 1 and start < 1 and self.turn == 0:
            yield "right at the start" + (f", until {clock(end)}" if end > INSTANT else "")
        if len(moment.spans) == 1 and end > self.whole - 0.5 and start > 0.7 * self.whole:
            yield f"at the very end, from {clock(start)} on"
        elif start > 0.85 * self.whole:
            yield f"near the end, {time}"
        if 0.45 < (start + end) / 2 / self.whole < 0.55 and end - start < 0.2 * self.whole:
            yield f"halfway through, {time}"
        gap = start - self.before
        if self.turn and 0 < gap < min(8, 0.1 * self.whole) and len(moment.spans) == 1:
            yield f"a moment later, {time}"
        if self.turn and gap > max(30, 0.25 * self.whole):
            yield f"much later, {time}"

    def again(self, moment: Moment) -> list[str]:
        """The clauses; the first with "again" where it was told before and stopped in between."""
        clauses = list(moment.clauses)
        for fact in moment.facts[:1]:
            since = self.told.get(fact.told)
            stopped = since is not None and not fact.there[int(since) : int(moment.start)].all()
            plainly = clauses[0] == fact.told and fact.concept not in COMPARED
            clauses[0] += " again" * (stopped and plainly)
        return clauses


def times(spans: Sequence[Span]) -> str:
    """'at 0:14', 'from 0:14 to 0:20 and from 0:31 to 0:40'."""
    return listed(
        [
            f"from {clock(start)} to {clock(end)}"
            if end - start > INSTANT
            else f"at {clock(start)}"
            for start, end in spans
        ]
    )


def joined(clauses: Sequence[str]) -> str:
    """Clauses as one: 'there is music and the picture is dark'."""
    if len(clauses) < 3:
        return listed(clauses)
    return f"{', '.join(clauses[:-1])}, and {clauses[-1]}"


def opening(text: str) -> str:
    """The first two words of a sentence, which no other may start with; times are all alike."""
    words = re.findall(r"[\w:']+", re.sub(r"\d[\d:]*", "0", text.lower()))
    return " ".join(words[:2]) or text
