"""A narrator with what was trained for it: an adapter, and a projector for each sense.

The checkpoint's config says how they are shaped; "lora" is null where only projectors learned:

    {"weights": "vicuna-7b", "lora": {"rank": 16, ...}, "projectors": {"sight": 1024, ...}}
"""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models.narrator import Lora, Narrator, merged, with_lora


def prepared(narrator: Narrator, lora: Lora | None, widths: Mapping[str, int]) -> Narrator:
    """The narrator with fresh projectors of those widths, ready to learn, and with a fresh adapter
    or, without one, as it is."""
    import torch

    from summarizer.models.projector import Projector

    ready = with_lora(narrator, lora) if lora else narrator.having(narrator.model)
    table = narrator.model.get_input_embeddings().weight
    made = {name: Projector(width, narrator.width) for name, width in widths.items()}
    # in full precision whatever the model has: they are small, and they learn
    ready.projectors = {name: each.to(table.device, torch.float32) for name, each in made.items()}
    return ready


def trainable(narrator: Narrator):
    """All of the narrator that a checkpoint keeps, as one module."""
    from torch import nn

    return nn.ModuleDict(
        {"model": narrator.model, "projectors": nn.ModuleDict(dict(narrator.projectors))}
    )


def save(
    folder: Path, narrator: Narrator, weights: str, lora: Lora, metrics: Mapping[str, object]
) -> None:
    """Keep what was trained of the narrator."""
    widths = {name: each.first.in_features for name, each in narrator.projectors.items()}
    config = {"weights": weights, "lora": asdict(lora), "projectors": widths}
    checkpoint.save(folder, trainable(narrator), config, metrics)


def shapes(weights: str, folder: Path) -> tuple[Lora | None, dict[str, int]]:
    """How the adapter of a checkpoint for these weights is shaped, if it has one, and how wide what
    each of its projectors reads."""
    config = checkpoint.describe(folder).config
    if config.get("weights") != weights:
        raise WeightsError(
            f"the checkpoint {folder.name} was trained for {str(config.get('weights'))[:40]!r} "
            f"and not for {weights}; get one that was"
        )
    try:
        given = config["lora"]
        lora = Lora(**dict(given) | {"targets": tuple(given["targets"])}) if given else None
        return lora, {str(k): int(v) for k, v in config["projectors"].items()}
    except (KeyError, TypeError, ValueError, AttributeError):
        raise WeightsError(
            f"the config.json of the checkpoint {folder.name} does not say how its adapter and "
            "projectors are shaped; get the checkpoint again"
        ) from None


def adapted(narrator: Narrator, weights: str, folder: Path) -> Narrator:
    """The narrator with a checkpoint in it, its adapter worked into its weights."""
    ready, lora = _holding(narrator, weights, folder)
    return merged(ready) if lora else ready


def unadapted(narrator: Narrator, weights: str, folder: Path) -> Narrator:
    """The narrator with the projectors of a checkpoint alone: its own weights as they were."""
    ready, lora = _holding(narrator, weights, folder)
    return ready.having(ready.model.unload().eval()) if lora else ready


def _holding(narrator: Narrator, weights: str, folder: Path) -> tuple[Narrator, Lora | None]:
    lora, widths = shapes(weights, folder)
    ready = prepared(narrator, lora, widths)
    module = trainable(ready)
    checkpoint.load(folder, module)
    module.requires_grad_(False)
    return ready, lora
