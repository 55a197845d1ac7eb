"""Practice: nothing is told of what has no name, and what has none looks and sounds like nothing
that has."""

from dataclasses import replace

import numpy as np
import pytest

from summarizer.data import world
from summarizer.data.world.drawing import APART, TONES
from summarizer.data.world.values import INSTRUMENTS, MOODS, TEMPI

PITCHED = [each for each in INSTRUMENTS if each != "drum"]


def unpaired(index: int) -> tuple[world.Clip, world.Clip]:
    clip = world.plan(index)
    return clip, world.unpaired(clip, np.random.default_rng(index))


def test_no_colour_is_told_and_of_music_its_instrument_or_its_mood():
    lost = {"instrument": 0, "mood": 0}
    for clip, bare in map(unpaired, range(200)):
        assert len(bare.scenes) == len(clip.scenes) and len(bare.sounds) == len(clip.sounds)
        for scene, before in zip(bare.scenes, clip.scenes, strict=True):
            assert [actor.colour for actor in scene.actors] == [""] * len(before.actors)
            assert [(a.thing, a.action) for a in scene.actors] == [
                (a.thing, a.action) for a in before.actors
            ]
        for sound, before in zip(bare.sounds, clip.sounds, strict=True):
            if not before.mood:  # noises, and the drum
                assert sound == before
                continue
            (gone,) = [kind for kind in lost if not getattr(sound, kind)]
            assert sound == replace(before, **{gone: ""})
            lost[gone] += 1
    assert min(lost.values()) > 50


def test_a_nameless_colour_is_none_of_those_that_have_names():
    far = 0
    for seed in range(3, 303, 3):  # clips without noise
        scene = world.Scene(0, 6, "snow", "still", (world.Actor("heart", "", "rests"),))
        clip = world.Clip(seed, (scene,), (), 6.0)
        left, top, right, bottom = world.box(clip, 0, 0, 1.0)
        (picture,) = world.pictures(clip, [1.0])
        middle = picture[int((top + bottom) / 2), int((left + right) / 2)].astype(int)
        away = [np.abs(middle - tone).sum() for tone in TONES.values()]
        far += min(away) > APART / 2  # shaded a little
    assert far > 90


@pytest.mark.parametrize("instrument", PITCHED)
def test_instruments_wander_without_a_mood(instrument):
    waves = []
    for seed in range(4):
        sound = world.Sound(0, 6.0, world.MUSIC, instrument, list(TEMPI)[seed % 3])
        wave = world.sound(world.Clip(seed, (), (sound,), 6.0))
        assert np.isfinite(wave).all() and np.sqrt(np.mean(wave**2)) > 0.05
        waves.append(wave)
    assert len({wave.tobytes() for wave in waves}) == 4


def test_moods_are_played_by_what_is_no_instrument():
    """By another each time, which fills its spectrum in another way."""
    for mood in MOODS:
        spectra = []
        for seed in range(5):
            sound = world.Sound(0, 6.0, world.MUSIC, "", "medium", mood)
            wave = world.sound(world.Clip(seed, (), (sound,), 6.0))
            assert np.sqrt(np.mean(wave**2)) > 0.05
            power = np.abs(np.fft.rfft(wave)) ** 2
            spectra.append(power[:30_000].reshape(100, -1).sum(1) / power.sum())
        apart = [np.abs(a - b).sum() for i, a in enumerate(spectra) for b in spectra[:i]]
        assert np.median(apart) > 0.5
