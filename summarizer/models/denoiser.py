"""What a recogniser heard, put right: by a BART that was trained to, and by rules without one."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models.loading import (
    alone,
    best_device,
    loaded,
    placed,
    quiet,
    settings,
    tokens_of,
)
from summarizer.models.spoken import Word, clean, readable

KNOWN = 0.5  # share of its words that an answer must have from what was heard, else it made it up
LONGER = 1.5  # times as many tokens as were heard may be written,
MORE = 8  # and so many besides
NAME, WHOLE = "denoiser", "model.safetensors"  # what it is called among the checkpoints


@dataclass(frozen=True)
class DenoiserShape:
    """Of a BART that is trained from nothing."""

    width: int = 128
    layers: int = 2
    heads: int = 4
    room: int = 160  # tokens


def tidied(text: str) -> str:
    """By rules alone: without fillers, broken words and repetitions, as a sentence."""
    return readable(clean([Word(each, 0.0, 0.0, 1.0) for each in text.split()]))


def cleaned(texts: Sequence[str]) -> list[str]:
    """The texts put right by what was trained to, where that is here, else by rules alone; those
    of which nothing is left are gone."""
    file = checkpoint.home() / NAME / WHOLE
    if file.is_file():
        found = _trained(file.parent, file.stat().st_mtime_ns).clean(texts)
    else:
        found = [tidied(text) for text in texts]
    return [text for text in found if text]


@lru_cache(maxsize=1)
def _trained(folder: Path, written: int) -> "Denoiser":
    return load_denoiser(folder, best_device())


@alone
def load_denoiser(folder: Path, device: str = "cpu", *, beams: int = 3) -> "Denoiser":
    """A fine-tuned BART from a folder in its hub's format."""
    from transformers import BartForConditionalGeneration

    kind = settings(folder, "config.json").get("model_type")
    if kind != "bart":
        raise WeightsError(f"{folder} holds a {str(kind)[:40]!r}, which is no BART")
    model = placed(loaded(BartForConditionalGeneration, folder), device)
    return Denoiser(model, tokens_of(folder), beams=beams)


class Denoiser:
    """Texts as they were heard -> as they were said; what it makes up is left to the rules."""

    def __init__(self, model, tokenizer, *, beams: int = 3, batch: int = 8):
        self.model, self.tokenizer, self.beams, self.batch = model, tokenizer, beams, batch
        self.room = int(model.config.max_position_embeddings)

    def clean(self, texts: Sequence[str]) -> list[str]:
        """As many texts; empty where nothing was said."""
        found: list[str] = []
        for first in range(0, len(texts), self.batch):
            some = texts[first : first + self.batch]
            written = self._written(some)
            pairs = zip(some, written, strict=True)
            found += [new if faithful(old, new) else tidied(old) for old, new in pairs]
        return found

    def _written(self, texts: Sequence[str]) -> list[str]:
        import torch

        given = self.tokenizer(
            list(texts),
            padding=True,
            truncation=True,
            max_length=self.room,
            return_tensors="pt",
            return_token_type_ids=False,
        ).to(self.model.device)
        longest = int(LONGER * given.input_ids.shape[1]) + MORE
        with torch.inference_mode():
            made = self.model.generate(
                **given,
                num_beams=self.beams,
                do_sample=False,
                max_length=min(longest, self.room),
                min_length=0,
            )
        texts = self.tokenizer.batch_decode(made, skip_special_tokens=True)
        return [" ".join(text.split()) for text in texts]


def faithful(heard: str, written: str) -> bool:
    """Whether most of what is written was heard, and something is where something was."""
    known = {_bare(word) for word in heard.split()}
    words = [_bare(word) for word in written.split()]
    if not words:
        return not tidied(heard)
    return sum(word in known for word in words) >= KNOWN * len(words)


def _bare(word: str) -> str:
    return "".join(each for each in word.lower() if each.isalnum())


def denoiser_of(shape: DenoiserShape, tokenizer):
    """A BART that knows nothing yet."""
    from transformers import BartConfig, BartForConditionalGeneration

    config = BartConfig(
        vocab_size=len(tokenizer),
        d_model=shape.width,
        encoder_layers=shape.layers,
        decoder_layers=shape.layers,
        encoder_attention_heads=shape.heads,
        decoder_attention_heads=shape.heads,
        encoder_ffn_dim=4 * shape.width,
        decoder_ffn_dim=4 * shape.width,
        max_position_embeddings=shape.room,
        dropout=0.0,
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
        decoder_start_token_id=tokenizer.eos_token_id,
        forced_eos_token_id=None,
        forced_bos_token_id=None,
    )
    with quiet():
        return BartForConditionalGeneration(config)


def save_denoiser(folder: Path, model, tokenizer) -> None:
    """As a folder on the hub would be."""
    with quiet():
        model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
