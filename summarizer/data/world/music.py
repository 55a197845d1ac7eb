"""Music from a tempo and a mood, by one instrument.

Happy music is in a major key, bright and hopping; sad music is in a minor one, low, bound and
sinking; tense music hammers on semitones and tritones. How fast it is says nothing of that. For
practice there is music without a mood, which wanders, and music of no instrument that has a name.
"""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil

import numpy as np

from summarizer.data.world.planning import pick
from summarizer.data.world.timbre import (
    TIMBRES,
    Timbre,
    Wave,
    clock,
    edged,
    hiss,
    lay,
    nameless,
    note,
)
from summarizer.data.world.values import TEMPI, Sound

BARS = {  # mood -> chords in semitones above the key, one a bar
    "happy": ((0, 4, 7), (5, 9, 12), (7, 11, 14), (0, 4, 7)),
    "sad": ((0, 3, 7), (-4, 0, 3), (-2, 2, 5), (0, 3, 7)),
    "tense": ((0, 1, 6), (0, 1, 7), (1, 2, 7), (0, 1, 6)),
}
SHIFTS = {"happy": 5, "sad": -4, "tense": -1}  # semitones
LASTS = {"happy": 0.55, "sad": 1.0, "tense": 0.35}  # beats of a note
BRIGHT = {"happy": 1.0, "sad": 0.6, "tense": 1.1}
ANY_BRIGHT = (0.4, 1.1)  # of what has no mood
ANY_LASTS = (0.3, 1.0)  # beats
WANDERS = 9  # semitones, to either side
BEATS = 4  # a bar

Note = tuple[float, float, float, float]  # start, seconds, pitch in Hz (0: the drum), how loud


def played(sound: Sound, draw: np.random.Generator, rate: int) -> Wave:
    """The music of a sound, from its start to its end."""
    seconds = sound.end - sound.start
    beat = 60 / float(draw.uniform(*TEMPI[sound.tempo]))
    made = np.zeros(round(seconds * rate), np.float32)
    if sound.instrument == "drum":
        return _drummed(made, beat, draw, rate)
    timbre = TIMBRES.get(sound.instrument) or nameless(draw)
    if sound.mood:
        bright = BRIGHT[sound.mood] * float(draw.uniform(0.75, 1.0))
        notes = _notes(sound, timbre, beat, draw)
    else:
        bright = float(draw.uniform(*ANY_BRIGHT))
        notes = _wandering(sound, timbre, beat, draw)
    for start, lasts, pitch, loud in notes:
        # lengths and pitches come from few values, so most notes are made once
        wave = _note(timbre, round(pitch, 3), round(lasts, 4), round(bright, 3), rate)
        lay(made, np.float32(loud) * wave, round(start * rate))
    return made * np.float32(0.5)


@lru_cache(256)
def _note(timbre: Timbre, pitch: float, seconds: float, bright: float, rate: int) -> Wave:
    return note(timbre, pitch, seconds, bright, rate)


def _notes(sound: Sound, timbre: Timbre, beat: float, draw: np.random.Generator) -> Iterator[Note]:
    """A note on every beat, some between them, and a chord where a bar begins."""
    key = 60 + timbre.octave + SHIFTS[sound.mood] + int(draw.integers(-3, 4))
    bars, step = BARS[sound.mood], int(draw.integers(3))
    for number in range(ceil((sound.end - sound.start) / beat)):
        chord = bars[number // BEATS % len(bars)]
        start, first = number * beat, number % BEATS == 0
        step = _next(step, sound.mood, draw)
        if first and timbre.chords:
            lasts = beat * (BEATS - 0.1) * (0.4 if sound.mood == "tense" else 1)
            for tone in chord:
                yield start, lasts, _hertz(key + tone - 12), 0.3
        lasts = beat * LASTS[sound.mood]
        yield start, lasts, _hertz(key + chord[step]), 1.0 if first else 0.8
        if draw.random() < (0.8 if sound.mood == "tense" else 0.25):  # half a beat later, softer
            again = chord[step] if sound.mood == "tense" else chord[(step + 1) % 3]
            yield start + beat / 2, min(lasts, beat / 2), _hertz(key + again), 0.45


def _wandering(
    sound: Sound, timbre: Timbre, beat: float, draw: np.random.Generator
) -> Iterator[Note]:
    """Any note on every beat: of no key, high or low, short or long."""
    key = 60 + timbre.octave + int(draw.integers(-WANDERS, WANDERS + 1))
    for number in range(ceil((sound.end - sound.start) / beat)):
        start, first = number * beat, number % BEATS == 0
        tones = draw.integers(-WANDERS, WANDERS + 1, 4)
        if first and timbre.chords:
            lasts = beat * (BEATS - 0.1) * float(draw.uniform(*ANY_LASTS))
            for tone in tones[1:]:
                yield start, lasts, _hertz(key + int(tone) - 12), 0.3
        lasts = beat * float(draw.uniform(*ANY_LASTS))
        yield start, lasts, _hertz(key + int(tones[0])), 1.0 if first else 0.8


def _next(step: int, mood: str, draw: np.random.Generator) -> int:
    """Which tone of the chord comes next: sad tunes sink, tense ones stay, happy ones hop."""
    if mood == "sad":
        return (step - 1) % 3
    if mood == "tense":
        return step if draw.random() < 0.6 else pick(draw, (0, 1, 2))
    return (step + pick(draw, (1, 2))) % 3


def _hertz(key: float) -> float:
    return 440.0 * 2 ** ((key - 69) / 12)


def _drummed(made: Wave, beat: float, draw: np.random.Generator, rate: int) -> Wave:
    """A kick on every beat, a snare on every other one, a light hat between them."""
    times = clock(0.22, rate)
    low = float(draw.uniform(46, 62))
    fall = np.exp(times * -18)
    boom = np.sin(2 * np.pi * (low * times + 4.5 * (1 - fall))) * np.exp(times * -14)
    kick = edged(boom, 0, 0.02, rate)
    snare = 0.5 * hiss(draw, 0.16, rate, lambda f: (f > 900) * (f < 7000))
    snare *= np.exp(clock(0.16, rate) * -26)
    hat = 0.14 * hiss(draw, 0.05, rate, lambda f: f > 6000) * np.exp(clock(0.05, rate) * -70)
    for number in range(ceil(len(made) / rate / beat)):
        for at, wave in ((0, kick), (0, snare if number % 2 else hat), (0.5, hat)):
            lay(made, wave, round((number + at) * beat * rate))
    return made * np.float32(0.8)
