"""Acoustics: each number computed again, sample by sample or with SciPy."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import ShortTimeFFT
from scipy.signal.windows import hann

from summarizer.senses.acoustics import HOP, WINDOW, Acoustics
from tests import sounds

RATE = sounds.RATE
MIXED = np.concatenate(
    [
        sounds.sine(1.0, 1000.0, 0.5),
        sounds.noise(1.0, 0.1),
        sounds.silence(1.0),
        sounds.babble(2.0),
        sounds.sweep(1.0, 200.0, 4000.0),
        sounds.metronome(1.5, 0.25),
    ]
).astype(np.float32)


def rows(samples, **how) -> np.ndarray:
    [track] = sounds.heard(Acoustics, samples, **how).tracks
    return track.values.astype(float)


def again(second: np.ndarray) -> list[float]:
    """The four numbers of one whole second, written another way."""
    second = second.astype(np.float64)
    rms = (sum(value * value for value in second) / len(second)) ** 0.5
    crossings = sum((a < 0) != (b < 0) for a, b in pairwise(second))
    transform = ShortTimeFFT(
        hann(WINDOW, sym=False), HOP, RATE, fft_mode="onesided", scale_to=None, phase_shift=None
    )
    spectra = np.abs(
        [
            transform.stft(second[at : at + WINDOW], p0=1, p1=2, k_offset=0)[:, 0]
            for at in range(0, len(second) - WINDOW + 1, HOP)
        ]
    )
    whole = spectra.sum(axis=0)
    centroid = sum(h * w for h, w in zip(transform.f, whole, strict=True)) / max(whole.sum(), 1e-5)
    flux = []
    for one, other in pairwise(spectra):
        one = one / one.sum() if one.sum() > 1e-5 else np.zeros_like(one)
        other = other / other.sum() if other.sum() > 1e-5 else np.zeros_like(other)
        flux.append(np.maximum(one - other, 0).sum() / 2 + np.maximum(other - one, 0).sum() / 2)
    return [rms, centroid / 1000, crossings / len(second), float(np.mean(flux))]


def test_each_second_measures_what_another_way_of_computing_gives():
    found = rows(MIXED)
    whole = len(MIXED) // RATE
    assert len(found) == 8
    for second in range(whole):
        wanted = again(MIXED[second * RATE : (second + 1) * RATE])
        assert found[second] == pytest.approx(wanted, rel=2e-3, abs=2e-4), second


@settings(max_examples=15, deadline=None)
@given(st.floats(0.3, 7.0))
def test_how_the_sound_is_cut_on_its_way_makes_no_difference(block):
    assert np.allclose(rows(MIXED, block=block), rows(MIXED), rtol=2e-3, atol=1e-4)


def test_a_tone_lies_at_its_height_and_does_not_change():
    [tone] = rows(sounds.sine(1.0, 2000.0, 0.5))
    assert tone[0] == pytest.approx(0.5 / 2**0.5, rel=2e-3)
    assert tone[1] == pytest.approx(2.0, abs=0.03)
    assert tone[2] == pytest.approx(2 * 2000 / RATE, rel=0.01)
    assert tone[3] < 0.01


def test_silence_is_zeros_and_what_is_missing_is_silence():
    assert not rows(sounds.silence(2.5)).any()
    found = rows(sounds.sine(1.0), seconds=4.0)
    assert found.shape == (4, 4) and found[0].all() and not found[1:].any()


def test_the_end_is_no_whole_second_and_is_not_thought_softer():
    found = rows(sounds.sine(2.25, 1000.0, 0.5))
    assert len(found) == 3 and found[2, 0] == pytest.approx(found[0, 0], rel=0.01)


def test_louder_is_louder_and_nothing_else():
    soft, loud = rows(0.1 * MIXED), rows(MIXED)
    assert np.allclose(loud[:, 0], 10 * soft[:, 0], rtol=5e-3, atol=1e-4)
    assert np.allclose(loud[:, 1:3], soft[:, 1:3], rtol=5e-3, atol=1e-3)


def test_sound_alone_makes_it_speak():
    from summarizer.schema import Findings

    made = Acoustics(sounds.video(3.0)).findings()
    assert isinstance(made, Findings) and not made.tracks
