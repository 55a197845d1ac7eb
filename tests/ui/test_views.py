"""What the page shows is a function of values, and no word from outside becomes markup."""

import re
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from pathlib import Path

import pytest

from summarizer import Length, Preference, load
from summarizer.config import GB, MB, Limits
from summarizer.schema import (
    Answer,
    Concept,
    Curve,
    Event,
    Highlight,
    Offer,
    Perception,
    Saliency,
    Sentence,
    Summary,
    Video,
    Work,
)
from summarizer.stages.wish import read
from tests.payloads import PAYLOADS
from tests.ui.fake import Form
from ui import cards, views
from ui.edits import Edits
from ui.session import IDLE, Player, Reel, Session, Status

EDITS = Edits(keep=(Event(2.0, 9.0),), drop=(Event(40.0, 45.0),))


def concept(text: str, curve: str = "music") -> Concept:
    return Concept(text, curve, 0.5, (text,), text, text)


def video(name: str = "match.mp4", **other) -> Video:
    known = {"seconds": 60.0, "size": (1280, 720), "has_audio": True} | other
    return Video(name, "0" * 64, rate=Fraction(25), rotation=0, aspect=Fraction(1), **known)


def summary(text: str = "a goal", **other) -> Summary:
    """A summary with `text` at every place where words from outside can stand."""
    known = {
        "video": video(text),
        "preference": Preference(want=text, length=Length(30, "seconds")),
        "answer": Answer("found", f"Found {text}", 14.0),
        "saliency": Saliency((Curve(text, text, (0.5,) * 60),), (1.0,)),
        "highlights": (Highlight(2.0, 9.0, 0.75, text), Highlight(62.5, 69.5, 0.5, text)),
        "story": (Sentence(2.0, 9.0, f"A sentence with {text}", (text, "loudness: loud")),),
    }
    return Summary(**(known | other))


class Reader(HTMLParser):
    """Collects what a browser would see of a piece of HTML."""

    def __init__(self, html: str):
        super().__init__()
        self.tags, self.names, self.words = [], [], []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.names += [name for name, _ in attributes]
        self.links = [value for name, value in attributes if name in ("href", "src")]

    def handle_data(self, data):
        self.words.append(data)

    @property
    def text(self) -> str:
        return "".join(self.words)


def shown(text: str) -> dict[str, str]:
    """Every view, with `text` wherever somebody else decides on the words."""
    about = summary(text)
    session = Session(Path("/tmp/room"), Path("/tmp/room") / "clip.mp4", about.video)
    place = Path("/tmp/room") / text.replace("/", "")
    line, _ = views.room(about)
    return {
        "examples": views.examples(((place, text, text, ""),)),
        "player": views.player(session, Player(place)),
        "player trouble": views.player(session, Player(None, Status("error", text))),
        "facts": views.facts(about.video),
        "status": views.status(Status("working", text, 0.5, 12.0)),
        "error": views.status(Status("error", text)),
        "answer": views.answer(about),
        "answer trouble": views.answer(about, Status("error", text)),
        "room": line,
        "legend": views.legend(about),
        "story": views.story(about),
        "reel": views.reel(Reel(place, about.highlights), about),
        "chips": cards.chips([concept(text)], None),
        "transport": cards.transport(about),
        "highlights": cards.highlights(about, EDITS, rated=True),
        "stills": cards.stills([(1, place)]),
        "twin": cards.twin(about),
        "exports": cards.exports([Form(text, text, text, text)]),
        "parcel": cards.parcel(place),
        "comparison": cards.comparison(about, about),
        "offers": cards.offers([Offer(text, text, (text,), (text,), text)]),
        "workbench": cards.workbench([Work(text, 1.0, False, text, 3)]),
        "taste": cards.taste(text, True),
    }


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_words_from_outside_never_become_markup(text):
    plain, hostile = shown("plain words"), shown(text)
    for name in plain:
        usual, found = Reader(plain[name]), Reader(hostile[name])
        assert found.tags == usual.tags, name
        assert found.names == usual.names, name


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_words_from_outside_are_shown_as_they_were_written(text):
    for name in (
        "facts",
        "story",
        "highlights",
        "legend",
        "status",
        "error",
        "chips",
        "twin",
        "offers",
    ):
        assert text in Reader(shown(text)[name]).text, name


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_addresses_stay_addresses_of_ours(text):
    for name in ("player", "reel", "examples", "parcel"):
        reader = Reader(shown(text)[name])
        assert all(link.startswith("gradio_api/file=/tmp/room/") for link in reader.links), name


@pytest.mark.parametrize("text", PAYLOADS.values(), ids=PAYLOADS)
def test_no_address_leaves_its_style_rule(text):
    rules = Reader(cards.stills([(1, Path("/tmp/room") / text.replace("/", ""))])).text
    assert rules.count("{") == rules.count("}") == 1 and rules.count('"') == 4


def test_a_sentence_and_a_moment_know_where_to_seek():
    assert 'data-seek="2.000" data-end="9.000"' in views.story(summary())
    listed = cards.highlights(summary(), Edits())
    assert 'data-seek="62.500" data-end="69.500"' in listed
    assert "1:02" in listed and "1:09" in listed and "2 moments, 14 s of 30 s" in listed


def test_every_moment_offers_what_can_be_done_and_shows_what_was():
    listed = cards.highlights(summary(), EDITS)
    assert listed.count('data-do="nudge"') == 8 and listed.count('data-do="drop"') == 2
    assert listed.count('data-do="unpin"') == 1 and listed.count('data-do="pin"') == 1
    assert listed.count('data-do="restore"') == 1 and "0:40 – 0:45" in listed
    assert 'data-do="undo"' in listed and "data-liked" not in listed
    assert 'data-do="undo"' not in cards.highlights(summary(), Edits())
    assert "data-liked" in cards.highlights(summary(), EDITS, rated=True)


def test_more_than_was_asked_for_is_said():
    tight = Preference(length=Length(10, "seconds"))
    assert "4 s more than asked for" in cards.highlights(summary(preference=tight), Edits())


def test_the_tour_plays_just_the_highlights():
    told = Reader(cards.transport(summary()))
    assert "14 s" in told.text
    assert "disabled" in cards.transport(summary(highlights=()))
    assert "[[2.0, 9.0], [62.5, 69.5]]" in cards.transport(summary())


def test_quick_wishes_are_those_a_video_can_answer():
    have = Curve("music", "music", (0.9, 0.1))
    seen = Perception(video(seconds=2.0), (), (have, Curve("light", "light", (0.9, 0.9))))
    known = [concept("music", "music"), concept("bright", "light"), concept("faces", "faces")]
    assert Reader(cards.chips(known, None)).text == "musicbrightfaces"
    assert Reader(cards.chips(known, seen)).text == "music"


def test_every_quick_wish_is_read_as_what_a_sense_measures():
    known = load().concepts
    for wish in re.findall('data-want="([^"]+)"', cards.chips(known, None)):
        (term,) = read(wish, known).terms
        assert term.concepts and not term.hint and not term.said, wish


def test_the_twin_of_the_curve_has_all_of_it():
    long = Saliency((Curve("music", "music", (0.5,) * 3600),), (1.0,))
    table = cards.twin(summary(video=video(seconds=3600.0), saliency=long))
    assert table.count("<tr data-seek") == cards.ROWS
    assert "59:00" in table and "0.50" in table and "yes" in table
    assert cards.twin(None) == ""


def test_a_preset_that_lacks_something_says_how_to_get_it():
    told = cards.offers(
        [
            Offer(
                "laptop",
                "Sees things.",
                ("a/b",),
                ("a/b",),
                "python -m summarizer.weights get laptop",
            )
        ]
    )
    assert "python -m summarizer.weights get laptop" in told and "not here yet" in told
    assert "not here yet" not in cards.offers([Offer("offline", "Measures.")])


def test_a_sentence_about_the_whole_video_is_never_lit():
    told = views.story(summary(story=(Sentence(0.0, 60.0, "It is loud throughout.", ()),)))
    assert 'data-seek="0.000" data-end="0.000"' in told


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        ("Not found.", "Not found."),
        (
            "Found: music, 6 s from 0:42.",
            "Here it is: Music, 6 s from 0:42.",
        ),
    ],
)
def test_the_story_does_not_repeat_the_answer_above_it(answer, again):
    said = Sentence(0.0, 60.0, again, ())
    both = summary(answer=Answer("found", answer), story=(said, *summary().story))
    assert again not in Reader(views.story(both)).text
    assert views.story(both).count("<li>") == 1
    alone = summary(answer=Answer("found", answer), story=(said,))
    assert again in Reader(views.story(alone)).text


def test_how_a_story_was_made_is_said_under_it():
    plain, noted = summary(), summary(note="Two sentences & more are <b>left out</b>.")
    assert "left out" not in views.story(plain)
    assert "Two sentences & more are <b>left out</b>." in Reader(views.story(noted)).text


def test_the_three_answers_are_told_apart():
    heads = {
        kind: views.answer(summary(answer=Answer(kind, "so it is", 3.0)))
        for kind in ("open", "found", "absent", "cannot")
    }
    assert len(set(heads.values())) == 4
    assert all("so it is" in html for html in heads.values())


def test_more_room_is_offered_only_where_a_found_wish_leaves_some():
    line, label = views.room(summary())
    assert "14 s match" in line and "30 s" in line and "Fill" in label
    tight = Preference(want="a goal", length=Length(14.5, "seconds"))
    assert views.room(summary(preference=tight)) == ("", "")
    assert views.room(summary(answer=Answer("cannot", "no"))) == ("", "")
    assert views.room(summary(answer=Answer("open"))) == ("", "")
    empty = summary(answer=Answer("absent", "none"), highlights=())
    assert "other highlights" in views.room(empty)[1]
    filled = replace(summary().preference, fill=True)
    assert "Only" in views.room(summary(preference=filled))[1]
    assert views.room(None) == ("", "")


def test_nothing_chosen_is_said():
    assert "No moment was chosen" in cards.highlights(summary(highlights=()), Edits())
    assert views.render_label(summary(highlights=())) == "Make the reel"


def test_a_reel_of_an_earlier_choice_says_so():
    now = summary()
    assert "earlier" not in views.reel(Reel(Path("/r.mp4"), now.highlights), now)
    assert "earlier" in views.reel(Reel(Path("/r.mp4"), now.highlights[:1]), now)
    tall = Reel(Path("/r.mp4"), now.highlights, "9:16")
    assert "earlier" not in views.reel(tall, now) and "--shape:9/16" in views.reel(tall, now)
    assert views.current(tall, now, "9:16") and not views.current(tall, now, "1:1")


def test_a_status_says_how_far_the_work_is():
    html = views.status(Status("working", "Listening", 0.42, 12.0))
    assert 'aria-valuenow="42"' in html and "about 15 s left" in html and "Listening" in html
    assert 'role="alert"' in views.status(Status("error", "No."))
    assert Reader(views.status(IDLE)).text == ""


def test_the_facts_of_a_video():
    assert "1 min · 1280×720" in views.facts(video())
    assert "no sound" in views.facts(video(has_audio=False))
    assert "sound only" in views.facts(video(size=(0, 0)))
    assert "with subtitles" in views.facts(video(subtitles=("eng",)))


def test_the_limits_are_stated():
    assert "up to 2 GB and 3 h." in views.terms(Limits(2 * GB, 3 * 3600.0))
    assert "up to 500 MB and 20 min." in views.terms(Limits(500 * MB, 1200.0))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "0.4 s"), (9.97, "10 s"), (14, "14 s"), (80, "1 min 20 s"), (3600, "1 h"), (0, "0 s")],
)
def test_durations_in_words(seconds, words):
    assert views.duration(seconds) == words


def test_a_long_wish_is_shortened_where_it_is_quoted():
    html = views.answer(summary("goal " * 2000))
    assert len(html) < 12_000 and "…" in html


def test_the_figure_fits_the_page():
    drawn = views.curve(summary(), dark=True)
    assert drawn.layout.dragmode is False and drawn.layout.showlegend is False
    tabs = [shape for shape in drawn.layout.shapes if shape.yref == "paper"]
    assert [(tab.x0, tab.x1) for tab in tabs] == [(2.0, 9.0), (62.5, 69.5)]
