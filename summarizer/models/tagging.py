"""What is heard in each second, in a few names with how sure whoever says so is.

Three ways, the best that is there: tags that an installed tagger left, CLAP compared with a list of
names, and what the senses measure without any model.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from summarizer.models.hub import WEIGHTS
from summarizer.schema import Line, Perception, Track

MOST = 3  # names a second
SOURCE = "tags"  # of the lines that a tagger leaves
HEARING = "hearing"  # CLAP's track
MEASURED = "measured"
LEAST = 0.5  # how sure at least: below it is likelier not there
CLEAR = 0.8  # by how much CLAP has to prefer a name: among two hundred, some are near by chance
# the curves that tell a kind of sound, by what it is called
CURVES = {
    "speech": "share of speech",
    "music": "share of music",
    "steady noise": "share of steady noise",
    "noise bursts": "share of noise bursts",
    "quiet": "share of quiet",
    "other sound": "share of other sound",
    "whistle-like tone": "whistle-like tone",
    "gliding tone": "gliding tone",
}


@dataclass(frozen=True)
class Tag:
    """A name, how sure it is in [0, 1], and who says so."""

    name: str
    confidence: float
    made_by: str


Tags = tuple[tuple[Tag, ...], ...]  # for each second at most MOST, the surest first


def tags(perception: Perception) -> Tags:
    """What is heard in each second of a video; nothing where there is no sound, or none is sure."""
    rows = perception.video.rows
    if lines := [line for line in perception.lines if line.source == SOURCE]:
        return said(lines, rows)
    track = perception.track(HEARING)
    if track is not None and len(track.times) and reads(track):
        return compared(track, rows)
    return measured({curve.name: curve.array for curve in perception.curves}, rows)


def measured(curves: Mapping[str, np.ndarray], rows: int) -> Tags:
    """Kinds of sound by the senses' own curves: how sure is the share of the second."""
    there = {name: curves[curve] for name, curve in CURVES.items() if curve in curves}
    if not there:
        return ((),) * rows
    return best(tuple(there), np.stack(list(there.values()), axis=1), MEASURED)


# -- what a tagger left ---------------------------------------------------------------------------


def lines_of(times: np.ndarray, names: Sequence[str], scores: np.ndarray, by: str) -> list[Line]:
    """The surest names of each second as lines; what goes on is one line as sure as its mean."""
    seconds = np.floor(times).astype(int)
    running: dict[str, list[float]] = {}  # name -> begin, and how sure in each second since
    found: list[Line] = []
    last = int(seconds.max()) + 1 if len(seconds) else 0
    for second in range(last + 1):
        rows = scores[seconds == second]
        row = rows.mean(axis=0) if len(rows) else np.zeros(len(names))
        top = [int(each) for each in np.argsort(-row)[:MOST] if row[each] >= LEAST]
        here = {names[each]: float(row[each]) for each in top}
        for name in [each for each in running if each not in here]:
            begin, *sure = running.pop(name)
            found.append(_line(begin, float(second), name, sure, by))
        for name, sure in here.items():
            running.setdefault(name, [float(second)]).append(sure)
    return sorted(found, key=lambda each: (each.start, -each.confidence))


def _line(begin: float, end: float, name: str, sure: Sequence[float], by: str) -> Line:
    return Line(begin, end, f"{name} ({by})", SOURCE, round(float(np.mean(sure)), 3))


def said(lines: Sequence[Line], rows: int) -> Tags:
    """The tags that a tagger left as lines, `name (tagger)` each."""
    found: list[list[Tag]] = [[] for _ in range(rows)]
    for line in lines:
        name, _, by = line.text.rpartition(" (")
        tag = Tag(name, line.confidence, by.removesuffix(")"))
        for second in range(int(line.start), min(rows, int(np.ceil(line.end)))):
            found[second].append(tag)
    return tuple(tuple(sorted(each, key=lambda t: -t.confidence)[:MOST]) for each in found)


# -- CLAP -----------------------------------------------------------------------------------------


def reads(track: Track) -> bool:
    """Whether the texts that belong to a track may be anything: models that were trained on a
    world of their own know none of the names."""
    weights = WEIGHTS.get(track.made_by)
    return weights is not None and not weights.beside


def compared(track: Track, rows: int) -> Tags:
    """CLAP's rows compared with the names of the list, and with texts that fit anything.

    How sure is how far a name is above those, as everywhere here: 0.5 is as near as they are. It is
    no measured probability: nothing here was trained to be one.
    """
    from summarizer.models.neutral import relevance
    from summarizer.models.sounding import TAGS

    wishes, neutral = _named(track.name, track.made_by)
    scores = relevance(wishes, track.values.astype(np.float32), neutral).T  # (windows, names)
    nearest = np.abs(track.times[:, None] - (np.arange(rows) + 0.5)[None]).argmin(axis=0)
    return best(TAGS, scores[nearest], track.made_by, CLEAR)


@lru_cache(maxsize=2)
def _named(name: str, weights: str) -> tuple[np.ndarray, np.ndarray]:
    """The list in the space of a track, and what fits anything there."""
    from summarizer.models.beholding import reader
    from summarizer.models.neutral import asked
    from summarizer.models.sounding import TAGS

    read, phrases, neutral = reader(name, weights)
    return np.stack([asked(read, each, phrases) for each in TAGS]), neutral


def best(names: Sequence[str], scores: np.ndarray, by: str, least: float = LEAST) -> Tags:
    """Of (seconds, names), the surest names of each second."""
    order = np.argsort(-scores, axis=1, kind="stable")[:, :MOST]
    return tuple(
        tuple(
            Tag(names[each], round(float(row[each]), 3), by) for each in top if row[each] >= least
        )
        for row, top in zip(scores, order, strict=True)
    )
