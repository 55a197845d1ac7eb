"""Weights published as pickles, made into safetensors once; nothing in a pickle is ever run.

Values, kinds of numbers and names stay as they are, the old `weight_g` and `weight_v` too: those
who load a model know them. A file of several keeps its place in the index.
"""

import json
import shutil
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from summarizer.errors import WeightsError
from summarizer.models import pieces
from summarizer.models.hub import INDEX, PICKLES, loadable

if TYPE_CHECKING:
    from torch import Tensor


def convert(source: Path, target: Path, names: Sequence[str]) -> None:
    """Fill the folder `target` with these files of `source`, the pickles among them converted."""
    target.mkdir(parents=True, exist_ok=True)
    for name in names:
        if name.endswith(PICKLES):
            _convert(source / name, target / loadable(name))
        elif name.removesuffix(INDEX).endswith(PICKLES):
            _rename(source / name, target / loadable(name))
        elif name == pieces.MODEL and pieces.SAFE not in names:
            pieces.convert(source, target)
        else:
            shutil.copyfile(source / name, target / name)


def read(file: Path, part: str = "") -> "dict[str, Tensor]":
    """The tensors of a pickle, by name; one that holds anything else is refused.

    With `part` they are what lies under that name beside plain values, as in a training state.
    """
    import pickle

    import torch

    try:
        found = torch.load(
            file, map_location="cpu", weights_only=True, mmap=zipfile.is_zipfile(file)
        )
    except pickle.UnpicklingError:
        raise WeightsError(
            f"{file.name} is damaged or holds more than weights, so it was refused, and nothing "
            "in it was run; don't use that repository"
        ) from None
    except Exception as error:  # whatever a damaged file makes its readers raise
        reason = " ".join(str(error).split())[:150]
        raise WeightsError(f"{file.name} is damaged ({reason}); get it again") from None
    if part:
        found = found.get(part) if isinstance(found, Mapping) else None
    if not isinstance(found, Mapping) or not all(
        isinstance(name, str) and isinstance(each, torch.Tensor) and each.layout == torch.strided
        for name, each in found.items()
    ):
        raise WeightsError(f"{file.name} holds no plain list of named weights, so it can't be used")
    return dict(found)


def apart(tensors: "Mapping[str, Tensor]") -> "tuple[dict[str, Tensor], dict[str, str]]":
    """The tensors with memory of their own, and which names were another's alias.

    Of names for the very same numbers the first in the alphabet stays: models tie the others again.
    """
    kept, aliases, seen = {}, {}, {}
    for name in sorted(tensors):
        tensor = tensors[name]
        place = (tensor.untyped_storage().data_ptr(), tensor.storage_offset(), tensor.dtype)
        same = (*place, tuple(tensor.shape), tensor.stride())
        if tensor.numel() and same in seen:
            aliases[name] = seen[same]
            continue
        seen[same] = name
        whole = tensor.numel() * tensor.element_size() == tensor.untyped_storage().nbytes()
        # a part of a larger block is copied, or two parts of one block would not be accepted
        kept[name] = tensor.contiguous() if whole else tensor.contiguous().clone()
    return kept, aliases


def _convert(file: Path, target: Path) -> None:
    from safetensors.torch import save_file

    kept, aliases = apart(read(file))
    save_file(kept, target, metadata={"format": "pt", **aliases})


def _rename(file: Path, target: Path) -> None:
    """The index of weights in several files, with the names of the converted ones."""
    try:
        index = json.loads(file.read_text(encoding="utf-8"))
        places = {name: loadable(place) for name, place in index["weight_map"].items()}
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise WeightsError(f"{file.name} is no index of weights; get it again") from None
    text = json.dumps({"metadata": {}, **index, "weight_map": places}, indent=2, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")
