"""Who talks when: a made voice, real voices with known times, and sounds that are no voice."""

import json

import numpy as np
import pytest

from summarizer.config import DecodeConfig
from summarizer.errors import PresetError
from summarizer.models.speech import STRETCH, talking
from summarizer.senses.speech import Speech
from summarizer.stages.listen import listen
from tests import sounds

(TALKING,) = Speech.concepts
STEP = 0.032


def voice(samples: np.ndarray, rate: int = sounds.RATE) -> tuple[np.ndarray, np.ndarray]:
    """The times and probabilities of the track."""
    (track,) = sounds.heard(Speech, samples, rate).tracks
    assert track.name == "voice" and track.values.shape == (len(track.times), 1)
    return track.times, track.values[:, 0].astype(float)


def test_a_made_voice_between_silences():
    samples = np.concatenate([sounds.silence(4.0), sounds.babble(4.0, 210), sounds.silence(4.0)])
    found = sounds.curve(Speech, samples)
    assert not found[:4].any()
    assert (found[4:8] >= TALKING.at).all()
    assert found[9:].max() < TALKING.at


@pytest.mark.parametrize(
    "samples",
    [sounds.noise(6.0), sounds.hum(6.0), sounds.melody(6.0), sounds.metronome(6.0, 0.5)],
    ids=["noise", "hum", "melody", "metronome"],
)
def test_other_sounds_are_no_talking(samples):
    assert sounds.curve(Speech, samples).max() < 0.1


def test_the_track_covers_the_sound_every_32_ms():
    times, probabilities = voice(sounds.babble(12.0, 210))
    assert times[0] == pytest.approx(0.016)
    assert np.allclose(np.diff(times), STEP)
    assert times[-1] == pytest.approx(12.0, abs=STEP)
    assert (probabilities >= 0).all() and (probabilities <= 1).all()
    assert len(times) > STRETCH  # so that two stretches were joined


def test_speech_is_found_after_a_minute_of_music():
    """Without starting afresh the model stays deaf for seconds after music."""
    samples = np.concatenate([sounds.melody(60.0), sounds.babble(5.0, 210)])
    found = sounds.curve(Speech, samples)
    assert not found[:59].any()
    assert (found[61:65] >= TALKING.at).all()


@pytest.mark.parametrize(
    "probabilities, expected",
    [
        ([0.9] * 20, [True] * 20),
        ([0.1] * 20, [False] * 20),
        ([0.4] * 20, [False] * 20),  # never began
        ([0.9] * 10 + [0.4] * 10, [True] * 20),  # goes on
        ([0.9] * 10 + [0.1] * 5 + [0.9] * 10, [True] * 25),  # a breath
        ([0.9] * 10 + [0.1] * 20 + [0.9] * 10, [True] * 10 + [False] * 20 + [True] * 10),
        ([0.1] * 10 + [0.9] * 4 + [0.1] * 10, [False] * 24),  # a cough
        ([0.1] * 5, [False] * 5),
        ([], []),
    ],
)
def test_talking_begins_goes_on_and_ends(probabilities, expected):
    assert talking(np.array(probabilities), STEP).tolist() == expected


def test_a_rate_the_model_does_not_know_is_refused():
    progress = listen(
        sounds.blocks(sounds.noise(1.0)),
        [Speech(sounds.video(1.0))],
        DecodeConfig(sound_rate=8_000),
    )
    with pytest.raises(PresetError, match="16000 samples a second, not at 8000; set decode"):
        list(progress)


def test_an_audiobook_is_heard_where_its_words_are(shared_data):
    folder = shared_data / "clips_annotated"
    samples, rate = sounds.decoded(folder / "manifesto.mp4")
    sentences = json.loads((folder / "manifesto.json").read_text())
    words = [word for sentence in sentences for word in sentence["words"]]
    fine = np.zeros(int(100 * len(samples) / rate))
    for word in words:
        fine[int(100 * word["start"]) : int(100 * word["end"])] = 1
    said = fine[: len(fine) // 100 * 100].reshape(-1, 100).mean(axis=1)
    found = sounds.curve(Speech, samples, rate)[: len(said)]
    assert (found[said > 0.8] >= TALKING.at).mean() > 0.9
    assert (found[said == 0] < TALKING.at).all()


def test_a_meeting_is_heard_as_its_notes_say(shared_data):
    folder = shared_data / "audio/pyannote_ami"
    samples, rate = sounds.decoded(folder / "tst00.wav")
    said = np.zeros(3000)
    for line in (folder / "debug.test.rttm").read_text().splitlines():
        _, name, _, start, length, *_ = line.split()
        if name == "tst00":
            said[int(100 * float(start)) : int(100 * (float(start) + float(length)))] = 1
    found = sounds.curve(Speech, samples, rate)[:30]
    share = said.reshape(-1, 100).mean(axis=1)
    assert np.abs(found - share).mean() < 0.25
    assert (found[share > 0.9] >= TALKING.at).mean() > 0.8


@pytest.mark.parametrize(
    "name",
    [
        "audio/librosa/glacier-bay-humpback.ogg",
        "audio/librosa/Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.ogg",
        "audio/imagebind/car_audio.wav",
        "clips_annotated/vas/fireworks_video_03051.mp4",
        "clips_annotated/vggsound/3qesirWAGt4_20000_30000.mp4",
    ],
)
def test_real_sounds_without_talk(shared_data, name):
    found = sounds.curve(Speech, *sounds.decoded(shared_data / name))
    assert (found >= TALKING.at).mean() < 0.02
