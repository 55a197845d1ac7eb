"""What is new to the ear, and the rows that say how each second sounds."""

import numpy as np
import pytest

from summarizer.senses.timbre import AGO, BATCH, Timbre, _newness
from tests import sounds

(NEW,) = Timbre.concepts


def rows(samples: np.ndarray, **how) -> np.ndarray:
    (track,) = sounds.heard(Timbre, samples, **how).tracks
    assert track.name == "timbre"
    assert track.times.tolist() == list(range(len(track.values)))
    return track.values.astype(float)


def test_a_sound_is_new_for_four_seconds_and_only_once():
    hiss, tone = sounds.noise(20.0, 0.05), sounds.hum(10.0)
    found = sounds.curve(Timbre, np.concatenate([hiss, tone, hiss, tone]))
    assert np.flatnonzero(found >= NEW.at).tolist() == [20 + n for n in range(AGO)]


def test_the_fifth_second_is_not_new_for_being_the_fifth():
    samples = np.concatenate([sounds.silence(0.2), sounds.noise(9.8)])
    assert sounds.curve(Timbre, samples).max() < 0.1


def test_what_goes_on_is_not_new():
    assert sounds.curve(Timbre, sounds.noise(20.0)).max() < 0.1
    assert sounds.curve(Timbre, sounds.metronome(20.0, 0.5)).max() < 0.2


def test_silence_is_never_new():
    found = sounds.curve(Timbre, np.concatenate([sounds.noise(8.0), sounds.silence(8.0)]))
    assert not found[8:].any()


def test_a_row_tells_sounds_apart_and_knows_them_again():
    hiss, tone = sounds.noise(4.0, 0.05), sounds.hum(4.0)
    found = rows(np.concatenate([hiss, tone, hiss]))
    assert found.shape == (12, 32)
    far = np.sqrt(np.mean((found[1] - found[5]) ** 2))
    near = np.sqrt(np.mean((found[1] - found[9]) ** 2))
    assert far > 0.3 > 0.1 > near
    assert np.abs(found).max() < 3


def test_a_row_holds_level_and_deviation():
    steady, ticking = rows(sounds.noise(3.0)), rows(sounds.metronome(3.0, 0.25))
    assert (ticking[1, 16:] > 3 * steady[1, 16:]).all()
    louder = rows(10 * sounds.noise(3.0, 0.01)) - rows(sounds.noise(3.0, 0.01))
    assert louder[1, :16] == pytest.approx(np.ones(16), abs=0.01)  # 20 dB


def test_a_scrap_of_a_second_sounds_like_what_precedes_it():
    found = rows(sounds.noise(6.1))
    assert (found[6] == found[5]).all()


def test_newness_is_the_distance_to_the_nearest_older_row():
    random = np.random.default_rng(0).standard_normal((BATCH + 100, 32))
    found = _newness(random)
    assert not found[:AGO].any()
    for now in range(AGO, len(random)):
        older = random[: now - min(AGO, now // 4) + 1]
        assert found[now] == pytest.approx(np.sqrt(np.mean((older - random[now]) ** 2, 1).min()))


def test_a_bark_is_new_beside_a_lecture(shared_data):
    talk, rate = sounds.decoded(shared_data / "audio/librosa/5703-47212-0000.ogg")
    folder = shared_data / "clips_annotated/vggsound"
    engine, other = sounds.decoded(folder / "-1pRmoJIGQc_10000_20000.mp4")
    engine = np.interp(sounds.times(9.0, rate), sounds.times(10.0, other), engine[: 10 * other])
    found = sounds.curve(Timbre, np.concatenate([talk, engine]).astype(np.float32), rate)
    begins = len(talk) // rate
    assert found[begins + 1 : begins + 3].min() >= NEW.at > np.median(found[:begins])
