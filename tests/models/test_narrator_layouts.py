"""What the weights of the narrators are called and how large they are, against what is loaded."""

import math
import re

import pytest

from summarizer.models.hub import WEIGHTS
from summarizer.models.narrator import HARMLESS
from tests.models.test_layouts import built, layout, published


@pytest.mark.parametrize("name", ["qwen-0.5b", "vicuna-7b"])
def test_the_true_size_model_has_the_published_weights(name):
    found = layout(name)
    assert found["repository"] == WEIGHTS[name].repo and found["sources"]
    theirs = published(found)
    assert len(theirs) == found["count"]
    assert sum(map(math.prod, theirs.values())) == found["numbers"]
    model = built(found)
    ours = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    for tied, to in found.get("tied", {}).items():
        assert ours.pop(tied) == ours[to]
    spare = {key for key in theirs if any(re.fullmatch(each, key) for each in HARMLESS)}
    assert found.get("made", []) == (list(HARMLESS) if spare else [])
    assert ours == {key: shape for key, shape in theirs.items() if key not in spare}


def test_the_file_of_the_small_one_is_as_large_as_its_weights():
    size = {file.name: file.size for file in WEIGHTS["qwen-0.5b"].files}["model.safetensors"]
    assert 0 < size - 2 * layout("qwen-0.5b")["numbers"] < 0.0001 * size  # the rest is names


def test_what_was_not_found_is_not_called_verified():
    assert layout("qwen-0.5b")["verified"] and not layout("vicuna-7b")["verified"]
