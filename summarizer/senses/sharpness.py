"""Sharpness: how crisp each second looks at the size it was measured, from smeared to sharp."""

from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, by_second

SPAN = 9  # pixels of the second blur that the picture is held against
FLAT = 0.25  # grey levels of difference between neighbours, on average: less shows no edges


class Sharpness:
    """How much of the differences between neighbours a blur takes away (Crete et al., 2007).

    Blurring a sharp picture changes it much, a smeared one hardly; contrast does not matter. The
    pictures are small, so only a blur that shows at that size counts. One colour has no sharpness.
    """

    name: ClassVar[str] = "sharpness"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = True
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="sharp pictures",
            curve="sharpness",
            at=0.7,
            asks=("sharp", "sharp picture", "in focus", "crisp", "clear picture"),
            seen="sharp pictures",
            told="the picture is sharp",
            hints=("detail", "details", "texture"),
        ),
        Concept(
            name="blurred pictures",
            curve="sharpness",
            at=0.45,
            low=True,
            asks=("blurred", "blurry", "blur", "out of focus", "unsharp", "unfocused", "smeared"),
            seen="blurred pictures",
            told="the picture is blurred",
            hints=("fog", "foggy", "mist", "smoke", "underwater"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        self.samples.add(view.times, [sharpness(grey) for grey in view.middle])

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        values = by_second(self.samples.times, self.samples.values, self.rows)
        return Findings(curves=(Curve.of("sharpness", self.name, values),))


def sharpness(grey: np.ndarray) -> float:
    """The smaller share lost across and down: 0 is smeared or one colour, 1 is as sharp as can be.

    The smaller one, since a picture smeared by a fast pan is still crisp in the other direction.
    """
    shares = []
    for axis, size in ((1, (SPAN, 1)), (0, (1, SPAN))):
        if grey.shape[axis] < 2:
            return 0.0
        before = _differences(grey, axis)
        after = _differences(cv2.blur(grey, size), axis)
        whole = before.mean()
        lost = cv2.subtract(before, after).mean()  # never below 0 in unsigned numbers
        shares.append(lost / whole if whole >= FLAT else 0.0)
    return float(min(shares))


def _differences(grey: np.ndarray, axis: int) -> np.ndarray:
    """How much each pixel differs from its neighbour along the axis."""
    if axis:
        return cv2.absdiff(grey[:, 1:], grey[:, :-1])
    return cv2.absdiff(grey[1:], grey[:-1])
