"""What makes a second a highlight to the feelings: how strong they are, where they turn, where
sound and picture tell of the same, and what is new."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from summarizer.models.emotion import Emotion, emotion
from summarizer.models.meeting import meeting
from summarizer.schema import Curve, Perception, Preference
from summarizer.stages.score.interest import SPREAD, Part, interest

AROUND = 2  # seconds before and after a turn that count for it
TALLEST = 0.95  # quantile of a curve that reads 1
# what is measured of picture and sound at once, where no models can compare them
PAIRS = (("speech", "faces"), ("loudness above usual", "movement"), ("beat", "cuts"))


@dataclass(frozen=True)
class Kind:
    """One of the curves that make a highlight."""

    name: str
    side: Literal["watch", "listen", "both"]
    weight: float
    reason: str


STRONG = Kind("strength of feeling", "listen", 0.35, "strong feeling")
TURN = Kind("turn of feeling", "listen", 0.20, "a turn of feeling")
FIT = Kind("sound and picture together", "both", 0.20, "sound and picture together")
FRESH = Kind("new sounds", "listen", 0.15, "a new sound")
SEEN = Kind("new sights", "watch", 0.10, "a new view")


def felt(perception: Perception, preference: Preference) -> list[Part]:
    """The parts of the score of a highlight; their weights sum to 1 over what there is. Where there
    is no sound to feel, what draws anybody."""
    curves = [(kind, curve) for kind, curve in _curves(perception) if curve.array.any()]
    if not any(kind.side == "listen" for kind, _ in curves):
        return interest(perception, preference)
    sides = {"watch": 1 - preference.balance, "listen": preference.balance, "both": 0.5}
    weights = np.array([kind.weight * sides[kind.side] for kind, _ in curves])
    if not weights.sum():  # the favoured side does not exist here
        weights = np.array([kind.weight for kind, _ in curves])
    weights = weights / max(weights.sum(), 1e-9)
    return [
        Part(curve, float(weight), kind.reason)
        for (kind, curve), weight in zip(curves, weights, strict=True)
    ]


def _curves(perception: Perception) -> list[tuple[Kind, Curve]]:
    found = []
    carried = emotion(perception)
    if len(carried.times):
        for kind, values in ((STRONG, intensity(carried)), (TURN, change(carried))):
            found.append((kind, Curve.of(kind.name, "emotion", against_usual(values))))
    fits = fit(perception)
    if fits is not None:
        found.append((FIT, fits))
    found += [
        (kind, curve)
        for kind in (FRESH, SEEN)
        if (curve := perception.curve(kind.name)) is not None
    ]
    return found


def intensity(carried: Emotion) -> np.ndarray:
    """(seconds,): 0 where every emotion is as likely as any other or it is neutral, 1 where one of
    the others is all there is."""
    shares = np.clip(carried.probabilities, 1e-12, 1.0)
    spread = -(shares * np.log(shares)).sum(axis=1) / np.log(max(2, shares.shape[1]))
    felt = [name != "neutral" for name in carried.names]
    return np.clip(1.0 - spread, 0.0, 1.0) * carried.probabilities[:, felt].sum(axis=1)


def change(carried: Emotion) -> np.ndarray:
    """(seconds,): by how much the emotions differ before and after each second begins, 0 to 1."""
    values = carried.probabilities
    rows = len(values)
    heaped = np.concatenate([np.zeros((1, values.shape[1])), np.cumsum(values, axis=0)])
    at = np.arange(1, rows)
    before, after = np.maximum(0, at - AROUND), np.minimum(rows, at + AROUND)
    past = (heaped[at] - heaped[before]) / (at - before)[:, None]
    coming = (heaped[after] - heaped[at]) / (after - at)[:, None]
    # nothing came before the first
    return np.concatenate([np.zeros(min(1, rows)), np.abs(coming - past).sum(axis=1) / 2])


def fit(perception: Perception) -> Curve | None:
    """Where what is heard fits what is seen: by models that both read texts, else by what is
    measured of both at once."""
    rows = perception.video.rows
    sight, hearing = perception.track("sight"), perception.track("hearing")
    if sight is not None and hearing is not None:
        values = meeting(sight, hearing, rows)
        if values is not None:
            return Curve.of(FIT.name, "hearing", values)
    found = [
        np.sqrt(heard.array * seen.array)
        for one, other in PAIRS
        if (heard := perception.curve(one)) and (seen := perception.curve(other))
    ]
    return Curve.of(FIT.name, "measured", np.max(found, axis=0)) if found else None


def against_usual(values: np.ndarray) -> np.ndarray:
    """The values from what is usual in this video to its strongest; small differences stay."""
    low, high = np.quantile(values, (0.1, TALLEST))
    return (values - low) / max(high - low, SPREAD)
