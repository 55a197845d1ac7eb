"""Who judges texts and pictures in the protocols: each measure works here, or says what it lacks.

`Texts` measures what somebody said of the items of a corpus, `Pictures` what frames and sentences
have to do with each other. Models are loaded when a job is opened, once a process.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.evaluate.room import Measure, Record
from summarizer.metrics import semantic, text
from summarizer.models import hub
from summarizer.models.loading import best_device

COSINE, PRECISION, RECALL, BERT_SCORE = "cosine", "BERT P", "BERT R", "BERT F1"
F_CLIP, CROSS = "F_CLIP", "Cross-F_CLIP"
BERT = ("roberta-large", 17)  # weights, and the layer BERTScore's authors read it out after
EYES = ("clip-vit-l-14-336", "clip-vit-l-14")  # the first that is here; the paper's is the first

TEXTS = (
    *(
        Measure(name, f"words and runs of up to {order} of the whole corpus, not smoothed", 100, 1)
        for order, name in enumerate(text.BLEU, 1)
    ),
    Measure(text.METEOR, "words, stems and synonyms, nltk's weights of 2007", 100, 1),
    Measure(text.ROUGE_L, "longest common subsequence, recall weighing 1.2", 100, 1),
    Measure(text.CIDER_D, "runs of words by how rare the references make them", 100, 1),
    Measure(COSINE, "of sentence embeddings by all-MiniLM-L6-v2 (its first 256 word pieces)"),
    Measure(PRECISION, "BERTScore by roberta-large, layer 17, as it comes (first 512 tokens)"),
    Measure(RECALL, "the same, of what the references say"),
    Measure(BERT_SCORE, "the same, both"),
)
PICTURES = (
    Measure(F_CLIP, "frames matched with the wanted ones by CLIP, many to one"),
    Measure(CROSS, "mean of F_CLIP of our frames with their text and the other way round"),
)


# -- texts ----------------------------------------------------------------------------------------


class Texts:
    """Measures texts about items whose references are known; the rarity of words comes from all
    references, so a record needs no other.

    An empty text is worth 0 by every measure; an item without a reference has no values.
    """

    def __init__(
        self, references: Mapping[str, Sequence[str]], measures: Sequence[Measure] = TEXTS
    ):
        self.references = {
            name: tuple(other for other in others if text.words(other))
            for name, others in references.items()
        }
        self.references = {name: others for name, others in self.references.items() if others}
        self.frequencies = text.frequencies(list(self.references.values()))
        self.wanted = frozenset(measure.name for measure in measures)
        self.lacks = {name: why for name, why in text.lacks().items() if name in self.wanted}
        self._cosines = self._loaded(minilm, COSINE)
        self._bert = self._loaded(bert, PRECISION, RECALL, BERT_SCORE)
        if text.CIDER_D in self.wanted and not self.frequencies.tell_apart:
            self.lacks[text.CIDER_D] = (
                f"it needs references that differ; nothing tells the {len(self.references)} here "
                "from each other"
            )

    def values(self, item: str, said: str) -> dict[str, float]:
        """Every measure of this text that needs no other text, by its name."""
        if item not in self.references:
            return {}
        found: dict[str, float] = {}
        for names, measure in self._measures().items():
            if set(names) & self.wanted and not set(names) & set(self.lacks):
                numbers = measure(said, self.references[item]) if text.words(said) else ()
                found |= dict(zip(names, numbers or [0.0] * len(names), strict=True))
        return {name: value for name, value in found.items() if name in self.wanted}

    def kept(self, item: str, said: str) -> dict[str, Any]:
        """What `pool` needs of a record."""
        others = self.references.get(item)
        return {"said": said, "others": list(others)} if others else {}

    def pool(self, records: Sequence[Record]) -> dict[str, float]:
        """BLEU of all the records together."""
        kept = [record.kept for record in records if "said" in record.kept]
        if self.lacks.keys() & set(text.BLEU):
            return {}
        found = text.bleu([each["said"] for each in kept], [each["others"] for each in kept])
        both = dict(zip(text.BLEU, found or (), strict=False))
        return {name: value for name, value in both.items() if name in self.wanted}

    def _measures(self) -> Mapping[tuple[str, ...], Callable]:
        return {
            (text.METEOR,): self._meteor,
            (text.ROUGE_L,): self._rouge,
            (text.CIDER_D,): self._cider,
            (COSINE,): self._cosine,
            (PRECISION, RECALL, BERT_SCORE): self._bert_score,
        }

    def _meteor(self, said: str, others: Sequence[str]) -> list[float]:
        return [float(text.meteor([said], [others])[0])]

    def _rouge(self, said: str, others: Sequence[str]) -> list[float]:
        return [float(text.rouge_l([said], [others])[0])]

    def _cider(self, said: str, others: Sequence[str]) -> list[float]:
        return [float(text.cider_d([said], [others], self.frequencies)[0])]

    def _cosine(self, said: str, others: Sequence[str]) -> list[float]:
        """With the nearest reference."""
        mine, *theirs = self._cosines.embed([said, *others])
        return [float(np.max(semantic.cosine(np.tile(mine, (len(theirs), 1)), np.array(theirs))))]

    def _bert_score(self, said: str, others: Sequence[str]) -> list[float]:
        mine, *theirs = (each.rows for each in self._bert.read([said, *others]))
        found = semantic.best(semantic.bert_score(mine, other) for other in theirs)
        return [found.precision, found.recall, found.f1] if found else []

    def _loaded(self, load: Callable[[], Any], *names: str):
        """The model for these measures, or None; they are then told to lack it."""
        if not self.wanted & set(names):
            return None
        try:
            return load()
        except SummarizerError as error:
            self.lacks |= {name: str(error) for name in names if name in self.wanted}
            return None


def minilm():
    from summarizer.models.text import load_text

    return load_text()


def bert():
    return _bert(*BERT)


@cache
def _bert(name: str, layer: int):
    from summarizer.models.bert import load_bert

    return load_bert(hub.folder(name), layer, best_device())


def named(prefix: str, about: str, *names: str) -> tuple[Measure, ...]:
    """Some of TEXTS under names of their own, for a second kind of reference."""
    return tuple(
        replace(measure, name=f"{prefix} {measure.name}", about=f"{measure.about}; {about}")
        for measure in TEXTS
        if measure.name in names
    )


# -- pictures -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Rows:
    """Frames and sentences as one model sees them, a row each."""

    frames: np.ndarray
    sentences: np.ndarray


class Pictures:
    """Measures by CLIP, if it is here."""

    def __init__(self):
        self.name = next((name for name in EYES if hub.here(name)), "")
        self.lacks: dict[str, str] = {}
        if not self.name:
            needs = (
                f"it needs {EYES[0]}; get it with: {hub.COMMAND} {EYES[0]} (or, as a stand-in "
                f"whose numbers compare with nobody's, {', '.join(EYES[1:])})"
            )
            self.lacks = {measure.name: needs for measure in PICTURES}

    @property
    def note(self) -> str:
        """What a reader of the table has to know of the judge; empty where it is the paper's."""
        if not self.name or self.name == EYES[0]:
            return ""
        return (
            f"{F_CLIP} and {CROSS} are by {self.name}, not by the paper's ViT-L/14 of 336 pixels "
            f"({EYES[0]}): they compare with each other, not with published numbers."
        )

    def look(self, frames: np.ndarray) -> np.ndarray:
        """(frames, width) of (frames, height, width, 3) uint8."""
        return _eye(self.name).look(frames).embedding

    def read(self, sentences: Sequence[str]) -> np.ndarray:
        """(sentences, width)."""
        return _eye(self.name).read(sentences)

    def values(self, offered: Rows, wanted: Rows) -> dict[str, float]:
        """What exists of F_CLIP and Cross-F_CLIP; frames that were not offered are worth 0."""
        found: dict[str, float] = {}
        if len(wanted.frames):
            matched = semantic.f_clip(offered.frames, wanted.frames)
            found[F_CLIP] = matched.f1 if matched else 0.0
        crossed = semantic.cross_f_clip(
            offered.frames, offered.sentences, wanted.frames, wanted.sentences
        )
        return found if crossed is None else {**found, CROSS: crossed}


@cache
def _eye(name: str):
    from summarizer.models.vision import load_eye

    return load_eye(hub.folder(name), best_device())
