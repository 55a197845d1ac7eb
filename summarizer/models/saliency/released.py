"""The checkpoint that the authors of VideoXum released, as our model.

Names and shapes are those of their modelling source (jylins/videoxum, models/vtsum_blip.py and
models/vit_video.py, commit e14af33): a training state with the weights under "model". That has not
been verified with one of their files.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from torch import Tensor

from summarizer.errors import WeightsError
from summarizer.models import pickles
from summarizer.models.saliency.dual import Dual, Shape

PART = "model"
WRAPPED = "base."  # before each name where the model was trained inside another
HEAD = 64  # numbers of a head, in frames and text alike
KERNEL = 5  # theirs in all that was published; the weights don't say it
NAMES = (  # theirs, ours; the first that fits counts
    ("position_embeddings.weight", "temporal.positions.weight"),
    ("tt.blocks.", "temporal.layers."),
    ("tt.norm.", "temporal.norm."),
    ("local_atten_head.", "near."),
    ("vsum_head.0.", "saliency."),
    ("text_decoder.", "text."),
)
INNER = ((".mlp.fc1.", ".mlp.0."), (".mlp.fc2.", ".mlp.2."))
MADE = (".position_ids",)  # numbers that the class makes itself
WORDS, WRITES = "text.bert.embeddings.word_embeddings.weight", "text.cls.predictions.decoder."
INNER_TEXT = "text.bert.encoder.layer.0.intermediate.dense.weight"
NAMED = 5  # names in an error


def read(file: Path, kernel: int = KERNEL, **marks: int) -> Dual:
    """The model of a released file; nothing in it is run. `marks` are the fields of the shape that
    say how texts begin and end, where it is not as in theirs."""
    held = pickles.read(file, PART)
    return of(held, file.name, kernel, **marks)


def of(held: Mapping[str, Tensor], name: str, kernel: int = KERNEL, **marks: int) -> Dual:
    """The model out of tensors by the authors' names."""
    renamed = {ours(each): tensor for each, tensor in held.items() if not each.endswith(MADE)}
    shape = replace(shape_of(renamed, name, kernel), **marks)
    dual = Dual(shape)
    wanted = dual.state_dict()
    lost = sorted(set(wanted) - set(renamed))
    extra = sorted(set(renamed) - set(wanted))
    bent = sorted(
        each for each in set(wanted) & set(renamed) if wanted[each].shape != renamed[each].shape
    )
    wrong = (("missing", lost), ("unknown", extra), ("of another shape", bent))
    said = "; ".join(f"{len(found)} {what}: {_listed(found)}" for what, found in wrong if found)
    if said:
        raise WeightsError(
            f"{name} is no checkpoint of VTSUM-BLIP as its source describes it: {said}; get the "
            "one with temporal transformer, with or without context aggregation"
        )
    dual.load_state_dict(renamed)
    return dual.eval().requires_grad_(False)


def ours(name: str) -> str:
    """Our name of one of their weights; those without one keep theirs."""
    name = name.removeprefix(WRAPPED)
    for theirs, own in NAMES:
        if name.startswith(theirs):
            name = own + name.removeprefix(theirs)
            break
    for theirs, own in INNER:
        name = name.replace(theirs, own)
    return name


def shape_of(held: Mapping[str, Tensor], name: str, kernel: int) -> Shape:
    """How large the model is, as far as its weights say."""
    try:
        room, width = held["temporal.positions.weight"].shape
        vocabulary, text_width = held[WORDS].shape
        text_room = len(held["text.bert.embeddings.position_embeddings.weight"])
        words, written = held[WORDS], held[f"{WRITES}weight"]
        text_inner = len(held[INNER_TEXT])
    except (KeyError, ValueError):
        raise WeightsError(
            f"{name} holds no temporal transformer with BLIP's text decoder, so it is none of "
            "VTSUM-BLIP's checkpoints"
        ) from None
    return Shape(
        width=width,
        heads=max(1, width // HEAD),
        layers=_count(held, "temporal.layers."),
        room=room,
        kernel=kernel if "near.norm1.weight" in held else 0,
        vocabulary=vocabulary,
        text_width=text_width,
        text_inner=text_inner,
        text_layers=_count(held, "text.bert.encoder.layer."),
        text_heads=max(1, text_width // HEAD),
        text_room=text_room,
        tied=words.shape == written.shape and bool((words == written).all()),
    )


def _count(held: Mapping[str, Tensor], before: str) -> int:
    """How many layers there are whose names begin so."""
    numbers = {each.removeprefix(before).split(".")[0] for each in held if each.startswith(before)}
    return len(numbers)


def _listed(names: list[str]) -> str:
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more
