"""The story: grounded in what was perceived, in an order that reads well, never twice the same."""

import math
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.config import PRESETS, SelectionConfig
from summarizer.schema import (
    ASPECTS,
    Length,
    Line,
    Perception,
    Preference,
    Sentence,
    Summary,
)
from summarizer.senses import SENSES
from summarizer.stages.narrate import NARRATORS
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.voice import opening
from summarizer.stages.narrate.wording import CLAUSES, IDLE, PLAIN, TOPIC, TURNS, clauses
from summarizer.stages.score import evidence
from summarizer.stages.selection import SELECTORS
from summarizer.stages.wish import read
from tests.perceptions import at, perception, said, video

CONCEPTS = tuple(concept for sense in SENSES.values() for concept in sense.concepts)
BLIND = PRESETS["offline"]
TALK = said(
    (30, 33, "Good morning, let us talk about penguins."),
    (34, 38, "Emperor penguins live on the ice."),
    (39, 43, "The birds keep the egg warm."),
    (44, 47, "Their ice is melting earlier every year."),
)


def no_model(texts):
    return np.zeros((len(texts), 384), np.float32)  # nothing is like anything


def chosen(of: Perception, want: str = "", **wanted) -> Summary:
    preference = Preference(want=want, **wanted)
    wish = read(want, CONCEPTS)
    score = evidence(of, preference, wish, BLIND, no_model)
    highlights = SELECTORS["knapsack"](of, preference, score, SelectionConfig())
    return Summary(of.video, preference, score.answer, score.saliency, highlights)


def story(of: Perception, want: str = "", **wanted) -> list[Sentence]:
    return list(compose(of, chosen(of, want, **wanted)))


def texts(of: Perception, want: str = "", **wanted) -> list[str]:
    return [sentence.text for sentence in story(of, want, **wanted)]


@pytest.fixture
def talk() -> Perception:
    """60 s: music 10-20, speech 30-50, fast 15-25, dark from 40, faces 31-49, and subtitles."""
    curves = {
        "music": at(60, (10, 20)),
        "speech": at(60, (30, 50)),
        "loudness": at(60, (12, 14), high=0.9, low=0.6),
        "movement": at(60, (15, 25), high=0.8, low=0.2),
        "light": at(60, (0, 40), high=0.5, low=0.1),
        "faces": at(60, (31, 49)),
        "new sights": at(60, (0, 2), (25, 27)),
    }
    return perception(video(60.0), curves, lines=TALK)


# -- what it says ----------------------------------------------------------------------------------


def test_the_whole_comes_first_without_a_wish(talk):
    told = story(talk, length=Length(0.4, "share"))
    assert told[0].text == (
        "This video lasts 1 minute; somebody talks from 0:30 to 0:50, "
        "and a face is in view from 0:31 to 0:49."
    )
    assert (told[0].start, told[0].end) == (0, 60)
    assert any("there is music" in each.text for each in told)
    assert any("penguins” is said" in each.text for each in told)


def test_the_wish_leads_and_the_whole_ends(talk):
    told = texts(talk, "music")
    assert told[0] == ("You asked for “music”, and here it is: music, 10 seconds from 0:10.")
    assert "there is music" in told[1].lower()
    assert told[-1].startswith("This video lasts 1 minute")


def test_what_cannot_be_judged_leads_too(talk):
    told = story(talk, "a tall giraffe")
    assert told[0].text.startswith("I can't recognise things by sight here (“tall giraffe”)")
    assert told[0].evidence == ("asked: a tall giraffe",)


def test_what_is_absent_is_said_and_the_video_still_described(talk):
    told = texts(talk, "colourful pictures")
    assert told[0].startswith("Not measured yet" if not talk.curve("colour") else "Not found")
    assert told[-1].startswith("This video lasts")


def test_a_silent_video_and_a_recording_are_called_that():
    silent = perception(video(20.0, silent=True), {"movement": at(20, low=0.0)})
    assert texts(silent)[0] == (
        "This silent video lasts 20 seconds; hardly anything moves all the way through."
    )
    sound = perception(video(90.0, blind=True), {"music": at(90, (0, 90))})
    assert texts(sound)[0] == (
        "This recording lasts 1 minute 30 seconds; there is music all the way through."
    )


def test_nothing_known_is_a_short_honest_story():
    told = story(perception(video(12.0)))
    assert [each.text for each in told] == ["This video lasts 12 seconds."]
    assert told[0].evidence


def test_the_same_thing_after_a_pause_happens_again():
    curves = {"music": at(100, (20, 25), (60, 65)), "loudness": at(100, low=0.6)}
    told = texts(perception(video(100.0), curves), "", length=Length(10, "seconds"))
    music = [each for each in told[1:] if "music" in each]
    assert len(music) == 1 and "rom 0:20 to 0:25 and from 1:00 to 1:05" in music[0]
    curves["light"] = at(100, (60, 65), high=0.1, low=0.4)
    told = texts(perception(video(100.0), curves), "music", length=Length(10, "seconds"))
    assert any("music again" in each for each in told)


def test_at_the_start_nothing_is_called_new(talk):
    for each in story(talk, length=Length(0.5, "share")):
        assert each.start >= 4 or "new" not in each.text


def test_sounds_are_told_at_their_second():
    curves = {"sudden sounds": at(60, (33, 34)), "loudness": at(60, low=0.5)}
    told = texts(perception(video(60.0), curves))
    assert told[1:] == ["Halfway through, from 0:30 to 0:35, there is a sudden sound at 0:33."]
    told = story(perception(video(60.0), curves), "colourful pictures in the first half")
    [bang] = [each for each in told if "sudden" in each.text]
    assert (bang.start, bang.end) == (33, 34) and "0:33" in bang.text


# -- quotations ------------------------------------------------------------------------------------


def test_quotations_are_exact_and_few():
    lines = said(
        *((5.0 * i, 5.0 * i + 4, f"This is sentence number {i} of the talk.") for i in range(20))
    )
    seen = perception(video(100.0), {"speech": at(100, (0, 100))}, lines=lines)
    told = story(seen, length=Length(0.9, "share"), variety=0.0)
    quotes = re.findall("“([^”]*)” is said", " ".join(each.text for each in told))
    assert 1 <= len(quotes) <= 3
    whole = " ".join(line.text for line in lines)
    assert all(quote.strip("… ") in whole for quote in quotes)


def test_words_on_the_screen_are_not_called_said():
    lines = (Line(10, 14, "The Second Law of Thermodynamics", "screen-text"),)
    told = texts(perception(video(20.0), {"movement": at(20, (9, 15))}, lines=lines),
                 length=Length(5, "seconds"))  # fmt: skip
    assert any("Thermodynamics” is on the screen" in each for each in told)


# -- what holds for every story --------------------------------------------------------------------

WANTS = (
    "",
    "music",
    "no talking",
    "a dog",
    "goals",
    "the ending",
    "about penguins",
    "loud or dark",
)
NAMES = sorted({concept.curve for concept in CONCEPTS})
SENSOR = re.compile(r"\b0\.\d|\bRMS\b|\bHz\b|\bdB\b|curve|salien|threshold|onset|novelty|embedding")


@st.composite
def seen(draw):
    seconds = draw(st.floats(1, 300))
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    rows = max(1, math.ceil(seconds - 1e-6))
    names = draw(st.lists(st.sampled_from(NAMES), unique=True, max_size=len(NAMES)))
    blocks = {name: np.repeat(rng.random(rows // 7 + 1), 7)[:rows] for name in names}
    lines = said(
        *((a, a + 2, f"And then number {int(a)} came along the road.") for a in range(0, rows, 9))
    ) if draw(st.booleans()) else ()  # fmt: skip
    return perception(video(seconds), blocks, lines=lines)


@settings(max_examples=150, deadline=None)
@given(seen(), st.sampled_from(WANTS), st.floats(0.05, 1))
def test_every_story_is_grounded_short_and_varied(of, want, share):
    told = story(of, want, length=Length(share, "share"))
    assert 1 <= len(told) <= 8
    openings = [opening(each.text) for each in told]
    assert len(set(openings)) == len(openings), openings
    known = {clause: concept for concept in CONCEPTS for clause in clauses(concept)}
    for each in told:
        assert 0 <= each.start < each.end <= of.video.seconds + 1e-6
        assert each.evidence and all(each.evidence)
        assert each.text[0].isupper() or each.text[0] in "“'"
        assert each.text.endswith((".", "…"))
        assert not SENSOR.search(each.text), each.text
        rest = each.text
        for clause in sorted(known, key=len, reverse=True):  # "it is loud" is part of another
            if re.search(rf"\b{clause}\b", rest, re.IGNORECASE):  # only what holds there
                rest, concept = re.sub(rf"\b{clause}\b", "", rest, flags=re.I), known[clause]
                curve = of.curve(concept.curve).array
                there = curve <= concept.at if concept.low else curve >= concept.at
                assert there[int(each.start) : math.ceil(each.end)].any(), each.text
    between = [each.start for each in told[bool(want.strip()) or 1 : -1 if want else None]]
    assert between == sorted(between)


def test_it_is_in_the_list():
    assert NARRATORS["composed"] is compose


# -- what aspects change ---------------------------------------------------------------------------

RICH = {
    "words": at(60, (2, 30)),
    "speech": at(60, (2, 30)),
    "text on screen": at(60, (5, 12)),
    "graphics": at(60, (5, 12)),
    "faces": at(60, (2, 9), (20, 26)),
    "face size": at(60, (2, 9)),
    "number of faces": at(60, (20, 26)),
    "loudness": at(60, (40, 46), high=1.0, low=0.6),
    "music": at(60, (35, 50)),
    "movement": at(60, (40, 50), high=0.8, low=0.1),
    "camera moves": at(60, (50, 58)),
    "camera shakes": at(60, (33, 36)),
    "cuts": at(60, (40, 48), high=0.8, low=0.1),
    "sharpness": at(60, (0, 20), high=0.9, low=0.6),
    "colour": at(60, (30, 40), high=0.9, low=0.4),
    "light": at(60, (0, 30), high=0.7, low=0.1),
    "steady noise": at(60, (50, 60)),
}
TURNED = [aspect for aspect in ASPECTS if aspect != "overview"]


def rich() -> Perception:
    return perception(video(60.0), RICH, lines=TALK)


@pytest.mark.parametrize("aspect", TURNED)
def test_each_aspect_changes_what_is_told(aspect):
    plain = told(length=Length(0.3, "share"))
    turned = told(length=Length(0.3, "share"), aspects=(aspect,))
    added = " ".join(text for text in turned if text not in plain)
    tells = [
        clause for each in CONCEPTS if each.curve in TURNS[aspect][1] for clause in clauses(each)
    ]
    assert any(clause in added for clause in tells), added


def test_no_two_aspects_tell_the_same():
    told_of = {aspect: told(aspects=(aspect,)) for aspect in ASPECTS}
    assert len(set(map(tuple, told_of.values()))) == len(ASPECTS)


def test_with_the_overview_the_whole_takes_no_side():
    assert told(aspects=("overview", "style"))[0] == told()[0]
    assert told(aspects=("style",))[0] != told()[0]


def told(**wanted) -> list[str]:
    return texts(rich(), **wanted)


def test_the_words_of_the_story_are_about_curves_and_concepts_that_there_are():
    curves = {concept.curve for concept in CONCEPTS} | {"more movement than usual"}
    names = {concept.name for concept in CONCEPTS} | {"livelier"}
    assert {name for _, turned in TURNS.values() for name in turned} <= curves
    assert set(PLAIN) | set(TOPIC) <= curves
    assert set(CLAUSES) | set(IDLE) | {name for each in IDLE.values() for name in each} <= names


def test_an_aspect_without_material_adds_nothing():
    bare = perception(video(60.0), {"music": at(60, (10, 20))})
    assert texts(bare, aspects=("viewpoint",)) == texts(bare)


# -- chapters, and what is brief -------------------------------------------------------------------


def titled(confidence: float = 0.9) -> Perception:
    lines = [
        Line(0, 10, "The dance of the honeybee", "title", confidence),
        Line(1, 10, "A talk by Mara Lind", "screen-text", confidence),
        Line(20, 30, "Angle is direction", "title", confidence),
        Line(40, 50, "Time is distance", "title", confidence),
    ]
    return perception(video(60.0), {"speech": at(60, (0, 55))}, lines=tuple(lines))


def test_the_titles_of_a_talk_are_its_chapters():
    assert (
        "Its chapters follow the titles of the slides: “The dance of the honeybee” at 0:00, "
        "“Angle is direction” at 0:20 and “Time is distance” at 0:40."
    ) in texts(titled())


def test_uncertain_titles_are_no_chapters_and_nothing_uncertain_is_quoted():
    told = texts(titled(0.4))
    assert not any("chapters" in text or "“" in text for text in told)


def test_a_few_seconds_are_told_as_a_whole():
    curves = {"speech": at(6, (0, 4)), "colour": at(6, low=0.02), "light": at(6, high=0.7, low=0.7)}
    told = texts(perception(video(6.0), curves))
    assert len(told) == 1
    assert "somebody talks" in told[0] and "black and white" in told[0] and "bright" in told[0]


def test_times_do_not_make_two_openings_differ():
    assert opening("From 0:18 to 0:24, there is music.") == opening("From 1:43 on it is dark.")
    assert opening("At 0:18, it is dark.") != opening("Then, at 0:18, it is dark.")
