"""One video of many: perceived, chosen from, told and rendered; whatever becomes of it is a record.

Its results appear in a folder of their own, whole or not at all, and hold their record: whoever is
asked for them again finds it there, so nothing is ever done twice or half.
"""

import os
import platform
import shutil
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from secrets import token_hex
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from summarizer.batch.inputs import EXTRA, Item, is_address
from summarizer.batch.records import BINS, Record
from summarizer.config import MB
from summarizer.errors import MediaError, OutputError, PreferenceError, SummarizerError
from summarizer.files import reason
from summarizer.sampling import Encode, encode
from summarizer.schema import Perception, Preference, Step, Summary
from summarizer.stages.narrate import Write, write

if TYPE_CHECKING:
    from fsspec import AbstractFileSystem

    from summarizer.pipeline import Summarizer

RECORD = "record.json"  # beside the results it is about
PARTS = ".parts"  # the folder of what is being made; of nobody's any more when a run begins
BASICS = ("json", "story", "png")  # and not the page with the figure: it takes 5 MB
LONGEST = 500  # characters of what went wrong
SIDECARS = (".srt", ".vtt", ".en.srt", ".en.vtt")
CAUSES = {
    MediaError: "the file",
    PreferenceError: "the wish",
    OutputError: "the results could not be written",
    SummarizerError: "the settings",
}
UNFORESEEN = "an error of this program"


@dataclass(frozen=True)
class Job:
    """What is done with every video."""

    out: Path  # whole; on a cluster, a folder that all its machines see
    preset: str = "offline"
    overrides: tuple[str, ...] = ()
    preference: Preference = field(default_factory=Preference)
    shape: str = "source"
    also: tuple[str, ...] = ()  # forms besides the basic ones
    cache: Path | None = None

    def settings(self) -> dict[str, str]:
        """All that the results depend on, but for the videos and their wishes."""
        asked = self.preference
        return {
            "preset": self.preset,
            "settings": " ".join(sorted(self.overrides)),
            "length": str(asked.length),
            "balance": f"{asked.balance:g}",
            "variety": f"{asked.variety:g}",
            "fill": str(asked.fill),
            "shape": self.shape,
            "also": " ".join(self.also),
        }


@cache
def summarizer(job: Job, encode: Encode, write: Write) -> "Summarizer":
    """The one of this process for the job."""
    from summarizer.pipeline import load

    return load(job.preset, overrides=job.overrides, cache=job.cache, encode=encode, write=write)


def summarized(item: Item, job: Job, encode: Encode = encode, write: Write = write) -> Record:
    """The record of the video; unless it holds an error, the results are in its folder."""
    if record := finished(job.out / item.task):
        return record
    clock = _Clock()
    try:
        record = _made(item, job, summarizer(job, encode, write), clock)
    except OSError as error:
        record = failed(
            item, OutputError(f"its results can't be written: {reason(error)}; make room")
        )
    except Exception as error:  # a bad file is a record, whatever it does
        record = failed(item, error)
    return replace(record, spent=dict(clock.spent)) if record.error else record


def finished(folder: Path) -> Record | None:
    """The record of results that are there as a whole."""
    with suppress(OSError, ValueError):
        return Record.from_json((folder / RECORD).read_bytes())
    return None


def failed(item: Item, error: BaseException) -> Record:
    """The record of a video without results."""
    ours = isinstance(error, SummarizerError)
    sentence = str(error) if ours else f"{type(error).__name__}: {error}"
    cause = next((CAUSES[each] for each in type(error).__mro__ if each in CAUSES), UNFORESEEN)
    return Record(
        item.task,
        item.source,
        item.want,
        error=" ".join(sentence.split())[:LONGEST],
        cause=cause,
        by=_by(),
        ended=_now(),
    )


def swept(out: Path) -> None:
    """Remove what killed workers left half-made."""
    shutil.rmtree(out / PARTS, ignore_errors=True)


class _Clock:
    """Seconds by stage."""

    def __init__(self):
        self.spent: dict[str, float] = defaultdict(float)
        self.last = time.perf_counter()

    def __call__(self, stage: str) -> None:
        """What passed since the last call was of this stage."""
        now = time.perf_counter()
        self.spent[stage] = round(self.spent[stage] + now - self.last, 3)
        self.last = now


def _made(item: Item, job: Job, summarizer: "Summarizer", clock: _Clock) -> Record:
    preference = replace(job.preference, want=item.want)
    with (
        _part(job.out, item) as part,
        _at_hand(item.source, part, summarizer.limits.bytes) as path,
    ):
        clock("Fetching")
        perception = _perceived(summarizer.perceiving(path), clock)
        summary = summarizer.choose(perception, preference)
        clock("Choosing")
        with closing(summarizer.tell(perception, summary)) as telling:
            for told in telling:
                summary = told
        clock("Telling")
        _saved(summarizer, job, perception, summary, path, part)
        clock("Rendering")
        record = _record(item, perception, summary)
        size = sum(each.stat().st_size for each in part.iterdir())
        record = replace(record, spent=dict(clock.spent), size=size)
        (part / RECORD).write_text(record.to_json() + "\n", encoding="utf-8")
        return _published(part, job.out / item.task, record)


def _perceived(steps: Iterator[Step], clock: _Clock) -> Perception:
    with closing(steps):
        for step in steps:
            clock(step.stage if step.share < 1 else "Reading")
    return step.perception


def _saved(
    summarizer: "Summarizer",
    job: Job,
    perception: Perception,
    summary: Summary,
    path: Path,
    part: Path,
) -> None:
    for name in dict.fromkeys((*BASICS, *job.also)):
        summarizer.export(summary, name, part)
    if summary.highlights:
        target = part / f"reel{summarizer.suffix(summary.video)}"
        how = {"shape": job.shape, "perception": perception}
        with closing(summarizer.render(summary, path, target, **how)) as shares:
            for _ in shares:
                pass


def _record(item: Item, perception: Perception, summary: Summary) -> Record:
    counts, _ = np.histogram(np.clip(summary.saliency.total, 0, 1), BINS, (0, 1))
    return Record(
        item.task,
        item.source,
        item.want,
        seconds=round(summary.video.seconds, 3),
        sha256=summary.video.sha256,
        answer=summary.answer.kind,
        highlights=len(summary.highlights),
        reel=round(summary.seconds, 3),
        sentences=len(summary.story),
        saliency=tuple(counts.tolist()),
        notes=(*perception.notes, *filter(None, [summary.note])),
        by=_by(),
        ended=_now(),
    )


@contextmanager
def _part(out: Path, item: Item) -> Iterator[Path]:
    """A folder to fill, gone in the end unless it was moved."""
    part = out / PARTS / f"{item.task}-{token_hex(4)}"
    part.mkdir(parents=True)
    try:
        yield part
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _published(part: Path, target: Path, record: Record) -> Record:
    """Give the results their name; where somebody else did so first, theirs are the results."""
    for each in part.iterdir():  # on the disk before their name is, should the machine die
        with each.open("rb") as file:
            os.fsync(file.fileno())
    try:
        if target.exists() and not finished(target):  # a machine died all the same
            shutil.rmtree(target)
        part.rename(target)
    except OSError as error:
        if theirs := finished(target):
            return theirs
        raise OutputError(
            f"{target.name} can't be written to {target.parent}: {reason(error)}; make room or "
            "remove what has its name"
        ) from None
    return record


@contextmanager
def _at_hand(source: str, part: Path, most: int) -> Iterator[Path]:
    """The file: where it lies, or fetched for as long as it is needed, to beside the part."""
    if not is_address(source):
        yield Path(source)
        return
    with TemporaryDirectory(prefix="fetched-", dir=part.parent) as folder:
        yield _fetched(source, Path(folder), most)


def _fetched(source: str, folder: Path, most: int) -> Path:
    """A copy of the file at an address, with the subtitles beside it."""
    from fsspec.core import url_to_fs

    try:
        system, path = url_to_fs(source)
        name = path.rstrip("/").rpartition("/")[2] or "video"
        _copied(system, path, folder / name, most)
        stem = path.removesuffix(Path(name).suffix)
        for suffix in SIDECARS:
            if system.exists(stem + suffix):
                _copied(system, stem + suffix, folder / f"{Path(name).stem}{suffix}", most)
    except ImportError as error:
        raise SummarizerError(f"this address needs another package: {EXTRA} ({error})") from None
    except SummarizerError:
        raise
    except Exception as error:  # each store has errors of its own
        said = " ".join(str(error).split())[:200] or type(error).__name__
        raise MediaError(f"it can't be fetched: {said}") from None
    return folder / name


def _copied(system: "AbstractFileSystem", path: str, target: Path, most: int) -> None:
    size = 0
    with system.open(path, "rb") as source, target.open("wb") as file:
        while block := source.read(MB):
            size += len(block)
            if size > most:
                raise MediaError(
                    f"it has more than the {most / MB:.0f} MB that are the limit; "
                    f"--set limits.bytes={2 * most} raises it"
                )
            file.write(block)


def _by() -> str:
    return f"{platform.node()}:{os.getpid()}"


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
