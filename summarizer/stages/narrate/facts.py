"""What can be told of a video: the facts that were perceived, and which of them tell most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from summarizer.models.english import clock
from summarizer.schema import Concept, Curve
from summarizer.stages.narrate.wording import IDLE, PLAIN, RELATIVE, SLOW, TOPIC, clauses

ALWAYS = 0.95  # share of the video that is all of it
MOST = 0.6  # share of the video that is "most of it"; it tells no moment from another
RARE = 0.1  # share of the video below which a single second is worth telling
INSTANT = 2.5  # seconds; what is shorter has one time, not two
USUAL = 20.0  # seconds of a video that can be unusual somewhere
LASTING = 3.0  # seconds from which a calm is one
UNKNOWN = 4.0  # seconds at the start of a video, when everything is new
CHANGES = ("new sights", "new sounds", "sudden sounds")  # of moments, never of a whole video
MOMENTARY = (*CHANGES, "noise bursts", "whistle-like tone")


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
        return clauses(self.concept)[0]

    @property
    def evidence(self) -> str:
        return f"{self.curve.sense}: {self.concept.seen}"

    @property
    def distinct(self) -> bool:
        """Whether it can tell one stretch from another."""
        return self.share < MOST or self.curve.name in CHANGES

    @property
    def rare(self) -> bool:
        """Whether even a second of it is worth telling."""
        return self.share < RARE and not self.calm

    @property
    def calm(self) -> bool:
        """Whether it is a lack of something or takes its time, so that a moment is nothing."""
        return self.concept.low or self.curve.name in SLOW

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

    def run(self, start: float, end: float) -> tuple[float, float]:
        """From its first second in a stretch back and on for as long as it holds."""
        first = int(start) + int(np.flatnonzero(self.rows(start, end))[0])
        gaps = np.flatnonzero(~self.there)
        since = gaps[gaps < first].max(initial=-1) + 1
        until = gaps[gaps > first].min(initial=len(self.there))
        return float(since), float(until)

    def tells(self, start: float, end: float) -> float:
        """How much it tells a stretch from the rest of the video; 0 where it is not there."""
        if self.curve.name in CHANGES and start < UNKNOWN:
            return 0.0
        share = float(self.rows(start, end).mean())
        if share < 0.5 and not (share > 0 and self.rare):
            return 0.0
        since, until = self.run(start, end)
        if self.calm and until - since < min(LASTING, len(self.there) / 2):
            return 0.0
        return max(0.05, share - self.share) * self.plain


def known(curves: Sequence[Curve], concepts: Iterable[Concept]) -> list[Fact]:
    """The concepts whose curves there are, and where they hold."""
    found = []
    named = {curve.name: curve for curve in curves}
    for concept in concepts:
        if concept.name in RELATIVE and len(curves) and len(curves[0].values) < USUAL:
            continue
        if (curve := named.get(concept.curve)) is not None:
            there = curve.array <= concept.at if concept.low else curve.array >= concept.at
            if concept.name == "action" and not there[1:2].any():
                there = there & (np.arange(len(there)) > 0)  # a picture that fades in seems to move
            found.append(Fact(concept, curve, there))
    return [_telling(fact, found) for fact in found]


def _telling(fact: Fact, facts: Sequence[Fact]) -> Fact:
    """The fact without the seconds in which another one leaves it nothing to say."""
    idle = [other.there for other in facts if other.concept.name in IDLE.get(fact.concept.name, ())]
    if not idle:
        return fact
    always = any(each.mean() > ALWAYS for each in idle)
    return replace(fact, there=fact.there & ~np.any(idle, axis=0) & (not always))


def ranked(weights: dict[Fact, float]) -> list[Fact]:
    """The facts by weight, one a topic."""
    found: dict[str, Fact] = {}
    for fact in sorted(weights, key=lambda fact: -weights[fact]):
        found.setdefault(fact.topic, fact)
    return list(found.values())
