"""python -m summarizer CLIP... --want "the goals" --length 15% --out out/"""

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer import dossier
from summarizer.asked import add_wish, forms, preference
from summarizer.chart import clock
from summarizer.config import PRESETS, preset
from summarizer.errors import OutputError, PreferenceError, SummarizerError
from summarizer.exports import BASICS, FORMS, REELS, folder_for
from summarizer.exports.plain import printable
from summarizer.files import reason
from summarizer.offers import offers
from summarizer.schema import Perception, Preference, Step, Summary

if TYPE_CHECKING:
    from summarizer.pipeline import Summarizer

EXTRAS = tuple(name for name in FORMS if name not in BASICS)
ALL = "all"
BAR = "{desc:<16} {percentage:3.0f}% |{bar:30}| {postfix}"


class ShowPresets(argparse.Action):
    """Like --help: no clip is needed, and nothing else is done."""

    def __call__(self, parser, namespace, values, option_string=None):
        for offer in offers():
            sys.stdout.write(f"{offer.name:<12} {offer.about}\n")
            if not offer.ready:
                sys.stdout.write(f"{'':<12} Not ready here; get what is missing with:\n")
                sys.stdout.write(f"{'':<12} {offer.command}\n")
        parser.exit()


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer",
        description="Summarize a video for one viewer: a story, a curve that says why, a reel.",
    )
    parser.add_argument("clips", type=Path, nargs="+", metavar="CLIP", help="video or sound files")
    add_wish(parser)
    parser.add_argument(
        "--also", default="", metavar="A,B", help=f"more files: {', '.join(EXTRAS)}, or all"
    )
    parser.add_argument("--preset", default="offline", help=", ".join(PRESETS))
    parser.add_argument(
        "--presets", action=ShowPresets, nargs=0, help="list them and what each needs, then exit"
    )
    parser.add_argument("--topk", type=int, metavar="N", help="moments where peaks are picked")
    parser.add_argument("--model", metavar="NAME", help="weights, or a folder, that tell the story")
    parser.add_argument("--set", action="append", default=[], metavar="A.B=V", dest="overrides")
    parser.add_argument("--out", type=Path, default=Path("out"), help="folder for the results")
    parser.add_argument("--cache", type=Path, help="folder for what was perceived before")
    parser.add_argument("--force", action="store_true", help="replace results in the folder")
    parser.add_argument("--json", action="store_true", help="print summary.json, nothing else")
    return parser


def main(words: list[str] | None = None) -> int:
    """Run the command; 0 done, 2 an error a person can mend, 130 stopped."""
    options = arguments().parse_args(words)
    try:
        run(options)
    except SummarizerError as error:
        sys.stderr.write(f"error: {printable(error)}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing half-written is left.\n")
        return 130
    return 0


def run(options: argparse.Namespace) -> None:
    """Summarize each clip; where one of several can't be, the others are done all the same."""
    asked = preference(options), wanted(options.also)
    apart = len(options.clips) > 1 or preset(options.preset).dossier
    if options.json and len(options.clips) > 1:
        raise PreferenceError("--json prints one summary; give one clip, or leave it out")
    folder = made(options.out) if apart else folder_for(options.out, options.force)
    say = Teller(options.json)
    say.line(f"Watching and listening to {printable(options.clips[0].name)} ...")
    from summarizer.pipeline import load  # a line stands on the screen before this is paid for

    summarizer = load(options.preset, overrides=overrides(options), cache=options.cache)
    if not apart:
        one(summarizer, options.clips[0], folder, asked, options, say)
        return
    failed = []
    for number, (clip, name) in enumerate(
        zip(options.clips, dossier.ids(options.clips), strict=True)
    ):
        if number:
            say.line("")
            say.line(f"Watching and listening to {printable(clip.name)} ...")
        try:
            named(summarizer, clip, name, asked, options, say)
        except SummarizerError as error:
            if len(options.clips) == 1:
                raise
            failed.append(f"{clip.name}: {error}")
            say.line(f"Left out: {error}")
        if summarizer.dossier:
            dossier.write_report(folder)
    if failed:
        raise OutputError(
            f"{len(failed)} of {len(options.clips)} clips could not be summarized: "
            f"{'; '.join(failed)}"
        )


def overrides(options: argparse.Namespace) -> list[str]:
    """The settings, those that have a word of their own, too."""
    own = {"selection.peaks": options.topk, "narrator.model": options.model}
    return [
        *options.overrides,
        *(f"{name}={value}" for name, value in own.items() if value is not None),
    ]


def made(folder: Path) -> Path:
    """The folder for the results of several clips; what is in it stays."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            f"the folder {printable(folder)} can't be used: {reason(error)}; choose another"
        ) from None
    return folder


def named(
    summarizer: "Summarizer",
    clip: Path,
    name: str,
    asked: tuple[Preference, Sequence[str]],
    options: argparse.Namespace,
    say: "Teller",
) -> None:
    """Summarize a clip into a folder of its own, its numbers and evidence beside it; what was
    finished in this way before is not done again."""
    video, own = summarizer.probe(clip), options.out
    place = made(own / name)
    if summarizer.dossier:
        how = summarizer.made(asked[0])
        if not options.force and dossier.done(own, name, video.sha256, how):
            say.done(place / "summary.json", f"{name} is done already; --force does it again.")
            return
        # of another choice, or of another clip of that name
        for old in (*dossier.files(own, name), *(place / each for each in REELS)):
            old.unlink(missing_ok=True)
    elif not options.force:
        folder_for(place, False)
    perception, summary = one(summarizer, clip, place, asked, options, say)
    if summarizer.dossier:
        if summary.highlights:
            say.saving(summarizer.clips(summary, clip, own, name))
        summarizer.document(perception, summary, own, name)
        say.line(f"Every second, the evidence and the story are in {own / name}_*.")


def one(
    summarizer: "Summarizer",
    clip: Path,
    folder: Path,
    asked: tuple[Preference, Sequence[str]],
    options: argparse.Namespace,
    say: "Teller",
) -> tuple[Perception, Summary]:
    """Summarize a clip into the folder."""
    wish, extras = asked
    perception = say.perceiving(summarizer.perceiving(clip))
    for note in perception.notes:
        say.line(note)
    if perception.heard_by:
        say.line(f"Speech heard by {perception.heard_by}.")
    summary = summarizer.choose(perception, wish)
    say.line("")
    for told in summarizer.tell(perception, summary):
        if len(told.story) > len(summary.story):
            say.sentence(told)
        summary = told
    if summary.note:
        say.line(summary.note)
    how = {"shape": options.shape, "perception": perception}
    say.saving(summarizer.saving(summary, clip, folder, **how))
    missing = more(summarizer, summary, extras, folder)
    say.finish(summary, folder)
    if missing and options.also != ALL:
        raise OutputError("; ".join(missing))
    for each in missing:
        say.line(f"Not written: {each}")
    return perception, summary


def more(
    summarizer: "Summarizer", summary: Summary, names: Sequence[str], folder: Path
) -> list[str]:
    """Write these files besides; a sentence for each that can't be."""
    missing = []
    for name in names:
        try:
            summarizer.export(summary, name, folder)
        except OutputError as error:
            missing.append(str(error))
    return missing


def wanted(also: str) -> tuple[str, ...]:
    """The names of the files to write besides, of 'edl,srt' or 'all'."""
    return EXTRAS if also == ALL else forms(also, EXTRAS, f", or {ALL}")


class Teller:
    """What the command says on the screen: prose on stdout, the bar on stderr, or JSON alone."""

    def __init__(self, json: bool):
        self.json = json

    def line(self, text: str) -> None:
        if not self.json:
            sys.stdout.write(f"{printable(text)}\n")
            sys.stdout.flush()

    def perceiving(self, steps: Iterator[Step]) -> Perception:
        """Show a bar with stage and time left until the last step; its perception."""
        with _bar() as bar:
            for step in steps:
                left = "" if step.left is None else f"about {max(1, round(step.left))} s left"
                bar.set_description_str(step.stage, refresh=False)
                bar.set_postfix_str(left, refresh=False)
                bar.n = round(step.share * 100)
                bar.refresh()
        return step.perception

    def saving(self, shares: Iterator[float]) -> None:
        with _bar() as bar:
            bar.set_description_str("Cutting the reel", refresh=False)
            for share in shares:
                bar.n = round(share * 100)
                bar.refresh()

    def sentence(self, summary: Summary) -> None:
        last = summary.story[-1]
        self.line(f"  {clock(last.start):>7}  {last.text}")

    def done(self, kept: Path, text: str) -> None:
        """Nothing had to be done; as JSON, what was kept."""
        if self.json:
            sys.stdout.write(kept.read_text(encoding="utf-8") + "\n")
        self.line(text)

    def finish(self, summary: Summary, folder: Path) -> None:
        if self.json:
            sys.stdout.write(summary.to_json() + "\n")
            return
        pieces = len(summary.highlights)
        self.line("")
        self.line(
            f"A reel of {summary.seconds:.1f} s in {pieces} piece{'s' * (pieces != 1)}, "
            f"the story, the curve and summary.json are in {folder}"
            if pieces
            else f"No reel: nothing was chosen. The curve and summary.json are in {folder}"
        )


def _bar():
    """A bar of per cents on a terminal; nothing where stderr is a file or a pipe."""
    from tqdm import tqdm

    return tqdm(total=100, bar_format=BAR, file=sys.stderr, leave=False, disable=None)


if __name__ == "__main__":
    sys.exit(main())
