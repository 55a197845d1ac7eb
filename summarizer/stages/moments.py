"""Which moments of the video a slow model should look at: those at the heart of the events."""

import heapq
from collections.abc import Sequence

import numpy as np

from summarizer.schema import Event

APART = 0.5  # seconds; an event gets no more moments than fit into it at this distance
PLAIN = 0.1  # what a second counts where nothing is rich; a rich one counts up to 1 more


def moments(events: Sequence[Event], richness: np.ndarray, budget: int) -> tuple[float, ...]:
    """At most `budget` times, in order: more in longer and richer events, at least one in each.

    `richness` is one number in [0, 1] a second. A single moment is an event's centre of mass;
    several are those of parts of equal mass. With fewer moments than events, the video is cut
    into stretches of equal mass, and the heaviest event in each gets one.
    """
    masses = [_mass(event, richness) for event in events]
    shares = _shares(
        [mass[:, 1].sum() for mass in masses], [_room(each) for each in events], budget
    )
    return tuple(
        time
        for event, mass, share in zip(events, masses, shares, strict=True)
        for time in _within(event, mass, share)
    )


def _room(event: Event) -> int:
    return max(1, int(event.seconds / APART)) if event.seconds > 0 else 0


def _mass(event: Event, richness: np.ndarray) -> np.ndarray:
    """Pieces of the event, each of one richness: (pieces, 2), where each ends and its mass."""
    inner = np.arange(np.floor(event.start) + 1, np.ceil(event.end))
    ends = np.append(inner, event.end)
    starts = np.append(event.start, inner)
    known = np.nan_to_num(np.asarray(richness, np.float64)).clip(0, 1)
    cells = np.floor(starts).astype(int)
    rich = np.where(cells < len(known), np.append(known, 0.0)[np.minimum(cells, len(known))], 0.0)
    return np.stack([ends, (ends - starts) * (PLAIN + rich)], axis=1)


def _shares(weights: Sequence[float], rooms: Sequence[int], budget: int) -> list[int]:
    """How many moments each event gets; no event more than it has room for."""
    there = [place for place, room in enumerate(rooms) if room]
    shares = [0] * len(rooms)
    if budget < len(there):
        for place in _heaviest(there, weights, max(0, budget)):
            shares[place] = 1
        return shares
    for place in there:
        shares[place] = 1
    # the highest averages of Sainte-Laguë: the next moment goes where one stands for most
    waiting = [(-weights[place] / 3, place) for place in there if rooms[place] > 1]
    heapq.heapify(waiting)
    for _ in range(budget - len(there)):
        if not waiting:
            break
        _, place = heapq.heappop(waiting)
        shares[place] += 1
        if shares[place] < rooms[place]:
            heapq.heappush(waiting, (-weights[place] / (2 * shares[place] + 1), place))
    return shares


def _heaviest(there: Sequence[int], weights: Sequence[float], count: int) -> set[int]:
    """`count` of the events: the heaviest of each of so many stretches, then the heaviest left."""
    if not count:
        return set()
    heavy = np.array([weights[place] for place in there])
    middles = (heavy.cumsum() - heavy / 2) / heavy.sum()
    stretches = np.minimum(count - 1, (middles * count).astype(int))
    order = sorted(range(len(there)), key=lambda each: (-heavy[each], each))
    first = {
        stretches[each]: each for each in reversed(order)
    }  # the heaviest comes last, and stays
    chosen = set(first.values())
    chosen |= set([each for each in order if each not in chosen][: count - len(chosen)])
    return {there[each] for each in chosen}


def _within(event: Event, mass: np.ndarray, count: int) -> list[float]:
    """The centres of mass of `count` parts of equal mass, each within the event."""
    if not count:
        return []
    ends = np.append(0.0, mass[:, 0] - event.start)
    heaped = np.append(0.0, mass[:, 1].cumsum())
    cuts = np.interp(np.linspace(0, heaped[-1], count + 1), heaped, ends)
    points = np.union1d(cuts, ends)
    pieces = np.diff(np.interp(points, ends, heaped))
    middles = (points[:-1] + points[1:]) / 2
    part = np.clip(np.searchsorted(cuts, middles, side="right") - 1, 0, count - 1)
    moment = np.bincount(part, pieces * middles, count) / np.bincount(part, pieces, count)
    last = np.nextafter(event.end, event.start)
    return [float(min(event.start + each, last)) for each in moment]
