"""Folders of acted speech: who says it and as if feeling what, from names alone, and the sound."""

import numpy as np
import pytest
from scipy.io import wavfile

from summarizer.data.readers import acted
from summarizer.errors import SummarizerError

RATE = 16_000


def wav(file, samples=None, rate=RATE):
    file.parent.mkdir(parents=True, exist_ok=True)
    wavfile.write(file, rate, np.zeros(800, np.int16) if samples is None else samples)
    return file


@pytest.mark.parametrize(
    ("name", "speaker", "emotion"),
    [
        ("1001_DFA_ANG_XX.wav", "CREMA-D 1001", "angry"),
        ("1091_WSI_DIS_LO.WAV", "CREMA-D 1091", "disgusted"),
        ("1040_ITH_SAD_X.wav", "CREMA-D 1040", "sad"),  # one was published so
        ("1005_IEO_FEA_HI.wav", "CREMA-D 1005", "fearful"),
        ("03-01-06-01-02-01-12.wav", "RAVDESS 12", "fearful"),
        ("03-01-01-01-01-02-24.wav", "RAVDESS 24", "neutral"),
        ("03-01-08-02-02-01-01.wav", "RAVDESS 01", "surprised"),
        ("01-01-02-01-01-01-07.wav", "RAVDESS 07", "calm"),
    ],
)
def test_names_say_who_feels_what(tmp_path, name, speaker, emotion):
    found = acted.named(tmp_path / name)
    assert (found.speaker, found.emotion) == (speaker, emotion)


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("03-02-05-01-01-01-01.wav", "song"),
        ("03-01-09-01-01-01-01.wav", "no name"),
        ("03-01-05-01-01-01-25.wav", "no name"),
        ("1001_DFA_BOR_XX.wav", "no name"),
        ("2001_DFA_ANG_XX.wav", "no name"),
        ("1001_DFA_ANG_XX.mp3", ".mp3"),
        ("README", "no ending"),
    ],
)
def test_other_names_say_nothing(tmp_path, name, why):
    assert why in acted.named(tmp_path / name)


def test_folders_are_read_at_any_depth_and_what_is_left_out_is_counted(tmp_path):
    one, other = tmp_path / "one", tmp_path / "other"
    wav(one / "a" / "b" / "1002_DFA_ANG_XX.wav")
    wav(one / "03-01-05-01-01-01-02.wav")
    wav(one / "03-02-05-01-01-01-02.wav")
    wav(other / "again" / "1002_DFA_ANG_XX.wav")
    (other / "notes.txt").write_text("hello")
    found = acted.read([one, other])
    assert [each.file.name for each in found.clips] == [
        "1002_DFA_ANG_XX.wav",
        "03-01-05-01-01-01-02.wav",
    ]
    assert found.left_out == {"song, not speech": 1, "there twice": 1, ".txt, not .wav": 1}


def test_a_folder_without_speech_says_what_is_wrong_with_it(tmp_path):
    wav(tmp_path / "song.wav")
    with pytest.raises(SummarizerError, match="1 files: no name"):
        acted.read([tmp_path])
    with pytest.raises(SummarizerError, match="is no folder"):
        acted.read([tmp_path / "nowhere"])


@pytest.mark.parametrize("kind", [np.uint8, np.int16, np.int32, np.float32])
def test_any_kind_of_sample_is_the_same_sound(tmp_path, kind):
    wave = 0.5 * np.sin(np.arange(RATE) / 20)
    stored = {
        np.uint8: np.round(wave * 127 + 128),
        np.int16: np.round(wave * 32767),
        np.int32: np.round(wave * (2**31 - 1)),
        np.float32: wave,
    }[kind].astype(kind)
    stereo = np.stack([stored, stored], axis=1)
    for number, samples in enumerate((stored, stereo)):
        found, rate = acted.sound(wav(tmp_path / f"{number}.wav", samples, 48_000))
        assert rate == 48_000
        assert found.dtype == np.float32
        np.testing.assert_allclose(found, wave, atol=0.01)


@pytest.mark.parametrize("content", [b"", b"RIFF", b"RIFF\xff\xff\xff\xffWAVEfmt ", b"\0" * 500])
def test_a_broken_file_is_named(tmp_path, content):
    file = tmp_path / "1001_DFA_ANG_XX.wav"
    file.write_bytes(content)
    with pytest.raises(SummarizerError, match="1001_DFA_ANG_XX"):
        acted.sound(file)


def test_a_cut_off_file_or_one_with_no_numbers_is_no_trap(tmp_path):
    file = wav(tmp_path / "cut.wav", (np.arange(4000) % 99).astype(np.int16))
    file.write_bytes(file.read_bytes()[:3000])
    found, _ = acted.sound(file)
    assert 0 < len(found) < 4000
    with pytest.raises(SummarizerError, match="no numbers"):
        acted.sound(wav(tmp_path / "nan.wav", np.full(100, np.nan, np.float32)))
