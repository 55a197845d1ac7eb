"""Chapters by YouTube's published rules."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer import load
from summarizer.errors import OutputError
from summarizer.exports.chapters import chapters
from summarizer.schema import Line, Preference, Summary
from tests.perceptions import at, perception, video
from tests.summaries import HOSTILE, summary


def checked(text: str, seconds: float) -> list[tuple[int, str]]:
    """The chapters of a list that keeps the rules."""
    found = []
    for line in text.splitlines():
        clock, _, title = line.partition(" ")
        assert re.fullmatch(r"(\d+:)?[0-5]\d:[0-5]\d", clock)
        hours, minutes, second = ([0, *map(int, clock.split(":"))])[-3:]
        assert title.strip() == title != ""
        assert not set(title) & set("<>")
        found.append((3600 * hours + 60 * minutes + second, title))
    starts = [start for start, _ in found]
    assert text.startswith("00:00 ")
    assert len(found) >= 3
    assert all(b - a >= 10 for a, b in zip(starts, [*starts[1:], seconds], strict=True))
    assert len({title.casefold() for _, title in found}) == len(found)
    assert len(text) <= 5000
    return found


def test_the_story_gives_the_chapters():
    story = [(2, 9, "It starts."), (12, 20, "A goal."), (15, 20, "Too near."), (40, 60, "A goal.")]
    assert checked(chapters(summary(60, story=story)), 60) == [
        (0, "It starts"),
        (12, "A goal"),
        (40, "A goal (2)"),
    ]


def slides(*titles: tuple[float, float, str], seconds: float = 60.0) -> Summary:
    lines = tuple(Line(start, end, text, "title") for start, end, text in titles)
    story = [(0, 9, "It starts."), (20, 30, "A voice is heard."), (45, 50, "It ends.")]
    return replace(summary(seconds, story=story), titles=lines)


def test_the_titles_of_the_slides_name_the_chapters():
    talk = slides(
        (0, 7.7, "The dance"), (9, 15.8, "Three questions"), (23.6, 33, "Angle = direction")
    )
    assert checked(chapters(talk), 60) == [
        (0, "The dance"),
        (10, "Three questions"),
        (23, "Angle = direction"),
    ]


def test_a_talk_that_was_perceived_has_its_slides_for_chapters_and_its_story_says_so(tmp_path):
    shown = [(0, 7.7, "The dance"), (9, 15.8, "Three questions"), (23.6, 33, "Angle = direction")]
    lines = [Line(start, end, text, "title") for start, end, text in shown]
    talk = perception(video(60.0), {"speech": at(60, (0, 55))}, lines=lines)
    summarizer = load(cache=tmp_path)
    *_, told = summarizer.tell(talk, summarizer.choose(talk, Preference()))
    assert [title for _, title in checked(chapters(told), 60)] == [text for *_, text in shown]
    assert any("chapters follow the titles of the slides" in each.text for each in told.story)
    assert Summary.from_json(told.to_json()) == told
    silent = replace(talk, curves=perception(video(60.0), {"speech": at(60)}).curves)
    assert summarizer.choose(silent, Preference()).titles == ()


def test_what_is_before_the_first_slide_is_a_chapter_too():
    talk = slides((12, 20, "One"), (22, 30, "Two"), (40, 50, "Three"))
    assert checked(chapters(talk), 60) == [(0, "Start"), (12, "One"), (22, "Two"), (40, "Three")]


def test_slides_too_close_to_each_other_leave_it_to_the_story():
    talk = slides((0, 2, "One"), (2, 4, "Two"), (4, 6, "Three"))
    assert checked(chapters(talk), 60)[0] == (0, "It starts")


def test_a_slide_that_is_gone_or_long_there_gives_no_chapter_at_a_wrong_time():
    talk = slides((0, 9, "One"), (2, 30, "Long there"), (9, 9.5, "Gone"), (20, 30, "Two"),
                  (40, 50, "Three"))  # fmt: skip
    assert checked(chapters(talk), 60) == [(0, "One"), (20, "Two"), (40, "Three")]


def test_highlights_help_where_the_story_is_short():
    text = chapters(summary(60, ((20, 24), (45, 50)), [(0, 9, "It starts.")]))
    assert [start for start, _ in checked(text, 60)] == [0, 20, 45]


def test_the_whole_video_is_no_chapter_and_a_time_is_said_once():
    story = [
        (0, 90, "This video lasts 90 seconds."),
        (30, 36, "From 0:30 to 0:36, there is music."),
        (30, 36, "There is music again from 0:30 to 0:36, and it is loud."),
        (70, 90, "Right at the end, until 1:30, it is dark."),
    ]
    assert checked(chapters(summary(90, story=story)), 90) == [
        (0, "Start"),
        (30, "There is music again and it is loud"),
        (70, "Right at the end it is dark"),
    ]


def test_hours_are_written_where_there_are_any():
    story = [(at, at + 5, f"Part {at}") for at in range(0, 7200, 600)]
    assert checked(chapters(summary(7300, story=story)), 7300)[-1] == (6600, "Part 6600")


@given(
    seconds=st.floats(0.1, 10_800),
    shares=st.lists(st.tuples(st.floats(0, 1), st.text(max_size=150)), max_size=400),
)
def test_any_story_keeps_the_rules_or_is_refused_in_a_sentence(seconds, shares):
    story = [(share * seconds, seconds, text) for share, text in shares]
    try:
        text = chapters(summary(seconds, (), story))
    except OutputError as error:
        assert str(error).startswith("chapters ")
    else:
        checked(text, seconds)


@pytest.mark.parametrize("name", [name for name in HOSTILE if name])
def test_no_title_breaks_its_line(name):
    text = chapters(summary(60, story=[(at, at + 9, name) for at in (0, 15, 30, 45)]))
    assert len(checked(text, 60)) == 4


def test_a_video_too_short_for_chapters_is_said_with_the_numbers():
    with pytest.raises(OutputError, match=r"at least 30 s, and this one lasts 29\.0 s"):
        chapters(summary(29.0, ((0, 5),)))
    with pytest.raises(OutputError, match="story and highlights give 1"):
        chapters(summary(300, ((0, 5),)))
