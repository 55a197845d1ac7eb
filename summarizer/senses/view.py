"""What the visual senses share of a batch of pictures: each array made once, when asked for.

A View is its Pictures, and remembers the picture before them, so that every picture can be compared
with the one it follows, across batches too.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise

import cv2
import numpy as np

from summarizer.models.moving import differing
from summarizer.schema import Pictures

MIDDLE = 256  # pixels along the longer side: for sharpness and faces
LITTLE = 160  # for following the camera
TINY = 80  # for colours and edges
BLACK = 24  # of 255: borders no brighter than this are bars beside the picture, not picture
LEAST = 16  # pixels a side: anything smaller has nothing that could be followed
CELLS = 20  # a side of the grid that tells where a picture changes

# a look: 10 bins of light, 7 x 7 of colour, 4 directions of edges in 4 x 3 fields
LIGHTS, COLOURS, FIELDS, DIRECTIONS = 10, 7, (4, 3), 4
LIGHT_WEIGHT = 0.5  # light changes more often than the scene does


@dataclass(frozen=True, eq=False)
class Steps:
    """How each picture follows the one before it; NaN for one that follows nothing."""

    gap: np.ndarray  # (pictures,) seconds since the picture before
    shift: np.ndarray  # (pictures, 2) how far the view slid: right, down; 1 is the longer side
    zoom: np.ndarray  # (pictures,) how much larger things became: 0.1 is a tenth
    followed: np.ndarray  # (pictures,) share of the marks that went along with that
    changed: np.ndarray  # (pictures,) share of the picture that differs in spite of it
    where: np.ndarray  # (pictures, CELLS, CELLS) the same share in each cell of the picture


@dataclass(frozen=True, eq=False)
class View(Pictures):
    """Pictures, and all that is derived from them."""

    before: "View | None" = None  # of the one picture before the first

    @staticmethod
    def of(pictures: Pictures, before: "View | None" = None) -> "View":
        """The view that these pictures already are, or a new one that follows `before`."""
        if isinstance(pictures, View):
            return pictures
        return View(pictures.times, pictures.frames, before)

    @cached_property
    def last(self) -> "View":
        """The last picture alone: what the next batch follows."""
        return View(self.times[-1:], self.frames[-1:].copy())

    @cached_property
    def middle(self) -> np.ndarray:
        """(pictures, height, width) uint8 grey, at most MIDDLE along the longer side."""
        grey = [cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY) for frame in self.frames]
        return _shrunk(np.stack(grey), MIDDLE)

    @cached_property
    def little(self) -> np.ndarray:
        """(pictures, height, width) uint8 grey, at most LITTLE along the longer side."""
        return _shrunk(self.middle, LITTLE)

    @cached_property
    def tiny(self) -> np.ndarray:
        """(pictures, height, width, 3) uint8 RGB, at most TINY along the longer side."""
        return _shrunk(self.frames, TINY)

    @cached_property
    def looks(self) -> np.ndarray:
        """(pictures, width) float32: colours and edges; like pictures lie near each other.

        Strangers are about 0.5 to 1.5 apart, neighbours in a quiet shot less than 0.1.
        """
        return np.hstack([_colours(self.tiny), _edges(self.tiny)]).astype(np.float32)

    @cached_property
    def steps(self) -> Steps:
        """How each picture follows the one before it."""
        times, greys = self.times, self.little
        if self.before is not None:
            times = np.append(self.before.times, times)
            greys = np.concatenate([self.before.little, greys])
        rows = [_step(earlier, later) for earlier, later in pairwise(greys)]
        gap = np.diff(times)
        if self.before is None:
            rows.insert(0, (np.full(5, math.nan), np.full((CELLS, CELLS), math.nan)))
            gap = np.append(math.nan, gap)
        numbers = np.array([row for row, _ in rows]).reshape(-1, 5)
        where = np.array([cells for _, cells in rows]).reshape(-1, CELLS, CELLS)
        return Steps(gap, numbers[:, :2], numbers[:, 2], numbers[:, 3], numbers[:, 4], where)


class Samples:
    """What a sense notes of each picture, until it is asked for a value a second."""

    def __init__(self):
        self._times: list[np.ndarray] = []
        self._values: list[np.ndarray] = []

    def add(self, times: np.ndarray, values: np.ndarray) -> None:
        """Values of the pictures at these times: (pictures,) or (pictures, width)."""
        self._times.append(np.asarray(times, np.float64))
        self._values.append(np.asarray(values))

    def __bool__(self) -> bool:
        return bool(self._times)

    @property
    def times(self) -> np.ndarray:
        return np.concatenate(self._times)

    @property
    def values(self) -> np.ndarray:
        return np.concatenate(self._values)


def by_second(
    times: np.ndarray,
    values: np.ndarray,
    rows: int,
    reduce: Callable[[np.ndarray], float] = np.mean,
) -> np.ndarray:
    """One value for each second, (rows,): reduced from those in it, else the nearest in time.

    Times ascend. Values that are NaN count as not there; with none at all every second is 0.
    """
    there = np.isfinite(values)
    times, values = np.asarray(times)[there], np.asarray(values, np.float64)[there]
    if not len(values):
        return np.zeros(rows)
    middles = np.arange(rows) + 0.5
    curve = values[np.searchsorted((times[1:] + times[:-1]) / 2, middles)]
    seconds = np.clip(np.floor(times), 0, rows - 1).astype(int)
    starts = np.flatnonzero(np.diff(seconds, prepend=-1))
    for start, stop in zip(starts, [*starts[1:], len(seconds)], strict=True):
        curve[seconds[start]] = reduce(values[start:stop])
    return curve


def between_bars(*greys: np.ndarray) -> tuple[slice, slice]:
    """The rows and columns that are not black bars beside the picture."""
    brightest = np.maximum.reduce(greys)
    bounds = []
    for axis in (1, 0):
        lit = np.flatnonzero(brightest.max(axis=axis) > BLACK)
        wide = len(lit) and lit[-1] + 1 - lit[0] >= LEAST
        bounds.append(slice(lit[0], lit[-1] + 1) if wide else slice(None))
    return bounds[0], bounds[1]


def _shrunk(frames: np.ndarray, side: int) -> np.ndarray:
    """The frames with a longer side of at most `side`, averaged, never enlarged."""
    height, width = frames.shape[1:3]
    scale = min(1.0, side / max(height, width))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    if size == (width, height):
        return frames
    return np.stack([cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in frames])


# -- looks ----------------------------------------------------------------------------------------


def _colours(frames: np.ndarray) -> np.ndarray:
    """Square roots of the shares of light and of colour, softly binned: (pictures, 59).

    Distances between them are Hellinger's, so a rare colour counts more than its share.
    """
    count = len(frames)
    pixels = cv2.cvtColor(frames.reshape(count, -1, 3), cv2.COLOR_RGB2YCrCb)
    light = _binned(pixels[..., 0], _EVEN, LIGHTS).mean(axis=1)
    red = _binned(pixels[..., 1], _FROM_GREY, COLOURS)
    blue = _binned(pixels[..., 2], _FROM_GREY, COLOURS)
    colour = (red.transpose(0, 2, 1) @ blue).reshape(count, -1) / red.shape[1]
    return np.sqrt(np.hstack([LIGHT_WEIGHT**2 * light, colour]))


_EVEN = np.linspace(0, 1, 256)
_FROM_GREY = 0.5 + 0.5 * np.sign(np.arange(256) - 128) * np.sqrt(np.abs(np.arange(256) - 128) / 128)


def _binned(levels: np.ndarray, scale: np.ndarray, bins: int) -> np.ndarray:
    """Each level shared out between the two bins it lies between: (pictures, pixels, bins)."""
    distance = np.abs(scale[:, None] * (bins - 1) - np.arange(bins))
    return np.clip(1 - distance, 0, 1).astype(np.float32)[levels]


def _edges(frames: np.ndarray) -> np.ndarray:
    """Square roots of the shares of edges by direction in each field: (pictures, 48)."""
    rows = []
    for frame in frames:
        grey = cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY)
        across, down = cv2.spatialGradient(grey) if min(grey.shape) > 1 else (grey * 0, grey * 0)
        across, down = across.astype(np.float32), down.astype(np.float32)
        length = 0.7 * cv2.magnitude(across, down)
        fields = []
        for direction in range(DIRECTIONS):
            angle = direction * math.pi / DIRECTIONS
            along = np.abs(across * math.cos(angle) + down * math.sin(angle)) - length
            fields.append(cv2.resize(np.maximum(along, 0), FIELDS, interpolation=cv2.INTER_AREA))
        rows.append(np.ravel(fields))
    edges = np.array(rows)
    return np.sqrt(edges / (edges.sum(axis=1, keepdims=True) + 200))


# -- steps ----------------------------------------------------------------------------------------

MARKS = 64  # corners that are followed, at most
TOO_FEW = 8
SPREAD = 0.1  # of width and height: marks that lie closer together show a thing, not the camera
FOUND = 0.05  # response of phase correlation that tells a shift from chance
FLASH = 40  # grey levels the light as a whole may change without counting
OVERLAP = 0.3  # of the picture must still be in view for a shift to be believed


def _step(earlier: np.ndarray, later: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """One row of Steps: shift right and down, zoom, share followed, share changed; and where."""
    rows, columns = bounds = between_bars(earlier, later)
    shape = earlier.shape
    earlier, later = (cv2.blur(grey[rows, columns], (3, 3)) for grey in (earlier, later))
    change = _change(earlier, later)
    resting = change.mean()
    followed, matrix = _follow(earlier, later)
    rest = np.array([0.0, 0.0, 0.0, followed, resting]), _cells(change, bounds, shape)
    if matrix is None:
        return rest
    height, width = earlier.shape
    everywhere = np.full((height, width), 255, np.uint8)
    inside = cv2.warpAffine(everywhere, matrix, (width, height), flags=cv2.INTER_NEAREST) == 255
    if inside.mean() < OVERLAP:
        return rest
    moved = cv2.warpAffine(earlier, matrix, (width, height))
    change = _change(moved, later, inside)
    changed = change[inside].mean()
    if changed >= resting:
        return rest
    centre = np.array([width / 2, height / 2])
    shift = (matrix @ [*centre, 1] - centre) / max(width, height)
    zoom = math.hypot(matrix[0, 0], matrix[1, 0]) - 1
    change[~inside] = 0  # what came into view is no movement
    return np.array([*shift, zoom, followed, changed]), _cells(change, bounds, shape)


def _cells(change: np.ndarray, bounds: tuple[slice, slice], shape: tuple[int, ...]) -> np.ndarray:
    """The change between the bars, averaged in each cell of the whole picture."""
    whole = np.zeros(shape, np.float32)
    whole[bounds] = change
    return cv2.resize(whole, (CELLS, CELLS), interpolation=cv2.INTER_AREA)


def _follow(earlier: np.ndarray, later: np.ndarray) -> tuple[float, np.ndarray | None]:
    """The share of marks that moved alike, and how: (2, 3), or None where that is not the view.

    Phase correlation finds large shifts; following corners from there finds the rest.
    """
    height, width = earlier.shape
    if min(height, width) < LEAST:
        return 0.0, None
    marks = cv2.goodFeaturesToTrack(earlier, MARKS, 0.01, 6)
    if marks is None or len(marks) < TOO_FEW:
        return 0.0, None
    window = _window(width, height)
    shift, response = cv2.phaseCorrelate(np.float32(earlier), np.float32(later), window)
    guess = marks + np.float32(shift) * (response > FOUND)
    flags = cv2.OPTFLOW_USE_INITIAL_FLOW
    ends, found, _ = cv2.calcOpticalFlowPyrLK(
        earlier, later, marks, guess, winSize=(11, 11), maxLevel=2, flags=flags
    )
    kept = found.ravel() == 1
    if kept.sum() < TOO_FEW:
        return 0.0, None
    matrix, agree = cv2.estimateAffinePartial2D(
        marks[kept], ends[kept], ransacReprojThreshold=1.5, maxIters=200
    )
    if matrix is None:
        return 0.0, None
    alike = marks[kept][agree.ravel() == 1].reshape(-1, 2)
    wide = (alike.std(axis=0) >= SPREAD * np.array([width, height])).all()
    return float(len(alike) / len(marks)), matrix if wide else None


@lru_cache(maxsize=32)
def _window(width: int, height: int) -> np.ndarray:
    return cv2.createHanningWindow((width, height), cv2.CV_32F)


def _change(earlier: np.ndarray, later: np.ndarray, inside: np.ndarray | None = None) -> np.ndarray:
    """How much each pixel differs, 0 to 1, a change of the light as a whole left out."""
    difference = later.astype(np.float32) - earlier
    judged = difference if inside is None else difference[inside]
    light = np.median(judged.ravel()[::4])  # a quarter of the pixels tells it well enough
    difference -= np.clip(light, -FLASH, FLASH)
    return differing(difference)
