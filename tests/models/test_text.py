"""The text model against the library it replaces at run time, and its own promises."""

import numpy as np
import pytest

from summarizer.errors import PresetError
from summarizer.models import text as text_model
from summarizer.models.text import WIDTH, load_text

SENTENCES = [
    "the sea is calm",
    "",
    "A man plays the guitar on a sofa while another listens, and nobody says a word.",
    "Tor! Tooor!",
    "penguin",
    "The quick brown fox jumps over the lazy dog. " * 60,  # longer than the model reads
    "喜びの声",
]


@pytest.fixture(scope="module")
def model():
    return load_text()


def test_agrees_with_sentence_transformers(model):
    from sentence_transformers import SentenceTransformer

    other = SentenceTransformer(str(text_model._folder()), device="cpu")
    expected = other.encode(SENTENCES, normalize_embeddings=True)
    assert np.abs(model.embed(SENTENCES) - expected).max() < 1e-5


def test_rows_are_unit_vectors_in_the_order_of_the_texts(model):
    rows = model.embed(SENTENCES)
    assert rows.shape == (len(SENTENCES), WIDTH)
    assert rows.dtype == np.float32
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    assert np.allclose(model.embed(SENTENCES[::-1]), rows[::-1], atol=1e-6)


def test_nothing_gives_no_rows(model):
    assert model.embed([]).shape == (0, WIDTH)


def test_a_text_seen_before_is_not_run_again(model, monkeypatch):
    first = model.embed(["a walk by the sea"])
    monkeypatch.setattr(model, "bert", None)
    assert np.array_equal(model.embed(["a walk by the sea"] * 3), first.repeat(3, axis=0))


def test_what_is_remembered_is_bounded_and_still_right(model, monkeypatch):
    monkeypatch.setattr(text_model, "REMEMBERED", 3)
    texts = [f"scene number {number}" for number in range(8)]
    rows = model.embed(texts)
    assert np.allclose(model.embed(texts), rows, atol=1e-5)


def test_a_changed_caller_does_not_change_what_is_remembered(model):
    rows = model.embed(["the lighthouse"])
    rows[:] = 0
    assert np.linalg.norm(model.embed(["the lighthouse"])) == pytest.approx(1, abs=1e-5)


def test_ten_thousand_characters_are_cut_to_what_the_model_reads(model):
    assert model.embed(["w" * 10_000]).shape == (1, WIDTH)
    assert model.embed(["word " * 2_000]).shape == (1, WIDTH)


def test_other_weights_are_refused(monkeypatch):
    monkeypatch.setattr(text_model, "WEIGHTS", "0" * 64)
    with pytest.raises(PresetError, match="not the published ones; install it again"):
        load_text.__wrapped__()


def test_a_missing_package_is_named(monkeypatch):
    monkeypatch.setattr(text_model, "PACKAGE", "no_such_package_here")
    with pytest.raises(PresetError, match=r"no_such_package_here .* pip install -r"):
        load_text.__wrapped__()
