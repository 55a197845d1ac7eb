"""The speaker: her words, her face, her hands, and the hall she speaks in."""

from collections.abc import Callable

import numpy as np
from world.canvas import Canvas
from world.faces import Face, Head, bust, hand, portrait
from world.figures import HAIRS, SKINS
from world.lecture import slides
from world.lecture.script import Talk
from world.shapes import (
    Fade,
    Type,
    box,
    clear,
    curve,
    dim,
    ease,
    limb,
    mix,
    oval,
    over,
    rgb,
    trace,
    wander,
)

SPEAKER = Head(
    skin=SKINS[1],
    hair=HAIRS[1],
    style="bun",
    glasses=True,
    lashes=True,
    lips=rgb("#b64a48"),
    iris=rgb("#4a6b4a"),
)


JACKET, BLOUSE = rgb("#2f7f7a"), rgb("#fbf3e0")


def _face(talk: Talk, time: float, turn: float = 0.0) -> Face:
    opened, wide = talk.lips(time)
    blink = max(0.0, 1 - abs((time % 3.3) - 0.1) / 0.09, 1 - abs((time % 5.9) - 3.0) / 0.09)
    return Face(
        gaze=(0.35 * wander(time * 0.6, 3) + turn * 0.4, 0.12 * wander(time * 0.5, 8)),
        blink=min(1.0, blink),
        brows=0.25 + 0.5 * max(0.0, wander(time * 0.9, 5)),
        smile=0.6 - 0.25 * opened,
        open=0.72 * opened,
        wide=wide * (1 - 0.1 * opened),
        turn=turn + 0.22 * wander(time * 0.7, 2),
    )


def _speaker(canvas: Canvas, talk: Talk, time: float, turn: float = 0.0) -> None:
    """Head and shoulders; the head is 200 units wide."""
    nod = 5 * wander(time * 1.4, 6)
    body = canvas.moved(0, 3 * np.sin(time * 1.1))
    bust(body, SPEAKER, JACKET, BLOUSE, "none")
    blouse = trace("-84,164 0,214 84,164 66,250 0,420 -66,250")
    body.fill(curve(blouse, False, 6), Fade((60, 170), (-60, 400), BLOUSE, dim(BLOUSE, 0.82)))
    for side in (-1, 1):
        lapel = [
            (side * 84, 158),
            (side * 128, 196),
            (side * 96, 300),
            (side * 6, 430),
            (side * 48, 260),
        ]
        body.fill(curve(lapel, True, 6), dim(JACKET, 0.82 if side < 0 else 0.95))
    body.disc(66, 330, 13, slides.HONEY)
    head = body.moved(4 * wander(time * 0.8, 4), nod, turn=0.035 * wander(time * 1.1, 9))
    head.fill(
        oval((36, -176), (52, 46)),
        Fade((60, -200), (0, -140), dim(SPEAKER.hair, 1.15), dim(SPEAKER.hair, 0.8)),
    )
    portrait(head, SPEAKER, _face(talk, time, turn))


def _gesture(canvas: Canvas, talk: Talk, time: float, side: int, base) -> None:
    """A forearm with an open hand that beats time to the words."""
    level = np.mean([talk.lips(time + shift)[0] for shift in np.linspace(-0.5, 0.1, 7)])
    lift = 60 * level + 26 * wander(time * 1.2, side + 11)
    rest = 300 * ease(0.5 - 0.9 * side * np.sin(time * 0.9 + 0.6)) if side else 0.0
    elbow = np.add(base, (0.0, rest))
    palm = elbow + np.array([side * (-26 - 16 * wander(time * 0.9, side)), -205 - lift])
    canvas.fill(
        limb(elbow, elbow + (palm - elbow) * 0.72, 66, 44),
        Fade(tuple(palm), tuple(elbow), dim(JACKET, 0.98), dim(JACKET, 0.7)),
    )
    canvas.fill(limb(elbow + (palm - elbow) * 0.74, palm, 31, 27), dim(SPEAKER.skin, 0.9))
    hand(
        canvas,
        palm - (0, 40),
        side * 0.18 + 0.14 * wander(time * 1.6, side + 3),
        0.88,
        SPEAKER.skin,
        -side,
    )


def _corner(canvas: Canvas, talk: Talk, time: float) -> None:
    """The speaker in a round window at the lower right."""
    window = canvas.sheet(1.0, 3)
    ring = oval((1160, 592), (98, 98))
    window.fill(ring, Fade((1160, 490), (1160, 690), rgb("#ffd98f"), rgb("#e99a3a")))
    _speaker(window.moved(1160, 604, 0.45), talk, time, -0.25)
    mask = canvas.sheet(1.0)
    mask.fill(ring, (255,))
    shadow = canvas.sheet(0.25)
    shadow.fill(np.add(ring, (0, 10)), (255,))
    canvas.shade(shadow, (70, 35, 5), 0.35, 9)
    canvas.stencil(window, mask)
    canvas.stroke(ring, 8, (255, 252, 244), closed=True)


def slide_shot(canvas: Canvas, t: float, slide: Callable, talk: Talk, start: float) -> None:
    slide(canvas, t)
    _corner(canvas, talk, start + t)


def close(canvas: Canvas, t: float, talk: Talk, start: float) -> None:
    canvas.fill(box(0, 0, 1280, 720), Fade.down(0, 720, rgb("#3b2b3f"), rgb("#6d4630")))
    screen = canvas.moved(610, 40, 0.62)
    slides.title(screen, 9)
    for index in range(26):
        x, y = (index * 197) % 1300, (index * 83) % 560
        canvas.disc(x, y, 16 + index % 5 * 5, (255, 190, 100), 0.10)
    canvas.defocus(9)
    canvas.glow(1000, 200, 620, (110, 74, 30), 0.55)
    push = 1.08 + 0.07 * ease(t / 6)
    spot = canvas.moved(600 + 6 * wander(t * 0.5, 1), 318, push)
    _speaker(spot, talk, start + t)
    _gesture(spot, talk, start + t, -1, (-262, 440))
    _gesture(spot, talk, start + t, 1, (268, 450))
    name = over(t, 0.4, 1.0) - over(t, 4.2, 4.8)
    tag = canvas.moved(84 - 500 * (1 - name), 590)
    tag.fill(box(0, 0, 380, 82, 14), clear((30, 18, 12), 0.82))
    tag.fill(box(0, 0, 9, 82, 4), slides.HONEY)
    tag.text((30, 38), "Dr Mara Lind", Type(31, "Quicksand-Bold"), slides.CREAM)
    tag.text(
        (30, 68), "studies bees and their language", Type(20, "IBMPlexSans-Regular"), rgb("#f0d9ae")
    )


def hall(canvas: Canvas, t: float, slide: Callable, talk: Talk, place: tuple[float, float]) -> None:
    """The lecture hall: a lit screen, the speaker at her desk, listeners in front."""
    start, push = place
    move = ease(t / 9) * push
    view = canvas.moved(640, 360, 1 + 0.07 * move).moved(-640 - 30 * move, -360)
    view.fill(box(-80, -80, 1440, 900), Fade.down(0, 720, rgb("#2c2440"), rgb("#4b3140")))
    for index in range(9):
        x = -60 + index * 165
        view.fill(box(x, -80, 150, 720), Fade.down(0, 640, rgb("#3a2e50"), rgb("#50364a")))
    view.fill(box(-80, 590, 1440, 230), Fade.down(590, 720, rgb("#6a4a44"), rgb("#3b2a2e")))
    light = canvas.sheet(0.125, 3)
    light.glow(800, 300, 720, (120, 98, 66), 0.75)
    canvas.add(light, 1.0, 10)
    view.fill(box(438, 66, 760, 440, 8), rgb("#1d1726"))
    shown, mask = canvas.sheet(1.0, 3), canvas.sheet(1.0)
    lit = Canvas(shown.pixels, view.matrix).moved(450, 78, 0.575)
    slide(lit, t)
    Canvas(mask.pixels, view.matrix).fill(box(450, 78, 736, 414), (255,))
    canvas.stencil(shown, mask)
    view.fill(box(430, 56, 776, 12, 6), rgb("#191322"))
    lamp = canvas.sheet(0.125, 3)
    lamp.fill(trace("440,506 1196,506 1310,680 330,680"), (46, 36, 20))
    canvas.add(lamp, 1.0, 26)
    _desk(view, talk, start + t)
    _listeners(view, t)


def title(canvas: Canvas, t: float) -> None:
    slides.title(canvas, t + 0.9)  # words from the first frame on: it is the clip's poster


def _desk(canvas: Canvas, talk: Talk, time: float) -> None:
    canvas.fill(oval((246, 640), (170, 22)), clear((15, 8, 14), 0.5))
    spot = canvas.moved(240, 296, 0.66)
    _speaker(spot, talk, time, 0.35)
    _gesture(spot, talk, time, 1, (236, 340))
    canvas.fill(
        trace("62,470 412,470 390,660 84,660"),
        Fade((62, 0), (412, 0), rgb("#5c3a2a"), rgb("#9a6a42")),
    )
    canvas.fill(box(46, 456, 384, 24, 8), Fade((46, 0), (430, 0), rgb("#7a5036"), rgb("#c08a58")))
    canvas.fill(slides.HEX * 38 + (240, 560), rgb("#e7a53a"))
    canvas.fill(slides.HEX * 27 + (240, 560), rgb("#f7c568"))
    canvas.stroke(curve([(150, 458), (146, 420), (168, 396)]), 5, rgb("#221a24"))
    canvas.disc(170, 394, 8, rgb("#221a24"))


def _listeners(canvas: Canvas, t: float) -> None:
    """Heads and shoulders from behind, dark against the light."""
    random = np.random.default_rng(3)
    for row, (y, size, tone) in enumerate(((640, 0.8, "#33233a"), (718, 1.12, "#1c1422"))):
        for index in range(10 - row * 2):
            x = -30 + index * (150 + row * 46) + random.uniform(-22, 22) + row * 60
            sway = 3 * wander(t * 0.5 + index * 3, row * 7 + index)
            spot = canvas.moved(x + sway, y, size)
            paint = rgb(tone)
            rim = mix(paint, (255, 205, 130), 0.34 if row == 0 else 0.22)
            spot.fill(box(-64, 34, 128, 170, 52), rim)
            spot.fill(box(-65, 37, 128, 170, 52), paint)
            hair = int(random.integers(3))
            spot.fill(oval((1.5, -2), (33, 39)), rim)
            spot.fill(oval((0, 0), (33, 39)), paint)
            if hair == 0:
                spot.fill(oval((0, -38), (15, 14)), paint)
            elif hair == 1:
                spot.fill(
                    curve(trace("-36,-6 -34,42 0,56 34,42 36,-6 0,-40"), True),
                    paint,
                )
