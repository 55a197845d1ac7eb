"""The work that wants a GPU, as module-level functions: on a Space each runs in a process with one.

Paths and plain values go in, because every argument and result is pickled. Elsewhere the functions
are called as they are, in this process.
"""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import gradio as gr

from summarizer import SummarizerError

if TYPE_CHECKING:
    from summarizer.schema import Encoded

WARM = 15.0  # seconds to bring a model to the GPU
EACH = 0.05  # seconds a sample, about
MOST = 120  # seconds one call may ask for


def seconds_for(sense: str, samples: str, count: int, seconds: float, settings: str = "") -> int:
    """How long the GPU is asked for; a shorter wish is granted sooner."""
    return round(min(MOST, WARM + EACH * count))


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

    yield from encode(sense, samples, count, seconds, settings)


def encode(
    sense: str, samples: str, count: int, seconds: float, settings: str = ""
) -> Iterator["Encoded"]:
    """As `encode_there`; that the GPU is refused (a visitor's time on it is used up) is said."""
    try:
        yield from encode_there(sense, samples, count, seconds, settings)
    except gr.Error as refusal:
        raise SummarizerError(f"the GPU is not to be had: {refusal.message}") from None
