"""Novelty: how unlike everything seen before the picture is; a view that returns is not new."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, by_second

LAG = 4.0  # seconds before a sight counts as seen: so long does a new one stay new
KNOWN = 0.15  # distance of looks up to which a sight is the same as one before
STRANGE = 0.75  # distance from which it is wholly new
REMEMBERED = 2048  # different sights, at most
OPENING = 0.3  # where there is nothing to compare with: short of new


class Novelty:
    """The distance from the picture to the most similar one seen more than four seconds ago."""

    name: ClassVar[str] = "novelty"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = True
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="new sights",
            curve="new sights",
            at=0.4,
            asks=(
                "new sights",
                "new scenes",
                "something new",
                "new views",
                "new places",
                "scene changes",
                "change of scene",
                "different scenes",
            ),
            seen="something new to see",
            told="something new comes into view",
            hints=("surprise", "surprises", "unusual", "unexpected", "variety", "reveal"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()
        self.memory: np.ndarray | None = None  # (REMEMBERED, width) looks of what was seen
        self.kept = 0
        self.recent: list[tuple[float, np.ndarray]] = []  # not yet remembered

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        values = [
            self._newness(time, look) for time, look in zip(view.times, view.looks, strict=True)
        ]
        self.samples.add(view.times, values)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        values = by_second(self.samples.times, self.samples.values, self.rows)
        return Findings(curves=(Curve.of("new sights", self.name, values),))

    def _newness(self, time: float, look: np.ndarray) -> float:
        while self.recent and self.recent[0][0] <= time - LAG:
            self._remember(self.recent.pop(0)[1])
        self.recent.append((time, look))
        if not self.kept:
            return OPENING
        return float(np.clip((self._nearest(look) - KNOWN) / (STRANGE - KNOWN), 0, 1))

    def _nearest(self, look: np.ndarray) -> float:
        return float(np.linalg.norm(self.memory[: self.kept] - look, axis=1).min())

    def _remember(self, look: np.ndarray) -> None:
        """Keep what is not known yet, in the place of the oldest when full."""
        if self.memory is None:
            self.memory = np.zeros((REMEMBERED, len(look)), np.float32)
        if not self.kept or self._nearest(look) > KNOWN / 2:
            self.memory[self.kept % REMEMBERED] = look
            self.kept += 1
