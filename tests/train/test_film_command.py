"""Pretraining and scoring by the one command, on files in the standard form that the test wrote."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.data import benchmark, manifest, perceived
from summarizer.data.manifest import Example, Rated, Told
from summarizer.metrics.agreement import kendall
from summarizer.models.saliency.progressive import load
from summarizer.schema import Track
from summarizer.train import __main__ as command
from summarizer.train.loop import LOG
from summarizer.train.screening import COURSES
from tests import annotated, perceptions

SMALL = ("width=16", "layers=1", "heads=2", "batch=4", "rate=3e-3")


@pytest.fixture
def data(tmp_path) -> Path:
    annotated.folder(tmp_path, "summe", count=10, width=5)
    (path,) = tmp_path.glob("*.h5")
    return path


def learn(stage: str, data: Path, out: Path, *more: object, **settings: object) -> int:
    words = [stage, "--data", data, "--out", out, *more]
    for each in (*SMALL, *(f"{name}={value}" for name, value in settings.items())):
        words += ["--set", each]
    return command.main([str(word) for word in words])


def losses(out: Path) -> list[float]:
    lines = (out.with_name(f"{out.name}.training") / LOG).read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


def test_pretrain_then_score_then_use(data, tmp_path, capsys):
    """What is planted is found by what the two commands leave."""
    encoder, own = tmp_path / "encoder", tmp_path / "own"
    assert learn("ssl", data, encoder, epochs=5) == 0
    assert learn("progressive", data, own, "--from", encoder, stages=2, epochs=60) == 0
    said = capsys.readouterr().out
    assert "8 videos to learn from and 2 held out, features by google_pool5" in said
    assert "own is done; own.html shows how it went." in said
    model, gained = load(own, "google_pool5", 5), []
    for video in benchmark.read(data, "summe").values():
        gained.append(kendall(model.judge(video.features).prod(0), video.target))
    assert np.mean(gained) > 0.4
    metrics = checkpoint.describe(own).metrics
    assert metrics["settings"]["stages"] == 2 and len(metrics["from"]) == 64
    page = (tmp_path / "own.html").read_text()
    assert "plotly" in page and metrics["data"] in page


@pytest.mark.parametrize("stage", COURSES)
def test_stopped_and_taken_up_again_it_learns_the_same(data, tmp_path, stage):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert learn(stage, data, whole, epochs=4) == 0
    assert learn(stage, data, parts, "--seconds", 0, epochs=4) == command.UNDONE
    assert not parts.exists()
    assert learn(stage, data, parts, "--seconds", 0, epochs=4) == command.UNDONE
    assert learn(stage, data, parts, epochs=4) == 0
    assert losses(parts) == pytest.approx(losses(whole), rel=1e-5)
    one, other = checkpoint.tensors(whole), checkpoint.tensors(parts)
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=1e-4, atol=1e-6)


def test_both_learn_from_a_manifest_with_features(tmp_path, capsys):
    """Videos with stories and what people gave every second, as the senses of the app see them."""
    path, draw = tmp_path / "manifest.jsonl", np.random.default_rng(3)
    keeper, examples = perceived.Keeper(perceived.place_of(path), {"preset": "tiny"}), []
    for number in range(6):
        rows = draw.normal(size=(20, 5)).astype(np.float16)
        track = Track("sight", np.arange(20) + 0.5, rows, "an eye")
        seen = perceptions.perception(perceptions.video(20.0), tracks=[track])
        keeper.keep(str(number), f"{number}.mp4", seen)
        liked = tuple(np.clip(0.5 + rows[:, 0] / 4, 0, 1).round(3).tolist())
        examples.append(
            Example(
                str(number), video=f"{number}.mp4", story=(Told(f"Number {number}."),),
                saliency=Rated(1.0, (liked,)), split="val" if number == 5 else "train",
            )
        )  # fmt: skip
    manifest.write(examples, path)
    assert learn("ssl", path, tmp_path / "encoder", epochs=2) == 0
    own = tmp_path / "own"
    assert learn("progressive", path, own, "--from", tmp_path / "encoder", epochs=2) == 0
    said = capsys.readouterr().out
    assert said.count("5 videos to learn from and 1 held out, features by an eye") == 2
    assert load(own, "an eye", 5).judge(np.ones((4, 5))).shape == (3, 4)


def test_seeds_differ(data, tmp_path):
    for seed in (0, 1):
        assert learn("progressive", data, tmp_path / str(seed), "--seed", seed, epochs=1) == 0
    assert losses(tmp_path / "0") != losses(tmp_path / "1")


def test_what_is_wrong_is_one_sentence(data, tmp_path, capsys):
    def complaint(stage: str, *more: object, **settings: object) -> str:
        capsys.readouterr()
        assert learn(stage, data, tmp_path / "no", *more, **settings) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1
        return said

    assert "whoever made them; leave --preset away" in complaint("ssl", "--preset", "studio")
    assert "begins from nothing; leave other away" in complaint("ssl", "--from", "other")
    assert "from one checkpoint, not 2" in complaint("progressive", "--from", "one", "other")
    assert "no checkpoint at" in complaint("progressive", "--from", tmp_path / "nothing")
    assert "no setting 'hops'" in complaint("progressive", hops=1)
    assert "no loss 'mean'" in complaint("progressive", loss="mean")
    assert command.main(["see", "--data", str(data), "--out", str(tmp_path / "no")]) == 2
    assert "--preset names it" in capsys.readouterr().err
    assert not (tmp_path / "no").exists()


def test_the_command_names_every_course():
    assert tuple(COURSES) == command.COURSES
