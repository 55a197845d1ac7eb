"""Rendering a summary: its highlights in order of time, or a sentence why not."""

from dataclasses import replace
from pathlib import Path

import av
import pytest

from summarizer.config import Limits
from summarizer.errors import PreferenceError
from summarizer.media import probe
from summarizer.schema import Answer, Curve, Highlight, Preference, Saliency, Summary
from summarizer.stages.render import render, suffix
from tests import clips

LIMITS = Limits()


def summary(source: Path, *spans: tuple[float, float]) -> Summary:
    video = probe(source, LIMITS)
    curve = Curve("movement", "motion", video.rows * (0.5,))
    return Summary(
        video=video,
        preference=Preference(),
        answer=Answer("open"),
        saliency=Saliency((curve,), (1.0,)),
        highlights=tuple(Highlight(start, end, 0.5, "movement") for start, end in spans),
    )


def test_the_highlights_are_shown_in_order_of_time(tmp_path):
    source = clips.film(tmp_path / "source.mp4", clips.numbered(100), fps=25)
    target = tmp_path / f"reel{suffix(probe(source, LIMITS))}"
    shares = list(render(summary(source, (3.0, 3.2), (0.4, 0.6)), source, target, LIMITS))
    with av.open(str(target)) as file:
        images = [frame.to_ndarray(format="rgb24") for frame in file.decode(video=0)]
    assert [clips.number_in(image) for image in images] == [10, 11, 12, 13, 14, 75, 76, 77, 78, 79]
    assert shares[-1] == 1.0


def test_nothing_chosen_is_an_error_with_a_way_out(blink_clip, tmp_path):
    with pytest.raises(PreferenceError, match="no highlights"):
        list(render(summary(blink_clip), blink_clip, tmp_path / "reel.mp4", LIMITS))
    assert list(tmp_path.iterdir()) == []


def test_a_reel_of_sound_is_named_as_such(sound_clip, blink_clip):
    assert suffix(probe(sound_clip, LIMITS)) == ".m4a"
    assert suffix(probe(blink_clip, LIMITS)) == ".mp4"
    assert suffix(replace(probe(blink_clip, LIMITS), has_audio=False)) == ".mp4"
