"""What can be told of a video: the facts that were perceived, and which of them tell most."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from summarizer.models.english import clock
from summarizer.schema import Concept, Curve
from summarizer.senses import SENSES
from summarizer.senses.colour import NAMES as COLOURS

MOST = 0.6  # share of the video that is "most of it"; it tells no moment from another
RARE = 0.1  # share of the video below which a single second is worth telling
INSTANT = 2.5  # seconds; what is shorter has one time, not two
UNKNOWN = 4.0  # seconds at the start of a video, when everything is new
CHANGES = ("new sights", "new sounds", "sudden sounds")  # of moments, never of a whole video
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
