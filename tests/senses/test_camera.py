"""The camera: what goes on is a movement, what comes and goes is shaking."""

import cv2
import numpy as np
import pytest

from summarizer.senses.camera import Camera
from summarizer.stages.wish import read
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
    movement, *_ = Camera.concepts
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
    _, shaky, *_ = Camera.concepts
    assert np.median(shakes) > shaky.at
    assert np.median(moves) < np.median(shakes) / 2


def parts(frames) -> set[str]:
    """The curves that most of the time are high enough for their concept."""
    findings = show(Camera, frames)
    return {
        concept.curve
        for concept in Camera.concepts
        if np.median(curve(findings, concept.curve).array) >= concept.at
    }


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"pan": (40, 0)}, ("pans",)),
        ({"pan": (-40, 0)}, ("pans",)),
        ({"pan": (0, 40)}, ("tilts",)),
        ({"pan": (0, -40)}, ("tilts",)),
        ({"pan": (30, 30)}, ("pans", "tilts")),
        ({"zoom": 0.25}, ("zooms in",)),
        ({"zoom": -0.2}, ("zooms out",)),
        ({"zoom": 0.2, "pan": (50, 0)}, ("pans", "zooms in")),
    ],
    ids=str,
)
def test_pan_tilt_and_zoom_are_told_apart(how, told):
    assert parts(filmed(**how)) == {*told, "camera moves"}


def test_a_slow_zoom_into_a_picture_is_one():
    assert parts(filmed(zoom=0.05)) == {"zooms in"}


def test_a_hand_that_shakes_neither_pans_nor_zooms():
    rng = np.random.default_rng(5)
    shifts = rng.normal(0, 10, (len(TIMES), 2))
    frames = [Scene(seed=1, palette=2, speed=0, pan=tuple(shift)).frame(1.0) for shift in shifts]
    assert parts(frames) == {"camera shakes"}


@pytest.mark.parametrize("grows", [0, 6])
def test_what_moves_before_a_camera_at_rest_is_no_camera_movement(grows):
    """A textured thing, a fifth of the picture, crosses it or comes nearer."""
    thing = np.random.default_rng(3).integers(0, 256, (10, 10, 3), dtype=np.uint8)
    frames = filmed()
    for number, frame in enumerate(frames):
        side = 80 + grows * number
        left = 40 if grows else 8 * number
        frame[20:180, left : left + side] = cv2.resize(
            thing, (side, side), interpolation=cv2.INTER_NEAREST
        )[np.arange(160) % side]
    assert parts(frames) == set()


@pytest.mark.parametrize(
    ("wish", "curves"),
    [
        ("when the camera pans", {"pans"}),
        ("zoom in on something", {"zooms in"}),
        ("the camera zooms out", {"zooms out"}),
        ("any zoom", {"zooms in", "zooms out"}),
        ("a tilt", {"tilts"}),
        ("camera movement", {"camera moves", "zooms in", "zooms out"}),
        ("no camera movement", {"camera moves", "zooms in", "zooms out"}),
    ],
)
def test_a_viewer_may_ask_for_each(wish, curves):
    terms = read(wish, Camera.concepts).terms
    assert {concept.curve for term in terms for concept in term.concepts} == curves


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
    movement, shaky, *_ = Camera.concepts
    assert found["crowd"][0] > movement.at and found["crowd"][1] < shaky.at
    assert max(found["drums"]) < 0.05
    assert found["walk"][1] > shaky.at
