"""Shots: where one shot ends and the next begins, and what every picture looks like."""

import math
from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Track, Video
from summarizer.senses.view import LIGHT_WEIGHT, LIGHTS, Samples, View

# columns of the track "look", before the look itself
FOLLOWED, CHANGED, LOOK = 0, 1, 2

# What speaks for a cut between two pictures, and against it: weights of a logistic regression on
# some 1,200 cuts planted between real shots and 33 found by eye, then rounded.
APART = 11.0  # how unlike the pictures around it are, even those that are most alike
CHANGES = 3.5  # how much of the picture changes
USUAL = -4.0  # how unlike neighbours are anyway, on the calmer side
FOLLOWS = -9.0  # the view can be followed across it
STEADY = 4.0  # the view can be followed on one side at least
ENOUGH = 8.2
CLOSEST = 0.45  # seconds between two cuts

BLACK = 0.02  # light up to which a picture is black
FADE = 1.25  # seconds a fade to or from black may add to either end
BLINK = 2.0  # seconds up to which a black spell is one cut, in its middle
LATE = 0.125  # seconds; a picture comes up to twice that after the cut before it

SMOOTH = 2.5  # seconds: the spread of the window in which cuts are counted


class Shots:
    """Cuts a second around each second, and a row for every picture from which cuts are told."""

    name: ClassVar[str] = "shots"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="fast cutting",
            curve="cuts",
            at=0.3,
            asks=(
                "fast cuts",
                "fast cutting",
                "quick cuts",
                "rapid cuts",
                "many cuts",
                "fast editing",
                "quick editing",
                "short shots",
            ),
            seen="fast cutting",
            told="one shot quickly follows the other",
            hints=("montage", "trailer", "music video", "hectic", "action"),
        ),
        Concept(
            name="long takes",
            curve="cuts",
            at=0.03,
            low=True,
            asks=("long take", "long takes", "long shot", "uncut", "unbroken shot", "no cuts"),
            seen="long takes",
            told="the shot goes on without a cut",
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.samples = Samples()
        self.before: View | None = None

    def take(self, material: Pictures) -> None:
        view = View.of(material, self.before)
        self.before = view.last
        steps = np.nan_to_num(np.column_stack([view.steps.followed, view.steps.changed]))
        rows = np.hstack([steps, view.looks]).astype(np.float16)
        self.samples.add(view.times, rows)

    def findings(self) -> Findings:
        if not self.samples:
            return Findings()
        track = Track("look", self.samples.times, self.samples.values, f"shots {self.version}")
        curve = Curve.of("cuts", self.name, _density(cuts(track), self.rows))
        return Findings(curves=(curve,), tracks=(track,))


def cuts(track: Track) -> dict[float, float]:
    """When shots change, in seconds and in order, and how clearly; from the track "look".

    These are hard cuts, and spells of black, which are the clearest of all.
    """
    times, rows = track.times, track.values.astype(np.float32)
    if len(times) < 2:
        return {}
    spells = _black_spells(times, rows)
    found = {time: math.inf for start, end in spells for time in _around_black(start, end, times)}
    scores = _scores(rows)
    hard: dict[float, float] = {}
    for row in np.argsort(-scores, kind="stable"):
        if scores[row] <= 0:
            break
        time = float(times[row] - min(LATE, (times[row] - times[row - 1]) / 2))
        faded = any(start - FADE <= time <= end + FADE for start, end in spells)
        if not faded and all(abs(time - other) >= CLOSEST for other in hard):
            hard[time] = float(scores[row])
    return dict(sorted((found | hard).items()))


def _scores(rows: np.ndarray) -> np.ndarray:
    """How much speaks for a cut just before each picture: above 0 it is one."""
    followed, changed, look = rows[:, FOLLOWED], rows[:, CHANGED], rows[:, LOOK:]
    next_to = _distance(look, 1)
    apart = next_to
    # a flash, or something that passes in front, leaves the pictures around it alike
    for lag, shift in ((2, 0), (2, 1), (3, 1)):
        distance = _distance(look, lag)
        apart = np.minimum(apart, np.append(distance[shift:], [np.inf] * shift))
    calm = np.minimum(*_neighbours(next_to))
    steady = np.maximum(*_neighbours(followed))
    scores = APART * apart + CHANGES * changed + USUAL * calm + FOLLOWS * followed + STEADY * steady
    scores[0] = 0  # nothing comes before it
    return scores - ENOUGH


def _distance(look: np.ndarray, lag: int) -> np.ndarray:
    """How far each picture is from the one `lag` before; infinite where there is none."""
    distance = np.full(len(look), np.inf)
    distance[lag:] = np.linalg.norm(look[lag:] - look[: max(0, len(look) - lag)], axis=1)
    return distance


def _neighbours(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The value before and the value after each; its own where there is none."""
    before = np.append(values[:2], values[1:-1])  # the first picture follows nothing
    return before, np.append(values[1:], values[-1])


def _black_spells(times: np.ndarray, rows: np.ndarray) -> list[tuple[float, float]]:
    """From the first black picture to the first that is not, or to the last of all."""
    shares = np.square(rows[:, LOOK : LOOK + LIGHTS] / LIGHT_WEIGHT)
    light = shares @ np.linspace(0, 1, LIGHTS)
    black = np.concatenate([[False], light < BLACK, [False]])
    edges = np.flatnonzero(np.diff(black.astype(int))).reshape(-1, 2)
    return [(float(times[a]), float(times[min(b, len(times) - 1)])) for a, b in edges]


def _around_black(start: float, end: float, times: np.ndarray) -> list[float]:
    """One cut in the middle of a short spell, one at either end of a long one."""
    inner = [time for time in (start, end) if times[0] < time < times[-1]]
    if len(inner) == 2 and end - start <= BLINK:
        return [(start + end) / 2]
    return inner


def _density(cuts: Iterable[float], rows: int) -> np.ndarray:
    """Cuts a second around the middle of each second: (rows,)."""
    away = (np.arange(rows) + 0.5)[:, None] - np.array(list(cuts))
    return np.exp(-0.5 * np.square(away / SMOOTH)).sum(axis=1) / (SMOOTH * math.sqrt(2 * math.pi))
