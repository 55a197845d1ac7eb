"""The check that stories rest on evidence: one that holds, and tellers that cheat."""

from dataclasses import dataclass, replace

import pytest

from summarizer.config import NarratorConfig
from summarizer.errors import PresetError, SummarizerError
from summarizer.evaluate.__main__ import main
from summarizer.evaluate.faithful import SHUFFLES, faithful
from summarizer.stages.narrate import witness
from summarizer.stages.narrate.witness import Witness
from tests.stages.narrate.test_witness import MOMENTS, scene


def test_the_composed_story_holds(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = faithful(witness("witness", NarratorConfig()), *scene())
    assert found.holds and found.moments == len(MOMENTS)
    assert (found.changed, found.told) == (SHUFFLES, ())


@dataclass(frozen=True)
class Parrot(Witness):
    """Tells the same whatever it is given."""

    def __call__(self, perception, summary):
        _, whole = scene()
        return iter(list(Witness("vicuna-7b")(perception, whole)))


def test_a_teller_that_looks_at_no_evidence_is_found_out(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = faithful(Parrot("vicuna-7b"), *scene())
    assert not found.holds and found.changed == 0
    assert len(found.told) == len(MOMENTS)


def test_there_has_to_be_something_to_check():
    seen, summary = scene()
    with pytest.raises(SummarizerError, match="no moment was chosen"):
        faithful(Witness("vicuna-7b"), seen, replace(summary, highlights=()))
    with pytest.raises(PresetError, match="is given no evidence"):
        witness("composed", NarratorConfig())


def test_the_command_says_what_it_found(cut_clip, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    words = ["faithful", str(cut_clip), "--cache", str(tmp_path / "cache")]
    assert main([*words, "--set", "selection.peaks=2"]) == 0, capsys.readouterr()
    said = capsys.readouterr().out
    assert said.startswith("cuts.mp4: ") and "0 of" in said
