"""What is drawn is what is said: colours, places of things, how they move, cameras, fades."""

import colorsys

import cv2
import numpy as np
import pytest

from summarizer.data import world
from summarizer.data.world.values import ACTIONS, CAMERAS, COLOURS, IN_PLACE, PLACES, THINGS

LONG = 6.0  # seconds of a scene
TIMES = np.arange(0.05, LONG, 0.1)


def clip(*actors: world.Actor, place="meadow", camera="still", seed=3) -> world.Clip:
    """A clip of one scene, without noise: its seed is a multiple of three."""
    return world.Clip(seed, (world.Scene(0, LONG, place, camera, actors),), (), LONG)


def changed(one: world.Clip, times) -> np.ndarray:
    """Which pixels are other than they are without actors: (times, height, width)."""
    scene = one.scenes[0]
    bare = world.Clip(one.seed, (world.Scene(0, LONG, scene.place, scene.camera, ()),), (), LONG)
    gap = world.pictures(one, times).astype(int) - world.pictures(bare, times)
    return np.abs(gap).max(-1) > 12


def moments(mask: np.ndarray) -> tuple[float, float, float]:
    """Middle and area of what is set."""
    ys, xs = np.nonzero(mask)
    return (xs.mean(), ys.mean(), float(len(xs))) if len(xs) else (np.nan, np.nan, 0.0)


def named(rgb) -> str:
    """What a person would call a colour, by hue, saturation and value."""
    hue, saturation, value = colorsys.rgb_to_hsv(*(c / 255 for c in rgb))
    degrees = 360 * hue
    if value < 0.28:
        return "black"
    if saturation < (0.12 if value > 0.5 else 0.3):
        return "white" if value > 0.8 else "grey"
    if value < 0.62 and 10 < degrees < 45:
        return "brown"
    if saturation < 0.6 and (degrees > 300 or degrees < 8):
        return "pink"
    steps = ((14, "red"), (43, "orange"), (65, "yellow"), (165, "green"), (250, "blue"))
    found = next((name for most, name in steps if degrees < most), "purple")
    return "red" if degrees > 345 else found


@pytest.mark.parametrize("colour", COLOURS)
def test_things_have_the_colour_that_is_said(colour):
    for number, thing in enumerate(THINGS):
        one = clip(world.Actor(thing, colour, "rests"), seed=3 * number)
        (mask,), (picture,) = changed(one, [1.0]), world.pictures(one, [1.0])
        names = [named(rgb) for rgb in picture[mask]]
        counts = {name: names.count(name) for name in COLOURS}
        neutral = {"black", "white"} - {colour}  # outlines, wheels, faces of clocks
        others = {name: n for name, n in counts.items() if name not in neutral}
        assert counts[colour] > 0.15 * mask.sum(), (thing, counts)
        assert max(others, key=others.get) == colour, (thing, counts)


@pytest.mark.parametrize("action", ACTIONS)
def test_things_are_in_their_boxes(action):
    one = clip(world.Actor("car", "red", action), world.Actor("key", "blue", "shakes"))
    for time, mask in zip(TIMES, changed(one, TIMES), strict=True):
        for which in (0, 1):
            if found := world.box(one, 0, which, time):
                left, top, right, bottom = found
                part = mask[max(0, int(top)) : int(bottom) + 1, max(0, int(left)) : int(right) + 1]
                assert part.any()
                mask[
                    max(0, int(top) - 3) : int(bottom) + 4, max(0, int(left) - 3) : int(right) + 4
                ] = 0
        assert not mask.any()


def path(action: str, thing: str = "car", count: int = 1) -> np.ndarray:
    """Middle and area of the first actor over time: (times, 3)."""
    actors = (world.Actor(thing, "red", action), world.Actor("book", "blue", "rests"))
    one = clip(*actors[:count], seed=9)
    masks = changed(one, TIMES)
    if count == 2:
        left, top, right, bottom = (int(edge) for edge in world.box(one, 0, 1, 1.0))
        masks[:, top - 3 : bottom + 4, left - 3 : right + 4] = False
    return np.array([moments(mask) for mask in masks])


@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize(
    ("action", "axis", "sign"),
    [
        ("slides left", 0, -1),
        ("slides right", 0, 1),
        ("rises", 1, -1),
        ("falls", 1, 1),
        ("grows", 2, 1),
        ("shrinks", 2, -1),
    ],
)
def test_things_go_where_it_is_said(action, axis, sign, count):
    found = path(action, count=count)
    steps = sign * np.diff(found[::6, axis])
    assert (steps > 0).all()
    assert sign * (found[-1, axis] - found[0, axis]) > (60 if axis == 2 else 25)
    if axis < 2:
        assert np.ptp(found[:, 1 - axis]) < 12  # cut off a little at the edge of the picture


def turns(values: np.ndarray) -> int:
    """How often a line changes between up and down."""
    steps = np.sign(np.diff(values))
    steps = steps[steps != 0]
    return int((steps[1:] != steps[:-1]).sum())


def test_things_bounce_shake_blink_and_rest():
    bounce, shake, blink, rest = (path(a) for a in ("bounces", "shakes", "blinks", "rests"))
    assert 6 <= turns(bounce[:, 1]) <= 20 and np.ptp(bounce[:, 1]) > 25
    assert turns(shake[:, 0]) > 20 and 4 < np.ptp(shake[:, 0]) < 20
    gone = np.isnan(blink[:, 0])
    assert 0.2 < gone.mean() < 0.6 and 4 <= (gone[1:] != gone[:-1]).sum() <= 16
    assert np.ptp(rest, axis=0).max() == 0


def test_spinning_things_turn_on_the_spot():
    found = path("spins", "key")
    assert np.ptp(found[:, :2], axis=0).max() < 14  # the middle of its pixels turns, too
    one = clip(world.Actor("key", "red", "spins"), seed=9)
    angles = []
    for mask in changed(one, TIMES):
        ys, xs = np.nonzero(mask)
        angles.append(0.5 * np.arctan2(*(2 * np.cov(xs, ys)[0, 1], xs.var() - ys.var())))
    turned = np.unwrap(2 * np.array(angles)) / 2
    assert abs(turned[-1] - turned[0]) > np.pi
    assert (np.diff(turned) > 0).all() or (np.diff(turned) < 0).all()


@pytest.mark.parametrize("action", IN_PLACE)
def test_two_things_do_not_cover_each_other(action):
    for seed in range(0, 60, 3):
        one = clip(
            world.Actor("house", "red", action), world.Actor("moon", "white", "grows"), seed=seed
        )
        for time in (0.1, 2.0, 5.9):
            first, second = (world.box(one, 0, which, time) for which in (0, 1))
            if first and second:
                across = min(first[2], second[2]) - max(first[0], second[0])
                down = min(first[3], second[3]) - max(first[1], second[1])
                assert min(across, down) < 8


@pytest.mark.parametrize("camera", CAMERAS)
def test_the_camera_moves_as_is_said(camera):
    one = clip(place="city", camera=camera, seed=6)
    early, late = (cv2.cvtColor(p, cv2.COLOR_RGB2GRAY) for p in world.pictures(one, [2.4, 3.6]))
    scores = {scale: _match(early, late, scale) for scale in (0.93, 1.0, 1.07)}
    nearer = max(scores, key=lambda scale: scores[scale][0])
    assert nearer == {"zoom in": 1.07, "zoom out": 0.93}.get(camera, 1.0)
    shift = scores[1.0][1]
    if camera in ("pan left", "pan right"):
        assert 5 < shift * (1 if camera == "pan left" else -1) < 20  # the place goes the other way
    elif camera == "still":
        assert shift == 0 and np.array_equal(early, late)


def _match(early: np.ndarray, late: np.ndarray, scale: float) -> tuple[float, int]:
    """How well the middle of a picture is found in a later one, and how far to the right of it."""
    grown = cv2.resize(early, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    height, width = grown.shape
    part = grown[height // 4 : 3 * height // 4, width // 4 : 3 * width // 4]
    found = cv2.matchTemplate(late, part, cv2.TM_CCOEFF_NORMED)
    _, best, _, (left, _) = cv2.minMaxLoc(found)
    return best, round(left + part.shape[1] / 2 - late.shape[1] / 2)


def test_places_look_different():
    looks = []
    for place in PLACES:
        made = [
            cv2.resize(world.pictures(clip(place=place, seed=3 * n), [1.0])[0], (16, 9))
            for n in range(6)
        ]
        looks.append(np.array([np.float32(cv2.GaussianBlur(each, (3, 3), 0)) for each in made]))
    means = [look.mean(0) for look in looks]
    right = [
        int(np.argmin([np.abs(each - mean).mean() for mean in means])) == number
        for number, look in enumerate(looks)
        for each in look
    ]
    assert np.mean(right) > 0.9  # nearest to the mean of its own kind


def test_a_fade_mixes_two_scenes_and_a_cut_does_not():
    first, second = (
        world.Scene(0, 4, "night", "still", ()),
        world.Scene(4, 8, "snow", "still", (), fade=1.0),
    )
    faded = world.Clip(0, (first, second), (), 8.0)
    light = world.pictures(faded, [3.4, 3.75, 4.0, 4.25, 4.6]).mean((1, 2, 3))
    assert (np.diff(light) > 15).all()
    middle = (light[0] + light[-1]) / 2
    assert abs(light[2] - middle) < 3
    cut = world.Clip(0, (first, world.Scene(4, 8, "snow", "still", ())), (), 8.0)
    hard = world.pictures(cut, [3.4, 3.99, 4.0, 4.6]).mean((1, 2, 3))
    assert hard[0] == hard[1] and hard[2] == hard[3] == light[-1]


def test_any_times_and_sizes():
    one = world.plan(11)
    times = [7.3, 0.0, one.seconds, 7.3]
    made = world.pictures(one, times)
    assert made.shape == (4, 90, 160, 3) and made.dtype == np.uint8
    assert np.array_equal(made[0], made[3])
    assert np.array_equal(world.pictures(one, times[1:2])[0], made[1])
    small = world.pictures(one, times, (128, 72))
    assert small.shape == (4, 72, 128, 3)
    again = cv2.resize(made[0], (128, 72), interpolation=cv2.INTER_AREA)
    assert np.abs(again.astype(int) - small[0]).mean() < 12  # the same, drawn smaller
    assert world.pictures(one, []).shape == (0, 90, 160, 3)
