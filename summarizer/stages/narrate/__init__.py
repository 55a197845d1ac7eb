"""Telling: a perception and what was chosen of it become grounded sentences, one after another."""

from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.frame import titles
from summarizer.stages.narrate.told import Told

NARRATORS = {
    "composed": compose,
    "qwen": Told("qwen-0.5b"),
    "vicuna": Told("vicuna-7b"),
    "tiny": Told("tiny-llama"),
}

__all__ = ["NARRATORS", "titles"]
