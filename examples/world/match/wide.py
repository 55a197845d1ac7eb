"""The wide pictures of the game: kick-off, play, half-time, foul, farewell."""

from functools import lru_cache

import numpy as np
from world.canvas import Canvas
from world.match.fans import AWAY, HOME, confetti, flashes
from world.match.play import FOX, FOX_KEEPER, OWL, OWL_KEEPER, REFEREE, Ball, Runner, dressed, play
from world.match.stadium import DUSK, GOLD, NIGHT, Bulge, Lens, Mood, goal, pitch, sky
from world.match.stands import FAR, LEFT, RIGHT, boards, lamps, stand
from world.shapes import clear, curve, ease, mix, oval, trace

MASTS = ((-14, 108, 46), (119, 108, 46), (-16, -30, 46), (121, -30, 46))


def _arena(canvas: Canvas, lens: Lens, mood: Mood, time: float, joy: float = 0.0) -> None:
    """Sky, the stands in view from far to near, softened by distance, then the grass."""
    sky(canvas, mood)
    clouds(canvas, mood, time)
    lamps(canvas, lens, mood, MASTS[:2])
    for side in (LEFT, RIGHT, FAR):
        if lens.see(side.middle)[1][0] > 5:
            stand(canvas, lens, mood, side, time, joy)
    canvas.defocus(0.9)
    pitch(canvas, lens, mood)
    for side in (LEFT, RIGHT, FAR):
        boards(canvas, lens, mood, side)


def clouds(canvas: Canvas, mood: Mood, time: float) -> None:
    random = np.random.default_rng(4)
    tint = mix(mood.haze, (255, 255, 255), 0.35)
    for _ in range(9):
        x, y = random.uniform(-100, 1300) + time * 4, random.uniform(10, 190)
        for _ in range(5):
            canvas.fill(
                oval(
                    (x + random.uniform(-90, 90), y + random.uniform(-8, 8)),
                    (random.uniform(50, 110), random.uniform(6, 13)),
                ),
                clear(tint, 0.22),
            )


def light(canvas: Canvas, mood: Mood, time: float) -> None:
    """The air of the hour: low sun from the left, or cold lamps from above."""
    beams = canvas.sheet(0.125, 3)
    if mood is GOLD:
        for index in range(4):
            x = -260 + index * 210 + 20 * np.sin(time * 0.3 + index)
            beams.fill([(x, -40), (x + 120, -40), (x + 700, 760), (x + 380, 760)], (26, 17, 4))
        beams.glow(-60, -120, 900, (110, 62, 14), 0.55)
    elif mood is NIGHT:
        beams.glow(640, 430, 620, (40, 52, 40), 0.9)
        for x in (60, 1220):
            beams.glow(x, -90, 520, (70, 92, 160), 0.7)
    canvas.add(beams, 1.0, 26)


def kick_off(canvas: Canvas, t: float) -> None:
    push = ease(t / 4.6)
    eye = (44.5 + 6 * push, -40 + 7 * push, 24 - 4 * push)
    lens = Lens(eye, (52.5, 44, 10 - 3 * push), 930 + 160 * push)
    _arena(canvas, lens, GOLD, t)
    canvas.glow(210, 110, 460, (255, 176, 90), 0.4)
    play(
        canvas,
        lens,
        GOLD,
        _line_up(),
        Ball(((0, 52.5, 34, 0.2), (3.3, 52.5, 34, 0.2), (4.3, 46, 31, 0.2))),
        t,
    )
    light(canvas, GOLD, t)


@lru_cache(maxsize=1)
def _line_up() -> tuple[Runner, ...]:
    """Both sides before the first kick."""
    spots = trace("8,34 26,12 24,28 24,42 26,56 38,18 37,34 38,50 48,24 46.5,31.5 52.0,34.6")
    runners = []
    for number, (x, y) in enumerate(spots, 1):
        look = FOX_KEEPER if number == 1 else FOX
        later = (x + (5 if number > 8 else 1.5), y)
        runners.append(
            Runner(
                dressed(look, number),
                ((0, x, y), (3.2, x, y), (4.6, *later)),
                seed=number,
                facing=1.0,
            )
        )
        look = OWL_KEEPER if number == 1 else OWL
        mirror = 105 - min(x, 43)
        runners.append(
            Runner(
                dressed(look, number),
                ((0, mirror, y), (3.4, mirror, y), (4.6, mirror - 3, y)),
                seed=number + 20,
                facing=-1.0,
            )
        )
    acts = ((3.0, "point"),)
    return (*runners, Runner(REFEREE, ((0, 54, 30), (5, 54, 30)), acts, facing=-1.0))


# (second, FOX number, x, y): who has the ball where
ATTACK = Ball(
    (
        (-0.5, 38.5, 30, 0.15), (1.1, 45.5, 31, 0.15), (2.0, 56, 24, 0.15), (3.2, 64, 21, 0.15),
        (4.5, 77, 41, 0.15), (5.6, 83, 45, 0.15), (6.5, 87.5, 33, 0.15), (8.4, 91.5, 34, 0.15),
    ),
    (0.0, 0.3, 0.0, 4.6, 0.0, 0.2, 0.0),
)  # fmt: skip


KICKS_ONE = (1.1, 3.2, 5.6)


@lru_cache(maxsize=1)
def _attack() -> tuple[Runner, ...]:
    def fox(number, path, *acts):
        return Runner(dressed(FOX, number), path, acts, seed=number)

    def owl(number, path, *acts):
        return Runner(dressed(OWL, number), path, acts, seed=number + 30)

    kick = "kick"
    return (
        fox(8, ((-0.5, 37.8, 30), (1.1, 44.9, 31), (2.4, 51, 33), (8.4, 80, 30)), (1.1, kick)),
        fox(
            10,
            ((-0.5, 45, 22), (2.0, 55.6, 23.8), (3.2, 63.4, 21), (4.4, 68, 23), (8.4, 84, 24)),
            (3.2, kick),
        ),
        fox(
            11,
            (
                (-0.5, 56, 50),
                (3.2, 70, 45),
                (4.5, 76.4, 41.2),
                (5.6, 82.4, 45),
                (6.6, 86, 46),
                (8.4, 90, 42),
            ),
            (5.6, kick),
        ),
        fox(9, ((-0.5, 55, 34), (3.5, 72, 30), (6.5, 87, 33), (8.4, 91, 34))),
        fox(6, ((-0.5, 34, 40), (4, 58, 40), (8.4, 74, 39))),
        fox(2, ((-0.5, 36, 12), (4, 57, 11), (8.4, 76, 13))),
        owl(4, ((-0.5, 48, 33), (1.2, 50, 31), (3.5, 66, 26), (5.5, 80, 36), (8.4, 90, 36))),
        owl(5, ((-0.5, 60, 27), (2, 61, 25), (3.3, 67, 23), (5.5, 81, 31), (8.4, 91, 31.5))),
        owl(
            3, ((-0.5, 66, 47), (3.2, 76, 44), (4.6, 79.5, 42.2), (5.6, 85.6, 44), (8.4, 90.5, 41))
        ),
        owl(2, ((-0.5, 65, 38), (4, 80, 37), (6.5, 89.5, 35), (8.4, 93, 34))),
        owl(6, ((-0.5, 52, 16), (4, 70, 17), (8.4, 86, 22))),
        owl(8, ((-0.5, 44, 38), (4, 64, 36), (8.4, 82, 38))),
        Runner(REFEREE, ((-0.5, 42, 40), (4, 62, 34), (8.4, 80, 26)), seed=3),
    )


@lru_cache(maxsize=4)
def _followed(ball: Ball, seconds: float) -> np.ndarray:
    """Where the camera looks, ten times a second: after the ball, without haste."""
    spots = np.array([ball.at(t / 10)[:2] for t in range(-10, int(seconds * 10) + 20)])
    window = np.hanning(17) / np.hanning(17).sum()
    return np.stack([np.convolve(np.pad(s, 8, mode="edge"), window, "valid") for s in spots.T], 1)


def _follow(ball: Ball, t: float, lead: float) -> tuple[float, float]:
    path = _followed(ball, 10)
    x, y = (np.interp((t + 1) * 10, np.arange(len(path)), path[:, axis]) for axis in (0, 1))
    return x + lead, y


def first_half(canvas: Canvas, t: float) -> None:
    x, y = _follow(ATTACK, t, 3.0)
    lens = Lens((x * 0.8 + 10, -21, 11.5), (x, y * 0.75 + 7.5, 1.4), 2750 + 50 * t)
    _arena(canvas, lens, GOLD, t)
    if x > 70:
        goal(canvas, lens, 105.0, Bulge())
    play(canvas, lens, GOLD, _attack(), ATTACK, t)


COUNTER = Ball(
    (
        (-0.5, 62, 40, 0.15),
        (0.9, 57, 38, 0.15),
        (1.9, 46, 28, 0.15),
        (3.0, 39.5, 27, 0.15),
        (4.3, 31, 26, 0.15),
        (5.3, 27.5, 27.5, 0.15),
    ),
    (0.0, 0.25, 0.0, 0.0, 0.0),
)


KICKS_TWO = (0.9,)
FOUL = 4.35  # seconds into its shot


@lru_cache(maxsize=1)
def _foul() -> tuple[Runner, ...]:
    def fox(number, path, *acts):
        return Runner(dressed(FOX, number), path, acts, seed=number)

    def owl(number, path, *acts):
        return Runner(dressed(OWL, number), path, acts, seed=number + 30)

    return (
        owl(8, ((-0.5, 62.6, 40), (0.9, 57.6, 38.2), (3, 50, 36), (5.5, 38, 35)), (0.9, "kick")),
        owl(
            10,
            (
                (-0.5, 55, 26),
                (1.9, 46.6, 28),
                (3.0, 40.1, 27),
                (4.3, 31.6, 26),
                (4.7, 29.8, 25.7),
                (5.5, 29.3, 25.7),
            ),
            (FOUL, "fall"),
        ),
        owl(7, ((-0.5, 52, 46), (3, 38, 44), (5.5, 28, 42))),
        owl(9, ((-0.5, 46, 18), (3, 34, 17), (5.5, 26, 19))),
        owl(6, ((-0.5, 66, 30), (3, 54, 29), (5.5, 44, 29))),
        fox(
            4,
            (
                (-0.5, 44, 34),
                (1.9, 42, 31),
                (3.4, 35.5, 29.4),
                (4.3, 31.2, 26.9),
                (5.5, 30.3, 26.5),
            ),
            (FOUL - 0.05, "slide"),
        ),
        fox(5, ((-0.5, 40, 25), (2, 38, 26), (3.4, 31.5, 24.6), (5.5, 26, 25))),
        fox(3, ((-0.5, 42, 43), (3, 32, 41), (5.5, 24, 38))),
        fox(6, ((-0.5, 56, 36), (3, 48, 33), (4.5, 38, 29), (5.5, 35, 28))),
        fox(2, ((-0.5, 38, 15), (3, 30, 16), (5.5, 22, 20))),
        Runner(REFEREE, ((-0.5, 54, 22), (3, 44, 21.5), (4.5, 36, 22), (5.5, 33.5, 23.5)), seed=2),
    )


def second_half(canvas: Canvas, t: float) -> None:
    x, y = _follow(COUNTER, t, -3.0)
    lens = Lens((x * 0.8 + 10, -21, 11.5), (x, y * 0.75 + 7.5, 1.4), 2750 + 70 * t)
    _arena(canvas, lens, NIGHT, t)
    play(canvas, lens, NIGHT, _foul(), COUNTER, t)


def half_time(canvas: Canvas, t: float) -> None:
    drift = ease(t / 7)
    lens = Lens((46 + 5 * drift, -34, 17), (52.5 + 2 * drift, 42, 12), 800)
    sky(canvas, DUSK, 380)
    canvas.glow(880, 215, 520, (255, 170, 96), 0.75)
    canvas.glow(880, 215, 120, (255, 232, 190), 0.9)
    clouds(canvas, DUSK, t)
    lamps(canvas, lens, DUSK, MASTS[:2])
    for side in (LEFT, RIGHT, FAR):
        stand(canvas, lens, DUSK, side)
    canvas.defocus(1.0)
    pitch(canvas, lens, DUSK)
    boards(canvas, lens, DUSK, FAR)
    goal(canvas, lens, 0.0, Bulge())
    goal(canvas, lens, 105.0, Bulge())
    _ball_at_rest(canvas, lens)
    _birds(canvas, t)
    beams = canvas.sheet(0.125, 3)
    beams.glow(880, 260, 760, (120, 56, 26), 0.8)
    canvas.add(beams, 1.0, 20)


def _ball_at_rest(canvas: Canvas, lens: Lens) -> None:
    (spot,), (depth,) = lens.see([(52.5, 34, 0.15)])
    canvas.fill(oval(spot, (6, 2)), clear((20, 30, 30), 0.4))
    canvas.disc(spot[0], spot[1] - 2, max(3.0, 0.15 * lens.zoom / depth), (250, 246, 240))


def _birds(canvas: Canvas, t: float) -> None:
    """A flock that crosses the evening sky."""
    random = np.random.default_rng(12)
    for index in range(15):
        x = 260 + t * 74 - index * 20 + random.uniform(-26, 26)
        y = 150 + abs(index - 7) * 7 + random.uniform(-10, 10) - t * 7
        flap = np.sin(t * (9 + random.uniform(-1, 1)) + index) * 7
        wings = [
            (x - 14, y - flap),
            (x - 5, y - flap * 0.3 - 2),
            (x, y + 2),
            (x + 5, y - flap * 0.3 - 2),
            (x + 14, y - flap),
        ]
        canvas.stroke(curve(wings), 2.6, (44, 34, 58))


def full_time(canvas: Canvas, t: float) -> None:
    pull = ease(t / 7)
    eye = (50 + 6 * pull, -3 - 27 * pull, 4.6 + 15 * pull)
    lens = Lens(eye, (52.5, 36, 2.6 + 6 * pull), 1330 - 330 * pull)
    _arena(canvas, lens, NIGHT, t, 0.3)
    play(canvas, lens, NIGHT, _farewell(), None, t)
    flashes(canvas.moved(0, 90), t, 21, 0.16)
    light(canvas, NIGHT, t)
    confetti(canvas, t, HOME + AWAY, 6, 0.9)


@lru_cache(maxsize=1)
def _farewell() -> tuple[Runner, ...]:
    random = np.random.default_rng(30)
    runners = []
    for number in range(2, 10):
        x, y = 36 + number * 3.4 + random.uniform(-1, 1), 30 + random.uniform(-9, 10)
        act = (
            ((1.5 + random.uniform(0, 0.8), "hands" if number % 3 == 0 else "cheer"),)
            if number % 2
            else ()
        )
        runners.append(
            Runner(
                dressed(FOX, number), ((0, x - 2, y), (3, x, y), (7, x + 0.4, y)), act, seed=number
            )
        )
        act = ((1.4 + random.uniform(0, 0.8), "cheer"),) if number % 3 == 1 else ()
        runners.append(
            Runner(
                dressed(OWL, number),
                ((0, x + 5, y + 2), (3, x + 1.3, y + 0.6), (7, x + 1.1, y + 0.4)),
                act,
                seed=number + 40,
            )
        )
    return (*runners, Runner(REFEREE, ((0, 51, 28), (7, 52, 28)), ((0.6, "point"),), facing=1.0))
