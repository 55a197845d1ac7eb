import math

import numpy as np
import pytest

from summarizer.metrics import semantic

NOTHING = np.zeros((0, 6))


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(11)


def cos(one, other) -> float:
    """From the definition, number by number."""
    product = sum(a * b for a, b in zip(one, other, strict=True))
    return product / math.sqrt(sum(a * a for a in one)) / math.sqrt(sum(b * b for b in other))


def matched_by_hand(offered, wanted, lowest, weights=None):
    mine, theirs = weights or ([1] * len(offered), [1] * len(wanted))
    precision = recall = 0.0
    for row, weight in zip(offered, mine, strict=True):
        precision += weight * max(max(lowest, cos(row, other)) for other in wanted) / sum(mine)
    for row, weight in zip(wanted, theirs, strict=True):
        recall += weight * max(max(lowest, cos(row, other)) for other in offered) / sum(theirs)
    both = precision + recall
    return [precision, recall, 2 * precision * recall / both if both else 0]


def values(found: semantic.Matched) -> list[float]:
    return [found.precision, found.recall, found.f1]


def test_cosine_goes_row_by_row(draw):
    one, other = draw.normal(size=(2, 9, 6))
    expected = [cos(a, b) for a, b in zip(one, other, strict=True)]
    assert semantic.cosine(one, other) == pytest.approx(expected)
    assert semantic.mean_cosine(one, other) == pytest.approx(sum(expected) / 9)
    assert semantic.mean_cosine(NOTHING, NOTHING) is None
    with pytest.raises(ValueError, match="as many rows"):
        semantic.cosine(one, other[:5])


def test_clip_score_is_the_cosine_stretched_and_never_negative(draw):
    pictures, texts = draw.normal(size=(2, 20, 6))
    found = semantic.clip_score(pictures, texts)
    assert found == pytest.approx(
        [2.5 * max(0, cos(picture, text)) for picture, text in zip(pictures, texts, strict=True)]
    )
    assert found.min() == 0 < found.max()


def test_clip_score_with_references_is_a_harmonic_mean(draw):
    pictures, texts = draw.normal(size=(2, 12, 6))
    references = [draw.normal(size=(draw.integers(1, 4), 6)) for _ in texts]
    found = semantic.ref_clip_score(pictures, texts, references)
    for value, picture, text, others in zip(found, pictures, texts, references, strict=True):
        alone = 2.5 * max(0, cos(picture, text))
        near = max(0, max(cos(text, other) for other in others))
        assert value == pytest.approx(2 / (1 / alone + 1 / near) if alone and near else 0)
    with pytest.raises(ValueError, match="references"):
        semantic.ref_clip_score(pictures[:1], texts[:1], [NOTHING])


def test_vt_clip_score_compares_the_mean_frame(draw):
    frames, text = draw.normal(size=(7, 6)), draw.normal(size=6)
    mean = [sum(row[at] for row in frames) / 7 for at in range(6)]
    assert semantic.vt_clip_score(frames, text) == pytest.approx(cos(mean, text))
    assert semantic.vt_clip_score(NOTHING, text) is None


def test_f_clip_matches_each_row_with_its_nearest(draw):
    for offered, wanted in ((1, 1), (5, 3), (2, 30)):
        one, other = draw.normal(size=(offered, 6)), draw.normal(size=(wanted, 6))
        found = semantic.f_clip(one, other)
        assert values(found) == pytest.approx(matched_by_hand(one, other, lowest=0))
        back = semantic.f_clip(other, one)
        assert (back.precision, back.recall) == pytest.approx((found.recall, found.precision))


def test_f_clip_of_opposites_is_zero_and_of_nothing_none():
    row = np.eye(6)[:1]
    assert values(semantic.f_clip(row, -row)) == [0, 0, 0]
    assert values(semantic.f_clip(3 * row, row)) == pytest.approx([1, 1, 1])
    assert semantic.f_clip(NOTHING, row) is None
    assert semantic.f_clip(row, NOTHING) is None


def test_cross_f_clip_is_the_mean_of_both_crossings(draw):
    frames, text = draw.normal(size=(4, 6)), draw.normal(size=(2, 6))
    wanted_frames, wanted_text = draw.normal(size=(3, 6)), draw.normal(size=(1, 6))
    halves = (
        matched_by_hand(frames, wanted_text, lowest=0)[2],
        matched_by_hand(wanted_frames, text, lowest=0)[2],
    )
    found = semantic.cross_f_clip(frames, text, wanted_frames, wanted_text)
    assert found == pytest.approx(sum(halves) / 2)
    assert semantic.cross_f_clip(frames, NOTHING, wanted_frames, wanted_text) is None


def test_rare_tokens_weigh_more():
    known = semantic.rarity([[1, 2, 2], [1, 3], [1]])
    expected = [math.log(4 / 4), math.log(4 / 2), math.log(4)]
    assert known.weights([1, 2, 99]) == pytest.approx(expected)
    assert known.weights([]).shape == (0,)


def test_bert_score_matches_each_token_with_its_nearest(draw):
    said, other = draw.normal(size=(5, 6)), draw.normal(size=(8, 6))
    weights = draw.random(5), draw.random(8)
    plain = semantic.bert_score(said, other)
    assert values(plain) == pytest.approx(matched_by_hand(said, other, lowest=-1))
    weighed = semantic.bert_score(said, other, weights)
    expected = matched_by_hand(said, other, -1, [list(each) for each in weights])
    assert values(weighed) == pytest.approx(expected)


def test_bert_score_of_nothing_does_not_exist(draw):
    rows = draw.normal(size=(3, 6))
    assert semantic.bert_score(NOTHING, rows) is None
    assert semantic.bert_score(rows, NOTHING, baseline=(0.1, 0.1, 0.1)) is None
    assert semantic.bert_score(rows, rows, (np.zeros(3), np.ones(3))) is None


def test_the_best_reference_counts(draw):
    said, others = draw.normal(size=(4, 6)), draw.normal(size=(3, 5, 6))
    found = [semantic.bert_score(said, other) for other in others]
    best = semantic.best([*found, None])
    assert best.precision == max(each.precision for each in found)
    assert best.recall == max(each.recall for each in found)
    assert best.f1 == max(each.f1 for each in found)
    assert semantic.best([None]) is None


# -- torchmetrics, with a BERT of random weights --------------------------------------------------

# both from short to long: torchmetrics 1.9 sorts by length and does not find the way back otherwise
SAID = ["the house", "it was big", "a dog ran in the red park", "the cat sat on the mat in a house"]
WANTED = ["it was", "a house was big", "the dog ran in a park", "a cat is on a mat then it was big"]
LIFT = 2.0  # makes all cosines positive: to torchmetrics what fills up is as good as a cosine of 0


@pytest.fixture(scope="module")
def bert():
    import torch
    from transformers import BertConfig, BertModel

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        config = BertConfig(
            vocab_size=40,
            hidden_size=16,
            num_hidden_layers=2,
            num_attention_heads=2,
            intermediate_size=24,
            max_position_embeddings=16,
            # large weights, so that one word differs from another
            initializer_range=0.8,
        )
        return BertModel(config).eval()


def numbered(texts):
    """A number for each word, between a first (1) and a last (2); 0 fills up."""
    import torch

    words = sorted({word for text in SAID + WANTED for word in text.split()})
    rows = [[1, *(3 + words.index(word) for word in text.split()), 2] for text in texts]
    longest = 12
    return {
        "input_ids": torch.tensor([row + [0] * (longest - len(row)) for row in rows]),
        "attention_mask": torch.tensor(
            [[1] * len(row) + [0] * (longest - len(row)) for row in rows]
        ),
    }


def token_rows(bert, text):
    """The rows and numbers of a text's tokens, run alone, without the first and the last."""
    import torch

    given = numbered([text])
    length = int(given["attention_mask"].sum())
    with torch.inference_mode():
        states = bert(**{name: value[:, :length] for name, value in given.items()})
    return states.last_hidden_state[0, 1:-1].numpy() + LIFT, given["input_ids"][
        0, 1 : length - 1
    ].tolist()


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("rescaled", [False, True])
def test_bert_score_agrees_with_torchmetrics(bert, tmp_path, rare, rescaled):
    from torchmetrics.functional.text.bert import bert_score

    baseline = (0.2, 0.3, 0.25)
    table = tmp_path / "baseline.csv"
    table.write_text("LAYER,P,R,F\n" + "\n".join(f"{at},0.2,0.3,0.25" for at in range(3)))
    expected = bert_score(
        SAID,
        WANTED,
        model=bert,
        user_tokenizer=lambda texts, *_, **__: numbered(texts),
        user_forward_fn=lambda model, batch: (
            model(batch["input_ids"], batch["attention_mask"]).last_hidden_state + LIFT
        ),
        idf=rare,
        max_length=12,
        rescale_with_baseline=rescaled,
        baseline_path=str(table) if rescaled else None,
    )
    # it counts what is first and last when it says how rare things are, and so do we here
    known = semantic.rarity([[1, *token_rows(bert, text)[1], 2] for text in WANTED])
    for at, (said, other) in enumerate(zip(SAID, WANTED, strict=True)):
        (mine, ours), (theirs, others) = token_rows(bert, said), token_rows(bert, other)
        weights = known.weights(ours), known.weights(others)
        found = semantic.bert_score(
            mine, theirs, weights if rare else None, baseline if rescaled else None
        )
        wanted = [float(expected[name][at]) for name in ("precision", "recall", "f1")]
        assert values(found) == pytest.approx(wanted, abs=1e-5)
