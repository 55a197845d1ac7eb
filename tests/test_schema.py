"""The values keep their promises: bounds, exact totals, nothing lost in JSON."""

import json
import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.errors import PreferenceError, SummarizerError
from summarizer.schema import (
    Answer,
    Curve,
    Event,
    Highlight,
    Length,
    Preference,
    Saliency,
    Sentence,
    Summary,
    Video,
)

VIDEO = Video(
    name='a "film" <b>\n\U0001f427.mp4',
    sha256="ab" * 32,
    seconds=2.2,
    size=(1280, 720),
    rate=Fraction(30000, 1001),
    rotation=270,
    aspect=Fraction(4, 3),
    has_audio=True,
    subtitles=("eng",),
)

unit = st.floats(0, 1)
few = st.integers(0, 3)
spans = st.tuples(st.floats(0, 2.2), st.floats(0, 2.2)).map(sorted)
rows = st.lists(unit, min_size=3, max_size=3).map(tuple)


@st.composite
def summaries(draw):
    curves = draw(st.lists(st.builds(Curve, st.text(), st.text(), rows), max_size=4))
    weights = tuple(draw(unit) for _ in curves)
    text, moment = st.text(max_size=20), st.floats(0, 1e5)
    return Summary(
        video=VIDEO,
        preference=Preference(
            want=draw(text),
            aspects=("emotion", "style"),
            length=draw(st.sampled_from([Length(0.15, "share"), Length(33.3, "seconds")])),
            balance=draw(unit),
            variety=draw(unit),
            fill=draw(st.booleans()),
            keep=(Event(0.1, 1 / 3),),
            taste=(("music", draw(st.floats(-1, 1))),),
        ),
        answer=Answer("found", draw(text), draw(moment)),
        saliency=Saliency(tuple(curves), weights),
        highlights=tuple(Highlight(*draw(spans), draw(unit), draw(text)) for _ in range(draw(few))),
        story=(Sentence(*draw(spans), draw(text), (draw(text), draw(text))),),
    )


@given(summaries())
def test_a_summary_survives_json_unchanged(summary):
    assert Summary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "null", '{"video": 3}', "not json", '{"video": {"seconds": "x"}}']
)
def test_anything_else_is_refused_in_one_sentence(text):
    with pytest.raises(SummarizerError, match=r"^this is no summary\.json: [^\n]+$"):
        Summary.from_json(text)


@pytest.mark.parametrize(
    "start, end", [(-5.0, 2.0), (2.0, 1.0), (0.0, 1e9), (0.0, math.nan), (math.inf, math.inf)]
)
def test_times_that_cannot_be_are_refused(start, end):
    summary = Summary(
        VIDEO,
        Preference(),
        Answer("open"),
        Saliency((), ()),
        (Highlight(start, end, 0.5, "loud"),),
    )
    with pytest.raises(SummarizerError, match=r"this is no summary\.json"):
        Summary.from_json(summary.to_json())


def test_a_summary_with_a_curve_out_of_bounds_is_refused():
    summary = Summary(
        VIDEO,
        Preference(),
        Answer("open"),
        Saliency((Curve("light", "light", (0.5,)),), (1.0,)),
        (),
    )
    form = json.loads(summary.to_json())
    form["saliency"]["curves"][0]["values"] = [7]
    with pytest.raises(SummarizerError, match=r"no summary\.json"):
        Summary.from_json(json.dumps(form))


@given(st.lists(st.tuples(rows, unit), min_size=1, max_size=6))
def test_the_total_is_exactly_the_weighted_sum(parts):
    curves = tuple(Curve(str(i), "", values) for i, (values, _) in enumerate(parts))
    weights = tuple(weight for _, weight in parts)
    total = Saliency(curves, weights).total
    for second in range(3):
        expected = 0.0
        for curve, weight in zip(curves, weights, strict=True):
            expected += weight * curve.values[second]
        assert total[second] == expected


def test_curve_of_holds_any_numbers_in_bounds():
    curve = Curve.of("x", "y", np.array([math.nan, math.inf, -math.inf, -3, 3, 0.123456]))
    assert curve.values == (0.0, 1.0, 0.0, 0.0, 1.0, 0.1235)
    assert not curve.array.flags.writeable


@pytest.mark.parametrize("bad", [(math.nan,), (1.1,), (-0.1,)])
def test_a_curve_out_of_bounds_is_our_own_mistake(bad):
    with pytest.raises(ValueError, match="leaves"):
        Curve("x", "y", bad)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("15%", 30), ("100%", 200), (" 30 s ", 30), ("2.5S", 2.5), ("300s", 200), ("0.5%", 1)],
)
def test_length_is_a_share_or_seconds(text, seconds):
    assert Length.parse(text).of(200.0) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    ["0", "0%", "0s", "-5s", "200%", "nan", "nan%", "infs", "", "%", "s", "five s", "15", "1m"],
)
def test_an_impossible_length_is_a_sentence(text):
    with pytest.raises(PreferenceError, match=r"^[^\n]{10,120}$"):
        Length.parse(text)


@pytest.mark.parametrize("field", [{"balance": 1.1}, {"variety": -1}, {"balance": math.nan}])
def test_a_preference_out_of_bounds_is_a_sentence(field):
    with pytest.raises(PreferenceError, match="goes from 0 to 1"):
        Preference(**field)


def test_an_unknown_aspect_names_the_ten():
    with pytest.raises(PreferenceError, match=r"overview.*setting"):
        Preference(aspects=("smell",))


@pytest.mark.parametrize(("seconds", "rows"), [(0.02, 1), (1.0, 1), (1.01, 2), (60.0, 60)])
def test_a_curve_has_a_row_for_every_second_begun(seconds, rows):
    video = Video("a", "b", seconds, (0, 0), Fraction(0), 0, Fraction(1), True)
    assert video.rows == rows
