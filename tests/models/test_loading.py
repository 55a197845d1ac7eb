import json

import pytest
from safetensors.torch import load_file, save_file

from summarizer.errors import WeightsError
from summarizer.models.audio import load_clap, load_ear
from summarizer.models.captioner import load_captioner
from summarizer.models.loading import loaded
from summarizer.models.tiny_audio import save_blip, save_clap, save_mert


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    return save_mert(tmp_path_factory.mktemp("mert"))


def changed(whole, folder, change):
    for file in whole.iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    weights = load_file(folder / "model.safetensors")
    change(weights)
    save_file(weights, folder / "model.safetensors", {"format": "pt"})
    return folder


def load(folder, harmless=()):
    from transformers import HubertModel

    return loaded(HubertModel, folder, harmless)


def test_every_weight_is_the_one_in_the_file(whole):
    model, weights = load(whole), load_file(whole / "model.safetensors")
    state = model.state_dict()
    assert set(weights) == set(state) and all(weights[name].equal(state[name]) for name in state)
    assert not model.training


def test_what_is_missing_is_named(whole, tmp_path):
    name = "encoder.layers.1.attention.k_proj.weight"
    folder = changed(whole, tmp_path, lambda weights: weights.pop(name))
    with pytest.raises(WeightsError, match=f"missing {name}"):
        load(folder)


def test_what_is_too_much_is_named_unless_it_is_known_to_be_harmless(whole, tmp_path):
    def add(weights):
        weights["label_embs_concat"] = weights["masked_spec_embed"].clone()

    folder = changed(whole, tmp_path, add)
    with pytest.raises(WeightsError, match="unexpected label_embs_concat"):
        load(folder)
    assert load(folder, [r"label_embs_.*"])


def test_another_shape_is_named_with_both_shapes(whole, tmp_path):
    def cut(weights):
        weights["encoder.layer_norm.bias"] = weights["encoder.layer_norm.bias"][:7].clone()

    with pytest.raises(WeightsError, match=r"encoder.layer_norm.bias \(7,\) instead of \(32,\)"):
        load(changed(whole, tmp_path, cut))


def test_many_names_are_cut_short(whole, tmp_path):
    with pytest.raises(WeightsError, match=r"and [0-9]+ more") as caught:
        load(changed(whole, tmp_path, lambda weights: [weights.popitem() for _ in range(20)]))
    assert len(str(caught.value)) < 800


def test_a_pickle_is_never_loaded(tmp_path):
    with pytest.raises(WeightsError, match=r"no model\.safetensors"):
        load(save_mert(tmp_path, old=True))


def test_damaged_files_are_one_sentence(whole, tmp_path):
    folder = changed(whole, tmp_path, lambda weights: None)
    (folder / "model.safetensors").write_bytes(b"\xff" * 100)
    with pytest.raises(WeightsError, match="can't be loaded"):
        load(folder)
    (folder / "config.json").write_text(json.dumps([1]))
    with pytest.raises(WeightsError, match=r"no readable config\.json"):
        load(folder)
    with pytest.raises(WeightsError, match=r"no readable config\.json"):
        load(tmp_path / "nothing")


@pytest.mark.parametrize(
    ("save", "door"),
    [(save_mert, load_ear), (save_clap, load_clap), (save_blip, load_captioner)],
)
def test_nobody_is_asked_on_the_network(save, door, tmp_path, monkeypatch):
    import socket

    folder, asked = save(tmp_path), []
    monkeypatch.setattr(socket.socket, "connect", lambda *where: asked.append(where))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *where, **more: asked.append(where) or [])
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    door(folder)
    assert asked == []


def test_a_model_loads_without_a_word(whole, capfd):
    load(whole)
    said = capfd.readouterr()
    assert said.out + said.err == ""


def test_models_are_built_one_at_a_time(tiny_weights):
    """Two at once got weights that were never tied: the library's state is the whole process's."""
    from concurrent.futures import ThreadPoolExecutor

    from summarizer.models import hub
    from summarizer.models.audio import load_clap, load_ear
    from summarizer.models.captioner import load_captioner
    from summarizer.models.vision import load_eye

    kinds = [
        (load_captioner, "tiny-blip"),
        (load_clap, "tiny-clap"),
        (load_ear, "tiny-mert"),
        (load_eye, "tiny-clip"),
    ]
    with ThreadPoolExecutor(4) as pool:
        made = pool.map(lambda each: each[0](hub.folder(each[1])), 3 * kinds)
        assert len(list(made)) == 12


@pytest.mark.parametrize(("save", "door"), [(save_clap, load_clap), (save_blip, load_captioner)])
def test_a_damaged_tokenizer_is_one_sentence(save, door, tmp_path):
    folder = save(tmp_path)
    (folder / "tokenizer.json").write_text("{")
    with pytest.raises(WeightsError, match="the tokenizer in"):
        door(folder)
