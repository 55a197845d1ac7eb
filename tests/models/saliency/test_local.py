"""Local attention against attention over all rows with a mask, and row by row where too large."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.errors import PresetError
from summarizer.models.saliency.local import Band, local, reach


def made(rows: int, seed: int, *, batch: int = 2, heads: int = 2, depth: int = 8):
    random = torch.Generator().manual_seed(seed)
    drawn = [torch.randn(batch, heads, rows, depth, generator=random) for _ in range(4)]
    there = torch.rand(batch, rows, generator=random) < 0.8
    there[0] = True
    return *drawn, there


def masked(queries, keys, values, there, kernel):
    """All rows against all, in double precision, with logits outside the band at minus infinity."""
    queries, keys, values = (each.double() for each in (queries, keys, values))
    place = torch.arange(queries.shape[2])
    band = (place[:, None] - place[None]).abs() <= kernel // 2
    seen = band[None, None] & there[:, None, None, :]
    logits = torch.einsum("bhid,bhjd->bhij", queries, keys) / queries.shape[-1] ** 0.5
    powers = torch.exp(logits - logits.amax(-1, keepdim=True)) * seen
    weights = powers / powers.sum(-1, keepdim=True).clamp(min=1e-300)
    weights = weights * there[:, None, :, None]
    return weights @ values, weights


def gradients(way, queries, keys, values, wanted, there, kernel):
    leaves = [each.clone().requires_grad_() for each in (queries, keys, values)]
    found = way(*leaves, there, kernel)
    found = found[0] if isinstance(found, tuple) else found
    (found * wanted).sum().backward()
    return found.detach(), [each.grad for each in leaves]


def assert_same(rows: int, kernel: int, seed: int):
    queries, keys, values, wanted, there = made(rows, seed)
    mine, slopes = gradients(local, queries, keys, values, wanted, there, kernel)
    whole, right = gradients(masked, queries, keys, values, wanted, there, kernel)
    torch.testing.assert_close(mine.double(), whole.double(), atol=1e-5, rtol=0)
    for one, other in zip(slopes, right, strict=True):
        torch.testing.assert_close(one.double(), other.double(), atol=1e-5, rtol=0)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 150), st.integers(0, 100).map(lambda half: 2 * half + 1), st.integers(0, 99))
def test_forward_and_backward_are_those_of_the_masked_form(rows, kernel, seed):
    assert_same(rows, kernel, seed)


@pytest.mark.parametrize(("rows", "kernel"), [(1, 5), (2, 5), (512, 5), (1023, 33), (2048, 5)])
def test_it_is_the_same_for_long_videos(rows, kernel):
    assert_same(rows, kernel, rows + kernel)


@pytest.mark.parametrize(("rows", "kernel"), [(32_768, 5), (20_011, 129)])
def test_rows_of_a_very_long_video_are_right_one_by_one(rows, kernel):
    queries, keys, values, _, there = made(rows, 3, batch=1, depth=4)
    there[0, 1000:1040] = False
    found = local(queries, keys, values, there, kernel)
    for row in (0, 1, 31, 32, 33, 999, 1041, rows // 2, rows - 2, rows - 1):
        near = [
            each
            for each in range(max(0, row - kernel // 2), min(rows, row + kernel // 2 + 1))
            if there[0, each]
        ]
        for head in range(queries.shape[1]):
            logits = [torch.dot(queries[0, head, row], keys[0, head, each]) / 2 for each in near]
            shares = torch.softmax(torch.stack(logits), 0)
            right = sum(
                share * values[0, head, each] for share, each in zip(shares, near, strict=True)
            )
            torch.testing.assert_close(found[0, head, row], right, atol=1e-5, rtol=0)
    assert not found[0, :, 1000:1040].any()


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 90), st.integers(0, 60).map(lambda half: 2 * half + 1), st.integers(0, 99))
def test_what_is_read_of_each_place_is_known(rows, kernel, seed):
    queries, keys, values, _, there = made(rows, seed)
    shares = reach(queries, keys, there, kernel)
    _, weights = masked(queries, keys, values, there, kernel)
    assert shares.shape == (2, 2, rows, kernel)
    right = torch.zeros(2, 2, rows, kernel)
    for row in range(rows):
        for place in range(kernel):
            other = row + place - kernel // 2
            if 0 <= other < rows:
                right[:, :, row, place] = weights[:, :, row, other].float()
    torch.testing.assert_close(shares, right, atol=1e-5, rtol=0)


def test_what_is_kept_for_learning_grows_with_the_rows_and_not_with_their_square():
    def numbers(rows: int) -> int:
        queries, keys, values, _, there = made(rows, 0, batch=1)
        largest = 0

        def note(tensor):
            nonlocal largest
            largest = max(largest, tensor.numel())
            return tensor

        leaves = [each.requires_grad_() for each in (queries, keys, values)]
        with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
            local(*leaves, there, 5)
        return largest

    assert numbers(8192) == 8 * numbers(1024)


def test_padding_does_not_matter():
    queries, keys, values, _, _ = made(70, 1)
    there = torch.ones(2, 70, dtype=torch.bool)
    there[:, 41:] = False
    short = [each[:, :, :41] for each in (queries, keys, values)]
    alone = local(*short, there[:, :41], 7)
    torch.testing.assert_close(local(queries, keys, values, there, 7)[:, :, :41], alone)


def test_nothing_there_reads_nothing_and_has_no_slope():
    queries, keys, values, _, _ = made(9, 2)
    there = torch.zeros(2, 9, dtype=torch.bool)
    queries.requires_grad_()
    found = local(queries, keys, values, there, 3)
    found.sum().backward()
    assert not found.any()
    assert not queries.grad.any()


@pytest.mark.parametrize("kernel", [0, 2, -3])
def test_a_window_without_a_middle_is_refused(kernel):
    with pytest.raises(PresetError, match="odd"):
        Band.of(10, kernel)
