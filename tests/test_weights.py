"""The command that lists weights and gets them: downloads, conversions, and what is made here."""

import ast
import io
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from summarizer import weights
from summarizer.config import PRESETS
from summarizer.models import hub
from summarizer.models.hub import WEIGHTS
from tests.hubserver import COMMIT, Hub, Place, serving
from tests.vocabulary import vocabulary, write

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch) -> Path:
    """A user who has nothing yet."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    return tmp_path


@pytest.fixture
def needy(monkeypatch):
    preset = replace(PRESETS["offline"], needs=("clip-vit-b-32", "mert-95m"))
    monkeypatch.setitem(PRESETS, "needy", preset)


def rows(text: str) -> list[list[str]]:
    return [line.split() for line in text.splitlines()]


def test_the_list_has_a_group_a_preset_and_all_weights(needy, capsys):
    assert weights.main(["list"]) == 0
    said = capsys.readouterr().out
    assert "offline: nothing to download\n" in said and "needy: 983 MB\n" in said
    shown = [row[0] for row in rows(said) if row[0] in WEIGHTS]
    assert set(shown) == set(WEIGHTS)
    told = said[said.index("needy: ") :].splitlines()[1:3]
    assert [line.split()[0] for line in told] == ["clip-vit-b-32", "mert-95m"]
    for row in rows(said):
        if row[0] in WEIGHTS and WEIGHTS[row[0]].repo:
            each = WEIGHTS[row[0]]
            assert row[1:4] == [each.repo, each.revision[:12], each.licence]
            assert row[-2:] == ["not", "here"]
    assert max(map(len, said.splitlines())) <= 110


def test_the_list_is_quick_and_imports_nothing_heavy():
    heavy = "torch transformers huggingface_hub safetensors"
    code = (
        "import sys; from summarizer.weights import main; main(['list']); "
        f"print([m for m in {heavy.split()} if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert said.stdout.splitlines()[-1] == "[]", said.stderr


def test_presets_and_weights_are_both_names_and_each_comes_once(needy):
    assert weights.wanted(["needy"]) == ["clip-vit-b-32", "mert-95m"]
    assert weights.wanted(["mert-95m", "needy", "clap"]) == ["mert-95m", "clip-vit-b-32", "clap"]
    assert weights.wanted(["offline"]) == []


def test_an_unknown_name_is_one_sentence(capsys):
    assert weights.main(["get", "tiny-llama", "nonsense"]) == 2
    said = capsys.readouterr()
    assert said.err.startswith("error: no preset or weights 'nonsense'; there are offline, ")
    assert said.out == "" and not hub.here("tiny-llama"), "nothing was begun"


def test_a_preset_that_needs_nothing_is_ready(capsys):
    assert weights.main(["get", "offline"]) == 0
    assert capsys.readouterr().out == "Nothing to download: offline needs no weights.\n"


def test_what_is_made_here_is_made_whole_and_once(places, capsys):
    assert weights.main(["get", "tiny-llama"]) == 0
    folder = hub.folder("tiny-llama")
    assert capsys.readouterr().out == f"tiny-llama is here: {folder}\n"
    assert folder.is_relative_to(places / "data")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    made = folder.stat().st_mtime_ns
    assert weights.main(["get", "tiny-llama"]) == 0
    assert folder.stat().st_mtime_ns == made


def test_half_made_is_not_here_and_the_next_one_cleans_up(places, monkeypatch, capsys):
    from summarizer.models import tiny

    def broken(name, folder):
        (folder / "config.json").write_text("{}")
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(tiny, "save", broken)
        assert weights.main(["get", "tiny-llama"]) == 2
    said = capsys.readouterr().err
    assert said.startswith("error: tiny-llama can't be written to ") and "no space left" in said
    home = hub.own(WEIGHTS["tiny-llama"]).parent
    assert not list(home.iterdir())
    (home / ".here.dead.part").mkdir()
    assert weights.main(["get", "tiny-llama"]) == 0
    assert [path.name for path in home.iterdir()] == ["here"]


def test_control_c_is_told_kindly(monkeypatch, capsys):
    def stopped(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(weights, "get", stopped)
    assert weights.main(["get", "clap"]) == 130
    assert capsys.readouterr().err.startswith("Stopped; what came is kept")


def test_nothing_else_downloads():
    """No module but the command itself imports what downloads."""
    for path in [*(ROOT / "summarizer").rglob("*.py"), *(ROOT / "ui").rglob("*.py")]:
        text = path.read_text(encoding="utf-8")
        if path.name == "weights.py":
            continue
        imported = {
            f"{node.module}.{alias.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.ImportFrom)
            for alias in node.names
        }
        assert not imported & {"summarizer.weights", "summarizer.models.download"}, path
        assert not any(name.startswith("summarizer.weights.") for name in imported), path
        for word in ("snapshot_download", "hf_hub_download", "http_get"):
            assert word not in text or path.name == "download.py", path


# -- repositories that have only pickles ----------------------------------------------------------


def pickled(tensors) -> bytes:
    import torch

    stream = io.BytesIO()
    torch.save(tensors, stream)
    return stream.getvalue()


def test_pickles_are_converted_once_and_only_the_copy_stays(places):
    import torch
    from safetensors.torch import load_file

    tensors = {"conv.weight_g": torch.rand(1, 1, 8), "conv.weight_v": torch.rand(40, 3, 8)}
    files = {"config.json": b'{"model_type": "some"}', "pytorch_model.bin": pickled(tensors)}
    place = Place(places)
    with serving(Hub(files)) as served:
        code, out, err = place.run(served, weights="pytorch_model.bin")
        assert code == 0, err
        assert "some is made into safetensors, once ...\n" in out
        folder = places / "data" / "watch-and-listen" / "weights" / "some" / COMMIT[:12]
        assert out.endswith(f"some is here: {folder}\n")
        assert sorted(path.name for path in folder.iterdir()) == [
            "config.json", "model.safetensors",
        ]  # fmt: skip
        found = load_file(folder / "model.safetensors")
        assert found.keys() == tensors.keys()
        assert all(torch.equal(found[name], tensors[name]) for name in tensors)
        assert not [path for path in places.rglob("*.bin")], "the pickle is gone"
        asked = len(served.asked)
        assert place.run(served, weights="pytorch_model.bin")[0] == 0
        assert len(served.asked) == asked


def test_a_pickle_with_a_command_in_it_is_refused_and_runs_nothing(places):
    class Evil:
        def __reduce__(self):
            return os.mkdir, (str(places / "ran"),)

    files = {"config.json": b"{}", "pytorch_model.bin": pickled({"a": Evil(), "b": [0] * 400})}
    place = Place(places)
    with serving(Hub(files)) as served:
        code, out, err = place.run(served, weights="pytorch_model.bin")
    assert code == 2 and "error: pytorch_model.bin is damaged or holds more than weights" in err
    assert not (places / "ran").exists() and "is here" not in out
    assert not list(places.rglob("*.safetensors"))


def test_a_repository_like_vicunas_becomes_a_folder_a_narrator_is_loaded_from(places):
    """Two shards of pickles with an index, and a vocabulary that only SentencePiece could read."""
    import torch
    from transformers import LlamaConfig, LlamaForCausalLM

    from summarizer.models.narrator import load_narrator

    made = vocabulary()
    write(places / "tokenizer.model", made)
    torch.manual_seed(0)
    config = LlamaConfig(
        vocab_size=len(made), hidden_size=32, intermediate_size=64, num_hidden_layers=2,
        num_attention_heads=4, initializer_range=0.5,
    )  # fmt: skip
    model = LlamaForCausalLM(config).half().eval()
    shards, places_of = ({}, {}), {}
    for name, tensor in model.state_dict().items():
        number = int("layers.1" in name or "lm_head" in name)
        shards[number][name] = tensor
        places_of[name] = f"pytorch_model-0000{number + 1}-of-00002.bin"
    files = {
        f"pytorch_model-0000{number}-of-00002.bin": pickled(shard)
        for number, shard in enumerate(shards, 1)
    } | {
        "config.json": json.dumps(config.to_dict()).encode(),
        "tokenizer.model": (places / "tokenizer.model").read_bytes(),
        "tokenizer_config.json": b'{"tokenizer_class": "LlamaTokenizer", "legacy": false}',
        "pytorch_model.bin.index.json": json.dumps({"weight_map": places_of}).encode(),
    }
    more = (
        "from dataclasses import replace\n"
        f"some = replace(WEIGHTS['some'], files=tuple(map(File, {list(files)!r})))\n"
        "WEIGHTS['some'] = some"
    )
    with serving(Hub(files)) as served:
        code, out, err = Place(places).run(served, more=more)
    assert code == 0, err
    folder = Path(out.splitlines()[-1].removeprefix("some is here: "))
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "model.safetensors.index.json", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    narrator = load_narrator(folder, "cpu")
    ids = narrator.tokenizer("the sunset, then another one", return_tensors="pt").input_ids
    with torch.no_grad():
        told = narrator.model(ids).logits
        meant = model.float()(ids).logits
    assert torch.allclose(told, meant, atol=2e-3)  # in full precision, and in another order


def test_a_pickle_somebody_has_already_is_not_fetched_again_nor_taken_away(places):
    import torch

    data = pickled({"a": torch.rand(400)})
    place = Place(places)
    place.snapshot.mkdir(parents=True)
    (place.snapshot / "pytorch_model.bin").write_bytes(data)
    with serving(Hub({"config.json": b"{}", "pytorch_model.bin": data})) as served:
        assert place.run(served, weights="pytorch_model.bin")[0] == 0
        assert not [path for path in served.paths() if path.endswith(".bin")]
    assert (place.snapshot / "pytorch_model.bin").read_bytes() == data
