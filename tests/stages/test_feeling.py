"""The score of highlights: each curve against a slow way to compute it, and their sum."""

import numpy as np
import pytest

from summarizer.config import PRESETS
from summarizer.models.emotion import Emotion, emotion
from summarizer.models.meeting import together
from summarizer.schema import Preference, Wish
from summarizer.stages.score import HEADS
from summarizer.stages.score.feeling import AROUND, change, felt, fit, intensity
from summarizer.stages.score.interest import interest
from tests.perceptions import at, perception, video


def felt_as(values: np.ndarray, names=("neutral", "cheerful", "sad")) -> Emotion:
    return Emotion(np.arange(len(values)) + 0.5, tuple(names), np.asarray(values, float), "test")


def drawn(rows: int, names: int = 3, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).dirichlet(np.full(names, 0.4), rows)


def test_strength_is_how_far_from_even_times_what_is_not_neutral():
    values = drawn(30)
    for row, found in zip(values, intensity(felt_as(values)), strict=True):
        spread = -sum(p * np.log(p) for p in row if p > 1e-12) / np.log(3)
        assert found == pytest.approx((1 - spread) * (row[1] + row[2]), abs=1e-6)
    assert intensity(felt_as(np.full((2, 3), 1 / 3))) == pytest.approx([0, 0], abs=1e-9)
    sure = np.array([[1.0, 0, 0], [0, 1.0, 0]])
    assert intensity(felt_as(sure)) == pytest.approx([0.0, 1.0], abs=1e-6)


def test_a_turn_is_the_difference_of_the_means_before_and_after():
    values = drawn(25, seed=1)
    found = change(felt_as(values))
    assert found[0] == 0.0
    for second in range(1, 25):
        before = values[max(0, second - AROUND) : second].mean(axis=0)
        after = values[second : second + AROUND].mean(axis=0)
        assert found[second] == pytest.approx(np.abs(after - before).sum() / 2)
    for rows in (0, 1, 2):
        assert len(change(felt_as(drawn(5)[:rows]))) == rows


def test_sound_and_picture_meet_where_one_text_is_near_to_both():
    rng = np.random.default_rng(2)
    seen, heard = rng.random((7, 20)), rng.random((7, 20))
    for second, found in enumerate(together(seen, heard)):
        pairs = zip(seen[:, second], heard[:, second], strict=True)
        assert found == pytest.approx(max((a * b) ** 0.5 for a, b in pairs))


def scene():
    return perception(
        video(40.0),
        {
            "energy of the sound": at(40, (10, 20), high=0.95, low=0.5),
            "leaning of the music": at(40, (10, 20), high=0.9, low=0.5),
            "speech": at(40, (30, 36)),
            "faces": at(40, (25, 40)),
            "new sounds": at(40, (10, 11)),
            "new sights": at(40, (5, 6)),
        },
    )


def test_without_models_speech_meets_faces():
    curve = fit(scene()).array
    assert curve.argmax() == 30 and curve[5] < 0.1 < curve[32]
    assert fit(perception(video(10.0), {"speech": at(10, (2, 4))})) is None


def test_the_score_is_the_weighted_sum_and_peaks_where_the_feeling_turns():
    seen = scene()
    score = HEADS["feeling"](seen, Preference(), Wish(), PRESETS["emotion"])
    saliency = score.saliency
    total = np.zeros(40)
    for curve, weight in zip(saliency.curves, saliency.weights, strict=True):
        for second in range(40):
            total[second] += weight * curve.values[second]
    assert saliency.total == pytest.approx(total) and sum(saliency.weights) == pytest.approx(1)
    assert saliency.total.argmax() == 10
    names = {curve.name for curve in saliency.curves}
    assert {"strength of feeling", "turn of feeling", "sound and picture together"} <= names
    assert "strong feeling" in score.why(10, 16) or "turn of feeling" in score.why(10, 16)


def test_the_balance_weighs_sight_against_sound():
    seen = scene()
    weights = {
        balance: {part.curve.name: part.weight for part in felt(seen, Preference(balance=balance))}
        for balance in (0.0, 1.0)
    }
    assert weights[1.0]["new sights"] == 0 and weights[0.0]["strength of feeling"] == 0


def test_a_silent_video_is_scored_by_what_is_seen():
    silent = perception(video(10.0, silent=True), {"movement": at(10, (2, 5))})
    parts = felt(silent, Preference())
    assert not len(emotion(silent).times)
    assert [part.curve for part in parts] == [p.curve for p in interest(silent, Preference())]
