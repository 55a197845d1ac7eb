"""What the three stages have in common: a narrator reads what was seen and heard, and learns to
answer; with a head, it also learns which seconds matter for the wish.

Which parameters learn is data: the beginnings of their names.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from summarizer import checkpoint
from summarizer.errors import SummarizerError, WeightsError
from summarizer.models.narrator import IGNORED, Lora, Narrator, Piece
from summarizer.models.saliency.head import Head
from summarizer.train.loop import Lesson, Pick, called

HEAD = "head."
SALIENCY = "-saliency"  # a head lies beside the narrator it was trained with
AT_ONCE = 8  # examples of a check
GROUP = 8  # questions that a processor reads together


@dataclass(frozen=True, eq=False)
class Question:
    """What is asked, and the right answer; where a head learns, also how much each second counts.

    The answer is never among the pieces; it is empty where only seconds were judged.
    """

    name: str
    pieces: Sequence[Piece]
    answer: str
    rows: Mapping[str, np.ndarray] = field(default_factory=dict)
    """(seconds, width) of each sense, or (seconds, places, width)"""
    wish: Mapping[str, np.ndarray] = field(default_factory=dict)
    """(width,) in the space of each sense; none for the empty wish"""
    saliency: np.ndarray | None = None
    """(seconds,) in 0..1; NaN where nobody judged"""


@dataclass(frozen=True)
class Made:
    """By which frozen weights what is read was made, as a checkpoint has to say."""

    weights: str
    """of the language model"""
    lora: Lora | None = None
    rows: Mapping[str, str] = field(default_factory=dict)
    """of the rows that the head reads, by sense"""


class Source(Protocol):
    """Questions by number; all chance comes from the draw."""

    def __len__(self) -> int: ...

    def question(self, index: int, draw: np.random.Generator) -> Question: ...


class Taught(nn.Module):
    """A narrator and a head as one module, under the names their checkpoints know."""

    def __init__(self, narrator: Narrator, head: Head | None = None):
        super().__init__()
        self.model = narrator.model
        self.projectors = nn.ModuleDict(dict(narrator.projectors))
        self.head = head
        self.narrator = narrator

    def learning(self, names: Iterable[str]) -> "Taught":
        """Itself, with just those parameters learning of whose names a part begins like this."""
        names = tuple(names)
        there = sorted({own.split(".")[0] for own, _ in self.named_parameters()})
        for name in names:
            if not any(called(own, name) for own, _ in self.named_parameters()):
                raise WeightsError(
                    f"no parameter of this model is called {name!r}, so it can't learn; it has "
                    f"{', '.join(there)}"
                )
        for own, each in self.named_parameters():
            each.requires_grad_(any(called(own, name) for name in names))
        return self

    def forward(self, questions: Sequence[Question]) -> dict[str, Tensor]:
        """The sums over all that is to be learned: of the answers' tokens, and of the seconds."""
        answered = [each for each in questions if each.answer]
        first = next(self.parameters())
        sums = {"words": sum(map(self._words, self._alike(answered)), first.new_zeros(()))}
        if self.head is not None:
            judged = [each for each in questions if each.rows]
            sums["seconds"] = self._seconds(judged) if judged else first.new_zeros(())
        return sums

    def _alike(self, questions: Sequence[Question]) -> list[Sequence[Question]]:
        """The same, in groups as long as each other on a processor, which takes as long for padding
        as for words; a GPU is quicker with all at once."""
        if next(self.parameters()).device.type != "cpu":
            return [questions] if questions else []
        ordered = sorted(questions, key=self._length)
        return [ordered[first : first + GROUP] for first in range(0, len(ordered), GROUP)]

    def _length(self, question: Question) -> int:
        return self.narrator.count([*question.pieces, question.answer])

    def _words(self, questions: Sequence[Question]) -> Tensor:
        embeds, mask, labels = self.narrator.lesson([(q.pieces, q.answer) for q in questions])
        told = int((labels != IGNORED).sum(1).max())  # all at the end: the rest predicts nothing
        # padding is on the left: places count what is there
        places = (mask.cumsum(1) - 1).clamp(min=0)
        logits = self.model(
            inputs_embeds=embeds,
            attention_mask=mask,
            position_ids=places,
            use_cache=False,
            logits_to_keep=told + 1,
        ).logits
        return cross_entropy(
            logits[:, :-1].float().flatten(0, 1),
            labels[:, -told:].flatten(),
            ignore_index=IGNORED,
            reduction="sum",
        )

    def _seconds(self, questions: Sequence[Question]) -> Tensor:
        """All of their seconds at once."""
        first = next(self.head.parameters())
        longest = max(len(each.saliency) for each in questions)
        widths = self.head.widths
        rows = below([each.rows for each in questions], dict.fromkeys(widths, longest))
        wish = below([each.wish for each in questions], widths)
        given = ({name: each.to(first) for name, each in found.items()} for found in (rows, wish))
        wanted = padded([each.saliency for each in questions], longest, np.nan).to(first)
        return missed(self.head(*given), wanted)


def missed(logits: Tensor, true: Tensor) -> Tensor:
    """The sum over all that is known; NaN where nobody says."""
    known = true.isfinite()
    return binary_cross_entropy_with_logits(logits[known].float(), true[known], reduction="sum")


def padded(found: Sequence[np.ndarray | None], length: int, fill: float = 0.0) -> Tensor:
    """(found, length, ...) float32: all below each other, filled up where one is shorter, or not
    there."""
    shapes = [each.shape[1:] for each in found if each is not None]
    made = np.full((len(found), length, *map(max, zip(*shapes, strict=True))), fill, np.float32)
    for row, each in zip(made, found, strict=True):
        if each is not None:
            row[tuple(map(slice, each.shape))] = each
    return torch.from_numpy(made)


def below(
    found: Sequence[Mapping[str, np.ndarray]], lengths: Mapping[str, int]
) -> dict[str, Tensor]:
    """The same by name, of what any of them has."""
    return {
        name: padded([each.get(name) for each in found], length)
        for name, length in lengths.items()
        if any(name in each for each in found)
    }


def held_out(
    lesson: Lesson, batch: Callable[[Sequence[Pick]], Any], count: int
) -> dict[str, float]:
    """The mean of each term of the loss over so many examples that were never learned from."""
    sums: dict[str, float] = {}
    sizes: dict[str, float] = {}
    for first in range(0, count, AT_ONCE):
        numbers = range(first, min(count, first + AT_ONCE))
        given = batch([(number, np.random.default_rng([7, number])) for number in numbers])
        with torch.no_grad():
            found = lesson.module(given)
        for name, size in lesson.size(given).items():
            if name in found:
                sums[name] = sums.get(name, 0.0) + float(found[name])
                sizes[name] = sizes.get(name, 0.0) + size
    return {f"held out, {name}": sums[name] / max(1.0, sizes[name]) for name in sums}


class Answering:
    """The lesson: a source of questions, and what of the narrator learns from them."""

    def __init__(
        self,
        module: Taught,
        made: Made,
        source: Source,
        held: Source | None = None,
        weights: Mapping[str, float] | None = None,
    ):
        self.module, self.made, self.source, self.held = module, made, source, held
        names = ("words", "seconds") if module.head is not None else ("words",)
        given = weights or {}
        self.weights = {name: float(given.get(name, 1.0)) for name in names}
        self.examples = len(source)

    def batch(self, picks: Sequence[Pick]) -> list[Question]:
        return self._batch(self.source, picks)

    def size(self, batch: Sequence[Question]) -> Mapping[str, float]:
        return {
            "words": sum(self._tokens(each.answer) + 1 for each in batch if each.answer),
            "seconds": sum(
                int(np.isfinite(each.saliency).sum())
                for each in batch
                if each.rows and each.saliency is not None
            ),
        }

    def check(self) -> Mapping[str, float]:
        """The losses of what was never learned from."""
        return held_out(self, lambda picks: self._batch(self.held, picks), len(self.held or ()))

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """What the narrator learned as `folder`, what the head did beside it."""
        rated = {n.removeprefix(HEAD): each for n, each in trained.items() if n.startswith(HEAD)}
        told = {n: each for n, each in trained.items() if not n.startswith(HEAD)}
        head, projectors = self.module.head, self.module.projectors
        if rated:
            config = {"weights": dict(self.made.rows), "widths": head.widths, "hidden": head.hidden}
            checkpoint.save(folder.with_name(f"{folder.name}{SALIENCY}"), rated, config, metrics)
        if told:
            widths = {name: each.first.in_features for name, each in projectors.items()}
            config = {
                "weights": self.made.weights,
                "lora": asdict(self.made.lora) if self.made.lora else None,
                "projectors": {
                    name: width
                    for name, width in widths.items()
                    if f"projectors.{name}.first.weight" in told
                },
            }
            checkpoint.save(folder, told, config, metrics)

    def _batch(self, source: Source, picks: Sequence[Pick]) -> list[Question]:
        return [self._fitting(source.question(index, draw)) for index, draw in picks]

    def _tokens(self, text: str) -> int:
        return len(self.module.narrator.tokenizer(text, add_special_tokens=False).input_ids)

    def _fitting(self, question: Question) -> Question:
        """The question with as many lines of its answer as there is room for; without an answer,
        only its seconds are learned."""
        if not question.answer and question.rows and self.module.head is not None:
            return question
        narrator = self.module.narrator
        left = narrator.room - narrator.count(question.pieces) - 1
        lines = question.answer.splitlines()
        while lines and self._tokens("\n".join(lines)) > left:
            lines.pop()
        if not lines:
            raise SummarizerError(
                f"the question {question.name[:80]!r} leaves {max(0, left)} of {narrator.room} "
                "tokens, too few for a line of its answer; shorten the prompt or the answer"
            )
        kept = "\n".join(lines)
        return question if kept == question.answer else replace(question, answer=kept)


def begin_from(module: Taught, made: Made, folders: Sequence[Path]) -> None:
    """Put what earlier stages learned into the module, a head's from where one lies; each must fit,
    and be for the same weights."""
    own = dict(module.named_parameters())
    for folder in folders:
        rated = folder.name.endswith(SALIENCY)
        for_, wanted = checkpoint.describe(folder).config.get("weights"), made.weights
        wanted = dict(made.rows) if rated else wanted
        if for_ != wanted:
            raise WeightsError(
                f"the checkpoint {folder.name} was trained for {str(for_)[:40]!r} and not for "
                f"{wanted}; begin from one that was"
            )
        prefix = HEAD if rated else ""
        learned = {prefix + name: each for name, each in checkpoint.tensors(folder).items()}
        wrong = [n for n, each in learned.items() if n not in own or own[n].shape != each.shape]
        if wrong:
            raise WeightsError(
                f"{len(wrong)} tensors of the checkpoint {folder.name} have no place in this "
                f"model: {', '.join(sorted(wrong)[:5])}"
            )
        with torch.no_grad():
            for name, each in learned.items():
                own[name].copy_(each)
