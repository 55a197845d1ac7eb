"""The annotator's desk and its views, without a browser."""

import csv
import json
from dataclasses import replace
from html import unescape
from pathlib import Path

import numpy as np
import pytest

from summarizer import Preference
from summarizer.annotations import Annotation, Mark, Rating, write
from summarizer.schema import Event
from tests.payloads import PAYLOADS, PLAIN, shape
from tests.ui.fake import Fake
from ui import sheets
from ui.annotate import Desk, View, order_of
from ui.ledger import Order
from ui.session import Player, Rooms, Session


@pytest.fixture
def fake():
    return Fake(seconds=12.0)


@pytest.fixture
def desk(fake, tmp_path):
    return Desk(fake, tmp_path / "annotations.sqlite")


@pytest.fixture
def rooms():
    rooms = Rooms()
    yield rooms
    rooms.end()


@pytest.fixture
def session(fake, rooms):
    folder = rooms.new()
    source = folder / "clip.mp4"
    source.write_bytes(bytes(200))
    return Session(folder, source, fake.probe(source))


@pytest.fixture
def view(fake, session):
    *_, last = fake.perceiving(session.source)
    summary = fake.choose(last.perception, Preference(want="faces"))
    return View(session, last.perception, summary, "Ann", False)


def message(view, *orders, number=1, who="Ann", page="tab", **more) -> dict:
    video = view.session.video.sha256
    return {"page": page, "number": number, "video": video, "annotator": who, "orders": orders,
            **more}  # fmt: skip


def score(event, value) -> dict:
    return {"do": "score", "event": event, "score": value}


def data(html: str, name: str) -> dict:
    """The JSON in a data attribute."""
    return json.loads(unescape(html.split(f'data-{name}="')[1].split('"')[0]))


def kept(desk, view):
    return [mark.score for mark in desk.ledger.sheet(view.session.video, "Ann").annotation.marks]


# -- what is shown --------------------------------------------------------------------------------


def test_without_a_video_or_events_it_says_what_is_missing(desk, view):
    hint, board = desk.draw(View(Session(), None, None, "Ann", False))
    assert "Choose a video" in hint and board == ""
    hint, board = desk.draw(replace(view, seen=None, summary=None))
    assert "Press Summarize" in hint and board == ""


def test_the_board_holds_events_curves_and_the_model(desk, view):
    hint, board = desk.draw(view)
    told = data(board, "board")
    assert hint == ""
    assert [event[:2] for event in told["events"]] == [[0, 4], [4, 8], [8, 12]]
    assert [curve["name"] for curve in told["curves"]] == list(Fake.senses)
    assert {curve["kind"] for curve in told["curves"]} == {"watch", "listen"}
    assert len(told["model"]) == 12 and max(told["model"]) == 100


def test_work_goes_on_before_the_video_is_watched_again(desk, view):
    desk.press(view, message(view, score(1, 5)))
    hint, board = desk.draw(replace(view, seen=None, summary=None))
    assert hint == "" and "1 of 3 events scored" in data(board, "board")["words"]
    assert data(board, "board")["events"][1] == [4, 8, 5, ""]


def test_another_videos_curves_are_not_shown(desk, view):
    foreign = replace(view.seen, video=replace(view.seen.video, sha256="f" * 64))
    assert replace(view, seen=foreign).events == ()
    assert not len(replace(view, summary=replace(view.summary, video=foreign.video)).model)


def test_blind_means_the_curve_does_not_reach_the_browser(desk, view):
    blind = replace(view, blind=True)
    desk.press(blind, message(view, score(0, 1), score(1, 5), score(2, 2)))
    told = data(desk.draw(blind)[1], "board")
    assert told["hidden"] and told["model"] == []
    assert "hidden until" in desk.agreement(blind)
    desk.finish(blind)
    told = data(desk.draw(blind)[1], "board")
    assert not told["hidden"] and len(told["model"]) == 12
    assert "hidden until" not in desk.agreement(blind)
    assert desk.ledger.sheet(view.session.video, "Ann").annotation.blind
    desk.press(blind, message(view, score(0, 2), number=2))  # the curve is in sight now
    assert not desk.ledger.sheet(view.session.video, "Ann").annotation.blind


def test_what_is_played(desk, fake, session):
    assert desk.playing(Session()) == Player()
    assert desk.playing(session) == Player(session.source)
    fake.unplayable.add(".mp4")
    waiting = desk.playing(session)
    assert waiting.path is None and "first tab" in waiting.status.text
    (session.folder / "preview.mp4").write_bytes(b"x")
    assert desk.playing(session) == Player(session.folder / "preview.mp4")


def test_long_curves_are_thinned_to_their_peaks():
    values = np.zeros(10_000)
    values[7777] = 0.9
    assert len(sheets.points(values)) == sheets.FINE
    assert max(sheets.points(values)) == 90
    assert sheets.points(np.empty(0)) == []


# -- what is said ---------------------------------------------------------------------------------


def test_a_press_is_kept_before_saved_is_said(desk, view):
    html = desk.press(view, message(view, score(1, 4)))
    assert kept(desk, view) == [None, 4, None]
    ack = data(html, "ack")
    assert ack["words"].startswith("1 of 3") and (ack["page"], ack["number"]) == ("tab", 1)
    assert ack["events"][1] == [4, 8, 4, ""] and not ack["refused"]


def test_a_press_sent_twice_counts_once(desk, view):
    desk.press(view, message(view, score(1, 4)))
    desk.press(view, message(view, {"do": "undo"}, number=2))
    desk.press(view, message(view, score(1, 4)))
    assert kept(desk, view) == [None, None, None]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"video": "0" * 64}, "another video"),
        ({"annotator": " \n"}, "your name"),
        ({"orders": [{"do": "score", "event": 99, "score": 1}]}, "no event 100"),
        ({"orders": [{"do": "score", "event": 0, "score": 7}]}, "1 to 5"),
        ({"orders": [{"do": "drop table", "event": 0}]}, "no event"),
        ({"orders": ["score"]}, "no order"),
        ({"orders": [{"do": "edge", "at": "soon"}]}, "no order"),
        ({"orders": [{"do": "edge", "at": float("nan")}]}, "no time"),
        ({"orders": 3}, "could not be kept"),
    ],
)
def test_what_cannot_be_kept_is_a_sentence_and_keeps_nothing(desk, view, more, words):
    desk.press(view, message(view, score(0, 2)))
    html = desk.press(view, {**message(view, score(1, 1), number=2), **more})
    assert words in html and data(html, "ack")["refused"]
    assert kept(desk, view) == [2, None, None]


def test_a_broken_message_is_survived(desk, view):
    for broken in ({}, {"page": "x"}, {"page": "x", "number": "y"}):
        assert 'role="alert"' in desk.press(view, broken)
    assert 'role="alert"' in desk.press(View(Session(), None, None, "Ann", False), message(view))


def test_a_ledger_that_cannot_be_written_is_a_sentence(fake, view, tmp_path):
    (tmp_path / "file").write_text("")
    desk = Desk(fake, tmp_path / "file" / "x.sqlite")
    assert "can&#x27;t be kept" in desk.press(view, message(view, score(0, 1)))
    assert "can&#x27;t be kept" in desk.draw(view)[0]
    assert "can&#x27;t be kept" in desk.agreement(view)


def test_orders_are_read_with_care():
    told = {"do": "edge", "event": 2, "edge": "end", "at": 3.5}
    assert order_of(told) == Order("edge", 2, edge="end", at=3.5)
    assert order_of({"do": "note", "note": 5, "more": 1}) == Order("note", note="5", more=True)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_names_notes_and_curves_are_words_everywhere(fake, view, tmp_path, payload):
    def shown(word: str, folder) -> list[str]:
        folder.mkdir()
        desk = Desk(fake, folder / "annotations.sqlite")
        video = replace(view.session.video, name=f"{word}.mp4")
        curves = tuple(replace(each, name=word) for each in view.seen.curves)
        at = replace(view, name=word, session=replace(view.session, video=video),
                     seen=replace(view.seen, curves=curves))  # fmt: skip
        noted = {"do": "note", "event": 1, "note": word}
        saved = desk.press(at, message(at, score(0, 3), noted, who=word, page=word))
        told = data(saved, "ack")
        assert told["words"].startswith("1 of 3") and told["annotator"]
        return [
            *(saved, desk.draw(at)[1], desk.agreement(at)),
            *(desk.export(at.session, form) for form in ("csv", "tvsum")),
            desk.export(at.session, word),
            sheets.parcel(Path("/room") / word.replace("/", ""), (word, word)),
        ]

    for html, usual in zip(
        shown(payload, tmp_path / "a"), shown(PLAIN, tmp_path / "b"), strict=True
    ):
        assert shape(html) == shape(usual)


# -- ratings --------------------------------------------------------------------------------------


def test_a_rating_is_kept_for_each_wish(desk, fake, view):
    assert "3 of 4" in desk.rate(view, [5, 4, None, 1]).text
    assert desk.rated(view) == [5, 4, None, 1]
    other = replace(view, summary=fake.choose(view.seen, Preference(want="music")))
    assert desk.rated(other) == [None] * 4
    desk.rate(other, [1, 1, 1, 1])
    ratings = desk.ledger.sheet(view.session.video, "Ann").annotation.ratings
    assert ratings == (Rating("faces", 5, 4, None, 1), Rating("music", 1, 1, 1, 1))


def test_a_point_that_is_missing_in_a_later_rating_is_kept(desk, view):
    """Two quick clicks: the second may come before the page shows the first."""
    desk.rate(view, [5, None, None, None])
    assert "2 of 4" in desk.rate(view, [None, 4, None, None]).text
    assert "2 of 4" in desk.rate(view, [3, 4, None, None]).text
    assert desk.rated(view) == [3, 4, None, None]


def test_a_rating_needs_a_name_a_summary_and_a_scale(desk, view):
    assert "name" in desk.rate(replace(view, name=" "), [1, 1, 1, 1]).text
    assert "no summary" in desk.rate(replace(view, summary=None), [1, 1, 1, 1]).text
    assert "1 to 5" in desk.rate(view, [6, 1, 1, 1]).text


def test_finishing_needs_something_finished(desk, view):
    assert "Score an event" in desk.finish(view).text
    assert "name" in desk.finish(replace(view, name="")).text
    assert "video" in desk.finish(View(Session(), None, None, "Ann", False)).text


# -- agreement ------------------------------------------------------------------------------------


def said(view, who, *scores) -> Annotation:
    video = view.session.video
    marks = tuple(Mark(4.0 * n, 4.0 * n + 4, each) for n, each in enumerate(scores))
    return Annotation(who, video.sha256, video.name, video.seconds, marks)


def test_agreement_is_counted_between_people_and_with_the_model(view):
    model = np.repeat([0.1, 0.9, 0.5], 4)
    people = [said(view, "Ann", 1, 5, 3), said(view, "Bob", 5, 1, 3)]
    html = sheets.agreement(people, model, hidden=False)
    assert "−1.00 / −1.00 <small>n 12</small>" in html  # with each other
    assert "1.00 / 1.00 <small>n 12</small>" in html  # Ann with the model
    assert "α of 2 annotators" in html and "nan" not in html.lower()


def test_agreement_that_does_not_exist_says_why(view):
    model = np.full(12, 0.5)
    html = sheets.agreement([said(view, "Ann", 3, 3, 3)], model, hidden=False)
    assert "second annotator" in html and "same score" in html
    same = [said(view, "Ann", 3, 3, 3), said(view, "Bob", 3, 3, 3)]
    html = sheets.agreement(same, model, hidden=False)
    assert "all scores are the same" in html
    apart = [said(view, "Ann", 3, None, None), said(view, "Bob", None, None, 3)]
    html = sheets.agreement(apart, np.empty(0), hidden=False)
    assert "no second was scored by two" in html and "not summarized yet" in html
    assert "nan" not in html.lower()


# -- files ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", ["csv", "videoxum", "tvsum"])
def test_an_export_is_read_back_by_another_desk(desk, fake, view, tmp_path, form):
    for who in ("Ann", "Bob"):
        orders = [score(0, 1), score(1, 5), score(2, 2)]
        desk.press(view, message(view, *orders, who=who, page=who))
    html = desk.export(view.session, form)
    (path,) = (view.session.folder / "annotations").iterdir()
    assert path.name in unescape(html)
    other = Desk(fake, tmp_path / "other.sqlite")
    assert other.take(view.session, str(path)).text == "Added Ann, Bob."
    assert other.take(view.session, str(path)).text == "All of it was here already."
    assert "α of 2 annotators" in other.agreement(view)


def test_import_leaves_everybody_here_alone(desk, view, tmp_path):
    desk.press(view, message(view, score(0, 2)))
    path = tmp_path / "theirs.csv"
    write([said(view, "Ann", 5, 5, 5)], "csv", path)
    assert desk.take(view.session, str(path)).text == "Added Ann (2)."
    assert kept(desk, view) == [2, None, None]


def test_an_export_says_who_is_not_in_it(desk, view):
    orders = [score(0, 1), score(1, 5), score(2, 2)]
    desk.press(view, message(view, *orders))
    desk.press(view, message(view, score(0, 1), who="<b>Bob", page="b"))
    assert "Without &lt;b&gt;Bob, who have not scored everything" in desk.export(
        view.session, "tvsum"
    )
    with next((view.session.folder / "annotations").glob("*.tsv")).open() as file:
        assert len(list(csv.reader(file, delimiter="\t"))) == 1


def test_files_that_cannot_be_are_sentences(desk, view, tmp_path):
    assert "nobody" in desk.export(view.session, "tvsum").lower()
    assert "first" in desk.export(Session(), "csv")
    bad = tmp_path / "bad.json"
    bad.write_text("{")
    assert desk.take(view.session, str(bad)).kind == "error"
    assert desk.take(Session(), str(bad)).kind == "error"


def test_the_first_events_are_those_seen(desk, view):
    desk.press(view, message(view))
    other = replace(view, seen=replace(view.seen, events=(Event(0, 12),)))
    desk.press(other, message(view, score(2, 3), number=2))
    assert kept(desk, view) == [None, None, 3]
