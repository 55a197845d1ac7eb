"""records.jsonl: what became of each video, a line each, written at once and only once.

A run that was killed leaves at most a line without its end, which the next one drops.
"""

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import BinaryIO

from summarizer.errors import OutputError, SummarizerError
from summarizer.files import alone, whole, writing

FILE, SETTINGS = "records.jsonl", "batch.json"
BINS = 20  # of saliency, from 0 to 1


@dataclass(frozen=True)
class Record:
    """What became of one video."""

    task: str  # the folder of its results, where there are any
    source: str
    want: str
    seconds: float = 0.0  # of the video
    sha256: str = ""
    answer: str = ""  # what became of the wish
    highlights: int = 0
    reel: float = 0.0  # seconds of the reel
    sentences: int = 0  # of the story
    saliency: tuple[int, ...] = ()  # how many seconds have 0 to 0.05 of it, 0.05 to 0.1, ...
    spent: Mapping[str, float] = field(default_factory=dict)  # seconds a stage took, by the clock
    size: int = 0  # bytes of the results
    notes: tuple[str, ...] = ()
    error: str = ""  # one sentence, where there is no result
    cause: str = ""  # what kind of error it is
    by: str = ""  # the machine and the process
    ended: str = ""  # when, UTC

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, allow_nan=False)

    @staticmethod
    def from_json(text: str | bytes) -> "Record":
        """The record of a line; ValueError where it isn't one."""
        return _form().validate_json(text)


@cache
def _form():
    from pydantic import TypeAdapter

    return TypeAdapter(Record)


class Records:
    """What is done, by task; a line that was added is on the disk before anything else happens."""

    def __init__(self, file: BinaryIO, done: dict[str, Record]):
        self.file = file
        self.done = done

    def add(self, record: Record) -> None:
        """Write it down; a task that has a record keeps it."""
        if record.task in self.done:
            return
        with writing(FILE, Path(self.file.name).parent):
            self.file.write(record.to_json().encode() + b"\n")
            self.file.flush()
            os.fsync(self.file.fileno())
        self.done[record.task] = record


@contextmanager
def kept(folder: Path, settings: Mapping[str, str], *, retry: bool = False) -> Iterator[Records]:
    """The records in the folder, for this run alone; those of other settings are refused.

    With `retry` the failed ones are forgotten, so that they are tried again.
    """
    target = folder / FILE
    with ExitStack() as files:
        with writing(FILE, folder):
            folder.mkdir(parents=True, exist_ok=True)
            alone(files.enter_context((folder / ".lock").open("ab")), f"to {folder}")
            _same(folder / SETTINGS, settings)
            done = {each.task: each for each in _read(target)}
            if retry and any(each.error for each in done.values()):
                done = {task: each for task, each in done.items() if not each.error}
                with whole(target) as part:
                    part.write_text(_lines(done.values()), encoding="utf-8")
            file = files.enter_context(target.open("ab"))
        yield Records(file, done)


def read(folder: Path) -> tuple[Record, ...]:
    """The records of a folder, as far as they are whole."""
    return tuple(_parsed(folder / FILE)[0])


def _lines(records: Iterable[Record]) -> str:
    return "".join(f"{each.to_json()}\n" for each in records)


def _read(target: Path) -> list[Record]:
    """The records there; the file then ends after its last whole line."""
    found, length = _parsed(target)
    if target.exists() and target.stat().st_size > length:
        os.truncate(target, length)
    return found


def _parsed(target: Path) -> tuple[list[Record], int]:
    """The records, and how many bytes their lines take."""
    found, length = [], 0
    if not target.exists():
        return found, length
    with target.open("rb") as file:
        for number, line in enumerate(file, 1):
            if not line.endswith(b"\n"):
                break
            try:
                found.append(Record.from_json(line))
            except ValueError:
                raise SummarizerError(
                    f"line {number} of {target} is no record; remove it, or give another --out"
                ) from None
            length += len(line)
    return found, length


def _same(path: Path, settings: Mapping[str, str]) -> None:
    """Refuse a folder with results of other settings; note these where there are none."""
    if not path.exists():
        with whole(path) as part:
            part.write_text(json.dumps(dict(settings), indent=1) + "\n", encoding="utf-8")
        return
    try:
        known = dict(json.loads(path.read_bytes()))
    except (ValueError, TypeError):
        known = {}
    other = [key for key in {**known, **settings} if known.get(key) != settings.get(key)]
    if other:
        raise OutputError(
            f"{path.parent} holds results with another {', another '.join(sorted(other))}; "
            "give another --out"
        )
