"""Learning scores in stages from what people gave every frame.

The loss is that of the product of the stages: its squared distance from the targets as published,
or how often it puts two frames the wrong way round. Padding never counts.
"""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import softplus

from summarizer import checkpoint
from summarizer.errors import PresetError, WeightsError
from summarizer.metrics.agreement import kendall
from summarizer.models.saliency.progressive import (
    ENCODER,
    KIND,
    EncoderShape,
    Progressive,
    Shape,
    description,
    padded,
    product,
    refuse_others,
)
from summarizer.train.films import MINILM, Film, Films, Reader, numbered, reader, stretch, widths
from summarizer.train.loop import Pace, Pick, train

LOSSES = ("published", "rank")


@dataclass(frozen=True)
class Recipe:
    """What is built and how it learns; every ablation is a setting."""

    stages: int = 3
    guide: str = ""
    """where the text comes in: nowhere, "after" the first look as published, "before" it"""
    reads: str = MINILM
    """the text encoder: minilm, or a folder with BERT's weights"""
    unsaid: float = 0.0
    """share of the examples that go without their text, for a summarizer that is to do without"""
    loss: str = "published"
    """of the product: published (squared distance) or rank (pairs of frames)"""
    each: float = 0.0
    """weight of the same loss on every stage by itself; published is 0"""
    width: int = 0
    """of the encoder; 0: that of the features, as published"""
    layers: int = 3
    heads: int = 8
    places: float = 0.1
    level: bool = True
    dropout: float = 0.1
    begin: str = ""
    """the checkpoint of a pretrained encoder, which then says how the encoder is built"""
    pretrain: int = 0
    """epochs of pretraining on the same videos and their texts before, without their targets"""
    epochs: int = 40
    """of a round"""
    rounds: int = 1
    """each with its own rise and fall of the rate; what does best on held-out videos is kept"""
    patience: int = 2
    """rounds without a gain after which no other is begun"""
    batch: int = 4
    rate: float = 1e-4
    longest: int = 512
    """frames of a video in a step"""

    def __post_init__(self):
        if self.loss not in LOSSES:
            raise PresetError(f"no loss {self.loss[:20]!r}; there are {', '.join(LOSSES)}")
        if min(self.epochs, self.rounds, self.patience, self.batch, self.longest) < 1:
            raise PresetError(
                f"{self.epochs} epochs, {self.rounds} rounds, a patience of {self.patience}, a "
                f"batch of {self.batch} and {self.longest} frames must all be 1 or more"
            )
        if min(self.width, self.pretrain) < 0 or self.each < 0:
            raise PresetError("a width, epochs of pretraining or a weight can't be below 0")
        if not 0 <= self.unsaid <= 1:
            raise PresetError(f"a share of {self.unsaid:g} examples without text is not in 0..1")


# -- the losses -----------------------------------------------------------------------------------


def levelled(values: np.ndarray) -> np.ndarray:
    """In 0..1 from the least to the most; a half where all are the same."""
    values = np.asarray(values, np.float32)
    low, high = values.min(), values.max()
    if high <= low:
        return np.full_like(values, 0.5)
    return (values - low) / (high - low)


def distance(logs: Tensor, wanted: Tensor, there: Tensor) -> Tensor:
    """(b,) the sum over frames of the squared distance between exp(logs) and what was wanted."""
    return ((logs.exp() - wanted).square() * there).sum(-1)


def disorder(logs: Tensor, wanted: Tensor, there: Tensor) -> Tensor:
    """(b,) the frames there are, times the mean of ln(1 + exp(-gap)) over all pairs that differ.

    The gap is by how much the one that should be higher is; a pair weighs as much as it differs.
    """
    apart = wanted[:, :, None] - wanted[:, None, :]
    weigh = apart.clamp(min=0) * (there[:, :, None] & there[:, None, :])
    wrong = softplus(logs[:, None, :] - logs[:, :, None])
    return there.sum(-1) * (weigh * wrong).sum((1, 2)) / weigh.sum((1, 2)).clamp(min=1e-6)


# -- the lesson -----------------------------------------------------------------------------------


class Stages(nn.Module):
    """The summarizer under its losses; each is a sum over frames."""

    def __init__(self, model: Progressive, loss: str):
        super().__init__()
        self.model = model
        self.loss = distance if loss == "published" else disorder

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        there, wanted = batch["there"], batch["wanted"]
        logits = self.model(batch["rows"], there, batch["text"]).float()
        alone = [self.loss(product(each[:, None]), wanted, there) for each in logits.unbind(1)]
        return {
            "product": self.loss(product(logits), wanted, there).sum(),
            "each": torch.stack(alone).mean(0).sum(),
        }


class Scoring:
    """The lesson: films with targets, some of them perhaps held out."""

    def __init__(
        self,
        recipe: Recipe,
        model: Progressive,
        films: Films,
        held: Films = (),
        features: str = "",
        read: Reader | None = None,
    ):
        self.recipe, self.features, self.read = recipe, features, read
        self.films, self.held = films, held
        self.module = Stages(model, recipe.loss)
        self.weights, self.examples = {"product": 1.0, "each": recipe.each}, len(films)
        self.of: Mapping[str, Any] = {"stage": KIND, "settings": asdict(recipe)}

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        rows, wanted, said = [], [], []
        for index, draw in picks:
            film = self.films[index]
            part = stretch(len(film.rows), self.recipe.longest, draw)
            rows.append(film.rows[part])
            # of the whole video, so that a stretch without any change has its place, too
            wanted.append(levelled(film.target)[part])
            said.append(self.said(film) * (draw.random() >= self.recipe.unsaid))
        found, there = padded(rows)
        text = torch.from_numpy(np.stack(said))
        return {"rows": found, "there": there, "wanted": padded(wanted)[0], "text": text}

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        frames = float(batch["there"].sum())
        return {"product": frames, "each": frames}

    def said(self, film: Film) -> np.ndarray:
        """The vector of its text, as wide as the model wants it."""
        if self.read is None:
            return np.zeros(1, np.float32)
        return self.read.whole(film.text)

    def check(self) -> Mapping[str, float]:
        """On held-out films: tau with the target, the mean over those that have an order."""
        model, found = self.module.model.eval(), []
        for film in numbered(self.held):
            said = self.said(film) if self.read else None
            found.append(kendall(model.judge(film.rows, said).prod(0), film.target))
        found = [each for each in found if each is not None]
        return {"held out, tau": float(np.mean(found))} if found else {}

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        own = {name.removeprefix("model."): each for name, each in trained.items()}
        text = self.read.made_by if self.read else ""
        config = description(KIND, self.module.model.shape, self.features, text)
        checkpoint.save(folder, own, config, {**metrics, **self.of})


def lesson(
    recipe: Recipe,
    films: Films,
    held: Films = (),
    features: str = "",
    begin: Path | None = None,
    seed: int = 0,
) -> Scoring:
    """A summarizer that knows nothing yet, or begins from a pretrained encoder, and its films.

    `features` names what made the rows; a checkpoint says it and takes no others.
    """
    judged = [film for film in numbered(films) if film.target is not None]
    begin = begin or (Path(recipe.begin) if recipe.begin else None)
    if not judged:
        raise PresetError(f"none of {len(films)} videos has a target to learn; 'gtscore' gives it")
    read = reader(recipe.reads) if recipe.guide else None
    torch.manual_seed(seed)
    shape = _encoder(recipe, widths(judged), begin, features)
    wide = read.width if read else 0
    model = Progressive(Shape(shape, recipe.stages, recipe.guide, wide, recipe.dropout))
    if begin:
        _begin(model, begin)
    held = [film for film in numbered(held) if film.target is not None]
    return Scoring(recipe, model, judged, held, features, read)


def pace(recipe: Recipe, films: int, seed: int = 0) -> Pace:
    """One round, in steps."""
    steps = recipe.epochs * -(-films // recipe.batch)
    return Pace(steps=steps, batch=recipe.batch, rate=recipe.rate, warmup=0.1, seed=seed)


def _encoder(recipe: Recipe, features: int, begin: Path | None, made_by: str) -> EncoderShape:
    if begin is None:
        width = recipe.width or features
        return EncoderShape(
            features,
            width,
            recipe.layers,
            recipe.heads,
            dropout=recipe.dropout,
            places=recipe.places,
            level=recipe.level,
        )
    config = checkpoint.describe(begin).config
    try:
        shape = EncoderShape(**config["shape"])
    except (KeyError, TypeError):
        raise WeightsError(
            f"the checkpoint {begin.name} is of no pretrained video encoder; make one by "
            "summarizer.train ssl"
        ) from None
    refuse_others(begin, config.get("features"), shape.features, made_by, features)
    return replace(shape, places=recipe.places, dropout=recipe.dropout)


def _begin(model: Progressive, begin: Path) -> None:
    learned = {n: each for n, each in checkpoint.tensors(begin).items() if n.startswith(ENCODER)}
    own = dict(model.named_parameters())
    lacking = {n for n in own if n.startswith(ENCODER)} ^ set(learned)
    if lacking or any(own[n].shape != each.shape for n, each in learned.items()):
        raise WeightsError(
            f"the encoder in the checkpoint {begin.name} doesn't fit its own config.json; get it "
            "again"
        )
    with torch.no_grad():
        for name, each in learned.items():
            own[name].copy_(each)


# -- several rounds -------------------------------------------------------------------------------


def fit(taught: Scoring, out: Path, seed: int = 0, quiet: bool = False) -> Mapping[str, Any]:
    """Learn for the rounds of the recipe and keep the best as `out`; its measures.

    A round begins where the one before ended, at a rate that rises and falls again (warm restarts,
    Loshchilov and Hutter, 2017). Without held-out films the last is the best. Stopped, the same
    call goes on.
    """
    recipe, made = taught.recipe, []
    while len(made) < recipe.rounds and not _enough(list(map(_worth, made)), recipe.patience):
        here = out.with_name(f"{out.name}.round{len(made) + 1}")
        if here.is_dir():
            checkpoint.load(here, taught.module.model)
        elif not train(
            taught, pace(recipe, taught.examples, seed + 1000 * len(made)), here, quiet=quiet
        ).done:
            raise KeyboardInterrupt
        made.append(here)
    best = max(reversed(made), key=_worth)
    shutil.rmtree(out, ignore_errors=True)
    best.replace(out)
    for each in made:
        for left in (each, each.with_name(f"{each.name}.training")):
            shutil.rmtree(left, ignore_errors=True)
    return checkpoint.describe(out).metrics


def _worth(folder: Path) -> float:
    return float(checkpoint.describe(folder).metrics.get("held out, tau", 0.0))


def _enough(worths: Sequence[float], patience: int) -> bool:
    """Whether so many rounds went by since the best."""
    return bool(worths) and len(worths) - 1 - int(np.argmax(worths)) >= patience
