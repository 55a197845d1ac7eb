"""Scores in stages as the app sees them: one curve counts, its steps are shown, the wish guides."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.config import PRESETS, Config
from summarizer.errors import WeightsError
from summarizer.models import text
from summarizer.models.saliency.progressive import (
    EncoderShape,
    Progressive,
    Shape,
    description,
)
from summarizer.schema import (
    STAGE,
    Curve,
    Event,
    Length,
    Perception,
    Preference,
    Saliency,
    Score,
    Term,
    Track,
    Video,
    Wish,
)
from summarizer.stages.score import HEADS
from summarizer.stages.score.staged import TOGETHER, wanted
from summarizer.stages.selection import SELECTORS

PRESET = replace(PRESETS["progressive-tiny"], trained="own")
WIDTH, SECONDS = 6, 40


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home of checkpoints with one of three stages that texts guide."""
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    torch.manual_seed(0)
    shape = Shape(EncoderShape(WIDTH, 16, 1, 2), 3, "before", text.WIDTH)
    model = Progressive(shape).eval()
    for parameter in model.parameters():  # so that it tells one second from another
        parameter.data.add_(0.3 * torch.randn_like(parameter))
    config = description("progressive", shape, "an eye", text.MADE_BY)
    checkpoint.save(tmp_path / "own", model, config, {})
    return model


def seen(made_by: str = "an eye", count: int = 2 * SECONDS, picture: bool = True) -> Perception:
    """A video in which something else is to be seen every ten seconds."""
    times = np.arange(count) * SECONDS / count
    rows = np.random.default_rng(1).normal(size=(4, WIDTH))[(times // 10).astype(int)]
    rows += 0.05 * np.random.default_rng(2).normal(size=rows.shape)
    size = (64, 36) if picture else (0, 0)
    video = Video("a.mp4", "0" * 64, float(SECONDS), size, Fraction(25), 0, Fraction(1), True)
    edges = [0.0, 9.2, 12.0, 24.0, 30.0, 40.0]
    return Perception(
        video,
        tuple(Event(*pair) for pair in pairwise(edges)),
        (Curve.of("movement", "motion", np.linspace(0, 1, SECONDS)),),
        tracks=(Track("sight", times, rows.astype("f2"), made_by),),
    )


def judged(perception: Perception) -> Score:
    return HEADS["stages"](perception, Preference(), Wish(), PRESET)


def test_the_product_counts_and_its_stages_are_shown(home):
    perception = seen()
    score = judged(perception)
    made, *steps = score.saliency.curves
    assert made.name == TOGETHER and score.saliency.weights == (1.0, 0.0, 0.0, 0.0)
    assert [curve.name for curve in steps] == [f"stage {n} of 3" for n in (1, 2, 3)]
    assert {curve.sense for curve in steps} == {STAGE} and np.ptp(made.array) > 0.02
    np.testing.assert_allclose(score.saliency.total, made.array)
    np.testing.assert_allclose(made.array, np.prod([c.array for c in steps], axis=0), atol=1e-4)
    # each second is what the model gives its middle, between two rows
    rows = home.judge(perception.tracks[0].values)
    for curve, given in zip(steps, rows, strict=True):
        np.testing.assert_allclose(curve.array, given[1::2], atol=1e-3)
    assert score.answer.kind == "open" and "what people tend to choose" in score.answer.text


def test_the_wish_guides_all_stages(home):
    """Nothing can be found of it here, so it is the only way in which the words count."""
    perception = seen()
    plain = judged(perception).saliency
    wish = Wish("penguins", (Term("penguins"), Term("talking", no=True)))
    guided = HEADS["stages"](perception, Preference(), wish, PRESET, behold=lambda *_: np.zeros(80))
    named = {curve.name: curve.array for curve in guided.saliency.curves}
    for curve in plain.curves:
        assert np.abs(named[curve.name] - curve.array).max() > 1e-3
    said = text.load_text().embed(["penguins"])[0]
    rows = home.judge(perception.tracks[0].values, said)
    np.testing.assert_allclose(named["stage 1 of 3"], rows[0, 1::2], atol=1e-3)


def test_what_guides_is_what_is_asked_for():
    wish = Wish("calm music without talk", (Term("calm music"), Term("talk", no=True), Term("sea")))
    assert wanted(wish) == "calm music sea" and wanted(Wish()) == ""


def test_other_features_are_refused_in_a_sentence(home):
    said = r"^the checkpoint own needs features by 'an eye', 6 wide, and not by 'CLIP', 6 wide; .*$"
    with pytest.raises(WeightsError, match=said):
        judged(seen("CLIP"))


@pytest.mark.parametrize(("picture", "says"), [(True, "not scored yet"), (False, "no pictures")])
def test_before_the_pictures_are_seen_it_goes_by_what_was_measured(home, picture, says):
    score = judged(replace(seen(picture=picture), tracks=()))
    assert [curve.sense for curve in score.saliency.curves] == ["motion"]
    assert says in score.answer.text


def test_a_long_video_is_judged_by_rows_all_over_it(home, monkeypatch):
    from summarizer.models.saliency import progressive

    monkeypatch.setattr(progressive, "MOST", 20)
    perception = seen(count=4 * SECONDS)
    curve = judged(perception).saliency.curves[1]
    taken = np.linspace(0, 4 * SECONDS - 1, 20).round().astype(int)
    rows = home.judge(perception.tracks[0].values[taken])[0]
    expected = np.interp(np.arange(SECONDS) + 0.5, perception.tracks[0].times[taken], rows)
    np.testing.assert_allclose(curve.array, expected, atol=1e-3)


# -- shots ----------------------------------------------------------------------------------------


def chosen(perception: Perception, seconds: float) -> list[tuple[float, float]]:
    """What is picked where the second ten seconds matter most, and the last ten next."""
    values = np.repeat([0.1, 0.9, 0.1, 0.6], SECONDS // 4)
    saliency = Saliency((Curve.of("x", "x", values),), (1.0,))
    score = replace(judged(perception), saliency=saliency, reasons=("x",))
    preference = Preference(length=Length(seconds, "seconds"), variety=0.0)
    found = SELECTORS["shots"](perception, preference, score, Config().selection)
    return [(each.start, each.end) for each in found]


def test_shots_begin_where_something_else_is_seen(home):
    """Not where events do, unless one begins between the last picture before and the next."""
    assert chosen(seen(), 20.0) == [(10.0, 20.0), (30.0, 40.0)]
    known = [0.0, 9.72, 12.0, 40.0]
    known = replace(seen(), events=tuple(Event(*pair) for pair in pairwise(known)))
    assert chosen(known, 20.4) == [(9.72, 20.0), (30.0, 40.0)]


def test_without_pictures_the_events_are_the_shots(home):
    blind = replace(seen(), tracks=())
    given = SELECTORS["knapsack"](blind, Preference(), judged(blind), Config().selection)
    assert SELECTORS["shots"](blind, Preference(), judged(blind), Config().selection) == given


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hardly_any_pictures_make_one_shot(home, count):
    (track,) = seen().tracks
    track = replace(track, times=track.times[:count], values=track.values[:count])
    spans = chosen(replace(seen(), tracks=(track,)), 8.0)
    assert 7 < sum(end - start for start, end in spans) <= 8
