"""Shots: where one shot ends and the next begins, and what every picture looks like."""

import math
from bisect import bisect
from collections.abc import Iterable
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Pictures, Track, Video
from summarizer.senses.view import LIGHT_WEIGHT, LIGHTS, Samples, View

# columns of the track "look", before the look itself
FOLLOWED, CHANGED, LOOK = 0, 1, 2

# What speaks for a cut between two pictures, and against it: weights of a logistic regression on
# some 600 cuts planted between real shots and 33 found by eye, then rounded.
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
            asks=("long take", "long takes", "single take", "uncut", "unbroken shot", "no cuts"),
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
    scores = _scores(rows)
    before = np.minimum(LATE, np.diff(times, prepend=times[0]) / 2)
    some = np.flatnonzero((scores > 0) & ~_near(times - before, spells, FADE))
    hard = dict(zip((times - before)[some].tolist(), scores[some].tolist(), strict=True))
    found = {time: hard[time] for time in clearest(hard, CLOSEST)}
    found |= dict.fromkeys(_around_black(spells, times), math.inf)
    return dict(sorted(found.items()))


def clearest(wanted: dict[float, float], apart: float, kept: Iterable[float] = ()) -> list[float]:
    """The clearest of the wanted times that lie this far apart, and from those kept; in order."""
    times = sorted(kept)
    for time in sorted(wanted, key=lambda time: (-wanted[time], time)):
        at = bisect(times, time)
        if all(abs(time - other) >= apart for other in times[max(0, at - 1) : at + 1]):
            times.insert(at, time)
    return times


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


def _black_spells(times: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """From the first black picture to the first that is not, or to the last of all: (spells, 2)."""
    shares = np.square(rows[:, LOOK : LOOK + LIGHTS] / LIGHT_WEIGHT)
    light = shares @ np.linspace(0, 1, LIGHTS)
    black = np.concatenate([[False], light < BLACK, [False]])
    edges = np.flatnonzero(np.diff(black.astype(int))).reshape(-1, 2)
    return times[np.minimum(edges, len(times) - 1)]


def _near(times: np.ndarray, spells: np.ndarray, reach: float) -> np.ndarray:
    """Which of the times lie within reach of a spell."""
    starts = np.concatenate([[-math.inf], spells[:, 0], [math.inf]])
    ends = np.concatenate([[-math.inf], spells[:, 1], [math.inf]])
    at = np.searchsorted(starts, times, "right")
    return (times - ends[at - 1] <= reach) | (starts[at] - times <= reach)


def _around_black(spells: np.ndarray, times: np.ndarray) -> list[float]:
    """One cut in the middle of a short spell, one at either end of a long one."""
    found = []
    for start, end in spells.tolist():
        inner = [time for time in (start, end) if times[0] < time < times[-1]]
        short = len(inner) == 2 and end - start <= BLINK
        found += [(start + end) / 2] if short else inner
    return found


def _density(cuts: Iterable[float], rows: int) -> np.ndarray:
    """Cuts a second around each second: (rows,)."""
    seconds = np.clip(np.array(list(cuts)), 0, rows - 1).astype(int)
    reach = math.ceil(4 * SMOOTH)
    window = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / SMOOTH))
    counts = np.bincount(seconds, minlength=rows)
    return np.convolve(counts, window / window.sum())[reach : reach + rows]
