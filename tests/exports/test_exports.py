"""Every form is written by one function, whole or not at all, and readable by strangers."""

import csv
import io
import re
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import pysubs2
import pytest
from markdown_it import MarkdownIt
from PIL import Image

from summarizer.errors import OutputError
from summarizer.exports import BUNDLE, FORMS, bundle, export, folder_for
from summarizer.exports.table import table
from summarizer.schema import (
    Answer,
    Curve,
    Highlight,
    Line,
    Preference,
    Saliency,
    Sentence,
    Summary,
)
from tests.payloads import PAYLOADS, PLAIN, shape, steering
from tests.summaries import HOSTILE, summary

STORY = ((0.0, 9.0, "It starts."), (20.0, 29.0, "Somebody talks."), (45.0, 60.0, "It ends."))
FULL = summary(60, story=STORY)


def test_the_forms_are_those_that_were_promised():
    names = ["json", "csv", "srt", "vtt", "chapters", "otio", "edl", "story", "html", "png"]
    assert list(FORMS) == names == [form.name for form in FORMS.values()]
    assert len({form.file for form in FORMS.values()}) == len(FORMS)
    assert len({form.label for form in FORMS.values()}) == len(FORMS)


@pytest.mark.parametrize("name", FORMS)
@pytest.mark.parametrize("hostile", ["match.mp4", *HOSTILE])
def test_each_form_of_any_name_is_one_file_that_says_what_it_is(name, hostile, tmp_path):
    if hostile != "match.mp4" and name in ("html", "png"):
        pytest.skip("drawn once: the names in figures are tested with the chart")
    made = replace(FULL, video=replace(FULL.video, name=hostile))
    path = export(made, name, tmp_path)
    assert path == tmp_path / FORMS[name].file
    assert [each.name for each in tmp_path.iterdir()] == [path.name]
    assert path.stat().st_size > 0


def saying(word: str) -> Summary:
    """A summary of an hour in which every text is that of a stranger."""
    spans = ((0.0, 9.0), (20.0, 29.0), (45.0, 59.0))
    return replace(
        FULL,
        video=replace(FULL.video, name=word),
        preference=Preference(want=word),
        answer=Answer("found", word, 3.0),
        saliency=Saliency((Curve(word, word, (0.5,) * 60),), (1.0,)),
        highlights=tuple(Highlight(*span, 0.5, word) for span in spans),
        story=tuple(Sentence(*span, word, (word,)) for span in spans),
        titles=tuple(Line(*span, word, "screen") for span in spans),
        heard_by=word,
        note=word,
    )


def written(word: str, folder: Path) -> dict[str, str]:
    """Every form that is text."""
    forms = set(FORMS) - {"png"}
    return {name: export(saying(word), name, folder).read_bytes().decode() for name in forms}


@pytest.fixture(scope="module")
def usual(tmp_path_factory) -> dict[str, str]:
    return written(PLAIN, tmp_path_factory.mktemp("usual"))


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_no_word_of_a_stranger_acts_in_a_file(payload, usual, tmp_path):
    found = written(payload, tmp_path)
    assert shape(found["html"]) == shape(usual["html"])
    assert shape(rendered(found["story"])) == shape(rendered(usual["story"]))
    for name in set(found) - {"html", "json"}:
        assert steering(found[name]) == "", name
    for name in ("csv", "chapters", "edl", "otio"):
        assert len(found[name].splitlines()) == len(usual[name].splitlines()), name
    cells = [cell for row in csv.reader(io.StringIO(found["csv"])) for cell in row]
    assert len(cells) == 4 * 8 and not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    for name in ("srt", "vtt"):  # every arrow is one of a cue that was meant
        assert found[name].count("-->") == len(pysubs2.SSAFile.from_string(found[name])), name
    assert not re.search("[<>{}]", found["srt"].replace("-->", "") + found["chapters"])
    assert "<" not in found["vtt"]
    assert Summary.from_json(found["json"]) == saying(payload)


def rendered(markdown: str) -> str:
    return MarkdownIt("commonmark").enable("table").render(markdown)


def test_the_summary_comes_back_as_it_was(tmp_path):
    assert Summary.from_json(export(FULL, "json", tmp_path).read_bytes()) == FULL


def test_an_unknown_form_is_one_sentence_with_those_there_are(tmp_path):
    with pytest.raises(OutputError, match="no export 'fcpxml'; there are json, csv"):
        export(FULL, "fcpxml", tmp_path)


def test_a_folder_that_is_not_there_is_a_sentence(tmp_path):
    with pytest.raises(OutputError, match="choose another folder"):
        export(FULL, "csv", tmp_path / "nowhere")


# -- the table ------------------------------------------------------------------------------------


def rows(made: Summary) -> list[dict]:
    return list(csv.DictReader(io.StringIO(table(made), newline="")))


def test_the_table_has_a_row_for_each_highlight():
    first, second, third = rows(FULL)
    assert first == {
        "number": "1",
        "start": "3.000",
        "end": "8.000",
        "seconds": "5.000",
        "score": "0.500",
        "why": "music and loud moments",
        "start timecode": "00:00:03:00",
        "end timecode": "00:00:08:00",
    }
    assert second["start timecode"] == "00:00:20:05"
    assert third["end"] == "60.000"


def test_no_highlights_is_a_table_without_rows():
    assert rows(summary(highlights=())) == []
    assert table(summary(highlights=())).startswith("number,start,")


@pytest.mark.parametrize("why", [*HOSTILE, "+1", "-1+1", "@SUM(A1)", "\t=1", "\r\n=1", " =1"])
def test_no_reason_breaks_the_table_or_is_calculated(why):
    found = rows(summary(why=why))
    assert len(found) == 3
    for row in found:
        assert None not in row
        assert row["why"].lstrip()[:1] not in tuple("=+-@") or not row["why"]
        assert "\n" not in row["why"]


# -- the bundle -----------------------------------------------------------------------------------


def test_the_zip_holds_every_form_and_the_reel(tmp_path):
    reel = tmp_path / "reel.mp4"
    reel.write_bytes(b"a reel")
    path = bundle(FULL, tmp_path, [reel, reel])
    assert path == tmp_path / BUNDLE
    with ZipFile(path) as packed:
        assert packed.testzip() is None
        files = [form.file for form in FORMS.values()]
        assert packed.namelist() == [*files, "reel.mp4", "reel-2.mp4", "README.txt"]
        assert packed.read("reel.mp4") == b"a reel"
        assert Summary.from_json(packed.read("summary.json")) == FULL
        Image.open(packed.open("saliency.png")).verify()
        about = packed.read("README.txt").decode()
    assert "Not in here" not in about
    assert "Time code counts 25 frames a second." in about
    assert {each.name for each in tmp_path.iterdir()} == {BUNDLE, "reel.mp4"}


def test_what_cannot_be_written_is_named_with_the_reason(tmp_path):
    with ZipFile(bundle(summary(12.0, ()), tmp_path)) as packed:
        assert set(packed.namelist()) == {
            *("summary.json", "highlights.csv", "story.md", "saliency.html", "saliency.png"),
            "README.txt",
        }
        about = packed.read("README.txt").decode()
    for file in ("captions.srt", "captions.vtt", "chapters.txt", "highlights.otio"):
        assert f"\n{file}: " in about
    assert "at least 30 s" in about


def test_a_reel_that_is_gone_is_a_sentence_and_leaves_no_zip(tmp_path):
    with pytest.raises(OutputError, match=r"reel\.mp4 is no longer there"):
        bundle(FULL, tmp_path, [tmp_path / "reel.mp4"])
    assert list(tmp_path.iterdir()) == []


# -- the folder -----------------------------------------------------------------------------------


def test_results_in_a_folder_are_only_replaced_on_request(tmp_path):
    folder = folder_for(tmp_path / "new" / "out", replace=False)
    (folder / "notes.txt").touch()
    assert folder_for(folder, replace=False) == folder
    (folder / "highlights.edl").touch()
    with pytest.raises(OutputError, match=r"already holds highlights\.edl"):
        folder_for(folder, replace=False)
    assert folder_for(folder, replace=True) == folder
