"""QVHighlights: the moments a query asks for, and how much each two seconds are a highlight of it.

Lei, Berg & Bansal, "Detecting Moments and Highlights in Videos via Natural Language Queries"
(NeurIPS 2021). Judged is the validation part, each query by itself; the official numbers are means
over the queries that have them, those of a length over the queries with such a window. Other sets
in the same form with windows (Charades-STA) are judged by the same rule, given as a file.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from summarizer.data.entries import Entry, Shelf, files, json_lines, number
from summarizer.data.manifest import Malformed
from summarizer.data.readers import qvhighlights as reader
from summarizer.errors import SummarizerError
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import retrieval
from summarizer.metrics.retrieval import LENGTHS, LEVELS, Span, Window
from summarizer.pipeline import Summarizer, load
from summarizer.schema import Length, Preference

CLIP = 2.0  # seconds that are rated at once
FILE = "highlight_val_release.jsonl"
QUERIES = 100_000  # of the file, at most
WINDOWS = 1_000  # of a prediction, at most
FARTHEST = 1e6  # number of a prediction
APART = 5.0  # seconds a clip may be longer or shorter than its annotation says
WHOLE = Length(1.0, "share")  # all that would do
AT = {"R1": (0.5, 0.7), "mAP": (0.5, 0.75)}  # thresholds with a column of their own


@dataclass(frozen=True)
class Query:
    """What is asked of a clip, and what is right."""

    text: str
    video: str
    seconds: float
    right: tuple[Span, ...]
    ratings: np.ndarray | None = None  # (clips, annotators)

    @property
    def clips(self) -> int:
        return max(1, int(self.seconds / CLIP))


@dataclass(frozen=True)
class Answer:
    """Windows, those that matter first, and a score for each clip; nothing for what isn't said."""

    windows: tuple[Window, ...] | None = None
    scores: np.ndarray | None = None


# -- by what rule ---------------------------------------------------------------------------------


def values(query: Query, answer: Answer) -> dict[str, float]:
    """What this answer is worth, under the names of the official table."""
    found = {} if answer.windows is None else _moments(answer.windows, query.right)
    if answer.scores is not None and query.ratings is not None:
        for level in LEVELS:
            each = answer.scores, query.ratings, level
            found[f"HL-min-{level}-mAP"] = retrieval.highlight_precision(*each)
            found[f"HL-min-{level}-Hit1"] = retrieval.highlight_hit(*each)
    return found


def _moments(predicted: Sequence[Window], right: Sequence[Span]) -> dict[str, float]:
    found = {}
    for name in LENGTHS:
        if wanted := retrieval.of_length(right, name):
            found[f"MR-{name}-mAP"] = float(retrieval.moment_precisions(predicted, wanted).mean())
    for kind, rule in (("R1", retrieval.recalls_at_one), ("mAP", retrieval.moment_precisions)):
        for at, value in zip(AT[kind], rule(predicted, right, AT[kind]), strict=True):
            found[f"MR-full-{kind}@{at}"] = float(value)
    return found


def between_people(query: Query) -> dict[str, float]:
    """What an annotator's ratings are worth as scores, judged by the others; the mean of all."""
    ratings = query.ratings
    if ratings is None or ratings.shape[1] < 2:
        return {}
    each = [
        values(
            Query("", "", query.seconds, (), np.delete(ratings, person, axis=1)),
            Answer(scores=ratings[:, person]),
        )
        for person in range(ratings.shape[1])
    ]
    return {name: float(np.mean([found[name] for found in each])) for name in each[0]}


# -- without looking ------------------------------------------------------------------------------


def by_chance(query: Query, draw: np.random.Generator) -> Answer:
    """As many windows as are considered, anywhere, and any scores."""
    edges = np.sort(draw.uniform(0, query.seconds, (retrieval.CONSIDERED, 2)), axis=1)
    scores = draw.random(retrieval.CONSIDERED)
    windows = [(float(a), float(b), float(s)) for (a, b), s in zip(edges, scores, strict=True)]
    return Answer(tuple(windows), draw.random(query.clips))


def uniform(query: Query) -> Answer:
    """The whole clip, every part of it alike."""
    return Answer(((0.0, query.seconds, 1.0),), np.zeros(query.clips))


def centre(query: Query) -> Answer:
    """The half in the middle; what is nearer to it counts more."""
    window = (query.seconds / 4, 3 * query.seconds / 4, 1.0)
    middles = (np.arange(query.clips) + 0.5) / query.clips
    return Answer((window,), -np.abs(middles - 0.5))


# -- by looking -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looking:
    """A preset over the raw clips of a folder."""

    summarizer: Summarizer
    folder: Path
    shelf: Shelf

    def answer(self, query: Query) -> Answer:
        """The query as a wish: the highlights that would do are the windows, and the total of
        the saliency is the score."""
        name = self.shelf.media(query.video)
        if not name:
            raise SummarizerError(f"{query.video} is not among the videos of {self.folder}")
        perception = self.summarizer.perceive(self.folder / name)
        if abs(perception.video.seconds - query.seconds) > APART:
            raise SummarizerError(
                f"{name} lasts {perception.video.seconds:.1f} s, but its query speaks of "
                f"{query.seconds:g} s; it has to be cut to the stretch in its name"
            )
        summary = self.summarizer.choose(perception, Preference(want=query.text, length=WHOLE))
        best = sorted(summary.highlights, key=lambda each: -each.score)
        windows = tuple((each.start, each.end, each.score) for each in best)
        return Answer(windows, clip_means(summary.saliency.total, query.clips))


def clip_means(total: np.ndarray, clips: int) -> np.ndarray:
    """(clips,): the mean of one value a second over each clip; the last value goes on."""
    seconds = int(clips * CLIP)
    fitted = np.pad(total, (0, max(0, seconds - len(total))), mode="edge")[:seconds]
    return fitted.reshape(clips, -1).mean(axis=1)


# -- the job --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """The queries of one file, answered without looking and, where there is one, by one more."""

    queries: Mapping[str, Query]
    options: Options
    predicted: Mapping[str, Answer] | None = None
    looking: Looking | None = None
    notes: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def tasks(self) -> Sequence[str]:
        return tuple(self.queries)

    def judge(self, task: str) -> Iterator[Record]:
        query = self.queries[task]
        yield from self._answered(task, query)
        for seed in range(self.options.seeds):
            # every query and seed draws anew, and the same in whatever order they come
            draw = np.random.default_rng([seed, *task.encode()])
            yield Record(task, "random", values(query, by_chance(query, draw)), seed=seed)
        yield Record(task, "uniform", values(query, uniform(query)))
        yield Record(task, "centre", values(query, centre(query)))
        if people := between_people(query):
            yield Record(task, "human", people)

    def _answered(self, task: str, query: Query) -> Iterator[Record]:
        """By the predictions, or by the preset where there are raw clips."""
        if self.predicted is not None:
            way = self.options.predictions.stem
            yield self._record(task, way, query, self.predicted[task])
        elif self.looking is not None:
            way = self.options.preset
            try:
                answer = self.looking.answer(query)
            except SummarizerError as error:
                yield Record(task, way, error=str(error))
            else:
                yield self._record(task, way, query, answer)

    def _record(self, task: str, way: str, query: Query, answer: Answer) -> Record:
        curves = {} if answer.scores is None else {"score": answer.scores.tolist()}
        if query.ratings is not None:
            curves["rated"] = query.ratings.mean(axis=1).tolist()
        return Record(task, way, values(query, answer), curves=curves)

    def pool(self, records: Iterable[Record]) -> Mapping[str, float]:
        """Nothing: every official number is a mean over the queries."""
        return {}


def open_job(options: Options) -> Job:
    """The queries of the validation file, or of the one file that was named."""
    place = files(options.data, FILE, about="the validation part of QVHighlights has that name")[0]
    queries = read(place)
    rated = any(query.ratings is not None for query in queries.values())
    lacks = {} if rated else dict.fromkeys(_rated_names(), f"{place.name} has no ratings of clips")
    notes = [
        "uniform: the whole clip as one window, all clips alike; centre: the half in the middle.",
    ]
    if rated:
        notes.append(
            "human: each annotator's ratings judged by the others'. They rated only what lies in "
            "the right windows; nobody else is told which those are."
        )
    predicted = looking = None
    if options.predictions:
        predicted = read_predictions(options.predictions, queries)
    elif options.videos:
        summarizer = load(options.preset, overrides=options.settings)
        looking = Looking(summarizer, options.videos, Shelf(options.videos))
    else:
        notes.append(
            "Neither predictions nor videos were given, so only what needs no looking is here."
        )
    return Job(queries, options, predicted, looking, tuple(notes), lacks)


# -- files ----------------------------------------------------------------------------------------


def read(place: Path) -> dict[str, Query]:
    """The queries by their names, in the order of the file."""
    queries = {}
    for entry, example in zip(json_lines(place), reader.read(place), strict=True):
        if len(queries) >= QUERIES:
            raise SummarizerError(f"{place.name} has more than {QUERIES} queries")
        if not example.windows:
            raise SummarizerError(
                f"{entry.where}: field 'relevant_windows' is missing, so nothing can be judged; "
                "the test part and sets of highlights alone have none"
            )
        ratings = example.saliency.array.T if example.saliency else None
        query = Query(example.wish, entry.key("vid"), example.seconds, example.windows, ratings)
        queries[example.id] = query
    if not queries:
        raise SummarizerError(f"{place.name} has no queries")
    return queries


def read_predictions(place: Path, queries: Mapping[str, Query]) -> dict[str, Answer]:
    """Answers in the official form, one for each query."""
    found: dict[str, Answer] = {}
    for entry in json_lines(place):
        try:
            name = entry.key("qid")
            if name in found or name not in queries:
                wrong = "comes for a second time" if name in found else "is of no query here"
                raise Malformed(f"field 'qid' {name[:40]!r} {wrong}")
            found[name] = _answer(entry)
        except Malformed as error:
            raise SummarizerError(f"{entry.where}: {error}") from None
    if missing := [name for name in queries if name not in found]:
        raise SummarizerError(
            f"{place.name} answers {len(found)} of {len(queries)} queries; the first without an "
            f"answer has the qid {missing[0]!r}"
        )
    return found


def _answer(entry: Entry) -> Answer:
    windows = scores = None
    if entry.has("pred_relevant_windows"):
        listed = entry.listed("pred_relevant_windows")
        if len(listed) > WINDOWS:
            raise Malformed(
                f"field 'pred_relevant_windows' has {len(listed)} windows; {WINDOWS} are taken"
            )
        windows = tuple(_window(each) for each in listed)
    if entry.has("pred_saliency_scores"):
        name = "pred_saliency_scores"
        listed = entry.listed(name)
        scores = np.array([number(name, each, -FARTHEST, FARTHEST) for each in listed])
        if not len(scores):
            raise Malformed(f"field {name!r} is empty")
    if windows is None and scores is None:
        raise Malformed("field 'pred_relevant_windows' is missing, and 'pred_saliency_scores' too")
    return Answer(windows, scores)


def _window(value: object) -> Window:
    name = "pred_relevant_windows"
    if not isinstance(value, list) or len(value) != 3:
        raise Malformed(f"field {name!r} holds {str(value)[:40]}, not a start, an end and a score")
    start, end, score = (number(name, each, -FARTHEST, FARTHEST) for each in value)
    return start, end, score


def _rated_names() -> list[str]:
    return [f"HL-min-{level}-{kind}" for level in LEVELS for kind in ("mAP", "Hit1")]


def _measures() -> tuple[Measure, ...]:
    """The columns of the official short table, in its order."""
    about = {f"MR-full-R1@{at}": f"first windows with an IoU of {at}" for at in AT["R1"]}
    about["MR-full-mAP"] = "precision of the windows, mean of the IoUs .5, .55, ... .95"
    about |= {f"MR-full-mAP@{at}": f"the same, at an IoU of {at}" for at in AT["mAP"]}
    about |= {
        f"MR-{name}-mAP": f"the same, windows of {LENGTHS[name][0]:g} to {LENGTHS[name][1]:g} s"
        for name in ("long", "middle", "short")
    }
    for level, least in LEVELS.items():
        about[f"HL-min-{level}-mAP"] = f"precision of the clips' scores for those rated {least} up"
        about[f"HL-min-{level}-Hit1"] = f"best clips that somebody rated {least} up"
    return tuple(Measure(name, text, scale=100.0, places=2) for name, text in about.items())


PROTOCOL = Protocol(
    "QVHighlights: moments and highlights that a query asks for, by the official evaluation",
    _measures(),
    open_job,
)
