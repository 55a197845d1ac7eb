"""A summarizer without models: the methods of the real one over hand-made values."""

import shutil
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple
from zipfile import ZipFile

import numpy as np

from summarizer import Preference, SummarizerError
from summarizer.config import Limits
from summarizer.schema import (
    Answer,
    Attention,
    Concept,
    Curve,
    Event,
    Highlight,
    Offer,
    Perception,
    Pictures,
    Saliency,
    Sentence,
    Step,
    Summary,
    Video,
    Work,
)

SENSES = ("loudness", "speech", "movement", "light", "new sights", "faces")
WHY = ("loud moments and new sights", "people talking, little movement", "much movement")
MARK = 0.5  # seconds between two words of one that is held
TOLD = ("It starts quietly.", "Then somebody talks while the picture is bright.", "It ends loud.")


class Form(NamedTuple):
    name: str
    label: str
    file: str
    about: str


FORMS = (
    Form("json", "Project", "summary.json", "comes back with its clip"),
    Form("csv", "Table", "highlights.csv", "a row for each moment"),
)


class Fake:
    """Perceives in `pause` seconds a sense; every other part answers at once.

    One that is `held` marks time after so many senses, and in the middle of a reel, until it is
    stopped or set `free`: what is only there while it works can be looked at for as long as that
    takes.
    """

    name = "offline"
    senses = SENSES
    selectors = ("knapsack", "dpp")
    selector = "knapsack"
    dossier = False
    shapes = ("source", "9:16", "1:1")
    exports = FORMS
    concepts = (
        Concept("talking", "speech", 0.6, ("talking",), "people talking", "somebody talks"),
        Concept("faces", "faces", 0.6, ("faces",), "faces", "faces are seen"),
    )

    def __init__(
        self,
        pause: float = 0.0,
        seconds: float = 12.0,
        limits: Limits | None = None,
        held: int | None = None,
    ):
        self.pause, self.seconds, self.held = pause, seconds, held
        self.limits = limits or Limits()
        self.free = threading.Event()
        self.runs = 0  # how many perceivings were started
        self.closed = 0  # how many perceivings and reels were stopped before their end
        self.unplayable: set[str] = set()  # suffixes that need a copy

    def probe(self, path: Path) -> Video:
        data = path.read_bytes()
        if len(data) < 100:
            raise SummarizerError(f"{path.name} is no video: only {len(data)} bytes; try another.")
        return Video(
            path.name, sha256(data).hexdigest(), self.seconds, (320, 180), Fraction(25), 0,
            Fraction(1), True,
        )  # fmt: skip

    def perceiving(self, path: Path) -> Iterator[Step]:
        self.runs += 1
        video = self.probe(path)
        seen, work = Perception(video, thirds(video)), ()
        try:
            for number, sense in enumerate(SENSES):
                share = number / len(SENSES)
                stage = "Listening" if share < 0.4 else "Watching"
                step = Step(stage, share, 9 * (1 - share), seen, work)
                yield step
                while number == self.held and not self.free.wait(MARK):
                    yield step
                work = (*work, Work(sense, self.pause, cached=number == 0))
                time.sleep(self.pause)
                seen = replace(
                    seen,
                    curves=(*seen.curves, wave(sense, number, video.rows)),
                    senses=(*seen.senses, sense),
                )
            yield Step("Done", 1.0, 0.0, seen, work)
        except GeneratorExit:
            self.closed += 1
            raise

    def choose(self, perception: Perception, preference: Preference) -> Summary:
        seconds = perception.video.seconds
        budget = preference.length.of(seconds)
        count = len(perception.curves)
        saliency = Saliency(perception.curves, (1 / count,) * count)
        answer, each = Answer("open"), min(budget / 3, seconds / 4)
        if preference.want:
            answer, each = Answer("found", f"Found: {preference.want}", 3.0), min(budget / 4, 1.0)
        if preference.fill:
            each = budget / 3
        kept = [(event, "you kept it") for event in preference.keep]
        wanted = [Event(event.start, event.start + each) for event in perception.events]
        free = [
            (span, why)
            for span, why in zip(wanted, WHY, strict=True)
            if not any(touch(span, other) for other in (*preference.keep, *preference.drop))
        ]
        chosen = tuple(
            Highlight(span.start, span.end, 0.5 + 0.1 * number, why)
            for number, (span, why) in enumerate(sorted(kept + free, key=lambda it: it[0].start))
        )
        return Summary(perception.video, preference, answer, saliency, chosen)

    def tell(self, perception: Perception, summary: Summary) -> Iterator[Summary]:
        summary = replace(summary, story=())
        for event, text in zip(perception.events, TOLD, strict=True):
            said = Sentence(event.start, event.end, text, ("loudness: loud",))
            summary = replace(summary, story=(*summary.story, said))
            yield summary

    def composed(self, perception: Perception, summary: Summary) -> Summary:
        said = Sentence(0.0, perception.video.seconds, "It was measured.", ("loudness: loud",))
        return replace(summary, story=(said,))

    def attention(self, perception: Perception) -> Attention | None:
        """Every picture reads itself, and half as much of the one after it."""
        rows = np.tile(np.array([0, 0, 0.6, 0.3, 0]), (perception.video.rows, 1))
        return Attention(np.arange(float(len(rows))), rows, (4.0, 8.0))

    def of(self, name: str) -> "Fake":
        return self

    def presets(self) -> tuple[Offer, ...]:
        missing = ("clip-vit-b-32",)
        return (
            Offer("offline", "Measures picture and sound."),
            Offer(
                "laptop",
                "Names things by sight.",
                missing,
                missing,
                "python -m summarizer.weights get laptop",
            ),
        )

    def learn(self, taste, perception: Perception, span: Event, liked: float):
        return (*taste, ("faces", liked))

    def taste_words(self, taste) -> str:
        return f"you tend to keep {taste[-1][0]}" if taste else ""

    def stills(self, path: Path, video: Video, times, width: int) -> Pictures:
        frames = np.full((len(times), 9, 16, 3), 90, np.uint8)
        return Pictures(np.array(times, float), frames)

    def export(self, summary: Summary, name: str, folder: Path) -> Path:
        form = next((form for form in FORMS if form.name == name), None)
        if form is None:
            raise SummarizerError(f"no export {name[:20]!r}; there are json and csv")
        (folder / form.file).write_text(summary.to_json())
        return folder / form.file

    def bundle(self, summary: Summary, folder: Path, also=()) -> Path:
        with ZipFile(folder / "all.zip", "w") as packed:
            packed.writestr("summary.json", summary.to_json())
            for path in also:
                packed.write(path, path.name)
        return folder / "all.zip"

    def render(
        self, summary: Summary, path: Path, target: Path, *, shape="source", perception=None
    ) -> Iterator[float]:
        try:
            for step in range(5):
                yield step / 5
                while step == 2 and self.held is not None and not self.free.wait(MARK):
                    yield step / 5
                time.sleep(self.pause)
            shutil.copyfile(path, target)
            yield 1.0
        except GeneratorExit:
            self.closed += 1
            raise

    def suffix(self, video: Video) -> str:
        return ".mp4"

    def playable(self, path: Path, video: Video) -> bool:
        return path.suffix not in self.unplayable

    def preview(self, path: Path, video: Video, target: Path) -> Iterator[float]:
        yield 0.5
        shutil.copyfile(path, target)
        yield 1.0


def touch(one: Event, other: Event) -> bool:
    return one.start < other.end and other.start < one.end


def thirds(video: Video) -> tuple[Event, ...]:
    edges = np.linspace(0, video.seconds, 4)
    return tuple(Event(float(a), float(b)) for a, b in pairwise(edges))


def wave(name: str, number: int, rows: int) -> Curve:
    return Curve.of(name, name, 0.5 + 0.45 * np.sin(np.arange(rows) / 3 + number))
