"""What is handed over besides the reel: summary.json, story.md and the saliency figure."""

from pathlib import Path

from summarizer import chart
from summarizer.errors import OutputError
from summarizer.files import whole
from summarizer.schema import Summary

NAMES = ("summary.json", "story.md", "saliency.html", "saliency.png", "reel.mp4", "reel.m4a")


def folder_for(folder: Path, replace: bool) -> Path:
    """The folder for the results, made if need be; what is in it is only replaced on request."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in NAMES if (folder / name).exists()]
    except OSError as error:
        raise OutputError(
            f"the folder {printable(folder)} can't be used: {(error.strerror or '').lower()}; "
            "choose another"
        ) from None
    if there and not replace:
        raise OutputError(
            f"{printable(folder)} already holds {', '.join(there)}; "
            "choose another folder, or replace them with --force (in Python: replace=True)"
        )
    return folder


def write(summary: Summary, folder: Path) -> None:
    """All but the reel into the folder, each file whole or not at all."""
    _text(folder / "summary.json", summary.to_json())
    _text(folder / "story.md", story(summary))
    chart.html(summary, folder / "saliency.html")
    chart.png(summary, folder / "saliency.png")


def _text(target: Path, content: str) -> None:
    with whole(target) as part:
        part.write_text(content, encoding="utf-8")


def story(summary: Summary) -> str:
    """The story as Markdown: the wish, the sentences with their times, the highlights."""
    lines = [f"# {markdown(summary.video.name)}", ""]
    if summary.preference.want.strip():
        lines += [f"> {markdown(summary.preference.want[:300])}", ""]
    lines += [f"- **{chart.clock(each.start)}** {markdown(each.text)}" for each in summary.story]
    if summary.highlights:
        lines += ["", "| from | to | why |", "|---|---|---|"]
    lines += [
        f"| {chart.clock(each.start)} | {chart.clock(each.end)} | {markdown(each.why)} |"
        for each in summary.highlights
    ]
    return "\n".join(lines) + "\n"


def markdown(text: str) -> str:
    """The text on one line, with all that Markdown or HTML would act on made harmless."""
    escaped = "".join(f"\\{each}" if each in r"\`*_{}[]<>()#+!|&~" else each for each in text)
    return " ".join(escaped.split())


def printable(text: object) -> str:
    """The text without characters that would steer a terminal."""
    return "".join(each if each.isprintable() else "?" for each in str(text))
