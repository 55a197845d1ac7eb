"""Stretches of seconds: how long, where, and how to say so."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from summarizer.models.english import clock, counted, lasting
from summarizer.schema import Video

ROOM = 3  # seconds a moment needs around it to be understood
GAP = 1  # seconds; a shorter interruption is none


def duration(there: np.ndarray, video: Video) -> float:
    return sum(end - start for start, end in video.stretches(there))


def measure(there: np.ndarray, video: Video) -> str:
    """'42 seconds in 3 places'."""
    seconds = duration(there, video)
    if seconds > 0.95 * video.seconds:
        return "all the way through"
    if not seconds:
        return "but not then"
    places = 1
    spans = video.stretches(there)
    for before, after in pairwise(spans):
        places += after[0] - before[1] > GAP
    where = f"in {counted(places, 'place')}" if places > 1 else f"from {clock(spans[0][0])}"
    return f"{lasting(seconds)} {where}"


def roomy(there: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The mask without short interruptions, and with a little time around single moments."""
    wide = without_gaps(there, GAP)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(np.int8), [0]])))
    for start, end in edges.reshape(-1, 2).tolist():
        spare = (ROOM - (end - start) + 1) // 2
        if spare > 0:
            wide[max(0, start - spare) : end + spare] = True
    return wide & free


def without_gaps(there: np.ndarray, longest: int) -> np.ndarray:
    """The mask with interruptions of at most so many seconds filled."""
    filled = there.copy()
    spans = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(np.int8), [0]])))
    for (_, end), (start, _) in pairwise(spans.reshape(-1, 2).tolist()):
        filled[end:start] |= start - end <= longest
    return filled


def once(notes: Sequence[str], aside: str) -> list[str]:
    """The notes, with an aside that several of them have left only in the first."""
    first = next((spot for spot, note in enumerate(notes) if aside in note), 0)
    return [*notes[: first + 1], *(note.replace(aside, "") for note in notes[first + 1 :])]


def unique(words: Iterable[str]) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(words))


def quoted(words: str) -> str:
    return f"“{words}”"
