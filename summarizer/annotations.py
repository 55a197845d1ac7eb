"""What people said of a video, and the three files it travels in.

CSV keeps everything. The other two are the shapes of public data sets and keep what those can say:

- VideoXum JSON: per annotator which seconds belong in a summary (1 fps masks, and the intervals
  they come from). Scores become "kept" (KEEP and above) or not; notes and ratings are left out.
- TVSum TSV: per annotator one score of 1..5 every SHOT seconds (the event that fills most of it).
  Edges between those are rounded to them; notes and ratings are left out.

Neither can say "not scored", so annotators who have not scored everything are left out of both.
"""

import csv
import io
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from pathlib import Path

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.files import whole
from summarizer.schema import Video

BEST = 5  # scores go from 1 to this
KEEP = 4  # the least score of a moment that belongs in a summary
SHOT = 2.0  # seconds of a TVSum shot
SHORTEST = 0.5  # seconds of an event
NAME = 60  # characters of an annotator's name
NOTE = 2000  # characters of a note
MOST_BYTES = 32 << 20
MOST_ANNOTATORS = 200
MOST_MARKS = 20_000  # of one annotator
NEAR = 0.05  # seconds; times closer than this are the same, after writing and reading
QUESTIONS = ("relevance", "coverage", "faithfulness", "readability")
SUFFIXES = {"videoxum": ".json", "tvsum": ".tsv", "csv": ".csv"}


# -- the values -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mark:
    """A stretch of the video, and what somebody thinks of it; None is not scored yet."""

    start: float
    end: float
    score: int | None = None
    note: str = ""


@dataclass(frozen=True)
class Rating:
    """What somebody thinks of a summary made for a wish, each 1..5; None is not rated yet."""

    wish: str = ""
    relevance: int | None = None
    coverage: int | None = None
    faithfulness: int | None = None
    readability: int | None = None


@dataclass(frozen=True)
class Annotation:
    """All that one annotator said of one video."""

    annotator: str
    sha256: str
    name: str  # of the video
    seconds: float
    marks: tuple[Mark, ...]  # in order of time, without overlaps
    ratings: tuple[Rating, ...] = ()
    blind: bool = False  # scored without having seen the model's curve

    @property
    def rows(self) -> int:
        return max(1, math.ceil(self.seconds - 1e-6))

    @property
    def scored(self) -> int:
        return sum(mark.score is not None for mark in self.marks)

    @property
    def complete(self) -> bool:
        return bool(self.marks) and self.scored == len(self.marks)

    @cached_property
    def saliency(self) -> np.ndarray:
        """(seconds,) the score of the mark that fills most of each second; NaN where none does."""
        return self.sampled(1.0)

    def sampled(self, step: float) -> np.ndarray:
        """The score of the mark that fills most of each `step` seconds, at least half; or NaN."""
        count = max(1, math.ceil(self.seconds / step - 1e-6))
        scores, filled = np.full(count, np.nan), np.zeros(count)
        for mark in self.marks:
            first = max(0, int(mark.start / step))
            last = min(count, math.ceil(mark.end / step - 1e-9))
            for row in range(first, last):
                inside = min(mark.end, (row + 1) * step) - max(mark.start, row * step)
                if inside > filled[row] + 1e-9:
                    filled[row] = inside
                    scores[row] = np.nan if mark.score is None else mark.score
        room = np.minimum(step, self.seconds - step * np.arange(count))
        return np.where(filled >= room / 2 - 1e-9, scores, np.nan)

    def same(self, other: "Annotation") -> bool:
        """Whether both say the same of the video, by whomever."""
        return self.marks == other.marks and self.ratings == other.ratings


def clean(text: str, most: int = NAME) -> str:
    """The text on one line without invisible or steering characters, at most so long."""
    flat = unicodedata.normalize("NFC", "".join(c if c.isprintable() else " " for c in text))
    return " ".join(flat.split())[:most].strip()


# -- writing --------------------------------------------------------------------------------------


def write(annotations: Sequence[Annotation], form: str, target: Path) -> tuple[str, ...]:
    """Write the file, whole or not at all; the annotators it had to leave out."""
    told = tuple(annotations)
    if form != "csv":
        told = tuple(each for each in told if each.complete)
    if not told:
        raise SummarizerError(_nothing(annotations))
    with whole(target) as part:
        part.write_text(WRITERS[form](told), encoding="utf-8", newline="")
    return tuple(each.annotator for each in annotations if each not in told)


def _nothing(annotations: Sequence[Annotation]) -> str:
    if not annotations:
        return "nobody has scored anything of this video yet; give an event a score first"
    most = max(annotations, key=lambda each: each.scored)
    return (
        f"this shape has no word for 'not scored', and {most.annotator}, who is furthest, has "
        f"{len(most.marks) - most.scored} of {len(most.marks)} events without a score; "
        "score them, or take the CSV"
    )


def mask(annotation: Annotation) -> list[int]:
    """One per second: whether this annotator keeps it for a summary."""
    return [int(score >= KEEP) for score in annotation.saliency]  # NaN is not kept


def _videoxum(annotations: Sequence[Annotation]) -> str:
    first = annotations[0]
    segments = max((each.marks for each in annotations), key=len)
    entry = {
        "video_id": Path(first.name).stem,
        "duration": first.seconds,
        "sampled_frames": first.rows,
        "timestamps": [[mark.start, mark.end] for mark in segments],
        "tsum": [""] * len(segments),
        "vsum": [[_kept(mark, each) for each in annotations] for mark in segments],
        "vsum_onehot": [mask(each) for each in annotations],
        "sha256": first.sha256,
        "annotators": [each.annotator for each in annotations],
    }
    return json.dumps([entry], ensure_ascii=False)


def _kept(segment: Mark, annotation: Annotation) -> list[float] | None:
    """What an annotator keeps of a segment, from its first kept moment to its last."""
    parts = [
        (max(mark.start, segment.start), min(mark.end, segment.end))
        for mark in annotation.marks
        if mark.score is not None and mark.score >= KEEP
        if mark.start < segment.end and mark.end > segment.start
    ]
    return [parts[0][0], parts[-1][1]] if parts else None


def _tvsum(annotations: Sequence[Annotation]) -> str:
    """Rows of video, category and scores like the data set's; the fourth column is ours."""
    rows = []
    for each in annotations:
        scores = ",".join(str(int(score)) for score in _filled(each.sampled(SHOT)))
        video, who = (_cell(text) for text in (_id(each.name), each.annotator))
        rows.append("\t".join((video, "", scores, who)))
    return "\n".join(rows) + "\n"


def _id(name: str) -> str:
    """What a video is called in the data set's form."""
    return clean(Path(name).stem, 200)


def _filled(scores: np.ndarray) -> np.ndarray:
    """Gaps between marks take the score before them (after, at the start)."""
    there = np.flatnonzero(~np.isnan(scores))
    nearest = np.searchsorted(there, np.arange(len(scores)), side="right") - 1
    return scores[there[np.maximum(nearest, 0)]]


COLUMNS = ("kind", "annotator", "blind", "video", "sha256", "seconds")
COLUMNS += ("start", "end", "score", "note", "wish", *QUESTIONS)


def _csv(annotations: Sequence[Annotation]) -> str:
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, restval="", lineterminator="\r\n")
    table.writeheader()
    for each in annotations:
        head = {
            "annotator": _cell(each.annotator), "blind": "yes" if each.blind else "no",
            "video": _cell(clean(each.name, NOTE)), "sha256": each.sha256,
            "seconds": repr(each.seconds),
        }  # fmt: skip
        for mark in each.marks:
            at = {"start": repr(mark.start), "end": repr(mark.end), "score": mark.score}
            table.writerow({**head, "kind": "event", **at, "note": _cell(mark.note)})
        for rating in each.ratings:
            given = {question: getattr(rating, question) for question in QUESTIONS}
            table.writerow({**head, "kind": "rating", "wish": _cell(rating.wish), **given})
    return out.getvalue()


# what a spreadsheet would run as a formula, and the mark that keeps it from that
STEERING = ("=", "+", "-", "@", "\t", "\r", "'")


def _cell(text: str) -> str:
    return f"'{text}" if text.startswith(STEERING) else text


def _uncell(text: str) -> str:
    return text[1:] if text.startswith("'") and text[1:].startswith(STEERING) else text


WRITERS = {"videoxum": _videoxum, "tvsum": _tvsum, "csv": _csv}


# -- reading --------------------------------------------------------------------------------------

# what a file of another shape, or a hostile one, makes its reader raise
BROKEN = (LookupError, TypeError, AttributeError, ValueError, OverflowError, RecursionError)


def read(path: Path, video: Video) -> tuple[Annotation, ...]:
    """What annotators say of this video in a file of any of the three shapes."""
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise SummarizerError(
            f"{clean(path.name)} is none of {', '.join(READERS)}; VideoXum is .json, TVSum is .tsv"
        )
    size = path.stat().st_size
    if size > MOST_BYTES:
        raise SummarizerError(
            f"{clean(path.name)} has {size >> 20} MB, and at most {MOST_BYTES >> 20} MB are read; "
            "take only the rows about this video"
        )
    try:
        text = path.read_bytes().decode("utf-8-sig")
        found = reader(text, video)
    except UnicodeDecodeError:
        raise SummarizerError(f"{clean(path.name)} is not UTF-8 text; save it as that") from None
    except BROKEN as error:
        raise SummarizerError(
            f"{clean(path.name)} can't be read as {path.suffix.lower()} annotations: "
            f"{clean(str(error), 160) or type(error).__name__}; compare it with an export from here"
        ) from None
    if not found:
        raise SummarizerError(f"{clean(path.name)} holds nothing about {clean(video.name)}")
    if len({each.annotator for each in found}) < len(found):
        raise SummarizerError(f"{clean(path.name)} has two annotators of one name; rename one")
    if len(found) > MOST_ANNOTATORS:
        raise SummarizerError(f"{len(found)} annotators are too many; {MOST_ANNOTATORS} are read")
    return tuple(found)


def _of(video: Video, annotator: str, marks: Iterable[Mark], **more) -> Annotation:
    """A checked annotation of this video."""
    name = clean(annotator)
    if not name:
        raise ValueError("an annotator has no name")
    ordered = tuple(sorted(marks, key=lambda mark: (mark.start, mark.end)))
    if not ordered or len(ordered) > MOST_MARKS:
        raise ValueError(f"{name} has {len(ordered)} events, and 1 to {MOST_MARKS} are read")
    last = 0.0
    for mark in ordered:
        if not last - 1e-6 <= mark.start < mark.end <= video.seconds + NEAR:
            raise ValueError(
                f"the event of {name} from {mark.start:g} s to {mark.end:g} s overlaps another or "
                f"leaves the video of {video.seconds:g} s"
            )
        last = mark.end
    return Annotation(name, video.sha256, video.name, video.seconds, ordered, **more)


def _score(text: object) -> int:
    score = float(text)  # the data set's own files hold 3 and 3.0
    if score != int(score) or not 1 <= score <= BEST:
        raise ValueError(f"a score is {score:g}, but goes from 1 to {BEST} in whole steps")
    return int(score)


def _names(given: object, count: int) -> list[str]:
    """The annotators' names; data sets have none, so these are numbered."""
    if given is None:
        return [f"annotator {number}" for number in range(1, count + 1)]
    if len(given) != count or len({clean(str(each)) for each in given}) != count:
        raise ValueError(f"{len(given)} names, some perhaps twice, for {count} annotators")
    return [str(each) for each in given]


def _read_videoxum(text: str, video: Video) -> list[Annotation]:
    entries = json.loads(text)
    entries = [entries] if isinstance(entries, dict) else entries
    entry = _entry_about(video, entries)
    if entry is None:
        return []
    rows, masks = video.rows, entry["vsum_onehot"]
    names = _names(entry.get("annotators"), len(masks))
    found = []
    for number, (name, seconds) in enumerate(zip(names, masks, strict=True)):
        if abs(len(seconds) - rows) > 1 or not set(seconds) <= {0, 1}:
            raise ValueError(
                f"the mask of {name} has {len(seconds)} values, and takes {rows} of 0 or 1"
            )
        kept = [each[number] for each in entry.get("vsum") or []]
        marks = _exact(entry.get("timestamps"), kept, seconds, video) or _runs(seconds, video)
        found.append(_of(video, name, marks))
    return found


def _entry_about(video: Video, entries: list[dict]) -> dict | None:
    """The entry of this video: by its sum, else its name, else the only one of its length."""
    for entry in entries:
        if entry.get("sha256") == video.sha256:
            return entry
    named = [entry for entry in entries if entry["video_id"] == Path(video.name).stem]
    alone = entries if len(entries) == 1 and "sha256" not in entries[0] else []
    for entry in named or alone:
        if "sha256" not in entry and abs(float(entry["duration"]) - video.seconds) <= 1.0:
            return entry
    return None


def _exact(segments, kept, seconds: list[int], video: Video) -> list[Mark]:
    """The segments with what was kept of them, where that says the same as the mask; else none."""
    marks = []
    for segment, interval in zip(segments or [], kept, strict=False):
        whole_one = interval is not None and list(interval) == list(segment)
        if interval is not None and not whole_one:
            return []
        marks.append(Mark(float(segment[0]), float(segment[1]), BEST if whole_one else 1))
    try:
        told = _of(video, "anybody", marks)
    except ValueError:
        return []
    return marks if mask(told) == list(seconds) else []


def _runs(values: Sequence[int], video: Video) -> list[Mark]:
    """A mark for every run of seconds that are kept, or not."""
    marks, at = [], 0
    for keep, run in groupby(values):
        until = at + len(list(run))
        end = video.seconds if until >= len(values) else float(until)
        if end - at > 1e-6:
            marks.append(Mark(float(at), end, BEST if keep else 1))
        at = until
    return marks


def _read_tvsum(text: str, video: Video) -> list[Annotation]:
    rows = [line.split("\t") for line in text.splitlines() if line.strip()]
    about = [row for row in rows if _uncell(row[0]) == _id(video.name)]
    if not about and len({row[0] for row in rows}) == 1:
        about = rows  # the data set's ids are not file names
    names = [_uncell(row[3]) for row in about] if all(len(row) > 3 for row in about) else None
    return [
        _of(video, name, _shots([_score(each) for each in row[2].split(",")], video))
        for name, row in zip(_names(names, len(about)), about, strict=True)
    ]


def _shots(scores: list[int], video: Video) -> list[Mark]:
    """A mark for every shot; the data set's own rows repeat a shot's score for each frame."""
    count = max(1, math.ceil(video.seconds / SHOT - 1e-6))
    if abs(len(scores) - count) > 1:
        frames = float(video.rate) * video.seconds
        if abs(len(scores) - frames) > max(2 * float(video.rate), 2):
            raise ValueError(
                f"a row has {len(scores)} scores, and {video.seconds:g} s take {count}, "
                f"or one for each of about {frames:.0f} frames"
            )
        middles = (np.arange(count) + 0.5) * SHOT / video.seconds * len(scores)
        scores = [scores[min(int(at), len(scores) - 1)] for at in middles]
    scores = scores[:count] + scores[-1:] * (count - len(scores))
    return [
        Mark(number * SHOT, min((number + 1) * SHOT, video.seconds), score)
        for number, score in enumerate(scores)
    ]


def _read_csv(text: str, video: Video) -> list[Annotation]:
    csv.field_size_limit(1 << 20)
    table = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    if lacking := [name for name in COLUMNS if name not in (table.fieldnames or ())]:
        raise ValueError(f"there is no column {lacking[0]!r} among its {len(COLUMNS)}")
    try:
        rows = [row for row in table if row["sha256"] == video.sha256]
    except csv.Error as error:
        raise ValueError(str(error)) from None
    people: dict[str, list[dict]] = {}
    for row in rows:
        people.setdefault(_uncell(row["annotator"]), []).append(row)
    return [
        _of(
            video, name, [_mark(row) for row in mine if row["kind"] == "event"],
            ratings=tuple(_rating(row) for row in mine if row["kind"] == "rating"),
            blind=all(row["blind"] == "yes" for row in mine),
        )
        for name, mine in people.items()
    ]  # fmt: skip


def _mark(row: dict[str, str]) -> Mark:
    score = _score(row["score"]) if row["score"] else None
    return Mark(float(row["start"]), float(row["end"]), score, tidy(_uncell(row["note"])))


def _rating(row: dict[str, str]) -> Rating:
    given = {name: _score(row[name]) if row[name] else None for name in QUESTIONS}
    return Rating(clean(_uncell(row["wish"]), NOTE), **given)


def tidy(note: str) -> str:
    """A note as it is kept: its lines stay, what can't be seen goes."""
    lines = re.split(r"\r\n|\r|\n", note[:NOTE])
    return "\n".join(clean(line, NOTE) for line in lines).strip()


READERS = {".json": _read_videoxum, ".tsv": _read_tvsum, ".csv": _read_csv}
