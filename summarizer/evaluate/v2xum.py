"""Instruct-V2Xum: the frames a model keeps and the text it writes, both tagged with positions.

A position is one of a hundred equal parts of the video (Hua et al. 2024). The references are read
by `summarizer.data.readers.instruct_v2xum`, which says what of the published form was checked. Of
an answer, the form was checked with the published output of a public fork of the authors' code:
sentences with the positions of their frames in brackets, "... [08, 09, 10]."; the tags may as well
stand before the sentence, as in the references. No code of the authors for any measure is public,
so these are ours: frame F1 counts positions that are exactly the same, F_CLIP compares the picture
in the middle of each position, Cross-F_CLIP takes each sentence as a row (a whole text does not fit
into CLIP's 77 word pieces). What was not answered is worth 0; text measures do not see the tags.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from summarizer.data.manifest import Example, Rated
from summarizer.data.readers import instruct_v2xum
from summarizer.errors import SummarizerError
from summarizer.evaluate import judges, stories
from summarizer.evaluate.judges import Pictures, Texts
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import frames
from summarizer.schema import Summary

POSITIONS = 100
WIDTH = 640  # of pictures for CLIP, which sees the middle 224 or 336 of their shorter side
F1 = "frame F1"
MEASURES = (
    Measure(F1, "of the tagged positions, out of 100, exactly the same", 100, 1),
    *judges.TEXTS,
    *judges.PICTURES,
)
TAG = re.compile(r"\[\s*(\d{1,2}(?:\s*,\s*\d{1,2})*)\s*\]")
SENTENCE = re.compile(r"(?<=[.!?])\s+")
NOTES = (
    "The references were written by models (LLaVA captions, GPT-4), those of the test part too.",
    "random keeps 15 positions by chance and says what the reference of another video says; "
    "shuffled is the same system's answer to another video.",
)


@dataclass(frozen=True, eq=False)
class Answer:
    """The positions that are kept, and the text without its tags."""

    kept: np.ndarray  # (100,) bool
    sentences: tuple[str, ...] | None
    """None where no text was asked for"""

    @property
    def text(self) -> str | None:
        return None if self.sentences is None else " ".join(self.sentences)


@dataclass(frozen=True, eq=False)
class Wanted:
    """What the data has of one video: positions (none where only a text was asked for), texts."""

    seconds: float
    kept: np.ndarray  # (100,) bool
    stories: tuple[tuple[str, ...], ...]
    """each as its sentences"""

    @property
    def texts(self) -> tuple[str, ...]:
        return tuple(" ".join(story) for story in self.stories)


# -- positions ------------------------------------------------------------------------------------


def answer_of(text: str) -> Answer:
    """What somebody answered: positions from the tags, sentences from between them."""
    kept = np.zeros(POSITIONS, bool)
    kept[[int(number) for tag in TAG.findall(text) for number in tag.split(",")]] = True
    # a full stop behind a tag belongs to the sentence before it
    plain = re.sub(r"\s+([.!?,;])", r"\1", " ".join(TAG.sub(" ", text).split()))
    return Answer(kept, tuple(each for each in SENTENCE.split(plain) if each))


def answer_from(summary: Summary) -> Answer:
    """What the program chose: positions whose middle is in the reel, and the story."""
    middles = (np.arange(POSITIONS) + 0.5) / POSITIONS * summary.video.seconds
    kept = np.zeros(POSITIONS, bool)
    for each in summary.highlights:
        kept |= (each.start <= middles) & (middles < each.end)
    return Answer(kept, tuple(sentence.text for sentence in summary.story))


def positions_of(mask: Rated | None, seconds: float) -> np.ndarray:
    """(100,) bool: the positions in which the kept moments begin."""
    kept = np.zeros(POSITIONS, bool)
    if mask is not None and seconds > 0:
        times = np.flatnonzero(mask.array[0]) / mask.rate
        kept[np.minimum(POSITIONS * times / seconds, POSITIONS - 1).astype(int)] = True
    return kept


# -- the job --------------------------------------------------------------------------------------


class V2XumJob:
    """The test videos, by all ways."""

    def __init__(self, wanted: Mapping[str, Wanted], options: Options, notes: Sequence[str] = ()):
        self.wanted, self.options = wanted, options
        self.teller = stories.Teller(options)
        self.given = stories.predictions(options.predictions) if options.predictions else None
        self.notes = (*NOTES, *notes)
        self.tasks = tuple(wanted)
        if options.videos:
            self._count_videos()
        self.texts = Texts({name: each.texts for name, each in wanted.items()})
        self.pictures = Pictures()
        self.lacks = {**self.texts.lacks, **self._without_pictures()}
        if not {judges.F_CLIP} & set(self.lacks) and self.pictures.note:
            self.notes += (self.pictures.note,)

    def judge(self, task: str) -> Iterator[Record]:
        seen = self._seen(task)
        told = [name for name in self.tasks if self.wanted[name].stories]
        for seed in range(self.options.seeds):
            chance = stories.draw(task, seed)
            kept = frames.top(chance.random(POSITIONS))
            other = stories.another(task, told, chance)
            sentences = self.wanted[other].stories[0] if other else None
            yield replace(self._record(task, "random", Answer(kept, sentences), seen), seed=seed)
        for way, scores in frames.TRIVIAL.items():
            yield self._record(task, way, Answer(frames.top(scores(POSITIONS)), None), seen)
        if way := stories.measured(self.options):
            yield self._tried(task, way, task, seen)
            others = [name for name in self.tasks if self.given is None or name in self.given]
            if other := stories.before(task, others):
                yield self._tried(task, stories.SHUFFLED.format(way), other, seen)

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        return self.texts.pool(records)

    def _tried(self, task: str, way: str, source: str, seen: np.ndarray | None) -> Record:
        """The record of the answer given to `source`, which may fail."""
        try:
            return self._record(task, way, self._answer(source), seen)
        except SummarizerError as error:
            return Record(task, way, error=str(error))

    def _answer(self, name: str) -> Answer:
        if self.given is None:
            return answer_from(self.teller.tell(name, self.wanted[name].seconds))
        if name not in self.given:
            raise SummarizerError(f"{self.options.predictions.name} says nothing of {name}")
        return answer_of(self.given[name])

    def _record(self, task: str, way: str, answer: Answer, seen: np.ndarray | None) -> Record:
        wanted, values, kept = self.wanted[task], {}, {}
        if wanted.kept.any():
            values[F1] = frames.overlap(answer.kept, wanted.kept).f
        if answer.text is not None:
            values |= self.texts.values(task, answer.text)
            kept = self.texts.kept(task, answer.text)
        if seen is not None:
            sentences = (answer.sentences or (), wanted.stories[0] if wanted.stories else ())
            ours, theirs = (self.pictures.read(each) for each in sentences)
            values |= self.pictures.values(
                judges.Rows(seen[answer.kept], ours), judges.Rows(seen[wanted.kept], theirs)
            )
        curves = {
            "kept": answer.kept.astype(float).tolist(),
            "wanted": wanted.kept.astype(float).tolist(),
        }
        return Record(task, way, values, curves=curves, kept=kept)

    def _seen(self, task: str) -> np.ndarray | None:
        """(100, width): the picture of each position as CLIP sees it, where there is one."""
        if judges.F_CLIP in self.lacks or not self.teller.has(task):
            return None
        middles = (np.arange(POSITIONS) + 0.5) / POSITIONS
        return self.pictures.look(self.teller.pictures(task, middles, WIDTH))

    def _count_videos(self) -> None:
        """Without predictions only what is here can be answered."""
        here = tuple(name for name in self.tasks if self.teller.has(name))
        if len(here) < len(self.tasks):
            self.notes += (
                f"{len(self.tasks) - len(here)} of {len(self.tasks)} videos are not in "
                f"{self.options.videos}"
                + ("." if self.given else "; they are left out."),
            )  # fmt: skip
        if self.given is None:
            self.tasks = here
        if not self.tasks:
            raise SummarizerError(
                f"{self.options.videos} has none of the {len(self.wanted)} videos; name them by "
                "their ids"
            )

    def _without_pictures(self) -> Mapping[str, str]:
        if self.pictures.lacks or self.options.videos:
            return self.pictures.lacks
        return {
            measure.name: "it needs the videos; name their folder with --videos"
            for measure in judges.PICTURES
        }


# -- opening --------------------------------------------------------------------------------------


def open_job(options: Options) -> V2XumJob:
    """The test part of the annotations; all of it where no file is called that."""
    broken: list[str] = []
    examples = list(instruct_v2xum.read(options.data, broken.append))
    notes = []
    if broken:
        notes.append(f"{len(broken)} entries are broken and left out; the first: {broken[0]}")
    test = [each for each in examples if each.split == "test"]
    if not test:
        notes.append("No file is called test, so every part of the data is judged.")
    wanted = by_video(test or examples)
    if not wanted:
        raise SummarizerError(
            f"{options.data} has no answers that could be compared with. {' '.join(notes)}".strip()
        )
    return V2XumJob(wanted, options, notes)


def by_video(examples: Iterable[Example]) -> dict[str, Wanted]:
    """What is asked of one video in several ways, put together."""
    grouped: dict[str, list[Example]] = {}
    for each in examples:
        stem, _, number = each.id.rpartition("/")
        grouped.setdefault(stem if number.isdigit() and stem in grouped else each.id, []).append(
            each
        )
    found = {name: _wanted(group) for name, group in grouped.items()}
    return {name: each for name, each in found.items() if each.stories or each.kept.any()}


def _wanted(group: Sequence[Example]) -> Wanted:
    kept = np.any([positions_of(each.masks, each.seconds) for each in group], axis=0)
    told = (tuple(sentence.text for sentence in each.story) for each in group)
    return Wanted(group[0].seconds, kept, tuple(dict.fromkeys(story for story in told if story)))


PROTOCOL = Protocol(
    "Instruct-V2Xum: kept frames and written summaries against tagged references",
    MEASURES,
    open_job,
)
