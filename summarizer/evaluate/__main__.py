"""python -m summarizer.evaluate NAME --data DIR --out records.csv"""

import argparse
import sys
from pathlib import Path

from summarizer.chart import clock
from summarizer.config import PRESETS
from summarizer.errors import SummarizerError
from summarizer.evaluate import desk
from summarizer.evaluate.protocols import PROTOCOLS
from summarizer.evaluate.report import describe, markdown, number, write
from summarizer.evaluate.room import Measure, Options, Record
from summarizer.evaluate.runs import Plan, Progress, real, run
from summarizer.exports.plain import line

LIST = "list"
SETTINGS = ("canonical", "augmented", "transfer")
DATA = Path("..") / "shared" / "data"
KEY = 3  # numbers told of a finished task


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.evaluate",
        description="Measure a preset by a benchmark's own rule, beside what anybody could do.",
        epilog="With --out a run goes on where it was: start the same command again.",
    )
    parser.add_argument(
        "name",
        help=f"what is measured: {', '.join(PROTOCOLS)}; or {LIST}, {', '.join(desk.COMMANDS)}",
    )
    parser.add_argument("--data", type=Path, default=DATA, help="folder of the data set")
    parser.add_argument("--preset", help=", ".join(PRESETS))
    parser.add_argument("--set", action="append", default=[], metavar="A.B=V", dest="settings")
    parser.add_argument("--videos", type=Path, help="folder of the raw videos, if they are here")
    parser.add_argument("--predictions", type=Path, help="judge these answers, not the preset's")
    parser.add_argument("--rows", type=Path, help="folder of <id>.npz, where there are no videos")
    parser.add_argument("--splits", type=Path, help="the published split file")
    parser.add_argument("--setting", default=SETTINGS[0], help=", ".join(SETTINGS))
    parser.add_argument(
        "--learn",
        action="append",
        default=[],
        metavar="WAY",
        help='train this on each split and seed, with settings: "progressive stages=2"',
    )
    parser.add_argument("--seeds", type=int, default=5, help="how often chance is repeated")
    parser.add_argument("--clips", type=int, default=32, help="of each part of the little world")
    parser.add_argument("--wishes", type=int, default=5, help="over each of its clips")
    parser.add_argument(
        "--way",
        action="append",
        default=[],
        dest="ways",
        metavar="WAY",
        help='of those with something taken away only this: "no sound"',
    )
    parser.add_argument("--max", type=int, metavar="N", help="only the first N tasks")
    parser.add_argument(
        "--out", type=Path, metavar="CSV", help="records; journal, table and page go beside it"
    )
    parser.add_argument("--afresh", action="store_true", help="forget an earlier run of that name")
    parser.add_argument("--retry", action="store_true", help="judge again what failed before")
    return parser


def main(words: list[str] | None = None) -> int:
    """Run the command; 0 done, 1 an error a person can mend, 130 stopped."""
    words = sys.argv[1:] if words is None else words
    given = None if words and words[0] in desk.COMMANDS else arguments().parse_args(words)
    try:
        if given is None:
            return desk.main(words)
        if given.name == LIST:
            for name, protocol in PROTOCOLS.items():
                sys.stdout.write(f"{name:<14} {protocol.about}\n")
        else:
            measure(given)
    except SummarizerError as error:
        sys.stderr.write(f"error: {line(str(error))}\n")
        return 1
    except KeyboardInterrupt:
        sys.stderr.write(f"Stopped; {resuming(given.out if given else None)}\n")
        return 130
    return 0


def resuming(out: Path | None) -> str:
    """How to go on."""
    if out:
        return "what is finished is kept, and the same command goes on after it."
    return "nothing was kept; with --out records.csv the next run can go on where it was."


def measure(given: argparse.Namespace) -> None:
    """Run the protocol, then print its table; all files are written before."""
    if given.name not in PROTOCOLS:
        known = ", ".join(PROTOCOLS)
        raise SummarizerError(f"no protocol {given.name[:40]!r}; there are {known}")
    protocol = PROTOCOLS[given.name]
    plan = Plan(given.out, given.max, given.afresh, given.retry)
    options = asked(given)
    with Teller(protocol.measures, real(options)) as teller:
        outcome = run(given.name, protocol, options, plan, teller)
    report = describe(outcome)
    if given.out:
        write(outcome, report, given.out)
    sys.stdout.write(markdown(report))
    if not report.cells:
        raise SummarizerError("no task could be judged; the reasons are in the report")


def asked(given: argparse.Namespace) -> Options:
    """The options of the protocol; those that make no sense for any are refused."""
    if given.setting not in SETTINGS:
        raise SummarizerError(f"no setting {given.setting[:40]!r}; there are {', '.join(SETTINGS)}")
    if not 1 <= given.seeds <= 1000:
        raise SummarizerError(f"--seeds {given.seeds} is not between 1 and 1000")
    if not (1 <= given.clips <= 100_000 and 1 <= given.wishes <= 20):
        raise SummarizerError(
            f"--clips {given.clips} --wishes {given.wishes} is not possible; ask for 1 to 100,000 "
            "clips and 1 to 20 wishes"
        )
    return Options(
        data=given.data,
        preset=given.preset or PROTOCOLS[given.name].preset,
        videos=given.videos,
        predictions=given.predictions,
        rows=given.rows,
        splits=given.splits,
        setting=given.setting,
        seeds=given.seeds,
        settings=tuple(given.settings),
        learn=tuple(given.learn),
        clips=given.clips,
        wishes=given.wishes,
        ways=tuple(given.ways),
    )


class Teller:
    """A line a finished task on stderr, above a bar where stderr is a terminal."""

    def __init__(self, measures: tuple[Measure, ...], way: str):
        from tqdm import tqdm

        self.measures = measures
        self.way = way
        self.bar = tqdm(file=sys.stderr, leave=False, disable=None)

    def __enter__(self) -> "Teller":
        return self

    def __exit__(self, *error) -> None:
        self.bar.close()

    def __call__(self, progress: Progress) -> None:
        left = f", about {clock(progress.left)} left" * (progress.left >= 1)
        head = f"[{progress.done}/{progress.total}{left}] {line(progress.task)}"
        said = numbers(progress.records, self.measures, self.way)
        self.bar.write(f"{head}: {said}", file=sys.stderr)
        self.bar.total, self.bar.n = progress.total, progress.done
        self.bar.refresh()


def numbers(records: tuple[Record, ...], measures: tuple[Measure, ...], way: str) -> str:
    """The first measures by this way, by the first that answered without it, or what failed."""
    ways = [record.way for record in records if not record.error]
    if not ways:
        return f"failed: {line(records[0].error)}"
    way = way if way in ways else ways[0]
    said = []
    for each in measures:
        mine = [r.values[each.name] for r in records if r.way == way and each.name in r.values]
        if mine:
            said.append(f"{each.name} {number(sum(mine) / len(mine), each)}")
    return f"{', '.join(said[:KEY]) or 'nothing to measure'} ({line(way)})"


if __name__ == "__main__":
    sys.exit(main())
