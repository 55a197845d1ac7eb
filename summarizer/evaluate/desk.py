"""python -m summarizer.evaluate form | ratings | faithful: stories, judged by people or proof."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from summarizer.evaluate import people
from summarizer.exports.plain import line


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m summarizer.evaluate")
    commands = parser.add_subparsers(dest="command", required=True)
    form = commands.add_parser("form", help="a form to print, and a table to fill, for readers")
    form.add_argument("folder", type=Path, help="where the stories of some clips are")
    form.add_argument("--out", type=Path, default=Path("form.html"))
    ratings = commands.add_parser("ratings", help="what filled tables say, and how far they agree")
    ratings.add_argument("tables", type=Path, nargs="+", metavar="CSV")
    check = commands.add_parser("faithful", help="whether stories rest on their evidence")
    check.add_argument("clips", type=Path, nargs="+", metavar="CLIP")
    check.add_argument("--preset", default="emotion")
    check.add_argument("--cache", type=Path)
    check.add_argument("--set", action="append", default=[], metavar="A.B=V", dest="settings")
    return parser


def main(words: Sequence[str]) -> int:
    """Run the command; 0 done, 1 a story does not rest on its evidence."""
    options = arguments().parse_args(words)
    return COMMANDS[options.command](options)


def form(options: argparse.Namespace) -> int:
    for path in people.form(options.folder, options.out):
        sys.stdout.write(f"{path}\n")
    return 0


def ratings(options: argparse.Namespace) -> int:
    answers = [each for path in options.tables for each in people.given(path)]
    readers, stories = ({getattr(e, key) for e in answers} for key in ("reader", "id"))
    sys.stdout.write(f"{len(readers)} readers, {len(stories)} stories\n\n")
    sys.stdout.write(people.table(people.verdicts(answers)))
    return 0


def faithful(options: argparse.Namespace) -> int:
    from summarizer.evaluate.faithful import faithful as check
    from summarizer.pipeline import load
    from summarizer.schema import Preference
    from summarizer.stages.narrate import witness

    summarizer = load(options.preset, overrides=options.settings, cache=options.cache)
    tell, wrong = witness(summarizer.preset.narrator, summarizer.telling), 0
    for clip in options.clips:
        perception = summarizer.perceive(clip)
        found = check(tell, perception, summarizer.choose(perception, Preference()))
        wrong += not found.holds
        sys.stdout.write(
            f"{line(clip.name)}: {found.moments} moments; the story changed with "
            f"{found.changed} of {found.shuffles} other orders of the evidence; "
            f"{len(found.told)} of {found.moments} were told though taken away\n"
        )
    return 1 if wrong else 0


COMMANDS = {"form": form, "ratings": ratings, "faithful": faithful}
