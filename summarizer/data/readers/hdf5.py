"""Numbers out of HDF5 files that nobody vouches for: their size is asked before they are read."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from summarizer.data.manifest import Malformed, Told
from summarizer.errors import SummarizerError


@contextmanager
def opened(path: Path) -> Iterator[Any]:
    """The file, for reading; what is broken in it is told in a sentence."""
    import h5py

    try:
        with h5py.File(path, "r") as file:
            yield file
    except Malformed as error:
        raise SummarizerError(f"{path.name}: {error}") from None
    except (OSError, RuntimeError) as error:
        raise SummarizerError(f"{path.name} can't be read as HDF5 ({str(error)[:80]})") from None


def inner(group: Any, name: str, where: str) -> Any:
    """What the group has under this name, unless it is a link out of the file."""
    import h5py

    if not isinstance(group, h5py.Group):
        raise Malformed(f"{where} is no group")
    if name not in group or not isinstance(group.get(name, getlink=True), h5py.HardLink):
        raise Malformed(f"field {name!r} is missing")
    return group[name]


def pointed(file: Any, cells: Any, number: int, name: str) -> Any:
    """What the reference in the first column of this row points at."""
    import h5py

    if not isinstance(cells, h5py.Dataset) or cells.ndim != 2 or cells.dtype != h5py.ref_dtype:
        raise Malformed(f"field {name!r} is no column of references")
    return file[cells[number, 0]]


def numbers(found: Any, name: str, most: Sequence[int]) -> np.ndarray:
    """The finite numbers of the dataset, none of whose sides is longer than in `most`."""
    import h5py

    if (
        not isinstance(found, h5py.Dataset)
        or found.ndim != len(most)
        or found.dtype.kind not in "uif"
    ):
        raise Malformed(f"field {name!r} is no array of numbers with {len(most)} sides")
    if any(not 0 < side <= limit for side, limit in zip(found.shape, most, strict=True)):
        raise Malformed(
            f"field {name!r} has the shape {found.shape}; at most {tuple(most)} is read"
        )
    values = found[()]
    if not np.isfinite(values).all():
        raise Malformed(f"field {name!r} holds a number that is none (NaN or infinite)")
    return values


def titled(title: str) -> tuple[Told, ...]:
    """A video's title as a caption, if it has one."""
    title = " ".join(title.split())
    return (Told(title, name="title"),) if title else ()
