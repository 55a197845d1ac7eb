"""What things, actions, places and sounds are called, and how a pattern is filled with that."""

import json
import re
from functools import cache
from importlib.resources import files

import numpy as np

from summarizer.data.world.planning import known, part_of, pick
from summarizer.data.world.values import Clip, Fact

VOWEL = re.compile(r"\b([Aa]) (?=[aeiou])")

Draw = np.random.Generator


@cache
def vocabulary() -> dict[str, dict[str, list[str]]]:
    """How each thing, action, place, sound ... may be called; one that is missing, by its name."""
    text = files(__package__).joinpath("vocabulary.json").read_text(encoding="utf-8")
    return json.loads(text)


def word(draw: Draw, kind: str, name: str) -> str:
    """One of the words for it."""
    return pick(draw, vocabulary()[kind].get(name, [name]))


def pattern(draw: Draw, clip: Clip, kind: str, of: str = "") -> str:
    """A sentence pattern that may be used of a clip; of wishes there are several kinds."""
    found = known(part_of(clip.seed))[kind]
    return pick(draw, found[of] if of else found)


def filled(pattern: str, **slots: str) -> str:
    """The pattern with its slots filled, and "an" where "a" can't stand."""
    return VOWEL.sub(r"\1n ", pattern.format(**slots))


def slots(draw: Draw, fact: Fact) -> dict[str, str]:
    """What a fact fills into a pattern."""
    kind, what = fact
    if kind == "coloured":
        colour, thing = what.split(" ", 1)
        return {"colour": colour, "thing": word(draw, "thing", thing)}
    if kind == "doing":
        thing, action = what.split(" ", 1)
        return {"thing": word(draw, "thing", thing), **slots(draw, Fact("action", action))}
    also = {"action": ("verb", "ing"), "place": ("place", "where"), "sound": ("sound", "clause")}
    said = also.get(kind, (kind,))
    return {each: word(draw, each, what) if each in vocabulary() else what for each in said}
