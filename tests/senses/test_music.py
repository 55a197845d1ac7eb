"""Music-likeness: made tunes and real music against talk, noise, hums, alarms and engines."""

import numpy as np
import pytest

from summarizer.senses.music import Music
from tests import sounds

(MUSIC,) = Music.concepts


def alarm(seconds: float) -> np.ndarray:
    """Two tones in turn, as an ambulance has."""
    hertz = np.where(sounds.times(seconds) % 1.2 < 0.6, 650.0, 850.0)
    return (0.3 * np.sin(2 * np.pi * np.cumsum(hertz) / sounds.RATE)).astype(np.float32)


def revving(seconds: float) -> np.ndarray:
    """An engine: many harmonics that glide together."""
    turns = np.cumsum(60 + 8 * sounds.times(seconds)) / sounds.RATE
    parts = [np.sin(2 * np.pi * n * turns) / n for n in range(1, 20)]
    return (0.2 * np.sum(parts, axis=0)).astype(np.float32)


def beeps(seconds: float) -> np.ndarray:
    return sounds.sine(seconds, 880.0) * (sounds.times(seconds) % 1 < 0.3)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("beat", [0.3, 0.5, 0.8])
def test_a_tune_is_music(beat, seed):
    assert sounds.curve(Music, sounds.melody(9.0, beat, seed=seed)).min() >= MUSIC.at


@pytest.mark.parametrize(
    "samples",
    [
        sounds.noise(8.0),
        sounds.sine(8.0),
        sounds.hum(8.0),
        sounds.hum(8.0, 50.0) + sounds.noise(8.0, 0.003),
        sounds.sweep(8.0, 100, 6000),
        sounds.metronome(8.0, 0.5),
        sounds.babble(8.0),
        sounds.babble(8.0, 210),
        alarm(8.0),
        revving(8.0),
        beeps(8.0),
    ],
    ids="noise sine hum mains sweep metronome man woman alarm engine beeps".split(),  # noqa: SIM905
)
def test_other_sounds_are_no_music(samples):
    assert sounds.curve(Music, samples).max() < MUSIC.at


def test_a_tune_is_found_where_it_plays():
    parts = [sounds.babble(8.0), sounds.melody(8.0), sounds.noise(8.0, 0.05)]
    found = sounds.curve(Music, np.concatenate(parts)) >= MUSIC.at
    assert not found[:7].any() and found[9:15].all() and not found[17:].any()


def test_a_tune_as_loud_as_talk_is_found_under_it():
    talk, tune = sounds.babble(10.0), sounds.melody(10.0)
    tune *= np.sqrt(np.mean(talk**2) / np.mean(tune**2))
    assert (sounds.curve(Music, 0.5 * (talk + tune)) >= MUSIC.at).mean() > 0.8


REAL_MUSIC = (
    "audio/librosa/Kevin_MacLeod_-_Vibe_Ace.ogg",
    "audio/librosa/Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.ogg",
    "audio/librosa/Karissa_Hobbs_-_Lets_Go_Fishin.ogg",
    "audio/librosa/sorohanro_-_solo-trumpet-06.ogg",
    "audio/test.mp3",
    "clips/bear_dance_portrait.mp4",
    "clips/cavmae_recorder_guitar.mp4",
    # not counted when the scales were chosen
    "clips_annotated/vggsound/6zlMP_kQ_-w_30000_40000.mp4",
    "clips_annotated/vggsound/3HgbEKrbA9s_54000_64000.mp4",
)
REAL_OTHERS = (
    "audio/librosa/198-209-0000.ogg",
    "audio/librosa/5703-47212-0000.ogg",
    "audio/librosa/glacier-bay-humpback.ogg",
    "audio/jfk.flac",
    "audio/voices-around-a-fire.mp3",
    "audio/pyannote_ami/tst00.wav",
    "audio/imagebind/car_audio.wav",
    "audio/imagebind/bird_audio.wav",
    "clips/streamio_talking_man_datastreams.mp4",
    # not counted when the scales were chosen
    "clips_annotated/vas/dog_video_02754.mp4",
    "clips_annotated/vas/cough_video_00331.mp4",
    "clips_annotated/vggsound/-1pRmoJIGQc_10000_20000.mp4",
    "clips_annotated/vggsound/0nib7bMm8BA_15000_25000.mp4",
    "clips_annotated/vggsound/53UdZyM9MyE_252000_262000.mp4",
    "clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4",
)


def share_of_music(path) -> float:
    samples, rate = sounds.decoded(path)
    return float((sounds.curve(Music, samples[: 60 * rate], rate) >= MUSIC.at).mean())


@pytest.mark.parametrize("name", REAL_MUSIC)
def test_real_music(shared_data, name):
    assert share_of_music(shared_data / name) > 0.8


@pytest.mark.parametrize("name", REAL_OTHERS)
def test_real_sounds_that_are_no_music(shared_data, name):
    assert share_of_music(shared_data / name) < 0.05
