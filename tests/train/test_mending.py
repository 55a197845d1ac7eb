"""The denoiser by the one command: from nothing, further, used where it lies, refused in a word."""

from pathlib import Path

import pytest

from summarizer.data import manifest
from summarizer.data.manifest import Example, Told
from summarizer.models import denoiser
from summarizer.models.denoiser import Denoiser, cleaned, tidied
from summarizer.train import __main__ as command
from summarizer.train import mending

QUICK = ("pace.steps=3", "pace.batch=4", "pace.log=1", "words=300", "shape.width=16",
         "shape.layers=1", "shape.heads=2", "shape.room=48")  # fmt: skip


@pytest.fixture
def texts(tmp_path) -> Path:
    things = ("boat", "tree", "clock", "house", "bird")
    examples = [
        Example(
            id=f"{number}", video="a.mp4",
            story=(Told(f"We see the {thing} by the sea."), Told("It is over.")),
            captions=(Told(f"Look, there is a {thing}.", name="speech"),
                      Told(f"a {thing}", name="caption")),
        )
        for number, thing in enumerate(things)
    ]  # fmt: skip
    manifest.write(examples, tmp_path / "m.jsonl")
    return tmp_path / "m.jsonl"


def learn(data: Path, out: Path, *more: object, **settings: object) -> int:
    words = ["denoiser", "--data", data, "--out", out, *more]
    for each in (*QUICK, *(f"{name}={value}" for name, value in settings.items())):
        words += ["--set", each]
    return command.main([str(word) for word in words])


def test_it_learns_from_stories_and_from_what_is_said(texts):
    found = mending.said_in([texts])
    assert len(found) == 11 and found.count("It is over.") == 1
    assert not any(text == "a boat" for text in found)
    learned, held = mending.divided([f"text {number}" for number in range(2000)], 0)
    assert not set(learned) & set(held) and 15 < len(held) < 70


def test_stopped_it_goes_on_and_what_came_of_it_is_used(texts, tmp_path, monkeypatch, capsys):
    home = tmp_path / "checkpoints"
    assert learn(texts, home / "denoiser", "--seconds", 0) == command.UNDONE
    assert learn(texts, home / "denoiser") == 0
    assert "11 texts to learn from and 0 held out" in capsys.readouterr().out
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path / "none"))
    heard = ["um we see the the boat", "uh"]
    assert cleaned(heard) == [tidied(heard[0])]  # rules alone, where nothing was trained
    monkeypatch.setenv("CHECKPOINTS", str(home))
    asked = []
    clean = Denoiser.clean
    monkeypatch.setattr(
        Denoiser, "clean", lambda self, given: asked.append(list(given)) or clean(self, given)
    )
    denoiser._trained.cache_clear()
    assert cleaned(heard) and asked == [heard]
    assert learn(texts, tmp_path / "more", "--from", home / "denoiser") == 0
    assert (tmp_path / "more" / "model.safetensors").is_file()


def test_what_is_wrong_is_one_sentence(texts, tmp_path, capsys):
    def complaint(data: Path, *more: object, **settings: object) -> str:
        capsys.readouterr()
        assert learn(data, tmp_path / "no", *more, **settings) == 2
        said = capsys.readouterr().err
        assert said.startswith("error: ") and said.count("\n") == 1, said
        return said

    manifest.write([Example(id="a", video="a.mp4")], tmp_path / "empty.jsonl")
    assert "holds no text to learn from" in complaint(tmp_path / "empty.jsonl")
    assert "leave --features away" in complaint(texts, "--features", tmp_path)
    assert "no setting 'steps'" in complaint(texts, steps=1)
    assert "config.json" in complaint(texts, "--from", tmp_path / "nothing")
    assert not (tmp_path / "no").exists()


def test_the_command_names_it():
    assert tuple(mending.COURSES) == command.MENDED
