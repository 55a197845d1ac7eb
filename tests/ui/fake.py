"""A summarizer without models: the methods of the real one over hand-made values."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

import numpy as np

from summarizer import Preference, SummarizerError
from summarizer.config import Limits
from summarizer.schema import (
    Answer,
    Curve,
    Event,
    Highlight,
    Perception,
    Saliency,
    Sentence,
    Step,
    Summary,
    Video,
)

SENSES = ("loudness", "speech", "movement", "light", "new sights", "faces")
WHY = ("loud moments and new sights", "people talking, little movement", "much movement")
TOLD = ("It starts quietly.", "Then somebody talks while the picture is bright.", "It ends loud.")


class Fake:
    """Perceives in `pause` seconds a sense; every other part answers at once."""

    def __init__(self, pause: float = 0.0, seconds: float = 12.0, limits: Limits | None = None):
        self.pause, self.seconds = pause, seconds
        self.limits = limits or Limits()
        self.runs = 0  # how many perceivings were started
        self.closed = 0  # how many perceivings were stopped before their end
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
        seen = Perception(video, thirds(video))
        try:
            for number, sense in enumerate(SENSES):
                share = number / len(SENSES)
                yield Step("Listening" if share < 0.4 else "Watching", share, 9 * (1 - share), seen)
                time.sleep(self.pause)
                seen = replace(
                    seen,
                    curves=(*seen.curves, wave(sense, number, video.rows)),
                    senses=(*seen.senses, sense),
                )
            yield Step("Done", 1.0, 0.0, seen)
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
        chosen = tuple(
            Highlight(event.start, event.start + each, 0.5 + 0.1 * number, why)
            for number, (event, why) in enumerate(zip(perception.events, WHY, strict=True))
        )
        return Summary(perception.video, preference, answer, saliency, chosen)

    def tell(self, perception: Perception, summary: Summary) -> Iterator[Summary]:
        summary = replace(summary, story=())
        for event, text in zip(perception.events, TOLD, strict=True):
            said = Sentence(event.start, event.end, text, ("loudness: loud",))
            summary = replace(summary, story=(*summary.story, said))
            yield summary

    def render(self, summary: Summary, path: Path, target: Path) -> Iterator[float]:
        for step in range(5):
            yield step / 5
            time.sleep(self.pause)
        shutil.copyfile(path, target)
        yield 1.0

    def suffix(self, video: Video) -> str:
        return ".mp4"

    def playable(self, path: Path, video: Video) -> bool:
        return path.suffix not in self.unplayable

    def preview(self, path: Path, video: Video, target: Path) -> Iterator[float]:
        yield 0.5
        shutil.copyfile(path, target)
        yield 1.0


def thirds(video: Video) -> tuple[Event, ...]:
    edges = np.linspace(0, video.seconds, 4)
    return tuple(Event(float(a), float(b)) for a, b in pairwise(edges))


def wave(name: str, number: int, rows: int) -> Curve:
    return Curve.of(name, name, 0.5 + 0.45 * np.sin(np.arange(rows) / 3 + number))
