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
from summarizer.train.world import RATE, Playing, Views, apart, without_signs

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
        named = {name for *_, name in zip(*np.nonzero(true == 1), strict=True)}
        known = {each for actor in actors for each in (actor.thing, actor.colour)}
        assert {views.names[each] for each in named} <= known
        with monkeypatch.context() as patch:
            patch.setattr("summarizer.data.world.drawing._draw", lambda *_: None)
            bare, _ = views.example(index, np.random.default_rng(index))
        changed = (bare != picture).any(-1).reshape(4, 32, 4, 32).mean((1, 3))
        assert (changed[(true == 1).any(-1)] > 0.1).all()
        seen += int((true == 1).any(-1).sum())
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
                told = {fact.what for fact, so in zip(world.SOUNDS, names, strict=True) if so == 1}
                assert kinds <= told
                heard += bool(kinds)
    assert heard > 100


def test_what_nobody_says_teaches_nothing():
    torch.manual_seed(0)
    module = Look(EYE, len(COLOURS))
    lesson = Marking(module, Squares(10))
    batch = lesson.batch([(index, np.random.default_rng(index)) for index in range(4)])
    unsaid = batch["true"].clone()
    unsaid[..., 1] = float("nan")
    module.eval()
    module({**batch, "true": unsaid})["names"].backward()
    line = module.named.weight.grad.clone()
    assert not line[1].any() and line[0].any()
    said = [0, 2]
    with torch.no_grad():
        found = module({**batch, "true": unsaid})["names"]
        logits = module.named(module.parts(batch["given"]))[..., said]
    wanted = torch.nn.functional.softplus(logits) - logits * batch["true"][..., said]
    assert float(found) == pytest.approx(float(wanted.sum()), rel=1e-5)


def test_practice_leaves_colours_and_a_trait_of_music_unsaid():
    views, things = Views("train", 100, 128, practice=1.0), len(world.THINGS)
    named = 0
    for index in range(20):
        _, true = views.example(index, np.random.default_rng(index))
        assert np.isnan(true[..., things:]).all() and np.isfinite(true[..., :things]).all()
        named += int((true == 1).sum())
    assert named > 10
    playing = Playing("train", 100, practice=1.0)
    kinds = np.array([name.kind for name in world.SOUNDS])
    music = world.SOUNDS.index(world.Fact("sound", world.MUSIC))
    drum = world.SOUNDS.index(world.Fact("instrument", "drum"))
    halves = 0
    for index in range(40):
        _, true = playing.example(index, np.random.default_rng(index))
        for piece in true:
            unsaid = {kind for kind in kinds if np.isnan(piece[kinds == kind]).all()}
            if not piece[music] or piece[drum] == 1:
                assert not unsaid
                continue
            assert unsaid in ({"instrument"}, {"mood"})
            (told,) = {"instrument", "mood"} - unsaid
            assert np.nansum(piece[kinds == told]) == 1
            halves += 1
    assert halves > 50


def test_what_is_kept_apart_is_no_sign_against_each_other():
    pairs = apart(["organ", "flute", "happy", "sad"], {("organ", "happy")})
    assert pairs.sum() == 2 and pairs[0, 2] and pairs[2, 0]
    true = np.array([[1, 0, 0, 1], [0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 0, 0]], np.float32)
    found = without_signs(true, pairs)
    assert np.array_equal(np.argwhere(np.isnan(found)), [[0, 2], [1, 0]])
    assert np.array_equal(np.nan_to_num(found), true)


def test_no_picture_and_no_music_of_training_speaks_against_a_pair_it_never_has():
    views, playing = Views("train", 200, 128), Playing("train", 200)
    kept = {thing: [c for t, c in world.HELD_THINGS if t == thing] for thing in world.THINGS}
    said = 0
    for index in range(60):
        _, true = views.example(index, np.random.default_rng(index))
        for patch in true.reshape(-1, true.shape[-1]):
            for thing in np.flatnonzero(patch[: len(world.THINGS)] == 1):
                never = [views.names.index(each) for each in kept[views.names[thing]]]
                there = patch[never]
                assert not (there == 0).any(), views.names[thing]
                said += len(never)
        _, true = playing.example(index, np.random.default_rng(index))
        for instrument, mood in world.HELD_MUSIC:
            one, other = (
                world.SOUNDS.index(world.Fact(*each))
                for each in (("instrument", instrument), ("mood", mood))
            )
            heard = true[true[:, one] == 1]
            assert not (heard[:, other] == 0).any()
            said += len(heard)
    assert said > 100
