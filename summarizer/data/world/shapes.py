"""What the things look like: polygons from -1 to 1, x to the right and y down, back to front.

Each has a tone: "main" is the colour of the thing, "dark" and "light" are shades of it; "ink",
"pale" and "glass" are the same on all things.
"""

from collections.abc import Sequence
from functools import cache
from math import cos, hypot, pi, radians, sin

import numpy as np

Points = Sequence[tuple[float, float]]
Part = tuple[Points, str]


def disc(x: float, y: float, across: float, up: float | None = None, sides: int = 20) -> Points:
    """A circle, or an ellipse."""
    return arc(x, y, (across, up or across), (0, 360 - 360 / sides), sides)


def arc(x: float, y: float, sizes: tuple, turns: tuple, points: int = 12) -> Points:
    """Part of an ellipse: half its width and height, from where to where, by degrees clockwise."""
    angles = np.radians(np.linspace(*turns, points))
    return [(x + sizes[0] * cos(angle), y + sizes[1] * sin(angle)) for angle in angles]


def box(left: float, top: float, right: float, bottom: float) -> Points:
    return [(left, top), (right, top), (right, bottom), (left, bottom)]


def bar(x: float, y: float, to_x: float, to_y: float, width: float = 0.1) -> Points:
    """A straight stroke."""
    long = hypot(to_x - x, to_y - y)
    x_off, y_off = width / 2 * (y - to_y) / long, width / 2 * (to_x - x) / long
    ends = [(x + x_off, y + y_off), (to_x + x_off, to_y + y_off)]
    return [*ends, (to_x - x_off, to_y - y_off), (x - x_off, y - y_off)]


def spikes(count: int, outer: float, inner: float) -> Points:
    """A star."""
    turns = [-pi / 2 + pi * n / count for n in range(2 * count)]
    sizes = [inner if n % 2 else outer for n in range(2 * count)]
    return [(size * cos(turn), size * sin(turn)) for size, turn in zip(sizes, turns, strict=True)]


def mirrored(half: Points) -> Points:
    """A shape that is the same on both sides, from its right half told from top to bottom."""
    return [*half, *((-x, y) for x, y in reversed(half))]


def wheel(x: float, y: float, size: float) -> list[Part]:
    return [(disc(x, y, size), "ink"), (disc(x, y, size * 0.45, sides=10), "pale")]


# -- the things -----------------------------------------------------------------------------------


def ball() -> list[Part]:
    stripe = [*arc(0, 0, (0.9, 0.28), (180, 0)), *arc(0, 0, (0.9, 0.5), (0, 180))]
    return [
        (disc(0, 0, 0.9, sides=28), "main"),
        (stripe, "pale"),
        (disc(-0.3, -0.45, 0.17), "light"),
    ]


def car() -> list[Part]:
    body = [(-1, 0.35), (-0.95, -0.05), (-0.55, -0.1), (-0.3, -0.55), (0.35, -0.55), (0.6, -0.1)]
    return [
        ([*body, (0.95, 0.02), (1, 0.35)], "main"),
        ([(-0.4, -0.1), (-0.22, -0.42), (0, -0.42), (0, -0.1)], "glass"),
        ([(0.1, -0.1), (0.1, -0.42), (0.28, -0.42), (0.45, -0.1)], "glass"),
        *wheel(-0.55, 0.38, 0.25),
        *wheel(0.55, 0.38, 0.25),
    ]


def boat() -> list[Part]:
    return [
        (bar(0, 0.4, 0, -0.95, 0.1), "ink"),
        ([(0.1, -0.85), (0.85, 0.2), (0.1, 0.2)], "pale"),
        ([(-0.1, -0.65), (-0.1, 0.2), (-0.65, 0.2)], "pale"),
        ([(-1, 0.3), (1, 0.3), (0.65, 0.85), (-0.65, 0.85)], "main"),
        (box(-0.78, 0.5, 0.78, 0.6), "dark"),
    ]


def house() -> list[Part]:
    return [
        (box(0.35, -0.85, 0.58, -0.2), "dark"),
        (box(-0.75, -0.15, 0.75, 0.9), "main"),
        ([(0, -0.95), (0.98, -0.1), (-0.98, -0.1)], "dark"),
        (box(-0.2, 0.3, 0.2, 0.9), "ink"),
        (box(-0.62, 0.1, -0.32, 0.42), "glass"),
        (box(0.32, 0.1, 0.62, 0.42), "glass"),
    ]


def tree() -> list[Part]:
    tiers = [(0, -1), (0.5, -0.4), (0.28, -0.4), (0.7, 0.1), (0.4, 0.1), (0.88, 0.6)]
    return [(box(-0.14, 0.5, 0.14, 0.98), "ink"), (mirrored(tiers), "main")]


def bird() -> list[Part]:
    body = [(-1, 0.1), (-0.45, 0.0), (0, -0.25), (0.4, -0.42), (0.6, -0.3), (0.5, 0.15), (0.1, 0.4)]
    return [
        ([*body, (-0.4, 0.35), (-0.95, 0.35)], "main"),
        (disc(0.5, -0.35, 0.27), "main"),
        ([(0.73, -0.42), (1.0, -0.28), (0.73, -0.22)], "pale"),
        ([(0.2, 0.0), (-0.1, -0.95), (-0.5, -0.8), (-0.4, 0.1)], "dark"),
        (disc(0.57, -0.42, 0.07, sides=8), "ink"),
        (bar(-0.1, 0.36, -0.1, 0.75, 0.08), "ink"),
        (bar(0.15, 0.36, 0.15, 0.75, 0.08), "ink"),
    ]


def fish() -> list[Part]:
    return [
        ([(-0.5, 0), (-1, -0.55), (-0.85, 0), (-1, 0.55)], "dark"),
        ([(-0.2, -0.35), (0.15, -0.75), (0.3, -0.35)], "dark"),
        (
            [*arc(0.2, 0.3, (0.95, 0.8), (205, 335)), *arc(0.2, -0.3, (0.95, 0.8), (25, 155))],
            "main",
        ),
        (bar(0.42, -0.38, 0.42, 0.38, 0.07), "dark"),
        (disc(0.68, -0.1, 0.13, sides=10), "pale"),
        (disc(0.71, -0.1, 0.06, sides=8), "ink"),
    ]


def star() -> list[Part]:
    return [(spikes(5, 1.0, 0.42), "main")]


def flower() -> list[Part]:
    petals = [
        (disc(0.42 * cos(radians(a)), -0.35 + 0.42 * sin(radians(a)), 0.3, sides=14), "main")
        for a in range(0, 360, 60)
    ]
    leaf = [(0.03, 0.8), (0.25, 0.45), (0.65, 0.4), (0.4, 0.75)]
    stem = (bar(0, 0, 0, 1, 0.12), "leaf")
    return [stem, (leaf, "leaf"), *petals, (disc(0, -0.35, 0.24), "ink")]


def clock() -> list[Part]:
    marks = [
        (disc(0.52 * cos(radians(a)), 0.52 * sin(radians(a)), 0.07, sides=6), "ink")
        for a in range(0, 360, 90)
    ]
    hands = [(bar(0, 0.05, 0, -0.42, 0.12), "ink"), (bar(0, 0, 0.34, 0.2, 0.12), "ink")]
    face = (disc(0, 0, 0.64, sides=24), "pale")
    return [(disc(0, 0, 0.95, sides=28), "main"), face, *marks, *hands]


def umbrella() -> list[Part]:
    scallops = [
        point for n in range(4) for point in arc(0.75 - 0.5 * n, 0.0, (0.25, 0.16), (360, 180), 6)
    ]
    hook = [*arc(0.18, 0.72, (0.22, 0.22), (180, 0), 8), *arc(0.18, 0.72, (0.1, 0.1), (0, 180), 8)]
    return [
        (bar(0, -0.95, 0, 0.74, 0.1), "ink"),
        (hook, "ink"),
        ([*arc(0, 0, (1.0, 0.85), (180, 360), 18), *scallops], "main"),
        ([(0, -0.85), *arc(0, 0, (0.25, 0.16), (360, 180), 6)], "dark"),
    ]


def kite() -> list[Part]:
    tail = [bar(0, 0.4, 0.2, 0.65, 0.06), bar(0.2, 0.65, -0.1, 0.95, 0.06)]
    bow = [(0.02, 0.55), (0.4, 0.8), (0.4, 0.5), (0.02, 0.78)]
    return [
        *((stroke, "ink") for stroke in tail),
        (bow, "pale"),
        ([(0, -1), (0.7, -0.35), (0, 0.45), (-0.7, -0.35)], "main"),
        ([(0, -1), (0.7, -0.35), (0, -0.35)], "dark"),
        ([(0, -0.35), (0, 0.45), (-0.7, -0.35)], "dark"),
    ]


def rocket() -> list[Part]:
    hull = [(0, -1), (0.28, -0.6), (0.36, -0.1), (0.3, 0.5)]
    return [
        ([(-0.18, 0.5), (0.18, 0.5), (0.1, 0.8), (0, 1), (-0.1, 0.8)], "fire"),
        (mirrored([(0.3, 0.0), (0.72, 0.6), (0.68, 0.75), (0.25, 0.5)]), "dark"),
        (mirrored(hull), "main"),
        (mirrored([(0, -1), (0.28, -0.6)]), "pale"),
        (disc(0, -0.2, 0.18, sides=14), "glass"),
    ]


def train() -> list[Part]:
    wheels = [part for x in (-0.68, -0.22, 0.24) for part in wheel(x, 0.55, 0.22)]
    return [
        (box(0.35, -0.6, 0.55, -0.1), "ink"),
        (box(0.28, -0.75, 0.62, -0.55), "ink"),
        (box(-0.3, -0.2, 0.8, 0.42), "main"),
        (box(-0.9, -0.72, -0.25, 0.42), "main"),
        (box(-1, -0.85, -0.15, -0.68), "dark"),
        (box(-0.75, -0.5, -0.42, -0.1), "glass"),
        ([(0.8, 0.2), (1.0, 0.7), (0.6, 0.7), (0.6, 0.42)], "dark"),
        (box(-0.95, 0.42, 0.8, 0.52), "ink"),
        *wheels,
    ]


def cup() -> list[Part]:
    ring = [*arc(0.45, -0.02, (0.5, 0.42), (-80, 80)), *arc(0.45, -0.02, (0.28, 0.22), (80, -80))]
    return [
        (ring, "dark"),
        ([(-0.75, -0.6), (0.55, -0.6), (0.42, 0.75), (-0.62, 0.75)], "main"),
        (disc(-0.1, -0.6, 0.65, 0.16), "ink"),
        (bar(-0.45, -0.2, -0.38, 0.5, 0.13), "light"),
    ]


def key() -> list[Part]:
    return [
        (box(-0.2, -0.13, 1.0, 0.13), "main"),
        (box(0.5, 0.1, 0.66, 0.45), "main"),
        (box(0.82, 0.1, 1.0, 0.52), "main"),
        (disc(-0.5, 0, 0.5), "main"),
        (disc(-0.55, 0, 0.2, sides=14), "hole"),
    ]


def heart() -> list[Part]:
    half = [
        (
            1.0 * sin(t) ** 3,
            -0.8 * cos(t) + 0.31 * cos(2 * t) + 0.12 * cos(3 * t) + 0.06 * cos(4 * t),
        )
        for t in np.linspace(0.02, pi - 0.01, 15)
    ]
    return [(mirrored(half), "main"), (disc(-0.45, -0.4, 0.17, 0.13, 12), "light")]


def moon() -> list[Part]:
    return [
        (
            [*arc(0, 0, (0.95, 0.95), (60, 300), 24), *arc(0.42, 0, (0.62, 0.83), (274, 86), 18)],
            "main",
        )
    ]


def hat() -> list[Part]:
    return [
        ([(-0.5, 0.5), (-0.56, -0.8), (0.56, -0.8), (0.5, 0.5)], "main"),
        (disc(0, -0.8, 0.56, 0.1), "dark"),
        ([(-0.53, 0.12), (0.53, 0.12), (0.5, 0.42), (-0.5, 0.42)], "pale"),
        (disc(0, 0.52, 1.0, 0.22), "main"),
    ]


def chair() -> list[Part]:
    return [
        (box(-0.62, -1, -0.36, 1), "main"),
        (box(0.4, 0.1, 0.64, 1), "main"),
        (box(-0.62, -0.98, -0.36, 0.0), "dark"),
        ([(-0.62, -0.02), (0.75, -0.02), (0.75, 0.28), (-0.62, 0.28)], "main"),
        (box(-0.36, 0.02, 0.7, 0.1), "light"),
    ]


def balloon() -> list[Part]:
    return [
        (bar(0, 0.42, 0.1, 0.7, 0.05), "ink"),
        (bar(0.1, 0.7, -0.06, 1, 0.05), "ink"),
        ([(0, 0.35), (0.16, 0.56), (-0.16, 0.56)], "dark"),
        (disc(0, -0.3, 0.62, 0.7, 26), "main"),
        (disc(-0.24, -0.55, 0.12, 0.2, 10), "light"),
    ]


def apple() -> list[Part]:
    half = [(0, -0.45), (0.3, -0.62), (0.72, -0.5), (0.88, -0.1), (0.75, 0.45), (0.42, 0.85)]
    return [
        (mirrored([*half, (0.12, 0.8)]), "main"),
        (bar(0, -0.4, 0.08, -0.85, 0.11), "ink"),
        ([(0.08, -0.65), (0.3, -1), (0.68, -0.95), (0.45, -0.66)], "leaf"),
        (disc(-0.45, -0.15, 0.13, 0.22, 10), "light"),
    ]


def mushroom() -> list[Part]:
    dots = [(-0.45, -0.35, 0.15), (0.1, -0.6, 0.17), (0.52, -0.22, 0.14)]
    return [
        ([(-0.26, 0), (0.26, 0), (0.36, 0.95), (-0.36, 0.95)], "pale"),
        ([*arc(0, 0.05, (0.95, 0.95), (180, 360), 20)], "main"),
        (disc(0, 0.05, 0.95, 0.16), "dark"),
        *((disc(*dot, sides=12), "pale") for dot in dots),
    ]


def butterfly() -> list[Part]:
    wings = []
    for side in (-1, 1):
        upper = [(0, -0.1), (0.35, -0.8), (0.9, -0.85), (0.95, -0.3), (0.5, 0.1)]
        lower = [(0, 0), (0.6, 0.05), (0.8, 0.5), (0.45, 0.85), (0.1, 0.4)]
        wings += [([(side * x, y) for x, y in upper], "main")]
        wings += [([(side * x, y) for x, y in lower], "main")]
        wings += [(disc(side * 0.62, -0.5, 0.16, sides=12), "pale")]
        wings += [(bar(0, -0.5, side * 0.28, -0.95, 0.06), "ink")]
    return [*wings, (disc(0, 0, 0.11, 0.62, 12), "ink")]


def plane() -> list[Part]:
    return [
        (mirrored([(0.1, -0.3), (1.0, 0.3), (1.0, 0.48), (0.1, 0.25)]), "main"),
        (mirrored([(0.08, 0.55), (0.45, 0.85), (0.45, 0.98), (0.05, 0.85)]), "dark"),
        (disc(0, 0, 0.18, 0.97, 22), "main"),
        (disc(0, -0.66, 0.11, 0.13, 10), "glass"),
        *((disc(side * 0.55, 0.1, 0.09, 0.18, 10), "ink") for side in (-1, 1)),
    ]


def bottle() -> list[Part]:
    half = [(0.16, -0.85), (0.16, -0.45), (0.42, -0.1), (0.42, 0.9), (0.3, 0.98)]
    return [
        (mirrored(half), "main"),
        (box(-0.2, -1, 0.2, -0.8), "ink"),
        (box(-0.42, 0.15, 0.42, 0.62), "pale"),
        (bar(-0.28, -0.05, -0.28, 0.12, 0.08), "light"),
    ]


def lamp() -> list[Part]:
    return [
        (bar(0, 0, 0, 0.85, 0.12), "ink"),
        (disc(0, 0.87, 0.5, 0.12), "ink"),
        ([(-0.4, -0.9), (0.4, -0.9), (0.85, 0.15), (-0.85, 0.15)], "main"),
        ([(-0.85, 0.15), (0.85, 0.15), (0.79, 0.0), (-0.79, 0.0)], "dark"),
        (bar(0.5, 0.15, 0.5, 0.5, 0.05), "ink"),
    ]


def crown() -> list[Part]:
    teeth = [(-0.95, -0.55), (-0.48, 0.0), (0, -0.8), (0.48, 0.0), (0.95, -0.55), (0.78, 0.65)]
    tips = [(-0.92, -0.58), (0, -0.82), (0.92, -0.58)]
    return [
        ([*teeth, (-0.78, 0.65)], "main"),
        ([(-0.82, 0.4), (0.82, 0.4), (0.78, 0.68), (-0.78, 0.68)], "dark"),
        *((disc(x, y, 0.13, sides=10), "pale") for x, y in tips),
        *((disc(x, 0.54, 0.1, sides=8), "pale") for x in (-0.4, 0, 0.4)),
    ]


def anchor() -> list[Part]:
    hook = [*arc(0, 0.15, (0.88, 0.82), (0, 180), 18), *arc(0, 0.1, (0.62, 0.6), (180, 0), 18)]
    return [
        (hook, "main"),
        (mirrored([(0.62, 0.22), (0.82, -0.12), (1.0, 0.26)])[:3], "main"),
        ([(-0.62, 0.22), (-0.82, -0.12), (-1.0, 0.26)], "main"),
        (box(-0.12, -0.6, 0.12, 0.85), "main"),
        (box(-0.45, -0.42, 0.45, -0.2), "main"),
        (disc(0, -0.75, 0.25, sides=16), "main"),
        (disc(0, -0.75, 0.11, sides=10), "hole"),
    ]


def book() -> list[Part]:
    half = [(0, -0.5), (0.5, -0.8), (1, -0.66), (1, 0.62), (0.5, 0.5), (0, 0.78)]
    page = [(0.04, -0.5), (0.48, -0.74), (0.78, -0.68), (0.78, 0.28), (0.48, 0.2), (0.04, 0.44)]
    strokes = [
        (bar(side * 0.16, y, side * 0.64, y - 0.14, 0.08), "ink")
        for side in (-1, 1)
        for y in (-0.2, 0.12)
    ]
    return [
        (half, "main"),
        ([(-x, y) for x, y in half], "main"),
        (page, "pale"),
        ([(-x, y) for x, y in page], "pale"),
        *strokes,
    ]


DRAWN = {
    "ball": ball,
    "car": car,
    "boat": boat,
    "house": house,
    "tree": tree,
    "bird": bird,
    "fish": fish,
    "star": star,
    "flower": flower,
    "clock": clock,
    "umbrella": umbrella,
    "kite": kite,
    "rocket": rocket,
    "train": train,
    "cup": cup,
    "key": key,
    "heart": heart,
    "moon": moon,
    "hat": hat,
    "chair": chair,
    "balloon": balloon,
    "apple": apple,
    "mushroom": mushroom,
    "butterfly": butterfly,
    "plane": plane,
    "bottle": bottle,
    "lamp": lamp,
    "crown": crown,
    "anchor": anchor,
    "book": book,
}


@cache
def shape(thing: str) -> tuple[np.ndarray, tuple[tuple[int, int, str], ...]]:
    """All points of a thing, (points, 2), and which of them make each part, with its tone."""
    parts = DRAWN[thing]()
    ends = np.cumsum([len(points) for points, _ in parts]).tolist()
    spans = zip([0, *ends], ends, (tone for _, tone in parts), strict=False)
    return np.array([point for points, _ in parts for point in points]), tuple(spans)
