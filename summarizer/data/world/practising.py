"""Practice for the eye and the ear: things in colours that have no name, instruments that play what
has no mood, moods played by what is no instrument.

Some things and colours never come together in training, and whoever only meets them in pairs takes
the one for a sign against the other. Apart, each is known by itself; no pair that is kept from
training is drawn or played for that.
"""

from dataclasses import replace

from summarizer.data.world.values import MUSIC, Clip, Scene, Sound
from summarizer.data.world.words import Draw


def unpaired(clip: Clip, draw: Draw) -> Clip:
    """The clip with all its colours and, of each piece of music, the mood or the instrument made
    nameless: not told, and none of those that are."""
    scenes = tuple(_uncoloured(scene) for scene in clip.scenes)
    sounds = tuple(_half(sound, draw) for sound in clip.sounds)
    return replace(clip, scenes=scenes, sounds=sounds)


def _uncoloured(scene: Scene) -> Scene:
    return replace(scene, actors=tuple(replace(actor, colour="") for actor in scene.actors))


def _half(sound: Sound, draw: Draw) -> Sound:
    """A drum has no mood to be kept from."""
    if sound.kind != MUSIC or not sound.mood:
        return sound
    return replace(sound, **{"mood" if draw.random() < 0.5 else "instrument": ""})
