"""Camera: how fast the view as a whole travels, whither, and how much it shakes."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Video
from summarizer.senses.view import Samples, View, by_second

LONGEST = 0.6  # seconds; pictures further apart tell nothing about the camera
BELIEVED = 0.35  # share of the marks that must have moved alike
EDGE = 0.35  # how far from the middle things are on average: what a zoom moves them by
SPAN = 0.8  # seconds to either side over which a movement must go on
TRAVEL = 0.1  # picture widths a second where the curve of movement reaches 0.63
SHAKE = 0.1  # the same for the shaking, as the spread around the movement
GROWTH = 0.1  # the same for a zoom: how much larger or smaller things become in a second
RIGHT, DOWN, LARGER = range(3)  # columns of the speeds


class Camera:
    """Pans, tilts and zooms that go on for a while, apart from the jitter of a hand.

    "camera moves" is the speed of the view averaged with its direction, so that to and fro cancels;
    "camera shakes" is what the average leaves over. Where the view cannot be followed, as across a
    cut or in wild action, nothing is counted. "pans", "tilts" and the two zooms are its parts; a
    camera that comes closer looks like one that zooms in.
    """

    name: ClassVar[str] = "camera"
    version: ClassVar[int] = 2
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="camera movement",
            curve="camera moves",
            at=0.4,
            asks=(
                "camera movement",
                "camera moves",
                "moving camera",
                "tracking shot",
                "travelling shot",
                "sweeping shot",
            ),
            seen="camera movement",
            told="the camera moves",
            hints=("drone", "aerial", "flight", "flying", "ride", "driving", "walk", "tour"),
        ),
        Concept(
            name="shaky camera",
            curve="camera shakes",
            at=0.5,
            asks=(
                "shaky",
                "shaky camera",
                "camera shake",
                "shaking camera",
                "handheld",
                "hand-held",
                "wobbly",
                "jittery",
                "unsteady",
            ),
            seen="a shaky camera",
            told="the camera shakes",
            hints=("running", "chaos", "panic", "earthquake", "turbulence"),
        ),
        Concept(
            name="camera pan",
            curve="pans",
            at=0.35,
            asks=(
                "pan",
                "pans",
                "panning",
                "panning shot",
                "panning camera",
                "camera pans",
                "pans left",
                "pans right",
                "sideways camera movement",
                "camera moves sideways",
            ),
            seen="a panning camera",
            told="the camera pans",
            hints=("panorama", "skyline"),
        ),
        Concept(
            name="camera tilt",
            curve="tilts",
            at=0.35,
            asks=(
                "tilt",
                "tilts",
                "tilting",
                "tilting camera",
                "camera tilts",
                "camera moves up",
                "camera moves down",
            ),
            seen="a tilting camera",
            told="the camera tilts up or down",
        ),
        Concept(
            name="zoom in",
            curve="zooms in",
            at=0.25,
            asks=(
                "zoom",
                "zooms",
                "zooming",
                "zooms in",
                "zooming in",
                "camera zooms in",
                "camera comes closer",
                "camera moves in",
                "push in",
                "moving camera",
                "camera movement",
                "camera moves",
                "dolly in",
            ),
            seen="a view that closes in",
            told="the camera closes in",
        ),
        Concept(
            name="zoom out",
            curve="zooms out",
            at=0.25,
            asks=(
                "zoom",
                "zooms",
                "zooming",
                "zooms out",
                "zooming out",
                "camera zooms out",
                "camera pulls back",
                "camera moves out",
                "pull back",
                "moving camera",
                "camera movement",
                "camera moves",
                "dolly out",
            ),
            seen="a view that widens",
            told="the view widens",
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()  # (pictures, 3): speed right, down, and of growth, a second
        self.before: View | None = None

    def take(self, material: Pictures) -> None:
        view = View.of(material, self.before)
        self.before = view.last
        steps = view.steps
        known = (steps.followed >= BELIEVED) & (steps.gap <= LONGEST) & (steps.gap > 0)
        speeds = np.column_stack([steps.shift, EDGE * steps.zoom])
        speeds = np.where(known, speeds.T / np.where(known, steps.gap, 1), np.nan).T
        self.samples.add(view.times, speeds)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        times, speeds = self.samples.times, self.samples.values
        mean, known = _around(times, speeds)
        mean = np.where(known[:, None], mean, 0.0)
        jitter = np.square(np.linalg.norm(speeds - mean, axis=1))
        moves = by_second(times, np.linalg.norm(mean, axis=1), self.rows)
        shakes = np.sqrt(by_second(times, np.where(known, jitter, 0.0), self.rows, np.nanmean))
        parts = {
            "pans": np.abs(mean[:, RIGHT]) / TRAVEL,
            "tilts": np.abs(mean[:, DOWN]) / TRAVEL,
            "zooms in": np.maximum(0, mean[:, LARGER]) / EDGE / GROWTH,
            "zooms out": np.maximum(0, -mean[:, LARGER]) / EDGE / GROWTH,
        }
        amounts = {"camera moves": moves / TRAVEL, "camera shakes": shakes / SHAKE}
        amounts |= {name: by_second(times, part, self.rows) for name, part in parts.items()}
        return Findings(
            curves=tuple(
                Curve.of(name, self.name, 1 - np.exp(-amount)) for name, amount in amounts.items()
            )
        )


def _around(times: np.ndarray, speeds: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The mean speed within SPAN of each time, and where at least half of it is known."""
    there = np.isfinite(speeds[:, 0])
    sums = np.vstack([np.zeros(speeds.shape[1]), np.cumsum(np.nan_to_num(speeds), axis=0)])
    counts = np.append(0, np.cumsum(there))
    first = np.searchsorted(times, times - SPAN, "left")
    stop = np.searchsorted(times, times + SPAN, "right")
    count = counts[stop] - counts[first]
    mean = (sums[stop] - sums[first]) / np.maximum(count, 1)[:, None]
    return mean, (count > 0) & (2 * count >= stop - first)
