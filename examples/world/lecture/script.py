"""What is said in the lecture, sentence by sentence, and when."""

from dataclasses import dataclass

import numpy as np
from world.film import FRAMES
from world.lecture.voice import mouth, speak
from world.sound import RATE

# scene, sentence, seconds of silence after it
SCRIPT = (
    ("hall", "A honeybee comes home with news. She has found flowers.", 0.45),
    ("hall", "She cannot speak, so she dances.", 0.9),
    ("questions", "Her dance answers three questions.", 0.4),
    ("questions", "Which way?", 0.45),
    ("questions", "How far?", 0.45),
    ("questions", "And how good is it?", 0.9),
    ("speaker", "Karl von Frisch cracked this code in the 1940s.", 0.4),
    ("speaker", "Later, it won him a Nobel Prize.", 0.9),
    ("angle", "Inside the dark hive, straight up means toward the sun.", 0.5),
    ("angle", "Forty degrees right of up means forty degrees right of the sun.", 1.0),
    ("chart", "The longer she waggles, the farther the flowers.", 0.6),
    ("chart", "One second stands for roughly one kilometre.", 1.0),
    ("felt", "Her sisters follow in the dark, feeling every move with their antennae.", 0.9),
    ("summary", "So the angle gives direction,", 0.25),
    ("summary", "the time gives distance,", 0.25),
    ("summary", "and the energy tells how good it is.", 0.6),
    ("summary", "A map, drawn with a dance.", 2.0),
)
# how words are spelled for the synthesiser, so that it says them well
SPELT = {
    "von Frisch": "fon Frish",
    "1940s": "nineteen forties",
    "Nobel": "Nobell",
}
LEAD = 1.3  # seconds of title before the first word


@dataclass(frozen=True)
class Talk:
    """The spoken lecture: when each sentence starts, and the mouth of every frame."""

    starts: tuple[float, ...]
    ends: tuple[float, ...]
    voice: np.ndarray
    opened: np.ndarray
    wide: np.ndarray

    def lips(self, time: float) -> tuple[float, float]:
        index = int(np.clip(round(time * FRAMES), 0, len(self.opened) - 1))
        return float(self.opened[index]), float(self.wide[index])

    def moments(self, scene: str, start: float) -> list[float]:
        """When the sentences of a scene begin, in seconds after its start."""
        return [
            at - start for at, (name, *_) in zip(self.starts, SCRIPT, strict=True) if name == scene
        ]


def spoken() -> Talk:
    """The whole script, narrated."""
    starts, ends, parts, clock = [], [], [], LEAD
    for _, text, pause in SCRIPT:
        said = text
        for written, spelt in SPELT.items():
            said = said.replace(written, spelt)
        parts.append(speak(said))
        starts.append(clock)
        ends.append(clock + len(parts[-1]) / RATE)
        clock = round((ends[-1] + pause) * FRAMES) / FRAMES
    voice = np.zeros(round(clock * RATE))
    for start, part in zip(starts, parts, strict=True):
        first = round(start * RATE)
        voice[first : first + len(part)] = part
    return Talk(tuple(starts), tuple(ends), voice, *mouth(voice, FRAMES))
