"""Taggers and embedders of sound that others made, where they are installed: one form for all.

None is needed and none is downloaded: some of these packages fetch files on their own when they are
first used, so each is asked only once all it reads lies here. `lacking` says what does not.

- YAMNet (tags) and VGGish (an embedding, without any names): `tensorflow_hub`, and the environment
  variable YAMNET or VGGISH with the folder of the saved model.
- PANNs (tags): `panns_inference`, and its checkpoint and list of names in ~/panns_data.
- OpenL3 (an embedding): `openl3`, whose weights come with it.
"""

import csv
import os
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import ClassVar, Protocol

import numpy as np

from summarizer.errors import WeightsError
from summarizer.models.audio import resampled
from summarizer.models.loading import alone


class Tagger(Protocol):
    """Says how sure it is of each of its names, over time."""

    name: ClassVar[str]
    names: tuple[str, ...]

    @staticmethod
    def lacking() -> str: ...

    def tag(self, samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        """The middles of its windows in seconds, and (windows, names) in [0, 1]."""


class Embedder(Protocol):
    """Puts windows of sound where similar ones are near."""

    name: ClassVar[str]

    @staticmethod
    def lacking() -> str: ...

    def embed(self, samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        """The middles of its windows in seconds, and (windows, width)."""


class _Saved:
    """A saved model of tensorflow_hub that hears 16 kHz, from the folder a variable names."""

    RATE: ClassVar[int] = 16_000
    WINDOW: ClassVar[float] = 0.96  # seconds
    HOP: ClassVar[float]
    name: ClassVar[str]

    def __init__(self):
        import tensorflow_hub

        self.model = tensorflow_hub.load(os.environ[self.name.upper()])

    @classmethod
    def lacking(cls) -> str:
        variable = cls.name.upper()
        if find_spec("tensorflow_hub") is None:
            return f"{cls.name} needs tensorflow_hub; install it: pip install tensorflow-hub"
        if not Path(os.environ.get(variable, "")).joinpath("saved_model.pb").is_file():
            return f"{cls.name} needs {variable} to name the folder of its saved model"
        return ""

    def heard(self, samples: np.ndarray, rate: int) -> np.ndarray:
        made = _at(samples, rate, self.RATE)
        return np.pad(made, (0, max(0, round(self.WINDOW * self.RATE) - len(made))))

    def middles(self, count: int) -> np.ndarray:
        return np.arange(count) * self.HOP + self.WINDOW / 2


class Yamnet(_Saved):
    """YAMNet (Plakal, Ellis): 521 names of AudioSet, each with a score of its own."""

    name: ClassVar[str] = "yamnet"
    HOP: ClassVar[float] = 0.48

    def __init__(self):
        super().__init__()
        listed = self.model.class_map_path().numpy()
        file = Path(listed.decode() if isinstance(listed, bytes) else str(listed))
        with file.open(encoding="utf-8", newline="") as lines:
            self.names = tuple(row["display_name"] for row in csv.DictReader(lines))

    def tag(self, samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        scores = np.asarray(self.model(self.heard(samples, rate))[0], np.float32)
        return self.middles(len(scores)), scores


class Vggish(_Saved):
    """VGGish (Hershey et al. 2017): 128 numbers for each 0.96 seconds."""

    name: ClassVar[str] = "vggish"
    HOP: ClassVar[float] = 0.96

    def embed(self, samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        rows = np.asarray(self.model(self.heard(samples, rate)), np.float32)
        return self.middles(len(rows)), rows


class Panns:
    """PANNs' Cnn14 (Kong et al. 2020) on two seconds each second: 527 names of AudioSet."""

    name: ClassVar[str] = "panns"
    RATE: ClassVar[int] = 32_000
    WINDOW: ClassVar[int] = 2  # seconds
    FOLDER: ClassVar[str] = "panns_data"
    FILES: ClassVar[Mapping[str, int]] = {  # and at least how many bytes, else it is fetched again
        "Cnn14_mAP=0.431.pth": 300_000_000,
        "class_labels_indices.csv": 1,
    }

    def __init__(self):
        from panns_inference import AudioTagging, labels

        self.names = tuple(labels)
        self.model = AudioTagging(
            checkpoint_path=str(Path.home() / self.FOLDER / "Cnn14_mAP=0.431.pth"), device="cpu"
        )

    @classmethod
    def lacking(cls) -> str:
        if find_spec("panns_inference") is None:
            return "panns needs panns_inference; install it: pip install panns-inference"
        for name, size in cls.FILES.items():
            file = Path.home() / cls.FOLDER / name
            if not file.is_file() or file.stat().st_size < size:
                return f"panns needs {name} in ~/{cls.FOLDER}; its first use by hand fetches it"
        return ""

    def tag(self, samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        made, size = _at(samples, rate, self.RATE), self.WINDOW * self.RATE
        begins = np.arange(0, max(1, len(made) - size + 1), self.RATE)
        scores = [
            self.model.inference(_filled(made[each : each + size], size)[None])[0][0]
            for each in begins
        ]
        return begins / self.RATE + self.WINDOW / 2, np.array(scores, np.float32)


class OpenL3:
    """OpenL3 (Cramer et al. 2019), trained on surroundings: 512 numbers for each second."""

    name: ClassVar[str] = "openl3"
    HOP: ClassVar[float] = 1.0

    @staticmethod
    def lacking() -> str:
        here = find_spec("openl3") is not None
        return "" if here else "openl3 is not installed; install it: pip install openl3"

    def embed(self, samples: np.ndarray, rate: int) -> tuple[np.ndarray, np.ndarray]:
        import openl3

        rows, times = openl3.get_audio_embedding(
            samples, rate, content_type="env", embedding_size=512, center=False,
            hop_size=self.HOP, verbose=False,
        )  # fmt: skip
        # without centring, a time is when its second begins
        return np.asarray(times, np.float64) + 0.5, np.asarray(rows, np.float32)


TAGGERS: dict[str, type[Tagger]] = {each.name: each for each in (Panns, Yamnet)}
EMBEDDERS: dict[str, type[Embedder]] = {each.name: each for each in (OpenL3, Vggish)}


def installed(kinds: Mapping[str, type[Tagger] | type[Embedder]]) -> str:
    """The name of the first of them that could work here; empty where none could."""
    return next((name for name, kind in kinds.items() if not kind.lacking()), "")


@alone
def load_tagger(name: str) -> Tagger:
    return _loaded(name, TAGGERS)


@alone
def load_embedder(name: str) -> Embedder:
    return _loaded(name, EMBEDDERS)


def _loaded(name: str, kinds):
    if name not in kinds:
        raise WeightsError(f"there is no {name[:40]!r} here, only {', '.join(kinds)}")
    if why := kinds[name].lacking():
        raise WeightsError(why)
    return kinds[name]()


def _at(samples: np.ndarray, rate: int, to: int) -> np.ndarray:
    return resampled(samples, rate, to, 0, -(-len(samples) * to // rate)).numpy()


def _filled(piece: np.ndarray, size: int) -> np.ndarray:
    return np.pad(piece, (0, max(0, size - len(piece))))
