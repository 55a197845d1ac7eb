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
DROPPED = 0.1  # while learning


class Head(nn.Module):
    """(seconds, width) of each sense and (width,) of the wish in it -> (seconds,) logits."""

    def __init__(self, widths: Mapping[str, int], hidden: int = HIDDEN):
        super().__init__()
        widths = dict(sorted(widths.items()))  # the order is part of what is learned
        self.widths, self.hidden = widths, hidden
        self.rows = nn.Linear(sum(widths.values()), hidden)
        self.wish = nn.Sequential(
            nn.Linear(sum(widths.values()), hidden), nn.GELU(), nn.Linear(hidden, hidden)
        )
        # what there is, what is wished, both together, and of each sense how near it comes and
        # what is there at all
        self.level = nn.LayerNorm(3 * hidden)
        self.mix = nn.Sequential(
            nn.Linear(3 * hidden + 3 * len(widths), hidden),
            nn.GELU(),
            nn.Dropout(DROPPED),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Dropout(DROPPED),
            nn.Linear(hidden, 1),
        )

    def forward(self, rows: Mapping[str, Tensor], wish: Mapping[str, Tensor]) -> Tensor:
        some = next(iter(rows.values()))
        seconds = len(some)
        seen, wanted, near = [], [], []
        for name, width in self.widths.items():
            here = _levelled(rows.get(name, some.new_zeros(seconds, width)))
            asked = _levelled(wish.get(name, some.new_zeros(width))).expand_as(here)
            seen.append(here)
            wanted.append(asked)
            near += [(here * asked).mean(-1), *(x.abs().amax(-1).sign() for x in (here, asked))]
        row, want = self.rows(torch.cat(seen, -1)), self.wish(torch.cat(wanted, -1))
        beside = self.level(torch.cat([row, want, row * want], -1))
        return self.mix(torch.cat([beside, torch.stack(near, -1)], -1))[:, 0]


def _levelled(rows: Tensor) -> Tensor:
    """Each row at a length that makes its numbers about 1."""
    return nn.functional.normalize(rows, dim=-1) * rows.shape[-1] ** 0.5


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
