"""Quotations: exact, whole, of certain words, and readable where they were read."""

import pytest

from summarizer.schema import Line
from summarizer.stages.narrate.quotes import Quote, quotation, shortened
from tests.perceptions import said


def heard(text: str) -> tuple[Line, ...]:
    return (Line(0, 4, text, "speech-to-text", 0.9),)


def read(start: float, end: float, text: str, confidence: float = 1.0) -> Line:
    return Line(start, end, text, "screen-text", confidence)


def test_a_long_sentence_is_cut_at_a_word():
    line = Line(0, 9, "Red roses grow along walls behind houses where cats sleep " * 3, "subtitles")
    assert quotation((line,), 0, 10) == Quote(
        ("Red roses grow along walls behind houses where cats sleep Red roses grow along …",),
        "subtitles",
    )


def test_what_is_cut_does_not_end_with_a_small_word():
    text = "Every one of the old powers of Europe has sworn against it by the light of"
    assert quotation(said((0, 4, text)), 0, 4).texts == (
        "Every one of the old powers of Europe has sworn against …",
    )


def test_words_without_a_beginning_say_so():
    lines = said((0, 4, "where the river bends twice"))
    assert quotation(lines, 0, 4).texts == ("… where the river bends twice",)


def test_a_sentence_that_began_before_is_not_quoted_from_its_middle():
    lines = said((0, 4, "was the end of it all, he said. Then the rain came over the hills."))
    assert quotation(lines, 0, 5).texts == ("Then the rain came over the hills",)


def test_nothing_is_quoted_across_a_word_that_was_not_certain():
    lines = heard("This is … sample … for anybody who may need such a thing … this.")
    assert quotation(lines, 0, 4).texts == ("… for anybody who may need such a thing …",)
    assert quotation(heard("And … then … they … went … out."), 0, 4) is None


def test_a_sentence_that_is_certain_comes_before_one_with_gaps():
    lines = heard("There were … of them in the long boat. They came home before it was dark.")
    assert quotation(lines, 0, 4).texts == ("They came home before it was dark",)


@pytest.mark.parametrize(
    "line",
    [
        Line(0, 4, "There is music and much of it", "music"),  # not anybody's words
        Line(0, 4, "i think it said something like this", "speech-to-text", 0.3),  # not sure
        Line(8, 20, "This is mostly said after the stretch is over.", "subtitles"),
        Line(0, 4, "♪ ♪ ♪ ♪", "subtitles"),
        Line(0, 4, "No.", "subtitles"),
        Line(0, 4, "Speech, not recognised.", "recognition"),
        read(0, 0.8, "DRUZYNOWE MISTRZOSTWA"),  # gone before it could be read well
        read(0, 4, "RODUNCIA, PRZESYS SAUGE", 0.8),
        read(0, 4, "01:00:08:08"),
        read(0, 4, "FOX 1– OWL"),  # caught while it changes
        read(9.9, 20, "It comes up when all is over"),
    ],
)
def test_what_is_not_quoted(line):
    assert quotation((line,), 0, 10) is None


def test_lines_of_the_screen_are_quoted_apart_and_scores_as_they_are_written():
    lines = (
        read(0, 30, "FOX 0-0 OWL 37:21"),
        read(18, 30, "Foxes 1- 0 Owls"),
        read(18, 21, "GOAL!"),
    )
    quote = quotation(lines, 18, 24)
    assert quote.clause == "“GOAL!” and “Foxes 1-0 Owls” are on the screen"
    assert quote.evidence == ("screen-text: 'GOAL!'", "screen-text: 'Foxes 1-0 Owls'")
    assert quotation(lines[:1], 18, 24).texts == ("FOX 0-0 OWL",)


def test_what_stays_or_was_quoted_tells_nothing_new():
    lines = (read(0, 60, "Channel Six"), read(5, 9, "Weather"))
    assert quotation(lines, 4, 10, longest=40).texts == ("Weather",)
    assert quotation(lines, 4, 10, longest=40, but={"Weather"}) is None
    assert quotation(lines, 20, 30, longest=40) is None


def test_what_is_said_comes_before_what_is_shown():
    lines = (read(0, 4, "Three questions"), *said((0, 4, "Her dance answers three questions.")))
    assert quotation(lines, 0, 4).clause == "“Her dance answers three questions” is said"


@pytest.mark.parametrize("most", [1, 3, 50])
def test_shortened_never_grows(most):
    for text in ("", "word", "a b c d e", "x" * 10_000, "<b>&amp;</b> \N{SPARKLES}"):
        assert len(shortened(text, most)) <= min(len(text), 162)
