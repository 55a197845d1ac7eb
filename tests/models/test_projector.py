"""The projector against its formula, in every precision, and under names that checkpoints keep."""

import math

import pytest
import torch

from summarizer.models.projector import Projector


def made(found: int = 6, read: int = 10) -> Projector:
    torch.manual_seed(0)
    return Projector(found, read)


def test_it_is_the_formula():
    projector, tokens = made(), torch.randn(4, 3, 6)
    first = tokens @ projector.first.weight.T + projector.first.bias
    bent = first * 0.5 * (1 + torch.erf(first / math.sqrt(2)))
    expected = bent @ projector.second.weight.T + projector.second.bias
    assert torch.allclose(projector(tokens), expected, atol=1e-6)


def test_names_and_shapes_that_checkpoints_rely_on():
    shapes = {name: tuple(value.shape) for name, value in made().state_dict().items()}
    assert shapes == {
        "first.weight": (10, 6),
        "first.bias": (10,),
        "second.weight": (10, 10),
        "second.bias": (10,),
    }


def test_its_size_for_the_real_models():
    with torch.device("meta"):
        projector = Projector(768, 4096)
    assert sum(each.numel() for each in projector.parameters()) == 19_931_136


@pytest.mark.parametrize("given", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("own", [torch.bfloat16, torch.float32])
def test_any_precision_comes_in_and_its_own_goes_out(given, own):
    tokens = torch.randn(5, 6).to(given)
    out = made().to(own)(tokens)
    assert out.dtype == own and out.shape == (5, 10)
    assert torch.allclose(out.float(), made()(tokens), atol=0.02)


@pytest.mark.parametrize("shape", [(6,), (0, 6), (1, 6), (2, 3, 4, 6)])
def test_any_shape_goes_through_row_by_row(shape):
    projector, tokens = made(), torch.randn(*shape)
    out = projector(tokens)
    assert out.shape == (*shape[:-1], 10)
    rows = [projector(row) for row in tokens.reshape(-1, 6)]
    if rows:
        assert torch.allclose(out.reshape(-1, 10), torch.stack(rows), atol=1e-6)


def test_it_learns():
    projector, tokens, goal = made(), torch.randn(32, 6), torch.randn(32, 10)
    optimizer = torch.optim.Adam(projector.parameters(), lr=0.05)
    losses = []
    for _ in range(60):
        loss = (projector(tokens) - goal).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert losses[-1] < 0.5 * losses[0]
