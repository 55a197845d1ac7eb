"""Checkpoints: there and back, nothing half-written, and nothing taken that does not fit."""

import json
import signal
import struct
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from summarizer import checkpoint
from summarizer.errors import OutputError, WeightsError

ROOT = Path(__file__).parent.parent
CONFIG = {"weights": {"tiny-llama": "here"}, "lora": {"r": 4, "alpha": 8}, "note": "über"}
METRICS = {"loss": 0.25, "steps": 3}


class Both(nn.Module):
    """A frozen tower, and a projector that is trained."""

    def __init__(self, width: int = 6):
        super().__init__()
        self.tower = nn.Linear(4, 4)
        self.tower.requires_grad_(False)
        self.projector = nn.Sequential(nn.Linear(4, width), nn.GELU(), nn.Linear(width, 3))


@pytest.fixture
def module() -> Both:
    torch.manual_seed(0)
    return Both()


@pytest.fixture
def saved(tmp_path, module) -> Path:
    folder = tmp_path / "projector"
    checkpoint.save(folder, module, CONFIG, METRICS)
    return folder


def same(one: nn.Module, other: nn.Module, part: str) -> bool:
    halves = (each.get_submodule(part).parameters() for each in (one, other))
    return all(torch.equal(first, second) for first, second in zip(*halves, strict=True))


def write(folder: Path, tensors: dict) -> None:
    from safetensors.torch import save_file

    save_file(tensors, folder / checkpoint.TRAINED)


def test_exactly_what_was_trainable_goes_there_and_back(saved, module):
    assert sorted(path.name for path in saved.iterdir()) == [
        "config.json", "metrics.json", "trained.safetensors",
    ]  # fmt: skip
    assert set(checkpoint.tensors(saved)) == {
        "projector.0.weight", "projector.0.bias", "projector.2.weight", "projector.2.bias",
    }  # fmt: skip
    torch.manual_seed(1)
    other = Both()
    assert not same(module, other, "projector")
    assert checkpoint.load(saved, other) == CONFIG
    assert same(module, other, "projector") and not same(module, other, "tower")
    assert all(each.requires_grad for each in other.projector.parameters())


def test_a_description_is_light_and_true(saved, module):
    described = checkpoint.describe(saved)
    assert described.config == CONFIG and described.metrics == METRICS
    assert described.shapes["projector.0.weight"] == (6, 4)
    assert described.parameters == sum(each.numel() for each in module.projector.parameters())
    assert described.bytes == (saved / "trained.safetensors").stat().st_size
    code = (
        "import sys, pathlib; from summarizer import checkpoint; "
        f"checkpoint.describe(pathlib.Path({str(saved)!r})); "
        "print([m for m in ('torch', 'safetensors', 'transformers') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.stdout.strip() == "[]", done.stderr


def test_lora_of_peft_goes_there_and_back(tmp_path):
    from peft import LoraConfig, get_peft_model
    from transformers import LlamaConfig, LlamaForCausalLM

    def build(seed: int) -> nn.Module:
        torch.manual_seed(seed)
        config = LlamaConfig(
            vocab_size=40, hidden_size=32, intermediate_size=48, num_hidden_layers=2,
            num_attention_heads=4, num_key_value_heads=4,
        )  # fmt: skip
        torch.manual_seed(7)  # the same frozen weights under another adapter
        base = LlamaForCausalLM(config)
        torch.manual_seed(seed)
        targets = ["q_proj", "k_proj", "v_proj"]
        adapted = get_peft_model(base, LoraConfig(r=4, lora_alpha=8, target_modules=targets))
        with torch.no_grad():
            for name, each in adapted.named_parameters():
                if "lora_" in name:
                    each.normal_(std=0.2)
        return adapted.eval()

    one, other = build(1), build(2)
    pieces = torch.arange(12).reshape(1, 12)
    checkpoint.save(tmp_path / "lora", one, CONFIG, METRICS)
    names = checkpoint.describe(tmp_path / "lora").shapes
    assert len(names) == 2 * 3 * 2 and all("lora_" in name for name in names)
    with torch.no_grad():
        assert not torch.allclose(one(pieces).logits, other(pieces).logits, atol=1e-3)
        checkpoint.load(tmp_path / "lora", other)
        assert torch.equal(one(pieces).logits, other(pieces).logits)


@pytest.mark.parametrize("kind", [torch.float32, torch.float16, torch.bfloat16, torch.float64])
def test_numbers_keep_their_kind(tmp_path, kind):
    values = torch.randn(3, 5, generator=torch.Generator().manual_seed(0)).to(kind)
    checkpoint.save(tmp_path / "one", {"a": values, "b.c": values[0]}, {}, {})
    back = checkpoint.tensors(tmp_path / "one")
    assert back["a"].dtype == kind and torch.equal(back["a"], values)
    assert torch.equal(back["b.c"], values[0])


def test_rows_columns_and_shared_memory_are_kept_as_seen(tmp_path):
    values = torch.arange(12.0).reshape(3, 4)
    shown = {"turned": values.T, "row": values[1], "again": values, "one": torch.tensor(3.0)}
    checkpoint.save(tmp_path / "views", shown, {}, {})
    back = checkpoint.tensors(tmp_path / "views")
    assert all(torch.equal(back[name], shown[name]) for name in shown)


def test_a_module_of_another_kind_of_number_gets_the_same_values(saved, module):
    other = Both().to(torch.bfloat16)
    checkpoint.load(saved, other)
    assert other.projector[0].weight.dtype == torch.bfloat16
    assert torch.equal(other.projector[0].weight, module.projector[0].weight.bfloat16())


def test_nothing_trainable_is_nothing_to_keep(tmp_path, module):
    module.requires_grad_(False)
    with pytest.raises(WeightsError, match="nothing is trainable"):
        checkpoint.save(tmp_path / "empty", module, {}, {})
    assert not list(tmp_path.iterdir())


# -- what does not fit ----------------------------------------------------------------------------


def unchanged(saved: Path, module: nn.Module, said: str) -> None:
    before = {name: each.clone() for name, each in module.state_dict().items()}
    with pytest.raises(WeightsError, match=said):
        checkpoint.load(saved, module)
    assert all(torch.equal(each, before[name]) for name, each in module.state_dict().items())


def test_wrong_shapes_are_named_and_nothing_is_changed(saved):
    said = r"3 of another shape: .*projector\.0\.weight is \[6, 4\] there and \[5, 4\] here"
    unchanged(saved, Both(width=5), said)


def test_names_too_many_and_too_few_are_named(saved, module):
    write(saved, {"projector.0.weight": torch.zeros(6, 4), "gate": torch.zeros(1)})
    unchanged(saved, module, r"1 unknown to the model: gate; 3 missing in the file: projector\.0")


def test_of_many_names_ten_are_told(saved, module):
    many = {f"other.{number:02}": torch.zeros(1) for number in range(25)}
    write(saved, checkpoint.tensors(saved) | many)
    unchanged(saved, module, r"25 unknown to the model: other\.00, .*other\.09 and 15 more$")


def test_frozen_weights_may_be_in_it_but_must_be_the_models(saved, module):
    write(saved, checkpoint.tensors(saved) | {"tower.bias": torch.full((4,), 9.0)})
    checkpoint.load(saved, module)
    assert module.tower.bias.tolist() == [9.0] * 4


def test_a_model_without_memory_is_refused(saved):
    with torch.device("meta"):
        module = Both()
    with pytest.raises(WeightsError, match="4 without memory in the model"):
        checkpoint.load(saved, module)


# -- what is damaged ------------------------------------------------------------------------------


def header(size: int, text: bytes) -> bytes:
    return struct.pack("<Q", size) + text


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "header claims 0 bytes"),
        (header(1 << 60, b"{}"), "header claims 1,152,921,504,606,846,976 bytes where 2 can be"),
        (header(9 << 20, b" " * (10 << 20)), "header claims 9,437,184 bytes where 8,388,608 can"),
        (header(2, b"[]"), "makes no sense"),
        (header(9, b'{"a": 1} '), "makes no sense"),
        (header(4, b"\xff\xff\xff\xff"), "makes no sense"),
        (header(10000, b"[" * 10000), "makes no sense"),
    ],
)
def test_a_header_that_lies_is_refused(saved, module, data, said):
    (saved / "trained.safetensors").write_bytes(data)
    unchanged(saved, module, f"^trained.safetensors in .* can't be read: .*{said}")


def test_a_file_cut_off_at_any_place_is_refused(saved, module):
    whole = (saved / "trained.safetensors").read_bytes()
    for size in (*range(0, 16), len(whole) // 2, len(whole) - 1):
        (saved / "trained.safetensors").write_bytes(whole[:size])
        unchanged(saved, module, "trained.safetensors in .* can't be read")


def test_a_pickle_under_the_name_is_refused(saved, module):
    torch.save({"projector.0.weight": torch.zeros(6, 4)}, saved / "trained.safetensors")
    unchanged(saved, module, "can't be read")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("config.json", "", "it is no JSON;"),
        ("config.json", "[1]", "no JSON object"),
        ("config.json", "{}", "has form None, but only 1"),
        ("config.json", '{"form": 2}', "has form 2, but only 1"),
        ("config.json", "[" * 100_000, "it is no JSON;"),
        ("metrics.json", " " * (2 << 20), "more than 1,048,576 bytes"),
        ("metrics.json", None, "no such file"),
        ("trained.safetensors", None, "no such file"),
    ],
)
def test_a_damaged_part_is_named(saved, module, name, text, said):
    (saved / name).unlink()
    if text is not None:
        (saved / name).write_text(text)
    unchanged(saved, module, said)


def test_no_checkpoint_is_one_sentence(tmp_path, module):
    with pytest.raises(WeightsError, match=r"no checkpoint at .*README\.md says what there is$"):
        checkpoint.load(tmp_path / "none", module)


@pytest.mark.parametrize("config", [{"a": {1, 2}}, {"a": float("nan")}, {"a": "x" * (2 << 20)}])
def test_a_config_that_is_no_json_is_refused_before_anything_is_written(tmp_path, module, config):
    with pytest.raises(WeightsError, match=r"config\.json"):
        checkpoint.save(tmp_path / "one", module, config, {})
    assert not list(tmp_path.iterdir())


# -- in place of another --------------------------------------------------------------------------


def test_a_new_one_takes_the_place_of_the_old(saved, module):
    with torch.no_grad():
        module.projector[0].bias.fill_(2.0)
    checkpoint.save(saved, module, {"note": "second"}, {"loss": 0.1})
    assert checkpoint.describe(saved).config == {"note": "second"}
    assert checkpoint.tensors(saved)["projector.0.bias"].tolist() == [2.0] * 6
    assert [path.name for path in saved.parent.iterdir()] == ["projector"]


KILLED = """
import os, signal, sys
from pathlib import Path
import torch, safetensors.torch
from summarizer import checkpoint

real, moves = safetensors.torch.save_file, []

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def half(tensors, path, **options):
    real(tensors, path, **options)
    os.truncate(path, os.path.getsize(path) // 2)
    die()

def moved(self, target, replace=Path.replace):
    moves.append(replace(self, target))
    if len(moves) == int(sys.argv[2]):
        die()
    return moves[-1]

if sys.argv[2] == "0":
    safetensors.torch.save_file = half
Path.replace = moved
checkpoint.save(Path(sys.argv[1]), {"projector.0.bias": torch.ones(6)}, {"note": "new"}, {})
"""


@pytest.mark.parametrize(("moves", "note"), [(0, "über"), (1, "über"), (2, "new")])
def test_killed_at_any_moment_one_whole_checkpoint_is_there(saved, moves, note):
    words = [sys.executable, "-c", KILLED, str(saved), str(moves)]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert checkpoint.describe(saved).config["note"] == note
    assert set(checkpoint.tensors(saved)) >= {"projector.0.bias"}
    checkpoint.save(saved, {"a": torch.zeros(1)}, {}, {})
    assert set(checkpoint.tensors(saved)) == {"a"}
    assert not [path for path in saved.parent.iterdir() if path.name.endswith(".old")]


def test_a_place_that_cannot_be_written_is_one_sentence(tmp_path, module):
    (tmp_path / "file").write_text("")
    with pytest.raises(OutputError, match=r"checkpoint one can't be written to .*; choose another"):
        checkpoint.save(tmp_path / "file" / "one", module, {}, {})


def test_a_full_disk_leaves_the_old_one(saved, module, monkeypatch):
    import safetensors.torch

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safetensors.torch, "save_file", full)
    with pytest.raises(OutputError, match="no space left on device"):
        checkpoint.save(saved, module, {}, {})
    assert checkpoint.describe(saved).config == CONFIG
    assert [path.name for path in saved.parent.iterdir()] == ["projector"]


def test_the_files_can_be_read_by_hand(saved):
    assert json.loads((saved / "config.json").read_text(encoding="utf-8")) == CONFIG | {"form": 1}
    assert json.loads((saved / "metrics.json").read_text(encoding="utf-8")) == METRICS
