"""A sense learns what lies in each part of what it is given, before it learns what texts say of the
whole.

Whole captions teach a small eye places at once, and of things next to nothing: a thing is a small
part of a picture, and which part is left to be found out. Told of each patch what lies there, it
learns shapes in a few minutes; and so does an ear, told of each half second what sounds. The line
that names them is thrown away.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from summarizer import checkpoint
from summarizer.models.small import EarShape, EyeShape, ear_of, eye_of
from summarizer.models.vision import Preparation
from summarizer.train.loop import Pick

SELDOM = -3.5  # the logit of a name, to begin with: most parts show little
HELD = 256  # examples of a check, at most
TOGETHER = 32
COVERED = 0.5  # share of a patch that a thing takes up where it counts as there
UNSAID = np.nan  # where nobody says whether a name is true
LEVEL = 1e-7  # added to a variance, as MERT does
HALF = (0.5,) * 3  # what pictures are centred by, and divided by

Box = tuple[float, float, float, float]  # left, top, right, bottom, in shares of a picture


class Marked(Protocol):
    """Examples by number: what is given, and (..., names) which names are true of each part: 1, 0,
    or UNSAID."""

    names: Sequence[Any]

    def __len__(self) -> int: ...

    def example(self, index: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]: ...


class Parts(nn.Module):
    """A sense as far as the parts of what it is given, and what it says of each."""

    def __init__(self, sense: nn.Module, width: int, names: int):
        super().__init__()
        self.sense = sense
        self.named = nn.Linear(width, names)
        nn.init.constant_(self.named.bias, SELDOM)

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        logits, true = self.named(self.parts(batch["given"])).float(), batch["true"]
        said = true.isfinite()
        return {
            "names": binary_cross_entropy_with_logits(logits[said], true[said], reduction="sum")
        }

    def parts(self, given: Tensor) -> Tensor:
        """(examples, ..., width)"""
        raise NotImplementedError

    def ready(self, given: Tensor) -> Tensor:
        """What is given, as the sense takes it."""
        raise NotImplementedError


class Look(Parts):
    """The picture half of a CLIP, and its patches: (pictures, down, across, width)."""

    def __init__(self, shape: EyeShape, names: int):
        visual = eye_of(shape, 1).visual
        visual.attnpool.requires_grad_(False)  # takes the patches together: not its turn yet
        super().__init__(visual, visual.attnpool.k_proj.in_features, names)
        self.ready = Preparation(shape.size, HALF, HALF, "bicubic")

    def parts(self, given: Tensor) -> Tensor:
        found = self.sense.forward_intermediates(
            given, indices=1, intermediates_only=True, output_fmt="NCHW"
        )
        (patches,) = found["image_intermediates"]
        return patches.permute(0, 2, 3, 1)


class Listen(Parts):
    """A MERT, and equal parts of what it hears: (sounds, pieces, width)."""

    def __init__(self, shape: EarShape, names: int, pieces: int):
        super().__init__(ear_of(shape), shape.width, names)
        self.pieces = pieces

    def parts(self, given: Tensor) -> Tensor:
        frames = self.sense(given).last_hidden_state
        each = frames.shape[1] // self.pieces
        whole = frames[:, : each * self.pieces]
        return whole.unflatten(1, (self.pieces, each)).mean(2)

    def ready(self, given: Tensor) -> Tensor:
        return levelled(given)


class Marking:
    """The lesson."""

    def __init__(self, module: Parts, marked: Marked, held: Marked | None = None):
        self.module, self.marked, self.held = module, marked, held
        self.weights, self.examples = {"names": 1.0}, len(marked)

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        return self._tensors([self.marked.example(index, draw) for index, draw in picks])

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        return {"names": float((batch["true"] == 1).any(-1).sum())}

    def check(self) -> Mapping[str, float]:
        """Of parts it has not learned from, of which anything is true: how often the likeliest
        name is."""
        if self.held is None:
            return {}
        module, right, count = self.module.eval(), 0.0, 0
        for first in range(0, min(HELD, len(self.held)), TOGETHER):
            numbers = range(first, min(HELD, len(self.held), first + TOGETHER))
            draws = [np.random.default_rng([5, each]) for each in numbers]
            batch = self._tensors(
                [self.held.example(*each) for each in zip(numbers, draws, strict=True)]
            )
            with torch.no_grad():
                parts = module.parts(batch["given"].to(module.named.weight.device))
                best = module.named(parts).argmax(-1, keepdim=True).cpu()
            true = batch["true"] == 1
            there = true.any(-1)
            right += float(true.gather(-1, best)[..., 0][there].sum())
            count += int(there.sum())
        return {"held out, names": right / max(1, count)}

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The sense with all it counted on the way, without the line."""
        checkpoint.save(folder, self.module.sense.state_dict(), {"kind": "parts"}, metrics)

    def _tensors(self, examples: Sequence[tuple[np.ndarray, np.ndarray]]) -> dict[str, Tensor]:
        given, true = (torch.from_numpy(np.stack(each)) for each in zip(*examples, strict=True))
        return {"given": self.module.ready(given), "true": true.float()}


def levelled(sounds: Tensor) -> Tensor:
    """Mean 0 and variance 1, each sound for itself, as the ear prepares it in use."""
    sounds = sounds - sounds.mean(1, keepdim=True)
    return sounds / (sounds.var(1, unbiased=False, keepdim=True) + LEVEL).sqrt()


def lying(boxes: Sequence[Box], names: Sequence[Sequence[int]], grid: int, many: int) -> np.ndarray:
    """(grid, grid, many): which of so many names, given of each box, are true of what takes up
    most of a patch."""
    true, edges = np.zeros((grid, grid, many), bool), np.arange(grid + 1) / grid
    for (left, top, right, bottom), own in zip(boxes, names, strict=True):
        across = np.clip(np.minimum(right, edges[1:]) - np.maximum(left, edges[:-1]), 0, None)
        down = np.clip(np.minimum(bottom, edges[1:]) - np.maximum(top, edges[:-1]), 0, None)
        covered = np.outer(down, across) * grid**2 > COVERED
        true[..., list(own)] |= covered[..., None]
    return true
