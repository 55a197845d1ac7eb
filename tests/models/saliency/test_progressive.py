"""Stages by hand, padding that nobody sees, and a checkpoint that knows its features."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.errors import PresetError, WeightsError
from summarizer.models.saliency.progressive import (
    EncoderShape,
    Progressive,
    Shape,
    VideoEncoder,
    description,
    load,
    padded,
    places,
    product,
)

ENCODER = EncoderShape(features=6, width=16, layers=2, heads=2, dropout=0.1)


def model(seed: int = 0, **more) -> Progressive:
    torch.manual_seed(seed)
    return Progressive(Shape(ENCODER, **more)).eval()


def rows(*lengths: int, width: int = 6) -> list[np.ndarray]:
    draw = np.random.default_rng(sum(lengths))
    return [draw.normal(size=(length, width)).astype(np.float32) for length in lengths]


# -- the encoder ----------------------------------------------------------------------------------


def test_the_encoder_is_post_norm_attention_written_out():
    """Against the textbook's formulas, in loops over layers and heads."""
    torch.manual_seed(1)
    encoder = VideoEncoder(replace(ENCODER, places=0.3)).eval()
    (one,) = rows(5)
    leveled = (one - one.mean(1, keepdims=True)) / np.sqrt(one.var(1, keepdims=True) + 1e-5)
    w = {n: each.detach().numpy().astype(np.float64) for n, each in encoder.named_parameters()}
    x = leveled @ w["entry.weight"].T + w["entry.bias"]
    angles = [[p / 10_000 ** (2 * (i // 2) / 16) for i in range(16)] for p in range(5)]
    waves = [[np.cos(a) if i % 2 else np.sin(a) for i, a in enumerate(line)] for line in angles]
    x = np.vstack([w["whole"], x + 0.3 * np.array(waves)])

    def norm(x, name):
        x = (x - x.mean(1, keepdims=True)) / np.sqrt(x.var(1, keepdims=True) + 1e-5)
        return x * w[f"{name}.weight"] + w[f"{name}.bias"]

    for layer in range(2):
        at = f"layers.layers.{layer}"
        q, k, v = np.split(
            x @ w[f"{at}.self_attn.in_proj_weight"].T + w[f"{at}.self_attn.in_proj_bias"], 3, axis=1
        )
        heads = []
        for part in (slice(0, 8), slice(8, 16)):
            near = np.exp(q[:, part] @ k[:, part].T / np.sqrt(8))
            heads.append(near / near.sum(1, keepdims=True) @ v[:, part])
        out = np.hstack(heads) @ w[f"{at}.self_attn.out_proj.weight"].T
        x = norm(x + out + w[f"{at}.self_attn.out_proj.bias"], f"{at}.norm1")
        inner = np.maximum(x @ w[f"{at}.linear1.weight"].T + w[f"{at}.linear1.bias"], 0)
        x = norm(x + inner @ w[f"{at}.linear2.weight"].T + w[f"{at}.linear2.bias"], f"{at}.norm2")
    given, there = padded([one])
    with torch.no_grad():
        whole, seen = encoder(encoder.enter(encoder.level(given)), there)
    np.testing.assert_allclose(whole[0].numpy(), x[0], atol=1e-4)
    np.testing.assert_allclose(seen[0].numpy(), x[1:], atol=1e-4)


def test_places_differ_and_repeat_nothing():
    found = places(300, torch.zeros(1, 16))
    assert torch.cdist(found, found).fill_diagonal_(9).min() > 0.1


@pytest.mark.parametrize("guide", ["", "after", "before"])
def test_padding_is_seen_by_nobody(guide):
    own = model(stages=3, guide=guide, text=4 if guide else 0)
    given, there = padded(rows(9, 4))
    text = torch.randn(2, 4) if guide else None
    with torch.no_grad():
        found = own(given, there, text)
        alone = own(given[1:, :4], there[1:, :4], None if text is None else text[1:])
        torch.testing.assert_close(found[1, :, :4], alone[0], atol=1e-5, rtol=1e-4)
        given[1, 4:] = 1e3  # whatever lies there
        torch.testing.assert_close(
            own(given, there, text)[1, :, :4], alone[0], atol=1e-5, rtol=1e-4
        )


# -- the stages -----------------------------------------------------------------------------------


def test_each_stage_sees_what_the_one_before_strengthened():
    own = model(stages=3)
    given, there = padded(rows(7))
    with torch.no_grad():
        x, scores = own.encoder.enter(own.encoder.level(given)), []
        for head in own.heads:
            s = torch.sigmoid(head(own.encoder(x, there)[1] + x))[..., 0]
            scores.append(s)
            x = x * (1 + s[..., None])
        found = own(given, there)
    expected = scores[0] * scores[1] * scores[2]
    torch.testing.assert_close(product(found).exp(), expected)
    judged = own.judge(given[0].numpy())
    assert judged.shape == (3, 7)
    np.testing.assert_allclose(judged.prod(0), expected[0].numpy(), rtol=1e-5)


@pytest.mark.parametrize("stages", [1, 2, 4, 7])
def test_the_product_begins_at_a_half(stages):
    own = model(stages=stages)
    for head in own.heads:
        torch.nn.init.zeros_(head.weight)
    (one,) = rows(5)
    np.testing.assert_allclose(own.judge(one).prod(0), 0.5, atol=1e-6)
    assert len({id(each) for each in own.heads}) == stages
    assert sum(each.numel() for n, each in own.named_parameters() if n.startswith("heads")) == (
        17 * stages  # one encoder for all of them
    )


def test_a_text_after_the_look_changes_no_order_in_the_first_stage():
    """What is added to all frames alike moves all scores alike; read before, it does not."""
    (one,) = rows(12)
    said = np.random.default_rng(0).normal(size=4).astype(np.float32)

    def moved(guide: str) -> np.ndarray:
        own = model(stages=2, guide=guide, text=4)
        with torch.no_grad():
            with_text, without = own.judge(one, said), own.judge(one)
        gaps = [np.log(each / (1 - each)) for each in (with_text, without)]
        return gaps[0] - gaps[1]

    after, before = moved("after"), moved("before")
    assert abs(after[0]).min() > 1e-3 and np.ptp(after[0]) < 1e-5
    assert np.ptp(after[1]) > 1e-5  # the second stage sees other strengths
    assert np.ptp(before[0]) > 1e-3


def test_no_text_is_a_text_of_zeros():
    own = model(stages=2, guide="before", text=4)
    (one,) = rows(5)
    np.testing.assert_allclose(own.judge(one), own.judge(one, np.zeros(4)), atol=1e-6)


@pytest.mark.parametrize(
    "wrong", [{"stages": 0}, {"guide": "during", "text": 4}, {"guide": "after"}, {"text": 4}]
)
def test_what_cannot_be_built_is_said(wrong):
    with pytest.raises(PresetError):
        Shape(ENCODER, **wrong)
    with pytest.raises(PresetError, match="a multiple of 4"):
        replace(ENCODER, width=18)


# -- kept -----------------------------------------------------------------------------------------


@pytest.fixture
def kept(tmp_path):
    own = model(3, stages=2, guide="before", text=4)
    config = description("progressive", own.shape, "google pool5", "a reader")
    checkpoint.save(tmp_path / "own", own, config, {})
    return own, tmp_path / "own"


def test_what_is_loaded_scores_as_what_was_kept(kept):
    own, folder = kept
    (one,) = rows(8)
    again = load(folder, "google pool5", 6, "a reader")
    np.testing.assert_array_equal(again.judge(one, np.ones(4)), own.judge(one, np.ones(4)))
    assert not any(each.requires_grad for each in again.parameters())


@pytest.mark.parametrize(
    ("features", "width", "text", "says"),
    [
        ("CLIP", 6, "", "needs features by 'google pool5', 6 wide, and not by 'CLIP', 6 wide"),
        ("google pool5", 7, "", "6 wide, and not by 'google pool5', 7 wide"),
        ("google pool5", 6, "BERT", "reads texts by 'a reader' and not by 'BERT'"),
    ],
)
def test_other_features_are_refused(kept, features, width, text, says):
    with pytest.raises(WeightsError, match=says):
        load(kept[1], features, width, text)


@pytest.mark.parametrize("shape", [None, {}, {"encoder": {}}, {"encoder": {"no": 1}, "stages": 1}])
def test_a_config_that_says_nothing_is_refused(tmp_path, shape):
    checkpoint.save(tmp_path / "own", model(), {"kind": "progressive", "shape": shape}, {})
    with pytest.raises(WeightsError, match=r"config\.json of the checkpoint own does not say"):
        load(tmp_path / "own", "", 6)
