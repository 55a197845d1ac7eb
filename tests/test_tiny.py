"""The presets with large models from end to end, at small size: random weights, the true path."""

import numpy as np
import pytest
import torch

from summarizer.config import PRESETS
from summarizer.exports.story import markdown
from summarizer.models import hub
from summarizer.models.adapted import prepared, save, trainable
from summarizer.models.narrator import Lora, load_narrator
from summarizer.models.saliency.head import Head
from summarizer.models.saliency.head import save as save_head
from summarizer.pipeline import load
from summarizer.schema import Preference
from summarizer.senses import SENSES
from summarizer.stages.narrate import NARRATORS, Told, told
from summarizer.stages.narrate.prompt import Rows


@pytest.fixture
def perceived(cut_clip, tiny_weights, tmp_path):
    summarizer = load("tiny", cache=tmp_path / "cache")
    return summarizer, summarizer.perceive(cut_clip)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_names_what_there_is_and_needs_the_weights_of_its_parts(name):
    preset = PRESETS[name]
    assert set(preset.senses) <= set(SENSES) and preset.narrator in NARRATORS
    wanted = {SENSES[each].weights for each in preset.senses if hasattr(SENSES[each], "weights")}
    narrator = NARRATORS[preset.narrator]
    # a witness takes a language model where one is here
    wanted |= {narrator.weights} if type(narrator) is Told else set()
    assert wanted <= set(preset.needs)
    spare = set(preset.needs) - wanted
    # these two are taken where they are here
    assert all(each.startswith("whisper") or each == "tiny-llama" for each in spare)


def test_everything_is_perceived_chosen_and_told(perceived, tmp_path):
    summarizer, perception = perceived
    assert set(perception.senses) == set(PRESETS["tiny"].senses) and not perception.notes
    made = {track.name: track.made_by for track in perception.tracks}
    assert made["sight"] == made["patches"] == "tiny-clip"
    assert (made["hearing"], made["tune"]) == ("tiny-clap", "tiny-mert")
    summary = summarizer.choose(perception, Preference(want="a penguin"))
    assert summary.answer.kind in ("found", "absent")  # but never "cannot": it has eyes
    *_, last = summarizer.tell(perception, summarizer.choose(perception, Preference()))
    # random weights write nothing that can be placed, and that is said
    assert "language model" in last.note and last.story
    assert last == type(last).from_json(last.to_json())
    exported = summarizer.export(last, "story", tmp_path)
    assert markdown(last.note) in exported.read_text(encoding="utf-8")


def test_the_wish_is_a_curve_of_the_sum_as_ever(perceived):
    summarizer, perception = perceived
    saliency = summarizer.choose(perception, Preference(want="a penguin")).saliency
    total = sum(w * c.array for w, c in zip(saliency.weights, saliency.curves, strict=True))
    assert saliency.total.tolist() == pytest.approx(total.tolist())
    assert any("penguin" in curve.name for curve in saliency.curves)


def test_the_cache_keeps_what_the_models_found(perceived, cut_clip):
    summarizer, first = perceived
    *_, last = summarizer.perceiving(cut_clip)
    cached = {each.sense for each in last.work if each.cached}
    assert {"sight-tiny", "captions-tiny", "hearing-tiny", "tune-tiny"} <= cached
    for name in ("sight", "patches", "hearing", "tune"):
        there, again = first.track(name), last.perception.track(name)
        assert np.array_equal(there.values, again.values) and there.made_by == again.made_by


def test_with_a_checkpoint_the_model_reads_what_was_seen_and_heard(
    perceived, tmp_path, monkeypatch
):
    summarizer, perception = perceived
    lora = Lora(rank=2, alpha=4, dropout=0.0)
    widths = {
        "sight": perception.track("patches").values.shape[1],
        "sound": perception.track("tune").values.shape[1],
    }
    torch.manual_seed(0)
    ready = prepared(load_narrator(hub.folder("tiny-llama"), "cpu"), lora, widths)
    for parameter in trainable(ready).parameters():
        if parameter.requires_grad:
            parameter.data.normal_(0, 0.05)
    save(tmp_path / "own" / "tiny", ready, "tiny-llama", lora, {})
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path / "own"))
    monkeypatch.setattr(told, "_loaded", {})
    asked = []

    def listening(*given):
        writer = told.narrator(*given)
        stream = writer.stream
        monkeypatch.setattr(writer, "stream", lambda p, *rest: asked.append(p) or stream(p, *rest))
        return writer

    tell = Told("tiny-llama", "tiny", NARRATORS["tiny"].senses, writer=listening)
    sentences = list(tell(perception, summarizer.choose(perception, Preference())))
    assert sentences  # composed, since nothing was really learnt
    rows = [piece for piece in asked[0] if isinstance(piece, Rows)]
    assert {each.sense for each in rows} == {"sight", "sound"}
    assert all(len(each) > 0 for each in rows)


def test_a_trained_head_is_one_curve_of_the_sum(perceived, tmp_path, monkeypatch):
    summarizer, perception = perceived
    plain = summarizer.choose(perception, Preference(want="a penguin")).saliency
    assert not any(curve.sense == "head" for curve in plain.curves)
    tracks = [perception.track(name) for name in ("sight", "hearing")]
    torch.manual_seed(0)
    head = Head({track.name: track.values.shape[1] for track in tracks}, 8)
    made = {track.name: track.made_by for track in tracks}
    save_head(tmp_path / "own" / "tiny-saliency", head, made, {})
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path / "own"))
    for want in ("", "a penguin"):
        saliency = summarizer.choose(perception, Preference(want=want)).saliency
        [(curve, weight)] = [
            (curve, weight)
            for curve, weight in zip(saliency.curves, saliency.weights, strict=True)
            if curve.sense == "head"
        ]
        assert weight > 0.1 and len(set(curve.values)) > 1
        total = sum(w * c.array for w, c in zip(saliency.weights, saliency.curves, strict=True))
        assert saliency.total.tolist() == pytest.approx(total.tolist())
