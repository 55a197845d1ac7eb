"""What somebody may want of a clip, where it is there, and how much each second is worth then."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from math import ceil

import numpy as np

from summarizer.data.world.planning import coloured, part_of, pick, training
from summarizer.data.world.values import (
    GRID,
    INSTRUMENTS,
    NOISES,
    PLACES,
    THINGS,
    Clip,
    Fact,
    facts,
    lasting,
)
from summarizer.data.world.words import Draw, filled, pattern, slots

PARTLY = 0.6  # worth of a second that has all of a wish but a little
KINDRED = 0.4  # of the right thing in another colour, or doing something else
CALM = 0.1  # worth of a second in which nothing happens, where nothing is wished for
HINT = 0.05  # how much of that is left where something is
MOTION = {"rests": 0.0, "grows": 0.2, "shrinks": 0.2, "blinks": 0.3, "bounces": 0.4, "shakes": 0.4}
MOVES = 0.25  # of other actions
ONSET, CUT, LOUD = 0.3, 0.1, 0.15


@dataclass(frozen=True)
class Wish:
    """What is wanted: a text and all that has to hold at once; nothing in particular if empty."""

    text: str = ""
    kind: str = ""
    needs: tuple[Fact, ...] = ()


def wishes(clip: Clip, draw: Draw) -> tuple[Wish, ...]:
    """The empty wish, one of each kind the clip can fulfil, and two it can't."""
    scene = pick(draw, clip.scenes)
    here = sorted(truths(clip, scene.start, scene.end))
    found = [Wish()]
    for kind in training()["wishes"]:
        choices = [[fact for fact in here if fact.kind == each] for each in kind.split()]
        if all(choices):
            found.append(_worded(clip, kind, tuple(pick(draw, each) for each in choices), draw))
    there = {fact for each in clip.scenes for fact in truths(clip, each.start, each.end)}
    absent = [need for need in _missing(clip, draw) if need not in there]
    found.append(_worded(clip, absent[0].kind, (absent[0],), draw))
    heard = next(need for need in absent if need.kind == "sound")
    seen = pick(draw, [fact for fact in here if fact.kind == "coloured"])
    found.append(_worded(clip, "coloured sound", (seen, heard), draw))
    return tuple(found)


def _missing(clip: Clip, draw: Draw) -> Iterator[Fact]:
    """What a clip may lack, in any order; no thing and colour that its part may not name."""
    actor = pick(draw, pick(draw, clip.scenes).actors)
    pairs = coloured(part_of(clip.seed))
    kindred = [f"{colour} {thing}" for thing, colour in pairs if thing == actor.thing]
    everything = {
        "thing": THINGS,
        "coloured": kindred,
        "place": PLACES,
        "sound": NOISES,
        "instrument": INSTRUMENTS,
    }
    for kind in draw.permutation(list(everything)).tolist():
        for what in draw.permutation(everything[kind]).tolist():
            yield Fact(kind, what)


def _worded(clip: Clip, kind: str, needs: tuple[Fact, ...], draw: Draw) -> Wish:
    said = {slot: text for need in needs for slot, text in slots(draw, need).items()}
    return Wish(filled(pattern(draw, clip, "wishes", kind), **said), kind, needs)


# -- where it is there ----------------------------------------------------------------------------


def matching(clip: Clip, wish: Wish) -> list[int]:
    """The numbers of the scenes in which all of a wish holds for a second."""
    return [
        number
        for number, scene in enumerate(clip.scenes)
        if set(wish.needs) <= truths(clip, scene.start, scene.end)
    ]


def windows(clip: Clip, wish: Wish) -> tuple[tuple[float, float], ...]:
    """The stretches in which all of a wish holds; none where nothing in particular is wished."""
    found: list[tuple[float, float]] = []
    for time in np.arange(0, clip.seconds, GRID).tolist() if wish.needs else ():
        if set(wish.needs) <= truths(clip, time, time + GRID):
            touching = found and found[-1][1] == time
            found.append((found.pop()[0] if touching else time, time + GRID))
    return tuple(found)


@lru_cache(512)
def truths(clip: Clip, start: float, end: float) -> frozenset[Fact]:
    """The facts of a stretch, and its colours and actions by themselves: what may be wished."""
    found = facts(clip, start, end)
    colours = {Fact("colour", fact.what.split()[0]) for fact in found if fact.kind == "coloured"}
    actions = {Fact("action", fact.what.split(" ", 1)[1]) for fact in found if fact.kind == "doing"}
    return found | colours | actions


# -- what each second is worth --------------------------------------------------------------------


def saliency(clip: Clip, wish: Wish) -> np.ndarray:
    """How much each second is worth, (seconds,) float32 in [0, 1]: 1 where all of the wish holds.

    Where a part of it does it is PARTLY at most. For the empty wish it is how much happens.
    """
    events = _eventful(clip)
    if not wish.needs:
        return events
    worth = np.array([_worth(clip, wish, time) for time in np.arange(0, clip.seconds, GRID)])
    padded = np.append(worth, worth[-1:]) if len(worth) % 2 else worth
    return np.maximum(padded.reshape(-1, 2).mean(1), HINT * events).astype(np.float32)


def _worth(clip: Clip, wish: Wish, time: float) -> float:
    here = truths(clip, float(time), float(time + GRID))
    if set(wish.needs) <= here:
        return 1.0
    return PARTLY * float(np.mean([_held(need, here) for need in wish.needs]))


def _held(need: Fact, here: frozenset[Fact]) -> float:
    if need in here:
        return 1.0
    thing = {"coloured": need.what.split()[-1], "doing": need.what.split()[0]}.get(need.kind)
    return KINDRED if Fact("thing", thing) in here else 0.0


def _eventful(clip: Clip) -> np.ndarray:
    """How much happens: things that move, sounds that begin or are loud, cuts."""
    rows = [_happening(clip, float(second)) for second in range(ceil(clip.seconds))]
    return np.clip(rows, 0, 1).astype(np.float32)


def _happening(clip: Clip, second: float) -> float:
    last = min(second + 1, clip.seconds)
    (scene, *_) = lasting(clip.scenes, second, last)
    loud = [sound.level for sound in lasting(clip.sounds, second, last)]
    moves = sum(MOTION.get(actor.action, MOVES) for actor in scene.actors)
    begins = any(second <= sound.start < last for sound in clip.sounds)
    cut = any(second <= each.start < last for each in clip.scenes[1:])
    return CALM + moves + ONSET * begins + CUT * cut + LOUD * max(loud, default=0.0)
