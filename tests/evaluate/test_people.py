"""Forms for readers, their answers, and how far they agree: checked by hand and by another way."""

import csv
import json

import numpy as np
import pytest

from summarizer.annotations import QUESTIONS
from summarizer.dossier.report import FORM, VERSION
from summarizer.errors import SummarizerError
from summarizer.evaluate.__main__ import main
from summarizer.evaluate.people import ASKED, COLUMNS, Given, form, given, verdicts
from tests.payloads import PAYLOADS, PLAIN, shape


def told(folder, name: str, text: str = "It is loud.", want: str = "the goals") -> None:
    held = {
        "form": FORM, "version": VERSION, "id": name, "made": "x", "want": want, "note": "",
        "video": {"name": f"{name}.mp4", "sha256": "0", "seconds": 61.0},
        "highlights": [], "summary": text,
        "story": [{"start": 2.0, "end": 4.0, "text": text, "evidence": []}],
    }  # fmt: skip
    (folder / f"{name}_summary.json").write_text(json.dumps(held))


def filled(path, *rows) -> str:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *rows])
    return str(path)


def test_the_questions_are_those_of_the_page():
    assert tuple(ASKED) == QUESTIONS


def test_a_form_has_a_page_a_story_and_the_table_a_row(tmp_path, capsys):
    for name in ("day", "night"):
        told(tmp_path, name)
    (tmp_path / "broken_summary.json").write_text("{")
    assert main(["form", str(tmp_path), "--out", str(tmp_path / "form.html")]) == 0
    page = (tmp_path / "form.html").read_text()
    assert page.count("<section>") == 2 and page.count("<i></i>") == 2 * 5 * len(QUESTIONS)
    assert all(text in page for text in ("day", "night", "0:02", "It is loud.", "the goals"))
    rows = list(csv.DictReader((tmp_path / "form.csv").open()))
    assert [row["id"] for row in rows] == ["day", "night"]
    assert given(tmp_path / "form.csv") == []  # nobody has filled it yet


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_story_becomes_markup(tmp_path, payload):
    pages = []
    for word in (PLAIN, payload):
        told(tmp_path, "evil", word, word)
        form(tmp_path, tmp_path / "form.html")
        pages.append(shape((tmp_path / "form.html").read_text()))
    assert pages[0] == pages[1]


def test_an_empty_folder_says_how_to_fill_it(tmp_path, capsys):
    assert main(["form", str(tmp_path)]) == 1
    assert "--preset emotion" in capsys.readouterr().err


def test_answers_come_back_with_means_spread_and_agreement(tmp_path, capsys):
    one = filled(
        tmp_path / "a.csv", ["Ada", "day", 5, 4, 3, 5, ""], ["Ada", "night", 2, 4, 1, 2, ""]
    )
    two = filled(
        tmp_path / "b.csv", ["Ben", "day", 5, 2, "", 5, ""], ["Ben", "night", 2, 2, "", 2, ""]
    )
    assert main(["ratings", one, two]) == 0
    said = capsys.readouterr().out
    assert "2 readers, 2 stories" in said and "| relevance | 4 | 3.50 | 1.73 | 1.00 |" in said
    assert "| faithfulness | 2 | 2.00 | 1.41 | – |" in said


def test_what_the_page_s_annotators_export_counts_too(tmp_path):
    from summarizer.annotations import Annotation, Mark, Rating, write

    of = {"name": "day.mp4", "sha256": "ab" * 32, "seconds": 9.0}
    told_ = Annotation(
        "Ada", marks=(Mark(0, 9, 3),), ratings=(Rating("=music", 5, 4, None, 2),), **of
    )
    write([told_], "csv", tmp_path / "page.csv")
    assert given(tmp_path / "page.csv") == [Given("Ada", "day: =music", (5, 4, None, 2))]


def test_agreement_is_krippendorffs_by_another_way_of_counting():
    rng = np.random.default_rng(4)
    points = rng.integers(1, 6, (3, 12))
    answers = [
        Given(f"r{row}", f"s{column}", (int(points[row, column]), None, None, None))
        for row in range(3)
        for column in range(12)
    ]
    found = verdicts(answers)[0]
    assert found.mean == pytest.approx(points.mean())
    # ordinal distances between all values, over pairs of readers and over all pairs
    values = points.ravel().tolist()

    def apart(a, b):
        low, high = min(a, b), max(a, b)
        between = sum(values.count(v) for v in range(low, high + 1))
        return (between - (values.count(low) + values.count(high)) / 2) ** 2

    within = [apart(a, b) for story in points.T.tolist() for a in story for b in story]
    overall = [apart(a, b) for a in values for b in values]
    observed = sum(within) / 2 / len(values)  # a story's three readers make two pairs each
    expected = sum(overall) / (len(values) * (len(values) - 1))
    assert found.alpha == pytest.approx(1 - observed / expected)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (["Ada", "day", 6, 1, 1, 1, ""], "column 'relevance' is '6', not 1 to 5"),
        (["Ada", "day", 1, "good", 1, 1, ""], "column 'coverage' is 'good'"),
        (["Ada", "day", 1, "٣", 1, 1, ""], "column 'coverage'"),
        (["", "day", 1, 1, 1, 1, ""], "have to be filled"),
    ],
)
def test_a_wrong_answer_is_named_with_its_line(tmp_path, row, words):
    filled(tmp_path / "x.csv", row)
    with pytest.raises(SummarizerError, match=words) as error:
        given(tmp_path / "x.csv")
    assert "x.csv, line 2" in str(error.value)


def test_a_table_of_another_form_and_a_story_rated_twice_are_refused(tmp_path):
    (tmp_path / "y.csv").write_text("a,b\n1,2\n")
    with pytest.raises(SummarizerError, match="lacks the column 'reader'"):
        given(tmp_path / "y.csv")
    again = [Given("Ada", "day", (1, 1, 1, 1))] * 2
    with pytest.raises(SummarizerError, match="Ada rated day twice"):
        verdicts(again)
