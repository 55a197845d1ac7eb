"""The learned head: it learns what a wish changes, and is kept and loaded whole."""

import json

import pytest
import torch

from summarizer.errors import WeightsError
from summarizer.models.saliency.head import Head, load, save

WIDTHS = {"sight": 8, "hearing": 6}
MADE = {"sight": "tiny-clip", "hearing": "tiny-clap"}


def world(seed: int, count: int = 200):
    """Seconds that matter just where the picture is like the wish."""
    made = torch.Generator().manual_seed(seed)
    wish = {name: torch.randn(width, generator=made) for name, width in WIDTHS.items()}
    rows = {name: torch.randn(count, width, generator=made) for name, width in WIDTHS.items()}
    wish = {name: each / each.norm() for name, each in wish.items()}
    rows = {name: each / each.norm(dim=1, keepdim=True) for name, each in rows.items()}
    return rows, wish, (rows["sight"] @ wish["sight"] > 0.2).float()


@pytest.fixture(scope="module")
def taught() -> Head:
    torch.manual_seed(0)
    head = Head(WIDTHS, 32)
    rate = torch.optim.AdamW(head.parameters(), lr=3e-3)
    for step in range(300):
        rows, wish, right = world(step)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head(rows, wish), right)
        rate.zero_grad()
        loss.backward()
        rate.step()
    return head.eval()


def test_it_learns_what_the_wish_changes(taught):
    hits = []
    for seed in range(1000, 1010):
        rows, wish, right = world(seed)
        with torch.inference_mode():
            hits.append(((taught(rows, wish) > 0) == right.bool()).float().mean())
    assert torch.stack(hits).mean() > 0.85  # of 0.7 for the answer that never changes


def test_a_missing_sense_or_wish_is_not_a_zero_answer(taught):
    rows, wish, _ = world(5)
    with torch.inference_mode():
        whole = taught(rows, wish)
        deaf = taught({"sight": rows["sight"]}, {"sight": wish["sight"]})
        open_ = taught(rows, {})
    assert whole.shape == deaf.shape == open_.shape == (200,)
    assert torch.isfinite(torch.stack([whole, deaf, open_])).all()
    assert not torch.allclose(whole, open_)


def test_it_is_kept_and_loaded_for_the_same_weights_alone(taught, tmp_path):
    save(tmp_path / "head", taught, MADE, {"loss": 0.1})
    rows, wish, _ = world(7)
    again = load(tmp_path / "head", MADE)
    assert torch.equal(again(rows, wish), taught(rows, wish))
    assert load(tmp_path / "head", {"sight": "tiny-clip"})  # a silent video has no second track
    with pytest.raises(WeightsError, match="was trained on rows by"):
        load(tmp_path / "head", MADE | {"sight": "clip-vit-b-32"})
    config = json.loads((tmp_path / "head" / "config.json").read_text())
    for change in ({"widths": 3}, {"hidden": "x"}, {"widths": {"sight": -4}}):
        (tmp_path / "head" / "config.json").write_text(json.dumps(config | change))
        with pytest.raises(WeightsError, match=r"how its head is shaped|doesn't fit"):
            load(tmp_path / "head", MADE)


def test_what_is_missing_is_where_and_as_precise_as_what_is_there():
    """A head in another precision stands for one on another device: nothing may be mixed."""
    torch.manual_seed(0)
    head = Head(WIDTHS, 16).double().eval()
    rows, *_ = world(1)
    sight = {"sight": rows["sight"].double()}
    found = head(sight, {})
    nothing = {"sight": torch.zeros(8).double(), "hearing": torch.zeros(6).double()}
    whole = head({**sight, "hearing": torch.zeros(200, 6).double()}, nothing)
    assert found.dtype == torch.float64 and torch.equal(found, whole)
