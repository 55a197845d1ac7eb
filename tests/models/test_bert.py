import json

import numpy as np
import pytest

from summarizer.errors import WeightsError
from tests import tiny_bert


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("bert")
    tiny_bert.save(folder)
    return folder


def load(folder, **options):
    from summarizer.models.bert import load_bert

    return load_bert(folder, **options)


def test_a_row_for_every_token_but_the_marks(folder):
    bert = load(folder)
    first, second, nothing = bert.read(["the cat", "  a  dog\nran ", "  "])
    assert first.rows.shape == (8, 16)  # letters, and the space a word begins with
    assert len(second.ids) == len(" a dog ran")
    assert nothing.rows.shape == (0, 16)
    assert bert.ids(["the cat"]) == [[0, *first.ids, 2]]


def test_texts_read_together_are_as_if_read_alone(folder):
    bert = load(folder)
    texts = ["a", "a long text that makes the others wait", "the cat"] * 9
    alone = [bert.read([text])[0].rows for text in texts]
    for one, other in zip(bert.read(texts), alone, strict=True):
        assert np.allclose(one.rows, other, atol=1e-5)


def test_the_rows_are_those_behind_the_layer(folder):
    import torch
    from transformers import RobertaModel

    from summarizer.models.loading import quiet

    with quiet():
        whole = RobertaModel.from_pretrained(folder, add_pooling_layer=False)
    # the encoder cut off after two layers gives the same
    whole.encoder.layer = whole.encoder.layer[:2]
    bert = load(folder, layer=2)
    found = bert.read(["the cat"])[0].rows
    with torch.inference_mode():
        cut = whole(torch.tensor(bert.ids(["the cat"]))).last_hidden_state[0, 1:-1]
    assert np.allclose(found, cut.numpy(), atol=1e-5)
    assert not np.allclose(found, load(folder).read(["the cat"])[0].rows, atol=1e-2)


def test_a_text_that_is_too_long_is_cut(folder):
    rows = load(folder).read(["x" * 500])[0].rows
    assert len(rows) == tiny_bert.POSITIONS - 4  # two positions and two marks


def test_a_layer_that_is_not_there_is_an_error(folder):
    with pytest.raises(WeightsError, match="has 3 layers, so there is none of number 17"):
        load(folder, layer=17)


def test_a_folder_without_its_weights_is_an_error(folder, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "roberta"}))
    with pytest.raises(WeightsError, match=r"no model\.safetensors"):
        load(tmp_path)
