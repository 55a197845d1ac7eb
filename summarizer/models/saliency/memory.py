"""A bank of learned patterns that rows are compared with, and completed from.

A row asks by what it is like. In `width` dimensions the cosines of unrelated vectors are about
1 / sqrt(width), so they are scaled up by sqrt(width): else every slot would be read alike, and the
read-out would be the mean of the bank whatever is asked.
"""

import math
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from summarizer.errors import PresetError

SHARPNESS = 3.0  # spread of the logits of unrelated vectors, at first; it is learned
SHUT = -1.0  # of the gate, at first: some of what is read gets through


class Recall(NamedTuple):
    """What was read for each row, from which slots, and how much of it was taken."""

    shares: Tensor  # (batch, rows, slots), shares of 1
    read: Tensor  # (batch, rows, width)
    gate: Tensor  # (batch, rows, 1) in 0..1


class Memory(nn.Module):
    """(batch, rows, width) -> the same rows and, through a gate, what the bank knows of each."""

    def __init__(self, slots: int, width: int):
        super().__init__()
        if slots < 2:
            raise PresetError(f"a bank of {slots} slots has nothing to choose from; take 2 or more")
        self.ask = nn.Linear(width, width)
        self.keys = nn.Parameter(torch.randn(slots, width))
        self.values = nn.Parameter(torch.randn(slots, width) / math.sqrt(width))
        self.log_sharpness = nn.Parameter(torch.tensor(math.log(SHARPNESS)))
        self.gate = nn.Linear(2 * width, 1)
        nn.init.eye_(self.ask.weight)  # at first a row asks for what is like itself
        nn.init.zeros_(self.ask.bias)
        nn.init.zeros_(self.gate.weight)
        nn.init.constant_(self.gate.bias, SHUT)

    def forward(self, rows: Tensor) -> Tensor:
        found = self.recall(rows)
        return rows + found.gate * found.read

    def recall(self, rows: Tensor) -> Recall:
        alike = normalize(self.ask(rows), dim=-1) @ normalize(self.keys, dim=-1).T
        sharpness = self.log_sharpness.exp() * math.sqrt(rows.shape[-1])
        shares = (sharpness * alike.float()).softmax(-1).to(rows.dtype)
        read = shares @ self.values
        return Recall(shares, read, self.gate(torch.cat([rows, read], -1)).sigmoid())
