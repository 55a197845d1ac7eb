"""From a clip to its pictures, at any times in any order."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from functools import lru_cache
from math import cos, radians, sin

import cv2
import numpy as np

from summarizer.data.world.places import SUB, painted
from summarizer.data.world.planning import dice
from summarizer.data.world.shapes import shape
from summarizer.data.world.values import SIDEWAYS, Actor, Clip, Scene

SIZE = (160, 90)  # pixels, width and height
MARGIN = 1.36  # times the picture that a place is painted wide, and high
PAN = 0.16  # share of the picture's width that the camera moves to either side
FAR, NEAR = 1.3, 0.86  # pictures wide that a zoom shows at one end, and at the other
TONES = {
    "red": (214, 36, 32),
    "orange": (250, 134, 16),
    "yellow": (250, 218, 32),
    "green": (36, 160, 58),
    "blue": (34, 82, 216),
    "purple": (132, 44, 172),
    "pink": (250, 138, 188),
    "brown": (122, 72, 32),
    "white": (246, 246, 246),
    "black": (26, 26, 28),
}
APART = 100  # of red, green and blue together: between a colour without a name and any with one
SAME = {"leaf": (64, 132, 52), "fire": (255, 160, 40), "glass": (178, 218, 238)}
INK, PALE = (34, 34, 40), (240, 234, 218)
DEVIATIONS, GRAINS = (0, 2, 4), 4  # of the pictures' noise; patterns of it that take turns


@dataclass(frozen=True)
class Pose:
    """Where a thing is: its middle and half its size, in heights of the picture; degrees."""

    x: float  # from the middle of the picture
    y: float  # from the top
    size: float
    angle: float
    shown: bool


def pictures(clip: Clip, times: Sequence[float], size: tuple[int, int] = SIZE) -> np.ndarray:
    """What is seen at these times: (times, height, width, 3) uint8 RGB."""
    made = np.empty((len(times), size[1], size[0], 3), np.uint8)
    for place, time in zip(made, times, strict=True):
        place[:] = _picture(clip, float(time), size)
    return made


def _picture(clip: Clip, time: float, size: tuple[int, int]) -> np.ndarray:
    number = scene_at(clip, time)
    later = next((n for n in (number, number + 1) if _fades(clip, n, time)), None)
    if later is None:
        picture = _drawn(clip, number, time, size)
    else:
        share = (time - clip.scenes[later].start) / clip.scenes[later].fade + 0.5
        old, new = (_drawn(clip, n, time, size) for n in (later - 1, later))
        picture = cv2.addWeighted(old, 1 - share, new, share, 0)
    if deviation := DEVIATIONS[clip.seed % len(DEVIATIONS)]:
        lighter, darker = _grain(size, deviation)[int(time * 10) % GRAINS]
        picture = cv2.subtract(cv2.add(picture, lighter), darker)
    return picture


def scene_at(clip: Clip, time: float) -> int:
    """The number of the scene at a time; the first before, the last after them all."""
    after = next((n for n, scene in enumerate(clip.scenes) if time < scene.end), None)
    return len(clip.scenes) - 1 if after is None else after


def visible(clip: Clip, time: float) -> list[Actor]:
    """The actors that are shown at a time."""
    number = scene_at(clip, time)
    actors = enumerate(clip.scenes[number].actors)
    return [actor for which, actor in actors if posed(clip, number, which, time).shown]


def _fades(clip: Clip, number: int, time: float) -> bool:
    """Whether a scene is just fading in over the one before."""
    if not 0 < number < len(clip.scenes):
        return False
    return abs(time - clip.scenes[number].start) < clip.scenes[number].fade / 2


@lru_cache(16)
def _grain(size: tuple[int, int], deviation: int) -> list[tuple[np.ndarray, np.ndarray]]:
    shape = (GRAINS, size[1], size[0], 3)
    noise = np.rint(dice("grain", size).normal(0, deviation, shape))
    return [(np.maximum(n, 0).astype(np.uint8), np.maximum(-n, 0).astype(np.uint8)) for n in noise]


# -- a scene --------------------------------------------------------------------------------------


def _drawn(clip: Clip, number: int, time: float, size: tuple[int, int]) -> np.ndarray:
    scene = clip.scenes[number]
    picture = _view(clip, number, (time - scene.start) / (scene.end - scene.start), size)
    for which in range(len(scene.actors)):
        pose = posed(clip, number, which, time)
        if pose.shown:
            _draw(picture, clip, number, which, _placed(clip, number, which, pose, size))
    return picture


def _view(clip: Clip, number: int, share: float, size: tuple[int, int]) -> np.ndarray:
    """What the camera shows of the place; the actors are before it and follow none of it."""
    scene, (width, height) = clip.scenes[number], size
    place = _background(clip.seed, number, scene.place, size)
    pan = {"pan left": 1 - 2 * share, "pan right": 2 * share - 1}.get(scene.camera, 0.0)
    near = {"zoom in": share, "zoom out": 1 - share}.get(scene.camera)
    scale = 1.0 if near is None else FAR - (FAR - NEAR) * near
    left = (place.shape[1] - scale * width) / 2 + PAN * pan * width
    top = (place.shape[0] - scale * height) / 2
    crop = np.array([[scale, 0, left], [0, scale, top]])
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(place, crop, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)


@lru_cache(8)
def _background(seed: int, number: int, place: str, size: tuple[int, int]) -> np.ndarray:
    draw = dice(seed, "place", number)
    whole = painted(place, (int(MARGIN * size[0]), int(MARGIN * size[1])), draw)
    return cv2.convertScaleAbs(whole, alpha=draw.uniform(0.85, 1.1), beta=draw.uniform(-8, 12))


# -- its actors -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Manner:
    """What varies how a thing is drawn and how it moves, each from 0 to 1."""

    size: float
    x: float
    y: float
    tilt: float
    pace: float
    phase: float
    sense: float  # of turning: one way below a half, the other above
    width: float
    red: float
    green: float
    blue: float
    light: float


@lru_cache(64)
def _manner(seed: int, number: int, which: int) -> Manner:
    return Manner(*dice(seed, "manner", number, which).random(len(fields(Manner))).tolist())


def posed(clip: Clip, number: int, which: int, time: float) -> Pose:
    """Where an actor of a scene is at a time, and whether it is shown then."""
    scene = clip.scenes[number]
    manner = _manner(clip.seed, number, which)
    share, since = (time - scene.start) / (scene.end - scene.start), time - scene.start
    x, y, size = _spot(scene, which, manner)
    angle, shown, action = 24 * manner.tilt - 12, True, scene.actors[which].action
    alone = len(scene.actors) == 1
    if action in SIDEWAYS:
        x += (0.42 if alone else 0.36) * (2 * share - 1) * (1 if action == "slides right" else -1)
    elif action in ("rises", "falls"):
        y += (0.3 if alone else 0.28) * (2 * share - 1) * (1 if action == "falls" else -1)
    elif action == "bounces":
        y += 0.24 - 0.5 * abs(sin(np.pi * since / (0.8 + 0.5 * manner.pace)))
    elif action == "spins":
        speed = (100 + 80 * manner.pace) * (1 if manner.sense < 0.5 else -1)
        angle = 360 * manner.phase + speed * since
    elif action in ("grows", "shrinks"):
        size *= 0.5 + 0.8 * (share if action == "grows" else 1 - share)
    elif action == "blinks":
        shown = (since / (0.9 + 0.7 * manner.pace)) % 1 < 0.6
    elif action == "shakes":
        x += 0.05 * sin(20 * since + 6 * manner.pace)
        angle += 14 * sin(26 * since + 6 * manner.phase)
    return Pose(x, y, size, angle, shown)


def _spot(scene: Scene, which: int, manner: Manner) -> tuple[float, float, float]:
    """Where an actor is on average, and half its size; two of them share the middle square."""
    if len(scene.actors) == 1:
        moving = scene.actors[0].action in ("rises", "falls", "bounces", *SIDEWAYS)
        size = (0.22 if moving else 0.26) + 0.1 * manner.size
        return 0.16 * (manner.x - 0.5), 0.5 + 0.1 * (manner.y - 0.5), size
    side, size = 2 * which - 1, 0.17 + 0.05 * manner.size
    if any(actor.action in SIDEWAYS for actor in scene.actors):
        return 0.1 * (manner.x - 0.5), 0.5 + 0.25 * side, size
    return 0.27 * side, 0.5 + 0.06 * (manner.y - 0.5), size


def box(
    clip: Clip, number: int, which: int, time: float, size: tuple[int, int] = SIZE
) -> tuple[float, float, float, float] | None:
    """Left, top, right and bottom of an actor in pixels, or None while it is not shown."""
    pose = posed(clip, number, which, time)
    points = _placed(clip, number, which, pose, size)
    return (*points.min(0).tolist(), *points.max(0).tolist()) if pose.shown else None


def _placed(clip: Clip, number: int, which: int, pose: Pose, size: tuple[int, int]) -> np.ndarray:
    """The points of a thing in the picture: (points, 2) in pixels."""
    width, height = size
    manner = _manner(clip.seed, number, which)
    across, c, s = 0.9 + 0.2 * manner.width, cos(radians(pose.angle)), sin(radians(pose.angle))
    turn = np.array([[c * across, s * across], [-s, c]]) * (pose.size * height)
    points, _ = shape(clip.scenes[number].actors[which].thing)
    return points @ turn + (width / 2 + pose.x * height, pose.y * height)


def _draw(picture: np.ndarray, clip: Clip, number: int, which: int, points: np.ndarray) -> None:
    actor = clip.scenes[number].actors[which]
    tones = _tones(actor.colour, _manner(clip.seed, number, which))
    fixed = np.rint(points * (1 << SUB)).astype(np.int32)
    _, parts = shape(actor.thing)
    polygons = [fixed[first:last] for first, last, _ in parts]
    thick = 2 if len(picture) < 120 else max(2, len(picture) // 50)
    cv2.polylines(picture, polygons, True, tones["line"], thick, cv2.LINE_AA, SUB)
    for polygon, (_, _, tone) in zip(polygons, parts, strict=True):
        cv2.fillPoly(picture, [polygon], tones[tone], cv2.LINE_AA, SUB)


@lru_cache(64)
def _tones(colour: str, manner: Manner) -> dict[str, tuple[int, int, int]]:
    """The colours a thing is drawn in: its own, a little off, and what goes with it."""
    shift = 16 * np.array([manner.red, manner.green, manner.blue]) + 16 * manner.light - 16
    main = np.clip(np.add(TONES.get(colour) or _nameless(manner), shift), 0, 255)
    is_dark = float(main @ (0.3, 0.59, 0.11)) < 90
    toned = {
        "main": main,
        "dark": 0.7 * main if colour != "black" else main + 44,
        "light": main + 0.5 * (255 - main) if colour != "black" else main + 80,
        "ink": (104, 104, 108) if colour == "black" else INK,
        "pale": (188, 190, 198) if colour == "white" else PALE,
        "hole": (214, 214, 210) if is_dark else INK,
        "line": (226, 226, 222) if is_dark else INK,
        **SAME,
    }
    return {tone: tuple(int(c) for c in rgb) for tone, rgb in toned.items()}


def _nameless(manner: Manner) -> tuple[float, ...]:
    """A colour far from all that have names: the first of some that is, or the farthest."""
    drawn = 255 * np.array([manner.red, manner.green, manner.blue])
    turned = [np.roll(each, turn) for turn in range(3) for each in (drawn, 255 - drawn)]
    far = [np.abs(np.subtract(list(TONES.values()), tone)).sum(1).min() for tone in turned]
    first = next((n for n, each in enumerate(far) if each >= APART), int(np.argmax(far)))
    return tuple(turned[first].tolist())
