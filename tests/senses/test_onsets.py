"""Sudden sounds: clicks are, and what swells, hums or hisses is not."""

import numpy as np
import pytest

from summarizer.senses.onsets import Onsets
from tests import sounds

(SUDDEN,) = Onsets.concepts


def sudden(samples: np.ndarray, **how) -> list[bool]:
    return (sounds.curve(Onsets, samples, **how) >= SUDDEN.at).tolist()


def test_a_metronome_is_sudden_wherever_it_ticks():
    assert sudden(sounds.metronome(8.0, 1.0)) == [True] * 8
    assert sudden(sounds.metronome(8.0, 2.0)) == [False, True] * 4


def test_a_tick_counts_over_noise_that_it_stands_out_from():
    ticks = sounds.metronome(8.0, 2.0)
    assert sudden(ticks + sounds.noise(8.0, 0.003)) == [False, True] * 4
    assert not any(sudden(0.01 * ticks + sounds.noise(8.0, 0.05)))


@pytest.mark.parametrize(
    "samples",
    [
        sounds.noise(6.0),
        sounds.sine(6.0),
        sounds.hum(6.0),
        sounds.sweep(6.0, 100, 6000),
        np.linspace(0, 1, 6 * 16_000, dtype=np.float32) * sounds.noise(6.0, 0.2),
    ],
    ids=["noise", "sine", "hum", "sweep", "swell"],
)
def test_what_goes_on_is_not_sudden(samples):
    assert not any(sudden(samples))


def test_the_start_of_the_sound_has_nothing_to_rise_from():
    assert not any(sudden(sounds.noise(4.0)))


def test_sound_out_of_silence_is_sudden():
    samples = np.concatenate([sounds.silence(2.5), sounds.noise(2.5)])
    assert sudden(samples) == [False, False, True, False, False]


def test_it_is_the_second_of_the_tick_that_counts():
    samples = sounds.silence(5.0)
    samples[3 * 16_000 - 800 :][:320] = 0.5 * sounds.noise(0.02, 1.0)
    assert sudden(samples) == [False, False, True, False, False]


def test_barks_are_sudden_and_cheering_is_not(shared_data):
    folder = shared_data / "clips_annotated/vggsound"
    barks = sounds.curve(Onsets, *sounds.decoded(folder / "3qesirWAGt4_20000_30000.mp4"))
    cheers = sounds.curve(Onsets, *sounds.decoded(folder / "7tMPoaU2oL4_0_10000.mp4"))
    assert (barks >= SUDDEN.at).sum() >= 3
    assert not (cheers >= SUDDEN.at).any()
