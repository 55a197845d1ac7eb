"""Captions: what a picture of every few seconds shows, as a short sentence by BLIP."""

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.schema import Concept, Encoded, Findings, Line, Pictures, Video

SIDE = 384  # pixels, as BLIP wants them
APART = 4.0  # seconds between two captions, or more in a long video
AT_ONCE = 8  # pictures between two signs of life
SLOW = 2.0  # seconds a caption takes without a GPU, about,
SHARE = 0.3  # which may add up to this share of the video's length
FEWEST = 3
LITTLE = (32, 18)  # pixels, to tell how still a picture is


class Captions:
    """A line for every few seconds, from the stillest picture of them; what stays is one line.

    The words are a model's guess at what is seen; nobody says them, so they are never quoted.
    """

    name: ClassVar[str] = "captions"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (SIDE, SIDE, 3)
    kind: ClassVar[str] = "uint8"
    most: ClassVar[int] = 240  # pictures
    gpu: ClassVar[bool] = True
    width: ClassVar[int] = 640  # pixels of the pictures that are looked at
    weights: ClassVar[str] = "blip"

    def __init__(self, video: Video):
        self.seconds = video.seconds
        self.apart = max(APART, video.seconds / self.most)
        self.stillest: dict[int, tuple[float, float]] = {}  # part -> how still, when
        self.before: np.ndarray | None = None

    @property
    def identity(self) -> str:
        from summarizer.models.hub import marked

        return marked(self.weights)

    def sample(self, material: Pictures) -> Iterable[tuple[float, np.ndarray]]:
        """Nothing yet: these pictures only say when to look closer."""
        for time, frame in zip(material.times.tolist(), material.frames, strict=True):
            little = cv2.resize(frame, LITTLE, interpolation=cv2.INTER_AREA).astype(np.float32)
            change = 255.0 if self.before is None else float(np.abs(little - self.before).mean())
            part = int(time / self.apart)
            self.stillest[part] = min(self.stillest.get(part, (np.inf, 0.0)), (change, time))
            self.before = little
        return ()

    def moments(self) -> list[float]:
        """When to look closer, in seconds, in order."""
        return [time for _, (_, time) in sorted(self.stillest.items())][: self.most]

    def look(self, pictures: Pictures) -> Iterator[tuple[float, np.ndarray]]:
        for time, frame in zip(pictures.times.tolist(), pictures.frames, strict=True):
            yield time, cv2.resize(frame, (SIDE, SIDE), interpolation=cv2.INTER_AREA)

    def nothing(self) -> Findings:
        return Findings()

    @classmethod
    def encode(cls, times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        from summarizer.models.captioner import load_captioner
        from summarizer.models.hub import folder
        from summarizer.models.loading import best_device

        device = best_device()
        captioner = load_captioner(folder(cls.weights), device)
        kept = affordable(len(times), seconds, device)
        times, rows = times[kept], rows[kept]
        texts: list[str] = []
        for first in range(0, len(times), AT_ONCE):
            texts += captioner.caption(np.asarray(rows[first : first + AT_ONCE]))
            lines = tuple(spread(times[: len(texts)], texts, seconds))
            words = sum(len(text.split()) for text in texts)
            yield Encoded(len(texts) / len(times), Findings(lines=lines), device, words)


class TinyCaptions(Captions):
    """The same, 32 wide, for tests."""

    name: ClassVar[str] = "captions-tiny"
    weights: ClassVar[str] = "tiny-blip"


def affordable(count: int, seconds: float, device: str) -> np.ndarray:
    """Which of so many pictures there is time for: all of them where there is a GPU."""
    most = count if device != "cpu" else max(FEWEST, int(SHARE * seconds / SLOW))
    return np.unique(np.linspace(0, count - 1, min(count, most)).round().astype(int))


def spread(times: np.ndarray, texts: list[str], seconds: float) -> Iterator[Line]:
    """A line a caption, each to halfway to the next; the same words in a row are one line."""
    halfway = ((times[1:] + times[:-1]) / 2).tolist()
    edges = [0.0, *halfway, seconds]
    spans = zip(edges[:-1], edges[1:], texts, strict=True)
    for text, same in groupby(spans, key=lambda span: span[2]):
        stretches = list(same)
        if text:
            yield Line(stretches[0][0], stretches[-1][1], text, "captions", 0.5)
