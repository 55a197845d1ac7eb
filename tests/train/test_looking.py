"""What lies where, by brute force, and a tiny eye that learns it of squares drawn here."""

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.data import world
from summarizer.models.small import EyeShape, eye_of
from summarizer.train.looking import COVERED, Look, Looking, View, lying
from summarizer.train.loop import Pace, train
from summarizer.train.world import DRAWN, Views

EYE = EyeShape(size=64, width=8, heads=2, text_width=32, text_layers=1, text_heads=2, common=16)
COLOURS = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (40, 60, 220)}


class Squares:
    """One in a quarter of each picture."""

    names = tuple(COLOURS)

    def __init__(self, count: int):
        self.count = count

    def __len__(self) -> int:
        return self.count

    def view(self, index: int, draw: np.random.Generator) -> View:
        picture = draw.integers(60, 120, (64, 64, 3)).astype(np.uint8)
        left, top = 32 * draw.integers(0, 2, 2)
        which = int(draw.integers(len(COLOURS)))
        picture[top : top + 32, left : left + 32] = list(COLOURS.values())[which]
        box = (left / 64, top / 64, left / 64 + 0.5, top / 64 + 0.5)
        return View(picture, [box], [(which,)])


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
    assert np.array_equal(lying(View(np.zeros(0), boxes, own), grid, names), wanted)


def test_it_learns_where_squares_lie_and_an_eye_takes_it_over(tmp_path):
    torch.manual_seed(0)
    lesson = Looking(Look(EYE, len(COLOURS)), EYE, Squares(4000), Squares(64))
    before = lesson.check()["held out, names"]
    outcome = train(lesson, Pace(steps=60, batch=8, rate=3e-3), tmp_path / "look", quiet=True)
    assert outcome.metrics["held out, names"] > 0.95 > before
    eye = eye_of(EYE, 300)
    eye.visual.load_state_dict(checkpoint.tensors(tmp_path / "look"))
    mine, theirs = eye.visual.eval().state_dict(), lesson.module.visual.state_dict()
    assert all(torch.equal(mine[name], each) for name, each in theirs.items())
    assert int(mine["bn1.num_batches_tracked"]) == 60  # what it counted on the way, too


def test_views_of_the_world_name_what_is_drawn_where(monkeypatch):
    """With a thing of a colour painted out, what changes lies in the box that has its names."""
    seen, views = 0, Views("train", 1000, 96)
    for index in range(30):
        view = views.view(index, np.random.default_rng(index))
        clip = world.plan(index, "train")
        time = float(np.random.default_rng(index).uniform(0, clip.seconds))
        actors = clip.scenes[world.scene_at(clip, time)].actors
        told = [tuple(views.names[each] for each in own) for own in view.names]
        assert set(told) <= {(actor.thing, actor.colour) for actor in actors}
        for left, top, right, bottom in view.boxes:
            assert left < right and top < bottom
        fades = any(scene.fade for scene in clip.scenes)
        whole = view.boxes and min(view.boxes[0]) > 0 and max(view.boxes[0]) < 1
        if len(told) == 1 == len(actors) and whole and not fades:
            with monkeypatch.context() as patch:
                patch.setattr("summarizer.data.world.drawing._draw", lambda *_: None)
                (bare,) = world.pictures(clip, [time], DRAWN)
            (drawn,) = world.pictures(clip, [time], DRAWN)
            rows, columns = np.nonzero((bare != drawn).any(-1))
            found = np.array([columns.min(), rows.min(), columns.max() + 1, rows.max() + 1])
            away = np.abs(found - np.multiply(view.boxes[0], DRAWN * 2)).max()
            assert away < 5, "the outline lies around it"
            seen += 1
    assert seen > 5
