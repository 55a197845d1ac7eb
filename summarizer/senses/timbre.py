"""Timbre: what each second sounds like in numbers, and where that is new."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Curve, Findings, Sound, Track, Video

MADE_BY = "log-mel 1"
BANDS = 16  # four bands of the mel spectrum make one
FAINTEST = -80.0  # dB a band; what lies below is taken to lie there
MIDDLE, SPREAD = -65.0, 20.0  # dB; of the levels in a row
LIVELY = 10.0  # dB; of the deviations in a row
AGO = 4  # seconds; a sound stays new for as long, less within the first 16
USUAL, UNHEARD = 0.15, 0.75  # distances between rows that read 0 and 1
SILENT = -75.0  # dB; a second with no band above it is silence
BATCH = 512  # rows compared at once
ENOUGH = 0.5  # seconds; the end of the video, where it is shorter, sounds like what precedes it


class Timbre:
    """How unlike all sound up to four seconds ago each second is, and the track "timbre".

    A row of "timbre" stands for the second that begins at its time: the mean level in 16 bands,
    then the deviation in each, scaled to about [-1, 1]. Distances are root mean squares between
    rows; silence is never new.
    """

    name: ClassVar[str] = "timbre"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="new sounds",
            curve="new sounds",
            at=0.4,
            asks=("new sound", "different sound", "unusual sound", "change of sound"),
            seen="sounds unlike those before",
            told="it sounds unlike before",
            hints=("unusual", "strange", "surprise", "unexpected"),
        ),
    )

    def __init__(self, video: Video):
        self.video = video
        self.rate = 0  # mel frames a second, once there are any
        self.counts = np.zeros(video.rows)  # frames in each second
        self.sums = np.zeros((video.rows, BANDS))
        self.squares = np.zeros((video.rows, BANDS))

    def take(self, material: Sound) -> None:
        self.rate = round(1 / material.hop)
        times = material.start + material.hop * np.arange(len(material.mel))
        seconds = np.floor(times + 1e-6).astype(int)
        mel = np.maximum(material.mel, FAINTEST).astype(np.float64)
        levels = mel.reshape(len(mel), BANDS, -1).mean(axis=2)  # (frames, 16)
        for second in np.unique(seconds[seconds < self.video.rows]):
            heard = levels[seconds == second]
            self.counts[second] += len(heard)
            self.sums[second] += heard.sum(axis=0)
            self.squares[second] += np.square(heard).sum(axis=0)

    def findings(self) -> Findings:
        if not self.rate:
            return Findings()
        rows = self._rows()
        curve = Curve.of("new sounds", self.name, (_newness(rows) - USUAL) / (UNHEARD - USUAL))
        track = Track("timbre", np.arange(float(len(rows))), rows.astype(np.float16), MADE_BY)
        return Findings(curves=(curve,), tracks=(track,))

    def _rows(self) -> np.ndarray:
        """One row a second: (seconds, 32); where there is no sound any more, it is silence."""
        last = self.video.seconds - (self.video.rows - 1)
        whole = np.full(self.video.rows, float(self.rate))
        whole[-1] = max(1.0, last * self.rate)
        silent = np.maximum(0.0, whole - self.counts)[:, None]
        counts = self.counts[:, None] + silent
        means = (self.sums + silent * FAINTEST) / counts
        variances = (self.squares + silent * FAINTEST**2) / counts - means**2
        deviations = np.sqrt(np.maximum(0.0, variances))
        rows = np.hstack([(means - MIDDLE) / SPREAD, deviations / LIVELY])
        if last < ENOUGH and len(rows) > 1:
            rows[-1] = rows[-2]
        return rows


def _newness(rows: np.ndarray) -> np.ndarray:
    """How far each row is from the nearest one that is old enough: (rows,); 0 in the first few.

    While there are few, all but the latest are: else whatever comes fifth would be new.
    """
    lengths = np.square(rows).sum(axis=1)
    nearest = np.zeros(len(rows))
    for first in range(AGO, len(rows), BATCH):
        some = np.arange(first, min(first + BATCH, len(rows)))
        older = some - np.minimum(AGO, some // AGO) + 1  # rows that each is compared with
        squares = lengths[some, None] + lengths[: older[-1]] - 2 * rows[some] @ rows[: older[-1]].T
        squares[np.arange(older[-1]) >= older[:, None]] = np.inf
        nearest[some] = squares.min(axis=1)
    nearest = np.sqrt(np.maximum(0.0, nearest) / rows.shape[1])
    silent = rows[:, :BANDS].max(axis=1) < (SILENT - MIDDLE) / SPREAD
    return np.where(silent, 0.0, nearest)
