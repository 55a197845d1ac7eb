"""A little world: endless short clips drawn and played from a seed, with all that is true of them.

Everything is a function of the seed: the same one gives the same bytes, in any process and order.
"""

from summarizer.data.world.drawing import box, pictures, scene_at, visible
from summarizer.data.world.listing import examples
from summarizer.data.world.noting import (
    SIGHTS,
    SOUNDS,
    deed,
    glimpsed,
    moved,
    named,
    other_colour,
    sounded,
)
from summarizer.data.world.planning import (
    HELD_MUSIC,
    HELD_THINGS,
    PARTS,
    coloured,
    dice,
    part_of,
    plan,
)
from summarizer.data.world.playing import sound
from summarizer.data.world.practising import unpaired
from summarizer.data.world.reading import Agreement, Said, agreement, due, facts_of
from summarizer.data.world.telling import caption, heard, language, lines, story, told
from summarizer.data.world.values import (
    ACTIONS,
    COLOURS,
    MUSIC,
    SIDEWAYS,
    THINGS,
    Actor,
    Clip,
    Fact,
    Scene,
    Sound,
    facts,
)
from summarizer.data.world.wishing import Wish, matching, saliency, truths, windows, wishes
from summarizer.data.world.words import word

__all__ = [
    "ACTIONS",
    "COLOURS",
    "HELD_MUSIC",
    "HELD_THINGS",
    "MUSIC",
    "PARTS",
    "SIDEWAYS",
    "SIGHTS",
    "SOUNDS",
    "THINGS",
    "Actor",
    "Agreement",
    "Clip",
    "Fact",
    "Said",
    "Scene",
    "Sound",
    "Wish",
    "agreement",
    "box",
    "caption",
    "coloured",
    "deed",
    "dice",
    "due",
    "examples",
    "facts",
    "facts_of",
    "glimpsed",
    "heard",
    "language",
    "lines",
    "matching",
    "moved",
    "named",
    "other_colour",
    "part_of",
    "pictures",
    "plan",
    "saliency",
    "scene_at",
    "sound",
    "sounded",
    "story",
    "told",
    "truths",
    "unpaired",
    "visible",
    "windows",
    "wishes",
    "word",
]
