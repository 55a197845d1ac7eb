"""What makes a second worth seeing to anybody, to somebody who leans somewhere, to this viewer."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from summarizer.schema import Curve, Perception, Preference


@dataclass(frozen=True, eq=False)
class Part:
    """A curve, how much it counts, and what it stands for."""

    curve: Curve
    weight: float
    reason: str


@dataclass(frozen=True)
class Draw:
    """A curve that matters when nothing was asked for."""

    curve: str
    side: Literal["watch", "listen", "both"]
    weight: float  # within its side
    reason: str
    usual: str = ""  # its name where it only counts against what is usual in this video


DRAWS = (
    Draw("new sights", "watch", 0.30, "a new view"),
    Draw("movement", "watch", 0.25, "more movement than usual", "more movement than usual"),
    Draw("faces", "watch", 0.20, "faces"),
    Draw("cuts", "watch", 0.08, "quick cuts"),
    Draw("camera moves", "watch", 0.07, "the camera moving"),
    Draw("colour", "watch", 0.05, "strong colours"),
    Draw("sharpness", "watch", 0.05, ""),
    Draw("new sounds", "listen", 0.25, "a new sound"),
    Draw("loudness", "listen", 0.25, "more volume than usual", "louder than usual"),
    Draw("speech", "listen", 0.20, "people talking"),
    Draw("sudden sounds", "listen", 0.15, "sudden sounds"),
    Draw("music", "listen", 0.15, "music"),
    Draw("words", "both", 1.00, "much being said"),
)
BOTH = 0.1  # share of what counts for both sides
# what an aspect leans towards, by how much
ASPECTS = {
    "content": {"words": 2.0, "speech": 1.3, "new sights": 1.3},
    "emotion": {"faces": 1.5, "music": 1.5, "loudness": 1.3},
    "viewpoint": {"camera moves": 2.0, "cuts": 1.5},
    "interaction": {"faces": 1.5, "speech": 1.5, "movement": 1.3},
    "visual details": {"sharpness": 2.0, "colour": 1.5, "new sights": 1.3},
    "auditory details": {"new sounds": 1.5, "sudden sounds": 1.5},
    "style": {"colour": 2.0, "cuts": 1.5, "camera moves": 1.5},
    "characters": {"faces": 2.0, "speech": 1.3},
    "setting": {"new sights": 1.5, "new sounds": 1.3},
}
LEARNED = 0.5  # share of a trained head in what draws anybody
DEAD = 0.02  # a curve that never rises above this says nothing
SPREAD = 0.2  # of a curve; what varies less than this is not stretched to the full


def interest(perception: Perception, preference: Preference) -> list[Part]:
    """What makes a second worth seeing to anybody; the weights sum to 1 over what there is."""
    live = [
        (draw, curve)
        for draw in DRAWS
        if (curve := perception.curve(draw.curve)) and curve.array.max() > DEAD
    ]
    balance = {"watch": 1 - preference.balance, "listen": preference.balance, "both": BOTH}
    if not any(balance[draw.side] for draw, _ in live):
        balance = dict.fromkeys(balance, 1.0)  # the favoured side does not exist here
    whole = {side: sum(draw.weight for draw, _ in live if draw.side == side) for side in balance}
    weights = np.array(
        [
            balance[draw.side] * draw.weight / whole[draw.side] * _leaning(draw.curve, preference)
            for draw, _ in live
        ]
    )
    weights = weights / max(weights.sum(), 1e-9)
    return [
        Part(_against_usual(draw, curve), float(weight), draw.reason)
        for (draw, curve), weight in zip(live, weights, strict=True)
    ]


def _leaning(curve: str, preference: Preference) -> float:
    """How much the chosen aspects raise a curve."""
    lean = 1.0
    for aspect in preference.aspects:
        lean *= ASPECTS.get(aspect, {}).get(curve, 1.0)
    return lean


def _against_usual(draw: Draw, curve: Curve) -> Curve:
    if not draw.usual:
        return curve
    low, high = np.quantile(curve.array, (0.1, 0.95))
    return Curve.of(draw.usual, curve.sense, (curve.array - low) / max(high - low, SPREAD))


# curves of a viewer's taste, how much of what draws anybody gives way to each, and the reason
TASTES = {
    "what you tend to keep": (0.25, "what you tend to keep"),
    "without what you tend to drop": (0.25, ""),
}


def with_taste(perception: Perception, drawn: Sequence[Part]) -> list[Part]:
    """What draws anybody, and what draws this viewer, where a taste is known."""
    own = [
        Part(curve, weight, reason)
        for name, (weight, reason) in TASTES.items()
        if (curve := perception.curve(name)) is not None
    ]
    left = 1.0 - sum(part.weight for part in own)
    # times 1.0 is exact: without a taste nothing changes
    return [*(replace(part, weight=left * part.weight) for part in drawn), *own]


def with_learned(drawn: Sequence[Part], curve: Curve | None) -> list[Part]:
    """What draws anybody, and what a trained head says beside it."""
    if curve is None:
        return list(drawn)
    others = [replace(part, weight=(1 - LEARNED) * part.weight) for part in drawn]
    return [*others, Part(curve, LEARNED, "what usually matters to people")]


def weighed(parts: Sequence[Part], weights: Sequence[tuple[str, float]]) -> list[Part]:
    """The parts with those of each named sense counting so many times as much beside the rest."""
    factors = {sense: factor for sense, factor in weights if factor != 1}
    if not factors:
        return list(parts)
    raised = [part.weight * factors.get(part.curve.sense, 1.0) for part in parts]
    whole = max(sum(raised), 1e-9)
    return [
        replace(part, weight=weight / whole) for part, weight in zip(parts, raised, strict=True)
    ]
