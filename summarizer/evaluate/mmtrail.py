"""MMTrail: what is told of a clip of a trailer, against captions of its picture and its music.

The captions are read by `summarizer.data.readers.mmtrail`, which was checked with the published
sample. They are machine-made (Chi et al. 2024). The main columns compare with `caption`, what the
picture shows, as the evaluation of Watch-and-Listen does; "music" columns with every caption of the
music, "merged" ones with `merge_caption`, picture and music told together, where the data has it
(the published sample has none). BLEU is of the corpus and not smoothed: the mean of smoothed BLEU
of single sentences, as that evaluation prints it, is another number.

No split is published with the data. `--splits` takes a JSON list of the ids of clips or videos that
are to be judged, as Watch-and-Listen keeps its own; without, it is every clip that is answered.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from summarizer.data.manifest import Example
from summarizer.data.readers import mmtrail
from summarizer.errors import SummarizerError
from summarizer.evaluate import judges, stories
from summarizer.evaluate.judges import Texts
from summarizer.evaluate.room import Measure, Options, Protocol, Record
from summarizer.metrics import text

MOST = 100_000  # clips; two million of them are published in one file
LARGEST = 64_000_000  # bytes of a list of ids
FEW = (text.ROUGE_L, text.CIDER_D, judges.COSINE)  # against the other captions
KINDS = {"": "caption", "music": "music", "merged": "merge caption"}
"""Of columns: the name of the captions they compare with."""
MEASURES = (
    *judges.TEXTS,
    *judges.named("music", "with the captions of the music", *FEW),
    *judges.named("merged", "with the caption of picture and music together", *FEW),
)
NOTES = (
    "The captions were written by models.",
    "random says what the captions of another clip say; shuffled is the same system's text about "
    "another clip.",
)

Captions = Mapping[str, Mapping[str, Sequence[str]]]
"""By kind of column, then by clip."""


class MMTrailJob:
    """The clips, by all ways."""

    def __init__(
        self, tasks: Sequence[str], captions: Captions, options: Options, notes: Sequence[str] = ()
    ):
        self.captions, self.options = captions, options
        self.teller = stories.Teller(options)
        self.given = stories.predictions(options.predictions) if options.predictions else None
        self.notes = (*NOTES, *notes)
        self.tasks = self._answered(tasks)
        self.texts = {
            kind: Texts(
                {name: captions[kind].get(name, ()) for name in self.tasks}, _measures(kind)
            )
            for kind in KINDS
        }
        self.lacks = {
            f"{kind} {name}".strip(): why
            for kind in KINDS
            for name, why in self._lacking(kind).items()
        }

    def judge(self, task: str) -> Iterator[Record]:
        for seed in range(self.options.seeds):
            other = stories.another(task, self.tasks, stories.draw(task, seed))
            if other:
                yield replace(self._chance(task, other), seed=seed)
        if way := stories.measured(self.options):
            yield self._tried(task, way, task)
            if other := stories.before(task, self.tasks):
                yield self._tried(task, stories.SHUFFLED.format(way), other)

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        return self.texts[""].pool(records)

    def _chance(self, task: str, other: str) -> Record:
        """Each kind of caption is answered with that of the other clip."""
        said = {kind: next(iter(self.captions[kind].get(other, ())), None) for kind in KINDS}
        return self._record(task, "random", said)

    def _tried(self, task: str, way: str, source: str) -> Record:
        """The record of the text about `source`, which may fail."""
        try:
            said = self._said(source)
        except SummarizerError as error:
            return Record(task, way, error=str(error))
        return self._record(task, way, dict.fromkeys(KINDS, said))

    def _said(self, name: str) -> str:
        if self.given is not None:
            return self.given[name]
        return " ".join(sentence.text for sentence in self.teller.tell(name).story)

    def _record(self, task: str, way: str, said: Mapping[str, str | None]) -> Record:
        values = {
            f"{kind} {name}".strip(): value
            for kind, words in said.items()
            if words is not None
            for name, value in self.texts[kind].values(task, words).items()
        }
        kept = {} if said[""] is None else self.texts[""].kept(task, said[""])
        return Record(task, way, values, kept=kept)

    def _answered(self, tasks: Sequence[str]) -> tuple[str, ...]:
        """The clips somebody answers: of the two million nobody has them all."""
        if self.given is not None:
            where, there = self.options.predictions, self.given.__contains__
        elif self.options.videos:
            where, there = self.options.videos, self.teller.has
        else:
            return tuple(tasks)
        found = tuple(name for name in tasks if there(name))
        if not found:
            raise SummarizerError(
                f"{where} has none of the {len(tasks)} clips; they are called as {tasks[0]}"
            )
        if len(found) < len(tasks):
            self.notes += (f"{len(found)} of {len(tasks)} clips are in {where.name}; the others "
                           "are left out.",)  # fmt: skip
        return found

    def _lacking(self, kind: str) -> Mapping[str, str]:
        """Why there are no numbers in some of this kind's columns."""
        if not kind or self.texts[kind].references:
            return self.texts[kind].lacks
        field = KINDS[kind].replace(" ", "_")
        return dict.fromkeys(FEW, f"it needs the field {field}, which no entry of the data has")


def _measures(kind: str) -> tuple[Measure, ...]:
    return tuple(each for each in judges.TEXTS if not kind or each.name in FEW)


# -- opening --------------------------------------------------------------------------------------


def open_job(options: Options) -> MMTrailJob:
    broken: list[str] = []
    wanted = ids(options.splits) if options.splits else None
    found = mmtrail.read(options.data, broken.append)
    clips = list(islice((each for each in found if _listed(each, wanted)), MOST + 1))
    if not clips:
        listed = f" is listed in {options.splits.name}" if options.splits else " can be read"
        first = f"; the first broken entry: {broken[0]}" if broken else ""
        raise SummarizerError(f"no clip of {options.data}{listed}{first}")
    if len(clips) > MOST:
        raise SummarizerError(
            f"{options.data} has more than {MOST:,} clips; name those to judge with --splits, or "
            "take the published sample of 10,000"
        )
    notes = []
    if broken:
        notes.append(f"{len(broken)} entries are broken and left out; the first: {broken[0]}")
    if wanted is None:
        notes.append("No split is published with MMTrail and none was given: all clips are judged.")
    return MMTrailJob([each.id for each in clips], captions_of(clips), options, notes)


def captions_of(clips: Iterable[Example]) -> Captions:
    """The texts of every kind, of the clips that have them."""
    found: dict[str, dict[str, tuple[str, ...]]] = {kind: {} for kind in KINDS}
    for clip in clips:
        for kind, name in KINDS.items():
            texts = tuple(each.text for each in clip.captions if each.name == name)
            if texts:
                found[kind][clip.id] = texts
    return found


def ids(path: Path) -> frozenset[str]:
    """The names a JSON list holds."""
    try:
        if path.stat().st_size > LARGEST:
            raise SummarizerError(f"{path.name}: more than {LARGEST // 1_000_000} MB of ids")
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise SummarizerError(f"{path.name}: can't be read as JSON ({str(error)[:80]})") from None
    if not isinstance(found, list) or not all(isinstance(each, str) for each in found):
        raise SummarizerError(f"{path.name}: is no list of ids of clips or videos")
    return frozenset(found)


def _listed(clip: Example, wanted: frozenset[str] | None) -> bool:
    """Whether the clip, or the video it is of, is to be judged: a clip is named after its video."""
    return wanted is None or clip.id in wanted or clip.id.rpartition("_")[0] in wanted


PROTOCOL = Protocol(
    "MMTrail: what is told of a trailer's clip against captions of its picture and music",
    MEASURES,
    open_job,
)
