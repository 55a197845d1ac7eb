"""Listen: one pass over the sound feeds every sense that hears."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import lru_cache
from itertools import chain

import numpy as np

from summarizer.config import DecodeConfig
from summarizer.models.threads import threads
from summarizer.schema import Sound
from summarizer.senses import Sense

HOP = 0.01  # seconds from one mel frame to the next
WINDOW = 0.025  # seconds each of them looks at
BANDS = 64
LOWEST = 60.0  # Hz; below lie hum and a microphone's offset
FAINT = 1e-13  # amplitude: -260 dB
FLOOR = 1e-10  # power: -100 dB; a full-scale sine peaks near 0 dB


def listen(
    sounds: Iterator[Sound],
    senses: Sequence[Sense],
    decode: DecodeConfig,
    recorded: Sequence[Sense] = (),
) -> Iterator[float]:
    """Feed every sense the whole sound, block by block; yields the second reached.

    The senses get it at decode.sound_rate with a log-mel spectrum, and with the power that an ear
    gives all of its channels at their own rate, exactly as if it had been resampled and analysed
    in one piece: how it was cut on its way in makes no difference. Those in `recorded` get it as
    it comes.
    """
    first = next(sounds, None)
    if first is None:
        return
    with threads(1):
        whole = _handed(chain([first], sounds), recorded)
        yield from _fed(whole, first, senses, decode)


def _handed(sounds: Iterable[Sound], recorded: Sequence[Sense]) -> Iterator[Sound]:
    """The sounds, after the senses that want them as they are got them."""
    for sound in sounds:
        for sense in recorded:
            sense.take(replace(sound, samples=_clean(sound.samples)))
        yield sound


def _fed(
    sounds: Iterable[Sound], first: Sound, senses: Sequence[Sense], decode: DecodeConfig
) -> Iterator[float]:
    power = Power(first.rate)
    pieces = _resampled(_weighed(sounds, power), first.rate, decode)
    for sound in _described(pieces, first.start, decode, power):
        for sense in senses:
            sense.take(sound)
        yield sound.end


def _weighed(sounds: Iterable[Sound], power: "Power") -> Iterator[np.ndarray]:
    """The samples of each, after their power was measured."""
    for sound in sounds:
        samples = _clean(sound.samples)
        power.take(samples, None if sound.side is None else _clean(sound.side))
        yield samples


def _clean(samples: np.ndarray) -> np.ndarray:
    """The samples within [-1, 1]; what is not a number is silence."""
    finite = np.nan_to_num(samples.astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(finite, -1.0, 1.0)


def _stretches(pieces: Iterable[np.ndarray], step: int, margin: int) -> Iterator[np.ndarray]:
    """The pieces recut: `step` new samples each (the last has fewer), between two margins.

    The margins repeat what the neighbours hold, and are silent where there is no neighbour.
    """
    silence = np.zeros(margin, np.float32)
    held, count = [silence], margin
    for piece in chain(pieces, [silence]):
        held.append(piece)
        count += len(piece)
        if count < step + 2 * margin:
            continue
        whole = np.concatenate(held)
        while len(whole) >= step + 2 * margin:
            yield whole[: step + 2 * margin]
            whole = whole[step:]
        held, count = [whole], len(whole)
    if count > 2 * margin:
        yield np.concatenate(held)


def _resampled(
    pieces: Iterable[np.ndarray], rate: int, decode: DecodeConfig
) -> Iterator[np.ndarray]:
    """The pieces at decode.sound_rate.

    An odd rate is met by the nearest ratio of small numbers, off by less than 0.1 s in an hour.
    """
    if rate == decode.sound_rate:
        yield from pieces
        return
    import torch
    from torchaudio.transforms import Resample

    ratio = Fraction(decode.sound_rate, rate).limit_denominator(1000)
    old, new = ratio.denominator, ratio.numerator
    resample = Resample(old, new)
    turns = math.ceil(resample.width / old)  # whole periods of the filter that reach back
    step = max(1, round(decode.sound_block * rate / old)) * old
    for stretch in _stretches(pieces, step, turns * old):
        fresh = math.ceil((len(stretch) - 2 * turns * old) * ratio)
        with torch.inference_mode():
            made = resample(torch.from_numpy(stretch)).numpy()
        yield made[turns * new : turns * new + fresh]


class Power:
    """The mean square of the sound in every HOP, weighted and summed up after ITU-R BS.1770.

    What two channels sum up to is twice what their mean and half their difference do.
    """

    def __init__(self, rate: int):
        self.rate = rate
        self.sections = k_weighting(rate)
        self.states = np.zeros((2, len(self.sections), 2))
        self.heard = self.given = 0  # samples; frames
        self.sums = np.zeros(1)  # of the frames that nobody has asked for yet

    def take(self, samples: np.ndarray, side: np.ndarray | None) -> None:
        from scipy.signal import sosfilt

        squares = np.zeros(len(samples))
        rows = [samples] if side is None else [samples, side]
        for row, channel in enumerate(rows):
            if not channel.any() and np.abs(self.states[row]).max() < FAINT:
                self.states[row] = 0.0
                continue
            # where a filter runs out, numbers too small to be handled fast take 20 times as long
            kept = channel + _alternating(len(channel))
            weighted, self.states[row] = sosfilt(self.sections, kept, zi=self.states[row])
            squares += len(rows) * np.square(weighted)
        frames = ((self.heard + np.arange(len(squares))) / (HOP * self.rate) + 1e-9).astype(int)
        fresh = np.bincount(frames - self.given, squares, minlength=len(self.sums))
        fresh[: len(self.sums)] += self.sums
        self.sums = fresh
        self.heard += len(squares)

    def next(self, frames: int) -> np.ndarray:
        """The power of the next so many frames; past the end there is none."""
        some = np.pad(self.sums, (0, max(0, frames + 1 - len(self.sums))))
        self.sums, self.given = some[frames:], self.given + frames
        return some[:frames] / (HOP * self.rate)


@lru_cache(maxsize=4)
def _alternating(count: int) -> np.ndarray:
    """The faintest sound that keeps a filter going, far below any threshold of hearing."""
    signs = np.full(count, FAINT)
    signs[1::2] *= -1
    signs.setflags(write=False)
    return signs


def k_weighting(rate: int) -> np.ndarray:
    """The standard's two filters for any rate, as second-order sections: (2, 6).

    It lists coefficients for 48 kHz alone; these are the analogue filters behind them, a shelf for
    the head and a high-pass, taken to the rate by the bilinear transform.
    """
    turn = math.tan(math.pi * 1681.974450955533 / rate)
    damping = turn / 0.7071752369554196
    high, band = 1.584864701130855, 1.258720930232562
    shelf = _section((high, band * damping, turn**2), (1.0, damping, turn**2))
    turn = math.tan(math.pi * 38.13547087602444 / rate)
    damping = turn / 0.5003270373238773
    level = 1.0049949  # the listed high-pass lifts what it passes by 0.04 dB
    high_pass = _section((level, 0.0, 0.0), (1.0, damping, turn**2))
    return np.array([shelf, high_pass])


def _section(above: tuple[float, float, float], below: tuple[float, float, float]) -> list[float]:
    """The bilinear transform of a ratio of two quadratics, given by s squared, s and 1."""
    digital = [[a + b + c, 2 * (c - a), a - b + c] for a, b, c in (above, below)]
    return [value / digital[1][0] for part in digital for value in part]


def _described(
    pieces: Iterable[np.ndarray], start: float, decode: DecodeConfig, power: Power
) -> Iterator[Sound]:
    """The pieces as blocks of sound with their mel spectrum and their power."""
    import torch
    from torchaudio.transforms import MelSpectrogram

    rate = decode.sound_rate
    hop, window = round(HOP * rate), round(WINDOW * rate)
    size = 1 << (window - 1).bit_length()
    spectrum = MelSpectrogram(rate, size, window, hop, f_min=LOWEST, n_mels=BANDS, center=False)
    scale = 2.0 / spectrum.spectrogram.window.sum()  # a full-scale sine has power 1
    margin = size // 2
    step = max(1, round(decode.sound_block / HOP)) * hop
    done = 0
    for stretch in _stretches(pieces, step, margin):
        samples = stretch[margin:-margin]
        with torch.inference_mode():
            bands = spectrum(torch.from_numpy(stretch) * scale)  # (bands, frames)
            mel = 10.0 * torch.log10(bands.clamp_min(FLOOR))
        frames = math.ceil(len(samples) / hop)
        mel = np.ascontiguousarray(mel.numpy().T[:frames])
        weighed = power.next(frames)
        yield Sound(start + done / rate, samples, rate, mel, hop / rate, power=weighed)
        done += len(samples)
