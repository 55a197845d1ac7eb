"""A narrator: sentences spoken by espeak-ng in a quiet room, and the mouth that moves to them."""

import shutil
import subprocess
import tempfile
import wave
from functools import lru_cache
from pathlib import Path

import numpy as np
from world.sound import RATE, room, shaped

VOICE = ("-v", "en-us+f2", "-s", "164", "-p", "42", "-g", "1")
# hertz, decibels
WARM = (
    (60, -24),
    (110, 0),
    (220, 1.5),
    (700, 0),
    (2600, -0.5),
    (4200, -1),
    (7500, -4),
    (12000, -18),
)


@lru_cache(maxsize=64)
def speak(text: str) -> np.ndarray:
    """The text in the narrator's voice: samples that start and end with it."""
    program = shutil.which("espeak-ng")
    if program is None:
        raise SystemExit(
            "The lecture is narrated by espeak-ng, which is not installed; run "
            "`apt-get install espeak-ng` (or your system's equivalent) and try again."
        )
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "said.wav"
        subprocess.run([program, *VOICE, "-w", str(target), text], check=True)
        with wave.open(str(target)) as file:
            rate = file.getframerate()
            raw = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
    return _trimmed(_resampled(raw, rate))


def _resampled(raw: np.ndarray, rate: int) -> np.ndarray:
    """To 48 kHz, exactly, by padding the spectrum."""
    spare = (-len(raw)) % rate  # whole seconds, so that the new length is whole too
    padded = np.pad(raw, (0, spare))
    count = len(padded) * RATE // rate
    spectrum = np.fft.rfft(padded)
    wider = np.zeros(count // 2 + 1, complex)
    wider[: len(spectrum)] = spectrum
    return np.fft.irfft(wider, count) * (RATE / rate)


def _trimmed(samples: np.ndarray) -> np.ndarray:
    heard = np.flatnonzero(np.abs(samples) > 0.004)
    first, last = max(0, heard[0] - 480), min(len(samples), heard[-1] + 960)
    return samples[first:last]


def in_room(samples: np.ndarray) -> np.ndarray:
    """A dry voice made warmer and put into a lecture room: (samples, 2)."""
    loud = np.abs(samples)
    window = np.hanning(2400) / np.hanning(2400).sum()
    follow = np.convolve(loud, window, "same") + 1e-4
    pressed = samples * (follow / follow.max()) ** -0.22  # quiet syllables come forward
    return room(shaped(pressed, WARM), 0.5, 0.11, seed=12)


def mouth(samples: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """For each frame a second divided in `frames`: how open and how wide the mouth is."""
    step = RATE // frames
    count = -(-len(samples) // step)
    blocks = np.pad(samples, (0, count * step - len(samples))).reshape(count, step)
    power = np.sqrt((blocks**2).mean(1))
    opened = np.clip(power / (np.percentile(power[power > 0.01], 90) + 1e-9), 0, 1) ** 0.8
    spectrum = np.abs(np.fft.rfft(blocks * np.hanning(step), axis=1))
    hertz = np.fft.rfftfreq(step, 1 / RATE)
    centre = (spectrum * hertz).sum(1) / (spectrum.sum(1) + 1e-6)
    wide = np.where(power > 0.01, np.interp(centre, [500, 1500, 3500], [0.72, 0.95, 1.15]), 1.0)
    soft = np.array([0.2, 0.6, 0.2])
    return np.convolve(opened, soft, "same"), np.convolve(wide, soft, "same")
