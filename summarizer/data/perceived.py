"""What was perceived of the media of a manifest, kept so that training needs no decoder.

A folder with a cache of `summarizer.cache`'s form, which holds one entry for each picture, sound
or video and one for each wish, and with `index.jsonl`: its first line says by what all of it was
made, every other one what belongs to which example. What is kept are the very findings that are
told from in use, so the two can't drift apart.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np

from summarizer.cache import Cache
from summarizer.errors import OutputError, SummarizerError
from summarizer.schema import Curve, Event, Findings, Perception, Track, Video

FORM = "watch-and-listen features"
VERSION = 1
INDEX = "index.jsonl"
TRACKS = ("sight", "patches", "frames", "hearing", "tune")  # that something is learned from
LINE = 1 << 20  # bytes of a line at most
ENDLESS = 1 << 62  # bytes: what is learned from is never thrown away
ENTRY = re.compile(r"[0-9a-f]{2}/[0-9a-f]{64}/[a-z]+-[0-9a-f]{16}\.safetensors")
SHORTEST = 0.1  # seconds of a part


@dataclass(frozen=True)
class Kept:
    """Where what belongs to an example lies, and what has to be known of it before it is read."""

    id: str
    media: str
    """what was perceived, and which part of it; several examples may be of the same"""
    video: tuple[str, str, float, tuple[int, int], bool]
    """name, sha256, seconds, size, whether it has sound"""
    events: tuple[tuple[float, float], ...]
    entry: str
    tracks: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """by which weights each was made, and how wide it is"""
    wish: str = ""
    """the entry of the wish, where there is one"""

    @property
    def seconds(self) -> float:
        return self.video[2]

    @property
    def seen(self) -> Video:
        name, sha256, seconds, size, has_audio = self.video
        rate = Fraction(1 if size[0] else 0)
        return Video(name, sha256, seconds, size, rate, 0, Fraction(1), has_audio)


def place_of(manifest: Path) -> Path:
    """The folder of a manifest's features, unless told otherwise."""
    return manifest.with_suffix(".features")


# -- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Features:
    """A folder of them, as far as it is filled."""

    folder: Path
    made: Mapping[str, object]
    """the preset, and what its findings depend on"""
    kept: Mapping[str, Kept]
    """by the id of the example"""

    @cached_property
    def cache(self) -> Cache:
        return Cache(self.folder, ENDLESS)

    def perception(self, kept: Kept) -> Perception:
        """All that was perceived of it."""
        found = self._findings(kept.entry, kept.id)
        events = tuple(Event(*each) for each in kept.events)
        return Perception(kept.seen, events, found.curves, found.lines, found.tracks)

    def wish(self, kept: Kept) -> dict[str, np.ndarray]:
        """(width,) the wish in the space of each track that it can be compared with."""
        if not kept.wish:
            return {}
        tracks = self._findings(kept.wish, kept.id).tracks
        return {each.name: each.values[0].astype(np.float32) for each in tracks}

    def _findings(self, entry: str, example: str) -> Findings:
        found = self.cache.get(self.folder / entry)
        if found is None:
            raise SummarizerError(
                f"{self.folder.name} has lost what was perceived of the example {example[:80]!r}; "
                f"run python -m summarizer.features for its manifest again"
            )
        return found


def read(folder: Path) -> Features:
    """The features in a folder; a last line that was cut off by a kill counts as not there."""
    from pydantic import TypeAdapter, ValidationError

    if not (folder / INDEX).is_file():
        raise SummarizerError(
            f"{folder} holds no features; make them with python -m summarizer.features MANIFEST "
            "--preset NAME, where its videos and pictures are"
        )
    form, kept = TypeAdapter(Kept), {}
    lines = _lines(folder / INDEX)
    made = _header(folder, next(lines, (1, b""))[1])
    for number, line in lines:
        try:
            each = form.validate_json(line)
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"])
            raise SummarizerError(
                f"{folder.name}/{INDEX}, line {number} is no line of features ({where[:80]}); "
                "delete the line, and make what is missing again"
            ) from None
        if not all(ENTRY.fullmatch(entry) for entry in (each.entry, each.wish) if entry):
            raise SummarizerError(f"{folder.name}/{INDEX}, line {number} names no entry of a cache")
        kept[each.id] = each
    return Features(folder, made, kept)


def _header(folder: Path, line: bytes) -> dict[str, object]:
    try:
        head = json.loads(line)
        if head["form"] == FORM and head["version"] == VERSION:
            return dict(head["made"])
    except (ValueError, TypeError, KeyError):
        pass
    raise SummarizerError(
        f"{folder.name}/{INDEX} does not begin as features of version {VERSION} do; delete "
        f"{folder} and make them anew"
    )


def _lines(index: Path) -> Iterator[tuple[int, bytes]]:
    """The whole lines, numbered."""
    with index.open("rb") as file:
        for number, line in enumerate(iter(lambda: file.readline(LINE), b""), start=1):
            if not line.endswith(b"\n"):
                return
            yield number, line


# -- writing --------------------------------------------------------------------------------------


class Keeper:
    """Fills a folder, example by example; killed at any moment, it goes on."""

    def __init__(self, folder: Path, made: Mapping[str, object]):
        self.made, index = made, folder / INDEX
        if index.is_file() and any(_lines(index)):
            self.features = read(folder)
            if self.features.made != made:
                raise SummarizerError(
                    f"{folder} holds features by the preset "
                    f"{str(self.features.made.get('preset'))[:40]!r} or by other settings or "
                    "models; choose another --out, or delete that folder"
                )
            whole = sum(len(line) for _, line in _lines(index))
            with index.open("r+b") as file:
                file.truncate(whole)
        else:
            folder.mkdir(parents=True, exist_ok=True)
            head = {"form": FORM, "version": VERSION, "made": dict(made)}
            index.write_text(f"{json.dumps(head)}\n", encoding="utf-8")
            self.features = Features(folder, made, {})
        self.kept = dict(self.features.kept)
        self.media = {each.media: each for each in self.kept.values()}
        self.index = index

    def known(self, media: str) -> Kept | None:
        """What was perceived of these media for another example."""
        other = self.media.get(media)
        return other if other and (self.features.folder / other.entry).is_file() else None

    def share(self, other: Kept, example: str, wish: str = "") -> None:
        """Keep that an example is of the same media as another."""
        self._add(replace(other, id=example, wish=wish))

    def keep(self, example: str, media: str, perception: Perception, wish: str = "") -> None:
        """Keep what was perceived of an example."""
        video, tracks = perception.video, learned_from(perception)
        found = Findings(perception.curves, perception.lines, tracks)
        self._add(
            Kept(
                example,
                media,
                (video.name, video.sha256, video.seconds, video.size, video.has_audio),
                tuple((each.start, each.end) for each in perception.events),
                self._put(video.sha256, "perceived", f"{media} {json.dumps(self.made)}", found),
                {each.name: (each.made_by, each.values.shape[1]) for each in tracks},
                wish,
            )
        )

    def keep_wish(self, sha256: str, tracks: Sequence[Track]) -> str:
        """Keep a wish, by its text's digest, as one row in each space; its entry."""
        return self._put(sha256, "wish", json.dumps(self.made), Findings(tracks=tuple(tracks)))

    def _put(self, sha256: str, kind: str, identity: str, found: Findings) -> str:
        cache = self.features.cache
        entry = cache.entry(sha256, kind, identity)
        cache.put(entry, found)
        if not entry.is_file():
            raise OutputError(f"features can't be written to {cache.root}; make room and try again")
        return entry.relative_to(cache.root).as_posix()

    def _add(self, kept: Kept) -> None:
        self.kept[kept.id] = self.media[kept.media] = kept
        with self.index.open("a", encoding="utf-8") as file:
            file.write(f"{json.dumps(asdict(kept))}\n")


def learned_from(perception: Perception) -> tuple[Track, ...]:
    """The tracks that are kept."""
    return tuple(each for each in perception.tracks if each.name in TRACKS and len(each.times))


# -- a part of a video ----------------------------------------------------------------------------


def part_of(perception: Perception, start: float, end: float) -> Perception:
    """What was perceived of a stretch, as if it were a video of its own."""
    end = min(end, perception.video.seconds)
    if end - start < SHORTEST:
        raise SummarizerError(
            f"the part from {start:.1f} s on is not in {perception.video.name}, which lasts "
            f"{perception.video.seconds:.1f} s"
        )
    video = replace(perception.video, seconds=end - start)
    return replace(
        perception,
        video=video,
        events=tuple(
            Event(max(each.start, start) - start, min(each.end, end) - start)
            for each in perception.events
            if min(each.end, end) > max(each.start, start)
        ),
        curves=tuple(_moved(each, start, video.rows) for each in perception.curves),
        lines=tuple(
            replace(each, start=max(each.start, start) - start, end=min(each.end, end) - start)
            for each in perception.lines
            if min(each.end, end) > max(each.start, start)
        ),
        tracks=tuple(_cut(each, start, end) for each in perception.tracks),
    )


def _moved(curve: Curve, start: float, rows: int) -> Curve:
    """Each new second has its shares of the two old ones it lies in."""
    first = int(start)
    late = start - first
    old = np.append(curve.array[first : first + rows + 1], [curve.array[-1]] * 2)[: rows + 1]
    values = (1 - late) * old[:-1] + late * old[1:]
    return Curve.of(curve.name, curve.sense, values)


def _cut(track: Track, start: float, end: float) -> Track:
    inside = (track.times >= start - 1e-6) & (track.times < end)
    return replace(track, times=track.times[inside] - start, values=track.values[inside])
