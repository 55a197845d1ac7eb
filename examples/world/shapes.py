"""Colours, easing, and shapes as points."""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

VIEW = (1280, 720)  # what every shot is drawn in, whatever the size of the clip
TURNS = np.linspace(0, 2 * np.pi, 73)[:-1]
CIRCLE = np.stack([np.cos(TURNS), np.sin(TURNS)], 1)


def rgb(code: str) -> tuple:
    """'#ff8800' as (255, 136, 0)."""
    return tuple(int(code[i : i + 2], 16) for i in (1, 3, 5))


def mix(first, last, share: float) -> tuple:
    """The colour that far from first to last; alphas mix too."""
    return tuple(a + (b - a) * share for a, b in zip(first, last, strict=True))


def dim(colour, share: float) -> tuple:
    """Darker (share below 1) or lighter (above)."""
    return tuple(min(255.0, value * share) for value in colour[:3])


def clear(colour, alpha: float) -> tuple:
    """The colour made translucent."""
    return (*colour[:3], alpha)


def ease(share: float) -> float:
    """0..1 with a soft start and a soft landing."""
    share = min(1.0, max(0.0, share))
    return share * share * (3 - 2 * share)


def over(time: float, start: float, end: float) -> float:
    """How far time is from start to end, eased."""
    return ease((time - start) / (end - start))


def pop(share: float) -> float:
    """0..1 that overshoots a little before it rests."""
    share = min(1.0, max(0.0, share))
    return 1 + 2.7 * (share - 1) ** 3 + 1.7 * (share - 1) ** 2


def wander(time: float, seed: int = 0) -> float:
    """A smooth aimless number in about [-1, 1]."""
    slow = np.sin(time * 0.7 + seed) * 0.8
    return (slow + np.sin(time * 1.7 + seed * 2.3) + np.sin(time * 2.9 + seed * 5.1) * 0.6) / 2.4


@dataclass(frozen=True)
class Fade:
    """A paint that runs from one colour to another along a line."""

    start: tuple[float, float]
    end: tuple[float, float]
    first: tuple
    last: tuple

    @staticmethod
    def down(top: float, bottom: float, first, last) -> "Fade":
        return Fade((0, top), (0, bottom), first, last)


@dataclass(frozen=True)
class Type:
    """How words are set. anchor: l, m or r of the first baseline."""

    size: float
    face: str = "Montserrat-Bold"
    anchor: str = "l"
    tracking: float = 0.0  # extra space between letters, in units of size


@lru_cache(maxsize=512)
def trace(text: str) -> np.ndarray:
    """Points written as 'x,y x,y ...': (points, 2)."""
    points = np.array([pair.split(",") for pair in text.split()], float)
    points.setflags(write=False)
    return points


def oval(centre, radii, turn: float = 0.0) -> np.ndarray:
    points = CIRCLE * radii
    if turn:
        cos, sin = np.cos(turn), np.sin(turn)
        points = points @ np.array([[cos, sin], [-sin, cos]])
    return points + centre


def box(x: float, y: float, width: float, height: float, radius: float = 0.0) -> np.ndarray:
    """A rectangle, its corners rounded."""
    radius = min(radius, width / 2, height / 2)
    if radius <= 0:
        return np.array([(x, y), (x + width, y), (x + width, y + height), (x, y + height)], float)
    quarter = CIRCLE[:19] * radius
    corners = [
        (quarter, (x + width - radius, y + height - radius)),
        (quarter[::-1] * (-1, 1), (x + radius, y + height - radius)),
        (-quarter, (x + radius, y + radius)),
        (quarter[::-1] * (1, -1), (x + width - radius, y + radius)),
    ]
    return np.concatenate([arc + centre for arc, centre in corners])


def curve(points, closed: bool = False, steps: int = 8) -> np.ndarray:
    """A smooth line through the points (Catmull-Rom)."""
    points = np.asarray(points, float)
    if closed:
        ring = np.concatenate([points[-1:], points, points[:2]])
    else:
        ring = np.concatenate([points[:1], points, points[-1:]])
    before, start, end, after = ring[:-3, None], ring[1:-2, None], ring[2:-1, None], ring[3:, None]
    share = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    line = 0.5 * (
        2 * start
        + (end - before) * share
        + (2 * before - 5 * start + 4 * end - after) * share**2
        + (3 * start - before - 3 * end + after) * share**3
    )
    line = line.reshape(-1, 2)
    return line if closed else np.concatenate([line, points[-1:]])


def limb(start, end, thick: float, thin: float) -> np.ndarray:
    """A rounded, tapered stick from start (radius thick) to end (radius thin)."""
    start, end = np.asarray(start, float), np.asarray(end, float)
    along = end - start
    angle = np.arctan2(along[1], along[0])
    arc = np.linspace(np.pi / 2, 1.5 * np.pi, 13) + angle
    first = start + thick * np.stack([np.cos(arc), np.sin(arc)], 1)
    second = end - thin * np.stack([np.cos(arc), np.sin(arc)], 1)
    return np.concatenate([first, second])


def star(centre, outer: float, inner: float, tips: int = 4, turn: float = 0.0) -> np.ndarray:
    angles = np.arange(tips * 2) * np.pi / tips + turn
    radii = np.where(np.arange(tips * 2) % 2, inner, outer)
    return np.stack([np.cos(angles), np.sin(angles)], 1) * radii[:, None] + centre
