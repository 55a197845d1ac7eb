"""The EDL by the rules of CMX 3600, and as somebody else's reader takes it."""

import re
from dataclasses import dataclass
from fractions import Fraction

import opentimelineio as otio
import pytest
from hypothesis import given

from summarizer.errors import OutputError
from summarizer.exports.edl import edl
from summarizer.exports.timeline import STANDARD, Clock
from tests.summaries import HOSTILE, NTSC, summaries, summary

EVENT = re.compile(
    r"(?P<number>\d{3})  (?P<reel>[A-Z0-9]{1,8}) +(?P<channel>V|AA) +C +"
    + " ".join(rf"(?P<{name}>\d\d:\d\d:\d\d[:;]\d\d)" for name in ("enter", "leave", "from", "to"))
    + "$"
)


@dataclass(frozen=True)
class Event:
    """A line of an EDL, its four time codes as frame numbers."""

    channel: str
    enter: int
    leave: int
    start: int
    end: int


def frame(label: str, nominal: int, drop: bool) -> int:
    """A time code's frame, by adding up; drop-frame minutes lack their first labels."""
    assert label[8] == (";" if drop else ":")
    hours, minutes, seconds, frames = map(int, re.split("[:;]", label))
    assert minutes < 60
    assert seconds < 60
    assert frames < nominal
    left_out = nominal // 15 if drop else 0
    assert not (left_out and seconds == 0 and minutes % 10 and frames < left_out), "no such label"
    total = hours * 60 + minutes
    return (total * 60 + seconds) * nominal + frames - left_out * (total - total // 10)


def checked(text: str, rate: Fraction) -> list[Event]:
    """The events of an EDL that keeps all the rules; what the test trusts instead of the writer."""
    assert text.endswith("\r\n")
    lines = text.split("\r\n")
    drop = rate.denominator == 1001 and rate.numerator != 24000
    assert re.fullmatch(r"TITLE: [ -~]{1,70}", lines[0])
    assert lines[1] == ("FCM: DROP FRAME" if drop else "FCM: NON-DROP FRAME")
    events, number = [], 0
    for line in lines[2:]:
        assert line.isprintable()
        if not line or line.startswith("* "):
            continue
        found = EVENT.match(line)
        assert found, line
        number += 1
        assert int(found["number"]) == number
        labels = (
            frame(found[name], round(rate), drop) for name in ("enter", "leave", "from", "to")
        )
        events.append(Event(found["channel"], *labels))
    for channel in {event.channel for event in events}:
        free = frame("01:00:00;00" if drop else "01:00:00:00", round(rate), drop)
        for event in (event for event in events if event.channel == channel):
            assert event.leave - event.enter == event.end - event.start > 0
            assert event.start == free
            free = event.end
    return events


def clips(text: str, rate: Fraction) -> list[list]:
    """The clips of each track, as OpenTimelineIO's reader of EDLs sees them."""
    read = otio.adapters.read_from_string(text, "cmx_3600", rate=float(rate))
    timeline = read[0] if isinstance(read, list) else read
    return [list(track) for track in timeline.tracks]


@pytest.mark.parametrize("rate", STANDARD, ids=lambda rate: f"{float(rate):.5g}")
def test_a_reel_across_minutes_keeps_the_rules_at_each_rate(rate):
    pieces = ((0.0, 59.97), (60.0, 121.3), (599.5, 600.6), (1790.0, 1800.0))
    events = checked(edl(summary(1800, pieces, rate=rate)), rate)
    assert [event.channel for event in events] == ["V", "AA"] * 4
    for (start, end), event in zip(pieces, events[::2], strict=True):
        assert event.enter / rate == pytest.approx(start, abs=0.5 / rate + 1e-9)
        assert event.leave / rate == pytest.approx(end, abs=0.5 / rate + 1e-9)


@given(summaries())
def test_any_reel_keeps_the_rules(made):
    rate = Clock.of(made.video).rate
    if not made.highlights:
        with pytest.raises(OutputError, match="no highlights"):
            edl(made)
        return
    events = checked(edl(made), rate)
    assert len(events) == len(made.highlights) * (1 + made.video.has_audio)
    assert max(event.leave for event in events) / rate <= made.video.seconds + 1 / rate


@pytest.mark.parametrize("rate", STANDARD, ids=lambda rate: f"{float(rate):.5g}")
def test_another_reader_finds_the_same_clips(rate):
    pieces = ((1.0, 4.0), (70.0, 75.5), (80.0, 81.0))
    text = edl(summary(120, pieces, rate=rate))
    picture, *sounds = clips(text, rate)
    for track in (picture, *sounds):
        assert [clip.name for clip in track] == ["match.mp4"] * 3  # no gap between them
        for clip, event in zip(track, checked(text, rate)[::2], strict=True):
            assert clip.source_range.start_time.to_frames() == event.enter
            assert clip.duration().to_frames() == event.leave - event.enter
    assert len(sounds) == 2


def test_a_silent_video_has_no_sound_events_and_a_sound_no_pictures():
    assert {each.channel for each in checked(edl(summary(silent=True)), Fraction(25))} == {"V"}
    assert {each.channel for each in checked(edl(summary(blind=True)), Fraction(25))} == {"AA"}


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_and_no_reason_breaks_out_of_its_line(name):
    text = edl(summary(name=name, why=f"{name}\r\n001  BAD      V     C   "))
    events = checked(text, Fraction(25))
    assert len(events) == 6
    for line in text.split("\r\n"):
        if line.startswith("* FROM CLIP NAME: "):
            assert "/" not in line
            assert "\\" not in line
            assert line != "* FROM CLIP NAME: "


def test_the_rate_is_told_since_the_format_has_no_place_for_it():
    assert "* FRAME RATE: 23.976\r\n" in edl(summary(rate=24 * NTSC))
    assert "* FRAME RATE: 29.97 drop-frame\r\n" in edl(summary(rate=30 * NTSC))


def test_more_events_than_the_format_has_numbers_for_are_refused():
    pieces = [(n + 0.1, n + 0.6) for n in range(500)]
    with pytest.raises(OutputError, match="999 events and this reel has 1000"):
        edl(summary(500, pieces))
    assert len(checked(edl(summary(500, pieces[1:])), Fraction(25))) == 998
