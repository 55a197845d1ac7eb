import json
from pathlib import Path

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.evaluate import wishes
from summarizer.evaluate.report import describe
from summarizer.evaluate.room import Options
from summarizer.evaluate.runs import run
from summarizer.evaluate.wishes import FALSE, HIT, NDCG, Asked, Reply
from summarizer.pipeline import load
from summarizer.schema import Event, Line, Perception, Video

EXAMPLES = Path(__file__).parents[2] / "examples"
LISTS = Path(__file__).parents[1] / "wishes"


def perception(lines=(), seconds=6.0):
    video = Video("v", "0", seconds, (64, 36), 25, 0, 1, True)
    events = tuple(Event(float(row), row + 2.0) for row in range(0, int(seconds), 2))
    return Perception(video, events, lines=tuple(lines))


def reply(first=None, order=(), found=False):
    return Reply(first, np.array(order, int), found)


def test_what_is_wrong_to_find_counts_as_false_and_nothing_else():
    asked = Asked("", "a penguin", "none", ())
    assert wishes.judged(asked, [reply((0, 2), [0, 1], True), reply()]) == {FALSE: 0.5}


def test_replies_to_one_wish_are_averaged():
    asked = Asked("", "music", "heard", ((0.0, 2.0),))
    good, bad = reply((0, 2), [0, 1], True), reply((4, 6), [4, 5], True)
    assert wishes.judged(asked, [good, bad]) == {HIT: 0.5, NDCG: 0.5}


def test_keywords_take_the_line_with_most_of_the_words():
    lines = [Line(0, 2, "a red boat", "x"), Line(3, 5, "a boat in the storm", "x")]
    found = wishes.by_keywords(perception(lines), "the boat in the storm")
    assert found.first == (3, 5) and found.found
    assert found.order[:2].tolist() == [3, 4]
    nothing = wishes.by_keywords(perception(lines), "a penguin")
    assert nothing.first is None and not nothing.found


def test_chance_hits_as_often_as_there_are_right_events():
    seen, draw = perception(), np.random.default_rng(0)
    drawn = [wishes.by_chance(seen, draw) for _ in range(600)]
    asked = Asked("", "music", "heard", ((0.0, 2.0),))
    assert wishes.judged(asked, drawn)[HIT] == pytest.approx(1 / 3, abs=0.06)
    assert all(sorted(each.order) == list(range(6)) for each in drawn)


def test_subtitles_are_taken_away_and_nothing_else(tmp_path):
    content = (EXAMPLES / "lecture.mp4").read_bytes()
    bare = tmp_path / "lecture.mp4"
    bare.write_bytes(wishes.without_subtitles(content))
    video = load().probe(bare)
    assert video.subtitles == () and video.has_audio and video.has_picture
    assert len(bare.read_bytes()) == len(content)


# -- as a protocol --------------------------------------------------------------------------------


@pytest.fixture
def made(tmp_path, monkeypatch) -> Options:
    """A list of two clips of which one is there, in place of this project's own."""
    monkeypatch.setattr(wishes, "LISTS", tmp_path)
    monkeypatch.setattr(wishes, "ROOT", tmp_path)
    monkeypatch.setattr(
        "summarizer.pipeline.Summarizer.perceive",
        lambda self, path: perception([Line(0, 2, "a red boat", "subtitles")]),
    )
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "v.mp4").write_bytes(b"whatever")
    entry = {
        "file": "v.mp4",
        "sha256": wishes.sha256(b"whatever").hexdigest(),
        "wishes": [
            {"wish": "the ending", "kind": "time", "right": [[4, 6]], "stripped": True},
            {"wish": "a penguin", "kind": "cannot-judge", "right": "cannot"},
        ],
    }
    for name, clips in (("examples", []), ("real", [entry, {**entry, "file": "absent.mp4"}])):
        (tmp_path / f"{name}.json").write_text(json.dumps({"clips": clips}))
    return Options(tmp_path / "real")


def test_a_list_is_asked_whole_and_its_tables_add_up(made):
    outcome = run("wishes", wishes.PROTOCOL, made)
    assert outcome.job.tasks == ("real/v.mp4",) and len(outcome.records) == 3 * 3
    own = [record for record in outcome.records if record.way == outcome.real]
    assert [record.values.get(HIT) for record in own] == [1, None, 1]
    assert [record.kept["half"] for record in own] == ["whole", "whole", "stripped"]
    assert "1 of 2 clips of real are not in" in outcome.job.notes[0]
    report = describe(outcome)
    assert report.ways == (outcome.real, wishes.KEYWORDS, wishes.CHANCE)
    assert {name: count for name, count, _ in report.apart} == {
        **{"real: time": 2, "real: cannot-judge": 1},
        **{"real: (whole)": 2, "real: (stripped)": 1, "real: all": 3},
    }
    cells = dict((name, cells) for name, _, cells in report.apart)
    assert cells["real: all"][outcome.real, HIT].mean == 1
    chance = [r.values[HIT] for r in outcome.records if r.way == wishes.CHANCE and HIT in r.values]
    assert cells["real: time"][wishes.CHANCE, HIT].mean == pytest.approx(np.mean(chance))
    assert (outcome.real, HIT) not in cells["real: cannot-judge"]


def test_another_clip_of_the_same_name_is_written_down(made):
    (made.data / "v.mp4").write_bytes(b"other")
    (record,) = run("wishes", wishes.PROTOCOL, made).records
    assert "v.mp4 is not the clip its wishes were written for" in record.error


def test_what_makes_no_sense_here_is_refused(made, tmp_path):
    for options in ({"splits": tmp_path}, {"predictions": tmp_path}):
        with pytest.raises(SummarizerError, match="neither splits nor predictions"):
            wishes.PROTOCOL.open(Options(made.data, **options))


@pytest.mark.parametrize("name", ["examples", "real"])
def test_the_lists_are_whole(name):
    clips = json.loads((LISTS / f"{name}.json").read_text(encoding="utf-8"))["clips"]
    asked = [(clip, wish) for clip in clips for wish in clip["wishes"]]
    assert len(asked) >= 60
    for clip, wish in asked:
        if isinstance(wish["right"], str):
            assert wish["right"] in ("none", "cannot")
        else:
            assert wish["right"]
            assert all(0 <= start < end <= clip["seconds"] for start, end in wish["right"])
