"""What is played is what is said: when, how loud, which kind, how fast, in which mood."""

import numpy as np
import pytest

from summarizer.data import world
from summarizer.data.world.values import INSTRUMENTS, MOODS, MUSIC, NOISES, TEMPI

RATE = 24_000
PITCHED = [instrument for instrument in INSTRUMENTS if instrument != "drum"]


def heard(kind: str, seed: int = 0, seconds: float = 8.0, **more) -> np.ndarray:
    """Some seconds of one sound."""
    one = world.Sound(0, seconds, kind, **more)
    return world.sound(world.Clip(seed, (), (one,), seconds))


def music(seed: int, instrument: str, tempo: str, mood: str, seconds: float = 12.0) -> np.ndarray:
    return heard(MUSIC, seed, seconds, instrument=instrument, tempo=tempo, mood=mood)


def spectrogram(wave: np.ndarray, size: int = 2048, hop: int = 256) -> np.ndarray:
    """(times, frequencies) power."""
    frames = np.lib.stride_tricks.sliding_window_view(wave, size)[::hop]
    return np.abs(np.fft.rfft(frames * np.hanning(size), axis=1)) ** 2


def share(wave: np.ndarray, low: float, high: float) -> float:
    """Of the power, how much lies between two frequencies."""
    power = np.abs(np.fft.rfft(wave)) ** 2
    tones = np.fft.rfftfreq(len(wave), 1 / RATE)
    return float(power[(tones >= low) & (tones < high)].sum() / power.sum())


def flatness(wave: np.ndarray) -> float:
    """1 for white noise, near 0 where the power is in a few lines."""
    power = spectrogram(wave).mean(0)[10:900] + 1e-12
    return float(np.exp(np.log(power).mean()) / power.mean())


def strong(wave: np.ndarray) -> float:
    return float(np.sqrt(np.mean(wave.astype(float) ** 2)))


def test_any_part_is_a_slice_of_the_whole():
    for seed in (1, 2):
        clip = world.plan(seed)
        whole = world.sound(clip)
        assert whole.dtype == np.float32 and len(whole) == round(clip.seconds * RATE)
        assert np.abs(whole).max() <= 1
        draw = np.random.default_rng(seed)
        for _ in range(8):
            start, end = sorted(draw.uniform(0, clip.seconds, 2))
            world.sound(world.plan(int(draw.integers(100))))  # others come between
            part = world.sound(clip, start=start, end=end)
            assert np.array_equal(part, whole[round(start * RATE) : round(end * RATE)])
        assert np.array_equal(world.sound(clip, end=99.0), whole)
        part = world.sound(clip, end=1.0)
        part[:] = 0
        assert np.array_equal(world.sound(clip), whole)  # it was a copy


@pytest.mark.parametrize("rate", [8_000, 16_000, 48_000])
def test_other_rates_sound_alike(rate):
    clip = world.plan(4)
    made = world.sound(clip, rate)
    assert len(made) == round(clip.seconds * rate)
    assert np.isfinite(made).all() and np.abs(made).max() <= 1


def test_a_sound_is_heard_when_it_is_said_and_silence_is_silent():
    for kind in (*NOISES, MUSIC):
        more = {"instrument": "organ", "tempo": "fast", "mood": "sad"} if kind == MUSIC else {}
        one = world.Sound(2.5, 6.0, kind, **more)
        wave = world.sound(world.Clip(5, (), (one,), 9.0))
        before, during, after = (
            strong(wave[round(a * RATE) : round(b * RATE)])
            for a, b in ((0, 2.5), (2.5, 6.0), (6.0, 9.0))
        )
        assert before < 0.002 and after < 0.002 and during > 0.05, kind


def test_levels_are_heard():
    for kind in ("wind", "engine", "siren"):
        loud = strong(heard(kind, level=0.8)) / strong(heard(kind, level=0.4))
        assert loud == pytest.approx(2, rel=0.02)


def test_timbres_vary_with_the_seed():
    for kind in NOISES:
        spectra = [np.log(spectrogram(heard(kind, seed)).mean(0) + 1e-6) for seed in range(4)]
        assert len({tuple(s.round(2)) for s in spectra}) == 4


@pytest.mark.parametrize("seed", range(3))
def test_kinds_sound_like_what_they_are(seed):
    waves = {kind: heard(kind, seed) for kind in NOISES}
    for kind in ("bell", "siren", "engine", "birdsong"):
        assert flatness(waves[kind]) < 0.1, kind
    assert flatness(waves["rain"]) > 0.5
    assert np.abs(waves["rain"]).max() < 7 * strong(waves["rain"])  # even, and claps are not
    assert np.abs(waves["clapping"]).max() > 8 * strong(waves["clapping"])
    assert share(waves["clapping"], 300, 5000) > 0.7
    assert share(waves["thunder"], 0, 300) > 0.6
    assert share(waves["wind"], 100, 1000) > 0.7
    assert share(waves["rain"], 2000, 12000) > 0.7
    assert share(waves["birdsong"], 1500, 6500) > 0.9
    assert share(waves["crowd"], 80, 3000) > 0.85
    loudest = spectrogram(waves["siren"]).argmax(1) * RATE / 2048
    assert np.ptp(loudest) > 300 and loudest.min() > 300  # it wails
    lines = np.sort(spectrogram(waves["bell"]).mean(0))[::-1]
    assert lines[:40].sum() > 0.9 * lines.sum()


def beats_a_minute(wave: np.ndarray, low: float, high: float) -> float:
    """The tempo at which onsets in a band of frequencies repeat, by autocorrelation."""
    power = spectrogram(wave, 1024, 120)  # 200 a second
    tones = np.fft.rfftfreq(1024, 1 / RATE)
    level = np.log(power[:, (tones >= low) & (tones < high)] + 1e-5)
    rise = np.maximum(level[2:] - level[:-2], 0).sum(1)
    rise = rise - rise.mean()
    found = np.correlate(rise, rise, "full")[len(rise) - 1 :]
    lags = np.arange(60, 230)  # 0.3 to 1.15 seconds
    best = found[lags].max()
    peaks = [k for k in lags if found[k] >= found[k - 1] and found[k] >= found[k + 1]]
    return 60 * 200 / next(k for k in peaks if found[k] > 0.75 * best)


@pytest.mark.parametrize("tempo", TEMPI)
@pytest.mark.parametrize("instrument", ["drum", "piano", "trumpet"])
def test_tempi_are_heard(tempo, instrument):
    low, high = TEMPI[tempo]
    band = (20, 150) if instrument == "drum" else (100, 6000)
    for seed in range(4):
        wave = music(seed, instrument, tempo, "" if instrument == "drum" else "sad")
        assert 0.96 * low <= beats_a_minute(wave, *band) <= 1.04 * high, seed


def chroma(wave: np.ndarray) -> np.ndarray:
    """How much power there is in each of the twelve tones, whatever the octave."""
    power, tones = spectrogram(wave, 8192, 2048).mean(0), np.fft.rfftfreq(8192, 1 / RATE)
    used = (tones > 100) & (tones < 1500)
    keys = np.rint(12 * np.log2(tones[used] / 440)).astype(int) % 12
    return np.bincount(keys, np.sqrt(power[used]), 12)


@pytest.mark.parametrize("instrument", PITCHED)
def test_moods_are_heard(instrument):
    clashes, middles = {}, {}
    for mood in MOODS:
        waves = [music(seed, instrument, "medium", mood) for seed in range(4)]
        tones = [chroma(wave) / chroma(wave).sum() for wave in waves]
        clashes[mood] = np.mean([(tone * np.roll(tone, 1)).sum() for tone in tones])
        spectra = [spectrogram(wave).mean(0) for wave in waves]
        middles[mood] = np.mean([(s * np.arange(len(s))).sum() / s.sum() for s in spectra])
    assert clashes["tense"] > 1.15 * max(clashes["happy"], clashes["sad"])  # semitones together
    assert middles["happy"] > 1.15 * middles["sad"]  # higher and brighter


def test_instruments_sound_different():
    """The nearest of the others' means, by the shape of the spectrum, is the right one."""

    def look(seed: int, instrument: str) -> np.ndarray:
        mood = "" if instrument == "drum" else "happy"
        power = spectrogram(music(seed, instrument, "medium", mood, 6.0)).mean(0)[1:]
        bands = np.add.reduceat(power, np.unique(np.geomspace(1, 1000, 24).astype(int)))
        return np.log(bands / bands.sum() + 1e-6)

    means = {i: np.mean([look(s, i) for s in range(6)], 0) for i in INSTRUMENTS}
    right = [
        min(means, key=lambda other: np.abs(means[other] - look(seed, instrument)).mean())
        == instrument
        for instrument in INSTRUMENTS
        for seed in range(10, 14)
    ]
    assert np.mean(right) > 0.7
