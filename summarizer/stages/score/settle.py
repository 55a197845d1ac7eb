"""The wish as a whole: what became of all its parts, where all of it holds, and how to say so."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from summarizer.models.english import clock, lasting, listed
from summarizer.schema import Answer, Curve, Event, Perception, Term, Video, Wish
from summarizer.stages.score.interest import Part
from summarizer.stages.score.judge import Finding, Judge
from summarizer.stages.score.seconds import (
    duration,
    measure,
    once,
    quoted,
    roomy,
    unique,
    without_gaps,
)

WANTED = 0.7  # share of the saliency for what was asked for; the rest ranks within it
ALONE = 0.7  # share for what is left out where nothing else is asked for
CONDITIONS = 0.1  # share for when it may be and for what is left out
UNSEEN = 3  # seconds; what was there before and after is hardly gone for less


@dataclass(frozen=True, eq=False)
class Verdict:
    """What became of a wish: the answer, the seconds that may enter, the curves that say so."""

    answer: Answer
    admitted: np.ndarray  # (seconds,) bool
    asked: tuple[Part, ...] = ()
    barred: tuple[Event, ...] = ()


@dataclass(frozen=True, eq=False)
class Group:
    """Findings that have to hold together."""

    findings: tuple[Finding, ...]

    @property
    def kind(self) -> str:
        kinds = {finding.kind for finding in self.findings}
        return next(kind for kind in ("absent", "found", "cannot") if kind in kinds)

    @property
    def usable(self) -> list[Finding]:
        return [each for each in self.findings if each.there is not None and each.there.any()]

    @property
    def apart(self) -> bool:
        """Whether all of it is there, but never at once."""
        sure = [each for each in self.usable if not each.term.hint] or self.usable
        return bool(sure) and not np.all([each.there for each in sure], axis=0).any()

    @property
    def there(self) -> np.ndarray | None:
        """(seconds,): where all of it is, or any where it never meets; nothing to go by: None."""
        if not self.usable or self.kind == "absent":
            return None
        # a calm moment may do for calm music, but not where it has no music
        sure = [each for each in self.usable if not each.term.hint]
        return (np.any if self.apart else np.all)([e.there for e in sure or self.usable], axis=0)

    @property
    def label(self) -> str:
        labels = [each.label for each in self.usable]
        sure = [each.label for each in self.usable if not each.term.hint]
        if sure and len(sure) < len(labels):
            labels = sure  # what only hints ranks, but is not what was found
        elif self.apart:
            return f"{' or '.join(labels)} (never both at once)"
        return " together with ".join(labels)


def settle(perception: Perception, wish: Wish, judge: Judge) -> Verdict:
    """The findings on all terms, and the times, brought together."""
    everything = np.ones(perception.video.rows, bool)
    if not wish.english:
        said = judge.said(Term(wish.text, said=True), nearly=False)
        if said is None:
            text = "I read wishes in English only, so here is the best of the video instead."
            return Verdict(Answer("cannot", text), everything)
        return Settling(perception.video, wish, judge, [said]).verdict()
    if not wish.terms and not wish.whens:
        return Verdict(Answer("open"), everything)
    if quote := judge.remembered():
        return Settling(perception.video, wish, judge, [quote]).verdict()
    return Settling(
        perception.video, wish, judge, [judge.find(each) for each in wish.terms]
    ).verdict()


class Settling:
    """Brings the findings of one wish together: where all of it holds, and how to say so."""

    def __init__(self, video: Video, wish: Wish, judge: Judge, findings: Sequence[Finding]):
        self.video, self.wish, self.judge = video, wish, judge
        self.unwanted = [each for each in findings if each.term.no]
        self.groups = _grouped([each for each in findings if not each.term.no])
        self.time = _times(wish, video)
        masks = [group.there for group in self.groups if group.there is not None]
        self.guided = bool(masks)
        self.wanted = np.any(masks, axis=0) if masks else np.ones(video.rows, bool)
        out = [without_gaps(each.there, UNSEEN) for each in self.unwanted if each.there is not None]
        self.out = np.any(out, axis=0) if out else np.zeros(video.rows, bool)
        self.free = self.time & ~self.out
        self.there = self.wanted & self.free

    def verdict(self) -> Verdict:
        kind = self.kind()
        admitted = {
            "found": roomy(self.there, self.free),
            "absent": np.zeros(self.video.rows, bool),
            "cannot": roomy(self.there, self.free) if self.there.any() else self.free,
        }[kind]
        seconds = duration(self.there, self.video) if kind == "found" else 0.0
        barred = [self.out, ~_times(self.wish, self.video, only_no=True)]
        return Verdict(
            Answer(kind, " ".join(self.notes(kind)), seconds),
            admitted,
            tuple(self.asked()),
            tuple(Event(*span) for mask in barred for span in self.video.stretches(mask)),
        )

    def kind(self) -> Literal["found", "absent", "cannot"]:
        kinds = {group.kind for group in self.groups}
        if not self.time.any():
            return "absent"
        if "found" in kinds or not kinds:
            helpless = not kinds and not self.wish.whens and not self.out.any()
            blind = helpless and any(each.kind == "cannot" for each in self.unwanted)
            return "cannot" if blind else "found" if self.there.any() else "absent"
        return "cannot" if "cannot" in kinds else "absent"

    def asked(self) -> list[Part]:
        """The curves of what was asked for; of when, and of what was not wanted, turned round."""
        wanted = [each for group in self.groups for each in group.findings if each.curve]
        conditions = [
            Curve.of(f"without {each.label}", each.curve.sense, 1 - each.curve.array)
            for each in self.unwanted
            if each.curve
        ]
        counting = max(1, sum(each.there.any() for each in wanted))
        parts = [
            # what is nowhere is shown, but does not count
            Part(each.curve, WANTED / counting * bool(each.there.any()), each.label)
            for each in wanted
        ]
        if self.wish.whens:
            conditions.append(Curve.of("when you asked for", "wish", self.time))
        weight = CONDITIONS if parts or self.wish.whens else ALONE
        return parts + [Part(curve, weight / len(conditions), "") for curve in conditions]

    # -- in words

    def notes(self, kind: str) -> list[str]:
        """The answer, sentence by sentence."""
        if not self.time.any():
            whole = lasting(self.video.seconds)
            return [f"The video is only {whole} long; there is no {self.when()}."]
        findings = [each for group in self.groups for each in group.findings]
        unknown = [each.label for each in findings if each.kind == "cannot" and not each.note]
        notes = [*self.whereabouts(kind), *(each.note for each in findings if each.note)]
        notes += [self.judge.confess(unknown, whole=kind == "cannot")] if unknown else []
        notes += [self.left_out(each) for each in self.unwanted]
        if kind == "cannot" and not (self.guided and self.there.any()):
            notes.append("Here is the best of the video instead.")
        return once(notes, self.judge.by_words)

    def whereabouts(self, kind: str) -> list[str]:
        """How much was found, where that is not told by the findings themselves."""
        found = [group for group in self.groups if group.kind == "found"]
        if not self.groups and self.wish.whens:
            spans = [f"{clock(a)} to {clock(b)}" for a, b in self.video.stretches(self.free)]
            return [f"As you asked: {listed(spans)}."] if spans else ["That leaves nothing."]
        if found and kind == "absent":
            labels = listed(group.label for group in found)
            if (self.wanted & self.time).any():
                return [f"Found {labels}, but never without what you left out."]
            first = clock(int(self.wanted.argmax()))
            return [f"Found {labels}, but only from {first}, which is not {self.when()}."]
        amounts = [
            f"{group.label}, {measure(group.there & self.free, self.video)}"
            for group in found
            if any(not each.note for each in group.usable)
        ]
        then = f" ({self.when()})" if self.wish.whens else ""
        return [f"Found{then}: {'; '.join(amounts)}."] if amounts else []

    def when(self) -> str:
        """The times of the wish as they were typed."""
        return listed(unique("not " * when.no + quoted(when.words) for when in self.wish.whens))

    def left_out(self, finding: Finding) -> str:
        if finding.there is not None and finding.there.any():
            amount = measure(finding.there, self.video)
            return finding.note if finding.term.hint else f"Left out: {finding.label}, {amount}."
        if finding.kind == "absent":
            return f"Nothing had to be left out ({finding.label})."
        blind = f"I can't leave out {finding.label}: I can't {self.judge.blind} here."
        return finding.note or blind


def _grouped(findings: Sequence[Finding]) -> list[Group]:
    groups: list[Group] = []
    for finding in findings:
        if finding.term.joined and groups:
            groups[-1] = Group((*groups[-1].findings, finding))
        else:
            groups.append(Group((finding,)))
    return groups


def _times(wish: Wish, video: Video, *, only_no: bool = False) -> np.ndarray:
    """(seconds,): where the times of the wish allow."""
    asked, barred = np.zeros(video.rows, bool), np.zeros(video.rows, bool)
    for when in wish.whens:
        start, end = when.span(video.seconds)
        mask = barred if when.no else asked
        mask[int(start) : int(np.ceil(end - 1e-6)) if end > start else 0] = True
    anytime = only_no or all(when.no for when in wish.whens)
    return (asked | anytime) & ~barred
