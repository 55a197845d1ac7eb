"""A small band, strings, marimba, flute, chords, bass and shaker, and the two tunes it plays."""

import re

import numpy as np
from world.sound import RATE, Mix, band, decay, line, noise, room, shaped, swell, times

STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def hertz(note: str) -> float:
    """'A4' is 440, 'F#5' is 739.99."""
    letter, sharp, octave = re.fullmatch(r"([A-G])(#?)(\d)", note).groups()
    return 440.0 * 2 ** ((STEPS[letter] + len(sharp) - 9) / 12 + int(octave) - 4)


def pluck(note: str, seconds: float, seed: int = 0) -> np.ndarray:
    """A nylon string."""
    base, t = hertz(note), times(seconds)
    random = np.random.default_rng(seed + int(base))
    total = np.zeros(len(t))
    for k in range(1, min(18, int(7000 / base)) + 1):
        tone = base * k * np.sqrt(1 + 0.00012 * k * k)
        half = 0.62 * (220 / base) ** 0.35 / (1 + 0.32 * (k - 1))
        total += (
            np.sin(2 * np.pi * tone * t + random.uniform(0, 0.4))
            * abs(np.sin(np.pi * k * 0.21))
            / k**1.15
            * 0.5 ** (t / half)
        )
    finger = band(noise(seconds, seed + 3), 300, 2200)
    total += finger / finger.std() * decay(seconds, 0.006, 0.001) * 0.05
    return total * np.clip(t / 0.004, 0, 1) * np.clip((seconds - t) / 0.05, 0, 1)


def marimba(note: str, seconds: float) -> np.ndarray:
    base, t = hertz(note), times(seconds)
    wood = np.sin(2 * np.pi * base * t) * 0.5 ** (t / 0.3)
    wood += 0.28 * np.sin(2 * np.pi * base * 3.93 * t) * 0.5 ** (t / 0.07)
    wood += 0.10 * np.sin(2 * np.pi * base * 9.2 * t) * 0.5 ** (t / 0.02)
    return wood * np.clip(t / 0.003, 0, 1) * np.clip((seconds - t) / 0.05, 0, 1)


def flute(note: str, seconds: float, seed: int = 0) -> np.ndarray:
    base, t = hertz(note), times(seconds)
    depth = 0.0045 * np.clip((t - 0.25) / 0.4, 0, 1)
    phase = 2 * np.pi * np.cumsum(base * (1 + depth * np.sin(2 * np.pi * 5.1 * t))) / RATE
    tone = np.sin(phase) + 0.22 * np.sin(2 * phase) + 0.07 * np.sin(3 * phase)
    air = band(noise(seconds, seed + 9), base * 0.9, base * 2.4)
    return (tone + 0.05 * air / air.std()) * swell(seconds, 0.09, 0.16)


def pad(notes: str, seconds: float, attack: float = 0.5, release: float = 0.9) -> np.ndarray:
    """Soft strings holding a chord: (samples, 2)."""
    t = times(seconds)
    sides = np.zeros((len(t), 2))
    for index, note in enumerate(notes.split()):
        for voice, detune in enumerate((-0.0022, 0.0003, 0.0025)):
            base = hertz(note) * (1 + detune)
            turn = 2 * np.pi * base * t + index * 1.3 + voice * 2.1
            tone = sum(np.sin(k * turn) / k**1.9 for k in range(1, 8))
            pan = (0.2, 0.5, 0.8)[(voice + index) % 3]
            sides += tone[:, None] * (1 - pan, pan)
    breathe = 1 + 0.08 * np.sin(2 * np.pi * 0.23 * t)
    return sides * (swell(seconds, attack, release) * breathe)[:, None]


def bass(note: str, seconds: float) -> np.ndarray:
    base, t = hertz(note), times(seconds)
    tone = np.sin(2 * np.pi * base * t) + 0.35 * np.sin(4 * np.pi * base * t) * 0.5 ** (t / 0.2)
    return tone * 0.5 ** (t / 0.7) * np.clip(t / 0.008, 0, 1) * np.clip((seconds - t) / 0.06, 0, 1)


def shaker(seed: int) -> np.ndarray:
    grain = band(noise(0.09, seed), 5200, 11000)
    return grain / grain.std() * line([(0, 0), (0.018, 1), (0.05, 0.3), (0.09, 0)], 0.09)


def soft_drum() -> np.ndarray:
    t = times(0.4)
    return np.sin(2 * np.pi * (48 * t + 1.6 * (1 - np.exp(-t * 30)))) * decay(0.4, 0.07, 0.003)


# bar: chord tones for the strings, the pad's chord, the bass notes
MORNING = (
    ("G3 B3 D4 G4", "G3 B3 D4", "G2 D3"),
    ("F#3 A3 D4 F#4", "A3 D4 F#4", "F#2 D3"),
    ("E3 G3 B3 E4", "G3 B3 E4", "E2 B2"),
    ("C3 G3 C4 E4", "G3 C4 E4", "C3 G2"),
    ("A3 C4 E4 G4", "A3 C4 E4", "A2 D3"),
    ("G3 D4 G4 B4", "G3 B3 D4 G4", "G2 G2"),
)


MORNING_TUNE = (
    "B4 1 D5 1 G5 1.5 F#5 .5 F#5 1 E5 .5 D5 1.5 A4 1 B4 1 E5 1 G5 1 A5 .5 B5 .5 "
    "A5 1 G5 .5 E5 1.5 D5 1 C5 .5 E5 .5 G5 1 F#5 1 E5 .5 D5 .5 G5 3"
)


EVENING = (
    ("D3 A3 D4 F#4", "D4 F#4 A4 E5", "D2"),
    ("B2 F#3 B3 D4", "D4 F#4 A4 B4", "B2"),
    ("G2 D3 G3 B3", "D4 G4 B4 F#4", "G2"),
    ("A2 E3 A3 C#4", "C#4 E4 A4 B4", "A2"),
)


EVENING_TUNE = "F#5 1.5 E5 .5 D5 .5 E5 .5 B4 1 B4 .5 D5 .5 G5 1 F#5 .5 E5 .5 C#5 1 D5 3"


def _notes(tune: str):
    """(beat, note, beats)."""
    parts, beat = tune.split(), 0.0
    for note, long in zip(parts[::2], parts[1::2], strict=True):
        yield beat, note, float(long)
        beat += float(long)


def morning() -> np.ndarray:
    """Six bars at an easy walk, fifteen seconds: (samples, 2)."""
    beat, mix = 0.625, Mix(17.0)
    drum = soft_drum()
    for number, (strings, chord, low) in enumerate(MORNING):
        start, tones, last = number * 4 * beat, strings.split(), number == 5
        for step, tone in enumerate((0, 2, 1, 3, 2, 1, 2, 3)):
            if not last or step < 4:
                late = 0.006 * np.sin(number * 3 + step * 1.7)
                push = 0.2 if step % 4 == 0 else 0.15
                mix.add(start + step * beat / 2 + late, pluck(tones[tone], 1.6, step), push, -0.3)
        mix.add(start, pad(chord, 4 * beat + 0.7, 0.35, 0.8), 0.018)
        for half, note in enumerate(low.split()):
            if not (last and half):
                mix.add(
                    start + half * 2 * beat, bass(note, 1.8 * beat + (1.0 if last else 0)), 0.26
                )
                mix.add(start + half * 2 * beat, drum, 0.22)
        for step in range(0 if last else 8):
            mix.add(
                start + step * beat / 2 - 0.015, shaker(step % 4), 0.016 if step % 2 else 0.009, 0.4
            )
    for at, note, long in _notes(MORNING_TUNE):
        mix.add(at * beat, marimba(note, 1.5), 0.3, 0.22)
        mix.add(at * beat, flute(note, long * beat * 0.96, int(at)), 0.062, 0.3)
    return room(mix.samples, 1.5, 0.14, 21)


def evening() -> np.ndarray:
    """Four slow chords and a last one that rings out, nine seconds: (samples, 2)."""
    beat, mix = 0.8333, Mix(11.0)
    for number, (strings, chord, low) in enumerate((*EVENING, EVENING[0])):
        start, tones, last = number * 2 * beat, strings.split(), number == 4
        mix.add(start, pad(chord, 2 * beat + (1.1 if last else 0.8), 0.5, 1.2), 0.026)
        mix.add(start, bass(low, 2.4), 0.24)
        for step in range(4):
            mix.add(
                start + step * beat / 2 * (1 if not last else 0.6),
                pluck(tones[step], 2.4, step + 40),
                0.15,
                -0.35,
            )
    for at, note, long in _notes(EVENING_TUNE):
        long = min(long, 2.0)
        mix.add(at * beat, flute(note, long * beat, int(at * 2)), 0.115, 0.15)
        mix.add(at * beat, marimba(note, 1.8), 0.09, 0.3)
    warm = shaped(mix.samples[:, 0], WARMTH), shaped(mix.samples[:, 1], WARMTH)
    return room(np.stack(warm, 1), 2.4, 0.24, 25)


WARMTH = [(30, 0), (200, 1.5), (900, 0), (4000, -2), (9000, -6), (16000, -14)]
