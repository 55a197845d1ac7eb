"""Graphics: pictures that were drawn or come from a screen, against those of a camera."""

from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, between_bars, by_second

APART = 0.4  # seconds between two pictures that are judged; graphics change seldom
LATEST = 1.0  # seconds; a picture that follows later tells nothing about standing still
DARK = 24  # of 255; what is no brighter may be night, which is as even as any drawing
SAME = 1  # of 255, in any colour: neighbours that differ by no more are one surface
FAINT = 12  # up to here they differ as skin, cloth, noise and soft light do
EDGE = 24  # beyond it there is an edge
HELD = 2  # of 255; a pixel that changes less from picture to picture stands still
CORE, REACH = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)  # pixels

# where each measure reads 0 and 1; in between it grows evenly
SOLID = (0.68, 0.88)  # share of the surfaces in what is surface or faint
CRISP = (0.05, 0.30)  # share of the edges that have a surface right beside them
STILL = (0.80, 0.99)  # share of the picture that stands still
# both of these have to be there, or nothing can be told
SURFACE = (0.2, 0.4)  # share of the picture
EDGED = (0.0, 0.01)  # share of the picture


class Graphics:
    """How much each second looks drawn: slides, title cards, screen recordings, diagrams.

    These have surfaces of one colour where a camera sees texture, edges between two of them where
    lenses blur, and stand still to the pixel. Drawings that are shaded, move, or lie on black read
    low, as do blank pictures; a film of something flat and bright may read up to a half.
    """

    name: ClassVar[str] = "graphics"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = True
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="graphics",
            curve="graphics",
            at=0.5,
            asks=(
                "graphics",
                "drawn graphics",
                "computer graphics",
                "screen recording",
                "screen capture",
                "screencast",
            ),
            seen="drawn or screen graphics",
            told="the picture is drawn or from a screen",
            hints=("infographic", "powerpoint", "software", "demo"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()
        self.before: View | None = None
        self.first: np.ndarray | None = None  # the picture that follows none
        self.judged = -APART  # seconds

    def take(self, material: Pictures) -> None:
        view = View.of(material, self.before)
        if self.first is None:
            self.first = view.frames[0].copy()
        last, earlier = (view.before.frames[0], view.before.times[0]) if view.before else (None, 0)
        for time, frame in zip(view.times, view.frames, strict=True):
            if time - self.judged >= APART and last is not None:
                value = drawn(frame, last if time - earlier <= LATEST else None)
                self.samples.add(np.array([time]), np.array([value]))
                self.judged = time
            last, earlier = frame, time
        self.before = view.last

    def findings(self) -> Findings:
        if self.first is None:
            return Findings()
        if not self.samples:
            self.samples.add(np.zeros(1), np.array([drawn(self.first)]))
        values = by_second(self.samples.times, self.samples.values, self.rows)
        return Findings(curves=(Curve.of("graphics", self.name, values),))


def drawn(frame: np.ndarray, before: np.ndarray | None = None) -> float:
    """How much a picture looks drawn, and stands still where the one before is given: 0 to 1."""
    brightest = _highest(frame)
    if min(frame.shape[:2]) < 2:
        return 0.0
    rows, columns = between_bars(brightest)
    frame, lit = frame[rows, columns], brightest[rows, columns][:-1, :-1] > DARK
    step = cv2.max(
        cv2.absdiff(frame[:-1, 1:], frame[:-1, :-1]), cv2.absdiff(frame[1:, :-1], frame[:-1, :-1])
    )
    step = _highest(step)
    surface, edges = ((step <= SAME) & lit).astype(np.uint8), step > EDGE
    beside = cv2.dilate(cv2.erode(surface, CORE), REACH)
    some, faint = float(surface.mean()), float(((step > SAME) & (step <= FAINT)).mean())
    measures = [
        _scaled(some / max(some + faint, 1e-6), SOLID),
        _scaled(float(beside[edges].mean()) if edges.any() else 0.0, CRISP),
    ]
    if before is not None:
        change = _highest(cv2.absdiff(frame, before[rows, columns]))
        measures.append(_scaled(float((change <= HELD).mean()), STILL))
    there = _scaled(some, SURFACE) * _scaled(float(edges.mean()), EDGED)
    return there * float(np.mean(measures))


def _highest(pixels: np.ndarray) -> np.ndarray:
    """The highest of the three colours of each pixel."""
    return cv2.max(cv2.max(pixels[..., 0], pixels[..., 1]), pixels[..., 2])


def _scaled(value: float, scale: tuple[float, float]) -> float:
    zero, one = scale
    return min(1.0, max(0.0, (value - zero) / (one - zero)))
