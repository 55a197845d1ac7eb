"""Writing: from words read in single pictures to what was written, and from when to when."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher

import numpy as np

from summarizer.schema import Line

SOURCE, TITLE = "screen-text", "title"  # of the lines: all that is read; what heads a slide

CERTAIN = 0.7  # confidence below which nothing was read
SHORTEST = 2  # letters and digits; fewer are mostly no writing
GLIMPSE = 0.25  # seconds before and after a picture for writing that never stands still
EARLY, LATE = 30, 70  # percentiles of its cells that say since and until when words are there

ROW_GAP, ROW_OVERLAP, ROW_ALIKE = 2.0, 0.5, 1.7  # of words in a row, in heights of the letters
LINE_GAP, LINE_ALIKE, LINE_SHIFT = 0.7, 1.35, 1.0  # of rows that are one text
TOGETHER = 1.0  # seconds by which rows that are one text may come or go apart

ALIKE = 0.8  # share of the letters in which the same words may be read twice in one place,
ALIKE_ELSEWHERE = 0.9  # and in two
SAME_PLACE = 0.3  # share of two boxes that is one
WITHIN = 0.7  # share of a box that lies in another
PAUSE = 2.0  # seconds without them after which the same words are there anew,
DRIFT = 10.0  # unless picture after picture shows them, wherever

TOP = 0.45  # share of the picture in which a title begins
TITLE_HEIGHT, ALONE = 0.05, 0.07  # of its letters at least, beside other words and by itself
TITLE_LARGER = 1.15  # times as high as what is usual beside it
TITLE_STAYS = 3.0  # seconds
TITLE_WORDS = 14  # at most

CLOCK = re.compile(r"(?<!\d)\d{1,2}(?:\s?[:.;]\s?\d{2})+(?!\d)")


@dataclass(frozen=True)
class Box:
    """Where a picture has a word or a row of them, in shares of its width and height."""

    left: float
    top: float
    right: float
    bottom: float
    corners: tuple[tuple[float, float], ...] = ()  # clockwise from the top left, where it is askew

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    def around(self, other: "Box") -> "Box":
        """The box that holds both."""
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def overlap(self, other: "Box") -> float:
        """What both cover of what either covers, 0 to 1."""
        both = self._shared(other)
        either = self.width * self.height + other.width * other.height - both
        return both / either if either > 0 else 0.0

    def within(self, other: "Box") -> float:
        """How much of the smaller one the other covers, 0 to 1."""
        least = min(self.width * self.height, other.width * other.height)
        return self._shared(other) / least if least > 0 else 0.0

    def _shared(self, other: "Box") -> float:
        wide = min(self.right, other.right) - max(self.left, other.left)
        high = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(0.0, wide) * max(0.0, high)


@dataclass(frozen=True, eq=False)
class Word:
    """A word or a row of them as one picture shows it."""

    text: str
    confidence: float
    box: Box  # in shares of the picture
    cells: np.ndarray  # (cells, 2) since and until when what lies there is as it is, in seconds
    plain: bool = False  # whether it stands on an even ground


@dataclass(frozen=True, eq=False)
class Text:
    """Words that belong together as one picture shows them."""

    words: tuple[Word, ...]
    box: Box
    height: float  # of its letters, in shares of the picture
    rows: int = 1
    moment: float = 0.0  # of the picture, in seconds

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def confidence(self) -> float:
        """Of the mean letter."""
        lengths = [max(1, len(word.text)) for word in self.words]
        return float(np.average([word.confidence for word in self.words], weights=lengths))

    @property
    def plain(self) -> bool:
        return all(word.plain for word in self.words)

    @property
    def steady(self) -> np.ndarray:
        """(cells, 2) since and until when; of clocks, which never stand still, only if alone."""
        still = [word.cells for word in self.words if CLOCK.sub("", word.text).strip()]
        return np.concatenate(still or [word.cells for word in self.words])

    @property
    def span(self) -> tuple[float, float]:
        """From when to when it is there."""
        cells = self.steady
        if not len(cells):
            return max(0.0, self.moment - GLIMPSE), self.moment + GLIMPSE
        since = float(np.percentile(cells[:, 0], EARLY))
        until = float(np.percentile(cells[:, 1], LATE))
        return min(since, self.moment), max(until, self.moment)


def texts(words: Iterable[Word], moment: float) -> list[Text]:
    """The words of one picture put together: rows from the left, then rows that are one text."""
    rows: list[Text] = []
    for word in sorted(words, key=lambda word: (word.box.left, word.box.top)):
        new = Text((word,), word.box, word.box.height, 1, moment)
        row = next((row for row in rows if _in_row(row, new)), None)
        if row is None:
            rows.append(new)
        else:
            rows[rows.index(row)] = _joined(row, new, row.rows)
    found: list[Text] = []
    for row in sorted(filter(_readable, rows), key=lambda row: row.box.top):
        above = next((text for text in found if _goes_on(text, row)), None)
        if above is None:
            found.append(row)
        else:
            found[found.index(above)] = _joined(above, row, above.rows + 1)
    return found


def _joined(first: Text, second: Text, rows: int) -> Text:
    words = (*first.words, *second.words)
    height = (
        max(first.height, second.height)
        if rows == 1
        else (first.height * (rows - 1) + second.height) / rows
    )
    return Text(words, first.box.around(second.box), height, rows, first.moment)


def _in_row(row: Text, word: Text) -> bool:
    """Whether the word continues the row to the right."""
    last, box = row.words[-1].box, word.box
    low, high = sorted((last.height, box.height))
    shared = min(last.bottom, box.bottom) - max(last.top, box.top)
    # shares of the width are longer than those of the height: 16:9 for most
    gap = (box.left - last.right) * 16 / 9
    return (
        low > 0
        and shared >= ROW_OVERLAP * low
        and high <= ROW_ALIKE * low
        and -0.5 * high <= gap <= ROW_GAP * high
    )


def _goes_on(text: Text, row: Text) -> bool:
    """Whether a row continues the text above it."""
    low, high = sorted((text.height, row.height))
    gap = row.box.top - text.box.bottom
    shift = min(
        abs(row.box.left - text.box.left),
        abs(row.box.left + row.box.right - text.box.left - text.box.right) / 2,
    )
    apart = [abs(a - b) for a, b in zip(text.span, row.span, strict=True)]
    return (
        0 < high <= LINE_ALIKE * low
        and -0.5 * low <= gap <= LINE_GAP * low
        and shift * 16 / 9 <= LINE_SHIFT * high
        and max(apart) <= TOGETHER
    )


def _readable(text: Text) -> bool:
    return text.confidence >= CERTAIN and sum(map(str.isalnum, text.text)) >= SHORTEST


def heading(found: Sequence[Text]) -> Text | None:
    """What heads a slide: large, near the top, on an even ground, larger than the rest."""
    named = [text for text in found if any(map(str.isalpha, text.text))]
    if not named:
        return None
    largest = max(named, key=lambda text: text.height)
    others = [text.height for text in found if text is not largest]
    least = TITLE_HEIGHT if others else ALONE
    if others and largest.height < TITLE_LARGER * float(np.median(others)):
        return None
    fits = (
        largest.box.top < TOP
        and largest.height >= least
        and largest.plain
        and len(largest.text.split()) <= TITLE_WORDS
        and sum(map(str.isalpha, largest.text)) >= 3
    )
    return largest if fits else None


# -- what is the same in several pictures ---------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Shown:
    """Words on show over a stretch."""

    latest: Text
    box: Box  # of all of it that was seen
    text: str
    confidence: float
    start: float
    end: float
    page: int  # number of the picture that showed it last
    heads: bool  # whether it headed a slide

    def merged(self, other: "Shown") -> "Shown":
        """Both as one; the words as they were read best, and a clock as it was at first."""
        longer = len(letters(other.text)) > len(letters(self.text))
        grown = _more(self.text, other.text)
        better = longer if grown else other.confidence > self.confidence
        best = other if better and (grown or not CLOCK.search(self.text)) else self
        return replace(
            other,
            box=self.box.around(other.box) if grown else other.box,
            text=best.text,
            confidence=best.confidence,
            start=self.start,  # set when it took the place of other words
            end=max(self.end, other.end),
            heads=self.heads or other.heads,
        )


class Writing:
    """What was written, one entry an appearance, from the texts of picture after picture."""

    def __init__(self, seconds: float):
        self.seconds = seconds
        self.shown: list[Shown] = []
        self.pages = 0

    def add(self, found: Sequence[Text]) -> None:
        """The texts of the next picture, in order of time."""
        title = heading(found)
        for text in found:
            start, end = text.span
            new = Shown(
                text,
                text.box,
                text.text,
                text.confidence,
                start,
                end,
                self.pages,
                heads=text is title,
            )
            known = self._known(new)
            if known is None:
                self._begin(new)
            else:
                self._again(known, new)
        self.pages += 1

    def lines(self) -> tuple[Line, ...]:
        """All that was read, in order of time; titles once more, as such."""
        lines = []
        for each in self.shown:
            start = min(max(0.0, each.start), self.seconds)
            end = min(max(each.end, start + GLIMPSE), self.seconds)
            line = Line(
                round(start, 2), round(end, 2), each.text, SOURCE, round(each.confidence, 3)
            )
            lines.append(line)
            if each.heads and end - start >= min(TITLE_STAYS, self.seconds / 2):
                lines.append(replace(line, source=TITLE))
        return tuple(sorted(lines, key=lambda line: (line.start, line.end, line.source)))

    def _known(self, new: Shown) -> int | None:
        """The number of the entry that this is another sight of."""
        for number in reversed(range(len(self.shown))):
            each = self.shown[number]
            twice = each.page == self.pages and not _fragment(new, each)
            if not twice and self._same(each, new):
                return number
        return None

    def _same(self, each: Shown, new: Shown) -> bool:
        """Whether both are one appearance of the same words."""
        pause, follows = new.start - each.end, each.page == self.pages - 1
        if pause > PAUSE and not follows:
            return False
        if each.box.overlap(new.box) >= SAME_PLACE:
            return alike(each.text, new.text, ALIKE) or _more(each.text, new.text)
        if each.box.within(new.box) >= WITHIN and _more(each.text, new.text):
            return True
        return pause <= DRIFT and alike(each.text, new.text, ALIKE_ELSEWHERE)

    def _again(self, known: int, new: Shown) -> None:
        """Take in another sight of an entry, and what was taken for a part of it before."""
        whole = self.shown[known].merged(new)
        parts = [each for each in self.shown if each.end > whole.start and _fragment(each, whole)]
        self.shown[known] = whole
        self.shown = [each for each in self.shown if each not in parts]

    def _begin(self, new: Shown) -> None:
        """Take in what is new; what it took the place of ends where it begins."""
        for number, each in enumerate(self.shown):
            overlap = each.box.overlap(new.box)
            before, now = each.latest.moment, new.latest.moment
            if overlap < SAME_PLACE or each.end <= new.start or before >= now:
                continue
            change = _change(new.latest, before)
            self.shown[number] = replace(each, end=min(each.end, change))
            new = replace(new, start=max(new.start, change))
        self.shown.append(new)


def _fragment(part: Shown, whole: Shown) -> bool:
    """Whether one is no more than a part of the other that was read by itself."""
    inside = part.box.within(whole.box) >= WITHIN and part.box.width < whole.box.width
    return (
        inside
        and part is not whole
        and _more(whole.text, part.text)
        and (letters(part.text) in letters(whole.text))
    )


def _change(text: Text, before: float) -> float:
    """When a text took another's place, which was still there at the moment `before`."""
    since = text.steady[:, 0]
    fresh = since[(since > before) & (since <= text.moment)]
    return float(np.median(fresh)) if len(fresh) else (before + text.moment) / 2


def letters(text: str) -> str:
    """What counts when texts are compared: no clocks, spaces, signs or capitals."""
    return "".join(filter(str.isalnum, CLOCK.sub("", text).casefold()))


def alike(one: str, other: str, share: float = ALIKE) -> bool:
    """Whether two readings are of the same words; a clock may have gone on, a score may not."""
    first, second = letters(one), letters(other)
    if first == second:
        return bool(first) or bool(CLOCK.search(one) and CLOCK.search(other))
    if _digits(first) != _digits(second) or min(len(first), len(second)) < 4:
        return False
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= share


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _more(one: str, other: str) -> bool:
    """Whether one reading has all of the other and more, as where words come one by one."""
    short, long = sorted((letters(one), letters(other)), key=len)
    rest = iter(long)
    return len(short) >= 2 and len(long) > len(short) and all(each in rest for each in short)
