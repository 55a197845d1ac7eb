"""python -m summarizer CLIP --want "the goals" --length 15% --out out/"""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.config import PRESETS
from summarizer.errors import OutputError, SummarizerError
from summarizer.files import whole
from summarizer.schema import Length, Preference, Step, Summary

if TYPE_CHECKING:
    from summarizer.pipeline import Summarizer

RESULTS = ("summary.json", "story.md", "saliency.html", "saliency.png", "reel")


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m summarizer",
        description="Summarize a video for one viewer: a story, a curve that says why, a reel.",
    )
    parser.add_argument("clip", type=Path, help="a video or sound file")
    parser.add_argument("--want", default="", help="what you care about, in plain English")
    parser.add_argument("--length", default="15%", help="of the reel: 15%% or 30s (default 15%%)")
    parser.add_argument("--balance", type=float, default=0.5, help="0 only watch ... 1 only listen")
    parser.add_argument(
        "--variety", type=float, default=0.3, help="0 the best, however alike ... 1 all different"
    )
    parser.add_argument("--fill", action="store_true", help="fill up with other highlights")
    parser.add_argument("--preset", default="offline", help=", ".join(PRESETS))
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
        sys.stderr.write(f"error: {error}\n")
        return 2
    except KeyboardInterrupt:
        sys.stderr.write("Stopped; nothing half-written is left.\n")
        return 130
    return 0


def run(options: argparse.Namespace) -> None:
    preference = Preference(
        want=options.want,
        length=Length.parse(options.length),
        balance=options.balance,
        variety=options.variety,
        fill=options.fill,
    )
    folder = results_folder(options.out, options.force)
    say = Teller(options.json)
    say.line(f"Watching and listening to {printable(options.clip.name)} ...")
    from summarizer.pipeline import load  # a line stands on the screen before this is paid for

    summarizer = load(options.preset, overrides=options.overrides, cache=options.cache)
    perception = say.perceiving(summarizer.perceiving(options.clip))
    for note in perception.notes:
        say.line(note)
    summary = summarizer.choose(perception, preference)
    say.answer(summary)
    for told in summarizer.tell(perception, summary):
        say.sentence(told)
        summary = told
    write(summarizer, summary, options.clip, folder, say)
    say.finish(summary, folder)


def results_folder(folder: Path, force: bool) -> Path:
    """The folder for the results, made if need be; what is already in it is not overwritten."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = sorted(path.name for path in folder.iterdir() if path.stem in _stems())
    except OSError as error:
        raise OutputError(
            f"the folder {printable(str(folder))} can't be used: {(error.strerror or '').lower()}; "
            "choose another with --out"
        ) from None
    if there and not force:
        raise OutputError(
            f"{printable(str(folder))} already holds {', '.join(there)}; "
            "choose another folder with --out, or replace them with --force"
        )
    return folder


def _stems() -> set[str]:
    return {Path(name).stem for name in RESULTS}


def write(
    summarizer: "Summarizer", summary: Summary, clip: Path, folder: Path, say: "Teller"
) -> None:
    """All results into the folder, each whole or not at all."""
    from summarizer import chart

    text(folder / "summary.json", summary.to_json())
    text(folder / "story.md", story(summary))
    chart.html(summary, folder / "saliency.html")
    chart.png(summary, folder / "saliency.png")
    if summary.highlights:
        reel = folder / f"reel{summarizer.suffix(summary.video)}"
        say.rendering(summarizer.render(summary, clip, reel))


def text(target: Path, content: str) -> None:
    with whole(target) as part:
        part.write_text(content, encoding="utf-8")


def story(summary: Summary) -> str:
    """The story as Markdown: the answer, the sentences with their times, the highlights."""
    from summarizer.chart import clock

    lines = [f"# {markdown(summary.video.name)}", ""]
    if summary.preference.want:
        lines += [f"> {markdown(summary.preference.want[:300])}", ""]
    if summary.answer.text:
        lines += [markdown(summary.answer.text), ""]
    for sentence in summary.story:
        lines.append(f"- **{clock(sentence.start)}** {markdown(sentence.text)}")
    lines += ["", "| from | to | why |", "|---|---|---|"]
    for each in summary.highlights:
        lines.append(f"| {clock(each.start)} | {clock(each.end)} | {markdown(each.why)} |")
    return "\n".join(lines) + "\n"


def markdown(text: str) -> str:
    """The text with everything that Markdown or HTML would act on made harmless, on one line."""
    escaped = "".join(f"\\{each}" if each in r"\`*_{}[]<>()#+!|&~" else each for each in text)
    return " ".join(escaped.split())


def printable(text: str) -> str:
    """The text without characters that would steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in text)


class Teller:
    """What the command says on the screen: prose on stdout, the bar on stderr, or JSON alone."""

    def __init__(self, json: bool):
        self.json = json

    def line(self, text: str) -> None:
        if not self.json:
            sys.stdout.write(f"{printable(text)}\n")
            sys.stdout.flush()

    def perceiving(self, steps: Iterator[Step]):
        """Show a bar with stage and time left until the last step; its perception."""
        from tqdm import tqdm

        with tqdm(total=100, bar_format=BAR, file=sys.stderr, leave=False) as bar:
            for step in steps:
                left = "" if step.left is None else f"about {max(1, round(step.left))} s left"
                bar.set_description_str(step.stage, refresh=False)
                bar.set_postfix_str(left, refresh=False)
                bar.n = round(step.share * 100)
                bar.refresh()
        return step.perception

    def rendering(self, shares: Iterator[float]) -> None:
        from tqdm import tqdm

        with tqdm(total=100, bar_format=BAR, file=sys.stderr, leave=False) as bar:
            bar.set_description_str("Cutting the reel")
            for share in shares:
                bar.n = round(share * 100)
                bar.refresh()

    def answer(self, summary: Summary) -> None:
        self.line("")
        if summary.answer.text:
            self.line(summary.answer.text)

    def sentence(self, summary: Summary) -> None:
        from summarizer.chart import clock

        last = summary.story[-1]
        self.line(f"  {clock(last.start):>7}  {last.text}")

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


BAR = "{desc:<14} {percentage:3.0f}% |{bar:30}| {postfix}"

if __name__ == "__main__":
    sys.exit(main())
