"""The loop on a lesson small enough to work out by hand; killed for real, and on two processes."""

import json
import math
import os
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from summarizer import checkpoint
from summarizer.errors import PresetError, SummarizerError, WeightsError
from summarizer.train.loop import LOG, STATE, Pace, order, train

ROOT = Path(__file__).parent.parent.parent
PACE = Pace(steps=12, batch=6, rate=0.05, log=1, seed=3)


class Line(nn.Module):
    """A frozen stretch, then a line; the loss has two terms of different sizes."""

    def __init__(self, chance: float = 0.0):
        super().__init__()
        self.frozen = nn.Linear(3, 3).requires_grad_(False)
        self.line = nn.Linear(3, 1)
        self.chance = nn.Dropout(chance)

    def forward(self, batch):
        found = self.line(self.chance(self.frozen(batch["x"])))[:, 0]
        error = (found - batch["y"]) ** 2
        return {
            "fit": (error * batch["counts"]).sum(),
            "small": self.line.weight.abs().sum() * len(error),
        }


class Fitting:
    """Twenty points; some count more, so averages of averages would differ."""

    def __init__(self, chance: float = 0.0, wait: float = 0.0):
        self.weights, self.examples = {"fit": 1.0, "small": 0.01}, 20
        torch.manual_seed(0)
        self.module, self.wait = Line(chance), wait
        points = np.random.default_rng(0)
        self.x = points.normal(size=(20, 3)).astype(np.float32)
        self.y = (self.x @ [1.0, -2.0, 0.5]).astype(np.float32)
        self.counts = points.integers(1, 9, 20).astype(np.float32)

    def batch(self, picks):
        time.sleep(self.wait)
        which = [example for example, _ in picks]
        noise = np.array([draw.normal() for _, draw in picks], np.float32)
        return {
            "x": torch.tensor(self.x[which]),
            "y": torch.tensor(self.y[which] + 0.1 * noise),
            "counts": torch.tensor(self.counts[which]),
        }

    def size(self, batch):
        return {"fit": float(batch["counts"].sum()), "small": len(batch["y"])}

    def check(self):
        with torch.no_grad():
            found = self.module.eval().line(self.module.frozen(torch.tensor(self.x)))[:, 0]
        return {"error": float(((found - torch.tensor(self.y)) ** 2).mean())}

    def keep(self, folder, trained, metrics):
        checkpoint.save(folder, trained, {"kind": "line"}, metrics)


def losses(out: Path) -> list[float]:
    lines = (out.with_name(f"{out.name}.training") / LOG).read_text().splitlines()
    entries = [json.loads(line) for line in lines]
    assert [each["step"] for each in entries] == list(range(1, len(entries) + 1))
    return [each["loss"] for each in entries]


def learn(out: Path, pace: Pace = PACE, **options):
    return train(Fitting(options.pop("chance", 0.0)), pace, out, quiet=True, **options)


def by_hand(pace: Pace) -> tuple[list[float], nn.Module]:
    """The same without the loop: one batch a step, torch alone."""
    lesson = Fitting()
    decayed, rest = [lesson.module.line.weight], [lesson.module.line.bias]
    groups = [{"params": decayed, "weight_decay": pace.decay}, {"params": rest, "weight_decay": 0}]
    shares = [1.0, pace.slower.get("line.bias", 1.0)]
    optimizer = torch.optim.AdamW(groups, betas=(0.9, 0.95))
    found, spots = [], []
    for turn in range(10):
        spots += np.random.default_rng([pace.seed, turn]).permutation(20).tolist()
    for step in range(pace.steps):
        which = spots[step * pace.batch : (step + 1) * pace.batch]
        draws = [np.random.default_rng([pace.seed, step, place]) for place in range(pace.batch)]
        batch = lesson.batch(list(zip(which, draws, strict=True)))
        sums, sizes = lesson.module(batch), lesson.size(batch)
        loss = sums["fit"] / sizes["fit"] + 0.01 * sums["small"] / sizes["small"]
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(lesson.module.parameters(), pace.clip)
        for group, share in zip(optimizer.param_groups, shares, strict=True):
            group["lr"] = share * pace.rate_at(step)
        optimizer.step()
        found.append(loss.item())
    return found, lesson.module


def test_it_learns_as_the_same_written_out_does(tmp_path):
    pace = Pace(steps=12, batch=6, rate=0.05, log=1, seed=3, decay=0.1, warmup=0.25, floor=0.1)
    outcome = learn(tmp_path / "line", pace)
    expected, module = by_hand(pace)
    assert losses(tmp_path / "line") == pytest.approx(expected, rel=1e-5)
    kept = checkpoint.tensors(tmp_path / "line")
    assert set(kept) == {"line.weight", "line.bias"}
    torch.testing.assert_close(kept["line.weight"], module.line.weight.detach())
    assert outcome.done and outcome.loss == pytest.approx(expected[-1], rel=1e-5)
    metrics = checkpoint.describe(tmp_path / "line").metrics
    assert metrics["error"] == outcome.metrics["error"] > 0
    assert metrics["training"]["of"]["pace"]["rate"] == 0.05
    assert not (tmp_path / "line.training" / STATE).exists()


def test_what_is_to_learn_slower_takes_so_much_shorter_steps(tmp_path):
    pace = replace(PACE, slower={"line.bias": 0.25})
    learn(tmp_path / "line", pace)
    expected, module = by_hand(pace)
    assert losses(tmp_path / "line") == pytest.approx(expected, rel=1e-5)
    kept = checkpoint.tensors(tmp_path / "line")
    torch.testing.assert_close(kept["line.bias"], module.line.bias.detach())
    learn(tmp_path / "other")
    assert checkpoint.tensors(tmp_path / "other")["line.bias"] != kept["line.bias"]
    with pytest.raises(WeightsError, match="nothing that learns is called 'frozen'"):
        learn(tmp_path / "third", replace(PACE, slower={"frozen": 0.1}))


def test_small_batches_add_up_to_the_whole_one(tmp_path):
    learn(tmp_path / "whole")
    learn(tmp_path / "parts", Pace(**{**vars(PACE), "at_once": 1}))
    learn(tmp_path / "uneven", Pace(**{**vars(PACE), "at_once": 4}))
    assert losses(tmp_path / "parts") == pytest.approx(losses(tmp_path / "whole"), rel=1e-5)
    assert losses(tmp_path / "uneven") == pytest.approx(losses(tmp_path / "whole"), rel=1e-5)


@pytest.mark.parametrize("chance", [0.0, 0.5])
def test_a_run_in_many_pieces_is_the_run_in_one(tmp_path, chance):
    learn(tmp_path / "whole", chance=chance)
    steps = []
    for _ in range(PACE.steps):  # each call takes one step and is out of time
        outcome = learn(tmp_path / "pieces", chance=chance, seconds=0)
        steps.append(outcome.step)
        assert outcome.done == (tmp_path / "pieces").exists()
    assert steps == list(range(1, PACE.steps + 1))
    assert losses(tmp_path / "pieces") == losses(tmp_path / "whole")
    one, other = (checkpoint.tensors(tmp_path / name) for name in ("whole", "pieces"))
    assert all(torch.equal(one[name], other[name]) for name in one)


SCRIPT = """
    import sys
    sys.path[:0] = [{here!r}, {root!r}]
    from pathlib import Path
    import importlib.util
    spec = importlib.util.spec_from_file_location("test_loop", {file!r})
    lesson = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(lesson)
    pace = lesson.Pace(**{{**vars(lesson.PACE), "save": 0.0}})
    lesson.train(lesson.Fitting(wait={wait}), pace, Path(sys.argv[1]), quiet=True)
"""


def script(tmp_path: Path, wait: float) -> Path:
    file = tmp_path / f"learn{wait}.py"
    values = {"here": str(Path(__file__).parent), "root": str(ROOT), "file": __file__}
    file.write_text(textwrap.dedent(SCRIPT).format(**values, wait=wait), encoding="utf-8")
    return file


@pytest.mark.parametrize("sign", [signal.SIGKILL, signal.SIGTERM])
def test_a_killed_run_goes_on_to_the_same_losses(tmp_path, sign):
    learn(tmp_path / "whole")
    out = tmp_path / "killed"
    command = [sys.executable, str(script(tmp_path, 0.3)), str(out)]
    process = subprocess.Popen(command, env={**os.environ, "OMP_NUM_THREADS": "1"})
    state = tmp_path / "killed.training" / STATE / "progress.json"
    while not state.exists():
        assert process.poll() is None, "it ended before anything was kept"
        time.sleep(0.05)
    process.send_signal(sign)
    assert process.wait(timeout=120) == (-sign if sign == signal.SIGKILL else 0)
    assert not out.exists()
    assert 0 < json.loads(state.read_text())["step"] < PACE.steps
    assert learn(out, Pace(**{**vars(PACE), "save": 0.0})).done
    assert losses(out) == losses(tmp_path / "whole")


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(tmp_path):
    learn(tmp_path / "one")
    command = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    command += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    command += ["--main_process_port", "0", str(script(tmp_path, 0.0)), str(tmp_path / "two")]
    subprocess.run(command, check=True, env={**os.environ, "OMP_NUM_THREADS": "1"})
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
    one, two = (checkpoint.tensors(tmp_path / name) for name in ("one", "two"))
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=1e-4, atol=1e-5)


def test_every_example_comes_once_before_any_comes_twice():
    spots = [spot for step in range(10) for spot in order(7, 3, 1, step)]
    for turn in range(4):
        assert sorted(spots[7 * turn : 7 * turn + 7]) == list(range(7))
    assert spots[:7] != spots[7:14]
    assert order(7, 3, 1, 4) == order(7, 3, 1, 4) != order(7, 3, 2, 4)


def test_the_rate_rises_and_falls():
    pace = Pace(steps=100, rate=2.0, warmup=0.1, floor=0.25)
    rates = [pace.rate_at(step) for step in range(101)]
    assert rates[0] == pytest.approx(0.2) and rates[9] == pytest.approx(2.0)
    assert rates[10] == pytest.approx(2.0) and rates[100] == pytest.approx(0.5)
    assert rates[55] == pytest.approx(2.0 * (0.25 + 0.75 * 0.5))
    assert np.all(np.diff(rates[10:]) < 0)


def test_a_state_of_another_run_is_refused(tmp_path):
    learn(tmp_path / "line", seconds=0)
    with pytest.raises(SummarizerError, match="a run of something else"):
        learn(tmp_path / "line", Pace(**{**vars(PACE), "rate": 0.01}))
    with pytest.raises(SummarizerError, match="a run of something else"):
        learn(tmp_path / "line", identity="other data")
    assert learn(tmp_path / "line", Pace(**{**vars(PACE), "save": 9.0, "log": 1})).done


def test_what_cannot_be_learned_says_so(tmp_path):
    lesson = Fitting()
    lesson.module.requires_grad_(False)
    with pytest.raises(WeightsError, match="nothing of this model is trainable"):
        train(lesson, PACE, tmp_path / "line", quiet=True)
    lesson = Fitting()
    lesson.examples = 0
    with pytest.raises(SummarizerError, match="no examples"):
        train(lesson, PACE, tmp_path / "line", quiet=True)
    lesson = Fitting()
    lesson.y[:] = math.nan
    with pytest.raises(SummarizerError, match="the loss of step 1 is nan: fit nan"):
        train(lesson, PACE, tmp_path / "line", quiet=True)
    for wrong in (
        {"steps": 0},
        {"rate": 0.0},
        {"clip": 0.0},
        {"warmup": 2},
        {"precision": "x"},
        {"slower": {"line": 0.0}},
        {"slower": {"line": "much"}},
    ):
        with pytest.raises(PresetError):
            Pace(**wrong)


def test_runs_of_different_precision_may_follow_each_other_in_one_process(tmp_path):
    for number, precision in enumerate(("bf16", "no", "bf16")):
        pace = replace(PACE, steps=2, precision=precision)
        assert train(Fitting(), pace, tmp_path / str(number), quiet=True).done
