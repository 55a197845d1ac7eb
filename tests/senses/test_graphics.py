"""Drawn pictures against a camera's: made ones, through a codec too, and real clips."""

from pathlib import Path

import cv2
import numpy as np
import pytest

from summarizer.senses.graphics import (
    CRISP,
    DARK,
    EDGE,
    EDGED,
    FAINT,
    HELD,
    SAME,
    SOLID,
    STILL,
    SURFACE,
    Graphics,
    drawn,
)
from tests import clips
from tests.lettered import written
from tests.scenes import SIZE, Scene, curve, plain, show, watched

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = Graphics.concepts[0].at
BULLETS = (("Three results", 40, 30, 44), ("costs fell", 60, 130, 30), ("more tests", 60, 200, 30))
CODE = tuple((f"def name_{n}(value): return value + {n}", 20, 8 + 24 * n, 16) for n in range(14))
CAMERA = (
    "clips/bear_dance_portrait.mp4",
    "clips/squirrel.mp4",
    "clips/streamio_talking_man_datastreams.mp4",
    "clips/cavmae_recorder_guitar.mp4",
    "clips/mdn_rabbit.webm",
    "clips_annotated/pyscenedetect_testvideo.mp4",
    "clips_annotated/v_GGSY1Qvo990.mp4",
    "clips_annotated/vas/fireworks_video_03051.mp4",
    "clips_annotated/vggsound/3HgbEKrbA9s_54000_64000.mp4",
    "clips_annotated/vggsound/53UdZyM9MyE_252000_262000.mp4",
    "hostile/imageio__cockatoo.mp4",
    "hostile/streamio__ios9.mov",
)


def small(picture: np.ndarray) -> np.ndarray:
    return cv2.resize(picture, SIZE[::-1], interpolation=cv2.INTER_AREA)


def values(frames, **how) -> np.ndarray:
    return curve(show(Graphics, frames, **how), "graphics").array


@pytest.mark.parametrize(
    "picture",
    [
        written(BULLETS, ground=(255, 255, 255)),
        written(BULLETS, ground=(20, 40, 110), ink=(240, 240, 240)),
        written(CODE, ground=(30, 30, 30), ink=(212, 212, 212)),
        written(CODE, ground=(255, 255, 255)),
    ],
    ids=["slide", "blue slide", "dark editor", "light editor"],
)
@pytest.mark.parametrize("codec", [("libx264", "28"), ("libx264", "38"), ("libvpx-vp9", "40")])
def test_slides_and_screens_are_drawn_whatever_the_codec(tmp_path, picture, codec):
    target = tmp_path / ("made.webm" if "vp" in codec[0] else "made.mp4")
    clips.film(target, [picture] * 24, fps=8, codec=codec[0], options={"crf": codec[1]})
    _, (found,) = watched(target, Graphics)
    found = curve(found, "graphics").array
    assert (found[1:] >= AT).all() and found[0] > 0.4  # a codec takes a moment to get it right


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("noise", [3.0, 8.0])
def test_textured_places_with_sensor_noise_are_not(seed, noise):
    """Though there are things with hard edges in them."""
    scene = Scene(seed, seed, noise=noise)
    assert values([scene.frame(t) for t in np.arange(12) / 4]).max() < 0.1


def test_the_same_slide_filmed_is_no_graphics():
    """A lens blurs its edges, and the sensor puts noise on its surfaces."""
    random, slide = np.random.default_rng(0), small(written(BULLETS, ground=(230, 230, 230)))
    blurred = cv2.GaussianBlur(slide, (0, 0), 1.5).astype(float)
    shade = np.linspace(0.8, 1.0, SIZE[1])[:, None]  # light falls in from one side
    filmed = [blurred * shade + random.normal(0, 3, slide.shape) for _ in range(8)]
    assert values([slide] * 8).min() > 0.9
    assert values(np.clip(filmed, 0, 255)).max() < 0.1


def test_where_slides_come_and_go_the_curve_does():
    scene = Scene(3, 1, noise=4.0)
    filmed = [scene.frame(t) for t in np.arange(12) / 4]
    slides = [small(written(BULLETS))] * 12
    found = values([*filmed, *slides, *filmed]) >= AT
    assert found.tolist() == [False] * 3 + [True] * 3 + [False] * 3


def test_what_stands_still_counts_but_not_alone():
    filmed = Scene(2, 2, noise=4.0).frame(0.0)
    slide = small(written(BULLETS))
    assert drawn(slide, slide) == drawn(slide) == 1.0
    assert drawn(slide, 255 - slide) == pytest.approx(2 / 3)
    assert drawn(filmed, filmed) < 0.34


@pytest.mark.parametrize("colour", [0, 12, 128, 255, (0, 0, 255)])
def test_a_blank_picture_is_neither(colour):
    assert values(plain(colour, 9)).max() == 0.0


def test_black_is_not_told_from_night():
    assert values([small(written(BULLETS, ground=(0, 0, 0), ink=(255, 255, 255)))] * 8).max() < AT


def test_bars_beside_a_film_do_not_make_it_drawn():
    scene = Scene(5, 0, noise=4.0)
    frames = np.stack([scene.frame(t) for t in np.arange(8) / 4])
    frames[:, :40] = frames[:, 140:] = 0
    assert values(frames).max() < 0.1


@pytest.mark.parametrize("seed", range(4))
def test_the_measures_are_those_that_are_described(seed):
    """Pixel by pixel."""
    random = np.random.default_rng(seed)
    blocks = random.integers(0, 256, (4, 5, 3)).repeat(7, axis=0).repeat(8, axis=1)
    frame = (blocks + random.integers(0, 1 + 4 * (seed % 2), blocks.shape)).clip(0, 255)
    before = np.where(random.random(frame.shape) < 0.1, 255 - frame, frame)
    high, wide = frame.shape[0] - 1, frame.shape[1] - 1
    step = np.zeros((high, wide), int)
    for y in range(high):
        for x in range(wide):
            beside = (frame[y, x + 1], frame[y + 1, x])
            step[y, x] = max(np.abs(frame[y, x] - other).max() for other in beside)
    surface = (step <= SAME) & (frame[:-1, :-1].max(axis=2) > DARK)
    core = np.ones_like(surface)
    for y in range(high):
        for x in range(wide):
            core[y, x] = surface[max(0, y - 1) : y + 2, max(0, x - 1) : x + 2].all()
    edges = [(y, x) for y in range(high) for x in range(wide) if step[y, x] > EDGE]
    near = [core[max(0, y - 3) : y + 4, max(0, x - 3) : x + 4].any() for y, x in edges]
    faint = ((step > SAME) & (step <= FAINT)).mean()
    held = (np.abs(frame - before).max(axis=2) <= HELD).mean()
    shares = {
        SOLID: surface.mean() / (surface.mean() + faint),
        CRISP: np.mean(near),
        STILL: held,
    }
    read = [np.clip((share - zero) / (one - zero), 0, 1) for (zero, one), share in shares.items()]
    there = np.clip((surface.mean() - SURFACE[0]) / (SURFACE[1] - SURFACE[0]), 0, 1)
    there *= np.clip((len(edges) / surface.size - EDGED[0]) / (EDGED[1] - EDGED[0]), 0, 1)
    got = drawn(frame.astype(np.uint8), before.astype(np.uint8))
    assert got == pytest.approx(there * np.mean(read), abs=1e-6)


def test_the_full_slides_of_the_lecture_are_found_and_no_scenery():
    lecture, day = (
        curve(watched(EXAMPLES / f"{name}.mp4", Graphics)[1][0], "graphics").array
        for name in ("lecture", "day")
    )
    assert lecture[9:15].min() > 0.7 and lecture[34:40].min() > 0.7  # slides that fill the picture
    assert lecture[42:45].max() < 0.1  # the hall
    assert day.max() < 0.3  # drawn, but shaded, textured and moving


@pytest.mark.parametrize("name", CAMERA)
def test_no_camera_is_taken_for_graphics(shared_data, name):
    _, (found,) = watched(shared_data / name, Graphics)
    assert curve(found, "graphics").array.max() < 0.4


@pytest.mark.parametrize(
    ("name", "least"),
    [
        ("clips/auto-editor_example.mp4", 1.0),
        ("hostile/Zulko__smpte-2997.mp4", 1.0),
        ("hostile/WyattBlue__SAR-2by3.mp4", 1.0),
        ("hostile/meta-pytorch__testsrc2_12bit_hdr.mp4", 1.0),
        ("hostile/WyattBlue__man-on-green-screen.mp4", 0.9),
    ],
)
def test_test_cards_and_the_like_are_graphics(shared_data, name, least):
    _, (found,) = watched(shared_data / name, Graphics)
    assert (curve(found, "graphics").array >= AT).mean() >= least
