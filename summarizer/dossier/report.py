"""report.csv, .json and .html: all clips of a folder, from what is written of each.

report.json is a list of stories by name, as benchmarks of texts take them for predictions.
"""

import csv
import json
from collections.abc import Iterable
from html import escape
from pathlib import Path

from summarizer.chart import clock
from summarizer.exports.plain import brief
from summarizer.exports.table import cell
from summarizer.files import whole

FORM, VERSION = "watch-and-listen told", 1
LARGEST = 16 << 20  # bytes of one that is read
COLUMNS = ("id", "video", "seconds", "want", "moments", "sentences", "summary", "note")
STYLE = """body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;
color:#1f2430;background:#fff}article{border-top:1px solid #d9dce3;padding:1rem 0}
h2{margin:.2rem 0}p.note,small{color:#5a6272}time{font-variant-numeric:tabular-nums;
font-weight:600;margin-right:.6rem}ol{padding-left:0;list-style:none}li{margin:.3rem 0}
.moments li{display:inline-block;background:#f3f4f7;border-radius:1rem;padding:.1rem .7rem;
margin:.15rem}@media(prefers-color-scheme:dark){body{background:#14171f;color:#e8eaf0}
article{border-color:#353b48}.moments li{background:#232834}p.note,small{color:#a6adbb}}"""


def read(path: Path) -> dict | None:
    """What one ID_summary.json holds; None where there is none that can be read."""
    try:
        if path.stat().st_size > LARGEST:
            return None
        told = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    return told if _whole(told) else None


def _whole(told: object) -> bool:
    """Whether all that is shown of it is there."""
    if not isinstance(told, dict) or (told.get("form"), told.get("version")) != (FORM, VERSION):
        return False
    video, lists = told.get("video"), (told.get("story"), told.get("highlights"))
    spans = all(
        isinstance(each, dict) and all(isinstance(each.get(key), (int, float)) for key in ends)
        for part in lists
        if isinstance(part, list)
        for each in part
        for ends in [("start", "end")]
    )
    texts = all(isinstance(told.get(key), str) for key in ("id", "made", "want", "note", "summary"))
    return (
        texts
        and spans
        and all(isinstance(part, list) for part in lists)
        and isinstance(video, dict)
        and isinstance(video.get("seconds"), (int, float))
        and all(isinstance(video.get(key), str) for key in ("name", "sha256"))
    )


def write_report(folder: Path) -> list[Path]:
    """Write all three over the clips whose files lie in the folder; where they lie."""
    found = [read(path) for path in sorted(folder.glob("*_summary.json"))]
    told = [each for each in found if each is not None]
    table, texts, page = (folder / f"report.{kind}" for kind in ("csv", "json", "html"))
    with whole(table) as part, part.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(COLUMNS)
        rows.writerows(_row(each) for each in told)
    with whole(texts) as part:
        named = [{key: each[key] for key in ("id", "want", "summary", "note")} for each in told]
        part.write_text(json.dumps(named, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    with whole(page) as part:
        part.write_text(_page(told), encoding="utf-8")
    return [table, texts, page]


def _row(told: dict) -> list:
    video = told["video"]
    cells = [told["id"], video["name"], round(video["seconds"], 3), told["want"]]
    cells += [len(told["highlights"]), len(told["story"]), told["summary"], told["note"]]
    return [cell(each) if isinstance(each, str) else each for each in cells]


def _page(told: Iterable[dict]) -> str:
    articles = "".join(map(_article, told)) or "<p>No clip is here yet.</p>"
    return (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Report</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE}</style><h1>What was heard, seen and told</h1>{articles}</html>"
    )


def _article(told: dict) -> str:
    moments = "".join(
        f"<li><time>{clock(each['start'])}</time>{escape(brief(str(each.get('why')), 120))}</li>"
        for each in told["highlights"]
    )
    story = "".join(
        f"<li><time>{clock(each['start'])}</time>{escape(str(each.get('text', '')))}</li>"
        for each in told["story"]
    )
    wish = f"<p>“{escape(brief(told['want'], 200))}”</p>" if told["want"] else ""
    note = f'<p class="note">{escape(told["note"])}</p>' if told["note"] else ""
    return (
        f"<article><h2>{escape(told['id'])}</h2><small>{escape(told['video']['name'])}, "
        f"{clock(told['video']['seconds'])}</small>{wish}<ol>{story}</ol>"
        f'<ol class="moments" aria-label="Moments">{moments}</ol>{note}</article>'
    )
