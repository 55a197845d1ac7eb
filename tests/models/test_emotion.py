"""Emotion in one form: the measured mood, a classifier's track, and the baseline beside them."""

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.models import emotion as emotions
from summarizer.models.emotion import MOOD, MOODS, Emotion, emotion, mood, published, published_of
from summarizer.schema import Curve, Perception, Track
from summarizer.senses.mood import Mood
from tests import perceptions, sounds

RATE = sounds.RATE


def spoken(seconds: float, seed: int = 0) -> np.ndarray:
    """Something like talk: a buzz with formants that comes in syllables, with pauses."""
    draw, at = np.random.default_rng(seed), sounds.times(seconds)
    pitch = 120 + 15 * np.sin(2 * np.pi * 0.4 * at)
    phase = 2 * np.pi * np.cumsum(pitch) / RATE
    buzz = sum(np.sin(n * phase) / n for n in range(1, 20))
    syllables = np.clip(np.sin(2 * np.pi * 3.5 * at), 0, 1) * (np.sin(2 * np.pi * 0.3 * at) > -0.7)
    room = 0.02 * draw.standard_normal(len(at))  # no recording is still in its pauses
    return (0.04 * (syllables * buzz + room)).astype(np.float32)


def perceived(samples: np.ndarray) -> Perception:
    video = sounds.video(len(samples) / RATE)
    found = sounds.heard(Mood, samples)
    return Perception(video, perceptions.even(video.seconds), found.curves)


def test_the_baseline_is_the_published_arithmetic():
    """Against the formulas written out one by one, and the probe values that were published."""
    draw = np.random.default_rng(3)
    rms, crossings, centroid = (
        draw.uniform(0, 0.3, 9),
        draw.uniform(0, 1, 9),
        draw.uniform(0, 8e3, 9),
    )
    found = published(rms, crossings, centroid)
    for row, a, b, hertz in zip(found.probabilities, rms, crossings, centroid, strict=True):
        r, z, c = min(10 * a, 1.0), min(2 * b, 1.0), min(hertz / 4000, 1.0)
        raw = {
            "anger": 0.6 * r + 0.4 * c,
            "happiness": 0.7 * r + 0.3 * (1 - z),
            "sadness": 0.8 * (1 - r) + 0.2 * (1 - c),
            "neutral": 1 - abs(r - 0.5),
            "fear": 0.5 * c + 0.5 * z,
        }
        for name, value in raw.items():
            assert row[found.names.index(name)] == pytest.approx(value / sum(raw.values()))


def test_the_baseline_calls_silence_sad_and_louder_talk_something_else():
    """What is wrong with it: it measures levels. The mood that is used does not."""
    silent = published_of(np.zeros(4 * RATE, np.float32), RATE)
    assert {silent.names[row.argmax()] for row in silent.probabilities} == {"sadness"}
    assert silent.probabilities.max() == pytest.approx(0.56, abs=0.01)

    talk = spoken(12)
    soft, loud = (published_of(gain * talk, RATE) for gain in (0.3, 6.0))
    feelings = [{each.names[row.argmax()] for row in each.probabilities} for each in (soft, loud)]
    assert feelings[0].isdisjoint(feelings[1])

    soft, loud = (emotion(perceived((gain * talk).astype(np.float32))) for gain in (0.3, 6.0))
    np.testing.assert_allclose(soft.probabilities, loud.probabilities, atol=0.02)


def test_the_baseline_leaves_out_what_fills_no_window():
    assert len(published_of(np.zeros(RATE, np.float32), RATE).times) == 0
    found = published_of(np.zeros(round(4.9 * RATE), np.float32), RATE)
    np.testing.assert_allclose(found.times, [1, 2, 3])


def test_moods_are_shares_and_lie_where_their_corner_is():
    draw = np.random.default_rng(0)
    found = mood(draw.uniform(0, 1, 50), draw.uniform(0, 1, 50)).probabilities
    np.testing.assert_allclose(found.sum(axis=1), 1)
    assert found.min() >= 0
    corners = {
        (0.5, 0.5): "neutral",
        (1, 1): "cheerful",
        (1, 0): "tense",
        (0, 1): "calm",
        (0, 0): "sad",
    }
    for (lively, leaning), name in corners.items():
        row = mood(np.array([lively]), np.array([leaning])).probabilities[0]
        assert MOODS[row.argmax()] == name
        assert row.max() == pytest.approx(1)


def test_lively_talk_is_not_taken_for_joy():
    """Where nothing leans, cheerful and tense are equally likely."""
    row = mood(np.array([0.9]), np.array([0.5])).probabilities[0]
    assert row[MOODS.index("cheerful")] == row[MOODS.index("tense")] > row[MOODS.index("sad")]


def test_a_classifier_counts_before_the_mood():
    perception = perceived(spoken(5))
    assert emotion(perception).made_by == MOOD
    by = emotions.told_by("logmel", ("angry", "sad"))
    values = np.array([[0.9, 0.1], [0.2, 0.8]], np.float16)
    track = Track("emotion", np.array([1.0, 4.0]), values, by)
    found = emotion(
        Perception(perception.video, perception.events, perception.curves, (), (track,))
    )
    assert found.names == ("angry", "sad")
    assert found.made_by == "emotion classifier (logmel)"
    assert found.probabilities.argmax(axis=1).tolist() == [0, 0, 0, 1, 1]
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)


def test_a_classifier_of_speech_says_nothing_where_nobody_speaks():
    by = emotions.told_by("logmel", ("angry", "sad"))
    track = Track("emotion", np.array([1.0]), np.array([[0.9, 0.1]], np.float16), by)
    speech = Curve.of("speech", "speech", np.array([1.0, 0.0, 0.5]))
    found = emotion(Perception(perceptions.video(3), perceptions.even(3), (speech,), (), (track,)))
    np.testing.assert_allclose(found.probabilities[:, 0], [0.9, 0.5, 0.9], atol=1e-3)


def test_nearest_seconds_are_those_of_brute_force():
    draw = np.random.default_rng(4)
    for count in (1, 2, 7, 30):
        times = np.sort(draw.uniform(0, 20, count))
        found = Emotion(times, ("a",), np.arange(count, dtype=float)[:, None], "made").by_second(20)
        for second, value in enumerate(found.probabilities[:, 0]):
            distance = np.abs(times - (second + 0.5))
            assert distance[int(value)] == pytest.approx(distance.min())


def test_without_sound_there_is_no_emotion():
    silent = Perception(perceptions.video(5, silent=True), perceptions.even(5))
    assert len(emotion(silent).times) == 0


def test_a_strange_track_is_an_error_that_says_so():
    curve = Curve.of("energy of the sound", "mood", np.zeros(3))
    track = Track("emotion", np.zeros(1), np.zeros((1, 2), np.float16), "somebody")
    strange = Perception(perceptions.video(3), perceptions.even(3), (curve,), (), (track,))
    with pytest.raises(SummarizerError, match="somebody"):
        emotion(strange)
