"""Tags: names for what is heard, by a tagger that others made, where one is installed."""

from collections.abc import Iterable, Iterator
from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Encoded, Findings, Sound, Track, Video
from summarizer.senses.recorded import Seconds, runs, samples

RATE = 32_000  # samples a second, as PANNs was trained; the others take less
AT_ONCE = 60  # seconds heard between two signs of life


class Tags:
    """The surest names of each second as lines, and the track of an embedder; nothing where neither
    is installed."""

    name: ClassVar[str] = "tags"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()
    shape: ClassVar[tuple[int, ...]] = (RATE,)
    kind: ClassVar[str] = "int16"
    most: ClassVar[int] = 3_600  # seconds; of longer sound the rest has no tags
    as_recorded: ClassVar[bool] = True

    def __init__(self, video: Video):
        from summarizer.models.taggers import EMBEDDERS, TAGGERS, installed

        self.by = tuple(name for kinds in (TAGGERS, EMBEDDERS) if (name := installed(kinds)))
        self.seconds = Seconds(RATE)

    @property
    def identity(self) -> str:
        return " ".join(self.by)

    def sample(self, material: Sound) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.take(material) if self.by else ()

    def rest(self) -> Iterable[tuple[float, np.ndarray]]:
        return self.seconds.rest() if self.by else ()

    @staticmethod
    def encode(times: np.ndarray, rows: np.ndarray, seconds: float) -> Iterator[Encoded]:
        from summarizer.models import taggers
        from summarizer.models.tagging import lines_of

        tagger, embedder = (
            load(name) if (name := taggers.installed(kinds)) else None
            for load, kinds in (
                (taggers.load_tagger, taggers.TAGGERS),
                (taggers.load_embedder, taggers.EMBEDDERS),
            )
        )
        lines, tracks, found = (), (), {"tags": [], "rows": []}
        for first, last in runs(times):
            for begin in range(first, last, AT_ONCE):
                end = min(last, begin + AT_ONCE)
                sound = samples(rows[begin:end])
                if tagger:
                    at, scores = tagger.tag(sound, RATE)
                    found["tags"].append((times[begin] + at, scores))
                    lines = tuple(lines_of(*_joined(found["tags"], tagger.names), tagger.name))
                if embedder:
                    at, made = embedder.embed(sound, RATE)
                    found["rows"].append((times[begin] + at, made))
                    at, made = (np.concatenate(each) for each in zip(*found["rows"], strict=True))
                    tracks = (Track(embedder.name, at, made.astype("f2"), embedder.name),)
                yield Encoded(end / len(times), Findings(lines=lines, tracks=tracks), "cpu", end)


def _joined(parts, names):
    times, scores = (np.concatenate(each) for each in zip(*parts, strict=True))
    return times, names, scores
