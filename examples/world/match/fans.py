"""People who came to watch, seen from near: rows of them, their flags, lights and paper."""

from functools import lru_cache

import numpy as np
from world.canvas import Canvas
from world.faces import Face, Head, bust, hand, portrait
from world.figures import HAIRS, SKINS
from world.shapes import (
    CIRCLE,
    Fade,
    box,
    clear,
    curve,
    dim,
    limb,
    mix,
    oval,
    rgb,
    star,
    trace,
    wander,
)

HOME = tuple(
    rgb(code) for code in ("#ef4e3a", "#ef4e3a", "#c93a2c", "#fbf3e6", "#f2b632", "#ef4e3a")
)


AWAY = tuple(
    rgb(code) for code in ("#f7f8fb", "#27407f", "#f7f8fb", "#3f63b5", "#dfe6f5", "#27407f")
)


def fan(canvas: Canvas, colours, seed: int, time: float, joy: float) -> None:
    """One of many: a body, a head, arms that go up; the head is 60 units wide."""
    random = np.random.default_rng(seed)
    skin, hair = SKINS[int(random.integers(5))], HAIRS[int(random.integers(6))]
    shirt = colours[int(random.integers(len(colours)))]
    speed, phase = random.uniform(6, 8.5), random.uniform(0, 6.3)
    bounce = abs(np.sin(time * speed + phase)) * 34 * joy
    spot = canvas.moved(0, -bounce, turn=0.05 * np.sin(time * 3 + phase))
    raised = joy * (0.75 + 0.25 * np.sin(time * speed * 0.5 + phase))
    for side in (-1, 1):
        shoulder = np.array([side * 40.0, 52.0])
        angle = side * (0.3 + 2.45 * raised + 0.25 * np.sin(time * speed + phase + side))
        elbow = shoulder + 46 * np.array([np.sin(angle), np.cos(angle)])
        hand = elbow + 44 * np.array([np.sin(angle * 1.06), np.cos(angle * 1.06)])
        spot.fill(limb(elbow, hand, 10, 8), skin)
        spot.fill(oval(hand, (11, 12)), skin)
        spot.fill(limb(shoulder, elbow, 15, 12), dim(shirt, 0.88))
    body = curve(trace("-50,50 -24,36 24,36 50,50 58,190 -58,190"), True)
    spot.fill(body, Fade.down(36, 180, shirt, dim(shirt, 0.6)))
    spot.fill(box(-10, 20, 20, 24, 8), dim(skin, 0.8))
    if random.random() < 0.5:
        stripe = colours[0] if shirt != colours[0] else (250, 244, 232)
        spot.fill(curve(trace("-34,36 0,48 34,36 34,52 0,64 -34,52"), True), stripe)
    spot.fill(oval((0, 0), (30, 37)), Fade((24, -20), (-26, 24), skin, dim(skin, 0.8)))
    cut = trace("-31,4 -33,-20 -16,-42 14,-43 33,-22 31,2 24,-14 0,-22 -22,-14")
    spot.fill(curve(cut, True), hair)
    for side in (-1, 1):
        spot.fill(oval((side * 11, -2), (3.2, 3.8)), (35, 24, 26))
    spot.fill(
        curve([(-12, 13), (0, 11), (12, 13), (7, 22 + 5 * joy), (-7, 22 + 5 * joy)], True),
        rgb("#5a1c24"),
    )
    spot.fill(box(-8, 12.5, 16, 4, 2), (252, 248, 240))


@lru_cache(maxsize=4)
def _faces(seed: int) -> list[Head]:
    random = np.random.default_rng(seed)
    styles = ["short", "curly", "side", "bun", "long", "cap", "short"]
    heads = []
    for index in range(7):
        long = styles[index] in ("bun", "long")
        heads.append(
            Head(
                skin=SKINS[int(random.integers(5))],
                hair=HAIRS[int(random.integers(5))],
                style=styles[index],
                beard=not long and random.random() < 0.3,
                glasses=random.random() < 0.2,
                light=1.0,
                lashes=long,
                lips=rgb("#b8413c") if long else None,
            )
        )
    return heads


def _near_fan(canvas: Canvas, head: Head, colours, index: int, time: float) -> None:
    """A fan in the front row with a whole face, shouting for joy."""
    phase = index * 2.1
    bounce = abs(np.sin(time * 6.6 + phase)) * 60
    spot = canvas.moved(0, -bounce, turn=0.06 * np.sin(time * 3.3 + phase))
    shirt = colours[(index * 2) % len(colours)]
    for side in (-1, 1):
        angle = side * (2.55 + 0.22 * np.sin(time * 6.6 + phase + side))
        shoulder = np.array([side * 205.0, 240.0])
        elbow = shoulder + 190 * np.array([np.sin(angle), np.cos(angle)])
        palm = elbow + 180 * np.array([np.sin(angle * 1.05), np.cos(angle * 1.05)])
        spot.fill(
            limb(elbow, palm, 38, 28),
            Fade(tuple(palm), tuple(elbow), head.skin, dim(head.skin, 0.75)),
        )
        hand(spot, palm, np.pi - angle * 1.05, 0.95, head.skin, -side)
        spot.fill(limb(shoulder, elbow, 62, 46), dim(shirt, 0.85))
    trim = colours[1] if shirt != colours[1] else colours[0]
    bust(spot, head, shirt, trim)
    _scarf(spot, colours)
    shout = 0.75 + 0.25 * np.sin(time * 9 + phase)
    look = Face(
        gaze=(0.5 * np.sin(time + phase), 0.2),
        blink=1.0 if (time * 0.7 + phase) % 2.2 < 0.1 else 0.12,
        brows=0.9,
        smile=0.9,
        open=shout,
        wide=1.15,
        turn=0.35 * np.sin(time * 1.3 + phase),
    )
    portrait(spot, head, look)


def _scarf(canvas: Canvas, colours) -> None:
    for index in range(7):
        left = -105 + index * 30
        part = [
            (left, 150 + 8 * abs(index - 3) * -1 + 20),
            (left + 30, 150 - 8 * abs(index - 2) + 20),
        ]
        low = [(left + 30, part[1][1] + 44), (left, part[0][1] + 44)]
        canvas.fill(
            [*part, *low], colours[0] if index % 2 else colours[1 if colours is AWAY else 3]
        )


def fans(canvas: Canvas, colours, time: float, seed: int, night: bool) -> None:
    """A stand gone wild: rows of fans, the near ones large and sharp."""
    top, low = (rgb("#141a3d"), rgb("#2a3468")) if night else (rgb("#7a5a58"), rgb("#e0a06c"))
    canvas.fill(box(0, 0, 1280, 720), Fade.down(0, 720, top, low))
    random = np.random.default_rng(seed)
    for row in range(5):
        scale = 0.5 + row * 0.13
        y = 70 + row * 92
        count = int(1380 / (92 * scale)) + 1
        for index in range(count):
            x = (index + random.uniform(-0.25, 0.25) + (row % 2) * 0.5) * 92 * scale - 40
            fan(canvas.moved(x, y, scale), colours, seed * 997 + row * 61 + index, time, 1.0)
        haze = (24, 30, 74) if night else (232, 160, 108)
        canvas.veil(haze, 0.20 if row < 4 else 0.1)
        if row == 2:
            canvas.defocus(2.2)
    flags(canvas, colours, time)
    canvas.defocus(1.3)
    flashes(canvas, time, seed)
    for index, head in enumerate(_faces(seed)[:4]):
        spot = canvas.moved(130 + index * 345, 455 + (index % 2) * 26, 0.62)
        _near_fan(spot, head, colours, index + seed, time)


def flags(canvas: Canvas, colours, time: float) -> None:
    """Two large flags on sticks, waving."""
    for side, x, y, first, last in ((1, 190, 250, 0, 3), (-1, 1060, 230, 3, 0)):
        swing = 0.25 * np.sin(time * 2.6 + x)
        pole = canvas.moved(x, y + 180, turn=swing * side - 0.12 * side)
        pole.stroke([(0, 0), (0, -330)], 7, rgb("#e8e2d4"))
        across = np.linspace(0, 1, 16)
        ripple = np.sin(across * 7 - time * 9 + x) * 16 * across
        for part in range(3):
            top = -328 + part * 52
            upper = np.stack([across * 270 * side, top + ripple], 1)
            lower = np.stack([across * 270 * side, top + 53 + ripple], 1)
            paint = colours[first] if part != 1 else colours[last]
            pole.fill(np.concatenate([upper, lower[::-1]]), paint)
        for fold in range(4):
            x0 = 40 + fold * 62 + 14 * np.sin(time * 9 + fold)
            shade = [
                (x0 * side, -330),
                ((x0 + 26) * side, -330),
                ((x0 + 34) * side, -165),
                ((x0 + 2) * side, -165),
            ]
            pole.fill(shade, (0, 0, 0), 0.1)


def flashes(canvas: Canvas, time: float, seed: int, share: float = 1.0) -> None:
    """Cameras going off in the rows at the back."""
    random = np.random.default_rng(seed + 5)
    for _ in range(34):
        x, y, first = random.uniform(20, 1260), random.uniform(20, 400), random.uniform(0, 2.4)
        since = (time - first) % 2.4
        if since < 0.16 and random.random() < share:
            bright = 1 - since / 0.16
            canvas.glow(x, y, 90, (235, 242, 255), 0.85 * bright)
            canvas.fill(star((x, y), 44 * bright + 8, 4, 4), (255, 255, 255), 0.9 * bright)
            canvas.disc(x, y, 9, (255, 255, 255), bright)
        else:
            random.random()


def confetti(canvas: Canvas, time: float, colours, seed: int, start: float = 0.0) -> None:
    """Paper that tumbles down."""
    random = np.random.default_rng(seed)
    for _ in range(64):
        x, y, depth = random.uniform(-60, 1340), random.uniform(-820, 60), random.uniform(0.5, 1.5)
        phase, tint = random.uniform(0, 6.3), colours[int(random.integers(len(colours)))]
        since = time - start
        if since < 0:
            continue
        px = x + 50 * np.sin(since * 1.6 + phase) * depth
        py = (y + since * 250 * depth + 820) % 1640 - 820
        spot = canvas.moved(px, py, depth, turn=phase + since * (2 + phase % 2))
        flat = abs(np.cos(since * 5 + phase))
        spot.fill(
            box(-6, -9 * flat - 1, 12, 18 * flat + 2), mix(tint, (255, 255, 255), 0.25 * flat)
        )


def bokeh(canvas: Canvas, colours, seed: int, time: float, strength: float = 0.5) -> None:
    """Out-of-focus lights and shirts far behind somebody."""
    random = np.random.default_rng(seed)
    for _ in range(70):
        x, y, radius = random.uniform(0, 1280), random.uniform(0, 520), random.uniform(10, 30)
        tint = mix(colours[int(random.integers(len(colours)))], (255, 236, 200), 0.35)
        glint = 0.55 + 0.45 * wander(time * 0.8, int(x))
        canvas.fill(CIRCLE * radius + (x, y), clear(tint, strength * (0.25 + 0.5 * glint)))
