import json

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from summarizer.errors import PresetError
from summarizer.models.captioner import cleaned, load_captioner
from summarizer.models.tiny_audio import save_blip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return save_blip(tmp_path_factory.mktemp("blip"))


@pytest.fixture(scope="module")
def captioner(folder):
    return load_captioner(folder)


@pytest.fixture(scope="module")
def frames():
    rng = np.random.default_rng(4)
    made = np.kron(rng.integers(0, 256, (7, 9, 16, 3)), np.ones((1, 10, 10, 1)))
    made[1], made[2] = 255, 0
    return made.astype(np.uint8)


def copied(folder, to, change):
    for file in folder.iterdir():
        (to / file.name).write_bytes(file.read_bytes())
    weights = load_file(to / "model.safetensors")
    change(weights)
    save_file(weights, to / "model.safetensors", {"format": "pt"})
    return to


def greedy(model, tokenizer, pictures, most):
    """Word by word, everything computed anew each time, no cache."""
    config = model.config.text_config
    found = []
    for picture in pictures:
        sight = model.vision_model(picture[None]).last_hidden_state
        ids = [config.bos_token_id]
        for _ in range(most):
            given = torch.tensor([ids])
            logits = model.text_decoder(
                given, attention_mask=torch.ones_like(given), encoder_hidden_states=sight
            ).logits
            ids.append(int(logits[0, -1].argmax()))
            if ids[-1] == config.sep_token_id:
                break
        found.append(cleaned(tokenizer.decode(ids[1:], skip_special_tokens=True)))
    return found


def test_it_says_what_plain_greedy_decoding_says(folder, frames):
    from transformers import AutoTokenizer, BlipForConditionalGeneration

    captioner = load_captioner(folder, most=12, batch=3)
    model = BlipForConditionalGeneration.from_pretrained(folder).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with torch.no_grad():
        expected = greedy(model, tokenizer, captioner.prepared(frames), 12)
    assert captioner.caption(frames) == expected
    assert len(set(expected)) > 3  # other pictures, other words


def test_a_batch_says_what_one_says(captioner, frames):
    assert captioner.caption(frames) == [captioner.caption(frame[None])[0] for frame in frames]


def test_pictures_are_prepared_as_the_published_processor_does(captioner, folder, frames):
    from transformers import BlipImageProcessor

    processor = BlipImageProcessor.from_pretrained(folder)
    theirs = processor(list(frames), return_tensors="pt").pixel_values
    levels = (captioner.prepared(frames) - theirs).abs() * captioner.spread * 255
    assert levels.max() < 5 and levels.mean() < 0.2  # it rounds once more on the way


def test_half_precision_says_words_too(folder, frames):
    half = load_captioner(folder)
    half.model = half.model.half()  # as it is on a GPU
    assert all(half.caption(frames))


def test_no_pictures_and_odd_ones(captioner):
    assert captioner.caption(np.zeros((0, 9, 9, 3), np.uint8)) == []
    for shape in [(1, 1), (2, 900), (500, 3)]:
        assert len(captioner.caption(np.full((2, *shape, 3), 90, np.uint8))) == 2


def test_a_sentence_is_bounded_and_beams_are_a_setting(folder, frames):
    short = load_captioner(folder, most=3)
    assert all(len(text.split()) <= 3 for text in short.caption(frames))
    wide = load_captioner(folder, beams=3, most=12)
    assert wide.caption(frames) == [wide.caption(frame[None])[0] for frame in frames]
    for wrong in ({"beams": 0}, {"most": 64}):
        with pytest.raises(PresetError, match="1 to 16 beams and 1 to 63 word pieces"):
            load_captioner(folder, **wrong)


def test_words_that_are_tied_need_not_be_there_twice(folder, tmp_path, frames, captioner):
    def untied(weights):
        for name in ("decoder.bias", "decoder.weight"):
            weights.pop(f"text_decoder.cls.predictions.{name}", None)
        weights["text_decoder.bert.embeddings.position_ids"] = torch.arange(64)[None]

    changed = load_captioner(copied(folder, tmp_path, untied))
    assert changed.caption(frames) == captioner.caption(frames)


def test_words_of_its_own_for_the_output_are_kept(folder, tmp_path):
    name = "text_decoder.cls.predictions.decoder.weight"
    weights = load_file(folder / "model.safetensors")
    other = -weights["text_decoder.bert.embeddings.word_embeddings.weight"]
    changed = load_captioner(copied(folder, tmp_path, lambda found: found.update({name: other})))
    assert changed.model.get_parameter(name).equal(other)


def test_another_model_is_not_taken_for_it(folder, tmp_path):
    copied(folder, tmp_path, lambda weights: None)
    config = json.loads((folder / "config.json").read_text()) | {"model_type": "clip"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(PresetError, match="'clip', which is no BLIP"):
        load_captioner(tmp_path)
    (tmp_path / "config.json").write_text((folder / "config.json").read_text())
    (tmp_path / "preprocessor_config.json").write_text("{}")
    with pytest.raises(PresetError, match="how bright"):
        load_captioner(tmp_path)


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("a a man is walking", "a man is walking"),
        ("two two two dogs", "two dogs"),
        ("a man in a red shirt in a red shirt", "a man in a red shirt"),
        ("a dog and a dog and a dog", "a dog and a dog"),
        ("a man standing next to a", "a man standing next"),
        ("a man , woman and the", "a man, woman"),
        ("a table", "a table"),
        ("", ""),
        ("the", ""),
    ],
)
def test_what_is_said_twice_is_said_once(said, meant):
    assert cleaned(said) == meant


def test_rows_are_the_first_tokens_of_the_eye_in_whatever_batches(folder, frames):
    from transformers import BlipVisionModel

    captioner = load_captioner(folder, batch=3)
    config = captioner.model.config.vision_config
    eye = BlipVisionModel(config).eval()
    weights = load_file(folder / "model.safetensors")
    own = {n.removeprefix("vision_model."): w for n, w in weights.items() if "vision_model" in n}
    eye.load_state_dict({name: weight.float() for name, weight in own.items()})
    with torch.no_grad():
        right = eye(captioner.prepared(frames)).last_hidden_state[:, 0].numpy()
    found = captioner.rows(frames)
    assert found.dtype == np.float16
    np.testing.assert_allclose(found, right, atol=2e-3, rtol=2e-3)
    assert captioner.rows(frames[:0]).shape == (0, config.hidden_size)
