"""Cuts are told from what does not look like one."""

from dataclasses import replace

import numpy as np
import pytest

from summarizer.schema import Track
from summarizer.senses.shots import Shots, cuts
from tests.scenes import Scene, curve, plain, show

TIMES = np.arange(24) / 4
HERE, ALIKE, ELSEWHERE = Scene(5, 1, speed=60), Scene(6, 1, speed=60), Scene(7, 3, speed=60)


def filmed(scene: Scene, times=TIMES) -> list[np.ndarray]:
    return [scene.frame(time) for time in times]


def found(frames, times=None) -> list[float]:
    (track,) = show(Shots, frames, times).tracks
    return list(cuts(track))


def darkened(frame: np.ndarray, shares) -> list[np.ndarray]:
    return [(frame * share).astype(np.uint8) for share in shares]


@pytest.mark.parametrize("other", [ALIKE, ELSEWHERE], ids=["alike", "elsewhere"])
def test_a_cut_is_found_where_it_is(other):
    assert found(filmed(HERE) + filmed(other)) == [pytest.approx(6.0 - 0.125, abs=0.01)]


def test_a_short_shot_between_two_is_two_cuts():
    frames = filmed(HERE) + filmed(ELSEWHERE)[:3] + filmed(HERE)
    assert found(frames) == pytest.approx([5.875, 6.625], abs=0.01)


@pytest.mark.parametrize(
    "scene",
    [
        replace(HERE, flash=3.0),
        replace(HERE, pan=(240, 30)),
        replace(HERE, zoom=0.25),
        replace(HERE, light=0.2),
        replace(HERE, noise=12),
        replace(HERE, speed=400),
    ],
    ids=["flash", "pan", "zoom", "light", "noise", "fast things"],
)
def test_what_is_no_cut(scene):
    assert found(filmed(scene, TIMES[:16])) == []


def test_something_that_passes_before_the_camera_is_no_cut():
    frames = filmed(HERE)
    frames[10] = plain((30, 20, 20), 1)[0]
    assert found(frames) == []


def test_a_fade_through_black_is_one_cut_in_its_middle():
    down, up = (0.75, 0.5, 0.25, 0.1), (0.1, 0.3, 0.5, 0.8)
    here, there = HERE.frame(0), ELSEWHERE.frame(0)
    frames = [here] * 16 + darkened(here, down) + list(plain(0, 4)) + darkened(there, up)
    assert found(frames + [there] * 16) == [pytest.approx(5.5, abs=0.2)]


def test_a_long_spell_of_black_has_two_ends():
    frames = filmed(HERE) + list(plain(0, 16)) + filmed(ELSEWHERE)
    assert found(frames) == pytest.approx([6.0, 10.0])


def test_the_place_of_a_cut_after_a_long_held_picture():
    """In a recording of a screen a picture stays until the next: the cut is at the next."""
    frames = [HERE.frame(0)] * 3 + [ELSEWHERE.frame(0)] * 3
    assert found(frames, [0.0, 4.0, 8.0, 12.0, 16.0, 20.0]) == [pytest.approx(12, abs=0.13)]


def test_the_curve_counts_cuts_a_second():
    scenes = [Scene(50 + n, n % 5) for n in range(20)]
    findings = show(Shots, [frame for scene in scenes for frame in filmed(scene, TIMES[:4])])
    fast, long = Shots.concepts
    values = curve(findings).array
    assert values[5:15] == pytest.approx(1.0, abs=0.1)
    assert values.min() > fast.at
    calm = curve(show(Shots, filmed(HERE))).array
    assert calm.max() == 0 <= long.at


def test_the_track_has_a_row_for_each_picture():
    (track,) = show(Shots, filmed(HERE)).tracks
    assert isinstance(track, Track) and track.name == "look"
    np.testing.assert_array_equal(track.times, TIMES)
    assert track.values.shape[0] == 24 and track.values.dtype == np.float16
