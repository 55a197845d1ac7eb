"""Music: how much each second sounds like it, measured on its tones; nothing here was trained."""

from functools import reduce
from typing import ClassVar, Literal, NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from summarizer.schema import Concept, Curve, Findings, Sound, Video

WINDOW = 0.128  # seconds of a spectrum, or near it; the next begins a quarter of it later
LOWEST, HIGHEST = 150.0, 5000.0  # Hz; where tones are looked for
TUNED = 2500.0  # Hz; up to here their pitch counts
AROUND = 12  # bins on either side that a peak stands out from
CLEAR, CLEAREST = 6.0, 30.0  # dB by which it does, to count and at most
FAINTEST = -80.0  # dB; what is softer does not count
HELD = 5  # spectra in a row that make a held tone: a quarter of a second
BESIDE = HELD - 1  # spectra before and after one that decide whether its tones are held
STRETCH = 312  # spectra measured at once: 10 s
STEADY = 0.8  # of a second's spectra that a tone has to be in, to last all through it
HUM = 5  # seconds; a tone that lasts as long is part of no tune
STRAY = 50.0  # dB; peaks that add up to no more than this in three seconds are no music
NEAR, WIDE = 1, 3  # seconds before and after one that count with it; the wide one for its notes

# Where each measure reads 0 and 1; in between it grows evenly, and the least of them counts.
SCALES = (
    (0.35, 0.65),  # share of the peaks that belong to held tones
    (0.20, 0.50),  # how well these keep to one scale of semitones
    (1.80, 3.00),  # how many of the twelve notes they are, in effect
    (0.10, 0.40),  # share of the held tones that is no hum
)


class Music:
    """How much each second is like music: held tones, in tune with each other, that come and go.

    Speech glides, noise has no tones, a hum goes on, an alarm has too few notes. Drums alone and
    instruments out of tune read low too, and so does music under much louder talk.
    """

    name: ClassVar[str] = "music"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="music",
            curve="music",
            at=0.5,
            asks=(
                "music",
                "musical",
                "song",
                "melody",
                "tune",
                "soundtrack",
                "instrument",
                "instrumental",
            ),
            seen="music",
            told="there is music",
            hints=(
                "singing",
                "concert",
                "band",
                "orchestra",
                "choir",
                "guitar",
                "piano",
                "violin",
                "trumpet",
                "flute",
                "drum",
                "dance",
                "dancing",
            ),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.start = 0.0
        self.tally: Tally | None = None  # once there is sound
        self.unread = np.zeros(0, np.float32)
        self.done = 0  # spectra

    def take(self, material: Sound) -> None:
        if self.tally is None:
            self.start = material.start
            self.tally = Tally(self.rows, Grid.of(material.rate))
            self.unread = np.zeros(BESIDE * self.tally.grid.hop, np.float32)
        grid = self.tally.grid
        self.unread = np.concatenate([self.unread, material.samples])
        whole = grid.size + (STRETCH + 2 * BESIDE - 1) * grid.hop
        while len(self.unread) >= whole:
            self._measure(self.unread[:whole])
            self.unread = self.unread[STRETCH * grid.hop :]

    def findings(self) -> Findings:
        if self.tally is None:
            return Findings()
        self._measure(np.pad(self.unread, (0, BESIDE * self.tally.grid.hop)))
        measures = self.tally.measures()
        zeros, ones = np.transpose(SCALES)
        likeness = np.clip((measures - zeros) / (ones - zeros), 0.0, 1.0).min(axis=1)
        return Findings(curves=(Curve.of("music", self.name, likeness),))

    def _measure(self, samples: np.ndarray) -> None:
        """Count the tones of all spectra but those at the ends, which only stand beside others."""
        grid = self.tally.grid
        heights, places = peaks(samples, grid)
        count = len(heights) - 2 * BESIDE
        if count <= 0:
            return
        centres = (self.done + np.arange(count)) * grid.hop + grid.size / 2
        seconds = np.floor(self.start + centres / grid.rate).astype(int)
        self.done += count
        near = heights > 0
        near[:, 1:] |= heights[:, :-1] > 0  # a tone may waver between two bins
        near[:, :-1] |= heights[:, 1:] > 0
        lasting = reduce(np.logical_and, (near[n : n + count + BESIDE] for n in range(HELD)))
        held = reduce(np.logical_or, (lasting[n : n + count] for n in range(HELD)))
        inner = slice(BESIDE, BESIDE + count)
        heights, places, near = heights[inner], places[inner], near[inner]
        for second in np.unique(seconds[seconds < self.rows]):
            those = seconds == second
            tones = np.where(held[those], heights[those], 0.0)
            self.tally.add(second, heights[those].sum(), near[those], tones, places[those])


class Grid(NamedTuple):
    """The spectra a sound is cut into, and the bins of them that are looked at."""

    rate: int  # samples a second
    size: int  # samples a spectrum
    hop: int  # samples from one to the next
    first: int  # bin
    tuned: int  # bin after the last whose pitch counts
    end: int  # bin after the last

    @staticmethod
    def of(rate: int) -> "Grid":
        size = 1 << round(np.log2(WINDOW * rate))
        first, tuned, end = (round(hertz * size / rate) for hertz in (LOWEST, TUNED, HIGHEST))
        last = size // 2 + 1 - AROUND
        return Grid(rate, size, size // 4, first, min(tuned, last), min(end, last))


def peaks(samples: np.ndarray, grid: Grid) -> tuple[np.ndarray, np.ndarray]:
    """How far each bin of each spectrum is a peak, and where exactly that peak lies.

    Both are (spectra, bins): dB above what is clear, 0 where there is no peak; and bins.
    """
    bins = grid.end - grid.first
    if len(samples) < grid.size:
        return np.zeros((0, bins)), np.zeros((0, bins))
    window = np.hanning(grid.size + 1)[:-1].astype(np.float32)
    frames = sliding_window_view(samples, grid.size)[:: grid.hop] * window
    spectra = np.abs(np.fft.rfft(frames)[:, grid.first - AROUND : grid.end + AROUND])
    levels = 20 * np.log10(spectra * (2 / window.sum()) + 1e-5)  # a full-scale sine has 0 dB
    width = 2 * AROUND + 1
    sums = np.cumsum(np.pad(levels, ((0, 0), (1, 0))), axis=1, dtype=np.float64)
    surroundings = (sums[:, width:] - sums[:, :-width]) / width
    far, left, here, right, beyond = (
        levels[:, AROUND + shift : AROUND + shift + bins] for shift in (-2, -1, 0, 1, 2)
    )
    top = (here >= reduce(np.maximum, (far, left, right, beyond))) & (here > FAINTEST)
    heights = np.where(top, np.clip(here - surroundings, CLEAR, CLEAREST) - CLEAR, 0.0)
    bend = np.minimum(left + right - 2 * here, -1e-3)  # of the parabola through the three
    places = np.arange(grid.first, grid.end) + np.clip((left - right) / bend / 2, -0.5, 0.5)
    return heights, places


class Tally:
    """What is counted of the tones, second by second, until all of it can be judged."""

    def __init__(self, rows: int, grid: Grid):
        bins = grid.end - grid.first
        self.grid = grid
        self.spectra = np.zeros(rows)
        self.peaks = np.zeros(rows)  # dB, summed up
        self.tones = np.zeros((rows, bins), np.float32)  # dB, the share of held tones in that
        self.present = np.zeros((rows, bins), np.uint8)  # spectra with a peak in or beside the bin
        self.turns = np.zeros(rows, complex)  # the tones' distances from a semitone, as angles
        self.notes = np.zeros((rows, 12))  # dB, of the tones by note

    def add(
        self, second: int, peaks: float, near: np.ndarray, tones: np.ndarray, places: np.ndarray
    ) -> None:
        """Count some spectra of one second."""
        self.spectra[second] += len(near)
        self.peaks[second] += peaks
        self.tones[second] += tones.sum(axis=0)
        self.present[second] += near.sum(axis=0, dtype=np.uint8)
        some = tones > 0
        some[:, self.grid.tuned - self.grid.first :] = False
        weights = tones[some]
        semitones = 12 * np.log2(places[some] * self.grid.rate / self.grid.size / 440)
        self.turns[second] += (weights * np.exp(2j * np.pi * semitones)).sum()
        notes = np.round(semitones).astype(int) % 12
        self.notes[second] += np.bincount(notes, weights, minlength=12)

    def measures(self) -> np.ndarray:
        """The four measures of each second, in the order of SCALES: (rows, 4)."""
        tones = self.tones.sum(axis=1)
        tonal = _around(tones, NEAR) / (_around(self.peaks, NEAR) + STRAY)
        tuned = np.abs(_around(self.turns, NEAR)) / (_around(self.notes.sum(axis=1), NEAR) + STRAY)
        notes = _around(self.notes, WIDE)
        notes = notes / np.maximum(notes.sum(axis=1, keepdims=True), 1.0)
        variety = np.exp(-(notes * np.log(np.maximum(notes, 1e-9))).sum(axis=1))
        passing = np.where(self._hums(), 0.0, self.tones).sum(axis=1)
        passing = _around(passing, NEAR) / np.maximum(_around(tones, NEAR), 1.0)
        return np.stack([tonal, tuned, variety, passing], axis=1)

    def _hums(self) -> np.ndarray:
        """Where a tone lasts for HUM whole seconds, or as many as there are: (rows, bins) bool."""
        steady = self.present >= np.maximum(1.0, STEADY * self.spectra)[:, None]
        span = min(HUM, len(steady))
        begun = sliding_window_view(steady, span, axis=0).all(axis=2)
        begun = np.pad(begun, ((span - 1, span - 1), (0, 0)))
        return sliding_window_view(begun, span, axis=0).any(axis=2)


def _around(values: np.ndarray, reach: int) -> np.ndarray:
    """The sum of each row and of those at most reach before or after it."""
    sides = [(reach + 1, reach)] + [(0, 0)] * (values.ndim - 1)
    sums = np.cumsum(np.pad(values, sides), axis=0)
    return sums[2 * reach + 1 :] - sums[: -2 * reach - 1]
