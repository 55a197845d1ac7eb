"""How something is said, in numbers: pitch and pace as made, and nothing of the level."""

import numpy as np
import pytest

from summarizer.models.prosody import BANDS, RATE, WIDTH, mel, pitch, statistics, windows


def voice(seconds: float, hertz: np.ndarray | float, syllables: float = 4.0) -> np.ndarray:
    at = np.arange(round(seconds * RATE)) / RATE
    phase = 2 * np.pi * np.cumsum(np.broadcast_to(hertz, at.shape)) / RATE
    buzz = sum(np.sin(n * phase) / n for n in range(1, 12))
    return 0.1 * buzz * np.clip(np.sin(2 * np.pi * syllables * at) + 0.5, 0, 1)


@pytest.mark.parametrize("hertz", [80, 130, 210, 330, 450])
def test_pitch_is_that_of_the_voice(hertz):
    found, sure = pitch(voice(1.0, hertz))
    good = sure > 0.8
    assert good.mean() > 0.4
    assert np.median(found[good]) == pytest.approx(hertz, rel=0.03)


def test_noise_has_no_pitch():
    _, sure = pitch(np.random.default_rng(0).standard_normal(RATE))
    assert np.median(sure) < 0.45


def test_a_tone_lies_in_the_band_of_its_height():
    at = np.arange(RATE) / RATE
    tops = [
        mel(np.sin(2 * np.pi * hertz * at)).mean(axis=0).argmax() for hertz in (200, 1000, 4000)
    ]
    assert tops == sorted(tops)
    assert tops[0] < 10 < tops[1] < tops[2] < BANDS


def test_louder_is_the_same():
    draw = np.random.default_rng(1)
    sound = (voice(5, 150) + 0.001 * draw.standard_normal(5 * RATE)).astype(np.float32)
    soft, loud = (statistics(gain * sound, 2.0, 1.0) for gain in (0.1, 8.0))
    assert soft.shape == (4, WIDTH)
    np.testing.assert_allclose(soft, loud, atol=0.02)


def test_pace_and_pitch_tell_quick_and_high_from_slow_and_low():
    quick, slow = (statistics(voice(4, *how), 4.0, 4.0)[0] for how in ((250, 7.0), (100, 2.0)))
    assert quick[-3] > 1.5 * slow[-3]  # tops of the level a second
    assert quick[3 * BANDS + 1] - slow[3 * BANDS + 1] == pytest.approx(np.log2(2.5), abs=0.1)


@pytest.mark.parametrize("seconds", [0.3, 1.0, 2.0, 2.9, 7.35])
def test_windows_are_those_that_fit(seconds):
    total = round(seconds * RATE)
    found = windows(total, 2.0, 1.0)
    right, begin = [], 0
    while begin + 2 * RATE <= total:
        right.append((begin / RATE, begin / RATE + 2))
        begin += RATE
    np.testing.assert_allclose(found, right or [(0, seconds)])
    assert len(statistics(np.ones(total, np.float32), 2.0, 1.0)) == len(found)


def test_nothing_has_no_windows_and_silence_is_zeros():
    assert windows(0, 2.0, 1.0).shape == (0, 2)
    assert statistics(np.zeros(0, np.float32), 2.0, 1.0).shape == (0, WIDTH)
    assert not statistics(np.zeros(RATE, np.float32), 2.0, 1.0).any()
