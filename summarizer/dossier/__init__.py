"""What was measured and told of a clip, as files under the clip's own name.

    ID_features.json     every second in numbers (see features.py)
    ID_highlights.json   the chosen moments, each with its evidence and times
    ID_prompt.txt        what a language model is asked about them
    ID_summary.txt       the story, a sentence a line
    ID_summary.json      the story with times and grounds, and what it was made of: written last
    ID_moment1.mp4 ...   each moment cut from the clip, with its sound (see pipeline.py)
    report.csv, .json, .html    all clips of the folder

Each file is written whole or not at all, so a folder can be filled by many runs: a clip whose
ID_summary.json says that it was made in the same way of the same file needs no second run.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from summarizer.dossier.features import Features
from summarizer.dossier.report import FORM, VERSION, read, write_report
from summarizer.exports.plain import line
from summarizer.files import whole
from summarizer.schema import Summary

LAST = "summary.json"
NAMES = ("features.json", "highlights.json", "prompt.txt", "summary.txt", LAST)
LONGEST = 80  # characters of an id


def ids(paths: Sequence[Path]) -> list[str]:
    """A name for each file, fit for any disk; those that would be the same are numbered."""
    found: list[str] = []
    for path in paths:
        plain = re.sub(r"[^\w.-]+", "_", path.stem).strip("._")[:LONGEST] or "clip"
        name, number = plain, 1
        while name.casefold() in (each.casefold() for each in found):
            number += 1
            name = f"{plain}-{number}"
        found.append(name)
    return found


def files(folder: Path, name: str) -> list[Path]:
    """What is here of one clip, its moments as clips of their own, too."""
    kinds = "|".join((*map(re.escape, NAMES), r"moment\d+\.\w+"))
    mine = re.compile(rf"{re.escape(name)}_({kinds})")
    return [path for path in folder.iterdir() if mine.fullmatch(path.name)]


def done(folder: Path, name: str, sha256: str, made: str) -> bool:
    """Whether the clip's files are here, made of this file in this way."""
    told = read(folder / f"{name}_{LAST}")
    there = all((folder / f"{name}_{each}").is_file() for each in NAMES)
    return there and told is not None and (told["video"]["sha256"], told["made"]) == (sha256, made)


def write(
    folder: Path,
    features: Features,
    summary: Summary,
    evidence: Sequence,
    prompt: str,
    made: str,
) -> list[Path]:
    """Write all files of one clip, the one that says it is done last; where they lie."""
    name = features.id
    story = [
        {"start": each.start, "end": each.end, "text": each.text, "evidence": list(each.evidence)}
        for each in summary.story
    ]
    told = {
        "form": FORM,
        "version": VERSION,
        "id": name,
        "made": made,
        "video": {
            "name": line(summary.video.name),
            "sha256": summary.video.sha256,
            "seconds": summary.video.seconds,
        },
        "want": summary.preference.want,
        "answer": summary.answer.text,
        "note": summary.note,
        "highlights": [
            {"start": each.start, "end": each.end, "score": round(each.score, 4), "why": each.why}
            for each in summary.highlights
        ],
        "story": story,
        "summary": " ".join(each.text for each in summary.story),
    }
    moments = {
        "form": FORM,
        "version": VERSION,
        "id": name,
        "moments": [asdict(each) for each in evidence],
    }
    texts = {
        "features.json": features.to_json(),
        "highlights.json": _json(moments),
        "prompt.txt": f"{prompt}\n",
        "summary.txt": "".join(f"{line(each.text)}\n" for each in summary.story),
        LAST: _json(told),
    }
    written = []
    for ending, text in texts.items():
        target = folder / f"{name}_{ending}"
        with whole(target) as part:
            part.write_text(text, encoding="utf-8", newline="")
        written.append(target)
    return written


def packed(paths: Sequence[Path], name: str) -> Path:
    """These files in one zip beside the first; where it lies."""
    target = paths[0].with_name(f"{name}_evidence.zip")
    with whole(target) as part, ZipFile(part, "w", ZIP_DEFLATED) as zipped:
        for path in paths:
            zipped.write(path, path.name)
    return target


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


__all__ = ["NAMES", "Features", "done", "files", "ids", "packed", "write", "write_report"]
