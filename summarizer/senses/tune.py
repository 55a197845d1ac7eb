"""Tune: the sound as MERT hears it, for a language model that was taught to read that."""

from collections.abc import Callable, Iterable, Iterator
from typing import ClassVar, Literal

import numpy as np

from summarizer.config import AudioConfig
from summarizer.schema import Concept, Encoded, Findings, Sound, Track, Video
from summarizer.senses.recorded import Seconds, runs, samples

RATE = 24_000  # samples a second, as MERT was trained
AT_ONCE = 40  # seconds encoded between two signs of life: eight of MERT's windows


class Tune:
    """A row every half second; alone it says nothing to a viewer, so there is no curve."""

    name: ClassVar[str] = "tune"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (RATE,)
    kind: ClassVar[str] = "int16"
    most: ClassVar[int] = 10_800  # seconds: three hours
    gpu: ClassVar[bool] = True
    as_recorded: ClassVar[bool] = True
    weights: ClassVar[str] = "mert-95m"
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
        from summarizer.models.audio import load_ear
        from summarizer.models.hub import folder
        from summarizer.models.loading import best_device

        device = best_device()
        each = settings.tokens_a_second
        ear = load_ear(folder(cls.weights), device, layer=settings.layer, tokens_a_second=each)
        found, begins = [np.zeros((0, ear.width), np.float32)], [np.zeros(0)]
        told = cls.telling()
        for first, last in runs(times):
            for begin in range(first, last, AT_ONCE):
                end = min(last, begin + AT_ONCE)
                tokens = ear.listen(samples(rows[begin:end]), RATE)
                found.append(tokens)
                begins.append(times[begin] + np.arange(len(tokens)) / each)
                starts, heard = np.concatenate(begins), np.concatenate(found)
                tune = Track("tune", starts, heard.astype("f2"), cls.weights)
                tracks = (tune, *told(starts, heard))
                yield Encoded(end / len(times), Findings(tracks=tracks), device, end)

    @classmethod
    def telling(cls) -> Callable[[np.ndarray, np.ndarray], tuple[Track, ...]]:
        """What else can be told of the rows and when they begin; nothing."""
        return lambda starts, rows: ()


class TinyTune(Tune):
    """The same, 32 wide, for tests."""

    name: ClassVar[str] = "tune-tiny"
    weights: ClassVar[str] = "tiny-mert"


class PocketTune(Tune):
    """The same with the small model that is trained here, whose rows can be compared with texts."""

    name: ClassVar[str] = "tune-pocket"
    weights: ClassVar[str] = "pocket-mert"
    line: ClassVar[str] = "pocket/senses"  # the checkpoint that leads from it to texts

    @classmethod
    def telling(cls) -> Callable[[np.ndarray, np.ndarray], tuple[Track, ...]]:
        from summarizer.models.audio import around, load_line

        line = load_line(cls.line)

        def told(starts: np.ndarray, rows: np.ndarray) -> tuple[Track, ...]:
            return (Track("hearing", starts, line(around(rows)).astype("f2"), cls.weights),)

        return told
