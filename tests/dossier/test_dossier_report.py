"""The report over a folder of clips: what is broken is left out, and benchmarks can read it."""

import csv
import json

import pytest

from summarizer.dossier import write_report
from summarizer.dossier.report import FORM, VERSION
from summarizer.evaluate.stories import predictions
from summarizer.metrics.text import rouge_l
from tests.payloads import PAYLOADS, PLAIN, shape, steering

MARK = "<img src=x onerror=alert(1)>"


def told(**more) -> dict:
    return {
        "form": FORM, "version": VERSION, "id": "day", "made": "x", "want": "=1+1", "note": MARK,
        "video": {"name": f"{MARK}.mp4", "sha256": "0", "seconds": 61.0},
        "highlights": [{"start": 1.0, "end": 3.0, "score": 0.5, "why": MARK}],
        "story": [{"start": 2.0, "end": 4.0, "text": f"It is {MARK} loud.", "evidence": []}],
        "summary": "It is loud.",
    } | more  # fmt: skip


def put(folder, name: str, held) -> None:
    text = held if isinstance(held, str) else json.dumps(held)
    (folder / f"{name}_summary.json").write_text(text)


def test_all_clips_are_in_and_no_word_is_markup_or_formula(tmp_path):
    put(tmp_path, "day", told())
    put(tmp_path, "night", told(id="night"))
    table, texts, page = write_report(tmp_path)
    rows = list(csv.DictReader(table.open()))
    assert [row["id"] for row in rows] == ["day", "night"] and rows[0]["want"] == "'=1+1"
    assert page.read_text().count("<article>") == 2 and "<img" not in page.read_text()
    assert [each["id"] for each in json.loads(texts.read_text())] == ["day", "night"]


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_words_of_strangers_stay_words(payload, tmp_path):
    pages = []
    for number, word in enumerate((PLAIN, payload)):
        (folder := tmp_path / str(number)).mkdir()
        moment = {"start": 1.0, "end": 3.0, "score": 0.5, "why": word, "text": word}
        held = {key: word for key in ("id", "made", "want", "note", "summary")}
        video = {"name": word, "sha256": "0", "seconds": 61.0}
        put(folder, "a", told(**held, video=video, highlights=[moment], story=[moment]))
        table, texts, page = write_report(folder)
        pages.append(shape(page.read_text()))
        with table.open(newline="") as file:
            rows = list(csv.reader(file))
        assert len(rows) == 2 and len(rows[1]) == len(rows[0])
        assert not [each for each in rows[1] if each.startswith(("=", "+", "-", "@"))]
        assert steering("".join(rows[1])) == ""
        assert json.loads(texts.read_text())[0]["want"] == word
    assert pages[0] == pages[1]


def test_benchmarks_of_texts_take_it_for_predictions(tmp_path):
    put(tmp_path, "day", told())
    _, texts, _ = write_report(tmp_path)
    found = predictions(texts)
    assert found == {"day": "It is loud."}
    [score] = rouge_l([found["day"]], [["It is loud."]])
    assert score == pytest.approx(1.0)


@pytest.mark.parametrize(
    "held",
    [
        "", "{", "[]", "null", "[" * 9000,
        told(version=2), told(form="x"), told(video=None), told(story=[1]), told(id=3),
        told(highlights=[{"start": "a", "end": 2}]), told(story={}), told(summary=None),
    ],
)  # fmt: skip
def test_what_is_broken_is_left_out(tmp_path, held):
    put(tmp_path, "bad", held)
    put(tmp_path, "good", told(id="good"))
    table, *_ = write_report(tmp_path)
    assert [row["id"] for row in csv.DictReader(table.open())] == ["good"]
