"""The town in the morning."""

import numpy as np
from world.canvas import Canvas
from world.day.animals import bird
from world.day.houses import House, bunting, house, lamp_post, tram
from world.day.outdoors import cloud, hills, tree
from world.day.walker import shadow, walker
from world.figures import HAIRS, SKINS, Look, figure, walking
from world.shapes import Fade, box, curve, dim, ease, limb, oval, rgb, trace

WALLS = (
    "#e98a6b",
    "#f2c879",
    "#7fb7ad",
    "#f4e3c5",
    "#d9736a",
    "#8fa9cf",
    "#e8b4a0",
    "#a9c28b",
    "#f0a868",
)


ROOFS = ("#8f4636", "#6d4a52", "#a5583d", "#4f5a70")


def _row(seed: int, count: int) -> list[tuple[float, House]]:
    """Houses side by side: where each starts, and what it looks like."""
    random = np.random.default_rng(seed)
    houses, x = [], 0.0
    for index in range(count):
        wide = float(random.choice([128, 150, 168, 190]))
        look = House(
            wide=wide,
            high=float(random.choice([236, 262, 290, 318])),
            wall=rgb(WALLS[(index * 4 + seed) % len(WALLS)]),
            roof=rgb(ROOFS[int(random.integers(4))]),
            top=("gable", "step", "hip", "gable", "flat")[int(random.integers(5))],
            floors=3,
            columns=2 if wide < 140 else 3,
            shop=rgb(("#d8432f", "#2f7f7a", "#e0a030", "#5a6fb0")[int(random.integers(4))])
            if random.random() < 0.6
            else None,
            shutters=rgb(("#4f7f6a", "#5f7fa8", "#9a5a48")[int(random.integers(3))])
            if random.random() < 0.4
            else None,
            seed=index + seed * 10,
        )
        houses.append((x, look))
        x += wide + 2
    return houses


TOWN, BACK = _row(3, 14), _row(8, 16)


def _morning_sky(canvas: Canvas, t: float, pan: float) -> None:
    canvas.fill(box(-10, -10, 1300, 330), Fade.down(0, 300, rgb("#5cb1ee"), rgb("#cfe9f6")))
    canvas.fill(box(-10, 300, 1300, 440), Fade.down(300, 500, rgb("#cfe9f6"), rgb("#ffcf9f")))
    canvas.glow(1040 - pan * 0.05, 210, 520, (255, 150, 60), 0.2)
    canvas.disc(1040 - pan * 0.05, 210, 44, rgb("#fff3c9"))
    for index, (x, y, wide) in enumerate(
        ((150, 130, 240), (520, 90, 170), (820, 150, 260), (1240, 100, 200))
    ):
        cloud(canvas.moved(x + t * 5 - pan * 0.06, y), wide, (255, 252, 244), rgb("#f4c9a6"), index)
    hills(canvas, 470, 90, rgb("#b7c7d4"), pan * 0.1, 2)
    spire = canvas.moved(470 - pan * 0.14, 470)
    spire.fill(box(-34, -170, 68, 170), rgb("#a9aebf"))
    spire.fill([(-42, -168), (42, -168), (0, -300)], rgb("#8f9db5"))
    spire.disc(0, -128, 17, rgb("#dfe3ea"))
    dome = canvas.moved(930 - pan * 0.14, 470)
    dome.fill(box(-60, -84, 120, 84), rgb("#b5b6c4"))
    dome.fill(oval((0, -84), (58, 54)), rgb("#93b0b4"))
    dome.fill(limb((0, -134), (0, -170), 5, 2), rgb("#93b0b4"))


def _pigeons(canvas: Canvas, t: float, start: float) -> None:
    random = np.random.default_rng(2)
    for _ in range(13):
        x, y, speed = random.uniform(-60, 300), random.uniform(420, 520), random.uniform(110, 170)
        since = max(0.0, t - start - random.uniform(0, 0.4))
        spot = canvas.moved(
            x + since * speed * 1.7, y - since * speed * 0.75 + 12 * np.sin(since * 3 + x)
        )
        if since > 0:
            bird(spot, t * 2.2 + x, rgb("#eef0f5"), 17)


def town(canvas: Canvas, t: float) -> None:
    """The square in the morning, the tram passing; the camera pans to the right."""
    pan = 60 + 210 * ease((t + 1) / 9.5)
    _morning_sky(canvas, t, pan)
    for x, look in BACK:
        far = canvas.moved(x * 0.62 - pan * 0.32 - 60, 512, 0.62)
        house(far, look)
    canvas.veil(rgb("#ffe3bd"), 0.38)
    canvas.fill(box(-10, 500, 1300, 240), Fade.down(500, 720, rgb("#d8b58f"), rgb("#b28e74")))
    for index in range(5):
        tree(canvas.moved(60 + index * 330 - pan * 0.6, 566), 190, rgb("#7fa65a"), t, index)
    for x, look in TOWN:
        near = canvas.moved(x * 0.98 - pan * 0.8 - 90, 586, 0.98)
        house(near, look)
    canvas.fill(box(-10, 584, 1300, 160), Fade.down(584, 720, rgb("#cfae92"), rgb("#8f7468")))
    for line in range(-2, 16):
        x = line * 120 - (pan * 1.05) % 120
        canvas.stroke([(x + 60, 588), (x - 60, 720)], 2, (110, 86, 80), 0.35)
    for y in (622, 640):
        canvas.stroke([(0, y), (1280, y)], 4, rgb("#6d5f66"))
        canvas.stroke([(0, y - 1.5), (1280, y - 1.5)], 1.4, rgb("#d9cfc8"))
    canvas.stroke([(0, 430), (1280, 424)], 1.6, rgb("#5d5660"))
    _passers(canvas, t, pan)
    rolling = -760 + 300 * max(0.0, t - 0.6)
    tram(canvas.moved(rolling, 636, 1.0), t, 300)
    for index in range(4):
        lamp_post(canvas.moved(80 + index * 430 - pan * 1.15, 676, 1.25))
    _walk_on(canvas, t, pan)
    bunting(canvas, (-40 - pan * 0.5, 96), (620 - pan * 0.5, 60), t, 1)
    bunting(canvas, (620 - pan * 0.5, 60), (1420 - pan * 0.5, 120), t, 3)
    _pigeons(canvas, t, 3.2)
    _sunlight(canvas, t)


def _walk_on(canvas: Canvas, t: float, pan: float) -> None:
    x = 200 + 62 * t
    shadow(canvas, x, 700, 62)
    shadow(canvas, x + 84, 700, 40)
    walker(canvas.moved(x, 700), t * 6.1, t, 92)


PEOPLE = tuple(
    Look(
        skin=SKINS[i % 5],
        hair=HAIRS[(i * 2) % 6],
        shirt=rgb(("#5a78c0", "#d9736a", "#f4e3c5", "#7fb7ad", "#b65a8a", "#e0a030")[i % 6]),
        legs=rgb(("#3b4f6b", "#5b4a44", "#2f3a4a")[i % 3]),
        boots=rgb("#3a2c2a"),
        trousers=i % 3 != 1,
        socks=SKINS[i % 5],
        skirt=i % 3 == 1,
        sleeves=True,
        style=("short", "long", "bun", "curly", "short", "hat")[i % 6],
        coat=rgb("#6a5a8a") if i % 4 == 3 else None,
    )
    for i in range(12)
)


def _passers(canvas: Canvas, t: float, pan: float) -> None:
    for index in range(8):
        way = 1 if index % 3 else -1
        pace = 38 + index * 4
        x = (index * 190 + way * pace * t * 1.25 - pan * 0.85) % 1500 - 110
        shadow(canvas, x, 600 + index % 3 * 4, 40, 0.22)
        figure(
            canvas.moved(x, 600 + index % 3 * 4, 60, flip=way),
            PEOPLE[index],
            walking(t * 6 + index * 2),
        )


def _sunlight(canvas: Canvas, t: float) -> None:
    beams = canvas.sheet(0.125, 3)
    for index in range(4):
        x = 1060 + index * 60
        beams.fill(
            [(x, 120), (x + 30, 120), (x - 700 + index * 130, 760), (x - 900 + index * 130, 760)],
            (26, 17, 6),
        )
    beams.glow(1120, 180, 640, (64, 32, 6), 0.34)
    canvas.add(beams, 1.0, 30)


def street(canvas: Canvas, t: float) -> None:
    """Along the shops, level with the walker; things near the lens rush by."""
    pan = 560 + 92 * t
    canvas.fill(box(-10, -10, 1300, 740), Fade.down(0, 400, rgb("#9fd0ea"), rgb("#ffe9c8")))
    for x, look in BACK:
        house(canvas.moved(x * 0.8 - pan * 0.35, 470, 0.8), look)
    canvas.veil(rgb("#ffe3bd"), 0.4)
    canvas.defocus(1.2)
    for x, look in TOWN:
        house(canvas.moved(x * 1.62 - pan * 1.0, 588, 1.62), look)
    canvas.fill(box(-10, 586, 1300, 150), Fade.down(586, 720, rgb("#d9bb9f"), rgb("#967a6b")))
    canvas.fill(box(-10, 586, 1300, 7), rgb("#f1dcc2"))
    for line in range(-2, 14):
        x = line * 130 - (pan * 1.1) % 130
        canvas.stroke([(x + 40, 594), (x - 60, 720)], 2.4, (120, 94, 86), 0.4)
    _stall(canvas.moved(1240 - (pan - 560) * 1.0, 606), t)
    _cafe(canvas.moved(560 - (pan - 560) * 1.0, 612), t)
    for index, (x0, way) in enumerate(((1180, -1), (1500, -1), (330, 1), (1820, -1))):
        x = x0 + way * 70 * t - (pan - 560)
        shadow(canvas, x, 640, 84)
        figure(canvas.moved(x, 640, 128, flip=way), PEOPLE[index + 4], walking(t * 6.4 + index))
    shadow(canvas, 520, 682, 110)
    shadow(canvas, 660, 682, 70)
    walker(canvas.moved(520 + 14 * np.sin(t * 0.6), 682), t * 6.3, t, 158)
    bunting(canvas, (-200 - (pan % 700), 70), (500 - (pan % 700), 40), t, 2)
    bunting(canvas, (500 - (pan % 700), 40), (1200 - (pan % 700), 80), t, 0)
    bunting(canvas, (1200 - (pan % 700), 80), (1950 - (pan % 700), 40), t, 4)
    _near_leaves(canvas, pan, t)
    _sunlight(canvas, t)


def _stall(canvas: Canvas, t: float) -> None:
    for index in range(9):
        paint = rgb("#2f7f7a") if index % 2 else rgb("#fff6e6")
        canvas.fill(
            [
                (-150 + index * 34, -230),
                (-116 + index * 34, -230),
                (-118 + index * 38 - 10, -180),
                (-156 + index * 38 - 10, -180),
            ],
            paint,
        )
    for x in (-140, 140):
        canvas.stroke([(x, -190), (x, 0)], 7, rgb("#7a5036"))
    figure(canvas.moved(10, -6, 128, flip=-1), PEOPLE[2], walking(0.5, 0.3 + 0.1 * np.sin(t * 3)))
    canvas.fill(box(-150, -92, 300, 92, 6), Fade((0, -92), (0, 0), rgb("#b97f4e"), rgb("#7f5233")))
    for tray in range(4):
        tint = (rgb("#e4572e"), rgb("#f2b632"), rgb("#7fae4c"), rgb("#b5477e"))[tray]
        for fruit in range(9):
            canvas.disc(
                -134 + tray * 74 + (fruit % 5) * 13,
                -100 - (fruit // 5) * 10,
                8.5,
                dim(tint, 0.85 + 0.05 * (fruit % 4)),
            )


def _cafe(canvas: Canvas, t: float) -> None:
    for index, x in enumerate((-70, 110)):
        seat = canvas.moved(x, 0)
        seat.stroke([(0, 0), (0, -66)], 5, rgb("#4a4450"))
        seat.fill(oval((0, -68), (44, 8)), rgb("#f4ead6"))
        seat.fill(box(-12, -86, 14, 15, 4), rgb("#fffaf0"))
        steam = curve(
            [(-5, -90), (-9 + 3 * np.sin(t * 2), -104), (-3, -118 - 4 * np.sin(t * 1.4 + index))]
        )
        seat.stroke(steam, 2.4, (255, 255, 255), 0.5)
    pole = canvas.moved(20, 0)
    pole.stroke([(0, 0), (0, -230)], 6, rgb("#e9dcc3"))
    pole.fill(curve(trace("-130,-190 -70,-236 0,-252 70,-236 130,-190")), rgb("#d8432f"))
    pole.fill(trace("-44,-190 -24,-244 24,-244 44,-190"), rgb("#fff1d6"))


def _near_leaves(canvas: Canvas, pan: float, t: float) -> None:
    near = canvas.sheet(0.5)
    for index in range(4):
        x = 300 + index * 620 - (pan - 560) * 2.4
        for blob in range(12):
            angle = blob * 2.4 + index
            near.fill(
                oval(
                    (
                        x + 60 * np.cos(angle) * (blob / 12 + 0.3),
                        730 + 46 * np.sin(angle * 1.7) - blob * 3,
                    ),
                    (34, 13),
                    angle,
                ),
                (255,),
            )
    canvas.shade(near, rgb("#2f4a2c"), 0.9, 7)
