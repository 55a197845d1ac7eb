"""The model that tells speech: the same numbers as its own package, and errors with a way out."""

import subprocess
import sys

import numpy as np
import pytest

from summarizer.errors import PresetError
from summarizer.models import speech
from tests import sounds


@pytest.fixture
def fresh():
    """No model loaded, before and after."""
    speech.load_vad.cache_clear()
    yield
    speech.load_vad.cache_clear()


def test_it_agrees_with_the_package_that_brings_it():
    import torch
    from silero_vad.utils_vad import OnnxWrapper

    samples = np.concatenate([sounds.babble(4.0, 210), sounds.noise(2.0), sounds.melody(3.0)])
    samples = samples[: len(samples) // speech.WINDOW * speech.WINDOW].astype(np.float32)
    theirs = OnnxWrapper(str(speech._folder() / "silero_vad.onnx"), force_onnx_cpu=True)
    windows = torch.from_numpy(samples).reshape(-1, speech.WINDOW)
    expected = np.array([theirs(window, speech.RATE).item() for window in windows])
    found = speech.load_vad().probabilities(samples)
    assert expected.max() > 0.9 and expected.min() < 0.1
    assert np.abs(found - expected).max() < 1e-3


def test_it_remembers_nothing():
    vad = speech.load_vad()
    talk = sounds.babble(2.0, 210).astype(np.float32)
    first = vad.probabilities(talk)
    vad.probabilities(sounds.noise(5.0))
    assert np.array_equal(vad.probabilities(talk), first)


@pytest.mark.parametrize("count, windows", [(0, 0), (511, 0), (512, 1), (1200, 2)])
def test_only_whole_windows_count(count, windows):
    assert speech.load_vad().probabilities(np.zeros(count, np.float32)).shape == (windows,)


def test_other_weights_are_refused(fresh, monkeypatch, tmp_path):
    (tmp_path / speech.FILE).write_bytes(b"something else")
    monkeypatch.setattr(speech, "_folder", lambda: tmp_path)
    with pytest.raises(PresetError, match="not the published ones; install it again: pip install"):
        speech.load_vad()


def test_a_missing_file_is_refused(fresh, monkeypatch, tmp_path):
    monkeypatch.setattr(speech, "_folder", lambda: tmp_path)
    with pytest.raises(PresetError, match="silero-vad"):
        speech.load_vad()


def test_a_missing_package_is_named(fresh, monkeypatch):
    monkeypatch.setattr(speech, "PACKAGE", "no_such_package")
    with pytest.raises(PresetError, match="not installed; install it: pip install"):
        speech.load_vad()


def test_it_needs_no_torch():
    code = (
        "import sys; from summarizer.models.speech import load_vad; load_vad();"
        "sys.exit(any(name in sys.modules for name in ('torch', 'silero_vad')))"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
