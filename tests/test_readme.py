"""What the README says is true: its commands run, its numbers are those of the files it quotes."""

import os
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import closing, suppress
from pathlib import Path

import pytest

from summarizer.config import PRESETS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
SHELL = [
    line.partition("  #")[0].strip()
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
    if line.strip() and not line.startswith("#")
]
ABRIDGED = [  # run in their tiny form
    line
    for line in SHELL
    if any(word in line for word in ("get videoxum", "--preset videoxum", "train denoiser"))
]
SHELL = [line for line in SHELL if line not in ABRIDGED]
PYTHON = [block for language, block in BLOCKS if language == "python"]
MAKE = {  # who runs it
    "make app": "test_make_app_serves_the_page",
    "make test": "CI",
    "make check": "CI",
    "make bench": "test_every_measure_has_a_name",
    "make examples": "tests/examples",
    "python app.py --mcp": "tests/ui/test_app.py",
    'pip install ".[mcp]"': "the set-up of the tests, as a requirement",
    "pip install -r requirements-cluster.txt": "the set-up of the tests, as a requirement",
    "python -m summarizer.weights get laptop": "test_large_models_in_their_tiny_form",
    "python -m summarizer.data fetch qvhighlights --max 20 --out data/qv": "test_fetch.py",
    "python -m summarizer.data media data/qv/manifest.jsonl --out data/qv --start 0 --end 10": (
        "test_fetch.py"
    ),
    "python -m summarizer.data fetch instruct-v2xum --out data/metadata.csv --max 50": (
        "test_metadata.py"
    ),
    "python -m summarizer.data media --metadata data/metadata.csv --out data/v2xum --start 0 "
    "--end 10": "test_metadata.py",
    "python -m summarizer.evaluate form out/felt --out out/form.html": "test_people.py",
    "python -m summarizer.data read tvsum --data data/tvsum": "test_data_command.py",
    "python -m summarizer.data check data/tvsum/manifest.jsonl": "test_data_command.py",
    'python -m summarizer examples/day.mp4 --preset laptop --want "the beach at sunset" '
    "--out out/beach": "test_large_models_in_their_tiny_form",
}
FELT = [line for line in SHELL if "summarizer.train emotion" in line]  # test_emotion_*.py
STAGED = [  # the same
    line
    for line in SHELL
    if re.search(r"summarizer\.(extract|train (ssl|progressive)|evaluate tvsum) ", line)
]
TRAINING = [  # run in their tiny form
    line
    for line in SHELL
    if line not in (*STAGED, *FELT)
    if "summarizer.train " in line or "--preset studio" in line or "get studio" in line
    or re.match("python -m summarizer.data read (cc3m|coco|mmtrail|videoxum)", line)
]  # fmt: skip
LAUNCHES = [shlex.split(line)[0].split("=", 1)[1] for line in SHELL if line.startswith("LAUNCH=")]
HUB = [line for line in SHELL if line.startswith("hf ")]
SERVED = [block for block in PYTHON if "gradio_client" in block]


PATIENCE = 900  # seconds, on a machine that may be busy


def run(words: list[str], cwd: Path) -> subprocess.CompletedProcess:
    return subprocess.run(
        words,
        cwd=cwd,
        env=os.environ | {"XDG_CACHE_HOME": str(cwd / "cache"), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
    )


def free_port() -> int:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        return free.getsockname()[1]


@pytest.fixture
def desk(tmp_path) -> Path:
    """A folder in which the README's relative paths mean the same as in the project."""
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    return tmp_path


def test_there_are_commands_to_check():
    assert any(line.startswith("python -m summarizer ") for line in SHELL)
    assert "make app" in SHELL
    assert PYTHON


@pytest.mark.slow
@pytest.mark.parametrize(
    "line",
    [
        line
        for line in SHELL
        if line.startswith("python ") and line not in {*MAKE, *TRAINING, *STAGED, *FELT}
    ],
)
def test_a_command_runs_as_printed(line, desk):
    done = run([sys.executable, *shlex.split(line)[1:]], desk)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_large_models_in_their_tiny_form(desk, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(desk / "data"))
    lines = [line for line in SHELL if "laptop" in line]
    assert len(lines) == 2
    for line in lines:
        words = shlex.split(line.replace("laptop", "tiny").replace("day.mp4", "lecture.mp4"))
        done = run([sys.executable, *words[1:]], desk)
        assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    assert (desk / "out" / "beach" / "summary.json").is_file()


@pytest.mark.slow
def test_training_in_its_tiny_form(desk, monkeypatch):
    """All of it in order, each stage for a few steps."""
    from importlib import import_module

    from tests.train.training import FAST, laid, short

    monkeypatch.setenv("XDG_DATA_HOME", str(desk / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(desk / "cache"))
    monkeypatch.chdir(desk)
    (desk / "films").mkdir()
    films = short(desk / "films")
    for name in ("cc3m", "coco", "mmtrail", "videoxum"):
        laid(desk / "data" / name, name, films)
    quick = [word for each in FAST for word in ("--set", each)]
    assert len(TRAINING) == 12
    for line in TRAINING:
        before, module, *words = shlex.split(line.replace("studio", "tiny").replace(" -m ", " "))
        assert before in ("python", "$LAUNCH")
        words += quick if before == "$LAUNCH" else []
        room = module if module.endswith((".weights", ".features")) else f"{module}.__main__"
        assert import_module(room).main(words) == 0, line
    for name in ("tiny-see", "tiny-hear", "tiny", "tiny-saliency"):
        assert (desk / "checkpoints" / name / "trained.safetensors").is_file()


def test_scores_in_stages_in_their_tiny_form(desk, tiny_weights, monkeypatch):
    """Raw videos to features, to an encoder, to a preset that the app finds, and to a table."""
    from importlib import import_module

    from summarizer.offers import missing
    from tests.staged import QUICK, laid

    monkeypatch.chdir(desk)
    monkeypatch.setenv("CHECKPOINTS", str(desk / "checkpoints"))
    laid(desk / "data")
    quick = [word for each in QUICK for word in ("--set", each)]
    short = {"5": "1", "progressive stages=3 pretrain=200": f"progressive {' '.join(QUICK)}"}
    assert len(STAGED) == 4
    for line in STAGED:
        line = re.sub("(checkpoints/|preset )progressive", r"\1progressive-tiny", line)
        _, _, module, *words = shlex.split(line)
        words = [short.get(word, word) for word in words]
        words += quick if module.endswith(".train") else []
        room = module if module.endswith(".extract") else f"{module}.__main__"
        assert import_module(room).main(words) == 0, line
    assert missing(PRESETS["progressive-tiny"]) == ()
    assert short["progressive stages=3 pretrain=200"] in (desk / "out" / "tvsum.csv").read_text()


@pytest.mark.slow
def test_abridging_in_its_tiny_form(desk, monkeypatch):
    """All of it in order: what is seen, what is learned of it, a video, a benchmark."""
    from importlib import import_module

    from tests.train.training import laid, short

    monkeypatch.setenv("XDG_DATA_HOME", str(desk / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(desk / "cache"))
    monkeypatch.setenv("CHECKPOINTS", str(desk / "checkpoints"))
    monkeypatch.chdir(desk)
    (desk / "films").mkdir()
    place = desk / "data" / "videoxum"
    laid(place, "videoxum", short(desk / "films"))
    read = "summarizer.data.__main__"
    assert import_module(read).main(["read", "videoxum", "--data", str(place)]) == 0
    (place / "test_videoxum.json").write_bytes((place / "train_videoxum.json").read_bytes())
    quick = {
        "videoxum": ("epochs=0", "pace.steps=2", "held=0.0"),
        "denoiser": ("pace.steps=2", "words=300", "shape.width=16", "shape.heads=2"),
    }
    assert len(ABRIDGED) == 6
    for line in ABRIDGED:
        for name in ("get videoxum", "--preset videoxum", "checkpoints/videoxum"):
            line = line.replace(name, f"{name}-tiny")
        _, _, module, *words = shlex.split(line)
        if ".train" in module:
            words += [word for each in quick[words[0]] for word in ("--set", each)]
        room = module if module.endswith((".weights", ".features")) else f"{module}.__main__"
        assert not import_module(room).main(words), line
    assert (desk / "checkpoints" / "videoxum-tiny" / "trained.safetensors").is_file()
    told = (desk / "out" / "kept" / "story.md").read_text()
    assert "written from all pictures at once" in told
    assert "videoxum-tiny" in (desk / "out" / "videoxum.md").read_text()


def test_accelerate_knows_how_it_is_to_launch():
    from accelerate.commands.launch import launch_command_parser

    known = []
    for launch in LAUNCHES:
        words = shlex.split(launch)
        assert words[:2] == ["accelerate", "launch"]
        found = launch_command_parser().parse_args([*words[2:], "-m", "summarizer.train", "see"])
        assert found.module and found.training_script == "summarizer.train"
        assert found.training_script_args == ["see"]
        known.append((found.num_processes, found.num_machines or 1, found.multi_gpu))
    assert known == [(1, 1, False), (8, 1, True), (16, 2, True)]


@pytest.mark.parametrize("line", HUB)
def test_the_hub_knows_what_it_is_told(line):
    _, command, _, *rest = shlex.split(line)
    tool = Path(sys.executable).with_name("hf")
    known = subprocess.run([tool, command, "--help"], capture_output=True, text=True).stdout
    assert all(word in known for word in rest if word.startswith("--"))
    if not any(word.startswith("--") for word in rest):
        assert re.search(r"REPO_ID \[LOCAL_PATH\] \[PATH_IN_REPO\]", known)


@pytest.mark.parametrize(
    "line",
    [
        line
        for line in SHELL
        if line in MAKE or not line.startswith(("python ", "LAUNCH=", "$LAUNCH ", "hf "))
    ],
)
def test_every_other_command_is_known_to_run_elsewhere(line):
    assert re.sub(r" \w+=\S+", "", line) in MAKE or line == ". .venv/bin/activate"


@pytest.mark.slow
@pytest.mark.parametrize("block", [block for block in PYTHON if block not in SERVED])
def test_a_block_of_python_runs_as_printed(block, desk):
    done = run([sys.executable, "-c", block], desk)
    assert done.returncode == 0, done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("block", SERVED)
def test_a_client_of_the_page_runs_as_printed(block, desk):
    from summarizer import load
    from ui.page import serve

    port = free_port()
    page = serve(
        load(cache=desk / "cache"),
        annotations=desk / "annotations.sqlite",
        server_name="127.0.0.1",
        server_port=port,
        quiet=True,
    )
    try:
        done = run([sys.executable, "-c", block.replace("7860", str(port))], desk)
        assert done.returncode == 0, done.stderr
    finally:
        page.close()


@pytest.mark.slow
def test_make_app_serves_the_page():
    # a `make test ARGS=...` around this test would pass its ARGS on through the environment
    flags = ("MAKEFLAGS", "MAKEOVERRIDES", "MAKELEVEL", "MFLAGS", "ARGS")
    plain = {name: value for name, value in os.environ.items() if name not in flags}
    port = free_port()
    server = subprocess.Popen(
        ["make", "app", f"PORT={port}"],
        cwd=ROOT,
        env=plain,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/") as answer:
                assert "Watch" in answer.read().decode()
                return
            assert server.poll() is None
            time.sleep(0.1)
        pytest.fail("the page was not served")
    finally:
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGTERM)
        server.wait(timeout=PATIENCE)


def test_every_measure_has_a_name():
    done = run([sys.executable, "-m", "bench", "--help"], ROOT)
    assert done.returncode == 0
    assert "perceive" in done.stdout


def test_the_space_would_get_the_gradio_that_is_pinned():
    front = README.split("---")[1]
    pinned = re.search(r"^gradio==(\S+)$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert f"sdk_version: {pinned[1]}\n" in front
    assert 'python_version: "3.12"' in front
    assert "app_file: app.py" in front


def test_every_picture_and_file_named_is_there():
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        if not target.startswith("http"):
            assert (ROOT / target).exists(), target


def test_the_tree_names_files_that_exist():
    tree = next(block for language, block in BLOCKS if language == "text" and "app.py" in block)
    for line in tree.splitlines():
        name = line.split("  ")[0].strip()
        if name and not line.startswith(" "):
            assert (ROOT / name).exists(), name
