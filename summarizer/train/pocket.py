"""Trains the small models that are shipped, from nothing, on the little world: an eye and an ear
that share the space of texts, a language model, and then the three stages of the large one.

    python -m summarizer.train.pocket --out out/pocket

Stopped at any time, the same command goes on; what it needs only meanwhile lies beside its folder.
"""

import argparse
import math
import os
import shutil
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import torch
from torch import nn

from summarizer import checkpoint
from summarizer.errors import SummarizerError
from summarizer.models import hub
from summarizer.models.adapted import prepared
from summarizer.models.moving import NUMBERS
from summarizer.models.narrator import Lora, Narrator, load_narrator
from summarizer.models.saliency.head import Head
from summarizer.models.small import (
    EarShape,
    EyeShape,
    TellerShape,
    save_teller,
    teller_of,
    tokenizer_of,
)
from summarizer.models.threads import threads
from summarizer.train.answering import HEAD, SALIENCY, Answering, Made, Taught, begin_from
from summarizer.train.bank import EAR, EYE, Bank, Senses
from summarizer.train.blending import SENSE, Blended
from summarizer.train.judging import Judging, Knowing, Naming, Wishes
from summarizer.train.lanes import Job, side_by_side
from summarizer.train.likening import Likening
from summarizer.train.likening import Senses as Learning
from summarizer.train.loop import LOG, STATE, Lesson, Pace, train
from summarizer.train.marking import Listen, Look, Marking
from summarizer.train.parting import lay_apart, words_of
from summarizer.train.telling import Captions, Notes, Sounds, Stories
from summarizer.train.world import Moments, Playing, Views, texts

TELLER = "pocket-llama"
MADE = Made(TELLER, rows={"sight": EYE, "hearing": EAR, "patches": EYE})
HOME = Path(hub.WEIGHTS[TELLER].shipped).parts[0]  # the folder's name, wherever it lies
EVERY = ("q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj")
# share of what each sense meets first, in which colours and the like are nameless
PRACTICE = {"eye": 0.4, "ear": 0.25}
SLIDING = 0.35  # share of the things that slide whatever they do, where sides are learned
# what pictures and sounds of the little world may be, whatever they are of
NEUTRAL = {
    "sight": ["a picture", "here we see", "in view", "there is", "a", "and"],
    "hearing": ["the sound of", "listen to", "music", "a", "and"],
}


@dataclass(frozen=True)
class Sizes:
    """Of everything, as it is shipped."""

    eye: EyeShape = field(default_factory=EyeShape)
    ear: EarShape = field(default_factory=EarShape)
    teller: TellerShape = field(default_factory=TellerShape)
    lora: Lora = field(default_factory=partial(Lora, 32, 64, dropout=0.0, targets=EVERY))
    """in all products of a layer"""
    hidden: int = 192
    """of the head"""
    read: int = 20_000
    """texts that a vocabulary is made of"""
    words: tuple[int, int] = (800, 1000)
    """of the eye, of the language model"""
    clips: int = 1_000_000
    """of which no two steps see the same"""
    kept: int = 1400
    """clips whose features are kept for the last three parts"""
    talked: int = 2000
    """clips of which the head is told nothing but wishes"""
    held: int = 64
    """clips of a check"""
    share: float = 1.0
    """of the steps that each part takes"""


@dataclass(frozen=True)
class Part:
    """Something that is learned, in its turn."""

    name: str
    """the folder it becomes"""
    lesson: Callable[[Path, Sizes], Lesson]
    pace: Pace
    after: tuple[str, ...] = ()
    """those it builds on"""
    divided: bool = False
    """whether several processes may learn it together; a contrastive step is never divided, nor one
    that counts means over its batch"""

    def made(self, out: Path) -> bool:
        """Whether it is there, whole: a state is let go of only then."""
        there = any((out / f"{self.name}{end}").is_dir() for end in ("", SALIENCY))
        return there and not (out / f"{self.name}.training" / STATE).is_dir()


# -- the lessons ----------------------------------------------------------------------------------


def look(out: Path, sizes: Sizes) -> Lesson:
    """Things and colours, where they lie in a picture."""
    held = 4 * sizes.held  # pictures are cheap
    train, check = _parts(sizes.clips, held)
    marked = Views(*train, sizes.eye.size, PRACTICE["eye"]), Views(*check, sizes.eye.size)
    return Marking(Look(sizes.eye, len(Views.names)), *marked)


def listen(out: Path, sizes: Sizes) -> Lesson:
    """Kinds of sound, and of music, when they are heard."""
    train, check = _parts(sizes.clips, sizes.held)
    marked = Playing(*train, PRACTICE["ear"]), Playing(*check)
    module = Listen(sizes.ear, len(Playing.names), Playing.pieces)
    _quick(module.sense)
    return Marking(module, *marked)


def senses(out: Path, sizes: Sizes) -> Lesson:
    """Pictures and sounds beside what is said of them, and beside the name of each thing, place and
    sound: places alone would tell whole captions apart."""
    tokenizer = tokenizer_of(texts(sizes.read, 1), sizes.words[0], ends_highest=True)
    moments = [
        Moments(*each, sizes.eye.size, pictures=8, sounds=1, names=True)
        for each in _parts(sizes.clips, sizes.held)
    ]
    module = Learning(sizes.eye, sizes.ear, len(tokenizer))
    module.eye.visual.load_state_dict(checkpoint.tensors(out / "look"))
    module.ear.load_state_dict(checkpoint.tensors(out / "listen"))
    _quick(module.ear)
    return Likening(
        module, sizes.eye, tokenizer, *moments, says={"reader": EYE, "neutral": NEUTRAL}
    )


class Language(Answering):
    """The lesson of a language model that becomes a folder of its own."""

    def keep(self, folder: Path, trained: Mapping, metrics: Mapping) -> None:
        part = folder.with_name(f".{folder.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        save_teller(part, self.module.model, self.module.narrator.tokenizer)
        shutil.rmtree(folder, ignore_errors=True)
        part.replace(folder)


def write(out: Path, sizes: Sizes) -> Lesson:
    """Notes of a scene, and what is to be told of them."""
    tokenizer = tokenizer_of(texts(sizes.read, 1), sizes.words[1])
    return _writing(teller_of(sizes.teller, len(tokenizer)), tokenizer, sizes)


def language(out: Path, sizes: Sizes) -> Lesson:
    """The same, with the words laid apart that it then takes for one, left and right among them:
    what slides is to tell these two from each other."""
    model = load_narrator(out / "write", "cpu").model
    # its own would be kept with how it was loaded
    tokenizer = tokenizer_of(texts(sizes.read, 1), sizes.words[1])
    lay_apart(model.get_input_embeddings().weight, words_of(tokenizer))
    return _writing(model, tokenizer, sizes, SLIDING)


def _writing(model: nn.Module, tokenizer, sizes: Sizes, sliding: float = 0.0) -> Language:
    _quick(model)
    narrator = Narrator(model, tokenizer, {SENSE: Blended(model.get_input_embeddings())})
    sources = [Notes(*each, narrator, sliding) for each in _parts(sizes.clips, sizes.held)]
    return Language(Taught(narrator).learning(("",)), Made(TELLER), *sources)


def see(out: Path, sizes: Sizes) -> Lesson:
    """Pictures in place of notes, with all but their projector as it is."""
    return _reading(out, sizes, Captions, "projectors.sight.")


def hear(out: Path, sizes: Sizes) -> Lesson:
    """Sounds in place of notes, likewise."""
    return _reading(out, sizes, Sounds, "projectors.sound.")


def _reading(out: Path, sizes: Sizes, kind: type[Captions | Sounds], learns: str) -> Lesson:
    taught, banks = _sensing(out, sizes)
    sources = [kind(bank, taught.narrator) for bank in banks]
    return Answering(taught.learning((learns,)), Made(TELLER), *sources)


def know(out: Path, sizes: Sizes) -> Lesson:
    """What lies in each second and what a wish needs, by the head that is to judge."""
    return Knowing(*_naming(out, sizes))


def judge(out: Path, sizes: Sizes) -> Lesson:
    """What each second is worth for a wish, by a head alone: it takes many more wishes than the
    language model takes stories."""
    naming, *rest = _naming(out, sizes)
    checkpoint.load(out / "know", naming)
    return Judging(naming, *rest)


def _naming(out: Path, sizes: Sizes) -> tuple[Naming, Mapping[str, str], Wishes, Wishes]:
    kept = Senses()
    bank, held = _banks(out, sizes, kept)
    wishes = Wishes(bank, sizes.talked), Wishes(held, sizes.held)
    return Naming(_head(sizes, kept)), MADE.rows, *wishes


def tell(out: Path, sizes: Sizes) -> Lesson:
    """All together: what is seen and heard in a scene, and what each second is worth."""
    taught, banks = _sensing(out, sizes, judging=True)
    begin_from(taught, MADE, [out / "see", out / "hear", out / f"judge{SALIENCY}"])
    sources = [Stories(bank, taught.narrator) for bank in banks]
    made = replace(MADE, lora=sizes.lora)
    return Answering(taught.learning(("lora_", "projectors.", HEAD)), made, *sources)


def _sensing(out: Path, sizes: Sizes, judging: bool = False) -> tuple[Taught, list[Bank]]:
    narrator, kept = load_narrator(hub.folder(TELLER), "cpu"), Senses()
    _quick(narrator.model)
    ready = prepared(narrator, sizes.lora, {"sight": _patch(kept), "sound": kept.ear.width})
    taught = Taught(ready, _head(sizes, kept) if judging else None)
    return taught, _banks(out, sizes, kept)


def _banks(out: Path, sizes: Sizes, kept: Senses) -> list[Bank]:
    return [Bank(_work(out) / "bank", *each, kept) for each in _parts(sizes.kept, sizes.held)]


def _head(sizes: Sizes, kept: Senses) -> Head:
    widths = {"sight": kept.eye.width, "hearing": kept.eye.width, "patches": _patch(kept)}
    return Head(widths, sizes.hidden)


def _patch(kept: Senses) -> int:
    """How wide a patch is, with how it moves and where it lies."""
    return kept.eye.patch_width + NUMBERS


def _parts(clips: int, held: int) -> tuple[tuple[str, int], ...]:
    """Of the world, and how many clips: to learn from, and of a check."""
    return ("train", clips), ("validation", held)


def _quick(model: nn.Module) -> None:
    """Attention as plain products, which is faster for what is this short."""
    model.set_attn_implementation("eager")


def _work(out: Path) -> Path:
    """Where lies what is needed only while training."""
    return out.with_name(f"{out.name}.training")


# -- in order -------------------------------------------------------------------------------------

PARTS = (
    Part("listen", listen, Pace(4000, 4, rate=1e-3, decay=0.05, precision="bf16")),
    Part("look", look, Pace(3600, 16, rate=1.5e-3, decay=0.05, precision="bf16")),
    Part(
        "senses",
        senses,
        Pace(450, 8, rate=1e-3, decay=0.05, precision="bf16"),
        after=("look", "listen"),
    ),
    Part("write", write, Pace(3200, 24, rate=2e-3, decay=0.05, precision="bf16")),
    Part(
        "language",
        language,
        Pace(600, 24, rate=1e-3, decay=0.05, precision="bf16", seed=1),
        after=("write",),
    ),
    # many small steps, which it takes to learn how things move; it has no need of words
    Part("know", know, Pace(1250, 8, rate=3e-3, decay=0.05, precision="bf16"), after=("senses",)),
    Part("judge", judge, Pace(1300, 8, rate=3e-3, decay=0.05, precision="bf16"), after=("know",)),
    Part("see", see, Pace(220, 32, rate=3e-3, precision="bf16"), after=("senses", "language")),
    # in another order than `see`: beside each other, each makes features that the other finds made
    Part(
        "hear",
        hear,
        Pace(220, 32, rate=3e-3, precision="bf16", seed=1),
        after=("senses", "language"),
    ),
    Part(
        "tell",
        tell,
        # the head learned in `judge`, of many more wishes: it is not to forget that for these
        Pace(1800, 12, rate=2e-3, slower={HEAD: 0.1}, precision="bf16"),
        after=("see", "hear", "judge"),
        divided=True,
    ),
)


def run(out: Path, sizes: Sizes, seconds: float = math.inf, at_once: int = 1) -> bool:
    """Train what is not there yet, so many parts at once, for so many seconds at most; whether all
    of it is there."""
    left = [part for part in PARTS if not part.made(out)]
    until = time.time() + seconds
    count = max(1, torch.get_num_threads() // at_once)
    work = partial(learn, out=out, sizes=sizes, until=until, count=count)
    if at_once == 1:
        return all(work(part.name) for part in left)
    alone = torch.cuda.is_available()  # a GPU is not divided among processes
    jobs = [Job(part.name, part.after, part.divided and not alone) for part in left]
    return side_by_side(jobs, work, at_once)


def learn(name: str, out: Path, sizes: Sizes, until: float, count: int) -> bool:
    """Train one part on so many threads, until then at the latest; whether it is there."""
    part = next(part for part in PARTS if part.name == name)
    pace = replace(part.pace, steps=max(1, round(sizes.share * part.pace.steps)))
    before = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")  # bfloat16 products where the processor has them
    try:
        with threads(count):
            torch.manual_seed(0)
            lesson = part.lesson(out, sizes)
            sys.stderr.write(f"{part.name}: {pace.steps} steps of {pace.batch}\n")
            left = until - time.time()
            if not train(lesson, pace, out / part.name, seconds=left, identity=part.name).done:
                return False
    finally:
        torch.set_float32_matmul_precision(before)
    _put_away(out, part)
    return True


def _put_away(out: Path, part: Part) -> None:
    """How it went, beside what came of it; whoever of several processes comes first."""
    log, told = out / f"{part.name}.training" / LOG, _work(out) / f"{part.name}.jsonl"
    told.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        log.replace(told)
        log.parent.rmdir()


def _lanes() -> int:
    """As many as there is something to do for, without a GPU: that is quickest with one."""
    return 1 if torch.cuda.is_available() else min(2, torch.get_num_threads())


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m summarizer.train.pocket", description=__doc__)
    parser.add_argument("--out", type=Path, default=Path("out/pocket"), help="ends in pocket")
    parser.add_argument("--seconds", type=float, default=math.inf, help="at most, then stop")
    parser.add_argument("--at-once", type=int, metavar="N", default=_lanes(),
        help="parts that are trained beside each other (%(default)s)")  # fmt: skip
    options = parser.parse_args(arguments)
    if options.out.name != HOME:
        sys.stderr.write(f"error: {options.out} must end in {HOME}, where its weights are found\n")
        return 2
    os.environ["CHECKPOINTS"] = str(options.out.parent)  # each part builds on those before it
    try:
        whole = run(options.out, Sizes(), options.seconds, max(1, options.at_once))
    except SummarizerError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0 if whole else 3


if __name__ == "__main__":
    sys.exit(main())
