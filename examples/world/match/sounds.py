"""What is heard at the game."""

from functools import partial

import numpy as np
from world.nature import applause, big_drum, chirp, crowd, kick, net, roar, whistle, wind
from world.sound import Mix, line, room

# second of the clip, decibels of the murmur
MURMUR = (
    (0, -8), (3, -7), (4, -4), (6, -7), (10, -6), (12, -4), (14.5, -2), (16.2, 0), (16.8, 1),
    (22, -1), (25, -5), (25.9, -24), (26.4, -42), (30.4, -42), (30.95, -28), (31.05, -7), (34, -6),
    (35.2, -4), (35.6, -1), (37.5, -2), (39, -5), (40.4, -3), (41.4, 0), (41.6, 1), (46, -1),
    (48, -3), (54, -6),
)  # fmt: skip


KICKS = (
    (4.0 - 0.7, 0.5),
    (5.1, 0.7),
    (7.2, 1.0),
    (9.6, 0.75),
    (16.15, 1.3),
    (31.9, 0.8),
    (40.6, 1.35),
)


TOUCHES = (4.3, 6.0, 6.6, 8.5, 8.9, 10.6, 11.2, 32.9, 33.5, 34.2, 34.8)
WHISTLES = ((3.05, 0.7), (36.36, 0.78), (47.5, 0.4), (48.05, 0.4), (48.6, 0.95))


def match_sound(seconds: float, goals: tuple[float, ...]) -> np.ndarray:
    """(samples, 2): the crowd, the ball, the whistle, and the birds at half-time."""
    mix = Mix(seconds)
    loud = 10 ** (line(MURMUR, seconds) / 20)
    mix.add(0, crowd(seconds, 4) * loud[:, None], 1.9)
    for number, goal in enumerate(goals):
        mix.add(goal - 0.05, partial(roar, 7.0, 30 + number), 2.0)
        mix.add(goal + 1.2, partial(applause, 4.5, 260, 60 + number), 0.9)
        mix.add(goal, room(net(number), 0.5, 0.2), 0.9)
    mix.add(35.4, partial(roar, 2.6, 44), 0.6)  # anger at the foul
    mix.add(47.8, _farewell, 1.2)
    for number, (start, strength) in enumerate(KICKS):
        mix.add(start, room(kick(strength, number), 0.6, 0.16), 1.5)
    for number, start in enumerate(TOUCHES):
        mix.add(start, room(kick(0.3, 20 + number), 0.5, 0.14), 1.4)
    for number, (start, long) in enumerate(WHISTLES):
        mix.add(start, whistle(long, number), 1.25)
    _drums(mix)
    _birds(mix)
    return mix.samples


def _farewell() -> np.ndarray:
    shape = line([(0, 0), (1, 1), (5, 0.8), (6.5, 0.3)], 6.5)
    return applause(6.5, 420, 70) * shape[:, None]


def _drums(mix: Mix) -> None:
    """Somebody in the stand beats boom, boom, ba-ba-boom."""
    beat = 0.29
    stroke = room(big_drum(1), 1.4, 0.4)
    for bar, first in enumerate((0.4, 2.72 + 1.9, 7.0, 9.4, 32.0, 34.3, 49.6, 51.9)):
        for step in (0, 2, 4, 5, 6):
            mix.add(first + step * beat, stroke, 0.42, -0.35 + 0.02 * bar)


def _birds(mix: Mix) -> None:
    random = np.random.default_rng(9)
    mix.add(25.6, wind(6.0, 3) * line([(0, 0), (1, 1), (5, 1), (6, 0)], 6.0)[:, None], 0.35)
    start = 26.3
    while start < 30.2:
        phrase = chirp(int(random.integers(1000)), 2300, 4600)
        mix.add(
            start, room(phrase, 1.2, 0.25), random.uniform(0.2, 0.42), random.uniform(-0.8, 0.8)
        )
        start += random.uniform(0.25, 0.6)
