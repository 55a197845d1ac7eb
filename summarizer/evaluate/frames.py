"""TVSum and SumMe: scores a frame, whole shots of 15 % by a knapsack, against many annotators.

Every way gives one score a frame. F1 is of the summary made of them (the mean over annotators is
TVSum's rule, the best of them SumMe's); rank correlation is of the scores themselves, at full frame
rate. "human" is one annotator against the others: F1 leaves one out, "user" is the mean over all
pairs (Otani et al., 2019), "mean" is each against the mean of the others.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import Protocol as Shape

import numpy as np

from summarizer.data import benchmark
from summarizer.data.benchmark import SETS, Annotated, Split
from summarizer.data.entries import Entry, Shelf, json_object
from summarizer.errors import SummarizerError
from summarizer.evaluate import learning
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import frames
from summarizer.pipeline import Summarizer, load
from summarizer.schema import Perception, Preference

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


LEARNERS: dict[str, Callable[[Sequence[str]], Learner]] = {"progressive": learning.progressive}
"""Ways that learn, by the first word of --learn; the words after it are settings."""


def learners(ways: Sequence[str]) -> dict[str, Learner]:
    """The ways that were asked for, by the names they have in the table."""
    found = {}
    for way in ways:
        name, *settings = way.split() or [""]
        if name not in LEARNERS:
            raise SummarizerError(
                f"nothing learns as {name[:40]!r}; there is {', '.join(LEARNERS)}"
            )
        found[" ".join([name, *settings])] = LEARNERS[name](settings)
    return found


# -- by looking -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looking:
    """A preset over the raw videos of a folder."""

    summarizer: Summarizer
    folder: Path
    shelf: Shelf

    @staticmethod
    def of(options: Options) -> "Looking | None":
        """None where no folder of videos was named."""
        if options.videos is None:
            return None
        if not options.videos.is_dir():
            raise SummarizerError(f"{options.videos} is no folder of videos; --videos names one")
        summarizer = load(options.preset, overrides=options.settings)
        return Looking(summarizer, options.videos, Shelf(options.videos))

    def perceive(self, *names: str, seconds: float | None) -> Perception:
        """The first of these that is there; it has to be as long as its annotations say."""
        found = self.shelf.media(*names)
        if not found:
            raise SummarizerError(f"{self.folder} holds no video called {names[0] or names[-1]}")
        perception = self.summarizer.perceive(self.folder / found)
        lasts = perception.video.seconds
        if seconds is not None and abs(lasts - seconds) > max(2.0, APART * seconds):
            raise SummarizerError(
                f"{found} lasts {lasts:.1f} s, but its annotations {seconds:.1f} s; it is another "
                "cut of the video"
            )
        return perception


def by_time(values: np.ndarray, seconds: float, count: int) -> np.ndarray:
    """(count,): of one value a second, that in which the middle of each frame lies."""
    middles = (np.arange(count) + 0.5) * seconds / count
    return values[np.minimum(middles.astype(int), len(values) - 1)]


# -- the job --------------------------------------------------------------------------------------


@dataclass(eq=False)
class FrameJob:
    """Every video that is tested in any split is a task, with a record for each such split."""

    videos: Mapping[str, Annotated]
    splits: Sequence[Split]
    options: Options
    predicted: Mapping[str, Entry] | None = None
    looking: Looking | None = None
    learners: Mapping[str, Learner] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)
    answers: dict[tuple[str, str, int], Mapping[str, object]] = field(default_factory=dict)

    @property
    def tasks(self) -> Sequence[str]:
        return tuple(dict.fromkeys(name for split in self.splits for name in split.test))

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
        """Nothing: every number is a mean over the videos."""
        return {}

    def _untrained(self, video: Annotated) -> Iterator[Record]:
        """By the ways that are the same in all splits."""
        if self.predicted is not None:
            yield tried(video, self.options.predictions.stem, self._predicted)
        elif self.looking is not None:
            yield tried(video, self.options.preset, self._perceived)
        for seed in range(self.options.seeds):
            # every video and seed draws anew, and the same in whatever order they come
            drawn = frames.random(video.frames, [seed, *video.name.encode()])
            yield record(video, "random", drawn, seed)
        for way, scores in frames.TRIVIAL.items():
            yield record(video, way, scores(video.frames))
        if len(video.masks) > 1:
            yield Record(video.name, "human", people(video))

    def _predicted(self, video: Annotated) -> object:
        for name in (video.name, video.key, video.title):
            if name in self.predicted:
                return self.predicted[name].values
        raise SummarizerError(f"the predictions hold nothing about {video.name} ({video.title})")

    def _perceived(self, video: Annotated) -> np.ndarray:
        """The preset's scores, one a second of the raw video, held over the frames."""
        perception = self.looking.perceive(video.title, video.key, seconds=video.seconds)
        total = self.looking.summarizer.choose(perception, Preference()).saliency.total
        return by_time(total, perception.video.seconds, video.frames)

    def _learnt(self, split: Split, way: str, seed: int, video: Annotated) -> object:
        key = (way, split.name, seed)
        if key not in self.answers:
            self.answers[key] = self._fitted(split, way, seed)
        found = self.answers[key][video.name]
        if isinstance(found, SummarizerError):
            raise found
        return found

    def _fitted(self, split: Split, way: str, seed: int) -> Mapping[str, object]:
        """The scores of all videos the split tests, or why there are none: what was fitted may be
        large, and is let go of."""
        train, validate = (
            [self.videos[name] for name in names if name in self.videos]
            for names in (split.train, split.validate)
        )
        try:
            if not train:
                raise SummarizerError(
                    f"{split.name} has none of its {len(split.train)} videos to train on in "
                    f"{self.options.data}"
                )
            scorer = self.learners[way](train, validate, seed)
        except SummarizerError as error:
            return dict.fromkeys(split.test, error)
        return {name: _answer(scorer, self.videos[name].blind()) for name in split.test}


def _answer(scorer: Scorer, video: Annotated) -> object:
    try:
        return scorer(video)
    except SummarizerError as error:
        return error


# -- what became of it ----------------------------------------------------------------------------


def tried(
    video: Annotated, way: str, answer: Callable[[Annotated], object], seed: int = 0
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


def every_frame(scores: object, video: Annotated) -> np.ndarray:
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


def predictions(path: Path) -> dict[str, Entry]:
    """The entries of a JSON object by the names of videos; here each a list of scores, one a pick
    or one a frame."""
    if not path.is_file():
        raise SummarizerError(f"{path} is no file; --predictions names one")
    return dict(json_object(path))


# -- opening --------------------------------------------------------------------------------------


def open_set(which: str, options: Options) -> FrameJob:
    """The job over the set in the data folder; sets to train on as well are taken as they lie."""
    own = benchmark.load(options.data, which)
    if bare := [name for name, video in own.items() if not len(video.masks)]:
        raise SummarizerError(
            f"{bare[0]}: field 'user_summary' is missing, so nothing can be judged"
        )
    sought = [each for each in SETS if each != which and options.setting != "canonical"]
    there = [each for each in sought if benchmark.has(options.data, each)]
    absent = [each for each in sought if each not in there]
    others = {name: v for each in there for name, v in benchmark.load(options.data, each).items()}
    if options.splits is not None and not options.splits.is_file():
        raise SummarizerError(f"{options.splits} is no file; --splits names one")
    splits = benchmark.splits(own, others, options.setting, options.splits)
    predicted = looking = None
    if options.predictions:
        predicted = predictions(options.predictions)
    else:
        looking = Looking.of(options)
    notes = tuple(_notes(own, splits, options, absent))
    ways = learners(options.learn)
    return FrameJob({**own, **others}, splits, options, predicted, looking, ways, notes)


def _notes(
    own: Mapping[str, Annotated],
    splits: Sequence[Split],
    options: Options,
    absent: Sequence[str],
) -> Iterator[str]:
    if options.splits is None and options.setting != "transfer":
        yield (
            f"Not canonical: the {benchmark.FOLDS} splits were drawn from seed 0; --splits names a "
            "published file."
        )
    if lacking := set(own).difference(*(split.test for split in splits)):
        yield f"{len(lacking)} of {len(own)} videos are tested in no split, so they are not here."
    if absent:
        yield f"No file of {', '.join(absent)} is there, so nothing can be trained on these."
    if bare := sum(video.scores is None for video in own.values()):
        yield (
            f"{bare} of {len(own)} videos have no scores by annotators, so correlation is with "
            "their masks; published numbers are with scores."
        )
    if options.videos is None and options.predictions is None:
        learnt = "" if options.learn else " and nothing is trained (--learn)"
        yield (
            f"No raw videos (--videos){learnt}: only {'what learns, ' * bool(options.learn)}the "
            "trivial ways and the annotators themselves are measured."
        )
    yield (
        "human: F1 leaves one annotator out against the others; 'user' is the mean over all pairs, "
        "'mean' is each against the mean of the others."
    )


def protocol(which: str, about: str) -> Protocol:
    return Protocol(about, MEASURES, partial(open_set, which))


TVSUM = protocol("tvsum", "50 videos, 20 annotators: shots of 15 %, F1 by the mean over annotators")
SUMME = protocol("summe", "25 videos, 15-18 annotators: shots of 15 %, F1 by the best annotator")
