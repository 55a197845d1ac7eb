"""A stage, a preset, manifests and earlier checkpoints, put together to a lesson for the loop."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from summarizer import checkpoint
from summarizer.config import NarratorConfig, Preset, preset
from summarizer.data import manifest, perceived
from summarizer.data.manifest import Example
from summarizer.data.perceived import Features, Kept
from summarizer.errors import PresetError, SummarizerError
from summarizer.models import hub, saliency
from summarizer.models.adapted import prepared
from summarizer.models.narrator import Lora, Narrator, load_narrator
from summarizer.models.saliency.head import Head
from summarizer.stages.narrate import NARRATORS
from summarizer.stages.narrate.asking import vicuna
from summarizer.stages.narrate.prompt import Form, Reader
from summarizer.stages.narrate.told import Told
from summarizer.train.answering import HEAD, Answering, Made, Taught, begin_from
from summarizer.train.loop import Pace
from summarizer.train.questions import Asked, counting, fits, makers, widths
from summarizer.train.stages import Stage

READ = {"patches": "sight", "tune": "sound"}  # what a track's tokens are called in a prompt
Pair = tuple[Example, Features, Kept]


@dataclass(frozen=True)
class Wanted:
    """What is to be trained."""

    name: str
    """of the stage"""
    stage: Stage
    """with its settings"""
    preset: str
    data: tuple[Path, ...]
    features: Path | None = None
    """instead of each manifest's own"""
    begin: tuple[Path, ...] = ()
    """checkpoints of earlier stages"""
    anywhere: bool = False


@dataclass(frozen=True)
class Course:
    """All that the loop is given, and what to say before it."""

    lesson: Answering
    pace: Pace
    identity: str
    said: str


class Lesson(Answering):
    """What is learned, kept with all that it was learned from."""

    of: Mapping[str, Any]

    def keep(self, folder: Path, trained: Mapping, metrics: Mapping[str, Any]) -> None:
        super().keep(folder, trained, {**metrics, **self.of})


def course(wanted: Wanted) -> Course:
    """Everything loaded, nothing learned yet."""
    stage, settings = wanted.stage, wanted.stage.narrator
    teller = told_by(preset(wanted.preset), wanted.preset)
    weights = teller.weights
    pairs = list(paired(wanted))
    learned, held = divided(pairs, stage)
    if not learned:
        raise SummarizerError(_nothing(wanted, pairs))
    folder = hub.folder(weights)
    _seed(stage.pace.seed)
    narrator = load_narrator(folder, device(settings), bits=settings.bits)
    lora = Lora.of(settings) if stage.adapts else None
    read = {READ[name]: width for name, width in widths(pairs, tuple(READ)).items()}
    narrator = prepared(narrator, lora, {name: read[name] for name in stage.senses if name in read})
    if stage.checkpointing:
        narrator.model.activation_checkpointing_enable({"use_reentrant": False})
    head = judging(stage, learned)
    module = Taught(narrator, head)
    made = Made(weights, lora, makers(learned, saliency.READ) if head else {})
    begin_from(module, made, wanted.begin)
    module.learning([name for name in stage.learns if name != HEAD or head])
    reader = reading(narrator, stage, teller.form)
    source = Asked(learned, stage, reader, teller.senses)
    source.question(0, np.random.default_rng(0))  # what is wrong with the room shows at once
    lesson = Lesson(
        module,
        made,
        source,
        Asked(held, stage, reader, teller.senses),
        {"words": stage.lambda_t, "seconds": stage.lambda_v},
    )
    lesson.of = described(wanted, learned, held)
    pace = stage.paced(len(learned))
    said = (
        f"{len(learned)} examples to learn from and {len(held)} held out; {trainable(module):,} of "
        f"{sum(each.numel() for each in module.parameters()):,} parameters learn; {pace.steps} "
        f"steps of {pace.batch} examples"
    )
    return Course(lesson, pace, named(lesson.of), said)


# -- what is learned from -------------------------------------------------------------------------


def paired(wanted: Wanted) -> Iterator[Pair]:
    """The examples of the manifests that this stage can use, with what was perceived of each."""
    for path in wanted.data:
        features = perceived.read(wanted.features or perceived.place_of(path))
        by = features.made.get("preset")
        if by != wanted.preset:
            raise SummarizerError(
                f"the features in {features.folder.name} were made with the preset {str(by)[:40]}, "
                f"and {wanted.preset} is to be trained; make them with python -m "
                f"summarizer.features {path.name} --preset {wanted.preset}"
            )
        for example in manifest.read(path, anywhere=wanted.anywhere):
            kept = features.kept.get(example.id)
            if kept is not None and fits(example, kept, wanted.stage):
                yield example, features, kept


def divided(pairs: Sequence[Pair], stage: Stage) -> tuple[list[Pair], list[Pair]]:
    """What is learned from and what is held out; never the same media in both, and never what the
    data set itself set aside for testing."""
    learned, held = [], []
    for example, features, kept in pairs:
        drawn = sha256(f"{stage.pace.seed} {kept.media}".encode()).digest()
        chance = int.from_bytes(drawn[:8], "big") / 2**64
        if example.split == "test":
            continue
        aside = example.split == "val" or chance < stage.held
        (held if aside else learned).append((example, features, kept))
    shuffle = np.random.default_rng([stage.pace.seed, 11])
    if stage.most and len(learned) > stage.most:
        chosen = shuffle.permutation(len(learned))[: stage.most]
        learned = [learned[place] for place in sorted(chosen.tolist())]
    checked = shuffle.permutation(len(held))[: stage.checked]
    return learned, [held[place] for place in sorted(checked.tolist())]


def _nothing(wanted: Wanted, pairs: Sequence[Pair]) -> str:
    """Why there is nothing to learn from."""
    names = ", ".join(path.name for path in wanted.data)
    if pairs:
        return (
            f"all {len(pairs)} examples of {names} that this stage can use are set aside for "
            "validation and tests; add some to learn from"
        )
    stage, of = wanted.stage, "a story" if wanted.stage.story else "a caption"
    named = f" ({' or '.join(stage.captions)})" if not stage.story else ""
    return (
        f"no example of {names} has what this stage learns from: {' or '.join(stage.media)} with "
        f"{of}{named}, and features that hold its {' or '.join(stage.senses)} tokens; if there are "
        "none, run python -m summarizer.features for it"
    )


def described(wanted: Wanted, learned: Sequence[Pair], held: Sequence[Pair]) -> dict[str, Any]:
    """What a run is of, as plain JSON; two of the same learn the same."""
    stage = asdict(wanted.stage)
    device_settings = ("device", "bits", "decoding", "room", "slow_room", "answer")
    line_settings = ("endpoint", "served", "patience", "tries")
    others = {*device_settings, *line_settings}
    stage["narrator"] = {k: v for k, v in stage["narrator"].items() if k not in others}
    del stage["pace"]  # the loop's
    sets: dict[str, int] = {}
    for example, _, _ in learned:
        sets[example.source or "?"] = sets.get(example.source or "?", 0) + 1
    return {
        "stage": wanted.name,
        "settings": stage,
        "preset": wanted.preset,
        "data": {"sha256": hashed(learned), "held out": hashed(held), "examples": sets},
        "features": [dict(each.made) for each in {id(f): f for _, f, _ in learned}.values()],
        "from": {folder.name: _digest(folder / checkpoint.TRAINED) for folder in wanted.begin},
    }


def named(of: Mapping[str, Any]) -> str:
    """A short name for what a run is of."""
    digest = sha256(json.dumps(of, sort_keys=True).encode()).hexdigest()
    return f"{of['stage']} {of['preset']} {digest[:16]}"


def hashed(pairs: Sequence[Pair]) -> str:
    """Of all that is learned from: the examples, and what was perceived of them."""
    found = sha256()
    for example, _, kept in pairs:
        found.update(f"{manifest.line_of(example)} {kept.entry} {kept.wish}\n".encode())
    return found.hexdigest()


def _digest(file: Path) -> str:
    checkpoint.describe(file.parent)
    return sha256(file.read_bytes()).hexdigest()


# -- what learns ----------------------------------------------------------------------------------


def told_by(of: Preset, name: str) -> Told:
    """The language model of a preset, where it reads what was seen and heard."""
    teller = NARRATORS[of.narrator]
    if not isinstance(teller, Told) or teller.senses is None:
        raise PresetError(
            f"the preset {name} tells with nothing that reads pictures and sounds, so there is "
            "nothing to train in it; studio does"
        )
    return teller


def reading(narrator: Narrator, stage: Stage, form: Form) -> Reader:
    """As in use, but with the stage's room."""
    room = min(stage.room, narrator.room)
    answer = min(stage.answer, room // 2)
    settings = replace(
        stage.narrator, room=room, slow_room=max(2 * answer, stage.narrator.slow_room),
        answer=answer,
    )  # fmt: skip

    def frame(rules: str) -> tuple[str, str]:
        return narrator.frame(rules) or vicuna(rules)

    return Reader(narrator.count, frame, settings, form)


def judging(stage: Stage, pairs: Sequence[Pair]) -> Head | None:
    """A fresh head, where the stage has one and somebody judged."""
    if not stage.judges or not any(
        counting(example, kept.seen) is not None for example, _, kept in pairs
    ):
        return None
    read = widths(pairs, saliency.READ)
    return Head(read, stage.hidden) if read.keys() & set(saliency.WHOLE) else None


def trainable(module: Taught) -> int:
    return sum(each.numel() for each in module.parameters() if each.requires_grad)


def device(settings: NarratorConfig) -> str:
    """Each process has a GPU of its own, where there are some."""
    if settings.device != "auto":
        return settings.device
    from accelerate import PartialState

    return str(PartialState().device)


def _seed(seed: int) -> None:
    """What is fresh is drawn alike in every process and every run."""
    import torch

    torch.manual_seed(seed)
