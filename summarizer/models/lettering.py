"""Lettering: where small pictures show what may be writing, and how long it stays as it is.

Too small to read, but strokes can be told: many edges across, rising and falling in turn, that are
at the same place in the next picture. So no more pictures than needed have to be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

COLUMNS, ROWS = 20, 22  # cells a picture is divided into
CELL = 16  # pixels a cell is wide; 8 or 16 high
STROKE, FAINT = 22, 9  # grey levels over two pixels: an edge, and what is left of one
STROKES = 0.05  # share of a cell that edges take, rising ones and falling ones each
STAYED = 0.7  # share of the edges that are still there while a cell stays as it is
STAYS = 0.7  # seconds; what comes and goes sooner nobody could read
LONG = 4.0  # seconds from which staying longer makes nothing more worth reading
LEAST = 0.9  # cells with writing not read yet that make a picture worth reading


@dataclass(frozen=True, eq=False)
class Runs:
    """For how long which cell showed the same strokes, by the pictures that showed it."""

    cells: np.ndarray  # (runs,) row * COLUMNS + column
    first: np.ndarray  # (runs,) number of the first picture
    last: np.ndarray  # (runs,) of the last

    def where(self, some: np.ndarray) -> "Runs":
        return Runs(self.cells[some], self.first[some], self.last[some])


class Lettering:
    """Takes small pictures in order of time and keeps a few bytes of each."""

    def __init__(self):
        self._times: list[float] = []
        self._like: list[np.ndarray] = []  # packed bits: this cell may show writing
        self._changed: list[np.ndarray] = []  # packed bits: and it is new
        self._strokes: np.ndarray | None = None  # of each cell, since it last changed
        self._known = np.zeros((ROWS, COLUMNS), bool)  # cells whose strokes may be writing

    def add(self, time: float, picture: np.ndarray) -> None:
        """A picture, RGB or grey; its cells are compared with what they showed before."""
        high = CELL if picture.shape[0] > picture.shape[1] else CELL // 2
        grey = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
        size = COLUMNS * CELL, ROWS * high
        edges = cv2.Sobel(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), cv2.CV_16S, 1, 0, 1)
        strokes = _signs(edges, STROKE)
        if self._strokes is None or self._strokes.shape != strokes.shape:
            self._strokes, self._known = np.zeros_like(strokes), np.zeros((ROWS, COLUMNS), bool)
        before = self._strokes != 0
        still = before & (_signs(edges, FAINT) == self._strokes)
        held = self._known & (_share(still) >= STAYED * _share(before))
        fresh = np.kron(~held, np.ones((high, CELL), bool))
        self._strokes = np.where(fresh, strokes, self._strokes)
        like = np.minimum(_share(strokes > 0), _share(strokes < 0)) >= STROKES
        self._known = np.where(held, self._known, like)
        self._times.append(time)
        self._like.append(np.packbits(self._known))
        self._changed.append(np.packbits(~held))

    @property
    def times(self) -> np.ndarray:
        return np.array(self._times)

    def runs(self) -> Runs:
        """Each stretch of pictures in which a cell shows the same strokes; by cell, then time."""
        if not self._times:
            return Runs(*np.zeros((3, 0), int))
        like, changed = (
            np.unpackbits(np.stack(packed), axis=1, count=ROWS * COLUMNS).astype(bool).T
            for packed in (self._like, self._changed)
        )  # (cells, pictures)
        nothing = np.zeros((len(like), 1), bool)
        begins = like & (changed | ~np.hstack([nothing, like[:, :-1]]))
        goes_on = np.hstack([(like & ~begins)[:, 1:], nothing])
        cells, first = np.nonzero(begins)
        _, last = np.nonzero(like & ~goes_on)
        return Runs(cells, first, last)

    def moments(self, most: int) -> list[float]:
        """When to read so that little is missed: at most so many times, in order.

        The picture with most unread writing comes first, then the one with most of the rest.
        """
        times = self.times
        runs = self.runs()
        stays = _ends(times)[runs.last] - times[runs.first] if len(times) else np.zeros(0)
        runs, stays = runs.where(stays >= STAYS), stays[stays >= STAYS]
        worth = np.minimum(stays, LONG) / LONG * _in_rows(runs)
        chosen: list[int] = []
        gains = np.zeros(len(times) + 1)
        np.add.at(gains, runs.first, worth)
        np.add.at(gains, runs.last + 1, -worth)
        while len(chosen) < most and len(runs.cells):
            gain = np.cumsum(gains)[:-1]
            if gain.max() < LEAST:
                break
            chosen.append(_settled(gain))
            read = (runs.first <= chosen[-1]) & (runs.last >= chosen[-1])
            np.add.at(gains, runs.first[read], -worth[read])
            np.add.at(gains, runs.last[read] + 1, worth[read])
            runs, worth = runs.where(~read), worth[~read]
        return times[sorted(chosen)].tolist()

    def spans(self, moments: Sequence[float]) -> np.ndarray:
        """Since and until when each cell stays as it is at each moment, NaN where it shows nothing.

        (moments, ROWS, COLUMNS, 2) float32, seconds.
        """
        spans = np.full((len(moments), ROWS * COLUMNS, 2), np.nan, np.float32)
        times, runs = self.times, self.runs()
        if len(times):
            ends = _ends(times)
            for span, moment in zip(spans, moments, strict=True):
                number = int(np.abs(times - moment).argmin())
                there = runs.where((runs.first <= number) & (runs.last >= number))
                span[there.cells, 0] = times[there.first]
                span[there.cells, 1] = ends[there.last]
        return spans.reshape(-1, ROWS, COLUMNS, 2)


def _signs(edges: np.ndarray, least: int) -> np.ndarray:
    """1 where a picture gets brighter to the right, -1 where darker, 0 where neither: int8."""
    return (edges > least).astype(np.int8) - (edges < -least).astype(np.int8)


def _share(mask: np.ndarray) -> np.ndarray:
    """The share of each cell that is set: (ROWS, COLUMNS) float32."""
    whole = mask.astype(np.float32)
    return cv2.resize(whole, (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)


def _ends(times: np.ndarray) -> np.ndarray:
    """Until when each picture is on show."""
    step = float(np.median(np.diff(times))) if len(times) > 1 else 0.25
    return np.append(times[1:], times[-1] + step)


def _in_rows(runs: Runs) -> np.ndarray:
    """1 for a run whose neighbour to the left or right shares half its time, less for a lone one.

    Writing is wider than high; what flickers somewhere in a meadow is not.
    """
    found = np.full(len(runs.cells), 0.2)
    order = np.lexsort((runs.first, runs.first // 4, runs.cells // COLUMNS))
    cells, first, last = runs.cells[order], runs.first[order], runs.last[order]
    for lag in (1, 2, 3, 4):
        if len(order) <= lag:
            break
        shared = np.minimum(last[lag:], last[:-lag]) - np.maximum(first[lag:], first[:-lag]) + 1
        longer = np.maximum(last - first, 0) + 1
        near = (np.abs(cells[lag:] - cells[:-lag]) <= 2) & (
            cells[lag:] // COLUMNS == cells[:-lag] // COLUMNS
        )
        together = near & (2 * shared >= np.minimum(longer[lag:], longer[:-lag]))
        found[order[lag:][together]] = 1.0
        found[order[:-lag][together]] = 1.0
    return found


def _settled(gain: np.ndarray) -> int:
    """The picture with the greatest gain; of several in a row one well inside, faded in by then."""
    best = int(gain.argmax())
    lower = np.flatnonzero(gain[best:] < gain[best] - 1e-6)
    length = int(lower[0]) if len(lower) else len(gain) - best
    return best + length * 2 // 3
