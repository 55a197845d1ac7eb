"""Speech: how much of each second somebody talks, and where the pauses are."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.errors import PresetError
from summarizer.schema import Concept, Curve, Findings, Sound, Track, Video


class Speech:
    """The share of each second in which somebody talks, and the track "voice".

    A row of "voice" is the probability of speech in the 32 ms around its time. Clear singing counts
    as speech.
    """

    name: ClassVar[str] = "speech"
    version: ClassVar[int] = 1
    reads: ClassVar[Literal["sound"]] = "sound"
    still: ClassVar[bool] = False
    concepts: ClassVar[tuple[Concept, ...]] = (
        Concept(
            name="talking",
            curve="speech",
            at=0.5,
            asks=("talking", "speaking", "speech", "voice", "conversation", "dialogue"),
            seen="people talking",
            told="somebody talks",
            hints=(
                "interview",
                "lecture",
                "lesson",
                "presentation",
                "discussion",
                "debate",
                "meeting",
                "commentary",
                "commentator",
                "narrator",
                "narration",
                "question",
                "answer",
                "explanation",
                "joke",
                "chat",
                "singing",
            ),
        ),
    )

    def __init__(self, video: Video):
        self.video = video
        self.start: float | None = None  # where the sound begins, once there is any
        self.listener = None
        self.found: list[np.ndarray] = []

    def take(self, material: Sound) -> None:
        from summarizer.models.speech import RATE, Listener

        if material.rate != RATE:
            raise PresetError(
                f"speech is recognised at {RATE} samples a second, not at {material.rate}; "
                f"set decode.sound_rate={RATE}"
            )
        if self.listener is None:
            self.start, self.listener = material.start, Listener()
        self.found += [voice for _, voice in self.listener.take(material.samples)]

    def findings(self) -> Findings:
        if self.listener is None:
            return Findings()
        from summarizer.models.speech import MADE_BY, RATE, WINDOW, talking

        self.found += [voice for _, voice in self.listener.rest()]
        voice = np.concatenate(self.found)
        step = WINDOW / RATE
        edges = self.start + step * np.arange(len(voice) + 1)
        track = Track("voice", edges[:-1] + step / 2, voice[:, None].astype(np.float16), MADE_BY)
        spoken = np.concatenate([[0.0], np.cumsum(talking(voice, step)) * step])
        seconds = np.arange(self.video.rows + 1.0)
        seconds[-1] = max(self.video.seconds, seconds[-2] + step)  # the last one may be shorter
        share = np.diff(np.interp(seconds, edges, spoken)) / np.diff(seconds)
        return Findings(curves=(Curve.of("speech", self.name, share),), tracks=(track,))
