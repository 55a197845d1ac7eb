"""The senses: one file each, from shared decoded material to curves and lines.

A sense is made anew for each video, fed its material in order of time, and asked once at the end.
It never opens a file and never sees a wish. A sense whose model wants a GPU works in two steps, so
that no second of the GPU is spent on decoding.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import ClassVar, Literal, Protocol, runtime_checkable

import numpy as np

from summarizer.schema import Concept, Encoded, Findings, Line, Pictures, Sound, Video
from summarizer.senses.acoustics import Acoustics
from summarizer.senses.beat import Beat
from summarizer.senses.camera import Camera
from summarizer.senses.captions import Captions, TinyCaptions
from summarizer.senses.colour import Colour
from summarizer.senses.emotion import Emotion
from summarizer.senses.excitement import Excitement
from summarizer.senses.faces import Faces
from summarizer.senses.frames import Frames, TinyFrames
from summarizer.senses.graphics import Graphics
from summarizer.senses.hearing import Hearing, TinyHearing
from summarizer.senses.light import Light
from summarizer.senses.loudness import Loudness
from summarizer.senses.mixture import Mixture
from summarizer.senses.mood import Mood
from summarizer.senses.motion import Motion
from summarizer.senses.music import Music
from summarizer.senses.noise import Noise
from summarizer.senses.novelty import Novelty
from summarizer.senses.onsets import Onsets
from summarizer.senses.recognition import Recognition
from summarizer.senses.returns import Returns
from summarizer.senses.screen import Screen
from summarizer.senses.sharpness import Sharpness
from summarizer.senses.shots import Shots
from summarizer.senses.sight import LargeSight, PocketSight, Sight, TinySight
from summarizer.senses.speech import Speech
from summarizer.senses.subtitles import Subtitles
from summarizer.senses.tags import Tags
from summarizer.senses.timbre import Timbre
from summarizer.senses.tones import Tones
from summarizer.senses.tune import PocketTune, TinyTune, Tune
from summarizer.senses.words import Words


class Sense(Protocol):
    """What a sense offers. `take` may be called never, once or many times."""

    name: ClassVar[str]
    version: ClassVar[int]  # raised whenever the same video would give other findings
    reads: ClassVar[Literal["pictures", "sound", "text", "lines", "findings"]]
    still: ClassVar[bool]  # also makes sense of a few key pictures, seconds apart
    concepts: ClassVar[tuple[Concept, ...]]  # what a viewer may ask that its curves can judge

    def __init__(self, video: Video): ...

    def take(self, material: Pictures | Sound | tuple[Line, ...] | Findings) -> None: ...

    def findings(self) -> Findings: ...


@runtime_checkable
class Reader(Protocol):
    """A sense that knows how many tokens its model took in."""

    tokens: int


@runtime_checkable
class TwoStep(Protocol):
    """A sense in two steps: `sample` while the file is decoded, `encode` when that is over.

    `sample` picks what the model is to see, on the CPU; at most `most` rows of it are kept, so a
    sense spreads them over the video. `encode` may run in another process, which knows the class
    but nothing of the instance: it gets the rows from a file, memory-mapped.
    """

    name: ClassVar[str]
    version: ClassVar[int]
    reads: ClassVar[Literal["pictures", "sound"]]
    still: ClassVar[bool]  # False: there is no glance with a large model
    concepts: ClassVar[tuple[Concept, ...]]
    shape: ClassVar[tuple[int, ...]]  # of one row
    kind: ClassVar[str]  # of its numbers: "uint8", "float32"
    most: ClassVar[int]  # rows, however long the video is

    def __init__(self, video: Video): ...

    def sample(self, material: Pictures | Sound) -> Iterable[tuple[float, np.ndarray]]: ...

    @staticmethod
    def encode(times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]: ...


@runtime_checkable
class Holding(Protocol):
    """A sense in two steps that judges its material in pieces: what is held back comes last."""

    def rest(self) -> Iterable[tuple[float, np.ndarray]]: ...


@runtime_checkable
class Spared(Protocol):
    """A sense in two steps with nothing to do where another sense has found lines."""

    spared_by: ClassVar[str]


@runtime_checkable
class OnGpu(Protocol):
    """A sense whose second step goes where a GPU is; all others get a process of their own."""

    gpu: ClassVar[bool]


@runtime_checkable
class AsRecorded(Protocol):
    """A sense that hears the sound at the rate it was recorded at, with nothing made of it yet."""

    as_recorded: ClassVar[bool]


@runtime_checkable
class Configured(Protocol):
    """A sense in two steps whose `encode` also takes settings: the part of Config of this name."""

    settings: ClassVar[str]


@runtime_checkable
class Identified(Protocol):
    """A sense whose findings depend on more than its version: on which model is installed."""

    @property
    def identity(self) -> str: ...


@runtime_checkable
class CloserLook(Protocol):
    """A sense in two steps that needs larger pictures, of a few moments it names in between.

    `moments` is asked when `sample` has seen everything; `look` then gives rows like `sample`.
    """

    width: ClassVar[int]  # of the larger pictures, in pixels at most

    def moments(self) -> Sequence[float]: ...  # in seconds, in order

    def look(self, pictures: Pictures) -> Iterable[tuple[float, object]]: ...

    def nothing(self) -> Findings: ...  # what is found where there is no such moment


SENSES: dict[str, type[Sense | TwoStep]] = {
    "subtitles": Subtitles,
    "loudness": Loudness,
    "onsets": Onsets,
    "speech": Speech,
    "recognition": Recognition,
    "music": Music,
    "timbre": Timbre,
    "acoustics": Acoustics,
    "noise": Noise,
    "beat": Beat,
    "tones": Tones,
    "mood": Mood,
    "mixture": Mixture,
    "shots": Shots,
    "motion": Motion,
    "camera": Camera,
    "light": Light,
    "colour": Colour,
    "sharpness": Sharpness,
    "graphics": Graphics,
    "faces": Faces,
    "novelty": Novelty,
    "returns": Returns,
    "excitement": Excitement,
    "screen": Screen,
    "words": Words,
    **{
        sense.name: sense
        for sense in (
            Sight,
            LargeSight,
            TinySight,
            PocketSight,
            Captions,
            TinyCaptions,
            Frames,
            TinyFrames,
            Hearing,
            TinyHearing,
            Tune,
            TinyTune,
            PocketTune,
            Emotion,
            Tags,
        )
    },
}
