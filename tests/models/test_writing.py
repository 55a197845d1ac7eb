"""From words in pictures to what was written, and from when to when."""

import numpy as np
import pytest

from summarizer.models.writing import Box, Text, Word, Writing, alike, heading, texts


def word(text, left=0.1, top=0.1, height=0.05, span=None, *, sure=0.98, plain=True) -> Word:
    """A word as wide as its letters, steady over a span."""
    box = Box(left, top, left + 0.3 * height * len(text), top + height)
    return Word(text, sure, box, np.array([span] if span else []).reshape(-1, 2), plain)


def read(seconds: float, *pages: tuple[float, tuple[Word, ...]]) -> list[tuple]:
    writing = Writing(seconds)
    for moment, words in pages:
        writing.add(texts(words, moment))
    return [(line.start, line.end, line.text, line.source) for line in writing.lines()]


def board(score: str, clock: str, since: float, until: float) -> tuple[Word, ...]:
    return (
        word("FOX", 0.05, 0.05, 0.04, (0, 60)),
        word(score, 0.1, 0.05, 0.04, (since, until)),
        word("OWL", 0.15, 0.05, 0.04, (0, 60)),
        word(clock, 0.2, 0.05, 0.04),
    )


def test_words_in_a_row_and_rows_that_go_on_are_one_text():
    first = word("The dance of", 0.1, 0.1, 0.1)
    second = word("the honeybee", 0.1, 0.22, 0.1)
    aside = word("Bees and", 0.1, 0.6, 0.05), word("flowers", 0.23, 0.6, 0.05)
    found = [text.text for text in texts((aside[1], second, aside[0], first), 1.0)]
    assert found == ["The dance of the honeybee", "Bees and flowers"]


def test_what_comes_later_is_a_text_of_its_own():
    words = word("How far?", top=0.3, span=(2, 9)), word("How good?", top=0.36, span=(5, 9))
    assert [text.text for text in texts(words, 8.0)] == ["How far?", "How good?"]


@pytest.mark.parametrize("text, sure", [("x", 0.99), ("Garbl", 0.5), ("- . -", 0.99), ("", 0.9)])
def test_what_is_hardly_writing_is_left_out(text, sure):
    assert texts([word(text, sure=sure)], 0.0) == []


def test_a_board_is_one_line_a_score_however_its_clock_runs():
    lines = read(
        60,
        (5.0, board("0-0", "37:05", 0, 20)),
        (15.0, board("0-0", "37:15", 0, 20)),
        (25.0, board("1-0", "37:25", 20, 60)),
        (55.0, board("1-0", "37:55", 20, 60)),
    )
    assert lines == [
        (0.0, 20.0, "FOX 0-0 OWL 37:05", "screen-text"),
        (20.0, 60.0, "FOX 1-0 OWL 37:25", "screen-text"),
    ]


def test_a_clock_alone_is_one_line():
    pages = [(10.0 * n, (word(f"01:00:0{n}:12"),)) for n in range(4)]
    assert [text for *_, text, _ in read(40, *pages)] == ["01:00:00:12"]


def test_words_that_return_are_a_new_line_and_those_that_stay_are_not():
    hello, other = "Hello there", "Something else"
    back = read(
        30,
        (2.0, (word(hello, span=(0, 4)),)),
        (8.0, (word(other, span=(6, 10)),)),
        (15.0, (word(hello, span=(13, 17)),)),
    )
    assert [text for *_, text, _ in back] == [hello, other, hello]
    mark = "www.example.org"
    stays = [(6.0 * n, (word(mark, 0.7, 0.9, 0.03),)) for n in range(5)]
    assert read(30, *stays) == [(0.0, 24.25, mark, "screen-text")]


def test_a_part_read_by_itself_is_no_line():
    whole = board("0-0", "37:05", 0, 20)
    lines = read(20, (1.0, (whole[0], whole[2])), (5.0, whole), (9.0, (whole[0], whole[2])))
    assert [text for *_, text, _ in lines] == ["FOX 0-0 OWL 37:05"]


def test_the_better_reading_counts():
    poor, good = word("Bees and flovers", span=(0, 9), sure=0.8), word("Bees and flowers")
    assert read(9, (2.0, (poor,)), (6.0, (good,)))[0][2] == "Bees and flowers"


def test_the_title_of_a_slide_is_a_line_of_its_own():
    slide = (
        word("Three questions", 0.1, 0.08, 0.09, (3, 12)),
        word("Which way do they fly?", 0.1, 0.4, 0.05, (4, 12)),
        word("How far is it?", 0.1, 0.6, 0.05, (6, 12)),
    )
    lines = read(20, (11.0, slide))
    assert (3.0, 12.0, "Three questions", "title") in lines
    assert [line[2] for line in lines if line[3] == "title"] == ["Three questions"]
    assert len(lines) == 4


def test_a_name_below_a_caption_and_a_shop_sign_are_no_titles():
    lower = texts([word("Dr Mara Lind", top=0.75, height=0.09)], 1.0)
    sign = texts([word("MERIDIAN", top=0.1, height=0.09, plain=False)], 1.0)
    small = texts([word("www.example.org", top=0.02, height=0.03)], 1.0)
    assert heading(lower) is heading(sign) is heading(small) is heading([]) is None
    brief = texts([word("GOAL now", top=0.1, height=0.1, span=(1, 2))], 1.5)
    assert heading(brief)
    assert {line[3] for line in read(20, (1.5, (word("GOAL now", height=0.1, span=(1, 2)),)))} == {
        "screen-text"
    }


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("Bees and flowers", "Bees  and flovvers", True),
        ("FOX 0-0 OWL 37:05", "FOX 0 - 0 OWL 37:59", True),
        ("FOX 0-0 OWL", "FOX 1-0 OWL", False),
        ("FOX 1-0 OWL", "Foxes 1-0 Owls and more", False),
        ("37:05", "38:10", True),
        ("", "", False),
        ("Yes.", "No.", False),
    ],
)
def test_readings_of_the_same_words(one, other, same):
    assert alike(one, other) == alike(other, one) == same


def test_lines_stay_inside_the_video():
    lines = read(10, (9.9, (word("The very end", span=(9.5, 14.0)),)))
    assert lines == [(9.5, 10, "The very end", "screen-text")]
    assert Text((), Box(0, 0, 0, 0), 0.0).text == ""
