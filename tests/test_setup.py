"""The set-up speaks before it works: what is missing is one sentence, and nothing is half made."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SYSTEM = "/usr/bin:/bin"
OLD = "#!/bin/sh\nexit 1\n"
NO_VENV = '#!/bin/sh\ncase "$*" in *ensurepip*) exit 1;; esac\nexit 0\n'
FULL = "#!/bin/sh\necho Filesystem 1024-blocks Used Available Capacity Mounted\n"
FULL += "echo disk 9000000 8000000 2097152 80% /\n"


@pytest.fixture
def clone(tmp_path) -> Path:
    """As much of a fresh clone as the set-up reads before it fetches anything."""
    (tmp_path / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "setup", tmp_path / ".ci")
    for name in ("requirements.txt", "requirements-cluster.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / "bin").mkdir()
    return tmp_path


def program(clone: Path, name: str, text: str) -> None:
    path = clone / "bin" / name
    path.write_text(text)
    path.chmod(0o755)


def setup(clone: Path) -> str:
    """What the set-up says with our programs before all others; it must fail."""
    done = subprocess.run(
        [clone / ".ci" / "setup"],
        env={"PATH": f"{clone / 'bin'}:{SYSTEM}", "HOME": os.environ.get("HOME", "/")},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1 and not (clone / ".venv").exists()
    return done.stderr


def test_without_a_fitting_python_it_says_which_ones_fit(clone):
    for name in ("python3.11", "python3.12", "python3.13", "python3"):
        program(clone, name, OLD)
    assert "No Python 3.11, 3.12 or 3.13 was found" in setup(clone)


def test_it_says_what_it_will_fetch_and_that_the_disk_is_too_full(clone):
    program(clone, "python3.11", NO_VENV)
    program(clone, "df", FULL)
    said = setup(clone)
    assert "about 3 GB" in said and "7 GB on disk (2 GB are free)" in said
    assert said.rstrip().endswith(
        "Only 2 GB are free here and 8 GB are needed; make room and start again."
    )


@pytest.mark.skipif(shutil.which("uv", path=SYSTEM) is not None, reason="uv needs no venv module")
def test_without_venv_it_prints_the_one_line_that_gets_it(clone):
    program(clone, "python3.11", NO_VENV)
    program(clone, "df", FULL.replace("2097152", "20971520"))
    assert setup(clone).rstrip().endswith("sudo apt-get install -y python3-venv")
