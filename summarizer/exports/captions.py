"""captions.srt and captions.vtt: the story as captions over the original video."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from textwrap import wrap

from summarizer.errors import OutputError
from summarizer.exports.plain import line, unmarked
from summarizer.schema import Summary

WIDTH, LINES = 42, 2  # characters of a line, lines of a caption: what is read at a glance
SHORTEST, LONGEST = 1200, 7000  # milliseconds a caption is shown
PACE = 17  # characters read a second
STAMP = re.compile(r"(\d):(\d{1,2}):(\d{1,2}[.,]\d)")  # two on a line begin a cue for some players


@dataclass(frozen=True)
class Caption:
    """Lines shown from start to end, milliseconds on the clock of the video."""

    start: int
    end: int
    lines: tuple[str, ...]

    @property
    def needed(self) -> int:
        """Milliseconds it takes to read."""
        characters = sum(map(len, self.lines))
        return min(LONGEST, max(SHORTEST, round(1000 * characters / PACE)))


def srt(summary: Summary) -> str:
    """SubRip: it knows no escapes, so what would be mark-up is replaced."""
    blocks = (
        f"{number}\n{_clock(each.start, ',')} --> {_clock(each.end, ',')}\n"
        + "".join(f"{unmarked(text)}\n" for text in each.lines)
        for number, each in enumerate(captions(summary), 1)
    )
    return "\n".join(blocks)


def vtt(summary: Summary) -> str:
    """WebVTT, escaped as HTML is."""
    blocks = (
        f"{_clock(each.start, '.')} --> {_clock(each.end, '.')}\n"
        + "".join(f"{escape(text, quote=False)}\n" for text in each.lines)
        for each in captions(summary)
    )
    return "\n".join(["WEBVTT\n", *blocks])


def captions(summary: Summary) -> list[Caption]:
    """Each sentence where it belongs, long enough to be read, none over another.

    Where sentences crowd, the later ones wait; where the video ends too soon, the earlier ones
    come sooner; where there is no room for all, each gets less.
    """
    wished = [
        caption
        for sentence in sorted(summary.story, key=lambda sentence: sentence.start)
        for caption in _pages(sentence.text, sentence.start, sentence.end)
    ]
    if not wished:
        raise OutputError("there is no story to caption; wish for something that the video holds")
    end = max(len(wished), int(1000 * summary.video.seconds))
    if sum(each.needed for each in wished) > end:
        return _squeezed(wished, end)
    return _placed(wished, end)


def _pages(text: str, start: float, end: float) -> list[Caption]:
    """A sentence in captions of at most LINES, to be shown one right after the other."""
    lines = _wrapped(STAMP.sub(r"\1∶\2∶\3", line(text)))
    edges = round(1000 * start), round(1000 * end)
    return [Caption(*edges, tuple(lines[at : at + LINES])) for at in range(0, len(lines), LINES)]


def _wrapped(text: str) -> list[str]:
    """As few lines as WIDTH allows, of about the same length."""
    fewest = wrap(text, WIDTH)
    widths = range(WIDTH // 2, WIDTH)
    even = (wrap(text, width) for width in widths)
    return next((lines for lines in even if len(lines) == len(fewest)), fewest)


def _placed(wished: Sequence[Caption], end: int) -> list[Caption]:
    """There is room for all: each when it is wished for, or after the one before it."""
    left = sum(each.needed for each in wished)  # milliseconds to read this one and the rest
    placed, free = [], 0
    for each in wished:
        start = max(free, min(max(0, each.start), end - left))
        left -= each.needed
        free = start + each.needed
        placed.append(replace(each, start=start, end=free))
    following = [*(each.start for each in placed[1:]), end]
    return [
        replace(each, end=max(each.end, min(ask.end, each.start + LONGEST, room)))
        for each, ask, room in zip(placed, wished, following, strict=True)
    ]


def _squeezed(wished: Sequence[Caption], end: int) -> list[Caption]:
    """There is not: all one after the other, each with its share of the time."""
    total, before, shown = sum(each.needed for each in wished), 0, []
    for each in wished:
        after = before + each.needed
        shown.append(replace(each, start=before * end // total, end=after * end // total))
        before = after
    return [each for each in shown if each.end > each.start]


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, second = divmod(seconds, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour:02}:{minute:02}:{second:02}{point}{rest:03}"
