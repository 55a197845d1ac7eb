"""Stories told in shots, and what is true of them."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import cv2
import numpy as np
from world.canvas import Canvas, Grade, finish

FRAMES = 25  # a second


@dataclass(frozen=True)
class Shot:
    """One camera position, drawn t seconds into it; what is seen, and what happens later in it."""

    start: float
    end: float
    draw: Callable[[Canvas, float], None]
    grade: Grade
    seen: str
    later: tuple[tuple[float, str], ...] = ()  # seconds into the shot, what is seen from then on
    fade: float = 0.0  # seconds it takes to dissolve into the next; 0 is a hard cut


@dataclass(frozen=True)
class Heard:
    """A sound over a stretch. kind: loud, quiet, music, speech, or nothing in particular."""

    start: float
    end: float
    what: str
    kind: str = ""


@dataclass(frozen=True)
class Line:
    start: float
    end: float
    text: str


@dataclass(frozen=True)
class Story:
    """A whole clip."""

    name: str
    title: str
    shots: tuple[Shot, ...]
    heard: tuple[Heard, ...]
    sound: Callable[[float], np.ndarray]  # seconds -> (samples, 2)
    lines: tuple[Line, ...] = ()
    overlay: Callable[[Canvas, float], None] | None = None
    loudness: float = -18.0
    width: int = 1280  # of the picture; narrower where much moves, so that the limit suffices

    @property
    def seconds(self) -> float:
        return self.shots[-1].end

    def frame(self, time: float, size: tuple[int, int]) -> np.ndarray:
        """The picture at a time: (height, width, 3) uint8 RGB."""
        index = next(
            i for i, shot in enumerate(self.shots) if time < shot.end or shot is self.shots[-1]
        )
        picture = self._picture(index, time, size)
        for other in (index - 1, index):
            if not 0 <= other < len(self.shots) - 1 or not self.shots[other].fade:
                continue
            cut, half = self.shots[other].end, self.shots[other].fade / 2
            if abs(time - cut) < half:
                share = (time - cut + half) / (2 * half)
                pair = [self._picture(i, time, size) for i in (other, other + 1)]
                picture = cv2.addWeighted(pair[0], 1 - share, pair[1], share, 0)
        return picture

    def _picture(self, index: int, time: float, size: tuple[int, int]) -> np.ndarray:
        shot = self.shots[index]
        canvas = Canvas.blank(*size)
        shot.draw(canvas, time - shot.start)
        picture = finish(canvas, shot.grade)
        if self.overlay is not None:
            self.overlay(Canvas.over(picture), time)
        return picture

    # -- what is true of it

    def truth(self, size: tuple[int, int], seconds: float) -> dict:
        """Everything there is to know of the clip, for tests and for people."""
        borders = [shot for shot in self.shots[:-1] if shot.end < seconds]
        spans = {kind: self._spans(kind, seconds) for kind in ("loud", "quiet", "music", "speech")}
        return {
            "file": f"{self.name}.mp4",
            "title": self.title,
            "seconds": round(seconds, 3),
            "size": list(size),
            "rate": FRAMES,
            "cuts": [round(shot.end, 3) for shot in borders if not shot.fade],
            "cross_fades": [
                _pair(s.end - s.fade / 2, s.end + s.fade / 2) for s in borders if s.fade
            ],
            "events": [event for event in self._events() if event["start"] < seconds],
            **spans,
            "lines": [
                {"start": round(line.start, 3), "end": round(line.end, 3), "text": line.text}
                for line in self.lines
                if line.end <= seconds
            ],
        }

    def _spans(self, kind: str, seconds: float) -> list[list[float]]:
        found = [(h.start, min(h.end, seconds)) for h in self.heard if h.kind == kind]
        return [_pair(*span) for span in found if span[0] < seconds]

    def _events(self) -> list[dict]:
        parts = [
            (shot.start + offset, text, shot.end)
            for shot in self.shots
            for offset, text in ((0.0, shot.seen), *shot.later)
        ]
        ends = [min(part[2], later[0]) for part, later in pairwise(parts)]
        events = []
        for (start, seen, _), end in zip(parts, [*ends, self.seconds], strict=True):
            said = [line.text for line in self.lines if start <= (line.start + line.end) / 2 < end]
            heard = [h.what for h in self.heard if min(h.end, end) - max(h.start, start) > 0.25]
            events.append(
                {
                    "start": round(start, 3),
                    "end": round(end, 3),
                    "seen": seen,
                    "said": " ".join(said),
                    "heard": "; ".join(dict.fromkeys(heard)),
                }
            )
        return events


def _pair(start: float, end: float) -> list[float]:
    return [round(start, 3), round(end, 3)]
