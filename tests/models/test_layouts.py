"""What the published weights are called and how large they are, against what our code would load.

The lists in layouts/ come from published sources other than the code under test; each names its
own. `verified` is false where no such source was found.
"""

import json
import math
import re
from itertools import product
from pathlib import Path

import pytest
import torch
import transformers

from summarizer.models.hub import WEIGHTS

FOLDER = Path(__file__).parent / "layouts"
NAMES = ("mert-95m", "mert-330m", "clap", "blip", "whisper-base")
OLD = {"weight_g": "parametrizations.weight.original0"}  # the names of weight_norm have changed
OLD |= {"weight_v": "parametrizations.weight.original1"}


def layout(name):
    return json.loads((FOLDER / f"{name}.json").read_text(encoding="utf-8"))


def expanded(pattern):
    """All names of a pattern: {0-2} is three numbers, {a,b} are two words."""
    parts = []
    for part in re.split(r"(\{[^}]*\})", pattern):
        if span := re.fullmatch(r"\{(\d+)-(\d+)\}", part):
            parts.append([str(index) for index in range(int(span[1]), int(span[2]) + 1)])
        else:
            parts.append(part[1:-1].split(",") if part.startswith("{") else [part])
    return ["".join(each) for each in product(*parts)]


def published(found):
    """name -> shape of every weight in the published file."""
    named = [
        (name, tuple(shape))
        for pattern, shape in found["tensors"].items()
        for name in expanded(pattern)
    ]
    assert len(dict(named)) == len(named), "a weight is listed twice"
    return dict(named)


def built(found):
    """The true-size model, without the numbers."""
    kind = getattr(transformers, found["class"])
    with torch.device("meta"):
        return kind(kind.config_class(**found["config"]))


@pytest.mark.parametrize("name", NAMES)
def test_the_code_expects_what_is_published(name):
    found = layout(name)
    assert found["verified"] and found["sources"]
    assert found["repository"] == WEIGHTS[name].repo
    theirs = published(found)
    for old, new in OLD.items():
        theirs = {key.replace(old, new): shape for key, shape in theirs.items()}
    ours = {key: tuple(value.shape) for key, value in built(found).state_dict().items()}
    for tied, to in found.get("tied", {}).items():  # one of the two is enough
        assert ours.pop(tied) == ours[to]
    for pattern in found.get("made", []):  # numbers the class makes itself
        for names in (ours, theirs):
            for key in [key for key in names if re.fullmatch(pattern, key)]:
                del names[key]
    assert ours == theirs


@pytest.mark.parametrize("name", NAMES)
def test_the_published_file_is_as_large_as_its_weights(name):
    sizes = {file.name: file.size for file in WEIGHTS[name].files}
    size = sizes.get("pytorch_model.bin") or sizes.get("model.safetensors")
    if not size:
        pytest.skip("its size was not found")
    numbers = sum(math.prod(shape) for shape in published(layout(name)).values())
    assert 0 < size - 4 * numbers < 0.0004 * size  # the rest is names


def test_a_difference_is_seen():
    found = layout("mert-95m")
    assert expanded("a.{0-2}.{x,y}")[:3] == ["a.0.x", "a.0.y", "a.1.x"]
    found["config"]["intermediate_size"] = 3000
    ours = {key: tuple(value.shape) for key, value in built(found).state_dict().items()}
    assert set(ours.items()) - set(published(found).items())
