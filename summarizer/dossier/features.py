"""ID_features.json, version 1: every second of a clip in numbers.

    form, version   "watch-and-listen features", 1
    id              the clip's name in its folder
    video           {name, sha256, seconds}
    rows            how many seconds there are: one for each second begun
    rms             root mean square of the mono sound at 16 kHz, samples in [-1, 1]
    centroid_hz     centroid of the magnitude spectrum (512 samples, Hann, every 256)
    crossings       share of samples at which the sign changes, 0 to 1
    flux            half the distance of successive spectra scaled to sum 1, on average, 0 to 1
    tempo_bpm       beats a minute around the second; null where no beat is felt
    embedding       {made_by, rows}: one vector a second of MERT, else of OpenL3, CLAP or VGGish,
                    else log-mel statistics (16 bands: mean levels, then deviations)
    emotions        {made_by, names, rows}: shares of each emotion, which sum to 1
    tags            a list a second of {name, confidence, made_by}, the surest first
    highlight       {total, curves: [{name, sense, weight, values}]}: total is their weighted sum

Lists about sound have `rows` entries, or none where the clip has no sound. Numbers are finite.
What is read is checked against all of this.
"""

import json
import math
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.files import reason
from summarizer.models.emotion import emotion
from summarizer.models.tagging import tags
from summarizer.schema import Perception, Saliency, Track

FORM, VERSION = "watch-and-listen features", 1
LARGEST = 256 << 20  # bytes of a file that is read
LONGEST = 86_400  # seconds
DIGITS = 5
EMBEDDINGS = ("tune", "openl3", "hearing", "vggish", "timbre")  # tracks, the best first
MIDDLE, OCTAVES, BEATING = 100.0, 2.4, 0.4  # how the curves "tempo" and "beat" are to be read
SUMS = 0.01  # by which shares may miss 1, for their few digits


@dataclass(frozen=True)
class Source:
    name: str
    sha256: str
    seconds: float


@dataclass(frozen=True)
class Embedding:
    made_by: str
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Emotions:
    made_by: str
    names: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class Tagged:
    name: str
    confidence: float
    made_by: str


@dataclass(frozen=True)
class Part:
    name: str
    sense: str
    weight: float
    values: tuple[float, ...]


@dataclass(frozen=True)
class Scores:
    total: tuple[float, ...]
    curves: tuple[Part, ...]


@dataclass(frozen=True)
class Features:
    """All of it, checked; see the top for what each is."""

    id: str
    video: Source
    rows: int
    rms: tuple[float, ...]
    centroid_hz: tuple[float, ...]
    crossings: tuple[float, ...]
    flux: tuple[float, ...]
    tempo_bpm: tuple[float | None, ...]
    embedding: Embedding
    emotions: Emotions
    tags: tuple[tuple[Tagged, ...], ...]
    highlight: Scores
    form: str = FORM
    version: int = VERSION

    def __post_init__(self):
        _check(self)

    def to_json(self) -> str:
        """As a file holds it; from_json gives an equal value."""
        return _form().dump_json(self).decode() + "\n"

    @staticmethod
    def from_json(text: str | bytes) -> "Features":
        from pydantic import ValidationError

        version = _version(text)
        if version != VERSION:
            raise SummarizerError(
                f"these are features of version {version!r}, and version {VERSION} is read here; "
                "make them again from the clip"
            )
        try:
            return _form().validate_json(text, strict=False)
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"]) or "the file"
            raise SummarizerError(f"these are no features: {where}: {first['msg']}") from None

    @staticmethod
    def read(path: Path) -> "Features":
        """The features a file holds, checked."""
        try:
            if path.stat().st_size > LARGEST:
                raise SummarizerError(
                    f"{path.name} has more than {LARGEST >> 20} MB; it is no such file"
                )
            text = path.read_bytes()
        except OSError as error:
            raise SummarizerError(f"{path.name} can't be read: {reason(error)}") from None
        try:
            return Features.from_json(text)
        except SummarizerError as error:
            raise SummarizerError(f"{path.name}: {error}") from None

    @staticmethod
    def of(name: str, perception: Perception, saliency: Saliency) -> "Features":
        """What a perception and the scores hold of every second."""
        video, rows = perception.video, perception.video.rows
        acoustics = perception.track("acoustics")
        values = _rows(acoustics, rows) if acoustics else np.zeros((0, 4))
        carried = emotion(perception)
        heard = tags(perception) if len(values) else ()
        return Features(
            id=name,
            video=Source(video.name, video.sha256, video.seconds),
            rows=rows,
            rms=_numbers(values[:, 0]),
            centroid_hz=_numbers(1000 * values[:, 1]),
            crossings=_numbers(values[:, 2]),
            flux=_numbers(values[:, 3]),
            tempo_bpm=_tempo(perception) if len(values) else (),
            embedding=_embedding(perception),
            emotions=Emotions(
                carried.made_by, carried.names, tuple(map(_numbers, carried.probabilities))
            ),
            tags=tuple(
                tuple(Tagged(tag.name, tag.confidence, tag.made_by) for tag in row) for row in heard
            ),
            highlight=Scores(
                _numbers(saliency.total),
                tuple(
                    Part(curve.name, curve.sense, weight, curve.values)
                    for curve, weight in zip(saliency.curves, saliency.weights, strict=True)
                ),
            ),
        )


@cache
def _form():
    from pydantic import TypeAdapter

    return TypeAdapter(Features)


def _version(text: str | bytes) -> object:
    """The version a file claims to be of."""
    try:
        held = json.loads(text)
    except (ValueError, RecursionError):
        raise SummarizerError("these are no features: the file is not JSON") from None
    if not isinstance(held, dict) or held.get("form") != FORM:
        raise SummarizerError(f"these are no features: the field 'form' does not say {FORM!r}")
    return held.get("version")


# -- from what was perceived ----------------------------------------------------------------------


def _numbers(values: np.ndarray) -> tuple[float, ...]:
    return tuple(np.round(np.asarray(values, np.float64), DIGITS).tolist())


def _rows(track: Track, rows: int) -> np.ndarray:
    """(rows, width): the mean of what a track has within each second, else what is nearest."""
    values = track.values.astype(np.float64)
    seconds = np.floor(track.times + 1e-6).astype(int)
    middles = np.arange(rows) + 0.5
    after = np.searchsorted(track.times, middles).clip(0, len(values) - 1)
    before = np.maximum(after - 1, 0)
    nearer = middles - track.times[before] <= track.times[after] - middles
    found = values[np.where(nearer, before, after)]
    counts = np.bincount(seconds[seconds < rows], minlength=rows)
    sums = np.zeros((rows, values.shape[1]))
    np.add.at(sums, seconds[seconds < rows], values[seconds < rows])
    found[counts > 0] = sums[counts > 0] / counts[counts > 0, None]
    return found


def _tempo(perception: Perception) -> tuple[float | None, ...]:
    tempo, beat = perception.curve("tempo"), perception.curve("beat")
    if tempo is None or beat is None:
        return (None,) * perception.video.rows
    beats = MIDDLE * 2 ** ((tempo.array - 0.5) * OCTAVES)
    there = beat.array >= BEATING
    return tuple(
        round(each, 1) if felt else None
        for each, felt in zip(beats.tolist(), there.tolist(), strict=True)
    )


def _embedding(perception: Perception) -> Embedding:
    for name in EMBEDDINGS:
        track = perception.track(name)
        if track is not None and len(track.times):
            rows = _rows(track, perception.video.rows)
            return Embedding(track.made_by, tuple(map(_numbers, rows)))
    return Embedding("", ())


# -- what has to hold -----------------------------------------------------------------------------


def _check(given: Features) -> None:
    """Refuse what can't be, with the field and the numbers."""
    if (given.form, given.version) != (FORM, VERSION):
        raise SummarizerError(f"these are no features of version {VERSION}")
    if not 0 < given.video.seconds <= LONGEST or given.rows != _begun(given.video.seconds):
        raise SummarizerError(
            f"field 'rows' is {given.rows}, which is not how many seconds begin in "
            f"{given.video.seconds} s"
        )
    heard = {name: getattr(given, name) for name in ("rms", "centroid_hz", "crossings", "flux")}
    lists = {
        **heard,
        "tempo_bpm": given.tempo_bpm,
        "tags": given.tags,
        "emotions.rows": given.emotions.rows,
        "embedding.rows": given.embedding.rows,
    }
    for name, values in lists.items():
        if len(values) not in (0, given.rows):
            raise SummarizerError(
                f"field {name!r} has {len(values)} entries, and the clip {given.rows} seconds"
            )
    for name, top in (("rms", 1.0), ("centroid_hz", 1e6), ("crossings", 1.0), ("flux", 1.0)):
        _within(name, heard[name], 0.0, top)
    _within("tempo_bpm", [each for each in given.tempo_bpm if each is not None], 1.0, 1000.0)
    _check_rows("embedding.rows", given.embedding.rows)
    _check_rows("emotions.rows", given.emotions.rows, len(given.emotions.names))
    for row in given.emotions.rows:
        _within("emotions.rows", row, 0.0, 1.0)
        if abs(sum(row) - 1) > SUMS:
            raise SummarizerError(
                f"field 'emotions.rows' has shares that sum to {sum(row):.3f}, not 1"
            )
    for row in given.tags:
        _within("tags.confidence", [tag.confidence for tag in row], 0.0, 1.0)
    _check_scores(given)


def _check_scores(given: Features) -> None:
    """The total has to be the weighted sum of the curves."""
    total = np.zeros(given.rows)
    for part in given.highlight.curves:
        _within("highlight.curves.weight", [part.weight], 0.0, 1.0)
        _within("highlight.curves.values", part.values, 0.0, 1.0)
        if len(part.values) != given.rows:
            raise SummarizerError(
                f"the curve {part.name[:40]!r} has {len(part.values)} values, and the clip "
                f"{given.rows} seconds"
            )
        total += part.weight * np.asarray(part.values)
    _within("highlight.total", given.highlight.total, 0.0, 1.0 + SUMS)
    if given.highlight.curves and (
        len(given.highlight.total) != given.rows
        or np.abs(total - given.highlight.total).max() > 10.0**-DIGITS
    ):
        raise SummarizerError("field 'highlight.total' is not the weighted sum of its curves")


def _check_rows(name: str, rows: tuple[tuple[float, ...], ...], width: int | None = None) -> None:
    widths = {len(row) for row in rows}
    if len(widths) > 1 or (width is not None and widths - {width}):
        raise SummarizerError(f"field {name!r} has rows of {sorted(widths)} numbers")
    for row in rows:
        _within(name, row, -1e6, 1e6)


def _within(name: str, values, low: float, high: float) -> None:
    for value in values:
        if not low <= value <= high:  # false for NaN, too
            raise SummarizerError(
                f"field {name!r} holds {value}, which is not from {low:g} to {high:g}"
            )


def _begun(seconds: float) -> int:
    return max(1, math.ceil(seconds - 1e-6))
