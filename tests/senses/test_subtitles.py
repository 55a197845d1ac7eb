from fractions import Fraction

import numpy as np
import pytest

from summarizer.schema import Line, Video
from summarizer.senses.subtitles import Subtitles


def video(seconds: float) -> Video:
    return Video("clip.mp4", "", seconds, (320, 180), Fraction(25), 0, Fraction(1), True)


def read(seconds: float, *lines: tuple[float, float, str]):
    sense = Subtitles(video(seconds))
    sense.take(tuple(Line(start, end, text, "subtitles") for start, end, text in lines))
    return sense.findings()


def words(seconds: float, *lines: tuple[float, float, str]) -> list[float]:
    (curve,) = read(seconds, *lines).curves
    assert (curve.name, len(curve.values)) == ("words", video(seconds).rows)
    return list(curve.values)


def test_four_words_a_second_read_one():
    assert words(3, (1, 2, "one two three four")) == [0, 1, 0]


def test_words_are_spread_over_the_time_of_their_line():
    assert words(4, (0.5, 2.5, "one two three four")) == [0.25, 0.5, 0.25, 0]


def test_lines_in_the_same_second_add_up_to_one_at_most():
    assert words(2, (0, 0.5, "a b"), (0.5, 1, "c d")) == [1, 0]
    assert words(1, (0, 0.5, "a b c d e"), (0.5, 1, "f g h i j")) == [1]


@pytest.mark.parametrize("text", ["[applause]", "(laughs)", "♪ la la la ♪"])
def test_what_is_only_described_is_not_said(text):
    assert words(1, (0, 1, text)) == [0]


def test_the_lines_stay_as_they_are():
    findings = read(5, (1, 2, "hello"), (3, 4, "there"))
    assert [line.text for line in findings.lines] == ["hello", "there"]


def test_no_subtitles_is_no_finding():
    assert Subtitles(video(5)).findings().curves == ()


def test_lines_taken_in_parts_count_together():
    sense = Subtitles(video(4))
    sense.take((Line(0, 1, "a b c d", "subtitles"),))
    sense.take((Line(2, 3, "e f g h", "subtitles"),))
    assert sense.findings().curves[0].values == (1, 0, 1, 0)


def test_lines_beyond_the_end_and_without_length_do_no_harm():
    values = words(2.5, (2, 9, "a b c d e f g"), (1, 1, "x"), (50, 60, "late"))
    assert np.isfinite(values).all()
    assert values[2] == 0.25
