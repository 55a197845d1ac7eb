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


def learned(widths: dict[str, int], drawn) -> Head:
    """A head that was taught by what is drawn from each seed."""
    torch.manual_seed(0)
    head = Head(widths, 32)
    rate = torch.optim.AdamW(head.parameters(), lr=3e-3)
    for step in range(300):
        rows, wish, right = drawn(step)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(head(rows, wish), right)
        rate.zero_grad()
        loss.backward()
        rate.step()
    return head.eval()


@pytest.fixture(scope="module")
def taught() -> Head:
    return learned(WIDTHS, world)


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


# -- what is at each place of a picture -----------------------------------------------------------

SPREAD = {"sight": 4, "patches": 8}  # the last four numbers of a patch say how it moves


def scattered(seed: int, count: int = 200):
    """Seconds that matter where one place both is what is wished and moves; in each something is it
    and something moves."""
    made = torch.Generator().manual_seed(seed)
    kind = torch.randint(4, (count, 3), generator=made)
    wished = int(torch.randint(4, (), generator=made))
    kind[:, 0] = wished
    kind[:, 1:] = torch.where(kind[:, 1:] == wished, (wished + 1) % 4, kind[:, 1:])
    mover = torch.randint(2, (count,), generator=made)
    moves = torch.nn.functional.one_hot(mover, 3).float()
    patches = torch.cat(
        [torch.nn.functional.one_hot(kind, 4).float(), moves[..., None].expand(-1, -1, 4)], -1
    )
    order = torch.rand(count, 3, generator=made).argsort(1)
    patches = patches.gather(1, order[..., None].expand_as(patches))
    rows = {"sight": torch.ones(count, 4), "patches": patches}
    return rows, {"sight": torch.eye(4)[wished]}, (mover == 0).float()


@pytest.fixture(scope="module")
def placed() -> Head:
    return learned(SPREAD, scattered)


def test_it_learns_what_has_to_be_together_at_one_place(placed):
    for seed in range(1000, 1005):
        rows, wish, right = scattered(seed)
        with torch.inference_mode():
            found = placed(rows, wish) > 0
        assert (found == right.bool()).float().mean() > 0.95  # of 0.5 for either by itself


def test_many_wishes_for_one_clip_see_it_once_and_find_what_each_finds_alone(placed):
    clips, wishes = zip(*(scattered(seed)[:2] for seed in range(3)), strict=True)
    rows = {name: torch.stack([each[name] for each in clips])[:, None] for name in SPREAD}
    wish = {"sight": torch.stack([each["sight"] for each in wishes]).expand(3, 3, 4)}
    with torch.inference_mode():
        found = placed(rows, wish)
        for one, clip in enumerate(clips):
            for other, each in enumerate(wishes):
                assert torch.allclose(found[one, other], placed(clip, each), atol=1e-4)


def test_what_comes_after_the_last_second_is_no_neighbour(placed):
    rows, wish, _ = scattered(4)
    with torch.inference_mode():
        whole = placed(rows, wish)
        short = placed({name: each[:50] for name, each in rows.items()}, wish)
        blank = {name: each.clone() for name, each in rows.items()}
        for each in blank.values():
            each[50:] = 0
        assert torch.allclose(placed(blank, wish)[:50], short, atol=1e-5)
        assert torch.allclose(whole[:49], short[:49], atol=1e-5)
        assert not torch.allclose(whole[49], short[49], atol=1e-5), "its neighbour counts"


def test_places_count_in_any_order_and_those_that_are_none_do_not(placed, tmp_path):
    rows, wish, _ = scattered(3)
    patches = rows["patches"]
    with torch.inference_mode():
        whole = placed(rows, wish)
        turned = placed(rows | {"patches": patches.flip(1)}, wish)
        padded = torch.cat([patches, torch.zeros(200, 2, 8)], 1)
        wider = placed(rows | {"patches": padded}, wish)
        blank = placed({"sight": rows["sight"]}, wish)
        nothing = placed(rows | {"patches": torch.zeros_like(patches)}, wish)
    for other in (turned, wider):
        assert torch.allclose(whole, other, atol=1e-5)
    assert torch.equal(blank, nothing) and not torch.allclose(whole, blank, atol=0.1)
    save(tmp_path / "head", placed, {"sight": "eye", "patches": "eye"}, {})
    again = load(tmp_path / "head", {"sight": "eye", "patches": "eye", "hearing": "ear"})
    assert torch.equal(again(rows, wish), placed(rows, wish)), "what it never read, it leaves alone"
    with pytest.raises(WeightsError, match="was trained on rows by"):
        load(tmp_path / "head", {"sight": "eye", "patches": "other"})
