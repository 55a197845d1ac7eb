"""The sea, by day and at sunset."""

from dataclasses import replace

import numpy as np
from world.canvas import Canvas
from world.day.animals import bird, dog
from world.day.outdoors import cloud, hills, water
from world.day.walker import WALKER, walker
from world.figures import figure, walking
from world.shapes import Fade, box, clear, curve, dim, ease, mix, oval, rgb, trace


def _gulls(canvas: Canvas, t: float, paint, seed: int, count: int = 7) -> None:
    random = np.random.default_rng(seed)
    for _ in range(count):
        x, y, wide = random.uniform(-100, 1200), random.uniform(90, 330), random.uniform(18, 42)
        speed = random.uniform(26, 60)
        spot = canvas.moved(
            (x + speed * t) % 1500 - 110,
            y + 26 * np.sin(t * 0.7 + x),
            turn=0.12 * np.sin(t * 0.8 + x),
        )
        bird(spot, t + x, paint, wide)


def _boat(canvas: Canvas, t: float, hull, sail) -> None:
    boat = canvas.moved(turn=0.05 * np.sin(t * 1.4))
    boat.fill(trace("-46,-8 50,-8 36,12 -34,12"), hull)
    boat.stroke([(0, -8), (0, -116)], 3, dim(hull, 0.7))
    boat.fill(curve([(4, -114), (40 + 4 * np.sin(t), -52), (48, -16), (4, -16)]), sail)
    boat.fill([(-5, -104), (-34, -18), (-5, -18)], dim(sail, 0.9))


def _lighthouse(canvas: Canvas) -> None:
    canvas.fill(
        curve(trace("-150,90 -110,30 -40,-2 60,4 120,50 170,90"), False),
        rgb("#5c6f63"),
    )
    canvas.fill(curve(trace("-120,90 -60,20 -10,6 20,50 40,90"), False), rgb("#6f8373"))
    for band in range(5):
        low, high = 26 - band * 2.4, 26 - (band + 1) * 2.4
        y = -band * 34
        paint = rgb("#fff6ea") if band % 2 == 0 else rgb("#d8432f")
        canvas.fill(
            [(-low, y), (low, y), (high, y - 34), (-high, y - 34)],
            Fade((24, 0), (-24, 0), paint, dim(paint, 0.78)),
        )
    canvas.fill(box(-18, -182, 36, 12, 2), rgb("#3a3f4f"))
    canvas.fill(box(-11, -206, 22, 24), rgb("#ffe9a8"))
    canvas.fill([(-16, -206), (16, -206), (0, -226)], rgb("#d8432f"))


def _beach(canvas: Canvas, t: float, sand, foam, shore: float) -> None:
    """Sand with water that runs up and draws back, leaving it dark and wet."""
    x = np.linspace(-20, 1300, 50)

    def edge(reach, ripple):
        return np.stack(
            [x, shore + reach + 10 * np.sin(x / 150 + ripple) + 5 * np.sin(x / 57 - ripple * 1.4)],
            1,
        )

    run = 26 * np.sin(t * 1.36)
    canvas.fill(
        np.concatenate([edge(-4, 0.4), [(1300, 740), (-20, 740)]]), Fade.down(shore, 730, *sand)
    )
    canvas.fill(
        np.concatenate([edge(-14, 0.4), edge(44, 0.7)[::-1]]), clear(dim(sand[1], 0.7), 0.5)
    )
    wash = edge(run + 6, t * 0.25)
    canvas.fill(np.concatenate([edge(-40, 0), wash[::-1]]), clear(foam, 0.55))
    canvas.stroke(wash, 7, (255, 255, 255), 0.95)
    canvas.stroke(np.add(wash, (0, -9)), 3, (255, 255, 255), 0.5)
    late = edge(-26 + 14 * np.sin(t * 1.36 + 1.8), t * 0.3 + 2)
    canvas.stroke(late, 5, (255, 255, 255), 0.7)


def sea(canvas: Canvas, t: float) -> None:
    """A bright bay with a lighthouse; the camera pans slowly to the left."""
    pan = -40 * ease((t + 1) / 9)
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, 400, rgb("#4fa7dc"), rgb("#c9ecf2")))
    canvas.glow(240, 40, 460, (210, 236, 255), 0.26)
    for index, (x, y, wide) in enumerate(
        ((250, 250, 330), (640, 180, 220), (960, 290, 360), (1240, 170, 240))
    ):
        cloud(
            canvas.moved(x + t * 7 - pan * 0.4, y), wide, (255, 255, 255), rgb("#b9dcea"), index + 5
        )
    hills(canvas, 404, 40, rgb("#8fb8c4"), pan + 500, 7)
    water(canvas, 392, 612, (rgb("#2b86b8"), rgb("#5fd0c9"), (235, 255, 252)), t)
    _boat(
        canvas.moved(420 + 16 * t - pan, 446 + 4 * np.sin(t * 1.5), 0.9),
        t,
        rgb("#d8432f"),
        rgb("#fffaf0"),
    )
    _boat(
        canvas.moved(760 + 9 * t - pan, 414 + 2 * np.sin(t * 1.3), 0.4),
        t + 1,
        rgb("#3b4f6b"),
        rgb("#ffe9c8"),
    )
    _lighthouse(canvas.moved(1085 - pan * 1.4, 418))
    _beach(canvas, t, (rgb("#f2dca8"), rgb("#dcb87c")), rgb("#d5f5ef"), 606)
    _grass(canvas, t, pan)
    x = 190 + 60 * t - pan
    canvas.fill(oval((x - 46, 690), (86, 10)), (120, 84, 40), 0.35)
    walker(canvas.moved(x, 688), t * 6.1, t, 104)
    _gulls(canvas, t, (255, 255, 255), 3)


def _grass(canvas: Canvas, t: float, pan: float) -> None:
    random = np.random.default_rng(4)
    for _ in range(60):
        x, long = random.uniform(900, 1330) - pan * 1.6, random.uniform(50, 130)
        lean = random.uniform(-30, 40) + 16 * np.sin(t * 2.2 + x * 0.02)
        blade = [
            (x - 5, 726),
            (x + lean * 0.4, 726 - long * 0.6),
            (x + lean, 726 - long),
            (x + lean * 0.5 + 4, 726 - long * 0.5),
            (x + 5, 726),
        ]
        canvas.fill(curve(blade), mix(rgb("#7f9a4c"), rgb("#c9b968"), random.random()))


def sunset(canvas: Canvas, t: float) -> None:
    """The sun goes down over the water; the walker and the dog watch from a jetty."""
    sink = 26 * ease(t / 7)
    x, y = 800, 352 + sink
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, 410, rgb("#4b3b7a"), rgb("#ff9a5a")))
    canvas.glow(x, y, 760, (255, 110, 50), 0.38)
    canvas.glow(x, y, 230, (255, 170, 90), 0.4)
    bands = ((180, 170, 420), (560, 110, 300), (1010, 150, 460), (380, 280, 300), (1180, 268, 320))
    for cx, cy, wide in bands:
        layer = canvas.moved(cx + t * 5, cy)
        layer.fill(oval((0, 0), (wide * 0.5, wide * 0.045)), clear(rgb("#ff8f7a"), 0.75))
        layer.fill(
            oval((wide * 0.1, -wide * 0.035), (wide * 0.34, wide * 0.04)),
            clear(rgb("#ffb88a"), 0.8),
        )
        layer.fill(
            oval((-wide * 0.16, wide * 0.03), (wide * 0.4, wide * 0.028)),
            clear(rgb("#9a5590"), 0.6),
        )
    canvas.disc(x, y, 74, Fade.down(y - 74, y + 74, rgb("#fff3c4"), rgb("#ffb45c")))
    hills(canvas, 414, 46, rgb("#6a4a86"), 300, 5)
    water(canvas, 400, 730, (rgb("#e0785c"), rgb("#3a2a63"), (255, 200, 140)), t * 0.8)
    _glitter(canvas, x, t)
    _boat(canvas.moved(360 + 8 * t, 424, 0.5), t, rgb("#3a2447"), rgb("#7a4a6a"))
    _gulls(canvas, t * 0.8 + 9, rgb("#4a2f57"), 9, 6)
    _jetty(canvas, t)


def _glitter(canvas: Canvas, x: float, t: float) -> None:
    random = np.random.default_rng(8)
    for _ in range(150):
        depth = random.random() ** 1.3
        y = 404 + 320 * depth
        wide = 20 + 150 * depth * (1 - 0.4 * depth)
        px = x + random.normal() * wide * 0.62
        glint = max(0.0, np.sin(t * random.uniform(2, 5) + random.uniform(0, 6.3)))
        canvas.fill(
            oval((px, y), (8 + 34 * depth, 1.2 + 3.4 * depth)), (255, 214, 150), 0.85 * glint
        )


def _jetty(canvas: Canvas, t: float) -> None:
    dark = rgb("#241634")
    for post in (40, 190, 340, 480):
        canvas.fill(box(post, 574, 20, 170, 3), dim(dark, 0.8))
        for ring in range(3):
            canvas.stroke(
                [(post - 12 - ring * 8, 668 + ring * 16), (post + 32 + ring * 8, 668 + ring * 16)],
                2.5,
                (255, 170, 120),
                0.25,
            )
    canvas.fill(box(-20, 560, 560, 24, 4), Fade((0, 560), (540, 584), dark, rgb("#5a3350")))
    canvas.stroke([(-20, 561), (540, 561)], 2.4, (255, 170, 110), 0.7)
    sit = canvas.moved(400, 560, 92)
    seated = replace(
        walking(0),
        thighs=(1.5, 1.42),
        knees=(1.35, 1.3),
        arms=(-0.35, 0.5),
        elbows=(0.1, 0.5),
        lean=-0.12,
    )
    dusk = replace(
        WALKER,
        coat=rgb("#8a4f3f"),
        skin=rgb("#8a4d45"),
        shirt=dark,
        legs=rgb("#33203f"),
        boots=dark,
        hair=dark,
    )
    figure(sit.moved(0, 0.46), dusk, seated)
    pet = canvas.moved(300, 560, 62)
    dog(pet, 0, t, sitting=True)
    veil = canvas.sheet(0.5)
    dog(veil.moved(300, 560, 62), 0, t, sitting=True)
    canvas.shade(veil, rgb("#4a2b4f"), 0.72)
    canvas.glow(470, 520, 120, (255, 150, 80), 0.25)
