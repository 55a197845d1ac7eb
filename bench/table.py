"""Numbers beside the plain way's, as lines of a table."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

COLUMNS = ("what", "unit", "ours", "plain", "times better", "note")
LONGEST = 200  # letters of a reason


class Unavailable(Exception):
    """Why something can't be measured here, in a sentence."""


@dataclass(frozen=True)
class Found:
    """What a measure gave: our number, the plain way's if there is one, and what to know of it."""

    ours: float
    plain: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Measure:
    """A line of the table, and what finds its numbers on a device."""

    what: str
    unit: str
    more: bool  # whether more is better
    take: Callable[..., Found]


def bytes_a_token(weights: Sequence[tuple[int, int]], spared: tuple[int, int] = (0, 0)) -> int:
    """Bytes that are read to make one token: all weights once, as (numbers, bytes each).

    Of the table of words only one row is read: it is spared, unless the next word is told by it.
    """
    return sum(count * each for count, each in weights) - spared[0] * spared[1]


def floor(read: int, bandwidth: float) -> float:
    """Seconds that reading so many bytes takes, at so many bytes a second."""
    return read / bandwidth


def better(found: Found, more: bool) -> float | None:
    """How many times better ours is than the plain way."""
    if not found.plain or not found.ours:
        return None
    return found.ours / found.plain if more else found.plain / found.ours


def shown(value: float | None) -> str:
    if value is None or not math.isfinite(value):
        return "–"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def row(measure: Measure, found: Found | str) -> str:
    """A line of the table; of a measure that failed, why."""
    if isinstance(found, str):
        found = Found(math.nan, None, f"not measured: {found}")
    cells = (
        measure.what,
        measure.unit,
        shown(found.ours),
        shown(found.plain),
        shown(better(found, measure.more)),
        found.note.replace("|", "/"),
    )
    return f"| {' | '.join(cells)} |"


def head() -> str:
    return f"| {' | '.join(COLUMNS)} |\n|---|---|---:|---:|---:|---|"


def reason(error: BaseException) -> str:
    """The first sentence of an error, short enough for a table."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text.split(". ")[0][:LONGEST].rstrip(".")


def joined(*notes: str) -> str:
    """What there is to say, in one cell."""
    return "; ".join(note for note in notes if note)
