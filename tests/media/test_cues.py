from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.media.cues import LONGEST, Cue, decode, parse, plain, tidy
from tests import clips


def told(text: str, seconds: float = 100.0) -> list[tuple[float, float, str]]:
    return [(cue.start, cue.end, cue.text) for cue in tidy(parse(text), seconds)]


def cues(*rows: tuple[float, float, str]) -> list[Cue]:
    return [Cue(start, end, tuple(text.split("\n"))) for start, end, text in rows]


def texts(*rows: tuple[float, float, str], seconds: float = 100.0) -> list[tuple]:
    return [(cue.start, cue.end, cue.text) for cue in tidy(cues(*rows), seconds)]


# -- reading --------------------------------------------------------------------------------------


def test_subrip():
    text = (
        "1\n00:00:01,000 --> 00:00:02,500\nHello\nthere\n\n2\n01:00:03,000 --> 01:00:04,000\nBye\n"
    )
    assert told(text, 9999) == [(1, 2.5, "Hello there"), (3603, 3604, "Bye")]


def test_webvtt():
    text = (
        "WEBVTT - a title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\nNOTE nothing\n\n"
        "intro\n00:01.000 --> 00:02.000 align:start position:0%\n<v Anna>Hello</v>\n\n"
        "01:00:03.000 --> 01:00:04.000\n- <c.yellow>One</c>\n- Two &amp; three\n"
    )
    assert told(text, 9999) == [(1, 2, "Hello"), (3603, 3604, "- One - Two & three")]


def test_line_ends_of_all_kinds():
    text = "1\n00:00:01,000 --> 00:00:02,000\nHello\n\n2\n00:00:03,000 --> 00:00:04,000\nBye\n"
    for end in ("\r\n", "\r"):
        assert told(text.replace("\n", end)) == told(text)


@pytest.mark.parametrize(
    "text",
    [
        "1\n00:00:01,000 --> 00:00:02,000\nHello\n2\n00:00:03,000 --> 00:00:04,000\nBye",
        "00:00:01.0 --> 00:00:02.0\nHello\n\n\n\n0:00:03.000-->0:00:04.000\nBye\n",
        "1\n00:00:01,000 --> 00:00:02,000\n\nHello\n\nx\n00:00:03,000 --> 00:00:04,000\nBye",
        "x\n\n00:00:01,000 --> 00:00:02,000\nHello\n\ny\n\n00:00:03,000 --> 00:00:04,000\nBye",
    ],
)
def test_sloppy_files(text):
    assert told(text) == [(1, 2, "Hello"), (3, 4, "Bye")]


@pytest.mark.parametrize("text", ["", "\n\n", "no cues here", "00:00:01,000 --> x\nHello", "-->"])
def test_no_cues(text):
    assert told(text) == []


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("<i>slanted</i> <b>bold</b>", "slanted bold"),
        ('<font color="#ff0000">red</font>', "red"),
        (r"{\an8}on top", "on top"),
        (r"one\Ntwo\hthree", "one two three"),
        ("a &lt;script&gt; &amp; more", "a <script> & more"),
        ("so<00:00:01.500><c> it</c><00:00:02.000><c> grows</c>", "so it grows"),
        ("  many \t spaces  ", "many spaces"),
        ("1 < 2 and 3 > 2", "1 < 2 and 3 > 2"),
        ("a\x00b\x1bc\u200b", "a b c"),
        ("♪ la la ♪", "♪ la la ♪"),
        ("日本語", "日本語"),
    ],
)
def test_what_is_not_said_is_stripped(stored, shown):
    assert " ".join(plain([stored])) == shown


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"]
)
def test_every_encoding(encoding):
    text = "1\n00:00:01,000 --> 00:00:02,000\nCafé für Zoë\n"
    data = text.encode(encoding)
    if encoding in ("utf-16-le", "utf-16-be"):
        data = (b"\xff\xfe" if encoding == "utf-16-le" else b"\xfe\xff") + data
    assert told(decode(data)) == [(1, 2, "Café für Zoë")]


def test_a_file_cut_within_a_character():
    assert decode("für".encode()[:2]) == "f"


# -- tidying --------------------------------------------------------------------------------------


def test_cues_stay_within_the_video():
    rows = [(-2, 1, "before"), (5, 20, "long"), (12, 13, "after")]
    assert texts(*rows, seconds=10) == [(0, 1, "before"), (5, 10, "long")]


def test_cues_without_length_are_dropped():
    assert texts((1, 1, "none"), (3, 2, "less"), (4, 4.01, "hardly any"), (5, 6, "some")) == [
        (5, 6, "some")
    ]


def test_cues_come_in_order_and_never_over_another():
    assert texts((5, 8, "b"), (1, 6, "a")) == [(1, 5, "a"), (5, 8, "b")]


def test_two_at_once_are_both_said():
    assert texts((1, 2, "left"), (1, 3, "right")) == [(1, 3, "left right")]


def test_the_same_twice_is_said_once():
    assert texts((1, 2, "hello"), (1, 2, "hello"), (2, 3, "hello")) == [(1, 3, "hello")]


def test_a_chorus_is_said_each_time():
    assert texts((1, 2, "refrain"), (9, 10, "refrain")) == [(1, 2, "refrain"), (9, 10, "refrain")]


def test_rolling_captions_are_said_once():
    rows = [
        (0, 2, "first line"),
        (2, 2.01, "first line"),
        (2.01, 4, "first line\nsecond line"),
        (4, 4.01, "second line"),
        (4.01, 6, "second line\nthird line"),
    ]
    assert [text for *_, text in texts(*rows)] == ["first line", "second line", "third line"]


def test_growing_captions_are_said_once():
    assert texts((1, 2, "I"), (2, 3, "I think"), (3, 4, "I think so"), (4, 5, "I thinking")) == [
        (1, 4, "I think so"),
        (4, 5, "I thinking"),
    ]


def test_long_texts_are_bounded():
    assert len(plain(["word " * 5000])[0]) == LONGEST


times = st.floats(-5, 120, allow_nan=False)
lines = st.lists(st.sampled_from(["a", "a b", "b", "c d e", "a b c"]), min_size=1, max_size=3)
some_cues = st.builds(lambda start, end, said: Cue(start, end, tuple(said)), times, times, lines)


@settings(max_examples=200, deadline=None)
@given(st.lists(some_cues, max_size=20))
def test_whatever_comes_the_result_is_in_order_and_apart(found):
    neat = tidy(found, 100.0)
    for cue in neat:
        assert 0 <= cue.start < cue.end <= 100 and cue.text
    for before, after in pairwise(neat):
        assert before.end <= after.start


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_the_parser(text):
    tidy(parse(text), 10.0)
    tidy(parse(f"00:00:01,000 --> 00:00:02,000\n{text}"), 10.0)


@settings(max_examples=100, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_decoder(data):
    assert isinstance(decode(data), str)


def test_what_is_written_is_read():
    rows = [(0.5, 1.25, "one"), (3661.001, 3662.999, "two")]
    assert told(clips.subrip(rows), 9999) == rows
