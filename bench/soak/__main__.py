"""python -m bench.soak [NAME ...] [--share S]: bear it all, print, and write into bench/README.md.

`--share` is that part of the full counts: 100 kills of each operation, 2,000 damaged files, 20
people for an hour.
"""

import argparse
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bench.soak import crowd, fuzz
from bench.soak.kills import OPERATIONS, ROOT, kills
from summarizer.config import GB

KILLS, FILES, PEOPLE, SECONDS = 100, 2000, 20, 3600.0
PAGE = Path(__file__).parent.parent / "README.md"
HEAD = "## Endured"


@dataclass(frozen=True)
class Row:
    """A line of the table: what was done, how often, and what went wrong."""

    what: str
    count: int
    wrong: tuple[str, ...]
    note: str = ""


def killed(name: str, share: float) -> Row:
    """Kill one operation at random moments of its life."""
    count, found = max(1, round(KILLS * share)), []
    with tempfile.TemporaryDirectory() as place:
        for each in kills(name, count, Path(place) / name):
            found.append(each)
            sys.stdout.write(f"{name}, killed at {each.at:.2f} s: {_said(each.wrong)}\n")
            sys.stdout.flush()
    wrong = tuple(f"at {each.at:.2f} s: {reason}" for each in found for reason in each.wrong)
    ended = sum(each.ended for each in found)
    return Row(f"kill -9 while it does: {name}", count, wrong, f"{ended} had ended before")


def fuzzed(share: float) -> Row:
    """Show it damaged files."""
    count = max(1, round(FILES * share))
    command = [sys.executable, "-m", "bench.soak.fuzz", str(count), "0"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    told = json.loads(done.stdout)
    wrong = [f"{each['name']}: {each['wrong']}" for each in told["found"] if each["wrong"]]
    if told["memory"] > fuzz.MEMORY:
        wrong.append(f"{told['memory'] / GB:.2f} GB of memory")
    used = sum(not each["sentence"] for each in told["found"])
    longest = max(each["computing"] for each in told["found"])
    note = f"of {told['files']} clips; {used} were used, the others a sentence; at most "
    note += f"{longest:.1f} s of computing, {told['memory'] / GB:.2f} GB in all processes"
    return Row("files with damaged bytes", count, tuple(wrong), note)


def crowded(share: float) -> Row:
    """Let many people in at once, again and again."""
    found = crowd.crowd(PEOPLE, SECONDS * share)
    return Row(f"summaries of {PEOPLE} people at once", found.done, found.wrong, found.note)


def rows(names: list[str], share: float) -> Iterator[Row]:
    todo: dict[str, Callable[[], Row]] = {
        **{name: lambda name=name: killed(name, share) for name in OPERATIONS},
        "fuzz": lambda: fuzzed(share),
        "crowd": lambda: crowded(share),
    }
    if unknown := set(names) - set(todo):
        raise SystemExit(f"there is no {sorted(unknown)[0]!r}; there are {', '.join(todo)}")
    for name in names or todo:
        began = time.monotonic()
        row = todo[name]()
        sys.stdout.write(f"{row.what}: {row.count} in {time.monotonic() - began:.0f} s, ")
        sys.stdout.write(f"{_said(row.wrong)} ({row.note})\n")
        sys.stdout.flush()
        yield row


def report(found: list[Row], share: float) -> str:
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    part = "" if share == 1 else f" with `--share {share:g}` of the full counts"
    lines = [
        HEAD,
        "",
        f"By `make soak`{part} on {datetime.now(UTC):%Y-%m-%d}: {machine}.",
        "",
        "| what | times | went wrong | note |",
        "|---|---:|---|---|",
        *(f"| {row.what} | {row.count:,} | {_said(row.wrong)} | {row.note} |" for row in found),
    ]
    return "\n".join(lines) + "\n"


def written(page: str, section: str) -> str:
    """The page with this section in the place of the one it had, which is the last."""
    before = re.split(rf"(?m)^{HEAD}$", page)[0].rstrip()
    return f"{before}\n\n{section}"


def _said(wrong: tuple[str, ...]) -> str:
    if not wrong:
        return "nothing"
    more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
    return f"{wrong[0]}{more}".replace("|", "/").replace("\n", " ")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help="an operation, fuzz, or crowd")
    parser.add_argument("--share", type=float, default=1.0, help="of the counts (default: 1)")
    given = parser.parse_args()
    found = list(rows(given.names, given.share))
    if not given.names:
        page = written(PAGE.read_text(encoding="utf-8"), report(found, given.share))
        PAGE.write_text(page, encoding="utf-8")
    return int(any(row.wrong for row in found))


if __name__ == "__main__":
    sys.exit(main())
