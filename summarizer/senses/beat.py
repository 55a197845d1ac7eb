"""Beat: how clearly sounds come in time, and how fast."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Sound, Video

FAINTEST = -70.0  # dB a band; what is softer does not begin anything
STEP = 2  # mel frames over which a level rises
SOFTENING = np.array([1, 2, 3, 4, 3, 2, 1]) / 16  # frames; nobody plays to the hundredth
REACH = 4  # seconds before and after the middle of a second that count for it
FASTEST, SLOWEST = 188.0, 48.0  # beats a minute that are looked for
TIMES = 3  # a beat has to come, to be one
LIVELY = 0.15  # dB; where the rises differ by less, nothing begins
AS_GOOD = 0.8  # of the best likeness; the fastest tempo that reaches it is the one
WEAK, CLEAR = 0.25, 0.65  # likeness to itself one beat later that reads 0 and 1
MIDDLE, OCTAVES = 100.0, 1.2  # beats a minute that read 0.5; how many doublings from there to 1
NONE = 0.5  # what the tempo reads where there is no beat
BEATING = 0.4  # of the strength; from here on there is one
LEAP = 4  # mel frames over which a beat raises the level of the whole
FELT = (3.5, 6.5)  # dB by which it has to, to be felt not at all and wholly: soft chords sway


def reading(beats: float) -> float:
    """Where so many beats a minute lie on the curve of the tempo."""
    return round(0.5 + np.log2(beats / MIDDLE) / OCTAVES / 2, 4)


class Beat:
    """How strong the beat is around each second, and how fast: "tempo" is 0.5 where there is none.

    It has to come in time and to be felt: where the level hardly rises with it, there is none.
    Twice or half a tempo fit the same music. It is the fastest that does, up to 188 a minute.
    """

    name: ClassVar[str] = "beat"
    version: ClassVar[int] = 2
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="beat",
            curve="beat",
            at=BEATING,
            asks=("beat", "strong beat", "rhythm", "rhythmic", "pulse"),
            seen="a clear beat",
            told="there is a clear beat",
            hints=("drum", "drumming", "dance", "dancing", "marching", "party", "disco"),
        ),
        Concept(
            name="fast beat",
            curve="tempo",
            at=reading(135.0),
            asks=("fast beat", "fast rhythm", "fast tempo", "quick beat", "high tempo"),
            seen="a fast beat",
            told="the beat is fast",
        ),
        Concept(
            name="slow beat",
            curve="tempo",
            at=reading(80.0),
            low=True,
            asks=("slow beat", "slow rhythm", "slow tempo", "low tempo"),
            seen="a slow beat",
            told="the beat is slow",
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.start = 0.0
        self.rate = 0  # mel frames a second, once there are any
        self.last = np.zeros((0, 0), np.float32)  # frames that the next ones rise from
        self.rises: list[np.ndarray] = []
        self.line = np.zeros(0)  # all of them, in the end
        self.levels: list[np.ndarray] = []
        self.leaps = np.zeros(0)  # how far these rise, in the end

    def take(self, material: Sound) -> None:
        mel = np.maximum(material.mel, FAINTEST)
        if not self.rate:
            self.start, self.rate = material.start, round(1 / material.hop)
            self.last = np.repeat(mel[:1], STEP, axis=0)
        frames = np.concatenate([self.last, mel])
        rises = np.maximum(frames[STEP:] - frames[:-STEP], 0.0).mean(axis=1)
        self.rises.append(rises.astype(np.float32))
        self.last = frames[len(frames) - STEP :]
        self.levels.append(10 * np.log10((10 ** (mel / 10)).sum(axis=1)))

    def findings(self) -> Findings:
        if not self.rate:
            return Findings()
        before = np.zeros(round(self.start * self.rate))
        self.line = np.concatenate([before, *self.rises])[: self.rows * self.rate]
        levels = np.concatenate(self.levels)
        leaps = levels - np.concatenate([levels[:1].repeat(LEAP), levels])[: len(levels)]
        self.leaps = np.concatenate([before, leaps])[: len(self.line)]
        strength, beats = np.transpose([self._around(row) for row in range(self.rows)])
        tempo = 0.5 + np.log2(beats / MIDDLE) / OCTAVES / 2
        tempo = np.where(strength >= BEATING, tempo, NONE)
        curves = {"beat": strength, "tempo": tempo}
        return Findings(tuple(Curve.of(name, self.name, each) for name, each in curves.items()))

    def _around(self, row: int) -> tuple[float, float]:
        """The pulse of the stretch with this second in its middle, or as near to that as fits."""
        near = self.line[max(0, row - 1) * self.rate : (row + 2) * self.rate]
        if not len(near) or near.max() < LIVELY:
            return 0.0, MIDDLE  # nothing begins here
        span = 2 * REACH * self.rate
        first = round((row + 0.5 - REACH) * self.rate)
        first = max(0, min(first, len(self.line) - span))
        strength, beats = pulse(self.line[first : first + span], self.rate)
        leap = struck(self.leaps[first : first + span], round(60 / beats * self.rate))
        return strength * float(np.clip((leap - FELT[0]) / (FELT[1] - FELT[0]), 0, 1)), beats


def pulse(rises: np.ndarray, rate: int) -> tuple[float, float]:
    """How like itself a beat later this is, from 0 to 1, and how many beats a minute those are."""
    like = likeness(np.convolve(rises, SOFTENING, "same"))
    shortest, longest = round(60 / FASTEST * rate), round(60 / SLOWEST * rate)
    longest = min(longest, len(rises) // TIMES)
    if longest <= shortest or rises.std() < LIVELY:
        return 0.0, MIDDLE
    inner = like[shortest - 1 : longest + 2]
    tops = 1 + np.flatnonzero((inner[1:-1] >= inner[:-2]) & (inner[1:-1] > inner[2:]))
    if not len(tops) or inner[tops].max() <= WEAK:
        return 0.0, MIDDLE
    lag = shortest - 1 + int(tops[inner[tops] >= AS_GOOD * inner[tops].max()][0])
    strength = (like[lag] - WEAK) / (CLEAR - WEAK)
    return float(np.clip(strength, 0.0, 1.0)), 60 * rate / exact(like, lag)


def struck(leaps: np.ndarray, lag: int) -> float:
    """By how much the level rises with a typical beat, in dB."""
    whole = len(leaps) // lag * lag
    return float(np.median(leaps[:whole].reshape(-1, lag).max(axis=1))) if whole else 0.0


def likeness(values: np.ndarray) -> np.ndarray:
    """How far the values go along with themselves so many later, 1 for fully."""
    varied = values - values.mean()
    spectrum = np.abs(np.fft.rfft(varied, 2 * len(varied))) ** 2
    like = np.fft.irfft(spectrum)[: len(varied)]
    there = np.arange(len(varied), 0, -1) / len(varied)  # the share that lies within
    return like / (max(like[0], 1e-6) * there)


def exact(like: np.ndarray, lag: int) -> float:
    """The lag to parts of a sample, measured on as many beats as still are alike."""
    found, beats = float(lag), 1
    while (beats + 1) * found + 2 < 0.6 * len(like):
        beats += 1
        near = round(beats * found)
        three = like[near - 1 : near + 2]
        top = near - 1 + int(three.argmax())
        left, here, right = like[top - 1 : top + 2]
        if here < AS_GOOD * like[lag]:
            break
        bend = min(left + right - 2 * here, -1e-9)
        found = (top + np.clip((left - right) / bend / 2, -0.5, 0.5)) / beats
    return found
