"""Noise: the roar of crowds, rain, applause, engines; and bursts of it, short and all at once."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Sound, Track, Video
from summarizer.senses.ear import RATE, Pools, by_second, smooth

BANDS = slice(4, 62)  # of the mel spectrum; below lie hum and rumble
REACH = 4  # pools on either side that a spectrum is averaged with: 0.45 s of it
BESIDE = 4  # bands on either side that one stands out from
AROUND = 10  # pools on either side over which the level may waver: a second of it
BELOW = 30.0  # dB under the strongest band at which another still sounds
BURST = 1.0  # seconds; what lasts longer is no burst
NEARBY = 7  # pools on either side none of which a burst may be much softer than
FLOOR = 30  # pools on either side whose softer half a burst stands out from

# Where each measure of steady noise reads 0 and 1; in between it grows evenly, the least counts.
SCALES = (
    (2.8, 1.6),  # dB that bands differ from those beside them: tones stand out, noise does not
    (4.5, 2.5),  # dB that the level wavers within a second: talk and beats do, crowds and rain not
    (0.5, 0.7),  # share of the bands that sound
    (-60.0, -50.0),  # dB of the level
)
# the same for bursts, pool by pool
BURSTS = (
    (4.0, 3.0),  # dB
    (0.7, 0.9),  # share of the bands that sound
    (-50.0, -40.0),  # dB of the level
    (8.0, 14.0),  # dB above what is around
    (-8.0, -3.0),  # dB against the loudest nearby: a hiss beside a vowel is a word
)


class Noise:
    """Where broadband noise goes on, its level changing but slowly; and where it bursts out.

    Applause, a cheering crowd, rain, the sea, wind and engines all read high: they are not told
    apart. So does a buzz whose harmonics lie too close to be heard one by one. A row of the track
    "bursts" is the share of the second from its time on in which noise bursts out.
    """

    name: ClassVar[str] = "noise"
    version: ClassVar[int] = 2
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="steady noise",
            curve="steady noise",
            at=0.5,
            asks=(
                "steady noise",
                "white noise",
                "background noise",
                "roar",
                "roaring",
                "rushing sound",
                "hiss",
            ),
            seen="steady noise",
            told="there is a steady noise",
            hints=(
                "applause",
                "cheering",
                "crowd",
                "rain",
                "raining",
                "waves",
                "surf",
                "wind",
                "waterfall",
                "traffic",
                "engine",
            ),
        ),
        Concept(
            name="noise bursts",
            curve="noise bursts",
            at=0.5,
            asks=("burst of noise", "noise burst", "bang", "crackling", "rattle"),
            seen="bursts of noise",
            told="noise bursts out",
            hints=("firework", "fireworks", "gunfire", "shot", "tearing", "clap", "kick"),
        ),
    )

    def __init__(self, video: Video):
        self.pools = Pools(video)

    def take(self, material: Sound) -> None:
        self.pools.take(material)

    def findings(self) -> Findings:
        if not self.pools:
            return Findings()
        levels = self.pools.levels()[:, BANDS]
        sudden = bursts(levels)
        curves = {"steady noise": steady(levels), "noise bursts": sudden.max(axis=1)}
        share = (sudden >= 0.5).mean(axis=1, keepdims=True).astype(np.float16)
        return Findings(
            tuple(Curve.of(name, self.name, each) for name, each in curves.items()),
            tracks=(Track("bursts", np.arange(float(len(share))), share, f"noise {self.version}"),),
        )


def steady(levels: np.ndarray) -> np.ndarray:
    """How surely each second is part of a steady noise: (seconds,), from (pools, bands) dB."""
    whole = overall(levels)
    mean = smooth(whole, AROUND)
    wavering = np.sqrt(np.maximum(0.0, smooth(whole**2, AROUND) - mean**2))
    spectra = smooth(levels, REACH)
    sure = least((detail(spectra), wavering, breadth(spectra), whole), SCALES)
    return np.round(by_second(sure), 6)


def bursts(levels: np.ndarray) -> np.ndarray:
    """How surely noise bursts out in each second: (seconds, RATE), from (pools, bands) dB."""
    whole = overall(levels)
    span = 2 * FLOOR + 1
    around = np.lib.stride_tricks.sliding_window_view(np.pad(whole, FLOOR, mode="edge"), span)
    rise = whole - np.median(around, axis=1)
    span = 2 * NEARBY + 1
    near = np.lib.stride_tricks.sliding_window_view(np.pad(whole, NEARBY, mode="edge"), span)
    rank = whole - near.max(axis=1)
    sure = least((detail(levels), breadth(levels), whole, rise, rank), BURSTS)
    there = np.concatenate([[0], (sure >= 0.5).astype(np.int8), [0]])
    for first, end in np.flatnonzero(np.diff(there)).reshape(-1, 2):
        if end - first > BURST * RATE:
            sure[first:end] = 0.0
    return sure.reshape(-1, RATE)


def overall(levels: np.ndarray) -> np.ndarray:
    """The level of all bands together: (pools,) dB."""
    return 10 * np.log10((10 ** (levels.astype(np.float64) / 10)).sum(axis=1))


def detail(spectra: np.ndarray) -> np.ndarray:
    """How far bands differ from the mean of those beside them: (pools,) dB."""
    width = 2 * BESIDE + 1
    sums = np.cumsum(np.pad(spectra, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    beside = (sums[:, width:] - sums[:, :-width]) / width
    return (spectra[:, BESIDE:-BESIDE] - beside).std(axis=1)


def breadth(spectra: np.ndarray) -> np.ndarray:
    """The share of the bands that sound: (pools,)."""
    return (spectra > spectra.max(axis=1, keepdims=True) - BELOW).mean(axis=1)


def least(measures: tuple[np.ndarray, ...], scales: tuple[tuple[float, float], ...]) -> np.ndarray:
    """The least of the measures, each on its own scale."""
    read = [
        np.clip((each - zero) / (one - zero), 0.0, 1.0)
        for each, (zero, one) in zip(measures, scales, strict=True)
    ]
    return np.min(read, axis=0)
