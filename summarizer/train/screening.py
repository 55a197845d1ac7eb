"""The two lessons about whole videos as a command needs them: ready for the loop, nothing learned.

`train(ready.lesson, ready.pace, out, identity=ready.identity)` is all that is left to do.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from summarizer.checkpoint import TRAINED
from summarizer.errors import PresetError
from summarizer.train import progressive, ssl
from summarizer.train.films import Film, Gathered, gathered
from summarizer.train.loop import Lesson, Pace

# of a checkpoint that is done: more figures for its page; may write a report beside it
Told = Callable[[Path], Sequence[Any]]


@dataclass(frozen=True)
class Ready:
    """All that the loop is given, and what to say before it."""

    lesson: Lesson
    pace: Pace
    identity: str
    said: str


def pretraining(
    recipe: ssl.Recipe,
    data: Sequence[Path],
    features: Path | None = None,
    begin: Path | None = None,
    seed: int = 0,
) -> Ready:
    """An encoder, from videos with texts; it begins from nothing."""
    if begin:
        raise PresetError(f"pretraining begins from nothing; leave {begin.name} away")
    found = gathered(data, features, seed)
    lesson = ssl.lesson(recipe, found.films, found.held, found.made_by, seed)
    return _ready(lesson, ssl.pace(recipe, lesson.examples, seed), found)


def scoring(
    recipe: progressive.Recipe,
    data: Sequence[Path],
    features: Path | None = None,
    begin: Path | None = None,
    seed: int = 0,
) -> Ready:
    """A summarizer, from videos that people judged; of `begin`'s encoder where there is one."""
    if recipe.pretrain or recipe.rounds > 1:
        raise PresetError(
            "a run is one round without pretraining; run ssl before, and begin from it"
        )
    found = gathered(data, features, seed, wished=True)
    lesson = progressive.lesson(recipe, found.films, found.held, found.made_by, begin, seed)
    if begin:
        lesson.of = {**lesson.of, "from": sha256((begin / TRAINED).read_bytes()).hexdigest()}
    return _ready(lesson, progressive.pace(recipe, lesson.examples, seed), found)


@dataclass(frozen=True)
class Course:
    """A lesson that a command can ask for."""

    about: str
    recipe: type
    """its settings, for `override`"""
    ready: Callable[..., Ready]
    """of a recipe, files, a folder of features, a checkpoint to begin from, and a seed"""
    told: Told = lambda checkpoint: ()


COURSES: Mapping[str, Course] = {
    "ssl": Course(
        "an encoder of frames, from videos with texts and nobody's judgement",
        ssl.Recipe,
        pretraining,
    ),
    "progressive": Course(
        "scores in stages, from videos that people judged", progressive.Recipe, scoring
    ),
}


def _ready(lesson: Any, pace: Pace, found: Gathered) -> Ready:
    lesson.of = {**lesson.of, "data": _digest(found.films), "held out": _digest(found.held)}
    digest = sha256(json.dumps(lesson.of, sort_keys=True).encode()).hexdigest()
    said = (
        f"{lesson.examples} videos to learn from and {len(lesson.held)} held out, features by "
        f"{found.made_by}; {pace.steps} steps of {pace.batch} videos"
    )
    return Ready(lesson, pace, f"{lesson.of['stage']} {digest[:16]}", said)


def _digest(films: Sequence[Film]) -> str:
    found = sha256()
    for film in films:
        found.update(f"{film.name} {film.text} {film.rows.shape}\n".encode())
        found.update(film.rows[:: max(1, len(film.rows) // 8)].tobytes())
        found.update(b"" if film.target is None else film.target.tobytes())
    return found.hexdigest()
