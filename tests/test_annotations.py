"""The three shapes: what comes back is what went out, as far as each can say it."""

import csv
import json
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer import SummarizerError, annotations
from summarizer.annotations import (
    SUFFIXES,
    Annotation,
    Mark,
    Rating,
    clean,
    mask,
    read,
    tidy,
    write,
)
from summarizer.schema import Video
from tests.payloads import PAYLOADS, steering

SHA = "ab" * 32


def video(seconds: float = 11.4, name: str = "match.mp4") -> Video:
    return Video(name, SHA, seconds, (320, 180), Fraction(25), 0, Fraction(1), True)


def annotation(who: str, *marks: Mark, of: Video | None = None, **more) -> Annotation:
    of = of or video()
    return Annotation(who, of.sha256, of.name, of.seconds, marks, **more)


ANN = annotation("Ann", Mark(0, 4, 2), Mark(4, 8, 5), Mark(8, 11.4, 4))
BOB = annotation("Bob", Mark(0, 4, 1), Mark(4, 8, 4), Mark(8, 11.4, 3))
PART = annotation("Part", Mark(0, 4.5, 3, "a note"), Mark(4.5, 11.4))


# -- the values -----------------------------------------------------------------------------------


def test_a_second_has_the_score_that_fills_most_of_it():
    said = annotation("Ann", Mark(0, 2.4, 1), Mark(2.4, 6.5, 5), Mark(6.5, 9, None))
    expected = [1, 1, 5, 5, 5, 5, 5, np.nan, np.nan, np.nan, np.nan, np.nan]
    np.testing.assert_array_equal(said.saliency, expected)
    assert mask(said) == [0, 0, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0]


@pytest.mark.parametrize("step", [1.0, 2.0, 0.7])
@given(cuts=st.lists(st.integers(1, 113), max_size=8, unique=True))
@settings(deadline=None, max_examples=40)
def test_sampling_meets_a_fine_comb(step, cuts):
    """Counting hundredths of a second is slow and sure; ties may go either way."""
    edges = [0.0, *(cut / 10 for cut in sorted(cuts)), 11.4]
    marks = [Mark(a, b, 1 + n % 5) for n, (a, b) in enumerate(pairwise(edges))]
    got = annotation("Ann", *marks).sampled(step)
    comb = np.arange(0.005, 11.4, 0.01)
    scores = np.array([next(m.score for m in marks if m.start <= t < m.end) for t in comb])
    lengths = np.array([np.searchsorted(edges, t) for t in comb])
    for row, value in enumerate(got):
        inside = (comb >= row * step) & (comb < (row + 1) * step)
        most = max(np.sum(lengths[inside] == each) for each in set(lengths[inside]))
        if np.isnan(value):
            assert most <= np.sum(inside) / 2 + 1
        else:
            mine = [np.sum(lengths[inside & (scores == value)] == e) for e in set(lengths)]
            assert max(mine) >= most - 1


def test_names_and_notes_lose_what_cannot_be_seen():
    assert clean("  A\u202en\tn \n") == "A n n"
    assert len(clean("x" * 500)) == 60
    assert tidy(" one\r\ntwo\x00 \n") == "one\ntwo"


# -- round trips ----------------------------------------------------------------------------------

text = st.text(max_size=30).map(lambda t: clean(t))


@st.composite
def people(draw):
    names = draw(st.lists(text.filter(bool), min_size=1, max_size=3, unique=True))
    found = []
    for name in names:
        edges = sorted(draw(st.sets(st.floats(0, 11.4), min_size=2, max_size=6)))
        marks = [
            Mark(a, b, draw(st.none() | st.integers(1, 5)), tidy(draw(st.text(max_size=20))))
            for a, b in pairwise(edges)
        ]
        five = st.none() | st.integers(1, 5)
        rating = Rating(draw(text), *(draw(five) for _ in range(4)))
        found.append(annotation(name, *marks, ratings=(rating,), blind=draw(st.booleans())))
    return tuple(found)


@given(people())
@settings(deadline=None, max_examples=60)
def test_csv_keeps_everything(tmp_path_factory, told):
    target = tmp_path_factory.mktemp("csv") / "all.csv"
    assert write(told, "csv", target) == ()
    assert read(target, video()) == told


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
def test_a_spreadsheet_runs_nothing_and_nothing_is_lost(payload, tmp_path):
    of = video(name=f"{payload}.mp4")
    said = annotation(
        clean(payload), Mark(0, 3, 2, tidy(payload)), Mark(3, 11.4, 5, "'=1"), of=of,
        ratings=(Rating(clean(payload), 3),),
    )  # fmt: skip
    for form, between in (("csv", ","), ("tvsum", "\t")):
        target = tmp_path / f"hostile{SUFFIXES[form]}"
        write([said], form, target)
        with target.open(newline="", encoding="utf-8") as file:
            rows = list(csv.reader(file, delimiter=between))
        assert len({len(row) for row in rows}) == 1
        cells = [cell for row in rows for cell in row]
        assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
        assert steering("".join(cells)) == ""
        (back,) = read(target, of)
        assert back.annotator == said.annotator
    assert read(tmp_path / "hostile.csv", of) == (said,)


def test_videoxum_has_its_fields_and_its_masks(tmp_path):
    target = tmp_path / "all.json"
    assert write([ANN, PART, BOB], "videoxum", target) == ("Part",)
    (entry,) = json.loads(target.read_text(encoding="utf-8"))
    assert entry["video_id"] == "match" and entry["sampled_frames"] == 12
    assert np.array(entry["vsum_onehot"]).shape == (2, 12)  # annotators, seconds
    assert [len(segment) for segment in entry["vsum"]] == [2] * len(entry["timestamps"])
    assert entry["vsum_onehot"][0] == [0] * 4 + [1] * 8
    assert entry["vsum"][1] == [[4, 8], [4, 8]] and entry["vsum"][2] == [[8, 11.4], None]

    back = read(target, video())
    assert [each.annotator for each in back] == ["Ann", "Bob"]
    assert [mask(each) for each in back] == [mask(ANN), mask(BOB)]
    assert [(m.start, m.end, m.score) for m in back[1].marks] == [
        (0, 4, 1), (4, 8, 5), (8, 11.4, 1)
    ]  # fmt: skip
    again = tmp_path / "again.json"
    write(back, "videoxum", again)
    assert json.loads(again.read_bytes()) == [entry]


def test_videoxum_masks_survive_edges_of_ones_own(tmp_path):
    moved = annotation(
        "Cleo", Mark(0, 2.5, 5), Mark(2.5, 8, 1), Mark(8, 9.25, 4), Mark(9.25, 11, 1)
    )
    target = tmp_path / "moved.json"
    write([ANN, moved], "videoxum", target)
    assert [mask(each) for each in read(target, video())] == [mask(ANN), mask(moved)]


def test_the_data_sets_own_entry_is_read_without_our_fields(tmp_path):
    entry = {
        "video_id": "v_QOlSCBRmfWY", "duration": 11.4, "sampled_frames": 12,
        "timestamps": [[0.1, 6.2], [5.0, 11.4]], "tsum": ["A.", "B."],
        "vsum": [[[1.2, 3.4]] * 10, [[6.0, 8.0]] * 10],
        "vsum_onehot": [[0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0]] * 10,
    }  # fmt: skip
    target = tmp_path / "test_videoxum.json"
    target.write_text(json.dumps([entry]))
    back = read(target, video())
    assert [each.annotator for each in back] == [f"annotator {n}" for n in range(1, 11)]
    assert mask(back[9]) == entry["vsum_onehot"][9]
    target.write_text(json.dumps([entry, {**entry, "video_id": "v_other"}]))
    with pytest.raises(SummarizerError, match="nothing about match"):
        read(target, video())


def test_tvsum_is_a_score_every_two_seconds(tmp_path):
    target = tmp_path / "all.tsv"
    assert write([ANN, PART, BOB], "tvsum", target) == ("Part",)
    rows = [line.split("\t") for line in target.read_text(encoding="utf-8").splitlines()]
    assert [row[0] for row in rows] == ["match", "match"]
    assert rows[0][2] == "2,2,5,5,4,4" and rows[1][2] == "1,1,4,4,3,3"

    back = read(target, video())
    assert [each.annotator for each in back] == ["Ann", "Bob"]
    np.testing.assert_array_equal(back[0].saliency, ANN.saliency)
    again = tmp_path / "again.tsv"
    write(back, "tvsum", again)
    assert again.read_bytes() == target.read_bytes()


def test_tvsum_rows_of_a_score_a_frame_are_read(tmp_path):
    per_frame = [str(score) for score in (2, 2, 5, 5, 4, 4) for _ in range(50)][: round(11.4 * 25)]
    target = tmp_path / "ydata-anno.tsv"
    target.write_text("".join(f"AwmHb44_ouw\tVT\t{','.join(per_frame)}\n" for _ in range(20)))
    back = read(target, video())
    assert len(back) == 20
    assert [mark.score for mark in back[19].marks] == [2, 2, 5, 5, 4, 4]


def test_real_scores_survive(tmp_path, shared_data):
    """Twenty people's scores of a TVSum video, from a public file."""
    lines = (shared_data / "benchmarks/lighthouse/tvsum_val_release.jsonl").read_text().splitlines()
    scores = np.array(json.loads(lines[0])["label"], int)  # (shots, annotators)
    clip = video(2.0 * len(scores), "sTEELN-vY30.mp4")
    rows = ["sTEELN-vY30\tVT\t" + ",".join(map(str, each)) for each in scores.T]
    source, target = tmp_path / "in.tsv", tmp_path / "out.tsv"
    source.write_text("\n".join(rows))
    people = read(source, clip)
    write(people, "tvsum", target)
    again = read(target, clip)
    assert again == people
    np.testing.assert_array_equal([each.sampled(2.0) for each in again], scores.T)


# -- what is wrong --------------------------------------------------------------------------------


def test_nothing_complete_is_a_sentence(tmp_path):
    with pytest.raises(SummarizerError, match=r"Part.*1 of 2 events without a score"):
        write([PART], "tvsum", tmp_path / "x.tsv")
    with pytest.raises(SummarizerError, match="nobody"):
        write([], "csv", tmp_path / "x.csv")
    assert list(tmp_path.iterdir()) == []


def entry(**more) -> str:
    return json.dumps([{"video_id": "match", "duration": 11.4, "vsum_onehot": [[0] * 12], **more}])


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("a.txt", "", "none of .json, .tsv, .csv"),
        ("a.json", "{", "can't be read"),
        ("a.json", "[" * 100_000, "can't be read"),
        ("a.json", "[1, 2]", "can't be read"),
        ("a.json", entry(vsum_onehot=[[0, 1]]), "2 values, and takes 12"),
        ("a.json", entry(vsum_onehot=[[7] * 12]), "of 0 or 1"),
        ("a.json", entry(annotators=["A", "A\n"], vsum_onehot=[[0] * 12] * 2), "twice"),
        ("a.json", entry(sha256="cd" * 32), "nothing about"),
        ("a.json", entry(duration=99), "nothing about"),
        ("a.tsv", "match\tVT\t1,2,9,1,1,1\n", "goes from 1 to 5"),
        ("a.tsv", "match\tVT\t1,inf,2,1,1,1\n", "can't be read"),
        ("a.tsv", "match\tVT\t1,2\n", "2 scores, and 11.4 s take 6"),
        ("a.tsv", "match\n", "can't be read"),
        ("a.csv", "annotator,score\nAnn,3\n", "no column 'kind'"),
        ("a.csv", "", "no column"),
    ],
)
def test_a_bad_file_is_one_sentence(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_text(content)
    with pytest.raises(SummarizerError) as error:
        read(path, video())
    assert words in str(error.value) and "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("start", "end"), [("5", "3"), ("0", "99"), ("nan", "3"), ("-1", "2"), ("3.9", "6")]
)
def test_impossible_times_are_refused(tmp_path, start, end):
    path = tmp_path / "a.csv"
    write([annotation("Ann", Mark(0, 4, 2), Mark(4, 5, 5))], "csv", path)
    path.write_text(path.read_text().replace("4,5,5", f"{start},{end},5"))
    with pytest.raises(SummarizerError, match="can't be read"):
        read(path, video())


def test_bytes_that_are_no_text_and_files_too_large(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SummarizerError, match="UTF-8"):
        read(path, video())
    monkeypatch.setattr(annotations, "MOST_BYTES", 2)
    with pytest.raises(SummarizerError, match="at most"):
        read(path, video())


def test_a_name_cannot_lead_out_of_its_file(tmp_path):
    said = replace(ANN, name="../../etc/passwd\tx.mp4", annotator="../Ann")
    for form, suffix in annotations.SUFFIXES.items():
        write([said], form, tmp_path / f"safe{suffix}")
        (back,) = read(tmp_path / f"safe{suffix}", replace(video(), name=said.name))
        assert back.annotator == "../Ann"
    assert {path.parent for path in Path(tmp_path).rglob("*")} == {tmp_path}
