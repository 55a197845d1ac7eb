"""Telling with a language model: it is asked, and what it writes is let through where it is
grounded. Where too little of it is, the story is composed instead."""

from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from functools import cache, partial
from pathlib import Path
from threading import Lock
from typing import Protocol

from summarizer import checkpoint
from summarizer.config import NarratorConfig
from summarizer.models.english import counted
from summarizer.models.narrator import Piece, Words
from summarizer.schema import QUOTABLE, Perception, Sentence, Summary
from summarizer.stages.narrate.asking import vicuna
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.facts import ranked
from summarizer.stages.narrate.frame import lead
from summarizer.stages.narrate.prompt import CERTAIN, Form, Reader, Sense, facts_of, prompts
from summarizer.stages.narrate.tags import Tally, tagged

BRIEF = 10.0  # one grounded sentence makes a story in a video of less than that many seconds,
HALF = 0.5  # if at least that share of what was written so far is grounded
MOST = 12  # sentences are never more than that,
HOPELESS = 24  # and after that many dropped ones no more is asked for
FACTS, QUOTES = 3, 2  # that a sentence rests on, at most
QUOTED = 80  # letters of them

Evidence = Callable[[float, float], tuple[str, ...]]


class Writer(Protocol):
    """A language model as far as telling needs it: here, or at the other end of a line."""

    room: int  # tokens of a prompt and its answer
    slow: bool  # reads so slowly that it is given less to read
    senses: frozenset[str]  # it was trained to read

    def frame(self, system: str) -> tuple[str, str] | None: ...

    def count(self, pieces: Sequence[Piece]) -> int: ...

    def stream(
        self, pieces: Sequence[Piece], most: int, stop: Callable[[], bool]
    ) -> Iterator[str]: ...


# weights, what was trained for them, settings, a prompt, tokens at most: nothing that can't be
# pickled, and of what was perceived only what the prompt holds of it
Write = Callable[[str, str, NarratorConfig, Sequence[Piece], int], Iterator[str]]

_loaded: dict[tuple[str, str, NarratorConfig], Writer] = {}
_loading = Lock()


def narrator(weights: str, trained: str, settings: NarratorConfig) -> Writer:
    """The narrator of these weights, with what was trained for it where that is here; loaded once
    a process, whoever asks first."""
    from summarizer.models.adapted import adapted
    from summarizer.models.hub import folder
    from summarizer.models.narrator import decoding, load_narrator

    own = checkpoint.find(trained)
    key = (weights, str(own or ""), settings)
    with _loading:
        if key not in _loaded:
            model = load_narrator(folder(weights), settings.device, bits=settings.bits)
            ready = adapted(model, weights, own) if own else model
            _loaded[key] = decoding(ready, settings.decoding, settings.room)
        return _loaded[key]


def write(
    weights: str, trained: str, settings: NarratorConfig, pieces: Sequence[Piece], most: int
) -> Iterator[str]:
    """What the narrator of these weights answers, in this process, as it is written."""
    yield from narrator(weights, trained, settings).stream(pieces, most)


@dataclass(eq=False)
class Remote(Words):
    """A writer whose model may be in another process; only its tokenizer is here."""

    tokenizer: object
    room: int
    slow: bool
    senses: frozenset[str]
    write: Callable[[Sequence[Piece], int], Iterator[str]]

    def stream(
        self, pieces: Sequence[Piece], most: int, stop: Callable[[], bool] = lambda: False
    ) -> Iterator[str]:
        """What is written there, until `stop` says so or this is closed."""
        with closing(self.write(pieces, most)) as written:
            for text in written:
                if stop():
                    return
                yield text


def remote(write: Write, weights: str, trained: str, settings: NarratorConfig) -> Remote:
    """The narrator of these weights, asked through `write`."""
    from summarizer.models.adapted import shapes
    from summarizer.models.hub import folder
    from summarizer.models.narrator import device_of

    own = checkpoint.find(trained)
    _, widths = shapes(weights, own) if own else (None, {})
    tokenizer, room = _reading(folder(weights))
    return Remote(
        tokenizer,
        min(settings.room, room),
        not device_of(settings.device).startswith("cuda"),
        frozenset(widths),
        partial(write, weights, trained, settings),
    )


@cache
def _reading(folder: Path) -> tuple[object, int]:
    """The tokenizer of a model and its room."""
    from summarizer.models.narrator import load_tokenizer, room_of

    return load_tokenizer(folder), room_of(folder)


HERE = partial(remote, write)


@dataclass(frozen=True)
class Told:
    """A narrator by a language model; what `senses` gives goes only to one trained to read it."""

    weights: str
    trained: str = ""  # the checkpoint that taught it to read the senses, if there is one
    senses: Callable[[Perception], Mapping[str, Sense]] | None = None
    form: Form = field(default_factory=Form)
    settings: NarratorConfig = field(default_factory=NarratorConfig)
    writer: Callable[[str, str, NarratorConfig], Writer] = HERE

    def __call__(self, perception: Perception, summary: Summary) -> "Telling":
        return Telling(self, perception, summary)


class Telling(Iterator[Sentence]):
    """The sentences of one story as they come; at its end, `note` says what became of the rest."""

    def __init__(self, by: Told, perception: Perception, summary: Summary):
        self.note = ""
        self.tally = Tally()
        self._told = self._telling(by, perception, summary)

    def __next__(self) -> Sentence:
        return next(self._told)

    def close(self) -> None:
        """Stop the model between two tokens."""
        self._told.close()

    def _telling(self, by: Told, perception: Perception, summary: Summary) -> Iterator[Sentence]:
        seconds = perception.video.seconds
        if by.form.apart and summary.answer.kind == "absent":
            yield lead(summary)  # there is nothing that could be told of it
            return
        least = by.form.enough if seconds >= BRIEF else 1
        written = tagged(
            self._written(by, perception, summary), seconds, held_by(perception), self.tally
        )
        shown = yield from self._shown(written, least)
        self.note = self._noted(composed=not shown)
        if not shown:
            yield from compose(perception, summary)

    def _shown(self, written: Iterable[Sentence], least: int) -> Generator[Sentence, None, bool]:
        """The sentences, from when there are enough of them and enough of what was written so far
        is grounded; whether that ever was."""
        held: list[Sentence] | None = []
        for sentence in written:
            if held is None:
                yield sentence
                continue
            held.append(sentence)
            if len(held) >= least and self.tally.kept >= HALF * self.tally.all:
                yield from held
                held = None
        return held is None

    def _written(self, by: Told, perception: Perception, summary: Summary) -> Iterator[str]:
        writer = by.writer(by.weights, by.trained, by.settings)
        settings = fitting(by.settings, writer)

        def frame(rules: str) -> tuple[str, str]:
            return writer.frame(rules) or vicuna(rules)

        reader = Reader(writer.count, frame, settings, by.form)
        senses = by.senses(perception) if by.senses else {}
        known = {name: sense for name, sense in senses.items() if name in writer.senses}
        asked = prompts(perception, summary, reader, known) if known or by.form.noted else ()
        for prompt in asked:
            if self._enough():
                return
            yield from writer.stream(prompt, settings.answer, self._enough)
            yield "\n"

    def _enough(self) -> bool:
        return self.tally.kept >= MOST or self.tally.dropped.total() >= HOPELESS

    def _noted(self, composed: bool) -> str:
        """What a reader of the story ought to know of how it was made."""
        kept, lost = self.tally.kept, self.tally.dropped.total()
        if composed and not kept + lost:
            return "The language model wrote nothing, so this story is composed of measurements."
        if composed:
            return (
                f"Only {kept} of the {counted(kept + lost, 'sentence')} that the language model "
                "wrote could be placed in the video, so this story is composed of measurements."
            )
        if lost:
            return (
                f"{counted(lost, 'sentence')} of {kept + lost} that the language model wrote could "
                f"not be placed in the video and {'is' if lost == 1 else 'are'} left out."
            )
        return ""


def fitting(settings: NarratorConfig, writer: Writer) -> NarratorConfig:
    """The settings with the room that this writer has, and an answer that fits in."""
    room = min(settings.slow_room if writer.slow else settings.room, writer.room)
    return replace(settings, room=room, answer=max(1, min(settings.answer, room // 2)))


def held_by(perception: Perception) -> Evidence:
    """What the perception holds of a stretch: what was said and shown there, and measured."""
    facts = facts_of(perception)
    lines = [
        line
        for line in perception.lines
        if line.confidence >= CERTAIN and (line.source in QUOTABLE or line.source == "captions")
    ]

    def evidence(start: float, end: float) -> tuple[str, ...]:
        said = [
            f"{line.source}: '{' '.join(line.text.split())[:QUOTED]}'"
            for line in lines
            if min(line.end, end) - max(line.start, start) >= 0.5 * (line.end - line.start)
        ]
        weights = {fact: tells for fact in facts if (tells := fact.tells(start, end))}
        measured = [fact.evidence for fact in ranked(weights)]
        return (*said[:QUOTES], *measured[:FACTS])

    return evidence
