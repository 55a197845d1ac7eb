"""What is measured, by whose rule: the values that travel between protocols, runs and reports.

A protocol opens data and gives a job. A job lists its tasks (videos, queries, or those of a split)
and judges one after the other: each gives records, one for every way to answer it, the trivial
ways beside the real one. A run writes down each finished task, so that it can go on after a kill;
a report averages. Only the job knows the rule of its benchmark.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal
from typing import Protocol as Shape


@dataclass(frozen=True)
class Options:
    """What was asked for on the command line."""

    data: Path
    """folder of the data set, in its own form"""
    preset: str = "offline"
    videos: Path | None = None
    """folder of the raw videos, named as in the data; without, only what needs none is measured"""
    predictions: Path | None = None
    """somebody else's answers, in the data set's own form, judged instead of the preset's"""
    rows: Path | None = None
    """folder of what was seen of each video, <id>.npz, for a preset that reads a video as rows"""
    splits: Path | None = None
    """the published split file; without, splits are drawn from a seed and marked as such"""
    setting: str = "canonical"
    """which splits: canonical, augmented, transfer"""
    seeds: int = 5
    """how often what depends on chance is repeated"""
    settings: tuple[str, ...] = ()
    """changes to the preset, as in --set vision.keep_tokens=64"""
    learn: tuple[str, ...] = ()
    """ways that are trained on each split, each a name and its settings: "progressive stages=2" """
    clips: int = 32
    """of each held-out part, where clips are endless"""
    wishes: int = 5
    """over each clip, where wishes are drawn"""
    ways: tuple[str, ...] = ()
    """of those with something taken away, only these; all where none is named"""


@dataclass(frozen=True)
class Measure:
    """A column of the table."""

    name: str
    """the key in `Record.values`, and the head of the column"""
    about: str
    """what it is, in half a sentence"""
    scale: float = 1.0
    """shown times this: 100 where the field quotes per cent"""
    places: int = 3
    better: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True)
class Record:
    """What became of one task by one way of answering."""

    task: str
    way: str
    """the preset's name, "random", "uniform", "centre", "human", ..."""
    values: Mapping[str, float] = field(default_factory=dict)
    """by the names of measures; what does not exist for this task is absent, never NaN or 0"""
    group: str = ""
    """the split or kind it is averaged within, before groups are averaged"""
    seed: int = 0
    error: str = ""
    """one sentence, where this way could not answer; there are no values then"""
    curves: Mapping[str, Sequence[float]] = field(default_factory=dict)
    """for the report: at most a few hundred numbers each, all over the whole video"""
    kept: Mapping[str, Any] = field(default_factory=dict)
    """what the pooled measures of the job need later; plain JSON"""


class Job(Shape):
    """A protocol over opened data."""

    tasks: Sequence[str]
    """names, each once, in the order they are judged"""
    notes: Sequence[str]
    """sentences to print below the table: splits that were drawn, parts that were missing"""
    lacks: Mapping[str, str]
    """the measures that can't be had here, and a sentence on what each needs"""

    def judge(self, task: str) -> Iterable[Record]:
        """All ways for one task; may raise SummarizerError, which is recorded, not fatal."""

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        """The numbers of all the records of one way and seed, where they aren't the mean of the
        records' own (BLEU counts over a corpus); empty where there are none."""


@dataclass(frozen=True)
class Table:
    """What a protocol shows beside the table all have."""

    title: str
    rows: Sequence[Sequence[str]]
    """the head first; the first column names the rows"""


@dataclass(frozen=True)
class Protocol:
    """A benchmark as data: an entry of PROTOCOLS."""

    about: str
    """what is measured and by whose rule, in one sentence"""
    measures: tuple[Measure, ...]
    open: Callable[[Options], Job]
    apart: Callable[[Record], Sequence[str]] | None = None
    """the rows of a second table a record counts in, where one average hides too much: its kind,
    its half of the list; rows are sorted by their place here, then by name"""
    preset: str = "offline"
    """what is measured where nothing else is named"""
    source: Callable[[Options], Path] | None = None
    """the folder its answers rest on, where that isn't the data of the options"""
    tables: Callable[[Sequence[Record], str], Sequence[Table]] | None = None
    """more tables, of the records without an error and the name of the way that is measured"""
