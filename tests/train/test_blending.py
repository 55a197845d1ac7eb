"""Mixtures of words: what lies together stands together, and they are read as sums of words."""

import numpy as np
import pytest
import torch

from summarizer.data import world
from summarizer.models.narrator import Narrator, Rows
from summarizer.models.small import TellerShape, teller_of, tokenizer_of
from summarizer.train import blending
from summarizer.train.blending import LITTLE, MUCH, STRAY, TOKENS, Blended, Blends
from summarizer.train.telling import Notes
from summarizer.train.world import texts

SCENE = world.Scene(
    0.0,
    6.0,
    "beach",
    "still",
    (world.Actor("lamp", "purple", "spins"), world.Actor("ball", "red", "rests")),
)
CLIP = world.Clip(3, (SCENE,), (world.Sound(3.0, 6.0, "bell"),), 6.0)


@pytest.fixture(scope="module")
def narrator():
    tokenizer = tokenizer_of(texts(2000, 1), 900)
    torch.manual_seed(0)
    model = teller_of(TellerShape(width=32, layers=1, heads=2), len(tokenizer))
    return Narrator(model, tokenizer, {"words": Blended(model.get_input_embeddings())})


@pytest.fixture
def pure(monkeypatch):
    """Without words that mean nothing."""
    monkeypatch.setattr(blending, "STRAYED", 0.0)


def weight(narrator, row: np.ndarray, word: str) -> float:
    return float(min(row[narrator.tokenizer(f" {word}", add_special_tokens=False).input_ids]))


def test_a_part_of_a_picture_shows_one_thing_with_its_own_colour(narrator, pure):
    blends, clear = Blends(narrator), 0
    for seed in range(20):
        rows = blends.sight(CLIP, SCENE, [1.0, 4.0], np.random.default_rng(seed))
        assert rows.values.shape == (2 * TOKENS, len(narrator.tokenizer))
        purple, red = (
            np.array([weight(narrator, row, colour) for row in rows.values])
            for colour in ("purple", "red")
        )
        lamp = np.array([weight(narrator, row, "lamp") for row in rows.values])
        assert (np.minimum(purple, red) <= LITTLE[1]).all()
        mine = purple > LITTLE[1]
        assert (lamp[mine] >= MUCH[0] - 1e-6).all() and (lamp[~mine] <= LITTLE[1]).all()
        clear += int(mine.sum())
    assert clear > 0


def test_what_is_heard_of_each_part_is_in_it(narrator, pure):
    for seed in range(10):
        rows = Blends(narrator).sound(CLIP, SCENE, np.random.default_rng(seed)).values
        bell = np.array([weight(narrator, row, "bell") for row in rows])
        half = len(rows) // 2
        assert bell[half + 1 :].min() >= MUCH[0] - 1e-6 and not bell[:half].any()


def test_mixtures_are_read_as_sums_of_words(narrator):
    rows = Blends(narrator).sight(CLIP, SCENE, [1.0], np.random.default_rng(0))
    with torch.no_grad():
        embedded, _ = narrator.splice(["a", rows])
    table = narrator.model.get_input_embeddings().weight.detach().numpy()
    for row, read in zip(rows.values, embedded[0, -TOKENS:].numpy(), strict=True):
        wanted = sum(row[token] * table[token] for token in np.flatnonzero(row))
        assert np.allclose(read, wanted, atol=1e-5)


def test_questions_are_answered_out_of_words_or_mixtures_and_keep_held_out_pairs_apart(narrator):
    notes, mixed, worded, odd = Notes("train", 10_000, narrator), 0, 0, 0
    assert not set(notes.blends.whole) & set(world.COLOURS)
    for index in range(300):
        question = notes.question(index, np.random.default_rng(index))
        blended = [each for each in question.pieces if isinstance(each, Rows)]
        mixed, worded = mixed + bool(blended), worded + (not blended)
        said = {fact for each in world.facts_of(question.answer) for fact in each.facts}
        coloured = {tuple(f.what.split(" ")[::-1]) for f in said if f.kind == "coloured"}
        assert not coloured & world.HELD_THINGS, question.answer
        things = {fact.what for fact in said if fact.kind == "thing"}
        odd += bool(things - {thing for thing, _ in coloured})
    assert mixed > 100 and worded > 10 and odd > 20


def test_a_few_words_that_mean_nothing_are_in_every_part(narrator):
    rows = Blends(narrator).sound(CLIP, SCENE, np.random.default_rng(0)).values
    quiet = rows[: len(rows) // 2]
    assert (np.count_nonzero(quiet, axis=1) >= STRAY).all()
    assert len({tuple(np.flatnonzero(row)) for row in quiet}) == len(quiet)
