"""What bench.gpu says, on any machine; nothing is timed here."""

import math
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest
import torch

from bench import gpu, shapes
from bench.device import Bench, read_a_token
from bench.table import (
    COLUMNS,
    Found,
    Measure,
    Unavailable,
    better,
    bytes_a_token,
    floor,
    head,
    reason,
    row,
    shown,
)
from summarizer.models.narrator import Narrator, Rows, compiled

ROOT = Path(__file__).parent.parent
ALONE = ("copy within the device", "the prompt is made", "the floor of a step")  # nothing beside


@pytest.fixture(scope="module")
def bench():
    return Bench("cpu", shapes.TINY, runs=1)


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip().strip("|").split("|")]


# -- the command ----------------------------------------------------------------------------------


def test_every_row_is_there_with_its_numbers(tmp_path):
    out = tmp_path / "table.md"
    command = [sys.executable, "-m", "bench.gpu", "--tiny", "--runs", "1", "--out", str(out)]
    settings = {"OMP_NUM_THREADS": "1", "CUDA_VISIBLE_DEVICES": ""}
    run = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, env=os.environ | settings
    )
    assert run.returncode == 0, run.stderr[-2000:]
    assert out.read_text(encoding="utf-8") == run.stdout
    first, empty, names, _, *lines = run.stdout.splitlines()
    assert first.startswith("No CUDA GPU is here, so this ran on the CPU") and not empty
    assert cells(names) == list(COLUMNS)
    found = [cells(line) for line in lines]
    assert [(what, unit) for what, unit, *_ in found] == [
        (each.what, each.unit) for each in gpu.MEASURES
    ]
    for what, _, ours, plain, times, _ in found:
        values = [ours] if what in ALONE else [ours, plain, times]
        assert all(0 < float(value.replace(",", "")) < math.inf for value in values), what
        assert what not in ALONE or (plain, times) == ("–", "–")


def test_a_row_that_fails_says_why_and_loses_no_other(monkeypatch, capsys):
    def failing(_):
        raise RuntimeError("CUDA out of memory. Tried to allocate | 20 GiB")

    monkeypatch.setattr(
        gpu,
        "MEASURES",
        (Measure("it", "s", True, failing), Measure("copy", "GB/s", True, gpu.copying)),
    )
    gpu.main(["--tiny", "--runs", "1"])
    *_, failed, copied = capsys.readouterr().out.splitlines()
    assert cells(failed) == ["it", "s", "–", "–", "–", "not measured: CUDA out of memory"]
    assert float(cells(copied)[2]) > 0


# -- numbers --------------------------------------------------------------------------------------


def test_a_token_reads_all_weights_but_the_words_that_are_not_there(bench):
    model = bench.narrator.model
    state = model.state_dict()
    every = sum(each.numel() * 4 for each in state.values())
    assert read_a_token(model) == every - 4 * state["model.embed_tokens.weight"].numel()
    assert bytes_a_token([(10, 2), (5, 4)], (5, 4)) == 20
    assert bytes_a_token([(10, 2), (5, 4)]) == 40


def test_a_token_of_a_model_with_one_table_reads_that_too():
    from transformers import LlamaConfig, LlamaForCausalLM

    small = {"hidden_size": 8, "intermediate_size": 8, "num_attention_heads": 2}
    config = LlamaConfig(vocab_size=50, num_hidden_layers=1, tie_word_embeddings=True, **small)
    model = LlamaForCausalLM(config)
    assert read_a_token(model) == 4 * sum(each.numel() for each in model.parameters())


def test_the_floor_is_the_time_of_one_reading():
    assert floor(13_000_000_000, 2e12) == pytest.approx(0.0065)


@pytest.mark.parametrize("more, times", [(True, 4.0), (False, 0.25)])
def test_how_much_better_follows_from_what_is_good(more, times):
    assert better(Found(8.0, 2.0), more) == times
    assert better(Found(8.0), more) is None
    assert better(Found(8.0, 0.0), more) is None


def test_a_line_of_the_table():
    measure = Measure("a step", "ms", False, gpu.stepping)
    assert row(measure, Found(2.5, 5000.4, "a|b")) == "| a step | ms | 2.5 | 5,000 | 2,000 | a/b |"
    assert row(measure, "gone") == "| a step | ms | – | – | – | not measured: gone |"
    assert {len(cells(line)) for line in head().splitlines()} == {len(COLUMNS)}


@pytest.mark.parametrize(
    "value, text",
    [
        (None, "–"),
        (math.nan, "–"),
        (math.inf, "–"),
        (0.01234, "0.0123"),
        (99.96, "100"),
        (12345, "12,345"),
    ],
)
def test_numbers_are_short(value, text):
    assert shown(value) == text


def test_a_reason_is_one_short_sentence():
    assert reason(ValueError("It is\nfull. Get more.")) == "It is full"
    assert reason(KeyError()) == "KeyError"
    assert len(reason(ValueError("x" * 999))) == 200
    assert reason(Unavailable("no step was made")) == "no step was made"


def test_what_can_not_be_done_is_said_and_what_can_is_given(bench):
    assert bench.attempt(lambda: 3.0) == (3.0, "")
    assert bench.attempt(lambda: 1 / 0) == (None, "division by zero")


# -- shapes ---------------------------------------------------------------------------------------


def test_the_language_model_is_as_large_as_vicuna():
    from transformers import AutoModelForCausalLM, LlamaConfig

    config = LlamaConfig(**shapes.VICUNA)
    with torch.device("meta"):
        model = AutoModelForCausalLM.from_config(config, dtype=torch.bfloat16)
    count = sum(each.numel() for each in model.parameters())
    assert count == shapes.numbers(config) == 6_738_415_616  # and 32 x 64 that are computed


def test_the_model_that_listens_is_as_large_as_mert():
    from transformers import HubertConfig, HubertModel

    from tests.models.test_layouts import built, layout

    with torch.device("meta"):
        ours = HubertModel(HubertConfig(**shapes.MERT)).state_dict()
    theirs = built(layout("mert-95m")).state_dict()
    assert {name: each.shape for name, each in ours.items()} == {
        name: each.shape for name, each in theirs.items()
    }


def test_every_token_of_the_made_vocabulary_reads_as_something():
    tokenizer = shapes.tokenizer_of(12_000)
    assert len(tokenizer) == 12_000
    assert all(tokenizer.decode([token]) for token in range(3, 12_000, 97))
    text = "Then the music plays; somebody talks. 🐧"
    found = tokenizer(text).input_ids
    assert found[0] == tokenizer.bos_token_id and len(found) < 30
    assert tokenizer.decode(found, skip_special_tokens=True) == text


def test_the_made_video_is_whole(bench):
    made = shapes.perceived(shapes.TRUE, 16, 2.0)
    assert made.events[0].start == 0 and made.events[-1].end == made.video.seconds == 600
    assert all(one.end == other.start for one, other in pairwise(made.events))
    widths = {track.name: track.values.shape for track in made.tracks}
    assert widths == {"patches": (600 * 16, 1024), "tune": (1200, 768)}


def test_the_plain_prompt_differs_by_whole_pictures_alone(bench):
    assert len(bench.prompt) == len(bench.plain_prompt)
    for ours, plain in zip(bench.prompt, bench.plain_prompt, strict=True):
        if isinstance(ours, Rows) and ours.sense == "sight":
            assert plain.values.shape == (shapes.TINY.patches, shapes.TINY.sight)
        else:
            assert plain is ours
    assert bench.narrator.senses == {"sight", "sound"}
    assert {each.sense for each in bench.prompt if isinstance(each, Rows)} == {"sight", "sound"}


def test_ten_minutes_are_at_least_three_times_shorter_when_merged():
    from transformers import AutoModelForCausalLM, LlamaConfig

    with torch.device("meta"):  # tokens are only counted
        model = AutoModelForCausalLM.from_config(LlamaConfig(**shapes.VICUNA))
    narrator = Narrator(model, shapes.tokenizer_of(12_000))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # thousands of small steps: threads would only wait for each other
    try:
        merged = shapes.prompt_of(narrator, shapes.perceived(shapes.TRUE, 16, 2.0))
    finally:
        torch.set_num_threads(threads)
    whole = shapes.unmerged(merged, shapes.TRUE.patches, shapes.TRUE.sight)
    assert narrator.count(merged) <= 4096 - 200
    assert narrator.count(whole) >= 3 * narrator.count(merged)


# -- the compiled step ----------------------------------------------------------------------------


def test_the_captured_step_writes_what_the_plain_one_does(bench):
    torch._dynamo.reset()
    try:
        fast = compiled(bench.narrator, backend="aot_eager")
        written = [int(each[0]) for each in fast._greedy(*fast.splice(bench.prompt), 24)]
    except torch._dynamo.exc.TorchDynamoException as error:
        pytest.skip(f"nothing can be compiled here: {reason(error)}")
    finally:
        torch._dynamo.reset()
    embeds, mask = bench.narrator.splice(bench.prompt)
    plain = bench.narrator.model.generate(
        inputs_embeds=embeds, attention_mask=mask, do_sample=False, min_new_tokens=24,
        max_new_tokens=24, pad_token_id=0,
    )  # fmt: skip
    assert written == [int(each[0]) for each in bench.narrator._greedy(embeds, mask, 24)]
    ended = next((at for at, each in enumerate(written) if each == 2), len(written))
    assert written[:ended] == plain[0].tolist()[:ended] and ended


def test_a_step_that_does_not_fit_is_made_in_less_memory(bench):
    calls = []

    def step() -> None:
        calls.append(1)
        if len(calls) == 1:
            raise MemoryError("too much")

    class Model:
        def gradient_checkpointing_enable(self, gradient_checkpointing_kwargs):
            calls.append(gradient_checkpointing_kwargs)

    class Pupil:
        model = Model()

    here = Bench("cpu", shapes.TINY, runs=1)
    seconds, how = gpu._learnt(here, Pupil, step, "ours")
    assert seconds is not None and how == "with gradient checkpointing"
    assert {"use_reentrant": False} in calls and here.peaks["ours"] > 0
    assert gpu._learnt(here, Pupil, lambda: 1 / 0, "plain") == (None, "division by zero")
