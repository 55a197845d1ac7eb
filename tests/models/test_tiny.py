"""Tiny models: the same to the byte each time, made offline, and found by the one door."""

import hashlib
import json
import socket
from pathlib import Path

import pytest
from safetensors import safe_open

from summarizer.errors import WeightsError
from summarizer.models import hub, tiny


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_there_is_a_maker_for_each_that_is_made_here():
    assert list(tiny.MAKERS) == [name for name, each in hub.WEIGHTS.items() if each.made]


@pytest.mark.parametrize("name", tiny.MAKERS)
def test_made_again_it_is_the_same_to_the_byte_and_what_loading_needs(name, tmp_path, monkeypatch):
    import torch

    def refused(*_, **__):
        raise AssertionError("something was to be downloaded")

    monkeypatch.setattr(socket.socket, "connect", refused)
    for folder in ("one", "other"):
        torch.rand(7)  # whatever else was drawn before
        state = torch.random.get_rng_state()
        tiny.save(name, tmp_path / folder)
        assert torch.equal(torch.random.get_rng_state(), state), "nobody else is disturbed"
    made = digests(tmp_path / "one")
    assert made == digests(tmp_path / "other")
    assert {file.name for file in hub.WEIGHTS[name].files} <= set(made)
    weights = next(file.name for file in hub.WEIGHTS[name].files if "model" in file.name)
    with safe_open(tmp_path / "one" / weights, "pt") as file:
        shapes = [file.get_slice(each).get_shape() for each in file.keys()]  # noqa: SIM118
    assert sum(32 in shape for shape in shapes) > 5, "32 wide"
    assert sum(path.stat().st_size for path in (tmp_path / "one").iterdir()) < 8_000_000
    settings = next(file.name for file in hub.WEIGHTS[name].files if "config" in file.name)
    assert json.loads((tmp_path / "one" / settings).read_text())


def test_an_unknown_one_is_an_error_that_lists_the_known(tmp_path):
    with pytest.raises(WeightsError, match="no tiny model 'tiny-whale'; there are tiny-clip, "):
        tiny.save("tiny-whale", tmp_path)
