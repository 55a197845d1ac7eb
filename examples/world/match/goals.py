"""The two goals: a shot seen through the net, and a free kick over the wall."""

from functools import lru_cache

import numpy as np
from world.canvas import Canvas
from world.match.fans import flashes
from world.match.play import FOX, FOX_KEEPER, OWL, OWL_KEEPER, REFEREE, Ball, Runner, dressed, play
from world.match.stadium import GOLD, NIGHT, Bulge, Lens, goal, pitch, sky
from world.match.stands import FAR, LEFT, NEAR, boards, stand
from world.match.wide import clouds, light
from world.shapes import ease, over

SHOT_ONE = Ball(
    (
        (0, 93.2, 37.0, 0.15), (1.15, 95.2, 36.4, 0.15), (1.9, 106.25, 32.4, 1.7),
        (2.45, 106.2, 32.6, 0.15), (4.5, 105.8, 33.0, 0.12),
    ),
    (0.0, 0.25, 0.0, 0.0),
)  # fmt: skip


@lru_cache(maxsize=1)
def _scoring() -> tuple[Runner, ...]:
    def fox(number, path, *acts):
        return Runner(dressed(FOX, number), path, acts, seed=number, facing=1.0)

    def owl(number, path, *acts):
        return Runner(dressed(OWL, number), path, acts, seed=number + 30, facing=-1.0)

    nine = ((0, 90.4, 38.6), (1.15, 94.8, 36.9), (1.7, 95.6, 36.4), (4.5, 101, 38.5))
    keeper = (
        (0, 103.8, 34.8),
        (1.2, 103.4, 34.6),
        (1.45, 103.4, 34.3),
        (1.85, 103.7, 33.2),
        (4.5, 103.7, 33.1),
    )
    return (
        fox(9, nine, (1.15, "kick"), (2.3, "cheer")),
        fox(11, ((0, 89, 43), (2, 95, 41.5), (4.5, 101, 40.5)), (2.6, "cheer")),
        fox(10, ((0, 86, 29), (2, 92, 30.5), (4.5, 99, 33)), (2.5, "cheer")),
        owl(
            2,
            ((0, 93.5, 34.4), (1.2, 96.5, 35.0), (2, 98, 35.2), (4.5, 98.4, 35.0)),
            (2.3, "hands"),
        ),
        owl(5, ((0, 95, 31), (1.4, 98, 31.6), (4.5, 99, 31.4)), (2.5, "hands")),
        owl(3, ((0, 91, 40), (1.4, 95, 39.6), (4.5, 97.5, 40.0))),
        Runner(dressed(OWL_KEEPER, 1), keeper, ((0.5, "ready"), (1.6, "dive")), facing=-1.0),
    )


def goal_one(canvas: Canvas, t: float) -> None:
    shake = 0.05 * np.exp(-(t - 1.9) * 4) * np.sin(t * 60) if t > 1.9 else 0.0
    push = ease(t / 4)
    lens = Lens(
        (114.4 - 0.5 * push, 31.4 + 0.5 * push, 3.3 + shake),
        (98, 34.4, 1.55 + shake),
        1220 + 90 * push,
    )
    sky(canvas, GOLD, 330)
    clouds(canvas, GOLD, t)
    joy = over(t, 1.9, 2.4)
    for side in (NEAR, FAR, LEFT):
        stand(canvas, lens, GOLD, side, t, joy)
    canvas.glow(420, 90, 460, (255, 170, 80), 0.35)
    canvas.defocus(2.6)
    pitch(canvas, lens, GOLD)
    boards(canvas, lens, GOLD, LEFT)
    play(canvas, lens, GOLD, _scoring(), SHOT_ONE, t)
    goal(canvas, lens, 105.0, Bulge(32.4, 1.7, t - 1.9))
    if joy:
        flashes(canvas, t, 3, 0.3)
    light(canvas, GOLD, t)


SHOT_TWO = Ball(
    (
        (0, 24.5, 25, 0.12),
        (1.8, 24.5, 25, 0.12),
        (2.75, -1.5, 36.6, 2.0),
        (3.3, -1.3, 36.4, 0.2),
        (6, -1.0, 36.2, 0.12),
    ),
    (0.0, 1.35, 0.0, 0.0),
    (0.0, 1.5, 0.0, 0.0),
)


@lru_cache(maxsize=1)
def _free_kick() -> tuple[Runner, ...]:
    wall = []
    for index in range(5):
        x, y = 16.2 - index * 0.06, 27.4 + index * 0.62
        wall.append(
            Runner(
                dressed(FOX, 2 + index),
                ((0, x, y), (6, x, y)),
                ((3.1, "hands"),),
                seed=index,
                facing=1.0,
            )
        )
    return (
        *wall,
        Runner(
            dressed(OWL, 10),
            ((0, 28.2, 21.8), (0.7, 28.2, 21.8), (1.75, 25.0, 24.7), (2.3, 23.6, 26), (6, 20, 29)),
            ((1.8, "kick"), (3.2, "cheer")),
            seed=5,
            facing=-1.0,
        ),
        Runner(
            dressed(OWL, 7),
            ((0, 20, 38), (2.4, 16, 38.5), (6, 13, 38)),
            ((3.1, "cheer"),),
            seed=9,
            facing=-1.0,
        ),
        Runner(
            dressed(FOX, 8),
            ((0, 18, 36.5), (2.4, 13.5, 37), (6, 12.5, 37)),
            ((3.3, "hands"),),
            seed=8,
            facing=-1.0,
        ),
        Runner(
            dressed(FOX_KEEPER, 1),
            ((0, 1.0, 33.2), (1.9, 1.0, 33.4), (2.3, 1.0, 34.2), (2.8, 0.9, 35.4), (6, 0.9, 35.5)),
            ((1.0, "ready"), (2.5, "dive")),
            facing=1.0,
        ),
        Runner(REFEREE, ((0, 22, 40), (6, 20, 39)), facing=-1.0),
    )


def goal_two(canvas: Canvas, t: float) -> None:
    push = ease(t / 4.2)
    eye = (38.5 - 3.0 * push, 15.6 + 2.0 * push, 3.9 - 0.5 * push)
    lens = Lens(eye, (7, 31.6 + 1.2 * push, 0.9 + 0.7 * push), 1500 + 750 * push)
    sky(canvas, NIGHT, 330)
    joy = over(t, 2.75, 3.2)
    for side in (FAR, LEFT):
        stand(canvas, lens, NIGHT, side, t, joy * 0.5)
    canvas.defocus(2.6)
    pitch(canvas, lens, NIGHT)
    boards(canvas, lens, NIGHT, LEFT)
    goal(canvas, lens, 0.0, Bulge(36.6, 2.0, t - 2.75))
    play(canvas, lens, NIGHT, _free_kick(), SHOT_TWO, t)
    if joy:
        flashes(canvas, t, 8, 0.35)
    light(canvas, NIGHT, t)
