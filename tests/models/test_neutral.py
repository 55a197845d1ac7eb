"""Relevance with planted vectors: what it means, what moves it, and what must not."""

import numpy as np
import pytest

from summarizer.models.neutral import NARROW, NEAREST, NEUTRAL, PHRASES, asked, relevance

WIDTH = 64


def unit(rows: np.ndarray) -> np.ndarray:
    return rows / np.linalg.norm(rows, axis=-1, keepdims=True)


def world(seed: int = 0, texts: int = 40, rows: int = 200):
    """Texts and pictures as a contrastive model has them: each kind in a cone of its own."""
    draw = np.random.default_rng(seed)
    towards = unit(draw.normal(size=(2, WIDTH)))
    neutral = unit(1.5 * towards[0] + unit(draw.normal(size=(texts, WIDTH))))
    wish = unit(1.5 * towards[0] + unit(draw.normal(size=WIDTH)))
    seen = unit(1.5 * towards[1] + unit(draw.normal(size=(rows, WIDTH))))
    return wish, seen, neutral


def slow(wish, picture, neutral, spread) -> float:
    rivals = sorted((float(picture @ text) for text in neutral if wish @ text < 0.95), reverse=True)
    nearest = sum(rivals[:NEAREST]) / len(rivals[:NEAREST])
    return 1 / (1 + np.exp(-2 * (float(picture @ wish) - nearest) / spread))


def test_it_is_the_formula():
    wish, seen, neutral = world()
    other, *_ = world(1)
    spread = np.mean([np.std([picture @ text for text in neutral]) for picture in seen])
    found = relevance(np.stack([wish, other]), seen, neutral)
    assert found.shape == (2, len(seen))
    for row, each in enumerate((wish, other)):
        assert found[row] == pytest.approx(
            [slow(each, picture, neutral, spread) for picture in seen]
        )


def test_a_half_is_as_near_as_the_nearest_neutral_texts():
    # a picture on the line between the wish and a neutral text, three times the same, is a tie
    wish, _, neutral = world()
    neutral = np.concatenate([neutral[:10] * 0, np.repeat(neutral[:1], 3, axis=0)])
    tie = unit(wish + neutral[-1])
    assert relevance(wish[None], tie[None], neutral)[0, 0] == pytest.approx(0.5)
    nearer, farther = unit(wish + 0.8 * neutral[-1]), unit(wish + 1.2 * neutral[-1])
    found = relevance(wish[None], np.stack([nearer, farther]), neutral)[0]
    assert found[0] > 0.5 > found[1]


def test_what_was_planted_stands_out():
    clear = 0
    for seed in range(30):
        wish, seen, neutral = world(seed)
        seen[50:60] = unit(seen[50:60] + 0.9 * wish)
        found = relevance(wish[None], seen, neutral)[0]
        clear += found[50:60].min() > np.delete(found, range(50, 60)).max()
    assert clear >= 28


def test_a_wish_that_is_nowhere_is_seldom_nearer_than_the_nearest_neutral_texts():
    # seldom, not never: some texts are near to all pictures, and a bank of texts can't tell which
    found = [relevance(wish[None], seen, neutral) for wish, seen, neutral in map(world, range(60))]
    assert np.mean(found) < 0.15
    assert (np.array(found) > 0.5).mean() < 0.08


def test_a_model_that_puts_all_texts_near_all_pictures_changes_nothing():
    wish, seen, neutral = world()
    before = relevance(wish[None], seen, neutral)[0]
    # one more dimension in which all are alike raises every cosine to 0.8 and more
    alike = [
        unit(np.concatenate([each, np.full((len(each), 1), 2.0)], 1))
        for each in (wish[None], seen, neutral)
    ]
    assert np.abs(relevance(*alike)[0] - before).max() < 0.02


def test_a_wish_that_is_one_of_the_neutral_texts_is_no_rival_of_itself():
    wish, seen, neutral = world()
    seen[:5] = unit(seen[:5] + wish)
    among = np.concatenate([neutral, wish[None]])
    assert relevance(wish[None], seen, among)[0, :5].min() > 0.9
    assert np.allclose(
        relevance(wish[None], seen, among)[0], relevance(wish[None], seen, neutral)[0], atol=0.05
    )


def test_half_floats_do_as_well():
    wish, seen, neutral = world()
    full = relevance(wish[None], seen, neutral)
    assert np.abs(relevance(wish[None], seen.astype(np.float16), neutral) - full).max() < 0.01


def test_a_row_does_not_care_for_its_neighbours():
    wish, seen, neutral = world()
    order = np.random.default_rng(1).permutation(len(seen))
    found = relevance(wish[None], seen, neutral)[0]
    assert np.allclose(relevance(wish[None], seen[order], neutral)[0], found[order])


def test_nothing_and_nonsense():
    wish, seen, neutral = world(rows=4)
    assert relevance(wish[None], seen[:0], neutral).shape == (1, 0)
    assert relevance(np.zeros((0, WIDTH)), seen, neutral).shape == (0, 4)
    assert relevance(wish[None], np.zeros((3, WIDTH)), neutral)[0] == pytest.approx([0.5] * 3)
    seen[1] = np.nan
    assert np.isfinite(relevance(wish[None], seen, neutral)).all()
    # one neutral text, and it says just what the wish says
    assert 0 <= relevance(wish[None], seen, wish[None]).min() <= 0.5
    with pytest.raises(ValueError, match="at least one neutral text"):
        relevance(wish[None], seen, neutral[:0])


def test_rounding_is_not_blown_up_where_all_neutral_texts_are_alike():
    wish, seen, neutral = world(rows=6)
    alike = np.repeat(neutral[:1], 8, axis=0)
    apart = seen @ wish - seen @ neutral[0]
    expected = 1 / (1 + np.exp(-2 * apart / NARROW))
    assert relevance(wish[None], seen, alike)[0] == pytest.approx(expected)


def test_a_wish_is_asked_for_in_some_ways_at_once():
    given = []

    def read(texts):
        given.extend(texts)
        return unit(np.random.default_rng(0).normal(size=(len(texts), WIDTH)))

    row = asked(read, "penguins {here}")
    assert given == [phrase.replace("{}", "penguins {here}") for phrase in PHRASES]
    assert np.linalg.norm(row) == pytest.approx(1)
    assert row == pytest.approx(unit(read(["a", "b", "c"]).mean(0)))


def test_the_bank_says_each_thing_once():
    assert len({text.lower() for text in NEUTRAL}) == len(NEUTRAL) >= 30
