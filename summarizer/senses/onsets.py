"""Onsets: bangs, claps, barks, knocks; sounds that begin all at once."""

from functools import reduce
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Sound, Video

STEEPEST = 24.0  # dB; a rise that reads 1
FAINTEST = -55.0  # dB a band; a voice that begins out of deep silence is no bang
NOW, GAP, PAST = 3, 1, 30  # mel frames: the mean of 30 ms against the loudest of the 300 before
HISTORY = PAST + GAP
SHARE = 0.75  # of the bands, those that rise most; a sound with no treble loses the others


class Onsets:
    """The steepest rise in each second: how far the sound jumps above all of the last 0.3 s.

    It is the mean rise in dB of three quarters of the bands. The first 0.3 s have nothing to rise
    from and count as none.
    """

    name: ClassVar[str] = "onsets"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="sudden sounds",
            curve="sudden sounds",
            at=0.42,  # 10 dB
            asks=("sudden sound", "sudden noise", "bang", "impact", "thud"),
            seen="sudden sounds",
            told="something sounds suddenly",
            hints=(
                "clap",
                "knock",
                "slam",
                "crash",
                "gunshot",
                "explosion",
                "bark",
                "drum",
                "hit",
                "kick",
                "punch",
                "beep",
                "surprise",
                "jump scare",
            ),
        ),
    )

    def __init__(self, video: Video):
        self.steepest = np.zeros(video.rows)
        self.held: np.ndarray | None = None  # (frames, bands) that later ones are compared with
        self.start = 0.0
        self.done = 0  # frames before those held

    def take(self, material: Sound) -> None:
        mel = np.maximum(material.mel, FAINTEST)
        if self.held is None:
            self.held, self.start = mel[:0], material.start
        frames = np.concatenate([self.held, mel])
        count = len(frames) - HISTORY - NOW + 1  # frames with all they need around them
        if count > 0:
            last = self.done + HISTORY + NOW - 1  # what has just begun is only sure by then
            times = self.start + material.hop * (last + np.arange(count))
            rows = np.floor(times + 1e-6).astype(int)
            inside = rows < len(self.steepest)
            np.maximum.at(self.steepest, rows[inside], _rises(frames, count)[inside])
            frames = frames[count:]
            self.done += count
        self.held = frames

    def findings(self) -> Findings:
        if self.held is None:
            return Findings()
        return Findings(curves=(Curve.of("sudden sounds", self.name, self.steepest / STEEPEST),))


def _rises(frames: np.ndarray, count: int) -> np.ndarray:
    """How far each frame that has its history before it lies above that: (count,) dB."""
    past = reduce(np.maximum, (frames[first : first + count] for first in range(PAST)))
    now = sum(frames[first : first + count] for first in range(HISTORY, HISTORY + NOW)) / NOW
    rises = np.sort(np.maximum(now - past, 0.0), axis=1)  # (count, bands)
    most = round(SHARE * rises.shape[1])
    return rises[:, -most:].mean(axis=1)
