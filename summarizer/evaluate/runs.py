"""A run over many tasks: it survives a bad file, and goes on where it was after a kill.

Each finished task is one line of a journal beside the results, written at once; the first line says
what the run is of. The same run started again drops a half-written last line and goes on.
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO

from summarizer.config import Config, override, preset
from summarizer.errors import OutputError, SummarizerError
from summarizer.evaluate.room import Job, Options, Protocol, Record
from summarizer.files import alone, gist, reason, writing

FORM = 1  # of the journal
LONGEST = 500  # characters of what went wrong

Records = tuple[Record, ...]


@dataclass(frozen=True)
class Plan:
    """How a run is kept and how much of it is done."""

    out: Path | None = None
    """the CSV of all records; the journal lies beside it. Without, nothing is written"""
    most: int | None = None
    """only so many tasks, the first; a later run may go on with more"""
    afresh: bool = False
    """forget what the journal holds"""
    retry: bool = False
    """judge again what failed before"""

    def __post_init__(self):
        if self.out and self.out.suffix != ".csv":
            raise OutputError(f"--out {self.out.name} must end in .csv; the rest lies beside it")
        if self.most is not None and self.most < 1:
            raise SummarizerError(f"--max {self.most} leaves no task; ask for 1 or more")

    @property
    def journal(self) -> Path | None:
        return self.out and self.out.with_suffix(".jsonl")


@dataclass(frozen=True)
class Progress:
    """A task that has just been judged, or has failed."""

    task: str
    records: Records
    done: int
    """tasks, those of earlier runs too"""
    total: int
    left: float
    """seconds the others will take, going by those of this run"""


@dataclass(frozen=True)
class Outcome:
    """All records of a run in the order of its tasks, and the job that can pool them."""

    name: str
    protocol: Protocol
    options: Options
    job: Job
    records: Records

    @property
    def real(self) -> str:
        """The way that is measured; the others stand beside it."""
        return real(self.options)


def real(options: Options) -> str:
    """What the answers that are measured are called."""
    return options.predictions.stem if options.predictions else options.preset


def run(
    name: str,
    protocol: Protocol,
    options: Options,
    plan: Plan = Plan(),
    tell: Callable[[Progress], None] = lambda progress: None,
) -> Outcome:
    """Judge all tasks that the journal doesn't hold yet; a task that fails is recorded as such."""
    rests = replace(options, data=protocol.source(options)) if protocol.source else options
    identity = identify(name, rests, plan.out) if plan.out else {}
    job = protocol.open(options)
    tasks = tuple(job.tasks)[: plan.most]
    if len(set(tasks)) < len(tasks):
        twice = next(task for task in tasks if tasks.count(task) > 1)
        raise SummarizerError(f"{name} lists {twice[:80]!r} twice; every task has one name")
    measures = frozenset(measure.name for measure in protocol.measures)
    with opened(plan, identity) as journal:
        due = [task for task in tasks if journal.lacks(task, plan.retry)]
        began = monotonic()
        for count, task in enumerate(due, 1):
            records = journal.add(task, judged(job, task, measures))
            left = (monotonic() - began) / count * (len(due) - count)
            tell(Progress(task, records, len(tasks) - len(due) + count, len(tasks), left))
        records = tuple(record for task in tasks for record in journal.done[task])
    return Outcome(name, protocol, options, job, records)


# -- one task -------------------------------------------------------------------------------------


def judged(job: Job, task: str, measures: frozenset[str]) -> str:
    """The line of the journal for a task: its records, or one that says what went wrong."""
    try:
        return _line(task, [_checked(record, measures) for record in job.judge(task)])
    except SummarizerError as error:
        sentence = str(error)
    except Exception as error:  # whatever a bad file does, the other tasks are still judged
        sentence = f"{type(error).__name__}: {error}"
    return _line(task, [Record(task, "", error=" ".join(sentence.split())[:LONGEST])])


def _checked(record: Record, measures: frozenset[str]) -> Record:
    values = {name: float(value) for name, value in record.values.items()}
    for name, value in values.items():
        if name not in measures or not math.isfinite(value):
            raise SummarizerError(
                f"{record.way or 'a way'} answered with {name[:40]!r} = {value}; a measure is one "
                "of the protocol's and a number, or absent"
            )
    return replace(record, values=values)


def _line(task: str, records: Iterable[Record]) -> str:
    if not (rows := [asdict(record) for record in records]):
        raise SummarizerError("no way answered; the protocol gives a record for each")
    return json.dumps({"task": task, "records": rows}, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    """Numbers and rows of numpy as JSON has them."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{type(value).__name__} can't be kept in a journal")


# -- the journal ----------------------------------------------------------------------------------


class Journal:
    """What is finished, by task; each new line is on the disk before anything else is done."""

    def __init__(self, file: BinaryIO | None, done: dict[str, Records]):
        self.file = file
        self.done = done

    def lacks(self, task: str, retry: bool) -> bool:
        """Whether the task is still to be judged, or once more because it failed."""
        known = self.done.get(task)
        return known is None or (retry and any(record.error for record in known))

    def add(self, task: str, line: str) -> Records:
        """Write the line down; the records are what a later run will read from it."""
        if self.file:
            self.file.write(line.encode() + b"\n")
            self.file.flush()
        _, self.done[task] = _read(line)
        return self.done[task]


@contextmanager
def opened(plan: Plan, identity: Mapping[str, str]):
    """The journal of this run, without a half-written end; one of another run is refused."""
    if plan.journal is None:
        yield Journal(None, {})
        return
    with writing(plan.journal.name, plan.journal.parent):
        plan.journal.parent.mkdir(parents=True, exist_ok=True)
        with plan.journal.open("a+b") as file:
            alone(file, plan.journal.name)
            if plan.afresh:
                file.truncate(0)
            yield Journal(file, _resumed(file, plan.journal.name, identity))


def _resumed(file: BinaryIO, name: str, identity: Mapping[str, str]) -> dict[str, Records]:
    """What an earlier run finished. The file then ends after its last whole line."""
    done, whole = {}, 0
    file.seek(0)
    for number, line in enumerate(file, 1):
        if not line.endswith(b"\n"):
            break
        try:
            if number == 1:
                _same(json.loads(line)["run"], identity, name)
            else:
                task, records = _read(line)
                done[task] = records
        except (ValueError, TypeError, LookupError, AttributeError):
            raise SummarizerError(
                f"line {number} of {name} isn't that of a run; give another --out, or --afresh to "
                "write over it"
            ) from None
        whole += len(line)
    file.truncate(whole)
    if not whole:
        file.write(json.dumps({"run": dict(identity)}).encode() + b"\n")
        file.flush()
    return done


def _read(line: str | bytes) -> tuple[str, Records]:
    known = json.loads(line)
    return known["task"], tuple(Record(**record) for record in known["records"])


def _same(known: Mapping[str, str], identity: Mapping[str, str], name: str) -> None:
    keys = dict.fromkeys((*identity, *known))
    other = [key for key in keys if known.get(key) != identity.get(key)]
    if other:
        raise OutputError(
            f"{name} is of another run ({', '.join(other)} differ{'s' * (len(other) == 1)}); give "
            "another --out, or --afresh to write over it"
        )


# -- what a run is of -----------------------------------------------------------------------------


def identify(name: str, options: Options, out: Path | None = None) -> dict[str, str]:
    """All that the answers depend on. The folder of raw videos may grow between two starts."""
    config = Config()
    for assignment in options.settings:
        config = override(config, assignment)
    settings = replace(preset(options.preset), about=""), config
    apart = tuple(each for each in (options.videos, out and out.with_suffix("")) if each)
    return {
        "form": str(FORM),
        "protocol": name,
        "preset": options.preset,
        "settings": sha256(repr(settings).encode()).hexdigest()[:16],
        "data": fingerprint(options.data, apart),
        "videos": "given" if options.videos else "",
        "predictions": fingerprint(options.predictions) if options.predictions else "",
        "splits": fingerprint(options.splits) if options.splits else "",
        "setting": options.setting,
        "seeds": str(options.seeds),
        "learn": ", ".join(options.learn),
        # of these only what somebody asked for
        **({"rows": fingerprint(options.rows)} if options.rows else {}),
        **({"wishes": str(options.wishes)} if options.wishes != Options.wishes else {}),
        **({"ways": ", ".join(options.ways)} if options.ways else {}),
    }


def fingerprint(path: Path, apart: tuple[Path, ...] = ()) -> str:
    """Of a file, or of all files of a folder but hidden ones and those of `apart`: folders, and
    files by all their suffixes."""
    digest = sha256()
    left_out = tuple(each.resolve() for each in apart)
    try:
        for file in [path] if path.is_file() else sorted(path.rglob("[!.]*")):
            whole = file.resolve()
            if any(whole.with_suffix("") == each or each in whole.parents for each in left_out):
                continue
            if file.is_file():
                inside = file.relative_to(path).as_posix()
                digest.update(inside.encode(errors="surrogateescape") + b"\0" + gist(file))
    except OSError as error:
        raise SummarizerError(f"{path} can't be read: {reason(error)}; make it readable") from None
    return digest.hexdigest()[:16]
