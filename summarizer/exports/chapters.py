"""chapters.txt: chapters for the description of a video on YouTube.

YouTube takes them if the first is at 00:00, they ascend, there are at least three, and each lasts
at least ten seconds.
"""

from collections.abc import Iterable, Iterator

from summarizer.errors import OutputError
from summarizer.exports.plain import brief, unmarked
from summarizer.schema import Summary

FEWEST, SHORTEST = 3, 10  # chapters; seconds of each
MOST = 50  # so that they fit a description of 5000 characters
LONGEST = 80  # characters of a title

Mark = tuple[int, str]  # the second a chapter begins, its title


def chapters(summary: Summary) -> str:
    """Chapters from the story; where it is too short for three, from the highlights too."""
    seconds = summary.video.seconds
    if seconds < FEWEST * SHORTEST:
        raise OutputError(
            f"chapters need a video of at least {FEWEST * SHORTEST} s, "
            f"and this one lasts {seconds:.1f} s; take the captions instead"
        )
    told = [(int(each.start), each.text) for each in summary.story]
    shown = [(int(each.start), each.why) for each in summary.highlights]
    marks = _apart(told, seconds)
    if len(marks) < FEWEST:
        marks = _apart([*told, *shown], seconds)
    if len(marks) < FEWEST:
        raise OutputError(
            f"chapters must be at least {FEWEST}, {SHORTEST} s apart, and story and highlights "
            f"have {len(marks)} such moments; ask for a longer reel"
        )
    lines = (f"{_clock(second)} {title}" for second, title in _titled(marks))
    return "\n".join([*lines, ""])


def _apart(moments: Iterable[Mark], seconds: float) -> list[Mark]:
    """As many of the moments as keep the distance, from the first on, which moves to the start."""
    apart = max(SHORTEST, seconds / MOST)
    marks: list[Mark] = []
    for second, title in sorted(moments, key=lambda mark: mark[0]):
        if not title.strip():
            continue
        if not marks:
            marks.append((0, title))
        elif second >= marks[-1][0] + apart and second + SHORTEST <= seconds:
            marks.append((second, title))
    return marks


def _titled(marks: Iterable[Mark]) -> Iterator[Mark]:
    """The chapters with titles that are short, harmless and each another."""
    taken: set[str] = set()
    for second, text in marks:
        plain = brief(unmarked(text).rstrip(". "), LONGEST) or "Chapter"
        title, times = plain, 1
        while title.casefold() in taken:
            times += 1
            title = f"{plain} ({times})"
        taken.add(title.casefold())
        yield second, title[:1].upper() + title[1:]


def _clock(second: int) -> str:
    minutes, second = divmod(second, 60)
    hour, minute = divmod(minutes, 60)
    return f"{hour}:{minute:02}:{second:02}" if hour else f"{minute:02}:{second:02}"
