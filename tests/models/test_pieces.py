"""Vocabularies of SentencePiece: read, and telling text as a plain implementation does."""

import json
import random
from contextlib import suppress
from itertools import pairwise
from pathlib import Path

import pytest

from summarizer.errors import WeightsError
from summarizer.models import pieces
from summarizer.models.pieces import Piece
from tests.vocabulary import vocabulary, write


def plainly(text: str, made: list[Piece]) -> list[int]:
    """Join the two neighbours whose whole has the best score, the left first, while any has."""
    ids = {piece.text: index for index, piece in enumerate(made)}
    scores = {piece.text: piece.score for piece in made if piece.kind == 1}
    # SentencePiece itself puts a blank before one that is there too; transformers does not
    parts = list(text.replace(" ", "▁") if text[0] == " " else "▁" + text.replace(" ", "▁"))
    while True:
        joined = [
            (scores[left + right], -place)
            for place, (left, right) in enumerate(pairwise(parts))
            if left + right in scores
        ]
        if not joined:
            break
        place = -max(joined)[1]
        parts[place : place + 2] = [parts[place] + parts[place + 1]]
    return [
        number
        for part in parts
        for number in (
            [ids[part]] if part in scores else [ids[f"<0x{b:02X}>"] for b in part.encode()]
        )
    ]


@pytest.fixture
def folder(tmp_path) -> Path:
    """A tokenizer as lmsys/vicuna-7b-v1.5 publishes it."""
    special = {
        name: {"__type": "AddedToken", "content": token, "lstrip": False, "normalized": False}
        for name, token in (("bos_token", "<s>"), ("eos_token", "</s>"), ("unk_token", "<unk>"))
    }
    config = special | {
        "add_bos_token": True, "add_eos_token": False, "legacy": False, "pad_token": None,
        "model_max_length": 4096, "tokenizer_class": "LlamaTokenizer",
    }  # fmt: skip
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(config))
    (tmp_path / "config.json").write_text('{"model_type": "llama"}')
    write(tmp_path / "tokenizer.model", vocabulary())
    return tmp_path


def test_pieces_scores_and_kinds_are_read(folder):
    assert pieces.read(folder / "tokenizer.model") == vocabulary()


def test_text_becomes_what_a_plain_implementation_makes_of_it(folder):
    from transformers import AutoTokenizer

    made = vocabulary()
    pieces.convert(folder, folder)
    (folder / "tokenizer.model").unlink()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    assert len(tokenizer) == len(made) and tokenizer.eos_token_id == 2
    chance = random.Random(5)
    letters = "thersunao set  \n:,é☂x"
    texts = ["the sunset, then another one", "  two  blanks ", "é ☂ 日本", "USER: here\nthere"]
    texts += ["".join(chance.choices(letters, k=chance.randint(1, 40))) for _ in range(200)]
    for text in texts:
        ids = tokenizer(text)["input_ids"]
        assert ids == [1, *plainly(text, made)], text
        told = tokenizer.decode(ids, skip_special_tokens=True)
        assert told == (text[1:] if text[0] == " " else text), text


def test_an_end_in_the_text_is_the_end(folder):
    from transformers import AutoTokenizer

    pieces.convert(folder, folder)
    (folder / "tokenizer.model").unlink()
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    ids = tokenizer("the one</s>", add_special_tokens=False)["input_ids"]
    assert ids[-1] == 2 and ids[:-1] == plainly("the one", vocabulary())


@pytest.mark.parametrize("data", [b"", b"{}", b"\x0a\xff\xff", b"\xff" * 40, b"\x0a\x03abc"])
def test_what_is_no_vocabulary_is_one_sentence(tmp_path, data):
    (tmp_path / "tokenizer.model").write_bytes(data)
    with pytest.raises(WeightsError, match=r"^tokenizer\.model in .* is no vocabulary; get it"):
        pieces.read(tmp_path / "tokenizer.model")


def test_a_file_cut_off_is_read_in_part_or_refused_but_never_endless(folder):
    whole = (folder / "tokenizer.model").read_bytes()
    for size in range(1, 400, 7):
        (folder / "tokenizer.model").write_bytes(whole[:size])
        with suppress(WeightsError):
            assert len(pieces.read(folder / "tokenizer.model")) < len(vocabulary())
