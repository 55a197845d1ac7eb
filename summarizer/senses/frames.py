"""Frames: what BLIP's eye sees in a picture of every second, for the model that reads a video whole
(VTSUM-BLIP: Lin et al., "VideoXum", 2023)."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import cv2
import numpy as np

from summarizer.config import FramesConfig
from summarizer.schema import Concept, Encoded, Findings, Pictures, Track, Video
from summarizer.senses.pictured import Spaced, squeezed

SIDE = 224  # pixels, as VTSUM-BLIP was trained; BLIP makes of them what it wants
APART = 1.0  # seconds from one picture to the next, at least
AT_ONCE = 16  # pictures between two signs of life
LITTLE = (16, 9)  # pixels, to tell how much a picture differs from the one before
BATCH = 256  # pictures made little at once


class Frames:
    """A row a second, or, under a budget, a row for each of so many pictures, that lie closer
    together where more changes. The whole picture is seen, squeezed to a square."""

    name: ClassVar[str] = "frames"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (SIDE, SIDE, 3)
    kind: ClassVar[str] = "uint8"
    most: ClassVar[int] = 2_400  # pictures; of longer videos they lie further apart
    gpu: ClassVar[bool] = True
    weights: ClassVar[str] = "blip"
    settings: ClassVar[str] = "frames"

    def __init__(self, video: Video):
        self.spaced = Spaced(video.seconds, self.most, APART)

    @property
    def identity(self) -> str:
        from summarizer.models.hub import marked

        return marked(self.weights)

    def sample(self, material: Pictures) -> Iterable[tuple[float, np.ndarray]]:
        for time, frame in self.spaced.take(material):
            yield time, squeezed(frame, SIDE)

    @classmethod
    def encode(
        cls, times: np.ndarray, rows: np.ndarray, seconds: float, settings: FramesConfig
    ) -> Iterator[Encoded]:
        from summarizer.models.captioner import load_captioner
        from summarizer.models.hub import folder
        from summarizer.models.loading import best_device

        device = best_device()
        blip = load_captioner(folder(cls.weights), device)
        looked_at = chosen(rows, settings.budget)
        found: list[np.ndarray] = []
        for first in range(0, len(looked_at), AT_ONCE):
            found.append(blip.rows(np.asarray(rows[looked_at[first : first + AT_ONCE]])))
            done = min(len(looked_at), first + AT_ONCE)
            track = Track(
                "frames", times[looked_at[:done]].copy(), np.concatenate(found), cls.weights
            )
            share = done / len(looked_at)
            yield Encoded(share, Findings(tracks=(track,)), device, done)


class TinyFrames(Frames):
    """The same, 32 wide, for tests."""

    name: ClassVar[str] = "frames-tiny"
    weights: ClassVar[str] = "tiny-blip"


def chosen(pictures: np.ndarray, budget: int) -> np.ndarray:
    """The places of the pictures that are looked at: all, or so many where most changes."""
    if not 0 < budget < len(pictures):
        return np.arange(len(pictures))
    from summarizer.models.saliency.adaptive import sampled

    batches = (pictures[first : first + BATCH] for first in range(0, len(pictures), BATCH))
    return sampled(batches, little, budget)


def little(pictures: np.ndarray) -> np.ndarray:
    """(pictures, numbers): each very small, around its own mean, so that light alone is little."""
    small = [cv2.resize(each, LITTLE, interpolation=cv2.INTER_AREA) for each in pictures]
    flat = np.stack(small).reshape(len(pictures), -1).astype(np.float32)
    return flat - flat.mean(axis=1, keepdims=True)
