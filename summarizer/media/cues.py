"""Subtitles as text: read .srt and .vtt, strip what isn't said, undo rolling captions."""

import html
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

CLOCK = r"(?:(\d{1,4}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
TIMING = re.compile(rf"\s*{CLOCK}\s*-->\s*{CLOCK}")
NUMBER = re.compile(r"\s*\d+\s*")
TAG = re.compile(r"<[/A-Za-z0-9][^<>]{0,300}>|\{\\[^{}]{0,300}\}")  # <i>, <00:01.000>, {\an8}
BREAK = re.compile(r"\\[Nn]")
LONGEST = 500  # characters of a cue
MOST = 20_000  # cues
TOUCHING = 0.1  # seconds between cues that follow each other without a pause
SHORTEST = 0.02  # seconds; rolling captions change over within this


@dataclass(frozen=True)
class Cue:
    """Some lines of text and when they are on screen, in seconds."""

    start: float
    end: float
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.lines)


def decode(data: bytes) -> str:
    """The text of a subtitle file in whatever encoding it was saved."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if error.start > len(data) - 4:  # cut within its last character
            return data[: error.start].decode("utf-8-sig")
        return data.decode("cp1252", "replace")


def parse(text: str) -> Iterator[Cue]:
    """The cues of an .srt or .vtt file as they stand there; what is no cue is passed over."""
    cue, said = None, []
    for line in text.splitlines():
        if timing := TIMING.match(line):
            if cue:
                numbered = said and NUMBER.fullmatch(said[-1])  # no empty line before the next
                yield replace(cue, lines=plain(said[:-1] if numbered else said))
            clock = timing.groups()
            cue, said = Cue(_seconds(clock[:4]), _seconds(clock[4:]), ()), []
        elif line:
            said.append(line)
        elif cue and said:
            yield replace(cue, lines=plain(said))
            cue, said = None, []
    if cue:
        yield replace(cue, lines=plain(said))


def plain(lines: Iterable[str]) -> tuple[str, ...]:
    """The lines without tags, positions, entities and needless spaces; those left empty go."""
    bare = (html.unescape(TAG.sub("", line)) for line in lines)
    parts = (part for line in bare for part in BREAK.split(line.replace("\\h", " ")))
    shown = ("".join(c if c.isprintable() else " " for c in part).split() for part in parts)
    return tuple(" ".join(words)[:LONGEST] for words in shown if words)


def tidy(cues: Iterable[Cue], seconds: float) -> list[Cue]:
    """The cues in order, within the video, none twice, none over another, each with some length."""
    told = sorted((cue for cue in cues if cue.lines), key=lambda cue: (cue.start, cue.end))
    apart: list[Cue] = []
    for cue in _unrolled(told[:MOST]):
        cue = replace(cue, start=max(0.0, cue.start), end=min(seconds, cue.end))
        if cue.end - cue.start < SHORTEST:
            continue
        if apart and cue.start - apart[-1].start < SHORTEST:  # two at once: both are said
            both = dict.fromkeys(apart[-1].lines + cue.lines)
            apart[-1] = replace(cue, end=max(cue.end, apart[-1].end), lines=tuple(both))
            continue
        if apart and apart[-1].end > cue.start:
            apart[-1] = replace(apart[-1], end=cue.start)
        apart.append(cue)
    return apart


def _unrolled(cues: Iterable[Cue]) -> Iterator[Cue]:
    """The cues without what is still on screen from the one before, as captions roll or grow."""
    last = before = None  # what was told, and the cue as it stood before this one
    for cue in cues:
        if before is None or cue.start > before.end + TOUCHING:
            fresh = cue.lines
        else:
            fresh = cue.lines[_overlap(before.lines, cue.lines) :]
        before = cue
        if last is None:
            last = cue
        elif not fresh:
            last = replace(last, end=max(last.end, cue.end))
        elif cue.start <= last.end + TOUCHING and _grows(last.lines, fresh):
            last = replace(last, end=cue.end, lines=fresh)
        else:
            yield last
            last = replace(cue, lines=fresh)
    if last is not None:
        yield last


def _overlap(before: Sequence[str], after: Sequence[str]) -> int:
    """How many of the first lines of `after` are the last ones of `before`."""
    most = min(len(before), len(after))
    return next((n for n in range(most, 0, -1) if before[-n:] == after[:n]), 0)


def _grows(short: Sequence[str], long: Sequence[str]) -> bool:
    return f"{' '.join(long)} ".startswith(f"{' '.join(short)} ")


def _seconds(clock: Sequence[str | None]) -> float:
    hours, minutes, seconds, fraction = clock
    return int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{fraction}")
