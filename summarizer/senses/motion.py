"""Motion: how much of the picture moves, the camera's own movement taken out."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Track, Video
from summarizer.senses.view import CELLS, Samples, View, by_second

USUAL = 0.25  # seconds between two pictures; other gaps are converted to this one
SHORTEST = 0.05  # seconds; closer pictures are taken to be this far apart
ALL = 0.5  # share of the picture that changes in a quarter of a second where the curve is full
PLACES = 12  # of one picture that are noted, at most
PLACE = 0.1  # share of a cell that must change to be one


class Motion:
    """The share of the picture that changes within a quarter of a second.

    What a pan, a zoom or a shaking hand explains is left out, and so is a change of the light as a
    whole. A middle value of each second counts, so that a single cut or flash does not.
    """

    name: ClassVar[str] = "motion"
    version: ClassVar[int] = 2
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="action",
            curve="movement",
            at=0.3,
            asks=(
                "action",
                "fast action",
                "movement",
                "moving fast",
                "moving things",
                "motion",
                "fast movement",
                "rapid movement",
                "fast",
                "fast-paced",
                "lively",
                "dynamic",
                "busy pictures",
                "commotion",
                "hectic",
                "energetic",
            ),
            seen="lively movement",
            told="there is a lot of movement",
            hints=(
                "running",
                "jumping",
                "dancing",
                "fight",
                "fighting",
                "chase",
                "race",
                "racing",
                "sport",
                "sports",
                "goal",
                "goals",
                "tackle",
                "stunt",
                "stunts",
                "explosion",
                "explosions",
                "crash",
                "playing",
                "game",
                "attack",
                "battle",
                "storm",
                "waves",
            ),
        ),
        Concept(
            name="stillness",
            curve="movement",
            at=0.02,
            low=True,
            asks=(
                "still picture",
                "still moments",
                "stillness",
                "motionless",
                "nothing moves",
                "no movement",
                "without movement",
                "static",
                "standing still",
                "frozen picture",
            ),
            seen="still pictures",
            told="hardly anything moves",
            hints=("slide", "slides", "title", "titles", "photo", "photos"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.last = video.seconds - (video.rows - 1)  # seconds of the last second
        self.samples = Samples()
        self.places = Samples()
        self.before: View | None = None

    def take(self, material: Pictures) -> None:
        view = View.of(material, self.before)
        self.before = view.last
        gaps = np.maximum(view.steps.gap, SHORTEST)
        self.samples.add(view.times, 1 - (1 - view.steps.changed) ** (USUAL / gaps))
        for time, gap, where in zip(view.times, gaps, view.steps.where, strict=True):
            places = _places(where)
            # what moved is seen where it was and where it is now
            self.places.add(np.full(len(places), time - np.nan_to_num(gap) / 2), places)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        values = by_second(self.samples.times, self.samples.values, self.rows, _middle)
        if self.last < USUAL and self.rows > 1:
            values[-1] = values[-2]  # too short to tell: its picture may only be held
        made_by = f"motion {self.version}"
        track = Track("motion", self.places.times, self.places.values.astype(np.float16), made_by)
        return Findings(curves=(Curve.of("movement", self.name, values / ALL),), tracks=(track,))


def _places(where: np.ndarray) -> np.ndarray:
    """The cells that change most: (places, 3) right and down in shares of the picture, how much."""
    strongest = np.argsort(-where, axis=None, kind="stable")[:PLACES]
    weights = where.ravel()[strongest]
    down, right = np.divmod(strongest, CELLS)
    rows = np.column_stack([(right + 0.5) / CELLS, (down + 0.5) / CELLS, weights])
    return rows[weights >= PLACE]  # none where it is not known


def _middle(values: np.ndarray) -> float:
    """The lower median: of four, a flash changes two."""
    return float(np.sort(values)[(len(values) - 1) // 2])
