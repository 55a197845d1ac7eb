"""Loudness: how loud each second sounds to an ear, on an absolute scale."""

from typing import ClassVar, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from summarizer.schema import Concept, Curve, Findings, Sound, Video

SOFTEST, LOUDEST = -60.0, -5.0  # LUFS that read 0 and 1
STEPS = 10  # a second
MOMENT = 4  # of them: the 400 ms of a momentary loudness
UNHEARD, WEAK = -70.0, -10.0  # LUFS and LU below the mean: what the standard's two gates leave out
SWELL = 12.0  # LU above what is usual that read 1
DEAD = -60.0  # LUFS; a moment below it is silence


def reading(lufs: float) -> float:
    """Where a loudness lies on the curve, to the curve's four digits."""
    return round((lufs - SOFTEST) / (LOUDEST - SOFTEST), 4)


class Loudness:
    """The loudest 400 ms of each second: momentary loudness after ITU-R BS.1770 and EBU R128.

    Beside it, how far that lies above the loudness of the video as a whole, so that a soft
    recording has its loud moments too; and the share of each second that is silence.
    """

    name: ClassVar[str] = "loudness"
    version: ClassVar[int] = 2
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="loud",
            curve="loudness",
            at=reading(-14.0),
            asks=("loud", "loudest", "loud sound", "noise", "noisy", "deafening"),
            seen="loud moments",
            told="it is loud",
            hints=(
                "goal",
                "applause",
                "clapping",
                "cheering",
                "crowd",
                "audience",
                "shouting",
                "screaming",
                "yelling",
                "roar",
                "explosion",
                "fireworks",
                "thunder",
                "siren",
                "engine",
                "gunfire",
                "battle",
                "party",
            ),
        ),
        Concept(
            name="quiet",
            curve="loudness",
            at=reading(-42.0),
            low=True,
            asks=("quiet", "quietest", "silence", "silent", "hushed", "no sound"),
            seen="quiet moments",
            told="it is quiet",
            hints=("whisper", "pause", "stillness"),
        ),
        Concept(
            name="silence",
            curve="silence",
            at=0.9,
            asks=("dead silence", "complete silence", "total silence", "without any sound"),
            seen="silence",
            told="there is no sound at all",
        ),
        Concept(
            name="louder than usual",
            curve="loudness above usual",
            at=round(6.0 / SWELL, 4),
            asks=("louder than usual", "louder", "loud here", "swelling sound"),
            seen="moments loud for this video",
            told="it is loud for this video",
        ),
    )

    def __init__(self, video: Video):
        self.video = video
        self.start = 0.0
        self.hop = 0.0  # seconds, once there is sound
        self.powers: list[np.ndarray] = []

    def take(self, material: Sound) -> None:
        if not self.hop:
            self.start, self.hop = material.start, material.hop
        self.powers.append(material.power)

    def findings(self) -> Findings:
        if not self.hop:
            return Findings()
        steps = self._steps()
        momentary = lufs(self._momentary(steps))
        swells = (momentary - usual(steps)) / SWELL
        curves = {
            "loudness": (momentary - SOFTEST) / (LOUDEST - SOFTEST),
            "loudness above usual": swells,
            "silence": self._silence(steps),
        }
        return Findings(tuple(Curve.of(name, self.name, each) for name, each in curves.items()))

    def _steps(self) -> np.ndarray:
        """The mean square of each tenth of a second: (rows * STEPS,); no sound is 0."""
        each = round(1 / (STEPS * self.hop))  # hops a step
        steps = np.zeros(self.video.rows * STEPS * each)
        first = round(self.start / self.hop)
        powers = np.concatenate(self.powers)[: max(0, len(steps) - first)]
        steps[first : first + len(powers)] = powers
        return steps.reshape(-1, each).mean(axis=1)

    def _momentary(self, steps: np.ndarray) -> np.ndarray:
        """The highest mean square of any 400 ms within each second: (rows,).

        The video may end within a second; one too short for 400 ms takes the video's last.
        """
        rows = self.video.rows
        within = sliding_window_view(steps.reshape(rows, STEPS), MOMENT, axis=1)
        loudest = within.mean(axis=2).max(axis=1)
        end = int(self.video.seconds * STEPS)
        if MOMENT <= end < (rows - 1) * STEPS + MOMENT:
            loudest[-1] = max(loudest[-1], steps[end - MOMENT : end].mean())
        return loudest

    def _silence(self, steps: np.ndarray) -> np.ndarray:
        """The share of each second below DEAD; of the last, as much of it as there is: (rows,)."""
        silent = (lufs(steps) < DEAD).reshape(-1, STEPS)
        share = silent.mean(axis=1)
        last = round((self.video.seconds - self.video.rows + 1) * STEPS)
        share[-1] = silent[-1, : max(1, last)].mean()
        return share


def lufs(power: np.ndarray) -> np.ndarray:
    """Mean squares as loudness."""
    return -0.691 + 10 * np.log10(power + 1e-12)


def usual(steps: np.ndarray) -> float:
    """The loudness of the whole: of all 400 ms that both gates let pass, in LUFS."""
    if len(steps) < MOMENT:
        return 0.0
    blocks = sliding_window_view(steps, MOMENT).mean(axis=1)
    heard = blocks[lufs(blocks) > UNHEARD]
    if not len(heard):
        return 0.0
    gate = lufs(heard.mean()) + WEAK
    return float(lufs(heard[lufs(heard) > gate].mean()))
