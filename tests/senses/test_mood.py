"""Mood on made music in major and minor, slow and fast; and that volume has no part in it."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.config import Limits
from summarizer.media import probe, stream_sound
from summarizer.schema import Concept
from summarizer.senses.mood import NEUTRAL, Mood
from tests import sounds

LIVELY, CALM, CHEERFUL, SAD = Mood.concepts
EXAMPLES = Path(__file__).parents[2] / "examples"
FAST, SLOW = 0.3, 0.9  # seconds from note to note


def song(minor: bool, beat: float, root: float, seconds: float = 20.0) -> np.ndarray:
    """Chords of the first, fourth, fifth and first step, and their notes one by one."""
    triad = np.array([0, 3 if minor else 4, 7])
    made = sounds.silence(seconds)
    for number, at in enumerate(np.arange(0, seconds, beat)):
        chord = triad + (0, 5, 7, 0)[number // 4 % 4]
        sounding = [(note, 4 * beat) for note in chord if number % 4 == 0]
        sounding.append((chord[number % 3] + 12, beat))
        for note, length in sounding:
            lasts = min(length, seconds - at)
            hertz = root * 2 ** (note / 12)
            tone = sum(sounds.sine(lasts, n * hertz, 0.1 / n) for n in (1, 2, 3))
            first = round(at * sounds.RATE)
            piece = made[first : first + len(tone)]
            piece += (tone * np.exp(-1.5 * sounds.times(lasts)))[: len(piece)]
    return made


def curves(samples: np.ndarray, rate: int = sounds.RATE) -> dict[str, np.ndarray]:
    found = sounds.heard(Mood, samples.astype(np.float32), rate).curves
    return {curve.name: curve.array for curve in found}


def there(concept: Concept, samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    values = curves(samples, rate)[concept.curve]
    return values <= concept.at if concept.low else values >= concept.at


ROOTS = pytest.mark.parametrize("root", [220.0, 262.0, 311.0])


@ROOTS
def test_fast_music_in_major_is_cheerful_and_slow_music_in_minor_sad(root):
    cheerful, sad = song(False, FAST, root), song(True, SLOW, root)
    assert there(CHEERFUL, cheerful)[2:-2].mean() > 0.7 and not there(SAD, cheerful).any()
    assert there(SAD, sad)[2:-2].mean() > 0.9 and not there(CHEERFUL, sad).any()


@ROOTS
def test_mode_and_pace_both_lean(root):
    lean = {
        (minor, beat): np.median(curves(song(minor, beat, root))["leaning of the music"])
        for minor in (False, True)
        for beat in (FAST, SLOW)
    }
    for beat in (FAST, SLOW):
        assert lean[False, beat] > lean[True, beat] + 0.2
    for minor in (False, True):
        assert lean[minor, FAST] > lean[minor, SLOW] + 0.05


@ROOTS
@pytest.mark.parametrize("minor", [False, True])
def test_fast_music_is_livelier_than_slow(minor, root):
    fast, slow = (curves(song(minor, beat, root))["energy of the sound"] for beat in (FAST, SLOW))
    assert fast[2:-2].min() > slow[2:-2].max() + 0.1
    assert there(CALM, song(minor, SLOW, root))[2:-2].mean() > 0.9


def test_slow_major_and_fast_minor_are_neither_cheerful_nor_sad():
    for samples in (song(False, SLOW, 262.0), song(True, FAST, 311.0)):
        assert not there(CHEERFUL, samples).any()
        assert there(SAD, samples).mean() < 0.5


@pytest.mark.parametrize(
    "samples",
    [
        song(False, FAST, 262.0),
        song(True, SLOW, 262.0),
        sounds.melody(12.0) + sounds.noise(12.0, 0.003),
        sounds.babble(12.0),
        sounds.noise(12.0, 0.1) * (1 + np.sin(sounds.times(12.0))),
    ],
    ids="cheerful sad melody talk waves".split(),  # noqa: SIM905
)
def test_the_same_sound_12_db_louder_keeps_its_mood(samples):
    loud, soft = (
        curves(samples / np.abs(samples).max()),
        curves(samples / np.abs(samples).max() / 4),
    )
    for name, values in loud.items():
        assert np.abs(values - soft[name]).max() < 0.02, name


@pytest.mark.parametrize("level", [0.0, 0.00002])
def test_silence_has_no_mood(level):
    samples = sounds.noise(8.0, level)
    for name, values in curves(samples).items():
        assert (values == NEUTRAL).all(), name
    for concept in Mood.concepts:
        assert not there(concept, samples).any()


def test_a_pause_in_music_has_no_mood():
    cheerful = song(False, FAST, 262.0)
    for values in curves(np.concatenate([cheerful, sounds.silence(8.0), cheerful])).values():
        assert (values[21:27] == NEUTRAL).all()


@pytest.mark.parametrize(
    "samples",
    [
        sounds.noise(12.0),
        sounds.hum(12.0),
        sounds.sine(12.0),
        sounds.babble(12.0),
        sounds.babble(12.0, 210),
        sounds.metronome(12.0, 0.5),
        sounds.sweep(12.0, 100, 4000),
    ],
    ids="noise hum tone man woman metronome sweep".split(),  # noqa: SIM905
)
def test_what_is_no_music_leans_nowhere(samples):
    assert not there(CHEERFUL, samples).any()
    assert not there(SAD, samples).any()
    assert np.abs(curves(samples)["leaning of the music"] - NEUTRAL).max() < 0.15


@pytest.mark.parametrize("name", ["match", "lecture"])
def test_examples_without_music_lean_nowhere(name):
    path = EXAMPLES / f"{name}.mp4"
    blocks = list(stream_sound(path, probe(path, Limits()), 10.0, Limits()))
    samples, rate = np.concatenate([each.samples for each in blocks]), blocks[0].rate
    assert not there(CHEERFUL, samples, rate).any()
    assert not there(SAD, samples, rate).any()


@pytest.mark.parametrize(
    "name", ["clips_annotated/manifesto.mp4", "audio/jfk.flac", "audio/pyannote_ami/tst00.wav"]
)
def test_real_talk_leans_nowhere(shared_data, name):
    samples, rate = sounds.decoded(shared_data / name)
    assert not there(CHEERFUL, samples, rate).any()
    assert not there(SAD, samples, rate).any()


def test_a_cheerful_song_is_found_so(shared_data):
    song = shared_data / "audio/librosa/Karissa_Hobbs_-_Lets_Go_Fishin.ogg"
    samples, rate = sounds.decoded(song)
    assert there(CHEERFUL, samples, rate).mean() > 0.6
    assert not there(SAD, samples, rate).any()
