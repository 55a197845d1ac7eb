"""The stages are what the published table says, and cost what the README works out."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from summarizer.errors import PresetError
from summarizer.models.narrator import Lora
from summarizer.models.projector import Projector
from summarizer.models.saliency.head import Head
from summarizer.train.stages import STAGES, Stage

README = (Path(__file__).parent.parent.parent / "README.md").read_text(encoding="utf-8")
FLOPS = 1e14  # a second, assumed


def size(module) -> int:
    return sum(each.numel() for each in module.parameters())


@pytest.fixture(scope="module")
def counts() -> dict[str, int]:
    """The parameters of `studio`: CLIP ViT-L/14 is 1024 wide, its texts 768, MERT 768, CLAP 512."""
    from transformers import LlamaConfig, LlamaForCausalLM

    with torch.device("meta"):
        vicuna = LlamaForCausalLM(LlamaConfig())  # its numbers are those of the first Llama, 7B
        see, hear = (Projector(width, vicuna.config.hidden_size) for width in (1024, 768))
        head = Head({"sight": 768, "hearing": 512, "patches": 1024})
        lora = Lora()
        adapter = sum(
            lora.rank * sum(module.weight.shape)
            for name, module in vicuna.named_modules()
            if name.endswith(lora.targets)
        )
    parts = {"see": size(see), "hear": size(hear)}
    return {"all": size(vicuna), **parts, "tell": sum(parts.values()) + size(head) + adapter}


def row(start: str) -> list[str]:
    """The cells of the README's last row that begins so."""
    found = [line for line in README.splitlines() if line.startswith(f"| {start}")]
    return [cell.strip() for cell in found[-1].strip("|").split("|")]


@pytest.mark.parametrize("name", STAGES)
def test_the_arithmetic_of_the_readme(counts, name):
    assert f"{counts['all']:,} numbers, in 16 bits {2 * counts['all'] / 1e9:.1f} GB" in README
    _, numbers, memory, hours = row(f"`{name}`")
    assert numbers == f"{counts[name]:,}" and memory == f"{16 * counts[name] / 1e9:.2f} GB"
    stage = STAGES[name]
    tokens = (stage.most or 10_000) * stage.epochs * stage.room
    for shown, gpus in zip(hours.split(", "), (1, 8, 16), strict=True):
        exact = 4 * counts["all"] * tokens / FLOPS / 3600 / gpus
        assert float(shown) == pytest.approx(exact, rel=0.06)


def test_the_table_of_the_readme():
    for name, stage in STAGES.items():
        found = next(line for line in README.splitlines() if line.startswith(f"| `{name}` |"))
        rate, step, passes = (cell.strip() for cell in found.split("|")[4:7])
        numbers = {1: "one", 2: "two", 4: "four"}
        assert float(rate) == stage.pace.rate and float(passes) == stage.epochs
        assert step == f"{stage.pace.batch}, {numbers[stage.pace.at_once]} at once"


def test_passes_become_steps():
    see = STAGES["see"]
    assert see.paced(50_000).steps == 9_375 and see.paced(1).steps == 1
    assert replace(see, epochs=0).paced(50_000).steps == see.pace.steps


@pytest.mark.parametrize(
    "wrong", [{"held": 1.0}, {"epochs": -1}, {"answer": 600}, {"lambda_v": -1.0}, {"hidden": 0}]
)
def test_what_is_not_possible_is_refused(wrong):
    with pytest.raises(PresetError):
        Stage(**{**vars(STAGES["see"]), **wrong})
