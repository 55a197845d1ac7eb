"""Seconds that are refined to highlights: whole stretches, of what matters and differs."""

from dataclasses import replace

import numpy as np
import pytest

from summarizer.config import SelectionConfig
from summarizer.schema import (
    Answer,
    Curve,
    Event,
    Length,
    Line,
    Preference,
    Saliency,
    Score,
    Track,
)
from summarizer.stages.selection import SECONDS, SELECTORS
from tests.perceptions import perception, video


def chosen(seen, values, *, admitted=None, **wanted):
    curve = Curve.of("interest", "test", np.asarray(values, float))
    admitted = np.ones(len(values), bool) if admitted is None else admitted
    score = Score(Saliency((curve,), (1.0,)), Answer("open"), admitted, ("interest",))
    return SELECTORS["refine"](seen, Preference(**wanted), score, SelectionConfig())


def scenes(seconds: int, length: int = 6):
    """Scenes of a few seconds; every other one looks the same as the first."""
    which = np.arange(seconds) // length
    look = np.eye(32)[np.where(which % 2, which % 31 + 1, 0)]
    return which, [Track("frames", np.arange(float(seconds)), look.astype("f2"), "test")]


def shown(found, which) -> set[int]:
    return {int(which[int(second)]) for each in found for second in np.arange(each.start, each.end)}


def test_variety_shows_more_of_what_differs():
    which, tracks = scenes(120)
    values = np.where(which % 2, 0.75, 0.9)  # what looks the same again and again matters most
    seen = perception(video(120.0), tracks=tracks)
    wanted = {"length": Length(18.0, "seconds")}
    alike = chosen(seen, values, variety=0.0, **wanted)
    varied = chosen(seen, values, variety=1.0, **wanted)
    odd = [len({each for each in shown(found, which) if each % 2}) for found in (alike, varied)]
    assert odd[0] <= 1 and odd[1] >= 4
    for found in (alike, varied):
        assert sum(each.seconds for each in found) == pytest.approx(18.0, abs=1.0)
        assert min(each.seconds for each in found) >= 2.0


def test_without_anything_to_compare_by_it_is_the_best():
    values = np.full(60, 0.2)
    values[20:29] = 0.9
    found = chosen(perception(video(60.0)), values, length=Length(9.0, "seconds"))
    assert [(each.start, each.end) for each in found] == [(20.0, 29.0)]


def test_it_keeps_out_of_what_is_barred_and_within_what_is_admitted():
    _, tracks = scenes(90)
    seen = perception(video(90.0), tracks=tracks)
    admitted = np.zeros(90, bool)
    admitted[30:75] = True
    found = chosen(
        seen, np.linspace(0.2, 1, 90), admitted=admitted, drop=(Event(60.5, 70.2),),
        keep=(Event(5.25, 8.5),), length=Length(25.0, "seconds"),
    )  # fmt: skip
    inside = [each for each in found if each.start > 10]
    assert found[0].start == pytest.approx(5.25, abs=0.1) and inside
    for each in inside:
        assert each.start >= 30 and each.end <= 75
        assert each.end <= 60.5 or each.start >= 70.2


def test_a_long_video_is_refined_in_longer_steps():
    seconds = 3 * SECONDS
    values = np.random.default_rng(0).random(seconds)
    found = chosen(perception(video(float(seconds))), values, length=Length(0.1, "share"))
    assert sum(each.seconds for each in found) == pytest.approx(0.1 * seconds, rel=0.02)
    assert min(each.seconds for each in found) >= 2.0


@pytest.mark.parametrize("wanted", [5.0, 8.4, 11.9])
def test_room_to_complete_sentences_is_not_kept_twice(wanted):
    lines = (Line(1.0, 2.0, "Somebody says this.", "subtitles"),)
    seen = replace(perception(video(56.0)), lines=lines)
    values = np.random.default_rng(1).random(56)
    found = chosen(seen, values, length=Length(wanted, "seconds"))
    assert wanted - 1.1 < sum(each.seconds for each in found) <= wanted
