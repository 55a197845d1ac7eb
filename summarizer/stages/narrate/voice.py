"""How it is said: moments become sentences that do not open alike."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from summarizer.models.english import clock, listed
from summarizer.schema import Video
from summarizer.stages.narrate.facts import INSTANT
from summarizer.stages.narrate.moments import Moment, Span
from summarizer.stages.narrate.wording import COMPARED, clauses, joined


class Voice:
    """Puts moments into sentences that do not open alike."""

    def __init__(self, video: Video, spoken: Sequence[str]):
        self.whole = video.seconds
        self.openings = {opening(text) for text in spoken}
        self.first = opening(spoken[0]).split()[0]
        self.before = 0.0  # where the moment before ended
        self.told: dict[str, float] = {}  # clause -> the end of where it was last told
        self.uses: Counter[str] = Counter()  # of a clause
        self.turn = 0

    def say(self, moment: Moment) -> str:
        """The sentence of a moment."""
        forms = self.forms(moment)
        fresh = [form for form in forms if opening(form) not in self.openings] or forms
        other = [form for form in fresh if opening(form).split()[0] != self.first] or fresh
        text = other[0][0].upper() + other[0][1:]
        self.openings.add(opening(text))
        self.first = opening(text).split()[0]
        self.before = moment.end
        self.uses.update(fact.told for fact in moment.facts)
        self.told |= {fact.told: moment.end for fact in moment.facts}
        self.turn += 1
        return text

    def forms(self, moment: Moment) -> list[str]:
        """Ways to say it, the most fitting first."""
        time, quote = times(moment.spans), moment.quote
        told = self.again(moment)
        what = joined([*told, quote] if moment.quote else told)
        plain = [
            f"{time}, {what}.",
            f"then, {time}, {what}.",
            f"after that, {time}, {what}.",
            f"next, {time}, {what}.",
            f"later, {time}, {what}.",
            f"further on, {time}, {what}.",
        ]
        if moment.quote:
            plain.insert(0, f"{quote} {time}" + (f", while {joined(told)}." if told else "."))
        else:
            more = f", and {joined(told[1:])}" if told[1:] else ""
            dated = not moment.facts or moment.clauses[0] != moment.facts[0].told
            plain.insert(1, f"{told[0]} {time}{more}." if not dated else plain[0])
        turn = self.turn % 2  # by turns the time or the thing comes first
        plain = plain[turn : turn + 1] + plain[:turn] + plain[turn + 1 :]
        return [f"{place}, {what}." for place in self.places(moment)] + plain

    def places(self, moment: Moment) -> Iterator[str]:
        """Where in the video it is, in words that fit."""
        time, start, end = times(moment.spans), moment.start, moment.end
        if len(moment.spans) == 1 and start < 1 and self.turn == 0:
            yield "right at the start" + (f", until {clock(end)}" if end > INSTANT else "")
        if len(moment.spans) == 1 and end > self.whole - 0.5 and start > 0.7 * self.whole:
            yield f"at the very end, from {clock(start)} on"
        elif start > 0.85 * self.whole:
            yield f"near the end, {time}"
        if 0.45 < (start + end) / 2 / self.whole < 0.55 and end - start < 0.2 * self.whole:
            yield f"halfway through, {time}"
        gap = start - self.before
        if self.turn and 0 < gap < min(8, 0.1 * self.whole) and len(moment.spans) == 1:
            yield f"a moment later, {time}"
        if self.turn and gap > max(30, 0.25 * self.whole):
            yield f"much later, {time}"

    def again(self, moment: Moment) -> list[str]:
        """The clauses: in other words where they were used before, and the first with "again"
        where what it tells had stopped in between."""
        said = list(moment.clauses)
        for at, fact in enumerate(moment.facts):
            since = self.told.get(fact.told)
            stopped = since is not None and not fact.there[int(since) : int(moment.start)].all()
            plainly = said[at] == fact.told and fact.concept not in COMPARED
            ways = clauses(fact.concept)
            way = ways[self.uses[fact.told] % len(ways)]
            again = " again" * (at == 0 and stopped and plainly)
            said[at] = said[at] + again if again else said[at].replace(fact.told, way, 1)
        return said


def times(spans: Sequence[Span]) -> str:
    """'at 0:14', 'from 0:14 to 0:20 and from 0:31 to 0:40'."""
    return listed(
        [
            f"from {clock(start)} to {clock(end)}"
            if end - start > INSTANT
            else f"at {clock(start)}"
            for start, end in spans
        ]
    )


def opening(text: str) -> str:
    """The first two words of a sentence, which no other may start with; times are all alike."""
    words = re.findall(r"[\w:']+", re.sub(r"\d[\d:]*", "0", text.lower()))
    return " ".join(words[:2]) or text
