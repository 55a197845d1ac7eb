"""VideoXum: both rules of 15 %, both correlations and the text, over a file in its form."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import kendalltau, spearmanr

from summarizer.errors import SummarizerError
from summarizer.evaluate import videoxum
from summarizer.evaluate.protocols import PROTOCOLS
from summarizer.evaluate.room import Options
from summarizer.evaluate.videoxum import VideoXum
from summarizer.metrics import text

SCORED = {measure.name for measure in videoxum.SCORED}


def entry(number: int, seconds: int = 40, annotators: int = 10) -> dict:
    """A video in whose third quarter everybody keeps something."""
    rng = np.random.default_rng(number)
    masks = np.zeros((annotators, seconds), int)
    for row in masks:
        start = rng.integers(seconds // 2, 3 * seconds // 4)
        row[start : start + seconds // 8] = 1
    half = seconds / 2
    return {
        "video_id": f"v_film{number:07}",
        "duration": float(seconds),
        "sampled_frames": seconds,
        "timestamps": [[0, half], [half, seconds]],
        "tsum": [f"Person {number} opens a door.", "A dog runs out and barks"],
        "vsum": [[[0, 3]] * annotators, [[half, half + 3]] * annotators],
        "vsum_onehot": masks.tolist(),
    }


def folder(place: Path, *entries: dict) -> Path:
    (place / "test_videoxum.json").write_text(json.dumps(entries or [entry(1), entry(2), entry(3)]))
    return place


def job(place: Path, **options) -> VideoXum:
    return PROTOCOLS["videoxum"].open(Options(place, **options))


def by_way(records) -> dict[str, list]:
    found = {}
    for each in records:
        found.setdefault(each.way, []).append(each)
    return found


def predicted(place: Path, found: object) -> Path:
    path = place / "mine.json"
    path.write_text(json.dumps(found))
    return path


# -- the numbers ----------------------------------------------------------------------------------


def f_of(chosen: set[int], wanted: set[int]) -> float:
    return 2 * len(chosen & wanted) / (len(chosen) + len(wanted))


@pytest.mark.parametrize("tied", [False, True])
def test_scores_are_judged_by_both_rules_and_both_conventions(tmp_path, tied):
    rng = np.random.default_rng(0)
    scores = (rng.integers(0, 4, 40) if tied else rng.permutation(40)).tolist()
    path = predicted(tmp_path, {"v_film0000001": {"saliency": scores}})
    opened = job(folder(tmp_path), predictions=path)
    (mine,) = by_way(opened.judge("v_film0000001"))["mine"]
    masks = entry(1)["vsum_onehot"]
    wanted = [{second for second, kept in enumerate(mask) if kept} for mask in masks]
    order = sorted(range(40), key=lambda second: (-scores[second], second))
    exact = set(order[:6])  # 15 % of 40
    threshold = {second for second in range(40) if scores[second] >= scores[order[6]]}
    assert len(threshold) > 7 if tied else len(threshold) == 7
    by_rule = [[f_of(chosen, each) for each in wanted] for chosen in (threshold, exact)]
    average = np.mean(masks, axis=0)
    assert mine.values == pytest.approx(
        {
            "F mean": np.mean(by_rule[0]), "F max": max(by_rule[0]),
            "F exact mean": np.mean(by_rule[1]), "F exact max": max(by_rule[1]),
            "tau user": np.mean([kendalltau(scores, mask).statistic for mask in masks]),
            "rho user": np.mean([spearmanr(scores, mask).statistic for mask in masks]),
            "tau mean": kendalltau(scores, average).statistic,
            "rho mean": spearmanr(scores, average).statistic,
        }
    )  # fmt: skip


def test_people_stand_beside_what_looks_at_nothing(tmp_path):
    opened = job(folder(tmp_path), seeds=3)
    found = by_way(opened.judge("v_film0000002"))
    assert {way: len(each) for way, each in found.items()} == {
        "random": 3, "uniform": 1, "centre": 1, "human": 1
    }  # fmt: skip
    assert all(set(each.values) == SCORED for records in found.values() for each in records)
    masks = entry(2)["vsum_onehot"]
    wanted = [{second for second, kept in enumerate(mask) if kept} for mask in masks]
    each = [
        [f_of(one, two) for two in wanted[:n] + wanted[n + 1 :]] for n, one in enumerate(wanted)
    ]
    human = found["human"][0].values
    assert human["F mean"] == human["F exact mean"] == pytest.approx(np.mean(each))
    assert human["F max"] == pytest.approx(np.mean([max(row) for row in each]))
    assert human["F mean"] > found["random"][0].values["F mean"]
    assert any("Neither predictions nor videos" in note for note in opened.notes)


def test_chance_is_the_same_in_any_order(tmp_path):
    opened = job(folder(tmp_path))
    first = {task: list(opened.judge(task)) for task in opened.tasks}
    assert {task: list(opened.judge(task)) for task in reversed(opened.tasks)} == first
    values = {task: [each.values for each in records] for task, records in first.items()}
    assert values["v_film0000001"] != values["v_film0000002"]


def test_what_has_no_order_has_no_correlation(tmp_path):
    nobody = entry(1)
    nobody["vsum_onehot"] = np.zeros((2, 40), int).tolist()
    path = predicted(tmp_path, {"v_film0000001": {"saliency": [1] * 40}})
    found = by_way(job(folder(tmp_path, nobody), predictions=path, seeds=1).judge("v_film0000001"))
    assert set(found["mine"][0].values) == {"F mean", "F max", "F exact mean", "F exact max"}
    assert set(found["human"][0].values) == set()  # two empty masks have nothing to agree on
    assert not any(
        math.isnan(v) for each in found.values() for r in each for v in r.values.values()
    )


# -- the text -------------------------------------------------------------------------------------


def test_the_text_is_measured_against_all_captions(tmp_path):
    told = "Person 1 opens a door. A dog runs out and barks"
    path = predicted(
        tmp_path, {"v_film0000001": {"text": told}, "v_film0000002": {"text": "Nothing of it."}}
    )
    opened = job(folder(tmp_path), predictions=path, seeds=1)
    records = [by_way(opened.judge(f"v_film{number:07}"))["mine"][0] for number in (1, 2)]
    right, wrong = (each.values for each in records)
    assert not SCORED & set(right)
    assert right[text.ROUGE_L] == pytest.approx(1) and wrong[text.ROUGE_L] < 0.3
    assert right[text.CIDER_D] > wrong[text.CIDER_D]
    # BLEU is of all texts at once
    assert opened.pool(records[:1])["BLEU-4"] == pytest.approx(1)
    assert 0 < opened.pool(records)["BLEU-4"] < 1
    assert (text.METEOR in right) == (text.METEOR not in opened.lacks)


def test_vt_clip_is_lacking_and_said_so(tmp_path):
    opened = job(folder(tmp_path))
    assert "needs VT-CLIP" in opened.lacks["VT-CLIPScore"]
    assert set(opened.lacks) <= {measure.name for measure in PROTOCOLS["videoxum"].measures}


# -- files ----------------------------------------------------------------------------------------


def test_one_file_may_be_named(tmp_path):
    folder(tmp_path).joinpath("test_videoxum.json").rename(tmp_path / "val_videoxum.json")
    assert job(tmp_path / "val_videoxum.json").tasks == (
        "v_film0000001",
        "v_film0000002",
        "v_film0000003",
    )
    with pytest.raises(SummarizerError, match=r"test_videoxum\.json"):
        job(tmp_path)


def test_broken_entries_are_left_out_and_told(tmp_path):
    short = entry(2)
    short["vsum_onehot"][3].pop()
    opened = job(folder(tmp_path, entry(1), short))
    assert opened.tasks == ("v_film0000001",)
    assert any("1 entries were left out" in n and "vsum_onehot" in n for n in opened.notes)
    with pytest.raises(SummarizerError, match=r"no video that can be judged.*vsum_onehot"):
        job(folder(tmp_path, short))


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({"v_film0000001": {"saliency": [1, 2]}}, "2 scores for 40 seconds"),
        ({}, "holds nothing about v_film0000001"),
    ],
)
def test_a_wrong_prediction_is_recorded_and_fails_nobody_else(tmp_path, found, says):
    opened = job(folder(tmp_path), predictions=predicted(tmp_path, found), seeds=1)
    ways = by_way(opened.judge("v_film0000001"))
    (mine,) = ways.pop("mine")
    assert says in mine.error and not mine.values
    assert all(each.values for records in ways.values() for each in records)


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ([], "not a JSON object"),
        ({"v_film0000001": 3}, "mine.json, 'v_film0000001': field 'saliency' is missing"),
        ({"v_film0000001": {}}, "'saliency' is missing"),
        ({"v_film0000001": {"saliency": ["a"]}}, "'saliency' holds"),
        ({"v_film0000001": {"saliency": [float("nan")]}}, "'saliency' holds"),
        ({"v_film0000001": {"text": 3}}, "'text' is"),
    ],
)
def test_a_malformed_prediction_is_named(tmp_path, found, says):
    with pytest.raises(SummarizerError, match=r"mine\.json") as error:
        job(folder(tmp_path), predictions=predicted(tmp_path, found))
    assert says in str(error.value)


def test_predictions_that_are_not_there(tmp_path):
    with pytest.raises(SummarizerError, match=r"nothing\.json is no file"):
        job(folder(tmp_path), predictions=tmp_path / "nothing.json")


# -- raw videos -----------------------------------------------------------------------------------


def test_a_preset_scores_and_tells_the_raw_video(tmp_path, cut_clip, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "v_film0000001.mp4").symlink_to(cut_clip)
    opened = job(folder(tmp_path, entry(1, 12), entry(2, 60)), videos=tmp_path, seeds=1)
    (own,) = by_way(opened.judge("v_film0000001"))["offline"]
    assert own.error == "" and {"F mean", "F exact mean", text.ROUGE_L} <= set(own.values)
    assert own.kept["said"] and "A dog runs out" in own.kept["others"][0]
    (absent,) = by_way(opened.judge("v_film0000002"))["offline"]
    assert "holds no video called v_film0000002" in absent.error


def test_a_preset_s_checkpoint_is_judged_by_rows_in_files_with_every_measure(
    tmp_path, tiny_weights, monkeypatch
):
    from summarizer.evaluate.__main__ import main
    from summarizer.train.watched import write_rows
    from tests import abridged

    home, rows = tmp_path / "checkpoints", tmp_path / "rows"
    monkeypatch.setenv("CHECKPOINTS", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    place = folder(tmp_path)
    given = {"preset": abridged.NAME, "rows": rows, "settings": ("text.most=12",)}
    with pytest.raises(SummarizerError, match="train it with: python -m"):
        job(place, **given)
    with pytest.raises(SummarizerError, match="the preset offline reads no rows"):
        job(place, rows=rows)
    abridged.teach(home)
    draw = np.random.default_rng(2)
    for number in (1, 2):
        write_rows(rows / f"v_film{number:07}.npz", draw.normal(size=(40, abridged.WIDTH)))
    write_rows(rows / "v_film0000003.npz", draw.normal(size=(30, abridged.WIDTH)))
    opened = job(place, **given)
    (mine,) = by_way(opened.judge("v_film0000001"))[abridged.NAME]
    told = {measure.name for measure in videoxum.TOLD} - {text.BLEU[-1]} - set(text.lacks())
    assert mine.values.keys() == SCORED | told and not mine.error
    (short,) = by_way(opened.judge("v_film0000003"))[abridged.NAME]
    assert "rows of 30 seconds and masks of 40" in short.error
    out = tmp_path / "records.csv"
    words = ["videoxum", "--data", place, "--preset", abridged.NAME, "--rows", rows, "--out", out]
    assert main([str(word) for word in (*words, "--set", "text.most=12")]) == 0
    page = out.with_suffix(".md").read_text()
    for name in (*SCORED, *(measure.name for measure in videoxum.TOLD)):
        assert name in page or name in text.lacks()
    assert "VT-CLIPScore needs VT-CLIP" in page  # what can't be had says so
