"""Hand-made perceptions: concepts like those of the senses, and videos nobody had to decode."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np

from summarizer.schema import Concept, Curve, Event, Line, Perception, Track, Video

CONCEPTS = (
    Concept("music", "music", 0.5, ("music", "song", "melody", "tune", "singing"),
            "music", "music plays", ("concert", "dancing", "party")),
    Concept("speech", "speech", 0.5,
            ("speech", "talking", "speaking", "voice", "people talking", "conversation",
             "dialogue", "chatting", "narration"),
            "people talking", "somebody talks", ("interview", "lecture", "commentary")),
    Concept("loud moments", "loudness", 0.75, ("loud", "noise", "noisy"),
            "loud moments", "it is loud", ("goal", "applause", "cheering", "explosion", "crowd")),
    Concept("quiet", "loudness", 0.25, ("quiet", "silence", "silent", "no sound"),
            "quiet moments", "it is quiet", ("peaceful",), low=True),
    Concept("sudden sounds", "sudden sounds", 0.6, ("sudden sound", "bang", "knock"),
            "sudden sounds", "something bangs", ("gunshot", "shot", "explosion")),
    Concept("fast movement", "movement", 0.6, ("action", "fast", "movement", "motion"),
            "fast movement", "things move fast", ("running", "chase", "fight")),
    Concept("stillness", "movement", 0.1, ("still", "static", "nothing moves", "motionless"),
            "still pictures", "the picture stands still", ("landscape",), low=True),
    Concept("dark pictures", "light", 0.25, ("dark", "darkness"),
            "dark pictures", "the picture is dark", ("night", "evening"), low=True),
    Concept("bright pictures", "light", 0.7, ("bright", "daylight"),
            "bright pictures", "the picture is bright", ("sunny", "sunshine")),
    Concept("colourful pictures", "colour", 0.6, ("colourful", "colorful", "vivid"),
            "colourful pictures", "the picture is full of colour", ("flowers",)),
    Concept("faces", "faces", 0.5, ("face", "close-up"),
            "faces", "a face is in view", ("people", "person", "man", "woman", "somebody")),
    Concept("words", "words", 0.3, ("words", "subtitles", "dialogue"),
            "spoken words", "someone speaks", ("story", "explanation")),
    Concept("camera moves", "camera moves", 0.5, ("camera movement", "pan", "panning"),
            "camera moves", "the camera moves", ()),
    Concept("cuts", "cuts", 0.5, ("cut", "scene change"), "cuts", "the picture cuts", ()),
)  # fmt: skip

HEARD = ("loudness", "sudden sounds", "speech", "music", "new sounds")


def video(seconds: float = 60.0, *, silent: bool = False, blind: bool = False) -> Video:
    size, rate = ((0, 0), Fraction(0)) if blind else ((640, 360), Fraction(25))
    return Video("made.mp4", "0" * 64, seconds, size, rate, 0, Fraction(1), not silent)


def even(seconds: float, each: float = 5.0) -> tuple[Event, ...]:
    """Events of one length that cover the video."""
    edges = [*np.arange(0, seconds - 1e-6, each).tolist(), seconds]
    return tuple(Event(start, end) for start, end in pairwise(edges))


def at(rows: int, *spans: tuple[int, int], high: float = 0.9, low: float = 0.05) -> np.ndarray:
    """A curve that is high over these seconds and low elsewhere."""
    values = np.full(rows, low)
    for start, end in spans:
        values[start:end] = high
    return values


def said(*lines: tuple[float, float, str]) -> tuple[Line, ...]:
    return tuple(Line(start, end, text, "subtitles") for start, end, text in lines)


def perception(
    of: Video,
    curves: Mapping[str, np.ndarray] | None = None,
    *,
    lines: Sequence[Line] = (),
    events: Sequence[Event] = (),
    tracks: Sequence[Track] = (),
) -> Perception:
    """What was perceived of a video: these curves by name; even events if none are given."""
    return Perception(
        of,
        tuple(events) or even(of.seconds),
        tuple(Curve.of(name, name, values) for name, values in (curves or {}).items()),
        tuple(lines),
        tuple(tracks),
        tuple(curves or {}),
    )
