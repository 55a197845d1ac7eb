"""What lies where, by brute force; and a tiny eye and a tiny ear that learn where squares and when
tones are."""

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.data import world
from summarizer.models.small import EarShape, EyeShape, ear_of, eye_of
from summarizer.train.loop import Pace, train
from summarizer.train.marking import COVERED, Listen, Look, Marking, lying
from summarizer.train.world import RATE, Playing, Views

EYE = EyeShape(size=64, width=8, heads=2, text_width=32, text_layers=1, text_heads=2, common=16)
EAR = EarShape(width=32, layers=1, heads=2, convolutions=(8, 8, 8, 16, 16, 16, 16))
COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 60, 220)}


class Squares:
    """One in a quarter of each picture."""

    names = tuple(COLOURS)

    def __init__(self, count: int):
        self.count = count

    def __len__(self) -> int:
        return self.count

    def example(self, index: int, draw: np.random.Generator):
        picture = draw.integers(60, 120, (64, 64, 3)).astype(np.uint8)
        left, top = 32 * draw.integers(0, 2, 2)
        which = int(draw.integers(len(COLOURS)))
        picture[top : top + 32, left : left + 32] = list(COLOURS.values())[which]
        box = (left / 64, top / 64, left / 64 + 0.5, top / 64 + 0.5)
        return picture, lying([box], [(which,)], 2, len(COLOURS))


class Tones:
    """A low or a high one, in one half of each sound."""

    names = ("low", "high")

    def __len__(self) -> int:
        return 4000

    def example(self, index: int, draw: np.random.Generator):
        half, which = draw.integers(0, 2, 2).tolist()
        times, true = np.arange(12_000) / RATE, np.zeros((2, 2), bool)
        sound = 0.02 * draw.normal(size=24_000)
        sound[12_000 * half :][:12_000] += np.sin(2 * np.pi * (220.0, 3520.0)[which] * times)
        true[half, which] = True
        return sound.astype(np.float32), true


@pytest.mark.parametrize("seed", range(20))
def test_a_patch_shows_what_takes_up_most_of_its_pixels(seed):
    draw = np.random.default_rng(seed)
    grid, fine, names = int(draw.integers(1, 6)), 40, 4
    boxes, own = [], []
    for _ in range(int(draw.integers(0, 4))):
        (left, right), (top, bottom) = np.sort(draw.integers(-3, grid * fine + 4, (2, 2)), axis=1)
        boxes.append(tuple((np.array([left, top, right, bottom]) / (grid * fine)).tolist()))
        own.append(tuple(draw.permutation(names)[:2].tolist()))
    wanted = np.zeros((grid, grid, names))
    for (left, top, right, bottom), those in zip(boxes, own, strict=True):
        middles = (np.arange(grid * fine) + 0.5) / (grid * fine)
        inside = np.outer(
            (middles > top) & (middles < bottom), (middles > left) & (middles < right)
        )
        for row in range(grid):
            for column in range(grid):
                patch = inside[row * fine :][:fine, column * fine :][:, :fine]
                if patch.mean() > COVERED:
                    wanted[row, column, list(those)] = 1
    assert np.array_equal(lying(boxes, own, grid, names), wanted)


def learned(lesson: Marking, folder, steps: int) -> dict:
    before = lesson.check()["held out, names"]
    outcome = train(lesson, Pace(steps=steps, batch=8, rate=3e-3), folder, quiet=True)
    assert outcome.metrics["held out, names"] > 0.95 > before
    return lesson.module.sense.state_dict()


def test_it_learns_where_squares_lie_and_an_eye_takes_it_over(tmp_path):
    torch.manual_seed(0)
    lesson = Marking(Look(EYE, len(COLOURS)), Squares(4000), Squares(64))
    theirs = learned(lesson, tmp_path / "look", 60)
    eye = eye_of(EYE, 300)
    eye.visual.load_state_dict(checkpoint.tensors(tmp_path / "look"))
    mine = eye.visual.eval().state_dict()
    assert all(torch.equal(mine[name], each) for name, each in theirs.items())
    assert int(mine["bn1.num_batches_tracked"]) == 60  # what it counted on the way, too


def test_it_learns_when_tones_are_heard_and_an_ear_takes_it_over(tmp_path):
    torch.manual_seed(0)
    lesson = Marking(Listen(EAR, 2, pieces=2), Tones(), Tones())
    theirs = learned(lesson, tmp_path / "listen", 60)
    ear = ear_of(EAR)
    ear.load_state_dict(checkpoint.tensors(tmp_path / "listen"))
    assert all(torch.equal(ear.state_dict()[name], each) for name, each in theirs.items())


def test_views_of_the_world_name_what_is_drawn_where(monkeypatch):
    """With its things painted out, a picture changes in and around the patches that have names."""
    views, seen = Views("train", 1000, 128), 0
    for index in range(40):
        picture, true = views.example(index, np.random.default_rng(index))
        clip = world.plan(index, "train")
        time = float(np.random.default_rng(index).uniform(0, clip.seconds))
        actors = clip.scenes[world.scene_at(clip, time)].actors
        named = {name for *_, name in zip(*np.nonzero(true), strict=True)}
        known = {each for actor in actors for each in (actor.thing, actor.colour)}
        assert {views.names[each] for each in named} <= known
        with monkeypatch.context() as patch:
            patch.setattr("summarizer.data.world.drawing._draw", lambda *_: None)
            bare, _ = views.example(index, np.random.default_rng(index))
        changed = (bare != picture).any(-1).reshape(4, 32, 4, 32).mean((1, 3))
        assert (changed[true.any(-1)] > 0.1).all()
        seen += int(true.any(-1).sum())
    assert seen > 40


def test_what_is_playing_is_what_the_clip_says_of_each_half_second():
    playing, heard = Playing("train", 1000), 0
    for index in range(40):
        sound, true = playing.example(index, np.random.default_rng(index))
        assert sound.shape == (5 * RATE,) and true.shape == (10, len(world.SOUNDS))
        clip = world.plan(index, "train")
        begins = [
            begin
            for begin in np.arange(0, clip.seconds - 4.99, 0.5)
            if np.array_equal(world.sound(clip, RATE, begin, begin + 5), sound)
        ]
        for begin in begins[:1]:
            for piece, names in enumerate(true):
                middle = begin + 0.5 * piece + 0.25
                kinds = {each.kind for each in clip.sounds if each.start < middle < each.end}
                told = {fact.what for fact, so in zip(world.SOUNDS, names, strict=True) if so}
                assert kinds <= told
                heard += bool(kinds)
    assert heard > 100
