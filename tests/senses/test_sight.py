"""What holds for every sense that looks at pictures, whatever it is shown."""

import numpy as np
import pytest

from summarizer.senses.camera import Camera
from summarizer.senses.colour import Colour
from summarizer.senses.faces import Faces
from summarizer.senses.graphics import Graphics
from summarizer.senses.light import Light
from summarizer.senses.motion import Motion
from summarizer.senses.novelty import Novelty
from summarizer.senses.returns import Returns
from summarizer.senses.sharpness import Sharpness
from summarizer.senses.shots import Shots
from tests.scenes import Scene, batches, plain, show, video

KINDS = (Shots, Motion, Camera, Light, Colour, Sharpness, Graphics, Faces, Novelty, Returns)
NOISE = np.random.default_rng(1).integers(0, 256, (9, 180, 320, 3), dtype=np.uint8)

pytestmark = pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)


def checked(findings, rows: int):
    for curve in findings.curves:  # a Curve refuses what leaves [0, 1], NaN too
        assert len(curve.values) == rows, curve.name
    for track in findings.tracks:
        assert track.values.dtype == np.float16
        assert np.isfinite(track.values).all()
    return findings


def test_it_says_what_it_is(kind):
    assert kind.reads == "pictures"
    curves = {curve.name for curve in show(kind, plain(90, 3)).curves}
    assert {concept.curve for concept in kind.concepts} == curves


def test_nothing_taken_is_nothing_found(kind):
    assert kind(video(5)).findings().curves == ()


@pytest.mark.parametrize("size", [(568, 320), (16, 16), (2, 2), (1, 1), (1, 60)])
def test_any_size(kind, size):
    checked(show(kind, NOISE[:, : size[0], : size[1]][:, :180], seconds=2.1), 3)


@pytest.mark.parametrize("colour", [0, 255, (255, 0, 0)])
def test_one_colour(kind, colour):
    checked(show(kind, plain(colour, 9)), 3)


def test_one_picture(kind):
    checked(show(kind, NOISE[:1], seconds=0.04), 1)


def test_huge_gaps_and_pictures_at_the_same_time(kind):
    times = [5.0, 5.0, 5.1, 65.0, 3000.0, 3000.2]
    checked(show(kind, NOISE[:6], times, seconds=3600), 3600)


def test_pictures_beyond_the_end(kind):
    checked(show(kind, NOISE[:4], [0.0, 0.5, 2.0, 2.6], seconds=1.5), 2)


def test_the_same_again_and_without_a_driver(kind):
    frames = [Scene(seed=4, palette=1, pan=(20, 0)).frame(t) for t in np.arange(10) / 4]
    once = checked(show(kind, frames), 3)
    sense = kind(video(2.5))
    for batch in batches(np.arange(10) / 4, np.stack(frames), size=3):
        sense.take(batch)  # plain pictures, in other batches
    assert sense.findings().curves == once.curves
