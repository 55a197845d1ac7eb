from collections import Counter

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.evaluate import stories


def test_chance_depends_on_the_task_and_the_seed_alone():
    first = stories.draw("one", 0).random(4)
    assert np.array_equal(first, stories.draw("one", 0).random(4))
    assert not np.array_equal(first, stories.draw("two", 0).random(4))
    assert not np.array_equal(first, stories.draw("one", 1).random(4))


def test_another_is_any_of_the_others_alike():
    chance = np.random.default_rng(2)
    drawn = Counter(stories.another("b", ("a", "b", "c", "d"), chance) for _ in range(3000))
    assert set(drawn) == {"a", "c", "d"}
    assert all(900 < count < 1100 for count in drawn.values())
    assert stories.another("b", ("b",), chance) is stories.another("b", (), chance) is None
    assert stories.another("b", ("a",), chance) == "a"


def test_before_goes_round():
    names = ("a", "b", "c")
    assert [stories.before(name, names) for name in names] == ["c", "a", "b"]
    assert stories.before("a", ("a",)) is None
    assert stories.before("x", ("a", "b")) == "a"
    assert stories.before("x", ()) is None


def test_lines_of_text_are_predictions_too(tmp_path):
    path = tmp_path / "said.txt"
    path.write_text("a.mp4: One: two.\n\nb-c_d.mp4: Three.mp4: four\n", encoding="utf-8")
    assert stories.predictions(path) == {"a": "One: two.", "b-c_d": "Three.mp4: four"}
    path.write_text("a: no name of a video")
    with pytest.raises(SummarizerError, match=r"said\.txt, entry 1: needs a name"):
        stories.predictions(path)


def test_names_lose_only_the_suffix_of_a_video(tmp_path):
    path = tmp_path / "said.json"
    path.write_text('{"v_1.webm": "x", "v.2": "y"}')
    assert stories.predictions(path) == {"v_1": "x", "v.2": "y"}


def test_too_large_or_too_long_predictions_are_refused(tmp_path, monkeypatch):
    path = tmp_path / "said.json"
    path.write_text('{"a": "' + "x" * 30 + '"}')
    monkeypatch.setattr(stories, "LONGEST", 20)
    with pytest.raises(SummarizerError, match="entry 1"):
        stories.predictions(path)
    monkeypatch.setattr(stories, "LARGEST", 10)
    with pytest.raises(SummarizerError, match="more than"):
        stories.predictions(path)
    with pytest.raises(SummarizerError, match="can't be read"):
        stories.predictions(tmp_path / "none.json")
