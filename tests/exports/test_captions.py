"""Captions that another library reads, nobody has to hurry for, and no text breaks."""

import html
from itertools import pairwise

import pysubs2
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.errors import OutputError
from summarizer.exports.captions import srt, vtt
from tests.summaries import HOSTILE, summary

TOLD = (
    (0.0, 12.0, "It starts quietly."),
    (12.0, 30.0, "Then somebody talks while the picture is bright, and the music that was playing "
     "before grows louder and louder until nothing else is to be heard at all."),
    (30.5, 31.0, "A bang."),
    (31.0, 60.0, "It ends loud."),
)  # fmt: skip


def read(text: str, form: str) -> list[tuple[int, int, str]]:
    """What pysubs2 makes of it: milliseconds and plain text."""
    found = pysubs2.SSAFile.from_string(text, form)
    return [(each.start, each.end, each.plaintext) for each in found]


def stories(seconds: float):
    sentence = st.tuples(st.floats(0, seconds), st.floats(0, seconds), st.text(max_size=200))
    return st.lists(sentence.map(lambda s: (min(s[:2]), max(s[:2]), f"w{s[2]}")), min_size=1)


@pytest.mark.parametrize(("write", "form"), [(srt, "srt"), (vtt, "vtt")])
def test_another_reader_finds_the_story_at_its_times(write, form):
    cues = read(write(summary(60, story=TOLD)), form)
    assert " ".join(" ".join(text.split()) for _, _, text in cues) == " ".join(
        text for _, _, text in TOLD
    )
    assert [cues[0][0], cues[1][0], cues[-2][0], cues[-1][0]] == [0, 12000, 30500, 31700]
    for start, end, text in cues:
        assert 1200 <= end - start <= 7000
        assert all(len(line) <= 42 for line in text.split("\n"))
        assert text.count("\n") <= 1


@pytest.mark.parametrize(("write", "form"), [(srt, "srt"), (vtt, "vtt")])
@given(story=stories(90.0))
def test_none_lies_over_another_or_past_the_end(write, form, story):
    cues = read(write(summary(90, story=story)), form)
    assert cues
    assert all(start < end for start, end, _ in cues)
    assert all(one[1] <= other[0] for one, other in pairwise(cues))
    assert cues[-1][1] <= 90_000
    needed = sum(max(1.2, len(text) / 17 + 0.1) for _, _, text in cues)
    if needed < 90:
        assert min(end - start for start, end, _ in cues) >= 1200


def test_a_sentence_on_all_of_the_video_does_not_push_the_others_away():
    long = "This video lasts a minute; " + "most of the time it is dark and " * 3 + "calm."
    cues = read(srt(summary(60, story=[(0, 60, long), (20, 25, "A bang.")])), "srt")
    assert len(cues) == 3
    assert cues[0][1] == cues[1][0] < 7000
    assert cues[2] == (20_000, 25_000, "A bang.")


def test_where_there_is_no_room_each_gets_less():
    cues = read(srt(summary(2.0, story=[(0, 2, f"Sentence {n}.") for n in range(5)])), "srt")
    assert [start for start, _, _ in cues] == [0, 400, 800, 1200, 1600]
    assert cues[-1][1] == 2000


def test_what_comes_too_late_to_be_read_comes_sooner():
    cues = read(srt(summary(10.0, story=[(8, 10, "One."), (9.9, 10, "Two.")])), "srt")
    assert [each[:2] for each in cues] == [(7600, 8800), (8800, 10000)]


@pytest.mark.parametrize("text", [name for name in HOSTILE if name])
def test_no_text_is_taken_for_mark_up_or_for_times(text):
    story = [(0, 9, text), (10, 19, text)]
    for write, form in ((srt, "srt"), (vtt, "vtt")):
        written = write(summary(60, story=story))
        assert written.count("-->") == sum(" --> " in line for line in written.splitlines())
        raw = pysubs2.SSAFile.from_string(written, form, keep_html_tags=True)
        assert "<" not in "".join(each.text for each in raw)
        assert "{" not in "".join(each.text for each in raw) or form == "vtt"
        assert len(raw) == written.count(" --> ")
    lines = [line for line in vtt(summary(60, story=story)).split("\n") if "-->" not in line]
    printed = "".join(each if each.isprintable() else " " for each in text)
    assert html.unescape("".join(lines[1:])).count("".join(printed.split())[:20]) or " " in printed


def test_no_story_is_an_error_with_a_way_out():
    for write in (srt, vtt):
        with pytest.raises(OutputError, match="no story to caption"):
            write(summary())
