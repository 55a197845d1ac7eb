"""The losses against loops, gradients where they could break, and what is planted is found."""

import math
from pathlib import Path

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.errors import PresetError, SummarizerError, WeightsError
from summarizer.metrics.agreement import kendall
from summarizer.models.saliency.progressive import load
from summarizer.train import progressive, ssl
from summarizer.train.films import Film
from summarizer.train.loop import train
from summarizer.train.progressive import Recipe, disorder, distance, fit, levelled

SMALL = {"width": 16, "layers": 1, "heads": 2, "rate": 3e-3, "batch": 4}


def films(count: int, seed: int = 0, width: int = 5) -> list[Film]:
    """The first feature, and that of the neighbours, is what counts."""
    found = []
    for number in range(count):
        draw = np.random.default_rng([seed, number])
        rows = draw.normal(size=(int(draw.integers(12, 30)), width)).astype(np.float32)
        found.append(Film(f"film {number}", rows, f"a film of {number}", 3 + 2 * rows[:, 0]))
    return found


def picks(count: int) -> list:
    return [(index, np.random.default_rng(index)) for index in range(count)]


# -- targets and losses ---------------------------------------------------------------------------


def test_targets_lie_between_0_and_1_and_a_constant_one_is_a_half():
    np.testing.assert_allclose(levelled(np.array([2, 4, 3])), [0, 1, 0.5])
    np.testing.assert_array_equal(levelled(np.full(4, 7.0)), [0.5] * 4)
    np.testing.assert_array_equal(levelled(np.zeros(1)), [0.5])


def example() -> tuple[torch.Tensor, ...]:
    draw = np.random.default_rng(4)
    logs = -draw.random((2, 6))
    wanted = draw.integers(0, 4, (2, 6)) / 3
    there = np.array([[True] * 6, [True] * 4 + [False] * 2])
    return torch.tensor(logs), torch.tensor(wanted), torch.tensor(there)


def test_the_distance_is_the_formula():
    logs, wanted, there = example()
    for row, length in enumerate((6, 4)):
        expected = sum((math.exp(logs[row, i]) - wanted[row, i]) ** 2 for i in range(length))
        assert float(distance(logs, wanted, there)[row]) == pytest.approx(float(expected))


def test_disorder_is_the_formula():
    logs, wanted, there = example()
    for row, length in enumerate((6, 4)):
        total = weight = 0.0
        for i in range(length):
            for j in range(length):
                if wanted[row, i] > wanted[row, j]:
                    by = float(wanted[row, i] - wanted[row, j])
                    total += by * math.log(1 + math.exp(float(logs[row, j] - logs[row, i])))
                    weight += by
        assert float(disorder(logs, wanted, there)[row]) == pytest.approx(length * total / weight)


@pytest.mark.parametrize("loss", ["published", "rank"])
def test_gradients_are_finite_where_all_is_the_same(loss):
    """Constant frames, constant targets, padding, a video of one frame."""
    given = [
        Film("same", np.ones((6, 5), np.float32), target=np.ones(6)),
        Film("nothing", np.zeros((9, 5), np.float32), target=np.arange(9)),
        Film("one", np.ones((1, 5), np.float32), target=np.ones(1)),
    ]
    lesson = progressive.lesson(Recipe(loss=loss, each=0.5, **SMALL), given)
    batch = lesson.batch(picks(3))
    assert batch["there"].sum() == 16 and lesson.size(batch) == {"product": 16, "each": 16}
    found = lesson.module(batch)
    (found["product"] + found["each"]).backward()
    for name, each in lesson.module.named_parameters():
        assert each.grad is not None and torch.isfinite(each.grad).all(), name


def test_padding_adds_nothing_to_a_loss():
    for loss in ("published", "rank"):
        lesson = progressive.lesson(Recipe(loss=loss, dropout=0.0, **SMALL), films(3))
        lesson.module.eval()
        with torch.no_grad():
            whole = lesson.module(lesson.batch(picks(3)))
            apart = [lesson.module(lesson.batch([pick])) for pick in picks(3)]
        for name in ("product", "each"):
            assert float(whole[name]) == pytest.approx(
                sum(float(each[name]) for each in apart), 1e-4
            )


def test_every_stage_is_supervised_where_asked():
    """The term is the mean over stages of what each loses alone."""
    lesson = progressive.lesson(Recipe(stages=2, each=0.5, dropout=0.0, **SMALL), films(2))
    assert lesson.weights == {"product": 1.0, "each": 0.5}
    batch = lesson.batch(picks(2))
    lesson.module.eval()
    with torch.no_grad():
        scores = lesson.module.model(batch["rows"], batch["there"]).sigmoid()
        found = lesson.module(batch)
    expected = 0.0
    for video in range(2):
        for frame in range(int(batch["there"][video].sum())):
            wanted = float(batch["wanted"][video, frame])
            expected += sum((float(s) - wanted) ** 2 for s in scores[video, :, frame]) / 2
    assert float(found["each"]) == pytest.approx(expected, rel=1e-4)


def test_a_stretch_keeps_the_scale_of_its_video():
    lesson = progressive.lesson(Recipe(longest=8, **SMALL), films(1))
    (film,) = films(1)
    batch = lesson.batch(picks(1))
    assert batch["rows"].shape == (1, 8, 5)
    at = next(
        i for i in range(len(film.rows)) if np.array_equal(film.rows[i : i + 8], batch["rows"][0])
    )
    scaled = (film.target - film.target.min()) / np.ptp(film.target)
    np.testing.assert_allclose(batch["wanted"][0], scaled[at : at + 8], rtol=1e-5)


# -- learning -------------------------------------------------------------------------------------


@pytest.mark.parametrize("loss", ["published", "rank"])
def test_what_is_planted_is_found_and_kept(tmp_path, loss):
    recipe = Recipe(stages=2, loss=loss, epochs=30, **SMALL)
    lesson = progressive.lesson(recipe, films(12), films(4, seed=9), "made here")
    before = lesson.check()["held out, tau"]
    metrics = fit(lesson, tmp_path / "own", quiet=True)
    assert metrics["held out, tau"] > 0.6 > 0.4 > before
    again = load(tmp_path / "own", "made here", 5)
    (film,) = films(1, seed=9)
    assert kendall(again.judge(film.rows).prod(0), film.target) > 0.6
    assert [each.name for each in tmp_path.iterdir()] == ["own"]


def test_a_text_read_before_the_look_tells_what_counts(tmp_path):
    """One feature counts where the text is of soup, another where it is of a train."""
    texts = ["cooking soup in a kitchen", "a train crosses the bridge"]

    def told(count: int, seed: int = 0) -> list[Film]:
        return [
            Film(film.name, film.rows, texts[number % 2], film.rows[:, number % 2])
            for number, film in enumerate(films(count, seed))
        ]

    found = {}
    for guide in ("before", "after"):
        more = SMALL | {"rate": 5e-3}
        recipe = Recipe(stages=1, guide=guide, loss="rank", epochs=40, dropout=0.0, **more)
        lesson = progressive.lesson(recipe, told(16), told(6, seed=9))
        found[guide] = fit(lesson, tmp_path / guide, quiet=True)["held out, tau"]
    assert found["before"] > 0.55 > 0.45 > found["after"]


def test_of_several_rounds_the_best_is_kept(tmp_path, monkeypatch):
    """What is kept is what the held-out films say, and patience ends it."""
    worths = iter([0.2, 0.5, 0.4, 0.3, 0.9])
    lesson = progressive.lesson(Recipe(epochs=1, rounds=5, patience=2, **SMALL), films(4), films(2))
    monkeypatch.setattr(lesson, "check", lambda: {"held out, tau": next(worths)})
    metrics = fit(lesson, tmp_path / "own", quiet=True)
    assert metrics["held out, tau"] == 0.5 and next(worths) == 0.9
    assert [each.name for each in tmp_path.iterdir()] == ["own"]


def test_a_stopped_fit_goes_on(tmp_path):
    def once(out: Path):
        lesson = progressive.lesson(Recipe(epochs=2, rounds=2, **SMALL), films(4), films(2))
        return lesson, out

    fit(*once(tmp_path / "whole"), quiet=True)
    lesson, out = once(tmp_path / "parts")
    first = out.with_name("parts.round1")
    train(lesson, progressive.pace(lesson.recipe, 4), first, quiet=True)
    fit(*once(out), quiet=True)  # a fresh process would have nothing but that folder
    one, other = (checkpoint.tensors(tmp_path / name) for name in ("whole", "parts"))
    for name in one:
        torch.testing.assert_close(one[name], other[name])


def test_it_begins_from_a_pretrained_encoder(tmp_path):
    how = ssl.Recipe(width=16, layers=1, heads=2, epochs=1, batch=4)
    given = films(6)
    lesson = ssl.lesson(how, given, features="made here")
    train(lesson, ssl.pace(how, 6), tmp_path / "encoder", quiet=True)
    learned = checkpoint.tensors(tmp_path / "encoder")
    begun = progressive.lesson(Recipe(), given, features="made here", begin=tmp_path / "encoder")
    own = dict(begun.module.model.named_parameters())
    shared = [name for name in learned if name.startswith("encoder.")]
    assert shared and all(torch.equal(own[name], learned[name]) for name in shared)
    assert begun.module.model.shape.encoder.places == 0.1
    assert lesson.module.encoder.shape.places == 1.0
    with pytest.raises(WeightsError, match="needs features by 'made here', 5 wide, and not by 'x'"):
        progressive.lesson(Recipe(), given, features="x", begin=tmp_path / "encoder")
    fit(begun, tmp_path / "own", quiet=True)
    with pytest.raises(WeightsError, match="own is of no pretrained video encoder"):
        progressive.lesson(Recipe(), given, features="made here", begin=tmp_path / "own")


def test_what_cannot_be_learned_is_said():
    with pytest.raises(PresetError, match="no loss 'mean'; there are published, rank"):
        Recipe(loss="mean")
    with pytest.raises(PresetError, match="must all be 1 or more"):
        Recipe(rounds=0)
    with pytest.raises(PresetError, match="none of 1 videos has a target"):
        progressive.lesson(Recipe(), [Film("", np.ones((3, 2)))])
    both = [*films(1), *films(1, width=7)]
    with pytest.raises(SummarizerError, match=r"features of \[5, 7\] numbers don't go together"):
        progressive.lesson(Recipe(), both)
