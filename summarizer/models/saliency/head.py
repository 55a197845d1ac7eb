"""How much each second matters for a wish, learned: from what it looks and sounds like beside it.

Each sense has a space of its own, in which the wish lies, too. A sense that is missing, and a wish
that is empty, are zeros, and the head is told so.
"""

from collections.abc import Mapping
from pathlib import Path

import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.errors import WeightsError

HIDDEN = 64


class Head(nn.Module):
    """(seconds, width) of each sense and (width,) of the wish in it -> (seconds,) logits."""

    def __init__(self, widths: Mapping[str, int], hidden: int = HIDDEN):
        super().__init__()
        widths = dict(sorted(widths.items()))  # the order is part of what is learned
        self.widths, self.hidden = widths, hidden
        self.rows = nn.ModuleDict({name: nn.Linear(each, hidden) for name, each in widths.items()})
        self.wishes = nn.ModuleDict(
            {name: nn.Linear(each, hidden) for name, each in widths.items()}
        )
        # of each sense: what it is, what it is beside the wish, how near, and what is there at all
        self.mix = nn.Sequential(
            nn.LayerNorm(len(widths) * (2 * hidden + 3)),
            nn.Linear(len(widths) * (2 * hidden + 3), hidden),
            nn.GELU(),
            nn.Linear(hidden, 1),
        )

    def forward(self, rows: Mapping[str, Tensor], wish: Mapping[str, Tensor]) -> Tensor:
        some = next(iter(rows.values()))
        seconds, parts = len(some), []
        for name, width in self.widths.items():
            here = rows.get(name, some.new_zeros(seconds, width))
            asked = wish.get(name, some.new_zeros(width))
            row, beside = self.rows[name](here), self.wishes[name](asked)
            near = nn.functional.cosine_similarity(here, asked.expand_as(here), dim=-1)
            there = torch.stack([here.abs().amax(-1) > 0, (asked.abs().amax() > 0).expand(seconds)])
            parts += [row, row * beside, near[:, None], there.T.to(row.dtype)]
        return self.mix(torch.cat(parts, dim=-1))[:, 0]


def save(folder: Path, head: Head, weights: Mapping[str, str], metrics: Mapping) -> None:
    """Keep a head, and by which weights the rows were made that it was trained on."""
    config = {"weights": dict(weights), "widths": head.widths, "hidden": head.hidden}
    checkpoint.save(folder, head, config, metrics)


def load(folder: Path, weights: Mapping[str, str]) -> Head:
    """The head of a checkpoint, for rows that were made by these weights."""
    config = checkpoint.describe(folder).config
    made = config.get("weights")
    if not isinstance(made, Mapping) or any(made.get(name) != by for name, by in weights.items()):
        raise WeightsError(
            f"the checkpoint {folder.name} was trained on rows by {str(made)[:100]} and not by "
            f"{dict(weights)}; get one that was"
        )
    try:
        widths = {str(name): int(each) for name, each in config["widths"].items()}
        head = Head(widths, int(config["hidden"]))
    except (KeyError, TypeError, ValueError, AttributeError, RuntimeError):
        raise WeightsError(
            f"the config.json of the checkpoint {folder.name} does not say how its head is shaped; "
            "get the checkpoint again"
        ) from None
    checkpoint.load(folder, head)
    return head.eval().requires_grad_(False)
