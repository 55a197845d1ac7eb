"""How much each second matters to one viewer, why, and what became of the wish.

Whether a wish can be judged at all is decided before anything is compared: by the concepts of the
senses and by words that were said. No likeness between embeddings ever stands in for sight.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

import numpy as np

from summarizer.config import PRESETS, Preset
from summarizer.models.english import clock, counted, lasting, listed
from summarizer.models.matching import PHRASE, Embed, same_meaning, same_words, verbatim
from summarizer.schema import (
    QUOTABLE,
    Answer,
    Concept,
    Curve,
    Event,
    Line,
    Perception,
    Preference,
    Saliency,
    Score,
    Term,
    Track,
    Video,
    Wish,
)

Behold = Callable[[str, Track], np.ndarray]  # words, what a model left -> (rows,) in [0, 1]

WANTED = 0.7  # share of the saliency for what was asked for; the rest ranks within it
ALONE = 0.7  # share for what is left out where nothing else is asked for
NEARLY = 0.75  # of the best line's share of the words; what has fewer of them is not meant
MOSTLY = 0.6  # share of the video; what holds longer picks no part of it
SOME = 0.05  # share of the video; less than that is too little to go by
PART = 0.25  # share of the video that what only hints at a wish may admit, where it has to rank
CONTRAST = 0.08  # of a curve; where it varies less, no part is more so than the rest
MEASURES = (0.9, 0.8, 0.7, 0.6)  # shares of the video that a part may stand out from
CONDITIONS = 0.1  # share for when it may be and for what is left out
THERE = 0.5  # of a relevance curve: from here on it is there
ROOM = 3  # seconds a moment needs around it to be understood
UNSEEN = 3  # seconds; what was there before and after is hardly gone for less
GAP = 1  # seconds; a shorter interruption is none
HINT = 0.3  # of a relevance curve: not there, but the nearest to it


def minilm(texts: Sequence[str]) -> np.ndarray:
    """Embeds texts; the model is only loaded by a wish for something said."""
    from summarizer.models.text import load_text

    return load_text().embed(texts)


def beheld(words: str, track: Track) -> np.ndarray:
    """How near words are to what a model saw or heard; it is only loaded by a wish for that."""
    from summarizer.models.beholding import behold

    return behold(words, track)


def evidence(
    perception: Perception,
    preference: Preference,
    wish: Wish,
    preset: Preset,
    embed: Embed = minilm,
    behold: Behold = beheld,
) -> Score:
    """Saliency from measured curves: what was asked for, then what is new and lively."""
    verdict = settle(perception, wish, Judge(perception, wish, preset.blind, embed, behold))
    left = 1.0 - sum(part.weight for part in verdict.asked)
    drawn = with_taste(perception, interest(perception, preference))
    parts = [*verdict.asked, *(replace(part, weight=left * part.weight) for part in drawn)]
    parts = weighed(parts, preference.weights)
    return Score(
        Saliency(
            tuple(part.curve for part in parts),
            tuple(int(part.weight * 1e6) / 1e6 for part in parts),  # down: the sum stays below 1
        ),
        verdict.answer,
        verdict.admitted,
        tuple(part.reason for part in parts),
        verdict.barred,
        wish.most,
    )


# -- what draws the eye and the ear ---------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Part:
    """A curve, how much it counts, and what it stands for."""

    curve: Curve
    weight: float
    reason: str


@dataclass(frozen=True)
class Draw:
    """A curve that matters when nothing was asked for."""

    curve: str
    side: Literal["watch", "listen", "both"]
    weight: float  # within its side
    reason: str
    usual: str = ""  # its name where it only counts against what is usual in this video


DRAWS = (
    Draw("new sights", "watch", 0.30, "a new view"),
    Draw("movement", "watch", 0.25, "more movement than usual", "more movement than usual"),
    Draw("faces", "watch", 0.20, "faces"),
    Draw("cuts", "watch", 0.08, "quick cuts"),
    Draw("camera moves", "watch", 0.07, "the camera moving"),
    Draw("colour", "watch", 0.05, "strong colours"),
    Draw("sharpness", "watch", 0.05, ""),
    Draw("new sounds", "listen", 0.25, "a new sound"),
    Draw("loudness", "listen", 0.25, "more volume than usual", "louder than usual"),
    Draw("speech", "listen", 0.20, "people talking"),
    Draw("sudden sounds", "listen", 0.15, "sudden sounds"),
    Draw("music", "listen", 0.15, "music"),
    Draw("words", "both", 1.00, "much being said"),
)
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
BOTH = 0.1  # share of what counts for both sides
# what an aspect leans towards, by how much
ASPECTS = {
    "content": {"words": 2.0, "speech": 1.3, "new sights": 1.3},
    "emotion": {"faces": 1.5, "music": 1.5, "loudness": 1.3},
    "viewpoint": {"camera moves": 2.0, "cuts": 1.5},
    "interaction": {"faces": 1.5, "speech": 1.5, "movement": 1.3},
    "visual details": {"sharpness": 2.0, "colour": 1.5, "new sights": 1.3},
    "auditory details": {"new sounds": 1.5, "sudden sounds": 1.5},
    "style": {"colour": 2.0, "cuts": 1.5, "camera moves": 1.5},
    "characters": {"faces": 2.0, "speech": 1.3},
    "setting": {"new sights": 1.5, "new sounds": 1.3},
}
DEAD = 0.02  # a curve that never rises above this says nothing
SPREAD = 0.2  # of a curve; what varies less than this is not stretched to the full


def interest(perception: Perception, preference: Preference) -> list[Part]:
    """What makes a second worth seeing to anybody; the weights sum to 1 over what there is."""
    live = [
        (draw, curve)
        for draw in DRAWS
        if (curve := perception.curve(draw.curve)) and curve.array.max() > DEAD
    ]
    balance = {"watch": 1 - preference.balance, "listen": preference.balance, "both": BOTH}
    if not any(balance[draw.side] for draw, _ in live):
        balance = dict.fromkeys(balance, 1.0)  # the favoured side does not exist here
    whole = {side: sum(draw.weight for draw, _ in live if draw.side == side) for side in balance}
    weights = np.array(
        [
            balance[draw.side] * draw.weight / whole[draw.side] * _leaning(draw.curve, preference)
            for draw, _ in live
        ]
    )
    weights = weights / max(weights.sum(), 1e-9)
    return [
        Part(_against_usual(draw, curve), float(weight), draw.reason)
        for (draw, curve), weight in zip(live, weights, strict=True)
    ]


def _leaning(curve: str, preference: Preference) -> float:
    """How much the chosen aspects raise a curve."""
    lean = 1.0
    for aspect in preference.aspects:
        lean *= ASPECTS.get(aspect, {}).get(curve, 1.0)
    return lean


def _against_usual(draw: Draw, curve: Curve) -> Curve:
    if not draw.usual:
        return curve
    low, high = np.quantile(curve.array, (0.1, 0.95))
    return Curve.of(draw.usual, curve.sense, (curve.array - low) / max(high - low, SPREAD))


# curves of a viewer's taste, how much of what draws anybody gives way to each, and the reason
TASTES = {
    "what you tend to keep": (0.25, "what you tend to keep"),
    "without what you tend to drop": (0.25, ""),
}


def with_taste(perception: Perception, drawn: Sequence[Part]) -> list[Part]:
    """What draws anybody, and what draws this viewer, where a taste is known."""
    own = [
        Part(curve, weight, reason)
        for name, (weight, reason) in TASTES.items()
        if (curve := perception.curve(name)) is not None
    ]
    left = 1.0 - sum(part.weight for part in own)
    # times 1.0 is exact: without a taste nothing changes
    return [*(replace(part, weight=left * part.weight) for part in drawn), *own]


def weighed(parts: Sequence[Part], weights: Sequence[tuple[str, float]]) -> list[Part]:
    """The parts with those of each named sense counting so many times as much beside the rest."""
    factors = {sense: factor for sense, factor in weights if factor != 1}
    if not factors:
        return list(parts)
    raised = [part.weight * factors.get(part.curve.sense, 1.0) for part in parts]
    whole = max(sum(raised), 1e-9)
    return [
        replace(part, weight=weight / whole) for part, weight in zip(parts, raised, strict=True)
    ]


# -- one term of the wish -------------------------------------------------------------------------


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
        if not preset.blind:
            get = f": python -m summarizer.weights get {name}" if preset.needs else ""
            return f" The `{name}` preset can{get}."
    return ""


def is_title(term: Term) -> bool:
    return term.words.lower() in TITLES


def _sure(concept: Concept, curve: Curve) -> np.ndarray:
    """How surely a concept is there, THERE at its threshold."""
    values, at = (1 - curve.array, 1 - concept.at) if concept.low else (curve.array, concept.at)
    below = THERE * values / max(at, 1e-9)
    above = THERE + (1 - THERE) * (values - at) / max(1 - at, 1e-9)
    return np.where(values >= at, above, np.minimum(below, THERE - 1e-3))


# -- the wish as a whole --------------------------------------------------------------------------


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


# -- seconds --------------------------------------------------------------------------------------


def duration(there: np.ndarray, video: Video) -> float:
    return sum(end - start for start, end in video.stretches(there))


def measure(there: np.ndarray, video: Video) -> str:
    """'42 seconds in 3 places'."""
    seconds = duration(there, video)
    if seconds > 0.95 * video.seconds:
        return "all the way through"
    if not seconds:
        return "but not then"
    places = 1
    spans = video.stretches(there)
    for before, after in pairwise(spans):
        places += after[0] - before[1] > GAP
    where = f"in {counted(places, 'place')}" if places > 1 else f"from {clock(spans[0][0])}"
    return f"{lasting(seconds)} {where}"


def roomy(there: np.ndarray, free: np.ndarray) -> np.ndarray:
    """The mask without short interruptions, and with a little time around single moments."""
    wide = without_gaps(there, GAP)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(np.int8), [0]])))
    for start, end in edges.reshape(-1, 2).tolist():
        spare = (ROOM - (end - start) + 1) // 2
        if spare > 0:
            wide[max(0, start - spare) : end + spare] = True
    return wide & free


def without_gaps(there: np.ndarray, longest: int) -> np.ndarray:
    """The mask with interruptions of at most so many seconds filled."""
    filled = there.copy()
    spans = np.flatnonzero(np.diff(np.concatenate([[0], there.astype(np.int8), [0]])))
    for (_, end), (start, _) in pairwise(spans.reshape(-1, 2).tolist()):
        filled[end:start] |= start - end <= longest
    return filled


def once(notes: Sequence[str], aside: str) -> list[str]:
    """The notes, with an aside that several of them have left only in the first."""
    first = next((spot for spot, note in enumerate(notes) if aside in note), 0)
    return [*notes[: first + 1], *(note.replace(aside, "") for note in notes[first + 1 :])]


def unique(words: Iterable[str]) -> list[str]:
    """Each once, in their order."""
    return list(dict.fromkeys(words))


def quoted(words: str) -> str:
    return f"“{words}”"


HEADS = {"evidence": evidence}
