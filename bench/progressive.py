"""How much of a planted signal the summarizer in stages finds: python -m bench.progressive

On features drawn by `bench.planted` over the real annotations and splits of TVSum and SumMe, which
lie in ../shared/data/benchmarks; and what can be measured of these without any features. What is
finished is kept in the folder --work, and the same command goes on; `bench/progressive.md` is
written from it. With --folds 0 nothing is fitted, and the page is written from what is there.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from bench import planted
from summarizer.config import override
from summarizer.data import benchmark
from summarizer.data.benchmark import Annotated, Split
from summarizer.evaluate.frames import MEASURES, every_frame, learners, people, record
from summarizer.files import whole
from summarizer.metrics import frames
from summarizer.train import progressive as scoring
from summarizer.train.films import Film, of_benchmark
from summarizer.train.loop import train

DATA = Path("..") / "shared" / "data" / "benchmarks"
PAGE = Path(__file__).with_suffix(".md")
SETS = ("summe", "tvsum")
SMALL = "width=64 heads=4 longest=256 batch=2 rate=1e-3 epochs={epochs}"
WAYS = {
    "1 stage": "stages=1",
    "2 stages": "stages=2",
    "3 stages": "stages=3",
    "4 stages": "stages=4",
    "3 stages, rank loss": "stages=3 loss=rank",
    "3 stages, each supervised": "stages=3 each=0.5",
    "3 stages, pretrained": "stages=3 pretrain={epochs}",
    "3 stages, text after the first look": "stages=3 guide=after",
    "3 stages, text before it": "stages=3 guide=before",
    "3 stages, text before it, pretrained, rank loss": (
        "stages=3 guide=before loss=rank pretrain={epochs}"
    ),
    "3 stages, up to 4 rounds by validation": "stages=3 rounds=4",
}
PLANTED = "the planted part itself"
RIDGE = "ridge regression of single frames"
DECAY = 1000.0
SHOWN = ("F mean", "F max", "tau user", "rho user")
PUBLISHED = {  # at its own settings, on real features, by the best epoch on the test fold
    ("summe", "without text"): (48.7, 0.178, 0.240),
    ("summe", "with text"): (50.7, 0.192, 0.257),
    ("tvsum", "without text"): (60.3, 0.177, 0.233),
    ("tvsum", "with text"): (60.4, 0.181, 0.238),
}
REAL_SEEDS = 5  # of chance
KNOWN = {  # Otani, Nakashima, Rahtu and Heikkila (CVPR 2019) and those who measured as they did
    ("tvsum", "random"): "F mean 57",
    ("tvsum", "human"): "tau .177, rho .204",
    ("summe", "random"): "F max 41",
    ("summe", "human"): "tau .205, rho .213",
}

FOUND = (
    "## What is found",
    "",
    "Few folds, so differences of a hundredth of tau say little. But where single frames tell all "
    "that can be known, as here, nothing is gained over a line through them: one stage finds as "
    "much as the ridge regression, more stages find no more, unless each is supervised.",
    "",
    "The text guidance as published can't change the order of frames in the first stage: what it "
    "adds after the look is the same for all frames, and the head is a line. Later stages only see "
    "other strengths. Read before the look it can tell what counts; "
    "`tests/train/test_progressive_lesson.py` holds both to that on a small example.",
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.progressive")
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--work", type=Path, default=Path("build") / "planted")
    parser.add_argument("--folds", type=int, default=benchmark.FOLDS)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=20)
    parser.add_argument("--sets", nargs="+", choices=SETS, default=SETS)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=WAYS, metavar="WAY")
    parser.add_argument("--page", type=Path, default=PAGE)
    given = parser.parse_args()
    for which in given.sets:
        annotated(which, given)
        measure(which, given)
        costs(which, given)
    step = given.work / "step.json"
    if not step.is_file():
        step.write_text(json.dumps(published_size()), encoding="utf-8")
    with whole(given.page) as part:
        part.write_text(page(given), encoding="utf-8")
    return 0


def measure(which: str, given: argparse.Namespace) -> None:
    """Fit every way on every fold that is not measured yet; a line for each is kept at once."""
    path = given.work / which / f"{which}_planted.h5"
    parts = planted.write(path, given.data, which)
    videos = benchmark.load(path.parent, which)
    splits = benchmark.splits(videos, (), path=given.data / "splits" / f"{which}_splits.json")
    kept = given.work / f"{which}.jsonl"
    known = {tuple(each["of"]) for each in lines(kept)}
    for split in splits[: given.folds]:
        for way, scorer in (unlearnt(parts) | {RIDGE: ridge(videos, split)}).items():
            of = (way, "", split.name, 0)
            if of not in known:
                keep(kept, of, tested(videos, split, scorer), 0.0)
        for seed in range(given.seeds):
            for way in given.ways:
                settings = f"{SMALL} {WAYS[way]}".format(epochs=given.epochs)
                of = (way, settings, split.name, seed)
                if of not in known:
                    keep(kept, of, *fitted(videos, split, settings, seed))


def annotated(which: str, given: argparse.Namespace) -> None:
    """What needs no features: chance, even and central choices, and people, over all videos."""
    kept = given.work / f"{which}-real.json"
    if kept.is_file():
        return
    found: dict[str, list[Mapping[str, float]]] = {}
    for video in benchmark.load(given.data, which).values():
        for seed in range(REAL_SEEDS):
            drawn = frames.random(video.frames, [seed, *video.name.encode()])
            found.setdefault("random", []).append(record(video, "", drawn).values)
        for way, scores in frames.TRIVIAL.items():
            found.setdefault(way, []).append(record(video, "", scores(video.frames)).values)
        found.setdefault("human", []).append(people(video))
    means = {
        way: {
            each.name: float(np.mean([one[each.name] for one in mine if each.name in one]))
            for each in MEASURES
            if any(each.name in one for one in mine)
        }
        for way, mine in found.items()
    }
    kept.parent.mkdir(parents=True, exist_ok=True)
    with whole(kept) as part:
        part.write_text(json.dumps(means), encoding="utf-8")


def fitted(
    videos: Mapping[str, Annotated], split: Split, settings: str, seed: int
) -> tuple[dict[str, float], float]:
    """What a way reaches on a fold, and the seconds of computing that its training took."""
    (learn,) = learners([f"progressive {settings}"]).values()
    began = process_time()
    scorer = learn(
        [videos[name] for name in split.train], [videos[name] for name in split.validate], seed
    )
    spent = process_time() - began
    return tested(videos, split, scorer), spent


def costs(which: str, given: argparse.Namespace) -> None:
    """Seconds of computing of one thread that an epoch takes, by the number of stages."""
    import torch

    kept = given.work / f"{which}-costs.json"
    if kept.is_file():
        return
    torch.set_num_threads(1)
    videos = benchmark.load(given.work / which, which)
    splits = benchmark.splits(videos, (), path=given.data / "splits" / f"{which}_splits.json")
    films = of_benchmark(videos[name] for name in splits[0].train)
    found = {}
    for stages in (1, 1, 2, 3, 4):  # the first is to warm up
        recipe = scoring.Recipe()
        for setting in f"{SMALL} stages={stages}".format(epochs=1).split():
            recipe = override(recipe, setting)
        lesson = scoring.lesson(recipe, films)
        with TemporaryDirectory() as place:
            began = process_time()
            train(lesson, scoring.pace(recipe, len(films)), Path(place) / "own", quiet=True)
            found[stages] = process_time() - began
    with whole(kept) as part:
        part.write_text(json.dumps(found), encoding="utf-8")


def published_size(frames: int = 300, steps: int = 3) -> dict[str, float]:
    """Computing seconds of one thread at the published size: a frame a stage, and a step's own."""
    import torch

    draw = np.random.default_rng(0)
    films = [
        Film(str(number), draw.normal(size=(frames, 1024)), "", draw.random(frames))
        for number in range(2)
    ]
    torch.set_num_threads(1)
    lesson = scoring.lesson(scoring.Recipe(stages=1), films)
    batch = lesson.batch([(number, draw) for number in range(2)])
    optimizer = torch.optim.AdamW(lesson.module.parameters())
    times = []
    for _ in range(steps):
        began = process_time()
        lesson.module(batch)["product"].backward()
        learned = process_time()
        optimizer.step()
        times.append(((learned - began) / (2 * frames), process_time() - learned))
    parameters = sum(each.numel() for each in lesson.module.parameters())
    frame, step = np.median(times, axis=0).tolist()
    return {"frame": frame, "step": step, "parameters": parameters}


def unlearnt(parts: Mapping[str, np.ndarray]) -> dict:
    """What learns nothing: chance, and the planted part itself."""
    return {
        "random": lambda video: np.random.default_rng([*video.name.encode()]).random(video.frames),
        PLANTED: lambda video: parts[video.name] - parts[video.name].min(),
    }


def ridge(videos: Mapping[str, Annotated], split: Split):
    """The line from single frames to the targets, each brought to mean 0 and variance 1."""
    rows = np.vstack([videos[name].features for name in split.train])
    wanted = [planted.standard(videos[name].target[:, None])[:, 0] for name in split.train]
    weights = np.linalg.solve(
        rows.T @ rows + DECAY * np.eye(rows.shape[1]), rows.T @ np.concatenate(wanted)
    )

    def score(video: Annotated) -> np.ndarray:
        found = video.features @ weights
        return found - found.min()

    return score


def tested(videos: Mapping[str, Annotated], split: Split, scorer) -> dict[str, float]:
    """The means over the videos that the split tests."""
    found = [
        record(videos[name], "", every_frame(scorer(videos[name].blind()), videos[name])).values
        for name in split.test
    ]
    return {name: float(np.mean([each[name] for each in found])) for name in SHOWN}


# -- what is kept ---------------------------------------------------------------------------------


def keep(kept: Path, of: Sequence, values: Mapping[str, float], spent: float) -> None:
    with kept.open("a", encoding="utf-8") as file:
        file.write(json.dumps({"of": of, "values": values, "computing": spent}) + "\n")
    sys.stdout.write(f"{kept.stem} {of[2]}: {of[0]}: {values['tau user']:.3f}, {spent:.0f} s\n")
    sys.stdout.flush()


def lines(kept: Path) -> list[dict]:
    if not kept.is_file():
        return []
    return [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]


# -- the page -------------------------------------------------------------------------------------


def page(given: argparse.Namespace) -> str:
    tables = [row for which in given.sets for row in table(which, given)]
    rows = [*head(given), *tables, "", *size(given), *FOUND, "", *without(given)]
    return "\n".join(rows) + "\n"


def head(given: argparse.Namespace) -> Iterator[str]:
    yield "# Scores in stages, on a planted signal"
    yield ""
    yield (
        f"By `python -m bench.progressive --epochs {given.epochs}`, which also fits what is "
        "missing here: names, splits, shots and annotators of TVSum and SumMe, and features that "
        "`bench/planted.py` draws, because the real ones are not here. These numbers tell what a "
        "way finds of what was planted, and **nothing about real videos**."
    )
    yield ""
    yield (
        f"Small and short on purpose: an encoder 64 wide instead of 1024, {given.epochs} epochs of "
        "batches of 2 (3 layers, 256 frames of a video at once, a rate of 1e-3). Pretraining, "
        "where there is any, is as many epochs on the training videos of the fold. Nothing was "
        "chosen on test; but for the rounds, nothing was chosen at all: the last epoch is "
        "measured. *Found* is tau by that of the planted part itself on the same folds, which is "
        "all there is to find; the spread is the standard deviation of tau over fits. A way "
        "without text can't know which of two directions counts on TVSum; on SumMe no text tells "
        "anything."
    )


def without(given: argparse.Namespace) -> Iterator[str]:
    """What the real annotations tell without any features."""
    yield "## The real annotations, without any features"
    yield ""
    yield (
        "Means over all videos, at the full frame rate, with the shots of the standard files and "
        "the knapsack at 15 %. In one convention tau and rho are with each annotator, then the "
        "mean (people: over all pairs), in the other with the mean of the annotators (people: of "
        "the others); people's F leaves one out; chance is drawn "
        f"{REAL_SEEDS} times. What others measured by the same rules stands beside, and "
        "`tests/evaluate/test_frames_protocols.py` holds these numbers to it."
    )
    yield ""
    yield f"| set | way | {' | '.join(each.name for each in MEASURES)} | published |"
    yield f"|---|---|{'---:|' * len(MEASURES)}---|"
    for which in given.sets:
        means = json.loads((given.work / f"{which}-real.json").read_text(encoding="utf-8"))
        for way, found in means.items():
            numbers = " | ".join(
                f"{each.scale * found[each.name]:.{each.places}f}" if each.name in found else "–"
                for each in MEASURES
            )
            yield f"| {which} | {way} | {numbers} | {KNOWN.get((which, way), '')} |"


def size(given: argparse.Namespace) -> Iterator[str]:
    step = json.loads((given.work / "step.json").read_text(encoding="utf-8"))
    yield "## The published size"
    yield ""
    yield (
        f"1024 wide and {step['parameters'] / 1e6:.1f} million parameters with one stage: measured "
        f"on one thread, {1000 * step['frame']:.1f} ms of computing a frame and stage, and "
        f"{step['step']:.2f} s for the optimizer's step. Not measured but reckoned from these, for "
        "40 epochs of batches of 2:"
    )
    yield ""
    for which, stages in (("summe", 3), ("tvsum", 4)):
        videos = benchmark.load(given.data, which)
        parts = benchmark.splits(videos, (), path=given.data / "splits" / f"{which}_splits.json")
        train = [videos[name] for name in parts[0].train]
        frames = sum(min(512, len(video.picks)) for video in train)
        seconds = 40 * (frames * stages * step["frame"] + len(train) / 2 * step["step"])
        yield f"- {which}, {stages} stages, {frames} frames: {seconds / 60:.0f} minutes a fold"
    yield ""


def table(which: str, given: argparse.Namespace) -> Iterator[str]:
    found = lines(given.work / f"{which}.jsonl")
    rule = {"summe": "F max", "tvsum": "F mean"}[which]
    yield from ("", f"## {which}, {len({each['of'][2] for each in found})} of 5 folds", "")
    yield f"| way | fits | {rule} | tau | spread | rho | found |"
    yield "|---|---:|---:|---:|---:|---:|---:|"
    there = {each["of"][2]: each["values"] for each in found if each["of"][0] == PLANTED}
    for way in ("random", PLANTED, RIDGE, *WAYS):
        if mine := [each for each in found if each["of"][0] == way]:
            yield row(way, mine, rule, [there[each["of"][2]]["tau user"] for each in mine])
    for (of, kind), (f, tau, rho) in PUBLISHED.items():
        if of == which:
            name = f"*published, {kind}: not comparable*"
            yield f"| {name} | | {f} | {tau:.3f} | | {rho:.3f} | |"
    yield ""
    spent = json.loads((given.work / f"{which}-costs.json").read_text(encoding="utf-8"))
    minutes = [f"{given.epochs * each / 60:.1f} ({stages})" for stages, each in spent.items()]
    yield (
        f"Learning a fold takes {', '.join(minutes)} minutes of computing on one thread, by the "
        "number of stages in brackets: measured over one epoch, times all."
    )
    yield ""
    yield (
        "The published numbers are those of Li et al. (2023) as later papers quote them: of real "
        "features, and of the epoch that did best on the test fold."
    )


def row(way: str, mine: Sequence[Mapping], rule: str, most: Sequence[float]) -> str:
    names = (rule, "tau user", "rho user")
    f, tau, rho = (float(np.mean([each["values"][name] for each in mine])) for name in names)
    spread = np.std([each["values"]["tau user"] for each in mine])
    return (
        f"| {way} | {len(mine)} | {100 * f:.1f} | {tau:.3f} | {spread:.3f} | {rho:.3f} | "
        f"{tau / np.mean(most):.0%} |"
    )


if __name__ == "__main__":
    sys.exit(main())
