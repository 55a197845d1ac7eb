"""Silero VAD: sound in, the probability of speech in every 32 ms out. No torch, no download."""

from collections.abc import Iterator
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession, SessionOptions

from summarizer.errors import PresetError
from summarizer.models.packages import folder_of

NAME = "silero-vad"
PACKAGE = "silero_vad"  # carries the weights (MIT); its code, which imports torch, is never run
FILE = "silero_vad_16k_sequence.onnx"  # the one that takes many windows in a call
WEIGHTS = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"  # sha256
MADE_BY = f"{NAME} {WEIGHTS[:8]}"
RATE = 16_000  # samples a second; the model knows no other
WINDOW = 512  # samples each probability speaks of
CONTEXT = 64  # samples before a window that the model hears with it
WIDTH = 128  # of its memory
# After a minute of music the model stays deaf to speech for seconds, so it starts afresh with each
# stretch and hears a little of what came before.
STRETCH, BEFORE = 312, 62  # windows of 32 ms: 10 s and 2 s
BEGINS, GOES_ON = 0.5, 0.35  # probabilities from which somebody talks, and still talks
PAUSE = 0.5  # seconds; shorter ones are part of talking
UTTERANCE = 0.25  # seconds; shorter ones are not taken for talking
REMEMBERED = 8  # stretches judged last; several senses ask about the same ones


@cache
def load_vad() -> "Vad":
    """The model, loaded once a process; an error says where it is missing or not the real one."""
    file = _folder() / FILE
    weights = file.read_bytes() if file.is_file() else b""
    if sha256(weights).hexdigest() != WEIGHTS:
        raise PresetError(
            f"the weights of {NAME} in the installed package {PACKAGE} are not the published ones; "
            "install it again: pip install --force-reinstall --no-deps silero-vad==6.2.3"
        )
    options = SessionOptions()
    options.intra_op_num_threads = 1  # a second thread doubles the work and saves no time
    options.log_severity_level = 3
    return Vad(InferenceSession(weights, options, providers=["CPUExecutionProvider"]))


class Vad:
    """Tells speech from all other sound; threads may share it."""

    def __init__(self, session: InferenceSession):
        self.session = session
        self._remembered = lru_cache(REMEMBERED)(self._judge)

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """The probability of speech in each window of a stretch of sound: (windows,) float32.

        It is heard on its own, from silence on; samples that fill no window are left out. Judging
        what was judged a moment ago costs nothing.
        """
        return self._remembered(np.asarray(samples, np.float32).tobytes()).copy()

    def _judge(self, sound: bytes) -> np.ndarray:
        samples = np.frombuffer(sound, np.float32)
        count = len(samples) // WINDOW
        if not count:
            return np.zeros(0, np.float32)
        windows = samples[: count * WINDOW].reshape(count, WINDOW)
        contexts = np.zeros((count, CONTEXT), np.float32)
        contexts[1:] = windows[:-1, -CONTEXT:]
        nothing = np.zeros((1, 1, WIDTH), np.float32)
        given = {"input": np.hstack([contexts, windows]), "h": nothing, "c": nothing}
        return self.session.run(["speech_probs"], given)[0]


class Listener:
    """Judges sound as it comes, however cut; each stretch with a little of what was before."""

    def __init__(self):
        self.unread = np.zeros(0, np.float32)  # from what the next stretch hears before it on
        self.before = 0  # windows of it that were judged already

    def take(self, samples: np.ndarray) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The whole windows that can be judged now, as samples, and the probability of each."""
        self.unread = np.concatenate([self.unread, samples])
        while len(self.unread) >= (self.before + STRETCH) * WINDOW:
            yield self._judge(self.before + STRETCH)

    def rest(self) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """The same for what is left, with silence at its end."""
        windows = -(-len(self.unread) // WINDOW)
        self.unread = np.pad(self.unread, (0, windows * WINDOW - len(self.unread)))
        yield self._judge(windows)

    def _judge(self, windows: int) -> tuple[np.ndarray, np.ndarray]:
        """Judge this many windows of what is unread and keep what the next stretch needs of it."""
        voice = load_vad().probabilities(self.unread[: windows * WINDOW])[self.before :]
        samples = self.unread[self.before * WINDOW : windows * WINDOW]
        self.before = min(windows, BEFORE)
        self.unread = self.unread[(windows - self.before) * WINDOW :]
        return samples, voice


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


def _folder() -> Path:
    """Where the package keeps its models."""
    return folder_of(PACKAGE, NAME) / "data"
