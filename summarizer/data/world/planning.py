"""From a seed to a clip: what happens in it, and what is kept from training."""

import json
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from importlib.resources import files

import numpy as np

from summarizer.data.world.values import (
    COLOURS,
    GRID,
    INSTRUMENTS,
    MOODS,
    MUSIC,
    NOISES,
    TEMPI,
    THINGS,
    Actor,
    Clip,
    Scene,
    Sound,
)
from summarizer.errors import SummarizerError

# part -> the first of its seeds and how many there are
PARTS = {
    "train": (0, 10**9),
    "validation": (10**9, 10**6),
    "seeds": (2 * 10**9, 10**6),
    "combinations": (3 * 10**9, 10**6),
    "templates": (4 * 10**9, 10**6),
}
# some 15 % of things and colours never come together in training; of each there are some
HELD_THINGS = frozenset(
    (thing, colour)
    for i, thing in enumerate(THINGS)
    for j, colour in enumerate(COLOURS)
    if (3 * i + j) % 20 in (0, 4, 11)
)
HELD_MUSIC = frozenset({("flute", "tense"), ("organ", "happy"), ("guitar", "sad")})
SHORTEST, LONGEST = 3.0, 9.0  # seconds of a scene
LEAST, MOST = 12.0, 40.0  # seconds of a clip
INNER = 2.0  # seconds between a scene's ends and a sound that begins or ends within it
FADES = (0.0, 0.0, 0.0, 0.5, 1.0)  # seconds


def dice(*purpose: object) -> np.random.Generator:
    """Random numbers for a purpose, the same ones whoever asks, whenever and wherever."""
    digest = sha256("|".join(map(str, purpose)).encode()).digest()
    return np.random.default_rng(int.from_bytes(digest[:16], "little"))


def pick(draw: np.random.Generator, among: Sequence):
    """One of them."""
    return among[int(draw.integers(len(among)))]


def part_of(seed: int) -> str:
    """Which part of the world a clip's seed belongs to."""
    return next(part for part, (first, n) in PARTS.items() if first <= seed < first + n)


@cache
def training() -> dict:
    """The scene templates and sentence patterns that training may know."""
    return json.loads(files(__package__).joinpath("patterns.json").read_text(encoding="utf-8"))


def known(part: str) -> dict:
    """The templates and patterns of a part; only one part opens those that are held out."""
    if part != "templates":
        return training()
    from summarizer.data.world.held_out import held_out

    return held_out()


def coloured(part: str) -> list[tuple[str, str]]:
    """The things and colours that may be named together in a part."""
    return _coloured(part == "combinations")


@cache
def _coloured(also_held: bool) -> list[tuple[str, str]]:
    pairs = [(thing, colour) for thing in THINGS for colour in COLOURS]
    return [pair for pair in pairs if also_held or pair not in HELD_THINGS]


# -- planning -------------------------------------------------------------------------------------


def plan(seed: int, part: str = "train") -> Clip:
    """The clip of that number in a part of the world."""
    if part not in PARTS:
        raise SummarizerError(f"the little world has no part {part!r}; it has {', '.join(PARTS)}")
    first, count = PARTS[part]
    if not 0 <= seed < count:
        raise SummarizerError(f"seeds of {part!r} go from 0 to {count - 1}, got {seed}")
    draw = dice(first + seed, "plan")
    lengths = _lengths(draw)
    templates = [pick(draw, known(part)["scenes"]) for _ in lengths]
    scenes = _scenes(draw, lengths, templates, part)
    return Clip(first + seed, scenes, _sounds(draw, scenes, templates, part), scenes[-1].end)


def _lengths(draw: np.random.Generator) -> list[float]:
    """How long the scenes are."""
    while True:
        count = int(draw.integers(2, 7))
        steps = draw.integers(SHORTEST / GRID, LONGEST / GRID + 1, count)
        if LEAST <= steps.sum() * GRID <= MOST:
            return [float(step * GRID) for step in steps]


def _scenes(draw, lengths: list[float], templates: list[dict], part: str) -> tuple[Scene, ...]:
    scenes: list[Scene] = []
    for length, template in zip(lengths, templates, strict=True):
        start = scenes[-1].end if scenes else 0.0
        before = scenes[-1].place if scenes else None
        place = pick(draw, [place for place in template["places"] if place != before])
        fade = pick(draw, FADES) if scenes else 0.0
        actors = _actors(draw, template["actions"], part)
        camera = pick(draw, template["cameras"])
        scenes.append(Scene(start, start + length, place, camera, actors, fade))
    return tuple(scenes)


def _actors(draw, actions: list[list[str]], part: str) -> tuple[Actor, ...]:
    """As many actors as there are lists of actions, of different things and colours."""
    actors: list[Actor] = []
    for choices in actions:
        held = part == "combinations" and not actors
        pairs = sorted(HELD_THINGS) if held else _coloured(False)
        taken = {actor.thing for actor in actors} | {actor.colour for actor in actors}
        thing, colour = pick(draw, [pair for pair in pairs if not taken & set(pair)])
        actors.append(Actor(thing, colour, pick(draw, choices)))
    return tuple(actors)


# -- what is heard --------------------------------------------------------------------------------


def _sounds(draw, scenes: Sequence[Scene], templates: list[dict], part: str) -> tuple[Sound, ...]:
    """At most two at a time, of different kinds, and none of a kind right behind its like."""
    sounds: list[Sound] = []
    for number, (scene, template) in enumerate(zip(scenes, templates, strict=True)):
        for layout in pick(draw, template["sounds"]):
            after = scenes[min(number + 1, len(scenes) - 1)]
            start, end = _stretch(draw, layout, scene, after)
            near = [sound for sound in sounds if sound.end >= scene.start]
            if sum(sound.end > start for sound in near) < 2:
                sounds.append(_sound(draw, start, end, {sound.kind for sound in near}, part))
    return tuple(sorted(sounds, key=lambda sound: (sound.start, sound.end, sound.kind)))


def _stretch(draw, layout: str, scene: Scene, after: Scene) -> tuple[float, float]:
    """From when to when a sound is heard: no less than INNER seconds of any scene it is in."""
    room = int((scene.end - scene.start - 2 * INNER) / GRID)
    if room < 0 or layout in ("whole", "on"):
        return scene.start, after.end if layout == "on" else scene.end
    inner = scene.start + INNER + GRID * int(draw.integers(room + 1))
    return {"late": (inner, scene.end), "early": (scene.start, inner)}[layout]


def _sound(draw, start: float, end: float, taken: set[str], part: str) -> Sound:
    level = round(float(draw.uniform(0.3, 1.0)), 2)
    if MUSIC in taken or draw.random() < 0.5:
        kind = pick(draw, [noise for noise in NOISES if noise not in taken])
        return Sound(start, end, kind, level=level)
    tempo = pick(draw, list(TEMPI))
    if part == "combinations":
        instrument, mood = pick(draw, sorted(HELD_MUSIC))
    else:
        instrument = pick(draw, INSTRUMENTS)
        moods = [mood for mood in MOODS if (instrument, mood) not in HELD_MUSIC]
        mood = "" if instrument == "drum" else pick(draw, moods)
    return Sound(start, end, MUSIC, instrument, tempo, mood, level)
