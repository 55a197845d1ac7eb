"""Notes: what pictures and sounds of a scene would tell, as bare words in any order; and single
facts by name."""

from collections.abc import Sequence

from summarizer.data.world.drawing import scene_at, visible
from summarizer.data.world.planning import coloured, pick
from summarizer.data.world.telling import NAMED
from summarizer.data.world.values import (
    INSTRUMENTS,
    MOODS,
    MUSIC,
    NOISES,
    PLACES,
    SILENCE,
    TEMPI,
    THINGS,
    Actor,
    Clip,
    Fact,
    Scene,
    lasting,
)
from summarizer.data.world.words import Draw, filled, slots, word

# what a picture may show and a stretch may sound like, but for colours
SIGHTS = tuple(
    Fact(kind, what) for kind, those in (("thing", THINGS), ("place", PLACES)) for what in those
)
SOUNDS = tuple(
    Fact(kind, what)
    for kind, those in (
        ("sound", (*NOISES, MUSIC, SILENCE)),
        ("instrument", INSTRUMENTS),
        ("tempo", TEMPI),
        ("mood", MOODS),
    )
    for what in those
)


def glimpsed(clip: Clip, time: float, draw: Draw, share: float = 1.0) -> list[str]:
    """Of the picture at a time: the things in their colours and the place, each by chance."""
    place = clip.scenes[scene_at(clip, time)].place
    shown = visible(clip, time)
    found = [f"{actor.colour} {word(draw, 'thing', actor.thing)}" for actor in shown]
    found.append(word(draw, "place", place))
    return _shuffled(draw, [each for each in found if draw.random() < share])


def moved(scene: Scene, draw: Draw) -> list[str]:
    """Of a scene: what each thing does."""
    deeds = [deed(actor, draw) for actor in scene.actors]
    found = [f"{thing} {does}" for _, thing, does in deeds]
    return _shuffled(draw, found)


def deed(actor: Actor, draw: Draw) -> tuple[str, str, str]:
    """Of an actor: its colour, what it is and what it does."""
    return actor.colour, word(draw, "thing", actor.thing), word(draw, "verb", actor.action)


def sounded(clip: Clip, start: float, end: float, draw: Draw) -> list[str]:
    """What is heard from start to end."""
    found: list[str] = []
    for sound in lasting(clip.sounds, start, end):
        kind = "music" if sound.kind == MUSIC else word(draw, "sound", sound.kind)
        traits = [each for each in (sound.instrument, sound.tempo, sound.mood) if each]
        found += _shuffled(draw, [kind, *traits])
    return found or [word(draw, "sound", SILENCE)]


def named(fact: Fact, draw: Draw) -> str:
    """A fact in a few words: 'a red car', 'sad music'."""
    return filled(NAMED[fact.kind], **slots(draw, fact))


def other_colour(fact: Fact, part: str, draw: Draw) -> Fact:
    """The same thing in another colour that it may be named in."""
    colour, thing = fact.what.split(" ", 1)
    others = [each for name, each in coloured(part) if name == thing and each != colour]
    return Fact("coloured", f"{pick(draw, others)} {thing}")


def _shuffled(draw: Draw, parts: Sequence[str]) -> list[str]:
    return [parts[number] for number in draw.permutation(len(parts))]
