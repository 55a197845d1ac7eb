"""Pretraining a video encoder without anybody's judgement: texts that belong, frames that are gone.

After Li et al. (WACV 2023). Coarse: does the text belong to the video? Fine: the Hausdorff distance
between its words and the frames is short if so, and long if not. Frames: what was hidden is guessed
from the frames around it and from the whole video, and how much to trust each is learned as well.
The text encoder stays as it is.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss, relu

from summarizer import checkpoint
from summarizer.errors import PresetError, SummarizerError
from summarizer.models.saliency.progressive import (
    EncoderShape,
    VideoEncoder,
    description,
    layers,
    padded,
    places,
)
from summarizer.train.films import MINILM, Film, Films, Reader, reader, stretch
from summarizer.train.loop import Pace, Pick

KIND = "video encoder"
MARGIN = sqrt(2.0)  # between unit vectors that have nothing in common
TINY = 1e-6  # under roots, so that they have a slope at 0
HELD = 64  # films of a check


@dataclass(frozen=True)
class Recipe:
    """How the encoder is built and pretrained; the published width is that of the features."""

    width: int = 0
    layers: int = 3
    heads: int = 8
    places: float = 1.0
    level: bool = True
    dropout: float = 0.1
    reads: str = MINILM
    """the text encoder: minilm, or a folder with BERT's weights"""
    hidden: int = 1
    """frames hidden in each video, as far as others are left"""
    window: int = 9
    """frames around a hidden one that guess it"""
    rectified: bool = False
    """guesses are never below 0, as published, for features that never are"""
    coarse: float = 1.0
    fine: float = 1.0
    frames: float = 5.0
    """weights of the terms; 0 leaves one out"""
    epochs: int = 200
    batch: int = 8
    rate: float = 1e-4
    longest: int = 256
    """frames of a video in a step"""

    def __post_init__(self):
        if self.hidden < 0 or self.window < 1 or self.window % 2 == 0:
            raise PresetError(
                f"{self.hidden} hidden frames and a window of {self.window} can't be; frames are "
                "hidden or not, and a window has a middle"
            )
        if min(self.epochs, self.batch, self.longest) < 1:
            raise PresetError(
                f"{self.epochs} epochs, a batch of {self.batch} and {self.longest} frames must all "
                "be 1 or more"
            )
        if min(self.coarse, self.fine, self.frames) < 0:
            raise PresetError("the weight of a term can't be below 0")


# -- the losses -----------------------------------------------------------------------------------


def unit(rows: Tensor) -> Tensor:
    """Rows of length 1; those near 0 stay there, with a gradient that stays small."""
    return rows * (rows.square().sum(-1, keepdim=True) + TINY).rsqrt()


def hausdorff(one: Tensor, one_there: Tensor, other: Tensor, other_there: Tensor) -> Tensor:
    """(b,) squared: how far the row farthest from the other set is from the nearest one in it.

    Sets are (b, n, width) of unit rows and (b, n) which are there; at least one of each is.
    """
    squares = (2 - 2 * one @ other.transpose(1, 2)).clamp(min=0)
    far = torch.finfo(squares.dtype).max
    there = _farthest(squares.masked_fill(~other_there[:, None, :], far), one_there)
    back = squares.masked_fill(~one_there[:, :, None], far).transpose(1, 2)
    return torch.maximum(there, _farthest(back, other_there))


def _farthest(squares: Tensor, there: Tensor) -> Tensor:
    return squares.amin(-1).masked_fill(~there, 0.0).amax(-1)


def contrast(squares: Tensor, fits: Tensor) -> Tensor:
    """(b,) what fits is drawn near, what doesn't is pushed beyond the margin."""
    away = relu(MARGIN - (squares + TINY).sqrt())
    return fits * squares + (1 - fits) * away.square()


# -- the model ------------------------------------------------------------------------------------


class Guess(nn.Module):
    """Hidden frames from those around them and from the whole video."""

    def __init__(self, shape: EncoderShape, window: int, rectified: bool):
        super().__init__()
        self.window, self.rectified = window, rectified
        self.around = layers(shape, 1)
        self.local = nn.Linear(shape.width, shape.features)
        self.overall = nn.Linear(shape.width, shape.features)
        self.trust = nn.Linear(shape.width, 2)

    def forward(self, given: Tensor, seen: Tensor, there: Tensor, hidden: Tensor) -> Tensor:
        """(b, n, width) before and after the encoder -> (hidden, features)."""
        video, frame = hidden.nonzero(as_tuple=True)
        half = self.window // 2
        spots = frame[:, None] + torch.arange(-half, half + 1, device=frame.device)
        inside = (spots >= 0) & (spots < given.shape[1])
        spots, video = spots.clamp(0, given.shape[1] - 1), video[:, None]
        inside &= there[video, spots]
        near = given[video, spots] + places(self.window, given)
        near = self.around(near, src_key_padding_mask=~inside)[:, half]
        far = seen[hidden]
        trust = self.trust(far).softmax(-1)
        guesses = torch.stack([self.local(near), self.overall(far)], -1)
        if self.rectified:
            guesses = guesses.relu()
        return (guesses * trust[:, None, :]).sum(-1)


class Pretraining(nn.Module):
    """The encoder under the three tasks."""

    def __init__(self, shape: EncoderShape, words: int, window: int = 9, rectified: bool = False):
        super().__init__()
        width = shape.width
        self.encoder = VideoEncoder(shape)
        self.gone = nn.Parameter(0.02 * torch.randn(shape.features))
        self.guess = Guess(shape, window, rectified)
        self.whole = nn.Linear(width, width)
        self.match = nn.Sequential(
            nn.Linear(words + width, width),
            nn.ReLU(),
            nn.Linear(width, max(1, width // 2)),
            nn.ReLU(),
            nn.Linear(max(1, width // 2), 1),
        )
        self.word = nn.Sequential(nn.Linear(words, words), nn.GELU(), nn.Linear(words, width))

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        there, hidden = batch["there"], batch["hidden"]
        rows = self.encoder.level(batch["rows"])
        covered = torch.where(hidden[..., None], self.gone, rows)
        given = self.encoder.enter(covered) * there[..., None]
        whole, seen = self.encoder(given, there)
        told = batch["said"].any(1)
        found = {
            "coarse": self.coarse(whole[told], batch, told),
            "fine": self.fine(seen[told], batch, told),
            "frames": whole.sum() * 0,
        }
        if hidden.any():
            guesses = self.guess(given, seen, there, hidden)
            found["frames"] = mse_loss(guesses, rows[hidden], reduction="none").mean(-1).sum()
        return found

    def coarse(self, whole: Tensor, batch: Mapping[str, Tensor], told: Tensor) -> Tensor:
        sure = self.sure(whole, batch["words"][told], batch["said"][told])
        return binary_cross_entropy_with_logits(sure, batch["fits"][told], reduction="sum")

    def sure(self, whole: Tensor, words: Tensor, said: Tensor) -> Tensor:
        """(b,) logits: whether the text belongs to the video."""
        mean = (words * said[..., None]).sum(1) / said.sum(1, keepdim=True).clamp(min=1)
        return self.match(torch.cat([mean, self.whole(whole).tanh()], -1))[:, 0]

    def fine(self, seen: Tensor, batch: Mapping[str, Tensor], told: Tensor) -> Tensor:
        if not told.any():
            return seen.sum() * 0
        words = unit(self.word(batch["words"][told]))
        squares = hausdorff(unit(seen), batch["there"][told], words, batch["said"][told])
        return contrast(squares.float(), batch["fits"][told]).sum()


# -- the lesson -----------------------------------------------------------------------------------


class Pairing:
    """The lesson: films with their texts, half of them with those of others in the batch, so a step
    is never divided."""

    def __init__(
        self,
        recipe: Recipe,
        module: Pretraining,
        films: Films,
        held: Films,
        features: str,
        read: Reader,
    ):
        self.recipe, self.module, self.features, self.read = recipe, module, features, read
        self.films, self.held, self.examples = films, held, len(films)
        self.weights = {name: getattr(recipe, name) for name in ("coarse", "fine", "frames")}
        self.of: Mapping[str, Any] = {"stage": "ssl", "settings": asdict(recipe)}

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        return self.tensors([(self.films[index], draw) for index, draw in picks])

    def tensors(self, taken: Sequence[tuple[Film, np.random.Generator]]) -> dict[str, Tensor]:
        rows, hidden, words, fits = [], [], [], []
        texts = [film.text for film, _ in taken]
        for film, draw in taken:
            part = stretch(len(film.rows), self.recipe.longest, draw)
            rows.append(film.rows[part])
            hidden.append(gone(len(rows[-1]), self.recipe.hidden, draw))
            text, own = paired(film.text, texts, draw)
            words.append(self.read.words(text) if text.strip() else self._nothing)
            fits.append(own)
        found, there = padded(rows)
        said, spoken = padded(words)
        return {
            "rows": found,
            "there": there,
            "hidden": padded(hidden)[0] > 0,
            "words": said,
            "said": spoken,
            "fits": torch.tensor(fits, dtype=torch.float32),
        }

    @property
    def _nothing(self) -> np.ndarray:
        return np.zeros((0, self.read.width), np.float32)

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        told = float(batch["said"].any(1).sum())
        return {"coarse": told, "fine": told, "frames": float(batch["hidden"].sum())}

    @torch.no_grad()
    def check(self) -> Mapping[str, float]:
        """On held-out films: how often a text is rightly judged to belong, and the lost frames."""
        module, count = self.module.eval(), min(HELD, len(self.held))
        right = told = lost = hidden = 0.0
        for first in range(0, count, self.recipe.batch):
            some = range(first, min(count, first + self.recipe.batch))
            batch = self.tensors([(self.held[i], np.random.default_rng([11, i])) for i in some])
            batch = {name: each.to(module.gone.device) for name, each in batch.items()}
            lost += float(module(batch)["frames"])
            hidden += float(batch["hidden"].sum())
            rows = module.encoder.enter(module.encoder.level(batch["rows"]))
            whole, _ = module.encoder(rows * batch["there"][..., None], batch["there"])
            sure = module.sure(whole, batch["words"], batch["said"]) > 0
            spoken = batch["said"].any(1)
            right += float(((sure == (batch["fits"] > 0.5)) & spoken).sum())
            told += float(spoken.sum())
        found = {"held out, match": right / told} if told else {}
        return found | ({"held out, frames": lost / hidden} if hidden else {})

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        shape = self.module.encoder.shape
        config = description(KIND, shape, self.features, self.read.made_by)
        checkpoint.save(folder, trained, config, {**metrics, **self.of})


def gone(frames: int, count: int, draw: np.random.Generator) -> np.ndarray:
    """(frames,) 1 where a frame is hidden: so many, but never all of them."""
    hidden = np.zeros(frames, np.float32)
    hidden[draw.permutation(frames)[: min(count, frames - 1)]] = 1
    return hidden


def paired(own: str, texts: Sequence[str], draw: np.random.Generator) -> tuple[str, float]:
    """A video's own text and 1, or as often another that says something else, and 0."""
    others = [text for text in texts if text.strip() and text != own]
    if others and draw.random() < 0.5:
        return others[int(draw.integers(len(others)))], 0.0
    return own, 1.0


def lesson(
    recipe: Recipe, films: Films, held: Films = (), features: str = "", seed: int = 0
) -> Pairing:
    """An encoder that knows nothing yet, for the features of these films.

    `features` names what made them; a checkpoint says it and is taken for no others.
    """
    if not len(films):
        raise SummarizerError("there is no video to pretrain on; check the manifest")
    read = reader(recipe.reads)
    wide = films[0].rows.shape[1]
    torch.manual_seed(seed)
    shape = EncoderShape(
        wide,
        recipe.width or wide,
        recipe.layers,
        recipe.heads,
        dropout=recipe.dropout,
        places=recipe.places,
        level=recipe.level,
    )
    module = Pretraining(shape, read.width, recipe.window, recipe.rectified)
    return Pairing(recipe, module, films, held, features, read)


def pace(recipe: Recipe, films: int, seed: int = 0) -> Pace:
    """All epochs, in steps."""
    steps = recipe.epochs * -(-films // recipe.batch)
    return Pace(steps=steps, batch=recipe.batch, rate=recipe.rate, warmup=0.1, seed=seed)
