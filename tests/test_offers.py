"""What presets need and what is missing here, over cache folders in the hub's own format."""

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from huggingface_hub import constants

from summarizer.config import PRESETS
from summarizer.errors import PresetError
from summarizer.pipeline import load

COMMIT = "0123456789abcdef0123456789abcdef01234567"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    """An empty hub cache, and a preset that needs two repositories."""
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path))  # read from the environment once
    needy = replace(PRESETS["offline"], needs=("some/model", "other/model"), about="Sees things.")
    monkeypatch.setitem(PRESETS, "needy", needy)
    return tmp_path


def download(hub: Path, repository: str, files=("config.json", "model.safetensors")) -> Path:
    """What `hf download` leaves: blobs, a snapshot of links to them, a branch."""
    root = hub / f"models--{repository.replace('/', '--')}"
    snapshot = root / "snapshots" / COMMIT
    for folder in (snapshot, root / "blobs", root / "refs"):
        folder.mkdir(parents=True, exist_ok=True)
    (root / "refs" / "main").write_text(COMMIT)
    for number, name in enumerate(files):
        blob = root / "blobs" / f"{number:040x}"
        blob.write_text(name)
        (snapshot / name).symlink_to(Path("..", "..", "blobs", blob.name))
    return root


def offer(name: str):
    return next(each for each in load().presets() if each.name == name)


def test_all_presets_are_offered_in_order_and_offline_is_ready(hub):
    assert [each.name for each in load().presets()] == list(PRESETS)
    assert offer("offline").ready and offer("offline").about and offer("offline").command == ""


def test_what_is_missing_comes_with_the_command_that_gets_it(hub):
    needy = offer("needy")
    assert not needy.ready and needy.missing == needy.needs == ("some/model", "other/model")
    assert needy.command == "hf download some/model && hf download other/model"
    download(hub, "some/model")
    assert offer("needy").missing == ("other/model",)
    assert offer("needy").command == "hf download other/model"
    download(hub, "other/model")
    assert offer("needy").ready


def test_the_command_is_one_of_the_installed_hub(hub):
    program, *words = offer("needy").command.split(" && ")[0].split()
    installed = Path(sys.executable).parent / program
    said = subprocess.run([installed, *words, "--help"], capture_output=True, text=True)
    assert said.returncode == 0 and "Download files" in said.stdout


def test_half_a_download_does_not_count(hub):
    root = download(hub, "some/model")
    download(hub, "other/model")
    (root / "blobs" / f"{1:040x}").rename(root / "blobs" / f"{1:040x}.incomplete")
    assert offer("needy").missing == ("some/model",)


def test_a_file_the_hub_lists_and_that_is_not_here_counts_as_missing(hub):
    download(hub, "other/model")
    root = download(hub, "some/model", files=("config.json",))
    listed = {name: {"size": 1, "blob_id": "0"} for name in ("config.json", "model.safetensors")}
    (root / "trees").mkdir()
    (root / "trees" / f"{COMMIT}.json").write_text(
        json.dumps({"format_version": 1, "files": listed})
    )
    assert offer("needy").missing == ("some/model",)


def test_an_empty_snapshot_counts_as_missing(hub):
    download(hub, "some/model", files=())
    download(hub, "other/model")
    assert offer("needy").missing == ("some/model",)


def test_a_preset_that_lacks_something_says_so_before_any_work(hub, cut_clip, tmp_path):
    needy = load("needy", cache=tmp_path / "cache")
    with pytest.raises(PresetError, match=r"some/model and other/model, .*hf download some/model"):
        needy.perceive(cut_clip)


def test_another_preset_keeps_settings_and_cache(hub, tmp_path):
    first = load(cache=tmp_path, overrides=["cut.longest=9"])
    assert first.of("offline") is first
    other = first.of("needy")
    assert other.preset is PRESETS["needy"]
    assert (other.config, other.cache.root, other.encode) == (
        first.config, tmp_path, first.encode,
    )  # fmt: skip
    assert other.of("offline").preset == first.preset
    with pytest.raises(PresetError, match="no preset 'nonsense'"):
        first.of("nonsense")
