import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from summarizer.config import AudioConfig
from summarizer.errors import PresetError
from summarizer.models.audio import Clap, load_clap, load_ear, resampled, starts
from summarizer.models.loading import placed
from summarizer.models.pickles import convert
from summarizer.models.tiny_audio import save_clap, save_mert

RATE = 16_000


@pytest.fixture(scope="module")
def mert(tmp_path_factory):
    return save_mert(tmp_path_factory.mktemp("mert"))


@pytest.fixture(scope="module")
def stable(tmp_path_factory):
    return save_mert(tmp_path_factory.mktemp("stable"), stable=True)


@pytest.fixture(scope="module")
def clap_folder(tmp_path_factory):
    return save_clap(tmp_path_factory.mktemp("clap"))


@pytest.fixture(scope="module")
def clap(clap_folder):
    return load_clap(clap_folder)


def noise(seconds, rate=RATE, seed=0):
    found = np.random.default_rng(seed).normal(0, 0.05, round(seconds * rate))
    return found.astype(np.float32)


# -- other rates, windows


@pytest.mark.parametrize(("rate", "to"), [(16_000, 24_000), (44_100, 24_000), (16_000, 48_000)])
def test_a_part_is_converted_as_the_whole_is(rate, to):
    from torchaudio.functional import resample

    sound = noise(1.3, rate)
    whole = resample(torch.from_numpy(sound), rate, to)
    for start, stop in [(0, 500), (100, 9_000), (12_345, len(whole)), (len(whole) - 1, len(whole))]:
        part = resampled(sound, rate, to, start, stop)
        assert torch.allclose(part, whole[start:stop], atol=1e-6)


def test_a_strange_rate_is_refused_before_it_eats_all_memory():
    with pytest.raises(PresetError, match="44101 Hz"):
        resampled(noise(0.1), 44_101, 24_000, 0, 10)


@pytest.mark.parametrize("total", [0, 1, 9, 10, 11, 15, 20, 99, 100])
@pytest.mark.parametrize("hop", [5, 10])
def test_windows_cover_everything_and_nothing_beyond(total, hop):
    found = starts(total, 10, hop)
    covered = {at for start in found for at in range(start, min(start + 10, total))}
    assert covered == set(range(total))
    assert all(start + 10 <= total for start in found) or found == [0]
    assert found == sorted(set(found))


# -- MERT


def plainly(folder, sound, rate, layer, tokens_a_second):
    """One window after another, one frame after another, with the library's own parts."""
    from torchaudio.functional import resample
    from transformers import HubertModel, Wav2Vec2FeatureExtractor

    model = HubertModel.from_pretrained(folder).eval()
    extractor = Wav2Vec2FeatureExtractor.from_pretrained(folder)
    sound = resample(torch.from_numpy(sound), rate, 24_000).numpy()
    found = {}
    for first in range(0, len(sound), 120_000):
        begin = max(0, min(first, len(sound) - 120_000))
        given = extractor(sound[begin : begin + 120_000], sampling_rate=24_000, return_tensors="pt")
        with torch.no_grad():
            made = model(given.input_values, output_hidden_states=True)
        last = layer == model.config.num_hidden_layers  # after the norm that may follow it
        states = (made.last_hidden_state if last else made.hidden_states[layer])[0]
        for index, state in enumerate(states.numpy()):
            middle = (begin + 320 * index + 200) / 24_000
            if middle >= first / 24_000:
                found.setdefault(int(middle * tokens_a_second), []).append(state)
    return np.stack([np.mean(found[token], axis=0) for token in sorted(found)])


@pytest.mark.parametrize("seconds", [0.3, 4.99, 5.0, 5.1, 13.37])
@pytest.mark.parametrize("tokens_a_second", [2.0, 3.0, 0.5])
def test_it_is_what_a_plain_loop_hears(mert, seconds, tokens_a_second):
    sound = noise(seconds)
    heard = load_ear(mert, tokens_a_second=tokens_a_second, batch=2).listen(sound, RATE)
    assert np.allclose(heard, plainly(mert, sound, RATE, 3, tokens_a_second), atol=2e-5)


@pytest.mark.parametrize("layer", [1, 2, 3])
@pytest.mark.parametrize("kind", ["mert", "stable"])
def test_a_layer_is_that_state_of_the_whole_model(kind, layer, request):
    folder, sound = request.getfixturevalue(kind), noise(6)
    heard = load_ear(folder, layer=layer).listen(sound, RATE)
    assert np.allclose(heard, plainly(folder, sound, RATE, layer, 2.0), atol=5e-5)


def test_the_settings_are_those_of_the_doors(mert, clap_folder):
    given = AudioConfig()
    ear = load_ear(mert, layer=given.layer, tokens_a_second=given.tokens_a_second)
    clap = load_clap(clap_folder, window=given.window, hop=given.hop)
    assert ear.tokens_a_second == load_ear(mert).tokens_a_second
    assert (clap.window, clap.hop) == (load_clap(clap_folder).window, load_clap(clap_folder).hop)


def test_the_last_layer_is_the_default(stable):
    sound = noise(6)
    assert np.array_equal(
        load_ear(stable).listen(sound, RATE), load_ear(stable, layer=3).listen(sound, RATE)
    )


@pytest.mark.parametrize("seconds", [0.3, 4.99, 5.0, 5.01, 63.0])
@pytest.mark.parametrize("tokens_a_second", [2.0, 25.0])
def test_there_is_a_token_for_each_moment_of_any_length(mert, seconds, tokens_a_second):
    heard = load_ear(mert, tokens_a_second=tokens_a_second).listen(noise(seconds), RATE)
    assert heard.shape == (int(np.ceil(round(seconds * tokens_a_second, 6))), 32)
    assert heard.dtype == np.float32 and np.isfinite(heard).all()
    assert (np.abs(heard).sum(1) > 0).all()


def test_an_event_lands_where_it_happened(mert):
    ear = load_ear(mert, layer=1, tokens_a_second=4.0)
    calm = noise(16)
    quiet = ear.listen(calm, RATE)
    for at in (0.1, 3.3, 4.9, 5.05, 7.3, 9.95, 11.0, 14.95, 15.2, 15.8):
        loud = calm.copy()
        first = round(at * RATE)
        # no louder than the rest, because the loudness of a window is levelled
        loud[first : first + RATE // 20] += noise(0.05, seed=1)
        change = np.linalg.norm(ear.listen(loud, RATE) - quiet, axis=1)
        middle = at + 0.025
        assert change.argmax() == int(middle * 4), at


def test_nothing_is_squeezed_or_stretched(mert):
    ear, sound = load_ear(mert), noise(17.5)
    whole = ear.listen(sound, RATE)
    assert np.allclose(whole[:30], ear.listen(sound[: 15 * RATE], RATE), atol=2e-5)
    later = ear.listen(sound[10 * RATE : 15 * RATE], RATE)
    assert np.allclose(whole[20:30], later, atol=5e-3)  # cut off, its edges are resampled else


def test_the_rate_it_comes_at_changes_little(mert):
    ear = load_ear(mert)
    time = np.arange(48_000 * 6) / 48_000
    sound = (0.3 * np.sin(2 * np.pi * 440 * time)).astype(np.float32)
    fine, coarse = ear.listen(sound, 48_000), ear.listen(sound[::3].copy(), 16_000)
    away = np.linalg.norm(fine[1:-1] - coarse[1:-1], axis=1) / np.linalg.norm(fine[1:-1], axis=1)
    assert away.max() < 0.05


def test_a_batch_hears_what_one_hears(mert):
    sound = noise(23)
    one, many = (load_ear(mert, batch=size).listen(sound, RATE) for size in (1, 4))
    assert np.allclose(one, many, atol=2e-5)


@pytest.mark.parametrize("samples", [0, 1, 100, 700])
def test_nearly_nothing_and_silence_are_heard(mert, samples):
    heard = load_ear(mert).listen(np.zeros(samples, np.float32), RATE)
    assert heard.shape == (min(samples, 1), 32) and np.isfinite(heard).all()


def test_weights_by_their_old_names_are_taken(mert, tmp_path):
    weights = load_file(mert / "model.safetensors")
    start = "encoder.pos_conv_embed.conv."
    for new, old in (("original0", "weight_g"), ("original1", "weight_v")):
        weights[start + old] = weights.pop(f"{start}parametrizations.weight.{new}")
    for file in mert.glob("*.json"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    sound = noise(3)
    assert np.array_equal(
        load_ear(tmp_path).listen(sound, RATE), load_ear(mert).listen(sound, RATE)
    )


@pytest.mark.parametrize("kind", ["mert", "stable"])
def test_another_implementation_of_hubert_makes_the_same_of_it(kind, request):
    from torchaudio.models.wav2vec2.utils import import_huggingface_model

    model = load_ear(request.getfixturevalue(kind)).model
    sound = torch.from_numpy(np.stack([noise(1, 24_000), noise(1, 24_000, seed=1)]))
    with torch.no_grad():
        theirs, _ = import_huggingface_model(model).eval()(sound)
        assert torch.allclose(model(sound).last_hidden_state, theirs, atol=1e-5)


@pytest.mark.parametrize("stable_norm", [False, True])
def test_a_published_pickle_is_heard_with_once_converted(tmp_path, stable_norm):
    source = save_mert(tmp_path / "pickle", old=True, stable=stable_norm)
    whole = save_mert(tmp_path / "whole", stable=stable_norm)
    names = ("config.json", "preprocessor_config.json", "pytorch_model.bin")
    convert(source, tmp_path / "made", names)
    old = load_file(tmp_path / "made" / "model.safetensors")
    assert {"weight_g", "weight_v"} <= {name.rpartition(".")[2] for name in old}
    sound = noise(6)
    heard = load_ear(tmp_path / "made").listen(sound, RATE)
    assert np.array_equal(heard, load_ear(whole).listen(sound, RATE))


def test_half_precision_hears_nearly_the_same(mert, stable, clap_folder):
    sound = noise(7)
    for folder in (mert, stable):
        ear, half = load_ear(folder), load_ear(folder)
        half.model = half.model.half()  # as it is on a GPU
        whole, rough = ear.listen(sound, RATE), half.listen(sound, RATE)
        assert rough.dtype == np.float32
        assert np.linalg.norm(whole - rough) < 0.02 * np.linalg.norm(whole)
    clap, half = load_clap(clap_folder), load_clap(clap_folder)
    half.model = half.model.half()
    for whole, rough in (
        (clap.hear(sound, RATE), half.hear(sound, RATE)),
        (clap.read(["rain", "a dog"]), half.read(["rain", "a dog"])),
    ):
        assert (np.sum(whole * rough, axis=1) > 0.999).all()
        assert np.allclose(np.linalg.norm(rough, axis=1), 1, atol=1e-5)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_hears_what_the_cpu_hears(mert, clap_folder):
    sound = noise(23)
    whole, rough = load_ear(mert).listen(sound, RATE), load_ear(mert, "cuda").listen(sound, RATE)
    assert np.linalg.norm(whole - rough) < 0.02 * np.linalg.norm(whole)
    pairs = (
        load_clap(clap_folder).hear(sound, RATE),
        load_clap(clap_folder, "cuda").hear(sound, RATE),
    )
    assert (np.sum(pairs[0] * pairs[1], axis=1) > 0.999).all()


def test_only_a_gpu_gets_half_precision(mert):
    assert placed(load_ear(mert).model, "cpu").dtype == torch.float32


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"feature_extractor_cqt": True}, "feature_extractor_cqt"),
        ({"deepnorm": True}, "deepnorm"),
        ({"model_type": "whisper"}, "'whisper', which is no MERT"),
    ],
)
def test_another_model_is_not_taken_for_it(mert, tmp_path, change, says):
    for file in mert.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((mert / "config.json").read_text()) | change
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(PresetError, match=says):
        load_ear(tmp_path)


@pytest.mark.parametrize(
    ("setting", "says"),
    [({"layer": 4}, "layers 1 to 3, got 4"), ({"tokens_a_second": 80.0}, "0.1 to 25")],
)
def test_a_setting_that_makes_no_sense_is_refused(mert, setting, says):
    with pytest.raises(PresetError, match=says):
        load_ear(mert, **setting)


# -- CLAP


@pytest.mark.parametrize("truncation", ["rand_trunc", "fusion"])
def test_its_mel_spectrum_is_the_published_one(clap, clap_folder, truncation):
    from transformers import ClapFeatureExtractor

    extractor = ClapFeatureExtractor.from_pretrained(clap_folder)
    extractor.truncation = truncation
    clap = Clap(clap.model, extractor, clap.tokenizer, window=10.0, hop=5.0, batch=2)
    time = np.arange(480_000) / 48_000
    sweep = (0.4 * np.sin(2 * np.pi * (50 + 1_000 * time) * time)).astype(np.float32)
    silence = np.zeros(480_000, np.float32)
    sounds = [sweep, noise(10, 48_000), silence]
    theirs = extractor(sounds, sampling_rate=48_000, return_tensors="pt").input_features
    ours = clap.mel(torch.from_numpy(np.stack(sounds)))
    theirs = theirs[:, :1]  # with fusion, the same four times
    assert ours.shape == theirs.shape
    assert torch.allclose(ours, theirs.to(ours), atol=1e-3)  # decibels


def test_it_hears_what_the_library_hears(clap, clap_folder):
    from torchaudio.functional import resample
    from transformers import ClapFeatureExtractor, ClapModel

    sound = noise(21)
    fine = resample(torch.from_numpy(sound), RATE, 48_000).numpy()
    pieces = [fine[round(a * 48_000) : round(b * 48_000)] for a, b in clap.windows(21.0)]
    extractor = ClapFeatureExtractor.from_pretrained(clap_folder)
    given = extractor(pieces, sampling_rate=48_000, return_tensors="pt")
    with torch.no_grad():
        theirs = ClapModel.from_pretrained(clap_folder).eval().get_audio_features(**given)
    assert np.allclose(clap.hear(sound, RATE), theirs.pooler_output.numpy(), atol=1e-3)


def test_its_windows_are_at_their_true_time(clap):
    assert clap.windows(21.0).tolist() == [[0, 10], [5, 15], [10, 20], [11, 21]]
    assert clap.windows(3.0).tolist() == [[0, 3]] and clap.windows(0.0).shape == (0, 2)
    calm = noise(21)
    loud = calm.copy()
    loud[16 * RATE : 17 * RATE] *= 30
    change = np.linalg.norm(clap.hear(loud, RATE) - clap.hear(calm, RATE), axis=1)
    assert (change[:2] < 1e-5).all() and (change[2:] > 1e-4).all()


@pytest.mark.parametrize("seconds", [0.0, 0.001, 0.3, 9.99, 10.0, 10.01, 33.0])
def test_each_window_is_a_unit_vector(clap, seconds):
    heard = clap.hear(noise(seconds), RATE)
    assert heard.shape == (len(clap.windows(round(seconds * RATE) / RATE)), 32)
    assert heard.dtype == np.float32 and np.allclose(np.linalg.norm(heard, axis=1), 1, atol=1e-5)


def test_a_short_sound_is_repeated_as_in_training(clap, clap_folder):
    from transformers import ClapFeatureExtractor, ClapModel

    sound = noise(3, 48_000)
    extractor = ClapFeatureExtractor.from_pretrained(clap_folder)
    given = extractor(sound, sampling_rate=48_000, return_tensors="pt")
    with torch.no_grad():
        theirs = ClapModel.from_pretrained(clap_folder).eval().get_audio_features(**given)
    assert np.allclose(clap.hear(sound, 48_000), theirs.pooler_output.numpy(), atol=1e-3)


def test_clap_hears_alone_what_it_hears_in_a_batch(clap_folder):
    sound = noise(33)
    one, many = (load_clap(clap_folder, batch=size).hear(sound, RATE) for size in (1, 4))
    assert np.allclose(one, many, atol=1e-5)


def test_texts_are_unit_vectors_whatever_is_beside_them(clap):
    texts = ["rain", "a dog barks in the distance", "", "x" * 500]
    rows = clap.read(texts)
    assert rows.shape == (4, 32) and np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    for text, row in zip(texts, rows, strict=True):
        assert np.allclose(clap.read([text])[0], row, atol=1e-5)
    assert not np.allclose(rows[0], rows[1], atol=1e-2)
    assert clap.read([]).shape == (0, 32)


def test_shorter_windows_can_be_asked_for(clap_folder):
    clap = load_clap(clap_folder, window=4.0, hop=2.0)
    assert clap.windows(9.0).tolist() == [[0, 4], [2, 6], [4, 8], [5, 9]]
    assert clap.hear(noise(9), RATE).shape == (4, 32)
    with pytest.raises(PresetError, match="at most"):
        load_clap(clap_folder, window=11.0)


def test_numbers_it_makes_itself_may_be_in_the_file_or_not(clap, clap_folder, tmp_path):
    for file in clap_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    weights = load_file(clap_folder / "model.safetensors")
    weights["text_model.embeddings.position_ids"] = torch.arange(66)[None]
    index = "audio_model.audio_encoder.layers.0.blocks.0.attention.self.relative_position_index"
    weights.pop(index, None)
    weights.pop("audio_model.audio_encoder.batch_norm.num_batches_tracked")
    save_file(weights, tmp_path / "model.safetensors", {"format": "pt"})
    changed = load_clap(tmp_path)
    ours, theirs = changed.model.state_dict(), clap.model.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(each, theirs[name]) for name, each in ours.items())
    # where a tensor lies in memory may decide in which order it is summed
    assert np.allclose(changed.read(["rain"]), clap.read(["rain"]), atol=1e-6)
    assert np.allclose(changed.hear(noise(11), RATE), clap.hear(noise(11), RATE), atol=1e-6)


def test_the_fused_clap_is_not_taken_for_it(clap_folder, tmp_path):
    for file in clap_folder.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    config = json.loads((clap_folder / "config.json").read_text())
    config["audio_config"]["enable_fusion"] = True
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(PresetError, match="clap-htsat-unfused"):
        load_clap(tmp_path)


def test_saving_the_tiny_ones_is_repeatable_and_disturbs_nobody(tmp_path):
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    first, second = (save_mert(tmp_path / name) / "model.safetensors" for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert torch.rand(3).equal(expected)


def test_wav2vec_is_heard_with_as_published(tmp_path):
    """A small one, saved with what its pretraining needs beside it."""
    from transformers import Wav2Vec2Config, Wav2Vec2ForPreTraining

    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=32, intermediate_size=64, num_hidden_layers=2, num_attention_heads=2,
        conv_dim=[8] * 7, num_conv_pos_embeddings=16, num_conv_pos_embedding_groups=4,
        codevector_dim=16, proj_codevector_dim=16, num_codevectors_per_group=8,
    )  # fmt: skip
    whole = Wav2Vec2ForPreTraining(config).eval()
    whole.save_pretrained(tmp_path)
    hears = {"sampling_rate": 16_000, "do_normalize": True}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(hears))
    ear = load_ear(tmp_path, tokens_a_second=10)
    sound = noise(2, 16_000)
    heard = ear.listen(sound, 16_000)
    assert ear.rate == 16_000 and heard.shape == (20, 32)
    levelled = torch.from_numpy((sound - sound.mean()) / np.sqrt(sound.var() + 1e-7))[None]
    with torch.no_grad():
        states = whole.wav2vec2(levelled).last_hidden_state[0].numpy()
    middles = 320 * np.arange(len(states)) + 200
    tokens = (middles * 10 / 16_000).astype(int)
    right = np.stack([states[tokens == each].mean(axis=0) for each in range(20)])
    assert np.allclose(heard, right, atol=1e-4)
