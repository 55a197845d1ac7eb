"""Players who run where the game wants them, and the ball they pass."""

from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

import numpy as np
from world.canvas import Canvas
from world.figures import HAIRS, SKINS, Look, Pose, between, figure, running, walking
from world.match.stadium import Lens, Mood
from world.shapes import clear, dim, ease, mix, oval, rgb

STEP = 50  # positions a second
FOX = Look(shirt=rgb("#ef4e3a"), legs=rgb("#fbf3e6"), socks=rgb("#ef4e3a"))
OWL = Look(shirt=rgb("#f7f8fb"), legs=rgb("#27407f"), socks=rgb("#f7f8fb"))
FOX_KEEPER = Look(shirt=rgb("#2fb58a"), legs=rgb("#1d6f5a"), socks=rgb("#2fb58a"), sleeves=True)
OWL_KEEPER = Look(shirt=rgb("#f7c531"), legs=rgb("#c8951a"), socks=rgb("#f7c531"), sleeves=True)
REFEREE = Look(shirt=rgb("#23242e"), legs=rgb("#23242e"), socks=rgb("#23242e"))
STYLES = ("short", "short", "curly", "short", "bald", "short", "bun")


def dressed(team: Look, number: int) -> Look:
    """One of a team, always the same one for a number."""
    random = np.random.default_rng(number * 31 + int(team.shirt[1]))
    skin = SKINS[int(random.integers(len(SKINS)))]
    hair = HAIRS[int(random.choice([0, 1, 2, 3, 4]))]
    style = STYLES[int(random.integers(len(STYLES)))]
    return replace(team, skin=skin, hair=hair, style=style, number=str(number))


@dataclass(frozen=True)
class Runner:
    """Somebody's way over the pitch: (second, x, y), and what they do when."""

    look: Look
    path: tuple[tuple[float, float, float], ...]
    acts: tuple[tuple[float, str], ...] = ()  # (second, name of an ACT)
    seed: int = 0
    facing: float = 0.0  # -1 left, 1 right on the canvas; 0 the way they run

    def state(self, time: float) -> tuple[np.ndarray, np.ndarray, float]:
        """Where they are, how fast they go there, and the phase of their stride."""
        start, spots, speeds, phases = _tracked(self.path, self.seed)
        index = float(np.clip((time - start) * STEP, 0, len(spots) - 2))
        low, share = int(index), index - int(index)
        values = [v[low] * (1 - share) + v[low + 1] * share for v in (spots, speeds, phases)]
        return values[0], values[1], float(values[2])

    def flip(self, time: float, right: np.ndarray) -> float:
        """Which way they face on a canvas whose x runs along `right`."""
        if self.facing:
            return self.facing
        start, _, speeds, _ = _tracked(self.path, self.seed)
        heading = speeds[: max(1, int((time - start) * STEP))] @ right
        clear_ones = np.flatnonzero(np.abs(heading) > 0.5)
        return float(np.sign(heading[clear_ones[-1]])) if len(clear_ones) else 1.0


@lru_cache(maxsize=256)
def _tracked(path, seed: int) -> tuple[float, np.ndarray, np.ndarray, np.ndarray]:
    """The start of a path, then its positions, speeds and stride phases at even times."""
    known = np.array(path, float)
    start, end = known[0, 0] - 0.5, known[-1, 0] + 0.5
    grid = np.arange(start, end + 0.1, 1 / STEP)
    spots = np.stack([np.interp(grid, known[:, 0], known[:, axis]) for axis in (1, 2)])
    window = np.hanning(31) / np.hanning(31).sum()
    spots = np.stack([np.convolve(np.pad(s, 15, mode="edge"), window, "valid") for s in spots], 1)
    speeds = np.gradient(spots, 1 / STEP, axis=0)
    pace = np.hypot(*speeds.T)
    stride = 0.62 + 0.2 * np.clip(pace, 0, 8)  # metres a half turn
    return start, spots, speeds, np.cumsum(pace / STEP / stride) * np.pi + seed * 1.7


STAND = Pose(thighs=(0.12, -0.1), knees=(0.12, 0.1), arms=(0.15, -0.2), elbows=(0.35, 0.3))
READY = Pose(
    lean=0.35, thighs=(0.55, 0.2), knees=(0.75, 0.6), arms=(0.5, 0.2), elbows=(0.7, 0.7), nod=-0.2
)


BACKSWING = Pose(
    lean=0.05, thighs=(-0.75, 0.3), knees=(1.25, 0.25), arms=(0.6, -1.0), elbows=(0.4, 0.3)
)


KICK = Pose(
    lean=-0.12, thighs=(1.05, -0.12), knees=(0.12, 0.1), arms=(-0.9, 0.8), elbows=(0.3, 0.5)
)


CHEER = Pose(
    lean=-0.1,
    thighs=(0.15, -0.15),
    knees=(0.2, 0.3),
    arms=(2.7, -2.75 + 6.28),
    elbows=(0.3, 0.3),
    lift=0.25,
)


SLIDE = Pose(
    turn=-0.95, lean=0.1, thighs=(1.75, 1.1), knees=(0.1, 1.3), arms=(-0.9, 0.2), elbows=(0.2, 0.4)
)


FALL = Pose(
    turn=1.25, lean=0.15, thighs=(-0.2, 0.3), knees=(0.9, 0.5), arms=(2.3, 1.7), elbows=(0.4, 0.5)
)


LIE = Pose(
    turn=1.5, lean=0.0, thighs=(0.5, 0.1), knees=(1.2, 0.3), arms=(1.6, 0.6), elbows=(1.2, 0.8)
)


DIVE = Pose(
    turn=1.2,
    lean=0.05,
    thighs=(-0.1, 0.4),
    knees=(0.2, 0.9),
    arms=(2.95, 2.8),
    elbows=(0.1, 0.1),
    lift=0.75,
)


DOWN = Pose(
    turn=1.5, lean=0.05, thighs=(0.3, 0.7), knees=(0.6, 1.1), arms=(2.7, 2.5), elbows=(0.3, 0.3)
)


HANDS = Pose(
    lean=0.05, thighs=(0.1, -0.1), knees=(0.1, 0.1), arms=(0.55, 0.5), elbows=(2.3, 2.3), nod=0.3
)


POINT = Pose(thighs=(0.1, -0.15), knees=(0.05, 0.05), arms=(1.45, -0.1), elbows=(0.05, 0.3))


# name -> ((seconds from the moment, pose or None for what the legs do anyway), ...)
ACTS = {
    "kick": ((-0.32, None), (-0.14, BACKSWING), (0.0, KICK), (0.14, KICK), (0.4, None)),
    "cheer": ((-0.1, None), (0.2, CHEER), (9.0, CHEER)),
    "slide": ((-0.35, None), (0.0, SLIDE), (1.2, SLIDE), (2.0, LIE)),
    "fall": ((-0.05, None), (0.25, FALL), (0.55, LIE), (9.0, LIE)),
    "dive": ((-0.25, READY), (0.12, DIVE), (0.45, DIVE), (0.75, DOWN), (9.0, DOWN)),
    "ready": ((-0.3, READY), (9.0, READY)),
    "hands": ((0.0, None), (0.4, HANDS), (9.0, HANDS)),
    "point": ((-0.2, None), (0.15, POINT), (9.0, POINT)),
}


def _moving(pace: float, phase: float, time: float, seed: int) -> Pose:
    """What the legs do at a pace."""
    breath = 0.04 * np.sin(time * 2.2 + seed)
    idle = replace(STAND, arms=(0.15 + breath, -0.2 + breath), lean=breath * 0.5)
    if pace < 2.4:
        return between(idle, walking(phase, 1.0), ease(pace / 1.1))
    jog = running(phase, np.clip((pace - 1.5) / 5.5, 0.15, 1.0))
    return between(walking(phase, 1.0), jog, ease((pace - 2.4) / 1.2))


def _acting(runner: Runner, pose: Pose, time: float) -> Pose:
    for moment, name in runner.acts:
        keys = ACTS[name]
        since = time - moment
        if not keys[0][0] <= since <= keys[-1][0]:
            continue
        for (a, first), (b, last) in pairwise(keys):
            if a <= since <= b:
                pair = (first or pose, last or pose)
                pose = between(*pair, ease((since - a) / (b - a)))
                break
        if name == "cheer":
            pose = replace(pose, lift=abs(np.sin(time * 6 + runner.seed)) * 0.35)
    return pose


@dataclass(frozen=True)
class Ball:
    """The ball's way: (second, x, y, z); between two of them it flies in an arc that high."""

    path: tuple[tuple[float, float, float, float], ...]
    arcs: tuple[float, ...] = ()  # extra height in the middle of each stretch
    bends: tuple[float, ...] = ()  # extra y in the middle of each stretch

    def at(self, time: float) -> np.ndarray:
        path = self.path
        time = min(max(time, path[0][0]), path[-1][0])
        for index, (first, last) in enumerate(pairwise(path)):
            if time <= last[0]:
                share = (time - first[0]) / (last[0] - first[0])
                spot = np.array(first[1:]) * (1 - share) + np.array(last[1:]) * share
                lift = 4 * share * (1 - share)
                spot[2] += (self.arcs[index] if self.arcs else 0.0) * lift
                spot[1] += (self.bends[index] if self.bends else 0.0) * lift
                return spot
        return np.array(path[-1][1:])


def play(canvas: Canvas, lens: Lens, mood: Mood, runners, ball: Ball | None, time: float) -> None:
    """Everybody and the ball, with their shadows, the far ones first."""
    shade = canvas.sheet(0.5)
    right = lens.axes()[0][:2]
    drawn = []
    for runner in runners:
        place, speed, phase = runner.state(time)
        spot, depth = lens.see([(*place, 0)])
        if depth[0] < 1 or not -120 < spot[0, 0] < 1400:
            continue
        pose = _acting(runner, _moving(float(np.hypot(*speed)), phase, time, runner.seed), time)
        flip = runner.flip(time, right)
        drawn.append((depth[0], runner, pose, flip, spot[0]))
        shadow(shade, lens, mood, place, (runner.look, pose, flip))
    if ball is not None:
        spot = ball.at(time)
        drawn.append((lens.see([spot])[1][0], None, None, 1.0, spot))
        _ball_shadow(shade, lens, mood, spot)
    if mood.shadow:
        canvas.shade(shade, dim(mood.grass[1], 0.25), mood.shadow, 0.6)
    for depth, runner, pose, flip, spot in sorted(drawn, key=lambda item: -item[0]):
        unit = lens.zoom / depth
        if runner is None:
            draw_ball(canvas, lens.see([spot])[0][0], 0.16 * unit, float(spot[0] * 4))
        else:
            figure(canvas.skewed(spot, (unit * flip, 0), (0, unit)), runner.look, pose)


def shadow(shade: Canvas, lens: Lens, mood: Mood, place, drawn) -> None:
    look, pose, flip = drawn
    across = place + lens.axes()[0][:2]
    casts = [place + np.array(cast) for cast in mood.shadows]
    foot, side, *tips = lens.see([(*spot, 0) for spot in (place, across, *casts)])[0]
    for tip in tips:
        figure(shade.skewed(foot, (side - foot) * flip, foot - tip), replace(look, number=""), pose)


def _ball_shadow(shade: Canvas, lens: Lens, mood: Mood, spot) -> None:
    x, y, z = spot
    for sx, sy in mood.shadows or ((0, 0),):
        centre, depth = lens.see([(x + sx * z, y + sy * z, 0)])
        unit = lens.zoom / depth[0]
        shade.fill(oval(centre[0], (0.19 * unit, 0.08 * unit)), (255,))


def draw_ball(canvas: Canvas, spot, radius: float, spin: float) -> None:
    """A white ball with turning dark patches."""
    radius = max(radius, 3.2)
    canvas.disc(*spot, radius, (252, 252, 250))
    rim = oval(spot, (radius, radius))
    if radius > 5:
        for patch in range(5):
            angle = spin + patch * 2 * np.pi / 5
            centre = spot + radius * 0.62 * np.array([np.cos(angle), np.sin(angle * 0.9)])
            canvas.within(rim, oval(centre, (radius * 0.24, radius * 0.22), angle), rgb("#2a2c3a"))
    lower = oval(spot + np.array([-radius * 0.35, radius * 0.6]), (radius * 1.1, radius * 0.8))
    canvas.within(rim, lower, clear(mix((40, 50, 70), (0, 0, 0), 0.2), 0.28), radius * 0.25)
