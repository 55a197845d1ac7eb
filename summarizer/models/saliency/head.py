"""How much each second matters for a wish, learned: from what it looks and sounds like beside it,
and from what is at each place of its picture, and how that moves.

Each sense has a space of its own, in which the wish lies, too; what is at a place is compared with
what was learned of the wish. A sense that is missing, and a wish that is empty, are zeros, and the
head is told so.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models.saliency import PLACES

HIDDEN = 64
DROPPED = 0.1  # while learning
AROUND = 1  # seconds to either side that a second is seen among


@dataclass(frozen=True, eq=False)
class Seen:
    """What there is, whatever is wished; all before (seconds, ...) is the same everywhere."""

    rows: Tensor
    """(..., seconds, hidden): of each second, and of those around it"""
    whole: Mapping[str, Tensor]
    """(..., seconds, width) of each sense, levelled"""
    places: Mapping[str, tuple[Tensor, Tensor]]
    """(..., seconds, places, hidden), and which are there: (..., seconds, places, 1)"""


class Places(nn.Module):
    """What is at each place of a picture, by itself and beside a wish."""

    def __init__(self, width: int, hidden: int):
        super().__init__()
        self.rows = nn.Sequential(
            nn.LayerNorm(width),
            nn.Linear(width, hidden),
            nn.GELU(),
            nn.Linear(hidden, hidden),
            nn.GELU(),
        )
        self.alone = nn.Linear(hidden, hidden)
        self.wish = nn.Linear(hidden, hidden)
        self.both = nn.Linear(hidden, hidden, bias=False)

    def beside(self, found: Tensor, there: Tensor, want: Tensor) -> Tensor:
        """(..., 1, hidden) of the wish -> (..., seconds, 2 hidden)"""
        wish = self.wish(want)[..., None, :]
        return pooled(gelu(self.alone(found) + self.both(found * wish)), there)


class Head(nn.Module):
    """(..., seconds, width) of each sense, or (..., seconds, places, width), and (..., width) of
    the wish in it -> (..., seconds) logits. Many wishes for one clip see it once."""

    def __init__(self, widths: Mapping[str, int], hidden: int = HIDDEN):
        super().__init__()
        widths = dict(sorted(widths.items()))  # the order is part of what is learned
        self.widths, self.hidden = widths, hidden
        self.whole = {name: width for name, width in widths.items() if name not in PLACES}
        self.places = nn.ModuleDict(
            {name: Places(width, hidden) for name, width in widths.items() if name in PLACES}
        )
        wide, pools = sum(self.whole.values()), 2 * len(self.places)
        self.rows = nn.Linear(wide, hidden)
        self.gather = nn.Sequential(nn.GELU(), nn.Linear((1 + pools) * hidden, hidden))
        self.around = nn.Conv1d(hidden, hidden, 2 * AROUND + 1, padding=AROUND)
        self.wish = nn.Sequential(nn.Linear(wide, hidden), nn.GELU(), nn.Linear(hidden, hidden))
        # what there is, what is wished, both together, and of each sense how near it comes and
        # what is there at all
        self.level = nn.LayerNorm((3 + pools) * hidden)
        self.mix = nn.Sequential(
            nn.Linear((3 + pools) * hidden + 3 * len(self.whole), hidden),
            nn.GELU(),
            nn.Dropout(DROPPED),
            nn.Linear(hidden, hidden),
            nn.GELU(),
            nn.Dropout(DROPPED),
            nn.Linear(hidden, 1),
        )

    def forward(self, rows: Mapping[str, Tensor], wish: Mapping[str, Tensor]) -> Tensor:
        return self.worth(self.seen(rows), wish)

    def seen(self, rows: Mapping[str, Tensor]) -> Seen:
        some, *_ = (each[..., 0, :] if name in PLACES else each for name, each in rows.items())
        lead = some.shape[:-1]
        whole = {
            name: levelled(rows.get(name, some.new_zeros(*lead, width)))
            for name, width in self.whole.items()
        }
        parts, places = [self.rows(torch.cat([*whole.values()], -1))], {}
        there = torch.stack([_there(each) for each in whole.values()]).amax(0)
        for name, each in self.places.items():
            given = rows.get(name, some.new_zeros(*lead, 1, self.widths[name]))
            places[name] = found, own = each.rows(given), _there(given)
            parts.append(pooled(found, own))
            there = torch.maximum(there, own.amax(-2))
        # where nothing is, as behind the last second, there is nothing to see around, either
        row = self.gather(torch.cat(parts, -1)) * there
        beside = self.around(row.reshape(-1, *row.shape[-2:]).mT).mT.reshape(row.shape)
        return Seen(row + gelu(beside), whole, places)

    def wanted(self, wish: Mapping[str, Tensor]) -> Tensor:
        """(..., hidden)"""
        return self.wish(torch.cat([*self._asked(wish).values()], -1))

    def worth(self, seen: Seen, wish: Mapping[str, Tensor]) -> Tensor:
        """(..., seconds) logits"""
        asked = {name: each[..., None, :] for name, each in self._asked(wish).items()}
        near = []
        for name, here in seen.whole.items():
            each = asked[name]
            near += [(here * each).mean(-1), _there(here)[..., 0], _there(each)[..., 0]]
        want = self.wish(torch.cat([*asked.values()], -1))
        placed = [self.places[name].beside(*each, want) for name, each in seen.places.items()]
        row, want = torch.broadcast_tensors(seen.rows, want)
        beside = self.level(torch.cat([row, want, row * want, *placed], -1))
        near = torch.stack(torch.broadcast_tensors(*near), -1)
        return self.mix(torch.cat([beside, near.to(beside)], -1))[..., 0]

    def _asked(self, wish: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """(..., width) of each sense, levelled."""
        first = next(self.parameters())
        lead = next((each.shape[:-1] for each in wish.values()), ())
        return {
            name: levelled(wish.get(name, first.new_zeros(*lead, width)))
            for name, width in self.whole.items()
        }


def levelled(rows: Tensor) -> Tensor:
    """Each row at a length that makes its numbers about 1."""
    return normalize(rows, dim=-1) * rows.shape[-1] ** 0.5


def pooled(found: Tensor, there: Tensor) -> Tensor:
    """(..., places, hidden) -> (..., 2 hidden): of what is there, the most of each kind, and how
    much of it on average; nothing where nothing is."""
    most = found.masked_fill(there == 0, -torch.inf).amax(-2)
    mean = (found * there).sum(-2) / there.sum(-2).clamp(min=1)
    return torch.cat([most.masked_fill(there.amax(-2) == 0, 0.0), mean], -1)


def _there(rows: Tensor) -> Tensor:
    """(..., 1): 1 where a row is not all zeros."""
    return rows.abs().amax(-1, keepdim=True).sign()


def save(folder: Path, head: Head, weights: Mapping[str, str], metrics: Mapping) -> None:
    """Keep a head, and by which weights the rows were made that it was trained on."""
    config = {"weights": dict(weights), "widths": head.widths, "hidden": head.hidden}
    checkpoint.save(folder, head, config, metrics)


def load(folder: Path, weights: Mapping[str, str]) -> Head:
    """The head of a checkpoint, for rows that were made by these weights."""
    config = checkpoint.describe(folder).config
    made = config.get("weights")
    if not isinstance(made, Mapping) or any(
        made.get(name, by) != by for name, by in weights.items()
    ):
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
