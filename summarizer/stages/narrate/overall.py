"""Telling a video as a whole: a text decoder reads all its frames at once.

Such a text names no moments, and nobody can say what of the video a sentence of it rests on. So it
is shown as what it is, a text about the whole video that was not checked; where there is none, the
story is composed of what was measured.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from summarizer.config import TextConfig
from summarizer.models.denoiser import cleaned
from summarizer.models.english import counted
from summarizer.models.overview import tell
from summarizer.schema import QUOTABLE, Line, Perception, Sentence, Summary
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.quotes import CERTAIN
from summarizer.stages.narrate.tags import MARKUP, sentences
from summarizer.stages.narrate.told import Telling

WHOLE = (
    "This text was written from all pictures at once: it is about the whole video, names no "
    "moments, and was not checked against what was measured."
)
UNSEEN = "No picture was seen by the text decoder, so this story is composed of measurements."
SILENT = "The text decoder wrote nothing, so this story is composed of measurements."
LINES = 24  # that are read before a text, at most


@dataclass(frozen=True)
class Overall:
    """A narrator by what a checkpoint learned to tell of rows that these weights make."""

    weights: str
    trained: str
    settings: TextConfig = field(default_factory=TextConfig)

    def __call__(self, perception: Perception, summary: Summary) -> "Whole":
        return Whole(self, perception, summary)


class Whole(Telling):
    """The story of a video as a whole; `note` says that it is one."""

    def _telling(self, by: Overall, perception: Perception, summary: Summary) -> Iterator[Sentence]:
        track, how = perception.track("frames"), by.settings
        if track is None or not len(track.times):
            self.note = UNSEEN
            yield from compose(perception, summary)
            return
        lines = cleaned(spoken(perception.lines)) if how.heard else []
        text = tell(track, by.trained, lines, beams=how.beams, least=how.least, most=how.most)
        rests = f"{by.weights}: {counted(len(track.times), 'picture')} of the whole video"
        told = [finished(each) for each in sentences([text, "\n"]) if readable(each)]
        self.note = WHOLE if told else SILENT
        if not told:
            yield from compose(perception, summary)
        for each in told:
            yield Sentence(0.0, perception.video.seconds, each, (rests,))


def spoken(lines: tuple[Line, ...]) -> list[str]:
    """What is said in a video and was surely heard, as far as it is read before a text."""
    said = [
        line.text
        for line in lines
        if line.source in QUOTABLE and line.source != "screen-text" and line.confidence >= CERTAIN
    ]
    return said[:LINES]


def readable(text: str) -> bool:
    return any(letter.isalpha() for letter in text) and not MARKUP.search(text)


def finished(text: str) -> str:
    """A text in small letters without marks, as a sentence."""
    text = " ".join(text.split())
    return f"{text[0].upper()}{text[1:]}{'' if text[-1] in '.!?…' else '.'}"
