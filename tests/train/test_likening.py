"""A tiny eye and ear on signs made here: squares of colours, and tones of pitches."""

import numpy as np
import pytest
import torch
from torch.nn.functional import normalize

from summarizer import checkpoint
from summarizer.models.audio import load_ear
from summarizer.models.small import EarShape, EyeShape, likeness, naming, tokenizer_of
from summarizer.models.vision import load_eye
from summarizer.train.likening import Earful, Glimpse, Likening, Senses, Told, fits
from summarizer.train.loop import Pace, train

EYE = EyeShape(
    size=32, width=4, heads=2, text_width=32, text_layers=2, text_heads=2, words=12, common=16
)
EAR = EarShape(width=32, layers=2, heads=2, convolutions=(8, 8, 8, 16, 16, 16, 16))
COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 60, 220), "grey": (160,) * 3}
PITCHES = {"low": 220.0, "middle": 880.0, "high": 3520.0}
TEXTS = [f"a {colour} square" for colour in COLOURS] + [f"a {pitch} tone" for pitch in PITCHES]


class Signs:
    def __init__(self, count: int, names: bool = False):
        self.count, self.names = count, names

    def __len__(self) -> int:
        return self.count

    def moments(self, index: int, draw: np.random.Generator):
        return [self.glimpse(draw)], [self.earful(draw)]

    def named(self, seen, heard, draw):
        signs = [[sign(name, name) for name in names] for names in (COLOURS, PITCHES)]
        return signs if self.names else ([], [])

    def glimpse(self, draw: np.random.Generator) -> Glimpse:
        colour = draw.choice(list(COLOURS))
        picture = draw.integers(0, 60, (36, 48, 3)).astype(np.uint8)
        top, left = draw.integers(0, 12, 2)
        picture[top : top + 20, left : left + 30] = COLOURS[colour]
        return Glimpse(picture, sign(f"a {colour} square", colour))

    def earful(self, draw: np.random.Generator) -> Earful:
        pitch = draw.choice(list(PITCHES))
        times = np.arange(12_000) / 24_000
        sound = draw.uniform(0.1, 0.9) * np.sin(2 * np.pi * PITCHES[pitch] * times)
        sound[:6_000] = 0.02 * draw.normal(size=6_000)  # the text is of the second half
        return Earful(sound.astype(np.float32), (0.5, 1.0), sign(f"a {pitch} tone", pitch))


def sign(text: str, fact: str) -> Told:
    return Told(text, frozenset([fact]), frozenset([fact]))


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    torch.manual_seed(0)
    out = tmp_path_factory.mktemp("small") / "own"
    tokenizer = tokenizer_of(TEXTS, 300, ends_highest=True)
    lesson = Likening(
        Senses(EYE, EAR, len(tokenizer)), EYE, tokenizer, Signs(4000, names=True), Signs(64)
    )
    before = lesson.check()
    pace = Pace(steps=120, batch=24, rate=2e-3, log=40)
    return out, lesson, before, train(lesson, pace, out, quiet=True)


def test_it_learns_what_is_seen_and_what_is_heard(learned):
    _, _, before, outcome = learned
    for sense in ("sight", "hearing"):
        assert outcome.metrics[f"held out, {sense}"] > 0.95 > before[f"held out, {sense}"]


def test_the_eye_is_loaded_by_the_door_of_the_large_one(learned):
    """Pictures and texts through `load_eye`, from half precision, are as near as in training."""
    out, lesson, *_ = learned
    eye = load_eye(out.with_name("own-clip"))
    moments = [Signs(1).moments(0, np.random.default_rng(seed)) for seed in range(40)]
    glimpses = [seen for (seen,), _ in moments]
    looked = eye.look(np.stack([each.picture for each in glimpses])).embedding
    batch, model = lesson.tensors(moments), lesson.module.eye
    with torch.no_grad():
        here = normalize(model.encode_image(batch["pictures"]), dim=-1)
        texts = normalize(model.encode_text(batch["seen"]), dim=-1)
    assert looked == pytest.approx(here.numpy(), abs=0.02)
    assert eye.read([each.told.text for each in glimpses]) == pytest.approx(texts.numpy(), abs=0.02)
    names = list(COLOURS)
    best = (looked @ eye.read([f"a {name} square" for name in names]).T).argmax(1)
    right = [names[at] in each.told.facts for at, each in zip(best, glimpses, strict=True)]
    assert np.mean(right) > 0.9


def test_the_ear_is_loaded_by_the_door_of_the_large_one(learned):
    out, *_ = learned
    ear = load_ear(out.with_name("own-mert"), tokens_a_second=4.0)
    assert ear.rate == 24_000 and ear.width == 32
    eye = load_eye(out.with_name("own-clip"))
    line = checkpoint.tensors(out)["heard.weight"].numpy()
    names, right = list(PITCHES), []
    texts = eye.read([f"a {name} tone" for name in names])
    for seed in range(20):
        each = Signs(1).earful(np.random.default_rng(seed))
        tokens = ear.listen(each.sound, 24_000)  # four a second: the second half is the last
        right.append(names[int((texts @ (line @ tokens[-1])).argmax())] in each.told.facts)
    assert np.mean(right) > 0.85


def test_likeness_is_the_formula():
    """Against loops over pairs, with a pair that means the same left out of both sums."""
    draws = torch.Generator().manual_seed(2)
    one, other = torch.randn(5, 3, generator=draws), torch.randn(5, 3, generator=draws)
    same = torch.eye(5, dtype=torch.bool)
    same[0, 3] = True
    total = 0.0
    for here, there, known in ((one, other, same), (other, one, same.T)):
        for i in range(5):

            def near(j, i=i, here=here, there=there):
                return 7.0 * float(here[i] @ there[j] / here[i].norm() / there[j].norm())

            rest = [np.exp(near(j)) for j in range(5) if j == i or not known[i, j]]
            total += (np.log(sum(rest)) - near(i)) / 2
    assert float(likeness(one, other, torch.tensor(7.0), same)) == pytest.approx(total, rel=1e-5)


@pytest.mark.parametrize("seed", range(4))
def test_naming_is_the_formula(seed):
    """Against loops over what is likened and texts, some true of nothing, some of everything."""
    draws = torch.Generator().manual_seed(seed)
    one, other = torch.randn(5, 3, generator=draws), torch.randn(7, 3, generator=draws)
    true = torch.rand(5, 7, generator=draws) < 0.4
    true[:, 0], true[:, 1], true[2] = False, True, True
    near = [
        [6.0 * float(a @ b / a.norm() / b.norm()) for b in other.double()] for a in one.double()
    ]

    def before(near, true):
        total = 0.0
        for row, right in zip(near, true, strict=True):
            wrong = sum(np.exp(x) for x, yes in zip(row, right, strict=True) if not yes)
            each = [
                -np.log(np.exp(x) / (np.exp(x) + wrong))
                for x, y in zip(row, right, strict=True)
                if y
            ]
            total += np.mean(each) if each else 0.0
        return total

    columns = [list(each) for each in zip(*near, strict=True)]
    wanted = (before(near, true.tolist()) + before(columns, true.T.tolist()) * 5 / 7) / 2
    one.requires_grad_()
    found = naming(one, other, torch.tensor(6.0), true)
    assert float(found.detach()) == pytest.approx(wanted, rel=1e-5)
    found.backward()
    assert torch.isfinite(one.grad).all()


def test_a_text_fits_where_all_it_says_is_true():
    told = [
        Told("", frozenset("b"), frozenset("ab")),
        Told("", frozenset("ab"), frozenset("b")),  # says more than is true, but of its own
        Told("", frozenset(), frozenset()),
    ]
    expected = [[True, True, True], [True, True, True], [False, False, True]]
    assert fits(told).tolist() == expected


def test_a_vocabulary_writes_any_text_and_ends_as_clip_wants():
    tokenizer = tokenizer_of(TEXTS, 300, ends_highest=True)
    for text in ("a red square", "Ünïcode – 漢字 12:34", ""):
        row = tokenizer(text).input_ids
        assert tokenizer.decode(row, skip_special_tokens=True) == text
        assert row[-1] == max(row) == len(tokenizer) - 1
    long = tokenizer("word " * 100, truncation=True, max_length=12).input_ids
    assert len(long) == 12 and long[-1] == len(tokenizer) - 1
    assert tokenizer_of(TEXTS, 300).eos_token_id == 2
