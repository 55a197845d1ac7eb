"""What frozen senses made of many clips of the little world, kept on disk: made once, read often.

Each clip is drawn, played, seen and heard by the very models of use, and lies in a file of its own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import ceil
from pathlib import Path

import numpy as np
from safetensors import SafetensorError, safe_open
from safetensors.numpy import save_file

from summarizer.config import AudioConfig, VisionConfig
from summarizer.data import world
from summarizer.files import whole
from summarizer.models import hub
from summarizer.models.beholding import asked_of, by_second, reader
from summarizer.models.merging import decide
from summarizer.models.moving import beside
from summarizer.models.saliency import READ, WHOLE
from summarizer.schema import Curve, Event, Perception, Track, Video
from summarizer.train.world import DRAWN, GRID, RATE, squeezed

JITTER = 0.35  # seconds that an event's edge is off the scene's, at most
EYE, EAR, LINE = "pocket-clip", "pocket-mert", "pocket/senses"
READERS = {"sight": EYE, "hearing": EAR}  # by which weights wishes are read for a sense
TOGETHER = 256  # wishes that are read together
TRACKS = ("sight", "patches", "hearing", "tune")


@dataclass(frozen=True)
class Beheld:
    """A clip, and what was perceived of it."""

    clip: world.Clip
    perception: Perception

    @property
    def rows(self) -> dict[str, np.ndarray]:
        """What a head reads of each second."""
        tracks, seconds = self.perception.tracks, self.perception.video.rows
        return {each.name: by_second(each, range(seconds)) for each in tracks if each.name in READ}


class Senses:
    """The eye and the ear that a checkpoint holds, as they are used on any video."""

    @cached_property
    def eye(self):
        from summarizer.models.vision import load_eye

        return load_eye(hub.folder(EYE))

    @cached_property
    def ear(self):
        from summarizer.models.audio import load_ear

        return load_ear(hub.folder(EAR), tokens_a_second=AudioConfig().tokens_a_second)

    @cached_property
    def line(self):
        from summarizer.models.audio import load_line

        return load_line(LINE)

    def tracks(self, clip: world.Clip, *, seen: bool = True, heard: bool = True) -> list[Track]:
        """What they make of a clip."""
        return [*(self._seen(clip) if seen else ()), *(self._heard(clip) if heard else ())]

    def _seen(self, clip: world.Clip) -> list[Track]:
        settings = VisionConfig()
        times = np.arange(0, clip.seconds, GRID)
        side = self.eye.prepare.size
        pictures = squeezed(world.pictures(clip, times, DRAWN), side)
        found = self.eye.look(pictures)
        patches = beside(found.patches, pictures, times)
        kept = decide(patches, settings.keep_tokens, settings.merging).merge(patches)
        tokens = kept.flatten(0, 1).half().numpy()
        each = np.repeat(times, settings.keep_tokens)
        sight = Track("sight", times, found.embedding.astype("f2"), EYE)
        return [sight, Track("patches", each, tokens, EYE)]

    def _heard(self, clip: world.Clip) -> list[Track]:
        from summarizer.models.audio import around

        sound = world.sound(clip, RATE, 0.0, clip.seconds)
        sound = np.pad(sound, (0, ceil(clip.seconds) * RATE - len(sound)))
        rows = self.ear.listen(sound, RATE)
        starts = np.arange(len(rows)) / self.ear.tokens_a_second
        told = self.line(around(rows))
        return [
            Track("tune", starts, rows.astype("f2"), EAR),
            Track("hearing", starts, told.astype("f2"), EAR),
        ]


def perception(
    clip: world.Clip, tracks: Sequence[Track], draw: np.random.Generator | None = None
) -> Perception:
    """As if the clip had been perceived: its scenes are the events, about, where there is chance,
    and more seems to go on in some seconds than in others."""
    edges = [scene.start for scene in clip.scenes[1:]]
    if draw is not None:
        edges = [each + draw.uniform(-JITTER, JITTER) for each in edges]
    events = zip([0.0, *edges], [*edges, clip.seconds], strict=True)
    name, rate = f"clip {clip.seed}", Fraction(round(1 / GRID))
    video = Video(name, f"{clip.seed:064x}", clip.seconds, DRAWN, rate, 0, Fraction(1), True)
    curves = ()
    if draw is not None:
        curves = (Curve.of("movement", "motion", draw.uniform(0, 1, video.rows)),)
    return Perception(video, tuple(Event(*each) for each in events), curves, tracks=tuple(tracks))


class Bank:
    """Clips of a part of the world by number; what was made once is read again."""

    def __init__(self, folder: Path, part: str, count: int, senses: Senses):
        self.folder, self.part, self.count, self.senses = folder / part, part, count, senses

    def __len__(self) -> int:
        return self.count

    def tracks(self, index: int) -> list[Track]:
        file = self.folder / f"{index}.safetensors"
        try:
            with safe_open(file, "numpy") as kept:
                by, read = kept.metadata() or {}, kept.get_tensor
                return [Track(name, read(f"{name} at"), read(name), by[name]) for name in TRACKS]
        except (OSError, KeyError, SafetensorError):
            made = self.senses.tracks(world.plan(index, self.part))
            arrays = {each.name: each.values for each in made}
            arrays |= {f"{each.name} at": each.times for each in made}
            self.folder.mkdir(parents=True, exist_ok=True)
            with whole(file) as part:
                save_file(arrays, part, {each.name: each.made_by for each in made})
            return made

    def beheld(self, index: int, draw: np.random.Generator | None = None) -> Beheld:
        clip = world.plan(index, self.part)
        return Beheld(clip, perception(clip, self.tracks(index), draw))

    def asked(self, wish: str, tracks: Sequence[Track]) -> dict[str, np.ndarray]:
        """A wish in the space of the rows of each track that has one; none for the empty wish."""
        there = [each for each in tracks if wish and each.name in WHOLE]
        return {each.name: asked_of(wish, each.name, each.made_by) for each in there}

    def read(self, wishes: Sequence[str]) -> None:
        """Have them read together, which takes a fifth of the time; what is asked next is known."""
        for name, by in READERS.items():
            reader(name, by)[0](wishes)

    def spoken(self, wishes: Sequence[str]) -> dict[str, np.ndarray]:
        """Many wishes in the space of each sense: (wishes, width)."""
        found: dict[str, list[np.ndarray]] = {name: [] for name in READERS}
        for first in range(0, len(wishes), TOGETHER):
            some = wishes[first : first + TOGETHER]
            self.read(some)
            for name, by in READERS.items():
                found[name] += [asked_of(wish, name, by) for wish in some]
        return {name: np.stack(each) for name, each in found.items()}
