"""Somebody else's files, read with care: every wrong thing is told with its file and its field.

A data set's reader says what an entry means; in here is how to get at the entries without trusting
them: one after the other where the file is large, none too large, and each field asked for by name
and kind.
"""

import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TextIO

from summarizer.data.manifest import LONGEST, TEXT, Example, Malformed, Told
from summarizer.errors import SummarizerError
from summarizer.files import reason

ENTRY = 16 << 20  # characters of an entry at most
WHOLE = 512 << 20  # bytes of a file that has to be read in one go
BLOCK = 1 << 20
FILES = 2_000_000  # media of one folder at most
FOLDERS = ("", "videos", "video", "media", "images")
MEDIA = (".mp4", ".mkv", ".webm", ".mov", ".avi", ".m4a", ".mp3", ".wav", ".flac", ".ogg", ".opus")

Skipped = Callable[[str], None]
DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class Entry:
    """One entry of a file: what it holds, and how to name it."""

    where: str
    """ "val.json, entry 7" """
    values: object

    def text(self, name: str, default: str | None = None) -> str:
        value = self.get(name, default)
        if not isinstance(value, str):
            raise Malformed(f"field {name!r} is {_kind(value)}, not a text")
        if len(value) > TEXT:
            raise Malformed(f"field {name!r} has {len(value)} characters; {TEXT} are taken")
        return " ".join(value.split())

    def key(self, name: str) -> str:
        """A name by which things are found; data sets write some as numbers."""
        value = self.get(name)
        if type(value) is int and abs(value) < 1 << 63:
            return str(value)
        key = self.text(name)
        if not key:
            raise Malformed(f"field {name!r} is empty")
        return key

    def number(self, name: str, low: float = 0.0, high: float = LONGEST) -> float:
        return number(name, self.get(name), low, high)

    def listed(self, name: str, length: int | None = None) -> list:
        value = self.get(name)
        if not isinstance(value, list):
            raise Malformed(f"field {name!r} is {_kind(value)}, not a list")
        if length is not None and len(value) != length:
            raise Malformed(f"field {name!r} has {len(value)} values where {length} belong")
        return value

    def span(self, name: str, value: object) -> tuple[float, float]:
        """One start and end out of the field."""
        if not isinstance(value, list) or len(value) != 2:
            raise Malformed(f"field {name!r} holds {_kind(value)} where a start and an end belong")
        start, end = (number(name, each) for each in value)
        if end < start:
            raise Malformed(f"field {name!r} holds an end at {end:g} before its start at {start:g}")
        return start, end

    def spans(self, name: str, length: int | None = None) -> tuple[tuple[float, float], ...]:
        return tuple(self.span(name, each) for each in self.listed(name, length))

    def within(self, name: str) -> "Entry":
        """The entry inside this one."""
        return Entry(f"{self.where}, {name}", self.get(name))

    def has(self, name: str) -> bool:
        """Whether there is something in the field."""
        return isinstance(self.values, dict) and self.values.get(name) is not None

    def get(self, name: str, default: object = None) -> object:
        if not isinstance(self.values, dict):
            raise Malformed(f"it is {_kind(self.values)}, not an object with fields")
        value = self.values.get(name, default)
        if value is None:
            raise Malformed(f"field {name!r} is missing")
        return value


def number(name: str, value: object, low: float = 0.0, high: float = LONGEST) -> float:
    """The number in the field, if it is one and within the bounds."""
    if type(value) not in (int, float) or value != value:  # NaN
        raise Malformed(f"field {name!r} holds {_kind(value)} where a number belongs")
    if not low <= value <= high:
        raise Malformed(f"field {name!r} holds {str(value)[:20]}, not {low:g} to {high:g}")
    return float(value)


def told(
    sentences: Sequence[object], spans: Sequence[tuple[float, float]], name: str
) -> tuple[Told, ...]:
    """Sentences with their stretches; `name` is the field they come from."""
    if len(sentences) != len(spans):
        raise Malformed(
            f"field {name!r} has {len(sentences)} sentences for {len(spans)} stretches of time"
        )
    return tuple(
        Told(Entry("", {name: sentence}).text(name), start, end)
        for sentence, (start, end) in zip(sentences, spans, strict=True)
    )


def converted(
    entries: Iterator[Entry],
    convert: Callable[[Entry], Sequence[Example]],
    skipped: Skipped | None = None,
    repeats: bool = False,
) -> Iterator[Example]:
    """What the entries mean. A broken one is fatal, or told to `skipped` and left out.

    An id that comes again is broken too, or numbered if `repeats` says that the set does so.
    """
    seen: dict[str, int] = {}
    for entry in entries:
        try:
            found = convert(entry)
            for each in found:
                if each.id in seen and not repeats:
                    raise Malformed(f"{each.id[:60]!r} comes for a second time")
        except Malformed as error:
            if skipped is None:
                raise SummarizerError(f"{entry.where}: {error}") from None
            skipped(f"{entry.where}: {error}")
            continue
        for each in found:
            seen[each.id] = times = seen.get(each.id, 0) + 1
            yield _numbered(each, times) if times > 1 else each


def _numbered(example: Example, times: int) -> Example:
    return replace(example, id=f"{example.id}/{times}")


# -- the files of a data set ----------------------------------------------------------------------


def files(place: Path, *patterns: str, about: str) -> list[Path]:
    """The file itself, or those of the folder that fit the patterns; an error if there is none."""
    if place.is_file():
        return [place]
    found = sorted({path for pattern in patterns for path in place.glob(pattern) if path.is_file()})
    if not found:
        there = "is no folder" if not place.is_dir() else f"holds no {' or '.join(patterns)}"
        raise SummarizerError(f"{place} {there}; {about}")
    return found


def split_of(path: Path) -> str:
    """train, val or test, by the name of the file."""
    stem = path.stem.lower()
    return next((split for split in ("train", "val", "test") if split in stem), "")


def home(place: Path) -> Path:
    """The folder of a data set that is given as a folder or a file; its media are named from it."""
    return place.parent if place.is_file() else place


class Shelf:
    """The media beside a data set's files, looked up by name or by stem, listed once."""

    def __init__(self, place: Path):
        folder = home(place)
        self.stems: dict[str, str] = {}
        self.names: dict[str, str] = {}
        for sub in FOLDERS:
            for name in _names(folder / sub):
                path = f"{sub}/{name}" if sub else name
                self.names.setdefault(name, path)
                stem, dot, suffix = name.rpartition(".")
                if dot and f".{suffix.lower()}" in MEDIA:
                    self.stems.setdefault(stem, path)

    def media(self, *stems: str) -> str:
        """The first of these that is here, as a path from the home; empty if none is."""
        return next((self.stems[stem] for stem in stems if stem in self.stems), "")

    def file(self, path: str) -> str:
        """Where the file of this path or name is; where the data set has it if it is not here."""
        return self.names.get(path, path)


def _names(folder: Path) -> Iterator[str]:
    if not folder.is_dir():
        return
    with os.scandir(folder) as found:
        for count, each in enumerate(found):
            if count >= FILES:
                raise SummarizerError(f"{folder} has more than {FILES} files; split it")
            if each.is_file() and not each.name.startswith("."):
                yield each.name


# -- the entries of a file ------------------------------------------------------------------------


def json_lines(path: Path) -> Iterator[Entry]:
    """The entries of a JSON Lines file."""
    with _opened(path) as file:
        for count, line in enumerate(iter(lambda: file.readline(ENTRY + 1), ""), start=1):
            where = f"{path.name}, line {count}"
            if len(line) > ENTRY:
                raise SummarizerError(f"{where} has more than {ENTRY >> 20} million characters")
            if line.strip():
                yield Entry(where, _parsed(where, line))


def json_list(path: Path) -> Iterator[Entry]:
    """The entries of a JSON list, read piece by piece, however long it is."""
    with _opened(path) as file:
        text, count = file.read(BLOCK).lstrip(), 0
        if not text.startswith("["):
            raise SummarizerError(f"{path.name} is not a JSON list; its reader needs one")
        while True:
            where = f"{path.name}, entry {count + 1}"
            text = _until(file, text[1:], where)
            if text.startswith("]"):
                return
            value, text = _decoded(file, text, where)
            yield Entry(where, value)
            count, text = count + 1, _until(file, text, where)
            if text.startswith("]"):
                return
            if not text.startswith(","):
                raise SummarizerError(f"{where} is not followed by a comma or the end of the list")


def _until(file: TextIO, text: str, where: str) -> str:
    """The text from its next character that is no space."""
    text = text.lstrip()
    while not text:
        text = file.read(BLOCK)
        if not text:
            raise SummarizerError(f"{where} is not there: the file ends before its list does")
        text = text.lstrip()
    return text


def _decoded(file: TextIO, text: str, where: str) -> tuple[object, str]:
    """The value the text begins with, and the text after it; more is read as long as it takes."""
    while True:
        try:
            value, end = DECODER.raw_decode(text)
        except (ValueError, RecursionError) as error:
            value, end, wrong = None, len(text), str(error)[:80]
        else:
            wrong = ""
        # what ends with the text may go on after it, as a number does
        more = file.read(max(BLOCK, len(text))) if end == len(text) <= ENTRY else ""
        if not more and wrong:
            raise SummarizerError(f"{where} is not JSON ({wrong})")
        if not more:
            return value, text[end:]
        text += more


def json_object(path: Path) -> Iterator[tuple[str, Entry]]:
    """The named entries of a JSON object; it is read as a whole."""
    if not path.is_file():
        raise SummarizerError(f"{path} is no file; name one that is")
    size = path.stat().st_size
    if size > WHOLE:
        raise SummarizerError(
            f"{path.name} has {size >> 20} MB, and {WHOLE >> 20} MB are read in one go"
        )
    with _opened(path) as file:
        values = _parsed(path.name, file.read())
    if not isinstance(values, dict):
        raise SummarizerError(f"{path.name} is {_kind(values)}, not a JSON object of named entries")
    for name, value in values.items():
        yield name, Entry(f"{path.name}, {name[:60]!r}", value)


def table(path: Path, *columns: str) -> Iterator[Entry]:
    """The rows of a CSV file that has at least these columns."""
    csv.field_size_limit(1 << 20)
    with _opened(path, newline="") as file:
        rows = csv.DictReader(file, strict=True)
        try:
            if lacking := [name for name in columns if name not in (rows.fieldnames or ())]:
                raise SummarizerError(f"{path.name} has no column {lacking[0]!r}")
            for row in rows:
                yield Entry(f"{path.name}, line {rows.line_num}", row)
        except csv.Error as error:
            raise SummarizerError(f"{path.name}, line {rows.line_num}: {error}") from None


@contextmanager
def _opened(path: Path, newline: str | None = None) -> Iterator[TextIO]:
    """A text file whose faults, up to the last one read, are told in a sentence."""
    try:
        with path.open(encoding="utf-8-sig", newline=newline) as file:
            yield file
    except UnicodeDecodeError:
        raise SummarizerError(f"{path.name} is not UTF-8 text") from None
    except OSError as error:
        raise SummarizerError(f"{path.name} can't be read: {reason(error)}") from None


def _parsed(where: str, text: str) -> object:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SummarizerError(f"{where} is not JSON ({str(error)[:80]})") from None


def _kind(value: object) -> str:
    """What the value is, for a person."""
    if value is None:
        return "nothing"
    if isinstance(value, (list, dict)):
        return f"a {'list' if isinstance(value, list) else 'group'} of {len(value)}"
    return repr(value)[:40]
