"""Excitement: where a video is loud and lively beside the rest of itself, and where it is calm."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Video
from summarizer.senses.ear import smooth

SOFTEST, LOUDEST = -60.0, -5.0  # LUFS that read 0 and 1 on the curve of the loudness
AROUND = 1  # seconds before and after one that count with it
GATE = -10.0  # LU below the mean; what is softer is not part of what is usual
DEEPEST = -40.0  # LU against what is usual; nothing lies lower

# where each measure reads 0 and 1; in between it grows evenly
LEVEL = (-9.0, 6.0)  # LU against what is usual in this video
AUDIBLE = (-12.0, -3.0)  # LU; how lively a sound is counts the less, the softer it is
MOVING = (0.0, 0.5)  # on the curve of the movement
CUTTING = (0.1, 0.5)  # on the curve of the cuts
SHARES = {"level": 0.5, "liveliness": 0.2, "movement": 0.25, "cuts": 0.05}


class Excitement:
    """One number for how much goes on, from what was heard and seen; what is missing is left out.

    Level, movement and cuts are what excitement over film and sport has been measured by since
    Hanjalic and Xu (2005). The level counts against the loudness of the whole, so a recording made
    louder excites no more: even talk and even music read about 0.5, silence 0. It knows nothing of
    what is going on: a moved camera or a slammed door count as much as a goal.
    """

    name: ClassVar[str] = "excitement"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["findings"]] = "findings"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="exciting moments",
            curve="excitement",
            at=0.6,
            asks=("excitement", "exciting part", "exciting scene", "thrills", "loud and lively"),
            seen="loud and lively moments",
            told="it is loud and lively",
            hints=("exciting", "thrilling", "tense", "tension", "dramatic", "drama", "suspense"),
        ),
        Concept(
            name="calm moments",
            curve="excitement",
            at=0.25,
            low=True,
            asks=("calm part", "calm scene", "peaceful moment", "peaceful scene", "little happens"),
            seen="moments in which little happens",
            told="it is calm",
            hints=(
                "calm",
                "peaceful",
                "tranquil",
                "serene",
                "relaxing",
                "relaxed",
                "soothing",
                "gentle",
            ),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.found = Findings()

    def take(self, material: Findings) -> None:
        self.found = material

    def findings(self) -> Findings:
        curves = {curve.name: curve.array for curve in self.found.curves}
        parts = heard(curves) | seen(curves)
        if not parts:
            return Findings()
        whole = sum(SHARES[name] for name in parts)
        values = sum(SHARES[name] / whole * part for name, part in parts.items())
        return Findings(curves=(Curve.of("excitement", self.name, values),))


def heard(curves: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How loud each second is against the whole, and how lively; nothing where all is silent."""
    if "loudness" not in curves or not curves["loudness"].any():
        return {}
    level = smooth(10 ** (against_usual(curves["loudness"]) / 10), AROUND)
    level = 10 * np.log10(np.maximum(level, 10 ** (DEEPEST / 10)))
    parts = {"level": _scaled(level, LEVEL)}
    if "energy of the sound" in curves:
        sounding = curves["loudness"] > 0
        energy = curves["energy of the sound"] * sounding  # 0.5 where there is nothing to judge by
        parts["liveliness"] = energy * _scaled(level, AUDIBLE)
    return parts


def seen(curves: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """How much moves, and how quickly it is cut."""
    parts = {}
    if "movement" in curves:
        parts["movement"] = _scaled(smooth(curves["movement"], AROUND), MOVING)
    if "cuts" in curves:
        parts["cuts"] = _scaled(curves["cuts"], CUTTING)
    return parts


def against_usual(loudness: np.ndarray) -> np.ndarray:
    """LU by which each second is above the mean of all that is not much softer: (seconds,)."""
    lufs = SOFTEST + loudness * (LOUDEST - SOFTEST)
    audible = lufs[loudness > 0]
    mean = 10 * np.log10((10 ** (audible / 10)).mean())
    loud = audible[audible > mean + GATE]
    usual = 10 * np.log10((10 ** (loud / 10)).mean())
    return np.where(loudness > 0, np.maximum(lufs - usual, DEEPEST), DEEPEST)


def _scaled(values: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    zero, one = scale
    return np.clip((values - zero) / (one - zero), 0.0, 1.0)
