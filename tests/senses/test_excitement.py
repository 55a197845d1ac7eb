"""Where a video is loud and lively beside the rest of itself, on made numbers, sounds and clips."""

from pathlib import Path

import numpy as np
import pytest

from summarizer.config import DecodeConfig, Limits
from summarizer.media import stream_sound
from summarizer.schema import Curve, Findings
from summarizer.senses.excitement import Excitement, against_usual
from summarizer.senses.loudness import Loudness
from summarizer.senses.mood import Mood
from summarizer.senses.motion import Motion
from summarizer.senses.shots import Shots
from summarizer.stages.listen import listen
from tests import sounds
from tests.scenes import watched

EXCITING, CALM = Excitement.concepts
EXAMPLES = Path(__file__).parents[2] / "examples"


def weighed(seconds: float, **curves: np.ndarray) -> np.ndarray:
    """The curve, from others by their names with _ for a space."""
    sense = Excitement(sounds.video(seconds))
    made = (Curve.of(name.replace("_", " "), "made", each) for name, each in curves.items())
    sense.take(Findings(tuple(made)))
    found = sense.findings().curves
    return found[0].array if found else np.zeros(0)


def of_sound(samples: np.ndarray) -> np.ndarray:
    sense = Excitement(sounds.video(len(samples) / sounds.RATE))
    found = [sounds.heard(kind, samples.astype(np.float32)) for kind in (Loudness, Mood)]
    sense.take(Findings(tuple(curve for each in found for curve in each.curves)))
    return sense.findings().curves[0].array


def test_a_roar_in_a_murmur_is_exciting_and_silence_after_it_calm():
    crowd = sounds.noise(40.0, 0.02)
    crowd[12 * sounds.RATE : 18 * sounds.RATE] *= 6.0
    crowd[30 * sounds.RATE :] *= 0.02
    found = of_sound(crowd)
    assert found[13:17].min() > found[:11].max() + 0.3
    assert found[32:].max() <= CALM.at


def test_a_roar_with_movement_is_more_than_either():
    loud = np.full(30, 0.6)
    loud[10:16] = 0.8
    still, moving = np.zeros(30), np.where(np.arange(30) // 6 == 2, 0.6, 0.0)
    energy = np.full(30, 0.4)
    both = weighed(30, loudness=loud, energy_of_the_sound=energy, movement=moving)
    one = weighed(30, loudness=loud, energy_of_the_sound=energy, movement=still)
    assert (both[12:15] >= EXCITING.at).all()
    assert both[13] > one[13] + 0.2 and one[13] > one[5] + 0.2
    assert both[2] == one[2]


@pytest.mark.parametrize(
    "samples",
    [
        sounds.melody(14.0) + sounds.noise(14.0, 0.003),
        sounds.babble(14.0),
        sounds.noise(14.0, 0.1) * (1.2 + np.sin(sounds.times(14.0))),
    ],
    ids="melody talk waves".split(),  # noqa: SIM905
)
def test_the_same_recording_12_db_louder_excites_no_more(samples):
    samples = samples / np.abs(samples).max() / 2
    assert np.abs(of_sound(samples) - of_sound(samples / 4)).max() < 0.02


@pytest.mark.parametrize("level", [0.4, 0.6, 0.8])
def test_even_loudness_is_neither_exciting_nor_calm_whatever_it_is(level):
    found = weighed(20, loudness=np.full(20, level), energy_of_the_sound=np.full(20, 0.5))
    assert (found > CALM.at).all() and (found < EXCITING.at).all()
    assert np.ptp(found) < 1e-4


def test_what_is_usual_is_the_mean_of_all_that_is_not_much_softer():
    lufs = np.array([-20.0, -20.0, -26.0, -50.0, -60.0, -22.0])
    loud = 10 ** (lufs[[0, 1, 2, 5]] / 10)
    usual = 10 * np.log10(loud.mean())
    found = against_usual((lufs + 60) / 55)
    assert found[[0, 1, 2, 3, 5]] == pytest.approx(lufs[[0, 1, 2, 3, 5]] - usual)
    assert found[4] == -40.0


def test_a_silent_film_goes_by_what_is_seen():
    moving = np.where(np.arange(20) < 10, 0.0, 0.8)
    found = weighed(20, movement=moving, cuts=np.where(np.arange(20) < 10, 0.0, 0.6))
    assert found[:8].max() <= CALM.at and found[12:].min() >= EXCITING.at
    # a track of digital silence is no sound
    same = weighed(20, movement=moving, cuts=found, loudness=np.zeros(20))
    assert same[12:].min() >= EXCITING.at


def test_sound_alone_will_do_and_nothing_claims_nothing():
    assert len(weighed(9, loudness=np.full(9, 0.5))) == 9
    assert len(weighed(9)) == 0
    assert Excitement(sounds.video(9)).findings().curves == ()
    assert len(weighed(0.2, loudness=np.array([0.7]), movement=np.array([0.1]))) == 1
    assert weighed(9, loudness=np.zeros(9), movement=np.zeros(9)).tolist() == [0.0] * 9


def test_the_goals_of_the_match_excite_and_its_half_time_is_calm():
    """They are at 0:17 and 0:41; birds sing from 0:25 to 0:31."""
    path = EXAMPLES / "match.mp4"
    clip, found = watched(path, Motion, Shots)
    senses = [kind(clip) for kind in (Loudness, Mood)]
    for _ in listen(stream_sound(path, clip, 10.0, Limits()), senses, DecodeConfig()):
        pass
    found += [sense.findings() for sense in senses]
    sense = Excitement(clip)
    sense.take(Findings(tuple(curve for each in found for curve in each.curves)))
    match = sense.findings().curves[0].array
    assert (match[18:22] >= EXCITING.at).all() and (match[43:46] >= EXCITING.at).all()
    assert (match[26:31] <= CALM.at).all()
    rest = np.r_[match[:16], match[26:40]]
    assert not (rest >= EXCITING.at).any()
