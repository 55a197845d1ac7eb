"""A classifier of emotions, from synthetic voices that speak in three ways, by the one command."""

import json
import re
import shlex
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy.io import wavfile

from summarizer import checkpoint
from summarizer.config import PRESETS
from summarizer.data.readers import acted
from summarizer.errors import SummarizerError, WeightsError
from summarizer.models import feeling
from summarizer.models.audio import load_ear
from summarizer.models.emotion import emotion, published_of
from summarizer.models.feeling import load_emotion
from summarizer.models.tiny_audio import save_mert
from summarizer.pipeline import load
from summarizer.train import __main__ as command
from summarizer.train.emotion import divided, proven, softmax, temperature
from tests import acting

pytestmark = pytest.mark.skipif(
    shutil.which("espeak-ng") is None, reason="the voices are made by espeak-ng, which is not here"
)
FAST = ("--set", "pace.steps=150", "--set", "pace.save=1000")


@pytest.fixture(scope="module")
def speech(tmp_path_factory):
    return acting.act(tmp_path_factory.mktemp("speech") / "acted")


@pytest.fixture(scope="module")
def trained(speech, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "emotion"
    assert command.main(["emotion", "--data", str(speech), "--out", str(out), *FAST]) == 0
    return out


def test_the_readme_s_command_runs(speech, tmp_path, monkeypatch):
    """As printed but for the steps, on folders of the names it gives."""
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    (line,) = re.findall(r"^python -m summarizer.train emotion (.*)$", readme, re.MULTILINE)
    monkeypatch.chdir(tmp_path)
    for name, part in (("crema-d", "crema"), ("ravdess", "ravdess")):
        shutil.copytree(speech / part, tmp_path / "data" / name)
    assert command.main(["emotion", *shlex.split(line), "--set", "pace.steps=3"]) == 0
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path / "checkpoints"))
    assert load_emotion().names == ("happy", "sad", "angry")


def test_nobody_is_in_two_parts(speech):
    clips = acted.read([speech]).clips
    for seed in range(8):
        parts = divided(clips, seed)
        people = {part: {each.speaker for each in some} for part, some in parts.items()}
        assert sum(len(each) for each in people.values()) == len(set().union(*people.values())) == 7
        assert all(people.values())
        assert sum(len(each) for each in parts.values()) == len(clips)


def test_the_baseline_is_the_formula_over_whole_clips(speech, trained):
    """Counted one by one: the most of what its windows are given; short clips are said again."""
    metrics = checkpoint.describe(trained).metrics
    tested = [
        each for each in acted.read([speech]).clips if each.speaker in metrics["speakers"]["test"]
    ]
    same = {"anger": "angry", "happiness": "happy", "sadness": "sad"}
    right = {"angry": [], "happy": [], "sad": []}
    for clip in tested:
        rate, samples = wavfile.read(clip.file)
        while len(samples) < 2 * rate:
            samples = np.concatenate([samples, samples])[: 2 * rate]
        found = published_of(samples / 32768, rate)
        sums = dict(zip(found.names, found.probabilities.sum(axis=0), strict=True))
        most = max(sums, key=sums.get)
        right[clip.emotion].append(same.get(most) == clip.emotion)
    recall = np.mean([np.mean(each) for each in right.values()])
    assert metrics["published formula, unweighted recall of clips"] == pytest.approx(recall)


def test_other_seeds_divide_otherwise(speech):
    clips = acted.read([speech]).clips
    measured = {tuple(sorted({e.speaker for e in divided(clips, s)["test"]})) for s in range(8)}
    assert len(measured) > 1


def test_what_was_learned_is_measured_on_people_never_heard(trained):
    """The voices differ in three ways that are easy to hear, so most must be found."""
    metrics = checkpoint.describe(trained).metrics
    assert metrics["test, unweighted recall"] > 0.6 > metrics["chance, unweighted recall"]
    counts = np.array(metrics["confusion"])
    assert counts.shape == (3, 3)
    assert np.trace(counts) / counts.sum() == pytest.approx(metrics["test, accuracy"])
    people = metrics["speakers"]
    assert not set(people["train"]) & set(people["test"])
    assert 0 <= metrics["test, calibration error after"] <= 1
    page, told = (trained.with_name(f"emotion{end}").read_text() for end in (".html", ".md"))
    assert page.count("plotly-graph-div") == 3
    assert "| angry |" in told


def test_it_hears_any_sound_and_the_same_however_loud(trained, tmp_path):
    """Angry, then silence, then sad, in a voice and words that nothing was learned from."""
    parts = []
    for manner in ("angry", "sad"):
        acting.speak(tmp_path / "a.wav", "The train leaves the city at nine", "en+m2", manner, 0.6)
        samples, rate = acted.sound(tmp_path / "a.wav")
        parts.append(np.tile(samples, 8)[: 6 * rate])
    classifier = load_emotion(trained)
    whole = np.concatenate([parts[0], np.zeros(4 * rate, np.float32), parts[1]])
    found = classifier.feel(whole, rate)
    assert found.names == ("happy", "sad", "angry")
    np.testing.assert_allclose(found.times, np.arange(len(found.times)) + 1.0)
    assert len(found.times) == int(len(whole) / rate) - 1
    sad, angry = (found.probabilities[:, found.names.index(each)] for each in ("sad", "angry"))
    lively = 1 - sad
    assert lively[:5].mean() > 0.6 > 0.4 > lively[-5:].mean()
    assert angry[:5].mean() > angry[-5:].mean()
    np.testing.assert_allclose(found.probabilities[7], 1 / 3)
    louder = classifier.feel((1.6 * whole).astype(np.float32), rate)
    np.testing.assert_allclose(louder.probabilities, found.probabilities, atol=0.05)


def test_a_run_that_was_stopped_goes_on_to_the_same_end(speech, trained, tmp_path):
    out = tmp_path / "emotion"
    words = ["emotion", "--data", str(speech), "--out", str(out), *FAST]
    assert command.main([*words, "--seconds", "0"]) == 3
    assert not out.exists()
    assert command.main(words) == 0
    once, twice = (checkpoint.tensors(each) for each in (trained, out))
    assert all((once[name] == twice[name]).all() for name in once)


def test_too_few_people_or_emotions_are_named(speech, tmp_path, capsys):
    clips = acted.read([speech]).clips
    two = [each for each in clips if each.speaker in {"CREMA-D 1001", "RAVDESS 06"}]
    with pytest.raises(SummarizerError, match="2 speakers"):
        divided(two, 0)
    with pytest.raises(SummarizerError, match="all speech is angry"):
        divided([each for each in clips if each.emotion == "angry"], 0)
    only = "CREMA-D 1001"
    rare = [each for each in clips if each.emotion != "sad" or each.speaker == only]
    seed = next(s for s in range(50) if only in {e.speaker for e in divided(clips, s)["test"]})
    with pytest.raises(SummarizerError, match="is sad"):
        divided(rare, seed)
    assert command.main(["emotion", "--data", str(tmp_path), "--out", str(tmp_path / "o")]) == 2
    assert "no speech with emotions" in capsys.readouterr().err


def test_silent_clips_are_left_out_and_counted(speech, tmp_path):
    here = tmp_path / "acted"
    shutil.copytree(speech, here)
    wavfile.write(here / "1001_MTI_SAD_XX.wav", 16_000, np.zeros(16_000, np.int16))
    out = tmp_path / "emotion"
    words = ["emotion", "--data", str(here), "--out", str(out), "--set", "pace.steps=2"]
    assert command.main(words) == 0
    assert checkpoint.describe(out).metrics["left out"] == {"silent": 1}


def test_a_part_that_is_all_silent_is_named(speech, tmp_path, capsys):
    here = tmp_path / "acted"
    shutil.copytree(speech, here)
    for clip in divided(acted.read([here]).clips, 0)["validation"]:
        wavfile.write(clip.file, 16_000, np.zeros(16_000, np.int16))
    assert command.main(["emotion", "--data", str(here), "--out", str(tmp_path / "o")]) == 2
    assert "speakers for validation are silent" in capsys.readouterr().err


def test_what_was_trained_is_what_a_video_feels_like(trained, tmp_path, monkeypatch):
    """From a file to the emotion of each second, by the sense that finds the checkpoint."""
    senses = ("loudness", "mood", "emotion", "tags")
    assert set(senses) <= set(PRESETS["emotion"].senses)
    monkeypatch.setitem(PRESETS, "felt", replace(PRESETS["offline"], senses=senses))
    acting.speak(
        tmp_path / "a.wav", "The train leaves the city at nine, or it stays", "en+m2", "sad"
    )
    samples, rate = acted.sound(tmp_path / "a.wav")
    monkeypatch.setenv("CHECKPOINTS", str(trained.parent))
    here = load("felt", cache=tmp_path / "cache").perceive(tmp_path / "a.wav")
    felt = emotion(here)
    assert felt.made_by == "emotion classifier (logmel)" and len(felt.times) == here.video.rows
    right = load_emotion().feel(samples, rate)
    right = right.by_second(here.video.rows)
    np.testing.assert_allclose(felt.probabilities, right.probabilities, atol=0.1)
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    without = load("felt", cache=tmp_path / "cache").perceive(tmp_path / "a.wav")
    assert emotion(without).made_by == "measured mood"


def test_a_frozen_model_is_heard_with_where_one_is_named(speech, tmp_path, monkeypatch):
    """A small random one, by the code that loads HuBERT and MERT; its name goes along."""
    folder = save_mert(tmp_path / "mert")
    monkeypatch.setattr(feeling, "weights_folder", lambda name: folder)
    feeling._ear.cache_clear()
    out = tmp_path / "emotion"
    words = ["emotion", "--data", str(speech), "--features", str(tmp_path / "heard")]
    words += ["--out", str(out), "--set", "pace.steps=3", "--set", "hears=tiny-mert"]
    assert command.main(words) == 0
    classifier = load_emotion(out)
    assert classifier.hears == "tiny-mert" and len(classifier.head.mean) == 64
    draw = np.random.default_rng(0)
    sound = (0.1 * draw.standard_normal(3 * 22_050)).astype(np.float32)
    found = classifier.feel(sound, 22_050)
    assert found.made_by == "emotion classifier (tiny-mert)" and len(found.times) == 2
    tokens = load_ear(folder, tokens_a_second=10).listen(sound, 22_050)
    heard = np.stack([np.concatenate([p.mean(0), p.std(0)]) for p in (tokens[:20], tokens[10:30])])
    right = classifier.head.probabilities(torch.from_numpy(heard)).numpy()
    np.testing.assert_allclose(found.probabilities, right, atol=1e-4)
    feeling._ear.cache_clear()


def test_a_checkpoint_of_something_else_is_refused(trained, tmp_path):
    other = tmp_path / "emotion"
    shutil.copytree(trained, other)
    config = json.loads((other / "config.json").read_text())
    (other / "config.json").write_text(json.dumps(config | {"names": ["a, b", "c"]}))
    with pytest.raises(WeightsError, match="no classifier"):
        load_emotion(other)
    (other / "config.json").write_text(json.dumps(config | {"width": 5}))
    with pytest.raises(WeightsError, match="doesn't fit"):
        load_emotion(other)


def test_the_temperature_is_the_likeliest():
    """Against trying many: on logits made too steep, it flattens them as they were steepened."""
    draw = np.random.default_rng(0)
    fair = 1.5 * draw.standard_normal((3000, 4))
    right = np.array([draw.choice(4, p=row) for row in softmax(fair)])

    def likelihood(heat: float) -> float:
        return np.log(softmax(3 * fair / heat)[np.arange(3000), right]).mean()

    found = temperature(3 * fair, right)
    assert found == pytest.approx(3, rel=0.1)
    assert likelihood(found) >= max(likelihood(heat) for heat in np.geomspace(0.1, 15, 200)) - 1e-9


def test_a_temperature_counts_where_it_helps_people_it_was_not_fitted_on():
    draw = np.random.default_rng(1)
    fair = 1.5 * draw.standard_normal((400, 4))
    right = np.array([draw.choice(4, p=row) for row in softmax(fair)])
    people = np.arange(400) // 100
    assert proven(3 * fair, right, people) == temperature(3 * fair, right)
    # two need the opposite of each other: what fits the one makes it worse for the other
    sharp = np.where((people < 1)[:200, None], 0.2, 5.0) * fair[:200]
    assert proven(sharp, right[:200], people[:200]) == 1.0
    assert proven(3 * fair[:100], right[:100], people[:100]) == 1.0, "nobody to prove it on"
