"""python -m bench.ablation: what each part of the two decoders is worth, on the little world.

Every way learns from nothing on the same clips, with several seeds; what is measured are clips it
never saw. Rows are pictures made small, in fixed random directions: a look that learned nothing.
With --kept what is finished is kept in a file, and the same command goes on after it.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

WIDTH = 128
WHOLE = 257  # seconds, more than any clip has: a window that leaves nothing out
WAYS = {
    "base": {"temporal": 0, "kernel": 0},
    "+ temporal": {"kernel": 0},
    "+ local": {},
    "+ the same, of all rows": {"kernel": WHOLE},
    "+ memory": {"slots": 64},
    "+ agreement": {"slots": 64, "agreement": 0.5},
}
UNFINISHED = (
    "**Not all of it is measured yet:** the column of seeds says how many there are. The same "
    "command with `--kept FILE` goes on from what is finished."
)
REFINED = ("+ memory", "+ refinement")  # what of is refined, and as what it is listed
COLUMNS = ("F1", "tau", "rho", "BLEU-4", "METEOR", "ROUGE-L", "CIDEr-D")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.ablation", description=__doc__)
    parser.add_argument("--clips", type=int, default=800)
    parser.add_argument("--held", type=int, default=80)
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--rows", type=Path, help="folder that keeps the rows of the clips")
    parser.add_argument("--kept", type=Path, help="file that keeps what is finished, a line each")
    parser.add_argument("--out", type=Path, help="file for the table with what it was made with")
    parser.add_argument(
        "--only-kept", action="store_true", help="measure nothing, show what is kept"
    )
    options = parser.parse_args()
    if options.only_kept:
        found = finished(options)
    else:
        with tempfile.TemporaryDirectory() as scratch:
            found = measured(options, Path(scratch))
    say(table(found))
    if options.out:
        options.out.write_text(report(options, found), encoding="utf-8")


def finished(options: argparse.Namespace) -> dict[str, list[Mapping[str, float]]]:
    """By way, what the seeds came to that are kept."""
    found: dict[str, list[Mapping[str, float]]] = {}
    kept = Kept(options.kept, [options.clips, options.held, options.steps])
    for seed in range(options.seeds):
        for way in WAYS:
            for name, values in (kept.of(seed, way) or {}).items():
                found.setdefault(name, []).append(values)
    return found


def measured(options: argparse.Namespace, scratch: Path) -> dict[str, list[Mapping[str, float]]]:
    """By way, what each seed came to."""
    from summarizer.train.watched import Shelf, pixels, render

    folder, look = options.rows or scratch / "rows", pixels(WIDTH)
    videos = Shelf(render(range(options.clips), "train", look, folder), folder)
    held = Shelf(render(range(options.held), "validation", look, folder), folder)
    found: dict[str, list[Mapping[str, float]]] = {}
    kept = Kept(options.kept, [options.clips, options.held, options.steps])
    for seed in range(options.seeds):
        for way, parts in WAYS.items():
            known = kept.of(seed, way)
            if known is None:
                known = dict(learned(way, parts, (videos, held), seed, options.steps))
                kept.add(seed, way, known)
            for name, values in known.items():
                found.setdefault(name, []).append(values)
                shown = " ".join(f"{each} {value:.3f}" for each, value in values.items())
                say(f"seed {seed}, {name}: {shown}")
    return found


class Kept:
    """What was measured before with the same sizes."""

    def __init__(self, path: Path | None, sizes: Sequence[int]):
        self.path, self.sizes = path, list(sizes)
        lines = path.read_text().splitlines() if path and path.is_file() else []
        self.known = [json.loads(line) for line in lines]

    def of(self, seed: int, way: str) -> Mapping[str, Mapping[str, float]] | None:
        same = {"sizes": self.sizes, "seed": seed, "way": way}
        fit = (each["found"] for each in self.known if same.items() <= each.items())
        return next(fit, None)

    def add(self, seed: int, way: str, found: Mapping[str, Mapping[str, float]]) -> None:
        if self.path is None:
            return
        line = {"sizes": self.sizes, "seed": seed, "way": way, "found": found}
        with self.path.open("a") as file:
            file.write(f"{json.dumps(line)}\n")


def learned(way: str, parts: Mapping, material: tuple, seed: int, steps: int):
    """One way with one seed; the refined one, too, where it is this one that is refined."""
    import torch

    from summarizer.models.saliency.refine import Taste
    from summarizer.train import videoxum
    from summarizer.train.loop import Pace, train

    videos, held = material
    recipe = videoxum.Recipe(**parts, told=80)
    torch.manual_seed(seed)
    lesson = videoxum.small(recipe, videos, [], "pixels")
    pace = Pace(steps=steps, batch=16, rate=1e-3, decay=0.05, warmup=0.1, seed=seed)
    with tempfile.TemporaryDirectory() as out:
        train(lesson, pace, Path(out) / "own", quiet=True)
    answers = videoxum.told(lesson.module.dual.eval(), lesson.words, held, recipe)
    yield way, videoxum.judged(answers, held)
    if way == REFINED[0]:
        fine = videoxum.refined(answers, held, Taste())
        yield REFINED[1], videoxum.judged(fine, held)


def report(options: argparse.Namespace, found: Mapping[str, Sequence]) -> str:
    """The table, and how to make it again."""
    sizes = f"--clips {options.clips} --held {options.held} --steps {options.steps}"
    command = f"python -m bench.ablation {sizes} --seeds {options.seeds}"
    whole = all(len(found.get(way, ())) == options.seeds for way in (*WAYS, REFINED[1]))
    note = "" if whole else f"{UNFINISHED}\n\n"
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    return (
        f"# What the parts of the two decoders are worth\n\n`{command}` on {machine}. "
        f"{options.clips} clips of the little world to learn from and {options.held} others to be "
        f"measured on, ten made-up annotators each, {options.steps} steps of 16, rows {WIDTH} wide "
        "by a look that learned nothing. Mean ± standard deviation over seeds; F1 of exactly 15 % "
        "of the seconds; METEOR where it can be had.\n\n"
        f"{note}{table(found) if found else 'No way is finished yet.'}\n"
    )


def table(found: Mapping[str, Sequence[Mapping[str, float]]]) -> str:
    names = [name for name in COLUMNS if any(name in each[0] for each in found.values())]
    lines = [f"| way | seeds | {' | '.join(names)} |", f"|---|---:|{'---:|' * len(names)}"]
    for way, seeds in found.items():
        cells = [spread([each[name] for each in seeds if name in each]) for name in names]
        lines.append(f"| {way} | {len(seeds)} | {' | '.join(cells)} |")
    return "\n".join(lines)


def spread(values: Sequence[float]) -> str:
    """Mean and standard deviation."""
    if not values:
        return "–"
    mean = statistics.fmean(values)
    return f"{mean:.3f} ± {statistics.stdev(values):.3f}" if len(values) > 1 else f"{mean:.3f}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
