"""Sounds with a known answer, and ways to let a sense hear them: no container, no codec."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from summarizer.config import DecodeConfig
from summarizer.schema import Findings, Sound, Video
from summarizer.stages.listen import listen

RATE = 16_000


# -- ways to hear ---------------------------------------------------------------------------------


def video(seconds: float) -> Video:
    """A video of this length with nothing but sound."""
    return Video("made.wav", "", seconds, (0, 0), Fraction(0), 0, Fraction(1), True)


def blocks(samples: np.ndarray, rate: int = RATE, seconds: float = 10.0) -> Iterator[Sound]:
    """The samples in blocks of so many seconds, as a decoder hands them over."""
    step = max(1, int(seconds * rate))
    for first in range(0, len(samples), step):
        yield Sound(first / rate, samples[first : first + step], rate)


def heard(
    sense: type,
    samples: np.ndarray,
    rate: int = RATE,
    *,
    seconds: float | None = None,  # of the video; as long as the sound if not given
    block: float = 10.0,
) -> Findings:
    """What the sense finds in the samples."""
    made = sense(video(len(samples) / rate if seconds is None else seconds))
    for _ in listen(blocks(samples, rate, block), [made], DecodeConfig()):
        pass
    return made.findings()


def curve(sense: type, samples: np.ndarray, rate: int = RATE, name: str = "", **how) -> np.ndarray:
    """The named curve of the sense, or its first: (seconds,)."""
    curves = heard(sense, samples, rate, **how).curves
    return next(each.array for each in curves if name in ("", each.name))


def decoded(path: Path) -> tuple[np.ndarray, int]:
    """All sound of a file in mono, and its rate."""
    with av.open(str(path)) as container:
        rate = container.streams.audio[0].rate
        resampler = av.AudioResampler("fltp", "mono", rate)
        frames = [*container.decode(audio=0), None]
        parts = [part.to_ndarray()[0] for frame in frames for part in resampler.resample(frame)]
    return np.concatenate(parts), rate


# -- sounds ---------------------------------------------------------------------------------------


def times(seconds: float, rate: int = RATE) -> np.ndarray:
    return np.arange(round(seconds * rate)) / rate


def silence(seconds: float, rate: int = RATE) -> np.ndarray:
    return np.zeros(round(seconds * rate), np.float32)


def sine(seconds: float, hertz: float = 440.0, peak: float = 0.5, rate: int = RATE) -> np.ndarray:
    return (peak * np.sin(2 * np.pi * hertz * times(seconds, rate))).astype(np.float32)


def sweep(seconds: float, low: float, high: float, peak: float = 0.5) -> np.ndarray:
    """A tone that glides from low to high hertz."""
    hertz = np.geomspace(low, high, round(seconds * RATE))
    return (peak * np.sin(2 * np.pi * np.cumsum(hertz) / RATE)).astype(np.float32)


def noise(seconds: float, level: float = 0.1, rate: int = RATE, seed: int = 0) -> np.ndarray:
    """White noise; the level is its root mean square."""
    made = np.random.default_rng(seed).standard_normal(round(seconds * rate))
    return (level * made).astype(np.float32)


def hum(seconds: float, hertz: float = 120.0, peak: float = 0.1) -> np.ndarray:
    """What a transformer or a machine does: a tone with all its harmonics, for good."""
    parts = [sine(seconds, n * hertz, peak / n) for n in range(1, int(7500 / hertz))]
    return np.sum(parts, axis=0, dtype=np.float32)


def metronome(seconds: float, every: float, peak: float = 0.8, rate: int = RATE) -> np.ndarray:
    """Short clicks, the first after half an interval."""
    made = silence(seconds, rate)
    for at in np.arange(every / 2, seconds, every):
        click = noise(0.02, 1.0, rate) * np.linspace(peak, 0, round(0.02 * rate))
        first = round(at * rate)
        made[first : first + len(click)] += click[: len(made) - first]
    return np.clip(made, -1, 1)


def melody(seconds: float, beat: float = 0.4, peak: float = 0.3, seed: int = 0) -> np.ndarray:
    """Plucked notes of C major with three harmonics, over chords of two beats."""
    random = np.random.default_rng(seed)
    scale = np.array([0, 2, 4, 5, 7, 9, 11])
    made = silence(seconds)
    for number, at in enumerate(np.arange(0, seconds, beat)):
        step = random.integers(len(scale))
        notes = [(12 + scale[step], beat)]
        if number % 2 == 0:
            notes += [(scale[(step + third) % 7], 2 * beat) for third in (0, 2, 4)]
        for note, length in notes:
            hertz = 261.63 * 2 ** (note / 12)
            tone = sum(sine(length, n * hertz, peak / n / 2) for n in (1, 2, 3))
            first = round(at * RATE)
            tone = (tone * np.exp(-2 * times(length)))[: len(made) - first]
            made[first : first + len(tone)] += tone
    return made


VOWELS = ((730, 1090, 2440), (270, 2290, 3010), (300, 870, 2240), (530, 1840, 2480))  # formants


def babble(seconds: float, pitch: float = 120.0, peak: float = 0.5, seed: int = 0) -> np.ndarray:
    """Syllables of a buzz whose pitch glides, through the formants of four vowels; no words."""
    from scipy.signal import lfilter

    random = np.random.default_rng(seed)
    made, at = silence(seconds), 0.05
    while at < seconds - 0.4:
        length = random.uniform(0.12, 0.25)
        glide = np.linspace(*(pitch * random.uniform(0.8, 1.3, 2)), round(length * RATE))
        phase = np.cumsum(glide) / RATE
        buzz = np.diff(np.floor(phase), prepend=0.0) + 0.02 * noise(length, 1.0, seed=len(glide))
        for formant in VOWELS[random.integers(len(VOWELS))]:
            radius = np.exp(-np.pi * 90 / RATE)
            buzz = lfilter(
                [1 - radius], [1, -2 * radius * np.cos(2 * np.pi * formant / RATE), radius**2], buzz
            )
        first = round(at * RATE)
        syllable = buzz * np.hanning(len(buzz))
        made[first : first + len(buzz)] += syllable / np.abs(syllable).max()
        at += length + random.uniform(0.02, 0.08)
    return peak * made
