"""Actors for tests: synthetic voices as speakers, how they speak as what they feel, in files that
are named as CREMA-D's and RAVDESS's are."""

import subprocess
from pathlib import Path

# how fast (words a minute), how high (0..99) and how strongly (0..200) each emotion is spoken
MANNERS = {"angry": (240, 75, 200), "sad": (90, 15, 30), "happy": (190, 95, 120)}
CREMA = {"angry": "ANG", "sad": "SAD", "happy": "HAP"}
RAVDESS = {"angry": "05", "sad": "04", "happy": "03"}
VOICES = (
    "en-us",
    "en-gb",
    "en-gb+f2",
    "en-us+m3",
    "en-gb-scotland+f4",
    "en-gb-x-rp+m7",
    "en-us+f5",
)
SENTENCES = ("I would like a new alarm clock", "The surface is slick today, take care")


def speak(file: Path, text: str, voice: str, emotion: str, gain: float = 1.0) -> None:
    """A WAV file of a synthetic voice."""
    pace, height, strength = MANNERS[emotion]
    file.parent.mkdir(parents=True, exist_ok=True)
    say = ["espeak-ng", "-v", voice, "-s", str(pace), "-p", str(height), "-a",
           str(max(1, round(strength * gain))), "-w", str(file), text]  # fmt: skip
    subprocess.run(say, check=True, capture_output=True)


def act(folder: Path, speakers: int = 7, sentences: int = 2) -> Path:
    """The first speakers as CREMA-D's, the last three as RAVDESS's; each says all sentences in each
    of three ways."""
    for number, voice in enumerate(VOICES[:speakers]):
        for index, text in enumerate(SENTENCES[:sentences]):
            for emotion in MANNERS:
                if number < speakers - 3:
                    code = ("IEO", "TIE")[index]
                    name = f"{1001 + number}_{code}_{CREMA[emotion]}_XX.wav"
                    speak(folder / "crema" / name, text, voice, emotion)
                else:
                    name = f"03-01-{RAVDESS[emotion]}-01-0{index + 1}-01-{number:02d}.wav"
                    speak(folder / "ravdess" / f"Actor_{number:02d}" / name, text, voice, emotion)
    return folder
