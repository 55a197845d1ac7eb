"""Acoustics: each second of sound in plain numbers, which anybody can compute again."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.schema import Concept, Findings, Sound, Track, Video

MADE_BY = "acoustics 1"
COLUMNS = ("rms", "centroid", "crossings", "flux")  # of a row; the centroid in kHz
WINDOW, HOP = 512, 256  # samples of a spectrum, and from one to the next
SILENT = 1e-5  # of a spectrum's sum; what is softer has no colour that could change


class Acoustics:
    """The track "acoustics", a row a second of the mono sound at the rate senses hear it.

    The root mean square; the centroid of the magnitude spectrum in kHz; the share of samples at
    which the sign changes; and the flux: half the distance between successive spectra, each scaled
    to the sum 1, on average. Where there is no sound it is silence, whose row is zeros.
    """

    name: ClassVar[str] = "acoustics"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = ()

    def __init__(self, video: Video):
        self.video = video
        self.rate = 0
        self.held = np.zeros(0, np.float32)  # from the beginning of a second on
        self.rows = np.zeros((video.rows, len(COLUMNS)))
        self.done = 0  # seconds

    def take(self, material: Sound) -> None:
        if not self.rate:
            self.rate = material.rate
            self.held = np.zeros(round(material.start * self.rate), np.float32)
        self.held = np.concatenate([self.held, material.samples])
        whole = len(self.held) // self.rate * self.rate
        self._measure(self.held[:whole].reshape(-1, self.rate))
        self.held = self.held[whole:]

    def findings(self) -> Findings:
        if not self.rate:
            return Findings()
        rest, self.held = self.held, self.held[:0]
        if len(rest) and self.done < len(self.rows):
            self._measure(np.pad(rest, (0, self.rate - len(rest)))[None])
        times = np.arange(float(len(self.rows)))
        track = Track("acoustics", times, self.rows.astype(np.float16), MADE_BY)
        return Findings(tracks=(track,))

    def _measure(self, seconds: np.ndarray) -> None:
        """The rows of the next seconds: (seconds, samples)."""
        seconds = seconds[: len(self.rows) - self.done]
        if len(seconds):
            rows = slice(self.done, self.done + len(seconds))
            last = min(1.0, self.video.seconds - (rows.stop - 1))
            there = np.full(len(seconds), self.rate)
            there[-1] = max(1, round(last * self.rate))  # the end may be no whole second
            self.rows[rows] = measured(seconds, there, self.rate)
            self.done = rows.stop


def measured(seconds: np.ndarray, there: np.ndarray, rate: int) -> np.ndarray:
    """(seconds, columns) of the sound of some seconds, of which so many samples are there."""
    signs = seconds >= 0
    crossings = (signs[:, 1:] != signs[:, :-1]).sum(axis=1) / there
    squares = np.square(seconds, dtype=np.float64).sum(axis=1)
    spectra = magnitudes(seconds)  # (seconds, frames, frequencies)
    whole = spectra.sum(axis=1)
    hertz = np.arange(whole.shape[1]) * rate / WINDOW
    centroid = whole @ hertz / np.maximum(whole.sum(axis=1), SILENT)
    sums = spectra.sum(axis=2, keepdims=True)
    shares = np.where(sums > SILENT, spectra / np.maximum(sums, SILENT), 0.0)
    flux = np.abs(np.diff(shares, axis=1)).sum(axis=2).mean(axis=1) / 2
    return np.stack([np.sqrt(squares / there), centroid / 1000, crossings, flux], axis=1)


def magnitudes(seconds: np.ndarray) -> np.ndarray:
    """(seconds, frames, frequencies): the spectra of each second, with none across two."""
    import torch
    from torchaudio.transforms import Spectrogram

    spectrum = Spectrogram(WINDOW, hop_length=HOP, power=1, center=False)
    with torch.inference_mode():
        made = spectrum(torch.from_numpy(np.ascontiguousarray(seconds)))
    return made.transpose(1, 2).numpy().astype(np.float64)
