"""Tags of each second: measured, by CLAP, and what a tagger left."""

import numpy as np
import pytest

from summarizer.models import beholding, tagging
from summarizer.models.sounding import SOUNDING, TAGS
from summarizer.models.tagging import MOST, best, lines_of, said, tags
from summarizer.schema import Curve, Perception, Track
from tests import perceptions


def curves(**named: list[float]) -> tuple[Curve, ...]:
    return tuple(
        Curve.of(f"share of {name.replace('_', ' ')}", "mixture", np.array(values))
        for name, values in named.items()
    )


def of(*found: Curve, tracks=(), lines=()) -> Perception:
    rows = len(found[0].values) if found else 4
    video = perceptions.video(rows)
    return Perception(video, perceptions.even(rows), found, tuple(lines), tuple(tracks))


def test_measured_kinds_are_there_where_most_of_a_second_is_theirs():
    found = tags(of(*curves(speech=[0.9, 0.3, 0.5], music=[0.0, 0.6, 0.5], quiet=[0.1, 0.1, 0.0])))
    assert [[each.name for each in second] for second in found] == [
        ["speech"],
        ["music"],
        ["speech", "music"],
    ]
    assert found[0][0].confidence == pytest.approx(0.9)
    assert found[0][0].made_by == "measured"


def test_no_sound_has_no_tags():
    assert tags(of()) == ((), (), (), ())


def test_the_best_are_those_of_sorting():
    draw = np.random.default_rng(1)
    names = [f"n{each}" for each in range(12)]
    scores = draw.uniform(0, 1, (40, 12))
    for row, found in zip(scores, best(names, scores, "x", 0.6), strict=True):
        right = sorted(((v, n) for v, n in zip(row, names, strict=True) if v >= 0.6), reverse=True)
        assert [each.name for each in found] == [name for _, name in right[:MOST]]


def test_names_are_compared_with_the_rows_of_a_model(monkeypatch):
    """With a reader whose texts are known vectors: a row that is a name's vector gets that name."""
    draw = np.random.default_rng(2)
    known: dict[str, np.ndarray] = {}

    def read(texts):
        for text in texts:
            if text not in known:
                made = draw.standard_normal(64)
                known[text] = made / np.linalg.norm(made)
        return np.stack([known[text] for text in texts]).astype(np.float32)

    neutral = read(["a sound", "a recording", "something"])
    monkeypatch.setattr(beholding, "reader", lambda name, weights: (read, ("{}",), neutral))
    tagging._named.cache_clear()
    rows = np.concatenate([read(["rain"]), neutral[:1]]).astype("f2")
    track = Track("hearing", np.array([0.5, 2.5]), rows, "clap")
    found = tags(of(*curves(speech=[0.9, 0.9, 0.9, 0.9]), tracks=[track]))
    tagging._named.cache_clear()
    assert found[0][0].name == "rain"
    assert found[0][0].made_by == "clap"
    assert found[0][0].confidence > 0.9
    assert all(len(each) <= MOST for each in found)
    assert "rain" not in [each.name for each in found[3]]


def test_a_model_of_a_world_of_its_own_is_not_asked_for_names():
    track = Track("hearing", np.array([0.5]), np.ones((1, 8), "f2"), "pocket-mert")
    found = tags(of(*curves(speech=[0.9, 0.9]), tracks=[track]))
    assert found[0][0].made_by == "measured"


def test_what_a_tagger_left_comes_back():
    draw = np.random.default_rng(5)
    names = ["Speech", "Dog (small)", "Rain", "Bell", "Car"]
    times = np.arange(0.24, 12, 0.48)
    scores = draw.uniform(0, 1, (len(times), 5)) * (draw.random((12, 5)) > 0.5)[times.astype(int)]
    lines = lines_of(times, names, scores, "yamnet")
    found = said(lines, 12)
    for second in range(12):
        mean = scores[(times >= second) & (times < second + 1)].mean(axis=0)
        right = {names[each] for each in np.argsort(-mean)[:MOST] if mean[each] >= tagging.LEAST}
        assert {each.name for each in found[second]} == right
        assert {each.made_by for each in found[second]} <= {"yamnet"}
    assert tags(of(*curves(speech=[0.9] * 12), lines=lines)) == found


def test_the_list_is_of_different_names_in_kinds():
    assert len(set(TAGS)) == len(TAGS) > 150
    assert all(SOUNDING.values())
