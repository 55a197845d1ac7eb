"""The denoiser as a command needs it: texts of manifests, and a BART from nothing or from a folder.

What was trained lies in a folder in its hub's format, and is used where it is called
`checkpoints/denoiser`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from pathlib import Path

import torch

from summarizer.data import manifest
from summarizer.errors import PresetError, SummarizerError
from summarizer.models.denoiser import DenoiserShape, denoiser_of, load_denoiser
from summarizer.models.small import tokenizer_of
from summarizer.train.denoising import PACE, Denoising, Noise
from summarizer.train.loop import Pace
from summarizer.train.screening import Course, Ready

HELD = 0.02  # share of the texts that is never learned from
SAID = "speech"  # the name of captions that hold what somebody says


@dataclass(frozen=True)
class Recipe:
    """What learns, and what is done to the texts it learns from."""

    shape: DenoiserShape = field(default_factory=DenoiserShape)
    """of a BART that begins from nothing"""
    words: int = 2000
    """of its vocabulary"""
    noise: Noise = field(default_factory=Noise)
    pace: Pace = PACE


def mending(
    recipe: Recipe,
    data: Sequence[Path],
    features: Path | None = None,
    begin: Path | None = None,
    seed: int = 0,
) -> Ready:
    """The lesson over all texts of the manifests; it fine-tunes the BART in `begin`, if any."""
    if features is not None:
        raise PresetError("a denoiser learns from texts alone; leave --features away")
    texts = said_in(data)
    learned, held = divided(texts, seed)
    if not learned:
        raise SummarizerError(
            f"{', '.join(path.name for path in data)} holds no text to learn from: no story and no "
            f"caption called {SAID!r}"
        )
    torch.manual_seed(seed)
    if begin is None:
        tokenizer = tokenizer_of(learned, recipe.words, ends_highest=True)
        model = denoiser_of(recipe.shape, tokenizer)
    else:
        known = load_denoiser(begin)
        model, tokenizer = known.model.train().requires_grad_(True), known.tokenizer
    lesson = Denoising(model, tokenizer, learned, held, recipe.noise)
    lesson.of = described(recipe, learned, held, begin, seed)
    count = sum(each.numel() for each in model.parameters())
    said = (
        f"{len(learned)} texts to learn from and {len(held)} held out; {count:,} parameters learn; "
        f"{recipe.pace.steps} steps of {recipe.pace.batch} texts"
    )
    digest = sha256(json.dumps(lesson.of, sort_keys=True).encode()).hexdigest()
    return Ready(lesson, recipe.pace, f"denoiser {digest[:16]}", said)


def said_in(data: Sequence[Path]) -> list[str]:
    """Every text of the manifests that is fit to be said, once."""
    found: dict[str, None] = {}
    for path in data:
        for example in manifest.read(path, anywhere=True):
            spoken = (each for each in example.captions if each.name == SAID)
            for told in (*example.story, *spoken):
                text = " ".join(told.text.split())
                if text:
                    found[text] = None
    return list(found)


def divided(texts: Sequence[str], seed: int) -> tuple[list[str], list[str]]:
    """What is learned from and what is held out, by what each text is."""
    learned: list[str] = []
    held: list[str] = []
    for text in texts:
        drawn = sha256(f"{seed} {text}".encode()).digest()
        aside = int.from_bytes(drawn[:8], "big") / 2**64 < HELD
        (held if aside else learned).append(text)
    return learned, held


def described(
    recipe: Recipe, learned: Sequence[str], held: Sequence[str], begin: Path | None, seed: int
) -> Mapping[str, object]:
    """What a run is of, as plain JSON."""
    settings = asdict(recipe)
    del settings["pace"]  # the loop's
    digest = sha256("\n".join([*learned, "", *held]).encode()).hexdigest()
    data = {"sha256": digest, "texts": len(learned)}
    return {"stage": "denoiser", "settings": settings, "data": data, "seed": seed,
            "from": begin.name if begin else ""}  # fmt: skip


COURSES: Mapping[str, Course] = {
    "denoiser": Course(
        "what a recogniser heard, put right: from texts, and what a corruptor makes of them",
        Recipe,
        mending,
    )
}
