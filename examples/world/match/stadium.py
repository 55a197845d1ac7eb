"""A stadium in three dimensions (metres, a 105 x 68 pitch) and the lens it is seen through."""

from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from world.canvas import Canvas
from world.shapes import Fade, box, dim, mix, oval, rgb

LONG, DEEP = 105.0, 68.0
GOAL = (DEEP / 2 - 3.66, DEEP / 2 + 3.66, 2.44)  # near post, far post, bar


@dataclass(frozen=True)
class Lens:
    """Where the camera stands, what it looks at, and how near it draws things."""

    eye: tuple[float, float, float]
    target: tuple[float, float, float]
    zoom: float = 1400.0

    def axes(self) -> np.ndarray:
        ahead = np.subtract(self.target, self.eye)
        ahead = ahead / np.linalg.norm(ahead)
        right = np.cross(ahead, (0, 0, 1))
        right /= np.linalg.norm(right)
        return np.stack([right, np.cross(ahead, right), ahead])

    def see(self, points) -> tuple[np.ndarray, np.ndarray]:
        """Places on the canvas, and how far away each is."""
        seen = (np.atleast_2d(np.asarray(points, float)) - self.eye) @ self.axes().T
        depth = seen[:, 2]
        near = np.maximum(depth, 0.05)[:, None]
        return seen[:, :2] / near * self.zoom + (640, 360), depth

    def outline(self, points, near: float = 0.6) -> np.ndarray | None:
        """A flat shape on the canvas, cut where it passes behind the camera."""
        seen = (np.asarray(points, float) - self.eye) @ self.axes().T
        kept = []
        for here, there in zip(seen, np.roll(seen, -1, 0), strict=True):
            if here[2] >= near:
                kept.append(here)
            if (here[2] >= near) != (there[2] >= near):
                share = (near - here[2]) / (there[2] - here[2])
                kept.append(here + (there - here) * share)
        if len(kept) < 3:
            return None
        kept = np.array(kept)
        return kept[:, :2] / kept[:, 2:] * self.zoom + (640, 360)


@dataclass(frozen=True)
class Mood:
    """The light of one hour."""

    sky: tuple  # top, bottom
    grass: tuple  # light stripe, dark stripe
    haze: tuple
    stand: tuple  # low, high
    crowd: float  # how bright
    shadows: tuple  # (x, y) metres on the ground for each metre of height
    shadow: float
    board: float = 1.0
    lamps: bool = False


GOLD = Mood(
    sky=(rgb("#5f9bd1"), rgb("#ffd9a0")),
    grass=(rgb("#74a640"), rgb("#63963a")),
    haze=rgb("#ffd7a3"),
    stand=(rgb("#54607d"), rgb("#3b4461")),
    crowd=1.0,
    shadows=((1.5, -0.75),),
    shadow=0.34,
)


DUSK = Mood(
    sky=(rgb("#39477f"), rgb("#ff9d6e")),
    grass=(rgb("#5d8f58"), rgb("#4f8053")),
    haze=rgb("#e98a76"),
    stand=(rgb("#3d4068"), rgb("#2b2d50")),
    crowd=0.5,
    shadows=(),
    shadow=0.0,
    board=0.7,
)


NIGHT = Mood(
    sky=(rgb("#0a0e2b"), rgb("#2b3a78")),
    grass=(rgb("#43995a"), rgb("#378a4f")),
    haze=rgb("#6f8fd8"),
    stand=(rgb("#232b52"), rgb("#171c3c")),
    crowd=0.72,
    shadows=((0.45, 0.3), (-0.45, 0.3), (0.4, -0.3), (-0.4, -0.3)),
    shadow=0.15,
    lamps=True,
)


def pitch(canvas: Canvas, lens: Lens, mood: Mood) -> None:
    """Grass in stripes, and its lines."""
    _flat(
        canvas,
        lens,
        [(-6.5, -6.5), (111.5, -6.5), (111.5, DEEP + 6.5), (-6.5, DEEP + 6.5)],
        dim(mood.grass[1], 0.86),
    )
    edges = np.linspace(0, LONG, 15)
    for index, (left, right) in enumerate(pairwise(edges)):
        corners = [(left, -3), (right, -3), (right, DEEP + 3), (left, DEEP + 3)]
        _flat(canvas, lens, corners, mood.grass[index % 2])
    _pools(canvas, lens, mood)
    white = mix(mood.grass[0], (255, 255, 255), 0.82)
    for shape in _lines():
        _flat(canvas, lens, shape, white)
    for centre, low, high in ((LONG / 2, 0, 2 * np.pi), (11, -0.92, 0.92), (94, 2.22, 4.06)):
        turns = np.linspace(low, high, 60)
        arc = np.stack([np.cos(turns), np.sin(turns)], 1)
        ring = np.add(np.concatenate([arc * 9.21, arc[::-1] * 9.07]), (centre, DEEP / 2))
        _flat(canvas, lens, ring, white)


def _pools(canvas: Canvas, lens: Lens, mood: Mood) -> None:
    """Light that lies on the grass: low sun between the stands, or the lamps' four pools."""
    light = canvas.sheet(0.125)
    if mood is GOLD:
        for x in (-8, 34, 78):
            _flat(light, lens, [(x, 74), (x + 18, 74), (x + 122, -6), (x + 88, -6)], (255,))
    elif mood is NIGHT:
        for x, y in ((22, 20), (83, 20), (22, 50), (83, 50), (52, 34)):
            _flat(light, lens, oval((x, y), (17, 12)), (255,))
    tint = (246, 226, 96) if mood is GOLD else (150, 220, 190)
    canvas.shade(light, tint, 0.2, 16)


def _flat(canvas: Canvas, lens: Lens, corners, paint, height: float = 0.0) -> None:
    points = np.column_stack([np.asarray(corners, float), np.full(len(corners), height)])
    shape = lens.outline(points)
    if shape is not None:
        canvas.fill(shape, paint)


@lru_cache(maxsize=1)
def _lines() -> list[np.ndarray]:
    """Every straight line on the grass as a thin rectangle."""
    half, mid = 0.07, DEEP / 2
    rects = [(0, 0, LONG, 0), (0, DEEP, LONG, DEEP), (0, 0, 0, DEEP), (LONG, 0, LONG, DEEP)]
    rects.append((LONG / 2, 0, LONG / 2, DEEP))
    for goal, inward in ((0.0, 1.0), (LONG, -1.0)):
        for reach, side in ((16.5, 20.16), (5.5, 9.16)):
            front = goal + reach * inward
            rects.append((front, mid - side, front, mid + side))
            for y in (mid - side, mid + side):
                rects.append((min(goal, front), y, max(goal, front), y))
    shapes = [box(a - half, b - half, c - a + 2 * half, d - b + 2 * half) for a, b, c, d in rects]
    return [*shapes, box(10.9, mid - 0.1, 0.2, 0.2), box(93.9, mid - 0.1, 0.2, 0.2)]


@dataclass(frozen=True)
class Bulge:
    """Where a ball has hit the net, and how long ago."""

    y: float = 0.0
    z: float = 0.0
    since: float = -1.0

    def push(self, y, z):
        """Metres the net is pushed out."""
        if self.since < 0:
            return np.zeros_like(np.asarray(y, float))
        swell = np.minimum(1, self.since / 0.09) * np.exp(-self.since * 1.4)
        ring = 1 + 0.35 * np.sin(self.since * 17) * np.exp(-self.since * 2.5)
        near = np.exp(-(((y - self.y) / 0.95) ** 2 + ((z - self.z) / 0.75) ** 2))
        wave = 0.12 * np.sin(self.since * 14 - np.hypot(y - self.y, z - self.z) * 4)
        spread = np.exp(-np.hypot(y - self.y, z - self.z) * 0.7)
        return swell * (1.05 * near * ring + wave * spread)


def goal(canvas: Canvas, lens: Lens, end: float, bulge: Bulge, white=(250, 250, 252)) -> None:
    """Posts, bar and net at x = end; the net hangs outside the pitch."""
    out = 1.0 if end > 0 else -1.0
    low, high, bar = GOAL
    net = canvas.sheet(1.0)
    ys, zs = np.linspace(low, high, 31), np.linspace(0, bar, 12)

    def back(y, z):
        depth = 0.9 + 1.1 * (1 - z / bar) + bulge.push(y, z)
        return np.column_stack([end + out * depth, y, z])

    threads = [back(np.full(24, y), np.linspace(0, bar, 24)) for y in ys]
    threads += [back(np.linspace(low, high, 40), np.full(40, z)) for z in zs]
    for y in (low, high):
        for z in zs:
            depth = 0.9 + 1.1 * (1 - z / bar)
            threads.append(np.array([(end, y, z), (end + out * depth, y, z)]))
        for share in np.linspace(0.25, 1, 4):
            threads.append(
                np.array([(end + out * 0.9 * share, y, bar), (end + out * 2.0 * share, y, 0)])
            )
    for y in ys[::2]:
        threads.append(np.array([(end, y, bar), (end + out * 0.9, y, bar)]))
    unit = lens.zoom / lens.see([(end, DEEP / 2, 1)])[1][0]
    for thread in threads:
        net.stroke(lens.see(thread)[0], max(0.55, 0.022 * unit), white)
    canvas.shade(net, white, 0.55)
    frame = [(end, low, 0), (end, low, bar), (end, high, bar), (end, high, 0)]
    line = lens.see(frame)[0]
    canvas.stroke(np.add(line, (0.025 * unit, 0.02 * unit)), 0.13 * unit, dim(white, 0.72))
    canvas.stroke(line, 0.11 * unit, white)


def sky(canvas: Canvas, mood: Mood, horizon: float = 420.0) -> None:
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, horizon, *mood.sky))
