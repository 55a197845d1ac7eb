"""PHD2: what one person marked in a video, knowing what they marked in others before.

Garcia del Molino & Gygli, "PHD-GIFs: Personalized Highlight Detection for Automatic GIF Creation"
(ACM Multimedia 2018). Each person of the test part has one last video to be judged; the others are
their history. What is ranked are the seconds of the video; a second is right where the person's
marks cover more than half of it, or more of it than of any other. The paper ranks segments, so
that its numbers (mAP 16.68, nMSD 40.26) can't be compared with these.

mAP: average precision of the seconds, not interpolated, all marks of the video together; mean of
the persons.
nMSD: how much too much of the video is shown before half of a mark is in, as a share of all that
could be too much; mean of the marks of a video, then of the persons. Less is better.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from summarizer.data.entries import Entry, Shelf, files, table
from summarizer.data.manifest import Malformed
from summarizer.errors import SummarizerError
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import retrieval
from summarizer.pipeline import Summarizer, load
from summarizer.schema import Event, Perception, Preference

FILE = "testing.csv"
COLUMNS = ("youtubeId", "start", "duration", "user_id", "video_duration", "is_last")
ROWS = 2_000_000  # of the file, at most
LONGEST = 86_400.0  # seconds of a video
UNKNOWN = -1.0  # how the file says that nobody knows how long a video is
PLACES = 20  # parts of a video in which marks are counted, for where they usually are
LEARNT = 20  # marks of a history a taste is learnt from: the last ten or so count
LITTLE = 1e-6  # of a mark: less than any second of one
APART = 5.0  # seconds a video may be longer or shorter than the file says
SHARED, ALONE = "marked by others too", "marked by nobody else"


@dataclass(frozen=True)
class Mark:
    """A stretch of a video that a person made a GIF of."""

    user: str
    video: str
    start: float
    end: float
    seconds: float  # of the video; UNKNOWN where nobody knows
    last: bool

    def covered(self, rows: int) -> np.ndarray:
        """(seconds,): the share of each that is in the mark."""
        starts = np.arange(rows)
        return np.clip(np.minimum(self.end, starts + 1) - np.maximum(self.start, starts), 0, 1)

    def right(self, rows: int) -> np.ndarray:
        """(seconds,) bool: those it covers for more than half, or most if there are none."""
        share = self.covered(rows)
        return share > min(0.5, share.max() - 1e-9)


@dataclass(frozen=True)
class Target:
    """The video a person is judged on, and what may be known for it."""

    video: str
    seconds: float
    marks: tuple[Mark, ...]  # what is right
    history: tuple[Mark, ...] = ()  # of the person, in other videos
    others: tuple[Mark, ...] = ()  # of other people, in this video

    @property
    def rows(self) -> int:
        return max(1, math.ceil(self.seconds - 1e-6))


# -- by what rule ---------------------------------------------------------------------------------


def values(target: Target, scores: np.ndarray) -> dict[str, float]:
    """mAP and nMSD of one score a second; a measure that isn't defined here is absent."""
    right = [mark.right(target.rows) for mark in target.marks]
    precision = retrieval.average_precision(np.any(right, axis=0), scores)
    durations = [retrieval.summary_duration(scores, each) for each in right]
    durations = [each for each in durations if each is not None]
    found = {} if precision is None else {"mAP": precision}
    return found | ({"nMSD": float(np.mean(durations))} if durations else {})


# -- without looking ------------------------------------------------------------------------------


def by_chance(target: Target, draw: np.random.Generator) -> np.ndarray:
    return draw.random(target.rows)


def by_length(target: Target, draw: np.random.Generator) -> np.ndarray:
    """Chance that changes as slowly as this person's marks are usually long."""
    lengths = [mark.end - mark.start for mark in target.history]
    width = min(target.rows, max(1, round(float(np.median(lengths))) if lengths else 1))
    return np.convolve(draw.random(target.rows), np.ones(width) / width, mode="same")


def uniform(target: Target) -> np.ndarray:
    return np.zeros(target.rows)


def centre(target: Target) -> np.ndarray:
    return -np.abs(_places(target.rows) - 0.5)


def by_position(target: Target, usual: np.ndarray) -> np.ndarray:
    """How often people mark this part of a video; `usual` is what `usual_places` counted."""
    return np.interp(_places(target.rows), _places(len(usual)), usual)


def by_popularity(target: Target, draw: np.random.Generator) -> np.ndarray:
    """How many other people's marks cover each second; what is alike comes as chance has it."""
    covered = sum((mark.covered(target.rows) for mark in target.others), uniform(target))
    return covered + LITTLE * by_chance(target, draw)


CHANCES = {"random": by_chance, "length": by_length, "popularity": by_popularity}


def usual_places(marks: Iterable[Mark]) -> np.ndarray:
    """(PLACES,): how often the middle of a mark is in each part of its video, no part never."""
    middles = [
        (mark.start + mark.end) / 2 / mark.seconds for mark in marks if mark.seconds != UNKNOWN
    ]
    return np.histogram(np.clip(middles, 0, 1), bins=PLACES, range=(0, 1))[0] + 1.0


def _places(parts: int) -> np.ndarray:
    """The middles of the parts of a whole that is 1 long."""
    return (np.arange(parts) + 0.5) / parts


# -- by looking -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Looking:
    """A preset over the raw videos of a folder, named by their ids."""

    summarizer: Summarizer
    folder: Path
    shelf: Shelf

    def perceive(self, video: str) -> Perception:
        name = self.shelf.media(video)
        if not name:
            raise SummarizerError(f"{video} is not among the videos of {self.folder}")
        return self.summarizer.perceive(self.folder / name)

    def scores(self, target: Target, preference: Preference) -> np.ndarray:
        """One a second, the total of the saliency; the last goes on to the end."""
        perception = self.perceive(target.video)
        seconds = perception.video.seconds
        if abs(seconds - target.seconds) > APART:
            raise SummarizerError(
                f"{target.video} lasts {seconds:.1f} s, but {target.seconds:g} s by its marks; "
                "it is another version of the video"
            )
        total = self.summarizer.choose(perception, preference).saliency.total
        return np.pad(total, (0, max(0, target.rows - len(total))), "edge")[: target.rows]

    def taste(self, target: Target) -> Preference:
        """What is learnt from the marks of the history whose videos are here."""
        here = [mark for mark in target.history if self.shelf.media(mark.video)][-LEARNT:]
        if not here:
            raise SummarizerError(
                f"of the {len(target.history)} marks before the one in {target.video}, none is in "
                f"a video of {self.folder}, so no taste can be learnt"
            )
        known = ()
        for mark in here:
            span = Event(mark.start, mark.end)
            known = self.summarizer.learn(known, self.perceive(mark.video), span, 1.0)
        return Preference(taste=known)


# -- the job --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Job:
    """A video for each person."""

    targets: Mapping[str, Target]
    usual: np.ndarray
    options: Options
    looking: Looking | None = None
    notes: tuple[str, ...] = ()
    lacks: Mapping[str, str] = field(default_factory=dict)

    @property
    def tasks(self) -> Sequence[str]:
        return tuple(self.targets)

    def judge(self, task: str) -> Iterator[Record]:
        target = self.targets[task]
        if self.looking:
            yield from self._looked(task, target)
        for way, scores in (
            ("uniform", uniform(target)),
            ("centre", centre(target)),
            ("position", by_position(target, self.usual)),
        ):
            yield self._record(task, way, scores)
        for seed in range(self.options.seeds):
            for way, scores in CHANCES.items():
                draw = np.random.default_rng([seed, *task.encode()])
                yield self._record(task, way, scores(target, draw), seed)

    def _looked(self, task: str, target: Target) -> Iterator[Record]:
        """The preset without any taste, and with that of the person."""
        plain = self.options.preset
        tastes = {plain: lambda: Preference(), f"{plain}+taste": lambda: self.looking.taste(target)}
        for way, preference in tastes.items():
            try:
                scores = self.looking.scores(target, preference())
            except SummarizerError as error:
                yield Record(task, way, error=str(error))
            else:
                yield self._record(task, way, scores)

    def _record(self, task: str, way: str, scores: np.ndarray, seed: int = 0) -> Record:
        target = self.targets[task]
        kept = {"others": len(target.others)}
        return Record(task, way, values(target, scores), seed=seed, kept=kept)

    def pool(self, records: Iterable[Record]) -> Mapping[str, float]:
        """Nothing: both measures are means over the persons."""
        return {}


def open_job(options: Options) -> Job:
    """The persons of the test part."""
    if options.predictions:
        raise SummarizerError("PHD2 has no form for predictions; give --videos instead")
    marks = read(files(options.data, FILE, about="the test part of PHD2 has that name")[0])
    people = targets(marks)
    found = {user: target for user, target in people.items() if target.seconds != UNKNOWN}
    if not found:
        raise SummarizerError(
            f"no row of {FILE} has is_last True and a video_duration, so there is nothing to judge"
        )
    shared = sum(bool(target.others) for target in found.values())
    notes = [
        "position: where all people's marks in their other videos lie; length: chance as slow as "
        "the person's marks are long; popularity: the marks of others in the same video, which "
        f"{shared} of the {len(found)} have; in the rest it is chance.",
        "The paper ranks segments, this seconds, so its numbers can't be compared with these.",
    ]
    if left := len(people) - len(found):
        notes.append(
            f"{left} of {len(people)} people are left out: nobody knows how long their video is."
        )
    looking = None
    if options.videos:
        summarizer = load(options.preset, overrides=options.settings)
        looking = Looking(summarizer, options.videos, Shelf(options.videos))
    else:
        notes.append("No videos were given, so only position, length and popularity are here.")
    usual = usual_places(mark for mark in marks if not mark.last)
    return Job(found, usual, options, looking, tuple(notes))


def targets(marks: Sequence[Mark]) -> dict[str, Target]:
    """The last video of each person, by the person, in the order of the file."""
    by_user, by_video = defaultdict(list), defaultdict(list)
    for mark in marks:
        by_user[mark.user].append(mark)
        by_video[mark.video].append(mark)
    found = {}
    for user, own in by_user.items():
        last = tuple(mark for mark in own if mark.last)
        if not last:
            continue
        if videos := {mark.video for mark in last} - {last[0].video}:
            raise SummarizerError(
                f"field 'is_last' is True for two videos of user {user}, {last[0].video} and "
                f"{min(videos)}; only one can be the last"
            )
        video = last[0].video
        found[user] = Target(
            video,
            last[0].seconds,
            last,
            tuple(mark for mark in own if mark.video != video),
            tuple(mark for mark in by_video[video] if mark.user != user),
        )
    return found


# -- the file -------------------------------------------------------------------------------------


def read(path: Path) -> list[Mark]:
    """All marks of the file, in its order."""
    marks = []
    for entry in table(path, *COLUMNS):
        if len(marks) >= ROWS:
            raise SummarizerError(f"{path.name} has more than {ROWS} rows")
        try:
            marks.append(_mark(entry))
        except Malformed as error:
            raise SummarizerError(f"{entry.where}: {error}") from None
    return marks


def _mark(entry: Entry) -> Mark:
    start, lasts = _number(entry, "start"), _number(entry, "duration")
    seconds = _number(entry, "video_duration", low=UNKNOWN)
    last = {"True": True, "False": False}.get(entry.text("is_last"))
    if last is None:
        raise Malformed(f"field 'is_last' is {entry.text('is_last')[:40]!r}, not True or False")
    if lasts == 0:
        raise Malformed("field 'duration' is 0; a mark lasts for more than that")
    seconds = seconds if seconds > 0 else UNKNOWN
    if last and start >= seconds != UNKNOWN:
        raise Malformed(f"field 'start' is {start:g} in a video of {seconds:g} s")
    return Mark(entry.key("user_id"), entry.key("youtubeId"), start, start + lasts, seconds, last)


def _number(entry: Entry, name: str, low: float = 0.0) -> float:
    text = entry.text(name)
    try:
        value = float(text)
    except ValueError:
        raise Malformed(f"field {name!r} holds {text[:40]!r} where a number belongs") from None
    if not low <= value <= LONGEST:  # false for NaN too
        raise Malformed(f"field {name!r} is {text[:20]}, not {low:g} to {LONGEST:g}")
    return value


def _apart(record: Record) -> tuple[str, ...]:
    return (SHARED if record.kept.get("others") else ALONE,)


PROTOCOL = Protocol(
    "PHD2: the seconds a person makes GIFs of, against what they and others did before",
    (
        Measure("mAP", "precision of the seconds, ranked", scale=100.0, places=2),
        Measure("nMSD", "too much shown to have half of a mark", 100.0, 2, "lower"),
    ),
    open_job,
    _apart,
)
