"""Tones: one narrow tone that stands out, held like a whistle's or gliding like a siren's."""

from itertools import pairwise
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Sound, Video
from summarizer.senses.ear import RATE, Pools

BESIDE = (3, 8)  # bands away, from and to, that a tone stands out from
CLEAR = 10.0  # dB by which it does
FAINTEST = -65.0  # dB
LOWEST = 12  # band; 370 Hz
WHISTLES = (34, 50)  # bands: 2.1 to 5.2 kHz
GLIDES = (12, 44)  # bands: 370 Hz to 3.4 kHz
HELD = 6  # pools that a whistle's tone lasts at least: 0.3 s
LEVEL = 1  # bands it may move meanwhile
LONG = 24  # pools that a glide lasts at least: 1.2 s
STEPS = 1.5  # bands a gliding tone moves at most from one pool to the next
TRAVEL = 5.0  # bands it moves altogether, at least
MOVING = 0.5  # share of a glide in which the tone moves; notes stand, then jump
MOVES = 0.06  # bands from one pool to the next: it moves


class Tones:
    """How much of each second one tone stands out, with none below it.

    "whistle-like tone" is held at 2 to 5 kHz; "gliding tone" slides up and down without steps. Some
    birds and a beeper whistle too, and a whale glides.
    """

    name: ClassVar[str] = "tones"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="whistle",
            curve="whistle-like tone",
            at=0.25,
            asks=("whistle", "whistling", "whistle blast", "high tone", "shrill tone"),
            seen="whistle-like tones",
            told="there is a tone like a whistle",
            hints=("referee", "kick-off", "foul", "beep", "birdsong"),
        ),
        Concept(
            name="gliding tone",
            curve="gliding tone",
            at=0.5,
            asks=("gliding tone", "wailing", "wailing sound", "howling"),
            seen="a gliding tone",
            told="a tone glides up and down",
            hints=("siren", "ambulance", "police car", "fire engine", "alarm"),
        ),
    )

    def __init__(self, video: Video):
        self.pools = Pools(video)

    def take(self, material: Sound) -> None:
        self.pools.take(material)

    def findings(self) -> Findings:
        if not self.pools:
            return Findings()
        places = lowest_tones(self.pools.levels())
        curves = {"whistle-like tone": whistles(places), "gliding tone": glides(places)}
        return Findings(
            tuple(
                Curve.of(name, self.name, there.reshape(-1, RATE).mean(axis=1))
                for name, there in curves.items()
            )
        )


def lowest_tones(levels: np.ndarray) -> np.ndarray:
    """Where the lowest tone lies that stands out, in parts of a band: (pools,); 0 for none."""
    near, far = BESIDE
    bands = np.arange(LOWEST, levels.shape[1] - far)
    shifts = [shift for away in range(near, far + 1) for shift in (-away, away)]
    # not the mean: what lies beside a whistle may hold another tone
    beside = np.median([levels[:, bands + shift] for shift in shifts], axis=0)
    here, left, right = (levels[:, bands + shift] for shift in (0, -1, 1))
    tops = (here - beside > CLEAR) & (here >= left) & (here > right) & (here > FAINTEST)
    first = tops.argmax(axis=1)
    rows = np.arange(len(levels))
    left, here, right = left[rows, first], here[rows, first], right[rows, first]
    bend = np.minimum(left + right - 2 * here, -1e-3)
    places = bands[first] + np.clip((left - right) / bend / 2, -0.5, 0.5)
    return np.where(tops.any(axis=1), places, 0.0)


def whistles(places: np.ndarray) -> np.ndarray:
    """Where the tone is high and held: (pools,) bool."""
    high = (places >= WHISTLES[0]) & (places <= WHISTLES[1])
    there = np.zeros(len(places), bool)
    for first, end in runs(high):
        for start in range(first, end - HELD + 1):
            if np.ptp(places[start : start + HELD]) <= LEVEL:
                there[start : start + HELD] = True
    return there


def glides(places: np.ndarray) -> np.ndarray:
    """Where the tone goes up and down without steps: (pools,) bool."""
    inside = (places >= GLIDES[0]) & (places <= GLIDES[1])
    moves = np.abs(np.diff(places, prepend=places[:1]))
    there = np.zeros(len(places), bool)
    for start, stop in runs(inside):
        breaks = [start, *(start + 1 + np.flatnonzero(moves[start + 1 : stop] > STEPS)), stop]
        for first, end in pairwise(breaks):
            inner = moves[first + 1 : end]
            if end - first >= LONG and inner.sum() >= TRAVEL and (inner > MOVES).mean() >= MOVING:
                there[first:end] = True
    return there


def runs(there: np.ndarray) -> list[tuple[int, int]]:
    """Where a mask holds, as starts and ends."""
    steps = np.diff(np.concatenate([[0], there.astype(np.int8), [0]]))
    edges = zip(np.flatnonzero(steps == 1), np.flatnonzero(steps == -1), strict=True)
    return [(int(first), int(end)) for first, end in edges]
