"""Where annotations are kept: one SQLite file, written at every keystroke, whole or not at all.

Every row names its video (sha256) and its annotator, so two people at one clip never meet. Each
change is one transaction that also keeps what was there before: undo survives a restart. Orders
carry the number their page gave them, so one that is sent again after a lost reply counts once.
Connections live for one call: threads and processes need no care, SQLite's own locks do.
"""

import json
import math
import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from summarizer.annotations import BEST, NOTE, QUESTIONS, SHORTEST, Annotation, Mark, Rating, tidy
from summarizer.errors import SummarizerError
from summarizer.schema import Event, Video

FORM = 1  # of the tables below
PATIENCE = 10.0  # seconds to wait for another writer
MEMORY = 500  # changes of one annotator on one video that can be undone
HEARD = 24 * 3600.0  # seconds after which no page sends an order again

TABLES = """
CREATE TABLE IF NOT EXISTS work (
    video TEXT NOT NULL, annotator TEXT NOT NULL, name TEXT NOT NULL, seconds REAL NOT NULL,
    peeked INTEGER NOT NULL DEFAULT 0, finished REAL, changed REAL NOT NULL,
    PRIMARY KEY (video, annotator)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS mark (
    video TEXT NOT NULL, annotator TEXT NOT NULL, event INTEGER NOT NULL,
    start REAL NOT NULL, "end" REAL NOT NULL, score INTEGER CHECK (score BETWEEN 1 AND 5),
    note TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (video, annotator, event),
    FOREIGN KEY (video, annotator) REFERENCES work ON DELETE CASCADE,
    CHECK (start < "end")
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS change (
    id INTEGER PRIMARY KEY AUTOINCREMENT, video TEXT NOT NULL, annotator TEXT NOT NULL,
    before TEXT NOT NULL, at REAL NOT NULL
);
CREATE INDEX IF NOT EXISTS changes ON change (video, annotator, id);
CREATE TABLE IF NOT EXISTS rating (
    video TEXT NOT NULL, annotator TEXT NOT NULL, wish TEXT NOT NULL,
    relevance INTEGER, coverage INTEGER, faithfulness INTEGER, readability INTEGER,
    at REAL NOT NULL,
    PRIMARY KEY (video, annotator, wish),
    FOREIGN KEY (video, annotator) REFERENCES work ON DELETE CASCADE
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS heard (page TEXT PRIMARY KEY, number INTEGER NOT NULL, at REAL NOT NULL);
"""


@dataclass(frozen=True)
class Order:
    """One keystroke's worth: what to do with which event."""

    do: str  # score, edge, note, undo
    event: int = 0
    score: int | None = None
    edge: str = "start"
    at: float = 0.0  # seconds, where the edge goes
    note: str = ""
    more: bool = False  # a letter more of the note the order before began: undone with it


@dataclass(frozen=True)
class Sheet:
    """One annotator's work on one video, as it is kept."""

    annotation: Annotation
    finished: bool = False
    undoable: int = 0
    changed: float = 0.0  # seconds since 1970; of two looks at a sheet the later tells the truth


def default_path() -> Path:
    """Where annotators' work is kept unless told otherwise: it is no cache."""
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "watch-and-listen" / "annotations.sqlite"


class Ledger:
    """All annotators' sheets in one file; made, with its folder, when first needed."""

    def __init__(self, path: Path):
        self.path = path

    # -- reading --------------------------------------------------------------------------------

    def sheet(self, video: Video, annotator: str) -> Sheet | None:
        """What this annotator has said of this video so far; None before the first word."""
        with self._reading() as db:
            return _sheet(db, video.sha256, annotator)

    def sheets(self, video: Video) -> tuple[Sheet, ...]:
        """What everybody has said of this video."""
        with self._reading() as db:
            names = db.execute(
                "SELECT annotator FROM work WHERE video = ? ORDER BY annotator", (video.sha256,)
            )
            return tuple(_sheet(db, video.sha256, name) for (name,) in names.fetchall())

    # -- writing --------------------------------------------------------------------------------

    def write(
        self,
        video: Video,
        annotator: str,
        events: Sequence[Event],
        orders: Sequence[Order],
        *,
        page: tuple[str, int] | None = None,
        peeked: bool = False,
    ) -> Sheet:
        """Carry out the orders, all or none; the sheet after them.

        The first order of an annotator lays out these events. Orders of a page that were heard
        before are not carried out again.
        """
        with self._writing() as db:
            key = video.sha256, annotator
            _begin(db, video, annotator, [Mark(each.start, each.end) for each in events])
            if page is None or _new(db, *page):
                for order in orders:
                    _change(db, key, order)
            if peeked:
                db.execute("UPDATE work SET peeked = 1 WHERE video = ? AND annotator = ?", key)
            return _sheet(db, *key)

    def finish(self, video: Video, annotator: str, finished: bool = True) -> None:
        """This annotator is done with this video, or is not after all: then no longer blind."""
        with self._writing() as db:
            db.execute(
                "UPDATE work SET finished = ?, peeked = max(peeked, ?) "
                "WHERE video = ? AND annotator = ?",
                (time.time() if finished else None, not finished, video.sha256, annotator),
            )

    def rate(self, video: Video, annotator: str, events: Sequence[Event], rating: Rating) -> None:
        """Keep a rating; an earlier one of the same wish by the same annotator makes room."""
        with self._writing() as db:
            _begin(db, video, annotator, [Mark(each.start, each.end) for each in events])
            _rate(db, (video.sha256, annotator), rating)

    def add(self, annotations: Sequence[Annotation]) -> tuple[str, ...]:
        """Take in what was made elsewhere, all or nothing; the names it is kept under.

        Nobody's rows are touched: who is here already with other content gets a second name, and
        what is here already word for word is not kept twice.
        """
        with self._writing() as db:
            return tuple(filter(None, [_add(db, each) for each in annotations]))

    # -- the file -------------------------------------------------------------------------------

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN")  # one view of all tables
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._open() as db:
            db.execute("BEGIN IMMEDIATE")
            yield db
            db.execute("COMMIT")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        """A connection for one call; what went wrong with the file is one sentence."""
        db = None
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            db = sqlite3.connect(self.path, timeout=PATIENCE, isolation_level=None)
            _prepare(db, self.path)
            yield db
        except (sqlite3.DatabaseError, OSError) as error:
            raise SummarizerError(
                f"annotations can't be kept in {self.path.name}: {error}; "
                "make room, or start the page with another folder"
            ) from error
        finally:
            if db is not None:
                with suppress(sqlite3.Error):  # closing undoes what was not committed
                    db.close()


def _prepare(db: sqlite3.Connection, path: Path) -> None:
    db.execute("PRAGMA synchronous = FULL")  # "saved" holds through a power cut, too
    db.execute("PRAGMA foreign_keys = ON")
    (form,) = db.execute("PRAGMA user_version").fetchone()
    if form > FORM:
        raise SummarizerError(
            f"{path.name} was written by a newer version of this program (form {form}, this one "
            f"knows {FORM}); update, or use another file"
        )
    if form == FORM:
        return
    with suppress(sqlite3.OperationalError):  # somebody else is just doing the same
        db.execute("PRAGMA journal_mode = WAL")
    db.execute("BEGIN IMMEDIATE")
    for statement in TABLES.split(";"):
        db.execute(statement)
    db.execute(f"PRAGMA user_version = {FORM}")
    db.execute("COMMIT")


# -- inside a transaction -------------------------------------------------------------------------


def _begin(db: sqlite3.Connection, video: Video, annotator: str, marks: Sequence[Mark]) -> None:
    """Lay out the events for somebody who has none here yet."""
    if not annotator:
        raise SummarizerError("a score needs somebody's name; write yours above")
    fresh = db.execute(
        "INSERT OR IGNORE INTO work (video, annotator, name, seconds, changed) "
        "VALUES (?, ?, ?, ?, ?)",
        (video.sha256, annotator, video.name, video.seconds, time.time()),
    )
    if not fresh.rowcount:
        return
    if not marks:
        raise SummarizerError("there are no events yet; let the video be watched first")
    _put(db, (video.sha256, annotator), dict(enumerate(marks)))


def _sheet(db: sqlite3.Connection, video: str, annotator: str) -> Sheet | None:
    key = video, annotator
    work = db.execute(
        "SELECT name, seconds, peeked, finished, changed FROM work "
        "WHERE video = ? AND annotator = ?",
        key,
    ).fetchone()
    if work is None:
        return None
    name, seconds, peeked, finished, changed = work
    ratings = db.execute(
        f"SELECT wish, {', '.join(QUESTIONS)} FROM rating WHERE video = ? AND annotator = ? "
        "ORDER BY wish",
        key,
    )
    (undoable,) = db.execute(
        "SELECT count(*) FROM change WHERE video = ? AND annotator = ?", key
    ).fetchone()
    annotation = Annotation(
        annotator, video, name, seconds, tuple(_marks(db, key).values()),
        tuple(Rating(*row) for row in ratings), blind=not peeked,
    )  # fmt: skip
    return Sheet(annotation, finished is not None, undoable, changed)


def _marks(db: sqlite3.Connection, key: tuple[str, str]) -> dict[int, Mark]:
    rows = db.execute(
        'SELECT event, start, "end", score, note FROM mark WHERE video = ? AND annotator = ? '
        "ORDER BY event",
        key,
    )
    return {event: Mark(*rest) for event, *rest in rows}


def _put(db: sqlite3.Connection, key: tuple[str, str], marks: dict[int, Mark]) -> None:
    db.executemany(
        "INSERT OR REPLACE INTO mark VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(*key, at, each.start, each.end, each.score, each.note) for at, each in marks.items()],
    )


def _new(db: sqlite3.Connection, page: str, number: int) -> bool:
    """Whether these orders have not been heard yet; remembers them."""
    last = db.execute("SELECT number FROM heard WHERE page = ?", (page,)).fetchone()
    if last is not None and number <= last[0]:
        return False
    now = time.time()
    db.execute("INSERT OR REPLACE INTO heard VALUES (?, ?, ?)", (page, number, now))
    db.execute("DELETE FROM heard WHERE at < ?", (now - HEARD,))
    return True


def _change(db: sqlite3.Connection, key: tuple[str, str], order: Order) -> None:
    """Carry out one order and keep what was there before; one that changes nothing leaves none."""
    if order.do == "undo":
        _undo(db, key)
        return
    marks = _marks(db, key)
    if order.event not in marks or order.do not in CHANGES:
        raise SummarizerError(f"there is no event {order.event + 1} to {order.do} here")
    (seconds,) = db.execute(
        "SELECT seconds FROM work WHERE video = ? AND annotator = ?", key
    ).fetchone()
    after = CHANGES[order.do](marks, order, seconds)
    after = {event: mark for event, mark in after.items() if mark != marks[event]}
    if not after:
        return
    if not (order.more and _continues(db, key, order.event)):
        _remember(db, key, {event: marks[event] for event in after})
    _put(db, key, after)
    _touch(db, key)


def _remember(db: sqlite3.Connection, key: tuple[str, str], before: dict[int, Mark]) -> None:
    """Keep what was there, for undo; the oldest of too many goes."""
    rows = [(event, old.start, old.end, old.score, old.note) for event, old in before.items()]
    db.execute(
        "INSERT INTO change (video, annotator, before, at) VALUES (?, ?, ?, ?)",
        (*key, json.dumps(rows), time.time()),
    )
    db.execute(
        "DELETE FROM change WHERE video = ? AND annotator = ? AND id <= (SELECT id FROM change "
        "WHERE video = ? AND annotator = ? ORDER BY id DESC LIMIT 1 OFFSET ?)",
        (*key, *key, MEMORY),
    )


def _continues(db: sqlite3.Connection, key: tuple[str, str], event: int) -> bool:
    """Whether the change before this one was of this very event alone."""
    last = _last(db, key)
    return last is not None and [row[0] for row in json.loads(last[1])] == [event]


def _last(db: sqlite3.Connection, key: tuple[str, str]) -> tuple[int, str] | None:
    return db.execute(
        "SELECT id, before FROM change WHERE video = ? AND annotator = ? ORDER BY id DESC LIMIT 1",
        key,
    ).fetchone()


def _undo(db: sqlite3.Connection, key: tuple[str, str]) -> None:
    last = _last(db, key)
    if last is None:
        return
    number, before = last
    _put(db, key, {event: Mark(*rest) for event, *rest in json.loads(before)})
    db.execute("DELETE FROM change WHERE id = ?", (number,))
    _touch(db, key)


def _touch(db: sqlite3.Connection, key: tuple[str, str]) -> None:
    """Say when the sheet changed; always later than before, whatever the clock does."""
    db.execute(
        "UPDATE work SET changed = max(changed + 1e-6, ?) WHERE video = ? AND annotator = ?",
        (time.time(), *key),
    )


def _rate(db: sqlite3.Connection, key: tuple[str, str], rating: Rating) -> None:
    given = [getattr(rating, question) for question in QUESTIONS]
    db.execute(
        "INSERT OR REPLACE INTO rating VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, rating.wish, *given, time.time()),
    )


def _add(db: sqlite3.Connection, told: Annotation) -> str:
    """The name it is kept under; empty where it is here already."""
    name, number = told.annotator, 1
    while (there := _sheet(db, told.sha256, name)) is not None:
        if there.annotation.same(told):
            return ""
        number += 1
        name = f"{told.annotator} ({number})"
    db.execute(
        "INSERT INTO work VALUES (?, ?, ?, ?, ?, ?, ?)",
        (told.sha256, name, told.name, told.seconds, int(not told.blind), *[time.time()] * 2),
    )
    key = told.sha256, name
    _put(db, key, dict(enumerate(told.marks)))
    for rating in told.ratings:
        _rate(db, key, rating)
    return name


# -- what orders do -------------------------------------------------------------------------------


def _scored(marks: dict[int, Mark], order: Order, seconds: float) -> dict[int, Mark]:
    score = order.score
    if score is not None and score not in range(1, BEST + 1):
        raise SummarizerError(f"a score is {score}, but goes from 1 to {BEST}")
    return {order.event: replace(marks[order.event], score=score)}


def _noted(marks: dict[int, Mark], order: Order, seconds: float) -> dict[int, Mark]:
    return {order.event: replace(marks[order.event], note=tidy(order.note[:NOTE]))}


def _moved(marks: dict[int, Mark], order: Order, seconds: float) -> dict[int, Mark]:
    """The edge where it was asked for, as far as both sides keep SHORTEST seconds.

    A neighbour that touches the edge moves along: that leaves no gaps and no overlaps.
    """
    if not math.isfinite(order.at):
        raise SummarizerError("an edge can't move to no time at all")
    mine, starts = marks[order.event], order.edge == "start"
    beside = order.event - 1 if starts else order.event + 1
    other = marks.get(beside)
    touches = other is not None and (other.end == mine.start if starts else other.start == mine.end)
    if other is None:
        most = 0.0 if starts else seconds
    elif starts:
        most = other.start + _least(other) if touches else other.end
    else:
        most = other.end - _least(other) if touches else other.start
    if starts:
        at = min(max(order.at, most), mine.end - _least(mine))
        moved, along = {"start": at}, {"end": at}
    else:
        at = max(min(order.at, most), mine.start + _least(mine))
        moved, along = {"end": at}, {"start": at}
    after = {order.event: replace(mine, **moved)}
    return {**after, beside: replace(other, **along)} if touches else after


def _least(mark: Mark) -> float:
    return min(SHORTEST, mark.end - mark.start)


CHANGES = {"score": _scored, "note": _noted, "edge": _moved}
