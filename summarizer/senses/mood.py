"""Mood: how lively sounds are, and whether music leans to the cheerful or the sad.

Nothing in it depends on how loud a recording is: levels only count against its own.
"""

from typing import ClassVar, Literal

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from summarizer.schema import Concept, Curve, Findings, Sound, Video
from summarizer.senses.ear import RATE, Pools, by_second, smooth

NEUTRAL = 0.5  # where there is nothing to judge by
DEPTH = 50.0  # dB below the clip's usual level at which sounds stop to count
DEAD = -65.0  # LUFS; what is softer is silence whatever the rest is like
AROUND = 2  # seconds before and after one that count for how lively it is
WIDE = 5  # the same for keys, which take some chords to show
BANDS = slice(4, 64)  # of the mel spectrum; below lie hum and what leaks from an offset
RISE = 1.5  # dB by which the bands rise where something begins
SPAN = 0.256  # seconds of a spectrum for notes, or near it; the next begins right after it
NOTES = (130.0, 2000.0)  # Hz

# what each measure of liveliness reads 0 and 1 at, and how much of the whole it is
SCALES = (
    (0.8, 4.0),  # beginnings a second: beats, notes, syllables
    (8.0, 32.0),  # mel band around which the sound lies
    (-12.0, 8.0),  # dB against the clip's usual level
    (0.5, 4.0),  # dB that the level jumps about from one twentieth of a second to the next
)
SHARES = (0.4, 0.2, 0.2, 0.2)
STEADY = (0.45, 0.75)  # likeness of notes to those of a quarter of a second before: 0, 1
KEYED = (0.55, 0.8)  # likeness to the best key: 0, 1
CHANGING = (0.006, 0.012)  # how far seconds differ in their notes: a hum or a horn has no tune
LEANING = 0.12  # by which major is likelier than minor, for full
PACE = (1.2, 3.2)  # beginnings a second of slow and of fast music
MODE, SPEED = 0.6, 0.4  # how much each of them counts for the leaning

# how well each note fits a key, from its first on: ratings by listeners (Krumhansl, Kessler 1982)
MAJOR = (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88)
MINOR = (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17)


class Mood:
    """Two curves, 0.5 where nothing can be said.

    "energy of the sound" is its liveliness: how much begins, how bright and rough it is, how loud
    against the rest. "leaning of the music" is above for lively music in major, below for slow
    music in minor; sound without held notes and silence lean nowhere.
    """

    name: ClassVar[str] = "mood"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="lively sound",
            curve="energy of the sound",
            at=0.7,
            asks=("lively sound", "energetic sound"),
            seen="lively sound",
            told="it sounds lively",
            hints=("lively", "energetic"),
        ),
        Concept(
            name="uneventful sound",
            curve="energy of the sound",
            at=0.3,
            low=True,
            asks=("uneventful sound", "even sound"),
            seen="sound in which little happens",
            told="little happens in the sound",
            hints=("romantic", "dreamy"),
        ),
        Concept(
            name="cheerful music",
            curve="leaning of the music",
            at=0.68,
            asks=("cheerful music", "happy music", "upbeat music", "music in major", "major key"),
            seen="lively music in a major key",
            told="the music is lively and in a major key",
            hints=("cheerful", "happy", "joyful", "uplifting", "upbeat", "triumphant"),
        ),
        Concept(
            name="sad music",
            curve="leaning of the music",
            at=0.32,
            low=True,
            asks=("sad music", "melancholy music", "music in minor", "minor key"),
            seen="slow music in a minor key",
            told="the music is slow and in a minor key",
            hints=("sad", "melancholy", "mournful", "gloomy", "sombre", "tragic"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.pools = Pools(video)
        self.start, self.rate = 0.0, 0
        self.unread = np.zeros(0, np.float32)
        self.notes: list[np.ndarray] = []

    def take(self, material: Sound) -> None:
        if not self.rate:
            self.start, self.rate = material.start, material.rate
        self.pools.take(material)
        size = round(SPAN * self.rate)
        self.unread = np.concatenate([self.unread, material.samples])
        whole = len(self.unread) // size * size
        self.notes.append(notes(self.unread[:whole].reshape(-1, size), self.rate))
        self.unread = self.unread[whole:]

    def findings(self) -> Findings:
        if not self.pools:
            return Findings()
        levels = self.pools.levels()[:, BANDS]
        whole = 10 * np.log10((10 ** (levels.astype(np.float64) / 10)).sum(axis=1))
        loud = np.repeat(by_second(self.pools.power()), RATE)
        heard = 10 * np.log10(loud + 1e-12) > DEAD
        usual = 10 * np.log10((10 ** (whole[heard] / 10)).mean()) if heard.any() else 0.0
        heard &= whole > usual - DEPTH
        sounding = by_second(heard) >= 0.5
        lively, pace = liveliness(levels, whole, usual)
        energy = np.where(sounding, lively, NEUTRAL)
        certain, mode = self._keys(sounding)
        quick = np.clip(2 * (pace - PACE[0]) / (PACE[1] - PACE[0]) - 1, -1, 1)
        leaning = NEUTRAL + certain * (MODE * mode + SPEED * quick) / 2
        leaning = np.where(sounding, leaning, NEUTRAL)
        curves = {"energy of the sound": energy, "leaning of the music": leaning}
        return Findings(tuple(Curve.of(name, self.name, each) for name, each in curves.items()))

    def _keys(self, sounding: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How surely notes make a key, and its mode: -1 minor, 1 major; (seconds,) each."""
        spectra = np.concatenate(self.notes)
        size = round(SPAN * self.rate) / self.rate
        seconds = np.floor(self.start + (np.arange(len(spectra)) + 0.5) * size).astype(int)
        inside = seconds < self.rows
        spectra, seconds = spectra[inside], seconds[inside]
        shares = spectra / np.maximum(np.linalg.norm(spectra, axis=1, keepdims=True), 1e-9)
        alike = np.zeros(len(shares))
        alike[1:] = (shares[1:] * shares[:-1]).sum(axis=1)
        counts = np.bincount(seconds, minlength=self.rows)
        held = np.bincount(seconds, alike, minlength=self.rows) / np.maximum(counts, 1)
        mixed = np.zeros((self.rows, 12))
        np.add.at(mixed, seconds, shares)
        mixed[~sounding] = 0.0
        best = keys(smooth(mixed, WIDE))
        certain = _scaled(smooth(held, AROUND), STEADY) * _scaled(best.max(axis=1), KEYED)
        certain *= _scaled(changes(mixed), CHANGING)
        return certain, np.clip((best[:, 0] - best[:, 1]) / LEANING, -1, 1)


def liveliness(
    levels: np.ndarray, whole: np.ndarray, usual: float
) -> tuple[np.ndarray, np.ndarray]:
    """How lively each second is, from 0 to 1, and how many beginnings a second there are."""
    audible = np.maximum(levels, usual - DEPTH - 10)
    rises = np.maximum(np.diff(audible, axis=0, prepend=audible[:1]), 0.0).mean(axis=1)
    tops = np.zeros(len(rises), bool)
    tops[1:-1] = (rises[1:-1] > rises[:-2]) & (rises[1:-1] >= rises[2:]) & (rises[1:-1] > RISE)
    pace = smooth(by_second(tops) * RATE, AROUND)
    power = 10 ** (audible.astype(np.float64) / 20)
    middle = (power * np.arange(levels.shape[1])).sum(axis=1) / power.sum(axis=1)
    level = np.maximum(whole, usual - DEPTH)
    jumps = np.abs(np.diff(level, prepend=level[:1]))
    measures = (pace, *(smooth(by_second(each), AROUND) for each in (middle, level - usual, jumps)))
    read = [_scaled(each, scale) for each, scale in zip(measures, SCALES, strict=True)]
    return np.average(read, axis=0, weights=SHARES), pace


def notes(pieces: np.ndarray, rate: int) -> np.ndarray:
    """How much of each of the twelve notes sounds in each piece, from A on: (pieces, 12)."""
    size = pieces.shape[1]
    spectra = np.abs(np.fft.rfft(pieces * np.hanning(size), axis=1))
    bins = np.arange(round(NOTES[0] * size / rate), round(NOTES[1] * size / rate))
    here, left, right = (spectra[:, bins + shift] for shift in (0, -1, 1))
    tops = np.where((here > left) & (here >= right), here, 0.0)
    bend = np.minimum(left + right - 2 * here, -1e-12)
    hertz = (bins + np.clip((left - right) / bend / 2, -0.5, 0.5)) * rate / size
    semitones = np.round(12 * np.log2(hertz / 440)).astype(int) % 12
    # the root: loud notes count more, but not alone
    strength = np.sqrt(tops / np.maximum(tops.max(axis=1, keepdims=True), 1e-9))
    found = np.zeros((len(pieces), 12), np.float32)
    for note in range(12):
        found[:, note] = (strength * (semitones == note)).sum(axis=1)
    return found


def changes(mixed: np.ndarray) -> np.ndarray:
    """How far the seconds around each differ in their notes: (seconds,); 0 for one that stands."""
    lengths = np.linalg.norm(mixed, axis=1)
    apart = 1 - np.linalg.norm(smooth(mixed / np.maximum(lengths, 1e-9)[:, None], WIDE), axis=1)
    return apart - (1 - smooth((lengths > 0).astype(float), WIDE))


def keys(mixed: np.ndarray) -> np.ndarray:
    """How well each second's notes fit the best major and the best minor key: (seconds, 2)."""
    centred = mixed - mixed.mean(axis=1, keepdims=True)
    centred /= np.maximum(np.linalg.norm(centred, axis=1, keepdims=True), 1e-9)
    best = []
    for profile in (MAJOR, MINOR):
        turned = sliding_window_view(np.tile(np.array(profile) - np.mean(profile), 2), 12)[:12]
        best.append((centred @ (turned / np.linalg.norm(turned[0])).T).max(axis=1))
    return np.stack(best, axis=1)


def _scaled(values: np.ndarray, scale: tuple[float, float]) -> np.ndarray:
    zero, one = scale
    return np.clip((values - zero) / (one - zero), 0.0, 1.0)
