"""Features that stand in for those of TVSum and SumMe, made from their real annotations.

The features of the real videos are not here, so these are drawn: names, lengths, picks, shots,
scores and summaries are the real ones, and 1024 numbers a frame carry a part of what people gave
it, beside what has nothing to do with it. So it is known what there is to find, and how much a
model finds of it. They say nothing about real videos.

A frame's row is LOUD p d + other(t) + noise. Of p, the part that can be known, half the variance is
the annotators' mean score and half a value that each shot draws; d is a direction; other(t) are
eight values that each shot draws, along directions of their own; noise is normal, new in each
number. On TVSum d is one of two directions, and in the other lies a decoy as strong as p: which it
is hangs on the category of the video, so only its text can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from summarizer.data import benchmark
from summarizer.data.benchmark import Annotated

WIDTH = 1024
LOUD = 2.0
OTHERS, OTHER_LOUD = 8, 2.0
MADE_BY = "planted"


@dataclass(frozen=True, eq=False)
class Planted:
    """A video with drawn features, and the part of its scores that is in them."""

    video: Annotated
    features: np.ndarray  # (steps, 1024) float32
    part: np.ndarray  # (steps,) mean 0, variance 1


def planted(folder: Path, which: str, seed: int = 0) -> Iterator[Planted]:
    """All videos of a set."""
    directions = np.linalg.qr(np.random.default_rng(seed).normal(size=(WIDTH, 2 + OTHERS)))[0].T
    videos = benchmark.load(folder, which)
    kinds = sorted({category(video) for video in videos.values()})
    for video in videos.values():
        draw = np.random.default_rng([seed, *video.name.encode()])
        half = int(len(kinds) > 1 and kinds.index(category(video)) >= len(kinds) // 2)
        yield _planted(video, directions, half if len(kinds) > 1 else None, draw)


def category(video: Annotated) -> str:
    """The kind of a TVSum video, which its text ends with; empty elsewhere."""
    return video.text.rpartition(". ")[2] if video.set == "tvsum" else ""


def _planted(
    video: Annotated, directions: np.ndarray, half: int | None, draw: np.random.Generator
) -> Planted:
    shot = np.searchsorted(video.shots[:, 1], video.picks, side="right")

    def by_shot(count: int) -> np.ndarray:
        return standard(draw.normal(size=(len(video.shots), count))[shot])

    liked = standard(np.mean(video.said, axis=0)[video.picks][:, None])
    part = standard(liked + by_shot(1))
    along = np.zeros((len(part), len(directions)))
    along[:, 2:] = OTHER_LOUD * by_shot(OTHERS)
    along[:, half or 0] = LOUD * part[:, 0]
    if half is not None:
        along[:, 1 - half] = LOUD * standard(by_shot(1) + by_shot(1))[:, 0]
    rows = along @ directions + draw.normal(size=(len(part), WIDTH))
    return Planted(video, rows.astype(np.float32), part[:, 0])


def standard(columns: np.ndarray) -> np.ndarray:
    """Each column with mean 0 and variance 1; a constant one is 0."""
    return (columns - columns.mean(0)) / np.maximum(columns.std(0), 1e-9)


def write(path: Path, folder: Path, which: str, seed: int = 0) -> dict[str, np.ndarray]:
    """Write the set with drawn features in the standard form; by name what was planted."""
    found = list(planted(folder, which, seed))
    benchmark.write(
        path,
        (replace(each.video, features=each.features) for each in found),
        f"{MADE_BY} {seed}",
    )
    return {each.video.name: each.part for each in found}
