"""Returns: whether the view was there before, with another one in between."""

import math
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import BLACK, Samples, View, by_second

KNOWN = 0.15  # distance of looks up to which a view is surely the same
OTHER = 0.45  # distance from which it is another
APART = 1.0  # seconds between two pictures that are compared
BLOCK = 512  # pictures that are compared with all others at once


class Returns:
    """How alike the picture is to one from before the view was last another; black is no view."""

    name: ClassVar[str] = "returns"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False  # between pictures seconds apart anything may have been
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="views that come back",
            curve="seen before",
            at=0.5,
            asks=(
                "view that comes back",
                "view comes back",
                "seen before",
                "same view",
                "same view again",
                "same shot",
                "same shot again",
                "same picture again",
                "same place again",
                "repeated shot",
                "repeated shots",
                "repeated view",
                "repeated views",
                "recurring shots",
                "recurring views",
                "returning view",
                "returning views",
            ),
            seen="views that come back",
            told="a view from before comes back",
            hints=("replay", "replays", "chorus", "refrain"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()
        self.latest = -math.inf

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        due = []
        for number, time in enumerate(view.times):
            if time - self.latest >= APART - 1e-6:
                self.latest = time
                due.append(number)
        if due:
            looks = view.looks[due]
            looks[view.tiny[due].max(axis=(1, 2, 3)) <= BLACK] = np.nan
            self.samples.add(view.times[due], looks)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        values = by_second(self.samples.times, _returned(self.samples.values), self.rows)
        return Findings(curves=(Curve.of("seen before", self.name, values),))


def _returned(looks: np.ndarray) -> np.ndarray:
    """How surely each look was there before the latest other one before it: (pictures,)."""
    values = np.zeros(len(looks))
    seen = np.isfinite(looks[:, 0])
    looks = np.nan_to_num(looks)
    squares = np.square(looks).sum(axis=1)
    for start in range(0, len(looks), BLOCK):
        rows = np.arange(start, min(start + BLOCK, len(looks)))
        earlier = slice(0, rows[-1] + 1)
        apart = squares[rows, None] + squares[earlier] - 2 * looks[rows] @ looks[earlier].T
        apart = np.sqrt(np.maximum(apart, 0))
        before = np.arange(earlier.stop) < rows[:, None]
        other = before & (apart >= OTHER) & seen[earlier]
        other[:, 1:] &= other[:, :-1]  # what lasts no longer than one picture is a flash
        other[:, 0] = False
        latest = np.where(other.any(axis=1), earlier.stop - 1 - other[:, ::-1].argmax(axis=1), 0)
        apart[(np.arange(earlier.stop) >= latest[:, None]) | ~seen[earlier]] = np.inf
        values[rows] = (OTHER - apart.min(axis=1)) / (OTHER - KNOWN)
    return np.where(seen, np.clip(values, 0, 1), 0.0)
