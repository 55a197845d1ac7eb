"""Personalized video summaries: a grounded story, a curve that says why, a reel with its sound.

    from summarizer import Preference, load

    summarizer = load()
    perception = summarizer.perceive("match.mp4")
    summary = summarizer.choose(perception, Preference(want="the goals"))

Importing this package loads nothing heavy: models come with the first video.
"""

from typing import TYPE_CHECKING, Any

from summarizer.errors import SummarizerError
from summarizer.schema import Length, Preference, Summary

if TYPE_CHECKING:
    from summarizer.pipeline import Summarizer, encode, load, write

__all__ = [
    "Length",
    "Preference",
    "Summarizer",
    "SummarizerError",
    "Summary",
    "encode",
    "load",
    "write",
]
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    """What the pipeline offers, on first use: it imports what `import summarizer` need not."""
    if name not in ("Summarizer", "encode", "load", "write"):
        raise AttributeError(f"module 'summarizer' has no attribute {name!r}")
    from summarizer import pipeline

    return getattr(pipeline, name)
