"""Subtitles: the words that a text track says are spoken, and how dense they are."""

import re
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Line, Video

FULL = 4.0  # words a second that read 1: fast talk
UNSAID = re.compile(r"\[[^]]*\]|\([^)]*\)|♪[^♪]*♪?")  # [applause], (laughs), ♪ la ♪


class Subtitles:
    """The lines as they are, and how many of their words fall into each second.

    A line's words are spread evenly over the time it is shown; what it only describes is not said.
    Without lines nothing is found: no subtitles does not mean that nobody speaks.
    """

    name: ClassVar[str] = "subtitles"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["text"]] = "text"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="words",
            curve="words",
            at=0.25,
            asks=("subtitles", "captions", "dialogue", "words", "conversation", "narration"),
            seen="spoken words",
            told="someone speaks",
            hints=("interview", "explanation", "speech", "lecture", "discussion", "story"),
        ),
    )

    def __init__(self, video: Video):
        self.rows = video.rows
        self.lines: tuple[Line, ...] = ()

    def take(self, material: tuple[Line, ...]) -> None:
        self.lines += material

    def findings(self) -> Findings:
        if not self.lines:
            return Findings()
        words = np.zeros(self.rows)
        for line in self.lines:
            share = _share(line.start, line.end, self.rows)
            words += len(UNSAID.sub(" ", line.text).split()) * share
        return Findings(curves=(Curve.of("words", self.name, words / FULL),), lines=self.lines)


def _share(start: float, end: float, rows: int) -> np.ndarray:
    """Which part of a stretch falls into each second: (rows,), summing to 1 at most."""
    edges = np.clip(np.arange(rows + 1), start, max(end, start + 1e-3))
    return np.diff(edges) / max(end - start, 1e-3)
