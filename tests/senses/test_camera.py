"""The camera: what goes on is a movement, what comes and goes is shaking."""

import numpy as np
import pytest

from summarizer.senses.camera import Camera
from tests.scenes import Scene, curve, show, watched

TIMES = np.arange(16) / 4


def moves_and_shakes(frames) -> tuple[np.ndarray, np.ndarray]:
    findings = show(Camera, frames)
    return curve(findings, "camera moves").array, curve(findings, "camera shakes").array


def filmed(**how) -> list[np.ndarray]:
    return [Scene(seed=1, palette=2, speed=0, **how).frame(time) for time in TIMES]


def test_a_camera_at_rest():
    moves, shakes = moves_and_shakes(filmed())
    assert moves.max() == shakes.max() == 0


@pytest.mark.parametrize("pan", [(32, 0), (0, 32), (-23, 23)])
def test_a_pan_reads_as_its_speed(pan):
    """32 pixels of 320 a second are where the curve is at 0.63."""
    moves, shakes = moves_and_shakes(filmed(pan=pan))
    assert moves == pytest.approx(1 - np.exp(-1), abs=0.04)
    assert shakes.max() < 0.1


def test_the_faster_the_higher():
    means = [moves_and_shakes(filmed(pan=(speed, 0)))[0].mean() for speed in (8, 24, 72)]
    assert means == sorted(means)
    movement, _ = Camera.concepts
    assert means[0] < movement.at < means[2]


@pytest.mark.parametrize("zoom", [0.25, -0.2])
def test_a_zoom_is_a_movement(zoom):
    moves, shakes = moves_and_shakes(filmed(zoom=zoom))
    assert moves.min() > 0.4
    assert shakes.max() < 0.1


def test_jitter_is_shaking_and_no_movement():
    rng = np.random.default_rng(5)
    frames = [
        Scene(seed=1, palette=2, speed=0, pan=tuple(rng.normal(0, 10, 2))).frame(1.0) for _ in TIMES
    ]
    moves, shakes = moves_and_shakes(frames)
    _, shaky = Camera.concepts
    assert np.median(shakes) > shaky.at
    assert np.median(moves) < np.median(shakes) / 2


def test_a_cut_is_neither():
    frames = filmed()[:8] + [Scene(seed=9, palette=2, speed=0).frame(0)] * 8
    moves, shakes = moves_and_shakes(frames)
    assert moves.max() == shakes.max() == 0


def test_real_cameras(shared_data):
    """A pan over a crowd moves and does not shake; a tripod does neither; a walk shakes."""
    folder = shared_data / "clips_annotated"
    found = {}
    for name, path in {
        "crowd": folder / "vggsound" / "7tMPoaU2oL4_0_10000.mp4",
        "drums": folder / "vas" / "drum_video_02542.mp4",
        "walk": folder / "v_ZNVhz7ctTq0.mp4",
    }.items():
        _, (findings,) = watched(path, Camera)
        found[name] = [np.median(each.array) for each in findings.curves]
    movement, shaky = Camera.concepts
    assert found["crowd"][0] > movement.at and found["crowd"][1] < shaky.at
    assert max(found["drums"]) < 0.05
    assert found["walk"][1] > shaky.at
