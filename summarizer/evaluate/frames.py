"""TVSum and SumMe: scores a frame, whole shots of 15 % by a knapsack, against many annotators.

Every way gives one score a frame. F1 is of the summary made of them (the mean over annotators is
TVSum's rule, the best of them SumMe's); rank correlation is of the scores themselves, at full frame
rate. "human" is one annotator against the others: F1 leaves one out, "user" is the mean over all
pairs (Otani et al., 2019), "mean" is each against the mean of the others.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol as Shape

import numpy as np

from summarizer.data import benchmark
from summarizer.data.benchmark import SETS, Annotated, Split
from summarizer.errors import SummarizerError
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import frames
from summarizer.pipeline import load
from summarizer.schema import Preference

MEASURES = (
    Measure("F mean", "F1 of the 15 % summary, mean over annotators: TVSum's rule", 100, 1),
    Measure("F max", "F1 with the annotator it meets best: SumMe's rule", 100, 1),
    Measure("tau user", "Kendall's tau-b with each annotator, then the mean"),
    Measure("rho user", "Spearman's rho with each annotator, then the mean"),
    Measure("tau mean", "Kendall's tau-b with the mean of the annotators"),
    Measure("rho mean", "Spearman's rho with the mean of the annotators"),
)
POINTS = 300  # of a curve in the report
APART = 0.05  # share by which the file and the annotations may differ in length
SUFFIXES = ("mp4", "mkv", "webm", "avi", "mov", "m4v", "flv", "mpg", "mpeg", "wmv", "ts", "3gp")
MOST_BYTES = 1 << 30  # of predictions


# -- what can be trained --------------------------------------------------------------------------

Scorer = Callable[[Annotated], np.ndarray]
"""One score a pick or a frame, at least 0; the video it is given tells nothing people said of it"""


class Learner(Shape):
    """A way that is fitted once a split and seed."""

    def __call__(
        self, train: Sequence[Annotated], validate: Sequence[Annotated], seed: int
    ) -> Scorer:
        """Learn from `train`, choose by `validate`, and nothing else: what is tested on is not
        handed over. May raise SummarizerError."""


LEARNERS: dict[str, Learner] = {}
"""Ways that learn, by the names they have in the table."""


# -- the job --------------------------------------------------------------------------------------


@dataclass(eq=False)
class FrameJob:
    """Every video that is tested in any split is a task, a record of it for each such split."""

    videos: Mapping[str, Annotated]
    splits: Sequence[Split]
    options: Options
    learners: Mapping[str, Learner] = field(default_factory=lambda: LEARNERS)
    notes: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self):
        self.tasks = tuple(dict.fromkeys(name for split in self.splits for name in split.test))
        self._fitted: dict[tuple[str, str, int], Scorer] = {}
        self._given = predictions(self.options.predictions) if self.options.predictions else None
        self._files = files_of(self.options.videos) if self.options.videos else None

    def judge(self, task: str) -> Iterator[Record]:
        video = self.videos[task]
        tested = [split for split in self.splits if task in split.test]
        for found in self._untrained(video):
            yield from (replace(found, group=split.name) for split in tested)
        for way in self.learners:
            for split in tested:
                for seed in range(self.options.seeds):
                    learnt = partial(self._learnt, split, way, seed)
                    yield replace(tried(video, way, learnt, seed), group=split.name)

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        return {}

    def _untrained(self, video: Annotated) -> Iterator[Record]:
        """By the ways that are the same in all splits."""
        for seed in range(self.options.seeds):
            yield record(
                video, "random", frames.random(video.frames, _seed(video.name, seed)), seed
            )
        for way, scores in frames.TRIVIAL.items():
            yield record(video, way, scores(video.frames))
        if len(video.masks) > 1:
            yield Record(video.name, "human", people(video))
        if self._given is not None:
            yield tried(video, self.options.predictions.stem, self._predicted)
        if self._files is not None:
            yield tried(video, self.options.preset, self._perceived)

    def _predicted(self, video: Annotated) -> np.ndarray:
        key = video.name.partition("/")[2]
        for name in (video.name, key, video.title):
            if name in self._given:
                return self._given[name]
        raise SummarizerError(f"the predictions hold nothing about {video.name} ({video.title})")

    def _perceived(self, video: Annotated) -> np.ndarray:
        """The preset's scores, one a second of the raw video, held over the frames."""
        path = self._files.get(video.title) or self._files.get(video.name.partition("/")[2])
        if path is None:
            raise SummarizerError(
                f"{self.options.videos} holds no video called {video.title or video.name}"
            )
        summarizer = load(self.options.preset, overrides=self.options.settings)
        perception = summarizer.perceive(path)
        seconds, said = perception.video.seconds, video.seconds
        if said is not None and abs(seconds - said) > max(2.0, APART * said):
            raise SummarizerError(
                f"{path.name} lasts {seconds:.1f} s, but its annotations {said:.1f} s; "
                "it is another cut of the video"
            )
        total = summarizer.choose(perception, Preference()).saliency.total
        return by_time(total, seconds, video.frames)

    def _learnt(self, split: Split, way: str, seed: int, video: Annotated) -> np.ndarray:
        key = (way, split.name, seed)
        if key not in self._fitted:
            train, validate = (
                [self.videos[name] for name in names if name in self.videos]
                for names in (split.train, split.validate)
            )
            if not train:
                raise SummarizerError(
                    f"{split.name} has none of its {len(split.train)} videos to train on in "
                    f"{self.options.data}"
                )
            self._fitted[key] = self.learners[way](train, validate, seed)
        return self._fitted[key](video.blind())


def _seed(name: str, seed: int) -> int:
    """Another draw for every video, the same in every split and order of tasks."""
    return int(np.random.SeedSequence([seed, *name.encode()]).generate_state(1)[0])


# -- what became of it ----------------------------------------------------------------------------


def tried(
    video: Annotated, way: str, answer: Callable[[Annotated], np.ndarray], seed: int = 0
) -> Record:
    """The record of a way that may fail."""
    try:
        return record(video, way, every_frame(answer(video), video), seed)
    except SummarizerError as error:
        return Record(video.name, way, seed=seed, error=str(error))


def record(video: Annotated, way: str, scores: np.ndarray, seed: int = 0) -> Record:
    """One score a frame, judged; the first seed with curves for the report."""
    chosen = frames.shot_summary(scores, video.shots)
    values = judged(video, chosen, scores)
    if seed:
        return Record(video.name, way, values, seed=seed)
    curves = {"score": thinned(scores), "chosen": thinned(chosen)}
    curves["annotators"] = thinned(np.mean(video.said, axis=0))
    return Record(video.name, way, values, curves=curves)


def judged(video: Annotated, chosen: np.ndarray, scores: np.ndarray) -> dict[str, float]:
    many = frames.overlaps(chosen, video.masks)
    user = frames.per_annotator(scores, video.said)
    mean = frames.against_mean(scores, video.said)
    return valued(many.mean.f, many.best.f, user, mean)


def people(video: Annotated) -> dict[str, float]:
    """One annotator against the others."""
    between, others = frames.between(video.said), frames.against_others(video.said)
    return valued(*frames.one_out(video.masks), between, others)


def valued(
    mean: float | None, best: float | None, user: frames.Ranks, against: frames.Ranks
) -> dict[str, float]:
    """By the names of MEASURES, those that exist."""
    numbers = (mean, best, user.tau, user.rho, against.tau, against.rho)
    named = zip((each.name for each in MEASURES), numbers, strict=True)
    return {name: number for name, number in named if number is not None}


def thinned(values: np.ndarray) -> list[float]:
    """At most POINTS means over equal parts."""
    edges = np.linspace(0, len(values), min(len(values), POINTS) + 1).astype(int)
    shots = np.column_stack([edges[:-1], edges[1:]])
    return frames.shot_means(values, shots).round(4).tolist()


def every_frame(scores: np.ndarray, video: Annotated) -> np.ndarray:
    """One score a frame from one a pick or a frame."""
    try:
        scores = np.asarray(scores, np.float64)
    except (TypeError, ValueError):
        raise SummarizerError(f"the scores of {video.name} are no list of numbers") from None
    if scores.shape not in ((video.frames,), (len(video.picks),)):
        raise SummarizerError(
            f"{scores.shape} scores for {video.name}; it takes one for each of {len(video.picks)} "
            f"picks or {video.frames} frames"
        )
    if not np.isfinite(scores).all() or scores.min() < 0:
        raise SummarizerError(
            f"the scores of {video.name} hold a number below 0 or none at all; the knapsack needs "
            "scores of at least 0"
        )
    if len(scores) == video.frames:
        return scores
    return frames.upsample(scores, video.picks, video.frames)


def by_time(values: np.ndarray, seconds: float, count: int) -> np.ndarray:
    """(count,): of one value a second, that in which the middle of each frame lies."""
    middles = (np.arange(count) + 0.5) * seconds / count
    return values[np.minimum(middles.astype(int), len(values) - 1)]


# -- files ----------------------------------------------------------------------------------------


def files_of(folder: Path) -> dict[str, Path]:
    """The videos of a folder by their names without suffix."""
    if not folder.is_dir():
        raise SummarizerError(f"{folder} is no folder of videos")
    paths = sorted(folder.iterdir())
    return {path.stem: path for path in paths if path.suffix[1:].lower() in SUFFIXES}


def predictions(path: Path) -> dict[str, list]:
    """Scores by video from a JSON object: a list of one a pick, or one a frame."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise SummarizerError(f"{path.name}: more than {MOST_BYTES >> 20} MB of predictions")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SummarizerError(f"{path.name}: can't be read as JSON ({str(error)[:80]})") from None
    if not isinstance(found, dict):
        raise SummarizerError(f"{path.name}: is no object of video: scores")
    return found


# -- opening --------------------------------------------------------------------------------------


def open_set(which: str, options: Options) -> FrameJob:
    """The job over the set in the data folder; sets to train on as well are taken as they lie."""
    own = benchmark.load(options.data, which)
    if bare := [name for name, video in own.items() if not len(video.masks)]:
        raise SummarizerError(
            f"{bare[0]}: field 'user_summary' is missing, so nothing can be judged"
        )
    others, absent = {}, []
    if options.setting != "canonical":
        for other in SETS:
            if other != which:
                found = _there(options.data, other)
                others |= found
                absent += [] if found else [other]
    splits = benchmark.splits(own, others, options.setting, options.splits)
    notes = tuple(_notes(which, own, options, absent))
    return FrameJob({**own, **others}, splits, options, notes=notes)


def _there(folder: Path, which: str) -> dict[str, Annotated]:
    """A set that is only trained on; empty where there is no file of it."""
    try:
        benchmark.find(folder, which)
    except SummarizerError:
        return {}
    return benchmark.load(folder, which)


def _notes(
    which: str, own: Mapping[str, Annotated], options: Options, absent: Sequence[str]
) -> Iterator[str]:
    if options.splits is None and options.setting != "transfer":
        yield (
            f"Not canonical: the {benchmark.FOLDS} splits were drawn from seed 0; --splits names a "
            "published file."
        )
    if absent:
        yield f"No file of {', '.join(absent)} is there, so nothing can be trained on these."
    if bare := sum(video.scores is None for video in own.values()):
        yield (
            f"{bare} of {len(own)} videos have no scores by annotators, so correlation is with "
            "their masks; published numbers are with scores."
        )
    if options.videos is None and options.predictions is None:
        learnt = "" if LEARNERS else " and nothing is trained"
        yield (
            f"No raw videos (--videos){learnt}: only the trivial ways and the annotators "
            "themselves are measured."
        )
    yield (
        "human: F1 leaves one annotator out against the others; 'user' is the mean over all pairs, "
        "'mean' is each against the mean of the others."
    )


def protocol(which: str, about: str) -> Protocol:
    return Protocol(about, MEASURES, partial(open_set, which))


TVSUM = protocol("tvsum", "50 videos, 20 annotators: shots of 15 %, F1 by the mean over annotators")
SUMME = protocol("summe", "25 videos, 15-18 annotators: shots of 15 %, F1 by the best annotator")
