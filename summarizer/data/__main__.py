"""python -m summarizer.data read | check | fetch | media: data sets into manifests, and back.

Nothing is downloaded but by fetch and media.
"""

import argparse
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path
from typing import TextIO

from summarizer.data import checking, download, fetching, manifest, metadata
from summarizer.data.entries import home
from summarizer.data.fetching import Limits
from summarizer.data.manifest import Example
from summarizer.data.readers import READERS
from summarizer.data.sources import SOURCES
from summarizer.errors import SummarizerError
from summarizer.exports.plain import printable

MANIFEST = "manifest.jsonl"
TABLE = ".csv"  # what a table of videos ends with
SHOWN = 1000  # faults of a manifest


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer.data", description="Data sets, in one form."
    )
    commands = parser.add_subparsers(dest="command", required=True)
    read = commands.add_parser("read", help="make a manifest of a data set that is here")
    read.add_argument("name", choices=READERS, metavar="NAME", help=", ".join(READERS))
    read.add_argument("--data", type=Path, required=True, help="its folder, or one of its files")
    read.add_argument("--out", type=Path, help=f"the manifest, else {MANIFEST} in the folder")
    check = commands.add_parser("check", help="say line by line what is wrong with a manifest")
    check.add_argument("manifest", type=Path)
    fetch = commands.add_parser("fetch", help="download a data set's files, then its media")
    fetch.add_argument("name", choices=SOURCES, metavar="NAME", help=", ".join(SOURCES))
    fetch.add_argument(
        "--out", type=Path, required=True, help="the folder for all of it, or a table: NAME.csv"
    )
    fetch.add_argument("--no-media", action="store_true", help="only what describes them")
    fetch.set_defaults(absolute=False)
    media = commands.add_parser("media", help="download the media that a manifest names by address")
    media.add_argument("manifest", type=Path, nargs="?")
    media.add_argument("--metadata", type=Path, metavar="CSV", help="or a table of videos")
    media.add_argument("--out", type=Path, required=True, help="the folder for all of it")
    media.add_argument("--start", type=_count, default=0, help="the first example, from 0")
    media.add_argument("--end", type=_count, help="the one after the last")
    for each in (read, check, media):
        each.add_argument("--absolute", action="store_true", help="media may lie anywhere")
    for each in (read, fetch):
        each.add_argument("--max", type=_count, help="examples at most")
        each.add_argument("--skip", action="store_true", help="leave out broken entries, tell them")
    for each in (fetch, media):
        _limits(each)
    return parser


def _limits(parser: argparse.ArgumentParser) -> None:
    usual = Limits()
    parser.add_argument("--again", action="store_true", help="try what was unavailable once more")
    parser.add_argument("--max-mb", type=_count, default=usual.megabytes, help="of one file")
    parser.add_argument("--timeout", type=float, default=usual.patience, help="seconds of silence")
    parser.add_argument("--minutes", type=float, default=usual.minutes, help="for one file")
    parser.add_argument("--pause", type=float, default=usual.pause, help="seconds between two")
    parser.add_argument("--rate", type=_count, default=usual.rate, help="kB a second; 0 unlimited")


def _count(text: str) -> int:
    number = int(text)
    if number < 0:
        raise argparse.ArgumentTypeError(f"{number} is below 0")
    return number


def main(words: Sequence[str] | None = None) -> int:
    """Run the command; 0 done, 1 the manifest has faults, 2 an error to be mended, 130 stopped."""
    options = arguments().parse_args(words)
    try:
        return COMMANDS[options.command](options)
    except SummarizerError as error:
        _say(f"error: {error}", sys.stderr)
        return 2
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        _say(f"error: {where}{(error.strerror or str(error)).lower()}", sys.stderr)
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; what is finished stays, and the same command goes on.\n")
        return 130


def read(options: argparse.Namespace) -> int:
    """Make a manifest of a data set that is here."""
    target = options.out or home(options.data) / MANIFEST
    skipped = Counter()
    examples = READERS[options.name](options.data, _skipping(skipped) if options.skip else None)
    examples = islice(examples, options.max)
    examples = manifest.moved(examples, home(options.data), target, options.absolute)
    count = manifest.write(examples, target, options.absolute)
    _say(f"{target}: {count} examples{_left_out(skipped)}")
    return 0


def check(options: argparse.Namespace) -> int:
    """Say what is wrong with a manifest."""
    tally, wrong = Counter(), 0
    for sentence in checking.faults(options.manifest, tally, options.absolute):
        wrong += 1
        if wrong <= SHOWN:
            _say(sentence)
    if wrong > SHOWN:
        _say(f"... and {wrong - SHOWN} more")
    _say(checking.summary(tally, wrong))
    return 1 if wrong else 0


def fetch(options: argparse.Namespace) -> int:
    """Download a data set's files, make a manifest of them, and download its media."""
    source, table = SOURCES[options.name], options.out.suffix.lower() == TABLE
    folder = options.out.with_suffix("") if table else options.out
    _say(f"{options.name}: {source.terms}.")
    download.metadata(source, folder, _say)
    skipped = Counter()
    examples = READERS[options.name](folder, _skipping(skipped) if options.skip else None)
    if table:
        count = metadata.write(_videos(examples, options.max), options.out)
        _say(f"{options.out}: {count} videos{_left_out(skipped)}")
        return 0
    examples = list(islice(examples, options.max))
    _say(f"{len(examples)} examples{_left_out(skipped)}")
    if options.no_media:
        manifest.write(examples, folder / MANIFEST)
        return 0
    return _media(examples, folder, options)


def media(options: argparse.Namespace) -> int:
    """Download the media that a manifest names by address."""
    folder, path = options.out, options.metadata or options.manifest
    if path is None or (options.metadata and options.manifest):
        raise SummarizerError("name one list of media: a manifest, or a table by --metadata")
    if options.metadata:
        examples = islice(metadata.read(path), options.start, options.end)
    else:
        whole = manifest.read(path, anywhere=options.absolute)
        examples = islice(whole, options.start, options.end)
    target = folder / MANIFEST
    return _media(
        list(manifest.moved(examples, path.parent, target, options.absolute)), folder, options
    )


def _videos(examples: Iterable[Example], most: int | None) -> Iterable[Example]:
    """The first example of each of so many videos."""
    seen: set[str] = set()
    for each in examples:
        if len(seen) == most:
            return
        if each.video not in seen:
            seen.add(each.video)
            yield each


def _media(examples: list[Example], folder: Path, options: argparse.Namespace) -> int:
    limits = Limits(options.max_mb, options.timeout, options.minutes, options.pause, options.rate)
    wanted = fetching.addresses_of(examples)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        fetching.fetch(wanted, folder, limits, _say, options.again)
    finally:  # stopped or not, what is here is told and can be used
        _write(examples, folder, options.absolute)
        for line in fetching.report(wanted, folder):
            _say(line)
    return 0


def _write(examples: Iterable[Example], folder: Path, anywhere: bool) -> None:
    here = {got.address: got for got in fetching.recorded(folder) if got.file}
    manifest.write(fetching.placed(examples, here), folder / MANIFEST, anywhere)


def _skipping(count: Counter):
    def skipped(sentence: str) -> None:
        count["entries"] += 1
        _say(f"left out: {sentence}", sys.stderr)

    return skipped


def _left_out(skipped: Counter) -> str:
    return f", {skipped['entries']} broken ones left out" if skipped["entries"] else ""


def _say(text: str, where: TextIO | None = None) -> None:
    """A line that steers no terminal: data sets and their files may be called anything."""
    stream = where or sys.stdout
    stream.write(f"{printable(text)}\n")
    stream.flush()


COMMANDS = {"read": read, "check": check, "fetch": fetch, "media": media}

if __name__ == "__main__":
    sys.exit(main())
