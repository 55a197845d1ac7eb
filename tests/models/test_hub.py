"""The weights as data, and where a usable copy is looked for."""

import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from summarizer.errors import WeightsError
from summarizer.models import hub
from summarizer.models.hub import WEIGHTS, File, Weights

ROOT = Path(__file__).parent.parent.parent
COMMIT = "0123456789abcdef0123456789abcdef01234567"
SOME = Weights(
    "some", "some/model", COMMIT, "MIT", 1, (File("config.json"), File("model.safetensors", 4))
)
PICKLED = replace(SOME, name="pickled", files=(File("config.json"), File("pytorch_model.bin", 9)))
UNPINNED = replace(SOME, name="unpinned", revision="")
MADE = replace(SOME, name="made", repo="", revision="")


@pytest.fixture(autouse=True)
def places(tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "hub"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    for each in (SOME, PICKLED, UNPINNED, MADE):
        monkeypatch.setitem(WEIGHTS, each.name, each)


def put(folder: Path, **files: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)
    return folder


@pytest.mark.parametrize("each", WEIGHTS.values(), ids=list(WEIGHTS))
def test_the_list_is_sound(each):
    assert WEIGHTS[each.name] is each
    assert bool(each.repo) + each.made + bool(each.shipped) == 1
    assert not each.repo or re.fullmatch("[0-9a-f]{40}", each.revision)
    assert not each.repo or re.fullmatch(r"[\w.-]+/[\w.-]+", each.repo)
    assert each.licence and each.size_mb > 0 and each.files
    listed = sum(file.size for file in each.files)
    assert not listed or abs(listed / 1e6 - each.size_mb) < 1
    for file in each.files:
        assert re.fullmatch("([0-9a-f]{64})?", file.sha256)
        assert Path(file.name).name == file.name


def test_no_two_share_a_repository_and_the_two_that_forbid_commerce_are_known():
    repos = [each.repo for each in WEIGHTS.values() if each not in (SOME, PICKLED, UNPINNED, MADE)]
    repos = [repo for repo in repos if repo]
    assert len(repos) == len(set(repos))
    assert {name for name, each in WEIGHTS.items() if not each.commercial} == {
        "mert-95m", "mert-330m",
    }  # fmt: skip


def test_pickles_and_what_is_made_here_are_known_as_such():
    pickles = {name for name, each in WEIGHTS.items() if each.convert} - {"pickled"}
    assert pickles == {
        "mert-95m", "mert-330m", "hubert-base", "wav2vec2-base", "clap", "blip", "vicuna-7b",
    }  # fmt: skip
    assert {name for name, each in WEIGHTS.items() if each.made} - {"made"} == {
        "tiny-clip", "tiny-mert", "tiny-clap", "tiny-blip", "tiny-llama",
    }  # fmt: skip


def test_what_is_not_here_comes_with_the_command_that_gets_it():
    assert not hub.here("some")
    with pytest.raises(WeightsError, match=r"some are not here; .*python -m .*weights get some$"):
        hub.folder("some")


def test_an_unknown_name_is_an_error_that_lists_the_known():
    with pytest.raises(WeightsError, match="no weights 'nonsense'; there are clip-vit-b-32, "):
        hub.here("nonsense")


def test_the_snapshot_of_the_pinned_commit_is_used_and_no_other():
    files = {"config__json": "{}", "model__safetensors": "1234"}
    put(hub.repository(SOME) / "snapshots" / ("f" * 40), **files)
    assert not hub.here("some")
    there = put(hub.repository(SOME) / "snapshots" / COMMIT, **files)
    assert hub.here("some") and hub.folder("some") == there


@pytest.mark.parametrize(
    "files",
    [
        {"model__safetensors": "1234"},
        {"config__json": "{}", "model__safetensors": "123"},
        {"config__json": "", "model__safetensors": "1234"},
        {},
    ],
    ids=["one is missing", "one is too short", "one is empty", "nothing"],
)
def test_half_a_download_does_not_count(files):
    put(hub.snapshot(SOME), **files)
    assert not hub.here("some")


def test_a_link_to_nowhere_does_not_count():
    there = put(hub.snapshot(SOME), config__json="{}")
    (there / "model.safetensors").symlink_to("../../blobs/gone")
    assert not hub.here("some")


def test_pickles_are_never_used_as_they_are():
    put(hub.snapshot(PICKLED), config__json="{}", pytorch_model__bin="123456789")
    put(hub.own(PICKLED), config__json="{}", pytorch_model__bin="123456789")
    assert not hub.here("pickled")
    put(hub.own(PICKLED), model__safetensors="1234")
    assert hub.folder("pickled") == hub.own(PICKLED)


@pytest.mark.parametrize(
    ("pickled", "safe"),
    [
        ("pytorch_model.bin", "model.safetensors"),
        ("pytorch_model-00001-of-00002.bin", "model-00001-of-00002.safetensors"),
        ("pytorch_model.bin.index.json", "model.safetensors.index.json"),
        ("weights.pt", "weights.safetensors"),
        ("tokenizer.model", "tokenizer.json"),
        ("config.json", "config.json"),
        ("model.safetensors", "model.safetensors"),
    ],
)
def test_names_of_the_safe_copies(pickled, safe):
    assert hub.loadable(pickled) == safe


def test_an_unpinned_commit_is_the_one_that_was_taken():
    files = {"config__json": "{}", "model__safetensors": "1234"}
    put(hub.repository(UNPINNED) / "snapshots" / COMMIT, **files)
    assert hub.commit(UNPINNED) == "" and not hub.here("unpinned")
    hub.lock(UNPINNED).write_text(COMMIT + "\n")
    assert hub.commit(UNPINNED) == COMMIT and hub.here("unpinned")
    hub.lock(UNPINNED).write_text("../../elsewhere")
    assert hub.commit(UNPINNED) == "" and not hub.here("unpinned")


def test_what_is_made_here_lies_in_our_own_folder():
    there = put(hub.own(MADE), config__json="{}", model__safetensors="1234")
    assert hub.folder("made") == there and there.parent.parent == hub.data()


@pytest.mark.parametrize(
    ("settings", "place"),
    [
        ({"HF_HUB_CACHE": "/a"}, "/a"),
        ({"HUGGINGFACE_HUB_CACHE": "/b", "HF_HOME": "/c"}, "/b"),
        ({"HF_HOME": "/c"}, "/c/hub"),
        ({"XDG_CACHE_HOME": "/d"}, "/d/huggingface/hub"),
        ({"HOME": "/e"}, "/e/.cache/huggingface/hub"),
        ({"HOME": "/e", "HF_HOME": "~/f"}, "/e/f/hub"),
    ],
)
def test_the_cache_is_where_the_library_has_it(monkeypatch, settings, place):
    for name in ("HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert hub.cache() == Path(place)
    code = "from huggingface_hub import constants; print(constants.HF_HUB_CACHE)"
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.strip() == place


def test_looking_loads_nothing_heavy():
    heavy = "torch transformers huggingface_hub safetensors"
    code = (
        "import sys; from summarizer.models import hub; [hub.here(name) for name in hub.WEIGHTS]; "
        f"print([m for m in {heavy.split()} if m in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert said.stdout.strip() == "[]", said.stderr


def test_what_is_shipped_lies_among_the_checkpoints(tmp_path, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    for each in WEIGHTS.values():
        if not each.shipped:
            continue
        assert not hub.here(each.name)
        with pytest.raises(WeightsError, match="make train-pocket"):
            hub.folder(each.name)
        folder = tmp_path / each.shipped
        folder.mkdir(parents=True)
        for file in each.files[:-1]:
            (folder / file.name).write_text("x")
        assert not hub.here(each.name), "half of it does not count"
        (folder / each.files[-1].name).write_text("x")
        assert hub.here(each.name) and hub.folder(each.name) == folder


def test_other_weights_of_the_same_name_have_another_mark(tmp_path, monkeypatch):
    """So nobody is told what a model of before found."""
    shipped = hub.weights("pocket-mert").shipped
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    assert hub.marked("pocket-mert") == "pocket-mert", "nothing lies there"
    shutil.copytree(ROOT / "checkpoints" / shipped, tmp_path / shipped)
    before = hub.marked("pocket-mert")
    assert before.startswith("pocket-mert ") and hub.marked("pocket-mert") == before
    file = tmp_path / shipped / "model.safetensors"
    data = bytearray(file.read_bytes())
    data[len(data) // 2] ^= 1
    file.write_bytes(data)
    assert hub.marked("pocket-mert") not in (before, "pocket-mert")
    data[len(data) // 2] ^= 1
    file.write_bytes(data)  # at another time
    assert hub.marked("pocket-mert") == before
