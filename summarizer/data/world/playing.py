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
    whole = _whole(clip, rate)
    last = len(whole) if end is None else round(min(end, clip.seconds) * rate)
    return whole[round(max(0.0, start) * rate) : last].copy()


@lru_cache(4)  # a minute and a half, 9 MB at most: windows are asked for one after the other
def _whole(clip: Clip, rate: int) -> np.ndarray:
    draw = dice(clip.seed, "floor")
    made = draw.standard_normal(round(clip.seconds * rate), dtype=np.float32)
    made *= np.float32(draw.uniform(0, FLOOR))
    for number, one in enumerate(clip.sounds):
        lay(made, _made(one, dice(clip.seed, "sound", number), rate), round(one.start * rate))
    return np.clip(made, -PEAK, PEAK)


def _made(one: Sound, draw: np.random.Generator, rate: int) -> np.ndarray:
    """One sound, as loud as its level says; hits of a bell or a drum may be louder for a moment."""
    if one.kind == MUSIC:
        wave = played(one, draw, rate)
    else:
        wave = MADE[one.kind](draw, one.end - one.start, rate).astype(np.float32)
    strong = np.sqrt(np.mean(wave * wave)) + 1e-9
    return edged(wave * np.float32(STRONG * one.level / strong), SOFT, SOFT, rate)
