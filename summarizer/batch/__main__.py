"""python -m summarizer.batch videos/ --want "the goals" --out results/"""

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path, PurePosixPath
from time import monotonic

from summarizer.asked import add_wish, forms, preference
from summarizer.batch import cluster, report
from summarizer.batch.inputs import Item, items
from summarizer.batch.records import Record, Records, kept
from summarizer.batch.work import BASICS, Job, summarized, swept
from summarizer.chart import clock
from summarizer.config import PRESETS, preset
from summarizer.errors import SummarizerError
from summarizer.exports import FORMS
from summarizer.exports.plain import brief, line
from summarizer.models.loading import keep

EXTRAS = tuple(name for name in FORMS if name not in BASICS)
FAILED = 1  # some videos; what became of each is in the records
MANY = 10_000  # workers at most
NAME = 60  # characters of a name in a line


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.batch",
        description="Summarize many videos, on all cores of this machine or on a Ray cluster.",
        epilog="Killed at any moment, the same command goes on, and does every video once.",
    )
    parser.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help='a file, a folder, a glob, an address (s3://, gs://, hf://), or a .jsonl of {"video": '
        '..., "want": ...}',
    )
    add_wish(parser)
    parser.add_argument("--out", type=Path, required=True, help="folder for the results")
    parser.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="videos at once (default: one a core); 0: one by one in this process, without Ray",
    )
    parser.add_argument("--ray", default="", metavar="ADDRESS", help="of a Ray cluster to work on")
    parser.add_argument("--preset", default="offline", help=", ".join(PRESETS))
    parser.add_argument("--set", action="append", default=[], metavar="A.B=V", dest="overrides")
    parser.add_argument(
        "--also", default="", metavar="A,B", help=f"more files: {', '.join(EXTRAS)}"
    )
    parser.add_argument("--cache", type=Path, help="folder for what was perceived before")
    parser.add_argument("--retry", action="store_true", help="try again what failed before")
    return parser


def main(words: list[str] | None = None) -> int:
    """Run the command; 0 all done, 1 some videos failed, 2 an error to mend, 130 stopped."""
    given = arguments().parse_args(words)
    try:
        return run(given)
    except SummarizerError as error:
        sys.stderr.write(f"error: {line(str(error))}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; what is finished is kept, and the same command goes on.\n")
        return 130


def run(given: argparse.Namespace) -> int:
    job, workers = asked(given)
    found = items(given.inputs, given.want)
    with kept(job.out, job.settings(), retry=given.retry) as records:
        swept(job.out)
        due = [item for item in found if item.task not in records.done]
        try:
            with closing(made(due, job, workers, given.ray)) as finished:
                follow(finished, records, due, len(found))
        finally:
            swept(job.out)
        mine = [records.done[item.task] for item in found]
    for sentence in report.write(mine, job.out).sentences:
        sys.stdout.write(f"{sentence}\n")
    sys.stdout.write(f"The records and the report are in {line(str(given.out))}\n")
    return FAILED if any(each.error for each in mine) else 0


def asked(given: argparse.Namespace) -> tuple[Job, int]:
    """What is to be done with each video, and by how many workers; what can't be is refused."""
    from summarizer.offers import require
    from summarizer.pipeline import load

    wish, also = preference(given), forms(given.also, EXTRAS)
    load(given.preset, overrides=given.overrides)
    require(preset(given.preset))
    job = Job(
        given.out.absolute(),
        given.preset,
        tuple(given.overrides),
        replace(wish, want=""),  # each video has its own
        given.shape,
        also,
        given.cache and given.cache.absolute(),
    )
    return job, _workers(given)


def _workers(given: argparse.Namespace) -> int:
    """How many; 0 is this process on one machine, and as many as there are on a cluster."""
    if given.workers is not None and not 0 <= given.workers <= MANY:
        raise SummarizerError(f"--workers {given.workers} is not between 0 and {MANY:,}")
    if cluster.installed():
        return given.workers if given.workers is not None else 0 if given.ray else _cores()
    if given.ray or given.workers:
        raise SummarizerError(
            "Ray is not installed; get it with: pip install -r requirements-cluster.txt, or leave "
            "out --ray and --workers to work in one process"
        )
    return 0


def _cores() -> int:
    return os.cpu_count() or 1


def made(due: Sequence[Item], job: Job, workers: int, address: str) -> Iterator[Record]:
    """The records of what is due, as each is finished."""
    if due and (address or workers):
        return cluster.records(due, job, workers, address)
    return (summarized(item, job) for item in due)


def follow(finished: Iterator[Record], records: Records, due: Sequence[Item], total: int) -> None:
    """Write down each record and say so; how far the whole is stands on a terminal."""
    from tqdm import tqdm

    began, before = monotonic(), total - len(due)
    with tqdm(
        total=total, initial=before, unit="video", file=sys.stderr, leave=False, disable=None
    ) as bar:
        for count, record in enumerate(finished, 1):
            records.add(record)
            left = (monotonic() - began) / count * (len(due) - count)
            with tqdm.external_write_mode(file=sys.stdout):
                sys.stdout.write(f"{told(record, before + count, total, left)}\n")
                sys.stdout.flush()
            bar.update()


def told(record: Record, count: int, total: int, left: float) -> str:
    """A line for a finished video."""
    name = brief(PurePosixPath(record.source).name, NAME)
    if record.error:
        what = line(record.error)
    else:
        took = sum(record.spent.values())
        what = (
            f"{record.highlights} highlight{'s' * (record.highlights != 1)}, {record.reel:.1f} of "
            f"{record.seconds:.1f} s, in {took:.1f} s"
        )
    rest = f"; about {clock(left) if left >= 60 else f'{left:.0f} s'} left" if left >= 1 else ""
    return f"[{count}/{total}] {name}: {what}{rest}"


if __name__ == "__main__":
    keep()
    sys.exit(main())
