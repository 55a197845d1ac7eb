"""Telling: a perception and what was chosen of it become grounded sentences, one after another."""

from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.frame import titles

NARRATORS = {"composed": compose}

__all__ = ["NARRATORS", "titles"]
