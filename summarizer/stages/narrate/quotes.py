"""Quotations: what was said over a stretch or stood on the screen, in its own words."""

import math
import re
from collections.abc import Container, Sequence
from dataclasses import dataclass

from summarizer.models.english import SMALL, listed
from summarizer.schema import Line

QUOTED = 14  # words of a quotation, at most
CERTAIN = 0.6  # confidence of a line that may be quoted
LEGIBLE, STANDING = 0.9, 1.5  # the same of what was read; seconds: shorter is often half read
LETTERS = 3  # of what was read, at least
LONGEST = 160  # characters
FEWEST = 4  # words of a sentence that is worth quoting
SHOWN = 2  # lines of the screen quoted at once
CLOCK = re.compile(r"\s*\b\d+(?::\d\d)+\b")  # it has changed by the next second
SCORE = re.compile(r"(\d)\s*[-–]\s*(\d)")
HALF = re.compile(r"\d\s*[-–](?!\s*\d)")  # a score caught while it changes
GAP = "…"  # where a word was not certain


@dataclass(frozen=True)
class Quote:
    """Somebody's own words, and whether they were heard or read."""

    texts: tuple[str, ...]
    source: str

    @property
    def clause(self) -> str:
        """'“Good morning” is said', '“GOAL!” and “1-0” are on the screen'."""
        verb = "are" if len(self.texts) > 1 else "is"
        where = "on the screen" if self.source == "screen-text" else "said"
        return f"{listed([f'“{text}”' for text in self.texts])} {verb} {where}"

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(f"{self.source}: '{text}'" for text in self.texts)


def quotation(
    lines: Sequence[Line],
    start: float,
    end: float,
    *,
    longest: float = math.inf,
    but: Container[str] = (),
) -> Quote | None:
    """The first whole sentence said over a stretch, cut at a word, else what is on the screen.

    Lines of the screen that stay for `longest` seconds or are among `but` tell nothing new.
    """
    inside = [
        line
        for line in lines
        if line.confidence >= CERTAIN
        and min(line.end, end) - max(line.start, start) >= 0.5 * (line.end - line.start)
    ]
    for source in ("subtitles", "speech-to-text"):
        if said := _sentence(" ".join(line.text for line in inside if line.source == source)):
            return None if said in but else Quote((said,), source)
    stands = [
        (line.end - line.start, line.start, _plain(line.text))
        for line in lines
        if line.source == "screen-text"
        and legible(line)
        and line.end - line.start < longest
        and min(line.end, end) - max(line.start, start) >= STANDING / 2
        and not HALF.search(line.text)
    ]
    briefest = sorted(sorted(stands)[:SHOWN], key=lambda each: each[1])
    texts = tuple(dict.fromkeys(text for _, _, text in briefest))
    return Quote(texts, "screen-text") if any(text not in but for text in texts) else None


def legible(line: Line) -> bool:
    """Whether a line of the screen was read well enough to be quoted, and is words."""
    letters = sum(letter.isalpha() for letter in line.text)
    stood = line.end - line.start >= STANDING
    read = line.source in ("screen-text", "title") and line.confidence >= LEGIBLE
    return read and stood and letters >= LETTERS


def _plain(text: str) -> str:
    """A line of the screen without clocks, with its scores written as usual."""
    return shortened(SCORE.sub(r"\1-\2", CLOCK.sub("", text)).strip(), QUOTED)


def _sentence(text: str) -> str:
    """The first sentence worth quoting, without the words that are not certain."""
    text = " ".join(text.split())
    sentences = [part for part in re.split(r"(?<=[.!?])\s+", text) if _worth(part)]
    # a sentence that began before the stretch would be quoted from its middle
    order = sorted(sentences, key=lambda part: (GAP in part, not part[:1].isupper()))
    for part in order:
        runs = [run.strip() for run in part.split(GAP)]
        run = max(runs, key=lambda each: len(each.split()))
        if _worth(run):
            words = run.split()[:QUOTED]
            cut = len(run.split()) > QUOTED or run is not runs[-1]
            while cut and len(words) > FEWEST and words[-1].lower() in SMALL:
                words.pop()  # nothing ends with "by"
            said = " ".join(words)[:LONGEST].rstrip(".,;:")
            return f"{f'{GAP} ' * (not said[:1].isupper())}{said}{f' {GAP}' * cut}"
    return ""


def _worth(text: str) -> bool:
    return len(text.split()) >= FEWEST and any(letter.isalpha() for letter in text)


def shortened(text: str, most: int) -> str:
    """The first words of a text, with a sign where something is left out."""
    words = text.split()
    cut = " ".join(words[:most])[:LONGEST]
    return f"{cut.rstrip('.,;:')} …" if len(words) > most or len(cut) == LONGEST else cut
