import csv
import itertools
import json
from pathlib import Path

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.evaluate import wishes
from summarizer.evaluate.wishes import Asked, Reply
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


def test_a_hit_lies_for_more_than_half_in_right_stretches():
    assert wishes.is_hit((0, 2), [(0.9, 5)])
    assert not wishes.is_hit((0, 2), [(1.0, 5)])
    assert wishes.is_hit((0, 4), [(0, 1.2), (2.8, 4)])  # both together
    assert not wishes.is_hit(None, [(0, 1)])
    assert not wishes.is_hit((3, 3), [(0, 5)])


def test_ndcg_agrees_with_trying_every_order():
    right = np.array([True, False, True, False])
    ideal = max(
        sum(right[row] / np.log2(place + 2) for place, row in enumerate(order[:2]))
        for order in itertools.permutations(range(4))
    )
    for order in itertools.permutations(range(4)):
        gain = sum(right[row] / np.log2(place + 2) for place, row in enumerate(order[:2]))
        assert wishes.ndcg(np.array(order), right) == pytest.approx(gain / ideal)
    assert wishes.ndcg(np.array([], int), right) == 0
    assert wishes.ndcg(np.array([0]), right) < 1  # the other was withheld


def test_what_is_wrong_to_find_counts_as_false_and_nothing_else():
    asked = Asked("v", "", "a penguin", "none", ())
    record = wishes.judged(asked, wishes.OWN, [reply((0, 2), [0, 1], True), reply()])
    assert (record.hit, record.ndcg, record.false) == (None, None, 0.5)


def test_replies_to_one_wish_are_averaged():
    asked = Asked("v", "", "music", "heard", ((0.0, 2.0),))
    good, bad = reply((0, 2), [0, 1], True), reply((4, 6), [4, 5], True)
    record = wishes.judged(asked, wishes.CHANCE, [good, bad])
    assert (record.hit, record.ndcg, record.false) == (0.5, 0.5, None)


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
    asked = Asked("v", "", "music", "heard", ((0.0, 2.0),))
    assert wishes.judged(asked, wishes.CHANCE, drawn).hit == pytest.approx(1 / 3, abs=0.06)
    assert all(sorted(each.order) == list(range(6)) for each in drawn)


def test_subtitles_are_taken_away_and_nothing_else(tmp_path):
    content = (EXAMPLES / "lecture.mp4").read_bytes()
    bare = tmp_path / "lecture.mp4"
    bare.write_bytes(wishes.without_subtitles(content))
    video = load().probe(bare)
    assert video.subtitles == () and video.has_audio and video.has_picture
    assert len(bare.read_bytes()) == len(content)


def test_a_list_is_asked_whole_and_its_table_adds_up(tmp_path, monkeypatch):
    seen = perception([Line(0, 2, "a red boat", "subtitles")])
    monkeypatch.setattr("summarizer.pipeline.Summarizer.perceive", lambda self, path: seen)
    clip = tmp_path / "v.mp4"
    clip.write_bytes(b"whatever")
    listed = tmp_path / "list.json"
    entry = {
        "file": "v.mp4",
        "sha256": wishes.sha256(b"whatever").hexdigest(),
        "wishes": [
            {"wish": "the ending", "kind": "time", "right": [[4, 6]], "stripped": True},
            {"wish": "a penguin", "kind": "cannot-judge", "right": "cannot"},
        ],
    }
    listed.write_text(json.dumps({"clips": [entry, {**entry, "file": "absent.mp4"}]}))
    records = wishes.measure(listed, tmp_path)
    assert len(records) == 3 * len(wishes.WAYS)
    own = [each for each in records if each.way == wishes.OWN]
    assert [each.hit for each in own] == [True, None, True]
    text = wishes.table("made", records)
    assert "(stripped)" in text and "cannot-judge" in text
    wishes.write(records, tmp_path / "records.csv")
    with (tmp_path / "records.csv").open() as file:
        assert len(list(csv.DictReader(file))) == len(records)


def test_another_clip_of_the_same_name_is_refused(tmp_path):
    (tmp_path / "v.mp4").write_bytes(b"other")
    listed = tmp_path / "list.json"
    listed.write_text(json.dumps({"clips": [{"file": "v.mp4", "sha256": "0", "wishes": []}]}))
    with pytest.raises(SummarizerError, match=r"v\.mp4 is not the clip"):
        wishes.measure(listed, tmp_path)


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
