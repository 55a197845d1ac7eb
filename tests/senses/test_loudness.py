"""Loudness against the numbers of the standard."""

import numpy as np
import pytest

from summarizer.senses.loudness import LOUDEST, SOFTEST, Loudness, k_weighting, reading
from tests import sounds


def lufs(samples: np.ndarray, rate: int = sounds.RATE, **how) -> np.ndarray:
    return SOFTEST + (LOUDEST - SOFTEST) * sounds.curve(Loudness, samples, rate, **how)


def gain(rate: int, hertz: float) -> float:
    """What the weighting adds at a frequency, in dB."""
    z = np.exp(2j * np.pi * hertz / rate) ** -np.arange(3)
    return 20 * np.log10(abs(np.prod([(s[:3] @ z) / (s[3:] @ z) for s in k_weighting(rate)])))


def test_the_weighting_is_the_listed_one():
    """The coefficients that ITU-R BS.1770 lists for 48 kHz."""
    shelf, high_pass = k_weighting(48_000)
    assert shelf[:3] == pytest.approx([1.53512485958697, -2.69169618940638, 1.19839281085285])
    assert shelf[3:] == pytest.approx([1.0, -1.69065929318241, 0.73248077421585])
    assert high_pass[:3] == pytest.approx([1.0, -2.0, 1.0])
    assert high_pass[3:] == pytest.approx([1.0, -1.99004745483398, 0.99007225036621])


@pytest.mark.parametrize("hertz", [60, 300, 997, 3000, 5000])
def test_the_weighting_is_the_same_at_the_rate_of_the_senses(hertz):
    assert gain(16_000, hertz) == pytest.approx(gain(48_000, hertz), abs=0.15)


@pytest.mark.parametrize("peak_db", [0, -20, -40])
@pytest.mark.parametrize("rate", [16_000, 48_000])
def test_a_sine_of_997_hertz_reads_3_db_below_its_peak(peak_db, rate):
    found = lufs(sounds.sine(5.0, 997.0, 10 ** (peak_db / 20), rate), rate)
    assert found[1:4] == pytest.approx(np.maximum(peak_db - 3.01, np.full(3, -60)), abs=0.1) or (
        peak_db == 0 and (found[1:4] == LOUDEST).all()
    )


def test_noise_reads_as_the_formula_says():
    """-0.691 + 10 log10 of the mean square, weighted by the gain at every frequency."""
    level = 0.05
    hertz = np.linspace(1, 7999, 2000)
    weighted = level**2 * np.mean([10 ** (gain(16_000, h) / 10) for h in hertz])
    found = lufs(sounds.noise(10.0, level))
    assert found.mean() == pytest.approx(-0.691 + 10 * np.log10(weighted), abs=0.3)


def test_it_is_the_loudest_400_ms_of_each_second():
    samples = sounds.silence(5.0)
    samples[2 * 16_000 + 4800 : 2 * 16_000 + 4800 + 6400] = sounds.sine(0.4, 997.0, 0.1)
    samples[4 * 16_000 : 4 * 16_000 + 3200] = sounds.sine(0.2, 997.0, 0.1)
    found = lufs(samples)
    assert found[[0, 1, 3]].tolist() == [SOFTEST] * 3
    assert found[2] == pytest.approx(-23.0, abs=0.3)
    assert found[4] == pytest.approx(-26.0, abs=0.3)  # half of 400 ms


def test_a_scrap_of_a_second_at_the_end_is_not_quiet():
    found = lufs(sounds.sine(6.05, 997.0, 0.1))
    assert found[-1] == pytest.approx(found[-2], abs=0.1)


def test_loud_and_quiet_are_told_apart():
    loud, quiet = Loudness.concepts
    parts = [sounds.noise(3.0, level) for level in (0.3, 0.03, 0.0005)]
    found = sounds.curve(Loudness, np.concatenate(parts))
    assert (found >= loud.at).tolist() == [True] * 3 + [False] * 6
    assert (found <= quiet.at).tolist() == [False] * 6 + [True] * 3
    assert (loud.low, quiet.low) == (False, True)


def test_readings_lie_on_the_scale():
    assert (reading(SOFTEST), reading(LOUDEST)) == (0.0, 1.0)


def test_real_clips_are_where_ears_put_them(shared_data):
    def middle(name: str) -> float:
        return float(np.median(lufs(*sounds.decoded(shared_data / name))))

    cheering = middle("clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4")
    office = middle("clips/friday.mp4")
    toy = middle("clips/mdn_crystal.webm")
    assert cheering > -15 > -25 > office > toy
