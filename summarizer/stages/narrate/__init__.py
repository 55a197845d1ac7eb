"""Telling: a perception and what was chosen of it become grounded sentences, one after another."""

from collections.abc import Callable, Iterator
from dataclasses import replace

from summarizer.config import NarratorConfig
from summarizer.schema import Perception, Sentence, Summary
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.frame import titles
from summarizer.stages.narrate.sensed import senses_of
from summarizer.stages.narrate.told import Telling, Told

Tell = Callable[[Perception, Summary], Iterator[Sentence]]

NARRATORS: dict[str, Tell] = {
    "composed": compose,
    "qwen": Told("qwen-0.5b"),
    "vicuna": Told("vicuna-7b", "studio", senses_of),
    "tiny": Told("tiny-llama", "tiny", senses_of),
}


def narrator(name: str, settings: NarratorConfig) -> Tell:
    """The named narrator with these settings, as far as it has any."""
    found = NARRATORS[name]
    return replace(found, settings=settings) if isinstance(found, Told) else found


__all__ = ["NARRATORS", "Telling", "narrator", "titles"]
