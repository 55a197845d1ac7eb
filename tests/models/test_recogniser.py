"""Recognisers: a Whisper of random weights in the hub's own form, and pocketsphinx where it is."""

import json
import os
import socket
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from summarizer.errors import PresetError
from summarizer.models import recogniser
from summarizer.models.hub import WEIGHTS, snapshot
from summarizer.models.recogniser import Heard, Sphinx, Whisper, load_recogniser, recogniser_here
from summarizer.models.spoken import Word

COMMIT = "0123456789abcdef0123456789abcdef01234567"
needs_sphinx = pytest.mark.skipif(
    find_spec("pocketsphinx") is None, reason="pocketsphinx has no wheel for this Python"
)


def heard(*probabilities: float, seconds: float = 2.0, fit: float = -3.0, text="word") -> Heard:
    words = tuple(
        Word(f"{text}{number}", number * 0.3, number * 0.3 + 0.2, probability)
        for number, probability in enumerate(probabilities)
    )
    return Heard(words, seconds, fit)


@pytest.fixture(autouse=True)
def hub(tmp_path, monkeypatch) -> Path:
    """An empty cache of the Hugging Face libraries."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    load_recogniser.cache_clear()
    yield tmp_path / "hub"
    load_recogniser.cache_clear()


def make_whisper(hub: Path) -> Path:
    """A tiny Whisper with random weights, laid out as a download is."""
    import torch
    from transformers import (
        WhisperConfig,
        WhisperFeatureExtractor,
        WhisperForConditionalGeneration,
        WhisperProcessor,
        WhisperTokenizer,
    )
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    letters = list(bytes_to_unicode().values())
    special = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|transcribe|>"]
    special += ["<|translate|>", "<|notimestamps|>"]
    vocabulary = {token: number for number, token in enumerate([*letters, *special])}
    home = hub / "models--openai--whisper-tiny"
    folder = home / "snapshots" / COMMIT
    folder.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(COMMIT)
    (folder / "vocab.json").write_text(json.dumps(vocabulary))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = WhisperTokenizer(vocab=vocabulary, merges=[])
    tokenizer.add_special_tokens({"additional_special_tokens": special[1:]})
    torch.manual_seed(0)
    config = WhisperConfig(
        vocab_size=len(tokenizer),
        d_model=16,
        encoder_layers=1,
        decoder_layers=1,
        encoder_attention_heads=2,
        decoder_attention_heads=2,
        encoder_ffn_dim=32,
        decoder_ffn_dim=32,
        max_target_positions=32,
        pad_token_id=len(letters),
        bos_token_id=len(letters),
        eos_token_id=len(letters),
        decoder_start_token_id=len(letters) + 1,
        suppress_tokens=None,
        begin_suppress_tokens=None,
    )
    WhisperForConditionalGeneration(config).save_pretrained(folder)
    WhisperProcessor(WhisperFeatureExtractor(), tokenizer).save_pretrained(folder)
    # as a download has it: newer versions write one file for both halves
    WhisperFeatureExtractor().save_pretrained(folder)
    return folder


def test_a_whisper_in_the_cache_is_loaded_and_heard_by_without_a_connection(hub, monkeypatch):
    make_whisper(hub)

    def refused(*_, **__):
        raise AssertionError("something was to be downloaded")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert recogniser_here() == "openai/whisper-tiny 01234567"
    whisper = load_recogniser()
    assert isinstance(whisper, Whisper)
    assert whisper.made_by == recogniser_here()
    noise = np.random.default_rng(1).integers(-9000, 9000, 32_000).astype(np.int16)
    said = whisper.hear(noise)
    assert said.seconds == 2.0
    assert said.words, "random weights say something"
    for word in said.words:
        assert 0 <= word.start <= word.end <= 2.0 + 1e-6
        assert 0 <= word.probability <= 1
    assert not whisper.believes([said]), "random weights are unsure"


def seem_here(name: str) -> Path:
    """Files of the right names and sizes, which are holes on the disk."""
    folder = snapshot(WEIGHTS[name])
    folder.mkdir(parents=True)
    for file in WEIGHTS[name].files:
        (folder / file.name).write_text("{}")
        if file.size:
            os.truncate(folder / file.name, file.size)
    return folder


def test_the_large_whisper_is_for_a_gpu(hub, monkeypatch):
    seem_here("whisper-large")
    monkeypatch.setattr(recogniser, "_on_gpu", lambda: False)
    assert "whisper" not in recogniser_here()
    seem_here("whisper-base")
    assert recogniser_here().startswith("openai/whisper-base ")
    monkeypatch.setattr(recogniser, "_on_gpu", lambda: True)
    assert recogniser_here() == "openai/whisper-large-v3 06f233fe"
    asked = []
    monkeypatch.setattr(recogniser, "Whisper", lambda *given: asked.append(given))
    load_recogniser()
    assert asked == [(snapshot(WEIGHTS["whisper-large"]), recogniser_here(), "cuda")]


def test_without_a_driver_torch_is_not_even_asked(monkeypatch):
    monkeypatch.setattr(recogniser, "which", lambda name: None)
    monkeypatch.setitem(sys.modules, "torch", None)  # importing it would fail
    assert not recogniser._on_gpu()


def test_the_pinned_whisper_is_found_where_the_command_puts_it(hub):
    make_whisper(hub)  # a smaller one that somebody has
    folder = seem_here("whisper-base")
    assert recogniser_here() == f"openai/whisper-base {WEIGHTS['whisper-base'].revision[:8]}"
    os.truncate(folder / "model.safetensors", 1000)
    assert recogniser_here() == "openai/whisper-tiny 01234567"


def test_half_a_download_is_no_whisper(hub):
    folder = make_whisper(hub)
    (folder / "model.safetensors").unlink()
    assert "whisper" not in recogniser_here()


def test_another_model_under_the_name_is_no_whisper(hub):
    folder = make_whisper(hub)
    (folder / "config.json").write_text('{"model_type": "bert"}')
    assert "whisper" not in recogniser_here()


def test_tokens_become_words_with_the_least_of_their_probabilities():
    class Letters:
        all_special_ids = (0,)

        def decode(self, tokens):
            return "".join({1: " sea", 2: "son", 3: " calm"}[token] for token in tokens)

    whisper = object.__new__(Whisper)
    whisper.processor = type("Processor", (), {"tokenizer": Letters()})()
    words = whisper._words([0, 1, 2, 3, 0], [1.0, 0.9, 0.4, 0.8, 1.0], 2.4)
    assert [(word.text, word.probability) for word in words] == [("season", 0.4), ("calm", 0.8)]
    assert words[0].start == 0 and words[-1].end == pytest.approx(2.4)


def test_whisper_is_not_believed_when_unsure_or_turning_in_a_circle():
    believes = Whisper.believes
    assert believes(None, [heard(0.9, 0.8)])
    assert not believes(None, [heard(0.3, 0.2)])
    assert not believes(None, [Heard((), 2.0, 0.0)])
    circle = tuple(Word("again", i * 0.1, i * 0.1 + 0.1, 0.99) for i in range(60))
    assert not believes(None, [Heard(circle, 6.0, 0.0)])


@pytest.mark.parametrize(
    ("pieces", "believed"),
    [
        ([heard(0.9, 0.6, 0.5), heard(*[0.5] * 5)], True),
        ([heard(*[0.2, 0.3, 0.1] * 3)], False),  # unsure of its words
        ([heard(*[0.9] * 9, fit=-6.0)], False),  # other sounds than those of the words
        ([heard(*[0.9] * 9, seconds=40.0)], False),  # hardly a word: no talk
        ([heard(*[0.9] * 20)], False),  # nobody talks that fast
        ([Heard((), 3.0, 0.0)], False),
        ([heard(*[0.9] * 8), Heard((), 1.0, 0.0)], True),
        ([heard(0.9, 0.9)], False),
        ([heard(0.9), heard(*[0.1, 0.2] * 5, seconds=4.0)], False),  # what is around it counts
    ],
)
def test_when_pocketsphinx_is_believed(pieces, believed):
    assert Sphinx.believes(None, pieces) is believed


@needs_sphinx
def test_pocketsphinx_hears_nothing_in_silence_and_nothing_to_believe_in_noise():
    sphinx = load_recogniser()
    assert sphinx.made_by.startswith("pocketsphinx ")
    silence = sphinx.hear(np.zeros(16_000, np.int16))
    noise = np.random.default_rng(0).normal(0, 4000, 32_000).astype(np.int16)
    assert not sphinx.believes([silence])
    assert not sphinx.believes([sphinx.hear(noise)])


def test_without_any_recogniser_a_sentence_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(recogniser, "find_spec", lambda name: None)
    assert recogniser_here() == ""
    with pytest.raises(PresetError, match="no speech recogniser is here"):
        load_recogniser()
