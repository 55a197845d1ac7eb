"""Colour: how colourful each second looks, from grey to garish, and which colours fill it."""

from functools import lru_cache
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import BLACK, Samples, View, between_bars, by_second

EXTREME = 109.0  # Hasler and Suesstrunk's measure where people say "extremely colourful"
LEAST = 0.02  # share of the picture that must not be black for its colours to count
# the colours with a name, and other words for them; a pixel may be none, as skin and sand are
NAMES = {
    "red": ("reddish", "crimson", "scarlet"),
    "orange": (),
    "yellow": ("yellowish",),
    "green": ("greenish",),
    "blue": ("bluish", "azure", "cyan"),
    "purple": ("violet", "lilac"),
    "pink": ("magenta",),
    "brown": ("brownish",),
    "black": (),
    "white": (),
    "grey": ("gray", "greyish"),
}
# of the picture that a colour has to fill: grounds and walls are often the latter
MUCH = {"brown": 0.3, "black": 0.4, "white": 0.3, "grey": 0.4}
SOME = 0.15
LEVELS = 32  # a channel that are told apart when a colour is named


def _named(name: str) -> Concept:
    seen = f"{name} pictures"
    return Concept(
        name=seen,
        curve=name,
        at=MUCH.get(name, SOME),
        asks=tuple(f"{word}{thing}" for word in (name, *NAMES[name]) for thing in ("", " one")),
        seen=seen,
        told=f"much of the picture is {name}",
    )


class Colour:
    """Colourfulness after Hasler and Suesstrunk (2003) of whatever is not black.

    On their scale 15 is slightly, 33 moderately, 45 averagely, 59 quite, 82 highly colourful. The
    curve "red" is the share of the picture that anybody would call red, and so on for each name.
    """

    name: ClassVar[str] = "colour"
    version: ClassVar[int] = 2
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
        *(_named(name) for name in NAMES),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()  # (pictures, 1 + names): colourfulness, pixels of each name
        self.brightest: np.ndarray | None = None  # (height, width): each pixel at its best

    def take(self, material: Pictures) -> None:
        view = View.of(material)
        brightest = view.tiny.max(axis=(0, 3))
        if self.brightest is not None:
            brightest = np.maximum(brightest, self.brightest)
        self.brightest = brightest
        self.samples.add(view.times, [[colourfulness(frame), *named(frame)] for frame in view.tiny])

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        times, values = self.samples.times, self.samples.values
        values[:, 0] /= EXTREME
        shown = self.brightest[between_bars(self.brightest)].size
        values[:, 1 + list(NAMES).index("black")] -= self.brightest.size - shown
        values[:, 1:] /= shown
        return Findings(
            curves=tuple(
                Curve.of(name, self.name, by_second(times, column, self.rows))
                for name, column in zip((self.name, *NAMES), values.T, strict=True)
            )
        )


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


def named(frame: np.ndarray) -> np.ndarray:
    """How many pixels have each of the names: (names,); frame: (height, width, 3) RGB."""
    red, green, blue = (frame.reshape(-1, 3) // (256 // LEVELS)).astype(np.intp).T
    which = _name_of_all()[(red * LEVELS + green) * LEVELS + blue]
    return np.bincount(which, minlength=len(NAMES) + 1)[: len(NAMES)]


@lru_cache(maxsize=1)
def _name_of_all() -> np.ndarray:
    """The place in NAMES of each colour, red slowest; len(NAMES) where it has none."""
    middles = (np.arange(LEVELS) + 0.5) / LEVELS
    rgb = np.stack(np.meshgrid(middles, middles, middles, indexing="ij"), axis=-1).reshape(-1, 3)
    light, chroma, hue = _oklch(rgb)
    names = list(NAMES)
    found = np.full(len(rgb), len(names))
    # later lines win; limits were set by eye on what the web's colour names look like
    for name, there in {
        "red": _within(hue, 5, 42),
        "orange": _within(hue, 42, 85) & (light >= 0.65) & (chroma >= 0.12),
        "yellow": _within(hue, 85, 115) & (light >= 0.7) & (chroma >= 0.09),
        "green": _within(hue, 115, 178) | (_within(hue, 102, 115) & (light < 0.7)),
        "blue": _within(hue, 178, 288),
        "purple": _within(hue, 288, 345),
        "pink": (_within(hue, 320, 28) & (light >= 0.68)) | (_within(hue, 345, 5) & (light >= 0.5)),
        "brown": (_within(hue, 42, 102) & (light < 0.65))
        | (_within(hue, 5, 42) & (light < 0.6) & (chroma < 0.12)),
    }.items():
        found[there & (chroma >= 0.05)] = names.index(name)
    dull = _within(hue, 28, 42) & (chroma < 0.12) & (light >= 0.6)
    found[dull] = len(names)  # skin, for one
    grey = chroma < 0.035
    found[grey] = names.index("grey")
    found[grey & (light > 0.91)] = names.index("white")
    found[(light < 0.2) | ((light < 0.28) & (chroma < 0.06))] = names.index("black")
    return found


def _within(hue: np.ndarray, first: float, last: float) -> np.ndarray:
    """Which hues, in degrees, lie between these two, going up and around."""
    return (hue - first) % 360 < (last - first) % 360


def _oklch(rgb: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Light, chroma and hue (degrees) in Ottosson's perceptual space OKLab; rgb: (n, 3) in [0, 1].

    CIELAB bends blue towards purple; this one keeps them apart.
    """
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = np.array(
        [
            [0.4122214708, 0.5363325363, 0.0514459929],
            [0.2119034982, 0.6806995451, 0.1073969566],
            [0.0883024619, 0.2817188376, 0.6299787005],
        ]
    )
    opponents = np.array(
        [
            [0.2104542553, 0.7936177850, -0.0040720468],
            [1.9779984951, -2.4285922050, 0.4505937099],
            [0.0259040371, 0.7827717662, -0.8086757660],
        ]
    )
    light, red, yellow = opponents @ np.cbrt(cones @ linear.T)
    return light, np.hypot(red, yellow), np.degrees(np.arctan2(yellow, red)) % 360
