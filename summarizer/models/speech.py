"""Silero VAD: sound in, the probability of speech in every 32 ms out. No torch, no download."""

from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from onnxruntime import InferenceSession, SessionOptions

from summarizer.errors import PresetError

NAME = "silero-vad"
PACKAGE = "silero_vad"  # carries the weights (MIT); its code, which imports torch, is never run
FILE = "silero_vad_16k_sequence.onnx"  # the one that takes many windows in a call
WEIGHTS = "9ccdacc4719d8aa7e45a77536bfabec45a03ba1f2fad5e241ab4060b24238a85"  # sha256
MADE_BY = f"{NAME} {WEIGHTS[:8]}"
RATE = 16_000  # samples a second; the model knows no other
WINDOW = 512  # samples each probability speaks of
CONTEXT = 64  # samples before a window that the model hears with it
WIDTH = 128  # of its memory


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
    """Tells speech from all other sound; remembers nothing, so threads may share it."""

    def __init__(self, session: InferenceSession):
        self.session = session

    def probabilities(self, samples: np.ndarray) -> np.ndarray:
        """The probability of speech in each window of a stretch of sound: (windows,) float32.

        It is heard on its own, from silence on; samples that fill no window are left out.
        """
        count = len(samples) // WINDOW
        if not count:
            return np.zeros(0, np.float32)
        windows = samples[: count * WINDOW].reshape(count, WINDOW)
        contexts = np.zeros((count, CONTEXT), np.float32)
        contexts[1:] = windows[:-1, -CONTEXT:]
        nothing = np.zeros((1, 1, WIDTH), np.float32)
        given = {"input": np.hstack([contexts, windows]), "h": nothing, "c": nothing}
        return self.session.run(["speech_probs"], given)[0]


def _folder() -> Path:
    """Where the package keeps its models; found without running any of its code."""
    spec = find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise PresetError(
            f"the package {PACKAGE} with the weights of {NAME} is not installed; "
            "install it: pip install -r requirements.txt"
        )
    return Path(spec.submodule_search_locations[0]) / "data"
