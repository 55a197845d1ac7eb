"""python -m summarizer.train see|hear|tell --preset NAME --data MANIFEST --out checkpoints/NAME
python -m summarizer.train videoxum --preset NAME --data MANIFEST --out checkpoints/NAME
python -m summarizer.train ssl|progressive --data FILE --out checkpoints/NAME
python -m summarizer.train denoiser --data MANIFEST --out checkpoints/denoiser
python -m summarizer.train emotion --data FOLDER --out checkpoints/emotion
python -m summarizer.train emotion-adapter --out checkpoints/pocket/emotion-adapter

On several GPUs or machines: accelerate launch -m summarizer.train ... The manifest's features have
to be there (python -m summarizer.features); the other two also learn from the .h5 files TVSum and
SumMe are shared in. Stopped or killed, the same command goes on.
"""

import argparse
import math
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.config import PRESETS, override
from summarizer.errors import PresetError, SummarizerError

if TYPE_CHECKING:
    from summarizer.train.course import Course
    from summarizer.train.screening import Ready, Told

STAGES = ("see", "hear", "tell")  # of a preset with a language model
ABRIDGED = ("videoxum",)  # of a preset that reads a video as frames
COURSES = ("ssl", "progressive")  # of features alone, whoever made them
ACTED = ("emotion",)  # of folders of speech
MENDED = ("denoiser",)  # of the texts of manifests
DRAWN = ("emotion-adapter",)  # of the little world, which needs no data
UNDONE = 3  # the exit status where time was up


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.train", description="Train what a preset can learn."
    )
    add = parser.add_argument
    add("stage", choices=(*STAGES, *ABRIDGED, *COURSES, *ACTED, *MENDED, *DRAWN))
    add("--preset", help=f"whose {', '.join((*STAGES, *ABRIDGED))} is trained: "
        f"{', '.join(PRESETS)}")  # fmt: skip
    add("--data", type=Path, nargs="+", default=[], metavar="FILE",
        help=f"manifests; for {' and '.join(COURSES)} also .h5 files; for "
        f"{' and '.join(ACTED)} folders of WAV files")  # fmt: skip
    add("--out", type=Path, required=True, help="the checkpoint, as checkpoints/NAME")
    add("--from", type=Path, nargs="+", default=[], dest="begin", metavar="CHECKPOINT",
        help="of earlier stages, to begin from")  # fmt: skip
    add("--features", type=Path, help="folder of features, else MANIFEST.features of each")
    add("--set", action="append", default=[], dest="settings", metavar="NAME=VALUE",
        help="as pace.rate=2e-5, lambda_v=10, narrator.lora_rank=8, stages=2")  # fmt: skip
    add(
        "--seed",
        type=int,
        default=0,
        help=f"of {', '.join((*COURSES, *ACTED, *MENDED, *DRAWN))}; else --set pace.seed=1",
    )
    add("--seconds", type=float, default=math.inf, help=f"stop after these, with status {UNDONE}")
    add("--absolute", action="store_true", help="media of the manifest may lie anywhere")
    return parser


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 done, 2 an error to be mended, 3 time was up or somebody stopped it."""
    options = arguments().parse_args(words)
    try:
        return run(options)
    except SummarizerError as error:
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; the same command goes on from the last state.\n")
        return 130


def run(options: argparse.Namespace) -> int:
    from accelerate import PartialState

    from summarizer.train import report
    from summarizer.train.loop import LOG, train

    out = options.out
    if not options.data and options.stage not in DRAWN:
        raise PresetError(f"what is {options.stage} to be learned from? --data names it")
    about, ready, told = (_stage if options.stage in (*STAGES, *ABRIDGED) else _course)(options)
    first = PartialState().is_main_process
    if first:
        _say(f"{options.stage}: {about}; {ready.said}.")
    done = train(ready.lesson, ready.pace, out, seconds=options.seconds, identity=ready.identity)
    if first:
        log = report.read(out.with_name(f"{out.name}.training") / LOG)
        values = {"steps": f"{done.step} of {done.steps}", **done.metrics, **ready.lesson.of}
        page = out.with_name(f"{out.name}.html")
        more = told(out) if done.done else ()
        report.write(page, f"{options.stage}: {out.name}", log, values, more)
        for name, value in done.metrics.items():
            _say(f"{name}: {value:.4f}")
        _say(f"{out} is done; {page.name} shows how it went." if done.done else _left(done))
    return 0 if done.done else UNDONE


def _stage(options: argparse.Namespace) -> "tuple[str, Course, Told]":
    """What a stage of a preset is about, all that the loop is given, and nothing more to show."""
    from summarizer.train import abridging
    from summarizer.train.course import Wanted, course
    from summarizer.train.stages import STAGES as KNOWN

    if options.preset is None:
        raise PresetError(f"whose {options.stage} is to be trained? --preset names it, as studio")
    make = abridging.course if options.stage in ABRIDGED else course
    stage = {**KNOWN, **abridging.STAGES}[options.stage]
    for assignment in options.settings:
        stage = override(stage, assignment)
    ready = make(
        Wanted(
            options.stage, stage, options.preset, tuple(options.data), options.features,
            tuple(options.begin), options.absolute,
        )
    )  # fmt: skip
    return stage.about, ready, lambda checkpoint: ()


def _course(options: argparse.Namespace) -> "tuple[str, Ready, Told]":
    """The same for what is learned without a preset, with the figures that tell how it did."""
    from summarizer.train import emotion, emotion_adapter, mending, screening

    rooms = (screening, emotion, mending, emotion_adapter)
    known = {name: course for room in rooms for name, course in room.COURSES.items()}
    if options.preset is not None:
        raise PresetError(
            f"{options.stage} takes features or files, whoever made them; leave --preset away"
        )
    if len(options.begin) > 1:
        raise PresetError(f"{options.stage} begins from one checkpoint, not {len(options.begin)}")
    course, begin = known[options.stage], next(iter(options.begin), None)
    recipe = course.recipe()
    for assignment in options.settings:
        recipe = override(recipe, assignment)
    ready = course.ready(recipe, options.data, options.features, begin, options.seed)
    return course.about, ready, course.told


def _left(done) -> str:
    return f"{done.step} of {done.steps} steps are done; the same command goes on from there."


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
