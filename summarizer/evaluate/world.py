"""The little world: what is told of clips of it, and which seconds are chosen, beside the truth.

Measured is a preset whose models were trained there, on what training held back: other seeds,
things and colours that never came together, other scenes and sentences. Each clip is asked for
nothing in particular, for what it has and for what it lacks. Beside the whole program stand
programs with something taken away, so that it shows what each part is good for.

Facts: those of a story against those that a perfect story has, each once, of the same stretch to a
second. Highlights: as many seconds as are right may be chosen, and the F1 is of seconds. Tau: what
each second is worth to the program, against what it is worth in truth.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache, partial

import numpy as np

from summarizer import checkpoint
from summarizer.data import world
from summarizer.data.world import Clip, Said, Wish
from summarizer.errors import SummarizerError
from summarizer.evaluate.ablation import (
    Learned,
    Read,
    Request,
    Sensed,
    Story,
    merged,
    tell,
    writers,
)
from summarizer.evaluate.averages import average
from summarizer.evaluate.report import NOTHING, shown
from summarizer.evaluate.report import number as digits
from summarizer.evaluate.room import Measure, Options, Protocol, Record, Table
from summarizer.metrics.agreement import kendall
from summarizer.pipeline import Summarizer, load
from summarizer.schema import Length, Perception, Preference, Summary
from summarizer.stages.narrate import NARRATORS
from summarizer.train.bank import Senses

HELD = ("seeds", "combinations", "templates")  # parts of the world that training never saw
PRECISION, RECALL, FACTS, HIGHLIGHTS, TAU = "precision", "recall", "facts F1", "highlights F1", "τ"
COMPARED = (FACTS, HIGHLIGHTS, TAU)
KINDS = (
    "thing",
    "coloured",
    "doing",
    "place",
    "sound",
    "instrument",
    "tempo",
    "mood",
    "absent",
)
UNFILTERED, COMPOSED = "unfiltered", "composed"
DRAWS = 50  # answers by chance, averaged
PIECE = 2.0  # seconds of a stretch that is chosen uniformly

Span = tuple[float, float]


@dataclass(frozen=True)
class Way:
    """What is taken away."""

    seen: bool = True
    heard: bool = True
    moving: bool = True
    shuffled: bool = False  # another clip's wish is answered
    read: Read = list  # what becomes of a prompt
    by: str = "whole"  # an attribute of Learned
    chooses: bool = True  # other seconds than the whole program


WAYS = {
    "no sound": Way(heard=False),
    "no picture": Way(seen=False),
    "no movement": Way(moving=False),
    "another's wish": Way(shuffled=True),
    "no LoRA": Way(by="unadapted", chooses=False),
    "random projectors": Way(by="redrawn", chooses=False),
    "sight tokens / 2": Way(read=partial(merged, times=2), chooses=False),
    "sight tokens / 4": Way(read=partial(merged, times=4), chooses=False),
}


# -- measures -------------------------------------------------------------------------------------


def said_of(summary: Summary) -> list[Said]:
    """What a story says, each sentence of its stretch."""
    return [
        Said(frozenset(fact for part in world.facts_of(each.text) for fact in part.facts), *span)
        for each in summary.story
        for span in [(each.start, each.end)]
    ]


def of_story(clip: Clip, wish: Wish, said: Sequence[Said]) -> dict[str, float]:
    """How much of it is right, and how much of what is right it says."""
    found = world.agreement(said, world.due(clip, wish))
    values = {RECALL: found.right / found.due, FACTS: 2 * found.right / (found.said + found.due)}
    return values | ({PRECISION: found.right / found.said} if found.said else {})


def by_kind(clip: Clip, wish: Wish, said: Sequence[Said]) -> dict[str, list[int]]:
    """Right, said and due, of each kind of fact that is said or due."""
    due, found = world.due(clip, wish), {}
    for kind in KINDS:
        each = world.agreement(_only(kind, said), _only(kind, due))
        if each.said or each.due:
            found[kind] = [each.right, each.said, each.due]
    return found


def _only(kind: str, said: Sequence[Said]) -> list[Said]:
    return [
        replace(each, facts=frozenset(fact for fact in each.facts if fact.kind == kind))
        for each in said
    ]


def f1(chosen: Sequence[Span], right: Sequence[Span]) -> float:
    """Of seconds; the stretches of each lie apart."""
    both = sum(
        max(0.0, min(end, last) - max(start, first))
        for start, end in chosen
        for first, last in right
    )
    total = _length(chosen) + _length(right)
    return 2 * both / total if total else 0.0


@lru_cache(64)
def truth(clip: Clip, wish: Wish) -> tuple[tuple[Span, ...], np.ndarray]:
    """The stretches that are right, and what each second is worth."""
    return world.windows(clip, wish), world.saliency(clip, wish)


def _length(spans: Sequence[Span]) -> float:
    return sum(end - start for start, end in spans)


def of_choice(
    clip: Clip, wish: Wish, chosen: Sequence[Span], worth: np.ndarray | None
) -> dict[str, float]:
    """Of the seconds chosen, where there are right ones; of what each is worth, where it varies."""
    right, true = truth(clip, wish)
    values = {HIGHLIGHTS: f1(chosen, right)} if right else {}
    tau = None if worth is None else kendall(worth, true)
    return values if tau is None else values | {TAU: tau}


# -- what is asked --------------------------------------------------------------------------------


def asked_of(clip: Clip, count: int) -> list[Wish]:
    """So many wishes over a clip, first one it fulfils, none in particular, one it does not."""
    draw = world.dice(clip.seed, "evaluation")
    empty, *there, kindred, missing = world.wishes(clip, draw)
    there = [there[spot] for spot in draw.permutation(len(there))]
    lacked = [kindred, missing] if draw.random() < 0.5 else [missing, kindred]
    return [there[0], empty, lacked[0], *there[1:], lacked[1]][:count]


def another(wish: Wish, clip: Clip, other: Clip, number: int) -> Wish:
    """What somebody wants of another clip, and does not get where this wish is fulfilled."""
    draw = world.dice(clip.seed, number, "shuffled")
    offered = [each for each in world.wishes(other, draw)[1:-2] if each.needs != wish.needs]
    elsewhere = [
        each for each in offered if not set(world.matching(clip, each)) & set(_matched(clip, wish))
    ]
    offered = elsewhere or offered
    return offered[int(draw.integers(len(offered)))]


def _matched(clip: Clip, wish: Wish) -> list[int]:
    return world.matching(clip, wish) if wish.needs else []


def wanting(clip: Clip, wish: Wish, text: str) -> Preference:
    """The wish as it is put to the program, for as long as what is right lasts."""
    right = _length(truth(clip, wish)[0])
    return Preference(text, length=Length(right, "seconds")) if right else Preference(text)


# -- what anybody has -----------------------------------------------------------------------------


def at_random(clip: Clip, wish: Wish, draw: np.random.Generator) -> dict[str, float]:
    """One stretch somewhere, and every second worth anything; averaged."""
    long = _length(truth(clip, wish)[0])
    rows = len(truth(clip, wish)[1])
    starts = draw.uniform(0, max(0.0, clip.seconds - long), DRAWS)
    found = [of_choice(clip, wish, [(start, start + long)], draw.random(rows)) for start in starts]
    return {name: float(np.mean([each[name] for each in found])) for name in found[0]}


def uniformly(clip: Clip, wish: Wish) -> dict[str, float]:
    """Short stretches at equal distances."""
    long = _length(truth(clip, wish)[0])
    count = max(1, round(long / PIECE))
    middles = (np.arange(count) + 0.5) * clip.seconds / count
    chosen = [(middle - long / count / 2, middle + long / count / 2) for middle in middles]
    return of_choice(clip, wish, chosen, None)


def in_the_centre(clip: Clip, wish: Wish) -> dict[str, float]:
    """One stretch in the middle, and every second worth the more the nearer it is to that."""
    long, middle = _length(truth(clip, wish)[0]), clip.seconds / 2
    seconds = np.arange(len(truth(clip, wish)[1])) + 0.5
    chosen = [(middle - long / 2, middle + long / 2)]
    return of_choice(clip, wish, chosen, -abs(seconds - middle))


# -- the job --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Case:
    """A wish over a clip as one way answers it."""

    way: str
    number: int
    request: Request


class World:
    """A task a clip, one of each held-out part after the other."""

    lacks: Mapping[str, str] = {}

    def __init__(self, options: Options):
        self.options = options
        self.real = options.preset
        self.summarizer: Summarizer = load(options.preset, overrides=options.settings)
        self.learned: Learned = writers(self.summarizer, NARRATORS)
        self.ways = {name: WAYS[name] for name in options.ways or WAYS}
        self.tasks = [f"{part} {index}" for index in range(options.clips) for part in HELD]
        self.notes = (
            f"{self.real} is what a viewer is told: where too little of what the language model "
            f"wrote names a time of the clip, the story is composed of measurements instead. "
            f"“{self.real}, {UNFILTERED}” is all that it wrote; where a wish is not there, it may "
            "not even be asked.",
            f"{COMPOSED}: the story without any language model. random: as a story that of "
            "another clip, without a mistake; as highlights one stretch anywhere.",
            "Events are the scenes of a clip; the seconds chosen last as long as those that are "
            "right. What only changes who tells changes no highlights, so there is none given.",
        )

    @cached_property
    def senses(self) -> Senses:
        return Senses()

    def judge(self, task: str) -> Iterator[Record]:
        """All wishes by all ways; all stories are written together."""
        part, index = task.split()
        clip, other = (world.plan(int(index) + step, part) for step in (0, 1))
        wishes = asked_of(clip, self.options.wishes)
        cases = list(self._cases(clip, other, wishes))
        stories = tell(self.summarizer, self.learned, [case.request for case in cases])
        for case, story in zip(cases, stories, strict=True):
            yield from self._answered(task, clip, wishes[case.number], case, story)
        for number, wish in enumerate(wishes):
            yield from _trivial(task, clip, other, wish, number)

    def _cases(self, clip: Clip, other: Clip, wishes: Sequence[Wish]) -> Iterator[Case]:
        sensed = Sensed.of(clip, self.senses, self.summarizer.config)
        for name, way in {self.real: Way(), **self.ways}.items():
            perception = sensed.perception(seen=way.seen, heard=way.heard, moving=way.moving)
            for number, wish in enumerate(wishes):
                told = another(wish, clip, other, number) if way.shuffled else wish
                yield Case(name, number, self._request(perception, clip, wish, told.text, way))

    def _request(
        self, perception: Perception, clip: Clip, wish: Wish, text: str, way: Way
    ) -> Request:
        summary = self.summarizer.choose(perception, wanting(clip, wish, text))
        return Request(perception, summary, way.by, way.read)

    def _answered(
        self, task: str, clip: Clip, wish: Wish, case: Case, story: Story
    ) -> Iterator[Record]:
        way, own = self.ways.get(case.way, Way()), case.way == self.real
        values, worth = {}, story.told.saliency.total
        if way.chooses:
            chosen = [(each.start, each.end) for each in story.told.highlights]
            values = of_choice(clip, wish, chosen, worth)
        kept = {"asked": story.told.preference.want, "written": story.written}
        curves = {"worth": worth, "in truth": truth(clip, wish)[1]} if own else {}
        told = _record(task, case.way, clip, wish, case.number, said_of(story.told))
        yield replace(
            told, values={**told.values, **values}, kept={**told.kept, **kept}, curves=curves
        )
        if own:
            each = task, clip, wish, case.number
            raw, composed = world.facts_of(story.written), said_of(story.composed)
            yield _record(task, f"{self.real}, {UNFILTERED}", *each[1:], raw)
            yield _record(task, COMPOSED, *each[1:], composed)

    def pool(self, records: Sequence[Record]) -> Mapping[str, float]:
        return {}


def _record(
    task: str, way: str, clip: Clip, wish: Wish, number: int, said: Sequence[Said]
) -> Record:
    """What a story is worth."""
    kept = {"wish": wish.text, "number": number, "kinds": by_kind(clip, wish, said)}
    return Record(task, way, of_story(clip, wish, said), task.split()[0], kept=kept)


def _trivial(task: str, clip: Clip, other: Clip, wish: Wish, number: int) -> Iterator[Record]:
    draw = world.dice(clip.seed, number, "chance")
    told = world.facts_of(world.story(other, wish, draw))
    chance = _record(task, "random", clip, wish, number, told)
    yield replace(chance, values={**chance.values, **at_random(clip, wish, draw)})
    for way, answer in (("uniform", uniformly), ("centre", in_the_centre)):
        kept = {"wish": wish.text, "number": number}
        yield Record(task, way, answer(clip, wish), task.split()[0], kept=kept)


def opened(options: Options) -> World:
    """What makes no sense here is refused."""
    if options.predictions or options.splits or options.videos or options.learn:
        raise SummarizerError(
            "the little world has neither videos, splits nor predictions, and nothing is trained "
            "on it here; leave these options out"
        )
    for way in options.ways:
        if way not in WAYS:
            raise SummarizerError(f"no way {way[:40]!r} here; there are {', '.join(WAYS)}")
    return World(options)


# -- more tables ----------------------------------------------------------------------------------


def tables(records: Sequence[Record], real: str) -> list[Table]:
    """The whole program less each other way; each part of the world; each kind of fact."""
    ways = list(dict.fromkeys(record.way for record in records))
    return [
        Table(f"{real} less what lacks something", _compared(records, real)),
        Table(f"The parts of the world: {', '.join(COMPARED)}", _parts(records, ways)),
        Table("F1 by kind of fact, counted over all stories", _kinds(records, ways)),
    ]


def _compared(records: Sequence[Record], real: str) -> list[list[str]]:
    """Differences wish by wish, and whether all there are lie above 0 with their intervals."""
    rows = [["", *COMPARED, "beaten"]]
    for way in dict.fromkeys(record.way for record in records):
        if way not in (real, f"{real}, {UNFILTERED}"):
            cells = [average(differences(records, real, way, name), name) for name in COMPARED]
            there = [cell for cell in cells if cell]
            sure = all(cell.interval and cell.interval[0] > 0 for cell in there)
            said = [_shown(cell, name) for cell, name in zip(cells, COMPARED, strict=True)]
            rows.append([way, *said, "yes" if there and sure else "no"])
    return rows


def differences(records: Sequence[Record], real: str, way: str, measure: str) -> list[Record]:
    """How much better the whole program answers each wish than a way does, where both do."""
    theirs = {
        (record.task, record.kept["number"]): record.values[measure]
        for record in records
        if record.way == way and measure in record.values
    }
    return [
        replace(record, values={measure: record.values[measure] - theirs[key]})
        for record in records
        if record.way == real and measure in record.values
        for key in [(record.task, record.kept["number"])]
        if key in theirs
    ]


def _shown(cell, name: str) -> str:
    if not cell:
        return NOTHING
    mean, sure = shown(replace(cell, spread=None), _MEASURED[name])
    return f"{'+' * (cell.mean > 0)}{mean}{sure}"


def _parts(records: Sequence[Record], ways: Sequence[str]) -> list[list[str]]:
    rows = [["", *HELD]]
    for way in ways:
        rows.append([way])
        for part in HELD:
            mine = [record for record in records if (record.way, record.group) == (way, part)]
            cells = [(average(mine, name), name) for name in COMPARED]
            said = [digits(cell.mean, _MEASURED[name]) if cell else NOTHING for cell, name in cells]
            rows[-1].append(" / ".join(said))
    return rows


def _kinds(records: Sequence[Record], ways: Sequence[str]) -> list[list[str]]:
    rows = [["", *KINDS]]
    for way in ways:
        counts = [
            record.kept["kinds"]
            for record in records
            if record.way == way and "kinds" in record.kept
        ]
        if counts:
            rows.append([way, *(_kind(counts, kind) for kind in KINDS)])
    return rows


def _kind(counts: Sequence[Mapping[str, Sequence[int]]], kind: str) -> str:
    right, said, due = np.sum([each.get(kind, (0, 0, 0)) for each in counts], axis=0)
    return digits(2 * right / (said + due), _MEASURED[FACTS]) if said + due else NOTHING


MEASURES = (
    Measure(FACTS, "facts of a story, of the right stretch to a second: F1"),
    Measure(PRECISION, "facts that are right, of those said"),
    Measure(RECALL, "facts that are said, of those a perfect story says"),
    Measure(HIGHLIGHTS, "seconds chosen, where all of a wish holds in some: F1"),
    Measure(TAU, "Kendall's tau-b of what each second is worth, with the truth"),
)
_MEASURED = {measure.name: measure for measure in MEASURES}

PROTOCOL = Protocol(
    about="stories and highlights of held-out clips of the little world, by its own truth, "
    "beside programs with something taken away",
    measures=MEASURES,
    open=opened,
    preset="pocket",
    source=lambda options: checkpoint.home(),
    tables=tables,
)
