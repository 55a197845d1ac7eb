"""What lies between the two steps of a sense with a model: a file of samples.

It is written in order while the video is decoded, bounded by the sense's own `most`, and read
memory-mapped by whoever encodes it, in this process or in one that holds a GPU.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path

import numpy as np

from summarizer.config import Config
from summarizer.errors import OutputError
from summarizer.files import reason
from summarizer.schema import Encoded, Pictures, Sound
from summarizer.senses import SENSES, Configured, Holding, TwoStep

# sense, file of samples, how many they are, seconds of the video, and the sense's settings as JSON,
# empty where it has none: nothing that can't be pickled
Encode = Callable[[str, str, int, float, str], Iterator[Encoded]]


def encode(
    sense: str, samples: str, count: int, seconds: float, settings: str = ""
) -> Iterator[Encoded]:
    """The second step of the named sense over the first `count` samples in a file."""
    yield from encoded(sense, samples_of(sense, samples, count), seconds, settings)


def samples_of(sense: str, samples: str, count: int) -> np.ndarray:
    """(count,) records of "time" and "row": the named sense's, memory-mapped."""
    return np.memmap(samples, _record(SENSES[sense]), mode="r", shape=(count,))


def encoded(sense: str, held: np.ndarray, seconds: float, settings: str = "") -> Iterator[Encoded]:
    """The second step of the named sense over samples that are at hand."""
    model = SENSES[sense]
    if not isinstance(model, Configured):
        yield from model.encode(held["time"], held["row"], seconds)
        return
    kind = type(getattr(Config(), model.settings))
    given = kind(**json.loads(settings)) if settings else kind()
    yield from model.encode(held["time"], held["row"], seconds, given)


def settings_of(sense: TwoStep, config: Config) -> str:
    """The settings of a sense as they are handed to `encode`."""
    if not isinstance(sense, Configured):
        return ""
    return json.dumps(asdict(getattr(config, sense.settings)))


class Sampler:
    """The first step: takes what is decoded, like any sense, and keeps the samples in a file."""

    def __init__(self, sense: TwoStep, folder: Path):
        self.sense, self.path = sense, folder / f"{sense.name}.samples"
        self.count = 0

    def take(self, material: Pictures | Sound) -> None:
        """Append what the sense picks of this, up to as many rows as it may have."""
        self._append(self.sense.sample(material))

    def look(self, pictures: Pictures) -> None:
        """Append what the sense picks of the larger pictures it asked for."""
        self._append(self.sense.look(pictures))

    def _append(self, samples: Iterable[tuple[float, object]]) -> None:
        picked = list(samples)[: self.sense.most - self.count]
        if not picked:
            return
        records = np.array(picked, _record(self.sense))
        try:
            # plain writing: where the disk is full, writing to a map would kill the process
            with self.path.open("ab") as file:
                file.write(records.tobytes())
        except OSError as error:
            raise OutputError(
                f"samples for {self.sense.name!r} can't be kept: "
                f"{reason(error)}; make room and try again"
            ) from None
        self.count += len(records)

    def close(self) -> None:
        """The material is over: take what the sense held back, if it does such a thing."""
        if isinstance(self.sense, Holding):
            self._append(self.sense.rest())


def _record(sense: TwoStep | type[TwoStep]) -> np.dtype:
    """A row and its time in seconds."""
    return np.dtype([("time", "f8"), ("row", sense.kind, sense.shape)])
