"""Learning to score the seconds of a video and to tell what it shows, from the same frames.

The settings are those of VTSUM-BLIP (Lin et al., "VideoXum", 2023) with what was wrong in them put
right: the mean over seconds counts no padding, sentences are joined with a space, what learns is
what is used, and what is measured was never learned from.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from summarizer import checkpoint
from summarizer.errors import PresetError
from summarizer.files import whole
from summarizer.metrics import frames, text
from summarizer.models.loading import tokens_of
from summarizer.models.saliency import dual as decoders
from summarizer.models.saliency import released
from summarizer.models.saliency.beginning import begun_with, marks
from summarizer.models.saliency.dual import IGNORED, Dual, Words
from summarizer.models.saliency.refine import Taste, refine
from summarizer.models.small import tokenizer_of
from summarizer.train.loop import Pace, Pick
from summarizer.train.watched import Watched

AT_ONCE = 8  # videos that are told of together
OWN = "dual."
EPOCHS, BATCH = 56, 64  # published: 16 on each of 4 GPUs
SMALLEST = -1e4  # a logit of a frame that is not there


@dataclass(frozen=True)
class Recipe:
    """What of the model learns by which terms; every ablation is a setting."""

    temporal: int = 1
    """layers over all seconds; 0: none"""
    kernel: int = 5
    """seconds of the local attention; 0: none"""
    slots: int = 0
    """of the memory; 0: none"""
    within: int = 0
    """seconds that the temporal layer sees at once; 0: all"""
    edges: float = 0.0
    """weight of where events end; 0: it is not learned"""
    agreement: float = 0.0
    """weight of the tie between what is chosen and what is told; 0: there is none"""
    common: int = 64
    """numbers in which they are compared"""
    seconds: float = 15.0
    """weight of the scores; 10 without local attention, as published"""
    words: float = 1.0
    """weight of the text"""
    smoothing: float = 0.1
    """of the labels of words"""
    longest: int = 512
    """seconds of a video in a step"""
    told: int = 128
    """tokens of a text, at most"""
    beams: int = 3

    def __post_init__(self):
        if min(self.seconds, self.words, self.edges, self.agreement) < 0:
            raise PresetError("weights of a loss can't be below 0")
        if any(each and (each < 0 or each % 2 == 0) for each in (self.kernel, self.within)):
            raise PresetError(
                f"windows of {self.kernel} and {self.within} seconds must have a middle: kernel "
                "and within are odd, or 0"
            )
        if not 0 <= self.smoothing < 1 or self.longest < 2 or self.told < 1:
            raise PresetError(
                f"a smoothing of {self.smoothing:g}, {self.longest} seconds and {self.told} tokens "
                "are not possible; smoothing lies in 0..1, a step takes 2 seconds or more"
            )

    @property
    def parts(self) -> dict[str, Any]:
        """The parts of the model, as fields of its shape."""
        return {
            "layers": self.temporal,
            "kernel": self.kernel,
            "slots": self.slots,
            "within": self.within,
            "edges": self.edges > 0,
            "common": self.common if self.agreement > 0 else 0,
        }

    @property
    def weights(self) -> dict[str, float]:
        """Of the terms that are learned."""
        terms = ("seconds", "words", "edges", "agreement")
        return {name: getattr(self, name) for name in terms if getattr(self, name) > 0}


def pace(videos: int, seed: int = 0) -> Pace:
    """The published one: 2e-5 along a cosine to 0; the gradient is held, which theirs was not."""
    steps = max(1, EPOCHS * videos // BATCH)
    return Pace(steps=steps, batch=BATCH, rate=2e-5, decay=0.05, warmup=0.03, seed=seed)


class Videos(Protocol):
    """Videos by number; the same each time."""

    def __len__(self) -> int: ...

    def __getitem__(self, index: int) -> Watched: ...


class Learning(nn.Module):
    """The model with the sums of the terms of its loss."""

    def __init__(self, dual: Dual, recipe: Recipe):
        super().__init__()
        self.dual, self.recipe = dual, recipe

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        rows, there = batch["rows"], batch["there"]
        seen, terms = self.dual(rows, there), self.recipe.weights
        sums = {}
        if "seconds" in terms:
            sums["seconds"] = _crossed(seen.saliency, batch["wanted"], there)
        if "words" in terms:
            logits = self.dual.words(batch["tokens"], seen.states, there)
            sums["words"] = cross_entropy(
                logits[:, :-1].float().flatten(0, 1),
                batch["labels"][:, 1:].flatten(),
                ignore_index=IGNORED,
                label_smoothing=self.recipe.smoothing,
                reduction="sum",
            )
        if "edges" in terms:
            sums["edges"] = _crossed(seen.edges, batch["ends"], there[:, 1:])
        if "agreement" in terms:
            chosen = seen.saliency.masked_fill(~there, SMALLEST)
            vectors = self.dual.text.get_input_embeddings()(batch["tokens"])
            told = batch["labels"] != IGNORED
            sums["agreement"] = self.dual.agreement(rows, chosen, vectors, told)
        return sums


def _crossed(logits: Tensor, wanted: Tensor, there: Tensor) -> Tensor:
    """The sum of the cross entropies of what is there. `wanted` may be the mean of annotators: the
    loss is linear in it, so that is the mean of the losses against each."""
    return binary_cross_entropy_with_logits(
        logits[there].float(), wanted[there].float(), reduction="sum"
    )


class Summarizing:
    """The lesson. With the agreement term a step is never divided: its negatives are of one batch.

    `made` says by which weights the rows were made, and holds the words where they are our own.
    """

    def __init__(
        self,
        module: Learning,
        words: Words,
        videos: Videos,
        held: Videos | None = None,
        made: Mapping[str, str] | None = None,
    ):
        self.module, self.words, self.videos, self.held = module, words, videos, held
        self.made = made or {}
        self.of: Mapping[str, Any] = {}  # what is learned from, and how, for the metrics
        self.recipe, self.weights = module.recipe, module.recipe.weights
        self.examples = len(videos)

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        cut = [_stretch(self.videos[index], self.recipe.longest, draw) for index, draw in picks]
        return tensors(cut, self.words, self.recipe.told)

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        there = batch["there"]
        sizes = {
            "seconds": float(there.sum()),
            "words": float((batch["labels"][:, 1:] != IGNORED).sum()),
            "edges": float(there[:, 1:].sum()),
            "agreement": float(len(there)),
        }
        return {name: sizes[name] for name in self.weights}

    def check(self) -> Mapping[str, float]:
        if self.held is None or not len(self.held):
            return {}
        dual = self.module.dual.eval()
        found = told(dual, self.words, self.held, self.recipe)
        return {f"held out, {name}": each for name, each in judged(found, self.held).items()}

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        own = {name.removeprefix(OWN): each for name, each in trained.items()}
        decoders.save(folder, own, self.module.dual.shape, self.made, {**metrics, **self.of})


def _stretch(video: Watched, longest: int, draw: np.random.Generator) -> Watched:
    """As many seconds in a row as a step takes, from wherever."""
    seconds = len(video.rows)
    if seconds <= longest:
        return video
    first = int(draw.integers(seconds - longest + 1))
    last = first + longest
    edges = tuple(each - first for each in video.edges if first < each < last)
    rows, masks = video.rows[first:last], video.masks[:, first:last]
    return Watched(video.name, rows, masks, video.text, edges, video.lines)


def tensors(videos: Sequence[Watched], words: Words, most: int) -> dict[str, Tensor]:
    """Videos of any length as one batch, with what is padding marked."""
    longest = max(len(video.rows) for video in videos)
    width = videos[0].rows.shape[1]
    rows = torch.zeros(len(videos), longest, width)
    there = torch.zeros(len(videos), longest, dtype=torch.bool)
    wanted, ends = torch.zeros(len(videos), longest), torch.zeros(len(videos), longest - 1)
    for at, video in enumerate(videos):
        seconds = len(video.rows)
        rows[at, :seconds] = torch.from_numpy(video.rows)
        there[at, :seconds] = True
        wanted[at, :seconds] = torch.from_numpy(video.masks.mean(0))
        ends[at, [edge - 1 for edge in video.edges]] = 1.0
    lessons = [words.lesson(video.text, video.lines, most) for video in videos]
    room = max(len(tokens) for tokens, _ in lessons)
    tokens = torch.full((len(videos), room), words.shape.filler)
    labels = torch.full((len(videos), room), IGNORED)
    for at, (read, right) in enumerate(lessons):
        tokens[at, : len(read)] = torch.tensor(read)
        labels[at, : len(right)] = torch.tensor(right)
    named = {"rows": rows, "there": there, "wanted": wanted, "ends": ends}
    return {**named, "tokens": tokens, "labels": labels}


# -- in use, and how good it is -------------------------------------------------------------------


class Answer(NamedTuple):
    """What is made of a video."""

    scores: np.ndarray  # (seconds,) logits
    text: str
    mask: np.ndarray  # (seconds,) bool: what is kept


def told(dual: Dual, words: Words, videos: Videos, recipe: Recipe) -> list[Answer]:
    """Scores and a text for each video, one after the other; kept is what scores best."""
    device = next(dual.parameters()).device
    return [_told(dual, words, videos[at], recipe, device) for at in range(len(videos))]


def _told(dual: Dual, words: Words, video: Watched, recipe: Recipe, device) -> Answer:
    rows = torch.from_numpy(video.rows)[None].to(device)
    there = torch.ones(rows.shape[:2], dtype=torch.bool, device=device)
    with torch.no_grad():
        seen = dual(rows, there)
        prompt = torch.tensor([words.prompt(video.lines)], device=device)
        tokens = dual.tell(seen.states, there, prompt, beams=recipe.beams, most=recipe.told)
    scores = seen.saliency[0].float().cpu().numpy()
    return Answer(scores, words.text(tokens[0].tolist()), frames.top(scores))


def refined(answers: Sequence[Answer], videos: Videos, taste: Taste) -> list[Answer]:
    """The same, with as many seconds kept, refined."""
    found = []
    for at, answer in enumerate(answers):
        fine = refine(answer.scores, videos[at].rows, int(answer.mask.sum()), taste)
        found.append(Answer(fine.scores, answer.text, fine.mask))
    return found


def judged(answers: Sequence[Answer], videos: Videos) -> dict[str, float]:
    """Means over the videos: F1 of exactly 15 % and both orders against the annotators' mean; of
    the texts all that is measured here."""
    values: dict[str, list[float]] = {"F1": [], "tau": [], "rho": []}
    for answer, video in zip(answers, (videos[at] for at in range(len(videos))), strict=True):
        order = frames.against_mean(answer.scores, video.masks.astype(float))
        f = frames.overlaps(answer.mask, video.masks).mean.f
        for name, value in (("F1", f), ("tau", order.tau), ("rho", order.rho)):
            if value is not None:
                values[name].append(value)
    found = {name: float(np.mean(each)) for name, each in values.items() if each}
    references = [[videos[at].text] for at in range(len(videos))]
    return found | text.corpus([answer.text for answer in answers], references)


def write_predictions(answers: Sequence[Answer], videos: Videos, path: Path) -> None:
    """In the form that `python -m summarizer.evaluate videoxum --predictions` reads."""
    entries = {
        videos[at].name: {"saliency": answer.scores.round(5).tolist(), "text": answer.text}
        for at, answer in enumerate(answers)
    }
    with whole(path) as part:
        part.write_text(json.dumps(entries, indent=1), encoding="utf-8")


# -- what is taught -------------------------------------------------------------------------------


def small(
    recipe: Recipe,
    videos: Videos,
    held: Videos,
    rows: str,
    words: int = 600,
    sizes: Mapping[str, int] | None = None,
) -> Summarizing:
    """A lesson from nothing that a CPU can take, with a vocabulary of these videos' own texts;
    `rows` says by which weights theirs were made, `sizes` are fields of the shape."""
    texts = [videos[at].text for at in range(len(videos))]
    tokenizer = tokenizer_of(texts, words, ends_highest=True)
    shape = decoders.small(tokenizer, videos[0].rows.shape[1], **(sizes or {}), **recipe.parts)
    made = {"rows": rows, "words": tokenizer.backend_tokenizer.to_str()}
    module = Learning(Dual(shape), recipe)
    return Summarizing(module, Words(tokenizer, shape), videos, held, made)


def published(
    recipe: Recipe,
    videos: Videos,
    held: Videos,
    blip: Path,
    rows: str,
    before: Path | None = None,
) -> Summarizing:
    """A lesson of the published size, whose text decoder is that of the BLIP in a folder; or that
    goes on from a checkpoint of ours, or from a file as its authors released."""
    dual, tokenizer = begun_with(blip, recipe.parts) if before is None else _gone_on(before, blip)
    wide, parts = dual.shape.width, {name: getattr(dual.shape, name) for name in recipe.parts}
    if parts != recipe.parts:
        raise PresetError(
            f"{before.name} has the parts {parts} and not {recipe.parts}; set the recipe likewise"
        )
    if videos[0].rows.shape[1] != wide:
        raise PresetError(
            f"the rows have {videos[0].rows.shape[1]} numbers and the model reads {wide}; they "
            "must be of the same BLIP"
        )
    words = Words(tokenizer, dual.shape)
    return Summarizing(Learning(dual, recipe), words, videos, held, {"rows": rows})


def _gone_on(before: Path, blip: Path) -> tuple[Dual, Any]:
    """What was learned before, and BLIP's own tokenizer."""
    if before.is_dir():
        dual, kept = decoders.load(before, str(checkpoint.describe(before).config.get("rows")))
        if kept:
            raise PresetError(f"{before.name} has words of its own; begin from one with BLIP's")
    else:
        dual = released.read(before, **marks(blip))
    return dual.train().requires_grad_(True), tokens_of(blip)
