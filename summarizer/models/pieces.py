"""A vocabulary as SentencePiece keeps it, made into the tokenizer.json that is loaded everywhere.

transformers reads `tokenizer.model` with the sentencepiece library alone, which is not needed for
anything else here. The file is a protocol buffer of pieces with scores; of two neighbours those
are joined first whose whole has the best score, and a letter that is no piece falls into bytes.
"""

import json
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from summarizer.errors import WeightsError

MODEL, SAFE, CONFIG = "tokenizer.model", "tokenizer.json", "tokenizer_config.json"
PIECES, TEXT, SCORE, KIND = 1, 1, 2, 3  # numbers of fields: in the file, and in a piece
NORMAL = 1  # the kind of a piece that text is made of
SPECIAL = ("unk_token", "bos_token", "eos_token", "pad_token")


@dataclass(frozen=True)
class Piece:
    text: str
    score: float
    kind: int


def convert(source: Path, target: Path) -> None:
    """Write the tokenizer.json of the folder's tokenizer.model."""
    from transformers import LlamaTokenizer

    pieces = read(source / MODEL)
    vocabulary = {piece.text: index for index, piece in enumerate(pieces)}
    tokenizer = LlamaTokenizer(
        vocab=vocabulary, merges=merges(pieces), **_settings(source / CONFIG, vocabulary)
    )
    tokenizer.backend_tokenizer.save(str(target / SAFE))


def read(file: Path) -> list[Piece]:
    try:
        data = file.read_bytes()
        pieces = [_piece(value) for number, value in _fields(data) if number == PIECES]
    except (OSError, IndexError, ValueError, TypeError, struct.error):
        pieces = []
    if not pieces or len({piece.text for piece in pieces}) < len(pieces):
        raise WeightsError(f"{file.name} in {file.parent} is no vocabulary; get it again")
    return pieces


def merges(pieces: list[Piece]) -> list[tuple[str, str]]:
    """Every way to make a piece of two others, those of the best score first."""
    normal = {piece.text: piece.score for piece in pieces if piece.kind == NORMAL}
    found = [
        (-score, cut, text[:cut], text[cut:])
        for text, score in normal.items()
        for cut in range(1, len(text))
        if text[:cut] in normal and text[cut:] in normal
    ]
    return [(left, right) for _, _, left, right in sorted(found)]


def _settings(file: Path, vocabulary: dict[str, int]) -> dict:
    """What the repository says of its tokenizer, as far as its class takes it."""
    try:
        said = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = {}
    kept = {name: said[name] for name in ("legacy", "add_bos_token") if name in said}
    for name in SPECIAL:
        token = said.get(name)
        token = token.get("content") if isinstance(token, dict) else token
        if token in vocabulary:
            kept[name] = token
    return kept


def _piece(data: bytes) -> Piece:
    values = dict(_fields(data))
    (score,) = struct.unpack("<f", values.get(SCORE, bytes(4)))
    return Piece(values[TEXT].decode("utf-8"), score, values.get(KIND, NORMAL))


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """The fields of a protocol buffer: numbers, or bytes for all that is longer."""
    at = 0
    while at < len(data):
        key, at = _number(data, at)
        number, kind = key >> 3, key & 7
        if kind == 0:
            value, at = _number(data, at)
        else:
            size, at = (8 if kind == 1 else 4, at) if kind in (1, 5) else _number(data, at)
            if kind not in (1, 2, 5) or at + size > len(data):
                raise ValueError("no field")
            value, at = data[at : at + size], at + size
        yield number, value


def _number(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        at, shift = at + 1, shift + 7
        if data[at - 1] < 128:
            return value, at
