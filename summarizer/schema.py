"""The nouns that travel between the stages: frozen values, seconds everywhere.

Nothing in here opens a file, imports a model or knows a frame number.
"""

import math
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache, cached_property
from typing import Literal

import numpy as np

from summarizer.errors import PreferenceError, SummarizerError

# -- what the decoder hands to the senses ---------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Pictures:
    """A few upright, square-pixel samples of the video, in order of time."""

    times: np.ndarray  # (samples,) float64, seconds
    frames: np.ndarray  # (samples, height, width, 3) uint8 RGB


@dataclass(frozen=True, eq=False)
class Sound:
    """A block of the sound: mono, float in [-1, 1]."""

    start: float  # seconds
    samples: np.ndarray  # (samples,) float32
    rate: int  # samples a second
    mel: np.ndarray | None = None  # (frames, bands) float32 log-mel power in dB, where computed
    hop: float = 0.01  # seconds from one mel frame to the next; the first is centred on `start`
    side: np.ndarray | None = None  # (samples,) left less right, halved; None where there is one
    power: np.ndarray | None = None  # (frames,) weighted for an ear, all channels, where computed

    @property
    def end(self) -> float:
        return self.start + len(self.samples) / self.rate


# -- what is known of a video ---------------------------------------------------------------------


@dataclass(frozen=True)
class Video:
    """What a file is, never where it lies."""

    name: str
    sha256: str
    seconds: float
    size: tuple[int, int]  # width, height as shown: upright, square pixels; (0, 0) without picture
    rate: Fraction  # frames a second, on average; 0 without picture
    rotation: int  # degrees clockwise that turn the stored picture upright: 0, 90, 180, 270
    aspect: Fraction  # width / height of a stored pixel
    has_audio: bool
    subtitles: tuple[str, ...] = ()  # one name a text track: "eng", "match.srt"

    @property
    def has_picture(self) -> bool:
        return self.size[0] > 0

    @property
    def rows(self) -> int:
        """How many values a curve of this video has: one for each second begun."""
        return max(1, math.ceil(self.seconds - 1e-6))

    def stretches(self, there: np.ndarray) -> list[tuple[float, float]]:
        """Where a mask over the seconds holds, as starts and ends in seconds."""
        steps = np.diff(np.concatenate([[0], there.astype(np.int8), [0]]))
        starts, ends = np.flatnonzero(steps == 1), np.flatnonzero(steps == -1)
        return [(float(a), min(float(b), self.seconds)) for a, b in zip(starts, ends, strict=True)]


@dataclass(frozen=True)
class Event:
    """A half-open stretch of the video, in seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Curve:
    """One number in [0, 1] for every second of the video, and the sense it came from."""

    name: str
    sense: str
    values: tuple[float, ...]

    def __post_init__(self):
        if not all(0.0 <= value <= 1.0 for value in self.values):  # false for NaN too
            raise ValueError(f"curve {self.name!r} leaves [0, 1]")

    @cached_property
    def array(self) -> np.ndarray:
        """The values as a read-only (seconds,) float64 array."""
        array = np.asarray(self.values, dtype=np.float64)
        array.setflags(write=False)
        return array

    @staticmethod
    def of(name: str, sense: str, values: np.ndarray) -> "Curve":
        """A curve from raw numbers: NaN becomes 0, the rest is held in [0, 1], with 4 digits."""
        clean = np.nan_to_num(np.asarray(values, np.float64), nan=0.0, posinf=1.0, neginf=0.0)
        return Curve(name, sense, tuple(np.clip(clean, 0.0, 1.0).round(4).tolist()))


@dataclass(frozen=True)
class Line:
    """Something said, shown, heard or measured over a stretch, in words, and who says so.

    `source` is the sense ("subtitles", "light", "music", ...). Only sources in QUOTABLE hold
    somebody's own words; all others are this program's plain description of a measurement.
    """

    start: float
    end: float
    text: str
    source: str
    confidence: float = 1.0


# sources that hold somebody's own words, fit to be quoted
QUOTABLE = ("subtitles", "speech-to-text", "screen-text")


@dataclass(frozen=True, eq=False)
class Track:
    """Rows of numbers at their own times: features, embeddings."""

    name: str
    times: np.ndarray  # (rows,) float64, seconds
    values: np.ndarray  # (rows, width) float16
    made_by: str


@dataclass(frozen=True, eq=False)
class Attention:
    """What a model read each picture beside, when it read a video as a whole."""

    times: np.ndarray  # (pictures,) float64, seconds
    near: np.ndarray  # (pictures, kernel): shares of those around it, itself in the middle
    begins: tuple[float, ...] = ()  # the seconds at which an event begins, but the first
    learned: bool = False  # whether a head learned that; else it is where pictures change for good


@dataclass(frozen=True, eq=False)
class Findings:
    """What one sense found in one video."""

    curves: tuple[Curve, ...] = ()
    lines: tuple[Line, ...] = ()
    tracks: tuple[Track, ...] = ()


@dataclass(frozen=True, eq=False)
class Encoded:
    """How far a model is with its samples, and the fullest findings so far; the last are whole."""

    share: float  # done, 0..1
    findings: Findings = Findings()
    device: str = "cpu"
    tokens: int = 0  # taken in so far


@dataclass(frozen=True)
class Concept:
    """Something a viewer can ask for that a curve can judge, or at least hint at.

    It is there where the curve is at least `at` (at most, if `low`). `asks` are words and short
    phrases that mean just what is measured; `hints` are words for things that often come with it
    but that the sense cannot recognise ("goal" comes with loud moments).
    """

    name: str  # "music"
    curve: str  # the curve that judges it
    at: float
    asks: tuple[str, ...]  # "music", "song", "melody"
    seen: str  # as a thing, for answers and reasons: "music", "dark pictures", "people talking"
    told: str  # as a clause, for the story: "music plays", "the picture is dark"
    hints: tuple[str, ...] = ()
    low: bool = False


@dataclass(frozen=True, eq=False)
class Perception:
    """All that was seen, heard and read of one video; nothing in it depends on a wish."""

    video: Video
    events: tuple[Event, ...]  # cover [0, seconds) without gaps or overlaps
    curves: tuple[Curve, ...] = ()
    lines: tuple[Line, ...] = ()
    tracks: tuple[Track, ...] = ()
    senses: tuple[str, ...] = ()  # those that have finished
    notes: tuple[str, ...] = ()  # sentences on what could not be perceived, and why

    def curve(self, name: str) -> Curve | None:
        return next((curve for curve in self.curves if curve.name == name), None)

    def track(self, name: str) -> Track | None:
        return next((track for track in self.tracks if track.name == name), None)

    @property
    def heard_by(self) -> str:
        """The recogniser that heard what was said; empty where none heard a word."""
        track = self.track("heard")
        return track.made_by if track and len(track.times) else ""


@dataclass(frozen=True)
class Work:
    """What one sense cost in one run."""

    sense: str
    seconds: float  # of computing; 0 where its findings came from the cache
    cached: bool = False
    device: str = "cpu"
    tokens: int = 0  # a model took in


@dataclass(frozen=True, eq=False)
class Step:
    """A moment of long work: what is going on, how far it is, and the fullest result so far."""

    stage: str  # "listening", "watching": words for a person
    share: float  # done, 0..1
    left: float | None  # seconds, where it can be estimated
    perception: Perception
    work: tuple[Work, ...] = ()  # of the senses that have finished


# -- what a viewer asks for -----------------------------------------------------------------------


@dataclass(frozen=True)
class Length:
    """How long the reel may be: a share of the video or seconds. A ceiling, not a quota."""

    amount: float
    unit: Literal["share", "seconds"]

    def __post_init__(self):
        if not math.isfinite(self.amount) or self.amount <= 0:
            raise PreferenceError(f"a length of {self} is not possible; ask for more than 0")
        if self.unit == "share" and self.amount > 1:
            raise PreferenceError(
                f"a length of {self} is longer than the video; ask for 100% or less"
            )

    @staticmethod
    def parse(text: str) -> "Length":
        """'15%' or '30s'."""
        cleaned = text.strip().lower().replace(" ", "")
        unit = {"%": "share", "s": "seconds"}.get(cleaned[-1:])
        try:
            amount = float(cleaned[:-1])
        except ValueError:
            unit = None
        if unit is None:
            raise PreferenceError(
                f"length {text[:40]!r} is neither a share like 15% nor seconds like 30s"
            )
        return Length(amount / 100 if unit == "share" else amount, unit)

    def of(self, seconds: float) -> float:
        """The budget in seconds for a video of this many seconds."""
        return min(seconds, self.amount * seconds if self.unit == "share" else self.amount)

    def __str__(self) -> str:
        return f"{self.amount * 100:g}%" if self.unit == "share" else f"{self.amount:g}s"


HEAVIEST = 3.0  # a sense counts at most this many times as much as by itself
ASPECTS = (
    "overview",
    "content",
    "emotion",
    "viewpoint",
    "interaction",
    "visual details",
    "auditory details",
    "style",
    "characters",
    "setting",
)


@dataclass(frozen=True)
class Preference:
    """What one viewer cares about. Changing it never perceives again."""

    want: str = ""
    aspects: tuple[str, ...] = ("overview",)
    length: Length = Length(0.15, "share")
    balance: float = 0.5  # 0 only watch ... 1 only listen
    variety: float = 0.3  # 0 the best moments, however alike ... 1 as different as possible
    fill: bool = False  # with a wish that fills less than the length: top up with other highlights
    keep: tuple[Event, ...] = ()  # in, whole and just so, even where longer than the length
    drop: tuple[Event, ...] = ()  # out, but for what of it is kept
    weights: tuple[tuple[str, float], ...] = ()  # how much more a sense counts; 1 if not named
    selector: str = ""  # how moments are picked; empty: the preset's own way
    taste: tuple[tuple[str, float], ...] = ()  # learned from what this viewer kept and dropped

    def __post_init__(self):
        for name in ("balance", "variety"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise PreferenceError(f"{name} is {value}, but goes from 0 to 1")
        if unknown := [aspect for aspect in self.aspects if aspect not in ASPECTS]:
            raise PreferenceError(f"no aspect {unknown[0]!r}; there are {', '.join(ASPECTS)}")
        for sense, factor in self.weights:
            if not 0 <= factor <= HEAVIEST:
                raise PreferenceError(
                    f"the weight of {sense!r} is {factor}, but goes from 0 to {HEAVIEST:g}"
                )


@dataclass(frozen=True)
class Offer:
    """A preset as somebody choosing among them sees it."""

    name: str
    about: str  # one sentence: what it is good at
    needs: tuple[str, ...] = ()  # names of weights
    missing: tuple[str, ...] = ()  # what it still lacks here
    command: str = ""  # that gets what is missing

    @property
    def ready(self) -> bool:
        return not self.missing


@dataclass(frozen=True)
class When:
    """A stretch of time a wish names, before the length of the video is known."""

    words: str  # "the last 20 seconds"
    start: float
    end: float  # inf: up to the end
    unit: Literal["share", "seconds"] = "seconds"  # negative seconds count from the end
    no: bool = False  # to be left out

    def span(self, seconds: float) -> tuple[float, float]:
        """The stretch in a video of this many seconds; empty where the video is too short."""
        scale = seconds if self.unit == "share" else 1.0
        start, end = (
            at * scale if at >= 0 else max(0.0, seconds + at * scale)
            for at in (self.start, self.end)
        )
        return min(start, seconds), min(end, seconds)


@dataclass(frozen=True)
class Term:
    """One thing a wish asks for, or asks to leave out."""

    words: str  # as typed: "loud music"
    concepts: tuple[Concept, ...] = ()  # any of them judges it; none: no sense is known to
    hint: bool = False  # the concepts only often come with it
    said: bool = False  # asked for as words: "when they talk about penguins"
    no: bool = False  # to be left out
    joined: bool = False  # has to hold together with the term before it: "action with music"
    shown: bool = False  # asked for as words on the screen: "the slide about bees"
    degree: Literal["", "most", "longest"] = ""  # beside the rest: "loudest", "the quiet part"
    which: str = ""  # of the words, those that say which of its kind is meant: "waggle" of a dance


@dataclass(frozen=True)
class Wish:
    """What a viewer's words ask for, as far as they could be read."""

    text: str = ""  # as typed, spaces tidied, bounded
    terms: tuple[Term, ...] = ()  # nothing in here: the best of the video, whatever it is
    whens: tuple[When, ...] = ()  # only there; any of them
    most: int = 0  # moments: "the three loudest"; 0: as many as fit
    english: bool = True  # false: the words are in a language that is not read here
    concepts: tuple[Concept, ...] = ()  # all that could have been asked for


# -- what comes out -------------------------------------------------------------------------------


STAGE = "stage"  # the sense of a curve that is an inner step of another, and only shown


@dataclass(frozen=True)
class Saliency:
    """The curves that counted and their weights. The total is exactly their weighted sum."""

    curves: tuple[Curve, ...]
    weights: tuple[float, ...]  # sum to 1 or less; 0 for a curve that is only shown

    def __post_init__(self):
        if len(self.curves) != len(self.weights):
            raise ValueError(f"{len(self.curves)} curves but {len(self.weights)} weights")

    @cached_property
    def total(self) -> np.ndarray:
        """(seconds,) float64: the sum of weight times curve, nothing else."""
        rows = len(self.curves[0].values) if self.curves else 0
        total = np.zeros(rows)
        for curve, weight in zip(self.curves, self.weights, strict=True):
            total += weight * curve.array
        total.setflags(write=False)
        return total


@dataclass(frozen=True)
class Answer:
    """What became of the wish.

    "open": there was no wish. "found": it was, in `seconds` of the video. "absent": it could have
    been measured, and is not there. "cannot": this preset has no sense for it; `text` says which
    senses were used instead and which preset could judge it.
    """

    kind: Literal["open", "found", "absent", "cannot"]
    text: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class Score:
    """What a head makes of one perception and one preference."""

    saliency: Saliency
    answer: Answer
    admitted: np.ndarray  # (seconds,) bool: the seconds that may enter the reel
    reasons: tuple[str, ...]  # what each curve of the saliency stands for: "music", "a new view"
    barred: tuple[Event, ...] = ()  # the viewer wants these left out, even to fill the length
    most: int = 0  # highlights at most; 0: as many as fit

    def why(self, start: float, end: float) -> str:
        """What lifts this stretch most, in words: 'music and a new view'."""
        rows = slice(int(start), max(int(start) + 1, math.ceil(end - 1e-6)))
        lifts: dict[str, float] = {}
        for reason, lift in zip(self.reasons, self._lifts[:, rows].mean(axis=1), strict=True):
            if reason:
                lifts[reason] = max(float(lift), lifts.get(reason, 0.0))
        best = sorted(lifts, key=lifts.__getitem__, reverse=True)[:3]
        named = [reason for reason in best if lifts[reason] > max(0.3 * lifts[best[0]], 0.01)]
        return " and ".join([", ".join(named[:-1]), named[-1]] if named[1:] else named)

    @cached_property
    def _lifts(self) -> np.ndarray:
        """(curves, seconds): what each adds; what is there all the time explains less."""
        rows = np.zeros((len(self.reasons), len(self.admitted)))
        for row, curve, weight in zip(
            rows, self.saliency.curves, self.saliency.weights, strict=True
        ):
            row[:] = weight * (curve.array - curve.array.mean() / 2)
        return rows


@dataclass(frozen=True)
class Highlight:
    """A stretch chosen for the reel, its mean saliency, and why in words."""

    start: float
    end: float
    score: float
    why: str

    @property
    def seconds(self) -> float:
        return self.end - self.start


@dataclass(frozen=True)
class Sentence:
    """A sentence of the story, the stretch it speaks of, and what it rests on."""

    start: float
    end: float
    text: str
    evidence: tuple[str, ...]  # "subtitles: 'the sea is calm'", "light: night"


@dataclass(frozen=True)
class Summary:
    """The whole answer to one wish over one video."""

    video: Video
    preference: Preference
    answer: Answer
    saliency: Saliency
    highlights: tuple[Highlight, ...]
    story: tuple[Sentence, ...] = field(default=())
    heard_by: str = ""  # the recogniser that heard what was said, if one did
    titles: tuple[Line, ...] = ()  # of the slides, where it is a talk
    note: str = ""  # what a reader of the story ought to know of how it was made

    @property
    def seconds(self) -> float:
        """How long the reel will be."""
        return sum(highlight.seconds for highlight in self.highlights)

    def to_json(self) -> str:
        """Everything, so that from_json gives an equal Summary."""
        return _summary_form().dump_json(self, indent=1).decode()

    @staticmethod
    def from_json(text: str | bytes) -> "Summary":
        from pydantic import ValidationError

        try:
            summary = _summary_form().validate_json(text, strict=False)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise SummarizerError(f"this is no summary.json: {where}: {first['msg']}") from None
        summary._check()
        return summary

    def _check(self) -> None:
        """Whether its times can be those of its video; files come from anywhere."""
        whole, wish = self.video.seconds, self.preference
        if not 0 < whole < math.inf:
            raise SummarizerError(f"this is no summary.json: a video of {whole} s does not exist")
        spans = (*self.highlights, *self.story, *self.titles, *wish.keep, *wish.drop)
        for span in spans:
            if not 0 <= span.start <= span.end <= whole + 1:  # false for NaN, too
                raise SummarizerError(
                    f"this is no summary.json: it speaks of {span.start} to {span.end} s in a "
                    f"video of {whole:.1f} s"
                )
        if any(len(curve.values) != self.video.rows for curve in self.saliency.curves):
            raise SummarizerError(
                f"this is no summary.json: its curves don't have {self.video.rows} values each"
            )


@cache
def _summary_form():
    from pydantic import TypeAdapter  # takes a third of a second, and only files need it

    return TypeAdapter(Summary)
