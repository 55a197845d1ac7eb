"""What every sense that hears must hold to, whatever it hears."""

import subprocess
import sys

import numpy as np
import pytest

from summarizer.config import DecodeConfig
from summarizer.schema import Findings, Sound
from summarizer.senses.beat import Beat
from summarizer.senses.loudness import Loudness
from summarizer.senses.mood import Mood
from summarizer.senses.music import Music
from summarizer.senses.noise import Noise
from summarizer.senses.onsets import Onsets
from summarizer.senses.speech import Speech
from summarizer.senses.timbre import Timbre
from summarizer.senses.tones import Tones
from summarizer.stages.listen import listen
from tests import sounds

HEARING = [Loudness, Onsets, Speech, Music, Timbre, Noise, Beat, Tones, Mood]
every_sense = pytest.mark.parametrize("sense", HEARING, ids=lambda sense: sense.name)


def varied(seconds: float = 22.7, rate: int = sounds.RATE) -> np.ndarray:
    """A bit of everything."""
    parts = [
        sounds.babble(seconds / 4, 210),
        sounds.melody(seconds / 4),
        sounds.metronome(seconds / 4, 0.7),
        sounds.noise(seconds / 4, 0.02),
    ]
    made = np.concatenate(parts).astype(np.float32)
    return np.interp(sounds.times(seconds, rate), sounds.times(seconds)[: len(made)], made).astype(
        np.float32
    )


HARD = {
    "digital silence": sounds.silence(4.2),
    "an offset": np.full(4 * 16_000, 0.3, np.float32),
    "clipping": np.sign(sounds.sine(4.0, 200.0)),
    "not a number": np.where(np.arange(64_000) % 99 == 0, np.nan, sounds.sine(4.0)),
    "infinite": np.where(np.arange(64_000) % 99 == 0, np.inf, sounds.sine(4.0)),
    "a tenth of a second": sounds.noise(0.1),
    "one sample": np.ones(1, np.float32),
    "nothing": np.zeros(0, np.float32),
}


# curves that don't read 0 where there is no sound
AT_REST = {"silence": 1.0, "tempo": 0.5, "energy of the sound": 0.5, "leaning of the music": 0.5}
# senses that hear some seconds at once: how many on either side
BLURRED = {"noise": 1, "beat": 1, "mood": 1}


def at_rest(found: Findings, since: int, slack: float = 0.0) -> None:
    """Every curve reads what it does without any sound, from that second on."""
    for curve in found.curves:
        moved = np.abs(curve.array - AT_REST.get(curve.name, 0.0))[since:]
        assert moved.max() <= slack, (curve.name, curve.values)


def same(found: Findings, other: Findings) -> bool:
    curves = zip(found.curves, other.curves, strict=True)
    tracks = zip(found.tracks, other.tracks, strict=True)
    return all(np.abs(a.array - b.array).max() < 1e-3 for a, b in curves) and all(
        np.abs(a.times - b.times).max() < 1e-6
        and np.abs(a.values.astype(float) - b.values.astype(float)).max() < 2e-3
        for a, b in tracks
    )


@every_sense
def test_how_the_sound_is_cut_makes_no_difference(sense):
    samples = varied(rate=44_100)
    whole = sounds.heard(sense, samples, 44_100, block=10.0)
    assert same(whole, sounds.heard(sense, samples, 44_100, block=0.37))
    assert same(whole, sounds.heard(sense, samples, 44_100, block=100.0))


@every_sense
def test_how_it_is_fed_makes_no_difference(sense):
    """Even in blocks that listen would never make."""
    samples = varied()
    whole = sounds.heard(sense, samples)
    bits = sense(sounds.video(len(samples) / sounds.RATE))

    class Splitter:
        def take(self, material: Sound) -> None:
            for first in range(0, len(material.mel), 37):
                bits.take(
                    Sound(
                        material.start + first * material.hop,
                        material.samples[first * 160 : (first + 37) * 160],
                        material.rate,
                        material.mel[first : first + 37],
                        material.hop,
                        power=material.power[first : first + 37],
                    )
                )

    list(listen(sounds.blocks(samples), [Splitter()], DecodeConfig()))
    assert same(whole, bits.findings())


@every_sense
@pytest.mark.parametrize("samples", HARD.values(), ids=HARD)
def test_hard_sounds_give_whole_curves(sense, samples):
    for seconds in (4.0, 0.1):
        findings = sounds.heard(sense, samples, seconds=seconds)
        for curve in findings.curves:
            assert len(curve.values) == sounds.video(seconds).rows
        for track in findings.tracks:
            assert np.isfinite(track.values).all()
            assert track.values.dtype == np.float16


@every_sense
def test_silence_reads_zero(sense):
    at_rest(sounds.heard(sense, sounds.silence(5.5)), 0)


@every_sense
def test_an_offset_is_no_sound(sense):
    """A microphone's constant offset only matters as it comes and goes."""
    offset = np.full(8 * 16_000, 0.2, np.float32)
    at_rest(sounds.heard(sense, offset), 1, 0.2)


@every_sense
def test_after_its_end_there_is_silence(sense):
    found = sounds.heard(sense, varied(6.0), seconds=14.5)
    assert {len(curve.values) for curve in found.curves} == {15}
    at_rest(found, 8 + BLURRED.get(sense.name, 0))


@every_sense
def test_what_is_longer_than_the_video_is_cut_off(sense):
    samples = np.concatenate([sounds.silence(6.0), varied(8.0)])
    at_rest(sounds.heard(sense, samples, seconds=4.0), 0)


@every_sense
def test_sound_that_starts_late_is_heard_where_it_is(sense):
    samples = varied(8.0)
    late = sense(sounds.video(20.0))
    moved = (Sound(5.0 + each.start, each.samples, each.rate) for each in sounds.blocks(samples))
    list(listen(moved, [late], DecodeConfig()))
    filled = sounds.heard(sense, np.concatenate([sounds.silence(5.0), samples]), seconds=20.0)
    for found, whole in zip(late.findings().curves, filled.curves, strict=True):
        early = found.array[: 5 - BLURRED.get(sense.name, 0)]
        assert (early == AT_REST.get(found.name, 0.0)).all()
        # the first second has no past to rise from
        assert np.abs(found.array - whole.array)[6:].max() < 0.15


@every_sense
@pytest.mark.parametrize("rate", [8_000, 96_000])
def test_any_rate_will_do(sense, rate):
    samples = varied(12.0, 96_000)[:: 96_000 // rate]
    found = sounds.curve(sense, samples, rate)
    assert len(found) == 12
    assert found.any() or sense is Tones  # there is no whistle in it


@every_sense
def test_without_sound_nothing_is_claimed(sense):
    findings = sense(sounds.video(9.0)).findings()
    assert not findings.curves and not findings.tracks


@every_sense
def test_it_says_what_it_is(sense):
    assert (sense.reads, sense.still) == ("sound", False)
    curves = {curve.name for curve in sounds.heard(sense, varied(3.0)).curves}
    for concept in sense.concepts:
        assert concept.curve in curves
        assert 0 < concept.at < 1
        assert concept.asks and concept.seen and concept.told
        assert not set(concept.asks) & set(concept.hints)


def test_importing_them_loads_nothing_heavy():
    names = [sense.__module__ for sense in HEARING]
    code = (
        f"import sys, {', '.join(names)}, summarizer.stages.listen\n"
        "heavy = {'torch', 'torchaudio', 'scipy.signal', 'onnxruntime'} & set(sys.modules)\n"
        "sys.exit(bool(heavy))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
