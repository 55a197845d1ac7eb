"""Telling: a perception and what was chosen of it become grounded sentences, one after another."""

from summarizer.stages.narrate.composed import compose

NARRATORS = {"composed": compose}
