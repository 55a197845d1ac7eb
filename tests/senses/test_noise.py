"""Noise that goes on and noise that bursts out, against tones, talk and music."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.config import Limits
from summarizer.media import probe, stream_sound
from summarizer.senses.noise import Noise
from tests import sounds

STEADY, BURST = Noise.concepts
EXAMPLES = Path(__file__).parents[2] / "examples"


def steady(samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    return sounds.curve(Noise, samples.astype(np.float32), rate, "steady noise") >= STEADY.at


def bursting(samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    return sounds.curve(Noise, samples.astype(np.float32), rate, "noise bursts") >= BURST.at


def coloured(seconds: float, slope: float) -> np.ndarray:
    """Noise whose level falls by that many dB an octave, as rain's, the sea's or a crowd's does."""
    spectrum = np.fft.rfft(sounds.noise(seconds, 1.0))
    hertz = np.maximum(np.fft.rfftfreq(round(seconds * sounds.RATE), 1 / sounds.RATE), 50.0)
    made = np.fft.irfft(spectrum * hertz ** (-slope / 6.02))
    return 0.1 * made / made.std()


def wavering(seconds: float, hertz: float, depth: float) -> np.ndarray:
    return sounds.noise(seconds) * (1 + depth * np.sin(2 * np.pi * hertz * sounds.times(seconds)))


@pytest.mark.parametrize(
    "samples",
    [coloured(8.0, 0.0), coloured(8.0, 3.0), coloured(8.0, 6.0), wavering(10.0, 0.2, 0.7)],
    ids=["white", "pink", "brown", "like waves"],
)
def test_noise_that_changes_slowly_is_steady(samples):
    assert steady(samples)[1:-1].all()
    assert not bursting(samples).any()


@pytest.mark.parametrize(
    "samples",
    [
        sounds.sine(8.0),
        sounds.melody(8.0),
        sounds.babble(8.0),
        sounds.babble(8.0, 210),
        sounds.metronome(8.0, 0.5),
        sounds.sweep(8.0, 100, 6000),
        wavering(8.0, 4.0, 0.9),
        sounds.noise(8.0, 0.0003),
    ],
    ids=["sine", "melody", "man", "woman", "metronome", "sweep", "throb", "faint"],
)
def test_other_sounds_are_not(samples):
    assert not steady(samples).any()


def test_applause_and_rain_are_not_told_apart():
    """Which is why the curve is called by neither name."""
    random = np.random.default_rng(2)
    claps = np.zeros(8 * sounds.RATE)
    for at in random.integers(0, len(claps) - 800, 8 * 60 * 4):  # sixty people, four times a second
        claps[at : at + 800] += random.standard_normal(800) * np.exp(-np.arange(800) / 100)
    assert steady(0.05 * claps)[1:-1].all()
    assert steady(coloured(8.0, 2.0)).all()


def test_level_does_not_matter():
    samples = coloured(8.0, 3.0)
    assert steady(4 * samples).tolist() == steady(samples / 4).tolist()


def test_bursts_are_found_where_they_are():
    there = (sounds.times(9.0) % 3 > 1.2) & (sounds.times(9.0) % 3 < 1.5)
    samples = sounds.noise(9.0) * there + sounds.noise(9.0, 0.001)
    assert bursting(samples).tolist() == [False, True, False] * 3


@pytest.mark.parametrize(
    "samples",
    [sounds.babble(8.0), sounds.melody(8.0), sounds.sweep(8.0, 100, 6000), coloured(8.0, 3.0)],
    ids=["talk", "melody", "sweep", "noise"],
)
def test_what_is_no_noise_or_no_burst_is_none(samples):
    assert not bursting(samples).any()


def example(name: str) -> np.ndarray:
    path = EXAMPLES / f"{name}.mp4"
    video = probe(path, Limits())
    blocks = list(stream_sound(path, video, 10.0, Limits()))
    return steady(np.concatenate([each.samples for each in blocks]), blocks[0].rate)


def test_the_crowd_of_the_match_is_heard_and_its_half_time_not():
    found = example("match")
    assert found[5:24].mean() > 0.9
    assert not found[26:31].any()
    assert found[32:53].mean() > 0.8


def test_the_rain_of_the_day_is_heard_and_its_music_not():
    found = example("day")
    assert found[50:55].all()
    assert not found[:14].any() and not found[35:41].any()


def test_the_talk_of_the_lecture_is_no_noise():
    assert not example("lecture").any()


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("clips_annotated/vggsound/-1pRmoJIGQc_10000_20000.mp4", 0.8, 1.0),  # an engine
        ("clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4", 0.4, 1.0),  # a crowd cheers
        ("clips_annotated/manifesto.mp4", 0.0, 0.02),
        ("audio/jfk.flac", 0.0, 0.1),
        ("audio/librosa/Kevin_MacLeod_-_Vibe_Ace.ogg", 0.0, 0.02),
        ("clips/bear_dance_portrait.mp4", 0.0, 0.02),
    ],
)
def test_real_sounds(shared_data, name, least, most):
    assert least <= steady(*sounds.decoded(shared_data / name)).mean() <= most


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("clips_annotated/vggsound/53UdZyM9MyE_252000_262000.mp4", 0.8, 1.0),  # paper is torn
        ("clips_annotated/vas/drum_video_02542.mp4", 0.5, 1.0),
        ("clips_annotated/manifesto.mp4", 0.0, 0.05),
        ("audio/librosa/Kevin_MacLeod_-_Vibe_Ace.ogg", 0.0, 0.02),
    ],
)
def test_real_bursts(shared_data, name, least, most):
    assert least <= bursting(*sounds.decoded(shared_data / name)).mean() <= most
