"""What is heard besides music, each as a wave of so many seconds."""

from collections.abc import Callable

import numpy as np

from summarizer.data.world.timbre import Wave, clock, edged, hiss, hum, lay, struck

BELL = ((0.5, 0.5), (1, 1), (1.19, 0.6), (1.5, 0.4), (2, 0.7), (2.74, 0.35), (4.1, 0.2))


def _scattered(made: Wave, rate: int, waves: list[Wave], starts, louds) -> Wave:
    """The waves in turn, laid where they start."""
    for number, (start, loud) in enumerate(zip(starts, louds, strict=True)):
        wave = np.float32(loud) * waves[number % len(waves)]
        lay(made, wave, round(float(start) * rate))
    return made


def _rain(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """High hiss with drops in it."""
    low = draw.uniform(1500, 3000)
    bed = 0.6 * hiss(draw, seconds, rate, lambda f: (f / low) ** 2 / (1 + (f / low) ** 2))
    drops = [
        0.5 * np.sin(2 * np.pi * pitch * clock(0.012, rate)) * np.exp(clock(0.012, rate) * -400)
        for pitch in draw.uniform(2500, 6000, 6)
    ]
    count = int(seconds * draw.uniform(25, 50))
    starts, louds = draw.uniform(0, seconds, count), draw.uniform(0.2, 1, count)
    return _scattered(bed, rate, drops, starts, louds)


def _wind(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """A low rush that swells and sinks, with a whistle in it."""
    middle = draw.uniform(250, 500)
    wave = hiss(draw, seconds, rate, lambda f: 1 / (1 + ((f - middle) / 140) ** 2))
    times = clock(seconds, rate)
    swell = 0.55 + 0.45 * np.sin(times * np.float32(draw.uniform(1.2, 2.4)) + draw.uniform(0, 6))
    return wave * swell.astype(np.float32)


def _thunder(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Claps that roll away, very low."""
    made, start = np.zeros(round(seconds * rate), np.float32), draw.uniform(0, 0.3)
    while start < seconds:
        long = float(draw.uniform(1.8, 2.8))
        roll = hiss(draw, long, rate, lambda f: 1 / (1 + (f / 90) ** 2) * (f > 20))
        times = clock(long, rate)
        roll *= (1 + 0.6 * np.sin(times * 23)) * np.exp(times * np.float32(-1.6))
        crack = hiss(draw, 0.12, rate, lambda f: 1 / (1 + (f / 900) ** 2))
        roll[: len(crack)] += crack * np.exp(clock(0.12, rate) * -20)
        _scattered(made, rate, [edged(1.5 * roll, 0.01, 0.1, rate)], [start], [1])
        start += draw.uniform(1.6, 2.6)
    return made


def _engine(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """A buzz of many overtones that turns a little faster and slower."""
    pitch, often = draw.uniform(48, 85), draw.uniform(0.3, 0.8)
    loud = tuple(1 / n**0.8 for n in range(1, 18))
    times = clock(seconds, rate)
    buzz = hum(pitch, loud, rate, times, (often, 0.06))
    puff = 1 + 0.5 * np.sin(times * np.float32(np.pi * pitch))
    return 1.6 * buzz * puff + 0.1 * hiss(draw, seconds, rate, lambda f: 1 / (1 + f / 400))


def _crowd(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Many voices at once: buzzes of some pitch, each a syllable long, over a murmur."""
    made = 0.25 * hiss(draw, seconds, rate, lambda f: 1 / (1 + ((f - 600) / 350) ** 2))
    voices = []
    for pitch in draw.uniform(110, 260, 10):
        times = clock(float(draw.uniform(0.14, 0.3)), rate)
        first, second = draw.uniform(400, 800), draw.uniform(1000, 2000)
        tones = pitch * np.arange(1, 14)
        throat = 1 / (1 + ((tones - first) / 120) ** 2) + 0.5 / (1 + ((tones - second) / 160) ** 2)
        loud = tuple(throat.tolist())
        voices.append(edged(hum(pitch, loud, rate, times, (4.0, 0.03)), 0.03, 0.06, rate))
    count = int(seconds * 22)
    starts, louds = draw.uniform(0, seconds, count), draw.uniform(0.2, 0.8, count)
    return _scattered(made, rate, voices, starts, louds)


def _bell(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Strokes of one bell."""
    stroke = 0.35 * struck(rate, 2.2, draw.uniform(420, 900), BELL, 0.8)
    starts = np.arange(0.02, seconds, draw.uniform(0.8, 1.3))
    made = np.zeros(round(seconds * rate), np.float32)
    return _scattered(made, rate, [stroke], starts, np.ones(len(starts)))


def _clapping(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Many short cracks, out of step."""
    claps = []
    for middle in draw.uniform(900, 2200, 8):
        crack = hiss(draw, 0.03, rate, lambda f, at=middle: 1 / (1 + ((f - at) / 500) ** 2))
        claps.append(crack * np.exp(clock(0.03, rate) * -130))
    count = int(seconds * draw.uniform(18, 34))
    starts, louds = draw.uniform(0, seconds, count), draw.uniform(0.4, 1.3, count)
    made = np.zeros(round(seconds * rate), np.float32)
    return _scattered(made, rate, claps, starts, louds)


def _siren(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """A tone that wails up and down."""
    times, often = clock(seconds, rate), np.float32(draw.uniform(0.35, 0.8))
    low, swing = draw.uniform(650, 800), draw.uniform(250, 400)
    turns = low * times - swing / (2 * np.pi * often) * np.cos(2 * np.pi * often * times)
    phase = (2 * np.pi * np.mod(turns, 1)).astype(np.float32)
    return 0.5 * np.sin(phase) + 0.18 * np.sin(2 * phase) + 0.1 * np.sin(3 * phase)


def _birdsong(draw: np.random.Generator, seconds: float, rate: int) -> Wave:
    """Chirps that glide, a few in a row."""
    chirps = []
    for pitch in draw.uniform(2600, 4600, 4):
        times = clock(float(draw.uniform(0.06, 0.14)), rate)
        glide = draw.uniform(-9000, 9000) * times**2
        chirps.append(edged(np.sin(2 * np.pi * (pitch * times + glide)), 0.015, 0.03, rate))
    made = np.zeros(round(seconds * rate), np.float32)
    start = draw.uniform(0, 0.2)
    while start < seconds:
        count, apart = int(draw.integers(2, 6)), draw.uniform(0.09, 0.17)
        first = [chirps[int(draw.integers(len(chirps)))]]
        _scattered(made, rate, first, start + apart * np.arange(count), np.full(count, 0.5))
        start += count * apart + draw.uniform(0.15, 0.6)
    return made


MADE: dict[str, Callable[[np.random.Generator, float, int], Wave]] = {
    "rain": _rain,
    "wind": _wind,
    "thunder": _thunder,
    "engine": _engine,
    "crowd": _crowd,
    "bell": _bell,
    "clapping": _clapping,
    "siren": _siren,
    "birdsong": _birdsong,
}
