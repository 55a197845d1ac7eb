"""One thing in a wish: by measure, by what a model saw or heard, by what is said; or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from summarizer.config import PRESETS
from summarizer.models import hub
from summarizer.models.english import clock, listed
from summarizer.models.matching import PHRASE, Embed, same_meaning, same_words, verbatim
from summarizer.schema import QUOTABLE, Concept, Curve, Line, Perception, Term, Track, Wish
from summarizer.stages.score.interest import DRAWS
from summarizer.stages.score.seconds import measure, quoted, unique

Behold = Callable[[str, Track], np.ndarray]  # words, what a model left -> (rows,) in [0, 1]

NEARLY = 0.75  # of the best line's share of the words; what has fewer of them is not meant
MOSTLY = 0.6  # share of the video; what holds longer picks no part of it
SOME = 0.05  # share of the video; less than that is too little to go by
PART = 0.25  # share of the video that what only hints at a wish may admit, where it has to rank
CONTRAST = 0.08  # of a curve; where it varies less, no part is more so than the rest
MEASURES = (0.9, 0.8, 0.7, 0.6)  # shares of the video that a part may stand out from
THERE = 0.5  # of a relevance curve: from here on it is there
HINT = 0.3  # of a relevance curve: not there, but the nearest to it
WATCHED = {draw.curve for draw in DRAWS if draw.side == "watch"} | {"light", "camera shakes"}
HEARD = {draw.curve for draw in DRAWS if draw.side == "listen"} | {
    "loudness above usual",
    "silence",
    "steady noise",
    "noise bursts",
    "beat",
    "tempo",
    "whistle-like tone",
    "gliding tone",
    "energy of the sound",
    "leaning of the music",
}
TALK = {"speech", "words"}  # curves that tell of the same
QUESTIONS = {"how", "why", "what", "who", "whose", "which", "whether", "where"}
MEANT = 0.8  # of a likeness in meaning; from here on a line says what the whole wish says
# the tracks that texts can be compared with, and what the model that left them does
BEHELD = {"sight": "see", "hearing": "hear"}
SENTENCES = {"sentence", "line", "quote", "remark"}
TITLES = {"title slide", "title card", "title page"}
HEADINGS = ("title", "screen-text")  # the sources of lines that may be one


@dataclass(frozen=True, eq=False)
class Finding:
    """What was found out about one thing in a wish."""

    term: Term
    kind: Literal["found", "absent", "cannot"]
    label: str  # "music"
    note: str = ""  # a sentence, where the label alone does not tell it
    curve: Curve | None = None  # how much it is there; nothing where nothing can be gone by

    @property
    def there(self) -> np.ndarray | None:
        return self.curve.array >= THERE if self.curve else None


class Judge:
    """Judges what a wish asks for by what was perceived, and says what it cannot judge."""

    def __init__(
        self, perception: Perception, wish: Wish, blind: str, embed: Embed, behold: Behold
    ):
        self.perception, self.wish = perception, wish
        self.blind = blind or "judge that"
        self.embed, self.behold = embed, behold
        tracks = [(perception.track(name), verb) for name, verb in BEHELD.items()]
        self.models = [(track, verb) for track, verb in tracks if track and len(track.times)]
        self.spots = [spot for spot, line in enumerate(perception.lines) if line.source in QUOTABLE]
        self.lines = [perception.lines[spot] for spot in self.spots]
        self.heard = [line for line in self.lines if line.source != "screen-text"]

    def find(self, term: Term) -> Finding:
        """By measure, by what is said, by what often comes with it; or not at all."""
        if term.concepts and not term.hint:
            return self.measured(replace(term, concepts=self.all_of(term)))
        if term.degree == "longest" and (line := self.longest_line(term)):
            return line
        if is_title(term) and (line := self.title(term)):
            return line
        if self.models and not term.said and not term.shown:
            return self.by_models(term)
        if term.no and term.hint:
            return self.hinted(term)  # a word for it is no reason to leave a place out
        if said := self.said(term, nearly=not term.hint):
            return said
        if term.which and (said := self.said(replace(term, words=term.which), nearly=False)):
            return said
        if term.hint:
            return self.hinted(term)
        return self.unsaid(term) if term.said else Finding(term, "cannot", quoted(term.words))

    def by_models(self, term: Term) -> Finding:
        """By what models saw and heard; where they find nothing, by the words that are said."""
        label, rows = quoted(term.words), np.arange(self.perception.video.rows) + 0.5
        near = [
            np.interp(rows, track.times, self.behold(term.words, track)) for track, _ in self.models
        ]
        values = np.max(near, axis=0)
        curve = Curve.of(f"what you asked for: {label}", self.models[0][0].name, values)
        best = int(values.argmax())
        if values[best] >= THERE:
            verb = self.models[int(np.argmax([each[best] for each in near]))][1]
            return Finding(term, "found", f"{label} (as far as I can {verb})", curve=curve)
        if not term.no and (said := self.said(term, nearly=False)):
            return said
        verbs = listed(unique(verb for _, verb in self.models), "or")
        note = f"Not found: {label}, as far as I can {verbs}"
        note += f"; what comes closest is at {clock(best)}." if values[best] >= HINT else "."
        return Finding(term, "absent", label, note, curve)

    def by_head(self, curve: Curve) -> Finding:
        """The whole wish, by a head that was trained to say how far each second fulfils one."""
        term, label = Term(self.wish.text), quoted(self.wish.text)
        found = Curve.of(f"what you asked for: {label}", curve.sense, curve.array)
        if (curve.array >= THERE).any():
            return Finding(term, "found", f"{label} (as far as I learned to tell)", curve=found)
        note = f"Not found: {label}, as far as I learned to tell"
        near = curve.array.max() >= HINT
        note += f"; what comes closest is at {clock(int(curve.array.argmax()))}." if near else "."
        return Finding(term, "absent", label, note, found)

    def all_of(self, term: Term) -> tuple[Concept, ...]:
        """The concepts of a term; who wants no talk wants it neither heard nor in subtitles."""
        if not term.no or TALK.isdisjoint(concept.curve for concept in term.concepts):
            return term.concepts
        others = [each for each in self.wish.concepts if each.curve in TALK and not each.low]
        return tuple(dict.fromkeys([*term.concepts, *others]))

    def measured(self, term: Term) -> Finding:
        """By the curves of the concepts that answer to it."""
        known = [each for each in term.concepts if self.perception.curve(each.curve)]
        label = listed(unique(concept.seen for concept in known or term.concepts[:1]), "or")
        curve = self.relevance(term.concepts, f"what you asked for: {label}")
        if curve is None:
            return Finding(term, *self.missing(term.concepts, label))
        if term.degree == "longest":
            curve = self.only_longest(curve)
        much = (curve.array >= THERE).mean() > MOSTLY
        few = self.places(curve) < max(1, self.wish.most)
        if term.degree == "most" and (much or few) and (beside := self.beside_rest(term, label)):
            return beside
        if (curve.array >= THERE).any():
            return Finding(term, "found", label, curve=curve)
        best, usual = int(curve.array.argmax()), float(np.median(curve.array))
        close = curve.array[best] >= max(HINT, usual + 0.1)
        nearest = f"; what comes closest is at {clock(best)}" if close else ""
        sense = "hear" if term.concepts[0].curve in HEARD else "see"
        return Finding(
            term, "absent", label, f"Not found: {label}, as far as I can {sense}{nearest}.", curve
        )

    def places(self, curve: Curve) -> int:
        return len(self.perception.video.stretches(curve.array >= THERE))

    def beside_rest(self, term: Term, label: str) -> Finding | None:
        """What is most so in this video, whatever it is by itself; nothing if all is alike."""
        known = [(each, self.perception.curve(each.curve)) for each in term.concepts]
        concept, curve = next((concept, curve) for concept, curve in known if curve)
        values = -curve.array if concept.low else curve.array
        if values.max() - np.median(values) < CONTRAST:
            return None
        name = f"what you asked for: {label}, beside the rest"
        for share in MEASURES:
            bar = max(float(np.quantile(values, share)), float(np.median(values)) + CONTRAST / 2)
            above = np.clip((values - bar) / max(values.max() - bar, 1e-9), 0, 1)
            below = np.clip((values - values.min()) / max(bar - values.min(), 1e-9), 0, 0.99)
            rated = np.where(values >= bar, THERE + (1 - THERE) * above, THERE * below)
            found = Curve.of(name, curve.sense, rated)
            if self.places(found) >= max(1, self.wish.most):
                break
        return Finding(term, "found", f"{label}, beside the rest of it", curve=found)

    def only_longest(self, curve: Curve) -> Curve:
        """The curve with only its longest stretch there."""
        spans = self.perception.video.stretches(curve.array >= THERE)
        if len(spans) < 2:
            return curve
        start, end = max(spans, key=lambda span: span[1] - span[0])
        seconds = np.arange(len(curve.values))
        inside = (seconds >= int(start)) & (seconds < end)
        kept = np.where(inside, curve.array, np.minimum(curve.array, HINT))
        return Curve.of(curve.name, curve.sense, kept)

    def longest_line(self, term: Term) -> Finding | None:
        """The longest of what is said, where that was asked for."""
        if term.words.lower() not in SENTENCES or not self.heard:
            return None
        line = max(self.heard, key=lambda each: each.end - each.start)
        values = np.zeros(self.perception.video.rows)
        values[int(line.start) : int(np.ceil(line.end))] = 1.0
        label = f"the longest {term.words.lower()}"
        return Finding(term, "found", label, curve=Curve.of(label, line.source, values))

    def title(self, term: Term) -> Finding | None:
        """What is written at the head of the first picture with a heading: the title of it all."""
        shown = [each for each in self.perception.lines if each.source in HEADINGS]
        if not shown:
            return None
        line = min(shown, key=lambda each: (each.start, HEADINGS.index(each.source)))
        values = np.zeros(self.perception.video.rows)
        values[int(line.start) : int(np.ceil(line.end))] = 1.0
        label = f"the {term.words.lower()}"
        note = f"I take what is written first for {label}: {quoted(line.text)}."
        return Finding(term, "found", label, note, Curve.of(label, line.source, values))

    def missing(self, concepts: Sequence[Concept], label: str) -> tuple[str, str, str]:
        """What to say of concepts whose curves do not exist: kind, label, note."""
        video, curves = self.perception.video, {concept.curve for concept in concepts}
        if curves <= HEARD | TALK and curves & HEARD and not video.has_audio:
            return "absent", label, f"Not found: {label}; the video has no sound."
        if curves <= WATCHED and not video.has_picture:
            return "absent", label, f"Not found: {label}; there is no picture, only sound."
        if curves == {"words"}:
            return "cannot", label, "I can't tell what is said without subtitles."
        return "cannot", label, f"Not measured yet: {label}."

    def hinted(self, term: Term) -> Finding:
        """By the curves of what only often comes with it."""
        known = [each for each in term.concepts if self.perception.curve(each.curve)]
        seen = unique(concept.seen for concept in known or term.concepts)
        start = f"I can't recognise {quoted(term.words)} here"
        name = f"what often comes with it: {listed(seen)}"
        at_all = self.relevance(term.concepts, name)
        if at_all is None or not (at_all.array >= THERE).any():
            note = f"{start}, and what often comes with that ({listed(seen, 'or')}) "
            note += "is not here either."
            return Finding(term, "cannot", quoted(term.words), note)
        # a goal is loud and lively: both count, and what has most of both comes first
        curve = self.relevance(term.concepts, name, together=True)
        share = (curve.array >= THERE).mean()
        if not term.no and not SOME <= share <= MOSTLY:
            curve = self.ranked(curve)
        done = "left out" if term.no else "went by"
        amount = measure(curve.array >= THERE, self.perception.video)
        note = f"{start}, so I {done} what often comes with that: {listed(seen)}, {amount}."
        return Finding(term, "cannot", listed(seen), note, curve)

    def ranked(self, curve: Curve) -> Curve:
        """The curve with its highest seconds there, and no more than a part of the video."""
        bar = float(np.quantile(curve.array, 1 - PART))
        span = max(curve.array.max() - bar, 1e-9)
        above = THERE + (1 - THERE) * (curve.array - bar) / span
        below = HINT * curve.array / max(bar, 1e-9)
        values = np.where(curve.array > bar, above, below)  # what is like most of it is not it
        return Curve.of(curve.name, curve.sense, values)

    def relevance(
        self, concepts: Sequence[Concept], name: str, *, together: bool = False
    ) -> Curve | None:
        """1 where one of the concepts (together: each) is surely there, THERE at its threshold,
        0 where nothing speaks for it; nothing if no curve of theirs exists."""
        known = [
            (concept, curve)
            for concept in concepts
            if (curve := self.perception.curve(concept.curve)) is not None
        ]
        if not known:
            return None
        sure = [_sure(concept, curve) for concept, curve in known]
        return Curve.of(name, known[0][1].sense, (np.mean if together else np.max)(sure, axis=0))

    def said(self, term: Term, *, nearly: bool) -> Finding | None:
        """By the words of the lines, if any say it, or nearly."""
        texts = [line.text for line in self.lines]
        words = same_words(term.words, texts)
        words = np.where(words >= NEARLY * words.max(initial=0), words, 0.0)
        near = np.where(words > 0.5, 0.5 + words / 2, 0.0)
        on_screen = np.array([line.source == "screen-text" for line in self.lines], bool)
        if term.shown and near[on_screen].any():
            near = np.where(on_screen, near, 0.0)  # read on the slide, not only spoken of
        exact = near.any()
        if texts and not exact and nearly:
            near = same_meaning(term.words, self.rows(texts), self.embed)
        return self.spoken(term, near, exact=bool(exact)) if near.any() else None

    def remembered(self) -> Finding | None:
        """The whole wish, where a line says just that, or means it and no sense can judge it.

        Nothing where the words that were understood of it lead to the same line."""
        texts, terms = [line.text for line in self.lines], self.wish.terms
        unsure = [each for each in terms if not each.concepts or each.hint]
        if not texts or not unsure or self.wish.whens or any(each.no for each in terms):
            return None
        near = verbatim(self.wish.text, texts)
        exact, words = bool(near.any()), self.wish.text.lower().split()
        known = terms[0].concepts or terms[0].said or terms[0].degree or is_title(terms[0])
        plain = len(terms) == 1 and not known
        asks = (plain and not self.models) or words[0] in QUESTIONS
        if not exact and asks and len(words) >= PHRASE:
            near = same_meaning(self.wish.text, self.rows(texts), self.embed)
            near = np.where(near >= MEANT, near, 0.0)
        understood = np.any([same_words(each.words, texts) > 0.5 for each in unsure], axis=0)
        if not near.any() or understood[near.argmax()]:
            return None
        return self.spoken(Term(self.wish.text, said=True), near, exact=exact)

    def spoken(self, term: Term, near: np.ndarray, *, exact: bool) -> Finding | None:
        """The lines that say it: those that are near enough, and where they are."""
        hits = [line for line, value in zip(self.lines, near, strict=True) if value >= THERE]
        values = np.zeros(self.perception.video.rows)
        for line, value in zip(self.lines, near, strict=True):
            rows = slice(int(line.start), max(int(line.start) + 1, int(np.ceil(line.end))))
            values[rows] = np.maximum(values[rows], value)
        if not values.any():
            return None  # said, but after the end of the video
        curve = Curve.of(f"what you asked for: {quoted(term.words)} in words", "words", values)
        note = self.telling(term, hits, exact)
        shown = all(line.source == "screen-text" for line in hits)
        label = f"{quoted(term.words)} on the screen" if shown else f"talk of {quoted(term.words)}"
        return Finding(term, "found", label, note, curve)

    def rows(self, texts: Sequence[str]) -> np.ndarray:
        """What the quotable lines mean: (lines, width), from the track where it fits."""
        track = self.perception.track("words")
        if track is not None and len(track.values) == len(self.perception.lines):
            return track.values[self.spots]
        return self.embed(texts)

    def telling(self, term: Term, hits: Sequence[Line], exact: bool) -> str:
        """Where the words are, as a sentence that does not claim they were seen."""
        times = [hits[0].start]
        for before, line in pairwise(hits):
            times += [line.start] if line.start - before.end > 5 else []
        where = (
            f"at {listed([clock(time) for time in times])}"
            if len(times) <= 3
            else f"{len(times)} times, first at {clock(times[0])}"
        )
        if not exact:
            return f"Nobody says {quoted(term.words)} word for word, but close to it {where}."
        verbatim = any(term.words.lower() in line.text.lower() for line in hits)
        shown = all(line.source == "screen-text" for line in hits)
        verb = "is written" if shown else "is said" if verbatim else "is spoken of"
        by = "" if term.said else self.by_words
        return f"{quoted(term.words)} {verb} {where}{by}."

    @property
    def by_words(self) -> str:
        """What is said of a thing that was only found in words."""
        return f" (I go by the words: I can't {self.blind} here)"

    def unsaid(self, term: Term) -> Finding:
        """Words that were asked for and that no line says."""
        label = quoted(term.words)
        if self.heard:
            note = f"Nobody says {label}, as far as the {self.heard[0].source} can tell."
            return Finding(term, "absent", label, note)
        talk = [concept for concept in self.wish.concepts if concept.curve == "speech"]
        curve = self.relevance(talk, "what often comes with it: people talking")
        note = f"I can't tell what is said without subtitles ({label})"
        if curve is None or not (curve.array >= THERE).any():
            return Finding(term, "cannot", label, f"{note}.")
        amount = measure(curve.array >= THERE, self.perception.video)
        note += f", so I went by people talking: {amount}."
        return Finding(term, "cannot", "people talking", note, curve)

    def confess(self, terms: Sequence[str], *, whole: bool) -> str:
        """What cannot be judged, and, where that was the whole wish, what and who can."""
        if not whole:
            return f"I can't {self.blind} here ({listed(terms)})."
        able = [name for name in ABLE if self.perception.curve(name)]
        able = ["what is said"] * bool(self.heard) + able
        can = f"; I can judge {listed(able)}" if able else ""
        return f"I can't {self.blind} here ({listed(terms)}){can}.{elsewhere()}"


# what a viewer may count on, by the names of curves, in the order of an answer
ABLE = ("speech", "music", "loudness", "movement", "light", "colour", "faces", "cuts")


def elsewhere() -> str:
    """Which preset could judge anything, if there is one."""
    for name, preset in PRESETS.items():
        if preset.listed and not preset.blind:
            here = all(hub.here(each) for each in preset.needs)
            return f" The `{name}` preset can{'' if here else f': {hub.COMMAND} {name}'}."
    return ""


def is_title(term: Term) -> bool:
    return term.words.lower() in TITLES


def _sure(concept: Concept, curve: Curve) -> np.ndarray:
    """How surely a concept is there, THERE at its threshold."""
    values, at = (1 - curve.array, 1 - concept.at) if concept.low else (curve.array, concept.at)
    below = THERE * values / max(at, 1e-9)
    above = THERE + (1 - THERE) * (values - at) / max(1 - at, 1e-9)
    return np.where(values >= at, above, np.minimum(below, THERE - 1e-3))
