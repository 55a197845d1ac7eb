"""Bees, flowers, a sun, a hive and combs, for the slides."""

import numpy as np
from world.canvas import Canvas
from world.shapes import Fade, box, clear, curve, dim, limb, mix, oval, rgb, trace

CREAM, INK, HONEY, AMBER = rgb("#fff6e3"), rgb("#3a2618"), rgb("#f5a623"), rgb("#d97706")
LEAF, SKY, ROSE, NIGHT = rgb("#3f8f5f"), rgb("#8ecae6"), rgb("#e4572e"), rgb("#20140f")
HEX = np.array([(np.sin(a), np.cos(a)) for a in np.arange(6) * np.pi / 3])


def comb(canvas: Canvas, cells, size: float, strength: float) -> None:
    for index, (x, y) in enumerate(cells):
        paint = mix(HONEY, rgb("#ffd98a"), (index * 37 % 10) / 10)
        canvas.fill(HEX * (size * 0.94) + (x, y), clear(paint, strength))
        canvas.fill(HEX * (size * 0.7) + (x, y), clear((255, 240, 205), strength * 0.5))


def bee(canvas: Canvas, time: float, buzz: float = 0.0) -> None:
    """A bee from above, head up, 100 units long; buzz makes the wings and the tail tremble."""
    shake = 0.16 * buzz * np.sin(time * 44)
    flutter = 0.10 + 0.5 * buzz * abs(np.sin(time * 60))
    for side in (-1, 1):
        for index in range(3):
            foot = (side * (30 + 4 * index), -22 + index * 24)
            canvas.stroke(
                [(side * 8, -12 + index * 10), (side * 22, -14 + index * 17), foot], 3, INK
            )
        tip = (side * 13, -64)
        canvas.stroke(curve([(side * 6, -44), (side * 12, -54), tip]), 2.6, INK)
        canvas.disc(*tip, 2.6, INK)
    tail = canvas.moved(0, 4, turn=shake)
    body = oval((0, 24), (19, 33))
    tail.fill(body, Fade((18, 0), (-18, 40), rgb("#ffc233"), rgb("#e08e0b")))
    for y in (10, 26, 42):
        tail.within(body, box(-24, y, 48, 8.5), rgb("#3a2415"))
    tail.within(body, oval((9, 16), (4.5, 18)), clear((255, 250, 220), 0.5), 2)
    canvas.fill(oval((0, -16), (17, 17)), Fade((12, -24), (-14, 0), rgb("#e9b04c"), rgb("#a8701c")))
    canvas.fill(oval((0, -38), (12.5, 11)), rgb("#3a2415"))
    for side in (-1, 1):
        canvas.fill(oval((side * 8, -39), (4.4, 6.4), side * 0.3), rgb("#120b08"))
        canvas.disc(side * 9, -42, 1.5, (255, 255, 255))
        for long, turn in ((42, 0.95 + flutter), (31, 1.5 + flutter * 0.8)):
            wing = canvas.moved(side * 9, -12, turn=side * turn)
            shape = curve(
                [(0, 0), (8, -long * 0.5), (3, -long), (-7, -long * 0.9), (-8, -long * 0.35)], True
            )
            wing.fill(shape, clear((238, 246, 255), 0.62))
            wing.stroke(curve([(0, 0), (1, -long * 0.8)]), 1.0, (150, 160, 175), 0.6)


def flower(canvas: Canvas, time: float, petals=ROSE, seed: int = 0) -> None:
    """A flower on a stem, its head at the origin, 80 units wide."""
    sway = 0.06 * np.sin(time * 1.6 + seed)
    stem = canvas.moved(0, 120, turn=sway)
    stem.stroke(curve([(0, 0), (6, -60), (0, -118)]), 7, LEAF)
    stem.fill(curve(trace("2,-40 40,-72 58,-62 34,-36"), True), dim(LEAF, 1.12))
    head = stem.moved(0, -120, turn=sway)
    for index in range(8):
        leaf = head.moved(turn=index * np.pi / 4)
        leaf.fill(oval((0, -26), (12, 20)), Fade((0, -46), (0, -6), petals, dim(petals, 0.72)))
    head.disc(0, 0, 14, HONEY)
    head.disc(-3, -3, 8, rgb("#ffd15c"))


def sun(canvas: Canvas, time: float, size: float = 56) -> None:
    canvas.glow(0, 0, size * 3.4, (255, 196, 90), 0.28)
    for ray in range(12):
        beam = canvas.moved(turn=ray * np.pi / 6 + time * 0.12)
        beam.fill(limb((0, -size * 1.28), (0, -size * 1.62), size * 0.075, size * 0.05), HONEY)
    canvas.fill(
        oval((0, 0), (size, size)),
        Fade((size * 0.5, -size), (-size * 0.5, size), rgb("#ffd766"), HONEY),
    )


def arrow(canvas: Canvas, start, end, width: float, paint) -> None:
    start, end = np.array(start, float), np.array(end, float)
    along = end - start
    long = np.hypot(*along)
    if long < 4:
        return
    along /= long
    side = np.array([-along[1], along[0]])
    neck = end - along * min(long, width * 3.4)
    canvas.stroke([start, neck], width, paint)
    canvas.fill([end, neck + side * width * 1.9, neck - side * width * 1.9], paint)


def arc(canvas: Canvas, at, radius: float, lean: float, paint) -> None:
    turns = np.linspace(0, lean, 24)
    line = np.stack([at[0] + radius * np.sin(turns), at[1] - radius * np.cos(turns)], 1)
    canvas.stroke(line, 7, paint)


def hive(canvas: Canvas) -> None:
    canvas.fill(oval((0, 42), (62, 12)), clear((30, 60, 30), 0.3))
    for index, wide in enumerate((40, 52, 56, 48)):
        canvas.fill(box(-wide, -46 + index * 22, wide * 2, 25, 12), mix(HONEY, AMBER, index * 0.25))
    canvas.fill(oval((0, 22), (13, 12)), NIGHT)
