"""Sound as arrays of numbers at 48 kHz: shaping, space, mixing and the final level."""

from collections.abc import Sequence

import numpy as np

RATE = 48_000
PEAK = 10 ** (-2.0 / 20)  # of the finished mix, so that AAC stays below -1 dB


def times(seconds: float) -> np.ndarray:
    return np.arange(round(seconds * RATE)) / RATE


def noise(seconds: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE))


def shaped(signal: np.ndarray, points: Sequence[tuple[float, float]]) -> np.ndarray:
    """The signal with its spectrum bent: (hertz, decibels) joined by lines on a log scale."""
    count = _fast(len(signal))
    spectrum = np.fft.rfft(signal, count)
    hertz = np.maximum(1.0, np.fft.rfftfreq(count, 1 / RATE))
    known = np.array(points, float)
    gain = 10 ** (np.interp(np.log(hertz), np.log(known[:, 0]), known[:, 1]) / 20)
    return np.fft.irfft(spectrum * gain, count)[: len(signal)]


def band(signal: np.ndarray, low: float, high: float) -> np.ndarray:
    """Only what lies between two frequencies, with soft slopes."""
    low = max(low, 4.0)
    points = [(low / 4, -60), (low / 2, -24), (low, -3), (low * 1.2, 0)]
    points += [(high / 1.2, 0), (high, -3), (high * 2, -24), (high * 4, -60)]
    return shaped(signal, points)


def line(points: Sequence[tuple[float, float]], seconds: float) -> np.ndarray:
    """An envelope through (second, value)."""
    known = np.array(points, float)
    return np.interp(times(seconds), known[:, 0], known[:, 1])


def drift(seconds: float, hertz: float, seed: int) -> np.ndarray:
    """A slow random curve in about [0, 1] that changes some `hertz` times a second."""
    count = int(seconds * hertz) + 4
    knots = np.random.default_rng(seed).random(count)
    spot = times(seconds) * hertz
    whole = spot.astype(int)
    share = spot - whole
    share = share * share * (3 - 2 * share)
    return knots[whole] * (1 - share) + knots[whole + 1] * share


def swell(seconds: float, attack: float, release: float) -> np.ndarray:
    """1 with soft ends."""
    t = times(seconds)
    rise = np.clip(t / max(attack, 1e-4), 0, 1)
    fall = np.clip((seconds - t) / max(release, 1e-4), 0, 1)
    return np.sin(rise * np.pi / 2) ** 2 * np.sin(fall * np.pi / 2) ** 2


def decay(seconds: float, half: float, attack: float = 0.002) -> np.ndarray:
    """Struck, then halving every `half` seconds, with a soft end."""
    t = times(seconds)
    return np.clip(t / attack, 0, 1) * 0.5 ** (t / half) * np.clip((seconds - t) / 0.02, 0, 1)


def sweep(hertz: np.ndarray) -> np.ndarray:
    """A sine that follows the frequencies."""
    return np.sin(2 * np.pi * np.cumsum(hertz) / RATE)


def room(signal: np.ndarray, seconds: float, wet: float, seed: int = 3) -> np.ndarray:
    """The signal in a space that rings for so long: (samples, 2)."""
    tail = times(seconds * 1.2)
    sides = []
    for side in (0, 1):
        echo = noise(seconds * 1.2, seed + side) * 0.001 ** (tail / seconds)
        echo[: int(0.008 * RATE)] = 0
        echo = shaped(echo, [(60, -18), (200, 0), (2500, 0), (6000, -12), (12000, -30)])
        echo /= np.sqrt((echo**2).sum())
        dry = signal if signal.ndim == 1 else signal[:, side]
        count = _fast(len(dry) + len(echo))
        ring = np.fft.irfft(np.fft.rfft(dry, count) * np.fft.rfft(echo, count), count)
        sides.append(np.pad(dry, (0, len(echo))) + wet * ring[: len(dry) + len(echo)])
    return np.stack(sides, 1)


def _fast(count: int) -> int:
    """A length that is quick to transform: a small multiple of a power of two."""
    power = 1 << max(4, int(np.ceil(np.log2(count))))
    return next(size for size in (power * 5 // 8, power * 3 // 4, power) if size >= count)


class Mix:
    """A stereo stretch of sound that things are added to; what falls outside is left out."""

    def __init__(self, seconds: float):
        self.samples = np.zeros((round(seconds * RATE), 2))

    def add(self, start: float, signal, gain: float = 1.0, pan: float = 0.0) -> None:
        """A signal, or a function that makes it; pan: -1 left ... 1 right, if it has one side."""
        if callable(signal):
            if start * RATE >= len(self.samples):
                return  # a short rendering need not make what it will not play
            signal = signal()
        if signal.ndim == 1:
            angle = (pan + 1) * np.pi / 4
            signal = signal[:, None] * (np.cos(angle) * 1.414, np.sin(angle) * 1.414)
        first = round(start * RATE)
        low, high = max(0, first), min(len(self.samples), first + len(signal))
        if high > low:
            self.samples[low:high] += signal[low - first : high - first] * gain


# -- the final level ------------------------------------------------------------------------------


def loudness(samples: np.ndarray) -> float:
    """Integrated loudness in LUFS after ITU-R BS.1770: K-weighted, gated."""
    weighted = np.stack([_k_weighted(side) for side in samples.T], 1)
    size, hop = int(0.4 * RATE), int(0.1 * RATE)
    starts = range(0, max(1, len(weighted) - size + 1), hop)
    power = np.array([(weighted[s : s + size] ** 2).mean(0).sum() for s in starts]) + 1e-12
    loud = -0.691 + 10 * np.log10(power)
    kept = power[loud > -70]
    if not len(kept):
        return -70.0
    gate = -0.691 + 10 * np.log10(kept.mean()) - 10
    return float(-0.691 + 10 * np.log10(power[(loud > gate) & (loud > -70)].mean()))


def _k_weighted(side: np.ndarray) -> np.ndarray:
    """The two filters of the standard (48 kHz), applied as one frequency response."""
    count = _fast(len(side))
    z = np.exp(-2j * np.pi * np.fft.rfftfreq(count, 1 / RATE) / RATE)
    shelf = (1.53512485958697 - 2.69169618940638 * z + 1.19839281085285 * z**2) / (
        1 - 1.69065929318241 * z + 0.73248077421585 * z**2
    )
    floor = (1 - 2 * z + z**2) / (1 - 1.99004745483398 * z + 0.99007225036621 * z**2)
    return np.fft.irfft(np.fft.rfft(side, count) * shelf * floor, count)[: len(side)]


def level(samples: np.ndarray, target: float) -> np.ndarray:
    """The mix at a loudness, its peaks held down, its first and last moments soft."""
    ends = swell(len(samples) / RATE, 0.03, 0.25)[: len(samples)]
    samples = samples * np.pad(ends, (0, len(samples) - len(ends)))[:, None]
    for _ in range(3):  # holding peaks down costs a little loudness
        samples = _held(samples * 10 ** ((target - loudness(samples)) / 20))
    return samples


def _held(samples: np.ndarray) -> np.ndarray:
    """The mix with a gain that dips, smoothly and ahead of time, wherever a peak would pass."""
    block = 48
    count = -(-len(samples) // block)
    padded = np.pad(np.abs(samples).max(1), (0, count * block - len(samples)))
    peak = padded.reshape(count, block).max(1)
    reach = 6  # blocks looked ahead and behind
    wide = np.max([np.roll(peak, shift) for shift in range(-reach, reach + 1)], 0)
    gain = np.minimum(1.0, PEAK * 0.94 / np.maximum(wide, 1e-9))
    window = np.hanning(2 * reach + 1)
    gain = np.convolve(np.pad(gain, reach, mode="edge"), window / window.sum(), "valid")
    centres = (np.arange(count) + 0.5) * block
    return samples * np.interp(np.arange(len(samples)), centres, gain)[:, None]
