"""Scores in stages: what counts is strengthened and looked at again, by one encoder for all stages.

After Li, Ke, Gong and Drummond, "Progressive Video Summarization via Multimodal Self-supervised
Learning" (WACV 2023): the input of a stage is that of the one before, times 1 + its scores, and the
scores of all stages are multiplied. Here padding is seen by nobody, the product starts at a half
however many stages there are, and a text may also be read before the first look: added after it,
as published, it moves all frames of the first stage alike and so changes no order there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.errors import PresetError, WeightsError
from summarizer.schema import Track

KIND, ENCODER = "progressive", "encoder."
GUIDES = ("", "after", "before")
MOST = 1024  # rows of a video that see each other; those of longer ones lie further apart


@dataclass(frozen=True)
class EncoderShape:
    """How the video encoder is built; the published one has 1024 features and a width of 1024."""

    features: int
    """width of a frame's features"""
    width: int
    layers: int = 3
    heads: int = 8
    inner: int = 4
    """times the width"""
    dropout: float = 0.1
    places: float = 1.0
    """how much the places of frames weigh; published are 1 for pretraining and 0.1 for scores"""
    level: bool = True
    """whether each frame's features are brought to mean 0 and variance 1 first"""

    def __post_init__(self):
        if min(self.features, self.width, self.layers, self.heads, self.inner) < 1:
            raise PresetError(f"an encoder can't be built of {self}; its numbers are 1 or more")
        if self.width % (2 * self.heads):
            raise PresetError(
                f"a width of {self.width} can't be shared by {self.heads} heads; take a multiple "
                f"of {2 * self.heads}"
            )


@dataclass(frozen=True)
class Shape:
    """How a progressive summarizer is built."""

    encoder: EncoderShape
    stages: int = 3
    guide: str = ""
    """where a text comes in: nowhere, after the first look as published, or before it"""
    text: int = 0
    """width of the text's vector"""
    dropout: float = 0.1

    def __post_init__(self):
        if self.stages < 1:
            raise PresetError(f"{self.stages} stages give no score; ask for 1 or more")
        if self.guide not in GUIDES:
            raise PresetError(f"no guide {self.guide[:20]!r}; there are {GUIDES}")
        if bool(self.guide) != (self.text > 0):
            raise PresetError(
                f"a guide {self.guide!r} and a text {self.text} wide don't belong together"
            )


class VideoEncoder(nn.Module):
    """Frames that have seen each other, and one row for the whole video."""

    def __init__(self, shape: EncoderShape):
        super().__init__()
        self.shape = shape
        same = shape.features == shape.width
        self.entry = nn.Identity() if same else nn.Linear(shape.features, shape.width)
        self.whole = nn.Parameter(0.02 * torch.randn(shape.width))
        self.layers = layers(shape, shape.layers)

    def level(self, rows: Tensor) -> Tensor:
        """The features as all that follows takes them."""
        return nn.functional.layer_norm(rows, rows.shape[-1:]) if self.shape.level else rows

    def enter(self, rows: Tensor) -> Tensor:
        """(b, n, features) levelled -> (b, n, width)."""
        return self.entry(rows)

    def forward(self, frames: Tensor, there: Tensor) -> tuple[Tensor, Tensor]:
        """(b, n, width) and which are no padding -> (b, width) of the whole, (b, n, width)."""
        frames = frames + self.shape.places * places(frames.shape[1], frames)
        whole = self.whole.expand(len(frames), 1, -1)
        hidden = torch.cat([torch.zeros_like(there[:, :1]), ~there], 1)
        seen = self.layers(torch.cat([whole, frames], 1), src_key_padding_mask=hidden)
        return seen[:, 0], seen[:, 1:] * there[..., None]


def layers(shape: EncoderShape, count: int) -> nn.TransformerEncoder:
    """So many layers that normalise after they add, as published."""
    layer = nn.TransformerEncoderLayer(
        shape.width, shape.heads, shape.inner * shape.width, shape.dropout, batch_first=True
    )
    return nn.TransformerEncoder(layer, count, enable_nested_tensor=False)


def places(count: int, like: Tensor) -> Tensor:
    """(count, width): sines and cosines of each place (Vaswani et al., 2017)."""
    width = like.shape[-1]
    steps = torch.arange(0, width, 2, device=like.device, dtype=torch.float32)
    speeds = torch.exp(steps * (-log(10_000.0) / width))
    angles = torch.arange(count, device=like.device, dtype=torch.float32)[:, None] * speeds
    return torch.stack([angles.sin(), angles.cos()], -1).flatten(1).to(like.dtype)


class Progressive(nn.Module):
    """The summarizer."""

    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        width = shape.encoder.width
        self.encoder = VideoEncoder(shape.encoder)
        self.dropout = nn.Dropout(shape.dropout)
        self.heads = nn.ModuleList(nn.Linear(width, 1) for _ in range(shape.stages))
        half = 0.5 ** (1 / shape.stages)
        for head in self.heads:
            nn.init.constant_(head.bias, log(half / (1 - half)))
        self.guide = None
        if shape.guide:
            self.guide = nn.Sequential(
                nn.Linear(shape.text, shape.text), nn.GELU(), nn.Linear(shape.text, width)
            )

    def forward(self, rows: Tensor, there: Tensor, text: Tensor | None = None) -> Tensor:
        """(b, n, features), (b, n) which are no padding, (b, text) -> (b, stages, n) logits.

        A text that is all zeros guides nothing.
        """
        frames = self.encoder.enter(self.encoder.level(rows)) * there[..., None]
        found = []
        for stage, head in enumerate(self.heads):
            said = self._said(text) if stage == 0 else 0.0
            before = said if self.shape.guide == "before" else 0.0
            _, seen = self.encoder(frames + before, there)
            seen = seen + frames + (said if self.shape.guide == "after" else 0.0)
            found.append(head(self.dropout(seen))[..., 0])
            frames = frames * (1 + found[-1].sigmoid()[..., None])
        return torch.stack(found, 1)

    def _said(self, text: Tensor | None) -> Tensor | float:
        """(b, 1, width) that the text adds to each frame."""
        if text is None or self.guide is None:
            return 0.0
        spoken = (text.abs().amax(-1, keepdim=True) > 0).to(text.dtype)
        return (self.guide(text) * spoken)[:, None]

    @torch.no_grad()
    def judge(self, rows: np.ndarray, text: np.ndarray | None = None) -> np.ndarray:
        """(n, features) of one video -> (stages, n) scores in 0..1; their product is the score."""
        first = self.encoder.whole
        given = torch.as_tensor(np.asarray(rows, np.float32)).to(first)[None]
        there = torch.ones(given.shape[:2], dtype=torch.bool, device=given.device)
        said = None if text is None else torch.as_tensor(np.asarray(text, np.float32)).to(first)
        found = self(given, there, None if said is None else said[None])
        return found[0].sigmoid().float().cpu().numpy()


def product(logits: Tensor) -> Tensor:
    """(b, stages, n) -> (b, n): the logarithm of the product of the stages' scores."""
    return nn.functional.logsigmoid(logits).sum(1)


def padded(rows: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """(b, longest, ...) with zeros after the shorter ones, and (b, longest) which are none."""
    longest = max(map(len, rows))
    out = np.zeros((len(rows), longest, *rows[0].shape[1:]), np.float32)
    there = np.zeros((len(rows), longest), bool)
    for number, each in enumerate(rows):
        out[number, : len(each)], there[number, : len(each)] = each, True
    return torch.from_numpy(out), torch.from_numpy(there)


# -- kept -----------------------------------------------------------------------------------------


def description(kind: str, shape: Any, features: str, text: str = "") -> dict[str, Any]:
    """What a checkpoint says of itself: by what its features were made, and the text's vectors."""
    return {"kind": kind, "features": features, "text": text, "shape": asdict(shape)}


def load(folder: Path, features: str, width: int, text: str = "") -> Progressive:
    """The summarizer of a checkpoint, for features made by this, and for these texts if any."""
    config = checkpoint.describe(folder).config
    shape = _shape(folder, config)
    refuse_others(folder, config.get("features"), shape.encoder.features, features, width)
    if text and shape.guide and config.get("text") != text:
        raise WeightsError(
            f"the checkpoint {folder.name} reads texts by {str(config.get('text'))[:60]!r} and not "
            f"by {text!r}; embed them so"
        )
    model = Progressive(shape)
    checkpoint.load(folder, model)
    return model.eval().requires_grad_(False)


def refuse_others(folder: Path, needed: object, wide: int, features: str, width: int) -> None:
    """Say in a sentence which features a checkpoint needs, where these are others."""
    if (needed, wide) != (features, width):
        raise WeightsError(
            f"the checkpoint {folder.name} needs features by {str(needed)[:60]!r}, {wide} wide, "
            f"and not by {features[:60]!r}, {width} wide; extract those, or train one on these"
        )


def _shape(folder: Path, config: Mapping[str, Any]) -> Shape:
    try:
        if config["kind"] != KIND:
            raise ValueError(config["kind"])
        given = dict(config["shape"])
        return Shape(EncoderShape(**given.pop("encoder")), **given)
    except (KeyError, TypeError, ValueError):
        raise WeightsError(
            f"the config.json of the checkpoint {folder.name} does not say how a progressive "
            "summarizer is shaped; get the checkpoint again"
        ) from None


# -- in use ---------------------------------------------------------------------------------------


def by_second(trained: str, track: Track, seconds: int, words: str) -> np.ndarray | None:
    """(stages, seconds) in 0..1: what each stage of the named checkpoint gives the middle of each
    second, guided by these words where it was taught to be; nothing where it is not here."""
    folder = checkpoint.find(trained)
    return None if folder is None else _judged(folder, track, seconds, words)


@lru_cache(maxsize=8)  # of a video and a wish, which change less often than all the rest
def _judged(folder: Path, track: Track, seconds: int, words: str) -> np.ndarray:
    from summarizer.models import text

    model = _loaded(folder, track.made_by, track.values.shape[1], text.MADE_BY)
    said = text.load_text().embed([words])[0] if words and model.shape.guide else None
    count = len(track.times)
    taken = np.linspace(0, count - 1, min(count, MOST)).round().astype(int)
    scores = model.judge(track.values[taken], said)
    middles = np.arange(seconds) + 0.5
    return np.stack([np.interp(middles, track.times[taken], each) for each in scores])


_loaded = lru_cache(maxsize=2)(load)
