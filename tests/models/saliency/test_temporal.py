"""The transformer over seconds: padding, places beyond those learned, and windows."""

import numpy as np
import pytest
import torch
from scipy.interpolate import interp1d

from summarizer.errors import PresetError
from summarizer.models.saliency.temporal import Attention, Near, Positions, Temporal


@pytest.fixture(params=[0, 3], ids=["all", "window"])
def temporal(request) -> Temporal:
    torch.manual_seed(0)
    made = Temporal(16, 4, 1, room=20, kernel=request.param).eval()
    for each in made.parameters():  # as far from nothing as learned ones
        torch.nn.init.normal_(each, std=0.3)
    return made


def test_padding_changes_nothing(temporal):
    rows, there = torch.randn(2, 17, 16), torch.ones(2, 17, dtype=torch.bool)
    there[0, 9:] = False
    rows[0, 9:] = 100.0
    alone = temporal(rows[:1, :9], there[:1, :9])
    torch.testing.assert_close(temporal(rows, there)[:1, :9], alone, atol=1e-5, rtol=1e-5)


def test_one_picture_is_a_video(temporal):
    rows = torch.randn(1, 1, 16)
    assert torch.isfinite(temporal(rows, torch.ones(1, 1, dtype=torch.bool))).all()


def test_the_order_of_frames_matters(temporal):
    rows, there = torch.randn(1, 12, 16), torch.ones(1, 12, dtype=torch.bool)
    turned = temporal(rows.flip(1), there).flip(1)
    assert (turned - temporal(rows, there)).abs().max() > 0.1


def test_a_window_wide_enough_is_attention_to_all():
    torch.manual_seed(1)
    whole = Temporal(16, 4, 2, room=30)
    near = Temporal(16, 4, 2, room=30, kernel=61)
    near.load_state_dict(whole.state_dict())
    rows, there = torch.randn(2, 30, 16), torch.ones(2, 30, dtype=torch.bool)
    there[1, 20:] = False
    one, other = whole(rows, there), near(rows, there)
    torch.testing.assert_close(one[there], other[there], atol=1e-5, rtol=1e-5)


def test_a_window_lets_a_change_through_no_further_than_it_reaches():
    torch.manual_seed(2)
    near, there = Near(16, 4, 5), torch.ones(1, 40, dtype=torch.bool)
    rows = torch.randn(1, 40, 16)
    changed = rows.clone()
    changed[0, 20] = torch.randn(16)
    moved = (near(rows, there) - near(changed, there)).abs().amax(-1)[0] > 0
    assert moved.nonzero().flatten().tolist() == [18, 19, 20, 21, 22]


def test_places_up_to_the_room_are_as_learned_and_beyond_lie_on_their_curve():
    torch.manual_seed(3)
    places = Positions(512, 4)
    assert torch.equal(places(300), places.weight[:300])
    assert torch.equal(places(512), places.weight)
    steps = np.linspace(0, 6, 512)
    curve = np.stack([np.sin(steps), np.cos(steps), steps, steps**2], 1).astype(np.float32)
    with torch.no_grad():
        places.weight.copy_(torch.from_numpy(curve))
    # a longer video has its places at the middles of as many equal parts
    wanted = (np.arange(1800) + 0.5) * 512 / 1800 - 0.5
    inner = (wanted > 2) & (wanted < 509)
    right = interp1d(np.arange(512), curve, kind="cubic", axis=0)(wanted[inner])
    np.testing.assert_allclose(places(1800).detach().numpy()[inner], right, atol=0.01)


def test_the_map_shows_what_is_read():
    torch.manual_seed(4)
    near, there = Near(16, 2, 5), torch.ones(1, 9, dtype=torch.bool)
    rows = torch.randn(1, 9, 16)
    shown = near.map(rows, there)
    assert shown.shape == (1, 9, 5)
    torch.testing.assert_close(shown.sum(-1), torch.ones(1, 9))
    assert not shown[0, 0, :2].any()  # nothing comes before the first


def test_heads_must_share_the_width():
    with pytest.raises(PresetError, match="5 heads"):
        Attention(16, 5)
