"""TVSum, SumMe, OVP and YouTube in the HDF5 form in which most papers since 2016 share them.

What a file may hold is known to `summarizer.data.benchmark`. Checked with files of TVSum and SumMe
that were derived from the authors' own; those of OVP and YouTube have not been opened here. Where
a file says neither the length nor the frame rate, its samples are taken as two a second, which is
how the features of all four were sampled.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from summarizer.data.entries import Entry, Shelf, Skipped, converted, files
from summarizer.data.manifest import Example, Rated
from summarizer.data.readers.youtube import ID, address

if TYPE_CHECKING:
    from summarizer.data.benchmark import Annotated

RATE = 2.0  # samples a second
FORMS = {
    "tvsum": "ydata-tvsum50.mat or eccv16_dataset_tvsum_google_pool5.h5",
    "summe": "GT/*.mat or eccv16_dataset_summe_google_pool5.h5",
    "ovp": "eccv16_dataset_ovp_google_pool5.h5",
    "youtube": "eccv16_dataset_youtube_google_pool5.h5",
}
NAMES = {"tvsum": "TVSum", "summe": "SumMe", "ovp": "OVP", "youtube": "YouTube"}


def read(place: Path, skipped: Skipped | None = None, *, which: str) -> Iterator[Example]:
    """The videos of the .h5 file with the name of the set in its own."""
    from summarizer.data import benchmark

    path, *_ = files(place, f"*{which}*.h5", about=f"{NAMES[which]} comes as {FORMS[which]}")
    shelf = Shelf(place)
    videos = benchmark.read(path, which).items()
    entries = (Entry(f"{path.name}, {name}", video) for name, video in videos)
    yield from converted(entries, partial(_example, shelf=shelf, which=which), skipped)


def _example(entry: Entry, shelf: Shelf, which: str) -> list[Example]:
    video = entry.values
    seconds = video.seconds or len(video.picks) / RATE
    title = video.title or video.name.partition("/")[2]
    media = shelf.media(title)
    if not media and video.title:
        known = which == "tvsum" and ID.fullmatch(title)
        media = address(title) if known else f"videos/{title}.mp4"
    return [
        Example(
            id=title, video=media, seconds=seconds, source=NAMES[which],
            saliency=_saliency(video, seconds, which),
            masks=_rated(video.masks, seconds) if len(video.masks) else None,
        )
    ]  # fmt: skip


def _saliency(video: "Annotated", seconds: float, which: str) -> Rated | None:
    """What each annotator gave every frame where their scale is known, else what models learn."""
    if which == "tvsum" and video.scores is not None:
        return _rated(video.scores, seconds, 1.0, 5.0)
    return None if video.target is None else _rated(video.target, seconds)


def _rated(values: np.ndarray, seconds: float, low: float = 0.0, high: float = 1.0) -> Rated:
    rows = np.atleast_2d(values).astype(float)
    return Rated(rows.shape[1] / seconds, tuple(map(tuple, rows.tolist())), low, high)
