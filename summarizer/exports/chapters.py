"""chapters.txt: chapters for the description of a video on YouTube.

YouTube takes them if the first is at 00:00, they ascend, there are at least three, and each lasts
at least ten seconds.
"""

import re
from collections.abc import Iterable, Iterator

from summarizer.errors import OutputError
from summarizer.exports.plain import brief, line, unmarked
from summarizer.schema import Summary

FEWEST, SHORTEST = 3, 10  # chapters; seconds of each
LATER = 4  # seconds that a chapter may begin after its slide
MOST = 50  # so that they fit a description of 5000 characters
LONGEST = 80  # characters of a title
TIME = r"\d+(?::\d\d)+"
TIMES = re.compile(rf",? *\b(?:from|until|at) {TIME}(?: to {TIME}| on)?,?", re.IGNORECASE)

Mark = tuple[int, str]  # the second a chapter begins, its title


def chapters(summary: Summary) -> str:
    """Chapters from the titles of a talk's slides, else from the story; where it has too few
    moments, from the highlights too."""
    seconds = summary.video.seconds
    if seconds < FEWEST * SHORTEST:
        raise OutputError(
            f"chapters need a video of at least {FEWEST * SHORTEST} s, "
            f"and this one lasts {seconds:.1f} s; take the captions instead"
        )
    told = _moments(summary)
    marks = _slides(summary)
    if len(marks) < FEWEST:
        marks = _apart(told, seconds)
    if len(marks) < FEWEST:
        shown = [(int(each.start), each.why) for each in summary.highlights]
        marks = _apart([*told, *shown], seconds)
    if len(marks) < FEWEST:
        raise OutputError(
            f"chapters must be at least {FEWEST}, {SHORTEST} s apart, and story and highlights "
            f"give {len(marks)}; ask for a longer reel"
        )
    lines = (f"{_clock(second)} {title}" for second, title in _titled(marks))
    return "\n".join([*lines, ""])


def _slides(summary: Summary) -> list[Mark]:
    """The titles of the slides; one that comes up too soon begins a little later, if it stays."""
    marks: list[Mark] = []
    soonest = 0
    for title in summary.titles:
        second = max(int(title.start), soonest)
        if second < title.end and second - title.start <= LATER:
            marks.append((second, title.text))
            soonest = second + SHORTEST
    return _apart(marks, summary.video.seconds)


def _moments(summary: Summary) -> list[Mark]:
    """The sentences that speak of a part of the video, without the times they name.

    Of those that begin together the one that speaks of the least comes first.
    """
    parts = [each for each in summary.story if each.end - each.start <= summary.video.seconds / 2]
    parts.reverse()  # of two that are equal the later one says more
    parts.sort(key=lambda each: (int(each.start), each.end - each.start))
    return [(int(each.start), TIMES.sub("", each.text)) for each in parts]


def _apart(moments: Iterable[Mark], seconds: float) -> list[Mark]:
    """As many of the moments as keep the distance; an early one moves to the start."""
    apart = max(SHORTEST, seconds / MOST)
    marks: list[Mark] = []
    for second, title in sorted(moments, key=lambda mark: mark[0]):
        if not line(title):
            continue
        if not marks:
            marks.append((0, title if second < apart else "Start"))
        if second >= marks[-1][0] + apart and second + SHORTEST <= seconds:
            marks.append((second, title))
    return marks


def _titled(marks: Iterable[Mark]) -> Iterator[Mark]:
    """The chapters with titles that are short, harmless and each another."""
    taken: set[str] = set()
    for second, text in marks:
        plain = brief(unmarked(text).rstrip(". "), LONGEST) or "Chapter"
        plain = plain[:1].upper() + plain[1:]
        title, times = plain, 1
        while title.casefold() in taken:
            times += 1
            title = f"{plain} ({times})"
        taken.add(title.casefold())
        yield second, title


def _clock(second: int) -> str:
    minutes, second = divmod(second, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute:02}:{second:02}"
