"""Speech that actors gave an emotion: folders of WAV files that say in their names who feels what.

CREMA-D (Cao et al. 2014): `1001_DFA_ANG_XX.wav` is actor 1001, sentence DFA, angry, level XX.
RAVDESS (Livingstone, Russo 2018): `03-01-06-01-02-01-12.wav` is modality 03 (sound alone), channel
01 (speech; 02 is song), emotion 06 (fearful), intensity 01, statement 02, repetition 01, actor 12.
Folders may mix both, at any depth. What is left out is counted, by reason.
"""

import re
import struct
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from summarizer.errors import SummarizerError

EMOTIONS = ("neutral", "calm", "happy", "sad", "angry", "fearful", "disgusted", "surprised")
CREMA = re.compile(r"(1\d{3})_([A-Z]{3})_(ANG|DIS|FEA|HAP|NEU|SAD)_(LO|MD|HI|XX?)\.wav", re.I)
RAVDESS = re.compile(
    r"(0[1-3])-(0[12])-(0[1-8])-(0[12])-(0[12])-(0[12])-(0[1-9]|1\d|2[0-4])\.wav", re.I
)
SPOKEN = "01"  # RAVDESS's vocal channel
CREMA_EMOTIONS = {
    "ANG": "angry",
    "DIS": "disgusted",
    "FEA": "fearful",
    "HAP": "happy",
    "NEU": "neutral",
    "SAD": "sad",
}
MOST_FILES = 200_000
MOST_BYTES = 64 << 20  # of a file: minutes of sound, where a sentence takes seconds
MOST_SECONDS = 60.0
RATES = (4_000, 192_000)  # samples a second


@dataclass(frozen=True)
class Clip:
    """A sentence, who says it, and as if feeling what."""

    file: Path
    speaker: str
    """with the set: actors of two sets are two people"""
    emotion: str


@dataclass(frozen=True)
class Found:
    """The clips of some folders, in order of speaker and name."""

    clips: tuple[Clip, ...]
    left_out: Mapping[str, int] = field(default_factory=dict)
    """files, by why"""


def named(file: Path) -> Clip | str:
    """What the name of a file says, or why it says nothing of use."""
    if match := CREMA.fullmatch(file.name):
        return Clip(file, f"CREMA-D {match[1]}", CREMA_EMOTIONS[match[3].upper()])
    if match := RAVDESS.fullmatch(file.name):
        if match[2] != SPOKEN:
            return "song, not speech"
        return Clip(file, f"RAVDESS {match[7]}", EMOTIONS[int(match[3]) - 1])
    if file.suffix.lower() == ".wav":
        return "no name of CREMA-D's or RAVDESS's form"
    return f"{file.suffix.lower() or 'no ending'}, not .wav"


def read(folders: Sequence[Path]) -> Found:
    """All clips below some folders; one that lies there twice counts once."""
    clips: dict[tuple[str, str], Clip] = {}
    left: Counter[str] = Counter()
    for folder in folders:
        if not folder.is_dir():
            raise SummarizerError(f"{folder} is no folder; name one with WAV files of speech")
        for number, file in enumerate(sorted(folder.rglob("*"))):
            if number >= MOST_FILES:
                raise SummarizerError(
                    f"{folder} holds more than {MOST_FILES:,} files; name a folder of speech alone"
                )
            if not file.is_file() or file.name.startswith("."):
                continue
            found = named(file)
            if isinstance(found, str):
                left[found] += 1
            elif clips.setdefault((found.speaker, file.name.lower()), found) is not found:
                left["there twice"] += 1
    if not clips:
        why = "; ".join(f"{count} files: {reason}" for reason, count in left.items())
        raise SummarizerError(
            f"no speech with emotions in {', '.join(each.name for each in folders)} "
            f"({why or 'no files'}); names must be like 1001_DFA_ANG_XX.wav or "
            "03-01-06-01-02-01-12.wav"
        )
    ordered = sorted(clips.values(), key=lambda each: (each.speaker, each.file.name))
    return Found(tuple(ordered), dict(left))


def sound(file: Path) -> tuple[np.ndarray, int]:
    """The sound of a WAV file, mono float32 in [-1, 1], and its rate."""
    from scipy.io import wavfile

    try:
        if file.stat().st_size > MOST_BYTES:
            raise SummarizerError(
                f"{file.name} has {file.stat().st_size >> 20} MB, and at most "
                f"{MOST_BYTES >> 20} are read; it is no single sentence"
            )
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # of notes beside the sound
            rate, samples = wavfile.read(file)
    except (OSError, ValueError, EOFError, LookupError, TypeError, struct.error) as error:
        raise SummarizerError(
            f"{file.name} is no WAV file that can be read ({str(error)[:80]}); convert it again or "
            "take it away"
        ) from None
    if not RATES[0] <= rate <= RATES[1]:
        raise SummarizerError(f"{file.name} has {rate} samples a second, not {RATES[0]} or more")
    made = _floats(samples)
    if made.ndim == 2:
        made = made.mean(axis=1)
    if not np.isfinite(made).all():
        raise SummarizerError(f"{file.name} has samples that are no numbers; take it away")
    return made[: round(MOST_SECONDS * rate)].astype(np.float32), int(rate)


def _floats(samples: np.ndarray) -> np.ndarray:
    """Samples of any kind in [-1, 1]."""
    if samples.dtype == np.uint8:
        return (samples.astype(np.float64) - 128) / 128
    if samples.dtype.kind == "i":
        return samples / float(1 << (8 * samples.dtype.itemsize - 1))
    return np.clip(samples.astype(np.float64), -1, 1)
