"""Learning to read what moments look and sound like: rows that CLIP and a model of sound left,
through projectors, as tokens of a language model that stays as it is.

What the tokens are worth is measured beside it: the same moments told without any, and with those
of another clip. A model that tells as well by those has not learned to read them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

import numpy as np

from summarizer import checkpoint
from summarizer.data import world
from summarizer.errors import PresetError
from summarizer.models import hub
from summarizer.models.adapted import prepared
from summarizer.models.narrator import Narrator, Piece, load_narrator
from summarizer.schema import Answer, Perception, Preference, Saliency, Summary
from summarizer.stages.narrate import POCKET
from summarizer.stages.narrate.prompt import Reader, Sense, prompts
from summarizer.stages.narrate.sensed import embedded_of
from summarizer.train.answering import Answering, Made, Question, Taught
from summarizer.train.bank import Bank, Senses
from summarizer.train.loop import Pace
from summarizer.train.screening import Course, Ready
from summarizer.train.telling import ROOM, line

TELLER = "pocket-llama"
WORK = "pocket.training/bank"  # where the small models' own training keeps its clips
Way = Literal["own tokens", "no tokens", "another's tokens"]
WAYS: tuple[Way, ...] = ("own tokens", "no tokens", "another's tokens")
LONGEST = 96  # tokens of a sentence


@dataclass(frozen=True)
class Recipe:
    """How much of the little world is seen, and how fast is learned."""

    clips: int = 400
    """to learn from; each is drawn, played, seen and heard once"""
    held: int = 48
    """of a check"""
    pace: Pace = field(default_factory=lambda: Pace(600, 24, rate=3e-3))

    def __post_init__(self):
        if self.clips < 1 or self.held < 2:
            raise PresetError(
                f"{self.clips} clips to learn from and {self.held} of a check are too few; there "
                "have to be 1 and 2, so that one clip can be told by another's tokens"
            )


class Moments:
    """Questions about scenes, each told by its own tokens, by none, or by those of another clip."""

    def __init__(self, bank: Bank, narrator: Narrator, way: Way = "own tokens"):
        self.bank, self.narrator, self.way = bank, narrator, way

    def __len__(self) -> int:
        return len(self.bank)

    def question(self, index: int, draw: np.random.Generator) -> Question:
        beheld = self.bank.beheld(index, draw)
        number = int(draw.integers(len(beheld.clip.scenes)))
        senses = self._senses(index, beheld.perception)
        pieces = asked(beheld.perception, self.narrator, senses)[number]
        return Question(f"{self.bank.part} {index}", pieces, line(beheld, number, draw))

    def _senses(self, index: int, perception: Perception) -> Mapping[str, Sense]:
        if self.way == "no tokens":
            return {}
        if self.way == "another's tokens":
            other = (index + 1) % len(self.bank)
            return embedded_of(replace(perception, tracks=tuple(self.bank.tracks(other))))
        return embedded_of(perception)


def asked(
    perceived: Perception, narrator: Narrator, senses: Mapping[str, Sense]
) -> list[list[Piece]]:
    """The prompts of use, one for each event, with these tokens."""
    summary = Summary(perceived.video, Preference(""), Answer("open"), Saliency((), ()), ())
    reader = Reader(narrator.count, lambda rules: ("", ""), ROOM, POCKET)
    return prompts(perceived, summary, reader, senses)


class Reading(Answering):
    """The lesson, with the ablation as its check."""

    of: Mapping[str, Any]

    def check(self) -> Mapping[str, float]:
        """For each way: the loss a word, and the facts that are told rightly."""
        found, held = {}, self.held
        for way in WAYS:
            self.held = Moments(held.bank, held.narrator, way)
            found[f"held out, loss with {way}"] = super().check()["held out, words"]
            found |= {f"held out, {n} with {way}": each for n, each in self._facts().items()}
        self.held = held
        return found

    def _facts(self) -> Mapping[str, float]:
        """How many of the facts that are told are right, and how many of those there are."""
        right = said = due = 0
        for index in range(len(self.held)):
            question = self.held.question(index, np.random.default_rng([7, index]))
            (told,) = self.module.narrator.write([question.pieces], LONGEST)
            counted = world.agreement([bare(told)], [bare(question.answer)])
            right, said, due = right + counted.right, said + counted.said, due + counted.due
        return {
            "facts right of those told": right / max(1, said),
            "facts told of those there are": right / max(1, due),
        }

    def keep(self, folder: Path, trained: Mapping, metrics: Mapping[str, Any]) -> None:
        super().keep(folder, trained, {**metrics, **self.of})


def bare(text: str) -> world.Said:
    """All facts of a text, whatever stretch it tells them of."""
    return world.Said(frozenset(fact for each in world.facts_of(text) for fact in each.facts))


# -- the course -----------------------------------------------------------------------------------


def reading(
    recipe: Recipe,
    data: Sequence[Path],
    features: Path | None = None,
    begin: Path | None = None,
    seed: int = 0,
) -> Ready:
    """Projectors for the small language model, from the little world."""
    import torch

    if data or begin:
        named = (*data, *((begin,) if begin else ()))[0].name
        raise PresetError(
            f"the adapter learns from the little world and begins from nothing; leave {named} away"
        )
    narrator, senses = load_narrator(hub.folder(TELLER), "cpu"), Senses()
    narrator.model.set_attn_implementation("eager")  # faster for texts this short
    torch.manual_seed(seed)
    width = senses.eye.width
    ready = prepared(narrator, None, {"sight": width, "sound": width})
    kept = features or checkpoint.home() / WORK
    banks = [
        Bank(kept, part, count, senses)
        for part, count in (("train", recipe.clips), ("validation", recipe.held))
    ]
    lesson = Reading(
        Taught(ready).learning(("projectors.",)),
        Made(TELLER),
        *(Moments(bank, ready) for bank in banks),
    )
    lesson.of = {
        "stage": "emotion-adapter",
        "clips": {bank.part: len(bank) for bank in banks},
        "weights": {name: _digest(hub.folder(name)) for name in (TELLER, "pocket-clip")},
    }
    digest = sha256(json.dumps([lesson.of, str(recipe)], sort_keys=True).encode()).hexdigest()
    pace = replace(recipe.pace, seed=seed)
    said = (
        f"{recipe.clips} clips of the little world to learn from and {recipe.held} held out; "
        f"{pace.steps} steps of {pace.batch} moments"
    )
    return Ready(lesson, pace, f"emotion-adapter {digest[:16]}", said)


def _digest(folder: Path) -> str:
    """Of the weights in a folder."""
    found = sha256()
    for file in sorted(folder.glob("*.safetensors")):
        found.update(file.read_bytes())
    return found.hexdigest()


COURSES: Mapping[str, Course] = {
    "emotion-adapter": Course(
        "the projectors of what moments look and sound like, beside texts", Recipe, reading
    ),
}
