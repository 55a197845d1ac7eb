"""Lessons out of the little world, rendered as they are asked for: nothing lies on disk."""

from collections.abc import Collection, Iterator, Sequence

import cv2
import numpy as np

from summarizer.data import world
from summarizer.train.likening import Earful, Glimpse, Told
from summarizer.train.marking import UNSAID, lying

RATE = 24_000  # samples a second
WINDOW = 5.0  # seconds of sound that the ear hears at once
SHORTEST = 1.5  # seconds of it that a text is about, at least
DRAWN = (160, 90)  # pixels of a picture as it is drawn
GRID = 0.5  # seconds
EDGE = 0.05  # of them, in which what begins or ends is not told
PATCH = 32  # pixels of the eye
COLOURED = 32  # coloured things of a batch that are named


def squeezed(pictures: np.ndarray, side: int) -> np.ndarray:
    """Whole pictures as squares of so many pixels: nothing is cut off, so nothing is missed."""
    size = (side, side)
    return np.stack([cv2.resize(each, size, interpolation=cv2.INTER_AREA) for each in pictures])


def apart(names: Sequence[str], pairs: Collection[tuple[str, str]]) -> np.ndarray:
    """(names, names): which never come together in training."""
    found = np.zeros((len(names), len(names)), bool)
    for one, other in pairs:
        spots = names.index(one), names.index(other)
        found[spots] = found[spots[::-1]] = True
    return found


def without_signs(true: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """What is true, but for what is false only because it never comes together with what is: an
    organ would be a sign that music is not happy."""
    beside = (true == 1).astype(np.float32) @ pairs > 0
    return np.where(beside & (true == 0), np.float32(UNSAID), true)


class Views:
    """Of each clip a picture, and of each of its patches the things that lie there, each by its
    name and by its colour; a share of the pictures is for practice."""

    names = (*world.THINGS, *world.COLOURS)
    _apart = apart(names, world.HELD_THINGS)

    def __init__(self, part: str, clips: int, side: int, practice: float = 0.0):
        self.part, self.clips, self.side, self.practice = part, clips, side, practice

    def __len__(self) -> int:
        return self.clips

    def example(self, index: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        clip = world.plan(index, self.part)
        time = float(draw.uniform(0, clip.seconds))
        if not (plain := draw.random() >= self.practice):
            clip = world.unpaired(clip, draw)
        (picture,) = squeezed(world.pictures(clip, [time], DRAWN), self.side)
        number, boxes, names = world.scene_at(clip, time), [], []
        for which, actor in enumerate(clip.scenes[number].actors):
            if found := world.box(clip, number, which, time, DRAWN):
                boxes.append(tuple(np.divide(found, DRAWN * 2).tolist()))
                said = (actor.thing, actor.colour) if plain else (actor.thing,)
                names.append([self.names.index(each) for each in said])
        true = lying(boxes, names, self.side // PATCH, len(self.names)).astype(np.float32)
        if not plain:
            true[..., len(world.THINGS) :] = UNSAID
        return picture, without_signs(true, self._apart)


class Playing:
    """Of each clip a window of sound, and of each half second what is heard then; a share of them
    is for practice."""

    names = world.SOUNDS
    pieces = round(WINDOW / GRID)
    _apart = apart([name.what for name in names], world.HELD_MUSIC)

    def __init__(self, part: str, clips: int, practice: float = 0.0):
        self.part, self.clips, self.practice = part, clips, practice

    def __len__(self) -> int:
        return self.clips

    def example(self, index: int, draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        clip = world.plan(index, self.part)
        begin = _window(clip, draw)
        if not (plain := draw.random() >= self.practice):
            clip = world.unpaired(clip, draw)
        times = begin + GRID * np.arange(self.pieces)
        heard = [world.facts(clip, time + EDGE, time + GRID - EDGE) for time in times]
        true = np.array([[name in facts for name in self.names] for facts in heard], np.float32)
        if not plain:
            kinds = np.array([name.kind for name in self.names])
            for piece, facts in zip(true, heard, strict=True):
                piece[np.isin(kinds, _unsaid(facts))] = UNSAID
        sound = world.sound(clip, RATE, begin, begin + WINDOW)
        return sound, without_signs(true, self._apart)


class Moments:
    """Of each clip some stretches of sound, with what is said of them; and of as many clips some
    pictures, because those of one clip are much alike."""

    def __init__(
        self, part: str, clips: int, side: int, pictures: int = 8, sounds: int = 2, *, names=False
    ):
        self.part, self.clips, self.side = part, clips, side
        self.pictures, self.sounds, self.names = pictures, sounds, names

    def __len__(self) -> int:
        return self.clips

    def moments(self, index: int, draw: np.random.Generator) -> tuple[list[Glimpse], list[Earful]]:
        seen = [self._glimpse(draw) for _ in range(self.pictures)]
        clip = world.plan(index, self.part)
        return seen, [_earful(clip, draw) for _ in range(self.sounds)]

    def _glimpse(self, draw: np.random.Generator) -> Glimpse:
        clip = world.plan(int(draw.integers(self.clips)), self.part)
        time = float(draw.uniform(0, clip.seconds))
        picture = squeezed(world.pictures(clip, [time], DRAWN), self.side)[0]
        return Glimpse(picture, _told(clip, time, time, world.caption(clip, time, draw)))

    def named(
        self, seen: Sequence[Told], heard: Sequence[Told], draw: np.random.Generator
    ) -> tuple[list[Told], list[Told]]:
        """All things, places and kinds of sound by name; and of the coloured things in the pictures
        some as they are, and some in a colour that they may have, but have not everywhere."""
        if not self.names:
            return [], []
        pairs = sorted({fact for told in seen for fact in told.tells if fact.kind == "coloured"})
        pairs = [pairs[spot] for spot in draw.permutation(len(pairs))[:COLOURED]]
        others = [world.other_colour(fact, self.part, draw) for fact in pairs]
        facts = sorted({*world.SIGHTS, *pairs, *others})
        return [
            [Told(world.named(fact, draw), frozenset([fact]), frozenset()) for fact in each]
            for each in (facts, world.SOUNDS)
        ]


def _unsaid(facts: Collection[world.Fact]) -> list[str]:
    """Which traits of the music that is heard nobody tells."""
    there = {fact.kind for fact in facts}
    if world.Fact("sound", world.MUSIC) not in facts or world.Fact("instrument", "drum") in facts:
        return []
    return [kind for kind in ("instrument", "mood") if kind not in there]


def _earful(clip: world.Clip, draw: np.random.Generator) -> Earful:
    begin = _window(clip, draw)
    first, last = _part(draw)
    sound = world.sound(clip, RATE, begin, begin + WINDOW)
    start, end = begin + first, begin + last
    told = _told(clip, start, end, world.heard(clip, start, end, draw))
    return Earful(sound, (first / WINDOW, last / WINDOW), told)


def _told(clip: world.Clip, start: float, end: float, text: str) -> Told:
    tells = frozenset(fact for each in world.facts_of(text) for fact in each.facts)
    return Told(text, tells, world.facts(clip, start, max(end, start + 0.01)))


def _window(clip: world.Clip, draw: np.random.Generator) -> float:
    """Where one begins, on the grid."""
    return GRID * int(draw.integers(int((clip.seconds - WINDOW) / GRID) + 1))


def _part(draw: np.random.Generator) -> tuple[float, float]:
    """A part of the window, on the grid."""
    steps = round(WINDOW / GRID)
    length = int(draw.integers(round(SHORTEST / GRID), steps + 1))
    first = int(draw.integers(steps - length + 1))
    return first * GRID, (first + length) * GRID


def texts(count: int, seed: int) -> Iterator[str]:
    """So many texts of the language of the world, as training may know it."""
    endless = world.language(np.random.default_rng(seed))
    for _ in range(count):
        yield next(endless)
