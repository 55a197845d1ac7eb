"""What the little world consists of: names, and frozen values that say all that is true of a clip.

Times are seconds, and every boundary lies on a grid of half seconds.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

THINGS = (
    "ball",
    "car",
    "boat",
    "house",
    "tree",
    "bird",
    "fish",
    "star",
    "flower",
    "clock",
    "umbrella",
    "kite",
    "rocket",
    "train",
    "cup",
    "key",
    "heart",
    "moon",
    "hat",
    "chair",
    "balloon",
    "apple",
    "mushroom",
    "butterfly",
    "plane",
    "bottle",
    "lamp",
    "crown",
    "anchor",
    "book",
)
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "white", "black")
SIDEWAYS = ("slides left", "slides right")
UPRIGHT = ("rises", "falls", "bounces")
IN_PLACE = ("spins", "grows", "shrinks", "blinks", "shakes", "rests")
ACTIONS = (*SIDEWAYS, *UPRIGHT, *IN_PLACE)
PLACES = (
    "beach",
    "forest",
    "city",
    "snow",
    "desert",
    "night",
    "room",
    "road",
    "meadow",
    "sea floor",
)
CAMERAS = ("still", "pan left", "pan right", "zoom in", "zoom out")
INSTRUMENTS = ("piano", "flute", "guitar", "organ", "bass", "violin", "trumpet", "drum")
MOODS = ("happy", "sad", "tense")  # a drum has none
TEMPI = {"slow": (60, 76), "medium": (98, 116), "fast": (150, 176)}  # beats a minute
NOISES = ("rain", "wind", "thunder", "engine", "crowd", "bell", "clapping", "siren", "birdsong")
MUSIC, SILENCE = "music", "silence"

GRID = 0.5  # seconds
SHORT = 1.0  # seconds; what lasts less within a stretch is not said of it


@dataclass(frozen=True)
class Actor:
    """A thing that does something for as long as its scene lasts."""

    thing: str
    colour: str
    action: str


@dataclass(frozen=True)
class Scene:
    """One place from one camera; it fades in over `fade` seconds around its start, or is cut to."""

    start: float
    end: float
    place: str
    camera: str
    actors: tuple[Actor, ...]
    fade: float = 0.0


@dataclass(frozen=True)
class Sound:
    """Something heard from start to end; only music has an instrument, a tempo and a mood."""

    start: float
    end: float
    kind: str
    instrument: str = ""
    tempo: str = ""
    mood: str = ""
    level: float = 0.6


@dataclass(frozen=True)
class Clip:
    """A clip and everything that is true of it. Its seed says which part of the world it is of."""

    seed: int
    scenes: tuple[Scene, ...]
    sounds: tuple[Sound, ...]
    seconds: float


Lasts = TypeVar("Lasts", Scene, Sound)


class Fact(NamedTuple):
    """Something true of a stretch: ("thing", "car"), ("coloured", "red car"), ("doing", "car
    rises"), ("place", "beach"), ("sound", "bell"), ("instrument", "flute"), ("mood", "sad"),
    ("tempo", "slow"); of a wish also ("colour", "red") and ("action", "rises")."""

    kind: str
    what: str


def facts(clip: Clip, start: float, end: float) -> frozenset[Fact]:
    """What a story may tell of a stretch: all that lasts a second, or half of it."""
    found = [_seen(scene) for scene in lasting(clip.scenes, start, end)]
    found += [_heard(sound) for sound in lasting(clip.sounds, start, end)] or [
        [Fact("sound", SILENCE)]
    ]
    return frozenset(fact for each in found for fact in each)


def lasting(those: Sequence[Lasts], start: float, end: float) -> list[Lasts]:
    """The scenes or sounds that are there for a second of a stretch, or for half of it."""
    least = min(SHORT, (end - start) / 2)
    return [each for each in those if min(end, each.end) - max(start, each.start) >= least]


def _seen(scene: Scene) -> Iterator[Fact]:
    yield Fact("place", scene.place)
    for actor in scene.actors:
        yield Fact("thing", actor.thing)
        yield Fact("coloured", f"{actor.colour} {actor.thing}")
        yield Fact("doing", f"{actor.thing} {actor.action}")


def _heard(sound: Sound) -> Iterator[Fact]:
    yield Fact("sound", sound.kind)
    for kind in ("instrument", "tempo", "mood"):
        if getattr(sound, kind):
            yield Fact(kind, getattr(sound, kind))
