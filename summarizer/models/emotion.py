"""What emotion the sound carries, second by second: one form, whoever says so.

`emotion` gives what a trained classifier heard, where one is here, and else what the mood of the
sound measures. `published` is a formula others published, kept as a baseline to compare with.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from summarizer import checkpoint
from summarizer.errors import SummarizerError
from summarizer.schema import Perception, Track

TRACK = "emotion"  # what a classifier leaves: a row of probabilities for each window; its own name
MOOD = "measured mood"
PUBLISHED = "published formula"
LIVELY, LEANING = "energy of the sound", "leaning of the music"  # the curves of the mood
SPEECH, SPOKEN = "speech", 0.1  # share of a second below which nobody speaks in it
MOODS = ("neutral", "cheerful", "tense", "calm", "sad")
FORMULA = ("anger", "happiness", "sadness", "neutral", "fear")
CLASSIFIER = "emotion classifier"  # before what it hears with and its names, in `made_by`


@dataclass(frozen=True, eq=False)
class Emotion:
    """Probabilities of some emotions over time; each row sums to one."""

    times: np.ndarray  # (rows,) float64, seconds: the middle of what each row is about
    names: tuple[str, ...]
    probabilities: np.ndarray  # (rows, names) float64
    made_by: str  # "measured mood", "published formula", "emotion classifier ..."

    def __post_init__(self):
        if self.probabilities.shape != (len(self.times), len(self.names)):
            raise SummarizerError(
                f"{self.probabilities.shape} probabilities for {len(self.times)} times and "
                f"{len(self.names)} emotions"
            )

    def by_second(self, rows: int) -> "Emotion":
        """The same with one row for each of so many seconds: the one nearest to its middle."""
        middles = np.arange(rows) + 0.5
        if not len(self.times):
            even = np.full((rows, len(self.names)), 1 / max(1, len(self.names)))
            return Emotion(middles, self.names, even, self.made_by)
        after = np.searchsorted(self.times, middles).clip(1, max(1, len(self.times) - 1))
        last = len(self.times) - 1
        before, after = np.minimum(after - 1, last), np.minimum(after, last)
        nearer = middles - self.times[before] <= self.times[after] - middles
        nearest = np.where(nearer, before, after)
        return Emotion(middles, self.names, self.probabilities[nearest], self.made_by)


def emotion(perception: Perception) -> Emotion:
    """What the sound of a video carries, a row for each second; no rows where it has no sound.

    A classifier's word counts before the measured mood; `made_by` says whose it is. It learned from
    speech, so where nobody speaks all its emotions are alike.
    """
    rows = perception.video.rows
    track = perception.track(TRACK)
    if track is not None and len(track.times):
        return _spoken(heard(track).by_second(rows), perception)
    lively, leaning = (perception.curve(name) for name in (LIVELY, LEANING))
    if lively is None or leaning is None:
        return Emotion(np.zeros(0), MOODS, np.zeros((0, len(MOODS))), MOOD)
    return mood(lively.array, leaning.array)


def _spoken(found: Emotion, perception: Perception) -> Emotion:
    speech = perception.curve(SPEECH)
    if speech is None:
        return found
    silent = (speech.array < SPOKEN)[:, None]
    shares = np.where(silent, 1 / len(found.names), found.probabilities)
    return Emotion(found.times, found.names, shares, found.made_by)


def mood(lively: np.ndarray, leaning: np.ndarray) -> Emotion:
    """Shares of five moods from how lively each second is and where its music leans, both in
    [0, 1] with 0.5 for neither.

    These are the two axes that feelings are often laid out on (Russell 1980: arousal, valence). A
    second is neutral as far as it is near the middle of both; the rest goes to the four corners.
    Where music leans nowhere, as in speech, lively counts for cheerful and tense alike: nothing
    here can tell them apart. Levels do not enter, for the curves have none in them.
    """
    arousal, valence = 2 * np.asarray(lively) - 1, 2 * np.asarray(leaning) - 1
    strength = np.maximum(np.abs(arousal), np.abs(valence))
    up, down = (1 + arousal) / 2, (1 - arousal) / 2
    good, bad = (1 + valence) / 2, (1 - valence) / 2
    corners = np.stack([up * good, up * bad, down * good, down * bad], axis=1)
    shares = np.concatenate([1 - strength[:, None], strength[:, None] * corners], axis=1)
    return Emotion(np.arange(len(shares)) + 0.5, MOODS, shares, MOOD)


# -- the track of a classifier --------------------------------------------------------------------


def file() -> Path | None:
    """The numbers of the classifier this project keeps, where it is here."""
    here = checkpoint.find(TRACK)
    return here / checkpoint.TRAINED if here else None


def told_by(hears: str, names: tuple[str, ...]) -> str:
    """What a classifier writes as `made_by` of its track, so that its rows can be named again."""
    return f"{CLASSIFIER} ({hears}): {', '.join(names)}"


def heard(track: Track) -> Emotion:
    """The track of a classifier as emotions."""
    kind, colon, names = track.made_by.partition(": ")
    named = tuple(names.split(", "))
    if not kind.startswith(CLASSIFIER) or not colon or track.values.shape[1:] != (len(named),):
        raise SummarizerError(
            f"the track {track.name!r} of {track.made_by[:40]!r} holds no emotions; perceive the "
            "video again"
        )
    values = track.values.astype(np.float64)
    values /= np.maximum(values.sum(axis=1, keepdims=True), 1e-9)  # they were kept with few digits
    return Emotion(np.asarray(track.times, np.float64), named, values, kind)


# -- the baseline ---------------------------------------------------------------------------------

WINDOW, HOP = 2.0, 1.0  # seconds
# what others call the same
ADJECTIVES = {
    "anger": "angry",
    "happiness": "happy",
    "sadness": "sad",
    "neutral": "neutral",
    "fear": "fearful",
}
LOUD, CROSSED, BRIGHT = 10.0, 2.0, 4000.0  # RMS times this, crossings times this, hertz by this


def published(rms: np.ndarray, crossings: np.ndarray, centroid: np.ndarray) -> Emotion:
    """The published formula: RMS (of samples in [-1, 1]), zero crossings a sample and spectral
    centroid in hertz, one of each a second.

    It is a meter of loudness and brightness: silence is mostly sad, a recording turned up is
    happier and angrier, and no distribution is far from flat. Kept to compare with, never used.
    """
    r = np.minimum(LOUD * np.asarray(rms, np.float64), 1)
    z = np.minimum(CROSSED * np.asarray(crossings, np.float64), 1)
    c = np.minimum(np.asarray(centroid, np.float64) / BRIGHT, 1)
    scores = np.stack(
        [
            0.6 * r + 0.4 * c,
            0.7 * r + 0.3 * (1 - z),
            0.8 * (1 - r) + 0.2 * (1 - c),
            1 - np.abs(r - 0.5),
            0.5 * c + 0.5 * z,
        ],
        axis=1,
    )
    shares = scores / scores.sum(axis=1, keepdims=True)
    return Emotion(np.arange(len(shares)) * HOP + WINDOW / 2, FORMULA, shares, PUBLISHED)


def published_of(samples: np.ndarray, rate: int) -> Emotion:
    """The published formula over sound as published: windows of two seconds, one second apart;
    what fills no window at the end is left out."""
    size, hop = round(WINDOW * rate), round(HOP * rate)
    begins = range(0, len(samples) - size + 1, hop)
    measured = np.array([_measured(samples[each : each + size], rate) for each in begins])
    return published(*measured.reshape(-1, 3).T)


def _measured(window: np.ndarray, rate: int) -> tuple[float, float, float]:
    """RMS, zero crossings a sample, and the middle of the spectrum in hertz."""
    window = np.asarray(window, np.float64)
    spectrum = np.abs(np.fft.rfft(window))
    hertz = np.fft.rfftfreq(len(window), 1 / rate)
    crossings = np.mean(np.abs(np.diff(np.signbit(window).astype(np.int8))))
    centroid = (hertz * spectrum).sum() / max(spectrum.sum(), 1e-12)
    return float(np.sqrt((window**2).mean())), float(crossings), float(centroid)
