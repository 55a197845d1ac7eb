"""Sight: what each second looks like, as CLIP puts it, so that texts can be compared with it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

import numpy as np

from summarizer.config import VisionConfig
from summarizer.models.moving import beside
from summarizer.schema import Concept, Encoded, Findings, Pictures, Track, Video
from summarizer.senses.pictured import Spaced, middle, squeezed

if TYPE_CHECKING:
    from torch import Tensor

SIDE = 224  # pixels, as CLIP wants them
SMALL = 128  # pixels, for the model that is trained here
AT_ONCE = 32  # pictures encoded between two signs of life


class Sight:
    """A row a second: where its picture lies among all that can be described.

    Of a wide picture the middle square is looked at, as CLIP was trained; what is only at the
    left or right edge may be missed.
    """

    name: ClassVar[str] = "sight"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["pictures"]] = "pictures"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (SIDE, SIDE, 3)
    kind: ClassVar[str] = "uint8"
    most: ClassVar[int] = 2_400  # pictures; of longer videos they lie further apart
    gpu: ClassVar[bool] = True
    weights: ClassVar[str] = "clip-vit-b-32"
    settings: ClassVar[str] = "vision"
    patches: ClassVar[bool] = False  # whether some tokens of each picture are kept, too
    follows: ClassVar[bool] = False  # whether they also say where they lie and how they move
    nearest: ClassVar[float] = 1.0  # seconds from one picture to the next, at least

    def __init__(self, video: Video):
        self.spaced = Spaced(video.seconds, self.most, self.nearest)

    @property
    def identity(self) -> str:
        from summarizer.models.hub import marked

        return marked(self.weights)

    def sample(self, material: Pictures) -> Iterable[tuple[float, np.ndarray]]:
        for time, frame in self.spaced.take(material):
            yield time, self.fitted(frame)

    @staticmethod
    def fitted(frame: np.ndarray) -> np.ndarray:
        """The picture as the model is to see it."""
        return middle(frame, SIDE)

    @classmethod
    def encode(
        cls, times: np.ndarray, rows: np.ndarray, seconds: float, settings: VisionConfig
    ) -> Iterator[Encoded]:
        from summarizer.models.hub import folder
        from summarizer.models.loading import best_device
        from summarizer.models.vision import load_eye

        device = best_device()
        eye = load_eye(folder(cls.weights), device)
        found = [np.zeros((0, eye.width), np.float32)]
        kept: list[np.ndarray] = []
        for first in range(0, len(times), AT_ONCE):
            seen = eye.look(np.asarray(rows[first : first + AT_ONCE]))
            found.append(seen.embedding)
            if cls.patches:
                patches = seen.patches
                if cls.follows:
                    patches = beside(patches, rows, times, first)
                kept.append(merged(patches, settings))
            done = min(len(times), first + AT_ONCE)
            rows_so_far = np.concatenate(found).astype("f2")
            tracks = [Track("sight", times[:done].copy(), rows_so_far, cls.weights)]
            if cls.patches and done == len(times):  # they are many: handed over once
                tokens = np.concatenate(kept)
                each = np.repeat(times, len(tokens) // len(times))
                tracks.append(Track("patches", each, tokens, cls.weights))
            share = done / len(times)
            yield Encoded(share, Findings(tracks=tuple(tracks)), device, done * eye.patches)


class LargeSight(Sight):
    """The same with a larger model, and with what it saw patch by patch, merged to a few tokens."""

    name: ClassVar[str] = "sight-large"
    weights: ClassVar[str] = "clip-vit-l-14"
    patches: ClassVar[bool] = True


class TinySight(Sight):
    """The same, 32 wide, for tests."""

    name: ClassVar[str] = "sight-tiny"
    weights: ClassVar[str] = "tiny-clip"
    patches: ClassVar[bool] = True


class PocketSight(Sight):
    """The same with the small model that is trained here. It sees the whole picture, squeezed to a
    square, and twice a second, so that it can tell how things move."""

    name: ClassVar[str] = "sight-pocket"
    version: ClassVar[int] = 2
    weights: ClassVar[str] = "pocket-clip"
    patches: ClassVar[bool] = True
    follows: ClassVar[bool] = True
    nearest: ClassVar[float] = 0.5
    shape: ClassVar[tuple[int, ...]] = (SMALL, SMALL, 3)

    @staticmethod
    def fitted(frame: np.ndarray) -> np.ndarray:
        return squeezed(frame, SMALL)


def merged(patches: "Tensor", settings: VisionConfig) -> np.ndarray:
    """The patches of each picture as so many tokens: (pictures x tokens, width)."""
    from summarizer.models.merging import decide

    tokens = decide(patches, settings.keep_tokens, settings.merging).merge(patches)
    return tokens.flatten(0, 1).half().cpu().numpy()
