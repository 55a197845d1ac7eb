"""Light: how bright each second looks, from black to white."""

from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import BLACK, Samples, View, by_second

FIELDS = (16, 9)  # across, down: enough to tell bars beside the picture from the picture


class Light:
    """Mean brightness, as the picture is shown (gamma and all); bars beside it are left out.

    A field that is never brighter than black in the whole video counts as a bar.
    """

    name: ClassVar[str] = "light"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = True
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="dark pictures",
            curve="light",
            at=0.2,
            low=True,
            asks=("dark", "darkness", "dim", "dimly lit", "gloomy", "black picture", "low light"),
            seen="dark pictures",
            told="the picture is dark",
            hints=(
                "night",
                "night time",
                "midnight",
                "evening",
                "dusk",
                "moon",
                "stars",
                "cave",
                "tunnel",
                "cellar",
                "cinema",
                "candle",
                "candles",
                "fireworks",
                "nightclub",
                "spooky",
                "horror",
            ),
        ),
        Concept(
            name="bright pictures",
            curve="light",
            at=0.6,
            asks=("bright", "brightness", "brightly lit", "well lit", "light pictures"),
            seen="bright pictures",
            told="the picture is bright",
            hints=(
                "day",
                "daylight",
                "daytime",
                "sun",
                "sunny",
                "sunshine",
                "snow",
                "beach",
                "sky",
                "summer",
                "desert",
                "white",
            ),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()  # (pictures, fields) grey

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        fields = [cv2.resize(grey, FIELDS, interpolation=cv2.INTER_AREA) for grey in view.little]
        self.samples.add(view.times, np.stack(fields).reshape(len(fields), -1))

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        fields = self.samples.values
        picture = fields.max(axis=0) > BLACK
        shown = fields[:, picture] if picture.any() else fields
        values = by_second(self.samples.times, shown.mean(axis=1) / 255, self.rows)
        return Findings(curves=(Curve.of("light", self.name, values),))
