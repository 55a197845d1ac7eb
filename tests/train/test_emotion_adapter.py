"""The adapter of moments, very small: what its tokens are, what it learns, and that it is read."""

import re
import shlex
from pathlib import Path

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.config import PRESETS
from summarizer.data import world
from summarizer.models import hub
from summarizer.models.adapted import adapted, unadapted
from summarizer.models.narrator import Narrator, Rows, load_narrator
from summarizer.offers import command as command_that_gets
from summarizer.pipeline import load
from summarizer.schema import Preference
from summarizer.stages.narrate import NARRATORS
from summarizer.train import __main__ as command
from summarizer.train import pocket
from summarizer.train.bank import Bank, Senses
from summarizer.train.emotion_adapter import WAYS, Moments, bare
from tests.pocket import SMALL

FAST = ("--set", "clips=3", "--set", "held=2", "--set", "pace.batch=2")


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A home of checkpoints with small senses and a small language model that know nothing."""
    home = tmp_path_factory.mktemp("checkpoints")
    precision = torch.get_float32_matmul_precision()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHECKPOINTS", str(home))
        before = [part.name for part in pocket.PARTS].index("see")
        patch.setattr(pocket, "PARTS", pocket.PARTS[:before])
        assert pocket.run(home / "pocket", SMALL)
        yield home
    torch.set_float32_matmul_precision(precision)


@pytest.fixture(scope="module")
def trained(home):
    out = home / "pocket" / "emotion-adapter"
    words = ["emotion-adapter", "--out", str(out), *FAST, "--set", "pace.steps=20"]
    assert command.main([*words, "--seconds", "0"]) == 3, "stopped after a step"
    assert command.main(words) == 0
    return out


def test_the_readme_s_command_runs(home, monkeypatch):
    """As printed but for its sizes."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^python -m summarizer.train emotion-adapter (.*)$", readme, re.MULTILINE)
    monkeypatch.chdir(home.parent)
    words = shlex.split(line.replace("checkpoints/", f"{home}/again/"))
    assert command.main(["emotion-adapter", *words, *FAST, "--set", "pace.steps=1"]) == 0
    assert (home / "again" / "pocket" / "emotion-adapter" / "metrics.json").is_file()


def rows(pieces) -> list[Rows]:
    return [each for each in pieces if isinstance(each, Rows)]


def test_each_way_has_the_tokens_it_says(home):
    narrator = load_narrator(hub.folder("pocket-llama"), "cpu")
    bank = Bank(home / "bank", "train", 3, Senses())
    made = {way: Moments(bank, narrator, way).question(1, np.random.default_rng(3)) for way in WAYS}
    own, none, other = made.values()
    assert own.answer == none.answer == other.answer
    assert [each.sense for each in rows(own.pieces)] == ["sight", "sound"]
    assert not rows(none.pieces)
    assert [each.sense for each in rows(other.pieces)] == ["sight", "sound"]
    for mine, strange, name in zip(
        rows(own.pieces), rows(other.pieces), ("sight", "hearing"), strict=True
    ):
        tracks = {number: _track(bank, number, name) for number in (1, 2)}
        # an eye that knows nothing sees nearly the same in all pictures, but not quite
        assert _apart(mine.values, tracks[1]) < min(2e-3, _apart(mine.values, tracks[2]) / 3)
        assert _apart(strange.values, tracks[2]) < min(2e-3, _apart(strange.values, tracks[1]) / 3)


def _track(bank, number, name):
    return next(each.values for each in bank.tracks(number) if each.name == name)


def _apart(found, track) -> float:
    """How far a row is, at most, from all rows of the track and means of a few in succession."""
    track = track.astype(float)
    runs = [
        track[first : first + size].mean(axis=0)
        for size in (1, 2, 3)
        for first in range(len(track) - size + 1)
    ]
    apart = np.abs(found[:, None].astype(float) - np.stack(runs)[None]).max(axis=2)
    return float(apart.min(axis=1).max())


def test_only_the_projectors_learn_and_they_do(home, trained):
    kept = checkpoint.tensors(trained)
    assert {name.split(".")[1] for name in kept} == {"sight", "sound"}
    assert all(name.startswith("projectors.") for name in kept)
    described = checkpoint.describe(trained)
    assert described.config["lora"] is None and described.config["weights"] == "pocket-llama"
    for way in WAYS:
        assert described.metrics[f"held out, loss with {way}"] > 0
        for what in ("facts right of those told", "facts told of those there are"):
            assert 0 <= described.metrics[f"held out, {what} with {way}"] <= 1


def test_what_learned_is_read_by_the_language_model_as_it_was(home, trained):
    plain = load_narrator(hub.folder("pocket-llama"), "cpu")
    for how in (adapted, unadapted):
        ready = how(load_narrator(hub.folder("pocket-llama"), "cpu"), "pocket-llama", trained)
        assert ready.senses == {"sight", "sound"}
        own, other = plain.model.state_dict(), ready.model.state_dict()
        assert all(torch.equal(own[name], other[name]) for name in own)
        bank = Bank(home / "bank", "train", 3, Senses())
        question = Moments(bank, ready).question(0, np.random.default_rng(0))
        width = ready.projectors["sight"].first.in_features
        assert width == rows(question.pieces)[0].values.shape[1]
        embeds = ready.splice(question.pieces)[0]
        changed = [
            Rows(each.sense, each.values[::-1].copy()) if isinstance(each, Rows) else each
            for each in question.pieces
        ]
        assert not torch.equal(embeds, ready.splice(changed)[0])


def test_facts_are_counted_wherever_they_are_told():
    clip = world.plan(2)
    scene, draw = clip.scenes[0], np.random.default_rng(0)
    told = bare(f"[00:00-00:03] {world.told(clip, 0, draw)}")
    true = world.Said(world.facts(clip, scene.start, scene.end))
    counted = world.agreement([told], [true])
    assert counted.right == counted.said > 0
    assert world.agreement([bare("")], [true]).said == 0


def test_data_and_beginnings_are_refused_by_name(home, capsys):
    words = ["emotion-adapter", "--out", str(home / "x")]
    assert command.main([*words, "--data", "some.jsonl"]) == 2
    assert "leave some.jsonl away" in capsys.readouterr().err
    assert command.main([*words, "--set", "held=1"]) == 2
    assert "too few" in capsys.readouterr().err
    assert command.main(["emotion", "--out", str(home / "x")]) == 2
    assert "--data names it" in capsys.readouterr().err


def test_the_preset_tells_with_what_learned_and_needs_it(home, trained, monkeypatch):
    """Its prompts carry a row of each track for the moments, which the projectors take."""
    summarizer, clip = load("emotion-pocket"), world.plan(0)
    assert NARRATORS[PRESETS["emotion-pocket"].narrator].trained == "pocket/emotion-adapter"
    bank = Bank(home / "bank", "train", 3, Senses())
    perceived = bank.beheld(0, np.random.default_rng(0)).perception
    summary = summarizer.choose(perceived, Preference())
    asked, stream = [], Narrator.stream

    def listening(narrator, pieces, most, stop=lambda: False):
        asked.extend(rows(pieces))
        return stream(narrator, pieces, 4, stop)

    monkeypatch.setattr(Narrator, "stream", listening)
    *_, told = summarizer.tell(perceived, summary)
    assert told.story and clip.seconds == perceived.video.seconds
    assert {each.sense for each in asked} == {"sight", "sound"}
    for each in asked:
        name = "sight" if each.sense == "sight" else "hearing"
        assert _apart(each.values, _track(bank, 0, name)) < 2e-3
    monkeypatch.setenv("CHECKPOINTS", str(home.parent / "elsewhere"))
    assert "emotion-adapter" in command_that_gets(PRESETS["emotion-pocket"])
