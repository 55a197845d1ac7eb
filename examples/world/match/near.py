"""The near pictures of the game: the keeper, the scorer, the referee, the fans."""

import numpy as np
from world.canvas import Canvas
from world.faces import Face, Head, bust, hand, portrait
from world.figures import HAIRS, SKINS
from world.match.fans import AWAY, HOME, bokeh, confetti, fans
from world.match.play import FOX
from world.match.stadium import GOLD, NIGHT
from world.match.wide import light
from world.shapes import Fade, Type, box, curve, dim, ease, limb, mix, oval, over, pop, rgb, wander

KEEPER = Head(
    skin=SKINS[2], hair=HAIRS[0], style="short", beard=True, light=1.0, iris=rgb("#3d2a18")
)


SCORER = Head(skin=SKINS[3], hair=HAIRS[4], style="curly", light=-1.0, iris=rgb("#2e1c12"))
JUDGE = Head(
    skin=SKINS[0],
    hair=HAIRS[1],
    style="side",
    light=-1.0,
    glow=(226, 236, 255),
    iris=rgb("#4b6a7a"),
)


def keeper(canvas: Canvas, t: float) -> None:
    canvas.fill(box(0, 0, 1280, 720), Fade.down(0, 720, rgb("#b9875e"), rgb("#5f7f3f")))
    bokeh(canvas, HOME, 41, t, 0.6)
    canvas.defocus(7)
    net = (244, 240, 228)
    sway = 6 * wander(t * 0.7, 3)
    for index in range(26):
        x = -40 + index * 56
        bend = curve([(x + sway, -20), (x - 6 + sway * 0.5, 360), (x + 10, 740)])
        canvas.stroke(bend, 2.2, net, 0.4)
        y = -20 + index * 48
        canvas.stroke(curve([(-10, y), (640, y + 22 + sway), (1290, y)]), 2.2, net, 0.4)
    canvas.defocus(2.2)
    breath = 5 * np.sin(t * 3.4)
    push = 1.22 + 0.1 * ease(t / 3)
    spot = canvas.moved(640 + 10 * wander(t, 2), 330 + breath, push, turn=0.02 * wander(t * 1.2, 5))
    bust(spot.moved(0, 6), KEEPER, rgb("#f7c531"), rgb("#7a5a08"))
    track = np.interp(t, [0, 0.7, 1.3, 2.0, 2.6, 3.2], [-0.8, -0.7, 0.1, 0.2, 0.8, 0.9])
    blink = 1.0 if abs(t - 1.0) < 0.08 else 0.0
    frown = 0.5 + 0.3 * over(t, 1.2, 2.4)
    shout = over(t, 2.0, 2.2) * (0.6 + 0.2 * np.sin(t * 14))
    portrait(
        spot,
        KEEPER,
        Face(
            gaze=(track, 0.05),
            blink=blink,
            frown=frown,
            smile=-0.25,
            open=0.12 + shout,
            wide=0.95,
            turn=track * 0.5,
        ),
    )
    rise = 90 * (1 - over(t, 0.2, 1.0))
    for side in (-1, 1):
        glove = canvas.moved(
            640 + side * (395 + 12 * wander(t * 1.5, side + 4)),
            590 + rise + 10 * np.sin(t * 3.4 + side),
            1.15,
            turn=side * 0.12,
            flip=side,
        )
        _glove(glove)
    light(canvas, GOLD, t)


def _glove(canvas: Canvas) -> None:
    """A keeper's glove, palm forward, the thumb to the left."""
    skin, dark = rgb("#f4f1ea"), rgb("#c9c2b2")
    canvas.fill(limb((0, 220), (0, 60), 54, 48), rgb("#f7c531"))
    canvas.fill(box(-52, 46, 104, 44, 16), rgb("#ef4e3a"))
    for index, (x, lean, long) in enumerate(
        ((-40, -0.2, 82), (-14, -0.06, 96), (14, 0.07, 92), (40, 0.22, 76))
    ):
        tip = (x + np.sin(lean) * long, -34 - np.cos(lean) * long)
        canvas.fill(limb((x, -20), tip, 19, 17), skin if index % 2 else mix(skin, dark, 0.25))
    canvas.fill(limb((-46, 30), (-96, -14), 22, 18), skin)
    palm = box(-60, -40, 120, 96, 34)
    canvas.fill(palm, Fade((50, -40), (-50, 60), skin, dark))
    canvas.fill(box(-40, -20, 80, 54, 22), mix(rgb("#2fb58a"), skin, 0.15))


def scorer(canvas: Canvas, t: float) -> None:
    canvas.fill(box(0, 0, 1280, 720), Fade.down(0, 720, rgb("#e9a66a"), rgb("#8c6b4a")))
    bokeh(canvas, HOME, 17, t, 0.8)
    canvas.defocus(8)
    canvas.glow(200, 60, 620, (255, 206, 130), 0.55)
    confetti(canvas, t + 1, HOME, 9)
    canvas.defocus(1.4)
    run = 26 * np.sin(t * 7.2)
    for side in (-1, 1):
        shoulder = np.array([640 + side * 262.0, 720 + run * 0.4])
        reach = np.array([side * (190 + 30 * np.sin(t * 4 + side)), -430 + 30 * np.sin(t * 5)])
        elbow = shoulder + reach * 0.5 + (side * 40, 0)
        palm = shoulder + reach
        canvas.fill(
            limb(elbow, palm, 46, 32),
            Fade(tuple(palm), tuple(elbow), SCORER.skin, dim(SCORER.skin, 0.7)),
        )
        hand(canvas, palm - (0, 30), side * 0.3 + 0.1 * np.sin(t * 5), 1.15, SCORER.skin, -side)
        canvas.fill(limb(shoulder, elbow, 84, 58), dim(FOX.shirt, 0.85))
    spot = canvas.moved(640, 372 + run * 0.5, 1.12, turn=0.05 * np.sin(t * 3.6))
    bust(spot, SCORER, FOX.shirt, FOX.legs)
    spot.text((0, 392), "9", Type(120, anchor="m"), FOX.legs)
    joy = Face(
        gaze=(0.2 * np.sin(t * 2), -0.2),
        blink=0.25 + 0.5 * (np.sin(t * 3.1) > 0.75),
        brows=0.8,
        smile=1.0,
        open=0.75 + 0.25 * np.sin(t * 8),
        wide=1.15,
        turn=0.35 * np.sin(t * 1.8),
    )
    portrait(spot, SCORER, joy)
    confetti(canvas.moved(640, 360, 1.7).moved(-640, -360), t + 2, HOME, 10)
    light(canvas, GOLD, t)


def referee(canvas: Canvas, t: float) -> None:
    canvas.fill(box(0, 0, 1280, 720), Fade.down(0, 720, rgb("#141b42"), rgb("#2d6a4c")))
    bokeh(canvas, AWAY, 23, t, 0.45)
    canvas.defocus(8)
    canvas.glow(180, 40, 560, (180, 205, 255), 0.6)
    blow = over(t, 0.12, 0.22) * (1 - over(t, 0.9, 1.1))
    spot = canvas.moved(610 + 8 * wander(t, 7), 352, 1.14 + 0.04 * ease(t / 2.6), turn=-0.03 * blow)
    bust(spot, JUDGE, rgb("#262833"), rgb("#f2c230"), "shirt")
    face = Face(
        gaze=(0.5, 0.0),
        blink=0.1 + 0.35 * blow,
        frown=0.75,
        brows=0.1,
        smile=-0.35,
        open=0.05 + 0.22 * over(t, 1.3, 1.5) * abs(np.sin(t * 9)),
        wide=1.0 - 0.42 * blow,
        turn=0.3,
    )
    portrait(spot, JUDGE, face)
    if blow > 0.02:
        for side in (-1, 1):
            spot.glow(side * 60 + 12, 70, 46, (90, 40, 30), 0.5 * blow)
    lift = 1 - over(t, 0.95, 1.2)
    _whistle(
        canvas.moved(
            618 + 60 * (1 - over(t, -0.2, 0.1)),
            456 + 320 * (1 - lift),
            1.0,
            turn=0.04 * np.sin(t * 70) * blow,
        ),
        blow,
    )
    _card(canvas, over(t, 1.25, 1.6), t)
    light(canvas, NIGHT, t)


def _whistle(canvas: Canvas, blow: float) -> None:
    canvas.fill(limb((120, 400), (74, 190), 92, 70), rgb("#2d303d"))
    canvas.fill(limb((74, 180), (46, 44), 50, 38), dim(JUDGE.skin, 0.92))
    metal = Fade((0, -30), (0, 40), rgb("#f3f4f8"), rgb("#7d8496"))
    canvas.fill(box(-14, -16, 96, 26, 6), metal)
    canvas.fill(oval((72, 12), (40, 38)), metal)
    canvas.fill(oval((72, 12), (17, 16)), rgb("#3a3f4f"))
    canvas.fill(box(28, -20, 26, 10, 3), rgb("#2a2e3c"))
    for x, y in ((6, 40), (34, 52), (66, 58), (98, 44)):
        canvas.fill(oval((x, y), (21, 19), 0.3), dim(JUDGE.skin, 0.97))
    for ring in range(3):
        reach = 60 + ring * 34
        arc = np.linspace(-0.5, 0.5, 14) - 0.9
        line = np.stack([92 + reach * np.cos(arc + 0.75), -4 + reach * np.sin(arc + 0.75)], 1)
        canvas.stroke(line, 5, (255, 255, 255), 0.75 * blow)


def _card(canvas: Canvas, rise: float, t: float) -> None:
    if rise <= 0:
        return
    hand = canvas.moved(985, 760 - 500 * pop(rise), 1.15, turn=0.1 + 0.03 * np.sin(t * 5))
    hand.fill(limb((-90, 560), (-10, 60), 74, 50), rgb("#262833"))
    hand.fill(limb((-14, 90), (-4, 20), 46, 44), JUDGE.skin)
    hand.fill(
        box(-62, -208, 124, 176, 10), Fade((60, -200), (-60, -30), rgb("#ffe14a"), rgb("#eab308"))
    )
    hand.fill(box(-54, -26, 108, 70, 34), JUDGE.skin)
    for index in range(4):
        hand.fill(
            limb((-40 + index * 27, 10), (-42 + index * 28, -66), 15, 13),
            mix(JUDGE.skin, (255, 255, 255), 0.06 * index),
        )
    hand.fill(limb((54, 24), (40, -50), 17, 14), dim(JUDGE.skin, 0.9))


def home_fans(canvas: Canvas, t: float) -> None:
    fans(canvas, HOME, t, 2, night=False)
    confetti(canvas, t, HOME, 5)
    light(canvas, GOLD, t)


def away_fans(canvas: Canvas, t: float) -> None:
    fans(canvas, AWAY, t + 5, 6, night=True)
    confetti(canvas, t, AWAY, 7)
    light(canvas, NIGHT, t)
