"""Learning to put right what a recogniser heard: texts, and what our corruptor makes of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from summarizer.errors import SummarizerError
from summarizer.models.denoiser import Denoiser, save_denoiser
from summarizer.train.loop import Pace, Pick

IGNORED = -100
MARKS = '.,;:!?"()[]…'
HELD = 64  # texts of a check, at most
PACE = Pace(steps=3000, batch=32, rate=3e-5, warmup=0.1, decay=0.01)  # to fine-tune a large one
FILLERS = ("uh", "um", "er", "hmm", "uhm")
SMALL = {"a", "an", "the", "of", "to", "is", "and", "in", "on", "it"}  # easily not heard
ALIKE = (  # what sounds the same or nearly so
    ("to", "too", "two"),
    ("there", "their", "they're"),
    ("see", "sea"),
    ("right", "write"),
    ("here", "hear"),
    ("its", "it's"),
    ("your", "you're"),
    ("for", "four"),
    ("by", "buy"),
    ("no", "know"),
    ("won", "one"),
    ("son", "sun"),
    ("plain", "plane"),
    ("rode", "road"),
    ("flour", "flower"),
    ("tail", "tale"),
    ("weather", "whether"),
    ("then", "than"),
    ("red", "read"),
    ("blue", "blew"),
    ("night", "knight"),
)
SOUNDS = {word: [other for other in group if other != word] for group in ALIKE for word in group}


@dataclass(frozen=True)
class Noise:
    """How often each thing happens to a word."""

    filler: float = 0.06
    again: float = 0.04
    broken: float = 0.03
    unheard: float = 0.15  # of small words alone
    alike: float = 0.3  # of words that sound like another alone
    joined: float = 0.02


def corrupted(text: str, draw: np.random.Generator, noise: Noise | None = None) -> str:
    """A text as a rough recogniser would write it: in small letters, without marks, with what
    speakers stumble over and with what sounds alike."""
    noise, heard = noise or Noise(), []
    for said in text.lower().split():
        word = said.strip(MARKS)
        if not word or (word in SMALL and draw.random() < noise.unheard):
            continue
        if word in SOUNDS and draw.random() < noise.alike:
            word = SOUNDS[word][int(draw.integers(len(SOUNDS[word])))]
        if draw.random() < noise.filler:
            heard.append(FILLERS[int(draw.integers(len(FILLERS)))])
        if len(word) > 3 and draw.random() < noise.broken:
            heard.append(f"{word[: int(draw.integers(1, len(word) - 1))]}-")
        if heard and draw.random() < noise.joined:
            heard[-1] += word
            continue
        heard += [word] * (2 if draw.random() < noise.again else 1)
    return " ".join(heard)


class Mending(nn.Module):
    """A BART with the sum of its loss."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
        logits = self.model(
            input_ids=batch["heard"],
            attention_mask=batch["there"],
            labels=batch["said"],  # it makes what it reads of them
            use_cache=False,
        ).logits
        loss = cross_entropy(
            logits.float().flatten(0, 1),
            batch["said"].flatten(),
            ignore_index=IGNORED,
            reduction="sum",
        )
        return {"words": loss}


class Denoising:
    """The lesson: clean texts, each corrupted anew whenever it comes."""

    weights: Mapping[str, float]

    def __init__(
        self,
        model: nn.Module,
        tokenizer,
        texts: Sequence[str],
        held: Sequence[str] = (),
        noise: Noise | None = None,
    ):
        self.module, self.tokenizer = Mending(model), tokenizer
        self.texts, self.held, self.noise = texts, held, noise
        self.weights, self.examples = {"words": 1.0}, len(texts)
        self.room = int(model.config.max_position_embeddings)

    def batch(self, picks: Sequence[Pick]) -> dict[str, Tensor]:
        said = [self.texts[index] for index, _ in picks]
        heard = [corrupted(self.texts[index], draw, self.noise) for index, draw in picks]
        given, wanted = self._read(heard), self._read(said)
        labels = wanted.input_ids.masked_fill(wanted.attention_mask == 0, IGNORED)
        return {"heard": given.input_ids, "there": given.attention_mask, "said": labels}

    def size(self, batch: Mapping[str, Tensor]) -> Mapping[str, float]:
        return {"words": float((batch["said"] != IGNORED).sum())}

    def check(self) -> Mapping[str, float]:
        """Wrong words a word said: as heard, and as put right."""
        said = self.held[:HELD]
        if not said:
            return {}
        draws = [np.random.default_rng([3, index]) for index in range(len(said))]
        heard = [corrupted(*pair, self.noise) for pair in zip(said, draws, strict=True)]
        mended = Denoiser(self.module.model.eval(), self.tokenizer).clean(heard)
        return {
            "held out, wrong as heard": wrong(said, heard),
            "held out, wrong as mended": wrong(said, mended),
        }

    def keep(self, folder: Path, trained: Mapping[str, Tensor], metrics: Mapping[str, Any]) -> None:
        """The whole model, as on its hub."""
        save_denoiser(folder, self.module.model, self.tokenizer)

    def _read(self, texts: Sequence[str]):
        return self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=self.room, return_tensors="pt"
        )


def wrong(said: Sequence[str], written: Sequence[str]) -> float:
    """Words to change, leave out or put in, by words said: the word error rate, without marks."""
    if len(said) != len(written):
        raise SummarizerError(f"{len(written)} texts for {len(said)} that were said")
    pairs = [(_words(one), _words(other)) for one, other in zip(said, written, strict=True)]
    return sum(_apart(*pair) for pair in pairs) / max(1, sum(len(one) for one, _ in pairs))


def _words(text: str) -> list[str]:
    bare = (word.strip(MARKS) for word in text.lower().split())
    return [word for word in bare if word]


def _apart(one: Sequence[str], other: Sequence[str]) -> int:
    """The least number of words to change (Levenshtein)."""
    before = list(range(len(other) + 1))
    for row, word in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            change = before[column - 1] + (word != against)
            now.append(min(change, before[column] + 1, now[-1] + 1))
        before = now
    return before[-1]
