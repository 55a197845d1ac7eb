"""The program with something taken away: of what it perceives, reads, or has learned.

Each story is told by the program's own code from the prompt to the last sentence. Only who writes
is exchanged: first somebody who notes what is asked, then one who recites what the language model
answered to many prompts at once.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

import numpy as np

from summarizer import checkpoint
from summarizer.config import Config, NarratorConfig
from summarizer.data import world
from summarizer.errors import SummarizerError
from summarizer.models import adapted, hub
from summarizer.models.merging import decide
from summarizer.models.moving import NUMBERS, PLACE
from summarizer.models.narrator import Narrator, Piece, Rows, load_narrator
from summarizer.pipeline import Summarizer
from summarizer.schema import Curve, Perception, Pictures, Sound, Summary, Track
from summarizer.senses import SENSES
from summarizer.stages.listen import listen
from summarizer.stages.narrate.told import narrator as loaded
from summarizer.stages.watch import watch
from summarizer.train.bank import Senses, perception
from summarizer.train.world import DRAWN

WATCHING = ("motion", "light", "colour", "novelty")
LISTENING = ("loudness", "onsets", "music")
RATE = 24_000  # samples a second
TOGETHER = 24  # prompts that are read at once
EACH = 7  # letters recited at once, about a token

Read = Callable[[Sequence[Piece]], list[Piece]]
Asked = tuple[list[Piece], int]  # a prompt, and tokens of its answer at most


# -- of what is perceived -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Sensed:
    """What is perceived of a clip by sight and by hearing, so that either can be left out."""

    clip: world.Clip
    seen: tuple[Sequence[Track], Sequence[Curve]]
    heard: tuple[Sequence[Track], Sequence[Curve]]

    @staticmethod
    def of(clip: world.Clip, senses: Senses, config: Config) -> "Sensed":
        """By the trained senses, and by those that measure what holds a story to the video."""
        return Sensed(
            clip,
            (senses.tracks(clip, heard=False), _watched(clip, config)),
            (senses.tracks(clip, seen=False), _listened(clip, config)),
        )

    def perception(
        self, *, seen: bool = True, heard: bool = True, moving: bool = True
    ) -> Perception:
        """As of a file with both, with pictures alone or with sound alone; or as if nobody could
        tell how what is seen moves."""
        parts = [*([self.seen] if seen else ()), *([self.heard] if heard else ())]
        tracks = [track for tracks, _ in parts for track in tracks]
        found = perception(self.clip, tracks if moving else [stilled(each) for each in tracks])
        video = replace(found.video, has_audio=heard)
        if not seen:
            video = replace(video, size=(0, 0), rate=Fraction(0))
        curves = tuple(curve for _, curves in parts for curve in curves)
        return replace(found, video=video, curves=curves)


def _watched(clip: world.Clip, config: Config) -> tuple[Curve, ...]:
    times = np.arange(0, clip.seconds, 1 / config.decode.picture_rate)
    senses = [SENSES[name](perception(clip, ()).video) for name in WATCHING]
    shown = Pictures(times, world.pictures(clip, times, DRAWN))
    for _ in watch(iter([shown]), senses, clip.seconds):
        pass
    return tuple(curve for sense in senses for curve in sense.findings().curves)


def _listened(clip: world.Clip, config: Config) -> tuple[Curve, ...]:
    senses = [SENSES[name](perception(clip, ()).video) for name in LISTENING]
    played = Sound(0.0, world.sound(clip, RATE), RATE)
    for _ in listen(iter([played]), senses, config.decode):
        pass
    return tuple(curve for sense in senses for curve in sense.findings().curves)


def stilled(track: Track) -> Track:
    """The track without what its patches tell of movement."""
    if track.name != "patches":
        return track
    values = track.values.copy()
    values[:, -NUMBERS:-PLACE] = 0
    return replace(track, values=values)


# -- of what is read ------------------------------------------------------------------------------


def merged(pieces: Sequence[Piece], times: int) -> list[Piece]:
    """The prompt with so many times fewer tokens of sight in each section, at least one."""
    return [
        Rows(each.sense, _fewer(each.values, times))
        if isinstance(each, Rows) and each.sense == "sight"
        else each
        for each in pieces
    ]


def _fewer(values: np.ndarray, times: int) -> np.ndarray:
    import torch

    tokens = torch.from_numpy(np.asarray(values, np.float32))
    return decide(tokens, -(-len(tokens) // times)).merge(tokens).half().numpy()


# -- of what was learned --------------------------------------------------------------------------


@dataclass(frozen=True)
class Learned:
    """The language model that a preset tells with, whole and without parts of its training."""

    weights: str
    trained: str
    settings: NarratorConfig = field(default_factory=NarratorConfig)

    @cached_property
    def whole(self) -> Narrator:
        """As it is used."""
        return loaded(self.weights, self.trained, self.settings)

    @cached_property
    def unadapted(self) -> Narrator:
        """With its projectors, and without its adapter."""
        folder = checkpoint.find(self.trained)
        base = load_narrator(
            hub.folder(self.weights), self.settings.device, bits=self.settings.bits
        )
        return adapted.unadapted(base, self.weights, folder)

    @cached_property
    def redrawn(self) -> Narrator:
        """With its adapter, and with projectors as they were before they learned anything."""
        import torch

        _, widths = adapted.shapes(self.weights, checkpoint.find(self.trained))
        with torch.random.fork_rng():
            torch.manual_seed(0)
            fresh = adapted.prepared(self.whole, None, widths)
        return Narrator(self.whole.model, self.whole.tokenizer, fresh.projectors)

    def checked(self) -> "Learned":
        """Itself, if there is something that was learned."""
        if not checkpoint.find(self.trained):
            raise SummarizerError(
                f"there is no checkpoint {self.trained!r} in {checkpoint.home().name}, so there is "
                "nothing to measure; train it, or let CHECKPOINTS name the folder it is in"
            )
        return self


# -- many stories at once -------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Request:
    """A story that is to be told, by whom, and of which prompt in place of its own."""

    perception: Perception
    summary: Summary
    by: str = "whole"  # an attribute of Learned
    read: Read = list


@dataclass(frozen=True, eq=False)
class Story:
    """What a viewer is told, what would be told without any language model, and what one wrote."""

    told: Summary
    composed: Summary
    written: str
    asked: Sequence[Sequence[Piece]]


def tell(summarizer: Summarizer, learned: Learned, requests: Sequence[Request]) -> list[Story]:
    """All of these stories; those by the same model are written together."""
    noted = [_noted(summarizer, each) for each in requests]
    answers: list[list[str]] = [[] for _ in requests]
    for by in sorted({each.by for each in requests}):
        spots = [spot for spot, each in enumerate(requests) if each.by == by]
        found = iter(written(getattr(learned, by), [p for spot in spots for p in noted[spot][0]]))
        for spot in spots:
            answers[spot] = [next(found) for _ in noted[spot][0]]
    return [
        Story(
            _last(_with(summarizer, reciting(texts)), request),
            composed,
            "\n".join(texts),
            [pieces for pieces, _ in prompts],
        )
        for request, (prompts, composed), texts in zip(requests, noted, answers, strict=True)
    ]


def written(narrator: Narrator, prompts: Sequence[Asked]) -> list[str]:
    """What it answers to each, a few of about the same length at a time."""
    order = sorted(range(len(prompts)), key=lambda spot: narrator.count(prompts[spot][0]))
    found = [""] * len(prompts)
    for first in range(0, len(order), TOGETHER):
        spots = order[first : first + TOGETHER]
        most = max(prompts[spot][1] for spot in spots)
        answers = narrator.write([prompts[spot][0] for spot in spots], most)
        for spot, answer in zip(spots, answers, strict=True):
            found[spot] = answer
    return found


def reciting(texts: Sequence[str]) -> Callable[..., Iterator[str]]:
    """A writer that gives these texts to as many prompts, piece by piece."""
    waiting = iter(texts)

    def write(weights, trained, settings, pieces, most) -> Iterator[str]:
        text = next(waiting)
        for first in range(0, len(text), EACH):
            yield text[first : first + EACH]

    return write


def _noted(summarizer: Summarizer, request: Request) -> tuple[list[Asked], Summary]:
    """What the language model is asked, and the story where it answers nothing."""
    found: list[Asked] = []

    def write(weights, trained, settings, pieces, most) -> Iterator[str]:
        found.append((request.read(pieces), most))
        yield from ()

    composed = _last(_with(summarizer, write), request)
    return found, composed


def _with(summarizer: Summarizer, write) -> Summarizer:
    return Summarizer(
        summarizer.preset, summarizer.config, summarizer.cache.root, summarizer.encode, write
    )


def _last(summarizer: Summarizer, request: Request) -> Summary:
    *_, last = summarizer.tell(request.perception, request.summary)
    return last


def writers(summarizer: Summarizer, narrators: Mapping[str, object]) -> Learned:
    """Who tells for a preset; one that reads no senses has nothing that could be taken away."""
    told = narrators[summarizer.preset.narrator]
    if not getattr(told, "senses", None):
        raise SummarizerError(
            f"the preset {summarizer.name!r} tells without reading pictures and sound; measure one "
            "that does, like pocket"
        )
    return Learned(told.weights, told.trained, summarizer.config.narrator).checked()
