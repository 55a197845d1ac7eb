"""A head learns what each second is worth for a wish, and what lies in the second and in the wish.

What a second is worth says little: a wish for a red ball that rolls is met or not, whatever it was
that lacked. So the head also names what it makes of each second and of each wish, by one line for
both, which is thrown away at the end: what both have then looks the same to it. The wishes that it
names are many more than those that it judges: they need no pictures. And names come first: a step
that judges nothing costs a fifth of one that does.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.data import world
from summarizer.models.saliency.head import Head, save
from summarizer.train.answering import SALIENCY, below, held_out, missed, padded
from summarizer.train.bank import Bank, Beheld
from summarizer.train.loop import Pick
from summarizer.train.marking import SELDOM
from summarizer.train.telling import wish_of

WISHES = 6  # that are judged for each clip, which is seen once
READ = 256  # wishes without a clip, in a step
NAMED = 0.05  # weight of a name beside that of a second's worth

# all that may be wished and comes together in training
NAMES = (
    *world.SIGHTS,
    *world.SOUNDS,
    *(world.Fact("colour", each) for each in world.COLOURS),
    *(world.Fact("action", each) for each in world.ACTIONS),
    *(world.Fact("coloured", f"{colour} {thing}") for thing, colour in world.coloured("train")),
    *(world.Fact("doing", " ".join(each)) for each in product(world.THINGS, world.ACTIONS)),
)
NUMBERS = {fact: number for number, fact in enumerate(NAMES)}


@dataclass(frozen=True, eq=False)
class Wished:
    """A wish, in the space of each sense; none for the empty one."""

    given: Mapping[str, np.ndarray]
    worth: np.ndarray
    """(seconds,) in 0..1"""


@dataclass(frozen=True, eq=False)
class Worded:
    """Wishes without a clip."""

    given: Mapping[str, np.ndarray]
    """(wishes, width) in the space of each sense"""
    needs: np.ndarray
    """(wishes, names): 1 for each that has to hold"""

    def some(self, count: int, draw: np.random.Generator) -> "Worded":
        rows = draw.integers(len(self.needs), size=count)
        return Worded({name: each[rows] for name, each in self.given.items()}, self.needs[rows])


@dataclass(frozen=True, eq=False)
class Case:
    """A clip as a head reads it, and some wishes for it."""

    rows: Mapping[str, np.ndarray]
    there: np.ndarray
    """(seconds, names): 1 for each that is there"""
    wishes: Sequence[Wished]


class Wishes:
    """Clips by number, with wishes for each, and wishes for so many others."""

    def __init__(self, bank: Bank, talked: int):
        self.bank, self.talked = bank, talked

    def __len__(self) -> int:
        return len(self.bank)

    def cases(self, picks: Sequence[Pick], wishes: int) -> list[Case]:
        """The clips, each with so many wishes."""
        clips = [self.bank.beheld(*pick) for pick in picks]
        asked = [
            [wish_of(each.clip, draw) for _ in range(wishes)]
            for each, (_, draw) in zip(clips, picks, strict=True)
        ]
        self.bank.read([wish.text for own in asked for wish in own if wish.text])
        return [self._case(*each) for each in zip(clips, asked, strict=True)]

    def _case(self, beheld: Beheld, wishes: Sequence[world.Wish]) -> Case:
        clip, perceived = beheld.clip, beheld.perception
        asked = [
            Wished(self.bank.asked(wish.text, perceived.tracks), world.saliency(clip, wish))
            for wish in wishes
        ]
        return Case(beheld.rows, _there(clip, perceived.video.rows), asked)

    @cached_property
    def worded(self) -> Worded:
        wishes = []
        for number in range(self.talked):
            clip = world.plan(number, self.bank.part)
            _, *found = world.wishes(clip, world.dice(clip.seed, "talk"))
            wishes += found
        needs = np.stack([_named(each.needs).astype(bool) for each in wishes])
        return Worded(self.bank.spoken([each.text for each in wishes]), needs)


class Naming(nn.Module):
    """A head, and the line that names what it makes of seconds and of wishes."""

    def __init__(self, head: Head):
        super().__init__()
        self.head = head
        self.named = nn.Linear(head.hidden, len(NAMES))
        nn.init.constant_(self.named.bias, SELDOM)

    def forward(self, batch: Mapping[str, Any]) -> dict[str, Tensor]:
        """The sums over all that is to be learned."""
        seen = self.head.seen(batch["rows"])
        sums = {
            "there": missed(self.named(seen.rows), batch["there"][:, None]),
            "needs": missed(self.named(self.head.wanted(batch["said"])), batch["needs"]),
        }
        if "wish" in batch:
            sums["seconds"] = missed(self.head.worth(seen, batch["wish"]), batch["worth"])
        return sums


class Knowing:
    """The lesson of what lies in seconds and in wishes, whatever a second is worth."""

    wishes = 0  # for each clip
    weights: Mapping[str, float] = MappingProxyType({"there": 1.0, "needs": 1.0})

    def __init__(self, naming: Naming, made: Mapping[str, str], source: Wishes, held: Wishes):
        self.module, self.made, self.source, self.held = naming, dict(made), source, held
        self.examples = len(source)

    def batch(self, picks: Sequence[Pick]) -> dict[str, Any]:
        return self._batch(self.source, picks)

    def size(self, batch: Mapping[str, Any]) -> Mapping[str, float]:
        return {
            "there": float(batch["there"].isfinite().all(-1).sum()),
            "needs": float(len(batch["needs"])),
        }

    def check(self) -> Mapping[str, float]:
        """The losses of what was never learned from."""
        return held_out(self, lambda picks: self._batch(self.held, picks), len(self.held))

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The head and the line, for the next lesson."""
        checkpoint.save(folder, trained, {"weights": self.made}, metrics)

    def _batch(self, source: Wishes, picks: Sequence[Pick]) -> dict[str, Any]:
        (_, draw), *_ = picks
        cases, worded = source.cases(picks, self.wishes), source.worded.some(READ, draw)
        first = next(self.module.parameters())
        said = {name: torch.from_numpy(each).to(first) for name, each in worded.given.items()}
        needs = torch.from_numpy(worded.needs).to(first)
        return {**self._tensors(cases), "said": said, "needs": needs}

    def _tensors(self, cases: Sequence[Case]) -> dict[str, Any]:
        """Clips below each other, wishes beside each other: (clips, wishes, ...)."""
        seconds = max(len(each.there) for each in cases)
        wishes = [wish for each in cases for wish in each.wishes]
        first = next(self.module.parameters())

        def beside(every: Tensor) -> Tensor:
            return every.to(first).unflatten(0, (len(cases), len(every) // len(cases)))

        widths = self.module.head.widths
        rows = below([each.rows for each in cases], dict.fromkeys(widths, seconds))
        made = {
            "rows": {name: beside(each) for name, each in rows.items()},
            "there": padded([each.there for each in cases], seconds, np.nan).to(first),
        }
        if wishes:
            wish = below([each.given for each in wishes], widths)
            made["wish"] = {name: beside(each) for name, each in wish.items()}
            made["worth"] = beside(padded([each.worth for each in wishes], seconds, np.nan))
        return made


class Judging(Knowing):
    """The lesson of what each second is worth for a wish, beside that."""

    wishes = WISHES
    weights = MappingProxyType({"seconds": 1.0, "there": NAMED, "needs": NAMED})

    def size(self, batch: Mapping[str, Any]) -> Mapping[str, float]:
        return {"seconds": float(batch["worth"].isfinite().sum()), **super().size(batch)}

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The head, without the line."""
        own = folder.with_name(f"{folder.name}{SALIENCY}")
        save(own, self.module.head, self.made, metrics)


def _there(clip: world.Clip, seconds: int) -> np.ndarray:
    """(seconds, names)"""
    ends = [(second, min(second + 1.0, clip.seconds)) for second in range(seconds)]
    return np.stack([_named(world.truths(clip, float(start), end)) for start, end in ends])


def _named(facts: Collection[world.Fact]) -> np.ndarray:
    """(names,)"""
    found = np.zeros(len(NAMES), np.float32)
    found[[NUMBERS[fact] for fact in facts if fact in NUMBERS]] = 1
    return found
