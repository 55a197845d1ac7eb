"""Which stretches make the reel: the most that matters within the length, without torn sentences.

What the viewer pinned is in, whole and with just these edges, even where that is longer than the
length; what the viewer dropped is out, but for what is pinned. All else has to fit in the length
that is left. It is picked from the events, cut to what is admitted: by an exact knapsack (or,
where variety is wanted, a greedy search that also counts likeness), or by the most probable set of
a determinantal point process. Or single seconds are refined: smoothed, picked by such a process,
and completed to whole stretches. Then edges move to pauses and onto frames.
"""

import math
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from itertools import pairwise

import numpy as np

from summarizer.config import SelectionConfig
from summarizer.models.dpp import Process
from summarizer.models.kts import change_points
from summarizer.models.likeness import Likeness
from summarizer.models.saliency.refine import Taste, refine
from summarizer.schema import (
    QUOTABLE,
    Event,
    Highlight,
    Line,
    Perception,
    Preference,
    Score,
    Track,
)

SHORTEST = 2.0  # seconds; a highlight is only shorter where the video or the length demands it
GRID = 0.1  # seconds, the resolution of lengths in the knapsack
CELLS = 20_000  # of a row of the knapsack at most; a longer reel is weighed more coarsely
RESERVE = 0.05  # share of the length kept back for moving edges to pauses
TORN = 0.2  # seconds into a sentence where an edge hurts most
GAIN = 0.1  # of the cost of an edge, for which it is worth moving
SECONDS = 1_200  # that are refined at once; in a longer video they are taken together
LOOKS = ("frames", "look", "timbre")  # tracks by which seconds are alike; the first that is there
CONTRAST = 8.0  # the logarithm of how much more the best second is worth, where likeness is little
SLOPE = 2  # seconds on either side of a peak that are no higher
GAP = 1.0  # seconds between two moments around single peaks, at least
PLACES = 512  # where a shot may begin; in a longer video they lie further apart
SHOTS = 256  # at most


Span = tuple[float, float]
# values, costs, budget, likeness if that counts -> indices, ascending, that fit in the budget
Pick = Callable[[np.ndarray, np.ndarray, float, Likeness | None], list[int]]
# free spans and a budget -> stretches of them within it
Fill = Callable[["Board", Sequence[Span], float], list[Span]]


@dataclass(frozen=True)
class Rules:
    """What every step has to respect."""

    budget: float  # seconds
    kept: tuple[Span, ...]  # what the viewer pinned; apart and in order
    barred: tuple[Span, ...]  # what the viewer wants to be left out; apart and in order


def select(
    perception: Perception,
    preference: Preference,
    score: Score,
    config: SelectionConfig,
    fill: Fill,
) -> tuple[Highlight, ...]:
    """The highlights in order of time, together at most as long as the preference allows, or as
    what the viewer pinned where that is longer."""
    whole = perception.video.seconds
    board = Board.of(perception, preference, score)
    budget = preference.length.of(whole)
    out = (*preference.drop, *score.barred)
    allowed = subtract([(0.0, whole)], [(event.start, event.end) for event in out])
    barred = subtract([(0.0, whole)], allowed)
    rules = Rules(budget, tuple(pinned(preference.keep, whole)), tuple(barred))
    spans = list(rules.kept)
    admitted = perception.video.stretches(score.admitted)
    edges = Edges(perception, config.snap, rules)
    # the second time with what moving the edges gave back
    for source in 2 * ([admitted, allowed] if preference.fill else [admitted]):
        left = budget - length(spans)
        if left >= SHORTEST or not spans:
            free = subtract(source, [*rules.barred, *spans])
            # slivers only where there is nothing else
            longer = [span for span in free if length([span]) >= 0.75 * SHORTEST]
            free = longer if longer or spans else free
            spans += fill(board, free, left)
        spans = merge(board, spans, config.merge, rules)
        spans = merge(board, edges.move(spans), config.merge, rules)
    found = [
        Highlight(start, end, board.mean(start, end), why(score, rules, (start, end)))
        for start, end in on_frames(spans, perception, rules)
    ]
    return tuple(foremost(found, score.most, rules))


def why(score: Score, rules: Rules, span: Span) -> str:
    """Why this stretch was chosen, in words."""
    return "you kept it" if is_kept(rules, *span) else score.why(*span)


def is_kept(rules: Rules, start: float, end: float) -> bool:
    middle = (start + end) / 2
    return any(first <= middle <= last for first, last in rules.kept)


def foremost(found: Sequence[Highlight], most: int, rules: Rules) -> list[Highlight]:
    """The best so many of the highlights, in order of time; all where no number was asked for."""
    if not most:
        return list(found)
    ranked = sorted(found, key=lambda each: (not is_kept(rules, each.start, each.end), -each.score))
    most = max(most, sum(is_kept(rules, each.start, each.end) for each in found))
    return sorted(ranked[:most], key=lambda each: each.start)


# -- what there is to choose from -----------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Board:
    """The saliency as an area over time, the events, and how alike stretches are."""

    perception: Perception
    balance: float
    variety: float
    edges: np.ndarray  # (seconds + 1,) the whole seconds, the last cut to the end of the video
    area: np.ndarray  # (seconds + 1,) saliency summed up to each edge

    @staticmethod
    def of(perception: Perception, preference: Preference, score: Score) -> "Board":
        total = score.saliency.total
        total = total if len(total) else np.ones(perception.video.rows)
        edges = np.minimum(np.arange(len(total) + 1.0), perception.video.seconds)
        area = np.concatenate([[0.0], np.cumsum(total * np.diff(edges))])
        return Board(perception, preference.balance, preference.variety, edges, area)

    def within(self, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
        """Saliency summed over stretches."""
        return np.interp(ends, self.edges, self.area) - np.interp(starts, self.edges, self.area)

    def mean(self, start: float, end: float) -> float:
        return float(np.clip(self.within(start, end) / max(end - start, 1e-9), 0, 1))

    def peak(self, span: Span, seconds: float, beside: Collection[float] = ()) -> Span:
        """The most salient window of this many seconds inside a span; where it makes next to no
        difference, one that goes on from what is taken beside it."""
        start, end = span
        if seconds >= end - start:
            return span
        starts = np.append(np.arange(start, end - seconds, GRID), end - seconds)
        found = self.within(starts, starts + seconds)
        best = found.max()
        near = [at for at, edge in ((0, start), (-1, end)) if edge in beside]
        near = [at for at in near if found[at] >= best - 0.05 * abs(best)]
        first = float(starts[near[0] if near else int(np.argmax(found >= best - 1e-9))])
        return first, first + seconds


def subtract(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """What is left of the spans outside the holes, in order of time."""
    left, holes, first = [], sorted(holes), 0
    for start, end in sorted(spans):
        while first < len(holes) and holes[first][1] <= start:
            first += 1
        for a, b in holes[first:]:
            if a >= end:
                break
            left.append((start, a))
            start = max(start, b)
        left.append((start, end))
    return [(start, end) for start, end in left if end - start > 1e-6]


def pieces(events: Sequence[Event], free: Sequence[Span]) -> list[Span]:
    """The events cut to the free spans; slivers go with their neighbour."""
    borders = np.array([event.end for event in events])
    found: list[Span] = []
    for start, end in free:
        inner = borders[(borders > start + 1e-6) & (borders < end - 1e-6)]
        cuts = [start]
        for border in inner.tolist():
            if border - cuts[-1] >= SHORTEST and end - border >= SHORTEST:
                cuts.append(border)
        found += pairwise([*cuts, end])
    return found


def length(spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans)


# -- choosing -------------------------------------------------------------------------------------


def pinned(wanted: Sequence[Event], whole: float) -> list[Span]:
    """What the viewer pinned, as far as there is video; what overlaps is one, what touches not."""
    spans = sorted((max(0.0, event.start), min(whole, event.end)) for event in wanted)
    kept: list[Span] = []
    for start, end in spans:
        if kept and start < kept[-1][1] - 1e-6:
            kept[-1] = kept[-1][0], max(kept[-1][1], end)
        elif end - start > 1e-6:
            kept.append((start, end))
    return kept


def by_events(board: Board, free: Sequence[Span], budget: float, pick: Pick) -> list[Span]:
    """The best stretches of the free spans within the budget, event by event."""
    parts = pieces(board.perception.events, free)
    if not parts or budget <= 1e-6:
        return []
    if length(parts) <= budget:
        return parts
    # room to complete a sentence later
    budget *= 1 - RESERVE * talks(board.perception)
    # several moments rather than a single long one, where there is room for several
    several = len(parts) > 1 and budget >= 3 * SHORTEST
    longest, trimmed = (0.75 * budget, budget / 2) if several else (budget, budget)
    units = [board.peak(part, trimmed) if length([part]) > longest else part for part in parts]
    starts, ends = np.array(units).T
    costs, means = ends - starts, board.within(starts, ends) / (ends - starts)
    # the floor is half of what is usual here: an ordinary moment still beats an empty reel
    values = (means - 0.5 * np.median(means) + 1e-6) * costs
    alike = likeness(board, units) if board.variety else None
    taken = {index: units[index] for index in pick(values, costs, budget, alike)}
    best_first = np.argsort(-values, kind="stable").tolist()
    return top_up(board, parts, taken, best_first, budget)


def top_up(
    board: Board, parts: list[Span], taken: dict[int, Span], order: list[int], budget: float
) -> list[Span]:
    """What was taken, and the time that is left spent on the best of the other parts, then on
    more of those that were trimmed."""
    left = budget - length(taken.values())
    for index in order:
        if left < SHORTEST and taken:
            break
        if index not in taken:
            edges = {edge for span in taken.values() for edge in span}
            taken[index] = board.peak(parts[index], left, edges)
            left -= length([taken[index]])
    for index in (index for index in order if index in taken):
        used = length([taken[index]])
        taken[index] = board.peak(parts[index], used + max(0.0, left))
        left -= length([taken[index]]) - used
    return list(taken.values())


def most_worth(
    values: np.ndarray, costs: np.ndarray, budget: float, alike: Likeness | None
) -> list[int]:
    """The most valuable items that fit; where likeness counts, repetitions are worth less."""
    if alike is None:
        return knapsack(values, costs, budget)
    return varied(values, costs, budget, alike)


def knapsack(values: np.ndarray, costs: np.ndarray, budget: float) -> list[int]:
    """Indices, ascending, of the most valuable items whose costs sum to at most the budget.

    Exact where costs and budget are multiples of GRID and the budget is below GRID x CELLS.
    """
    step = max(GRID, budget / CELLS)
    room = math.floor(budget / step + 1e-6)
    weights = np.maximum(np.ceil(costs / step - 1e-6), 0).astype(int)
    best = np.zeros(room + 1)
    taken = np.zeros((len(values), room + 1), bool)
    for index, (value, weight) in enumerate(zip(values.tolist(), weights.tolist(), strict=True)):
        if value <= 0 or weight > room:
            continue
        with_it = best[: room + 1 - weight] + value
        better = with_it > best[weight:]
        taken[index, weight:] = better
        best[weight:] = np.where(better, with_it, best[weight:])
    chosen, at = [], room
    for index in range(len(values) - 1, -1, -1):
        if taken[index, at]:
            chosen.append(index)
            at -= int(weights[index])
    return chosen[::-1]


def varied(values: np.ndarray, costs: np.ndarray, budget: float, alike: Likeness) -> list[int]:
    """Indices, ascending, within the budget, that make much `worth`: the best of three searches.

    Greedy by gain, greedy by gain a second, and the knapsack that is blind to likeness.
    """
    found = [
        knapsack(values, costs, budget),
        _greedy(values, costs, budget, alike, by_second=False),
        _greedy(values, costs, budget, alike, by_second=True),
    ]
    return max(found, key=lambda chosen: worth(chosen, values, alike))


def worth(chosen: Sequence[int], values: np.ndarray, alike: Likeness) -> float:
    """The values of a choice, each less the share in which a better one of it is like it."""
    ranked = sorted(chosen, key=lambda index: (-values[index], index))
    gains = values[ranked].astype(float)
    if len(ranked) > 1:
        shared = np.tril(alike.among(ranked), -1).max(axis=1)
        gains *= 1 - shared
    return float(gains.sum())


def _greedy(
    values: np.ndarray, costs: np.ndarray, budget: float, alike: Likeness, *, by_second: bool
) -> list[int]:
    """Always the item with the largest marginal gain that still fits."""
    shared = np.zeros(len(values))
    open_ = values > 0
    chosen: list[int] = []
    left = budget + 1e-6
    while (open_ := open_ & (costs <= left)).any():
        gains = values * (1 - shared)
        if by_second:
            gains = gains / np.maximum(costs, GRID)
        best = int(np.argmax(np.where(open_, gains, -np.inf)))
        chosen.append(best)
        open_[best] = False
        left -= costs[best]
        shared = np.maximum(shared, alike.row(best))
    return sorted(chosen)


def most_probable(
    values: np.ndarray, costs: np.ndarray, budget: float, alike: Likeness | None
) -> list[int]:
    """The most probable items of a determinantal point process that fit; then, while there is
    room, those that make the set the least improbable."""
    process = Process.of(values, costs, budget, alike)
    return process.filled(process.mode(knapsack(values, costs, budget)))


def by_seconds(board: Board, free: Sequence[Span], budget: float) -> list[Span]:
    """Seconds of the free spans that matter and differ, completed to whole stretches."""
    whole = board.perception.video.seconds
    step = max(1.0, math.ceil(whole / SECONDS))
    starts = np.arange(0.0, whole, step)
    ends = np.minimum(starts + step, whole)
    spans = np.array(free, float).reshape(-1, 2)
    inside = ((starts[:, None] >= spans[:, 0] - 1e-6) & (ends[:, None] <= spans[:, 1] + 1e-6)).any(
        axis=1
    )
    room = budget * (1 - RESERVE * talks(board.perception))
    count = min(round(room / step), int(budget / step + 1e-6), int(inside.sum()))
    if not count or length(free) <= budget:
        return by_events(board, free, budget, most_worth)
    taste = Taste(
        smooth=1.0 / step,
        shortest=math.ceil(SHORTEST / step),
        contrast=CONTRAST * (1 - 0.75 * board.variety),
    )
    scores = board.within(starts, ends) / (ends - starts)
    rows = _looks(board, starts, ends) if board.variety else np.eye(len(starts))
    fine = refine(scores, rows, count, taste, free=inside)
    return [
        (float(starts[first]), float(ends[last - 1])) for first, last in _runs(fine.mask.tolist())
    ]


def _looks(board: Board, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """(spans, width): what each looks or else sounds like, around what is usual."""
    tracks = (board.perception.track(name) for name in LOOKS)
    track = next((each for each in tracks if each is not None and len(each.times)), None)
    if track is None:
        return np.ones((len(starts), 1))
    rows = _means(track.times, track.values, starts, ends)
    return rows - rows.mean(axis=0)


def _runs(mask: Sequence[bool]) -> list[tuple[int, int]]:
    """Where a mask holds, as first and behind the last."""
    steps = np.flatnonzero(np.diff(np.concatenate([[0], np.array(mask, np.int8), [0]])))
    return [(int(first), int(last)) for first, last in steps.reshape(-1, 2)]


def likeness(board: Board, spans: Sequence[Span]) -> Likeness:
    """How much each pair has in common in looks, in sound and in time, as far as variety counts."""
    starts, ends = np.array(spans, float).reshape(-1, 2).T
    middles = (starts + ends) / 2
    near = max(5.0, 0.05 * board.perception.video.seconds)
    kinds = [
        (share, Place.of(_means(track.times, track.values, starts, ends)))
        for name, share in (("look", 1 - board.balance), ("timbre", board.balance))
        if (track := board.perception.track(name)) and len(track.times) and share > 0
    ]
    parts = 0.3 + sum(share for share, _ in kinds)

    def row(index: int) -> np.ndarray:
        total = 0.3 * np.exp(-np.abs(middles - middles[index]) / near)
        for share, place in kinds:
            total += share * place.same(index)
        return board.variety * np.clip(total / parts, 0.0, 1.0)

    return Likeness(len(middles), row)


def _means(
    times: np.ndarray, values: np.ndarray, starts: np.ndarray, ends: np.ndarray
) -> np.ndarray:
    """(spans, width): the mean of a few rows spread over each span."""
    places = starts[:, None] + (ends - starts)[:, None] * np.array([0.1, 0.37, 0.63, 0.9])
    rows = np.maximum(np.searchsorted(times, places, side="right") - 1, 0)  # what is there then
    return values[rows.ravel()].astype(np.float32).reshape(*rows.shape, -1).mean(axis=1)


@dataclass(frozen=True, eq=False)
class Place:
    """Where stretches lie among all that this video looks or sounds like."""

    rows: np.ndarray  # (spans, width) around their mean
    squares: np.ndarray  # (spans,) of the distances from it
    usual: float  # of these, in this video

    @staticmethod
    def of(rows: np.ndarray) -> "Place":
        centred = rows - rows.mean(axis=0)
        squares = (centred**2).sum(axis=1)
        # in a video that never changes, small differences stay small
        usual = squares.mean() + 0.01 * float((rows.mean(axis=0) ** 2).sum()) + 1e-9
        return Place(centred, squares, float(usual))

    def same(self, index: int) -> np.ndarray:
        """(spans,): 1 for the same, towards 0 for what differs as much as this video ever does."""
        apart = self.squares + self.squares[index] - 2 * (self.rows @ self.rows[index])
        return np.exp(-np.maximum(apart, 0) / self.usual)


# -- edges ----------------------------------------------------------------------------------------


def merge(board: Board, spans: Sequence[Span], gap: float, rules: Rules) -> list[Span]:
    """Neighbours closer than the gap as one; where the length has no room for what lies between,
    the duller end gives way. What is kept stays as it is, by itself."""
    joined: list[Span] = []
    left = max(0.0, rules.budget - length(spans))
    for span in sorted(spans):
        before = joined[-1] if joined else (-math.inf, -math.inf)
        apart = span[0] - before[1]
        close = apart < gap - 1e-9 and before not in rules.kept and span not in rules.kept
        between = before[1], span[0]
        if close and (apart < 1e-6 or subtract([between], rules.barred) == [between]):
            joined[-1] = _trimmed(board, (before[0], span[1]), max(0.0, apart - left))
            left = max(0.0, left - apart)
        else:
            joined.append(span)
    return joined


def _trimmed(board: Board, span: Span, excess: float) -> Span:
    """The span without this much of its duller end."""
    start, end = span
    if excess <= 1e-9:
        return span
    ends = (start + excess, end), (start, end - excess)
    return max(ends, key=lambda each: float(board.within(*each)))


def talks(perception: Perception) -> bool:
    """Whether it is known where somebody speaks, so that edges can spare it."""
    voice = perception.track("voice")
    heard = voice is not None and bool((voice.values > 0.5).any())
    return heard or bool(spoken(perception))


def spoken(perception: Perception) -> list[Line]:
    """What is said; what is only to be read may stay for minutes, and nobody cuts it short."""
    return [
        line
        for line in perception.lines
        if line.source in QUOTABLE and line.source != "screen-text"
    ]


class Edges:
    """Moves the edges of spans to where nobody is in the middle of a sentence."""

    def __init__(self, perception: Perception, snap: float, rules: Rules):
        self.snap, self.rules = snap, rules
        self.closing = np.array([start for start, _ in rules.barred])
        self.opening = np.array([end for _, end in rules.barred])
        self.whole = perception.video.seconds
        self.settled = {edge for span in rules.kept for edge in span}  # never to be moved again
        said = sorted(spoken(perception), key=lambda line: line.start)
        self.starts = np.array([line.start for line in said])
        self.ends = np.array([line.end for line in said])
        voice = perception.track("voice")
        heard = voice is not None and len(voice.times) > 0
        self.times = voice.times if heard else np.zeros(1)
        self.voice = voice.values[:, 0].astype(np.float64) if heard else np.zeros(1)

    def move(self, spans: list[Span]) -> list[Span]:
        """The spans with each edge at the least cost within reach; never over the budget."""
        places = [list(span) for span in sorted(spans)]
        edges = np.array(places, float).ravel()
        torn = np.flatnonzero(self.cost(edges) > GAIN).tolist()
        torn = [edge for edge in torn if 0 < edges[edge] < self.whole]
        offered, gains = self._offers(edges[torn], np.array(torn, int) % 2)
        left = max(0.0, self.rules.budget - length(places))
        for row, edge in 2 * list(enumerate(torn)):  # again with what the first round gave back
            index, side = divmod(edge, 2)
            old = places[index][side]
            if old in self.settled:
                continue
            low, high = self._reach(places, index, side, left)
            within = np.where((offered[row] >= low) & (offered[row] <= high), gains[row], 0.0)
            best = int(within.argmax())
            if within[best] > GAIN:
                new = places[index][side] = float(offered[row, best])
                self.settled.add(new)
                left -= (new - old) * (1 if side else -1)
        return [(start, end) for start, end in places]

    def _offers(self, olds: np.ndarray, sides: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """(edges, offers): times each edge may move to, and what it would gain there."""
        offered = [olds[:, None] + np.arange(-self.snap, self.snap + GRID / 2, GRID)]
        for ends in (self.starts, np.sort(self.ends)):
            if len(ends):
                near = np.searchsorted(ends, olds)[:, None] + np.array([-1, 0])
                offered.append(ends[np.clip(near, 0, len(ends) - 1)])
        times = np.concatenate(offered, axis=1)
        away = times - olds[:, None]
        # rather complete a sentence than lose its beginning
        inward = np.maximum(0, away * np.where(sides, -1, 1)[:, None])
        price = self.cost(times.ravel()).reshape(times.shape) + 0.1 * np.abs(away) + 0.05 * inward
        return times, self.cost(olds)[:, None] - price

    def _reach(
        self, places: list[list[float]], index: int, side: int, left: float
    ) -> tuple[float, float]:
        """How far an edge may go: the snap, the neighbours, the time left, what is barred, and
        enough of the highlight itself."""
        start, end = places[index]
        old = places[index][side]
        rest = min(SHORTEST, end - start)
        if side:
            walls = self.closing[np.searchsorted(self.closing, old - 1e-6) :][:1].tolist()
            walls += [places[index + 1][0]] if index + 1 < len(places) else []
            low = max(old - self.snap, start + rest)
            return low, min([old + min(self.snap, left), self.whole, *walls])
        walls = self.opening[self.opening <= old + 1e-6][-1:].tolist()
        walls += [places[index - 1][1]] if index else []
        high = min(old + self.snap, end - rest)
        return max([old - min(self.snap, left), 0.0, *walls]), high

    def cost(self, times: np.ndarray) -> np.ndarray:
        """What it hurts to cut at each time: 0 in a pause, up to 2 inside a sentence."""
        cost = np.interp(times, self.times, self.voice)
        if len(self.starts):
            line = np.searchsorted(self.starts, times, side="right") - 1
            into = np.minimum(times - self.starts[line], self.ends[line] - times)
            cost += (line >= 0) * np.clip(into / TORN, 0, 1)
        return cost


def on_frames(spans: Sequence[Span], perception: Perception, rules: Rules) -> list[Span]:
    """The spans with their edges on frames, shortened by less than one at each end."""
    rate = float(perception.video.rate) or 100.0  # sound alone: hundredths of a second
    frames = [
        (math.ceil(start * rate - 1e-6), math.floor(end * rate + 1e-6)) for start, end in spans
    ]
    whole = [(first, last) for first, last in frames if last > first]
    # where less than a frame was asked for, one is the least there is; it might be barred, though
    if frames and not whole and not rules.barred:
        whole = [(frames[0][1], frames[0][1] + 1)]
    return [(first / rate, last / rate) for first, last in whole]


# -- single peaks ---------------------------------------------------------------------------------


def peaks(
    perception: Perception, preference: Preference, score: Score, config: SelectionConfig
) -> tuple[Highlight, ...]:
    """A few moments around the highest peaks of the saliency, in order of time: apart from each
    other, each short, together within the length; what the viewer pinned is in as ever."""
    whole = perception.video.seconds
    board = Board.of(perception, preference, score)
    budget = preference.length.of(whole)
    out = (*preference.drop, *score.barred)
    allowed = subtract([(0.0, whole)], [(event.start, event.end) for event in out])
    rules = Rules(
        budget,
        tuple(pinned(preference.keep, whole)),
        tuple(subtract([(0.0, whole)], allowed)),
    )
    admitted = perception.video.stretches(score.admitted)
    free = subtract(allowed if preference.fill else admitted, [*rules.barred, *rules.kept])
    spans = [*rules.kept, *around_peaks(board, free, budget - length(rules.kept), config)]
    spans = parted(Edges(perception, config.snap, rules).move(spans), rules)
    found = [
        Highlight(start, end, board.mean(start, end), why(score, rules, (start, end)))
        for start, end in on_frames(spans, perception, rules)
    ]
    return tuple(foremost(found, score.most, rules))


def parted(spans: Sequence[Span], rules: Rules) -> list[Span]:
    """The spans, in order, each beginning a little after the one before; what is kept stays."""
    found: list[Span] = []
    for start, end in spans:
        if found and (start, end) not in rules.kept and found[-1] not in rules.kept:
            start = max(start, found[-1][1] + GAP / 2)
        if end - start > 1e-6:
            found.append((start, end))
    return found


def around_peaks(
    board: Board, free: Sequence[Span], budget: float, config: SelectionConfig
) -> list[Span]:
    """Stretches around the highest peaks within the free spans, in order of time; never two of
    them closer than GAP, nor longer than the budget together."""
    if budget <= 1e-6 or not free:
        return []
    count = min(config.peaks, max(1, int(budget / SHORTEST + 1e-9)))
    seconds = list(pairwise(board.edges.tolist()))
    homes = [_home(free, *second) for second in seconds]
    values = [
        board.mean(*second) if home else -math.inf
        for second, home in zip(seconds, homes, strict=True)
    ]
    found: list[Span] = []
    chosen = spaced(np.array(values), count, config.apart)
    each = min(config.longest, budget / max(1, len(chosen)))
    for at in chosen:
        first, last = seconds[at]
        start, end = homes[at]
        before = max((b + GAP for _, b in found if b <= first), default=start)
        after = min((a - GAP for a, _ in found if a >= last), default=end)
        start = max(start, before, min(first, last - each))
        end = min(end, after, max(last, first + each))
        found.append(board.peak((start, end), each))
    return sorted(span for span in found if length([span]) > 1e-6)


def _home(spans: Sequence[Span], start: float, end: float) -> Span | None:
    """The span that holds most of a stretch, if any holds some of it."""
    shared = [min(end, last) - max(start, first) for first, last in spans]
    best = int(np.argmax(shared))
    return spans[best] if shared[best] > 1e-6 else None


def spaced(values: np.ndarray, count: int, apart: float) -> list[int]:
    """Indices of at most so many peaks, the highest first: always the highest one that is at least
    `apart` from those before it. A second on the slope of a higher one is no peak; -inf is out."""
    near = np.lib.stride_tricks.sliding_window_view(
        np.pad(values, SLOPE, constant_values=-np.inf), 2 * SLOPE + 1
    )
    open_ = np.isfinite(values) & (values >= near.max(axis=1))
    seconds = np.arange(len(values))
    chosen: list[int] = []
    while len(chosen) < count and open_.any():
        best = int(np.where(open_, values, -np.inf).argmax())
        chosen.append(best)
        open_ &= np.abs(seconds - best) >= apart
    return chosen


# -- shots by what a model saw --------------------------------------------------------------------


def by_shots(
    perception: Perception, preference: Preference, score: Score, config: SelectionConfig
) -> tuple[Highlight, ...]:
    """The knapsack over shots: stretches that look alike to a model, where one saw the video."""
    track, edges = perception.track("sight"), {event.start for event in perception.events}
    if track is not None:
        changes = [max(_between(edges, *gap), default=gap[1]) for gap in _changes(track)]
        edges = [0.0, *changes, perception.video.seconds]
        events = tuple(Event(start, end) for start, end in pairwise(edges))
        perception = replace(perception, events=events)
    return SELECTORS["knapsack"](perception, preference, score, config)


def _between(edges: Iterable[float], after: float, until: float) -> list[float]:
    """The known edges between two pictures, where it can't be seen when the later one began."""
    return [edge for edge in edges if after < edge <= until]


@lru_cache(maxsize=8)  # a wish changes nothing about where shots begin
def _changes(track: Track) -> tuple[Span, ...]:
    """The last time before each change and the first after it, by kernel change points."""
    count = len(track.times)
    taken = np.linspace(0, count - 1, min(count, PLACES)).round().astype(int)
    times, rows = track.times[taken], track.values[taken].astype(np.float64)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    most = int((times[-1] - times[0]) / SHORTEST) if count else 0
    found = change_points(rows, min(most, SHOTS)) if most else []
    return tuple((float(times[at - 1]), float(times[at])) for at in found)


SELECTORS = {
    "knapsack": partial(select, fill=partial(by_events, pick=most_worth)),
    "dpp": partial(select, fill=partial(by_events, pick=most_probable)),
    "refine": partial(select, fill=by_seconds),
    "peaks": peaks,
    "shots": by_shots,
}
