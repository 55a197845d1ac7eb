"""The head that judges whole wishes: what it is sure of is found, what it is not is absent."""

import numpy as np
import pytest

from summarizer import stages
from summarizer.config import Preset
from summarizer.schema import Curve, Preference
from summarizer.stages.score import HEADS, evidence
from summarizer.stages.wish import read
from tests.perceptions import CONCEPTS, at, perception, video

PRESET = Preset((), "trained", "knapsack", "composed", trained="own")
CURVES = {"music": at(60, (10, 20)), "movement": at(60, (15, 25), high=0.8, low=0.2)}


def score(monkeypatch, want, values):
    def learned(*_):
        return None if values is None else Curve.of("learned", "head", values)

    monkeypatch.setattr(stages.score, "learned", learned)
    made, wish = perception(video(60.0), CURVES), read(want, CONCEPTS)
    return HEADS["trained"](made, Preference(want=want), wish, PRESET)


def test_what_the_head_is_sure_of_is_what_was_asked_for(monkeypatch):
    found = score(monkeypatch, "a red car with music", at(60, (40, 46), high=0.9, low=0.05))
    assert found.answer.kind == "found" and "a red car with music" in found.answer.text
    assert np.flatnonzero(found.admitted).tolist() == list(range(40, 46))
    assert found.saliency.total.argmax() in range(40, 46)
    assert "a red car" in found.why(40, 46)


@pytest.mark.parametrize(("peak", "near"), [(0.45, "closest is at 0:40"), (0.1, "Not found")])
def test_what_it_is_not_sure_of_is_absent(monkeypatch, peak, near):
    found = score(monkeypatch, "a red car", at(60, (40, 46), high=peak, low=0.05))
    assert found.answer.kind == "absent" and near in found.answer.text
    assert not found.admitted.any()


def test_times_still_count(monkeypatch):
    found = score(monkeypatch, "a red car in the first half", at(60, (10, 15), (40, 46)))
    assert np.flatnonzero(found.admitted).tolist() == list(range(10, 15))


@pytest.mark.parametrize("want", ["", "no music", "a red car"])
def test_without_a_head_or_with_something_to_leave_out_it_is_judged_by_evidence(monkeypatch, want):
    values = None if want == "a red car" else at(60, (40, 46))
    found = score(monkeypatch, want, values)
    made, wish = perception(video(60.0), CURVES), read(want, CONCEPTS)
    other = evidence(made, Preference(want=want), wish, PRESET)
    assert found.answer == other.answer
    assert found.saliency.total.tolist() == other.saliency.total.tolist()
