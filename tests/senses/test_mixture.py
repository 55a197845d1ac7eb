"""What a sound is made of: made sounds with a known answer, and shares that add up everywhere."""

from contextlib import closing
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from summarizer import load
from summarizer.config import Limits
from summarizer.media import probe, stream_sound
from summarizer.schema import Curve, Findings, Track
from summarizer.senses.loudness import Loudness
from summarizer.senses.mixture import NEEDED, SHARES, Mixture, shares
from summarizer.senses.music import Music
from summarizer.senses.noise import Noise
from summarizer.senses.speech import Speech
from tests import sounds

EXAMPLES = Path(__file__).parents[2] / "examples"
SPEECH, MUSIC, STEADY, BURSTS, QUIET, OTHER = range(6)
REAL = (
    "clips/tears-of-steel-battle-clip-medium.webm",
    "clips/open_movie_elephants_dream_vfr.mp4",
    "clips/friday.mp4",
    "clips/flower.mp4",
    "clips/cavmae_recorder_guitar.mp4",
    "clips_annotated/v_GGSY1Qvo990.mp4",
    "clips_annotated/vas/fireworks_video_03051.mp4",
    "clips_annotated/vas/drum_video_02542.mp4",
    "clips_annotated/vggsound/0nib7bMm8BA_15000_25000.mp4",
    "clips_annotated/vggsound/7tMPoaU2oL4_0_10000.mp4",
    "audio/jfk.flac",
)


def weighed(findings: list[Findings], seconds: float) -> Findings:
    mixture = Mixture(sounds.video(seconds))
    curves = tuple(curve for each in findings for curve in each.curves)
    tracks = tuple(track for each in findings for track in each.tracks)
    mixture.take(Findings(curves, tracks=tracks))
    return mixture.findings()


def made_of(samples: np.ndarray, rate: int = sounds.RATE, seconds: float | None = None):
    """The six shares of each second: (6, seconds)."""
    samples = samples.astype(np.float32)
    kinds = (Speech, Music, Noise, Loudness)
    heard = [sounds.heard(kind, samples, rate, seconds=seconds) for kind in kinds]
    curves = weighed(heard, len(samples) / rate if seconds is None else seconds).curves
    assert tuple(curve.name for curve in curves) == SHARES
    return np.stack([curve.array for curve in curves])


@cache
def talk() -> np.ndarray:
    """Eight seconds of the voice of the lecture, by a speech synthesizer."""
    path = EXAMPLES / "lecture.mp4"
    blocks = list(stream_sound(path, probe(path, Limits()), 10.0, Limits()))
    samples, rate = np.concatenate([each.samples for each in blocks]), blocks[0].rate
    those = samples[9 * rate : 17 * rate]
    return np.interp(sounds.times(8.0), sounds.times(8.0, rate), those)


def adds_up(parts: np.ndarray) -> bool:
    return bool((parts >= 0).all() and np.abs(parts.sum(axis=0) - 1).max() <= 6 * 0.5e-4 + 1e-9)


def test_each_kind_of_sound_is_most_of_its_own_stretch():
    parts = made_of(
        np.concatenate([talk(), sounds.melody(8.0), sounds.noise(8.0), sounds.silence(8.0)])
    )
    assert adds_up(parts)
    for number, kind in enumerate((SPEECH, MUSIC, STEADY, QUIET)):
        inner = slice(8 * number + 1, 8 * number + 7)  # what lies beside another kind is blurred
        assert parts[kind, inner].mean() > 0.7  # a voice makes pauses
        assert (parts[:, inner].mean(axis=1).argmax()) == kind


def test_talk_over_music_is_both():
    there = talk() / np.abs(talk()).max()
    parts = made_of(0.5 * there + 0.6 * sounds.melody(8.0))[:, 1:-1].mean(axis=1)
    assert parts[SPEECH] > 0.3 and parts[MUSIC] > 0.15
    assert parts[SPEECH] + parts[MUSIC] > 0.75


def test_bursts_take_no_more_than_their_time():
    at = (sounds.times(12.0) % 3 > 1.2) & (sounds.times(12.0) % 3 < 1.5)
    parts = made_of(sounds.noise(12.0) * at + sounds.noise(12.0, 0.001))
    assert adds_up(parts)
    assert (parts[BURSTS, 1::3] > 0.15).all() and (parts[BURSTS, 1::3] < 0.5).all()
    assert not parts[BURSTS, ::3].any()


def test_a_lone_tone_is_other_sound_and_quiet_where_it_is_soft():
    assert made_of(sounds.sine(6.0, 700.0))[OTHER].min() > 0.9
    assert made_of(sounds.sine(6.0, 700.0, 0.003))[QUIET].min() > 0.9


@pytest.mark.parametrize(
    "samples",
    [
        np.full(4 * 16_000, 0.3),
        np.sign(sounds.sine(4.0, 200.0)),
        np.where(np.arange(64_000) % 99 == 0, np.nan, sounds.sine(4.0)),
        sounds.noise(0.1),
        np.ones(1),
    ],
    ids=["an offset", "clipping", "not a number", "a tenth of a second", "one sample"],
)
@pytest.mark.parametrize("seconds", [4.0, 0.1, 9.5])
def test_hard_sounds_add_up_too(samples, seconds):
    assert adds_up(made_of(samples, seconds=seconds))


def test_digital_silence_is_quiet_and_nothing_else():
    parts = made_of(sounds.silence(4.2))
    assert (parts[QUIET] == 1).all() and parts.sum() == 5


def test_after_the_end_of_the_sound_it_is_quiet():
    parts = made_of(sounds.melody(6.0), seconds=12.0)
    assert adds_up(parts) and (parts[QUIET, 8:] == 1).all()


def test_without_sound_or_before_all_is_heard_nothing_is_claimed():
    assert Mixture(sounds.video(5.0)).findings().curves == ()
    assert weighed([], 5.0).curves == ()
    heard = [sounds.heard(kind, sounds.noise(5.0)) for kind in (Music, Noise, Loudness)]
    assert weighed(heard, 5.0).curves == ()


def test_any_claims_add_up_and_keep_their_order():
    random = np.random.default_rng(0)
    claims = random.random((4, 400)) ** random.uniform(0.2, 5.0, (4, 1))
    curves = {"silence": random.random(400) ** 4, "loudness": random.random(400)}
    claims[:, ::7], curves["silence"][::11] = 0.0, 1.0
    parts = shares(claims, curves)
    assert np.abs(parts.sum(axis=0) - 1).max() < 1e-12 and parts.min() >= 0
    assert (parts[QUIET] >= curves["silence"]).all()
    assert (parts[:4] <= claims + 1e-12).all()
    for one in range(4):
        for other in range(4):
            clear = claims[one] > claims[other]
            assert (parts[one] >= parts[other])[clear].all()


def test_it_needs_no_sound_of_its_own():
    """Six numbers a second from those of others, as a machine that hears nothing could."""
    read = dict.fromkeys(NEEDED, 0.0) | {"speech": 0.5, "music": 0.8, "silence": 0.35}
    curves = tuple(Curve.of(name, "made", np.full(2, value)) for name, value in read.items())
    track = Track("bursts", np.arange(2.0), np.zeros((2, 1), np.float16), "made")
    found = weighed([Findings(curves, tracks=(track,))], 2.0)
    assert [each.values[0] for each in found.curves] == [0.25, 0.4, 0.0, 0.0, 0.35, 0.0]


@pytest.mark.parametrize("name", REAL)
def test_every_second_of_real_clips_adds_up(shared_data, name):
    samples, rate = sounds.decoded(shared_data / name)
    assert adds_up(made_of(samples, rate))


@pytest.mark.parametrize(
    ("name", "kind", "least"),
    [
        ("clips/friday.mp4", SPEECH, 0.8),
        ("clips/cavmae_recorder_guitar.mp4", MUSIC, 0.9),
        ("clips/flower.mp4", QUIET, 0.99),
        ("clips_annotated/vggsound/-1pRmoJIGQc_10000_20000.mp4", STEADY, 0.9),  # an engine
        ("clips_annotated/vggsound/0nib7bMm8BA_15000_25000.mp4", OTHER, 0.9),  # a canary
    ],
)
def test_what_real_clips_are_made_of(shared_data, name, kind, least):
    parts = made_of(*sounds.decoded(shared_data / name))[:, :-1]  # no whole second at the end
    assert parts[kind].mean() >= least


def test_it_is_there_as_soon_as_the_sound_is_heard(tmp_path):
    """Long before the pictures are."""
    steps = load(cache=tmp_path).perceiving(EXAMPLES / "day.mp4")
    with closing(steps):
        step = next(each for each in steps if each.perception.curve(SHARES[0]))
    assert not step.perception.curve("movement")
    assert step.perception.curve("excitement")  # of the sound, until there is more
    assert step.share < 1.0
