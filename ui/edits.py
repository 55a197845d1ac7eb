"""What a viewer changed by hand, as pure values: what stays, and what stays out.

- A pin stays, whole and with just these edges, at any length; what else is in has to fit beside
  it. Pins that together are longer than the length make the reel longer than the length: nobody's
  own choice is cut. Pins never overlap.
- A drop stays out, even to fill the length, until it is restored.
- A nudge moves one edge and pins what it makes. What it takes away stays out, too: the drop list
  then has the stretch in which the pin stands alone, its frame. A frame reaches under its pin, a
  drop never does; that is how they are told apart, also in a summary.json. Unpinning frees both.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from summarizer.schema import Event, Highlight

LEAST = 0.5  # seconds that are left of a moment however often it is nudged
SAME = 1e-3  # seconds; what is nearer is the same, and what overlaps by less only touches

Moment = Event | Highlight


@dataclass(frozen=True)
class Edits:
    """What the viewer pinned, and what may only be in the reel where it is pinned."""

    keep: tuple[Event, ...] = ()
    drop: tuple[Event, ...] = ()

    @property
    def dropped(self) -> tuple[Event, ...]:
        """What the viewer dropped, without the frames of nudged pins."""
        return tuple(each for each in self.drop if not any(_meet(each, pin) for pin in self.keep))

    def pinned(self, moment: Moment) -> Event | None:
        """The pin that a moment is, if it is one."""
        middle = (moment.start + moment.end) / 2
        return next((pin for pin in self.keep if pin.start <= middle <= pin.end), None)


def pin(edits: Edits, moment: Moment) -> Edits:
    """The moment stays as it is; a pin that it overlaps gives way."""
    span = Event(moment.start, moment.end)
    if span in edits.keep:
        return edits
    for other in edits.keep:
        if _meet(other, span):
            edits = unpin(edits, other)
    return Edits((*edits.keep, span), _without(edits.drop, span))


def unpin(edits: Edits, moment: Moment) -> Edits:
    """The moment and what was nudged away from it are free again, to be chosen or not."""
    mine = edits.pinned(moment)
    if mine is None:
        return edits
    keep = tuple(each for each in edits.keep if each != mine)
    return Edits(keep, tuple(each for each in edits.drop if not _meet(each, mine)))


def drop(edits: Edits, moment: Moment) -> Edits:
    """The moment is out and stays out, and so does what was nudged away from it."""
    mine = edits.pinned(moment)
    gone = _hull([moment, *([mine, *_frames(edits, mine)] if mine else [])])
    for other in edits.keep:
        if _meet(other, moment):
            edits = unpin(edits, other)
        elif other != mine:
            gone = _beside(gone, moment, other)
    if any(each.start <= gone.start and gone.end <= each.end for each in edits.dropped):
        return edits
    return Edits(edits.keep, (*_without(edits.drop, gone), gone))


def restore(edits: Edits, event: Moment) -> Edits:
    """What was dropped over this stretch may come back."""
    mine = set(edits.dropped)
    back = tuple(each for each in edits.drop if not (each in mine and _meet(each, event)))
    return Edits(edits.keep, back)


def nudge(
    edits: Edits, moment: Moment, edge: Literal["start", "end"], by: float, seconds: float
) -> Edits:
    """One edge of the moment moved by so many seconds, within a video of this length, up to the
    next pin, and never so far that less than LEAST is left; the moment is then a pin."""
    old = edits.pinned(moment) or Event(moment.start, moment.end)  # not rounded to frames
    others = [pin for pin in edits.keep if pin != old]
    low = max([0.0, *(pin.end for pin in others if pin.end <= old.start + SAME)])
    high = min([seconds, *(pin.start for pin in others if pin.start >= old.end - SAME)])
    start, end = old.start, old.end
    if edge == "start":
        start = min(max(start + by, min(low, start)), max(end - LEAST, start))
    else:
        end = max(min(end + by, max(high, end)), min(start + LEAST, end))
    new = Event(start, end)
    if new == old:
        return edits
    frame = _hull([old, new, *_frames(edits, old)])
    for other in others:
        frame = _beside(frame, new, other)
    edits = pin(unpin(edits, old), new)
    alone = () if frame == new else (frame,)
    return Edits(edits.keep, (*edits.drop, *alone))


def _meet(one: Moment, other: Moment) -> bool:
    """Whether two stretches overlap; to touch is not enough."""
    return min(one.end, other.end) - max(one.start, other.start) > SAME


def _hull(moments: Iterable[Moment]) -> Event:
    moments = list(moments)
    return Event(min(each.start for each in moments), max(each.end for each in moments))


def _frames(edits: Edits, mine: Event) -> list[Event]:
    """The stretches in which a pin stands alone."""
    return [each for each in edits.drop if _meet(each, mine)]


def _beside(stretch: Event, moment: Moment, other: Event) -> Event:
    """The part of a stretch around a moment that does not reach under another pin."""
    if not _meet(stretch, other):
        return stretch
    if other.start >= (moment.start + moment.end) / 2:
        return Event(stretch.start, min(stretch.end, other.start))
    return Event(max(stretch.start, other.end), stretch.end)


def _without(events: Iterable[Event], span: Event) -> tuple[Event, ...]:
    """The stretches without what lies under a span."""
    left: list[Event] = []
    for each in events:
        if not _meet(each, span):
            left.append(each)
            continue
        before, after = Event(each.start, span.start), Event(span.end, each.end)
        left += [part for part in (before, after) if part.seconds > SAME]
    return tuple(left)
