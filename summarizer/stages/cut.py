"""Cut: divide a video into events at its cuts, and where its pictures or its sound change."""

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from summarizer.config import CutConfig
from summarizer.schema import Event, Track, Video
from summarizer.senses.shots import LOOK, clearest, cuts

# What a change must explain to become a boundary: the squared distance of rows from their mean,
# summed over seconds. Two scenes 0.6 apart that last four seconds each differ by 0.7.
PENALTY = 0.5
AT_ONCE = 120.0  # seconds that are searched for changes together; the search takes time squared


def cut(video: Video, tracks: Sequence[Track], config: CutConfig) -> tuple[Event, ...]:
    """Events that cover the video without gaps, from config.shortest to config.longest long.

    It uses what there is of the tracks "look" and "timbre"; with neither the pieces are even.
    """
    named = {track.name: track for track in tracks if len(track.times)}
    look, timbre = named.get("look"), named.get("timbre")
    found = cuts(look) if look else {}
    wanted = {time: how for time, how in found.items() if 0 < time < video.seconds}
    if look or timbre:
        for start, end in pairwise([0.0, *wanted, video.seconds]):
            changes = _changes(start, end, look, timbre, config.shortest)
            wanted |= dict.fromkeys(changes, 0.0)  # weaker than any cut
    kept = clearest(wanted, config.shortest, (0.0, video.seconds))
    edges = [edge for pair in pairwise(kept) for edge in _divided(*pair, config)]
    edges = [0.0, *(round(edge, 3) for edge in edges), video.seconds]
    return tuple(Event(start, end) for start, end in pairwise(edges))


def _divided(start: float, end: float, config: CutConfig) -> list[float]:
    """The start, unless it is the video's, and the edges between pieces of at most longest."""
    length = end - start
    pieces = min(math.ceil(length / config.longest - 1e-9), int(length / config.shortest))
    edges = [start + length * piece / pieces for piece in range(1, pieces)]
    return edges if start == 0 else [start, *edges]


# -- changes within a shot ------------------------------------------------------------------------


def _changes(
    start: float, end: float, look: Track | None, timbre: Track | None, shortest: float
) -> list[float]:
    """Where within this shot pictures or sound become different for good."""
    smallest = max(1, math.ceil(shortest))
    found = []
    parts = max(1, math.ceil((end - start) / AT_ONCE))
    for first, last in pairwise(np.linspace(start, end, parts + 1)):
        seconds = int(last - first)
        if seconds >= 2 * smallest:
            grid = first + np.arange(seconds + 1.0)
            grid[-1] = last
            rows = [_look_rows(look, grid)] if look else []
            rows += [_timbre_rows(timbre, grid)] if timbre else []
            found += [float(grid[edge]) for edge in _change_points(np.hstack(rows), smallest)]
    return found


def _look_rows(look: Track, grid: np.ndarray) -> np.ndarray:
    """What each second of the grid looks like on average: (seconds, width)."""
    first, *_, last = np.searchsorted(look.times, grid)
    if first == last:  # between two pictures: the earlier one is still shown
        first, last = max(0, first - 1), max(1, last)
    looks = look.values[first:last, LOOK:].astype(np.float64)
    sums = np.vstack([np.zeros(looks.shape[1]), np.cumsum(looks, axis=0)])
    edges = np.searchsorted(look.times[first:last], grid)
    starts, stops = edges[:-1], edges[1:]
    starts = np.where(stops > starts, starts, np.maximum(starts - 1, 0))
    stops = np.maximum(stops, starts + 1)
    return (sums[stops] - sums[starts]) / (stops - starts)[:, None]


def _timbre_rows(timbre: Track, grid: np.ndarray) -> np.ndarray:
    """What each second of the grid sounds like: (seconds, width), distances as in a look."""
    middles = (grid[:-1] + grid[1:]) / 2
    rows = np.searchsorted(timbre.times, middles, "right") - 1
    values = timbre.values[np.clip(rows, 0, len(timbre.times) - 1)]
    return values.astype(np.float64) / math.sqrt(values.shape[1])


def _change_points(rows: np.ndarray, smallest: int) -> list[int]:
    """Rows before which the mean changes by more than PENALTY is worth."""
    from ruptures import KernelCPD  # it takes half a second to import

    return KernelCPD(kernel="linear", min_size=smallest).fit(rows).predict(pen=PENALTY)[:-1]
