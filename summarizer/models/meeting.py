"""Where what is heard fits what is seen: by the texts that both may be compared with.

A model of pictures and one of sounds share no space, but each reads texts. A second in which the
same text is near to both is one in which they meet.
"""

from functools import lru_cache

import numpy as np

from summarizer.models.tagging import reads
from summarizer.schema import Track


def meeting(sight: Track, hearing: Track, rows: int) -> np.ndarray | None:
    """(seconds,) in [0, 1]: how near the best text is to picture and sound at once; 0.5 is as near
    as what fits anything. None where either track can't be compared with every text."""
    if not (len(sight.times) and len(hearing.times) and reads(sight) and reads(hearing)):
        return None
    return together(near(sight, rows), near(hearing, rows))


def together(seen: np.ndarray, heard: np.ndarray) -> np.ndarray:
    """(seconds,): of (texts, seconds) each, the best mean of both, where low on one side counts
    as low."""
    return np.sqrt(np.clip(seen, 0, 1) * np.clip(heard, 0, 1)).max(axis=0)


@lru_cache(maxsize=8)
def near(track: Track, rows: int) -> np.ndarray:
    """(texts, seconds): how near each name of a sound is to what a model left of each second."""
    from summarizer.models.neutral import relevance

    wishes, neutral = _named(track.name, track.made_by)
    found = relevance(wishes, track.values.astype(np.float32), neutral)  # (texts, rows of track)
    middles = np.arange(rows) + 0.5
    return np.stack([np.interp(middles, track.times, each) for each in found])


@lru_cache(maxsize=4)
def _named(name: str, weights: str) -> tuple[np.ndarray, np.ndarray]:
    """The names of sounds in the space of a track, and what fits anything there."""
    from summarizer.models.beholding import reader
    from summarizer.models.neutral import asked
    from summarizer.models.sounding import TAGS

    read, phrases, neutral = reader(name, weights)
    return np.stack([asked(read, each, phrases) for each in TAGS]), neutral
