"""The senses: one file each, from shared decoded material to curves and lines.

A sense is made anew for each video, fed its material in order of time, and asked once at the end.
It never opens a file and never sees a wish.
"""

from typing import ClassVar, Literal, Protocol

from summarizer.schema import Concept, Findings, Line, Pictures, Sound, Video
from summarizer.senses.camera import Camera
from summarizer.senses.colour import Colour
from summarizer.senses.faces import Faces
from summarizer.senses.light import Light
from summarizer.senses.loudness import Loudness
from summarizer.senses.motion import Motion
from summarizer.senses.music import Music
from summarizer.senses.novelty import Novelty
from summarizer.senses.onsets import Onsets
from summarizer.senses.sharpness import Sharpness
from summarizer.senses.shots import Shots
from summarizer.senses.speech import Speech
from summarizer.senses.subtitles import Subtitles
from summarizer.senses.timbre import Timbre
from summarizer.senses.words import Words


class Sense(Protocol):
    """What every sense offers. `take` may be called never, once or many times."""

    name: ClassVar[str]
    version: ClassVar[int]  # raised whenever the same video would give other findings
    reads: ClassVar[Literal["pictures", "sound", "text", "lines"]]
    still: ClassVar[bool]  # also makes sense of a few key pictures, seconds apart
    concepts: ClassVar[tuple[Concept, ...]]  # what a viewer may ask that its curves can judge

    def __init__(self, video: Video): ...

    def take(self, material: Pictures | Sound | tuple[Line, ...]) -> None: ...

    def findings(self) -> Findings: ...


SENSES: dict[str, type[Sense]] = {
    "subtitles": Subtitles,
    "loudness": Loudness,
    "onsets": Onsets,
    "speech": Speech,
    "music": Music,
    "timbre": Timbre,
    "shots": Shots,
    "motion": Motion,
    "camera": Camera,
    "light": Light,
    "colour": Colour,
    "sharpness": Sharpness,
    "faces": Faces,
    "novelty": Novelty,
    "words": Words,
}
