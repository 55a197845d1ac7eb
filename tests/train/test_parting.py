"""Words that lie where another lies are moved away from it; the others stay as they are."""

import torch

from summarizer.train.parting import AWAY, NEAR, lay_apart


def table() -> torch.Tensor:
    """Ten words of about the same length, of which 3 and 7 lie near each other."""
    made = torch.nn.functional.normalize(torch.randn(10, 64), dim=1) * 5
    made[7] = made[3] + 0.5 * NEAR * 5 / 8  # over 64 numbers: half as far as is near
    return made


def test_only_words_that_lie_near_another_are_moved_and_then_lie_as_far_as_others():
    torch.manual_seed(0)
    before = table()
    after = before.clone()
    assert lay_apart(after, range(10)) == [3, 7]
    stay = [each for each in range(10) if each not in (3, 7)]
    assert torch.equal(after[stay], before[stay])
    moved = (after - before)[[3, 7]].norm(dim=1)
    torch.testing.assert_close(moved, torch.full((2,), AWAY * 5.0), rtol=0.3, atol=0)
    assert (after[3] - after[7]).norm() > AWAY * 5
    assert lay_apart(after, range(10)) == []


def test_how_long_vectors_are_changes_nothing_and_it_is_the_same_each_time():
    torch.manual_seed(1)
    before = table()
    small, large, again = before.clone(), before * 100, before.clone()
    lay_apart(small, range(10))
    lay_apart(large, range(10))
    torch.rand(5)  # whatever chance there was meanwhile
    lay_apart(again, range(10))
    torch.testing.assert_close(small * 100, large)
    assert torch.equal(small, again)


def test_what_is_not_among_the_words_is_neither_moved_nor_asked():
    torch.manual_seed(2)
    before = table()
    after = before.clone()
    assert lay_apart(after, [0, 3, 5, 9]) == [] and torch.equal(after, before)
