"""The bank: sharp from the beginning, and able to keep what was planted."""

import pytest
import torch

from summarizer.errors import PresetError
from summarizer.models.saliency.memory import Memory

WIDTH, SLOTS, PATTERNS, SEEN = 32, 24, 8, 16


def spread(shares: torch.Tensor) -> torch.Tensor:
    """Of how many slots each row reads, by the entropy."""
    return torch.exp(-(shares * shares.clamp(min=1e-12).log()).sum(-1))


@pytest.mark.parametrize("width", [32, 768])
def test_unrelated_rows_read_few_of_many_slots_from_the_beginning(width):
    torch.manual_seed(0)
    memory = Memory(512, width)
    found = memory.recall(torch.randn(1, 200, width))
    assert spread(found.shares).mean() < 512 / 8
    # the read-out depends on what is asked, and is not the mean of the bank
    apart = found.read[0] - found.read[0].mean(0)
    assert apart.norm(dim=-1).mean() > found.read[0].mean(0).norm()


@pytest.fixture(scope="module")
def planted():
    """Patterns, and a memory that had to complete them from their first half."""
    torch.manual_seed(1)
    patterns = torch.randn(PATTERNS, WIDTH)
    memory = Memory(SLOTS, WIDTH)
    optimizer = torch.optim.Adam(memory.parameters(), lr=1e-2)
    for _ in range(400):
        rows, whole = cues(patterns, 64)
        loss = (memory(rows) - whole).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return patterns, memory.requires_grad_(False)


def cues(patterns: torch.Tensor, count: int):
    which = torch.randint(len(patterns), (count,))
    rows = patterns[which].clone()
    rows[:, SEEN:] = 0
    return (rows + 0.2 * torch.randn_like(rows))[None], patterns[which][None]


def test_it_returns_what_was_planted(planted):
    patterns, memory = planted
    rows, whole = cues(patterns, 200)
    hidden = slice(SEEN, None)
    before = (rows - whole)[..., hidden].square().mean()
    after = (memory(rows) - whole)[..., hidden].square().mean()
    assert after < 0.1 * before


def test_each_pattern_lies_in_slots_of_its_own(planted):
    patterns, memory = planted
    rows = patterns.clone()
    rows[:, SEEN:] = 0
    found = memory.recall(rows[None])
    assert spread(found.shares[0]).max() < SLOTS / 4
    assert len(set(found.shares[0].argmax(-1).tolist())) == PATTERNS
    # what the slot holds is the half that the row lacks
    held = memory.values[found.shares[0].argmax(-1)][:, SEEN:]
    alike = torch.nn.functional.cosine_similarity(held, patterns[:, SEEN:])
    assert alike.min() > 0.9


def test_what_is_returned_comes_from_the_bank(planted):
    patterns, memory = planted
    kept = memory.values.clone()
    rows, whole = cues(patterns, 100)
    with torch.no_grad():
        memory.values.zero_()
    lost = (memory(rows) - whole)[..., SEEN:].square().mean()
    with torch.no_grad():
        memory.values.copy_(kept)
    assert lost > 0.5 * whole[..., SEEN:].square().mean()


def test_the_output_is_the_row_and_what_passed_the_gate(planted):
    _, memory = planted
    rows = torch.randn(1, 5, WIDTH)
    found = memory.recall(rows)
    assert ((found.gate > 0) & (found.gate < 1)).all()
    torch.testing.assert_close(memory(rows), rows + found.gate * found.read)


def test_a_bank_of_one_is_refused():
    with pytest.raises(PresetError, match="1 slots"):
        Memory(1, 8)
