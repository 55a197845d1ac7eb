"""Pickles made into safetensors: the same numbers under the same names, and nothing ever run."""

import json
import os
from pathlib import Path

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import load_file

from summarizer.errors import WeightsError
from summarizer.models import pickles


def one(folder: Path, tensors, name: str = "pytorch_model.bin", **options) -> Path:
    folder.mkdir(exist_ok=True)
    torch.save(tensors, folder / name, **options)
    (folder / "config.json").write_text('{"model_type": "some"}')
    return folder


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def values(*shape: int, kind=torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(sum(shape))).to(kind)


def same(found: dict, tensors: dict) -> bool:
    return found.keys() == tensors.keys() and all(
        torch.equal(found[name], tensors[name]) and found[name].dtype == tensors[name].dtype
        for name in tensors
    )


@pytest.mark.parametrize("zipped", [True, False], ids=["of today", "of long ago"])
def test_numbers_names_and_kinds_stay(tmp_path, zipped):
    tensors = {
        "a.weight_g": values(1, 1, 5),
        "a.weight_v": values(4, 3, 5),
        "half": values(3, kind=torch.float16),
        "brain": values(3, kind=torch.bfloat16),
        "ids": torch.arange(7),
        "one": torch.tensor(2.5),
        "turned": values(3, 4).T,
        "none": torch.zeros(0),
    }
    source = one(tmp_path / "in", tensors, _use_new_zipfile_serialization=zipped)
    pickles.convert(source, tmp_path / "out", ["config.json", "pytorch_model.bin"])
    assert same(load_file(tmp_path / "out" / "model.safetensors"), tensors)
    assert names(tmp_path / "out") == ["config.json", "model.safetensors"]
    with safe_open(tmp_path / "out" / "model.safetensors", "pt") as file:
        assert file.metadata() == {"format": "pt"}  # transformers asks for it


def test_shared_numbers_are_kept_once_and_parts_of_a_block_whole(tmp_path):
    block = values(6, 4)
    tensors = {
        "z.tied": block,
        "a.embed": block,
        "row": block[2],
        "same": block[2],
        "top": block[:3],
    }
    source = one(tmp_path / "in", tensors)
    pickles.convert(source, tmp_path / "out", ["pytorch_model.bin"])
    file = tmp_path / "out" / "model.safetensors"
    assert same(load_file(file), {"a.embed": block, "row": block[2], "top": block[:3]})
    with safe_open(file, "pt") as opened:
        assert opened.metadata() == {"format": "pt", "z.tied": "a.embed", "same": "row"}


def test_several_files_keep_their_index(tmp_path):
    source = tmp_path / "in"
    one(source, {"a": values(4)}, "pytorch_model-00001-of-00002.bin")
    one(source, {"b": values(5)}, "pytorch_model-00002-of-00002.bin")
    places = {f"{name}": f"pytorch_model-0000{n}-of-00002.bin" for n, name in ((1, "a"), (2, "b"))}
    index = {"metadata": {"total_size": 36}, "weight_map": places}
    (source / "pytorch_model.bin.index.json").write_text(json.dumps(index))
    pickles.convert(source, tmp_path / "out", names(source))
    out = tmp_path / "out"
    assert json.loads((out / "model.safetensors.index.json").read_text()) == {
        "metadata": {"total_size": 36},
        "weight_map": {
            "a": "model-00001-of-00002.safetensors",
            "b": "model-00002-of-00002.safetensors",
        },
    }
    assert same(load_file(out / "model-00002-of-00002.safetensors"), {"b": values(5)})
    assert not [name for name in names(out) if ".bin" in name]


class Evil:
    def __init__(self, path: Path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


@pytest.mark.parametrize("zipped", [True, False])
def test_a_pickle_with_a_command_in_it_is_refused_and_runs_nothing(tmp_path, zipped):
    ran = tmp_path / "ran"
    tensors = {"a": values(2), "b": Evil(ran)}
    source = one(tmp_path / "in", tensors, _use_new_zipfile_serialization=zipped)
    with pytest.raises(WeightsError, match=r"pytorch_model\.bin is damaged or holds more than"):
        pickles.convert(source, tmp_path / "out", ["pytorch_model.bin"])
    assert not ran.exists() and not (tmp_path / "out" / "model.safetensors").exists()
    torch.load(source / "pytorch_model.bin", weights_only=False)
    assert ran.exists(), "the test can fail"


@pytest.mark.filterwarnings("ignore::UserWarning")  # of torch, about the sparse
@pytest.mark.parametrize(
    "tensors",
    [[values(2)], {"a": {"b": values(2)}}, {1: values(2)}, {"a": torch.eye(2).to_sparse()}, 3],
)
def test_what_is_no_list_of_weights_is_refused(tmp_path, tensors):
    source = one(tmp_path / "in", tensors)
    with pytest.raises(WeightsError, match="holds no plain list of named weights"):
        pickles.convert(source, tmp_path / "out", ["pytorch_model.bin"])


@pytest.mark.parametrize("zipped", [True, False])
def test_a_file_cut_off_anywhere_is_one_sentence(tmp_path, zipped):
    source = one(tmp_path / "in", {"a": values(500)}, _use_new_zipfile_serialization=zipped)
    whole = (source / "pytorch_model.bin").read_bytes()
    for size in (0, 1, 10, len(whole) // 3, len(whole) - 300, len(whole) - 1):
        (source / "pytorch_model.bin").write_bytes(whole[:size])
        with pytest.raises(WeightsError, match=r"pytorch_model\.bin (is damaged|holds)"):
            pickles.read(source / "pytorch_model.bin")


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"weight_map": 3}', '{"weight_map": {"a": 1}}'])
def test_an_index_that_is_none_is_one_sentence(tmp_path, text):
    (tmp_path / "pytorch_model.bin.index.json").write_text(text)
    with pytest.raises(WeightsError, match="is no index of weights"):
        pickles.convert(tmp_path, tmp_path / "out", ["pytorch_model.bin.index.json"])


def test_old_names_of_a_real_class_come_back_as_its_weights(tmp_path):
    """weight_g and weight_v, as MERT is published: what is loaded is what was saved."""
    from transformers import HubertModel

    from summarizer.models import tiny_audio

    source = tiny_audio.save_mert(tmp_path / "old", old=True)
    old = set(torch.load(source / "pytorch_model.bin", weights_only=True))
    assert {name for name in old if name.endswith(("weight_g", "weight_v"))}, "as it was then"
    pickles.convert(source, tmp_path / "out", names(source))
    assert set(load_file(tmp_path / "out" / "model.safetensors")) == old
    new = tiny_audio.save_mert(tmp_path / "new")
    old_model, new_model = (
        HubertModel.from_pretrained(folder, use_safetensors=True).state_dict()
        for folder in (tmp_path / "out", new)
    )
    assert old_model.keys() == new_model.keys()
    assert all(torch.allclose(old_model[name], new_model[name], atol=1e-6) for name in new_model)


def test_a_tied_model_in_two_files_tells_the_same(tmp_path):
    from transformers import LlamaConfig, LlamaForCausalLM

    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
        num_attention_heads=4, tie_word_embeddings=True,
    )  # fmt: skip
    model = LlamaForCausalLM(config).eval()
    source = tmp_path / "in"
    config.save_pretrained(source)
    places = {}
    for number, state in enumerate(({}, {}), start=1):
        for name, tensor in model.state_dict().items():
            if ("layers.1" in name) == (number == 2):
                state[name] = tensor
        file = f"pytorch_model-0000{number}-of-00002.bin"
        torch.save(state, source / file)
        places |= dict.fromkeys(state, file)
    (source / "pytorch_model.bin.index.json").write_text(
        json.dumps({"metadata": {}, "weight_map": places})
    )
    pickles.convert(source, tmp_path / "out", names(source))
    again = LlamaForCausalLM.from_pretrained(tmp_path / "out", use_safetensors=True).eval()
    pieces = torch.arange(9).reshape(1, 9)
    with torch.no_grad():
        assert torch.equal(again(pieces).logits, model(pieces).logits)
