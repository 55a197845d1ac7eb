"""Faces that look, blink, speak and feel, and the shoulders and hands that go with them."""

from dataclasses import dataclass

import numpy as np
from world.canvas import Canvas
from world.figures import HAIRS, SKINS
from world.shapes import Fade, box, clear, curve, dim, limb, mix, oval, rgb, trace


@dataclass(frozen=True)
class Head:
    """What somebody looks like from near."""

    skin: tuple = SKINS[1]
    hair: tuple = HAIRS[1]
    style: str = "short"  # short, side, bald, grey, bun, cap, curly
    beard: bool = False
    glasses: bool = False
    iris: tuple = rgb("#5b3a21")
    light: float = 1.0  # the side the light comes from, -1 left, 1 right
    glow: tuple = (255, 236, 205)
    lips: tuple | None = None
    lashes: bool = False
    cap: tuple = rgb("#20304f")


@dataclass(frozen=True)
class Face:
    """What a face does."""

    gaze: tuple[float, float] = (0.0, 0.0)
    blink: float = 0.0
    brows: float = 0.0  # raised
    frown: float = 0.0
    smile: float = 0.2
    open: float = 0.0  # the mouth
    wide: float = 1.0  # how wide the mouth is
    turn: float = 0.0  # of the head, -1 left ... 1 right


def portrait(canvas: Canvas, head: Head, face: Face) -> None:
    """Draws a head; the neck and what is below are drawn before it."""
    shift = face.turn * 26
    outline = _outline(face)
    if head.style in BACK_HAIR:
        canvas.fill(curve(BACK_HAIR[head.style], True, 8), dim(head.hair, 0.75))
    for side in (-1, 1):
        ear = oval((side * 99 - shift * 0.5, 12), (17, 29), side * 0.15)
        canvas.fill(ear, dim(head.skin, 0.86))
        canvas.fill(oval((side * 99 - shift * 0.5, 13), (8, 17)), dim(head.skin, 0.68))
    warm = mix(head.skin, head.glow, 0.25)
    canvas.fill(
        outline, Fade((90 * head.light, -60), (-100 * head.light, 90), warm, dim(head.skin, 0.8))
    )
    _shading(canvas, head, face, outline, shift)
    for side in (-1, 1):
        _eye(canvas, head, face, side, shift)
    _nose(canvas, head, shift)
    if head.beard:
        _beard(canvas, head, face, outline, shift)
    _mouth(canvas, head, face, shift)
    _front_hair(canvas, head, shift, outline)
    if head.glasses:
        _glasses(canvas, shift)


def _outline(face: Face) -> np.ndarray:
    drop = face.open * 14
    narrow = face.turn * 7
    return curve(
        [
            (0, -132),
            (62, -116),
            (95 - narrow, -52),
            (97 - narrow, 22),
            (80 - narrow, 84 + drop * 0.6),
            (38, 128 + drop),
            (0, 138 + drop),
            (-38, 128 + drop),
            (-80 - narrow, 84 + drop * 0.6),
            (-97 - narrow, 22),
            (-95 - narrow, -52),
            (-62, -116),
        ],
        closed=True,
    )


def _shading(canvas: Canvas, head: Head, face: Face, outline, shift: float) -> None:
    dark = dim(head.skin, 0.55)
    far = -head.light
    side = [
        (far * 40, -140),
        (far * 140, -140),
        (far * 140, 160),
        (far * 20, 160),
        (far * 74, 60),
        (far * 80, -30),
    ]
    canvas.within(outline, curve(side, True), clear(dark, 0.42), 12)
    canvas.within(outline, oval((shift * 0.4, 150), (80, 26)), clear(dark, 0.4), 9)
    for eye in (-1, 1):
        canvas.within(outline, oval((eye * 42 + shift, -14), (31, 21)), clear(dark, 0.42), 8)
        blush = mix(head.skin, (232, 92, 82), 0.55)
        canvas.within(outline, oval((eye * 58 + shift * 0.8, 46), (24, 16)), clear(blush, 0.45), 8)
    canvas.within(
        outline, oval((head.light * 30 + shift * 0.5, -84), (44, 22)), clear(head.glow, 0.3), 12
    )


def _eye(canvas: Canvas, head: Head, face: Face, side: int, shift: float) -> None:
    x, y = side * 42 + shift, -8.0
    wide = 25 - side * face.turn * 3
    opened = (1 - face.blink) * (11.5 + face.brows * 3.0 - face.frown * 2.5)
    upper = [(-wide, 2), (-wide * 0.45, -opened), (wide * 0.3, -opened * 1.05), (wide, 0)]
    lower = [(wide * 0.4, opened * 0.8 + 1), (-wide * 0.4, opened * 0.8 + 1)]
    if side < 0:
        upper = [(-px, py) for px, py in upper][::-1]
        lower = [(-px, py) for px, py in lower][::-1]
    shape = curve(np.add(upper + lower, (x, y)), True)
    lid = curve(np.add(upper, (x, y)))
    if face.blink < 0.85:
        canvas.fill(shape, rgb("#f7f3ee"))
        centre = (x + face.gaze[0] * 10, y + face.gaze[1] * 6 - 1)
        canvas.within(shape, oval(centre, (12.5, 12.5)), head.iris)
        canvas.within(shape, oval(centre, (6.5, 6.5)), rgb("#140f12"))
        canvas.within(shape, oval((x, y - opened), (wide, 6)), clear((40, 25, 30), 0.45), 3)
        canvas.disc(centre[0] + 4 * head.light, centre[1] - 4.5, 3.2, (255, 255, 255))
    canvas.stroke(lid, 5.5 if head.lashes else 4.2, mix(head.hair, (25, 16, 16), 0.7))
    canvas.stroke(np.add(lid, (0, -8)), 2.0, dim(head.skin, 0.62), 0.7)
    _brow(canvas, head, face, side, x)


def _brow(canvas: Canvas, head: Head, face: Face, side: int, x: float) -> None:
    up = -40 - face.brows * 10
    inner = up + 3 + face.frown * 13
    line = [(-side * 24, inner), (0, up - 5), (side * 28, up + 4)]
    points = curve(np.add(line, (x, 0)), steps=10)
    thick = np.interp(np.linspace(0, 1, len(points)), [0, 0.6, 1], [6.5, 5.0, 2.0])
    colour = mix(head.hair, (30, 20, 20), 0.35)
    if sum(head.hair) > 420:
        colour = dim(head.hair, 0.75)
    canvas.fill(
        np.concatenate(
            [
                points - np.stack([thick * 0, thick], 1),
                (points + np.stack([thick * 0, thick], 1))[::-1],
            ]
        ),
        colour,
    )


def _nose(canvas: Canvas, head: Head, shift: float) -> None:
    dark, x = dim(head.skin, 0.62), shift * 1.25
    side = -head.light
    bridge = [
        (x + side * 5, -20),
        (x + side * 11, 22),
        (x + side * 22, 44),
        (x + side * 6, 50),
        (x, 20),
    ]
    canvas.fill(curve(bridge, True), clear(dark, 0.42))
    canvas.fill(
        curve([(x - 20, 42), (x - 9, 50), (x, 53), (x + 9, 50), (x + 20, 42), (x, 47)], True),
        clear(dark, 0.75),
    )
    canvas.fill(oval((x - side * 4, 34), (6, 9)), clear(head.glow, 0.45))
    canvas.fill(oval((x - side * 3, 2), (3.2, 20)), clear(head.glow, 0.3))


def _mouth(canvas: Canvas, head: Head, face: Face, shift: float) -> None:
    x, y = shift * 1.05, 82.0
    half = 33 * face.wide
    lift = face.smile * 11
    gape = face.open * 30
    lip = head.lips or mix(head.skin, (176, 62, 62), 0.5)
    left, right = (x - half, y - lift), (x + half, y - lift)
    top = [
        left,
        (x - half * 0.45, y - 5 - lift * 0.1),
        (x, y - 3),
        (x + half * 0.45, y - 5 - lift * 0.1),
        right,
    ]
    under = lift * 0.55 + gape
    bottom = [
        (x + half * 0.5, y + 2 + under),
        (x, y + 4 + under * 1.15),
        (x - half * 0.5, y + 2 + under),
    ]
    hole = curve(top + bottom, True)
    outer_top = [left, (x - half * 0.4, y - 12), (x, y - 9), (x + half * 0.4, y - 12), right]
    outer_bottom = [
        (x + half * 0.5, y + 11 + under),
        (x, y + 15 + under * 1.15),
        (x - half * 0.5, y + 11 + under),
    ]
    canvas.fill(curve(outer_top + outer_bottom, True), clear(lip, 0.85))
    canvas.fill(hole, rgb("#4a1620"))
    if gape + lift > 5:
        canvas.within(
            hole, box(x - half, y - 14 - lift * 0.2, half * 2, 17 + gape * 0.16, 4), rgb("#fbf6ee")
        )
        canvas.within(
            hole, oval((x, y + 12 + under * 1.2), (half * 0.6, 10 + gape * 0.3)), rgb("#c4545c")
        )
    canvas.stroke(curve(top), 2.6, dim(lip, 0.55), 0.8)
    for side in (-1, 1):
        fold = [
            (x + side * (half + 8), y - 34),
            (x + side * (half + 15), y - 14 - lift),
            (x + side * (half + 9), y + 4),
        ]
        canvas.stroke(curve(fold), 2.2, dim(head.skin, 0.6), 0.16 + 0.4 * max(0.0, face.smile))


def _beard(canvas: Canvas, head: Head, face: Face, outline, shift: float) -> None:
    drop = face.open * 14
    shape = [
        (-99, 8),
        (-84, 30),
        (-62, 56),
        (-30, 62),
        (0, 60),
        (30, 62),
        (62, 56),
        (84, 30),
        (99, 8),
        (100, 120),
        (0, 175 + drop),
        (-100, 120),
    ]
    tone = head.hair
    lower = curve(
        [
            (-92, 40),
            (-80, 96),
            (-40, 142 + drop),
            (0, 152 + drop),
            (40, 142 + drop),
            (80, 96),
            (92, 40),
            (70, 62),
            (0, 62),
            (-70, 62),
        ],
        True,
    )
    canvas.within(outline, curve(np.add(shape, (shift * 0.3, 0)), True), clear(tone, 0.9), 3)
    canvas.fill(
        curve(
            [
                (-74, 88),
                (-40, 138 + drop),
                (0, 150 + drop),
                (40, 138 + drop),
                (74, 88),
                (0, 110 + drop),
            ],
            True,
        ),
        tone,
    )
    canvas.within(lower, oval((head.light * 40, 120), (40, 26)), clear(dim(tone, 1.25), 0.4), 10)


BACK_HAIR = {
    "bun": trace("-104,40 -116,-60 -70,-150 0,-165 70,-150 116,-60 104,40 0,60"),
    "long": trace("-110,190 -128,20 -116,-80 -66,-156 0,-170 66,-156 116,-80 128,20 110,190 0,150"),
}


FRONT_HAIR = {
    "short": trace(
        "-98,-4 -108,-70 -84,-136 -20,-164 48,-158 98,-110 104,-50 97,-4 90,-50 70,-84 20,-98 "
        "-40,-86 -78,-64 -90,-40"
    ),
    "side": trace(
        "-97,6 -110,-70 -82,-140 -10,-170 70,-156 112,-100 104,-30 97,0 92,-52 64,-92 -6,-84 "
        "-62,-98 -84,-66 -90,-30"
    ),
    "bun": trace(
        "-100,10 -106,-76 -64,-142 0,-156 64,-142 106,-76 100,10 88,-52 52,-98 6,-112 -46,-94 "
        "-86,-50"
    ),
    "long": trace(
        "-104,30 -110,-76 -64,-146 0,-160 64,-146 110,-76 104,30 90,-40 60,-92 20,-112 "
        "-40,-88 -86,-40"
    ),
}


def _front_hair(canvas: Canvas, head: Head, shift: float, outline) -> None:
    style = head.style
    if style == "cap":
        _cap(canvas, head, shift)
        return
    if style == "curly":
        for x, y, r, tone in CURLS:
            canvas.disc(x + shift * 0.2, y, r, dim(head.hair, tone))
        return
    if style == "receding":
        for side in (-1, 1):
            tuft = [
                (side * 88, 2),
                (side * 112, -18),
                (side * 112, -70),
                (side * 86, -104),
                (side * 76, -84),
                (side * 90, -50),
            ]
            canvas.fill(curve(tuft, True), head.hair)
        canvas.within(
            outline, oval((head.light * 26, -112), (34, 12)), clear((255, 250, 240), 0.35), 6
        )
        return
    if style not in FRONT_HAIR:
        return
    shape = curve(np.add(FRONT_HAIR[style], (shift * 0.3, 0)), True)
    canvas.fill(shape, Fade((0, -170), (0, 0), dim(head.hair, 1.15), dim(head.hair, 0.8)))
    shine = [
        (head.light * 10, -150),
        (head.light * 70, -130),
        (head.light * 88, -90),
        (head.light * 60, -112),
    ]
    canvas.within(shape, curve(shine, True), clear(mix(head.hair, (255, 240, 220), 0.45), 0.5), 7)


CURLS = tuple(
    (np.cos(a) * rx, -66 + np.sin(a) * ry, r, tone)
    for rx, ry, r, count, tone in (
        (94, 84, 30, 13, 0.85),
        (78, 60, 27, 10, 1.0),
        (52, 76, 32, 7, 1.05),
        (40, 46, 26, 6, 1.2),
        (10, 60, 34, 3, 1.12),
    )
    for a in np.linspace(np.pi * 0.98, np.pi * 2.02, count)
)


def _cap(canvas: Canvas, head: Head, shift: float) -> None:
    dome = curve(
        trace("-104,-52 -104,-112 -56,-164 0,-174 56,-164 104,-112 104,-52 0,-72"),
        True,
    )
    canvas.fill(
        dome,
        Fade(
            (90 * head.light, -150),
            (-100 * head.light, -60),
            dim(head.cap, 1.35),
            dim(head.cap, 0.8),
        ),
    )
    x = shift * 1.2
    brim = curve(
        [
            (-98 + x, -56),
            (-60 + x, -78),
            (x, -84),
            (60 + x, -78),
            (98 + x, -56),
            (50 + x, -50),
            (x, -47),
            (-50 + x, -50),
        ],
        True,
    )
    canvas.fill(brim, dim(head.cap, 0.65))
    canvas.stroke(curve([(x, -86), (x * 0.6, -130), (0, -172)]), 2.0, dim(head.cap, 0.7))


def _glasses(canvas: Canvas, shift: float) -> None:
    frame = rgb("#2b2430")
    for side in (-1, 1):
        x = side * 43 + shift
        lens = box(x - 33, -32, 66, 52, 22)
        canvas.fill(lens, clear((235, 245, 255), 0.12))
        canvas.stroke(lens, 4.2, frame, closed=True)
        canvas.stroke([(side * 76 + shift, -16), (side * 99 - shift * 0.4, -10)], 4.2, frame)
        canvas.stroke([(x - 18, -20), (x - 6, -26)], 3.0, (255, 255, 255), 0.5)
    canvas.stroke(curve([(-11 + shift, -10), (shift, -16), (11 + shift, -10)]), 4.2, frame)


def bust(canvas: Canvas, head: Head, shirt, trim, collar: str = "round") -> None:
    """Neck and shoulders, to be drawn before the portrait they carry."""
    light = head.light
    shape = curve(
        trace(
            "-40,118 -92,158 -190,190 -238,260 -262,460 262,460 238,260 190,190 92,158 40,118"
        ),
        steps=8,
    )  # fmt: skip
    canvas.fill(
        shape, Fade((170 * light, 150), (-200 * light, 380), dim(shirt, 1.08), dim(shirt, 0.66))
    )
    canvas.within(shape, oval((-light * 40, 190), (150, 44)), clear(dim(shirt, 0.35), 0.35), 16)
    neck = curve(trace("-52,60 -56,140 -84,166 0,214 84,166 56,140 52,60"), True)
    canvas.fill(
        neck, Fade((60 * light, 100), (-60 * light, 160), dim(head.skin, 0.9), dim(head.skin, 0.66))
    )
    canvas.within(neck, oval((-light * 14, 120), (90, 44)), clear(dim(head.skin, 0.4), 0.5), 10)
    if collar == "round":
        ring = trace("-88,160 -50,198 0,216 50,198 88,160")
        canvas.stroke(curve(ring), 13, trim)
        canvas.stroke(np.add(curve(ring), (0, 8)), 2, dim(trim, 0.7), 0.6)
    if collar == "shirt":
        for side in (-1, 1):
            flap = [
                (side * 70, 138),
                (side * 100, 168),
                (side * 46, 236),
                (0, 214),
                (side * 30, 196),
            ]
            canvas.fill(flap, trim if side == light else dim(trim, 0.85))


def hand(canvas: Canvas, at, angle: float, size: float, skin, thumb: float) -> None:
    """An open hand; angle 0 points up, thumb -1 is on the left of it, 1 on the right."""
    palm = canvas.moved(*at, scale=size, turn=angle, flip=thumb)
    shade = dim(skin, 0.84)
    for x, lean, long in ((-30, -0.24, 80), (-11, -0.08, 96), (10, 0.07, 94), (30, 0.22, 78)):
        tip = (x + np.sin(lean) * long, -30 - np.cos(lean) * long)
        palm.fill(
            limb((x, -20), tip, 12.5, 10.5), mix(skin, shade, 0.35 if x in (-11, 30) else 0.0)
        )
    palm.fill(limb((26, 22), (74, -26), 17, 12), skin)
    palm.fill(box(-43, -44, 86, 98, 30), Fade((40, -40), (-40, 50), skin, shade))
    palm.stroke(curve([(30, -8), (8, 6), (4, 40)]), 2.5, dim(skin, 0.7), 0.5)
    palm.stroke(curve([(-36, -12), (-4, -20), (26, -24)]), 2.5, dim(skin, 0.7), 0.4)
