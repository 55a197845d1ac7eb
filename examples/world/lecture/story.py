"""The lecture: six slides, a speaker with a face, and every sentence as a subtitle."""

from collections.abc import Callable
from functools import partial

import numpy as np
from world.canvas import Canvas, Grade
from world.film import FRAMES, Heard, Line, Shot, Story
from world.lecture import slides
from world.lecture.script import LEAD, SCRIPT, Talk, spoken
from world.lecture.speaker import close, hall, slide_shot, title
from world.lecture.voice import in_room
from world.sound import RATE, Mix, band, decay, noise, shaped, swell

HUSH = ((40, -10), (120, 0), (600, -14), (3000, -34), (9000, -50))  # hertz, decibels
WARM = Grade(bloom=0.0, vignette=0.05)
DIM = Grade(bloom=0.4, threshold=190, vignette=0.34)
SEEN = {
    "hall": "a lecture hall: the speaker at her desk, the slide 'The dance of the honeybee'",
    "questions": "slide 'Three questions': which way, how far, how good come up one by one",
    "speaker": "the speaker from near, moving her hands: Dr Mara Lind",
    "angle": "slide 'Angle = direction': a bee dances 40° from up, flowers lie 40° from the sun",
    "chart": "slide 'Time = distance': a line chart grows, seconds of waggling, kilometres to fly",
    "felt": "slide 'Felt, not seen': in the dark hive six bees surround the dancer",
    "summary": "the lecture hall again: a summary slide with three cards, angle, time, energy",
}


def _sound(talk: Talk, cuts, seconds: float) -> np.ndarray:
    mix_down = Mix(seconds)
    mix_down.add(0, in_room(talk.voice), 1.0)
    hush = shaped(noise(seconds, 5), HUSH)
    mix_down.add(0, hush / hush.std() * 0.0009)
    tick = band(noise(0.05, 8), 900, 2600) * decay(0.05, 0.006, 0.0008)
    for cut in cuts:
        mix_down.add(cut - 0.05, tick * swell(0.05, 0.001, 0.02) / np.abs(tick).max(), 0.045, 0.2)
    return mix_down.samples


def lecture() -> Story:
    talk = spoken()
    scenes = list(dict.fromkeys(name for name, *_ in SCRIPT))
    first = {name: next(i for i, line in enumerate(SCRIPT) if line[0] == name) for name in scenes}
    begins = [0.0] + [round((talk.starts[first[n]] - 0.42) * FRAMES) / FRAMES for n in scenes[1:]]
    ends = [*begins[1:], len(talk.voice) / RATE]
    shots = []
    for name, begin, end in zip(scenes, begins, ends, strict=True):
        moments = talk.moments(name, begin)
        draw = _drawn(name, talk, begin, moments)
        grade = DIM if name in ("hall", "summary", "speaker", "felt") else WARM
        shots.append(Shot(begin, end, draw, grade, SEEN[name]))
    lines = tuple(
        Line(a, b, text) for a, b, (_, text, *_) in zip(talk.starts, talk.ends, SCRIPT, strict=True)
    )
    heard = (
        Heard(LEAD, talk.ends[-1], "a woman's voice explains, in a quiet room"),
        *(
            Heard(line.start, line.end, "a woman's voice explains, in a quiet room", "speech")
            for line in lines
        ),
    )
    sound = partial(_sound, talk, begins[1:])
    return Story("lecture", "The dance of the honeybee", tuple(shots), heard, sound, lines)


def _drawn(name: str, talk: Talk, begin: float, moments) -> Callable[[Canvas, float], None]:
    if name == "hall":
        return partial(hall, slide=title, talk=talk, place=(begin, 1.0))
    if name == "speaker":
        return partial(close, talk=talk, start=begin)
    if name == "summary":
        cards = partial(slides.summary, moments=moments)
        return partial(hall, slide=cards, talk=talk, place=(begin, 2.2))
    late = {"questions": moments[1:4], "angle": moments, "chart": moments}
    slide = slides.felt if name == "felt" else partial(getattr(slides, name), moments=late[name])
    return partial(slide_shot, slide=slide, talk=talk, start=begin)
