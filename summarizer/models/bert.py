"""BERT and its kin by transformers: the tokens of texts as rows, for BERTScore.

Weights are read from a folder in the hub's own format. Nothing is ever fetched.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from summarizer.errors import WeightsError
from summarizer.models.loading import alone, loaded, tokens_of

LONGEST = 512  # tokens of a text that are read, the first and the last included
CHARACTERS = 20_000  # of a text; more than its tokens ever take
BATCH = 16
# what a checkpoint has beside the encoder: heads for other tasks
HARMLESS = (r"lm_head\..*", r"cls\..*", r"(.*\.)?pooler\..*", r".*position_ids")


@dataclass(frozen=True, eq=False)
class Tokens:
    """A text as the model reads it, without the marks for its beginning and end."""

    ids: np.ndarray  # (tokens,) int64
    rows: np.ndarray  # (tokens, width) float32


class Bert:
    """Reads texts token by token."""

    def __init__(self, model, tokenizer, layer: int):
        self.model, self.tokenizer, self.layer = model, tokenizer, layer
        # RoBERTa's positions begin behind its padding, so two of them are never used
        self.longest = min(LONGEST, model.config.max_position_embeddings - 2)

    def ids(self, texts: Sequence[str]) -> list[list[int]]:
        """The tokens of each text, with the marks for its beginning and end."""
        return self._encoded(texts)["input_ids"]

    def read(self, texts: Sequence[str]) -> list[Tokens]:
        """The tokens of each text, as they are after the layer; an empty text has none."""
        found: list[Tokens] = []
        for first in range(0, len(texts), BATCH):
            found += self._pass(texts[first : first + BATCH])
        return found

    def _pass(self, texts: Sequence[str]) -> list[Tokens]:
        import torch

        encoded = self._encoded(texts, padding=True, return_special_tokens_mask=True)
        tokens, mask = (
            torch.tensor(encoded[name], device=self.model.device)
            for name in ("input_ids", "attention_mask")
        )
        with torch.inference_mode():
            states = self.model(tokens, attention_mask=mask, output_hidden_states=True)
        rows = states.hidden_states[self.layer].float().cpu().numpy()  # (texts, tokens, width)
        plain = ~np.array(encoded["special_tokens_mask"], bool)
        ids = np.array(encoded["input_ids"])
        return [
            Tokens(each[there], row[there])
            for each, row, there in zip(ids, rows, plain, strict=True)
        ]

    def _encoded(self, texts: Sequence[str], **options):
        # a space in front: to RoBERTa a word that follows one is another than a word that does not
        given = [f" {' '.join(text[:CHARACTERS].split())}".rstrip() for text in texts]
        return self.tokenizer(given, truncation=True, max_length=self.longest, **options)


@alone
def load_bert(folder: Path, layer: int = -1, device: str = "cpu") -> Bert:
    """The model in a folder, read out after this many of its layers (-1: all)."""
    from transformers import AutoModel

    model = loaded(AutoModel, Path(folder), HARMLESS, add_pooling_layer=False)
    layers = model.config.num_hidden_layers
    if not -1 <= layer <= layers:
        raise WeightsError(f"{folder} has {layers} layers, so there is none of number {layer}")
    return Bert(model.to(device), tokens_of(Path(folder)), layer)
