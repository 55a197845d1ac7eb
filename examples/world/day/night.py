"""The night: a village under the stars, and a cottage in the rain."""

from dataclasses import replace

import numpy as np
from world.canvas import Canvas
from world.day.animals import dog
from world.day.houses import house, lamp_post
from world.day.outdoors import cloud, hills, moon, pine, stars
from world.day.sounds import FLASHES
from world.day.town import TOWN
from world.day.walker import walker
from world.shapes import Fade, box, clear, curve, dim, ease, limb, mix, oval, over, rgb, trace


def night(canvas: Canvas, t: float) -> None:
    """A village under the moon, its windows lighting up; a shooting star."""
    pan = 30 * ease(t / 8)
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, 520, rgb("#070b22"), rgb("#27336b")))
    band = canvas.sheet(0.125, 3)
    band.fill(trace("-100,330 1380,-160 1380,-20 -100,470"), (26, 28, 56))
    canvas.add(band, 1.0, 46)
    stars(canvas, t)
    moon(canvas.moved(965 - pan * 0.2, 150), 54)
    _falling_star(canvas, t - 2.6)
    hills(canvas, 500, 150, rgb("#1b2450"), pan * 0.3, 3)
    hills(canvas, 560, 110, rgb("#151c42"), pan * 0.5, 6)
    for index in range(9):
        pine(
            canvas.moved(40 + index * 160 - pan * 0.6, 566 + 12 * np.sin(index * 3)),
            110 + 40 * (index % 3),
            rgb("#10183a"),
            index,
        )
    random = np.random.default_rng(5)
    for index, (x, look) in enumerate(TOWN[:9]):
        lift = 34 * np.sin(index * 1.1)
        lit = 0.12 + 0.6 * over(t, 0.2 + index * 0.35, 2.2 + index * 0.35) * random.uniform(
            0.5, 1.0
        )
        spot = canvas.moved(20 + x * 0.8 - pan, 668 - lift * 0.4, 0.66)
        house(spot, replace(look, shop=None), 1.0, lit)
        canvas.glow(20 + x * 0.8 + 50 - pan, 590 - lift * 0.4, 150, (120, 70, 24), 0.5 * lit)
    canvas.fill(
        curve(
            trace("-40,664 300,640 700,672 1000,646 1320,668 1320,760 -40,760"),
            True,
        ),
        Fade.down(640, 720, rgb("#141b3d"), rgb("#0a0f26")),
    )
    for index in range(3):
        lamp_post(canvas.moved(230 + index * 420 - pan * 1.2, 700, 0.72), 1.0)
    x = 320 + 44 * t
    night_look = canvas.moved(x, 706)
    walker(night_look, t * 5.6, t, 66)
    dark = canvas.sheet(0.5)
    walker(dark.moved(x, 706), t * 5.6, t, 66)
    canvas.shade(dark, NIGHT_BLUE, 0.55)


NIGHT_BLUE = rgb("#121a3c")


def _falling_star(canvas: Canvas, since: float) -> None:
    if not 0 < since < 0.9:
        return
    head = np.array([330 + 420 * since, 70 + 150 * since])
    for step in range(14):
        tail = head - np.array([26, 9.3]) * step
        canvas.disc(*tail, 2.8 - step * 0.17, (255, 255, 255), (1 - step / 14) * (1 - since / 0.9))
    canvas.glow(*head, 40, (200, 215, 255), 0.8 * (1 - since / 0.9))


def rain(canvas: Canvas, t: float) -> None:
    """A lit window in the rain; lightning far away, thunder after it."""
    flash = sum(
        max(0.0, 1 - abs(t - at) / 0.11) + 0.7 * max(0.0, 1 - abs(t - at - 0.24) / 0.16)
        for at in FLASHES
    )
    flash = min(1.0, flash)
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, 560, rgb("#0a0e24"), rgb("#27335f")))
    canvas.veil(rgb("#b8c6f0"), 0.55 * flash)
    if flash > 0.05:
        canvas.glow(1050, 90, 700, (170, 185, 255), flash)
    for index, (x, y, wide) in enumerate(
        ((120, 120, 520), (560, 80, 600), (1040, 130, 560), (1330, 90, 400))
    ):
        cloud(
            canvas.moved(x + 9 * t, y),
            wide,
            mix(rgb("#2a3358"), (190, 200, 240), 0.6 * flash),
            mix(rgb("#141a36"), (90, 100, 160), 0.5 * flash),
            index + 3,
        )
    hills(canvas, 540, 120, mix(rgb("#10173a"), (80, 92, 150), 0.4 * flash), 200, 4)
    _cottage(canvas.moved(640, 640, 1.0 + 0.05 * ease(t / 8)), t, flash)
    ground = Fade.down(630, 720, rgb("#1c2448"), rgb("#0d1228"))
    canvas.fill(box(-10, 632, 1300, 120), ground)
    _reflections(canvas, t)
    _drops(canvas, t)
    canvas.veil((200, 212, 255), 0.10 * flash)


def _cottage(canvas: Canvas, t: float, flash: float) -> None:
    stone = mix(rgb("#2c2f52"), (150, 160, 210), 0.45 * flash)
    roof = mix(rgb("#29284f"), (110, 118, 170), 0.45 * flash)
    canvas.fill(
        box(-330, -330, 660, 340), Fade((330, -330), (-330, 0), dim(stone, 1.1), dim(stone, 0.8))
    )
    canvas.fill(
        trace("-380,-322 -250,-500 250,-500 380,-322"),
        Fade.down(-500, -322, dim(roof, 1.2), roof),
    )
    for row in range(6):
        y = -494 + row * 30
        half = 256 + row * 22
        canvas.stroke([(-half, y), (half, y)], 2, dim(roof, 0.7), 0.7)
    canvas.fill(box(160, -560, 56, 90), dim(stone, 0.9))
    for puff in range(5):
        rise = (t * 0.22 + puff / 5) % 1
        canvas.disc(
            188 + 60 * rise + 10 * np.sin(puff + t),
            -566 - 130 * rise,
            16 + 34 * rise,
            (120, 126, 160),
            0.25 * (1 - rise),
        )
    canvas.glow(-60, -180, 460, (255, 160, 60), 0.42)
    _lit_window(canvas, t)
    canvas.fill(box(190, -200, 96, 208, 8), dim(stone, 0.6))
    canvas.fill(box(198, -192, 80, 200, 6), rgb("#5a2f2c"))
    canvas.fill(box(214, -176, 48, 60, 4), rgb("#e9a24c"))
    canvas.disc(266, -84, 4, rgb("#ffd98a"))
    canvas.glow(238, -230, 120, (255, 180, 90), 0.5)
    canvas.disc(238, -228, 9, (255, 232, 180))


def _lit_window(canvas: Canvas, t: float) -> None:
    """The walker at home with a cup of tea, the dog on the sill."""
    frame = rgb("#e9dcc3")
    canvas.fill(box(-226, -262, 332, 216, 6), dim(frame, 0.72))
    glass = box(-216, -252, 312, 196, 3)
    canvas.fill(glass, Fade.down(-252, -56, rgb("#ffd37a"), rgb("#ef9a3c")))
    canvas.within(glass, box(-216, -252, 120, 90), clear(rgb("#c9702f"), 0.35))
    for book in range(9):
        canvas.within(
            glass,
            box(-206 + book * 12, -196 - (book * 7) % 12, 9, 34 + (book * 7) % 12),
            (rgb("#9a3f2f"), rgb("#3f6f6a"), rgb("#7a4a6a"))[book % 3],
        )
    canvas.fill(limb((60, -252), (60, -214), 2, 2), rgb("#7a4a2a"))
    canvas.fill(trace("30,-188 90,-188 74,-216 46,-216"), rgb("#fff1c9"))
    canvas.glow(60, -184, 130, (255, 220, 140), 0.6)
    _at_home(canvas.moved(-20, -56), t)
    for x in (-216, 96):
        side = 1 if x < 0 else -1
        drape = curve(
            [
                (x, -252),
                (x + side * 62, -252),
                (x + side * 40, -150),
                (x + side * 14, -120),
                (x + side * 22, -56),
                (x, -56),
            ]
        )
        canvas.within(glass, drape, rgb("#b5453a"))
    canvas.stroke([(-60, -252), (-60, -56)], 6, frame)
    canvas.stroke([(-216, -168), (96, -168)], 6, frame)
    canvas.fill(box(-238, -56, 356, 14, 4), frame)


def _at_home(canvas: Canvas, t: float) -> None:
    person, pet = rgb("#7a3b22"), rgb("#6b3420")
    sip = over(t, 2.4, 3.2) - over(t, 4.2, 5.0)
    canvas.fill(curve(trace("-30,0 -34,-52 -12,-78 26,-78 48,-52 46,0")), person)
    canvas.fill(oval((8, -104), (24, 28)), person)
    canvas.fill(
        curve(trace("-16,-104 -16,-132 8,-142 34,-130 33,-108 8,-122"), True),
        dim(person, 0.75),
    )
    cup = canvas.moved(-44 + 26 * sip, -34 - 44 * sip)
    canvas.fill(limb((-18, -40), (-40 + 24 * sip, -22 - 36 * sip), 12, 9), dim(person, 0.85))
    cup.fill(box(-11, -12, 22, 20, 5), rgb("#fff1d6"))
    for index in range(2):
        steam = curve(
            [
                (-4 + index * 8, -14),
                (-8 + index * 8 + 4 * np.sin(t * 2 + index), -30),
                (-2 + index * 8, -46),
            ]
        )
        cup.stroke(steam, 2.2, (255, 250, 235), 0.55)
    dog_at = canvas.moved(-128, 0, 62)
    mask = canvas.sheet(0.5)
    dog(Canvas(mask.pixels, dog_at.matrix * 0.5), 0, t, sitting=True)
    canvas.shade(mask, pet, 1.0)


def _reflections(canvas: Canvas, t: float) -> None:
    for index, (x, wide, tint) in enumerate(
        ((580, 190, (255, 176, 84)), (876, 46, (255, 150, 70)))
    ):
        for row in range(9):
            y = 642 + row * 9
            shift = 7 * np.sin(t * 3 + row * 1.7 + index)
            canvas.fill(
                oval((x + shift, y), (wide * (1 - row * 0.05), 3.2)), tint, 0.34 - row * 0.03
            )
    random = np.random.default_rng(6)
    for _ in range(70):
        x, y, first = random.uniform(0, 1280), random.uniform(640, 716), random.uniform(0, 0.9)
        since = (t - first) % 0.9 / 0.9
        canvas.stroke(
            oval((x, y), (3 + 20 * since, 1 + 5 * since)),
            1.5,
            (170, 186, 230),
            0.5 * (1 - since),
            closed=True,
        )


def _drops(canvas: Canvas, t: float) -> None:
    random = np.random.default_rng(11)
    for depth, count, alpha in ((0.6, 130, 0.2), (1.0, 90, 0.3), (1.7, 34, 0.34)):
        sheet = canvas.sheet(0.5)
        for _ in range(count):
            x, y, speed = (
                random.uniform(-100, 1400),
                random.uniform(0, 900),
                random.uniform(900, 1150),
            )
            fall = (y + speed * depth * t) % 900 - 90
            lean = fall * 0.13
            sheet.stroke(
                [(x - lean, fall), (x - lean - 5 * depth, fall + 38 * depth)], 1.3 * depth, (255,)
            )
        canvas.shade(sheet, (190, 205, 240), alpha)
