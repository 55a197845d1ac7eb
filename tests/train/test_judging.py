"""A head that learns what lies in seconds and wishes: alone or in a batch, kept and used."""

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.models.saliency import head as heads
from summarizer.train.judging import (
    NAMED,
    NAMES,
    NUMBERS,
    READ,
    Case,
    Judging,
    Knowing,
    Naming,
    Wished,
    Worded,
)
from summarizer.train.loop import Pace, train

WIDTHS = {"sight": 8, "patches": 6}
THINGS, ACTIONS = (
    [each for each in NAMES if each.kind == kind][:4] for kind in ("thing", "action")
)
MADE = {"sight": "eye", "patches": "eye"}
EIGHT = np.eye(8, dtype=np.float32)


def fulfilled(thing: int, way: int) -> np.ndarray:
    needs = np.zeros(len(NAMES), np.float32)
    needs[[NUMBERS[THINGS[thing]], NUMBERS[ACTIONS[way]]]] = 1
    return needs


class Toys:
    """In each second two things, one of which does something; the wish is for one that does that.

    A place says which thing it has and, in two more numbers, whether that moves and how."""

    worded = Worded(
        {"sight": np.repeat(EIGHT[:4], 2, axis=0) + EIGHT[[4, 5] * 4]},
        np.stack([fulfilled(thing, way) for thing in range(4) for way in range(2)]),
    )

    def __len__(self) -> int:
        return 400

    def cases(self, picks, wishes=2):
        return [self.case(draw, min(2, wishes)) for _, draw in picks]

    def case(self, draw, count=2) -> Case:
        seconds = int(draw.integers(3, 8))
        things = np.stack([draw.permutation(4)[:2] for _ in range(seconds)])
        moves = draw.integers(0, 2, seconds)  # how the first of them moves
        patches = np.zeros((seconds, 2, 6), np.float32)
        there = np.zeros((seconds, len(NAMES)), np.float32)
        for second in range(seconds):
            patches[second, [0, 1], things[second]] = 1
            patches[second, 0, 4 + moves[second]] = 1
            for thing in things[second]:
                there[second, NUMBERS[THINGS[thing]]] = 1
            there[second, NUMBERS[ACTIONS[moves[second]]]] = 1
        wishes = []
        for _ in range(count):
            thing, way = int(draw.integers(4)), int(draw.integers(2))
            given = np.zeros(8, np.float32)
            given[thing] = given[4 + way] = 1
            worth = (things[:, 0] == thing) & (moves == way)
            wishes.append(Wished({"sight": given}, worth.astype(np.float32)))
        rows = {"sight": np.ones((seconds, 8), np.float32), "patches": patches}
        return Case(rows, there, wishes)


def lesson() -> Judging:
    torch.manual_seed(0)
    return Judging(Naming(heads.Head(WIDTHS, 32)), MADE, Toys(), Toys())


def test_it_learns_what_is_wished_and_is_kept_without_its_line(tmp_path):
    judging = lesson()
    before = judging.check()["held out, seconds"]
    outcome = train(judging, Pace(250, 16, rate=5e-3), tmp_path / "own", quiet=True)
    assert outcome.metrics["held out, seconds"] < 0.2 * before
    assert not any("named" in name for name in checkpoint.tensors(tmp_path / "own-saliency"))
    head = heads.load(tmp_path / "own-saliency", MADE)
    right = []
    for seed in range(20):
        case = Toys().case(np.random.default_rng([9, seed]))
        rows = {name: torch.from_numpy(each) for name, each in case.rows.items()}
        for wished in case.wishes:
            with torch.inference_mode():
                found = head(rows, {"sight": torch.from_numpy(wished.given["sight"])})
            right += ((found.numpy() > 0) == (wished.worth > 0)).tolist()
    assert np.mean(right) > 0.95


def test_names_are_known_before_anything_is_judged(tmp_path):
    torch.manual_seed(0)
    naming = Naming(heads.Head(WIDTHS, 32))
    knowing = Knowing(naming, MADE, Toys(), Toys())
    before = knowing.check()
    outcome = train(knowing, Pace(150, 16, rate=5e-3), tmp_path / "know", quiet=True)
    assert set(before) == {"held out, there", "held out, needs"}
    for name, loss in before.items():
        assert outcome.metrics[name] < 0.2 * loss, name
    other = lesson()
    checkpoint.load(tmp_path / "know", other.module)
    for name, loss in other.check().items():  # judging goes on from there
        if name in before:
            assert loss == pytest.approx(outcome.metrics[name], rel=0.1), name
    batch = knowing.batch([(0, np.random.default_rng(0))])
    assert set(batch) == {"rows", "there", "said", "needs"}


def test_a_batch_counts_each_clip_and_wish_as_by_itself():
    judging = lesson()
    judging.module.eval()
    picks = [(0, np.random.default_rng(seed)) for seed in range(5)]
    cases = Toys().cases([(0, np.random.default_rng(seed)) for seed in range(5)])
    assert len({len(each.there) for each in cases}) > 1, "some are shorter"
    batch = judging.batch(picks)
    draw = np.random.default_rng(0)
    Toys().case(draw)  # a step's chance is that of its first clip, which comes first
    worded = Toys.worded.some(READ, draw)
    assert len(np.unique(worded.needs, axis=0)) == 8
    with torch.no_grad():
        found = {name: float(each) for name, each in judging.module(batch).items()}
        alone = dict.fromkeys(found, 0.0)
        for case in cases:
            rows = {name: torch.from_numpy(each) for name, each in case.rows.items()}
            seen = judging.module.head.seen(rows)
            alone["there"] += missed(judging.module, seen.rows, case.there)
            for wished in case.wishes:
                wish = {"sight": torch.from_numpy(wished.given["sight"])}
                alone["seconds"] += logistic(judging.module.head(rows, wish), wished.worth)
        for given, needs in zip(worded.given["sight"], worded.needs, strict=True):
            wanted = judging.module.head.wanted({"sight": torch.from_numpy(given)})
            alone["needs"] += missed(judging.module, wanted, needs)
    assert found == pytest.approx(alone, rel=1e-4)
    seconds = [len(each.there) for each in cases]
    assert judging.size(batch) == {
        "seconds": 2 * sum(seconds),
        "there": sum(seconds),
        "needs": READ,
    }
    assert judging.weights == {"seconds": 1.0, "there": NAMED, "needs": NAMED}


def missed(naming: Naming, found: torch.Tensor, true: np.ndarray) -> float:
    return logistic(naming.named(found), true)


def logistic(logits: torch.Tensor, true: np.ndarray) -> float:
    """In numpy, from its formula."""
    scores = logits.double().numpy()
    return float((np.logaddexp(0, scores) - true * scores).sum())
