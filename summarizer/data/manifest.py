"""The one form in which data sets come to training and evaluation: a manifest, one example a line.

A manifest is JSON Lines in UTF-8. The first line says which version of the form it is, every other
line is one `Example`; a field that has nothing to say is left out. Media are named by a path that
starts from the manifest's own folder and never leaves it, or by an http(s) address. All times are
seconds from the beginning of the example, which is the beginning of its `part` where it has one.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import MISSING, dataclass, fields, replace
from functools import cached_property
from itertools import islice
from pathlib import Path, PurePosixPath, PureWindowsPath

import numpy as np

from summarizer.errors import SummarizerError
from summarizer.files import reason, whole

VERSION = 1
FORM = "watch-and-listen manifest"
LINE = 16 << 20  # bytes of a line at most
MOST = 5_000_000  # examples of a manifest
LARGEST = 1e9  # number of a scale or a rate
LONGEST = 1e6  # seconds of an example, eleven days
TEXT = 100_000  # characters of a text
NAME = 500  # characters of an id, a name, a path
MANY = 10_000  # sentences, captions or windows of an example
SPLITS = ("", "train", "val", "test")


class Malformed(SummarizerError):
    """A value that can't be: which field, what is wrong with it. Whoever knows adds the file."""


# -- the values -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """Something said of the example, of all of it or of a stretch."""

    text: str
    start: float | None = None
    end: float | None = None
    name: str = ""
    """of a caption: what it tells of ("music", "frame", ...); of the story's sentences: empty"""

    def __post_init__(self):
        _text("text", self.text, TEXT)
        _text("name", self.name, NAME)
        if (self.start is None) != (self.end is None):
            raise Malformed("field 'start' comes without 'end' or the other way round")
        if self.start is not None:
            _span("start", (self.start, self.end))


@dataclass(frozen=True)
class Rated:
    """Numbers over time by one or more annotators; value k holds from k / rate on for 1 / rate."""

    rate: float
    """values a second"""
    rows: tuple[tuple[float, ...], ...]
    """one row an annotator, all of one length"""
    low: float = 0.0
    high: float = 1.0
    """where the scale begins and ends"""

    def __post_init__(self):
        for name in ("rate", "low", "high"):
            _number(name, getattr(self, name), -LARGEST, LARGEST)
        if self.rate <= 0 or self.low >= self.high:
            raise Malformed(
                f"field 'rate' is {self.rate:g}, and the scale goes from {self.low:g} to "
                f"{self.high:g}; a rate is above 0, and a scale rises"
            )
        lengths = sorted({len(row) for row in self.rows})
        if len(lengths) != 1 or lengths == [0]:
            raise Malformed(f"field 'rows' has rows of {lengths or 'no'} values, not of one length")
        for row in self.rows:
            if not set(map(type, row)) <= {int, float}:
                raise Malformed("field 'rows' holds something that is no number")
            if not all(self.low <= value <= self.high for value in row):  # false for NaN too
                raise Malformed(
                    f"field 'rows' holds a number outside {self.low:g} to {self.high:g}"
                )

    @cached_property
    def array(self) -> np.ndarray:
        """(annotators, values) float64, read-only."""
        array = np.asarray(self.rows, dtype=np.float64)
        array.setflags(write=False)
        return array

    @property
    def seconds(self) -> float:
        return len(self.rows[0]) / self.rate


@dataclass(frozen=True)
class Example:
    """One thing to learn from or to be measured on."""

    id: str
    video: str = ""
    """path or address of what is seen, and heard unless `sound` names something else"""
    sound: str = ""
    image: str = ""
    part: tuple[float, float] | None = None
    """the stretch of the video or sound that is meant, in its own seconds; all of it if None"""
    seconds: float = 0.0
    """of the part; 0 where nobody says"""
    wish: str = ""
    """what was asked for"""
    story: tuple[Told, ...] = ()
    captions: tuple[Told, ...] = ()
    windows: tuple[tuple[float, float], ...] = ()
    """the stretches the wish means"""
    saliency: Rated | None = None
    masks: Rated | None = None
    """1 where an annotator keeps a moment for a summary, 0 where not"""
    split: str = ""
    source: str = ""
    """the data set"""
    licence: str = ""

    def __post_init__(self):
        for name in ("id", "source", "licence", "video", "sound", "image"):
            _text(name, getattr(self, name), NAME)
        _text("wish", self.wish, TEXT)
        if not self.id:
            raise Malformed("field 'id' is empty")
        if self.split not in SPLITS:
            raise Malformed(f"field 'split' is {str(self.split)[:40]!r}, not train, val or test")
        _number("seconds", self.seconds, 0, LONGEST)
        if self.part is not None:
            _span("part", self.part)
        for name in ("story", "captions", "windows"):
            if len(getattr(self, name)) > MANY:
                raise Malformed(f"field {name!r} has more than {MANY} entries")
        for window in self.windows:
            _span("windows", window)
        if self.masks and any(value not in (0, 1) for row in self.masks.rows for value in row):
            raise Malformed("field 'masks' holds something besides 0 and 1")

    @property
    def media(self) -> tuple[str, ...]:
        """The files or addresses it needs, each once."""
        return tuple(dict.fromkeys(each for each in (self.video, self.sound, self.image) if each))


def _text(name: str, value: object, most: int) -> None:
    if not isinstance(value, str):
        raise Malformed(f"field {name!r} is {_shown(value)}, not a text")
    if len(value) > most:
        raise Malformed(f"field {name!r} has {len(value)} characters; at most {most} are taken")


def _number(name: str, value: object, low: float, high: float) -> None:
    if type(value) not in (int, float) or value != value:  # NaN
        raise Malformed(f"field {name!r} is {_shown(value)}, not a number")
    if not low <= value <= high:
        raise Malformed(f"field {name!r} is {_shown(value)}, not from {low:g} to {high:g}")


def _span(name: str, span: tuple[float, float]) -> None:
    for value in span:
        _number(name, value, 0, LONGEST)
    if span[1] < span[0]:
        raise Malformed(f"field {name!r} ends at {span[1]:g} s, before its start at {span[0]:g} s")


def _shown(value: object) -> str:
    shown = repr(value)
    return shown if len(shown) <= 40 else f"{shown[:40]}..."


# -- where the media are --------------------------------------------------------------------------


def is_address(media: str) -> bool:
    """Whether the media are named by an http(s) address instead of a path."""
    return media.lower().startswith(("http://", "https://"))


def place(manifest: Path, media: str, anywhere: bool = False) -> Path:
    """The file that `media` of this manifest names; `anywhere` lets it leave the folder."""
    path = PurePosixPath(media)
    strays = path.is_absolute() or ".." in path.parts
    strays = strays or bool(PureWindowsPath(media).anchor) or "\\" in media or "\0" in media
    if strays and (not anywhere or "\0" in media):
        raise Malformed(
            f"{_shown(media)} leaves the folder of the manifest; media lie in it or below, "
            "or are an http(s) address"
        )
    return manifest.parent / path


def _placed(manifest: Path, example: Example, anywhere: bool) -> Example:
    for media in example.media:
        if not is_address(media):
            place(manifest, media, anywhere)
    return example


def moved(examples: Iterable[Example], home: Path, path: Path, anywhere: bool) -> Iterator[Example]:
    """The examples, whose media are named from `home`, for a manifest at `path`.

    Media that are not there keep the name under which they are expected beside the manifest.
    """
    top, new = home.resolve(), path.resolve().parent
    inside = top.is_relative_to(new)
    base = top.relative_to(new) if inside else top
    for example in examples:
        names = {name: getattr(example, name) for name in ("video", "sound", "image")}
        here = {n: m for n, m in names.items() if m and not is_address(m) and (top / m).is_file()}
        if here and not inside and not anywhere:
            raise SummarizerError(
                f"{path.name} would lie in {new}, and its media lie in {top}: write it to "
                f"{top / path.name}, or let it name whole paths by --absolute"
            )
        yield replace(example, **{name: (base / each).as_posix() for name, each in here.items()})


# -- writing --------------------------------------------------------------------------------------


def write(examples: Iterable[Example], path: Path, anywhere: bool = False) -> int:
    """Write a manifest, whole or not at all; how many examples it has."""
    count, seen = 0, set()
    with whole(path) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        file.write(json.dumps({"form": FORM, "version": VERSION}) + "\n")
        for example in examples:
            if example.id in seen:
                raise SummarizerError(f"two examples have the id {_shown(example.id)}; rename one")
            seen.add(example.id)
            try:
                file.write(line_of(_placed(path, example, anywhere)) + "\n")
            except Malformed as error:
                raise SummarizerError(f"{path.name}, id {_shown(example.id)}: {error}") from None
            count += 1
    return count


def line_of(example: Example) -> str:
    """The example as a line of a manifest, without its end."""
    line = json.dumps(_plain(example), ensure_ascii=False, allow_nan=False)
    try:
        size = len(line.encode())
    except UnicodeEncodeError:
        raise Malformed("a text holds half a character (a lone surrogate)") from None
    if size > LINE:
        raise Malformed(f"the example takes more than {LINE >> 20} MB; sample its rows less often")
    return line


def _plain(value: object) -> object:
    if isinstance(value, (Example, Told, Rated)):
        every = {each.name: (getattr(value, each.name), each.default) for each in fields(value)}
        return {name: _plain(has) for name, (has, usual) in every.items() if has != usual}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


# -- reading --------------------------------------------------------------------------------------


def read(path: Path, most: int = MOST, anywhere: bool = False) -> Iterator[Example]:
    """The examples of a manifest, one after the other; the first `most` of them."""
    seen = set()
    for number, line in islice(lines(path), most):
        try:
            example = _placed(path, example_of(line), anywhere)
        except Malformed as error:
            raise SummarizerError(f"{path.name}, line {number}: {error}") from None
        if example.id in seen:
            raise SummarizerError(
                f"{path.name}, line {number}: field 'id' is {_shown(example.id)} for a second time"
            )
        seen.add(example.id)
        yield example


def lines(path: Path) -> Iterator[tuple[int, bytes]]:
    """The numbered lines with an example, none too long and not too many; empty ones are passed."""
    try:
        with path.open("rb") as file:
            _version(path, file.readline(LINE + 1))
            count = 0
            for number, line in enumerate(iter(lambda: file.readline(LINE + 1), b""), start=2):
                if len(line) > LINE:
                    raise SummarizerError(
                        f"{path.name}, line {number} is longer than {LINE >> 20} MB; no example is"
                    )
                if line.strip():
                    count += 1
                    if count > MOST:
                        raise SummarizerError(f"{path.name} has more than {MOST} examples")
                    yield number, line
    except OSError as error:
        raise SummarizerError(f"{path.name} can't be read: {reason(error)}") from None


def _version(path: Path, line: bytes) -> None:
    try:
        head = _loaded(line)
    except Malformed:
        head = None
    if not isinstance(head, dict) or head.get("form") != FORM:
        raise SummarizerError(
            f"{path.name} is no manifest: its first line is not "
            f'{{"form": "{FORM}", "version": {VERSION}}}; '
            "python -m summarizer.data read makes one of a data set"
        )
    if head.get("version") != VERSION:
        raise SummarizerError(
            f"{path.name} is a manifest of version {_shown(head.get('version'))}, and version "
            f"{VERSION} is read here; make it anew from the data set"
        )


def example_of(line: bytes) -> Example:
    """The example on this line."""
    return _built(Example, _loaded(line), "")


def _loaded(line: bytes) -> object:
    def refused(word: str) -> float:
        raise Malformed(f"{word} is not a number")

    try:
        return json.loads(line.decode("utf-8"), parse_constant=refused)
    except UnicodeDecodeError:
        raise Malformed("it is not UTF-8 text") from None
    except (ValueError, RecursionError) as error:
        raise Malformed(f"it is not JSON ({str(error)[:80]})") from None


def _built(kind: type, values: object, inside: str) -> object:
    """A value of this kind from the JSON object, which has nothing the kind does not know."""
    known = {each.name: each for each in fields(kind)}
    if not isinstance(values, dict):
        raise Malformed(
            f"{inside.rstrip(': ') or 'it'} is {_shown(values)}, not an object with fields"
        )
    if strange := [name for name in values if name not in known]:
        raise Malformed(
            f"{inside}there is no field {strange[0][:40]!r}; the fields are {', '.join(known)}"
        )
    for each in known.values():
        if each.default is MISSING and each.name not in values:
            raise Malformed(f"{inside}field {each.name!r} is missing")
    try:
        return kind(**{name: _made(name, value) for name, value in values.items()})
    except Malformed as error:
        raise Malformed(f"{inside}{error}") from None


def _made(name: str, value: object) -> object:
    return MADE[name](name, value) if name in MADE else value


def _sentences(name: str, value: object) -> tuple[Told, ...]:
    told = enumerate(_listed(name, value), start=1)
    return tuple(_built(Told, each, f"field {name!r}, entry {number}: ") for number, each in told)


def _pairs(name: str, value: object) -> tuple[tuple[float, float], ...]:
    return tuple(_pair(name, each) for each in _listed(name, value))


def _pair(name: str, value: object) -> tuple[float, float]:
    pair = _listed(name, value)
    if len(pair) != 2:
        raise Malformed(f"field {name!r} has {len(pair)} numbers where start and end are needed")
    return pair


def _rows(name: str, value: object) -> tuple[tuple[float, ...], ...]:
    return tuple(_listed(name, row) for row in _listed(name, value))


def _rated(name: str, value: object) -> Rated:
    return _built(Rated, value, f"field {name!r}: ")


def _listed(name: str, value: object) -> tuple:
    if not isinstance(value, list):
        raise Malformed(f"field {name!r} is {_shown(value)}, not a list")
    return tuple(value)


# what is more in Python than in JSON, by the field it stands in
MADE: dict[str, Callable[[str, object], object]] = {
    "story": _sentences,
    "captions": _sentences,
    "windows": _pairs,
    "part": _pair,
    "saliency": _rated,
    "masks": _rated,
    "rows": _rows,
}
