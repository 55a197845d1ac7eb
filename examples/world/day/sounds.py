"""What is heard on the walk: two tunes, a town, birds, the sea, a silent night, rain."""

import numpy as np
from world.day.music import evening, morning
from world.nature import (
    babble,
    chirp,
    crickets,
    cuckoo,
    gull,
    leaves,
    looped,
    rain,
    thunder,
    waves,
    wind,
)
from world.sound import RATE, Mix, band, decay, line, noise, room, shaped, sweep, swell, times

FLASHES = (1.3, 4.6)  # seconds into the last shot
RAIN = 48.5


def day_sound(seconds: float) -> np.ndarray:
    """(samples, 2)."""
    mix = Mix(seconds)
    for start, part in ((0, _town), (15, _forest), (26.9, _sea), (34.5, _dusk), (41.5, _night)):
        if start < seconds:
            part(mix)
    return mix.samples


def _faded(tune: np.ndarray, start: float, end: float) -> np.ndarray:
    return tune * line([(0, 1), (start, 1), (end, 0), (30, 0)], len(tune) / RATE)[:, None]


def _between(start: float, end: float, fade_in: float, fade_out: float) -> np.ndarray:
    return swell(end - start, fade_in, fade_out)[:, None]


def _town(mix: Mix) -> None:
    mix.add(0.05, _faded(morning(), 14.9, 15.7))
    talk = np.stack([looped(babble(260, 2600, 5.0, 81 + side), 15.0) for side in (0, 1)], 1)
    mix.add(0, talk * _between(0, 15, 0.3, 0.06), 0.011)
    for step in range(47):
        heel = band(noise(0.08, step), 500, 2600) * decay(0.08, 0.010, 0.001)
        mix.add(
            0.2 + step * 0.315,
            heel / np.abs(heel).max(),
            0.022 + 0.012 * (step > 22),
            -0.2 + 0.15 * (step % 2),
        )
    rumble = shaped(noise(6.0, 90), [(25, -20), (70, 0), (240, -6), (900, -24), (4000, -60)])
    roll = line([(0, 0), (1.8, 1), (3.8, 0.9), (6, 0)], 6.0)
    for side, lead in ((0, 0.25), (1, -0.25)):
        part = np.zeros((len(rumble), 2))
        part[:, side] = rumble / rumble.std() * roll
        mix.add(0.2 + lead, part, 0.05)
    for at in (1.6, 1.95, 3.0):
        mix.add(at, room(_bell(), 1.2, 0.2, 5), 0.09, -0.3 + 0.2 * at)
    for flap in range(16):
        puff = band(noise(0.05, 300 + flap), 500, 3000) * swell(0.05, 0.012, 0.03)
        mix.add(
            3.25 + flap * 0.075,
            puff / np.abs(puff).max(),
            0.035 * (1 - flap / 18),
            -0.4 + flap * 0.05,
        )


def _bell() -> np.ndarray:
    t = times(1.3)
    parts = ((1568, 1.0, 0.22), (3136, 0.4, 0.12), (4230, 0.3, 0.09), (2349, 0.35, 0.16))
    return sum(a * np.sin(2 * np.pi * f * t) * 0.5 ** (t / half) for f, a, half in parts) * swell(
        1.3, 0.002, 0.1
    )


def _forest(mix: Mix) -> None:
    mix.add(15, leaves(13.1, 7) * _between(15, 28.1, 0.04, 1.2), 1.5)
    random = np.random.default_rng(14)
    at = 15.15
    while at < 26.8:
        phrase = room(chirp(int(random.integers(5000))), 1.4, 0.3, 6)
        mix.add(at, phrase, random.uniform(0.16, 0.6), random.uniform(-0.9, 0.9))
        at += random.uniform(0.16, 0.62)
    for start, gain in ((17.6, 0.5), (19.3, 0.5), (24.4, 0.3)):
        mix.add(start, room(cuckoo(), 1.9, 0.5, 8), gain, 0.45)
    for drop in range(13):
        first = 21.7 + drop * 0.43 + 0.1 * np.sin(drop * 5)
        t = times(0.12)
        plop = sweep(620 + 60 * (drop % 5) + 1500 * t / 0.12 * (drop % 2)) * decay(
            0.12, 0.018, 0.002
        )
        mix.add(first, room(plop, 0.9, 0.3, 4), 0.06, 0.4)


def _sea(mix: Mix) -> None:
    mix.add(26.9, waves(7.6, 3) * _between(26.9, 34.5, 1.2, 0.05), 2.0)
    mix.add(26.9, wind(7.6, 33) * _between(26.9, 34.5, 1.2, 0.05), 0.9)
    for number, (at, pan) in enumerate(((28.2, -0.6), (30.0, 0.5), (31.6, -0.2), (33.0, 0.7))):
        mix.add(at, room(gull(number), 1.3, 0.25, 9), 0.6, pan)


def _dusk(mix: Mix) -> None:
    mix.add(34.5, _faded(evening(), 8.0, 9.6), 1.15)
    mix.add(34.5, waves(7.0, 8, 5.4) * _between(34.5, 41.5, 0.05, 0.05), 0.5)
    mix.add(37.2, room(gull(9), 1.8, 0.5, 9), 0.07, 0.6)


def _night(mix: Mix) -> None:
    mix.add(41.5, crickets(7.0, 4) * _between(41.5, 48.5, 0.4, 0.05), 1.5)
    mix.add(41.5, wind(7.0, 61, 1.6) * _between(41.5, 48.5, 0.4, 0.05), 0.12)
    for at, long in ((45.2, 0.28), (45.62, 0.2), (45.95, 0.5)):
        hoot = sweep(
            np.full(round(long * RATE), 392.0) * line([(0, 0.97), (0.05, 1), (long, 0.96)], long)
        )
        mix.add(at, room(hoot * swell(long, 0.05, 0.12), 2.0, 0.5, 7), 0.09, -0.5)
    mix.add(RAIN, rain(7.6, 17) * _between(RAIN, RAIN + 7.6, 0.04, 0.3), 1.3)
    mix.add(RAIN + FLASHES[0] + 0.9, thunder(4.2, 5), 2.2)
    mix.add(RAIN + FLASHES[1] + 1.1, thunder(4.6, 23), 1.5)
