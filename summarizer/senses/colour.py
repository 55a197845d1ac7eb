"""Colour: how colourful each second looks, from grey to garish."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import BLACK, Samples, View, by_second

EXTREME = 109.0  # Hasler and Suesstrunk's measure where people say "extremely colourful"
LEAST = 0.02  # share of the picture that must not be black for its colours to count


class Colour:
    """Colourfulness after Hasler and Suesstrunk (2003) of whatever is not black.

    On their scale 15 is slightly, 33 moderately, 45 averagely, 59 quite, 82 highly colourful.
    """

    name: ClassVar[str] = "colour"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = True
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="colourful pictures",
            curve="colour",
            at=59 / EXTREME,
            asks=(
                "colourful",
                "colorful",
                "vivid",
                "vivid colours",
                "vivid colors",
                "bright colours",
                "bright colors",
                "vibrant",
                "saturated",
                "lots of colour",
                "lots of color",
            ),
            seen="colourful pictures",
            told="the picture is colourful",
            hints=(
                "flowers",
                "autumn",
                "carnival",
                "parade",
                "market",
                "rainbow",
                "balloons",
                "paint",
                "cartoon",
                "costumes",
                "garden",
            ),
        ),
        Concept(
            name="pictures without colour",
            curve="colour",
            at=7 / EXTREME,
            low=True,
            asks=(
                "black and white",
                "black-and-white",
                "monochrome",
                "colourless",
                "colorless",
                "greyscale",
                "grayscale",
                "without colour",
                "without color",
            ),
            seen="pictures without colour",
            told="the picture is black and white",
            hints=("old film", "archive", "fog", "foggy", "mist"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        self.samples.add(view.times, [colourfulness(frame) for frame in view.tiny])

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        values = by_second(self.samples.times, self.samples.values / EXTREME, self.rows)
        return Findings(curves=(Curve.of("colour", self.name, values),))


def colourfulness(frame: np.ndarray) -> float:
    """Spread and mean of the opponent colours, 0 for grey; frame: (height, width, 3) RGB."""
    pixels = frame.reshape(-1, 3)
    lit = pixels.max(axis=1) > BLACK
    if lit.mean() < LEAST:
        return 0.0
    red, green, blue = pixels[lit].T.astype(np.float32)
    red_green, yellow_blue = red - green, (red + green) / 2 - blue
    spread = np.hypot(red_green.std(), yellow_blue.std())
    return float(spread + 0.3 * np.hypot(red_green.mean(), yellow_blue.mean()))
