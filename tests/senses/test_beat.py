"""The beat of metronomes, of made and of real music; and none where there is none."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.config import Limits
from summarizer.media import probe, stream_sound
from summarizer.senses.beat import MIDDLE, OCTAVES, Beat, reading
from tests import sounds

BEATING, FAST, SLOW = Beat.concepts
EXAMPLES = Path(__file__).parents[2] / "examples"


def strength(samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    return sounds.curve(Beat, samples.astype(np.float32), rate, "beat")


def beats(samples: np.ndarray, rate: int = sounds.RATE) -> np.ndarray:
    """Beats a minute, second by second."""
    tempo = sounds.curve(Beat, samples.astype(np.float32), rate, "tempo")
    return MIDDLE * 2 ** ((tempo - 0.5) * 2 * OCTAVES)


@pytest.mark.parametrize("rate", [60, 72, 90, 100, 120, 126, 144, 160, 180])
@pytest.mark.parametrize("noise", [0.0, 0.01])
def test_a_metronome_is_read(rate, noise):
    samples = sounds.metronome(20.0, 60 / rate) + sounds.noise(20.0, noise)
    assert strength(samples).min() > 0.9
    assert beats(samples) == pytest.approx(np.full(20, rate), rel=0.01)


def test_a_beat_that_changes_is_followed():
    found = beats(np.concatenate([sounds.metronome(20.0, 0.8), sounds.metronome(20.0, 0.4)]))
    assert found[:16] == pytest.approx(np.full(16, 75), rel=0.01)
    assert found[24:] == pytest.approx(np.full(16, 150), rel=0.01)


def test_volume_does_not_matter():
    samples = sounds.melody(12.0, 0.5) + sounds.noise(12.0, 0.005)
    assert np.abs(strength(samples) - strength(samples / 4)).max() < 0.02


@pytest.mark.parametrize(
    "samples",
    [
        sounds.noise(12.0),
        sounds.sine(12.0),
        sounds.hum(12.0),
        sounds.babble(12.0),
        sounds.babble(12.0, 210),
    ],
    ids="noise sine hum man woman".split(),  # noqa: SIM905
)
def test_where_there_is_no_beat_there_is_no_tempo(samples):
    assert strength(samples).max() < BEATING.at
    assert (sounds.curve(Beat, samples, name="tempo") == 0.5).all()


def test_knocks_out_of_time_are_no_beat():
    samples, random = sounds.silence(20.0), np.random.default_rng(0)
    for at in np.cumsum(random.uniform(0.2, 1.2, 24)):
        first = int(at * sounds.RATE)
        piece = samples[first : first + 320]
        piece += 0.5 * sounds.noise(0.02, 1.0)[: len(piece)]
    assert np.median(strength(samples)) < BEATING.at


def test_no_tempo_is_neither_fast_nor_slow():
    assert SLOW.at < 0.5 < FAST.at
    assert (SLOW.low, FAST.low) == (True, False)
    assert reading(MIDDLE) == 0.5


def test_the_first_music_of_the_day_is_in_time_and_the_slow_chords_of_its_evening_are_not_fast():
    """The first was made at 96 beats a minute; over the other, notes are plucked 144 times."""
    path = EXAMPLES / "day.mp4"
    blocks = list(stream_sound(path, probe(path, Limits()), 10.0, Limits()))
    samples, rate = np.concatenate([each.samples for each in blocks]), blocks[0].rate
    there = strength(samples, rate) >= BEATING.at
    assert there[:14].all() and not there[17:].any()
    assert beats(samples, rate)[:14] == pytest.approx(np.full(14, 96), rel=0.02)
    assert (beats(samples, rate)[17:] == MIDDLE).all()


CHORDS = ((57, 60, 64, 69), (53, 57, 60, 65), (48, 55, 60, 64), (55, 59, 62, 67))


def chords(attack: float, seconds: float = 14.0, beat: float = 0.8333) -> np.ndarray:
    """Chords of two beats that begin so softly, and in each four notes, softly plucked."""
    made = sounds.silence(seconds + 4)
    for number in range(int(seconds / beat / 2)):
        notes = CHORDS[number % len(CHORDS)]
        parts = [(note, 0.0, 2 * beat + 0.8, 0.05, attack) for note in notes]
        parts += [(notes[0] - 12, 0.0, 2 * beat, 0.12, attack / 2)]
        parts += [(note + 12, beat / 2 * step, 1.6, 0.015, 0.02) for step, note in enumerate(notes)]
        for note, late, lasts, peak, rise in parts:
            tone = sounds.sine(lasts, 440 * 2 ** ((note - 69) / 12), peak)
            time = sounds.times(lasts)
            tone *= np.clip(time / rise, 0, 1) * np.clip((lasts - time) / 0.8, 0, 1)
            first = round((2 * beat * number + late) * sounds.RATE)
            made[first : first + len(tone)] += tone
    return made[: round(seconds * sounds.RATE)]


def test_slow_soft_chords_have_no_beat_to_be_felt():
    """Though they come in time; with a stick to beat it they have."""
    for sea in (0.0, 0.004):
        soft = chords(0.5) + sounds.noise(14.0, sea)
        assert strength(soft).max() < BEATING.at
        assert (sounds.curve(Beat, soft.astype(np.float32), name="tempo") == 0.5).all()
    beaten = chords(0.5) + sounds.metronome(14.0, 0.41665, 0.4)
    assert (strength(beaten) >= BEATING.at).all()
    assert beats(beaten) == pytest.approx(np.full(14, 144), rel=0.01)


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("audio/test.mp3", 0.9, 1.0),
        ("audio/librosa/Kevin_MacLeod_-_Vibe_Ace.ogg", 0.6, 1.0),
        ("clips_annotated/vggsound/3HgbEKrbA9s_54000_64000.mp4", 0.9, 1.0),  # a double bass
        ("clips_annotated/manifesto.mp4", 0.0, 0.05),
        ("clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4", 0.0, 0.05),  # a crowd cheers
        ("audio/librosa/glacier-bay-humpback.ogg", 0.0, 0.05),
    ],
)
def test_real_sounds(shared_data, name, least, most):
    found = strength(*sounds.decoded(shared_data / name))
    assert least <= (found >= BEATING.at).mean() <= most
