"""Whole people with joints, in metres, feet at the origin, facing +x."""

from dataclasses import dataclass

import numpy as np
from world.canvas import Canvas
from world.shapes import Fade, Type, box, clear, curve, dim, limb, oval, rgb, trace

SKINS = tuple(rgb(code) for code in ("#f6cfae", "#e8b48c", "#c98a5e", "#9a6240", "#6f4530"))
HAIRS = tuple(
    rgb(code) for code in ("#2a1d1a", "#4b2e20", "#8a4f25", "#c78b3f", "#1b1a22", "#9a9aa2")
)


@dataclass(frozen=True)
class Look:
    """What somebody looks like from afar."""

    skin: tuple = SKINS[1]
    hair: tuple = HAIRS[0]
    shirt: tuple = rgb("#e8503f")
    legs: tuple = rgb("#f4f1ea")  # shorts or trousers
    socks: tuple = rgb("#e8503f")
    boots: tuple = rgb("#22202a")
    trousers: bool = False
    sleeves: bool = False
    number: str = ""
    style: str = "short"  # hair: short, long, bun, bald, curly, hat
    coat: tuple | None = None  # an open coat's colour
    skirt: bool = False
    rim: tuple = (255, 240, 210)  # the light behind


@dataclass(frozen=True)
class Pose:
    """Angles in radians: 0 hangs straight down, positive swings forward."""

    lean: float = 0.0
    thighs: tuple[float, float] = (0.05, -0.05)  # near, far
    knees: tuple[float, float] = (0.05, 0.05)
    arms: tuple[float, float] = (0.1, -0.1)
    elbows: tuple[float, float] = (0.25, 0.25)
    lift: float = 0.0  # metres above the ground
    nod: float = 0.0
    turn: float = 0.0  # the whole body turned about the hip


def running(phase: float, effort: float = 1.0) -> Pose:
    """A stride of a run; effort 0.5 is a jog, 1 a sprint."""
    swing = 0.45 + 0.5 * effort

    def leg(turn):
        bend = max(0.0, np.cos(turn + 0.25))
        return swing * np.sin(turn) + 0.18 * effort, 0.25 + (0.6 + 1.2 * effort) * bend**1.3

    near, far = leg(phase), leg(phase + np.pi)
    arm = 0.5 + 0.5 * effort
    return Pose(
        lean=0.1 + 0.16 * effort,
        thighs=(near[0], far[0]),
        knees=(near[1], far[1]),
        arms=(-arm * np.sin(phase) - 0.1, arm * np.sin(phase) - 0.1),
        elbows=(1.35 + 0.3 * np.sin(phase), 1.35 - 0.3 * np.sin(phase)),
        lift=0.07 * effort * abs(np.sin(phase + 0.4)),
    )


def walking(phase: float, pace: float = 1.0) -> Pose:
    """A stride of a calm walk."""

    def leg(turn):
        return 0.42 * pace * np.sin(turn), 0.08 + 0.75 * pace * max(0.0, np.cos(turn + 0.3)) ** 2

    near, far = leg(phase), leg(phase + np.pi)
    return Pose(
        lean=0.03,
        thighs=(near[0], far[0]),
        knees=(near[1], far[1]),
        arms=(-0.4 * pace * np.sin(phase), 0.4 * pace * np.sin(phase)),
        elbows=(0.3 + 0.12 * np.sin(phase), 0.3 - 0.12 * np.sin(phase)),
        nod=0.02 * np.sin(phase * 2),
    )


def between(first: Pose, last: Pose, share: float) -> Pose:
    """A pose on the way from one to another."""

    def blend(a, b):
        if isinstance(a, tuple):
            return tuple(blend(x, y) for x, y in zip(a, b, strict=True))
        return a + (b - a) * share

    names = Pose.__dataclass_fields__
    return Pose(**{name: blend(getattr(first, name), getattr(last, name)) for name in names})


def _ray(start, angle: float, length: float) -> np.ndarray:
    """Where a bone ends that hangs from start; y points down, as on the canvas."""
    return np.array([start[0] + np.sin(angle) * length, start[1] + np.cos(angle) * length])


def _leg(hip, pose: Pose, side: int) -> tuple[np.ndarray, np.ndarray, float]:
    thigh = pose.thighs[side] + pose.turn
    shin = thigh - pose.knees[side]
    knee = _ray(hip, thigh, 0.46)
    return knee, _ray(knee, shin, 0.44), shin


def figure(canvas: Canvas, look: Look, pose: Pose) -> None:
    """Draws somebody 1.8 units tall, feet at the origin."""
    offsets = (np.array([0.035, 0.0]), np.array([-0.045, 0.0]))
    legs = [_leg(offsets[side], pose, side) for side in (0, 1)]
    lowest = max(max(ankle[1], knee[1]) for knee, ankle, _ in legs) + 0.06
    hip = np.array([0.0, -lowest - pose.lift])
    spine = pose.lean + pose.turn
    neck = hip + np.array([np.sin(spine) * 0.56, -np.cos(spine) * 0.56])
    _arm(canvas, look, pose, neck, 1)
    for side in (1, 0):
        _draw_leg(canvas, look, hip + offsets[side], pose, side)
    _torso(canvas, look, hip, neck, spine)
    _head(canvas, look, neck, spine + pose.nod)
    _arm(canvas, look, pose, neck, 0)


def _draw_leg(canvas: Canvas, look: Look, hip, pose: Pose, side: int) -> None:
    knee, ankle, shin = _leg(hip, pose, side)
    tone = 0.78 if side else 1.0
    skin, legs, socks = (dim(c, tone) for c in (look.skin, look.legs, look.socks))
    toe = ankle + np.array([np.cos(shin * 0.6), -np.sin(shin * 0.6)]) * 0.17
    heel = ankle + np.array([-0.03, 0.0])
    if look.trousers:
        canvas.fill(limb(hip, knee, 0.105, 0.08), legs)
        canvas.fill(limb(knee, ankle, 0.08, 0.062), legs)
    else:
        canvas.fill(limb(hip, knee, 0.095, 0.07), skin)
        canvas.fill(limb(knee, ankle, 0.068, 0.05), skin)
        sock = knee + (ankle - knee) * 0.38
        canvas.fill(limb(sock, ankle, 0.07, 0.055), socks)
        canvas.fill(limb(hip, hip + (knee - hip) * 0.62, 0.125, 0.112), legs)
    canvas.fill(
        limb(np.add(heel, (0, 0.015)), np.add(toe, (0, 0.02)), 0.058, 0.042), dim(look.boots, tone)
    )


def _torso(canvas: Canvas, look: Look, hip, neck, spine: float) -> None:
    side = np.array([np.cos(spine), np.sin(spine)])
    up = neck - hip
    outline = curve(
        [
            hip + side * 0.135 - up * 0.04,
            hip + side * 0.13 + up * 0.35,
            hip + side * 0.185 + up * 0.86,
            hip + side * 0.09 + up * 1.02,
            hip - side * 0.09 + up * 1.02,
            hip - side * 0.185 + up * 0.86,
            hip - side * 0.14 + up * 0.35,
            hip - side * 0.145 - up * 0.04,
        ],
        closed=True,
        steps=5,
    )
    shade = Fade(
        tuple(neck + side * 0.12), tuple(hip - side * 0.2), look.shirt, dim(look.shirt, 0.72)
    )
    canvas.fill(outline, shade)
    if look.skirt:
        hem = hip + np.array([0.0, 0.42])
        canvas.fill(
            curve(
                [
                    np.add(hip, (0.13, -0.08)),
                    np.add(hem, (0.26, 0)),
                    hem - (0.26, 0),
                    hip - (0.13, 0.08),
                ]
            ),
            dim(look.legs, 0.95),
        )
    if look.number:
        middle = hip + up * 0.5
        mirrored = np.linalg.det(canvas.matrix[:, :2]) < 0
        tag = canvas.moved(*middle, turn=spine, flip=-1.0 if mirrored else 1.0)
        tag.text((-0.01, 0.09), look.number, Type(0.26, anchor="m"), clear(look.legs, 0.95))
    if look.coat:
        _coat(canvas, look, hip, up, side)


def _coat(canvas: Canvas, look: Look, hip, up, side) -> None:
    low = hip + np.array([0.0, 0.3])
    outline = [
        hip + side * 0.17 + up * 0.98,
        hip + side * 0.2 + up * 0.5,
        low + side * 0.24,
        low - side * 0.26,
        hip - side * 0.2 + up * 0.5,
        hip - side * 0.17 + up * 0.98,
    ]
    shade = Fade(tuple(hip + up), tuple(low), look.coat, dim(look.coat, 0.78))
    canvas.fill(curve(outline, closed=True, steps=5), shade)
    canvas.stroke([hip + side * 0.09 + up * 0.95, low + side * 0.12], 0.012, dim(look.coat, 0.6))


def _head(canvas: Canvas, look: Look, neck, tilt: float) -> None:
    spot = canvas.moved(*neck, turn=tilt)
    spot.fill(limb((0.0, 0.03), (0.015, -0.09), 0.055, 0.05), dim(look.skin, 0.85))
    spot.fill(
        oval((0.03, -0.2), (0.115, 0.14)),
        Fade((0.14, -0.2), (-0.1, -0.1), look.skin, dim(look.skin, 0.82)),
    )
    spot.fill(oval((0.145, -0.18), (0.018, 0.02)), look.skin)  # the nose gives the way it faces
    spot.fill(oval((0.0, -0.185), (0.02, 0.03)), dim(look.skin, 0.8))
    spot.fill(oval((0.088, -0.212), (0.011, 0.016)), (45, 28, 26))
    spot.stroke([(0.07, -0.247), (0.112, -0.25)], 0.012, dim(look.hair, 0.8))
    spot.stroke(
        curve([(0.085, -0.118), (0.108, -0.11), (0.128, -0.121)]), 0.011, dim(look.skin, 0.55)
    )
    hair = HAIR_SHAPES.get(look.style)
    if look.style == "long":
        spot.fill(
            curve(trace("-0.06,-0.3 -0.17,-0.15 -0.15,0.08 -0.05,0.02 -0.02,-0.2"), True),
            look.hair,
        )
    if look.style == "bun":
        spot.fill(oval((-0.12, -0.29), (0.065, 0.065)), look.hair)
    if hair is not None:
        spot.fill(curve(hair, True, 6), look.hair)
    if look.style == "hat":
        spot.fill(
            curve(trace("-0.12,-0.24 -0.1,-0.36 0.04,-0.39 0.14,-0.33 0.15,-0.25"), True),
            look.coat or look.hair,
        )
        spot.fill(box(-0.135, -0.27, 0.3, 0.05, 0.025), dim(look.coat or look.hair, 0.8))


_SHORT = trace(
    "0.135,-0.27 0.11,-0.345 0.0,-0.37 -0.1,-0.32 -0.115,-0.2 -0.075,-0.13 -0.03,-0.2 0.02,-0.27"
)


_CURLY = trace(
    "0.14,-0.27 0.14,-0.35 0.06,-0.4 -0.05,-0.4 -0.13,-0.35 -0.16,-0.24 -0.12,-0.14 "
    "-0.05,-0.2 0.02,-0.28"
)


HAIR_SHAPES = {"short": _SHORT, "long": _SHORT, "bun": _SHORT, "curly": _CURLY}


def _arm(canvas: Canvas, look: Look, pose: Pose, neck, side: int) -> None:
    spine = pose.lean + pose.turn
    tone = 0.74 if side else 1.0
    across = np.array([np.cos(spine), np.sin(spine)]) * (0.11 if side else -0.1)
    shoulder = neck + np.array([-np.sin(spine), np.cos(spine)]) * 0.07 + across
    upper = pose.arms[side] + pose.turn
    elbow = _ray(shoulder, upper, 0.3)
    hand = _ray(elbow, upper + pose.elbows[side], 0.27)
    skin = dim(look.skin, tone)
    cloth = dim(look.coat or look.shirt, tone * 0.94)
    if look.sleeves or look.coat:
        canvas.fill(limb(shoulder, elbow, 0.07, 0.055), cloth)
        canvas.fill(limb(elbow, elbow + (hand - elbow) * 0.9, 0.055, 0.045), cloth)
        canvas.disc(*(hand), 0.046, skin)
        return
    canvas.fill(limb(shoulder, elbow, 0.056, 0.045), skin)
    canvas.fill(limb(elbow, hand, 0.045, 0.034), skin)
    canvas.disc(*hand, 0.046, skin)
    canvas.fill(limb(shoulder, shoulder + (elbow - shoulder) * 0.62, 0.075, 0.07), cloth)
