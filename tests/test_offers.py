"""What presets need and what is missing here, over folders as a download leaves them."""

from dataclasses import replace
from pathlib import Path

import pytest

from summarizer.config import PRESETS
from summarizer.errors import PresetError
from summarizer.models import hub
from summarizer.models.hub import WEIGHTS, File, Weights
from summarizer.pipeline import load

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FILES = (File("config.json"), File("model.safetensors"))


@pytest.fixture
def needy(tmp_path, monkeypatch):
    """Nothing downloaded, and a preset that needs two kinds of weights."""
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for name in ("some", "other"):
        each = Weights(name, f"{name}/model", COMMIT, "MIT", 1, FILES)
        monkeypatch.setitem(WEIGHTS, name, each)
    preset = replace(PRESETS["offline"], needs=("some", "other"), about="Sees things.")
    monkeypatch.setitem(PRESETS, "needy", preset)


def download(name: str) -> Path:
    """What a download leaves: blobs, and a snapshot of links to them."""
    snapshot = hub.snapshot(WEIGHTS[name])
    blobs = snapshot.parent.parent / "blobs"
    for folder in (snapshot, blobs):
        folder.mkdir(parents=True)
    for number, file in enumerate(FILES):
        (blobs / f"{number:040x}").write_text(file.name)
        (snapshot / file.name).symlink_to(Path("..", "..", "blobs", f"{number:040x}"))
    return blobs


def offer(name: str):
    return next(each for each in load().presets() if each.name == name)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_need_weights_that_there_are(name):
    assert set(PRESETS[name].needs) <= set(WEIGHTS)


def test_all_presets_are_offered_in_order_and_offline_is_ready(needy):
    listed = [name for name, each in PRESETS.items() if each.listed]
    assert [each.name for each in load().presets()] == listed
    assert {"offline", "laptop", "studio"} <= set(listed) and "tiny" not in listed
    assert offer("offline").ready and offer("offline").about and offer("offline").command == ""


def test_what_is_missing_comes_with_the_command_that_gets_it(needy):
    lacking = offer("needy")
    assert not lacking.ready and lacking.missing == lacking.needs == ("some", "other")
    assert lacking.command == "python -m summarizer.weights get needy"
    download("some")
    assert offer("needy").missing == ("other",)
    assert offer("needy").command == "python -m summarizer.weights get needy"
    download("other")
    assert offer("needy").ready and offer("needy").command == ""


def test_half_a_download_does_not_count(needy):
    blobs = download("some")
    download("other")
    (blobs / f"{1:040x}").rename(blobs / f"{1:040x}.incomplete")
    assert offer("needy").missing == ("some",)


def test_a_preset_that_lacks_something_says_so_before_any_work(needy, cut_clip, tmp_path):
    summarizer = load("needy", cache=tmp_path / "cache")
    said = r"^this preset needs the weights some and other, .*: python -m .*weights get needy$"
    with pytest.raises(PresetError, match=said):
        summarizer.perceive(cut_clip)


def test_a_preset_without_a_name_has_its_weights_named(needy, cut_clip, tmp_path):
    summarizer = load("needy", cache=tmp_path / "cache")
    summarizer.preset = replace(summarizer.preset, needs=("other",))
    with pytest.raises(PresetError, match=r"needs the weights other, .*weights get other$"):
        summarizer.perceive(cut_clip)


def test_a_preset_that_was_not_taught_says_how_it_is(needy, cut_clip, tmp_path, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    learns = replace(PRESETS["needy"], trained="own", taught="python -m teach own")
    monkeypatch.setitem(PRESETS, "needy", learns)
    get = "python -m summarizer.weights get needy"
    assert offer("needy").missing == ("some", "other", "checkpoints/own")
    assert offer("needy").command == f"{get} && python -m teach own"
    download("some")
    download("other")
    assert offer("needy").command == "python -m teach own"
    with pytest.raises(PresetError, match=r"needs the checkpoint own, .*: python -m teach own$"):
        load("needy", cache=tmp_path / "cache").perceive(cut_clip)
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "trained.safetensors").write_bytes(b"x")
    assert offer("needy").ready and offer("needy").command == ""


def test_another_preset_keeps_settings_and_cache(needy, tmp_path):
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
