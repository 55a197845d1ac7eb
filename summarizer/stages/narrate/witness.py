"""The story of the chosen moments alone, each told from its evidence: by a language model where one
is here, else composed. What is not among the moments is not told."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from summarizer.models import hub
from summarizer.models.emotion import Emotion, emotion
from summarizer.models.english import clock, lasting, listed
from summarizer.schema import Highlight, Perception, Sentence, Summary, Video
from summarizer.stages.narrate.asking import FORM, RULES, quoted, vicuna
from summarizer.stages.narrate.evidence import Evidence, witnessed
from summarizer.stages.narrate.frame import lead
from summarizer.stages.narrate.prompt import Section, stamps
from summarizer.stages.narrate.tags import tagged
from summarizer.stages.narrate.told import Telling, Told, Writer, fitting

FEWEST, MOST = 6, 8  # sentences
CLEAR = 0.5  # of a feeling; from here on it is clearly there
NEUTRAL = "neutral"
TALK = "speech"  # goes without saying where words are quoted
THROUGHOUT = 0.95  # of the seconds, which is nearly all
OFTEN = 0.15  # of the seconds in which a feeling is the strongest, to be told of the whole


@dataclass(frozen=True)
class Witness(Told):
    """A narrator of evidence; `weights` are only taken where they are here or were named."""

    evidence: Callable[[Perception, Sequence[Highlight]], tuple[Evidence, ...]] = witnessed

    def __call__(self, perception: Perception, summary: Summary) -> "Witnessing":
        return Witnessing(self, perception, summary)


class Witnessing(Telling):
    """The sentences of one such story as they come; `note` says who told it."""

    def _telling(self, by: Witness, perception: Perception, summary: Summary) -> Iterator[Sentence]:
        found = by.evidence(perception, summary.highlights)
        carried = emotion(perception)
        if not found:
            yield from recounted(found, summary, carried)
            return
        if not (by.settings.model or hub.here(by.weights)):
            yield from recounted(found, summary, carried)
            self.note = (
                "This story is composed of the evidence. A language model tells it where one is "
                f"here: {hub.COMMAND} {by.weights}, or --model."
            )
            return
        written = tagged(
            self._asked(by, found, summary), summary.video.seconds, _held(found), self.tally
        )
        shown = yield from self._shown(islice(written, MOST), min(FEWEST, len(found)))
        if not shown:
            yield from recounted(found, summary, carried)
        self.note = self._noted(composed=not shown)

    def _asked(self, by: Witness, found: Sequence[Evidence], summary: Summary) -> Iterator[str]:
        writer = by.writer(by.weights, by.trained, by.settings)
        text, answer = prompt_of(found, summary, writer, by)
        yield from writer.stream([text], answer, self._enough)


def _held(found: Sequence[Evidence]):
    """What is known of a stretch: the evidence of the moments it touches."""

    def evidence(start: float, end: float) -> tuple[str, ...]:
        return tuple(
            ground
            for each in found
            if min(end, each.end) - max(start, each.start) > 0
            for ground in each.grounds
        )

    return evidence


# -- the prompt -----------------------------------------------------------------------------------


def prompt_of(
    found: Sequence[Evidence], summary: Summary, writer: Writer, by: Told
) -> tuple[str, int]:
    """What is asked, and the tokens an answer may have; with too little room, the moments that
    count least are left out."""
    settings = fitting(by.settings, writer)
    opened, closed = writer.frame(RULES) or vicuna(RULES)
    kept = sorted(found, key=lambda each: -each.score)
    while True:
        ordered = sorted(kept, key=lambda each: each.start)
        text = f"{opened}{asking(ordered, summary)}{closed}"
        if len(kept) <= 1 or writer.count([text]) <= settings.room - settings.answer:
            return text, settings.answer
        kept.pop()


def asking(found: Sequence[Evidence], summary: Summary) -> str:
    """The evidence as notes with times, and what is to be told of it: all text."""
    video = summary.video
    notes = [f"[{stamp(each, video)}] {noted(each)}" for each in found]
    wish = summary.preference.want.strip()
    asked = [f"The viewer asks for “{quoted(wish)}”."] if wish else []
    few = min(FEWEST, 2 * max(1, len(found)))
    asked += [
        "Tell how it feels from moment to moment, what is heard and seen, and where it turns.",
        f"Write {few} to {MOST} sentences, at least one for each time.",
        FORM.format(tag=stamp(found[0], video) if found else "00:00-00:01"),
    ]
    about = f"The video lasts {lasting(video.seconds)}. These are its moments."
    return "\n".join([about, "", "Notes:", *notes, "", " ".join(asked)])


def stamp(each: Evidence, video: Video) -> str:
    """The stretch as an answer has to name it."""
    return stamps(Section(each.start, each.end), video.seconds)


def noted(each: Evidence) -> str:
    """The evidence of one moment on a line; what somebody said or a model guessed is quoted."""
    parts = []
    if each.feeling:
        turn = f", after {each.before}" if each.before else ""
        parts.append(f"mood: {each.feeling} ({each.share:.0%}){turn}")
    if each.tags:
        parts.append(f"heard: {listed(each.tags)}")
    if each.said:
        parts.append(each.said)
    parts += [f"it looks like “{quoted(line.text)}” (unsure)" for line in each.captions]
    parts += each.facts
    return "; ".join(parts) or "nothing stands out"


# -- composed -------------------------------------------------------------------------------------


def recounted(found: Sequence[Evidence], summary: Summary, carried: Emotion) -> Iterator[Sentence]:
    """The story from the same evidence, six to eight sentences where there is that much to tell."""
    asked = summary.answer.kind != "open"
    frame = ([lead(summary)] if asked else []) + _whole(summary.video, carried)
    room = max(MOST - len(frame), 1)
    fresh: dict[tuple, Evidence] = {}  # the first of those of which the same would be told
    for each in found:
        said = (_feels(each), _beside(each), each.tags)
        if any(said):
            fresh.setdefault(said, each)
    ranked = sorted(fresh.values(), key=lambda each: -each.score)[:room]
    lines = {each: _told(each, turn) for turn, each in enumerate(sorted(ranked, key=_when))}
    spare = room - len(ranked)
    more = {each for each in ranked if len(lines[each]) > 1}
    more = set([each for each in ranked if each in more][:spare])
    yield frame[0]
    for each in sorted(ranked, key=_when):
        texts = lines[each]
        for text in texts if each in more else texts[:1]:
            yield Sentence(each.start, each.end, text, each.grounds)
    yield from frame[1:]


def _when(each: Evidence) -> float:
    return each.start


def _whole(video: Video, carried: Emotion) -> list[Sentence]:
    """What the sound of the whole is like."""
    kind = "video" if video.has_picture else "recording"
    about = f"The {kind} lasts {lasting(video.seconds)}"
    rows = carried.probabilities
    if not len(rows):
        return [Sentence(0.0, video.seconds, f"{about}; it has no sound.", ("sound: none",))]
    strongest = rows.argmax(axis=1)
    shares = [(float((strongest == at).mean()), name) for at, name in enumerate(carried.names)]
    shares = sorted((each for each in shares if each[0] >= OFTEN), reverse=True)
    felt = listed([f"{name} for {share:.0%} of it" for share, name in shares])
    felt = f"{shares[0][1]} throughout" if shares and shares[0][0] > THROUGHOUT else felt
    text = f"{about}; its sound is {felt}." if felt else f"{about}; its sound keeps changing."
    return [Sentence(0.0, video.seconds, text, (f"{carried.made_by}: over the whole",))]


OPENINGS = ("At {when}", "Then, at {when},", "From {when} on", "Later, at {when},")


def _told(each: Evidence, turn: int) -> list[str]:
    """One or two sentences on a moment: how it feels and sounds, then what is said and seen."""
    opening = OPENINGS[min(turn, 1) if turn < 2 else 2 + turn % 2].format(when=clock(each.start))
    felt, beside = _feels(each), _beside(each)
    names = [name for name in each.tags if not (each.said and name == TALK)]
    heard = f"{listed(names)} to hear" if names else ""
    if felt:
        first = f"{felt}, with {heard}" if heard else felt
        return [f"{opening} {first}.", *([f"{beside[0].upper()}{beside[1:]}."] if beside else [])]
    if beside:
        return [f"{opening} {beside}{f', with {heard}' * bool(heard)}."]
    return [f"{opening} there is {heard}."]


def _feels(each: Evidence) -> str:
    """What the sound is like, as a clause; empty where it is like nothing in particular."""
    if each.before:
        return f"the sound turns from {each.before} to {each.feeling}"
    if each.feeling in ("", NEUTRAL):
        return ""
    degree = "" if each.share >= CLEAR else " rather than anything else"
    return f"the sound is {each.feeling}{degree}"


def _beside(each: Evidence) -> str:
    """What is said, seen and measured at the moment, as one clause after another."""
    seen = [f"it looks like “{quoted(line.text)}”" for line in each.captions[:1]]
    parts = [*([each.said] if each.said else []), *seen, *each.facts]
    return listed(parts[:3])


def with_model(narrator: Told, model: str) -> Told:
    """The narrator with other weights, which nothing was trained for."""
    return replace(narrator, weights=model, trained="") if model else narrator
