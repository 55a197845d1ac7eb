"""Loudness: how loud each second sounds to an ear, on an absolute scale."""

import math
from typing import ClassVar, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from summarizer.schema import Concept, Curve, Findings, Sound, Video

SOFTEST, LOUDEST = -60.0, -5.0  # LUFS that read 0 and 1
STEPS = 10  # a second
MOMENT = 4  # of them: the 400 ms of a momentary loudness


def reading(lufs: float) -> float:
    """Where a loudness lies on the curve, to the curve's four digits."""
    return round((lufs - SOFTEST) / (LOUDEST - SOFTEST), 4)


class Loudness:
    """The loudest 400 ms of each second: momentary loudness after ITU-R BS.1770.

    The mix to mono counts as one channel: what two speakers play alike, which the standard sums,
    reads 3 LU lower here.
    """

    name: ClassVar[str] = "loudness"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="loud",
            curve="loudness",
            at=reading(-15.0),
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
            hints=("calm", "peaceful", "whisper", "pause", "stillness"),
        ),
    )

    def __init__(self, video: Video):
        self.video = video
        self.start = 0.0
        self.sections = np.zeros((0, 6))  # of the filter, once the rate is known
        self.state = np.zeros((0, 2))
        self.unread = np.zeros(0)  # weighted samples that do not fill a step yet
        self.step = 1  # samples
        self.powers: list[np.ndarray] = []  # mean square of each step

    def take(self, material: Sound) -> None:
        from scipy.signal import sosfilt

        if not len(self.sections):
            self.start, self.step = material.start, round(material.rate / STEPS)
            self.sections = k_weighting(material.rate)
            self.state = np.zeros((len(self.sections), 2))
        weighted, self.state = sosfilt(self.sections, material.samples, zi=self.state)
        weighted = np.concatenate([self.unread, weighted])
        whole = len(weighted) // self.step * self.step
        self.powers.append(np.square(weighted[:whole]).reshape(-1, self.step).mean(axis=1))
        self.unread = weighted[whole:]

    def findings(self) -> Findings:
        if not len(self.sections):
            return Findings()
        lufs = -0.691 + 10 * np.log10(self._momentary() + 1e-12)
        values = (lufs - SOFTEST) / (LOUDEST - SOFTEST)
        return Findings(curves=(Curve.of("loudness", self.name, values),))

    def _momentary(self) -> np.ndarray:
        """The highest mean square of any 400 ms within each second: (rows,).

        The video may end within a second; one too short for 400 ms takes the video's last.
        """
        rows = self.video.rows
        rest = np.square(self.unread).sum() / self.step
        powers = np.append(np.concatenate(self.powers), rest)
        steps = np.zeros(rows * STEPS)
        first = round(self.start * STEPS)
        kept = powers[: max(0, len(steps) - first)]
        steps[first : first + len(kept)] = kept
        within = sliding_window_view(steps.reshape(rows, STEPS), MOMENT, axis=1)
        loudest = within.mean(axis=2).max(axis=1)
        end = int(self.video.seconds * STEPS)
        if MOMENT <= end < (rows - 1) * STEPS + MOMENT:
            loudest[-1] = max(loudest[-1], steps[end - MOMENT : end].mean())
        return loudest


def k_weighting(rate: int) -> np.ndarray:
    """The standard's two filters for any rate, as second-order sections: (2, 6).

    It lists coefficients for 48 kHz alone; these are the analogue filters behind them, a shelf for
    the head and a high-pass, taken to the rate by the bilinear transform.
    """
    turn = math.tan(math.pi * 1681.974450955533 / rate)
    damping = turn / 0.7071752369554196
    high, band = 1.584864701130855, 1.258720930232562
    shelf = _section((high, band * damping, turn**2), (1.0, damping, turn**2))
    turn = math.tan(math.pi * 38.13547087602444 / rate)
    damping = turn / 0.5003270373238773
    level = 1.0049949  # the listed high-pass lifts what it passes by 0.04 dB
    high_pass = _section((level, 0.0, 0.0), (1.0, damping, turn**2))
    return np.array([shelf, high_pass])


def _section(above: tuple[float, float, float], below: tuple[float, float, float]) -> list[float]:
    """The bilinear transform of a ratio of two quadratics, given by s squared, s and 1."""
    digital = [[a + b + c, 2 * (c - a), a - b + c] for a, b, c in (above, below)]
    return [value / digital[1][0] for part in digital for value in part]
