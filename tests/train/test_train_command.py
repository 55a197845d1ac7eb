"""The command that trains, on small data sets in their published form: killed, divided, used."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from summarizer import checkpoint
from summarizer.pipeline import load
from summarizer.schema import Preference
from summarizer.train import __main__ as command
from summarizer.train import abridging
from summarizer.train.loop import LOG, STATE
from summarizer.train.stages import STAGES
from tests.train.training import SETS, learn, made, short, words

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def films(tmp_path_factory) -> list[Path]:
    return short(tmp_path_factory.mktemp("films"))


@pytest.fixture(scope="module")
def sets(tmp_path_factory, films, tiny_home):
    """Each small data set as a manifest with its features, made when it is first asked for."""
    folder, known = tmp_path_factory.mktemp("sets"), {}

    def get(name: str) -> Path:
        if name not in known:
            known[name] = made(folder / name, name, films)
        return known[name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        yield get


def losses(out: Path) -> list[float]:
    lines = (out.with_name(f"{out.name}.training") / LOG).read_text().splitlines()
    return [json.loads(line)["loss"] for line in lines]


@pytest.mark.parametrize(
    ("name", "stage"), [(name, stage) for name, each in SETS.items() for stage in each[3]]
)
def test_every_data_set_steps_through_its_stages(name, stage, sets, tmp_path, capsys):
    out = tmp_path / "own"
    assert learn(stage, sets(name), out, **{"pace.steps": 1}) == 0
    said = capsys.readouterr().out
    assert "3 examples to learn from and 0 held out" in said and "own is done" in said
    (loss,) = losses(out)
    assert 0 < loss < 20
    kept = set(checkpoint.tensors(out))
    parts = {"see": {"sight"}, "hear": {"sound"}, "tell": {"sight", "sound"}}[stage]
    assert {n.split(".")[1] for n in kept if n.startswith("projectors.")} == parts
    assert any("lora_" in each for each in kept) == (stage == "tell")
    judged = stage == "tell" and name != "mmtrail"
    assert out.with_name("own-saliency").is_dir() == judged
    metrics = checkpoint.describe(out).metrics
    assert metrics["stage"] == stage and metrics["preset"] == "tiny"
    assert sum(metrics["data"]["examples"].values()) == 3
    assert len(metrics["data"]["sha256"]) == 64
    page = out.with_name("own.html").read_text()
    assert "<title>" in page and metrics["data"]["sha256"] in page and "plotly" in page


def test_a_killed_command_goes_on_to_the_same_losses(sets, tmp_path, tiny_home):
    path = sets("videoxum")
    assert learn("tell", path, tmp_path / "whole", **{"pace.steps": 20}) == 0
    out = tmp_path / "killed"
    given = words("tell", path, out, **{"pace.steps": 20})
    process = subprocess.Popen(
        [sys.executable, "-m", "summarizer.train", *given, "--set", "pace.save=0.0"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": str(torch.get_num_threads())},
    )
    state = tmp_path / "killed.training" / STATE / "progress.json"
    while not state.exists():
        assert process.poll() is None, "it ended before anything was kept"
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait(timeout=120)
    assert not out.exists()
    assert command.main([*given, "--seconds", "0"]) == command.UNDONE  # a step, and time is up
    assert command.main(given) == 0
    assert losses(out) == pytest.approx(losses(tmp_path / "whole"), rel=1e-5)
    one, other = (checkpoint.tensors(tmp_path / name) for name in ("whole", "killed"))
    for name in one:
        torch.testing.assert_close(one[name], other[name], rtol=1e-3, atol=1e-5)


@pytest.mark.slow
def test_two_processes_learn_what_one_learns(sets, tmp_path):
    path, settings = sets("videoxum"), {"narrator.lora_dropout": 0.0, "narrator.device": "cpu"}
    assert learn("tell", path, tmp_path / "one", **settings) == 0
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--cpu", "--num_processes", "2"]
    launch += ["--num_machines", "1", "--mixed_precision", "no", "--dynamo_backend", "no"]
    launch += ["--main_process_port", "0", "-m", "summarizer.train"]
    done = subprocess.run(
        [*launch, *words("tell", path, tmp_path / "two", **settings)],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count("is done") == 1  # one of them speaks
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-4)
    one, two = (checkpoint.tensors(tmp_path / name) for name in ("one", "two"))
    for name in one:
        torch.testing.assert_close(one[name], two[name], rtol=1e-2, atol=1e-4)


def test_a_stage_begins_from_earlier_ones_and_the_app_uses_it(sets, films, tmp_path, monkeypatch):
    folder = tmp_path / "checkpoints"
    monkeypatch.setenv("CHECKPOINTS", str(folder))
    settings = {"epochs": 2, "held": 0.3}
    assert learn("see", sets("cc3m"), folder / "see", **settings) == 0
    assert learn("hear", sets("mmtrail"), folder / "hear") == 0
    earlier = ("--from", folder / "see", folder / "hear")
    assert learn("tell", sets("videoxum"), folder / "tiny", *earlier, **{"pace.rate": 1e-9}) == 0
    own, see = checkpoint.tensors(folder / "tiny"), checkpoint.tensors(folder / "see")
    assert set(see) == {n for n in own if n.startswith("projectors.sight.")}
    assert all(torch.allclose(own[name], each, atol=1e-6) for name, each in see.items())
    assert set(checkpoint.describe(folder / "tiny").metrics["from"]) == {"see", "hear"}

    summarizer = load("tiny", cache=films[0].parent / "cache")
    perception = summarizer.perceive(films[0])
    summary = summarizer.choose(perception, Preference())
    assert any("learned" in curve.name for curve in summary.saliency.curves)  # by its head
    asked = []
    from summarizer.stages.narrate.told import narrator

    writer = narrator("tiny-llama", "tiny", summarizer.config.narrator)
    assert writer.senses == {"sight", "sound"}
    monkeypatch.setattr(
        type(writer), "stream", lambda self, pieces, *_: asked.append(pieces) or iter(())
    )
    *_, last = summarizer.tell(perception, summary)
    assert last.story
    assert {getattr(piece, "sense", "") for piece in asked[0]} == {"", "sight", "sound"}


def test_what_is_wrong_is_one_sentence(sets, tmp_path, monkeypatch, capsys):
    path, out = sets("cc3m"), tmp_path / "own"

    def complaint(*wanted, **settings) -> str:
        capsys.readouterr()
        assert learn(*wanted, **settings) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1, said
        return said

    assert "python -m summarizer.features" in complaint(
        "see", path, out, "--features", tmp_path / "none"
    )
    empty = tmp_path / "empty.jsonl"
    empty.write_text(path.read_text().splitlines()[0] + "\n")
    features = path.with_suffix(".features")
    assert "no example of empty.jsonl has what this stage learns from: image" in complaint(
        "see", empty, out, "--features", features
    )
    assert "video with a story, and features" in complaint("tell", path, out)
    assert "were made with the preset tiny, and studio is to be trained" in complaint(
        "see", path, out, "--preset", "studio"
    )
    assert "tells with nothing that reads pictures" in complaint(
        "see", path, out, "--preset", "offline"
    )
    assert "no setting 'paces'" in complaint("see", path, out, paces=1)
    assert "an answer of 900 tokens in a room of 1000" in complaint(
        "see", path, out, answer=900, room=1000
    )
    assert "no checkpoint at" in complaint("see", path, out, "--from", tmp_path / "nothing")
    assert "the question alone takes" in complaint("see", path, out, room=300, answer=10)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "home"))
    assert "the weights tiny-llama are not here; get them with" in complaint("see", path, out)
    assert not out.exists()


def test_checkpointing_computes_twice_and_changes_no_loss(sets, tmp_path, monkeypatch):
    from transformers.models.llama.modeling_llama import LlamaAttention

    path, settings = sets("videoxum"), {"narrator.lora_dropout": 0.0, "held": 0.0}
    passed, plain = [0], LlamaAttention.forward

    def counted(self, *given, **named):
        passed[0] += 1
        return plain(self, *given, **named)

    monkeypatch.setattr(LlamaAttention, "forward", counted)
    assert learn("tell", path, tmp_path / "one", **settings) == 0
    once = passed[0]
    assert learn("tell", path, tmp_path / "two", **settings, checkpointing=True) == 0
    assert passed[0] - once == 2 * once > 0
    assert losses(tmp_path / "two") == pytest.approx(losses(tmp_path / "one"), rel=1e-5)


def test_the_command_names_every_stage():
    assert tuple(STAGES) == command.STAGES and tuple(abridging.STAGES) == command.ABRIDGED


def test_it_trains_where_nothing_can_decode_or_serve(sets, tmp_path):
    given = words("see", sets("coco"), tmp_path / "own", **{"pace.steps": 1})
    code = (
        "import sys\n"
        "for name in ('gradio', 'av', 'decord', 'moviepy'): sys.modules[name] = None\n"
        f"from summarizer.train.__main__ import main\nsys.exit(main({given!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
def test_it_learns_what_it_is_shown(sets, tmp_path):
    """Three videos by heart, as far as a few steps go: the words, and the seconds that count."""
    out = tmp_path / "own"
    settings = {"pace.steps": 20, "pace.batch": 3, "pace.at_once": 3, "pace.rate": 0.03}
    assert learn("tell", sets("videoxum"), out, **settings, **{"narrator.lora_dropout": 0.0}) == 0
    lines = (out.with_name("own.training") / LOG).read_text().splitlines()
    first, last = (json.loads(lines[at])["terms"] for at in (0, -1))
    assert last["words"] < 0.7 * first["words"] and last["seconds"] < 0.95 * first["seconds"]
