"""What all tests share: the folder of public clips, and a few clips rendered once a run."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

from tests import clips

ROOT = Path(__file__).parent.parent

settings.register_profile("patient", deadline=None)  # a busy machine is no failure
settings.load_profile("patient")

if "PYTEST_XDIST_WORKER" in os.environ:  # threads of several processes would wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")


def pytest_collection_modifyitems(config, items):
    """Where processes share the files, those that take long come first, so that none ends alone."""
    if hasattr(config, "workerinput"):
        marked = (each for each in items if {"browser", "slow"} & set(each.keywords))
        long = {each.path for each in marked}
        items.sort(key=lambda each: each.path not in long)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with public clips; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("SHARED_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the public clips are not here; SHARED_DATA names their folder")
    return folder


@pytest.fixture(scope="session")
def clip_folder(tmp_path_factory) -> Path:
    """A folder for clips that several tests use and none changes."""
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="session")
def cut_clip(clip_folder) -> Path:
    """12 s, 320x180, four shots of 3 s with a tone each."""
    return clips.with_cuts(clip_folder / "cuts.mp4")


@pytest.fixture(scope="session")
def blink_clip(clip_folder) -> Path:
    """8 s of flashes and beeps at clips.BLINKS."""
    return clips.flash_and_beep(clip_folder / "blink.mp4")


@pytest.fixture(scope="session")
def silent_clip(clip_folder) -> Path:
    """4 s of pictures without a sound track."""
    return clips.silent(clip_folder / "silent.mp4")


@pytest.fixture(scope="session")
def sound_clip(clip_folder) -> Path:
    """4 s of sound without a picture track."""
    return clips.sound_only(clip_folder / "sound.m4a")


@pytest.fixture(scope="session")
def tiny_home(tmp_path_factory) -> Path:
    """A user's own folder for data in which every tiny model is."""
    from summarizer.models import hub, tiny

    home = tmp_path_factory.mktemp("data")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(home))
        for name in tiny.MAKERS:
            tiny.save(name, hub.own(hub.weights(name)))
    return home


@pytest.fixture(scope="session")
def staged_home(tmp_path_factory, tiny_home) -> Path:
    """A folder with videos that were judged, and the checkpoints of what learned from them."""
    from tests.staged import taught

    home = tmp_path_factory.mktemp("staged")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tiny_home))
        taught(home / "data", home / "checkpoints")
    return home


@pytest.fixture
def tiny_weights(tiny_home, monkeypatch) -> None:
    """The tiny models are here, as if `weights get` had made them."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tiny_home))
