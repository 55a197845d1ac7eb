"""The forest: between the trunks, and the clearing with the deer."""

import numpy as np
from world.canvas import Canvas
from world.day.animals import butterfly, deer
from world.day.outdoors import fern, hills, trunk
from world.day.walker import walker
from world.shapes import Fade, box, clear, curve, dim, ease, mix, oval, over, rgb, trace, wander


def _green_air(canvas: Canvas) -> None:
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, 640, rgb("#dff0a8"), rgb("#7fb56a")))
    canvas.glow(760, 120, 560, (255, 248, 180), 0.38)


def _rays(canvas: Canvas, t: float, x: float, strength: float = 1.0) -> None:
    """Sun that falls through leaves in slanting beams."""
    beams = canvas.sheet(0.25, 3)
    for index in range(9):
        glint = 0.55 + 0.45 * wander(t * 0.45 + index * 3, index)
        left = x - 420 + index * 118 + 12 * np.sin(t * 0.3 + index)
        wide = 26 + (index * 37) % 46
        tint = tuple(v * glint * strength for v in (58, 52, 20))
        beams.fill(
            [
                (left + 240, -30),
                (left + 240 + wide, -30),
                (left + wide * 1.9 - 130, 740),
                (left - 130, 740),
            ],
            tint,
        )
    canvas.add(beams, 1.0, 9)


def _motes(canvas: Canvas, t: float, seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(60):
        x, y, size = random.uniform(0, 1280), random.uniform(40, 700), random.uniform(1.2, 3.6)
        px = (x + 26 * np.sin(t * 0.5 + y) + t * 9) % 1280
        py = y + 16 * np.sin(t * 0.8 + x)
        canvas.glow(px, py, size * 4, (255, 248, 190), 0.35 + 0.3 * np.sin(t * 2 + x))
        canvas.disc(px, py, size * 0.6, (255, 252, 220), 0.7)


def _canopy(canvas: Canvas, pan: float, t: float, paint, seed: int) -> None:
    random = np.random.default_rng(seed)
    for _ in range(46):
        x, y = random.uniform(-100, 1600) - pan, random.uniform(-46, 56)
        wide = random.uniform(50, 120)
        sway = 5 * np.sin(t * 1.1 + x * 0.01)
        canvas.fill(
            oval((x + sway, y), (wide, wide * 0.42), random.uniform(-0.3, 0.3)),
            dim(paint, random.uniform(0.8, 1.2)),
        )


LAYERS = (("#b4d48a", 34, 0.18, 9), ("#86a865", 52, 0.34, 8), ("#587a4a", 78, 0.6, 4))


def forest(canvas: Canvas, t: float) -> None:
    """Between tall trunks; the camera glides to the right with the walker."""
    pan = 40 + 46 * t
    _green_air(canvas)
    for number, (tone, wide, rate, count) in enumerate(LAYERS):
        hills(
            canvas,
            640 + number * 22,
            70,
            mix(rgb(tone), rgb("#5d9a4c"), 0.5),
            pan * rate,
            number + 4,
        )
        for index in range(count + 3):
            x = index * 1700 / (count + 2) - pan * rate + 60 * np.sin(index * 5 + number)
            trunk(
                canvas,
                x - 120,
                wide * (0.8 + 0.3 * np.sin(index * 3)),
                rgb(tone),
                index + number * 20,
            )
        _canopy(canvas, pan * rate, t, mix(rgb(tone), rgb("#6fae4a"), 0.55), number)
        if number < 2:
            canvas.veil(rgb("#d5eb9e"), 0.16)
        if number == 1:
            _rays(canvas, t, 640)
            _path(canvas, pan)
            x = 330 + 58 * t
            canvas.fill(oval((x + 26, 652), (74, 9)), (30, 50, 20), 0.4)
            walker(canvas.moved(x, 650), t * 6.0, t, 94)
    for index in range(9):
        fern(
            canvas.moved(index * 190 - pan * 0.85 - 20, 716),
            96 + 26 * (index % 3),
            dim(rgb("#4f8a3c"), 0.9 + 0.12 * (index % 3)),
            t,
            index,
        )
    _rays(canvas, t, 700, 0.5)
    _motes(canvas, t, 3)
    near = canvas.sheet(0.5)
    trunk_x = 1560 - pan * 3.4
    near.fill(
        [(trunk_x - 60, -20), (trunk_x + 44, -20), (trunk_x + 84, 740), (trunk_x - 104, 740)],
        (255,),
    )
    for index in range(6):
        fern(near.moved(index * 330 - (pan * 1.7) % 330, 748), 190, (255, 255, 255), t, index)
    canvas.shade(near, rgb("#1d3320"), 0.93, 5)


def _path(canvas: Canvas, pan: float) -> None:
    x = np.linspace(-20, 1300, 40)
    top = np.stack([x, 634 + 8 * np.sin((x + pan * 0.6) / 170)], 1)
    low = np.stack([x, 676 + 10 * np.sin((x + pan * 0.6) / 140 + 1)], 1)
    canvas.fill(
        np.concatenate([top, low[::-1]]), Fade.down(630, 690, rgb("#c9b27c"), rgb("#94814f"))
    )


def clearing(canvas: Canvas, t: float) -> None:
    """A deer at a pond lifts its head."""
    push = 1 + 0.05 * ease(t / 7)
    view = canvas.moved(640, 360, push).moved(-640, -360)
    _green_air(view)
    for number, (tone, wide, _, count) in enumerate(LAYERS[:2]):
        for index in range(count):
            x = -60 + index * 1450 / (count - 1) + 50 * np.sin(index * 7 + number * 3)
            if number == 0 or not 330 < x < 900:
                trunk(view, x, wide, rgb(tone), index + number * 31)
        view.veil(rgb("#d5eb9e"), 0.2)
    _canopy(view, 80, t, rgb("#8fc25c"), 9)
    view.fill(
        curve(
            trace("-40,520 200,486 560,500 900,478 1320,510 1320,760 -40,760"),
            True,
        ),
        Fade.down(480, 720, rgb("#8fbf55"), rgb("#4f8a42")),
    )
    pond = curve(
        trace("610,606 760,570 1010,564 1220,596 1250,650 1040,694 760,690 620,656"),
        True,
    )
    view.fill(np.add(pond, (0, -5)), rgb("#4a7440"))
    view.fill(pond, Fade.down(566, 694, rgb("#cfe8b8"), rgb("#5fa3a0")))
    for ring in range(4):
        grow = (t * 0.5 + ring / 4) % 1
        view.within(
            pond,
            oval((900, 628), (150 * grow + 6, 34 * grow + 2)),
            clear((255, 255, 255), 0.14 * (1 - grow)),
        )
    for streak in range(7):
        x = 680 + streak * 76 + 10 * np.sin(t + streak)
        view.within(pond, oval((x, 590 + streak * 37 % 84), (44, 3)), clear((255, 255, 240), 0.4))
    _rays(view, t, 700, 0.9)
    up = over(t, 1.6, 2.7)
    view.fill(oval((500, 640), (150, 16)), (30, 60, 24), 0.4)
    deer(view.moved(500, 640, 1.05), up, t)
    for index, paint in enumerate((rgb("#f7b531"), rgb("#f4f1ff"), rgb("#e8744f"))):
        x = 820 + index * 120 + 60 * np.sin(t * 0.9 + index * 2)
        butterfly(
            view.moved(
                x,
                430 + index * 30 + 34 * np.sin(t * 1.7 + index),
                1.15,
                turn=0.4 * np.sin(t + index),
            ),
            t + index,
            paint,
        )
    for index in range(11):
        fern(
            view.moved(-10 + index * 132, 722 + 14 * (index % 2)),
            84 + 30 * (index % 3 == 0),
            dim(rgb("#4f8a3c"), 0.85 + 0.12 * (index % 3)),
            t,
            index,
        )
    _motes(canvas, t, 5)
    near = canvas.sheet(0.5)
    for x in (-20, 1290):
        near.fill(oval((x, 40), (230, 120)), (255,))
        fern(near.moved(x, 760), 260, (255, 255, 255), t, int(x))
    canvas.shade(near, rgb("#1d3320"), 0.9, 7)
