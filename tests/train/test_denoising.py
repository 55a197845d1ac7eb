"""A corruptor whose stumbles the rules undo, and a tiny BART that learns to undo the rest."""

import numpy as np
import pytest
import torch

from summarizer.errors import SummarizerError, WeightsError
from summarizer.models.denoiser import (
    Denoiser,
    DenoiserShape,
    denoiser_of,
    faithful,
    load_denoiser,
    tidied,
)
from summarizer.models.small import tokenizer_of
from summarizer.train.denoising import SOUNDS, Denoising, Noise, corrupted, wrong
from summarizer.train.loop import Pace, train

NOTHING = Noise(0, 0, 0, 0, 0, 0)
TEXT = "The weather was plain, so we rode down the road to see two boats there at night."


def texts(seed: int, count: int) -> list[str]:
    draw = np.random.default_rng(seed)
    things, places = ("boat", "tree", "clock"), ("by the sea", "on the road", "at night")
    return [f"We see the {draw.choice(things)} {draw.choice(places)}." for _ in range(count)]


def test_without_noise_only_letters_and_marks_change():
    draw = np.random.default_rng(0)
    assert corrupted("Hello, World! It is  two.", draw, NOTHING) == "hello world it is two"
    assert wrong([TEXT], [corrupted(TEXT, draw, NOTHING)]) == 0


def test_the_same_chance_corrupts_the_same_way_and_another_another():
    made = [corrupted(TEXT, np.random.default_rng(seed)) for seed in (1, 1, 2, 3, 4)]
    assert made[0] == made[1]
    assert len(set(made)) >= 4


def test_what_speakers_stumble_over_the_rules_undo():
    stumbling = Noise(filler=0.3, again=0.0, broken=0.3, unheard=0, alike=0, joined=0)
    for seed in range(30):
        heard = corrupted(TEXT, np.random.default_rng(seed), stumbling)
        assert wrong([TEXT], [tidied(heard)]) == 0
        assert seed or heard != corrupted(TEXT, np.random.default_rng(0), NOTHING)


def test_each_kind_of_noise_does_what_it_says():
    words = corrupted(TEXT, np.random.default_rng(0), NOTHING).split()

    def made(**kinds: float) -> list[str]:
        noise = Noise(**(dict.fromkeys(vars(NOTHING), 0.0) | kinds))
        return corrupted(TEXT, np.random.default_rng(5), noise).split()

    assert made(again=1.0) == [word for word in words for _ in range(2)]
    assert made(unheard=1.0) == [word for word in words if word not in ("the", "to")]
    assert "".join(made(joined=1.0)) == "".join(words)
    swapped = made(alike=1.0)
    assert all(b in SOUNDS[a] for a, b in zip(words, swapped, strict=True) if a in SOUNDS)
    assert all(a == b for a, b in zip(words, swapped, strict=True) if a not in SOUNDS)


def test_wrong_words_are_counted_as_by_another_way():
    def slow(one, other):
        if not one or not other:
            return len(one) + len(other)
        change = slow(one[1:], other[1:]) + (one[0] != other[0])
        return min(change, slow(one[1:], other) + 1, slow(one, other[1:]) + 1)

    draw = np.random.default_rng(7)
    for _ in range(25):
        one = draw.choice(list("abc"), draw.integers(1, 6)).tolist()
        other = draw.choice(list("abc"), draw.integers(0, 6)).tolist()
        assert wrong([" ".join(one)], [" ".join(other)]) == pytest.approx(
            slow(one, other) / len(one)
        )
    with pytest.raises(SummarizerError, match="1 texts for 2"):
        wrong(["a", "b"], ["a"])


def test_what_was_never_heard_is_not_believed():
    assert faithful("uh we see the the boat", "We see the boat.")
    assert not faithful("we see the boat", "A man walks his dog in Rome.")
    assert not faithful("we see the boat", "")
    assert faithful("uh", "")


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    torch.manual_seed(0)
    out = tmp_path_factory.mktemp("denoising") / "own"
    said = texts(1, 100)
    heard = [corrupted(each, np.random.default_rng(at)) for at, each in enumerate(said)]
    tokenizer = tokenizer_of([*said, *heard], 400, ends_highest=True)
    model = denoiser_of(DenoiserShape(width=48, layers=1, heads=4, room=32), tokenizer)
    noise = Noise(filler=0.1, again=0.1, broken=0, unheard=0.2, alike=0.4, joined=0)
    lesson = Denoising(model, tokenizer, texts(1, 500), texts(2, 16), noise)
    outcome = train(
        lesson, Pace(steps=280, batch=12, rate=5e-3, warmup=0.1, log=100), out, quiet=True
    )
    return out, outcome.metrics, noise


def test_it_learns_to_put_right_what_rules_can_not(learned):
    _, metrics, noise = learned
    said = texts(2, 16)
    heard = [corrupted(each, np.random.default_rng([3, at]), noise) for at, each in enumerate(said)]
    by_rules = wrong(said, [tidied(each) for each in heard])
    assert metrics["held out, wrong as heard"] == wrong(said, heard) > by_rules > 0.05
    assert metrics["held out, wrong as mended"] < 0.5 * by_rules


def test_what_was_kept_is_loaded_and_batches_make_no_difference(learned):
    out, metrics, noise = learned
    denoiser = load_denoiser(out)
    said = texts(2, 16)
    heard = [corrupted(each, np.random.default_rng([3, at]), noise) for at, each in enumerate(said)]
    together = denoiser.clean(heard)
    assert wrong(said, together) == pytest.approx(metrics["held out, wrong as mended"])
    one = Denoiser(denoiser.model, denoiser.tokenizer, batch=1)
    assert one.clean(heard[:5]) == together[:5]
    assert denoiser.clean([]) == []


def test_another_model_is_refused(tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    with pytest.raises(WeightsError, match="no BART"):
        load_denoiser(tmp_path)
