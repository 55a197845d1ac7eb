"""From a clip to its sound."""

from functools import lru_cache

import numpy as np

from summarizer.data.world.music import played
from summarizer.data.world.noises import MADE
from summarizer.data.world.planning import dice
from summarizer.data.world.timbre import edged, lay
from summarizer.data.world.values import MUSIC, Clip, Sound

RATE = 24_000  # samples a second
STRONG = 0.16  # root mean square of a sound of level 1 where it is heard
FLOOR = 0.0008  # how loud the noise of a recording is, at most
PEAK = 0.98
SOFT = 0.03  # seconds in which a sound comes and goes


def sound(clip: Clip, rate: int = RATE, start: float = 0, end: float | None = None) -> np.ndarray:
    """What is heard from start to end: (samples,) float32 in [-1, 1], a part of the whole."""
    samples = round(clip.seconds * rate)
    last = samples if end is None else round(min(end, clip.seconds) * rate)
    first = min(round(max(0.0, start) * rate), last)
    heard = _floor(clip.seed, first, last, rate)
    for number, one in enumerate(clip.sounds):
        at = round(one.start * rate)
        # only what is heard is made; a sound's own chance does not hang on the others'
        if at < last and one.end * rate + 1 > first:
            wave = _made(one, clip.seed, number, rate)
            lay(heard, wave[max(0, first - at) :], max(0, at - first))
    return np.clip(heard, -PEAK, PEAK)


def _floor(seed: int, first: int, last: int, rate: int) -> np.ndarray:
    """The noise of the recording between two samples: each second has its own chance."""
    loud = np.float32(dice(seed, "floor").uniform(0, FLOOR))
    seconds = range(first // rate, last // rate + 1)
    made = [dice(seed, "floor", each).standard_normal(rate, np.float32) for each in seconds]
    return np.concatenate(made)[first - seconds.start * rate :][: last - first] * loud


@lru_cache(8)  # 4 MB each at most: windows are asked for one after the other
def _made(one: Sound, seed: int, number: int, rate: int) -> np.ndarray:
    """One sound, as loud as its level says; hits of a bell or a drum may be louder for a moment."""
    draw = dice(seed, "sound", number)
    if one.kind == MUSIC:
        wave = played(one, draw, rate)
    else:
        wave = MADE[one.kind](draw, one.end - one.start, rate).astype(np.float32)
    strong = np.sqrt(np.mean(wave * wave)) + 1e-9
    return edged(wave * np.float32(STRONG * one.level / strong), SOFT, SOFT, rate)
