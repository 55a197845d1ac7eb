"""The ledger: nothing said is lost, nobody overwrites anybody, and undo outlives the server."""

import signal
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from summarizer import SummarizerError
from summarizer.annotations import Mark, Rating
from summarizer.schema import Event, Video
from ui.ledger import FORM, Ledger, Order

ROOT = Path(__file__).parent.parent.parent
CLIP = Video("a.mp4", "a" * 64, 12.0, (320, 180), Fraction(25), 0, Fraction(1), True)
OTHER = replace(CLIP, name="b.mp4", sha256="b" * 64)
EVENTS = (Event(0, 4), Event(4, 8), Event(8, 12))


@pytest.fixture
def ledger(tmp_path) -> Ledger:
    return Ledger(tmp_path / "deep" / "annotations.sqlite")


def score(event: int, value: int | None) -> Order:
    return Order("score", event, score=value)


def edge(event: int, which: str, at: float) -> Order:
    return Order("edge", event, edge=which, at=at)


def put(ledger, *orders, who="Ann", clip=CLIP, **more):
    return ledger.write(clip, who, EVENTS, orders, **more)


def marks(ledger, who="Ann", clip=CLIP):
    return ledger.sheet(clip, who).annotation.marks


def spans(ledger):
    return [(mark.start, mark.end) for mark in marks(ledger)]


# -- what is kept ---------------------------------------------------------------------------------


def test_nothing_is_there_before_the_first_word(ledger):
    assert ledger.sheet(CLIP, "Ann") is None
    assert ledger.sheets(CLIP) == ()


def test_a_score_a_note_and_a_rating_are_there_again(ledger):
    put(ledger, score(1, 5), Order("note", 1, note=" good\n"))
    rating = Rating("goals", 5, None, 3, 1)
    ledger.rate(CLIP, "Ann", EVENTS, Rating("goals", 1, 1, 1, 1))
    ledger.rate(CLIP, "Ann", EVENTS, rating)
    again = Ledger(ledger.path).sheet(CLIP, "Ann")
    assert again.annotation.marks == (Mark(0, 4), Mark(4, 8, 5, "good"), Mark(8, 12))
    assert again.annotation.ratings == (rating,)
    assert again.undoable == 2 and not again.finished


def test_the_events_of_the_first_word_stay(ledger):
    put(ledger, score(0, 2))
    ledger.write(CLIP, "Ann", [Event(0, 12)], [score(2, 3)])
    assert [mark.score for mark in marks(ledger)] == [2, None, 3]


def test_annotators_and_videos_are_apart(ledger):
    put(ledger, score(0, 1), edge(0, "end", 3), who="Ann")
    put(ledger, score(0, 5), who="Bob")
    put(ledger, score(2, 4), who="Ann", clip=OTHER)
    put(ledger, Order("undo"), Order("undo"), Order("undo"), who="Bob")
    assert marks(ledger) == (Mark(0, 3, 1), Mark(3, 8), Mark(8, 12))
    assert marks(ledger, "Bob") == (Mark(0, 4), Mark(4, 8), Mark(8, 12))
    assert [sheet.annotation.annotator for sheet in ledger.sheets(CLIP)] == ["Ann", "Bob"]
    assert marks(ledger, clip=OTHER)[2].score == 4


def test_names_are_data(ledger):
    name = "'; DROP TABLE mark; --"
    put(ledger, score(0, 1), who=name)
    assert marks(ledger, name)[0].score == 1


def test_blind_is_over_once_the_curve_was_seen(ledger):
    assert put(ledger, score(0, 1)).annotation.blind
    assert not put(ledger, score(1, 1), peeked=True).annotation.blind
    assert not put(ledger, score(2, 1)).annotation.blind
    put(ledger, score(0, 1), who="Bob")
    ledger.finish(CLIP, "Bob")
    assert ledger.sheet(CLIP, "Bob").finished and ledger.sheet(CLIP, "Bob").annotation.blind
    ledger.finish(CLIP, "Bob", False)  # the curve has been shown meanwhile
    assert not ledger.sheet(CLIP, "Bob").annotation.blind


# -- edges ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (edge(1, "start", 3.5), [(0, 3.5), (3.5, 8), (8, 12)]),
        (edge(1, "start", -5), [(0, 0.5), (0.5, 8), (8, 12)]),
        (edge(1, "start", 99), [(0, 7.5), (7.5, 8), (8, 12)]),
        (edge(1, "end", 9.25), [(0, 4), (4, 9.25), (9.25, 12)]),
        (edge(1, "end", 0), [(0, 4), (4, 4.5), (4.5, 12)]),
        (edge(2, "end", 99), [(0, 4), (4, 8), (8, 12)]),
        (edge(2, "end", 10), [(0, 4), (4, 8), (8, 10)]),
        (edge(0, "start", 1), [(1, 4), (4, 8), (8, 12)]),
        (edge(0, "start", -1), [(0, 4), (4, 8), (8, 12)]),
    ],
)
def test_an_edge_moves_and_takes_its_neighbour_along(ledger, order, expected):
    put(ledger, order)
    assert spans(ledger) == expected
    put(ledger, Order("undo"))
    assert spans(ledger) == [(0, 4), (4, 8), (8, 12)]


def test_an_edge_stops_at_a_neighbour_it_does_not_touch(ledger):
    apart = (Event(0, 2), Event(6, 9))
    ledger.write(CLIP, "Ann", apart, [edge(1, "start", 1)])
    assert spans(ledger) == [(0, 2), (2, 9)]


# -- undo -----------------------------------------------------------------------------------------


def test_undo_goes_all_the_way_back_after_a_restart(ledger):
    put(ledger, score(0, 3), score(0, 4), Order("note", 0, note="x"), edge(1, "end", 9))
    for expected in ((4, "x", 8), (4, "", 8), (3, "", 8), (None, "", 8), (None, "", 8)):
        fresh = Ledger(ledger.path)
        put(fresh, Order("undo"))
        first, second, _ = marks(fresh)
        assert (first.score, first.note, second.end) == expected


def test_a_note_is_undone_whole(ledger):
    put(ledger, score(0, 3))
    for text, more in (("g", False), ("go", True), ("goal", True)):
        put(ledger, Order("note", 0, note=text, more=more))
    assert marks(ledger)[0].note == "goal"
    assert put(ledger, Order("undo")).annotation.marks[0] == Mark(0, 4, 3, "")


def test_what_changes_nothing_leaves_nothing_to_undo(ledger):
    put(ledger, score(0, 3), score(0, 3), edge(0, "start", -4))
    assert put(ledger).undoable == 1


# -- orders that come twice, or are wrong ----------------------------------------------------------


def test_an_order_sent_again_counts_once(ledger):
    put(ledger, edge(1, "start", 3), page=("tab-1", 1))
    put(ledger, score(1, 2), page=("tab-1", 2))
    put(ledger, Order("undo"), page=("tab-1", 3))
    sheet = put(ledger, Order("undo"), page=("tab-1", 3))
    assert sheet.annotation.marks[1] == Mark(3, 8)
    assert put(ledger, score(1, 4), page=("tab-2", 1)).annotation.marks[1].score == 4


@pytest.mark.parametrize(
    "order",
    [
        score(9, 3), score(-1, 3), score(0, 6), score(0, 0), Order("delete", 0),
        edge(0, "end", float("nan")), edge(0, "end", float("inf")),
    ],
)  # fmt: skip
def test_one_wrong_order_undoes_its_whole_batch(ledger, order):
    put(ledger, score(0, 1))
    with pytest.raises(SummarizerError):
        put(ledger, score(1, 2), order, page=("tab", 1))
    assert [mark.score for mark in marks(ledger)] == [1, None, None]
    put(ledger, score(1, 2), page=("tab", 1))  # what failed was not heard
    assert marks(ledger)[1].score == 2


def test_nobody_and_nothing_are_sentences(ledger):
    with pytest.raises(SummarizerError, match="name"):
        put(ledger, score(0, 1), who="")
    with pytest.raises(SummarizerError, match="no events"):
        ledger.write(CLIP, "Ann", [], [])
    assert ledger.sheets(CLIP) == ()


# -- from elsewhere -------------------------------------------------------------------------------


def test_import_never_overwrites(ledger):
    put(ledger, score(0, 1))
    mine = ledger.sheet(CLIP, "Ann").annotation
    theirs = replace(mine, marks=(Mark(0, 12, 5),), ratings=(Rating("", 1, 2, 3, 4),), blind=True)
    assert ledger.add([mine]) == ()
    assert ledger.add([theirs]) == ("Ann (2)",)
    assert ledger.add([theirs]) == ()
    assert ledger.sheet(CLIP, "Ann").annotation == mine
    assert ledger.sheet(CLIP, "Ann (2)").annotation == replace(theirs, annotator="Ann (2)")


def test_import_is_all_or_nothing(ledger):
    put(ledger, score(0, 1))
    mine = ledger.sheet(CLIP, "Ann").annotation
    good, bad = (replace(mine, annotator=name) for name in ("Good", "Bad"))
    with pytest.raises(SummarizerError):
        ledger.add([good, replace(bad, marks=(Mark(3, 3, 5),))])
    assert [sheet.annotation.annotator for sheet in ledger.sheets(CLIP)] == ["Ann"]


# -- the file -------------------------------------------------------------------------------------


def test_threads_lose_no_word(ledger):
    def work(who):
        for number in range(12):
            put(ledger, score(number % 3, 1 + number % 5), who=who, page=(who, number))

    threads = [threading.Thread(target=work, args=(f"p{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sheets = ledger.sheets(CLIP)
    assert len(sheets) == 6 and {sheet.undoable for sheet in sheets} == {12}
    assert {tuple(m.score for m in sheet.annotation.marks) for sheet in sheets} == {(5, 1, 2)}


WRITER = """
import sys
from pathlib import Path
from tests.ui.test_ledger import CLIP, EVENTS, edge, score
from ui.ledger import Ledger
ledger, who = Ledger(Path(sys.argv[1])), sys.argv[2]
for number in range(1, 100_000):
    # a batch of two: both or none may ever be seen
    batch = [score(0, 1 + number % 5), score(2, 1 + number % 5), edge(1, "end", 6 + number % 3)]
    ledger.write(CLIP, who, EVENTS, batch, page=(who, number))
    print(number, flush=True)
"""


def writer(path: Path, who: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path), who], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_killed_in_the_middle_leave_a_whole_file(ledger):
    running = {who: writer(ledger.path, who) for who in ("Ann", "Bob")}
    said = {}
    for who, process in running.items():
        for _ in range(20):
            said[who] = int(process.stdout.readline())
    for who, process in running.items():
        process.send_signal(signal.SIGKILL)
        rest, _ = process.communicate()
        said[who] = max([said[who], *map(int, rest.split("\n")[:-1])])
        assert process.returncode == -signal.SIGKILL
    with sqlite3.connect(ledger.path) as db:
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        heard = dict(db.execute("SELECT page, number FROM heard"))
    for who, last in said.items():
        # what was said to be saved is there; at most the one being written is there too
        assert heard[who] in (last, last + 1)
        first, second, third = marks(ledger, who)
        number = heard[who]
        assert first.score == third.score == 1 + number % 5
        assert second.end == third.start == 6 + number % 3
    put(ledger, score(1, 3))
    put(ledger, Order("undo"))
    assert marks(ledger)[1].score is None


def test_a_file_of_a_newer_program_is_left_alone(ledger):
    put(ledger, score(0, 1))
    with sqlite3.connect(ledger.path) as db:
        db.execute(f"PRAGMA user_version = {FORM + 1}")
    with pytest.raises(SummarizerError, match="newer"):
        put(ledger, score(0, 2))


def test_a_file_that_is_none_is_a_sentence(ledger, tmp_path):
    ledger.path.parent.mkdir()
    ledger.path.write_bytes(b"not a database" * 100)
    with pytest.raises(SummarizerError, match="can't be kept"):
        put(ledger, score(0, 1))
    (tmp_path / "file").write_text("")
    with pytest.raises(SummarizerError, match="another folder"):
        Ledger(tmp_path / "file" / "x.sqlite").sheets(CLIP)
