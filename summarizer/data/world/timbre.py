"""How single notes and noises sound: plain waves made of numbers, float32."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

Wave = np.ndarray  # (samples,) float32

AT_ONCE, ENDING = 0.004, 0.04  # seconds


@dataclass(frozen=True)
class Timbre:
    """How the notes of an instrument sound."""

    partials: tuple[float, ...]
    """how loud its overtones are"""
    start: float = AT_ONCE
    """seconds until a note is there"""
    fade: float = 0.0
    """seconds in which it dies away; 0: it holds"""
    wobble: tuple[float, float] = (0.0, 0.0)
    """times a second, by how much"""
    octave: int = 0
    """semitones above the middle"""
    chords: bool = True
    """whether several notes sound at once"""


TIMBRES = {
    "piano": Timbre((1, 0.5, 0.28, 0.14, 0.09, 0.05), fade=0.45),
    "flute": Timbre((1, 0.12, 0.04), start=0.07, wobble=(5.0, 0.004), octave=12, chords=False),
    "guitar": Timbre((1, 0.75, 0.55, 0.4, 0.3, 0.22, 0.16, 0.1), fade=0.28, octave=-5),
    "organ": Timbre((0.8, 1, 0.15, 0.7, 0, 0.3, 0, 0.35), start=0.02),
    "bass": Timbre((1, 0.6, 0.25, 0.1), fade=0.5, octave=-24, chords=False),
    "violin": Timbre(
        (0.8, 0.7, 0.6, 0.5, 0.42, 0.34, 0.28, 0.22, 0.16, 0.1),
        start=0.09,
        wobble=(6.0, 0.008),
        octave=7,
    ),
    "trumpet": Timbre((0.6, 0.9, 1, 0.85, 0.65, 0.4, 0.25, 0.15), start=0.04, chords=False),
}


def clock(seconds: float, rate: int) -> Wave:
    """When each sample of so many seconds is."""
    return np.arange(round(seconds * rate), dtype=np.float32) / np.float32(rate)


def hum(pitch: float, loud: tuple[float, ...], rate: int, times: Wave, wobble=(0.0, 0.0)) -> Wave:
    """A tone with overtones, none of them above what the rate can hold."""
    often, much = wobble
    phase = times * np.float32(2 * np.pi * pitch)
    if much:
        phase = phase + np.float32(much * pitch / often) * np.sin(times * np.float32(6.28 * often))
    loud = loud[: max(1, int(0.45 * rate / pitch))]
    # sin(n x) from the two before it: a sine for each overtone would take most of the time
    turn, before, now = 2 * np.cos(phase), np.zeros_like(phase), np.sin(phase)
    wave = np.float32(loud[0]) * now
    for much in loud[1:]:
        before, now = now, turn * now - before
        wave += np.float32(much) * now
    return wave / np.float32(sum(loud))


def note(timbre: Timbre, pitch: float, seconds: float, bright: float, rate: int) -> Wave:
    """One note; the brighter it is, the more of its overtones are heard."""
    times = clock(seconds, rate)
    loud = tuple(much * bright**n for n, much in enumerate(timbre.partials))
    wave = hum(pitch, loud, rate, times, timbre.wobble)
    if timbre.fade:
        wave *= np.exp(times * np.float32(-1 / timbre.fade))
    return edged(wave, timbre.start, ENDING, rate)


def nameless(draw: np.random.Generator) -> Timbre:
    """One that is no instrument's."""
    overtones = draw.random(int(draw.integers(1, 10)))
    holds, steady = draw.random(2) < 0.5
    return Timbre(
        (float(draw.uniform(0.4, 1)), *overtones.tolist()),
        start=AT_ONCE if draw.random() < 0.5 else float(draw.uniform(0.02, 0.1)),
        fade=0.0 if holds else float(draw.uniform(0.2, 0.6)),
        wobble=(0.0, 0.0) if steady else (float(draw.uniform(4, 7)), float(draw.uniform(0, 0.01))),
        octave=int(draw.integers(-24, 13)),
        chords=bool(draw.random() < 0.5),
    )


def edged(wave: Wave, start: float, end: float, rate: int) -> Wave:
    """The wave, rising from nothing over the first seconds and falling to it over the last."""
    first, last = (min(len(wave) // 2, round(seconds * rate)) for seconds in (start, end))
    if first:
        wave[:first] *= np.linspace(0, 1, first, dtype=np.float32)
    if last:
        wave[-last:] *= np.linspace(1, 0, last, dtype=np.float32)
    return wave


def lay(made: Wave, wave: Wave, first: int) -> None:
    """Add a wave to a longer one from a sample on, as much of it as there is room for."""
    made[first : first + len(wave)] += wave[: max(0, len(made) - first)]


def hiss(draw: np.random.Generator, seconds: float, rate: int, loud) -> Wave:
    """Noise of which `loud` says how much there is of each frequency in Hz, about 0.3 strong."""
    samples = max(2, round(seconds * rate))
    many = _quick(samples)
    tones = np.fft.rfftfreq(many, 1 / rate)
    random = draw.standard_normal((2, len(tones)), dtype=np.float32)
    bent = (random[0] + 1j * random[1]) * loud(tones)
    wave = np.fft.irfft(bent, many)[:samples].astype(np.float32)
    return wave * np.float32(0.3 / (wave.std() + 1e-9))


@lru_cache(1024)
def _quick(samples: int) -> int:
    """The next number above that an FFT likes: few and small prime factors."""
    return min(base << max(0, (-(-samples // base) - 1).bit_length()) for base in (1, 3, 5, 9, 15))


def struck(rate: int, seconds: float, pitch: float, partials, fade: float) -> Wave:
    """Metal that is hit: overtones out of tune, each with its own share, higher ones die sooner."""
    times = clock(seconds, rate)
    wave = np.zeros_like(times)
    for ratio, much in partials:
        if ratio * pitch < 0.45 * rate:
            tone = np.sin(times * np.float32(2 * np.pi * pitch * ratio))
            wave += np.float32(much) * tone * np.exp(times * np.float32(-(ratio**0.5) / fade))
    return edged(wave, 0.002, ENDING, rate)
