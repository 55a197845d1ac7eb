"""The picture half of a small CLIP learns what lies where, before it learns what texts say of it.

Whole captions teach it places at once, and of things next to nothing: a thing is a small part of a
picture, and which part is left to be found out. Told of each patch what lies there, it learns
shapes in a few minutes; the line that names them is thrown away.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from summarizer import checkpoint
from summarizer.models.small import EyeShape, eye_of
from summarizer.models.vision import Preparation
from summarizer.train.loop import Pick

SELDOM = -3.5  # the logit of a name, to begin with: most patches show little
HELD = 256  # examples of a check, at most
COVERED = 0.5  # share of a patch that a thing takes up where it counts as there


@dataclass(frozen=True, eq=False)
class View:
    """A picture, and which names fit what lies in which boxes."""

    picture: np.ndarray  # (h, w, 3) uint8
    boxes: Sequence[tuple[float, float, float, float]]  # left, top, right, bottom, in shares
    names: Sequence[tuple[int, ...]]  # of each box, by number


class Views(Protocol):
    """Examples by number."""

    names: Sequence[str]

    def __len__(self) -> int: ...

    def view(self, index: int, draw: np.random.Generator) -> View: ...


class Look(nn.Module):
    """The eye as far as its patches, and what it says of each."""

    def __init__(self, eye: EyeShape, names: int):
        super().__init__()
        self.visual = eye_of(eye, 1).visual
        self.visual.attnpool.requires_grad_(False)  # takes the patches together: not its turn yet
        self.named = nn.Linear(self.visual.attnpool.k_proj.in_features, names)
        nn.init.constant_(self.named.bias, SELDOM)

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        logits = self.says(batch["pictures"]).float()
        return {"names": binary_cross_entropy_with_logits(logits, batch["true"], reduction="sum")}

    def says(self, pictures: Tensor) -> Tensor:
        """(pictures, down, across, names)"""
        found = self.visual.forward_intermediates(
            pictures, indices=1, intermediates_only=True, output_fmt="NCHW"
        )
        (patches,) = found["image_intermediates"]
        return self.named(patches.permute(0, 2, 3, 1))


class Looking:
    """The lesson."""

    def __init__(self, module: Look, shape: EyeShape, views: Views, held: Views | None = None):
        self.module, self.shape, self.views, self.held = module, shape, views, held
        self.weights, self.examples = {"names": 1.0}, len(views)
        half = (0.5,) * 3
        self.prepare = Preparation(shape.size, half, half, "bicubic")

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        return self._tensors([self.views.view(index, draw) for index, draw in picks])

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        return {"names": float(batch["true"].any(-1).sum())}

    def check(self) -> Mapping[str, float]:
        """Of patches it has not learned from, in which one thing lies: how often the likeliest
        name is a true one."""
        if self.held is None:
            return {}
        module, right, count = self.module.eval(), 0.0, 0
        for first in range(0, min(HELD, len(self.held)), 32):
            numbers = range(first, min(HELD, len(self.held), first + 32))
            views = [self.held.view(each, np.random.default_rng([5, each])) for each in numbers]
            batch = self._tensors(views)
            with torch.no_grad():
                says = module.says(batch["pictures"].to(module.named.weight.device)).cpu()
            there = batch["true"].any(-1)
            best = batch["true"].gather(-1, says.argmax(-1, keepdim=True))[..., 0]
            right, count = right + float(best[there].sum()), count + int(there.sum())
        return {"held out, names": right / max(1, count)}

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The picture half with all it counted on the way, without the line."""
        checkpoint.save(folder, self.module.visual.state_dict(), {"kind": "look"}, metrics)

    def _tensors(self, views: Sequence[View]) -> dict[str, Tensor]:
        grid, count = self.shape.size // 32, len(self.views.names)
        return {
            "pictures": self.prepare(torch.from_numpy(np.stack([v.picture for v in views]))),
            "true": torch.from_numpy(np.stack([lying(each, grid, count) for each in views])),
        }


def lying(view: View, grid: int, names: int) -> np.ndarray:
    """(grid, grid, names) float32: 1 for the names of what takes up most of a patch."""
    true, edges = np.zeros((grid, grid, names), np.float32), np.arange(grid + 1) / grid
    for (left, top, right, bottom), own in zip(view.boxes, view.names, strict=True):
        across = np.clip(np.minimum(right, edges[1:]) - np.maximum(left, edges[:-1]), 0, None)
        down = np.clip(np.minimum(bottom, edges[1:]) - np.maximum(top, edges[:-1]), 0, None)
        covered = np.outer(down, across) * grid**2 > COVERED
        true[..., list(own)] = np.maximum(true[..., list(own)], covered[..., None])
    return true
