"""Attention within a window: each row reads the rows near it, and no other is ever touched.

Rows are taken in blocks about as long as a window, each block against the one stretch of keys that
its windows span. So time and memory grow with rows x window, and the result is that of attention
over all rows with everything outside the window masked.
"""

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import pad

from summarizer.errors import PresetError

BLOCK = 16  # rows at least; shorter blocks are many small products


def local(queries: Tensor, keys: Tensor, values: Tensor, there: Tensor, kernel: int) -> Tensor:
    """(batch, heads, rows, depth), of the same: what each row reads of the `kernel` rows around it.

    there: (batch, rows) bool; rows that are not there are never read, and what they read is 0.
    """
    band = Band.of(queries.shape[2], kernel)
    weights = band.weights(queries, keys, there).to(values.dtype)
    read = band.joined(weights @ band.spans(values))
    return read.masked_fill(~there[:, None, :, None], 0.0)


def reach(queries: Tensor, keys: Tensor, there: Tensor, kernel: int) -> Tensor:
    """(batch, heads, rows, kernel): how much each row reads of each place of its window, the row
    itself in the middle; 0 where there is nothing."""
    band = Band.of(queries.shape[2], kernel)
    found = band.by_offset(band.weights(queries, keys, there))
    found = found.masked_fill(~there[:, None, :, None], 0.0)
    return pad(found, [kernel // 2 - band.radius] * 2)


@dataclass(frozen=True)
class Band:
    """How so many rows with windows of that radius are divided into blocks."""

    rows: int
    radius: int
    block: int

    @staticmethod
    def of(rows: int, kernel: int) -> "Band":
        if kernel < 1 or kernel % 2 == 0:
            raise PresetError(
                f"a window of {kernel} rows has no middle; the kernel must be odd, 1 or more"
            )
        radius = min(kernel // 2, rows - 1)
        return Band(rows, radius, min(rows, max(BLOCK, 2 * radius + 1)))

    @property
    def span(self) -> int:
        """Rows that the windows of a block reach."""
        return self.block + 2 * self.radius

    @property
    def more(self) -> int:
        """Rows that are missing for whole blocks."""
        return -self.rows % self.block

    def weights(self, queries: Tensor, keys: Tensor, there: Tensor) -> Tensor:
        """(batch, heads, blocks, block, span) float32: shares of 1 for every row."""
        queries = self.blocks(queries * queries.shape[-1] ** -0.5)
        logits = (queries @ self.spans(keys).transpose(-1, -2)).float()
        inside = pad(there, (self.radius, self.radius + self.more)).unfold(1, self.span, self.block)
        open_ = inside[:, None, :, None] & self.near(there.device)
        # the lowest number and not minus infinity: a row without anything must not become NaN
        return logits.masked_fill(~open_, torch.finfo(logits.dtype).min).softmax(-1)

    def near(self, device: torch.device) -> Tensor:
        """(block, span): whether a place of the span lies in the window of a row."""
        offset = torch.arange(self.span, device=device)
        offset = offset - torch.arange(self.block, device=device)[:, None]
        return (offset >= 0) & (offset <= 2 * self.radius)

    def blocks(self, rows: Tensor) -> Tensor:
        """(..., rows, depth) -> (..., blocks, block, depth)"""
        return pad(rows, (0, 0, 0, self.more)).unflatten(-2, (-1, self.block))

    def spans(self, rows: Tensor) -> Tensor:
        """(..., rows, depth) -> (..., blocks, span, depth)"""
        padded = pad(rows, (0, 0, self.radius, self.radius + self.more))
        return padded.unfold(-2, self.span, self.block).transpose(-1, -2)

    def joined(self, blocks: Tensor) -> Tensor:
        """(..., blocks, block, depth) -> (..., rows, depth)"""
        return blocks.flatten(-3, -2)[..., : self.rows, :]

    def by_offset(self, weights: Tensor) -> Tensor:
        """(..., blocks, block, span) -> (..., rows, window)"""
        window = torch.arange(2 * self.radius + 1, device=weights.device)
        places = torch.arange(self.block, device=weights.device)[:, None] + window
        return self.joined(weights.gather(-1, places.expand(*weights.shape[:-2], -1, -1)))
