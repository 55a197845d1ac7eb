"""Sharpness: how crisp each second looks at the size it was measured, from smeared to sharp."""

from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, by_second

SPAN = 9  # pixels of the second blur that the picture is held against
FIELDS = (6, 4)  # across, down
FLAT = 0.5  # grey levels of difference between neighbours, on average: less shows no edges
NEITHER = 0.6  # sharp nor blurred: the value of a picture without edges


class Sharpness:
    """How much of the differences between neighbours a blur takes away (Crete et al., 2007).

    Blurring a sharp picture changes it much, a smeared one hardly; contrast does not matter. The
    pictures are small, so only a blur that shows at that size counts. One colour is neither.
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
    """How crisp the crispest quarter of the fields with edges is, from 0 (smeared) to 1.

    A quarter, since what stands before a smooth background is in focus all the same.
    """
    if min(grey.shape) < 2:
        return NEITHER
    across = _lost(grey[:, 1:], grey[:, :-1], (SPAN, 1))
    down = _lost(grey[1:], grey[:-1], (1, SPAN))
    # the worse direction: a picture smeared by a fast pan is still crisp in the other one
    fields = np.minimum(across, down)
    fields = fields[np.isfinite(fields)]
    return float(np.quantile(fields, 0.75)) if len(fields) else NEITHER


def _lost(ones: np.ndarray, others: np.ndarray, span: tuple[int, int]) -> np.ndarray:
    """The share of the differences between neighbours that a blur takes away, in each field.

    NaN where there are none to speak of.
    """
    before = cv2.absdiff(ones, others)
    after = cv2.absdiff(cv2.blur(ones, span), cv2.blur(others, span))
    lost = cv2.subtract(before, after)  # never below 0 in unsigned numbers
    whole, lost = _means(before), _means(lost)
    return np.where(whole >= FLAT, lost / np.maximum(whole, FLAT), np.nan)


def _means(pixels: np.ndarray) -> np.ndarray:
    """The mean of each field: (down, across)."""
    across, down = (
        np.linspace(0, length, fields + 1).astype(int)
        for length, fields in zip(pixels.shape[::-1], FIELDS, strict=True)
    )
    sums = cv2.integral(pixels)[np.ix_(down, across)]
    areas = np.outer(np.diff(down), np.diff(across))
    return np.diff(np.diff(sums, axis=0), axis=1) / np.maximum(areas, 1)
