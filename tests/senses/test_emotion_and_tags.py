"""The senses of emotion and of tags: nothing where nobody is there to say it, all of it else.

The taggers of others are not installed here. Their places are taken by small stand-ins that offer
the same calls: what is tested is how this project talks to them, not what they hear.
"""

import sys
from fractions import Fraction
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models import feeling, prosody, taggers
from summarizer.models.emotion import emotion
from summarizer.models.tagging import tags
from summarizer.sampling import Sampler, encode
from summarizer.schema import Perception, Sound, Video
from summarizer.senses import SENSES, Holding, TwoStep
from summarizer.senses.emotion import Emotion, pieces
from tests import perceptions, sounds

RATE = 16_000
NAMES = ("calm", "angry", "sad")


@pytest.fixture
def classifier(tmp_path, monkeypatch):
    """A classifier that knows nothing, where the project keeps its own."""
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    torch.manual_seed(4)
    head = feeling.Head(prosody.WIDTH, len(NAMES), 8)
    config = {"names": NAMES, "hears": "logmel", "window": 2.0, "hop": 1.0,
              "width": prosody.WIDTH, "hidden": 8}  # fmt: skip
    checkpoint.save(tmp_path / "emotion", dict(head.named_parameters()), config, {})
    return feeling.load_emotion()


def video(seconds: float) -> Video:
    return Video("a.wav", "0" * 64, seconds, (0, 0), Fraction(0), 0, Fraction(1), True)


def found(name: str, samples: np.ndarray, rate: int, folder):
    """What a sense in two steps finds in sound that comes in uneven blocks."""
    sense = SENSES[name](video(len(samples) / rate))
    sampler, at = Sampler(sense, folder), 0
    while at < len(samples):
        sampler.take(Sound(at / rate, samples[at : at + rate * 3 + 7], rate))
        at += rate * 3 + 7
    sampler.close()
    if not sampler.count:
        return None
    *_, last = encode(name, str(sampler.path), sampler.count, len(samples) / rate)
    return last.findings


@pytest.mark.parametrize("name", ["emotion", "tags"])
def test_each_is_a_sense_in_two_steps(name):
    sense = SENSES[name](video(3.0))
    assert isinstance(sense, TwoStep) and isinstance(sense, Holding) and sense.name == name


@pytest.mark.parametrize("name", ["emotion", "tags"])
def test_where_nobody_is_there_nothing_is_kept_or_found(name, tmp_path, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    assert found(name, np.ones(RATE * 4, np.float32), RATE, tmp_path) is None


@pytest.mark.parametrize("seconds", [1.4, 7.0, 130.3])
def test_the_classifier_says_of_a_video_what_it_says_of_its_sound(classifier, tmp_path, seconds):
    """However it is cut up: windows of the whole, each once."""
    draw = np.random.default_rng(1)
    whole = (0.1 * draw.standard_normal(round(seconds * RATE))).astype(np.float32)
    whole *= np.linspace(0.2, 1, len(whole), dtype=np.float32)
    (track,) = found("emotion", whole, RATE, tmp_path).tracks
    padded = np.pad(whole, (0, -len(whole) % RATE))  # the last second is filled up with silence
    right = classifier.feel(padded, RATE)
    np.testing.assert_allclose(track.times, right.times)
    np.testing.assert_allclose(track.values, right.probabilities, atol=0.02)
    perception = Perception(video(seconds), perceptions.even(seconds), (), (), (track,))
    felt = emotion(perception)
    assert felt.names == NAMES and len(felt.times) == perception.video.rows
    assert felt.made_by == "emotion classifier (logmel)"


def test_another_classifier_is_another_sense(classifier, tmp_path):
    before = Emotion(video(2)).identity
    path = tmp_path / "emotion"
    numbers = {name: each + 1 for name, each in checkpoint.tensors(path).items()}
    checkpoint.save(path, numbers, checkpoint.describe(path).config, {})
    assert Emotion(video(2)).identity not in (before, "none")


@pytest.mark.parametrize(("window", "hop"), [(2.0, 1.0), (3.0, 0.5), (5.0, 1.5), (1.0, 0.75)])
@pytest.mark.parametrize("seconds", [1, 59, 61, 62, 63, 64, 240])
def test_pieces_have_the_windows_of_the_whole(window, hop, seconds):
    made = []
    for begin, end, count in pieces(5, 5 + seconds, window, hop):
        made += (begin + prosody.windows((end - begin) * RATE, window, hop)[:count]).tolist()
    np.testing.assert_allclose(made, 5 + prosody.windows(seconds * RATE, window, hop))


# -- the taggers of others ------------------------------------------------------------------------


@pytest.fixture
def panns(tmp_path, monkeypatch):
    """A stand-in for panns_inference: sure of speech where it is loud, of rain where it is soft."""

    class AudioTagging:
        def __init__(self, model=None, checkpoint_path=None, device="cuda"):
            assert checkpoint_path.endswith("Cnn14_mAP=0.431.pth") and device == "cpu"

        def inference(self, audio):
            assert audio.shape == (1, 64_000) and audio.dtype == np.float32
            loud = float(np.sqrt((audio**2).mean()) > 0.05)
            return np.array([[loud, 1 - loud, 0.1]]), np.zeros((1, 2048))

    module = ModuleType("panns_inference")
    module.AudioTagging, module.labels = AudioTagging, ["Speech", "Rain", "Bell"]
    monkeypatch.setitem(sys.modules, "panns_inference", module)
    module.__spec__ = SimpleNamespace()
    monkeypatch.setattr(taggers.Path, "home", lambda: tmp_path)
    monkeypatch.setattr(taggers.Panns, "FILES", dict.fromkeys(taggers.Panns.FILES, 1))
    (tmp_path / "panns_data").mkdir()
    for name in taggers.Panns.FILES:
        (tmp_path / "panns_data" / name).write_bytes(b"x")


@pytest.fixture
def saved_models(tmp_path, monkeypatch):
    """A stand-in for tensorflow_hub and its two models: as many rows as the true ones give."""
    listed = tmp_path / "names.csv"
    listed.write_text('index,mid,display_name\n0,/m/1,Speech\n1,/m/2,"Bell, small"\n')

    class Model:
        def __init__(self, folder):
            self.folder = folder

        def class_map_path(self):
            return SimpleNamespace(numpy=lambda: str(listed).encode())

        def __call__(self, waveform):
            assert waveform.ndim == 1 and waveform.dtype == np.float32
            step, width = (0.48, 2) if self.folder.endswith("yamnet") else (0.96, 128)
            rows = 1 + int((len(waveform) - 0.96 * RATE) / (step * RATE) + 1e-6)
            made = np.zeros((rows, width), np.float32)
            for row in range(rows):
                begin = round(row * step * RATE)
                made[row, 1] = np.abs(waveform[begin : begin + round(0.96 * RATE)]).max() > 0.3
            return (made, made, made) if self.folder.endswith("yamnet") else made

    module = ModuleType("tensorflow_hub")
    module.load, module.__spec__ = Model, SimpleNamespace()
    monkeypatch.setitem(sys.modules, "tensorflow_hub", module)
    for name in ("yamnet", "vggish"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "saved_model.pb").write_bytes(b"")
        monkeypatch.setenv(name.upper(), str(tmp_path / name))


def parts() -> np.ndarray:
    """Four loud seconds, then four soft ones."""
    tone = sounds.sine(8, peak=0.6)
    return (tone * np.repeat([1.0, 0.02], 4 * RATE)).astype(np.float32)


def test_tags_of_panns_come_second_by_second(panns, tmp_path):
    findings = found("tags", parts(), RATE, tmp_path)
    told = tags(Perception(video(8), perceptions.even(8), (), findings.lines))
    assert [[each.name for each in second] for second in told[:3]] == [[], ["Speech"], ["Speech"]]
    assert [[each.name for each in second] for second in told[5:7]] == [["Rain"], ["Rain"]]
    assert told[2][0].made_by == "panns"


def test_tags_of_yamnet_and_the_rows_of_vggish(saved_models, tmp_path):
    findings = found("tags", parts(), RATE, tmp_path)
    told = tags(Perception(video(8), perceptions.even(8), (), findings.lines))
    assert [[each.name for each in second] for second in told[1:3]] == [["Bell, small"]] * 2
    assert told[5] == () == told[6]
    (track,) = findings.tracks
    assert (track.name, track.made_by, track.values.shape[1]) == ("vggish", "vggish", 128)
    assert np.diff(track.times).mean() == pytest.approx(0.96)
    assert len(taggers.load_tagger("yamnet").tag(np.ones(100, np.float32), RATE)[0]) == 1


def test_openl3_is_asked_for_a_row_a_second(monkeypatch):
    def get_audio_embedding(audio, sr, **how):
        assert how["content_type"] == "env" and how["center"] is False
        count = int(len(audio) / sr / how["hop_size"])
        return np.ones((count, how["embedding_size"])), np.arange(count) * how["hop_size"]

    module = ModuleType("openl3")
    module.get_audio_embedding, module.__spec__ = get_audio_embedding, SimpleNamespace()
    monkeypatch.setitem(sys.modules, "openl3", module)
    times, rows = taggers.load_embedder("openl3").embed(np.zeros(5 * RATE, np.float32), RATE)
    assert rows.shape == (5, 512)
    np.testing.assert_allclose(times, np.arange(5) + 0.5)


@pytest.mark.parametrize("name", ["panns", "yamnet"])
def test_a_tagger_that_is_not_here_says_how_to_get_it(name):
    with pytest.raises(WeightsError, match=f"{name} needs .* install it: pip install"):
        taggers.load_tagger(name)
    with pytest.raises(WeightsError, match="no 'ears'"):
        taggers.load_tagger("ears")


def test_a_package_without_its_files_is_not_asked(panns, saved_models, tmp_path, monkeypatch):
    """For it would fetch them from the network."""
    (tmp_path / "panns_data" / "class_labels_indices.csv").unlink()
    assert "class_labels_indices.csv" in taggers.Panns.lacking()
    assert taggers.installed(taggers.TAGGERS) == "yamnet"
    monkeypatch.delenv("YAMNET")
    assert "YAMNET" in taggers.Yamnet.lacking()
    assert taggers.installed(taggers.TAGGERS) == ""


@pytest.mark.parametrize("rate", [8_000, 11_025, 44_100, 96_000])
@pytest.mark.parametrize("seconds", [0.0, 0.01, 0.5, 2.0, 3.3])
def test_any_sound_at_any_rate_is_felt(classifier, rate, seconds):
    draw = np.random.default_rng(0)
    sound = (0.1 * draw.standard_normal(round(seconds * rate))).astype(np.float32)
    found = classifier.feel(sound, rate)
    assert len(found.times) == (0 if not seconds else max(1, int(seconds) - 1))
    np.testing.assert_allclose(found.probabilities.sum(axis=1), 1)
    assert all(0 < each < max(2, seconds) for each in found.times)
