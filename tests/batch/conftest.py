"""A few short clips, and what one process makes of them: what every other way is held to."""

from pathlib import Path

import pytest

from tests import clips
from tests.batch.running import WANT, batch


@pytest.fixture(scope="session")
def films(tmp_path_factory) -> Path:
    """A folder of four clips of 2 s that all differ, a broken one, and something else."""
    folder = tmp_path_factory.mktemp("films")
    for number in range(4):
        pictures = clips.shots((1.0, 1.0), size=(160, 90), seed=2 * number)
        sound = clips.tone(2.0, hertz=220.0 * (number + 1))
        clips.film(folder / f"film {number}.mp4", pictures, sound=sound)
    whole = (folder / "film 0.mp4").read_bytes()
    (folder / "half.mp4").write_bytes(whole[: len(whole) // 2])
    (folder / "notes.txt").write_text("no video")
    return folder


@pytest.fixture(scope="session")
def alone(films, tmp_path_factory) -> Path:
    """The results of one undisturbed process."""
    folder = tmp_path_factory.mktemp("alone")
    done = batch(films, "--want", WANT, "--workers", 0, out=folder / "out", cache=folder / "cache")
    assert done.returncode == 1, done.stderr  # one clip is broken
    return folder / "out"
