"""What one viewer tends to keep and to drop, as a few bounded numbers the browser can hold.

A taste has a number in [-1, 1] for curves that people understand ("music") and for directions in
the space of what is said ("words.3"). Only what sets a moment apart from the rest of its video
teaches anything, and only that is preferred later, so a taste carries over to other videos. It
comes back as curves of one more sense, "taste": the head weighs them like all others.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice

import numpy as np

from summarizer.schema import Curve, Event, Perception

Taste = tuple[tuple[str, float], ...]

RATE = 0.15  # of a number that one moment replaces: about the last ten count
LACK = 0.25  # to lack what is liked counts less than to have it
GAIN = 4.0  # from a number and a second that fits it to how strongly it is preferred
LEAST = 0.01  # a number below this is forgotten
TOLD = 0.08  # and below this not spoken of: that is less than one moment teaches
SPREAD = 0.1  # of a curve; what varies less than this hardly sets anything apart
MEANT = 0.25  # of a unit vector; what is said differs by about this much within one video
READ = 1_000  # entries of a taste from a browser that are looked at

# curve -> what more of it is called
CURVES = {
    "music": "music",
    "speech": "people talking",
    "loudness": "loud moments",
    "sudden sounds": "sudden sounds",
    "new sounds": "new sounds",
    "faces": "faces",
    "movement": "much movement",
    "new sights": "new views",
    "cuts": "quick cuts",
    "camera moves": "a moving camera",
    "camera shakes": "a shaking camera",
    "light": "bright pictures",
    "colour": "strong colours",
}
DARK = "dark pictures"  # less light is something by itself
WORDS = 24  # directions in the space of what is said
MEANINGS = tuple(f"words.{place}" for place in range(WORDS))
NAMES = (*CURVES, *MEANINGS)

KEEP, SPARE = "what you tend to keep", "without what you tend to drop"  # the curves of a taste


def known(taste: object) -> Taste:
    """A taste from anywhere, bounded; what is not understood is ignored."""
    entries = taste if isinstance(taste, Iterable) and not isinstance(taste, str | bytes) else ()
    found: dict[str, float] = {}
    for entry in islice(entries, READ):
        if isinstance(entry, tuple | list) and len(entry) == 2:
            name, number = entry
            if isinstance(name, str) and name in NAMES and _is_number(number):
                found[name] = round(float(min(max(number, -1), 1)), 4)
    return tuple((name, found[name]) for name in NAMES if abs(found.get(name, 0.0)) >= LEAST)


def _is_number(value: object) -> bool:
    whole = isinstance(value, int) and not isinstance(value, bool)
    return whole or (isinstance(value, float) and not math.isnan(value))


def learn(taste: Taste, perception: Perception, span: Event, liked: float) -> Taste:
    """The taste a little nearer to what this stretch has and the rest of its video has not, or
    away from it; liked goes from -1 (dropped) to 1 (kept)."""
    numbers, traits = dict(known(taste)), Traits.of(perception)
    share = _share(span, perception.video.rows)
    liked = min(max(liked, -1.0), 1.0) if math.isfinite(liked) else 0.0
    if not share.any() or not traits.names or not liked:
        return known(taste)
    apart = share @ traits.values
    apart = np.where(traits.two_sided, apart, np.maximum(apart, 0))  # what it lacks tells nothing
    step = RATE * abs(liked)
    faded = {name: (1 - step) * number for name, number in numbers.items()}
    for name, value in zip(traits.names, apart.tolist(), strict=True):
        faded[name] = faded.get(name, 0.0) + math.copysign(step, liked) * value
    return known(tuple(faded.items()))


def with_taste(perception: Perception, taste: Taste) -> Perception:
    """The perception with the curves of one more sense: what this viewer tends to keep, and where
    there is nothing of what they tend to drop; itself where the taste has no say in it."""
    numbers = dict(known(taste))
    if not numbers:
        return perception
    traits = Traits.of(perception)
    weights = np.array([numbers.get(name, 0.0) for name in traits.names])
    named = np.array([name in CURVES for name in traits.names], bool)
    # what went along with it only now and then counts less than by its number
    weights[named] *= np.abs(weights[named]) / np.abs(weights[named]).max(initial=LEAST)
    # to lack what is liked speaks against a second; to lack what is disliked is nothing to keep
    lacking = np.where(traits.two_sided, weights, LACK * np.maximum(weights, 0))
    pull = np.maximum(traits.values, 0) @ weights + np.minimum(traits.values, 0) @ lacking
    if not np.any(np.abs(pull) > LEAST):
        return perception
    strength = np.tanh(GAIN * pull)
    own = Curve.of(KEEP, "taste", strength), Curve.of(SPARE, "taste", 1 + np.minimum(strength, 0))
    return replace(perception, curves=(*perception.curves, *own))


def taste_words(taste: Taste) -> str:
    """'you tend to keep music and faces, and to drop much movement'; nothing where nothing that
    has a name is learnt."""
    numbers = {name: number for name, number in known(taste) if name in CURVES}
    strongest = max(map(abs, numbers.values()), default=0.0)
    names = sorted(numbers, key=lambda name: -abs(numbers[name]))
    told = [name for name in names if abs(numbers[name]) >= max(TOLD, strongest / 3)][:4]
    liked = [_called(name, numbers[name]) for name in told if _is_liked(name, numbers[name])]
    not_liked = [CURVES[name] for name in told if not _is_liked(name, numbers[name])]
    keeps = f"you tend to keep {_listed(liked)}" if liked else ""
    drops = f"to drop {_listed(not_liked)}" if not_liked else ""
    if keeps and drops:
        return f"{keeps}, and {drops}"
    return keeps or (f"you tend {drops}" if drops else "")


def _is_liked(name: str, number: float) -> bool:
    return number > 0 or name == "light"


def _called(name: str, number: float) -> str:
    return DARK if name == "light" and number < 0 else CURVES[name]


def _listed(names: list[str]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}" if names[1:] else names[0]


# -- what sets the seconds of a video apart --------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Traits:
    """How far each second of a video has more or less than usual there of what can be liked."""

    names: tuple[str, ...]
    values: np.ndarray  # (seconds, names) in [-1, 1]

    @property
    def two_sided(self) -> np.ndarray:
        """(names,) bool: whether less of it is something by itself, as darkness is."""
        return np.array([name in (*MEANINGS, "light") for name in self.names], bool)

    @staticmethod
    def of(perception: Perception) -> "Traits":
        curves = [curve for name in CURVES if (curve := perception.curve(name)) is not None]
        rows = perception.video.rows
        columns = [_apart(curve.array) for curve in curves if len(curve.values) == rows]
        names = [curve.name for curve in curves if len(curve.values) == rows]
        meanings = _meanings(perception)
        if meanings is not None:
            names += MEANINGS
            columns += list(meanings.T)
        return Traits(tuple(names), np.array(columns).T.reshape(rows, len(names)))


def _apart(values: np.ndarray) -> np.ndarray:
    """A curve as how unusual each value is in it; one that is high everywhere is never unusual."""
    return np.clip((values - values.mean()) / max(values.std(), SPREAD), -1, 1)


def _meanings(perception: Perception) -> np.ndarray | None:
    """(seconds, WORDS): what is said, against what is usual here, as a vector of at most 1."""
    track = perception.track("words")
    if track is None or len(track.values) == 0 or len(track.values) != len(perception.lines):
        return None
    sums, counts = np.zeros((perception.video.rows, WORDS)), np.zeros(perception.video.rows)
    points = track.values.astype(np.float32) @ directions(track.values.shape[1])
    for line, point in zip(perception.lines, points, strict=True):
        seconds = slice(max(0, int(line.start)), math.ceil(line.end))
        sums[seconds] += point
        counts[seconds] += 1
    said = counts > 0
    if not said.any():
        return None
    means = sums[said] / counts[said, None]
    apart = means - means.mean(axis=0)
    # a projection onto a few of many directions shortens a vector by this much
    sizes = np.linalg.norm(apart, axis=1) * math.sqrt(track.values.shape[1] / WORDS)
    apart /= np.maximum(np.linalg.norm(apart, axis=1), 1e-9)[:, None]
    apart *= np.minimum(1.0, sizes / MEANT)[:, None]
    traits = np.zeros_like(sums)
    traits[said] = apart
    return traits


@cache
def directions(width: int) -> np.ndarray:
    """(width, WORDS): orthonormal, fixed by a formula: cosines of so many periods (a DCT-II)."""
    periods = np.arange(1, WORDS + 1) * max(1, width // (WORDS + 1))
    places = (np.arange(width) + 0.5) / width
    return np.float32(math.sqrt(2 / width)) * np.cos(np.pi * places[:, None] * periods, dtype="f4")


def _share(span: Event, rows: int) -> np.ndarray:
    """(seconds,): the share of a stretch that lies in each second; zeros outside the video."""
    starts = np.arange(rows)
    inside = np.minimum(span.end, starts + 1) - np.maximum(span.start, starts)
    inside = np.clip(np.nan_to_num(inside), 0, 1)
    whole = inside.sum()
    return inside / whole if whole > 0 else inside
