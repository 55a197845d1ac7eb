"""Speech: how much of each second somebody talks, and where the pauses are."""

from typing import ClassVar, Literal

import numpy as np

from summarizer.errors import PresetError
from summarizer.schema import Concept, Curve, Findings, Sound, Track, Video

# After a minute of music the model stays deaf to speech for seconds, so it starts afresh with each
# stretch and hears a little of what came before.
STRETCH, BEFORE = 312, 62  # windows of 32 ms: 10 s and 2 s
BEGINS, GOES_ON = 0.5, 0.35  # probabilities from which somebody talks, and still talks
PAUSE = 0.5  # seconds; shorter ones are part of talking
UTTERANCE = 0.25  # seconds; shorter ones are not taken for talking


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
        self.unread = np.zeros(0, np.float32)  # from what the next stretch hears before it on
        self.before = 0  # windows of it that were judged already
        self.found: list[np.ndarray] = []

    def take(self, material: Sound) -> None:
        from summarizer.models.speech import RATE, WINDOW

        if material.rate != RATE:
            raise PresetError(
                f"speech is recognised at {RATE} samples a second, not at {material.rate}; "
                f"set decode.sound_rate={RATE}"
            )
        if self.start is None:
            self.start = material.start
        self.unread = np.concatenate([self.unread, material.samples])
        while len(self.unread) >= (self.before + STRETCH) * WINDOW:
            self._judge(self.before + STRETCH)

    def _judge(self, windows: int) -> None:
        """Judge this many windows of what is unread and keep what the next stretch needs of it."""
        from summarizer.models.speech import WINDOW, load_vad

        voice = load_vad().probabilities(self.unread[: windows * WINDOW])
        self.found.append(voice[self.before :])
        self.before = min(windows, BEFORE)
        self.unread = self.unread[(windows - self.before) * WINDOW :]

    def findings(self) -> Findings:
        if self.start is None:
            return Findings()
        from summarizer.models.speech import MADE_BY, RATE, WINDOW

        rest = -(-len(self.unread) // WINDOW)
        self.unread = np.pad(self.unread, (0, rest * WINDOW - len(self.unread)))
        self._judge(rest)
        voice = np.concatenate(self.found)
        step = WINDOW / RATE
        edges = self.start + step * np.arange(len(voice) + 1)
        track = Track("voice", edges[:-1] + step / 2, voice[:, None].astype(np.float16), MADE_BY)
        spoken = np.concatenate([[0.0], np.cumsum(talking(voice, step)) * step])
        seconds = np.arange(self.video.rows + 1.0)
        seconds[-1] = max(self.video.seconds, seconds[-2] + step)  # the last one may be shorter
        share = np.diff(np.interp(seconds, edges, spoken)) / np.diff(seconds)
        return Findings(curves=(Curve.of("speech", self.name, share),), tracks=(track,))


def talking(voice: np.ndarray, step: float) -> np.ndarray:
    """Whether somebody talks in each window of step seconds, going by the probabilities of all."""
    clear = np.where((voice >= BEGINS) | (voice < GOES_ON), np.arange(len(voice)), -1)
    last = np.maximum.accumulate(clear)  # the last window that was clear by itself
    talks = (last >= 0) & (voice[last] >= BEGINS)
    runs: list[list[int]] = []
    for first, end in np.flatnonzero(np.diff(talks, prepend=False, append=False)).reshape(-1, 2):
        if runs and (first - runs[-1][1]) * step < PAUSE:
            runs[-1][1] = end
        else:
            runs.append([first, end])
    talks = np.zeros(len(voice), bool)
    for first, end in runs:
        talks[first:end] = (end - first) * step >= UTTERANCE
    return talks
