"""Sounds that are not music: crowds, whistles, balls, birds, water, wind and thunder."""

from functools import lru_cache

import numpy as np
from world.sound import RATE, band, decay, drift, line, noise, room, shaped, sweep, swell, times


def looped(piece: np.ndarray, seconds: float, start: float = 0.0) -> np.ndarray:
    """The piece again and again, its ends dissolved into each other."""
    overlap = RATE
    body = len(piece) - overlap
    share = np.linspace(0, np.pi / 2, overlap)
    ring = piece[:body].copy()
    ring[:overlap] = piece[:overlap] * np.sin(share) + piece[body:] * np.cos(share)
    wanted = np.arange(round(seconds * RATE)) + int(start * RATE)
    return ring[wanted % body]


@lru_cache(maxsize=8)
def babble(low: float, high: float, pace: float, seed: int) -> np.ndarray:
    """Ten seconds of many voices at once, no word to be understood."""
    random = np.random.default_rng(seed)
    total = np.zeros(round(11 * RATE))
    for voice in range(22):
        centre = low * (high / low) ** random.random()
        part = band(noise(11, seed * 100 + voice), centre * 0.86, centre * 1.16)
        talk = drift(11, pace * random.uniform(0.7, 1.4), seed * 200 + voice) ** 2.2
        total += part / part.std() * talk * (500 / centre) ** 0.55
    return total / total.std()


def crowd(seconds: float, seed: int, low=190.0, high=1700.0, pace=4.5) -> np.ndarray:
    """A crowd's murmur to the left and the right: (samples, 2)."""
    sides = []
    for side in (0, 1):
        talk = looped(babble(low, high, pace, seed + side), seconds)
        air = looped(shaped(noise(11, seed + 50 + side), AIR), seconds, 3)
        sides.append(talk + 0.5 * air / air.std())
    return np.stack(sides, 1) * 0.1


AIR = [(40, -30), (120, -4), (400, 0), (1200, -9), (3000, -20), (9000, -42)]


@lru_cache(maxsize=4)
def roar(seconds: float, seed: int) -> np.ndarray:
    """Thousands shouting for joy, bursting out and ebbing away: (samples, 2)."""
    shape = line(
        [(0, 0), (0.12, 0.55), (0.5, 1), (1.6, 0.95), (seconds * 0.6, 0.55), (seconds, 0)], seconds
    )
    sides = []
    for side in (0, 1):
        voices = looped(babble(420, 2900, 7.0, seed + side), seconds)
        hiss = looped(shaped(noise(11, seed + 70 + side), ROAR), seconds)
        shouts = _shouts(seconds, seed + 90 + side)
        sides.append((voices + 0.7 * hiss / hiss.std() + 1.1 * shouts) * shape)
    return np.stack(sides, 1) * 0.16


ROAR = [(80, -24), (300, -5), (700, 0), (1300, -1), (2400, -6), (5000, -16), (12000, -38)]


def _shouts(seconds: float, seed: int) -> np.ndarray:
    """Single voices that stand out: vowels that rise, hold and fall."""
    random = np.random.default_rng(seed)
    total = np.zeros(round(seconds * RATE))
    for _ in range(46):
        long = random.uniform(0.7, 2.0)
        start = random.uniform(0, 1) ** 1.6 * max(0.1, seconds - long)
        pitch = random.choice([150, 190, 240, 310, 380]) * random.uniform(0.9, 1.12)
        glide = pitch * line([(0, 0.85), (long * 0.25, 1.15), (long, 0.8)], long)
        glide *= 1 + 0.012 * np.sin(2 * np.pi * random.uniform(4, 6) * times(long))
        voice = _vowel(glide, (760, 1250, 2700)) * swell(long, 0.12, 0.4)
        first = int(start * RATE)
        part = voice[: len(total) - first] * random.uniform(0.2, 1)
        total[first : first + len(part)] += part
    return total / total.std()


def _vowel(pitch: np.ndarray, formants) -> np.ndarray:
    """A sung vowel: harmonics, loud where the mouth resonates."""
    turn = 2 * np.pi * np.cumsum(pitch) / RATE
    middle = float(pitch.mean())
    voice = np.zeros(len(pitch))
    for number in range(1, int(4200 / middle)):
        hertz = number * middle
        peak = sum(np.exp(-(((hertz - f) / (90 + f * 0.09)) ** 2)) for f in formants)
        voice += np.sin(number * turn) * (peak + 0.05) / number**0.5
    return voice / (voice.std() + 1e-9)


def applause(seconds: float, rate: float, seed: int) -> np.ndarray:
    """So many claps a second, near and far: (samples, 2)."""
    random = np.random.default_rng(seed)
    sides = []
    for side in (0, 1):
        total = np.zeros(round(seconds * RATE))
        for kind in range(14):
            hits = np.zeros(round(seconds * RATE))
            spots = random.integers(0, len(hits), int(rate * seconds / 14))
            hits[spots] = random.uniform(0.2, 1, len(spots))
            low = random.uniform(600, 1700)
            clap = band(noise(0.016, seed + kind * 2 + side), low, low * 1.9)
            total += np.convolve(hits, clap * decay(0.016, 0.003, 0.0004), "same")
        sides.append(total / (total.std() + 1e-9))
    return np.stack(sides, 1) * 0.1


def whistle(seconds: float, seed: int = 0) -> np.ndarray:
    """A referee's whistle: two close high tones, trilled by the pea inside."""
    t = times(seconds)
    trill = np.sin(2 * np.pi * 31 * t + 0.6 * np.sin(2 * np.pi * 5 * t))
    press = line([(0, 0.94), (0.05, 1), (seconds - 0.06, 1), (seconds, 0.95)], seconds)
    tone = sweep((2950 + 85 * trill) * press) + 0.8 * sweep((3480 + 110 * trill) * press)
    breath = band(noise(seconds, seed + 11), 2500, 4200)
    sound = tone * (0.62 + 0.38 * trill) + 0.25 * breath / breath.std()
    return room(sound * swell(seconds, 0.018, 0.05) * 0.3, 1.3, 0.22, seed)


def kick(strength: float, seed: int = 0) -> np.ndarray:
    """A boot against a ball."""
    t = times(0.3)
    body = sweep(52 + 130 * np.exp(-t * 26)) * decay(0.3, 0.045)
    slap = band(noise(0.3, seed), 260, 1500)
    slap = slap / slap.std() * decay(0.3, 0.011, 0.001)
    return (body * 0.9 + slap * 0.22) * strength


def net(seed: int = 0) -> np.ndarray:
    """A ball caught by a net."""
    rustle = band(noise(0.7, seed), 1400, 6500)
    return (
        rustle / rustle.std() * line([(0, 0), (0.02, 1), (0.12, 0.4), (0.7, 0)], 0.7) ** 1.5 * 0.2
    )


def big_drum(seed: int = 0) -> np.ndarray:
    t = times(0.7)
    skin = sweep(62 + 46 * np.exp(-t * 18)) * decay(0.7, 0.11)
    stick = band(noise(0.7, seed), 150, 900)
    return skin * 0.8 + stick / stick.std() * decay(0.7, 0.012) * 0.12


def chirp(seed: int, low: float = 2600.0, high: float = 5200.0) -> np.ndarray:
    """One phrase of a small bird: a few whistled notes."""
    random = np.random.default_rng(seed)
    notes = []
    for _ in range(int(random.integers(2, 7))):
        long = random.uniform(0.05, 0.16)
        start, end = random.uniform(low, high, 2)
        bend = random.uniform(-0.1, 0.25)
        share = np.linspace(0, 1, round(long * RATE))
        hertz = start + (end - start) * share + bend * start * np.sin(np.pi * share)
        if random.random() < 0.25:
            hertz += 240 * np.sin(2 * np.pi * 42 * share * long)
        note = (sweep(hertz) + 0.12 * sweep(hertz * 2)) * swell(long, 0.012, long * 0.6)
        notes += [
            note[: len(share)] * random.uniform(0.6, 1),
            np.zeros(int(random.uniform(0.02, 0.09) * RATE)),
        ]
    return np.concatenate(notes) * 0.3


def cuckoo() -> np.ndarray:
    """Two calls, a falling third apart."""
    calls = []
    for hertz, rest in ((698, 0.2), (554, 0.5)):
        long = 0.32
        tone = sweep(
            np.full(round(long * RATE), float(hertz))
            * line([(0, 0.97), (0.05, 1), (long, 0.985)], long)
        )
        calls += [tone * swell(long, 0.04, 0.12), np.zeros(int(rest * RATE))]
    return np.concatenate(calls) * 0.25


def gull(seed: int) -> np.ndarray:
    """A gull's cry: a row of harsh falling calls."""
    random = np.random.default_rng(seed)
    calls = []
    for index in range(int(random.integers(3, 6))):
        long = 0.42 - 0.05 * index + random.uniform(-0.03, 0.03)
        top = random.uniform(1050, 1250)
        pitch = line(
            [(0, top * 0.62), (long * 0.22, top), (long * 0.6, top * 0.9), (long, top * 0.6)], long
        )
        voice = _vowel(pitch, (1300, 2300, 3400))
        calls += [voice * swell(long, 0.04, 0.16) * (1 - 0.1 * index), np.zeros(int(0.07 * RATE))]
    return np.concatenate(calls) * 0.12


def wind(seconds: float, seed: int, dark: float = 1.0) -> np.ndarray:
    """(samples, 2) of air that comes and goes."""
    sides = []
    for side in (0, 1):
        low = shaped(
            noise(seconds, seed + side),
            [(30, -20), (120, 0), (350 / dark, -4), (1200, -26), (6000, -60)],
        )
        high = shaped(
            noise(seconds, seed + 9 + side),
            [(200, -40), (500, -6), (900, 0), (2000, -14), (8000, -44)],
        )
        gust = drift(seconds, 0.45, seed + 20 + side) ** 1.5
        sides.append(low / low.std() * (0.4 + 0.6 * gust) + 0.4 * high / high.std() * gust**2)
    return np.stack(sides, 1) * 0.1


def leaves(seconds: float, seed: int) -> np.ndarray:
    """(samples, 2) of a breeze in the trees."""
    sides = []
    for side in (0, 1):
        rush = shaped(
            noise(seconds, seed + side),
            [(300, -40), (1500, -10), (3500, 0), (7000, -6), (14000, -24)],
        )
        sides.append(rush / rush.std() * (0.25 + 0.75 * drift(seconds, 0.6, seed + 30 + side) ** 2))
    return np.stack(sides, 1) * 0.05


def waves(seconds: float, seed: int, period: float = 4.6) -> np.ndarray:
    """(samples, 2) of breakers that roll in, burst and draw back."""
    total = np.zeros((round(seconds * RATE), 2))
    random = np.random.default_rng(seed)
    start, number = -1.5, 0
    while start < seconds:
        long = period * random.uniform(1.25, 1.6)
        pan = random.uniform(-0.5, 0.5)
        for side in (0, 1):
            raw = noise(long, seed * 50 + number * 2 + side)
            deep = shaped(raw, [(40, -12), (120, 0), (400, -5), (1500, -20), (6000, -48)])
            foam = shaped(raw, [(300, -40), (900, -8), (2600, 0), (6000, -5), (14000, -20)])
            roll = line([(0, 0), (long * 0.3, 1), (long * 0.5, 0.5), (long, 0)], long) ** 1.6
            wash = (
                line(
                    [(0, 0), (long * 0.24, 0.05), (long * 0.34, 1), (long * 0.6, 0.35), (long, 0)],
                    long,
                )
                ** 1.5
            )
            wave = 0.8 * deep / deep.std() * roll + 0.5 * foam / foam.std() * wash
            first = round(start * RATE)
            low, high = max(0, first), min(len(total), first + len(wave))
            if high > low:
                total[low:high, side] += wave[low - first : high - first] * (
                    1 + pan * (2 * side - 1)
                )
        start += period * random.uniform(0.8, 1.2)
        number += 1
    return total * 0.12


def rain(seconds: float, seed: int) -> np.ndarray:
    """(samples, 2) of steady rain with single drops."""
    random = np.random.default_rng(seed)
    sides = []
    for side in (0, 1):
        hush = shaped(
            noise(seconds, seed + side),
            [(150, -30), (600, -12), (2500, -2), (6000, 0), (12000, -8), (20000, -20)],
        )
        total = hush / hush.std() * (0.8 + 0.2 * drift(seconds, 0.8, seed + 40 + side))
        for _ in range(16):
            drops = np.zeros(round(seconds * RATE))
            spots = random.integers(0, len(drops), int(6 * seconds))
            drops[spots] = random.uniform(0.1, 1, len(spots)) ** 2
            t, pitch = times(0.03), random.uniform(700, 3400)
            plop = sweep(pitch * (1 + 0.8 * t / 0.03)) * decay(0.03, 0.0035, 0.001)
            total += 1.1 * np.convolve(drops, plop, "same")
        sides.append(total)
    return np.stack(sides, 1) * 0.06


def thunder(seconds: float, seed: int) -> np.ndarray:
    """(samples, 2) of far thunder: a dull crack, then rolling."""
    sides = []
    for side in (0, 1):
        deep = shaped(
            noise(seconds, seed + side),
            [(18, -12), (45, 0), (110, -3), (300, -18), (900, -40), (4000, -80)],
        )
        mid = shaped(
            noise(seconds, seed + 5 + side),
            [(60, -20), (180, 0), (500, -8), (1500, -30), (6000, -70)],
        )
        rolls = 0.25 + drift(seconds, 2.6, seed + 60) ** 2
        fall = line([(0, 0), (0.08, 1), (0.9, 0.65), (seconds * 0.5, 0.3), (seconds, 0)], seconds)
        burst = line([(0, 0), (0.05, 1), (0.4, 0.25), (1.4, 0), (seconds, 0)], seconds)
        sides.append(deep / deep.std() * rolls * fall + 0.5 * mid / mid.std() * burst)
    return np.stack(sides, 1) * 0.2


def crickets(seconds: float, seed: int) -> np.ndarray:
    """(samples, 2) of a summer night: a few crickets, each with its own pulse."""
    random = np.random.default_rng(seed)
    total = np.zeros((round(seconds * RATE), 2))
    t = times(seconds)
    for _ in range(5):
        hertz, pulse = random.uniform(3900, 4700), random.uniform(26, 34)
        beat = random.uniform(1.0, 1.6)
        on = np.clip(np.sin(2 * np.pi * (t * beat + random.random())) * 4, 0, 1)
        song = (
            np.sin(2 * np.pi * hertz * t) * np.clip(np.sin(2 * np.pi * pulse * t), 0, 1) ** 2 * on
        )
        pan = random.uniform(0.15, 0.85)
        total += song[:, None] * (pan, 1 - pan) * random.uniform(0.3, 1)
    return total * 0.02
