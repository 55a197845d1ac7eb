"""A little world: endless short clips drawn and played from a seed, with all that is true of them.

Everything is a function of the seed: the same one gives the same bytes, in any process and order.
"""

from summarizer.data.world.drawing import box, pictures
from summarizer.data.world.planning import HELD_MUSIC, HELD_THINGS, PARTS, part_of, plan
from summarizer.data.world.values import Actor, Clip, Fact, Scene, Sound, facts

__all__ = [
    "HELD_MUSIC",
    "HELD_THINGS",
    "PARTS",
    "Actor",
    "Clip",
    "Fact",
    "Scene",
    "Sound",
    "box",
    "facts",
    "part_of",
    "pictures",
    "plan",
]
