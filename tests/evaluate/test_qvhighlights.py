"""The protocol of QVHighlights over small files, a real clip, and the published predictions."""

import json
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.evaluate import qvhighlights
from summarizer.evaluate.qvhighlights import Answer, Query
from summarizer.evaluate.room import Options

EXAMPLES = Path(__file__).parents[2] / "examples"
RATED = np.array([[0, 0, 0]] * 5 + [[4, 3, 2]] * 3 + [[0, 0, 0]] * 2)
QUERY = {
    "qid": 7, "query": "a bee dances", "duration": 20, "vid": "abcdefghijk_0.0_20.0",
    "relevant_windows": [[10, 16]], "relevant_clip_ids": [5, 6, 7],
    "saliency_scores": [[4, 3, 2]] * 3,
}  # fmt: skip
PREDICTED = {
    "qid": 7, "pred_relevant_windows": [[10, 16, 0.9], [0, 4, 0.1]],
    "pred_saliency_scores": RATED[:, 0].tolist(),
}  # fmt: skip


def lines(path: Path, *rows: dict) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


@pytest.fixture
def options(tmp_path) -> Options:
    lines(tmp_path / qvhighlights.FILE, QUERY)
    return Options(tmp_path, seeds=2)


def by_way(job, task=None) -> dict:
    found = defaultdict(list)
    for record in job.judge(task or job.tasks[0]):
        found[record.way].append(record)
    return found


def test_perfect_predictions_are_perfect_and_stand_beside_what_needs_no_looking(options, tmp_path):
    predictions = lines(tmp_path / "best.jsonl", PREDICTED)
    job = qvhighlights.PROTOCOL.open(Options(options.data, predictions=predictions, seeds=2))
    assert job.tasks == ("7",) and not job.lacks and job.pool([]) == {}
    found = by_way(job)
    assert list(found) == ["best", "random", "uniform", "centre", "human"]
    best = found["best"][0]
    expected = {measure.name for measure in qvhighlights.PROTOCOL.measures}
    expected -= {"MR-middle-mAP", "MR-long-mAP"}  # the only window has 6 seconds
    shares = {"HL-min-Good-mAP": 2 / 3, "HL-min-VeryGood-mAP": 1 / 3}  # of those who rated so
    assert best.values == pytest.approx(dict.fromkeys(expected, 1.0) | shares)
    assert set(best.curves) == {"score", "rated"} and len(best.curves["rated"]) == 10
    assert [record.seed for record in found["random"]] == [0, 1]
    assert found["uniform"][0].values["MR-full-R1@0.5"] == 0  # an overlap of 6 / 20
    assert found["centre"][0].values["MR-full-R1@0.5"] == 0  # of 5 s from 5 to 15, 11 s in all
    assert found["human"][0].values["HL-min-Fair-mAP"] == 1
    assert "MR-full-mAP" not in found["human"][0].values


def test_chance_is_the_same_whenever_it_is_asked(options):
    job = qvhighlights.PROTOCOL.open(options)
    once, again = by_way(job), by_way(job)
    assert once == again and list(once) == ["random", "uniform", "centre", "human"]
    draw = [record.values for record in once["random"]]
    assert draw[0] != draw[1]
    assert any("Neither predictions nor videos" in note for note in job.notes)


def test_windows_alone_have_no_ratings_and_ratings_need_no_windows(tmp_path):
    bare = {key: QUERY[key] for key in ("qid", "query", "duration", "vid", "relevant_windows")}
    path = lines(tmp_path / "charades_test_release.jsonl", bare)
    job = qvhighlights.PROTOCOL.open(Options(path, seeds=1))
    found = by_way(job)
    assert "human" not in found
    assert not any(name.startswith("HL") for name in found["random"][0].values)
    assert "has no ratings" in job.lacks["HL-min-Good-mAP"]
    query = Query("", "", 20.0, ((10.0, 16.0),), RATED)
    assert set(qvhighlights.values(query, Answer(scores=np.arange(10.0)))) == {
        f"HL-min-{level}-{kind}"
        for level in ("Fair", "Good", "VeryGood")
        for kind in ("mAP", "Hit1")
    }


def test_scores_of_seconds_become_those_of_clips():
    total = np.array([0.0, 1, 2, 3, 4])
    assert qvhighlights.clip_means(total, 3).tolist() == [0.5, 2.5, 4]
    assert qvhighlights.clip_means(total, 2).tolist() == [0.5, 2.5]
    assert qvhighlights.clip_means(total, 4).tolist() == [0.5, 2.5, 4, 4]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"relevant_windows": [[4, 2]]}, "line 1: field 'relevant_windows'"),
        ({"relevant_windows": None}, "line 1: field 'relevant_windows'"),
        ({"duration": "long"}, "line 1: field 'duration'"),
        ({"saliency_scores": [[4, 3, 2]]}, "line 1: field 'saliency_scores'"),
        ({"saliency_scores": [[4, 3, 9]] * 3}, "line 1: field 'saliency_scores'"),
        ({"relevant_clip_ids": [5, 6, 70]}, "line 1: field 'relevant_clip_ids'"),
    ],
)
def test_a_broken_annotation_is_told_with_its_line_and_field(tmp_path, changed, words):
    lines(tmp_path / qvhighlights.FILE, {**QUERY, **changed})
    with pytest.raises(SummarizerError, match=words):
        qvhighlights.PROTOCOL.open(Options(tmp_path))


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([], "0 of 1 queries.*'7'"),
        ([PREDICTED, PREDICTED], "line 2: field 'qid' '7' comes for a second time"),
        ([{**PREDICTED, "qid": 8}], "line 1: field 'qid' '8' is of no query"),
        ([{"qid": 7}], "'pred_relevant_windows' is missing"),
        ([{**PREDICTED, "pred_relevant_windows": [[1, 2]]}], "not a start, an end and a score"),
        ([{**PREDICTED, "pred_relevant_windows": [[0, 1, 0]] * 1001}], "1001 windows; 1000"),
        ([{**PREDICTED, "pred_saliency_scores": []}], "'pred_saliency_scores' is empty"),
        ([{**PREDICTED, "pred_saliency_scores": [float("nan")]}], "'pred_saliency_scores' holds"),
        ([{**PREDICTED, "pred_saliency_scores": [True]}], "'pred_saliency_scores' holds"),
    ],
)
def test_broken_predictions_are_told_with_their_line_and_field(options, tmp_path, rows, words):
    predictions = lines(tmp_path / "broken.jsonl", *rows)
    with pytest.raises(SummarizerError, match=words):
        qvhighlights.PROTOCOL.open(Options(options.data, predictions=predictions))


def test_a_folder_without_the_file_is_told(tmp_path):
    with pytest.raises(SummarizerError, match=qvhighlights.FILE):
        qvhighlights.PROTOCOL.open(Options(tmp_path))


def test_a_preset_answers_over_the_raw_clip(tmp_path):
    """What is said of Karl von Frisch, from 16 to 20 seconds of the rendered lecture."""
    asked = {
        "query": "they talk about Karl von Frisch", "duration": 57, "vid": "lecture",
        "relevant_windows": [[16, 20]], "relevant_clip_ids": [8, 9],
        "saliency_scores": [[4, 4, 4]] * 2,
    }  # fmt: skip
    rows = [
        {**asked, "qid": 1},
        {**asked, "qid": 2, "duration": 150},
        {**asked, "qid": 3, "vid": "absent"},
    ]
    lines(tmp_path / qvhighlights.FILE, *rows)
    job = qvhighlights.PROTOCOL.open(Options(tmp_path, videos=EXAMPLES, seeds=1))
    found, longer, absent = (by_way(job, task)["offline"][0] for task in job.tasks)
    assert found.values["MR-full-R1@0.5"] == 1 and found.values["HL-min-VeryGood-Hit1"] == 1
    assert len(found.curves["score"]) == 28
    assert "56.9 s" in longer.error and "150 s" in longer.error and not longer.values
    assert "absent" in absent.error and not absent.values
    assert len(by_way(job, "3")["random"]) == 1  # a missing clip takes nothing else along


def test_the_official_numbers_come_out_of_the_run(shared_data):
    folder = shared_data / "benchmarks" / "qvhighlights"
    predictions = folder / "sample_val_preds.jsonl"
    if not predictions.is_file():
        pytest.skip("the files of QVHighlights are not among the public data")
    job = qvhighlights.PROTOCOL.open(Options(folder, predictions=predictions, seeds=0))
    sums = defaultdict(lambda: defaultdict(list))
    for task in job.tasks:
        for record in job.judge(task):
            for name, value in record.values.items():
                sums[record.way][name].append(value)
    means = {
        way: {name: float(f"{100 * np.mean(values):.2f}") for name, values in each.items()}
        for way, each in sums.items()
    }
    official = json.loads((folder / "sample_val_preds_metrics_raw.json").read_text())["brief"]
    assert means[predictions.stem] == official
    assert set(official) == {measure.name for measure in qvhighlights.PROTOCOL.measures}
    for name, value in means["human"].items():
        assert value > official[name] > means["centre"][name]
