"""What the visual senses share."""

import numpy as np
import pytest

from summarizer.schema import Pictures
from summarizer.senses.view import Samples, View, by_second
from tests.scenes import Scene, plain

SCENE = Scene(seed=3, palette=2, speed=0)


def view_of(*frames) -> View:
    return View.of(Pictures(np.arange(len(frames)) / 4, np.stack(frames)))


def test_a_view_stays_itself():
    view = view_of(*plain(90, 2))
    assert View.of(view) is view
    assert view.looks is view.looks


@pytest.mark.parametrize("size", [(180, 320), (568, 320), (16, 16), (2, 2), (1, 1), (1, 40)])
def test_everything_derived_exists_at_any_size(size):
    rng = np.random.default_rng(0)
    view = view_of(*rng.integers(0, 256, (3, *size, 3), dtype=np.uint8))
    assert max(view.middle.shape[1:]) <= 256
    assert max(view.little.shape[1:]) <= 160
    assert max(view.tiny.shape[1:3]) <= 80
    assert np.isfinite(view.looks).all()
    assert np.isfinite(view.steps.changed[1:]).all()


@pytest.mark.parametrize("pan", [(40.0, 0.0), (-160.0, 0.0), (0.0, 60.0)])
def test_the_shift_of_the_view_is_found(pan):
    """The camera goes right, so the view slides left, as a share of the longer side."""
    scene = Scene(seed=3, palette=2, speed=0, pan=pan)
    steps = view_of(scene.frame(0.0), scene.frame(0.25)).steps
    np.testing.assert_allclose(steps.shift[1], -np.array(pan) / 4 / 320, atol=0.004)
    assert steps.zoom[1] == pytest.approx(0, abs=0.005)
    assert steps.followed[1] > 0.5
    assert steps.changed[1] < 0.05


def test_a_zoom_is_found():
    scene = Scene(seed=3, palette=2, speed=0, zoom=0.3)
    steps = view_of(scene.frame(0.0), scene.frame(0.25)).steps
    assert steps.zoom[1] == pytest.approx(1.3**0.25 - 1, abs=0.005)
    assert np.abs(steps.shift[1]).max() < 0.004


def test_black_bars_do_not_hold_the_view():
    scene = Scene(seed=3, palette=2, speed=0, pan=(80.0, 0.0))
    frames = [np.pad(scene.frame(t), ((60, 60), (0, 0), (0, 0))) for t in (0.0, 0.25)]
    assert view_of(*frames).steps.shift[1, 0] == pytest.approx(-20 / 320, abs=0.004)


def test_a_thing_that_crosses_is_not_the_camera():
    frames = plain(120, 2)
    for frame, left in zip(frames, (60, 80), strict=True):
        frame[60:120, left : left + 30] = SCENE.frame(0)[60:120, 60:90]
    assert np.abs(view_of(*frames).steps.shift[1]).max() == 0


def test_a_flash_is_no_change_but_another_place_is():
    here, there = SCENE.frame(0) // 2, Scene(seed=8, palette=2).frame(0) // 2
    brighter = here + 35
    changed = view_of(here, brighter, there).steps.changed
    assert changed[1] < 0.1
    assert changed[2] > 0.5


def test_steps_go_on_across_batches():
    scene = Scene(seed=3, palette=2, pan=(30.0, 10.0))
    frames = np.stack([scene.frame(t) for t in np.arange(6) / 4])
    times = np.arange(6) / 4
    whole = View(times, frames)
    first = View(times[:4], frames[:4])
    second = View(times[4:], frames[4:], first.last)
    np.testing.assert_array_equal(
        np.concatenate([first.steps.changed, second.steps.changed]), whole.steps.changed
    )
    assert second.steps.gap[0] == 0.25


def test_looks_tell_places_apart_and_know_them_again():
    here = SCENE.frame(0)
    again = (here * 0.9).astype(np.uint8)
    looks = view_of(here, again, *(Scene(seed=n, palette=n % 5).frame(0) for n in (20, 21))).looks
    away = np.linalg.norm(looks - looks[0], axis=1)
    assert away[1] < 0.25 < 0.4 < away[2:].min()


def test_by_second_reduces_and_holds():
    times = np.array([0.1, 0.6, 4.2, 4.4])
    values = np.array([0.2, 0.4, np.nan, 1.0])
    np.testing.assert_allclose(by_second(times, values, 6), [0.3, 0.4, 0.4, 1.0, 1.0, 1.0])
    np.testing.assert_allclose(by_second(times, values, 6, np.max)[0], 0.4)
    np.testing.assert_array_equal(by_second(times[:0], values[:0], 3), [0, 0, 0])
    np.testing.assert_array_equal(by_second(np.array([-0.1, 9.0]), np.array([1, 2]), 2), [1, 2])


def test_samples_are_empty_until_given_some():
    samples = Samples()
    assert not samples
    samples.add(np.array([0.0]), np.array([1.0]))
    samples.add([0.5, 1.0], [2.0, 3.0])
    assert samples
    np.testing.assert_array_equal(samples.times, [0, 0.5, 1])
    np.testing.assert_array_equal(samples.values, [1, 2, 3])
