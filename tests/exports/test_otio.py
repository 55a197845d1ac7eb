"""The timeline as OpenTimelineIO itself reads it."""

import json
from urllib.parse import unquote

import opentimelineio
import pytest
from hypothesis import given
from opentimelineio.opentime import RationalTime

from summarizer.errors import OutputError
from summarizer.exports.otio import otio
from summarizer.exports.timeline import STANDARD, Clock
from tests.summaries import HOSTILE, NTSC, summaries, summary


def read(text: str) -> opentimelineio.schema.Timeline:
    timeline = opentimelineio.adapters.read_from_string(text, "otio_json")
    # nothing was written that the library doesn't know, and nothing it needs is missing
    again = json.loads(opentimelineio.adapters.write_to_string(timeline, "otio_json"))
    assert again["tracks"]["children"][0].keys() >= {"kind", "children", "source_range"}
    return timeline


@given(summaries())
def test_lengths_and_ranges_are_whole_frames_at_the_true_rate(made):
    clock = Clock.of(made.video)
    if not made.highlights:
        with pytest.raises(OutputError, match="no highlights"):
            otio(made)
        return
    timeline = read(otio(made))
    kinds = ["Video", "Audio"] if made.video.has_audio else ["Video"]
    assert [track.kind for track in timeline.tracks] == kinds
    for track in timeline.tracks:
        assert len(track) == len(made.highlights)
        for clip, each in zip(track, made.highlights, strict=True):
            held = clip.source_range
            assert held.start_time.rate == held.duration.rate == float(clock.rate)
            assert held.start_time.value == int(held.start_time.value)
            assert held.duration.value == int(held.duration.value) >= 1
            whole = clip.media_reference.available_range
            assert 0 == whole.start_time.value <= held.start_time.value
            assert held.end_time_exclusive() <= whole.end_time_exclusive()
            assert clip.markers[0].comment == each.why
        frames = sum(clip.source_range.duration.value for clip in track)
        assert track.duration() == RationalTime(frames, float(clock.rate))
    total = timeline.duration().to_seconds()
    planned = sum(each.seconds for each in made.highlights)
    assert total == pytest.approx(planned, abs=len(made.highlights) * 1.01 / clock.rate)


@pytest.mark.parametrize("rate", STANDARD, ids=lambda rate: f"{float(rate):.5g}")
def test_a_frame_is_a_frame(rate):
    pieces = tuple((float(n / rate), float((n + 7) / rate)) for n in (0, 100, 1799, 1807))
    timeline = read(otio(summary(120, pieces, rate=rate)))
    starts = [clip.source_range.start_time.value for clip in timeline.tracks[0]]
    assert starts == [0, 100, 1799, 1807]
    assert timeline.duration() == RationalTime(28, float(rate))


def test_silent_and_sound_only():
    silent, blind = read(otio(summary(silent=True))), read(otio(summary(blind=True)))
    assert [track.kind for track in silent.tracks] == ["Video"]
    assert [track.kind for track in blind.tracks] == ["Audio"]


@pytest.mark.parametrize("name", HOSTILE)
def test_the_video_is_named_but_never_a_path(name):
    timeline = read(otio(summary(name=name, why=name, rate=24 * NTSC)))
    for clip in timeline.find_clips():
        url = clip.media_reference.target_url
        assert url.isascii()
        assert not set(url) & set("/\\:?# \n")
        assert unquote(url) == clip.name
