"""The prompt: what was perceived as notes with times, in sections, within a budget of tokens.

The temporal prompt is all text. The fused prompt has, behind the time of each section, its tokens
of sight and of sound. Neither ever holds the story that is to be told.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

import numpy as np

from summarizer.config import NarratorConfig
from summarizer.errors import PresetError
from summarizer.models.english import lasting
from summarizer.models.narrator import Piece, Rows
from summarizer.schema import Event, Highlight, Line, Perception, Summary
from summarizer.senses import SENSES
from summarizer.stages.narrate.asking import WISHED, question, quoted, rules
from summarizer.stages.narrate.facts import Fact, known, ranked
from summarizer.stages.narrate.moments import asked_for, wished
from summarizer.stages.narrate.wording import TURNED, turned

HOUR = 3600.0
FACTS = 4  # told of a section, at most
CERTAIN = 0.6  # confidence from which a line is told as a fact
LINES = 8  # quoted of a section, at most
NOTED = 24  # tokens of notes a section should have room for; with less, there are fewer sections
FAVOURED = 3.0  # times as much room for a section with a highlight
THERE = 0.5  # of what was wished for; from here on it is there
SENSED = 0.5  # share of what is to spare that goes to tokens of the senses, where there are some
UNSURE = "(unsure) "
EMPTY = "nothing stands out"
# how a line is introduced, by its source
SAYS = {
    "subtitles": "said",
    "speech-to-text": "heard",
    "screen-text": "on the screen",
    "title": "as a title",
    "captions": "it looks like",
}

Frame = Callable[[str], tuple[str, str]]  # rules -> what stands before and after a user's words
Count = Callable[[Sequence[Piece]], int]  # tokens, exactly
Sense = Callable[[float, float, int], object]  # a stretch and a number -> (number or less, width)


@dataclass(frozen=True)
class Section:
    """One or more events of the video, told under one time."""

    start: float
    end: float
    chosen: bool = False  # holds a highlight

    @property
    def weight(self) -> float:
        return FAVOURED if self.chosen else 1.0


@dataclass(frozen=True)
class Note:
    """Something to say of a section, and how much it matters there: 0 is the most."""

    section: int
    rank: float
    text: str
    order: int = -1  # among the quotations of its section; what was measured comes before


@dataclass(frozen=True)
class Form:
    """How a model is spoken to."""

    noted: bool = True  # with rules, notes and aspects; else with tokens and the wish alone
    sight: int = 64  # tokens of a section, at most
    sound: int = 32
    enough: int = 3  # sentences with a time that make a story
    apart: bool = False  # of each section that answers the wish alone, and not of the wish


@dataclass(frozen=True)
class Reader:
    """What a prompt has to know of the model that will read it."""

    count: Count
    frame: Frame
    settings: NarratorConfig = field(default_factory=NarratorConfig)
    form: Form = field(default_factory=Form)

    @property
    def limit(self) -> int:
        """Tokens a prompt may have."""
        return self.settings.room - self.settings.answer

    def size(self, text: str) -> int:
        """About how many tokens a piece of text adds."""
        return self.count([text]) - self.count([])


def temporal(perception: Perception, summary: Summary, reader: Reader) -> list[Piece]:
    """The prompt that is all text."""
    return fused(perception, summary, reader, {})


def prompts(
    perception: Perception, summary: Summary, reader: Reader, senses: Mapping[str, Sense]
) -> list[list[Piece]]:
    """All that is to be asked for a story: once, or of each section by itself."""
    if not reader.form.apart:
        return [fused(perception, summary, reader, senses)]
    parts = sections(
        [Section(event.start, event.end) for event in perception.events], reader.settings.sections
    )
    told = answering(summary, parts)
    drafts = [drafted(perception, summary, (), [part], reader, senses) for part in told]
    return [draft.pieces(()) for draft in drafts]


def answering(summary: Summary, parts: Sequence[Section]) -> list[Section]:
    """The sections to tell of: all where nothing was wished for or could be judged, none where it
    is not there, else those that are mostly what was wished, or come nearest to it."""
    curve = wished(summary)
    if summary.answer.kind == "absent":
        return []
    if summary.answer.kind != "found" or curve is None:
        return list(parts)
    shares = [curve[int(part.start) : math.ceil(part.end)].mean() for part in parts]
    bar = min(THERE, max(shares))
    return [part for part, share in zip(parts, shares, strict=True) if share >= bar]


def fused(
    perception: Perception, summary: Summary, reader: Reader, senses: Mapping[str, Sense]
) -> list[Piece]:
    """The prompt with the tokens of these senses behind each time, as pieces to be spliced.

    It never has more tokens than its reader's limit, whatever the video is.
    """
    parts = sections(
        [
            Section(event.start, event.end, _chosen(event, summary.highlights))
            for event in perception.events
        ],
        reader.settings.sections,
    )
    facts, noted = facts_of(perception), reader.form.noted
    while True:
        draft = drafted(perception, summary, facts, parts, reader, senses)
        room = reader.limit - reader.count(draft.pieces(()))
        if room >= (NOTED * len(parts) if noted and len(parts) > 1 else 0):
            offered = notes(perception, summary, facts, parts) if noted else ()
            return draft.filled(offered, reader)
        if len(parts) == 1:
            raise PresetError(
                f"the question alone takes {reader.limit - room} tokens, but a prompt may have "
                f"{reader.limit}; give the narrator more room or let it write less"
            )
        parts = sections(parts, len(parts) * 7 // 8)


# -- sections -------------------------------------------------------------------------------------


def sections(parts: Sequence[Section], most: int) -> list[Section]:
    """Neighbours joined until there are at most so many; those with highlights stay finest."""
    edges = np.array([parts[0].start, *(part.end for part in parts)])
    chosen = np.array([part.chosen for part in parts])
    while len(chosen) > max(1, most):
        lengths = np.diff(edges) * np.where(chosen, FAVOURED, 1.0)
        costs = (lengths[:-1] + lengths[1:]) * np.where(chosen[:-1] != chosen[1:], FAVOURED, 1.0)
        at = int(costs.argmin())
        chosen[at] |= chosen[at + 1]
        chosen = np.delete(chosen, at + 1)
        edges = np.delete(edges, at + 1)
    return [
        Section(start, end, there)
        for (start, end), there in zip(pairwise(edges.tolist()), chosen.tolist(), strict=True)
    ]


def _chosen(event: Event, highlights: Sequence[Highlight]) -> bool:
    """Whether a second of it, or half of it, is in a highlight; or half of a highlight in it."""
    return any(
        min(each.end, event.end) - max(each.start, event.start)
        >= min(1.0, event.seconds / 2, each.seconds / 2)
        for each in highlights
    )


def stamp(seconds: float, hours: bool) -> str:
    """'01:05', or '0:01:05' in a video of an hour or more."""
    minutes, rest = divmod(int(seconds), 60)
    return (
        f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}" if hours else f"{minutes:02d}:{rest:02d}"
    )


def stamps(section: Section, seconds: float) -> str:
    """The stretch as an answer has to name it: '00:05-00:12'."""
    hours = seconds >= HOUR
    start = int(section.start)
    last = section.end >= seconds
    end = max(start + 1, math.ceil(section.end - 1e-6) if last else int(section.end))
    return f"{stamp(start, hours)}-{stamp(end, hours)}"


# -- notes ----------------------------------------------------------------------------------------


def facts_of(perception: Perception) -> list[Fact]:
    """All that was measured, as facts."""
    return known(
        perception.curves, [concept for sense in SENSES.values() for concept in sense.concepts]
    )


def about(perception: Perception, facts: Sequence[Fact]) -> str:
    """How long the video is, and what tells none of its parts from another."""
    usual = ranked({fact: fact.share * fact.plain for fact in facts if not fact.distinct})
    text = f"The video lasts {lasting(perception.video.seconds)}."
    told = "; ".join(fact.told for fact in usual[:FACTS])
    return f"{text} Most of the time: {told}." if told else text


def notes(
    perception: Perception, summary: Summary, facts: Sequence[Fact], parts: Sequence[Section]
) -> list[Note]:
    """All there is to say of the sections; what matters most in each has the lowest rank."""
    found: list[Note] = []
    asked, turns = asked_for(summary), turned(summary.preference.aspects)
    before: set[str] = set()
    for index, (section, lines) in enumerate(
        zip(parts, _placed(perception.lines, parts), strict=True)
    ):
        titles = {line.text for line in lines if line.source == "title"}
        quotes = dict.fromkeys(
            quote
            for line in lines
            if (line.source != "screen-text" or line.text not in titles) and (quote := said(line))
        )
        fresh = [quote for quote in quotes if quote not in before]
        before = set(quotes)
        order = sorted(fresh, key=lambda quote: (quote.startswith(UNSURE), -len(quote)))
        found += [
            Note(index, rank + 0.5, quote, fresh.index(quote))
            for rank, quote in enumerate(order[:LINES])
        ]
        weights = {
            fact: tells * (TURNED if fact.curve.name in turns else 1.0) + there
            for fact in facts
            if (tells := fact.tells(section.start, section.end))
            and ((there := fact.concept.seen in asked) or fact.distinct)
        }
        found += [
            Note(index, float(rank), fact.clause(section.start, section.end))
            for rank, fact in enumerate(ranked(weights)[:FACTS])
        ]
    return found


def said(line: Line) -> str:
    """A line as a note: quoted, with its source, and marked where it may be wrong."""
    text = quoted(line.text)
    if not any(letter.isalnum() for letter in text):
        return ""
    unsure = line.confidence < CERTAIN
    return f"{UNSURE * unsure}{SAYS.get(line.source, line.source)}: “{text}”"


def _placed(lines: Sequence[Line], parts: Sequence[Section]) -> list[list[Line]]:
    """The lines of each section, by where their middle is, in order of time."""
    starts = [section.start for section in parts[1:]]
    placed: list[list[Line]] = [[] for _ in parts]
    for line in sorted(lines, key=lambda each: (each.start, each.end)):
        placed[int(np.searchsorted(starts, (line.start + line.end) / 2, "right"))].append(line)
    return placed


# -- putting it together --------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Draft:
    """A prompt with its sections and tokens of the senses, still without notes."""

    before: str
    after: str
    parts: Sequence[Section]
    tags: Sequence[str]
    tokens: Sequence[Sequence[Rows]]  # of each section
    noted: bool = True

    def pieces(self, chosen: Sequence[Note]) -> list[Piece]:
        """The prompt with these notes."""
        found: list[Piece] = [self.before]
        for index, (section, tag) in enumerate(zip(self.parts, self.tags, strict=True)):
            mine = [note for note in chosen if note.section == index]
            mine.sort(key=lambda note: (note.order, note.rank))
            text = "; ".join(note.text for note in mine) or EMPTY
            told = f"{' (chosen)' * section.chosen} {text}" if self.noted else ""
            found += [tag, *self.tokens[index], f"{told}\n"]
        return [*found, self.after]

    def filled(self, offered: Sequence[Note], reader: Reader) -> list[Piece]:
        """The prompt with as many notes as fit, those first that matter most."""
        chosen: list[Note] = []
        waiting = [
            (note, reader.size(f"; {note.text}")) for note in sorted(offered, key=self._turn)
        ]
        before = -1
        while len(chosen) > before:  # a first note takes the place of what else stands there
            before, left = len(chosen), reader.limit - reader.count(self.pieces(chosen))
            rest, waiting = waiting, []
            for note, size in rest:
                if size <= left:
                    chosen.append(note)
                    left -= size
                else:
                    waiting.append((note, size))
        while chosen and (over := reader.count(self.pieces(chosen)) - reader.limit) > 0:
            del chosen[-max(1, over // NOTED) :]  # the whole may have more tokens than its parts
        return self.pieces(chosen)

    def _turn(self, note: Note) -> tuple[float, int]:
        return note.rank / self.parts[note.section].weight, note.section


def drafted(
    perception: Perception,
    summary: Summary,
    facts: Sequence[Fact],
    parts: Sequence[Section],
    reader: Reader,
    senses: Mapping[str, Sense],
) -> Draft:
    """The prompt of these sections, with at least the fewest tokens of each sense."""
    seconds, noted = perception.video.seconds, reader.form.noted
    before, after = _framed(perception, summary, facts, parts, reader, bool(senses))
    begins = noted and senses  # a model that is taught to answer with stretches is given them
    bare = Draft(
        before,
        after,
        parts,
        [
            f"[{stamp(each.start, seconds >= HOUR) if begins else stamps(each, seconds)}]"
            for each in parts
        ],
        [()] * len(parts),
        noted,
    )
    room = reader.limit - reader.count(bare.pieces(())) - NOTED * noted * len(parts)
    wanted = shares(parts, senses, room, reader)
    return replace(
        bare, tokens=[_tokens(senses, *each) for each in zip(parts, wanted, strict=True)]
    )


def _framed(
    perception: Perception,
    summary: Summary,
    facts: Sequence[Fact],
    parts: Sequence[Section],
    reader: Reader,
    sensed: bool,
) -> tuple[str, str]:
    """What stands before and after the sections."""
    if not reader.form.noted:
        want = "" if reader.form.apart else summary.preference.want
        return "", f"{quoted(want, WISHED)}\n"
    opened, closed = reader.frame(rules(sensed))
    asked = question(summary, stamps(parts[0], perception.video.seconds))
    return f"{opened}{about(perception, facts)}\n\nNotes:\n", f"\n{asked}{closed}"


def shares(
    parts: Sequence[Section], senses: Mapping[str, Sense], room: int, reader: Reader
) -> list[dict[str, int]]:
    """How many tokens of each sense a section gets: the least, twice that with a highlight, and
    its share of what is to spare."""
    least = {name: getattr(reader.settings, name) for name in senses}
    most = {name: getattr(reader.form, name) for name in senses}
    each = max(1, sum(least.values()))
    weights = sum(section.weight for section in parts)
    spare = max(0.0, SENSED * (room - each * sum(1 + section.chosen for section in parts)))
    return [
        {
            name: min(
                max(most[name], few * (1 + section.chosen)),
                few * (1 + section.chosen)
                + math.floor(spare * section.weight / weights * few / each),
            )
            for name, few in least.items()
        }
        for section in parts
    ]


def _tokens(
    senses: Mapping[str, Sense], section: Section, wanted: Mapping[str, int]
) -> tuple[Rows, ...]:
    found = []
    for name, most in wanted.items():
        values = senses[name](section.start, section.end, most)
        if len(values) > most:
            raise ValueError(f"{len(values)} tokens of {name} where {most} were asked for")
        found.append(Rows(name, values))
    return tuple(found)
