"""The stage videoxum: manifests, the rows of their videos and a model to begin with, put together
to a lesson for the loop.

Rows are those that `python -m summarizer.features` kept, or a folder of `<id>.npz` as the authors
of VideoXum released theirs. The settings are the published ones, and every ablation is a setting.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

import numpy as np

from summarizer import checkpoint
from summarizer.config import preset as preset_named
from summarizer.data import manifest, perceived
from summarizer.data.manifest import Example
from summarizer.data.perceived import Features
from summarizer.errors import PresetError, SummarizerError
from summarizer.models import hub
from summarizer.stages.narrate import NARRATORS, Overall
from summarizer.stages.narrate.overall import spoken
from summarizer.train.course import Course, Wanted
from summarizer.train.loop import Pace
from summarizer.train.videoxum import (
    BATCH,
    EPOCHS,
    Recipe,
    Summarizing,
    Videos,
    published,
    small,
)
from summarizer.train.watched import Shelf, Watched, watched

RELEASED = "released"  # by what the rows of somebody's files were made, unless it is said
TRACK = "frames"


@dataclass(frozen=True)
class Stage:
    """All that can be set."""

    recipe: Recipe = field(default_factory=Recipe)
    pace: Pace = field(default_factory=lambda: Pace(batch=BATCH, rate=2e-5, decay=0.05))
    """as published; the gradient is held, which theirs was not"""
    epochs: float = EPOCHS
    """passes over the videos; 0: as many steps as the pace says"""
    held: float = 0.02
    """share of the videos that is never learned from, beside the data set's own validation part"""
    checked: int = 256
    """videos of these that are scored and told of in the end, at most"""
    heard: bool = False
    """whether what is said stands in front of the text as a prompt"""
    small: bool = False
    """from nothing, small, with a vocabulary of these videos' own texts: no BLIP is needed"""
    rows: str = RELEASED
    """by which weights the rows of .npz files were made"""

    def __post_init__(self):
        if not 0 <= self.held < 1 or min(self.epochs, self.checked) < 0:
            raise PresetError(
                f"a held-out share of {self.held:g}, {self.epochs:g} epochs and {self.checked} "
                "checked videos are not possible; held lies in 0..1, the others are 0 or more"
            )

    about = (
        "how much each second matters to people, and a text about the whole, from frames as BLIP "
        "sees them"
    )

    def paced(self, videos: int) -> Pace:
        """The pace over so many videos."""
        if not self.epochs:
            return self.pace
        return replace(self.pace, steps=max(1, math.ceil(self.epochs * videos / self.pace.batch)))


STAGES = {"videoxum": Stage()}


def course(wanted: Wanted) -> Course:
    """Everything loaded, nothing learned yet."""
    import torch

    stage = wanted.stage
    places = [place for path in wanted.data for place in opened(path, wanted)]
    learned, held = divided(places, stage)
    if not learned:
        raise SummarizerError(_nothing(wanted, len(places)))
    rows, weights = made_by(places, stage), teller_of(wanted.preset).weights
    if rows not in (weights, RELEASED) and not stage.small:
        raise PresetError(
            f"the rows were made by {rows} and the preset {wanted.preset} reads those by "
            f"{weights}; make them with python -m summarizer.features --preset {wanted.preset}"
        )
    torch.manual_seed(stage.pace.seed)
    both = Gathered(learned, stage.heard), Gathered(held, stage.heard)
    of = described(wanted, learned, held, rows)
    lesson = _lesson(wanted, weights, both, rows)
    lesson.of = of
    pace = stage.paced(len(learned))
    count = sum(each.numel() for each in lesson.module.parameters())
    said = (
        f"{len(learned)} videos to learn from and {len(held)} held out, rows by {rows}; "
        f"{count:,} parameters learn; {pace.steps} steps of {pace.batch} videos"
    )
    return Course(lesson, pace, named(lesson.of), said)


def _lesson(
    wanted: Wanted, weights: str, videos: "tuple[Gathered, Gathered]", rows: str
) -> Summarizing:
    """From nothing, from BLIP, or from what was learned before."""
    recipe, (learned, held) = wanted.stage.recipe, videos
    learned[0]  # what is wrong with the rows shows at once
    if wanted.stage.small:
        if wanted.begin:
            raise PresetError("a small model begins from nothing; leave --from or small=True away")
        return small(recipe, learned, held, rows)
    if len(wanted.begin) > 1:
        raise PresetError(f"{wanted.name} begins from one checkpoint, not {len(wanted.begin)}")
    before = next(iter(wanted.begin), None)
    return published(recipe, learned, held, hub.folder(weights), rows, before)


# -- what is learned from -------------------------------------------------------------------------


class Rows(Protocol):
    """Where the rows of videos lie."""

    def of(self, example: Example) -> str:
        """By which weights those of this one were made; empty where there are none."""

    def read(self, example: Example, heard: bool) -> Watched: ...

    def digest(self, example: Example) -> str:
        """Of what they are."""


@dataclass(frozen=True)
class Perceived:
    """Rows that were made here, once, by the senses of a preset."""

    features: Features

    def of(self, example: Example) -> str:
        kept = self.features.kept.get(example.id)
        return kept.tracks[TRACK][0] if kept is not None and TRACK in kept.tracks else ""

    def read(self, example: Example, heard: bool) -> Watched:
        found = self.features.perception(self.features.kept[example.id])
        track, lines = found.track(TRACK), spoken(found.lines) if heard else ()
        return watched(example, track.values.astype(np.float32), track.times, lines)

    def digest(self, example: Example) -> str:
        return self.features.kept[example.id].entry


@dataclass(frozen=True)
class Files:
    """Rows in files of their own, by weights that somebody names."""

    folder: Path
    by: str

    def of(self, example: Example) -> str:
        return self.by if (self.folder / f"{example.id}.npz").is_file() else ""

    def read(self, example: Example, heard: bool) -> Watched:
        found = Shelf([example], self.folder)[0]
        return found if heard else replace(found, lines=())

    def digest(self, example: Example) -> str:
        return str((self.folder / f"{example.id}.npz").stat().st_size)


Place = tuple[Example, Rows]


@dataclass(frozen=True, eq=False)
class Gathered(Videos):
    """Videos by number, read when they are asked for."""

    places: Sequence[Place]
    heard: bool

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, index: int) -> Watched:
        example, rows = self.places[index]
        return rows.read(example, self.heard)


def opened(path: Path, wanted: Wanted) -> list[Place]:
    """The examples of a manifest that ten people shortened and whose rows are here."""
    folder = wanted.features or perceived.place_of(path)
    if (folder / perceived.INDEX).is_file() or not folder.is_dir():
        rows: Rows = Perceived(perceived.read(folder))  # an error where there is nothing
    else:
        rows = Files(folder, wanted.stage.rows)
    return [
        (example, rows)
        for example in manifest.read(path, anywhere=wanted.anywhere)
        if example.masks is not None and example.story and rows.of(example)
    ]


def made_by(places: Sequence[Place], stage: Stage) -> str:
    """The one kind of weights by which all rows were made."""
    kinds = sorted({rows.of(example) for example, rows in places})
    if len(kinds) > 1:
        raise PresetError(f"rows by {' and '.join(kinds)} can't be learned from together")
    return kinds[0]


def divided(places: Sequence[Place], stage: Stage) -> tuple[list[Place], list[Place]]:
    """What is learned from and what is held out; never what is set aside for testing."""
    learned: list[Place] = []
    held: list[Place] = []
    for place in places:
        example = place[0]
        drawn = sha256(f"{stage.pace.seed} {example.id}".encode()).digest()
        chance = int.from_bytes(drawn[:8], "big") / 2**64
        aside = example.split == "val" or (not example.split and chance < stage.held)
        if example.split != "test":
            (held if aside else learned).append(place)
    chosen = np.random.default_rng([stage.pace.seed, 11]).permutation(len(held))[: stage.checked]
    return learned, [held[at] for at in sorted(chosen.tolist())]


def _nothing(wanted: Wanted, known: int) -> str:
    """Why there is nothing to learn from."""
    names = ", ".join(path.name for path in wanted.data)
    if known:
        return (
            f"all {known} videos of {names} that have rows are set aside for validation and tests; "
            "add some to learn from"
        )
    return (
        f"no video of {names} has what this stage learns from: masks of annotators, a story, and "
        f"rows; make them with python -m summarizer.features MANIFEST --preset {wanted.preset}, or "
        "name a folder of .npz files with --features"
    )


def teller_of(name: str) -> Overall:
    """Who tells from frames in a preset."""
    teller = NARRATORS[preset_named(name).narrator]
    if not isinstance(teller, Overall):
        raise PresetError(
            f"the preset {name} tells with nothing that reads a video as frames, so this stage has "
            "nothing to train in it; videoxum does"
        )
    return teller


# -- what a run is of -----------------------------------------------------------------------------


def described(
    wanted: Wanted, learned: Sequence[Place], held: Sequence[Place], rows: str
) -> dict[str, Any]:
    """What a run is of, as plain JSON; two of the same learn the same."""
    stage = asdict(wanted.stage)
    del stage["pace"]  # the loop's
    return {
        "stage": wanted.name,
        "settings": stage,
        "preset": wanted.preset,
        "rows by": rows,
        "data": {"sha256": hashed(learned), "held out": hashed(held), "examples": len(learned)},
        "from": {place.name: _digest(place) for place in wanted.begin},
    }


def named(of: Mapping[str, Any]) -> str:
    """A short name for what a run is of."""
    return f"{of['stage']} {sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()[:16]}"


def hashed(places: Sequence[Place]) -> str:
    """Of the examples and their rows."""
    found = sha256()
    for example, rows in places:
        found.update(f"{manifest.line_of(example)} {rows.digest(example)}\n".encode())
    return found.hexdigest()


def _digest(place: Path) -> str:
    file = place / checkpoint.TRAINED if place.is_dir() else place
    try:
        return sha256(file.read_bytes()).hexdigest()
    except OSError:
        raise SummarizerError(f"there is no checkpoint {place} to begin from") from None
