"""Hearing: what each stretch sounds like to CLAP, so that texts can be compared with it."""

import math
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import ClassVar, Literal

import numpy as np

from summarizer.config import AudioConfig
from summarizer.schema import Concept, Encoded, Findings, Sound, Track, Video
from summarizer.senses.recorded import Seconds, runs, samples

RATE = 48_000  # samples a second, as CLAP was trained
AT_ONCE = 60.0  # seconds encoded between two signs of life, about


class Hearing:
    """A row every five seconds: where ten seconds of sound lie among all that can be described."""

    name: ClassVar[str] = "hearing"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (RATE,)
    kind: ClassVar[str] = "int16"
    most: ClassVar[int] = 3_600  # seconds; of longer sound the rest is not described
    gpu: ClassVar[bool] = True
    as_recorded: ClassVar[bool] = True
    weights: ClassVar[str] = "clap"
    settings: ClassVar[str] = "audio"

    def __init__(self, video: Video):
        self.seconds = Seconds(RATE)

    @property
    def identity(self) -> str:
        from summarizer.models.hub import marked

        return marked(self.weights)

    def sample(self, material: Sound) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.take(material)

    def rest(self) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.rest()

    @classmethod
    def encode(
        cls, times: np.ndarray, rows: np.ndarray, seconds: float, settings: AudioConfig
    ) -> Iterator[Encoded]:
        from summarizer.models.audio import load_clap
        from summarizer.models.hub import folder
        from summarizer.models.loading import best_device

        device = best_device()
        clap = load_clap(folder(cls.weights), device, window=settings.window, hop=settings.hop)
        found, middles = [np.zeros((0, clap.width), np.float32)], [np.zeros(0)]
        for first, last in runs(times):
            for begin, end, count in pieces(first, last, settings):
                found.append(clap.hear(samples(rows[begin:end]), RATE)[:count])
                windows = clap.windows(end - begin)[:count]
                middles.append(times[begin] + windows.mean(axis=1))
                heard = np.concatenate(found).astype("f2")
                track = Track("hearing", np.concatenate(middles), heard, cls.weights)
                yield Encoded(end / len(times), Findings(tracks=(track,)), device, end)


class TinyHearing(Hearing):
    """The same, 32 wide, for tests."""

    name: ClassVar[str] = "hearing-tiny"
    weights: ClassVar[str] = "tiny-clap"


def pieces(first: int, last: int, settings: AudioConfig) -> Iterator[tuple[int, int, int | None]]:
    """Stretches of whole seconds, and how many of their windows count: all of them together are
    the windows of the whole, each once."""
    hop, window = (
        Fraction(each).limit_denominator(100) for each in (settings.hop, settings.window)
    )
    whole = hop.numerator  # seconds after which a window begins at a whole second again
    step = whole * max(1, round(AT_ONCE / whole))
    begin = first
    while last - begin > step + window:
        yield begin, begin + math.ceil(step - hop + window), int(step / hop)
        begin += step
    yield begin, last, None
