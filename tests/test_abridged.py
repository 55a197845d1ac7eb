"""The preset videoxum from end to end at small size, by a checkpoint that its command trained."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.config import PRESETS
from summarizer.errors import PresetError, WeightsError
from summarizer.models import hub, overview
from summarizer.models.denoiser import tidied
from summarizer.models.saliency import temporal
from summarizer.models.saliency.dual import Words
from summarizer.models.saliency.dual import load as load_dual
from summarizer.pipeline import load
from summarizer.schema import Line, Preference
from summarizer.stages.narrate.overall import WHOLE
from tests import abridged


@pytest.fixture(scope="module")
def home(tmp_path_factory, tiny_home):
    place = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        abridged.teach(place)
    return place


@pytest.fixture(scope="module")
def kept(tmp_path_factory, home, tiny_home, cut_clip):
    """What is perceived of a clip, once for all tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        patch.setenv("CHECKPOINTS", str(home))
        cache = tmp_path_factory.mktemp("cache")
        return cache, load(abridged.NAME, cache=cache).perceive(cut_clip)


@pytest.fixture
def seen(kept, home, tiny_weights, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(home))
    return load(abridged.NAME, cache=kept[0]), kept[1]


def test_it_sees_scores_refines_and_tells(seen):
    summarizer, perception = seen
    track = perception.track("frames")
    assert track.made_by == "tiny-blip" and len(track.times) == 12 and not perception.notes
    summary = summarizer.choose(perception, Preference())
    (curve,), (weight,) = summary.saliency.curves, summary.saliency.weights
    assert curve.name == "what people keep" and weight == 1.0
    dual, _ = load_dual(checkpoint.find(abridged.NAME), "tiny-blip")
    rows = torch.from_numpy(track.values.astype(np.float32))[None]
    logits = dual(rows, torch.ones(1, 12, dtype=torch.bool)).saliency[0].numpy()
    levels = (logits - logits.min()) / np.ptp(logits)
    assert curve.values == pytest.approx(levels.tolist(), abs=1e-3)
    *_, told = summarizer.tell(perception, summary)
    assert told.note == WHOLE and len(told.story) == 1
    assert (told.story[0].start, told.story[0].end) == (0.0, 12.0)
    assert told.story[0].evidence == ("tiny-blip: 12 pictures of the whole video",)
    assert told == type(told).from_json(told.to_json())
    composed = summarizer.composed(perception, summary)
    assert len(composed.story) > 1 and composed.note == ""


def test_a_wish_is_a_curve_of_the_sum_as_ever(seen):
    summarizer, perception = seen
    saliency = summarizer.choose(perception, Preference(want="the loudest moment")).saliency
    total = sum(w * c.array for w, c in zip(saliency.weights, saliency.curves, strict=True))
    assert saliency.total.tolist() == pytest.approx(total.tolist())
    assert len(saliency.curves) == 2 and "what people keep" in {c.name for c in saliency.curves}


def test_its_own_way_of_picking_is_one_of_several(seen):
    summarizer, perception = seen
    plain = summarizer.choose(perception, Preference())
    named = summarizer.choose(perception, Preference(selector="refine"))
    assert plain.highlights == named.highlights
    for name in ("knapsack", "dpp"):
        assert summarizer.choose(perception, Preference(selector=name)).highlights


def test_local_attention_is_at_work_wherever_it_is_used(seen, monkeypatch):
    """The published extension left it out where texts are generated and videos scored."""
    _, perception = seen
    track, shown = perception.track("frames"), []
    plain = overview.overview(track, abridged.NAME)
    attend = temporal.local
    monkeypatch.setattr(temporal, "local", lambda *given: shown.append(given[-1]) or attend(*given))
    fresh = replace(track)  # another track, so that nothing is remembered of it
    overview.overview(fresh, abridged.NAME)
    assert shown == [5]
    overview.tell(fresh, abridged.NAME, (), beams=2, least=3, most=5)
    assert shown == [5, 5]
    monkeypatch.setattr(temporal, "local", lambda q, k, v, there, kernel: torch.zeros_like(v))
    without = overview.overview(replace(track), abridged.NAME)
    assert np.abs(without.scores - plain.scores).max() > 1e-4


def test_the_map_of_the_attention_is_that_of_the_model(seen):
    summarizer, perception = seen
    found = summarizer.attention(perception)
    assert found.near.shape == (12, 5) and found.times.tolist() == list(range(12))
    assert found.near.sum(1) == pytest.approx(np.ones(12), abs=1e-5)
    assert (found.near[0, :2] == 0).all() and (found.near[-1, 3:] == 0).all()
    # the four shots of the clip, without a head that learned where events begin
    assert found.begins == (3.0, 6.0, 9.0) and not found.learned
    assert load("offline", cache=summarizer.cache.root).attention(perception) is None


def test_events_begin_where_a_head_learned_that(seen, tmp_path, monkeypatch, tiny_weights):
    summarizer, perception = seen
    abridged.teach(tmp_path, "recipe.edges=1.0")
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    track = replace(perception.track("frames"))
    found = summarizer.attention(replace(perception, tracks=(track,)))
    dual, _ = load_dual(tmp_path / abridged.NAME, "tiny-blip")
    rows = torch.from_numpy(track.values.astype(np.float32))[None]
    with torch.no_grad():
        chances = dual(rows, torch.ones(1, 12, dtype=torch.bool)).edges[0].sigmoid().numpy()
    likely = {at + 1.0 for at in np.flatnonzero(chances >= 0.5)}
    assert found.learned and set(found.begins) <= likely and (not likely or found.begins)


def test_what_is_said_is_a_prompt_where_that_is_wanted(seen, cut_clip, monkeypatch):
    _, perception = seen
    asked = []
    prompt = Words.prompt
    monkeypatch.setattr(
        Words, "prompt", lambda self, lines=(): asked.append(tuple(lines)) or prompt(self, lines)
    )
    lines = (
        Line(0.0, 2.0, "um a man a man is on the street", "subtitles", 0.9),
        Line(2.0, 3.0, "read on a slide", "screen-text", 0.9),
        Line(3.0, 4.0, "hardly heard", "speech-to-text", 0.2),
    )
    spoken = replace(perception, lines=lines, tracks=(replace(perception.track("frames")),))
    for heard, expected in ((False, ()), (True, (tidied(lines[0].text),))):
        told = load(abridged.NAME, overrides=[f"text.heard={heard}", "text.most=10"])
        summary = told.choose(spoken, Preference())
        *_, last = told.tell(spoken, summary)
        assert asked[-1] == expected and last.story
    assert "um" not in tidied(lines[0].text).lower().split()


def test_until_the_pictures_were_seen_it_goes_by_what_was_measured_and_says_so(seen):
    summarizer, perception = seen
    early = replace(perception, tracks=())
    summary = summarizer.choose(early, Preference())
    assert "not scored yet" in summary.answer.text and len(summary.saliency.curves) > 1
    *_, told = summarizer.tell(early, summary)
    assert "composed of measurements" in told.note and len(told.story) > 1
    assert summarizer.attention(early) is None


def test_without_a_checkpoint_it_says_how_to_train_one(tiny_weights, tmp_path, monkeypatch, seen):
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    summarizer, perception = seen
    with pytest.raises(PresetError, match=r"needs the checkpoint videoxum-tiny, .*train videoxum"):
        summarizer.perceive("nothing.mp4")
    with pytest.raises(WeightsError, match="the checkpoint videoxum-tiny is not in"):
        summarizer.choose(replace(perception, tracks=(replace(perception.track("frames")),)),
                          Preference())  # fmt: skip
    assert PRESETS["videoxum"].taught.endswith("--out checkpoints/videoxum")


def test_a_checkpoint_for_other_rows_is_refused(seen):
    summarizer, perception = seen
    other = replace(perception.track("frames"), made_by="released")
    with pytest.raises(WeightsError, match="was trained on rows by tiny-blip and not by released"):
        summarizer.choose(replace(perception, tracks=(other,)), Preference())
    assert hub.here("tiny-blip")
