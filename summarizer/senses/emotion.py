"""Emotion: what a classifier that was trained on actors' speech hears, window by window."""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from hashlib import sha256
from math import ceil
from typing import ClassVar, Literal

import numpy as np

from summarizer.models.emotion import file, told_by
from summarizer.schema import Concept, Encoded, Findings, Sound, Track, Video
from summarizer.senses.recorded import Seconds, runs, samples

RATE = 16_000  # samples a second
AT_ONCE = 60  # seconds heard between two signs of life


class Emotion:
    """The track "emotion": probabilities of the emotions named in what made it.

    Nothing where no such classifier is here: it is a checkpoint of that name.
    """

    name: ClassVar[str] = "emotion"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (RATE,)
    kind: ClassVar[str] = "int16"
    most: ClassVar[int] = 10_800  # seconds: three hours
    as_recorded: ClassVar[bool] = True

    def __init__(self, video: Video):
        self.file = file()
        self.seconds = Seconds(RATE)

    @property
    def identity(self) -> str:
        """Which classifier is here."""
        return sha256(self.file.read_bytes()).hexdigest()[:16] if self.file else "none"

    def sample(self, material: Sound) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.take(material) if self.file else ()

    def rest(self) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.rest() if self.file else ()

    @classmethod
    def encode(cls, times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        from summarizer.models.feeling import load_emotion

        classifier = load_emotion()
        by = told_by(classifier.hears, classifier.names)
        found, middles = [np.zeros((0, len(classifier.names)))], [np.zeros(0)]
        for first, last in runs(times):
            for begin, end, count in pieces(first, last, classifier.window, classifier.hop):
                felt = classifier.feel(samples(rows[begin:end]), RATE)
                found.append(felt.probabilities[:count])
                middles.append(times[begin] + felt.times[:count])
                heard = np.concatenate(found).astype("f2")
                track = Track("emotion", np.concatenate(middles), heard, by)
                yield Encoded(end / len(times), Findings(tracks=(track,)), "cpu", end)


def pieces(
    first: int, last: int, window: float, hop: float
) -> Iterator[tuple[int, int, int | None]]:
    """Stretches of whole seconds, and how many of their windows count: together they have the
    windows of the whole, each once."""
    each = Fraction(hop).limit_denominator(100)
    step = each.numerator * max(1, AT_ONCE // each.numerator)  # a window begins there again
    while last - first > step + window:
        yield first, first + step + ceil(window), int(step / each)
        first += step
    yield first, last, None
