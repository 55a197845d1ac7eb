"""SumMe: which frames fifteen to eighteen people keep of each of 25 videos.

The authors' GT/*.mat, one a video, checked with the published ones: `user_score` (frames,
people) is above 0 where a person keeps the frame, `FPS` and `video_duration` are as they say.
Videos are named as those files, in "videos". Or the .h5 file of `eccv16`.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from summarizer.data.entries import Entry, Shelf, Skipped, converted
from summarizer.data.manifest import Example, Malformed, Rated
from summarizer.data.readers import eccv16

BYTES = 64 << 20  # of one of the files at most
CELLS = 100_000_000  # of its matrix
LONG = 86_400  # seconds of a video


def read(place: Path, skipped: Skipped | None = None) -> Iterator[Example]:
    """The videos of GT/*.mat, or one such file; of the .h5 file where only that is here."""
    found = [place] if place.is_file() else sorted(place.glob("GT/*.mat"))
    if not found or found[0].suffix != ".mat":
        return eccv16.read(place, skipped, which="summe")
    shelf = Shelf(place)
    entries = (Entry(path.name, path) for path in found)
    return converted(entries, partial(_example, shelf=shelf), skipped)


def _example(entry: Entry, shelf: Shelf) -> list[Example]:
    path = entry.values
    matrices = _loaded(path)
    seconds = _alone(matrices, "video_duration")
    kept = _matrix(matrices, "user_score")
    if not 0 < seconds <= LONG or len(kept) != _alone(matrices, "nFrames"):
        raise Malformed(
            f"field 'user_score' has {len(kept)} rows where 'nFrames' is "
            f"{_alone(matrices, 'nFrames'):g} and 'video_duration' {seconds:g} s"
        )
    masks = (kept > 0).astype(float).T.tolist()
    return [
        Example(
            id=path.stem, video=shelf.media(path.stem) or f"videos/{path.stem}.mp4",
            seconds=seconds, masks=Rated(len(kept) / seconds, tuple(map(tuple, masks))),
            source="SumMe", licence="for research",
        )
    ]  # fmt: skip


def _loaded(path: Path) -> dict[str, Any]:
    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    if path.stat().st_size > BYTES:
        raise Malformed(f"it has {path.stat().st_size >> 20} MB; {BYTES >> 20} MB are read")
    try:
        return loadmat(path, variable_names=["user_score", "nFrames", "video_duration"])
    except (MatReadError, ValueError, TypeError, OSError, EOFError, NotImplementedError) as error:
        raise Malformed(f"it is no MATLAB file of version 5 ({str(error)[:80]})") from None


def _matrix(matrices: dict[str, Any], name: str) -> np.ndarray:
    matrix = matrices.get(name)
    if matrix is None:
        raise Malformed(f"field {name!r} is missing")
    usable = isinstance(matrix, np.ndarray) and matrix.ndim == 2 and 0 < matrix.size <= CELLS
    if not usable or matrix.dtype.kind not in "uif" or not np.isfinite(matrix).all():
        raise Malformed(f"field {name!r} is no matrix of numbers")
    return matrix


def _alone(matrices: dict[str, Any], name: str) -> float:
    matrix = _matrix(matrices, name)
    if matrix.size != 1:
        raise Malformed(f"field {name!r} holds {matrix.size} numbers where one belongs")
    return float(matrix[0, 0])
