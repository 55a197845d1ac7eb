"""A small CLIP and a small MERT learn together: pictures and sounds into the one space of texts.

What a text says may be true of other pictures of the batch as well; those are no mistakes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.models.small import (
    EarShape,
    EyeShape,
    ear_of,
    eye_of,
    likeness,
    save_ear,
    save_eye,
)
from summarizer.models.vision import Preparation
from summarizer.train.loop import Pick

HOTTEST = 100.0  # that a likeness is multiplied with, as in CLIP
HELD = 256  # pairs of a check
LEVEL = 1e-7  # added to a variance, as MERT does


@dataclass(frozen=True, eq=False)
class Moment:
    """A picture and a stretch of sound, a text for each, and what is true there."""

    picture: np.ndarray  # (h, w, 3) uint8
    sound: np.ndarray  # (samples,) float32, 24 kHz; all moments have as many
    part: tuple[float, float]  # of the sound, in shares of it, that its text is about
    seen: str
    heard: str
    sight: frozenset  # facts of the picture
    hearing: frozenset  # facts of that part of the sound
    said: frozenset  # facts that `seen` tells
    told: frozenset  # facts that `heard` tells


class Moments(Protocol):
    def __len__(self) -> int: ...

    def moment(self, index: int, draw: np.random.Generator) -> Moment: ...


class Senses(nn.Module):
    """The eye with its texts, the ear, and a line from the ear into the common space."""

    def __init__(self, eye: EyeShape, ear: EarShape, words: int):
        super().__init__()
        self.eye = eye_of(eye, words)
        self.ear = ear_of(ear)
        self.heard = nn.Linear(ear.width, eye.common, bias=False)

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        scale = self.eye.logit_scale.exp().clamp(max=HOTTEST)
        pictures = self.eye.encode_image(batch["pictures"])
        sounds = self.hear(batch["sounds"], batch["parts"])
        seen, heard = self.eye.encode_text(batch["seen"]), self.eye.encode_text(batch["heard"])
        return {
            "sight": likeness(pictures, seen, scale, batch["so seen"]),
            "hearing": likeness(sounds, heard, scale, batch["so heard"]),
        }

    def hear(self, sounds: Tensor, parts: Tensor) -> Tensor:
        """(sounds, common): the mean of the frames of each part."""
        frames = self.ear(sounds).last_hidden_state
        at = (torch.arange(frames.shape[1], device=frames.device) + 0.5) / frames.shape[1]
        inside = (at >= parts[:, :1]) & (at < parts[:, 1:])
        inside = inside / inside.sum(1, keepdim=True).clamp(min=1)
        return self.heard((inside[:, :, None] * frames).sum(1))


class Likening:
    """The lesson. Negatives are those of one batch, so a step is never divided."""

    weights: Mapping[str, float]

    def __init__(
        self,
        module: Senses,
        shape: EyeShape,
        tokenizer,
        moments: Moments,
        held: Moments | None = None,
    ):
        self.module, self.shape, self.tokenizer = module, shape, tokenizer
        self.moments, self.held = moments, held
        self.weights, self.examples = {"sight": 1.0, "hearing": 1.0}, len(moments)
        half = (0.5,) * 3
        self.prepare = Preparation(shape.size, half, half, "bicubic")

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        return self.tensors([self.moments.moment(index, draw) for index, draw in picks])

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        return {"sight": len(batch["pictures"]), "hearing": len(batch["sounds"])}

    def tensors(self, moments: Sequence[Moment]) -> dict[str, Tensor]:
        pictures = torch.from_numpy(np.stack([each.picture for each in moments]))
        return {
            "pictures": self.prepare(pictures),
            "sounds": levelled(torch.from_numpy(np.stack([each.sound for each in moments]))),
            "parts": torch.tensor([each.part for each in moments]),
            "seen": self._read([each.seen for each in moments]),
            "heard": self._read([each.heard for each in moments]),
            "so seen": fits([m.sight for m in moments], [m.said for m in moments]),
            "so heard": fits([m.hearing for m in moments], [m.told for m in moments]),
        }

    def _read(self, texts: Sequence[str]) -> Tensor:
        return self.tokenizer(
            list(texts),
            padding="max_length",
            truncation=True,
            max_length=self.shape.words,
            return_tensors="pt",
        ).input_ids

    def check(self) -> Mapping[str, float]:
        """Of pairs it has not learned from: how often the likeliest text is a true one."""
        if self.held is None:
            return {}
        count = min(HELD, len(self.held))
        batch = self.tensors(
            [self.held.moment(index, np.random.default_rng([5, index])) for index in range(count)]
        )
        module = self.module.eval()
        device = next(module.parameters()).device
        batch = {name: each.to(device) for name, each in batch.items()}
        with torch.no_grad():
            found = {
                "sight": (module.eye.encode_image(batch["pictures"]), "seen"),
                "hearing": (module.hear(batch["sounds"], batch["parts"]), "heard"),
            }
            measures = {}
            for name, (rows, texts) in found.items():
                best = (
                    rows @ nn.functional.normalize(module.eye.encode_text(batch[texts]), dim=-1).T
                ).argmax(1, keepdim=True)
                true = batch[f"so {texts}"].gather(1, best).float().mean()
                measures[f"held out, {name}"] = float(true)
        return measures

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The eye as `folder`-clip, the ear as `folder`-mert, both as on the hub; what lies between
        the ear and the texts as the checkpoint `folder`."""
        save_eye(
            folder.with_name(f"{folder.name}-clip"), self.module.eye, self.shape, self.tokenizer
        )
        save_ear(folder.with_name(f"{folder.name}-mert"), self.module.ear)
        own = {name: each for name, each in trained.items() if name.startswith("heard.")}
        checkpoint.save(folder, own, {"kind": "heard", "common": self.shape.common}, metrics)


def levelled(sounds: Tensor) -> Tensor:
    """Mean 0 and variance 1, each sound for itself, as the ear prepares it in use."""
    sounds = sounds - sounds.mean(1, keepdim=True)
    return sounds / (sounds.var(1, unbiased=False, keepdim=True) + LEVEL).sqrt()


def fits(true: Sequence[frozenset], said: Sequence[frozenset]) -> Tensor:
    """(n, n): whether all that text j says is true of i; each text is of its own."""
    rows = [[told <= facts for told in said] for facts in true]
    return torch.tensor(rows) | torch.eye(len(rows), dtype=torch.bool)
