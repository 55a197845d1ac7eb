"""A narrator and what was trained for it, kept in a checkpoint and put together again."""

import json

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.config import Config, NarratorConfig, override
from summarizer.errors import WeightsError
from summarizer.models import hub
from summarizer.models.adapted import adapted, prepared, save, trainable
from summarizer.models.narrator import Lora, Rows, load_narrator

LORA = Lora(rank=4, alpha=8, dropout=0.0)
WIDTHS = {"sight": 24, "sound": 16}


def plain():
    return load_narrator(hub.folder("tiny-llama"), "cpu")


@pytest.fixture
def trained(tiny_weights):
    """As if it had learnt: every number of it is moved."""
    torch.manual_seed(3)
    ready = prepared(plain(), LORA, WIDTHS)
    for name, parameter in trainable(ready).named_parameters():
        if parameter.requires_grad:
            parameter.data.normal_(0, 0.2)
        else:
            assert "lora" not in name and "projectors" not in name
    return ready


def logits(narrator) -> np.ndarray:
    rng = np.random.default_rng(0)
    pieces = ["Look: ", Rows("sight", rng.normal(size=(5, 24)).astype(np.float32)), " listen: "]
    pieces += [Rows("sound", rng.normal(size=(3, 16)).astype(np.float32)), " now tell."]
    embeds, mask = narrator.splice(pieces)
    with torch.no_grad():
        return narrator.model(inputs_embeds=embeds, attention_mask=mask).logits.numpy()


def test_what_was_trained_comes_back(trained, tmp_path):
    save(tmp_path / "own", trained, "tiny-llama", LORA, {"loss": 1.5})
    again = adapted(plain(), "tiny-llama", tmp_path / "own")
    assert again.senses == {"sight", "sound"}
    assert logits(again) == pytest.approx(logits(trained), abs=1e-4)
    assert not any(each.requires_grad for each in again.model.parameters())
    described = checkpoint.describe(tmp_path / "own")
    assert dict(described.metrics) == {"loss": 1.5}
    assert all("lora" in name or name.startswith("projectors.") for name in described.shapes)


def test_the_settings_shape_what_is_trained_and_it_comes_back(tiny_weights, tmp_path):
    config = Config()
    for setting in ("rank=3", "alpha=9", "dropout=0.25", "targets=('v_proj', 'o_proj')"):
        config = override(config, f"narrator.lora_{setting}")
    lora = Lora.of(config.narrator)
    assert lora == Lora(3, 9, 0.25, ("v_proj", "o_proj")) and Lora.of(NarratorConfig()) == Lora()
    torch.manual_seed(3)
    ready = prepared(plain(), lora, WIDTHS)
    learning = {
        name: weight for name, weight in ready.model.named_parameters() if weight.requires_grad
    }
    assert {min(weight.shape) for weight in learning.values()} == {3}
    assert {name.split(".self_attn.")[1].split(".")[0] for name in learning} == {
        "v_proj", "o_proj"
    }  # fmt: skip
    before = logits(plain_with(ready.projectors))
    assert logits(ready) == pytest.approx(before, abs=1e-5)  # it changes nothing yet
    for weight in learning.values():
        weight.data.normal_(0, 0.2)
    save(tmp_path / "own", ready, "tiny-llama", lora, {})
    again = adapted(plain(), "tiny-llama", tmp_path / "own")
    assert logits(again) == pytest.approx(logits(ready), abs=1e-4)
    assert np.abs(logits(again) - before).max() > 0.01


def plain_with(projectors):
    found = plain()
    found.projectors = projectors
    return found


def test_the_sound_counts_and_so_does_the_adapter(trained, tmp_path):
    """The proof above would hold of two models that ignore what was trained, too."""
    save(tmp_path / "own", trained, "tiny-llama", LORA, {})
    torch.manual_seed(4)
    other = prepared(plain(), LORA, WIDTHS)
    other.projectors = trained.projectors
    assert np.abs(logits(other) - logits(trained)).max() > 0.01
    trained.projectors = prepared(plain(), LORA, WIDTHS).projectors
    again = adapted(plain(), "tiny-llama", tmp_path / "own")
    assert np.abs(logits(again) - logits(trained)).max() > 0.01


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"weights": "vicuna-7b"}, "trained for 'vicuna-7b' and not for tiny-llama"),
        ({"lora": {"rank": 4}}, "does not say how"),
        ({"lora": {"rank": 4, "surprise": 1, "targets": []}}, "does not say how"),
        ({"projectors": [1]}, "does not say how"),
        ({"projectors": {"sight": 23, "sound": 16}}, "of another shape"),
        ({"projectors": {"sight": 24}}, "unknown to the model"),
    ],
)
def test_what_does_not_fit_is_refused(trained, tmp_path, change, said):
    folder = tmp_path / "own"
    save(folder, trained, "tiny-llama", LORA, {})
    config = json.loads((folder / "config.json").read_text()) | change
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(WeightsError, match=said):
        adapted(plain(), "tiny-llama", folder)
