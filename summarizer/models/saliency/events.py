"""Where one event ends and the next begins: learned, or where the rows change for good."""

import numpy as np
import torch
from torch import Tensor, nn

LIKELY = 0.5  # of an edge, from which it counts
PENALTY = 0.5  # what an edge must explain: squared distance of unit rows from their mean, in rows


class Edges(nn.Module):
    """(batch, rows, width) -> (batch, rows - 1) logits: an event ends behind that row."""

    def __init__(self, width: int, hidden: int = 64):
        super().__init__()
        self.mix = nn.Sequential(
            nn.LayerNorm(3 * width), nn.Linear(3 * width, hidden), nn.GELU(), nn.Linear(hidden, 1)
        )

    def forward(self, rows: Tensor) -> Tensor:
        before, behind = rows[:, :-1], rows[:, 1:]
        return self.mix(torch.cat([before, behind, (behind - before).abs()], -1))[..., 0]


def peaks(chances: np.ndarray, shortest: int, likely: float = LIKELY) -> list[int]:
    """The rows before which an event begins, by the chance of an edge behind each row but the last:
    the likeliest first, none closer than `shortest` rows to another or to an end."""
    rows, found = len(chances) + 1, [0, len(chances) + 1]
    for place in np.argsort(-chances, kind="stable").tolist():
        if chances[place] < likely:
            break
        begins = place + 1
        if min(abs(begins - other) for other in found) >= min(shortest, rows):
            found.append(begins)
    return sorted(found)[1:-1]


def changes(rows: np.ndarray, shortest: int, penalty: float = PENALTY) -> list[int]:
    """The rows (rows, width) before which what they show becomes another for good: the division
    whose events are the most alike within, by their cosines, at `penalty` an edge."""
    from ruptures import KernelCPD

    if len(rows) < 2 * shortest:
        return []
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    search = KernelCPD(kernel="linear", min_size=max(1, shortest))
    return search.fit(unit.astype(np.float64)).predict(pen=penalty)[:-1]
