"""How something is said, in numbers: the mel spectrum, pitch, level and pace of each window.

Nothing in it depends on how loud a recording is: levels only count against the window's own.
"""

from functools import lru_cache

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

RATE = 16_000  # samples a second that everything here is measured at
FRAME, STEP = 400, 160  # samples: 25 ms every 10 ms
LENGTH = 512  # of a frame's spectrum
BANDS = 40  # mel bands from 60 Hz to 7.6 kHz
LOWEST, HIGHEST = 60.0, 7_600.0
SYLLABLE = np.hanning(15)  # frames that count as one rise of the level: an eighth of a second
DEPTH = 35.0  # dB below the loudest frame of a window at which frames are pauses
FLOOR = 1e-10  # of power; nothing is softer
DEAD = 1e-4  # RMS of a window with nothing in it: -80 dB
PITCHES = (60.0, 500.0)  # Hz
VOICED = 0.45  # of the autocorrelation of a frame with a pitch
ALIKE = 0.9  # of the highest peak, that is as good
LONG = 640  # samples of a frame for pitch: 40 ms holds two periods of the lowest voices
WIDTH = 3 * BANDS + 12


def windows(total: int, window: float, hop: float) -> np.ndarray:
    """When windows over so many samples begin and end: (windows, 2) seconds.

    The last one that is full is the last, but for sound that fills none, which has one of its own.
    """
    size, step = round(window * RATE), round(hop * RATE)
    if not total:
        return np.zeros((0, 2))
    begins = np.arange(0, max(1, total - size + 1), step)
    return np.stack([begins, np.minimum(begins + size, total)], axis=1) / RATE


def statistics(samples: np.ndarray, window: float, hop: float) -> np.ndarray:
    """(windows, WIDTH) float32 of mono sound at RATE; zeros where there is nothing to hear."""
    edges = np.round(windows(len(samples), window, hop) * RATE).astype(int)
    rows = [_window(samples[begin:end].astype(np.float64)) for begin, end in edges]
    return np.array(rows, np.float32).reshape(-1, WIDTH)


def _window(sound: np.ndarray) -> np.ndarray:
    loud = np.sqrt(np.mean(sound**2)) if len(sound) else 0.0
    if loud < DEAD or len(sound) < LONG:
        return np.zeros(WIDTH)
    sound = sound / loud
    mels = mel(sound)
    level = 10 * np.log10((10 ** (mels / 10)).sum(axis=1))
    there = level > level.max() - DEPTH
    said = mels[there] - level[there].mean()
    moves = np.abs(np.diff(mels, axis=0)).mean(axis=0) if len(mels) > 1 else np.zeros(BANDS)
    bands = np.concatenate([said.mean(axis=0), said.std(axis=0), moves])
    return np.concatenate([bands, _tune(sound), _pace(level, there)])


def mel(sound: np.ndarray) -> np.ndarray:
    """(frames, BANDS) dB."""
    frames = sliding_window_view(sound, FRAME)[::STEP] * np.hanning(FRAME)
    power = np.abs(np.fft.rfft(frames, LENGTH, axis=1)) ** 2
    return 10 * np.log10(np.maximum(power @ _filters(), FLOOR))


@lru_cache(1)
def _filters() -> np.ndarray:
    """(LENGTH / 2 + 1, BANDS): triangles evenly laid out on the mel scale (O'Shaughnessy 1987)."""
    low, high = (2595 * np.log10(1 + hertz / 700) for hertz in (LOWEST, HIGHEST))
    edges = 700 * (10 ** (np.linspace(low, high, BANDS + 2) / 2595) - 1)
    hertz = np.fft.rfftfreq(LENGTH, 1 / RATE)[:, None]
    rising = (hertz - edges[:-2]) / (edges[1:-1] - edges[:-2])
    falling = (edges[2:] - hertz) / (edges[2:] - edges[1:-1])
    return np.maximum(0, np.minimum(rising, falling))


def pitch(sound: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Hertz and how periodic, of each frame: the first of the highest peaks of the autocorrelation,
    for each multiple of a period has one about as high."""
    frames = sliding_window_view(sound, LONG)[::STEP]
    frames = frames - frames.mean(axis=1, keepdims=True)
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(LONG), 2 * LONG, axis=1)) ** 2
    found = np.fft.irfft(spectrum, axis=1)[:, :LONG]
    shape = np.fft.irfft(np.abs(np.fft.rfft(np.hanning(LONG), 2 * LONG)) ** 2)[:LONG]
    first, last = round(RATE / PITCHES[1]), round(RATE / PITCHES[0])
    # what a window of this shape takes from a later peak is given back (Boersma 1993)
    fair = found / np.maximum(found[:, :1], 1e-12) / (shape / shape[0]).clip(0.05)
    here = fair[:, first : last + 1]
    peaks = (here >= fair[:, first - 1 : last]) & (here >= fair[:, first + 1 : last + 2])
    high = peaks & (here >= ALIKE * here.max(axis=1, keepdims=True))
    lags = first + np.where(high.any(axis=1), high.argmax(axis=1), here.argmax(axis=1))
    return RATE / lags, fair[np.arange(len(fair)), lags]


def _tune(sound: np.ndarray) -> np.ndarray:
    """Of the pitch: how much is voiced, where it lies, how it spreads, moves and ends."""
    hertz, sure = pitch(sound)
    level = np.sqrt((sliding_window_view(sound, LONG)[::STEP] ** 2).mean(axis=1))
    voiced = (sure > VOICED) & (level > 0.05 * level.max())
    if voiced.sum() < 4:
        return np.array([voiced.mean(), 0, 0, 0, 0, 0])
    notes, at = np.log2(hertz[voiced] / 100), np.flatnonzero(voiced)
    low, middle, high = np.percentile(notes, (10, 50, 90))
    slope = np.polyfit(at / 100, notes, 1)[0]
    jumps = np.abs(np.diff(notes))[np.diff(at) == 1]
    moved = jumps[jumps < 0.5]  # an octave's jump is a slip of the measurement
    return np.array(
        [voiced.mean(), middle, high - low, slope, moved.mean() if len(moved) else 0, sure.mean()]
    )


def _pace(level: np.ndarray, there: np.ndarray) -> np.ndarray:
    """Of the level: how much is sound, how it spreads, and how often it rises a second."""
    seconds = max(len(level) / 100, 0.1)
    smooth = np.convolve(level, SYLLABLE / SYLLABLE.sum(), mode="same")
    tops = (smooth[1:-1] > smooth[:-2]) & (smooth[1:-1] >= smooth[2:])
    tops &= smooth[1:-1] > level.max() - 20
    rises = np.diff(smooth).clip(0)
    return np.array(
        [
            there.mean(),
            level[there].std(),
            level.max() - level[there].mean(),
            tops.sum() / seconds,
            rises.max(initial=0.0),
            rises.sum() / seconds / 10,
        ]
    )
