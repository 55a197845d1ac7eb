"""Whistles and sirens, made and real, against everything else that has tones."""

import json
from pathlib import Path

import numpy as np
import pytest

from summarizer.config import Limits
from summarizer.media import probe, stream_sound
from summarizer.senses.tones import Tones
from tests import sounds

WHISTLE, GLIDE = Tones.concepts
EXAMPLES = Path(__file__).parents[2] / "examples"
TIMES = sounds.times(12.0)


def whistled(samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    found = sounds.curve(Tones, samples.astype(np.float32), rate, WHISTLE.curve)
    return found >= WHISTLE.at


def gliding(samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    return sounds.curve(Tones, samples.astype(np.float32), rate, GLIDE.curve) >= GLIDE.at


def tone(hertz: np.ndarray, peak: float = 0.2) -> np.ndarray:
    return peak * np.sin(2 * np.pi * np.cumsum(hertz) / sounds.RATE)


def whistle(hertz: float, crowd: float = 0.0) -> np.ndarray:
    """Half a second with a pea's trill, in every third second."""
    trill = 1 + 0.5 * np.sin(2 * np.pi * 35 * TIMES)
    blown = sounds.sine(12.0, hertz, 0.1) * trill * ((TIMES % 3 > 1.2) & (TIMES % 3 < 1.7))
    return blown + sounds.noise(12.0, crowd)


def wail(seconds: float = 4.0) -> np.ndarray:
    """A siren that rises and falls."""
    return tone(900 + 400 * np.sin(2 * np.pi * TIMES / seconds))


OTHERS = {
    "noise": sounds.noise(12.0),
    "hum": sounds.hum(12.0),
    "melody": sounds.melody(12.0),
    "man": sounds.babble(12.0),
    "woman": sounds.babble(12.0, 210),
    "metronome": sounds.metronome(12.0, 0.5),
    "a low tone": sounds.sine(12.0, 440.0),
    "two tones in turn": tone(np.where(TIMES % 1.2 < 0.6, 650.0, 850.0)),
}


@pytest.mark.parametrize("hertz", [2300.0, 3000.0, 4300.0])
@pytest.mark.parametrize("crowd", [0.0, 0.02])
def test_a_whistle_is_heard_where_it_is_blown(hertz, crowd):
    assert whistled(whistle(hertz, crowd)).tolist() == [False, True, False] * 4


@pytest.mark.parametrize("seconds", [3.0, 4.0, 6.0])
@pytest.mark.parametrize("noise", [0.0, 0.02])
def test_a_siren_glides(seconds, noise):
    samples = wail(seconds) + sounds.noise(12.0, noise)
    assert gliding(samples).mean() > 0.7
    assert not whistled(samples).any()


def test_a_tone_that_sweeps_up_glides():
    assert gliding(sounds.sweep(8.0, 400, 3000))[1:7].all()


@pytest.mark.parametrize("samples", OTHERS.values(), ids=OTHERS)
def test_other_sounds_are_neither(samples):
    assert not whistled(samples).any()
    assert not gliding(samples).any()


def test_volume_does_not_matter():
    samples = whistle(3000.0, 0.02)
    assert whistled(samples).tolist() == whistled(samples / 8).tolist()


def test_the_referee_of_the_match_is_heard():
    path = EXAMPLES / "match.mp4"
    blocks = list(stream_sound(path, probe(path, Limits()), 10.0, Limits()))
    found = whistled(np.concatenate([each.samples for each in blocks]), blocks[0].rate)
    told = json.loads((EXAMPLES / "match.json").read_text())["events"]
    blown = [each for each in told if "whistle" in each["heard"]]
    assert len(blown) == 3
    may = np.zeros(54, bool)
    for event in blown:
        span = slice(int(event["start"]), int(np.ceil(event["end"])))
        assert found[span].any(), event
        may[span] = True
    birds = slice(26, 32)  # at half-time: they whistle, too
    may[birds] = True
    assert not found[~may].any()


@pytest.mark.parametrize(
    "name",
    [
        "audio/jfk.flac",
        "clips_annotated/manifesto.mp4",
        "audio/librosa/Kevin_MacLeod_-_Vibe_Ace.ogg",
        "audio/librosa/sorohanro_-_solo-trumpet-06.ogg",
        "audio/test.mp3",
        "clips/cavmae_recorder_guitar.mp4",
        "clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4",
        "clips_annotated/vas/dog_video_02754.mp4",
    ],
)
def test_real_sounds_without_any(shared_data, name):
    samples, rate = sounds.decoded(shared_data / name)
    assert not whistled(samples, rate).any()
    assert not gliding(samples, rate).any()


def test_a_canary_whistles_and_a_whale_glides(shared_data):
    canary = shared_data / "clips_annotated/vggsound/0nib7bMm8BA_15000_25000.mp4"
    whale = shared_data / "audio/librosa/glacier-bay-humpback.ogg"
    assert whistled(*sounds.decoded(canary)).sum() >= 4
    assert gliding(*sounds.decoded(whale)).sum() >= 3
