"""The protocol of personal highlights over small files, rendered clips, and the published part."""

from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.evaluate import phd2
from summarizer.evaluate.phd2 import UNKNOWN, Mark, Target
from summarizer.evaluate.room import Options

EXAMPLES = Path(__file__).parents[2] / "examples"
HEAD = ",".join(phd2.COLUMNS)
ROWS = (
    "v,4,3,ann,10,True",
    "v,8.9,0.3,ann,10,True",
    "old,0,2,ann,20,False",
    "old,10,4,ann,20.0,False",
    "v,5,2,bob,10,False",
    "w,30,2,bob,40,True",
    "x,1,2,cy,-1.0,False",
    "y,1,2,cy,-1.0,True",
)


def table(folder: Path, *rows: str, head: str = HEAD) -> Path:
    (folder / phd2.FILE).write_text("\n".join([head, *rows]) + "\n")
    return folder


def by_way(job, task: str) -> dict:
    found = defaultdict(list)
    for record in job.judge(task):
        found[record.way].append(record)
    return found


def test_each_person_has_one_video_with_what_may_be_known_for_it(tmp_path):
    job = phd2.PROTOCOL.open(Options(table(tmp_path, *ROWS), seeds=3))
    assert job.tasks == ("ann", "bob")
    ann, bob = job.targets.values()
    assert [(mark.start, mark.end) for mark in ann.marks] == [(4, 7), (8.9, pytest.approx(9.2))]
    assert [mark.video for mark in ann.history] == ["old", "old"]
    assert [(mark.user, mark.start) for mark in ann.others] == [("bob", 5)]
    assert [mark.video for mark in bob.history] == ["v"] and bob.others == ()
    notes = " ".join(job.notes)
    assert "1 of the 2" in notes and "1 of 3 people are left out" in notes
    assert "No videos were given" in notes
    found = by_way(job, "ann")
    assert list(found) == ["uniform", "centre", "position", "random", "length", "popularity"]
    assert [record.seed for record in found["random"]] == [0, 1, 2]
    assert by_way(job, "ann") == found
    assert phd2.PROTOCOL.apart(found["random"][0]) == (phd2.SHARED,)
    assert phd2.PROTOCOL.apart(by_way(job, "bob")["random"][0]) == (phd2.ALONE,)


def test_seconds_are_right_where_a_mark_covers_them():
    mark = Mark("u", "v", 3.6, 6.4, 10, True)
    assert np.flatnonzero(mark.right(10)).tolist() == [4, 5]
    assert mark.covered(10).sum() == pytest.approx(2.8)
    short = Mark("u", "v", 3.9, 4.3, 10, True)
    assert np.flatnonzero(short.right(10)).tolist() == [4]  # where most of it lies
    beyond = Mark("u", "v", 8.0, 30.0, 10, True)
    assert np.flatnonzero(beyond.right(10)).tolist() == [8, 9]


def test_measures_are_those_of_all_marks_and_of_each():
    marks = (Mark("u", "v", 0, 2, 10, True), Mark("u", "v", 8, 10, 10, True))
    target = Target("v", 10.0, marks)
    scores = np.array([9.0, 8, 1, 1, 1, 1, 1, 1, 0, 0])
    found = phd2.values(target, scores)
    assert found["mAP"] == pytest.approx((2 * 1 / 2) / 2 + (2 * 4 / 10) / 4)
    # half of the first mark is shown by itself, of the second only with everything else
    assert found["nMSD"] == pytest.approx((0 + 1) / 2)
    whole = Target("v", 2.0, (Mark("u", "v", 0, 2, 2, True),))
    assert phd2.values(whole, np.array([1.0, 0])) == {"mAP": 1}  # nothing could be too much


def test_popularity_leaves_the_person_out():
    own = Mark("ann", "v", 0, 2, 10, True)
    other = Mark("bob", "v", 6, 8, 10, False)
    draw = np.random.default_rng(0)
    scores = phd2.by_popularity(Target("v", 10.0, (own,), (), (other, other)), draw)
    assert set(np.argsort(-scores)[:2]) == {6, 7}
    alone = phd2.by_popularity(Target("v", 10.0, (own,)), np.random.default_rng(1))
    chance = phd2.by_chance(Target("v", 10.0, (own,)), np.random.default_rng(1))
    assert np.argsort(alone).tolist() == np.argsort(chance).tolist()


def test_position_is_where_marks_usually_are():
    early = [Mark("u", "v", 1, 3, 100, False)] * 50
    unknown = Mark("u", "v", 90, 95, UNKNOWN, False)
    usual = phd2.usual_places([*early, unknown])
    assert usual.argmax() == 0 and usual[1:].tolist() == [1.0] * (phd2.PLACES - 1)
    scores = phd2.by_position(Target("v", 40.0, ()), usual)
    assert scores.argmax() == 0 and scores[0] > scores[2] > scores[-1]


def test_no_mark_to_be_judged_tells_where_marks_usually_are(tmp_path):
    job = phd2.PROTOCOL.open(Options(table(tmp_path, *ROWS)))
    assert job.usual.sum() - phd2.PLACES == 3  # of five, one is in a video of unknown length


def test_length_changes_as_slowly_as_the_marks_of_the_person_are_long():
    def jumps(width: float) -> float:
        history = (Mark("u", "w", 0, width, 60, False),)
        draws = [
            phd2.by_length(Target("v", 300.0, (), history), np.random.default_rng(seed))
            for seed in range(5)
        ]
        return float(np.mean([np.abs(np.diff(each)).mean() / each.std() for each in draws]))

    assert jumps(1) > 2 * jumps(8)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("v,x,3,ann,10,False", "line 3: field 'start' holds 'x'"),
        ("v,nan,3,ann,10,False", "line 3: field 'start' is nan"),
        ("v,-1,3,ann,10,False", "line 3: field 'start' is -1"),
        ("v,1,0,ann,10,False", "line 3: field 'duration' is 0"),
        ("v,1,inf,ann,10,False", "line 3: field 'duration' is inf"),
        ("v,1,3,ann,1e9,False", "line 3: field 'video_duration' is 1e9"),
        ("v,1,3,ann,10,maybe", "line 3: field 'is_last' is 'maybe'"),
        ("v,1,3,,10,False", "line 3: field 'user_id' is empty"),
        ("v,1,3", "line 3: field 'video_duration' is missing"),
        ("v,11,3,ann,10,True", "line 3: field 'start' is 11 in a video of 10 s"),
        ("z,1,3,ann,10,True", "field 'is_last' is True for two videos of user ann, v and z"),
    ],
)
def test_a_broken_row_is_told_with_its_line_and_field(tmp_path, row, words):
    with pytest.raises(SummarizerError, match=words):
        phd2.PROTOCOL.open(Options(table(tmp_path, ROWS[0], row)))


def test_what_cannot_be_judged_at_all_is_told(tmp_path):
    with pytest.raises(SummarizerError, match=r"testing\.csv"):
        phd2.PROTOCOL.open(Options(tmp_path))
    with pytest.raises(SummarizerError, match="nothing to judge"):
        phd2.PROTOCOL.open(Options(table(tmp_path, *ROWS[2:5])))
    with pytest.raises(SummarizerError, match="no column 'is_last'"):
        phd2.PROTOCOL.open(Options(table(tmp_path, head=HEAD.replace(",is_last", ""))))
    with pytest.raises(SummarizerError, match="no form for predictions"):
        phd2.PROTOCOL.open(Options(table(tmp_path, *ROWS), predictions=tmp_path))


def test_with_the_videos_a_taste_is_learnt_from_the_history(tmp_path):
    """A history of one scene of the day changes what is sought in the match."""
    rows = (
        "match,44,3,ann,54,True",
        *["day,16,4,ann,56,False"] * 3,
        "match,44,3,bob,54,True",
        "elsewhere,1,2,bob,30,False",
        "day,1,3,cy,500,True",
        "absent,1,3,dee,50,True",
    )
    options = Options(table(tmp_path, *rows), videos=EXAMPLES, seeds=1)
    job = phd2.PROTOCOL.open(options)
    assert not any("No videos" in note for note in job.notes)
    ann, bob, cy, dee = (by_way(job, task) for task in job.tasks)
    plain, taste = options.preset, f"{options.preset}+taste"
    assert set(ann[plain][0].values) == set(ann[taste][0].values) == {"mAP", "nMSD"}
    assert ann[plain][0].values != ann[taste][0].values
    assert bob[plain][0].values == ann[plain][0].values
    assert "no taste can be learnt" in bob[taste][0].error
    assert "another version" in cy[plain][0].error
    assert "absent is not among the videos" in dee[plain][0].error
    assert len(dee["random"]) == 1


def test_taste_is_that_of_what_was_marked(tmp_path):
    """What was marked again and again has a name."""
    rows = ("match,1,3,ann,54,True", *["day,18,6,ann,56,False"] * 4)
    job = phd2.PROTOCOL.open(Options(table(tmp_path, *rows), videos=EXAMPLES))
    learnt = job.looking.taste(job.targets["ann"])
    summarizer = job.looking.summarizer
    assert learnt.taste and summarizer.taste_words(learnt.taste).startswith("you tend to keep")


def test_the_published_part_is_read_whole_and_others_tell_where_to_look(shared_data):
    folder = shared_data / "benchmarks" / "phd2_personalized"
    if not (folder / phd2.FILE).is_file():
        pytest.skip("the marks of PHD2 are not among the public data")
    job = phd2.PROTOCOL.open(Options(folder, seeds=2))
    assert len(job.tasks) == 844 and "6 of 850 people" in " ".join(job.notes)
    shared = [task for task in job.tasks if job.targets[task].others]
    assert len(shared) == 19
    scores = {way: defaultdict(list) for way in ("shared", "all")}
    for task in job.tasks[::4]:
        for record in job.judge(task):
            scores["all"][record.way].append(record.values)
    for task in shared:
        for record in job.judge(task):
            scores["shared"][record.way].append(record.values)

    def mean(among: str, way: str, measure: str) -> float:
        return float(np.mean([each[measure] for each in scores[among][way] if measure in each]))

    assert mean("shared", "popularity", "mAP") > 1.5 * mean("shared", "random", "mAP")
    assert mean("shared", "popularity", "nMSD") < mean("shared", "random", "nMSD")
    assert mean("all", "position", "nMSD") < mean("all", "random", "nMSD")
    assert mean("all", "random", "nMSD") == pytest.approx(0.5, abs=0.05)
