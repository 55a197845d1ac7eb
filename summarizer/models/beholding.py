"""How near a few words are to what a model saw or heard, row by row of the track it left.

The track says which weights made it; the same model's text half reads the words.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from summarizer.models.hub import folder
from summarizer.schema import Track

Read = Callable[[Sequence[str]], np.ndarray]  # texts -> unit vectors, one a row
Behold = Callable[[str, Track], np.ndarray]


def behold(words: str, track: Track) -> np.ndarray:
    """(rows,) in [0, 1]: 0.5 where a row is as near to the words as to what fits anything."""
    from summarizer.models.neutral import asked, relevance

    read, phrases, neutral = reader(track.name, track.made_by)
    wish = asked(read, words, phrases)
    return relevance(wish[None], track.values.astype(np.float32), neutral)[0]


@lru_cache(maxsize=4)
def reader(name: str, weights: str) -> tuple[Read, tuple[str, ...], np.ndarray]:
    """What reads texts for a track, how to put a wish to it, and what it makes of neutral texts."""
    from summarizer.models.neutral import HEARD, NEUTRAL, PHRASES, SOUNDS

    if name == "hearing":
        from summarizer.models.audio import load_clap

        clap = load_clap(folder(weights))
        read = lru_cache(maxsize=2_000)(lambda text: clap.read([text])[0])
        return (lambda texts: np.stack([read(text) for text in texts])), HEARD, clap.read(SOUNDS)
    from summarizer.models.vision import load_eye

    eye = load_eye(folder(weights))
    return eye.read, PHRASES, eye.read(NEUTRAL)
