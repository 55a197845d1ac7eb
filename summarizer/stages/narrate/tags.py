"""Reading what a language model writes: only sentences with a time in the video are let through.

A sentence counts if it stands right behind its own `[mm:ss-mm:ss]` or `[h:mm:ss-h:mm:ss]`. However
the text is cut into pieces on its way, the same sentences come out.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from summarizer.schema import Sentence

LONGEST = 320  # characters of a sentence with its tag
MOST = 40  # sentences of one text
KEPT = 96  # characters kept of a sentence that is too long: more than any tag needs
SLACK = 1.0  # seconds a tag may end after the video: it counts in whole seconds

TIME = r"(?:([0-9]{1,2}):([0-9]{2})|([0-9]{1,3})):([0-9]{2})"
TAG = re.compile(rf"\[ ?{TIME} ?[-–—] ?{TIME} ?\]")
# a full stop ends a sentence if nothing, a blank or a tag follows; not within a number
STOP = re.compile(r"[.!?…]{1,8}[\"'”’)]{0,3}(?=[\s\[])")
SHORT = re.compile(
    r"(?:\b(?:mr|mrs|ms|dr|st|vs|no|prof|e\.g|i\.e|a\.m|p\.m)|\b[A-Z](?:\.[A-Z])*)\.$", re.I
)
MARKUP = re.compile(r"<\s*[/!a-z]|&#?\w+;|javascript:|\]\(|```", re.I)
LEADING = " -–—:;,.*•#"
ENDS = (".", "!", "?", "…", '"', "'", "”", "’", ")")
BLANKS = re.compile(r"\s{2,}")

Span = tuple[float, float]


@dataclass
class Tally:
    """How many sentences were let through, and why the others were not."""

    kept: int = 0
    dropped: Counter[str] = field(default_factory=Counter)  # reason -> sentences

    @property
    def all(self) -> int:
        return self.kept + self.dropped.total()


def tagged(
    pieces: Iterable[str],
    seconds: float,
    evidence: Callable[[float, float], tuple[str, ...]],
    tally: Tally,
) -> Iterator[Sentence]:
    """The grounded sentences of a text that arrives in pieces, each as soon as it is complete.

    `evidence` says what was perceived over a stretch; where that is nothing, nothing is told.
    """
    seen: set[str] = set()
    for written in sentences(pieces):
        judged = judge(written, seconds, evidence)
        if isinstance(judged, Sentence):
            again = judged.text.casefold() in seen
            judged = "said before" if again else "too many" if tally.kept >= MOST else judged
        if isinstance(judged, Sentence):
            seen.add(judged.text.casefold())
            tally.kept += 1
            yield judged
        elif judged:
            tally.dropped[judged] += 1


def judge(
    written: str, seconds: float, evidence: Callable[[float, float], tuple[str, ...]]
) -> Sentence | str:
    """The sentence, or why it is dropped: in no words where there is nothing to drop."""
    tag = TAG.match(written)
    text = " ".join(written[tag.end() if tag else 0 :].split()).lstrip(LEADING)
    span = spanned(tag, seconds) if tag else "no tag"
    if why := _unfit(written, text, bool(tag)):
        return why.strip()
    if isinstance(span, str):
        return span
    found = evidence(*span)
    return Sentence(*span, text[0].upper() + text[1:], found) if found else "nothing there"


def _unfit(written: str, text: str, has_tag: bool) -> str:
    """What is wrong with the words; a blank where there are none and none were promised."""
    if len(written) > LONGEST:
        return "too long"
    if not any(letter.isalpha() for letter in text):
        return "no words" if has_tag else " "
    if MARKUP.search(text):
        return "markup"
    return "cut off" if has_tag and not text.endswith(ENDS) else ""


def spanned(tag: re.Match, seconds: float) -> Span | str:
    """The stretch of the video that a tag names, or why there is none."""
    start, end = _seconds(tag.groups()[:4]), _seconds(tag.groups()[4:])
    if start is None or end is None:
        return "no time"
    if start > end:
        return "reversed"
    if start >= seconds or end > seconds + SLACK:
        return "outside"
    return start, min(max(end, start + 1.0), seconds)


def _seconds(parts: tuple[str | None, ...]) -> float | None:
    hours, minutes, alone, rest = (int(part or 0) for part in parts)
    if minutes > 59 or rest > 59:
        return None
    return 3600.0 * hours + 60.0 * (minutes + alone) + rest


# -- dividing -------------------------------------------------------------------------------------


def sentences(pieces: Iterable[str]) -> Iterator[str]:
    """The text divided where a sentence or a line ends or a tag begins.

    Of one that is too long, its beginning and no less than is too much are given.
    """
    rest, head = "", ""  # head: the beginning of a sentence too long to be kept
    for piece in _bounded(pieces):
        rest = BLANKS.sub(_blank, rest + piece)
        rest = rest if head else rest.lstrip()
        while (end := _end(rest)) is not None:
            yield head + rest[:end].strip()
            rest, head = rest[end:].lstrip(), ""
        if len(rest) > LONGEST + KEPT:
            head = head or rest[: LONGEST + 1]
            rest = rest[-KEPT:]
    if head or rest.strip():
        yield head + rest.strip()


def _bounded(pieces: Iterable[str]) -> Iterator[str]:
    """The text in pieces of moderate size, without characters that do more than be read."""
    for piece in pieces:
        for first in range(0, len(piece), KEPT):
            yield "".join(map(_plain, piece[first : first + KEPT]))


def _blank(blanks: re.Match) -> str:
    return "\n" if "\n" in blanks[0] else " "


def _end(text: str) -> int | None:
    """Where the first sentence of a text ends, if that can be told yet."""
    return min((at for at in (_line(text), _stop(text), _tag(text)) if at), default=None)


def _line(text: str) -> int | None:
    """Where the first line ends; a tag may stand in a line of its own, over its sentence."""
    tag = TAG.match(text)
    words = re.compile(r"\S").search(text, tag.end() if tag else 0)
    return (text.find("\n", words.start()) + 1 or None) if words else None


def _stop(text: str) -> int | None:
    return next(
        (
            stop.end()
            for stop in STOP.finditer(text)
            if not SHORT.search(text[max(0, stop.end() - 12) : stop.end()])
        ),
        None,
    )


def _tag(text: str) -> int | None:
    """Where the next tag begins, behind the start."""
    return next((tag.start() for tag in TAG.finditer(text) if tag.start()), None)


def _plain(letter: str) -> str:
    """A character without power: blanks are blanks, control and direction signs are gone."""
    if letter in "\n\u2028\u2029":
        return "\n"
    if letter.isspace():
        return " "
    return "" if unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn") else letter
