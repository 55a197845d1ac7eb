"""Frames in order: a transformer over the seconds of a video, and attention to those near by.

The layer and the order of its parts are those of VTSUM-BLIP (Lin et al., "VideoXum", 2023):
learned positions are added before the layer and once more behind it.
"""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, scaled_dot_product_attention

from summarizer.errors import PresetError
from summarizer.models.saliency.local import local, reach

EPSILON = 1e-6  # of a norm
SPREAD = 0.02  # of weights before anything is learned


class Positions(nn.Module):
    """A learned vector for each of `room` places; of longer videos, the curve through them."""

    def __init__(self, room: int, width: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(room, width))
        nn.init.trunc_normal_(self.weight, std=SPREAD)

    def forward(self, rows: int) -> Tensor:
        """(rows, width)"""
        if rows <= len(self.weight):
            return self.weight[:rows]
        curve = self.weight.T[None, :, :, None]  # (1, width, room, 1)
        longer = interpolate(curve, size=(rows, 1), mode="bicubic", align_corners=False)
        return longer[0, :, :, 0].T


class Attention(nn.Module):
    """(batch, rows, width) -> the same; each row reads a window of `kernel` rows, or all if 0."""

    def __init__(self, width: int, heads: int, kernel: int = 0):
        super().__init__()
        if width % heads:
            raise PresetError(f"{heads} heads can't share a width of {width}; choose a divisor")
        self.heads, self.kernel = heads, kernel
        self.qkv = nn.Linear(width, 3 * width)
        self.proj = nn.Linear(width, width)

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        queries, keys, values = self.split(rows)
        if self.kernel:
            read = local(queries, keys, values, there, self.kernel)
        else:
            read = scaled_dot_product_attention(queries, keys, values, there[:, None, None])
        return self.proj(read.transpose(1, 2).flatten(2))

    def split(self, rows: Tensor) -> Tensor:
        """(3, batch, heads, rows, depth): what is asked, what answers, and what is read."""
        found = self.qkv(rows).unflatten(-1, (3, self.heads, -1))  # (batch, rows, 3, heads, depth)
        return found.permute(2, 0, 3, 1, 4)


class Layer(nn.Module):
    """Attention and two linear maps, each behind a norm and beside what they are given."""

    def __init__(self, width: int, heads: int, kernel: int = 0):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, EPSILON)
        self.attn = Attention(width, heads, kernel)
        self.norm2 = nn.LayerNorm(width, EPSILON)
        self.mlp = nn.Sequential(
            nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width)
        )

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        rows = rows + self.attn(self.norm1(rows), there)
        return rows + self.mlp(self.norm2(rows))


class Temporal(nn.Module):
    """(batch, rows, width) -> the same, each row knowing where it is and what is around it.

    `there` (batch, rows) says which rows are frames; at least one of each video is.
    """

    def __init__(self, width: int, heads: int, layers: int = 1, *, room: int, kernel: int = 0):
        super().__init__()
        self.positions = Positions(room, width)
        self.layers = nn.ModuleList(Layer(width, heads, kernel) for _ in range(layers))
        self.norm = nn.LayerNorm(width, EPSILON)
        self.apply(begun)

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        places = self.positions(rows.shape[1])
        rows = rows + places
        for layer in self.layers:
            rows = layer(rows, there)
        return self.norm(rows) + places


class Near(nn.Module):
    """What each row adds to itself from the window around it."""

    def __init__(self, width: int, heads: int, kernel: int):
        super().__init__()
        self.norm1 = nn.LayerNorm(width, EPSILON)
        self.attn = Attention(width, heads, kernel)
        self.apply(begun)

    def forward(self, rows: Tensor, there: Tensor) -> Tensor:
        return rows + self.attn(self.norm1(rows), there)

    def map(self, rows: Tensor, there: Tensor) -> Tensor:
        """(batch, rows, kernel): how much each row reads of each place of its window, on average
        over the heads; to be shown, so nothing is learned through it."""
        with torch.no_grad():
            queries, keys, _ = self.attn.split(self.norm1(rows))
            return reach(queries, keys, there, self.attn.kernel).mean(1)


def begun(part: nn.Module) -> None:
    """Linear maps as small as is usual for transformers."""
    if isinstance(part, nn.Linear):
        nn.init.trunc_normal_(part.weight, std=SPREAD)
        nn.init.zeros_(part.bias)
