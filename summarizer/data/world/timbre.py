"""How single notes and noises sound: plain waves made of numbers, float32."""

from functools import lru_cache

import numpy as np

Wave = np.ndarray  # (samples,) float32

# instrument -> how loud its overtones are; how fast it starts, fades and ends, in seconds
PARTIALS = {
    "piano": (1, 0.5, 0.28, 0.14, 0.09, 0.05),
    "flute": (1, 0.12, 0.04),
    "guitar": (1, 0.75, 0.55, 0.4, 0.3, 0.22, 0.16, 0.1),
    "organ": (0.8, 1, 0.15, 0.7, 0, 0.3, 0, 0.35),
    "bass": (1, 0.6, 0.25, 0.1),
    "violin": (0.8, 0.7, 0.6, 0.5, 0.42, 0.34, 0.28, 0.22, 0.16, 0.1),
    "trumpet": (0.6, 0.9, 1, 0.85, 0.65, 0.4, 0.25, 0.15),
}
STARTS = {"flute": 0.07, "organ": 0.02, "violin": 0.09, "trumpet": 0.04}  # others: at once
FADES = {"piano": 0.45, "guitar": 0.28, "bass": 0.5}  # others hold
WOBBLES = {"flute": (5.0, 0.004), "violin": (6.0, 0.008)}  # times a second, by how much
OCTAVES = {"flute": 12, "bass": -24, "organ": 0, "guitar": -5, "violin": 7, "trumpet": 0}
AT_ONCE, ENDING = 0.004, 0.04


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


def note(instrument: str, pitch: float, seconds: float, bright: float, rate: int) -> Wave:
    """One note; the brighter it is, the more of its overtones are heard."""
    times = clock(seconds, rate)
    loud = tuple(much * bright**n for n, much in enumerate(PARTIALS[instrument]))
    wave = hum(pitch, loud, rate, times, WOBBLES.get(instrument, (0.0, 0.0)))
    if fade := FADES.get(instrument):
        wave *= np.exp(times * np.float32(-1 / fade))
    return edged(wave, STARTS.get(instrument, AT_ONCE), ENDING, rate)


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
