"""A small CLIP and a small MERT learn together: pictures and sounds into the one space of texts.

What a text says may be true of other pictures of the batch as well; those are no mistakes. Whole
captions are soon told apart by the place alone, so there may also be short texts, of a fact each,
some of them near misses.
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
    naming,
    save_ear,
    save_eye,
)
from summarizer.models.vision import Preparation
from summarizer.train.loop import Pick
from summarizer.train.marking import HALF, levelled

HOTTEST = 100.0  # that a likeness is multiplied with, as in CLIP
TERMS = ("sight", "hearing", "named in sight", "named in hearing")
HELD = 64  # examples of a check, at most


@dataclass(frozen=True, eq=False)
class Told:
    """A text, the facts it tells, and all the facts of what it is about."""

    text: str
    tells: frozenset
    facts: frozenset


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A picture and what is said of it."""

    picture: np.ndarray  # (h, w, 3) uint8
    told: Told


@dataclass(frozen=True, eq=False)
class Earful:
    """A stretch of sound and what is said of a part of it."""

    sound: np.ndarray  # (samples,) float32, 24 kHz; all have as many
    part: tuple[float, float]  # in shares of it
    told: Told


class Moments(Protocol):
    """Examples by number, with as much of each as comes cheaper together; at least one of both."""

    def __len__(self) -> int: ...

    def moments(
        self, index: int, draw: np.random.Generator
    ) -> tuple[Sequence[Glimpse], Sequence[Earful]]: ...

    def named(
        self, seen: Sequence[Told], heard: Sequence[Told], draw: np.random.Generator
    ) -> tuple[Sequence[Told], Sequence[Told]]:
        """Short texts for pictures and for sounds of which these are told; there may be none."""
        ...


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
        found = {
            "sight": likeness(pictures, seen, scale, batch["so seen"]),
            "hearing": likeness(sounds, heard, scale, batch["so heard"]),
        }
        for term, rows in (("named in sight", pictures), ("named in hearing", sounds)):
            if len(batch[term]):
                texts = self.eye.encode_text(batch[term])
                found[term] = naming(rows, texts, scale, batch[f"true {term}"])
        return found

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
        says: Mapping[str, Any] | None = None,
    ):
        """`says` goes into the checkpoint's config."""
        self.says = dict(says or {})
        self.module, self.shape, self.tokenizer = module, shape, tokenizer
        self.moments, self.held = moments, held
        self.weights, self.examples = dict.fromkeys(TERMS, 1.0), len(moments)
        self.prepare = Preparation(shape.size, HALF, HALF, "bicubic")

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        moments = [self.moments.moments(index, draw) for index, draw in picks]
        told = [[each.told for each in kind] for kind in _together(moments)]
        return self.tensors(moments, self.moments.named(*told, picks[-1][1]))

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        count = {"sight": len(batch["pictures"]), "hearing": len(batch["sounds"])}
        named = {f"named in {name}": each for name, each in count.items()}
        return count | {name: each for name, each in named.items() if len(batch[name])}

    def tensors(
        self,
        moments: Sequence[tuple[Sequence[Glimpse], Sequence[Earful]]],
        named: tuple[Sequence[Told], Sequence[Told]] = ((), ()),
    ) -> dict[str, Tensor]:
        glimpses, earfuls = _together(moments)
        both = zip(("sight", "hearing"), (glimpses, earfuls), named, strict=True)
        pictures = torch.from_numpy(np.stack([each.picture for each in glimpses]))
        sounds = torch.from_numpy(np.stack([each.sound for each in earfuls]))
        return {
            "pictures": self.prepare(pictures),
            "sounds": levelled(sounds),
            "parts": torch.tensor([each.part for each in earfuls]),
            "seen": self._read([each.told.text for each in glimpses]),
            "heard": self._read([each.told.text for each in earfuls]),
            "so seen": fits([each.told for each in glimpses]),
            "so heard": fits([each.told for each in earfuls]),
            **{
                f"{start}named in {name}": each
                for name, those, texts in both
                for start, each in (
                    ("", self._read([told.text for told in texts])),
                    ("true ", true([each.told for each in those], texts)),
                )
            },
        }

    def _read(self, texts: Sequence[str]) -> Tensor:
        if not texts:
            return torch.zeros(0, self.shape.words, dtype=torch.long)
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
        draws = [np.random.default_rng([5, index]) for index in range(min(HELD, len(self.held)))]
        batch = self.tensors([self.held.moments(index, draw) for index, draw in enumerate(draws)])
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
        checkpoint.save(
            folder, own, {"kind": "heard", "common": self.shape.common, **self.says}, metrics
        )


def _together(
    moments: Sequence[tuple[Sequence[Glimpse], Sequence[Earful]]],
) -> tuple[list[Glimpse], list[Earful]]:
    """All that is seen, and all that is heard."""
    return (
        [each for seen, _ in moments for each in seen],
        [each for _, heard in moments for each in heard],
    )


def true(told: Sequence[Told], texts: Sequence[Told]) -> Tensor:
    """(n, m): whether all that text j tells is told of i."""
    rows = [text.tells <= each.tells for each in told for text in texts]
    return torch.tensor(rows, dtype=torch.bool).reshape(len(told), len(texts))


def fits(told: Sequence[Told]) -> Tensor:
    """(n, n): whether all that text j tells is true of i; each text is of its own."""
    rows = [[other.tells <= each.facts for other in told] for each in told]
    return torch.tensor(rows) | torch.eye(len(rows), dtype=torch.bool)
