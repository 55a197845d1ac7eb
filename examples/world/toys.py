"""A clip of the little world that the small models of checkpoints/pocket are trained on; this one
is of the part they never see."""

from functools import partial

import numpy as np
from world.canvas import Canvas, Grade
from world.film import Heard, Shot, Story
from world.sound import RATE

from summarizer.data import world as little

SEED, PART = 45, "seeds"
PLAIN = Grade(bloom=0.0, vignette=0.0, tint=(1.0, 1.0, 1.0))


def toys() -> Story:
    clip = little.plan(SEED, PART)
    draw = np.random.default_rng(SEED)
    sentences = [text for _, _, text in little.lines(clip, little.Wish(), draw)]
    shots = tuple(
        Shot(scene.start, scene.end, partial(_draw, clip, scene.start), PLAIN, seen)
        for scene, seen in zip(clip.scenes, sentences, strict=True)
    )
    heard = tuple(
        Heard(each.start, each.end, _named(each), "music" if each.instrument else "")
        for each in clip.sounds
    )
    return Story("toys", "A little drawn world", shots, heard, partial(_sound, clip), width=960)


def _draw(clip: little.Clip, start: float, canvas: Canvas, time: float) -> None:
    height, width = canvas.pixels.shape[:2]
    [canvas.pixels[:]] = little.pictures(clip, np.array([start + time]), (width, height))


def _sound(clip: little.Clip, seconds: float) -> np.ndarray:
    return np.repeat(little.sound(clip, RATE, 0.0, seconds)[:, None], 2, axis=1)


def _named(sound: little.Sound) -> str:
    traits = (sound.tempo, sound.mood, sound.instrument, sound.kind)
    return " ".join(each for each in traits if each)
