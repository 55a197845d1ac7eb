"""Events: learned edges, and changes against every division there is."""

from itertools import combinations

import numpy as np
import pytest
import torch

from summarizer.models.saliency.events import Edges, changes, peaks


def test_the_likeliest_edges_stay_and_none_is_too_close():
    chances = np.array([0.9, 0.1, 0.8, 0.95, 0.2, 0.7, 0.6, 0.99])
    # nine rows; behind row 3 is likeliest of those that leave two rows on either side
    assert peaks(chances, 2) == [4, 6]
    assert peaks(chances, 1) == [1, 3, 4, 6, 7, 8]
    assert peaks(chances, 1, likely=0.93) == [4, 8]
    assert peaks(np.zeros(0), 2) == []


@pytest.mark.parametrize("seed", range(12))
def test_changes_are_the_best_division_of_all(seed):
    draw = np.random.default_rng(seed)
    centres = draw.normal(size=(4, 5))
    rows = np.repeat(centres, draw.integers(2, 5, 4), axis=0)[:11]
    rows = rows + 0.3 * draw.normal(size=rows.shape)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def cost(edges) -> float:
        parts = np.split(unit, list(edges))
        return sum(((part - part.mean(0)) ** 2).sum() for part in parts) + 0.5 * len(edges)

    possible = [
        edges
        for count in range(len(rows))
        for edges in combinations(range(1, len(rows)), count)
        if all(b - a >= 2 for a, b in zip((0, *edges), (*edges, len(rows)), strict=True))
    ]
    found = changes(rows, 2)
    assert tuple(found) in possible
    assert cost(found) == pytest.approx(min(map(cost, possible)), abs=1e-9)


def test_rows_that_stay_and_rows_that_are_few_have_no_change():
    assert changes(np.ones((30, 4)), 2) == []
    assert changes(np.random.default_rng(0).normal(size=(3, 4)), 2) == []


def test_the_head_learns_where_events_end():
    torch.manual_seed(0)
    head = Edges(8, 16)
    optimizer = torch.optim.Adam(head.parameters(), lr=1e-2)

    def clip():
        lengths = torch.randint(2, 6, (6,))
        rows = torch.repeat_interleave(torch.randn(6, 8), lengths, dim=0)
        ends = torch.zeros(len(rows) - 1)
        ends[lengths.cumsum(0)[:-1] - 1] = 1.0
        return (rows + 0.1 * torch.randn_like(rows))[None], ends

    for _ in range(400):
        rows, ends = clip()
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head(rows)[0], ends)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    hits = total = 0
    with torch.no_grad():
        for _ in range(20):
            rows, ends = clip()
            found = peaks(head(rows)[0].sigmoid().numpy(), 2)
            right = (ends.nonzero().flatten() + 1).tolist()
            hits += len(set(found) & set(right))
            total += len(set(found) | set(right))
    assert hits / total > 0.75
