"""The work that wants a GPU, as module-level functions: on a Space each runs in a process with one.

Paths and plain values go in, because every argument and result is pickled; of a video that is told
of only the prompt. Elsewhere the functions are called as they are, in this process.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import gradio as gr

from summarizer import SummarizerError

if TYPE_CHECKING:
    from summarizer.config import NarratorConfig
    from summarizer.schema import Encoded

WARM = 15.0  # seconds to bring a model to the GPU
EACH = 0.05  # seconds a sample, about
LARGE = 40.0  # seconds to bring a language model there, and
WORD = 0.04  # seconds a token it writes; guesses, both
MOST = 120  # seconds one call may ask for
OURS = "Watch and Listen"  # says that an error is not the GPU's


def seconds_for(sense: str, samples: str, count: int, seconds: float, settings: str = "") -> int:
    """How long the GPU is asked for; a shorter wish is granted sooner."""
    return round(min(MOST, WARM + EACH * count))


def seconds_to_tell(
    weights: str, trained: str, settings: "NarratorConfig", pieces: Sequence, most: int
) -> int:
    """How long the GPU is asked for to write so many tokens at most."""
    return round(min(MOST, LARGE + WORD * most))


def on_gpu(duration: Callable[..., int]) -> Callable:
    """The decorator of a Space that lends a GPU; elsewhere the function stays as it is."""
    try:
        from spaces import GPU
    except ImportError:
        return lambda function: function
    return GPU(duration=duration)


@on_gpu(seconds_for)
def encode_there(
    sense: str, samples: str, count: int, seconds: float, settings: str = ""
) -> Iterator["Encoded"]:
    """The second step of the named sense, over a file of samples."""
    from summarizer import encode

    with _carried():
        yield from encode(sense, samples, count, seconds, settings)


@on_gpu(seconds_to_tell)
def write_there(
    weights: str, trained: str, settings: "NarratorConfig", pieces: Sequence, most: int
) -> Iterator[str]:
    """What a language model answers to a prompt, as it is written."""
    from summarizer import write

    with _carried():
        yield from write(weights, trained, settings, pieces, most)


def encode(
    sense: str, samples: str, count: int, seconds: float, settings: str = ""
) -> Iterator["Encoded"]:
    """As `encode_there`; that the GPU is refused (a visitor's time on it is used up) is said."""
    with _said():
        yield from encode_there(sense, samples, count, seconds, settings)


def write(
    weights: str, trained: str, settings: "NarratorConfig", pieces: Sequence, most: int
) -> Iterator[str]:
    """As `write_there`; that the GPU is refused is said."""
    if settings.decoding == "auto" and lent(write_there):
        # such a process is gone after a few stories, and may not compile at all
        settings = replace(settings, decoding="eager")
    with _said():
        yield from write_there(weights, trained, settings, pieces, most)


def lent(function: Callable) -> bool:
    """Whether it runs in a process that a Space lends a GPU: then its decorator wraps it."""
    return hasattr(function, "__wrapped__")


@contextmanager
def _carried() -> Iterator[None]:
    """A sentence of ours as an error that a Space brings back whole from the other process."""
    try:
        yield
    except SummarizerError as error:
        raise gr.Error(str(error), title=OURS, print_exception=False) from None


@contextmanager
def _said() -> Iterator[None]:
    """What a Space brings back, as a sentence of ours."""
    try:
        yield
    except gr.Error as error:
        if error.title == OURS:
            raise SummarizerError(error.message) from None
        raise SummarizerError(f"the GPU is not to be had: {error.message}") from None
