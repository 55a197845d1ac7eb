"""What is written appears whole, and what a killed process left goes with the next one."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from summarizer.errors import OutputError
from summarizer.files import FOLDER, Scratch, whole

ROOT = Path(__file__).parent.parent
HOLDING = """
import sys, time
from pathlib import Path
from summarizer.files import Scratch, whole
with Scratch() as folder, whole(Path(sys.argv[1])) as part:
    (folder / "samples").write_text("many")
    part.write_text("half")
    print(folder, flush=True)
    time.sleep(600)
"""


@pytest.fixture
def holder(tmp_path):
    """Starts a process that holds a folder and is in the middle of writing a file."""
    (tmp_path / "tmp").mkdir()
    (tmp_path / "out").mkdir()
    running = []

    def start() -> tuple[subprocess.Popen, Path]:
        process = subprocess.Popen(
            [sys.executable, "-c", HOLDING, str(tmp_path / "out" / "story.md")],
            cwd=ROOT,
            env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
            stdout=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process, Path(process.stdout.readline().strip())

    yield start
    for process in running:
        process.kill()
        process.wait()
        process.stdout.close()


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_what_a_killed_process_held_goes_and_what_a_living_one_holds_stays(
    holder, tmp_path, monkeypatch
):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    target = tmp_path / "out" / "story.md"
    dying, old = holder()
    living, other = holder()
    assert len(names(target.parent)) == 2 and not target.exists()
    dying.send_signal(signal.SIGKILL)
    dying.wait()
    assert old.is_dir()
    with Scratch() as mine:
        assert not old.exists() and (other / "samples").read_text() == "many"
        assert names(mine.parent) == sorted([mine.name, other.name])
    with whole(target) as part:
        part.write_text("all of it")
        assert len(names(target.parent)) == 2  # mine and that of the living one
    assert target.read_text() == "all of it" and len(names(target.parent)) == 2
    living.kill()
    living.wait()
    with whole(target) as part:
        part.write_text("again")
    assert names(target.parent) == ["story.md"] and target.read_text() == "again"


def test_only_what_is_ours_is_swept(tmp_path):
    kept = [".notes.part", "film.part.mp4", ".0123456789abcdef.partly"]
    for name in kept:
        (tmp_path / name).write_text("mine")
    (tmp_path / ".0123456789abcdef.part.mp4").write_text("left")
    with whole(tmp_path / "new") as part:
        part.write_text("new")
    assert names(tmp_path) == sorted([*kept, "new"])


def test_a_folder_goes_when_it_is_closed_and_with_what_held_it(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    folder = Scratch()
    (folder.path / "deep").mkdir()
    assert folder.path.stat().st_mode & 0o077 == 0
    folder.close()
    folder.close()
    assert names(tmp_path / f"{FOLDER}-{os.getuid()}") == []
    path = Scratch().path  # let go of at once
    assert not path.exists()


def test_a_link_in_the_place_of_the_folder_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    (tmp_path / "secret").mkdir()
    (tmp_path / f"{FOLDER}-{os.getuid()}").symlink_to(tmp_path / "secret")
    with pytest.raises(OutputError, match="belongs to somebody else; name another one in TMPDIR"):
        Scratch()
    assert names(tmp_path / "secret") == []
