"""What each second is worth by a linear head over the frames of the whole video."""

import numpy as np

from summarizer.config import Preset
from summarizer.schema import Attention, Curve, Perception, Track
from summarizer.stages.score.interest import Part

FLAT = 1e-6  # of scores: nothing stands out


def kept(perception: Perception, preset: Preset) -> list[Part] | None:
    """What people keep of videos, by what was learned, from the least of this video to the most;
    nothing where no picture was seen."""
    track = perception.track("frames")
    if track is None or not len(track.times):
        return None
    from summarizer.models.overview import overview

    scores = overview(track, preset.trained).scores.astype(np.float64)
    spread = np.ptp(scores)
    levels = (scores - scores.min()) / spread if spread > FLAT else np.full(len(scores), 0.5)
    values = levels[_shown(track, perception.video.rows)]
    return [Part(Curve.of("what people keep", "head", values), 1.0, "what people keep of videos")]


def attention(perception: Perception, preset: Preset) -> Attention | None:
    """What each picture was read beside; nothing where no picture was seen, and where none reads
    another."""
    track = perception.track("frames")
    if track is None or not len(track.times):
        return None
    from summarizer.models.overview import overview

    whole = overview(track, preset.trained)
    if whole.near is None:
        return None
    begins = tuple(float(track.times[at]) for at in whole.edges)
    return Attention(track.times, whole.near, begins, whole.learned)


def _shown(track: Track, seconds: int) -> np.ndarray:
    """(seconds,): which picture is the last one up to the middle of each."""
    middles = np.arange(seconds) + 0.5
    return np.maximum(np.searchsorted(track.times, middles, side="right") - 1, 0)
