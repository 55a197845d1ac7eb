"""Trees, ferns, clouds, hills, water, moon and stars."""

from functools import lru_cache

import numpy as np
from world.canvas import Canvas
from world.shapes import Fade, box, clear, curve, dim, limb, mix, oval, rgb, wander


@lru_cache(maxsize=64)
def _blobs(seed: int, count: int) -> tuple:
    random = np.random.default_rng(seed)
    turns = random.uniform(0, 2 * np.pi, count)
    reach = random.random(count) ** 0.5
    return tuple(
        zip(
            np.cos(turns) * reach,
            np.sin(turns) * reach,
            random.uniform(0.3, 0.52, count),
            random.random(count),
            strict=True,
        )
    )


def tree(canvas: Canvas, size: float, leaf, time: float, seed: int = 0) -> None:
    """A round tree with its foot at the origin, `size` units high."""
    trunk = mix(rgb("#6b4a34"), leaf, 0.15)
    canvas.fill(limb((0, 0), (0, -size * 0.5), size * 0.045, size * 0.03), trunk)
    canvas.stroke([(0, -size * 0.4), (size * 0.12, -size * 0.56)], size * 0.03, trunk)
    sway = size * 0.008 * np.sin(time * 1.3 + seed)
    for dx, dy, radius, _ in sorted(_blobs(seed, 15), key=lambda blob: blob[3]):
        centre = (dx * size * 0.24 + sway, -size * 0.68 + dy * size * 0.22)
        bright = 0.72 + 0.42 * (0.5 + 0.35 * dx - 0.45 * dy)
        canvas.fill(oval(centre, (size * radius * 0.44, size * radius * 0.42)), dim(leaf, bright))


def pine(canvas: Canvas, size: float, leaf, seed: int = 0) -> None:
    """A fir, its foot at the origin."""
    canvas.fill(
        limb((0, 0), (0, -size * 0.9), size * 0.03, size * 0.008), mix(leaf, (60, 40, 30), 0.6)
    )
    for tier in range(6):
        y = -size * (0.12 + tier * 0.15)
        half = size * (0.25 - tier * 0.037)
        drop = size * 0.05
        shape = [
            (0, y - size * 0.24),
            (half * 0.5, y - drop),
            (half, y + drop * 0.6),
            (half * 0.3, y),
            (-half * 0.3, y),
            (-half, y + drop * 0.6),
            (-half * 0.5, y - drop),
        ]
        canvas.fill(shape, Fade((half, y), (-half, y), dim(leaf, 1.12), dim(leaf, 0.82)))


def trunk(canvas: Canvas, x: float, wide: float, paint, seed: int = 0) -> None:
    """A tall trunk that leaves the picture above, with bark and a lit right side."""
    random = np.random.default_rng(seed)
    lean, y = random.uniform(-30, 30), 720 + wide
    left = [
        (x - wide * 0.95, y),
        (x - wide * 0.52, y - 120),
        (x - wide * 0.44 + lean * 0.5, 300),
        (x - wide * 0.4 + lean, -20),
    ]
    right = [
        (x + wide * 0.4 + lean, -20),
        (x + wide * 0.44 + lean * 0.5, 300),
        (x + wide * 0.55, y - 120),
        (x + wide * 1.0, y),
    ]
    shape = np.concatenate([curve(left), curve(right)])
    canvas.fill(
        shape, Fade((x + wide * 0.5, 0), (x - wide * 0.5, 0), dim(paint, 1.18), dim(paint, 0.72))
    )
    for _ in range(int(wide / 5)):
        top, across = random.uniform(-20, 640), random.uniform(-0.34, 0.34)
        long = random.uniform(30, 110)
        sag = random.uniform(-4, 4)
        line = [
            (x + across * wide + lean * (1 - top / 720), top),
            (x + across * wide + sag, top + long),
        ]
        canvas.stroke(line, max(1.2, wide * 0.028), dim(paint, 0.66), 0.6)


def fern(canvas: Canvas, size: float, paint, time: float, seed: int = 0) -> None:
    """A fan of fronds with its foot at the origin."""
    for frond in range(7):
        base = (frond - 3) * 0.36 + 0.05 * np.sin(time * 1.4 + seed + frond)
        share = np.linspace(0, 1, 12)
        angle = base * (0.5 + share * 0.95)
        spine = np.cumsum(np.stack([np.sin(angle), -np.cos(angle)], 1) * size / 12, 0)
        canvas.stroke(spine, max(1.5, size * 0.02), dim(paint, 0.8))
        for index in range(1, 12):
            way, reach = spine[index] - spine[index - 1], size * 0.2 * (1 - share[index] * 0.85)
            way = way / np.hypot(*way)
            for side in (-1, 1):
                tip = spine[index] + (way * 0.5 + np.array([-way[1], way[0]]) * side) * reach
                canvas.fill(limb(spine[index], tip, size * 0.016, size * 0.006), paint)


def cloud(canvas: Canvas, wide: float, light, dark, seed: int = 0) -> None:
    """A heap of round shapes on a flat base at y = 0."""
    for dx, dy, radius, shade in sorted(_blobs(seed + 400, 11), key=lambda blob: blob[1]):
        rise = (1 - abs(dx)) * 0.34
        size = wide * radius * 0.42 * (0.6 + rise)
        centre = (dx * wide * 0.42, -size * 0.6 - abs(dy) * wide * 0.1 * rise)
        top = Fade((0, -wide * 0.3), (0, 0), light, mix(light, dark, 0.6 + 0.2 * shade))
        canvas.fill(oval(centre, (size * 1.15, size)), top)
    canvas.fill(
        box(-wide * 0.46, -wide * 0.1, wide * 0.92, wide * 0.1, wide * 0.05), mix(light, dark, 0.75)
    )


def hills(canvas: Canvas, y: float, height: float, paint, shift: float, seed: int = 0) -> None:
    """A soft ridge across the picture; shift moves it sideways."""
    x = np.linspace(-20, 1300, 80)
    far = (x + shift) / 200 + seed * 3.7
    ridge = np.sin(far) * 0.5 + np.sin(far * 2.3 + 1) * 0.3 + np.sin(far * 0.45 + seed) * 0.6
    top = np.stack([x, y - height * (0.6 + 0.4 * ridge)], 1)
    canvas.fill(np.concatenate([top, [(1300, 740), (-20, 740)]]), paint)


def water(canvas: Canvas, top: float, bottom: float, paints, time: float) -> None:
    """A sea from the horizon to the shore: a gradient with waves that grow as they come near."""
    canvas.fill(box(-20, top, 1320, bottom - top + 4), Fade.down(top, bottom, *paints[:2]))
    for row in range(22):
        depth = (row / 22) ** 1.7
        y = top + 4 + (bottom - top - 6) * depth
        long = 40 + 240 * depth
        drift = time * (8 + 46 * depth) * (1 if row % 2 else -0.6)
        for piece in range(int(1600 / (long * 2.2)) + 2):
            x = (piece * long * 2.2 + row * 137 + drift) % 1700 - 200
            lift = np.sin(time * 1.7 + row + piece * 1.3) * 5 * depth
            thick = 1.0 + 7 * depth
            wave = curve(
                [
                    (x - long / 2, y + lift),
                    (x - long * 0.2, y - thick + lift),
                    (x + long * 0.2, y - thick * 0.8 + lift),
                    (x + long / 2, y + lift),
                    (x, y + thick * 0.5 + lift),
                ],
                True,
                5,
            )
            canvas.fill(wave, clear(paints[2], 0.16 + 0.3 * wander(time + piece, row) ** 2))


def moon(canvas: Canvas, size: float) -> None:
    canvas.glow(0, 0, size * 5, (120, 140, 210), 0.35)
    canvas.glow(0, 0, size * 2.2, (200, 210, 255), 0.35)
    rim = oval((0, 0), (size, size))
    canvas.fill(rim, Fade((size, -size), (-size, size), rgb("#fffbe8"), rgb("#d9dcf2")))
    for x, y, r in ((-0.3, -0.2, 0.22), (0.25, 0.3, 0.17), (0.35, -0.35, 0.12), (-0.2, 0.45, 0.1)):
        canvas.within(
            rim,
            oval((x * size, y * size), (r * size, r * size)),
            clear(rgb("#b9c0dd"), 0.6),
            size * 0.03,
        )


@lru_cache(maxsize=2)
def _stars(count: int, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    return np.stack(
        [
            random.uniform(0, 1280, count),
            random.uniform(0, 1, count) ** 1.3 * 480,
            random.random(count) ** 5,
            random.uniform(0, 6.3, count),
        ],
        1,
    )


def stars(canvas: Canvas, time: float, count: int = 260) -> None:
    for x, y, bright, phase in _stars(count, 77):
        twinkle = 0.65 + 0.35 * np.sin(time * (1.5 + phase % 2) + phase)
        canvas.disc(
            x, y, 0.8 + 1.9 * bright, (240, 244, 255), min(1.0, (0.35 + 0.65 * bright) * twinkle)
        )
        if bright > 0.55:
            canvas.glow(x, y, 16, (190, 205, 255), 0.5 * twinkle)
