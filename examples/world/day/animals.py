"""A dog, a deer, butterflies and birds."""

import numpy as np
from world.canvas import Canvas
from world.shapes import Fade, box, clear, curve, dim, limb, oval, rgb, trace


def dog(canvas: Canvas, phase: float, time: float, sitting: bool = False) -> None:
    """A small white and brown dog that faces +x, 1 unit long, feet at the origin."""
    white, brown = rgb("#fbf4e6"), rgb("#a8622f")
    wag = 0.7 + 0.45 * np.sin(time * 13)
    tilt = -0.75 if sitting else 0.0
    body = canvas.moved(0, -0.36, turn=tilt)
    if sitting:
        canvas.fill(limb((0.22, -0.4), (0.26, -0.03), 0.06, 0.045), dim(white, 0.9))
        canvas.fill(oval((-0.16, -0.14), (0.2, 0.15)), white)
        canvas.fill(limb((-0.1, -0.04), (0.06, -0.04), 0.045, 0.04), white)
    else:
        for base, shift, tone in (
            (-0.26, 0.0, 0.82),
            (0.24, np.pi, 0.82),
            (-0.3, np.pi, 1.0),
            (0.28, 0.0, 1.0),
        ):
            swing = 0.42 * np.sin(phase + shift)
            lift = 0.05 * max(0.0, np.cos(phase + shift))
            foot = (base + 0.33 * np.sin(swing), -0.03 - lift)
            canvas.fill(limb((base, -0.34), foot, 0.06, 0.042), dim(white, tone))
    tail = body.moved(-0.36, -0.06, turn=-wag)
    tail.fill(
        curve(
            trace("0,0.04 -0.1,-0.08 -0.07,-0.26 -0.02,-0.26 0.0,-0.1 0.08,0.0"),
            True,
        ),
        brown,
    )
    body.fill(
        limb((-0.3, 0), (0.28, -0.02), 0.15, 0.16),
        Fade((0, -0.15), (0, 0.15), white, dim(white, 0.82)),
    )
    body.fill(oval((-0.12, -0.07), (0.17, 0.1)), brown)
    head = body.moved(0.42, -0.24, turn=-tilt + 0.06 * np.sin(time * 3))
    head.fill(limb((-0.06, 0.12), (0, 0), 0.11, 0.1), white)
    head.fill(oval((0.03, -0.03), (0.145, 0.135)), white)
    head.fill(limb((0.08, 0.02), (0.2, 0.04), 0.075, 0.06), dim(white, 0.95))
    head.disc(0.255, 0.02, 0.034, rgb("#2a1d1a"))
    head.fill(curve(trace("-0.06,-0.12 0.03,-0.16 0.0,0.03 -0.11,0.1 -0.13,0.0"), True), brown)
    head.disc(0.085, -0.05, 0.023, rgb("#2a1d1a"))
    body.fill(limb((0.26, -0.2), (0.36, -0.06), 0.035, 0.035), rgb("#d8432f"))


def deer(canvas: Canvas, up: float, time: float) -> None:
    """A deer that faces +x, feet at the origin, 300 units high with its head up (up = 1)."""
    coat, light, dark = rgb("#b9773f"), rgb("#e8c594"), rgb("#6f4526")
    for base, tone in ((-72, 0.7), (66, 0.7), (-92, 1.0), (84, 1.0)):
        bend = 10 if base < 0 else -3
        canvas.fill(limb((base, -128), (base + bend, -62), 19, 9), dim(coat, tone))
        canvas.fill(
            limb((base + bend, -62), (base + bend * 0.2, -4), 9, 6.5), dim(coat, tone * 0.92)
        )
        canvas.fill(box(base + bend * 0.2 - 9, -8, 18, 9, 3), dim(dark, 0.8))
    flick = 0.3 * max(0.0, np.sin(time * 5)) * (np.sin(time * 0.9) > 0.3)
    tail = canvas.moved(-122, -158, turn=flick)
    tail.fill(curve(trace("4,-8 -16,-4 -20,22 -6,24 6,8"), True), light)
    body = curve(
        trace("-122,-168 -60,-186 30,-176 96,-196 118,-160 102,-118 30,-102 -50,-106 -108,-116"),
        True,
    )
    canvas.fill(body, Fade((0, -190), (0, -104), dim(coat, 1.12), dim(coat, 0.86)))
    canvas.within(body, oval((0, -100), (100, 20)), clear(light, 0.8), 8)
    for index in range(12):
        canvas.disc(-84 + index % 6 * 26 + (index // 6) * 9, -160 + (index // 6) * 17, 3.6, light)
    angle = 0.62 + (1 - up) * 1.75
    root = np.array([96.0, -162.0])
    top = root + 112 * np.array([np.sin(angle), -np.cos(angle)])
    canvas.fill(
        limb(root, top, 36, 19), Fade(tuple(top), tuple(root), dim(coat, 1.08), dim(coat, 0.94))
    )
    head = canvas.moved(*top, turn=(1 - up) * 0.95 + 0.05 * np.sin(time * 1.5))
    for side in (-1, 1):
        ear = head.moved(
            -12,
            -12,
            turn=-0.9 + side * 0.3 + 0.16 * np.sin(time * 7 + side) * (np.sin(time * 1.1) > 0),
        )
        ear.fill(oval((0, -22), (9, 23)), coat if side > 0 else dim(coat, 0.8))
        ear.fill(oval((1, -20), (4, 15)), light)
    for side, tone in ((0.25, 0.75), (-0.1, 1.0)):
        horn = head.moved(-4, -18, turn=side - 0.25)
        horn.stroke(curve(trace("0,0 -12,-34 4,-76 20,-96")), 6, dim(dark, tone))
        horn.stroke(curve([(-8, -30), (16, -48), (22, -62)]), 5, dim(dark, tone))
        horn.stroke(curve([(0, -66), (-18, -88)]), 4.5, dim(dark, tone))
    head.fill(
        curve(
            trace("-24,-14 0,-24 30,-10 66,10 64,24 34,26 -4,20 -24,8"),
            True,
        ),
        coat,
    )
    head.fill(oval((60, 18), (12, 9)), light)
    head.disc(68, 13, 5, rgb("#241713"))
    head.disc(14, -4, 4.6, rgb("#1d1210"))
    head.disc(15.5, -5.5, 1.4, (255, 255, 255))


def butterfly(canvas: Canvas, time: float, paint) -> None:
    flap = 0.25 + 0.75 * abs(np.sin(time * 11))
    for side in (-1, 1):
        canvas.fill(
            curve([(0, 0), (side * 16 * flap, -15), (side * 19 * flap, -3), (0, 2)], True), paint
        )
        canvas.fill(
            curve([(0, 1), (side * 13 * flap, 3), (side * 10 * flap, 13), (0, 5)], True),
            dim(paint, 0.8),
        )
    canvas.stroke([(0, -6), (0, 8)], 2.2, (40, 26, 22))


def bird(canvas: Canvas, time: float, paint, wide: float = 40.0) -> None:
    """A gull from afar that glides and sometimes beats its wings."""
    beat = np.sin(time * 8) * (0.35 + 0.65 * (np.sin(time * 0.9) > 0.2))
    tip = -wide * 0.22 - wide * 0.28 * beat
    upper = [
        (-wide, tip),
        (-wide * 0.45, -wide * 0.28),
        (0, 0),
        (wide * 0.45, -wide * 0.28),
        (wide, tip),
    ]
    lower = [(wide * 0.42, -wide * 0.12), (0, wide * 0.14), (-wide * 0.42, -wide * 0.12)]
    canvas.fill(np.concatenate([curve(upper), curve(lower)]), paint)
    canvas.fill(oval((wide * 0.04, wide * 0.03), (wide * 0.2, wide * 0.075)), dim(paint, 0.94))
