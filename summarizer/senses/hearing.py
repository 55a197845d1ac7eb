"""Hearing: what each stretch sounds like to CLAP, so that texts can be compared with it."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Encoded, Findings, Sound, Track, Video
from summarizer.senses.recorded import Seconds, runs, samples

RATE = 48_000  # samples a second, as CLAP was trained
AT_ONCE = 60  # seconds encoded between two signs of life


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

    def __init__(self, video: Video):
        self.seconds = Seconds(RATE)

    @property
    def identity(self) -> str:
        return self.weights

    def sample(self, material: Sound) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.take(material)

    def rest(self) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.rest()

    @classmethod
    def encode(cls, times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        from summarizer.models.audio import load_clap
        from summarizer.models.hub import folder
        from summarizer.models.loading import best_device

        device = best_device()
        clap = load_clap(folder(cls.weights), device)
        found, middles = [np.zeros((0, clap.width), np.float32)], [np.zeros(0)]
        for first, last in runs(times):
            for begin in range(first, last, AT_ONCE):
                end = min(last, begin + AT_ONCE)
                sound = samples(rows[begin:end])
                found.append(clap.hear(sound, RATE))
                middles.append(times[begin] + clap.windows(end - begin).mean(axis=1))
                track = Track(
                    "hearing", np.concatenate(middles), np.concatenate(found).astype("f2"),
                    cls.weights,
                )  # fmt: skip
                yield Encoded(end / len(times), Findings(tracks=(track,)), device, end)


class TinyHearing(Hearing):
    """The same, 32 wide, for tests."""

    name: ClassVar[str] = "hearing-tiny"
    weights: ClassVar[str] = "tiny-clap"
