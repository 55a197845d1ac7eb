"""The files that are handed over: each form once, written whole or not at all."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from summarizer import chart
from summarizer.errors import OutputError, SummarizerError
from summarizer.exports.captions import srt, vtt
from summarizer.exports.chapters import chapters
from summarizer.exports.edl import edl
from summarizer.exports.otio import otio
from summarizer.exports.plain import name as file_name
from summarizer.exports.plain import printable
from summarizer.exports.story import story
from summarizer.exports.table import table
from summarizer.exports.timeline import Clock
from summarizer.files import Scratch, reason, whole
from summarizer.schema import Summary

BUNDLE = "highlights.zip"
REELS = ("reel.mp4", "reel.m4a")
BASICS = ("json", "story", "html", "png")  # what is always written beside a reel

Write = Callable[[Summary, Path], None]  # writes the target, whole or not at all


@dataclass(frozen=True)
class Form:
    """A kind of file that a summary can be had as."""

    name: str
    label: str  # on a button
    file: str
    about: str  # what it is good for, as the end of "A file ..."
    write: Write


def _text(content: Callable[[Summary], str]) -> Write:
    """Writes what `content` makes of a summary, line ends as they are."""

    def write(summary: Summary, target: Path) -> None:
        made = content(summary)
        with whole(target) as part:
            part.write_text(made, encoding="utf-8", newline="")

    return write


FORMS = {
    "json": Form(
        *("json", "Summary", "summary.json"),
        "that brings all of this back, with its video",
        _text(Summary.to_json),
    ),
    "csv": Form(
        *("csv", "Table", "highlights.csv"),
        "for a spreadsheet: a row for each highlight",
        _text(table),
    ),
    "srt": Form(
        *("srt", "Captions", "captions.srt"), "with the story as captions, SubRip", _text(srt)
    ),
    "vtt": Form(
        *("vtt", "Web captions", "captions.vtt"), "with the story as WebVTT captions", _text(vtt)
    ),
    "chapters": Form(
        *("chapters", "YouTube chapters", "chapters.txt"),
        "to paste below a video on YouTube",
        _text(chapters),
    ),
    "otio": Form(
        *("otio", "OpenTimelineIO", "highlights.otio"),
        "for editing programs: the reel as a timeline",
        _text(otio),
    ),
    "edl": Form(
        *("edl", "EDL for editors", "highlights.edl"),
        "for editing programs that know no other: CMX 3600",
        _text(edl),
    ),
    "story": Form(
        *("story", "Story", "story.md"), "with the story to read, Markdown", _text(story)
    ),
    "html": Form(*("html", "Figure", "saliency.html"), "with the figure to explore", chart.html),
    "png": Form(*("png", "Picture", "saliency.png"), "with the figure as a picture", chart.png),
}


def export(summary: Summary, name: str, folder: Path) -> Path:
    """Write one form into the folder; where it lies."""
    if name not in FORMS:
        raise OutputError(f"no export {name[:40]!r}; there are {', '.join(FORMS)}")
    target = folder / FORMS[name].file
    FORMS[name].write(summary, target)
    return target


def bundle(summary: Summary, folder: Path, also: Sequence[Path] = ()) -> Path:
    """One zip of all forms that can be written and these files; it says which can't, and why."""
    target = folder / BUNDLE
    with whole(target) as part, Scratch() as scratch:
        missing: dict[str, str] = {}
        with ZipFile(part, "w", ZIP_DEFLATED) as packed:
            for form in FORMS.values():
                try:
                    path = export(summary, form.name, scratch)
                except SummarizerError as error:
                    missing[form.file] = str(error)
                else:
                    packed.write(path, form.file)
            for path in also:
                _pack(packed, path)
            packed.writestr("README.txt", _contents(summary, packed.namelist(), missing))
    return target


def _pack(packed: ZipFile, path: Path) -> None:
    """Add a file that is small already, under a name of its own."""
    if not path.is_file():
        raise OutputError(f"{printable(path.name)} is no longer there; make it again")
    name, number = path.name, 1
    while name in packed.namelist():
        number += 1
        name = f"{path.stem}-{number}{path.suffix}"
    packed.write(path, name, ZIP_STORED)


def _contents(summary: Summary, names: Iterable[str], missing: dict[str, str]) -> str:
    """What lies in the zip, and what doesn't and why."""
    about = {form.file: f"a file {form.about}" for form in FORMS.values()}
    video = summary.video
    lines = [f"Highlights of {file_name(video)}", f"SHA-256 {printable(video.sha256)}"]
    if video.has_picture:
        lines += [f"Time code counts {Clock.of(video).name} frames a second."]
    lines += ["", *(f"{name}: {about.get(name, 'the reel')}" for name in names)]
    if missing:
        lines += ["", "Not in here:", *(f"{name}: {why}" for name, why in missing.items())]
    return "\n".join([*lines, ""])


def folder_for(folder: Path, replace: bool) -> Path:
    """The folder for the results, made if need be; what is in it is only replaced on request."""
    names = (*(form.file for form in FORMS.values()), *REELS)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        there = [name for name in names if (folder / name).exists()]
    except OSError as error:
        raise OutputError(
            f"the folder {printable(folder)} can't be used: {reason(error)}; choose another"
        ) from None
    if there and not replace:
        raise OutputError(
            f"{printable(folder)} already holds {', '.join(there)}; "
            "choose another folder, or replace them with --force (in Python: replace=True)"
        )
    return folder
