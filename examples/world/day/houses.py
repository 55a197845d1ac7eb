"""Houses, a tram, lamps and little flags."""

from dataclasses import dataclass

import numpy as np
from world.canvas import Canvas
from world.shapes import Fade, box, clear, curve, dim, limb, mix, oval, rgb, trace

NAVY = rgb("#131a3a")
LAMPLIGHT = rgb("#ffc766")


@dataclass(frozen=True)
class House:
    """A house front; lengths in units, its left foot at the origin."""

    wide: float = 150
    high: float = 260
    wall: tuple = rgb("#e9a26a")
    roof: tuple = rgb("#9c4f3c")
    top: str = "gable"  # gable, step, flat, hip
    floors: int = 3
    columns: int = 3
    shop: tuple | None = None  # the awning's colour
    shutters: tuple | None = None
    seed: int = 0


def house(canvas: Canvas, look: House, night: float = 0.0, lit: float = 0.0) -> None:
    """night darkens it; lit is the share of its windows with light."""

    def tone(colour):
        return mix(colour, NAVY, 0.78 * night)

    wide, high = look.wide, look.high
    _roof(canvas, look, tone)
    wall = Fade(
        (wide, -high),
        (0, 0),
        tone(mix(look.wall, (255, 244, 220), 0.18)),
        tone(dim(look.wall, 0.8)),
    )
    canvas.fill(box(0, -high, wide, high), wall)
    canvas.fill(box(-3, -high, wide + 6, 9, 2), tone(mix(look.wall, (255, 255, 255), 0.5)))
    ground = 74 if look.shop else 62
    gap = (high - ground - 16) / look.floors
    for floor in range(look.floors):
        for column in range(look.columns):
            x = wide * (column + 0.5) / look.columns
            y = -high + 16 + gap * floor
            shine = np.random.default_rng(look.seed * 91 + floor * 7 + column).random() < lit
            _window(canvas.moved(x, y), (wide / look.columns * 0.46, gap * 0.66), look, tone, shine)
    if look.shop:
        _shop(canvas, look, tone, lit > 0.3)
    else:
        _door(canvas, look, tone)


def _roof(canvas: Canvas, look: House, tone) -> None:
    wide, high = look.wide, look.high
    paint = Fade(
        (wide, -high - 70), (0, -high), tone(dim(look.roof, 1.15)), tone(dim(look.roof, 0.8))
    )
    if look.top == "gable":
        canvas.fill([(-8, -high), (wide / 2, -high - wide * 0.5), (wide + 8, -high)], paint)
        canvas.fill(box(wide * 0.72, -high - wide * 0.42, 18, 40), tone(dim(look.roof, 0.7)))
        canvas.disc(wide / 2, -high - wide * 0.17, wide * 0.075, tone(rgb("#fff2d8")))
        canvas.disc(wide / 2, -high - wide * 0.17, wide * 0.055, tone(rgb("#5b7f9a")))
    elif look.top == "step":
        wall = tone(look.wall)
        for step in range(4):
            left = wide * step * 0.12
            canvas.fill(box(left, -high - 22 * (step + 1), wide - 2 * left, 24), wall)
            canvas.fill(
                box(left - 2, -high - 22 * (step + 1), wide - 2 * left + 4, 5), tone(rgb("#fff2d8"))
            )
        canvas.disc(wide / 2, -high - 34, 10, tone(rgb("#5b7f9a")))
    elif look.top == "hip":
        canvas.fill(
            [(-8, -high), (wide * 0.16, -high - 58), (wide * 0.84, -high - 58), (wide + 8, -high)],
            paint,
        )
        for share in (0.3, 0.7):
            x = wide * share
            canvas.fill(box(x - 14, -high - 48, 28, 36, 3), tone(rgb("#fff2d8")))
            canvas.fill(box(x - 10, -high - 42, 20, 30, 2), tone(rgb("#5b7f9a")))
            canvas.fill(
                [(x - 19, -high - 46), (x, -high - 66), (x + 19, -high - 46)],
                tone(dim(look.roof, 0.85)),
            )
    else:
        canvas.fill(box(-5, -high - 14, wide + 10, 16, 3), tone(dim(look.roof, 0.9)))


def _window(canvas: Canvas, size, look: House, tone, shine: bool) -> None:
    wide, high = size
    if look.shutters:
        for side in (-1, 1):
            left = side * wide * 0.52 - (wide * 0.4 if side < 0 else 0)
            canvas.fill(box(left, -1, wide * 0.4, high + 2, 1), tone(look.shutters))
            for slat in range(5):
                y = high * (slat + 0.5) / 5
                canvas.stroke(
                    [(left + 2, y), (left + wide * 0.4 - 2, y)], 1.2, tone(dim(look.shutters, 0.75))
                )
    canvas.fill(box(-wide / 2 - 3, -3, wide + 6, high + 6, 2), tone(rgb("#fff6e6")))
    if shine:
        glass = Fade((0, 0), (0, high), rgb("#ffd98a"), rgb("#f5a13d"))
    else:
        glass = Fade((wide / 2, 0), (-wide / 2, high), tone(rgb("#a9cfe0")), tone(rgb("#4d7591")))
    canvas.fill(box(-wide / 2, 0, wide, high), glass)
    if not shine:
        glint = [(wide * 0.05, 0), (wide * 0.32, 0), (-wide * 0.2, high), (-wide * 0.42, high)]
        canvas.fill(glint, clear(tone((255, 255, 255)), 0.22))
    canvas.stroke([(0, 0), (0, high)], 2, tone(rgb("#fff6e6")))
    canvas.stroke([(-wide / 2, high * 0.4), (wide / 2, high * 0.4)], 2, tone(rgb("#fff6e6")))
    canvas.fill(box(-wide / 2 - 5, high + 2, wide + 10, 5, 1), tone(rgb("#e8dcc4")))
    if (look.seed + int(wide)) % 2 == 0:
        for pot in range(4):
            x = -wide / 2 + wide * (pot + 0.5) / 4
            canvas.disc(x, high - 1, 4.6, tone(rgb("#4f8f4c")))
            canvas.disc(x + 1, high - 4, 2.8, tone((rgb("#e4572e"), rgb("#f7b2c4"))[pot % 2]))


def _door(canvas: Canvas, look: House, tone) -> None:
    x = look.wide * (0.3 if look.seed % 2 else 0.68)
    canvas.fill(box(x - 17, -52, 34, 52, 3), tone(rgb("#fff2d8")))
    canvas.fill(box(x - 13, -48, 26, 48, 2), tone(dim(look.roof, 0.75)))
    canvas.disc(x + 8, -22, 2, tone(LAMPLIGHT))
    other = look.wide * (0.7 if look.seed % 2 else 0.28)
    _window(canvas.moved(other, -50), (look.wide * 0.24, 34), look, tone, False)


def _shop(canvas: Canvas, look: House, tone, open_: bool) -> None:
    wide = look.wide
    glass = (
        Fade((0, -58), (0, 0), rgb("#ffe0a0"), rgb("#e9a24c")) if open_ else tone(rgb("#5f8298"))
    )
    canvas.fill(box(8, -58, wide - 16, 58, 3), tone(rgb("#4a3a3a")))
    canvas.fill(box(13, -52, wide * 0.56, 46, 2), glass)
    canvas.fill(box(wide * 0.7, -52, wide * 0.2, 52, 2), tone(dim(look.shop, 0.7)))
    for index in range(5):
        canvas.disc(
            22 + index * wide * 0.11,
            -14,
            7,
            tone((rgb("#e4572e"), rgb("#f2b632"), rgb("#6aa84f"))[index % 3]),
        )
    count = max(5, int(wide / 18))
    for stripe in range(count):
        left, step = 2 + stripe * (wide - 4) / count, (wide - 4) / count
        paint = tone(look.shop if stripe % 2 == 0 else rgb("#fff6e6"))
        canvas.fill(
            [(left, -76), (left + step, -76), (left + step - 2, -52), (left - 2, -52)], paint
        )
        canvas.fill(oval((left + step / 2 - 2, -52), (step / 2, 6)), paint)


def tram(canvas: Canvas, time: float, speed: float) -> None:
    """A two-car tram, 620 units long, its wheels on y = 0, running to the left or right."""
    red, cream = rgb("#d8432f"), rgb("#fff1d6")
    canvas.fill(oval((310, 4), (330, 9)), clear((30, 24, 40), 0.35))
    for car in (0, 1):
        body = canvas.moved(car * 318)
        shell = box(0, -132, 302, 118, 26)
        body.fill(shell, Fade((0, -132), (0, -14), cream, dim(cream, 0.86)))
        body.within(shell, box(0, -66, 302, 60), Fade((0, -66), (0, -14), red, dim(red, 0.72)))
        body.fill(box(0, -68, 302, 5), rgb("#f2c14e"))
        for window in range(6):
            x = 16 + window * 46
            body.fill(
                box(x, -118, 39, 44, 7),
                Fade((x + 30, -118), (x, -74), rgb("#bfe3ef"), rgb("#547d95")),
            )
            if (window * 5 + car * 3) % 4 != 1:
                lean = 1.5 * np.sin(time * 3 + window)
                shape = [
                    (x + 8 + lean, -74),
                    (x + 11 + lean, -90),
                    (x + 27 + lean, -90),
                    (x + 31 + lean, -74),
                ]
                body.fill(curve(shape), rgb("#39485e"))
                body.disc(x + 19 + lean, -98, 8.5, rgb("#39485e"))
            body.fill(
                [(x + 22, -118), (x + 32, -118), (x + 14, -74), (x + 5, -74)],
                clear((255, 255, 255), 0.22),
            )
        for wheel in (46, 82, 220, 256):
            body.disc(wheel, -8, 14, rgb("#2b2a35"))
            hub = body.moved(wheel, -8, turn=time * speed / 14)
            hub.stroke([(-8, 0), (8, 0)], 3, rgb("#8d8fa0"))
            hub.stroke([(0, -8), (0, 8)], 3, rgb("#8d8fa0"))
        body.fill(box(24, -22, 254, 10, 3), rgb("#3a3543"))
    canvas.fill(box(300, -110, 20, 92), rgb("#4a4450"))
    canvas.stroke([(470, -132), (450, -170), (480, -196)], 4, rgb("#3a3543"))
    canvas.stroke([(452, -197), (508, -197)], 4, rgb("#3a3543"))
    canvas.fill(box(560, -128, 44, 20, 5), rgb("#20242f"))
    canvas.disc(606, -36, 8, (255, 244, 200))
    canvas.glow(606, -36, 46, (255, 236, 180), 0.5)


def bunting(canvas: Canvas, start, end, time: float, seed: int = 0) -> None:
    """Little flags on a sagging string."""
    share = np.linspace(0, 1, 15)
    line = np.outer(1 - share, start) + np.outer(share, end)
    line[:, 1] += 46 * 4 * share * (1 - share) + 2 * np.sin(time * 2 + share * 6 + seed)
    canvas.stroke(line, 1.8, rgb("#fff6e6"))
    tints = (rgb("#e4572e"), rgb("#f2b632"), rgb("#3f8f8a"), rgb("#fff6e6"), rgb("#5a78c0"))
    for index, (x, y) in enumerate(line[:-1]):
        blow = 3 * np.sin(time * 5 + index + seed)
        canvas.fill([(x, y), (x + 17, y + 3), (x + 8 + blow, y + 24)], tints[(index + seed) % 5])


def lamp_post(canvas: Canvas, lit: float = 0.0) -> None:
    iron = mix(rgb("#2f3d47"), NAVY, 0.5 * (lit > 0))
    canvas.fill(limb((0, 0), (0, -176), 5, 3), iron)
    canvas.fill(box(-9, -14, 18, 14, 3), iron)
    canvas.fill(trace("-11,-178 11,-178 15,-206 -15,-206"), mix(rgb("#dfe9e6"), LAMPLIGHT, lit))
    canvas.fill([(-18, -206), (18, -206), (0, -222)], iron)
    if lit:
        canvas.glow(0, -192, 210, (255, 186, 92), 0.5 * lit)
