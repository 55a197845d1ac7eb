"""One pass over the sound: however it is cut, it is as if it had been heard in one piece."""

import numpy as np
import pytest

from summarizer.config import DecodeConfig
from summarizer.schema import Findings, Sound
from summarizer.stages.listen import BANDS, LOWEST, listen
from tests import sounds

DECODE = DecodeConfig()
QUIETEST = -80.0  # dB; below, a float's own noise decides


class Ear:
    """A sense that only remembers."""

    def __init__(self):
        self.blocks: list[Sound] = []

    def take(self, material: Sound) -> None:
        self.blocks.append(material)

    def findings(self) -> Findings:
        return Findings()

    @property
    def samples(self) -> np.ndarray:
        return np.concatenate([block.samples for block in self.blocks])

    @property
    def mel(self) -> np.ndarray:
        return np.concatenate([block.mel for block in self.blocks])


def ear(samples: np.ndarray, rate: int, block: float = 10.0, start: float = 0.0) -> Ear:
    ear = Ear()
    cut = (
        Sound(start + sound.start, sound.samples, sound.rate)
        for sound in sounds.blocks(samples, rate, block)
    )
    for _ in listen(cut, [ear], DECODE):
        pass
    return ear


def resampled(samples: np.ndarray, rate: int) -> np.ndarray:
    """All at once, by torchaudio."""
    import torch
    from torchaudio.functional import resample

    return resample(torch.from_numpy(samples), rate, DECODE.sound_rate).numpy()


def log_mel(samples: np.ndarray) -> np.ndarray:
    """All at once, by torchaudio: (frames, bands) dB, 0 for a sine of full scale."""
    import torch
    from torchaudio.transforms import MelSpectrogram

    spectrum = MelSpectrogram(
        DECODE.sound_rate, 512, 400, 160, f_min=LOWEST, n_mels=BANDS, pad_mode="constant"
    )
    scale = 2 / torch.hann_window(400).sum()
    return 10 * spectrum(scale * torch.from_numpy(samples)).clamp_min(1e-10).log10().T.numpy()


@pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000])
@pytest.mark.parametrize("block", [0.37, 10.0])
def test_blocks_are_resampled_as_one_piece(rate, block):
    samples = np.clip(sounds.noise(11.3, 0.2, rate), -1, 1)
    heard = ear(samples, rate, block)
    whole = resampled(samples, rate)
    assert len(heard.samples) == len(whole)
    assert np.abs(heard.samples - whole).max() < 1e-4


@pytest.mark.parametrize("block", [0.37, 10.0])
def test_the_mel_spectrum_is_that_of_the_whole(block):
    samples = sounds.sweep(12.3, 80, 7000) + sounds.noise(12.3, 0.01)
    heard = ear(samples, sounds.RATE, block)
    whole = log_mel(samples)[: len(heard.mel)]
    assert heard.mel.shape == (1230, BANDS)
    assert np.abs(np.maximum(heard.mel, QUIETEST) - np.maximum(whole, QUIETEST)).max() < 1e-3


def test_a_rate_of_no_simple_ratio_keeps_time():
    tone = sounds.sine(20.0, 100.0, 1.0, rate=44_101)
    late = ear(tone, 44_101).samples[: 20 * 16_000] - sounds.sine(20.0, 100.0, 1.0)
    assert np.abs(late[16_000:-16_000]).max() < 2 * np.pi * 100 * 0.0001  # a tenth of a millisecond


def test_a_full_scale_sine_has_0_db_in_its_band():
    mel = ear(sounds.sine(2.0, 1000.0, 1.0), sounds.RATE).mel
    assert -1.0 < mel[100].max() < 3.0


def test_blocks_tell_where_they_are():
    heard = ear(sounds.noise(24.7, rate=48_000), 48_000, block=3.3, start=1.5).blocks
    assert [round(block.start, 6) for block in heard] == [1.5, 11.5, 21.5]
    assert heard[-1].end == pytest.approx(26.2, abs=1e-3)
    for block in heard:
        assert len(block.mel) == np.ceil(len(block.samples) / 160)
        assert block.hop == 0.01


def test_it_says_how_far_it_is_and_every_sense_hears_all():
    ears = [Ear(), Ear()]
    reached = list(listen(sounds.blocks(sounds.noise(25.0)), ears, DECODE))
    assert reached == sorted(reached)
    assert reached[-1] == pytest.approx(25.0)
    assert len(ears[0].samples) == len(ears[1].samples) == 25 * 16_000


def test_no_more_than_a_few_blocks_are_held():
    handed = []

    def endless():
        for number in range(100):
            handed.append(number)
            yield Sound(10.0 * number, sounds.noise(10.0, rate=8_000), 8_000)

    progress = listen(endless(), [Ear()], DECODE)
    for _ in range(3):
        next(progress)
    progress.close()
    assert len(handed) <= 6


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e30])
def test_what_is_no_sound_reaches_no_sense(bad):
    samples = sounds.sine(3.0)
    samples[1000:1010] = bad
    heard = ear(samples, sounds.RATE)
    assert np.isfinite(heard.samples).all() and np.isfinite(heard.mel).all()
    assert np.abs(heard.samples).max() <= 1.0


@pytest.mark.parametrize("count", [0, 1, 7, 1600])
def test_hardly_any_sound(count):
    heard = ear(np.full(count, 0.1, np.float32), 48_000)
    assert sum(len(block.samples) for block in heard.blocks) == int(np.ceil(count / 3))


def test_no_sound_at_all():
    assert list(listen(iter(()), [Ear()], DECODE)) == []
