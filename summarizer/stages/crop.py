"""Crop: a narrower picture that goes along with what is to be seen, like a calm camera.

Where faces are seen they count, else what moves, else nothing. Over each stretch between two cuts
the best path is found at once: it holds as much as it can of what counts, and pays for each move,
so that it only moves when that shows more than it costs.
"""

import math
from collections.abc import Generator, Iterator, Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from summarizer import media
from summarizer.config import SHAPES, Limits
from summarizer.errors import MediaError, PreferenceError
from summarizer.media.reel import Crop
from summarizer.schema import Summary, Track
from summarizer.senses.shots import CHANGED, LOOK, cuts

STEP = 0.25  # seconds from one point of the path to the next
PLACES = 61  # where a path may be
NEAR_FACES, NEAR_MOTION = 0.5, 0.3  # seconds; what was seen longer ago or later tells nothing
GATHERED = 0.7  # of what moves must fit a crop; else things move all over, and their middle counts
LITTLE = 0.4  # cells that move; fewer are hardly a reason to look there
MOVING = 0.5  # seconds of a full view that a move over a whole crop must be worth
HOMESICK = 0.02  # the little that counts for the middle, where nothing else does
FASTEST = 0.4  # of the picture a second
SMOOTH = 0.35  # seconds: the spread of the window that rounds the corners
EXACT = 0.004  # of the picture, that straight lines may be off the path
MOST = 24  # points of one stretch that are kept

LATE = 0.2  # seconds that a cut may be off where the senses put it
CLEAR, PLAIN = 3.0, 4.0  # times the usual difference, and grey levels, that a cut stands out by
UNLIKE, MUCH = 0.25, 0.5  # looks apart, and share changed, from which there may be a cut
WIDE = 64  # pixels of the pictures that are compared
MOST_EXACT = 40  # cuts that are looked at so closely; it takes about a tenth of a second for each
TOGETHER = 4  # cuts that are looked at before anybody can stop it

Point = tuple[float, float]  # seconds, and where along the picture


def crop(
    summary: Summary, tracks: Sequence[Track], shape: str, source: Path, limits: Limits
) -> Generator[float, None, Crop | None]:
    """How to crop the highlights to a shape; None for the whole picture, or where there is none.

    The source is asked when exactly shots change: one frame in the crop of another shot is seen.
    Meanwhile this yields, as nothing of the reel is done yet, and may be closed.
    """
    if shape not in SHAPES:
        raise PreferenceError(f"no shape {shape[:20]!r}; there are {', '.join(SHAPES)}")
    video, wanted = summary.video, SHAPES[shape]
    if wanted is None or not video.has_picture:
        return None
    width, height = video.size
    seen = min(Fraction(1), wanted * height / width), min(Fraction(1), width / (wanted * height))
    across = seen[0] < 1
    share = float(min(seen))
    if share == 1:
        return Crop(wanted)
    named = {track.name: track for track in tracks if len(track.times)}
    changes = yield from _changes(summary, named, source, limits)
    path: list[Point] = []
    for each in sorted(summary.highlights, key=lambda each: each.start):
        inner = (cut for cut in changes if each.start < cut < each.end)
        for span in pairwise([each.start, *inner, each.end]):
            shot = _around(span, changes, video.seconds)
            path = _followed(path, _camera(span, shot, _seen(named, across), share))
    return Crop(wanted, tuple((at, *((x, 0.5) if across else (0.5, x))) for at, x in path))


def _changes(
    summary: Summary, named: dict[str, Track], source: Path, limits: Limits
) -> Generator[float, None, list[float]]:
    """When shots change; exact to a frame where that is in or near a highlight, as a rule."""
    if "look" not in named:
        return []
    known = list(cuts(named["look"]))
    due = [
        cut
        for cut in sorted([*known, *_suspected(named["look"], known)])
        if any(each.start - LATE < cut < each.end + LATE for each in summary.highlights)
    ][:MOST_EXACT]
    moved: dict[float, float] = {}
    for first in range(0, len(due), TOGETHER):
        yield 0.0
        few = due[first : first + TOGETHER]
        try:
            moved |= zip(few, _exact(few, source, summary, limits), strict=True)
        except MediaError:  # a damaged stretch: what the senses say must do
            moved |= dict.fromkeys(few, math.nan)
    sure = {cut: cut for cut in known} | {
        cut: exactly for cut, exactly in moved.items() if not math.isnan(exactly)
    }
    return sorted(sure.values())


def _suspected(look: Track, known: list[float]) -> list[float]:
    """Where much changes between two pictures, though too little for a cut to be sure of."""
    rows = look.values.astype(np.float32)
    apart = np.linalg.norm(np.diff(rows[:, LOOK:], axis=0), axis=1)
    much = (apart >= UNLIKE) & (rows[1:, CHANGED] >= MUCH)
    middles = ((look.times[1:] + look.times[:-1]) / 2)[much]
    return [time for time in middles.tolist() if all(abs(time - cut) > 2 * LATE for cut in known)]


def _exact(due: list[float], source: Path, summary: Summary, limits: Limits) -> list[float]:
    """For each of these cuts when the new shot begins, half a frame less; NaN if that is not clear.

    There the picture changes far more than it does around, and does not change back.
    """
    frame = 1 / float(min(summary.video.rate, 60) or 25)
    around = np.arange(-math.ceil(LATE / frame), math.ceil(LATE / frame) + 1)
    times = (np.floor(np.array(due)[:, None] / frame) + 0.5 + around) * frame  # (cuts, pictures)
    seen = media.pictures_at(source, summary.video, times.ravel().tolist(), WIDE, limits)
    pictures = seen.frames.reshape(*times.shape, -1).astype(np.int16)
    changed = np.abs(np.diff(pictures, axis=1)).mean(axis=2)  # (cuts, pictures - 1)
    highest, usual = changed.max(axis=1), np.median(changed, axis=1)
    lasting = np.abs(pictures[:, -1] - pictures[:, 0]).mean(axis=1)
    clear = (highest > CLEAR * usual + PLAIN) & (lasting > highest / 2)
    return np.where(clear, times[np.arange(len(due)), changed.argmax(axis=1)], math.nan).tolist()


def _followed(path: list[Point], more: list[Point]) -> list[Point]:
    """Both paths as one that jumps where they meet, or half way between them."""
    if not path or path[-1][0] == more[0][0]:
        return path + more
    half = (path[-1][0] + more[0][0]) / 2
    return [*path, (half, path[-1][1]), (half, more[0][1]), *more]


def _around(span: Point, changes: Sequence[float], seconds: float) -> Point:
    """The shot that a stretch is a part of."""
    start = max((cut for cut in changes if cut <= span[0]), default=0.0)
    return start, min((cut for cut in changes if cut >= span[1]), default=seconds)


def _seen(named: dict[str, Track], across: bool) -> list[tuple[np.ndarray, float, float]]:
    """What counts, the best first: rows of (seconds, where, weight), how near, how little."""
    found = []
    for name, near, little in (("faces", NEAR_FACES, 0.0), ("motion", NEAR_MOTION, LITTLE)):
        if name in named:
            track = named[name]
            values = track.values.astype(np.float64)
            rows = np.column_stack([track.times, values[:, 0 if across else 1], values[:, 2]])
            found.append((rows, near, little))
    return found


# -- one stretch without a cut --------------------------------------------------------------------


def _camera(span: Point, shot: Point, seen: list, share: float) -> list[Point]:
    """Where the middle of the crop is over a stretch, as few points with straight lines between."""
    times = np.linspace(*span, max(2, 1 + round((span[1] - span[0]) / STEP)))
    middles = np.linspace(share / 2, 1 - share / 2, PLACES)
    worth = np.array([_worth(time, shot, seen, middles, share) for time in times])
    step = times[1] - times[0]
    best = middles[_best(worth * step, MOVING * (middles[1] - middles[0]) / share, step, middles)]
    return _few(list(zip(times.tolist(), _rounded(best, step).tolist(), strict=True)))


def _worth(time: float, shot: Point, seen: list, middles: np.ndarray, share: float) -> np.ndarray:
    """How much of what counts at this time a crop around each of the middles shows, 0 to 1."""
    home = -HOMESICK * np.abs(middles - 0.5)
    for rows, near, little in seen:
        first, last = np.searchsorted(rows[:, 0], [max(time - near, shot[0]), time + near])
        here = rows[first:last]
        here = here[here[:, 0] < shot[1]]
        if len(here):
            off = np.abs(middles[:, None] - here[:, 1]) / (share / 2)
            held = np.maximum(0, 1 - np.square(off)) @ here[:, 2]
            whole = max(here[:, 2].sum(), 1e-6)
            if little and held.max() < GATHERED * whole:
                held = whole * (1 - np.square(middles - here[:, 1] @ here[:, 2] / whole))
            return home + held / (whole + little)
    return home


def _best(worth: np.ndarray, cost: float, step: float, middles: np.ndarray) -> list[int]:
    """The path of places worth most in all, a move of one place costing `cost`."""
    places = np.arange(len(middles))
    moves = np.abs(places[:, None] - places)
    reach = max(1, int(FASTEST * step / (middles[1] - middles[0])))
    price = np.where(moves <= reach, cost * moves, np.inf)
    total, came = worth[0], []
    for row in worth[1:]:
        options = total - price  # (to, from)
        came.append(options.argmax(axis=1))
        total = options.max(axis=1) + row
    path = [int(total.argmax())]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return path[::-1]


def _rounded(path: np.ndarray, step: float) -> np.ndarray:
    """The path without corners; it stays between its least and its most."""
    reach = max(1, round(3 * SMOOTH / step))
    window = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) * step / SMOOTH))
    held = np.pad(path, reach, mode="edge")
    return np.convolve(held, window / window.sum(), "valid")


def _few(points: list[Point]) -> list[Point]:
    """The points between which straight lines are nearly the path, at most MOST of them."""
    exact = EXACT
    while len(kept := [points[0], *_between(points, exact), points[-1]]) > MOST:
        exact *= 1.5
    return kept


def _between(points: Sequence[Point], exact: float) -> Iterator[Point]:
    """The inner points that a straight line from the first to the last would miss."""
    times, values = np.array(points).T
    off = np.abs(values - np.interp(times, times[[0, -1]], values[[0, -1]]))
    farthest = int(off.argmax())
    if off[farthest] > exact:
        yield from _between(points[: farthest + 1], exact)
        yield points[farthest]
        yield from _between(points[farthest:], exact)
