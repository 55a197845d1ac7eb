"""python -m bench.soak.acts NAME FOLDER: one operation over the clip of a folder, to be killed."""

import hashlib
import re
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

from summarizer import Length, Preference, Summary, load
from summarizer.config import SHAPES
from summarizer.errors import OutputError
from summarizer.exports import BUNDLE
from summarizer.files import whole
from summarizer.schema import Event, Perception, Video

if TYPE_CHECKING:
    from summarizer.train.loop import Lesson
    from ui.ledger import Ledger

NAME = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")  # of a figure in its page
CLIP, CACHE, LEDGER, LESSON = "clip.mp4", "cache", "annotations.sqlite", "lesson"
WANT = Preference(want="the start", length=Length.parse("50%"))
WORDS = 150  # of an annotator
STEPS = 40  # of training


def perceive(folder: Path) -> None:
    seen = _seen(folder)
    with whole(folder / "seen.txt") as part:
        part.write_text(hashlib.sha256(_told(seen).encode()).hexdigest())


def choose(folder: Path) -> None:
    """Choose and tell by what is in the cache, and keep the summary."""
    summarizer, seen = load(cache=folder / CACHE), _seen(folder)
    summary = summarizer.choose(seen, WANT)
    for told in summarizer.tell(seen, summary):
        summary = told
    summarizer.export(summary, "json", folder)


def render(folder: Path) -> None:
    for shape in SHAPES:
        part = folder / shape.replace(":", "x")
        part.mkdir(exist_ok=True)
        target = part / "reel.mp4"
        for _ in load(cache=folder / CACHE).render(
            _summary(folder), folder / CLIP, target, shape=shape
        ):
            pass


def export(folder: Path) -> None:
    """Every form that so short a clip can have, and all in one."""
    summarizer, summary = load(cache=folder / CACHE), _summary(folder)
    for form in summarizer.exports:
        with suppress(OutputError):
            summarizer.export(summary, form.name, folder)
    summarizer.bundle(summary, folder)


def exported(folder: Path) -> object:
    """What the figure and the zip hold, without the names and times that are new each time."""
    figure, found = folder / "saliency.html", {}
    if figure.exists():
        found["figure"] = NAME.sub(b"", figure.read_bytes())
    if (folder / BUNDLE).exists():
        with ZipFile(folder / BUNDLE) as packed:
            found |= {each: NAME.sub(b"", packed.read(each)) for each in packed.namelist()}
    return found


def annotate(folder: Path) -> None:
    """Say the same words whenever it is run; a word that was heard before counts once."""
    from ui.ledger import Order

    ledger, (video, events) = _ledger(folder), _sheet()
    for number in range(1, WORDS + 1):
        mark = Order("score", number % 3, score=1 + number % 5)
        edge = Order("edge", 1, edge="end", at=6 + number % 3)
        ledger.write(video, "Ann", events, [mark, edge], page=("page", number))


def annotated(folder: Path) -> object:
    """What is kept of that; the two orders of a word are both there or neither."""
    video, _ = _sheet()
    sheet = _ledger(folder).sheet(video, "Ann")
    return sheet and (sheet.annotation.marks, sheet.undoable)


def train(folder: Path) -> None:
    from summarizer.train.loop import Pace
    from summarizer.train.loop import train as learn

    pace = Pace(steps=STEPS, batch=4, rate=0.05, log=1, seed=3, save=0.0)
    learn(_lesson(), pace, folder / LESSON, quiet=True)


def trained(folder: Path) -> object:
    """The losses of each step, once all is learned."""
    import json

    log = folder / f"{LESSON}.training" / "log.jsonl"
    if not (folder / LESSON).is_dir():
        return None
    return [json.loads(line)["loss"] for line in log.read_text().splitlines()]


def _seen(folder: Path) -> Perception:
    return load(cache=folder / CACHE).perceive(folder / CLIP)


def _told(seen: Perception) -> str:
    """All of a perception as text."""
    tracks = [(t.name, t.made_by, t.times.tolist(), t.values.tolist()) for t in seen.tracks]
    return repr((seen.video, seen.events, seen.curves, seen.lines, tracks, seen.notes))


def _summary(folder: Path) -> Summary:
    return Summary.from_json((folder / "summary.json").read_text(encoding="utf-8"))


def _ledger(folder: Path) -> "Ledger":
    from ui.ledger import Ledger

    return Ledger(folder / LEDGER)


def _sheet() -> tuple[Video, tuple[Event, ...]]:
    video = Video("a.mp4", "a" * 64, 12.0, (320, 180), 25, 0, 1, True)
    return video, (Event(0, 4), Event(4, 8), Event(8, 12))


def _lesson() -> "Lesson":
    """A line through twenty points."""
    import torch

    from summarizer import checkpoint

    class Line:
        weights, examples = {"fit": 1.0}, 20

        def __init__(self):
            torch.manual_seed(0)
            self.module = _Error()
            self.x = torch.randn(20, 3)
            self.y = self.x @ torch.tensor([1.0, -2.0, 0.5])

        def batch(self, picks):
            which = [example for example, _ in picks]
            return {"x": self.x[which], "y": self.y[which]}

        def size(self, batch):
            return {"fit": len(batch["y"])}

        def check(self):
            return {}

        def keep(self, folder, trained, metrics):
            checkpoint.save(folder, trained, {"kind": "line"}, {})

    class _Error(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.line = torch.nn.Linear(3, 1)

        def forward(self, batch):
            return {"fit": ((self.line(batch["x"])[:, 0] - batch["y"]) ** 2).sum()}

    return Line()


ACTS: dict[str, Callable[[Path], None]] = {
    "perceive": perceive,
    "choose": choose,
    "render": render,
    "export": export,
    "annotate": annotate,
    "train": train,
}


if __name__ == "__main__":
    ACTS[sys.argv[1]](Path(sys.argv[2]))
