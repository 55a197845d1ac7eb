"""A small vocabulary in SentencePiece's own form, as Llama's kin publish theirs."""

import random
from pathlib import Path

import pytest

from summarizer.models.pieces import Piece

BYTES = [Piece(f"<0x{value:02X}>", 0.0, 6) for value in range(256)]
WORDS = "the then they there he her here then a an and another sun sunset set sets on one ▁ ▁▁ é"


def vocabulary() -> list[Piece]:
    letters = sorted(set("".join(WORDS.split())) | {"▁", "\n", ":", ","} - {"é"})
    parts = dict.fromkeys(
        word[first:last]
        for word in (*(f"▁{each}" for each in WORDS.split()), *WORDS.split())
        for first in range(len(word))
        for last in range(first + 2, len(word) + 1)
    )
    random.Random(3).shuffle(texts := list(parts))
    made = [Piece("<unk>", 0.0, 2), Piece("<s>", 0.0, 3), Piece("</s>", 0.0, 3), *BYTES]
    made += [Piece(text, -float(rank), 1) for rank, text in enumerate(texts)]
    return made + [Piece(letter, -1e4 - rank, 1) for rank, letter in enumerate(letters)]


def write(file: Path, made: list[Piece]) -> None:
    """By Google's own code for protocol buffers, with the fields a real file has besides."""
    proto = pytest.importorskip("transformers.utils.sentencepiece_model_pb2_new")
    model = proto.ModelProto()
    for each in made:
        entry = model.pieces.add()
        entry.piece, entry.score, entry.type = each.text, each.score, each.kind
    model.trainer_spec.model_type = 2
    model.trainer_spec.byte_fallback = True
    model.trainer_spec.vocab_size = len(made)
    model.normalizer_spec.add_dummy_prefix = True
    file.write_bytes(model.SerializeToString())
