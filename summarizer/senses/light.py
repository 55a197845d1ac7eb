"""Light: how bright each second looks, from black to white; and whether that is dim."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, between_bars, by_second

# light that is dim: not at all beyond the outer two, wholly between the inner
DIM = (0.15, 0.2, 0.33, 0.43)


class Light:
    """Mean brightness, as the picture is shown (gamma and all); black bars beside it left out.

    "dim light" is 1 where that lies between dark and well lit. Night is no more than a hint: a dark
    room looks the same.
    """

    name: ClassVar[str] = "light"
    version: ClassVar[int] = 2
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = True
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="dark pictures",
            curve="light",
            at=0.25,
            low=True,
            asks=("dark", "darkness", "gloomy", "black picture", "low light"),
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
            ),
        ),
        Concept(
            name="dim pictures",
            curve="dim light",
            at=0.5,
            asks=("dim", "dim light", "dimly lit", "half-dark", "subdued light", "half-light"),
            seen="dim pictures",
            told="the light is dim",
            hints=("twilight", "dusk", "lamplight"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()
        self.brightest: np.ndarray | None = None  # (height, width): each pixel at its best

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        brightest = view.little.max(axis=0)
        if self.brightest is not None:
            brightest = np.maximum(brightest, self.brightest)
        self.brightest = brightest
        self.samples.add(view.times, view.little.mean(axis=(1, 2)) / 255)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        # bars add nothing to the sum over the pixels, so only their number is to be left out
        share = self.brightest[between_bars(self.brightest)].size / self.brightest.size
        values = by_second(self.samples.times, self.samples.values / share, self.rows)
        dim = np.interp(values, DIM, (0, 1, 1, 0))
        return Findings(
            curves=(Curve.of("light", self.name, values), Curve.of("dim light", self.name, dim))
        )
