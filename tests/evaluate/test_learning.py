"""Train, keep, load, evaluate: on a small file in the standard form, by the command and the job."""

import csv
from dataclasses import replace

import numpy as np
import pytest

from summarizer.data import benchmark
from summarizer.errors import PresetError, SummarizerError
from summarizer.evaluate import frames
from summarizer.evaluate.__main__ import main
from summarizer.evaluate.frames import learners
from summarizer.evaluate.protocols import PROTOCOLS
from summarizer.evaluate.room import Options
from summarizer.train import progressive, ssl
from tests import annotated

SMALL = "width=16 layers=1 heads=2 rate=3e-3 epochs=2"
QUICK = f"progressive stages=2 {SMALL}"
PATIENT = f"progressive stages=2 {SMALL.replace('epochs=2', 'epochs=40')}"


def videos(place, which: str = "tvsum", count: int = 6, width: int = 6) -> list:
    annotated.folder(place, which, count, width=width)
    return list(benchmark.load(place, which).values())


def only(way: str) -> frames.Learner:
    (learner,) = learners([way]).values()
    return learner


def test_the_whole_way_by_one_command(tmp_path, monkeypatch, capsys):
    """What is planted is found on every fold, and its records are kept."""
    videos(tmp_path / "data", count=10)
    words = ["tvsum", "--data", str(tmp_path / "data"), "--seeds", "1", "--learn", PATIENT]
    words += ["--out", str(tmp_path / "records.csv")]
    assert main(words) == 0
    with (tmp_path / "records.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    mine = [row for row in rows if row["way"] == PATIENT]
    assert len(mine) == 10 and len({row["group"] for row in mine}) == 5
    assert not any(row["error"] for row in rows)

    def mean(way: str) -> float:
        return float(np.mean([float(row["tau user"]) for row in rows if row["way"] == way]))

    assert mean(PATIENT) > 0.5 * mean("human") > mean("random") + 0.2
    said = capsys.readouterr().out
    assert PATIENT in said and "only what learns, the trivial ways" in said
    assert main([*words[:-4], "--learn", QUICK, *words[-2:]]) == 1
    assert "records.jsonl is of another run (learn differs)" in capsys.readouterr().err


@pytest.mark.parametrize("setting", ["canonical", "augmented", "transfer"])
def test_in_every_setting_nothing_tested_is_learned_from(tmp_path, monkeypatch, setting):
    for which, count in (("tvsum", 5), ("ovp", 4), ("summe", 3)):
        videos(tmp_path, which, count)
    seen = []
    lesson = progressive.lesson

    def watched(recipe, films, held, *rest):
        seen.append(({each.name for each in films}, {each.name for each in held}))
        return lesson(recipe, films, held, *rest)

    monkeypatch.setattr(progressive, "lesson", watched)
    options = Options(tmp_path, setting=setting, seeds=1, learn=(QUICK,))
    # one file a set: what made the features is in their names, and the same
    opened = PROTOCOLS["tvsum"].open(options)
    records = [record for task in opened.tasks for record in opened.judge(task)]
    mine = [record for record in records if record.way == QUICK]
    assert not any(record.error for record in records)
    assert {record.task for record in mine} == {f"tvsum/video_{n}" for n in range(1, 6)}
    assert len(seen) == len(opened.splits) == (1 if setting == "transfer" else 5)
    for split, (train, held) in zip(opened.splits, seen, strict=True):
        assert (train, held) == ({*split.train}, {*split.validate})
        assert held and not (train & held) and not (train | held) & {*split.test}
        foreign = {name for name in train | held if not name.startswith("tvsum/")}
        assert len(foreign) == (0 if setting == "canonical" else 7)


def test_seeds_differ_and_the_same_seed_does_not(tmp_path):
    given = videos(tmp_path)
    learn = only(QUICK)
    one, again, other = (learn(given[:4], given[4:5], seed)(given[5].blind()) for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, again)
    assert one.shape == (len(given[5].picks),) and not np.allclose(one, other)


@pytest.mark.parametrize("settings", ["pretrain=1", "guide=before", "guide=after loss=rank each=1"])
def test_ablations_are_settings(tmp_path, monkeypatch, settings):
    """Pretraining sees what is trained on, without targets' use; texts reach the summarizer."""
    given = [replace(each, text=f"A film of {each.key}") for each in videos(tmp_path)]
    pretrained = []
    lesson = ssl.lesson

    def watched(recipe, films, held, *rest):
        pretrained.append([each.name for each in films])
        return lesson(recipe, films, held, *rest)

    monkeypatch.setattr(ssl, "lesson", watched)
    scorer = only(f"{QUICK} {settings}")(given[:4], given[4:5], 0)
    scores = scorer(given[5].blind())
    assert np.isfinite(scores).all() and scores.min() >= 0 and np.ptp(scores) > 0
    assert pretrained == ([[each.name for each in given[:4]]] if "pretrain" in settings else [])
    changed = scorer(replace(given[5].blind(), text="Something else"))
    assert np.array_equal(scores, changed) == ("guide" not in settings)


def test_other_features_are_refused_in_a_sentence(tmp_path):
    given = videos(tmp_path)
    scorer = only(QUICK)(given[:4], given[4:5], 0)
    other = replace(given[5].blind(), made_by="CLIP")
    with pytest.raises(SummarizerError, match="needs features by 'google_pool5', 6 wide, and not"):
        scorer(other)


def test_a_set_without_features_fails_alone(tmp_path):
    annotated.folder(tmp_path)
    opened = PROTOCOLS["tvsum"].open(Options(tmp_path, seeds=1, learn=(QUICK,)))
    found = {record.way: record for record in opened.judge(opened.tasks[0])}
    assert "has no features" in found[QUICK].error and found["random"].values


@pytest.mark.parametrize(
    ("way", "says"),
    [
        ("", "nothing learns as ''; there is progressive"),
        ("magic", "nothing learns as 'magic'"),
        ("progressive stages", "no setting 'stages' in Recipe"),
        ("progressive loss=mean", "no loss 'mean'"),
    ],
)
def test_what_cannot_learn_is_said(tmp_path, way, says):
    videos(tmp_path, count=2)
    with pytest.raises((SummarizerError, PresetError), match=says):
        PROTOCOLS["tvsum"].open(Options(tmp_path, learn=(way,)))
