"""From a text about the little world back to facts: what it says, and of which stretch.

Everything it names counts, so a text that names more than is true says more that is wrong.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from summarizer.data.world.values import (
    COLOURS,
    INSTRUMENTS,
    MUSIC,
    THINGS,
    Clip,
    Fact,
    facts,
)
from summarizer.data.world.wishing import Wish, matching
from summarizer.data.world.words import vocabulary

TAG = re.compile(r"\[(\d{1,3}):([0-5]\d)-(\d{1,3}):([0-5]\d)\]")
DENIED = re.compile(r"\b(?:no|not|never|nowhere|nothing)\b")
ARTICLE = re.compile(r"^(?:a|an|the) ")
SLACK = 1.0  # seconds that a time may be off
# kind of fact <- the lists of the vocabulary that hold words for it
LISTS = {
    "thing": ("thing",),
    "action": ("verb", "ing"),
    "place": ("where", "place"),
    "sound": ("sound", "clause"),
    "tempo": ("tempo",),
    "mood": ("mood",),
}


@dataclass(frozen=True)
class Said:
    """What is said of a stretch, or of no stretch in particular. A kind of fact may be "absent"."""

    facts: frozenset[Fact]
    start: float | None = None
    end: float | None = None


@dataclass(frozen=True)
class Agreement:
    """How many facts are right, of how many said and how many that were to be said."""

    right: int
    said: int
    due: int


def facts_of(text: str) -> tuple[Said, ...]:
    """What a text says, a stretch at a time."""
    head, *rest = TAG.split(text)
    found = [Said(_read(head))] if head.strip() else []
    for at in range(0, len(rest), 5):
        *times, sentence = rest[at : at + 5]
        minute, second, last_minute, last_second = map(int, times)
        start, end = 60.0 * minute + second, 60.0 * last_minute + last_second
        found.append(Said(_read(sentence), start, end))
    return tuple(found)


def due(clip: Clip, wish: Wish) -> tuple[Said, ...]:
    """What a perfect story of a clip says."""
    if numbers := matching(clip, wish):
        scenes = [clip.scenes[number] for number in numbers]
        return tuple(Said(facts(clip, s.start, s.end), s.start, s.end) for s in scenes)
    absent = frozenset(Fact("absent", need.what) for need in wish.needs)
    return (Said(absent, 0.0, clip.seconds),)


def agreement(said: Sequence[Said], due: Sequence[Said]) -> Agreement:
    """Count the facts that are said of the right stretch, by SLACK seconds. Each counts once."""
    claims = [(fact, each) for each in said for fact in sorted(each.facts)]
    wanted = [(fact, each) for each in due for fact in sorted(each.facts)]
    open_, right = list(wanted), 0
    for fact, each in claims:
        match = next((w for w in open_ if w[0] == fact and _same(w[1], each)), None)
        if match:
            open_.remove(match)
            right += 1
    return Agreement(right, len(claims), len(wanted))


def _same(one: Said, other: Said) -> bool:
    if None in (one.start, other.start):
        return one.start == other.start
    return abs(one.start - other.start) <= SLACK and abs(one.end - other.end) <= SLACK


# -- words ----------------------------------------------------------------------------------------


@cache
def _phrases() -> tuple[re.Pattern, dict[str, Fact]]:
    """What to look for, the longest first, and what each of it means."""
    meant = {colour: Fact("colour", colour) for colour in COLOURS}
    meant |= {instrument: Fact("instrument", instrument) for instrument in INSTRUMENTS}
    meant |= {"music": Fact("sound", MUSIC), "piece": Fact("sound", MUSIC)}
    meant |= {thing: Fact("thing", thing) for thing in THINGS}
    for kind, lists in LISTS.items():
        for name, words in [pair for each in lists for pair in vocabulary()[each].items()]:
            meant |= {ARTICLE.sub("", text): Fact(kind, name) for text in (name, *words)}
    longest = sorted(meant, key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(map(re.escape, longest))})\b"), meant


def _read(sentence: str) -> frozenset[Fact]:
    looked, meant = _phrases()
    text = " ".join(sentence.lower().split())
    found: set[Fact] = set()
    colour, thing = None, None  # a colour right before this place, and the last thing named
    for match in looked.finditer(text):
        fact = meant[match[0]]
        if colour:
            adjacent = fact.kind == "thing" and match.start() == colour[1]
            found.add(_coloured(colour[0], fact.what if adjacent else ""))
        colour = (fact.what, match.end() + 1) if fact.kind == "colour" else None
        thing = fact.what if fact.kind == "thing" else thing
        if fact.kind == "action" and thing:
            fact = Fact("doing", f"{thing} {fact.what}")
        if not colour:
            found.add(fact)
    if colour:
        found.add(_coloured(colour[0], ""))
    return _denied(found) if DENIED.search(text) else frozenset(found)


def _coloured(colour: str, thing: str) -> Fact:
    return Fact("coloured", f"{colour} {thing}") if thing else Fact("colour", colour)


def _denied(found: set[Fact]) -> frozenset[Fact]:
    """What is said not to be there: no red car, which is less than no car."""
    return frozenset(
        Fact("absent", fact.what)
        for fact in found - {wide for fact in found for wide in _wider(fact)}
    )


def _wider(fact: Fact) -> set[Fact]:
    """What a fact says by the way."""
    if fact.kind in ("coloured", "doing"):
        return {Fact("thing", name) for name in fact.what.split() if name in THINGS}
    return {Fact("sound", MUSIC)} if fact.kind in ("instrument", "tempo", "mood") else set()
