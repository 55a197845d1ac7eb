"""The house rules a reader can rely on: who imports whom, and what stays data."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from summarizer.config import PRESETS

ROOT = Path(__file__).parent.parent
FILES = sorted(
    path
    for top in ("app.py", "summarizer", "ui")
    for path in ([ROOT / top] if top.endswith(".py") else (ROOT / top).rglob("*.py"))
)

# room -> what of this project it may import; the first that fits a module's name counts
ALLOWED = {
    "app": ("ui", "summarizer", "summarizer.errors", "summarizer.config", "summarizer.files"),
    "ui": (
        "ui",
        "summarizer",
        "summarizer.schema",
        "summarizer.metrics",
        "summarizer.annotations",
        "summarizer.chart",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.dossier": (  # files of one clip: numbers, evidence, story
        "summarizer.dossier",
        "summarizer.models.emotion",
        "summarizer.models.tagging",
        "summarizer.exports",
        "summarizer.chart",
        "summarizer.schema",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.pipeline": (
        "summarizer.stages",
        "summarizer.senses",
        "summarizer.media",
        "summarizer.models",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.cache",
        "summarizer.dossier",
        "summarizer.exports",
        "summarizer.taste",
        "summarizer.perceiving",
        "summarizer.sampling",
        "summarizer.offers",
    ),
    "summarizer.perceiving": (
        "summarizer.stages",
        "summarizer.senses",
        "summarizer.media",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.cache",
        "summarizer.files",
        "summarizer.sampling",
        "summarizer.apart",
    ),
    "summarizer.apart": (
        "summarizer.media",
        "summarizer.sampling",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
    ),
    "summarizer.sampling": (
        "summarizer.senses",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.offers": (
        "summarizer.checkpoint",
        "summarizer.config",
        "summarizer.models.hub",
        "summarizer.schema",
        "summarizer.errors",
    ),
    "summarizer.weights": (
        "summarizer.config",
        "summarizer.models",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.checkpoint": ("summarizer.errors", "summarizer.files"),
    "summarizer.__main__": (
        "summarizer.asked",
        "summarizer.pipeline",
        "summarizer.dossier",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.chart",
        "summarizer.exports",
        "summarizer.offers",
        "summarizer.files",
    ),
    "summarizer.stages.narrate": (
        "summarizer.stages.narrate",  # one stage in several files
        "summarizer.stages.moments",  # which pictures tell most: no stage, but shared by some
        "summarizer.checkpoint",
        "summarizer.senses",
        "summarizer.models",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
    ),
    "summarizer.stages.score": (
        "summarizer.stages.score",  # one stage in several files
        "summarizer.models",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
    ),
    "summarizer.stages": (
        "summarizer.senses",
        "summarizer.media",
        "summarizer.models",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
    ),
    "summarizer.senses": (
        "summarizer.senses.view",  # what the visual senses share of each batch of pictures
        "summarizer.senses.ear",  # and those that hear of the mel spectrum
        "summarizer.senses.recorded",  # and those that hear with a large model
        "summarizer.senses.pictured",  # and those that see with one
        "summarizer.models",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
    ),
    "summarizer.media": (
        "summarizer",  # for where the package lies: its decoder runs in a process of its own
        "summarizer.media",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.models": (
        "summarizer.models",
        "summarizer.checkpoint",
        "summarizer.schema",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.batch": (
        "summarizer.batch",
        "summarizer.asked",
        "summarizer.pipeline",
        "summarizer.offers",
        "summarizer.sampling",
        "summarizer.stages.narrate",  # how a language model is asked, to ask it elsewhere
        "summarizer.models.narrator",  # what it is asked
        "summarizer.models.loading",  # to load models once for many videos
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
        "summarizer.exports",
        "summarizer.chart",
    ),
    "summarizer.schema": ("summarizer.errors",),
    "summarizer.errors": (),
    "summarizer.files": ("summarizer.errors",),
    "summarizer.config": ("summarizer.errors",),
    "summarizer.cache": ("summarizer.schema", "summarizer.errors", "summarizer.files"),
    "summarizer.exports": (
        "summarizer.exports",
        "summarizer.chart",
        "summarizer.schema",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.taste": ("summarizer.schema", "summarizer.errors"),
    "summarizer.evaluate": (
        "summarizer.evaluate",
        "summarizer.data",
        "summarizer.pipeline",
        "summarizer.train",  # ways that learn are trained on each split
        "summarizer.stages.selection",  # the knapsack, for benchmarks that give the values
        "summarizer.stages.narrate",  # who tells, so that something can be taken away from it
        "summarizer.dossier",  # the stories that people rate
        "summarizer.stages.watch",  # clips that are drawn and played here, without any file
        "summarizer.stages.listen",
        "summarizer.senses",
        "summarizer.checkpoint",
        "summarizer.models",  # judges: CLIPScore, BERTScore, MiniLM
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
        "summarizer.metrics",
        "summarizer.annotations",
        "summarizer.exports",  # text of strangers, made harmless for files and terminals
        "summarizer.chart",
    ),
    "summarizer.train": (
        "summarizer.train",
        "summarizer.data",
        "summarizer.stages.narrate",  # what is asked in training is what is asked in use
        "summarizer.stages.moments",
        "summarizer.models",
        "summarizer.checkpoint",
        "summarizer.cache",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
        "summarizer.metrics",
    ),
    "summarizer.extract": (  # looks at the videos of benchmarks
        "summarizer.pipeline",
        "summarizer.data",
        "summarizer.models.kts",
        "summarizer.senses",
        "summarizer.media",
        "summarizer.offers",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
    ),
    "summarizer.features": (  # perceives for training, which has no decoder
        "summarizer.pipeline",
        "summarizer.data",
        "summarizer.senses",
        "summarizer.media",
        "summarizer.models",
        "summarizer.sampling",
        "summarizer.offers",
        "summarizer.schema",
        "summarizer.config",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.data": (
        "summarizer.data",
        "summarizer.exports.plain",  # names of strangers, for a terminal
        "summarizer.annotations",
        "summarizer.cache",
        "summarizer.schema",
        "summarizer.errors",
        "summarizer.files",
    ),
    "summarizer.metrics": ("summarizer.metrics", "summarizer.schema", "summarizer.errors"),
    "summarizer.annotations": ("summarizer.schema", "summarizer.errors", "summarizer.files"),
    "summarizer.chart": ("summarizer.schema", "summarizer.errors", "summarizer.files"),
}
# a library -> the only rooms that know it
HOMES = {
    "gradio": ("ui", "app"),
    "transformers": ("summarizer.models", "summarizer.weights"),
    "peft": ("summarizer.models", "summarizer.weights"),
    "open_clip": ("summarizer.models", "summarizer.weights"),
    "sentence_transformers": ("summarizer.models", "summarizer.weights"),
    "av": ("summarizer.media",),
    "decord": ("summarizer.media",),
    "moviepy": ("summarizer.media",),
    "subprocess": ("summarizer.media",),
    "yt_dlp": ("summarizer.data",),
    "h5py": ("summarizer.data",),
    "ray": ("summarizer.batch",),
    "fsspec": ("summarizer.batch",),
}


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(part for part in parts if part != "__init__")


def inside(name: str, room: str) -> bool:
    return name == room or name.startswith(room + ".")


def imports(text: str) -> set[str]:
    """Every module a file imports, anywhere in it, by full name."""
    found = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            # `from summarizer.models import text` imports summarizer.models.text
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name for name in whole if is_module(name)} or {node.module}
    return found


def is_module(name: str) -> bool:
    path = ROOT.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def room_of(name: str) -> str | None:
    return next((room for room in ALLOWED if inside(name, room)), None)


def offences(name: str, text: str) -> list[str]:
    room, wrong = room_of(name), []
    for other in imports(text):
        top = other.partition(".")[0]
        if top in HOMES and not any(inside(name, home) for home in HOMES[top]):
            wrong.append(f"{name} imports {other}")
        if top not in ("app", "ui", "summarizer") or room is None or other == name:
            continue
        allowed = ALLOWED[room]
        # a sister in the same room is only fine where the room lists itself
        if not any(
            other == each if each == "summarizer" else inside(other, each) for each in allowed
        ):
            wrong.append(f"{name} imports {other}")
    return wrong


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_point_down(path):
    # the two doors of a room may list its members; that is what they are for
    if name_of(path) in ("summarizer", "summarizer.senses"):
        return
    assert offences(name_of(path), path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("summarizer.stages.score", "from summarizer.stages import cut"),
        ("summarizer.senses.light", "import summarizer.media.probe"),
        ("summarizer.senses.light", "from summarizer.senses.motion import Motion"),
        ("summarizer.models.text", "from summarizer.senses import words"),
        ("summarizer.stages.cut", "def f():\n    import av"),
        ("summarizer.cache", "import gradio"),
        ("ui.views", "from summarizer.pipeline import Summarizer"),
        ("summarizer.schema", "from summarizer import config"),
    ],
)
def test_an_offender_is_caught(name, text):
    assert offences(name, text)


def test_nobody_imports_training_or_evaluation():
    for path in FILES:
        if not any(inside(name_of(path), f"summarizer.{room}") for room in ("train", "evaluate")):
            assert not any(
                inside(other, f"summarizer.{room}")
                for other in imports(path.read_text(encoding="utf-8"))
                for room in ("train", "evaluate")
            ), path


def test_no_code_compares_with_a_preset_name():
    for path in FILES:
        if name_of(path) == "summarizer.config":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Compare | ast.Match):
                words = {
                    leaf.value for leaf in ast.walk(node) if isinstance(leaf, ast.Constant)
                } & set(PRESETS)
                assert not words, f"{path.name}:{node.lineno} compares with {words}"


@pytest.mark.parametrize("module", ["summarizer", "summarizer.pipeline", "app", "ui.page"])
def test_importing_loads_nothing_heavy(module):
    heavy = "torch transformers sentence_transformers open_clip moviepy av decord onnxruntime scipy"
    code = f"import sys, {module}; print([m for m in {heavy.split()} if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert out.stdout.strip() == "[]", out.stdout + out.stderr
