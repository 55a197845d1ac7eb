"""The preset emotion with every model small and random: the true path from a clip to its files."""

import json

import numpy as np
import pytest

from summarizer.config import PRESETS
from summarizer.dossier import Features
from summarizer.models import hub
from summarizer.models.meeting import near
from summarizer.pipeline import load
from summarizer.schema import Length, Preference
from summarizer.senses import SENSES


@pytest.fixture(scope="module")
def perceived(cut_clip, tiny_home, tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        summarizer = load(
            "emotion-tiny",
            overrides=["narrator.device=cpu", "narrator.answer=32"],
            cache=tmp_path_factory.mktemp("cache"),
        )
        yield summarizer, summarizer.perceive(cut_clip)


def test_the_small_form_differs_in_its_models_alone():
    small, true = PRESETS["emotion-tiny"], PRESETS["emotion"]
    assert (small.head, small.selector, small.dossier) == (true.head, true.selector, true.dossier)
    assert true.gains == tuple(SENSES[name].weights for name in true.joins)
    plain = {name.removesuffix("-tiny") for name in small.senses}
    assert plain == {*true.senses, *true.joins}


def test_every_model_leaves_its_word_in_the_files(perceived, tmp_path):
    summarizer, perception = perceived
    wish = Preference(length=Length(8.0, "seconds"))
    *_, summary = summarizer.tell(perception, summarizer.choose(perception, wish))
    assert "language model wrote" in summary.note  # it was asked, and kept to nothing
    summarizer.document(perception, summary, tmp_path, "cuts")
    found = Features.read(tmp_path / "cuts_features.json")
    assert found.embedding.made_by == "tiny-mert" and len(found.embedding.rows[0]) == 32
    by_curve = {part.name: part.sense for part in found.highlight.curves}
    assert by_curve.get("sound and picture together", "hearing") == "hearing"
    assert {tag.made_by for row in found.tags for tag in row} <= {"tiny-clap"}
    moments = json.loads((tmp_path / "cuts_highlights.json").read_text())["moments"]
    assert moments and all(moment["captions"] for moment in moments)
    prompt = (tmp_path / "cuts_prompt.txt").read_text()
    assert "it looks like" in prompt and "(unsure)" in prompt


def test_sight_and_sound_are_compared_with_the_same_texts(perceived):
    _, perception = perceived
    from summarizer.models.beholding import reader
    from summarizer.models.neutral import asked, relevance
    from summarizer.models.sounding import TAGS

    for name in ("sight", "hearing"):
        track = perception.track(name)
        read, phrases, neutral = reader(name, track.made_by)
        rows = relevance(
            np.stack([asked(read, TAGS[7], phrases)]), track.values.astype(np.float32), neutral
        )[0]
        middles = np.arange(perception.video.rows) + 0.5
        assert near(track, perception.video.rows)[7] == pytest.approx(
            np.interp(middles, track.times, rows), abs=1e-5
        )


def test_a_wish_steers_the_peaks(perceived):
    summarizer, perception = perceived
    plain = summarizer.choose(perception, Preference())
    wished = summarizer.choose(perception, Preference("a penguin"))
    assert wished.answer.kind in ("found", "absent")
    names = {curve.name for curve in wished.saliency.curves}
    assert any("penguin" in name for name in names)
    assert not any("penguin" in curve.name for curve in plain.saliency.curves)


def test_models_join_in_where_their_weights_are_and_are_named_where_not(monkeypatch, tmp_path):
    summarizer = load("emotion", cache=tmp_path)
    monkeypatch.setattr(hub, "here", lambda name: name == "clap")
    assert summarizer.senses == (*PRESETS["emotion"].senses, "hearing")
    assert "sight, captions, tune" in summarizer._absent()
    assert f"{hub.COMMAND} clip-vit-b-32 blip mert-95m" in summarizer._absent()
    monkeypatch.setattr(hub, "here", lambda name: True)
    assert summarizer._absent() == ""
    assert {"sight", "captions", "hearing", "tune"} <= set(summarizer.senses)


def test_what_a_clip_s_files_are_made_of_counts(monkeypatch, tmp_path):
    plain = load("emotion", cache=tmp_path)
    monkeypatch.delenv("LLAMA_MODEL", raising=False)
    known = {plain.made(Preference()), plain.made(Preference("bees"))}
    known.add(load("emotion", overrides=["selection.peaks=2"], cache=tmp_path).made(Preference()))
    monkeypatch.setenv("LLAMA_MODEL", "tiny-llama")
    known.add(plain.made(Preference()))
    assert len(known) == 4
