"""The stage videoxum by the one command, on films in their published form: stopped, refused."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from summarizer import checkpoint, features
from summarizer.data import __main__ as data
from summarizer.data import manifest
from summarizer.models import hub
from summarizer.models.saliency.dual import load
from summarizer.train import __main__ as command
from summarizer.train.loop import LOG
from summarizer.train.watched import write_rows
from tests.train.training import laid, short

ROOT = Path(__file__).parent.parent.parent
FAST = ("epochs=0", "pace.steps=6", "pace.batch=3", "pace.rate=0.003", "pace.log=1", "held=0.0")


@pytest.fixture(scope="module")
def films(tmp_path_factory, tiny_home) -> Path:
    """A manifest of three films with masks, and what the tiny preset saw of them."""
    place = tmp_path_factory.mktemp("videoxum")
    laid(place / "data", "videoxum", short(tmp_path_factory.mktemp("films")))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        patch.setenv("CHECKPOINTS", str(place / "none"))  # what it was taught is not needed to see
        assert data.main(["read", "videoxum", "--data", str(place / "data")]) == 0
        path = place / "data" / "manifest.jsonl"
        given = [str(path), "--preset", "videoxum-tiny", "--cache", str(place / "cache")]
        assert features.main(given) == 0
    return path


def words(path: Path, out: Path, *more: object, **settings: object) -> list[str]:
    given = ["videoxum", "--preset", "videoxum-tiny", "--data", path, "--out", out, *more]
    for each in (
        *FAST,
        *(f"{name.replace('__', '.')}={value}" for name, value in settings.items()),
    ):
        given += ["--set", each]
    return [str(each) for each in given]


def learn(*given: object, **settings: object) -> int:
    return command.main(words(*given, **settings))


def losses(out: Path) -> list[float]:
    lines = (out.with_name(f"{out.name}.training") / LOG).read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_it_learns_and_a_stopped_run_goes_on_to_the_same(films, tiny_weights, tmp_path, capsys):
    assert learn(films, tmp_path / "whole") == 0
    said = capsys.readouterr().out
    assert "3 videos to learn from and 0 held out, rows by tiny-blip" in said
    found = losses(tmp_path / "whole")
    assert len(found) == 6 and found[-1] < 0.97 * found[0]
    out = tmp_path / "stopped"
    assert command.main([*words(films, out), "--seconds", "0"]) == command.UNDONE
    assert not out.exists()
    assert learn(films, out) == 0
    assert losses(out) == pytest.approx(found, rel=1e-5)
    kept = checkpoint.describe(out)
    assert kept.config["rows"] == "tiny-blip" and kept.config["shape"]["kernel"] == 5
    assert kept.metrics["stage"] == "videoxum" and kept.metrics["data"]["examples"] == 3
    assert {"near.attn.qkv.weight", "text.bert.embeddings.LayerNorm.weight"} <= set(kept.shapes)
    assert "<title>" in out.with_name("stopped.html").read_text()


def test_every_part_is_a_setting(films, tiny_weights, tmp_path):
    out = tmp_path / "own"
    parts = {
        "recipe__kernel": 7,
        "recipe__slots": 4,
        "recipe__edges": 1.0,
        "recipe__agreement": 0.2,
    }
    assert learn(films, out, pace__steps=2, **parts) == 0
    shape = checkpoint.describe(out).config["shape"]
    assert (shape["kernel"], shape["slots"], shape["edges"], shape["common"]) == (7, 4, True, 64)
    assert learn(films, tmp_path / "more", "--from", out, pace__steps=1, **parts) == 0
    assert set(checkpoint.describe(tmp_path / "more").metrics["from"]) == {"own"}


def test_it_goes_on_from_a_file_as_its_authors_released(films, tiny_weights, tmp_path):
    assert learn(films, tmp_path / "own", pace__steps=1) == 0
    whole = load(tmp_path / "own", "tiny-blip")[0].state_dict()
    torch.save({"model": {theirs(name): each for name, each in whole.items()}}, tmp_path / "t.pth")
    ours = checkpoint.tensors(tmp_path / "own")
    out = tmp_path / "more"
    assert learn(films, out, "--from", tmp_path / "t.pth", pace__rate=1e-9, pace__steps=1) == 0
    after = checkpoint.tensors(out)
    assert ours.keys() == after.keys()
    assert all(torch.allclose(ours[name], after[name], atol=1e-6) for name in ours)


def theirs(name: str) -> str:
    """What the authors of VTSUM-BLIP call one of our weights."""
    for own, their in (
        ("temporal.positions.", "position_embeddings."), ("temporal.layers.", "tt.blocks."),
        ("temporal.norm.", "tt.norm."), ("near.", "local_atten_head."),
        ("saliency.", "vsum_head.0."), ("text.", "text_decoder."),
    ):  # fmt: skip
        if name.startswith(own):
            name = their + name.removeprefix(own)
            break
    return name.replace(".mlp.0.", ".mlp.fc1.").replace(".mlp.2.", ".mlp.fc2.")


def test_rows_are_also_read_from_files_of_their_own(films, tiny_weights, tmp_path, capsys):
    width = 32
    draw = np.random.default_rng(0)
    for example in manifest.read(films):
        write_rows(tmp_path / "rows" / f"{example.id}.npz", draw.normal(size=(3, width)))
    rows = ("--features", tmp_path / "rows")
    assert learn(films, tmp_path / "own", *rows, pace__steps=1) == 0
    assert "rows by released" in capsys.readouterr().out
    assert checkpoint.describe(tmp_path / "own").config["rows"] == "released"
    assert learn(films, tmp_path / "small", *rows, pace__steps=1, small=True) == 0
    assert "words" in checkpoint.describe(tmp_path / "small").config


def test_what_is_wrong_is_one_sentence(films, tiny_weights, tmp_path, capsys):
    out = tmp_path / "own"

    def complaint(*given: object, **settings: object) -> str:
        capsys.readouterr()
        assert learn(*given, **settings) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1, said
        return said

    (tmp_path / "empty").mkdir()
    empty = complaint(films, out, "--features", tmp_path / "empty")
    assert "no video of manifest.jsonl has what this stage learns from" in empty
    nowhere = complaint(films, out, "--features", tmp_path / "none")
    assert "python -m summarizer.features" in nowhere
    assert "tells with nothing that reads a video as frames" in complaint(
        films, out, "--preset", "tiny"
    )
    assert "rows were made by tiny-blip and the preset videoxum reads those by blip" in complaint(
        films, out, "--preset", "videoxum"
    )
    assert "no setting 'kernel'" in complaint(films, out, kernel=3)
    assert "windows of 4 and 0 seconds must have a middle" in complaint(
        films, out, recipe__kernel=4
    )
    assert "no checkpoint" in complaint(films, out, "--from", tmp_path / "nothing")
    for example in manifest.read(films):
        write_rows(tmp_path / "thin" / f"{example.id}.npz", np.ones((3, 7)))
    thin = complaint(films, out, "--features", tmp_path / "thin")
    assert "the rows have 7 numbers and the model reads 32" in thin
    assert not out.exists() and hub.here("tiny-blip")


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(films, tiny_weights, tmp_path):
    """But for the agreement term, which compares the videos that one process has of a step."""
    settings = {"pace__batch": 2, "pace__steps": 3, "recipe__edges": 0.5}
    assert learn(films, tmp_path / "one", **settings) == 0
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    launch += ["--main_process_port", "0", "-m", "summarizer.train"]
    done = subprocess.run(
        [*launch, *words(films, tmp_path / "two", **settings)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-3)
