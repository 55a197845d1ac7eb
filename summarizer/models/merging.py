"""Fewer tokens for a picture, to an exact number: decided once, then applied to anything.

A decision looks at the tokens of the patches and divides the patches into groups. Merging gives one
token a group, the average of its patches; unmerging gives every patch the token of its group. No
gradient goes through a decision, and the same tokens are always divided the same way.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from summarizer.errors import PresetError

ALIKE = 1e-5  # what differs by less differs by rounding: the earlier patch comes first
ROUND = 4  # a round of pairing merges at most one token in so many, so that pairs are still alike
NEAREST, NEAREST_LATER = 5, 3  # neighbours that make density, in the first and the later steps
SHARES = 7  # of a cascade: 4 for its first step, 2 for the second, 1 for the third


@dataclass(frozen=True, eq=False)
class Merging:
    """Which patches go together: one division into groups, or a cascade of ever coarser ones."""

    groups: tuple[Tensor, ...]  # each (..., patches) int64: the number of each patch's group
    counts: tuple[int, ...]  # how many groups each division has, none of them empty
    weights: Tensor  # (..., patches) float32: how much a patch counts

    @property
    def count(self) -> int:
        """How many tokens are left."""
        return sum(self.counts)

    @property
    def sizes(self) -> Tensor:
        """How much each merged token counts: (..., count)."""
        return self.merge(self.weights.unsqueeze(-1), "sum").squeeze(-1)

    def merge(self, values: Tensor, mode: str = "mean") -> Tensor:
        """(..., patches, width) to (..., count, width): the weighted mean of each group, or sum."""
        if mode not in ("mean", "sum"):
            raise ValueError(f"no mode {mode!r} of merging; there are mean and sum")
        precise = torch.promote_types(values.dtype, torch.float32)
        parts = []
        for groups, count in zip(self.groups, self.counts, strict=True):
            member = groups.unsqueeze(-2) == torch.arange(count, device=groups.device).unsqueeze(-1)
            share = member.to(precise)  # (..., count, patches)
            if mode == "mean":
                share = share * self.weights.unsqueeze(-2)
                share = share / share.sum(-1, keepdim=True)
            parts.append(share @ values.to(precise))
        return torch.cat(parts, -2).to(values.dtype)

    def unmerge(self, values: Tensor) -> Tensor:
        """(..., count, width) to (..., patches, width): each patch gets its finest group."""
        finest = values[..., : self.counts[0], :]
        index = self.groups[0].unsqueeze(-1).expand(*self.groups[0].shape, values.shape[-1])
        return finest.gather(-2, index)


def decide(
    tokens: Tensor, budget: int, method: str = "bipartite", sizes: Tensor | None = None
) -> Merging:
    """How to merge tokens (..., patches, width) so that exactly `budget` of them are left.

    `sizes` (..., patches) say how much each token counts already, one each by default. A budget
    of as many tokens as there are, or more, leaves all as they are.
    """
    if method not in METHODS:
        raise PresetError(f"no way {method[:40]!r} to merge tokens; there are {', '.join(METHODS)}")
    if budget < 1:
        raise PresetError(f"a picture can't be merged into {budget} tokens; keep at least 1")
    *lead, patches, width = tokens.shape
    weights = tokens.new_ones(*lead, patches, dtype=torch.float32) if sizes is None else sizes
    weights = weights.detach().float()
    if budget >= patches:
        alone = torch.arange(patches, device=tokens.device).expand(*lead, patches)
        return Merging((alone,), (patches,), weights)
    pictures = math.prod(lead)
    with torch.no_grad():
        counts, groups = METHODS[method](
            tokens.detach().float().reshape(pictures, patches, width),
            weights.reshape(pictures, patches),
            budget,
        )
    return Merging(tuple(each.reshape(*lead, patches) for each in groups), counts, weights)


def whole_cascade(patches: int) -> int:
    """How many tokens a cascade of the published proportions leaves: 112 of 256, 21 of 49."""
    return max(1, patches * SHARES // 16)


# each takes (pictures, patches, width), (pictures, patches) and the budget, which is below patches
Division = tuple[tuple[int, ...], tuple[Tensor, ...]]


def _bipartite(tokens: Tensor, weights: Tensor, budget: int) -> Division:
    """Bipartite soft matching (Bolya et al. 2023, "Token Merging"), in rounds.

    A round takes every other token as a candidate, finds its most similar token among the rest,
    and merges the most similar of these pairs; what is left goes to the next round.
    """
    groups = torch.arange(tokens.shape[1], device=tokens.device).expand(weights.shape)
    while (left := tokens.shape[1]) > budget:
        gone = min(left - budget, max(1, left // ROUND))
        step = _paired(tokens, gone)
        tokens, weights = _averaged(tokens, weights, step, left - gone)
        groups = step.gather(1, groups)
    return (budget,), (groups,)


def _density(tokens: Tensor, weights: Tensor, budget: int) -> Division:
    """Density-peak clustering in one step."""
    return (budget,), (_peaked(tokens, budget, NEAREST),)


def _cascade(tokens: Tensor, weights: Tensor, budget: int) -> Division:
    """Density-peak clustering in up to three steps, all of whose tokens are kept, finest first.

    The published steps (Jin et al. 2024, "Chat-UniVi") are 64, 32 and 16 of 256 patches: together
    112. Here 4, 2 and 1 of every 7 tokens of the budget, so it works for any number of patches.
    """
    middle, coarse = 2 * budget // SHARES, budget // SHARES
    counts = tuple(count for count in (budget - middle - coarse, middle, coarse) if count)
    found: list[Tensor] = []
    for number, count in enumerate(counts):
        step = _peaked(tokens, count, NEAREST_LATER if number else NEAREST)
        tokens, weights = _averaged(tokens, weights, step, count)
        found.append(step.gather(1, found[-1]) if found else step)
    return counts, tuple(found)


METHODS: dict[str, Callable[[Tensor, Tensor, int], Division]] = {
    "bipartite": _bipartite,
    "density": _density,
    "cascade": _cascade,
}


def _averaged(tokens: Tensor, weights: Tensor, groups: Tensor, count: int) -> tuple:
    step = Merging((groups,), (count,), weights)
    return step.merge(tokens), step.sizes


def _paired(tokens: Tensor, gone: int) -> Tensor:
    """The groups when `gone` of the tokens in even places join their likest in an odd place."""
    unit = torch.nn.functional.normalize(tokens, dim=-1)
    likeness = unit[:, ::2] @ unit[:, 1::2].transpose(1, 2)  # (pictures, evens, odds)
    best, partner = (likeness / ALIKE).round().max(-1)  # (pictures, evens)
    leaving = best.argsort(dim=-1, descending=True, stable=True)[:, :gone]
    goes_to = torch.arange(tokens.shape[1], device=tokens.device).repeat(len(tokens), 1)
    goes_to.scatter_(1, 2 * leaving, 2 * partner.gather(1, leaving) + 1)
    return _numbered(goes_to)


def _peaked(tokens: Tensor, count: int, nearest: int) -> Tensor:
    """The groups around the `count` tokens that are densest and farthest from denser ones.

    DPC-KNN, in logarithms, so that tokens far apart don't all have a density of nothing.
    """
    exact = "donot_use_mm_for_euclid_dist"  # the place of two tokens changes nothing
    apart = torch.cdist(tokens, tokens, compute_mode=exact) / tokens.shape[-1] ** 0.5
    largest = tokens.square().mean(-1).amax(-1).sqrt()[:, None, None]
    apart = apart.where(apart > ALIKE * largest, 0)
    closest = apart.topk(min(nearest, apart.shape[1]), largest=False).values  # itself among them
    density = -closest.square().mean(-1)  # (pictures, tokens), the logarithm of it
    order = density.argsort(dim=-1, descending=True, stable=True).argsort(-1)
    denser = order.unsqueeze(1) < order.unsqueeze(2)  # [picture, token, other]
    farthest = apart.flatten(1).amax(1)[:, None, None]
    reach = torch.where(denser, apart, farthest).amin(-1)
    peaks = (density + reach.log()).argsort(dim=-1, descending=True, stable=True)[:, :count]
    peaks = peaks.sort(-1).values
    towards = apart.gather(2, peaks.unsqueeze(1).expand(-1, apart.shape[1], -1)).argmin(-1)
    goes_to = peaks.gather(1, towards).scatter(1, peaks, peaks)
    return _numbered(goes_to)


def _numbered(goes_to: Tensor) -> Tensor:
    """Numbers of groups, in the order of the tokens that each group gathers around."""
    heads = torch.zeros_like(goes_to).scatter(1, goes_to, 1)
    return (heads.cumsum(1) - 1).gather(1, goes_to)
