"""Weights this project trained: a folder that appears whole or not at all.

    config.json            what was trained and how: a JSON object
    trained.safetensors    exactly the parameters that were trainable, nothing else
    metrics.json           what was measured

Frozen weights are not in it; the config names them. Nothing but safetensors is read, and nothing
is put into a module unless all of it fits.
"""

import json
import os
import secrets
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from summarizer.errors import OutputError, WeightsError
from summarizer.files import reason

if TYPE_CHECKING:
    from torch import Tensor, nn

FORM = 1  # raised when the files would be read differently
CONFIG, TRAINED, METRICS = "config.json", "trained.safetensors", "metrics.json"
MOST_TEXT = 1 << 20  # bytes of config.json or metrics.json
MOST_HEADER = 8 << 20  # bytes: the names and shapes of some 60,000 tensors
NAMED = 10  # names in an error


@dataclass(frozen=True)
class Description:
    """What a checkpoint is, without its numbers."""

    config: Mapping[str, Any]
    metrics: Mapping[str, Any]
    shapes: Mapping[str, tuple[int, ...]]
    bytes: int

    @property
    def parameters(self) -> int:
        total = 0
        for shape in self.shapes.values():
            count = 1
            for size in shape:
                count *= size
            total += count
        return total


def save(
    folder: Path,
    trained: "nn.Module | Mapping[str, Tensor]",
    config: Mapping[str, Any],
    metrics: Mapping[str, Any],
) -> None:
    """Write a module's trainable parameters, or these tensors, in place of what is at folder."""
    import torch
    from safetensors.torch import save_file

    trainable = _trainable(trained)
    if not trainable:
        raise WeightsError(f"nothing is trainable, so there is nothing to keep in {folder.name}")
    texts = {
        CONFIG: _as_json(CONFIG, {"form": FORM, **config}),
        METRICS: _as_json(METRICS, metrics),
    }
    ready = {  # clones, because safetensors takes no two tensors that share their memory
        name: tensor.detach().cpu().clone(memory_format=torch.contiguous_format)
        for name, tensor in trainable.items()
    }
    for left in folder.parent.glob(f".{folder.name}.*.part"):  # by one that was killed
        shutil.rmtree(left, ignore_errors=True)
    part = folder.with_name(f".{folder.name}.{secrets.token_hex(4)}.part")
    try:
        part.mkdir(parents=True)
        save_file(ready, part / TRAINED, metadata={"format": "pt"})
        for name, text in texts.items():
            (part / name).write_text(text, encoding="utf-8")
        _swap(part, folder)
    except OSError as error:
        raise OutputError(
            f"the checkpoint {folder.name} can't be written to {folder.parent}: {reason(error)}; "
            "choose another folder or make room"
        ) from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def load(folder: Path, module: "nn.Module") -> dict[str, Any]:
    """Put the checkpoint into module, whose trainable parameters it must be; its config."""
    import torch

    described = describe(folder)
    parameters = dict(module.named_parameters(remove_duplicate=False))
    _fits(folder, described.shapes, parameters, _trainable(module))
    read = tensors(folder)
    with torch.no_grad():
        for name, tensor in read.items():
            parameters[name].copy_(tensor)
    return dict(described.config)


def tensors(folder: Path) -> "dict[str, Tensor]":
    """The tensors as they were saved, on the CPU."""
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    describe(folder)
    try:
        return load_file(folder / TRAINED)
    except (SafetensorError, OSError, ValueError) as error:
        raise _damaged(folder / TRAINED, str(error)) from None


def home() -> Path:
    """Where the checkpoints lie: beside the package, or where CHECKPOINTS says."""
    own = os.environ.get("CHECKPOINTS")
    return Path(own).expanduser() if own else Path(__file__).parent.parent / "checkpoints"


def find(name: str) -> Path | None:
    """The named checkpoint, where it is here."""
    folder = home() / name
    if not name or not (folder / TRAINED).is_file():
        return None
    return folder


def describe(folder: Path) -> Description:
    """What the checkpoint is; quick, and loads nothing heavy."""
    _finish_swap(folder)
    if not folder.is_dir():
        raise WeightsError(f"no checkpoint at {folder}; checkpoints/README.md says what there is")
    config = _read_json(folder / CONFIG)
    if config.get("form") != FORM:
        raise WeightsError(
            f"{CONFIG} in {folder} has form {str(config.get('form'))[:20]}, but only {FORM} can "
            "be read; get a checkpoint made for this version"
        )
    del config["form"]
    file = folder / TRAINED
    return Description(config, _read_json(folder / METRICS), _shapes(file), file.stat().st_size)


def _trainable(trained: "nn.Module | Mapping[str, Tensor]") -> "dict[str, Tensor]":
    if isinstance(trained, Mapping):
        return dict(trained)
    return {name: each for name, each in trained.named_parameters() if each.requires_grad}


def _fits(
    folder: Path,
    shapes: Mapping[str, tuple[int, ...]],
    parameters: "Mapping[str, Tensor]",
    trainable: "Mapping[str, Tensor]",
) -> None:
    """Refuse a checkpoint unless every name and shape is the module's."""
    wrong = [
        f"{name} is {list(shape)} there and {list(parameters[name].shape)} here"
        for name, shape in shapes.items()
        if name in parameters and tuple(parameters[name].shape) != shape
    ]
    faults = (
        ("unknown to the model", sorted(set(shapes) - set(parameters))),
        ("missing in the file", sorted(set(trainable) - set(shapes))),
        ("of another shape", wrong),
        (
            "without memory in the model",
            [n for n in shapes if n in parameters and parameters[n].is_meta],
        ),
    )
    if any(names for _, names in faults):
        said = "; ".join(_listed(what, names) for what, names in faults if names)
        raise WeightsError(f"the checkpoint {folder.name} doesn't fit this model: {said}")


def _listed(what: str, names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{len(names)} {what}: {', '.join(names[:NAMED])}{more}"


def _shapes(file: Path) -> dict[str, tuple[int, ...]]:
    """Names and shapes from the header alone, which is checked before it is read."""
    try:
        with file.open("rb") as stream:
            size = int.from_bytes(stream.read(8), "little")
            most = min(MOST_HEADER, file.stat().st_size - 8)
            if not 2 <= size <= most:
                raise _damaged(file, f"its header claims {size:,} bytes where {most:,} can be")
            header = json.loads(stream.read(size))
        header.pop("__metadata__", None)
        return {name: tuple(map(int, each["shape"])) for name, each in header.items()}
    except OSError as error:
        raise _damaged(file, reason(error)) from None
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        raise _damaged(file, "its header makes no sense") from None


def _damaged(file: Path, why: str) -> WeightsError:
    return WeightsError(
        f"{file.name} in {file.parent} can't be read: {why[:200]}; get the checkpoint again"
    )


def _as_json(name: str, values: Mapping[str, Any]) -> str:
    try:
        text = json.dumps(dict(values), indent=2, sort_keys=True, allow_nan=False) + "\n"
    except (TypeError, ValueError) as error:
        raise WeightsError(f"{name} can't hold this: {str(error)[:100]}") from None
    if len(text) > MOST_TEXT:
        raise WeightsError(f"{name} would have {len(text):,} bytes; at most {MOST_TEXT:,} fit")
    return text


def _read_json(file: Path) -> dict[str, Any]:
    try:
        if file.stat().st_size > MOST_TEXT:
            raise _damaged(file, f"it has more than {MOST_TEXT:,} bytes")
        values = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise _damaged(file, reason(error)) from None
    except (ValueError, RecursionError):
        raise _damaged(file, "it is no JSON") from None
    if not isinstance(values, dict):
        raise _damaged(file, "it is no JSON object")
    return values


# -- a folder in place of another: two moves, so there are two whole ones for a moment ------------


def _swap(part: Path, folder: Path) -> None:
    _finish_swap(folder)
    if not folder.exists():
        part.replace(folder)
        return
    old = _old(folder)
    folder.replace(old)
    try:
        part.replace(folder)
    except OSError:
        old.replace(folder)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _finish_swap(folder: Path) -> None:
    """Put back the old folder where a killed process had moved it away and nothing came after."""
    with suppress(OSError):
        if _old(folder).is_dir():
            if folder.exists():
                shutil.rmtree(_old(folder), ignore_errors=True)
            else:
                _old(folder).replace(folder)


def _old(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.old")
