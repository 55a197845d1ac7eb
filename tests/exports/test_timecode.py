"""Time code is what the standard (SMPTE ST 12) and its published examples say."""

from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given
from hypothesis import strategies as st

from summarizer.exports.timeline import STANDARD, Clock, Timeline, standard
from tests.summaries import NTSC, spans, summaries, summary

DROP, FAST = Clock(30 * NTSC), Clock(60 * NTSC)


@pytest.mark.parametrize(
    ("clock", "frame", "label"),
    [
        (DROP, 1799, "00:00:59;29"),
        (DROP, 1800, "00:01:00;02"),
        (DROP, 3597, "00:01:59;29"),
        (DROP, 3598, "00:02:00;02"),
        (DROP, 17981, "00:09:59;29"),
        (DROP, 17982, "00:10:00;00"),
        (DROP, 107892, "01:00:00;00"),
        (DROP, 2589407, "23:59:59;29"),
        (FAST, 3599, "00:00:59;59"),
        (FAST, 3600, "00:01:00;04"),
        (FAST, 35964, "00:10:00;00"),
        (FAST, 215784, "01:00:00;00"),
        (Clock(Fraction(30)), 1800, "00:01:00:00"),
        (Clock(24 * NTSC), 1440, "00:01:00:00"),
        (Clock(Fraction(25)), 90000, "01:00:00:00"),
        (Clock(Fraction(50)), 49, "00:00:00:49"),
        (Clock(Fraction(25)), 25 * 86400, "00:00:00:00"),  # a day is all it counts
    ],
)
def test_published_values(clock, frame, label):
    assert clock.label(frame) == label


@pytest.mark.parametrize("rate", STANDARD, ids=lambda rate: f"{float(rate):.5g}")
@given(frame=st.integers(0, 24 * 3600 * 20))
def test_opentimelineio_counts_the_same(rate, frame):
    clock = Clock(rate)
    time = otio.opentime.RationalTime(frame, float(rate))
    assert clock.label(frame) == otio.opentime.to_timecode(time, float(rate), bool(clock.dropped))


@pytest.mark.parametrize("rate", STANDARD, ids=lambda rate: f"{float(rate):.5g}")
def test_the_hour_the_reel_begins_at_is_labelled_so(rate):
    assert Clock(rate).label(Clock(rate).hour)[:8] == "01:00:00"
    assert Clock(rate).label(Clock(rate).hour)[9:] == "00"


def test_drop_frame_keeps_up_with_the_clock():
    for clock in (DROP, FAST):
        hours, minutes, seconds = map(int, clock.label(clock.frame(7200.0))[:8].split(":"))
        assert abs(3600 * hours + 60 * minutes + seconds - 7200) <= 1


@pytest.mark.parametrize(
    ("average", "rate"),
    [
        (Fraction(30000, 1001), 30 * NTSC),
        (Fraction(2997, 100), 30 * NTSC),
        (Fraction(23976, 1000), 24 * NTSC),
        (Fraction(24), Fraction(24)),
        (Fraction(15), Fraction(30)),
        (Fraction(25, 2), Fraction(25)),
        (Fraction(120), Fraction(60)),
        (Fraction(100), Fraction(50)),
        (Fraction(120000, 1001), 60 * NTSC),
        (Fraction(10), Fraction(30)),
        (Fraction(1705500, 73969), Fraction(30)),  # a variable one of 23.06 on average
        (Fraction(37), Fraction(60)),
        (Fraction(90000), Fraction(60)),
    ],
)
def test_any_rate_becomes_one_that_editing_programs_have(average, rate):
    assert standard(average) == rate


@given(summaries())
def test_highlights_are_whole_frames_inside_the_video_and_follow_each_other(made):
    timeline, at = Timeline(made), 0
    for cut, each in zip(timeline.cuts, made.highlights, strict=True):
        assert cut.at == at
        assert cut.frames >= 1
        assert 0 <= cut.start < cut.end <= timeline.frames
        off = abs(cut.start / timeline.clock.rate - Fraction(each.start))
        assert off * timeline.clock.rate <= Fraction(3, 2)  # the video's end is rounded, too
        at += cut.frames


@given(st.data())
def test_order_does_not_matter(data):
    pieces = data.draw(spans(90.0))
    shuffled = data.draw(st.permutations(pieces))
    one, other = Timeline(summary(90, pieces)), Timeline(summary(90, shuffled))
    assert [(cut.start, cut.at) for cut in one.cuts] == [(cut.start, cut.at) for cut in other.cuts]
