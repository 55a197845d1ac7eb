"""A sense in two steps as a model would have them, with arithmetic in place of the model."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import ClassVar, Literal

import numpy as np

from summarizer.sampling import encode
from summarizer.schema import Concept, Curve, Encoded, Findings, Pictures, Track, Video
from summarizer.senses import SENSES

SIDE = 8  # pixels


class Glimpse:
    """Keeps a small grey picture a second; its model says how bright each is."""

    name: ClassVar[str] = "glimpse"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (SIDE, SIDE)
    kind: ClassVar[str] = "uint8"
    most: ClassVar[int] = 600
    gpu: ClassVar[bool] = True

    def __init__(self, video: Video):
        self.due = 0.0

    def sample(self, material: Pictures) -> Iterable[tuple[float, np.ndarray]]:
        for time, frame in zip(material.times, material.frames, strict=True):
            if time >= self.due:
                self.due = float(time) + 1.0
                rows, columns = (length // SIDE for length in frame.shape[:2])
                yield float(time), frame[: rows * SIDE : rows, : columns * SIDE : columns].mean(2)

    @staticmethod
    def encode(times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        assert isinstance(rows, np.memmap)
        values = np.zeros(int(np.ceil(seconds - 1e-6)))
        for done, (time, row) in enumerate(zip(times, rows, strict=True), 1):
            values[min(int(time), len(values) - 1)] = row.mean() / 255
            track = Track("glimpses", times[:done], rows[:done].mean((1, 2))[:, None], "arithmetic")
            found = Findings((Curve.of("brightness", "glimpse", values),), (), (track,))
            yield Encoded(done / len(times), found, "arithmetic", SIDE * SIDE * done)


def know() -> None:
    SENSES["glimpse"] = Glimpse


def _collect(arguments: tuple) -> list[Encoded]:
    return list(encode(*arguments))


class Elsewhere:
    """Encodes in a process of its own, as a Space does: all that goes there and back is pickled."""

    def __init__(self):
        self.asked: list[tuple] = []

    def __call__(self, *arguments) -> Iterator[Encoded]:
        self.asked.append(arguments)
        with ProcessPoolExecutor(1, get_context("spawn"), know) as there:
            yield from there.submit(_collect, arguments).result()
