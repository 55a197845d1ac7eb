"""The three tasks against loops, gradients where they could break, and what pretraining learns."""

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.errors import PresetError
from summarizer.models.saliency.progressive import EncoderShape, padded
from summarizer.train import ssl
from summarizer.train.films import Film
from summarizer.train.loop import train
from summarizer.train.ssl import Pretraining, Recipe, contrast, gone, hausdorff, paired, unit

SHAPE = EncoderShape(features=5, width=16, layers=1, heads=2, dropout=0.0)
TEXTS = ["a dog runs on the beach", "cooking soup in a kitchen", "a train crosses the bridge"]


def module(**more) -> Pretraining:
    torch.manual_seed(0)
    return Pretraining(SHAPE, words=4, **more).eval()


def films(count: int, seed: int = 0) -> list[Film]:
    """Each text has a direction of its own, and neighbours look alike."""
    found = []
    for number in range(count):
        draw = np.random.default_rng([seed, number])
        kind = number % len(TEXTS)
        frames = int(draw.integers(8, 20))
        rows = np.cumsum(draw.normal(0, 0.1, (frames, 5)), axis=0) + draw.normal(0, 0.1, 5)
        rows[:, kind] += 2
        found.append(Film(f"film {number}", rows.astype(np.float32), TEXTS[kind]))
    return found


def batch(lengths: tuple[int, ...], words: tuple[int, ...], hidden: int = 2) -> dict:
    draw = np.random.default_rng(sum(lengths))
    rows, there = padded([draw.normal(size=(n, 5)).astype(np.float32) for n in lengths])
    said, spoken = padded([draw.normal(size=(n, 4)).astype(np.float32) for n in words])
    mask = padded([gone(n, hidden, draw) for n in lengths])[0] > 0
    fits = torch.tensor([float(i % 2) for i in range(len(lengths))])
    return {
        "rows": rows, "there": there, "hidden": mask, "words": said, "said": spoken, "fits": fits
    }  # fmt: skip


# -- the losses -----------------------------------------------------------------------------------


def test_hausdorff_is_the_definition_over_what_is_there():
    draw = np.random.default_rng(1)
    ones, others = (
        [draw.normal(size=(n, 3)).astype(np.float32) for n in lengths]
        for lengths in ((4, 2), (1, 5))
    )
    (a, a_there), (b, b_there) = padded(ones), padded(others)
    found = hausdorff(unit(a), a_there, unit(b), b_there)
    for row in range(2):
        one, other = (
            x[row] / np.linalg.norm(x[row], axis=1, keepdims=True) for x in (ones, others)
        )
        far = [min(sum((p - q) ** 2) for q in other) for p in one]
        back = [min(sum((p - q) ** 2) for q in one) for p in other]
        assert float(found[row]) == pytest.approx(max(far + back), abs=1e-4)


def test_what_fits_is_drawn_near_and_the_rest_pushed_to_the_margin():
    squares = torch.tensor([0.25, 0.25, 4.0, 4.0])
    found = contrast(squares, torch.tensor([1.0, 0.0, 1.0, 0.0]))
    expected = [0.25, (np.sqrt(2) - 0.5) ** 2, 4.0, 0.0]
    np.testing.assert_allclose(found, expected, atol=1e-4)


@pytest.mark.parametrize("fits", [0.0, 1.0])
def test_the_distance_has_a_slope_at_nothing(fits):
    """The same rows on both sides, and rows of zeros: the root of 0 has no finite slope."""
    for rows in (torch.ones(1, 3, 4), torch.zeros(1, 3, 4)):
        one = rows.clone().requires_grad_()
        there = torch.ones(1, 3, dtype=torch.bool)
        squares = hausdorff(unit(one), there, unit(rows), there)
        contrast(squares, torch.tensor([fits])).sum().backward()
        assert torch.isfinite(one.grad).all() and one.grad.abs().max() < 1e4


@pytest.mark.parametrize("level", [True, False])
@pytest.mark.parametrize("kind", ["constant", "one frame", "no words", "nothing hidden"])
def test_gradients_are_finite(kind, level):
    torch.manual_seed(0)
    own = Pretraining(EncoderShape(5, 16, 1, 2, level=level), words=4)
    given = batch((1,) if kind == "one frame" else (6, 3), (0, 0) if kind == "no words" else (2, 1))
    if kind == "one frame":
        given = batch((1,), (2,))
    if kind == "constant":
        given["rows"] = torch.zeros_like(given["rows"])
        given["words"] = torch.zeros_like(given["words"])
    if kind == "nothing hidden":
        given["hidden"] = torch.zeros_like(given["hidden"])
    found = own(given)
    assert set(found) == {"coarse", "fine", "frames"}
    sum(found.values()).backward()
    grads = [each.grad for each in own.parameters() if each.grad is not None]
    assert grads and all(torch.isfinite(each).all() for each in grads)


# -- the model ------------------------------------------------------------------------------------


def test_each_term_is_the_sum_over_videos_whatever_they_are_padded_with():
    own, given = module(), batch((12, 5, 7), (3, 1, 0))
    given["rows"][1, 5:] = 50.0
    lengths, words = (12, 5, 7), (3, 1, 0)
    with torch.no_grad():
        found = own(given)
        apart = []
        for row, (n, m) in enumerate(zip(lengths, words, strict=True)):
            one = {name: each[row : row + 1] for name, each in given.items()}
            one |= {name: one[name][:, :n] for name in ("rows", "there", "hidden")}
            one |= {name: one[name][:, : max(1, m)] for name in ("words", "said")}
            apart.append(own(one))
    for name in found:
        expected = sum(float(each[name]) for each in apart)
        assert float(found[name]) == pytest.approx(expected, rel=1e-4), name
    assert float(apart[2]["coarse"]) == float(apart[2]["fine"]) == 0.0  # nothing was said


def test_a_hidden_frame_is_not_seen():
    own, given = module(), batch((12, 9), (3, 2), hidden=3)
    with torch.no_grad():
        before = own(given)
        rows = own.encoder.level(given["rows"])
        given["rows"] = given["rows"] + 7 * torch.randn(2, 12, 5) * given["hidden"][..., None]
        changed = own.encoder.level(given["rows"])
        after = own(given)
    assert float(after["coarse"]) == pytest.approx(float(before["coarse"]), rel=1e-5)
    assert float(after["fine"]) == pytest.approx(float(before["fine"]), rel=1e-5)
    assert not torch.allclose(rows, changed)
    assert float(after["frames"]) != pytest.approx(float(before["frames"]), rel=1e-3)


def test_a_guess_mixes_what_is_around_with_the_whole():
    """One hidden frame at the edge, by hand: its window, the whole, and the trust in each."""
    own = module(window=5)
    given = batch((8,), (2,), hidden=0)
    given["hidden"][0, 1] = True
    guess = own.guess
    with torch.no_grad():
        rows = own.encoder.level(given["rows"]).clone()
        rows[0, 1] = own.gone
        entered = own.encoder.enter(rows)
        _, seen = own.encoder(entered, given["there"])
        waves = [[f(p / 10_000 ** (i / 16)) for i in range(0, 16, 2) for f in (np.sin, np.cos)]
                 for p in range(5)]  # fmt: skip
        near = entered[:, 0:4] + torch.tensor(waves, dtype=torch.float32)[1:]  # place -1 is nowhere
        near = guess.around(near)[0, 1]
        trust = torch.softmax(guess.trust(seen[0, 1]), 0)
        expected = trust[0] * guess.local(near) + trust[1] * guess.overall(seen[0, 1])
        found = guess(entered, seen, given["there"], given["hidden"])
    torch.testing.assert_close(found[0], expected, atol=1e-5, rtol=1e-4)


def test_guesses_may_be_kept_from_falling_below_0():
    plain, cut = module(), module(rectified=True)
    given = batch((12,), (2,), hidden=5)
    with torch.no_grad():
        seen = [
            own.guess(own.encoder.enter(given["rows"]), own.encoder.enter(given["rows"]),
                      given["there"], given["hidden"])
            for own in (plain, cut)
        ]  # fmt: skip
    assert seen[0].min() < 0 and seen[1].min() >= 0


# -- the lesson -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frames", "asked", "hidden"), [(9, 1, 1), (9, 4, 4), (3, 7, 2), (1, 1, 0)]
)
def test_so_many_are_hidden_and_never_all(frames, asked, hidden):
    found = gone(frames, asked, np.random.default_rng(0))
    assert found.shape == (frames,) and found.sum() == hidden


def test_half_of_the_texts_are_of_others_and_say_something_else():
    draws = [np.random.default_rng(seed) for seed in range(400)]
    found = [paired("a", ["a", "b", "a", "", "c"], draw) for draw in draws]
    assert {text for text, own in found if own} == {"a"}
    assert {text for text, own in found if not own} == {"b", "c"}
    assert 0.4 < np.mean([own for _, own in found]) < 0.6
    assert paired("a", ["a", "a"], draws[0]) == ("a", 1.0)


def test_it_learns_which_text_belongs_and_what_is_hidden(tmp_path):
    recipe = Recipe(width=16, layers=1, heads=2, hidden=2, epochs=25, batch=6, rate=5e-3)
    lesson = ssl.lesson(recipe, films(24), films(12, seed=5), "made here")
    before = lesson.check()
    outcome = train(lesson, ssl.pace(recipe, 24), tmp_path / "encoder", quiet=True)
    assert outcome.metrics["held out, match"] >= 0.9 > before["held out, match"]
    assert outcome.metrics["held out, frames"] < 0.5 * before["held out, frames"]
    config = checkpoint.describe(tmp_path / "encoder").config
    assert config["kind"] == "video encoder" and config["features"] == "made here"
    assert "MiniLM" in config["text"] and config["shape"]["width"] == 16


def test_a_term_can_be_left_out():
    lesson = ssl.lesson(Recipe(width=16, heads=2, coarse=0.0), films(3))
    assert lesson.weights == {"coarse": 0.0, "fine": 1.0, "frames": 5.0}
    given = lesson.batch([(index, np.random.default_rng(index)) for index in range(3)])
    assert lesson.size(given) == {"coarse": 3, "fine": 3, "frames": 3}


def test_what_cannot_be_is_said():
    with pytest.raises(PresetError, match="a window of 4"):
        Recipe(window=4)
    with pytest.raises(PresetError, match="below 0"):
        Recipe(fine=-1.0)
