"""The two decoders: what is learned is what is used, and what is kept comes back."""

import dataclasses

import numpy as np
import pytest
import torch

from summarizer.errors import PresetError, WeightsError
from summarizer.models.saliency import dual as room
from summarizer.models.saliency.dual import IGNORED, Agreement, Dual, Shape, Words
from summarizer.models.small import tokenizer_of

TEXTS = ["a red car rises on the beach", "two birds fall in the city at night"]


@pytest.fixture(scope="module")
def tokenizer():
    return tokenizer_of(TEXTS, 300, ends_highest=True)


@pytest.fixture
def shape(tokenizer) -> Shape:
    return room.small(tokenizer, 16, text_width=32, room=12, slots=8, edges=True, common=8)


@pytest.fixture
def model(shape) -> Dual:
    torch.manual_seed(0)
    made = Dual(shape).eval()
    for each in made.parameters():
        if each.ndim > 1:
            torch.nn.init.normal_(each, std=0.2)
    return made


def frames(count: int = 9, batch: int = 2):
    rows = torch.randn(batch, count, 16, generator=torch.Generator().manual_seed(1))
    return rows, torch.ones(batch, count, dtype=torch.bool)


def test_padded_frames_change_neither_scores_nor_words(model, tokenizer):
    rows, there = frames()
    there[0, 6:] = False
    rows[0, 6:] = 50.0
    words = Words(tokenizer, model.shape)
    tokens = torch.tensor([words.lesson(TEXTS[0])[0]])
    whole, alone = model(rows, there), model(rows[:1, :6], there[:1, :6])
    torch.testing.assert_close(whole.saliency[0, :6], alone.saliency[0], atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(whole.edges[0, :5], alone.edges[0], atol=1e-5, rtol=1e-5)
    padded = model.words(tokens, whole.states[:1], there[:1])
    right = model.words(tokens, alone.states, there[:1, :6])
    torch.testing.assert_close(padded, right, atol=1e-4, rtol=1e-4)
    prompt = torch.tensor([words.prompt()])
    both = model.tell(whole.states, there, prompt.expand(2, -1), least=8, most=8)
    assert (
        both[:1].tolist()
        == model.tell(alone.states, there[:1, :6], prompt, least=8, most=8).tolist()
    )


def test_words_do_not_see_what_comes_behind_them_nor_fillers(model, tokenizer):
    rows, there = frames(batch=1)
    states = model.states(rows, there)
    tokens = torch.tensor([Words(tokenizer, model.shape).lesson(TEXTS[0])[0]])
    found = model.words(tokens, states, there)
    torch.testing.assert_close(
        model.words(tokens[:, :5], states, there), found[:, :5], atol=1e-4, rtol=1e-4
    )
    filled = torch.nn.functional.pad(tokens, (0, 4), value=model.shape.filler)
    torch.testing.assert_close(
        model.words(filled, states, there)[:, : tokens.shape[1]], found, atol=1e-4, rtol=1e-4
    )


def test_every_part_that_is_learned_is_used_where_scores_and_words_are_made(model, tokenizer):
    """The published extension left its local attention out of use; here that would show."""
    rows, there = frames()
    words = Words(tokenizer, model.shape)
    tokens = torch.tensor([words.lesson(TEXTS[0])[0]] * 2)
    prompt = torch.tensor([words.prompt()] * 2)

    def used() -> dict[str, int]:
        """How often each part is called while scoring and telling."""
        calls = dict.fromkeys(("memory", "temporal", "near"), 0)

        def counted(name: str):
            def count(*_):
                calls[name] += 1

            return count

        hooks = [getattr(model, n).register_forward_hook(counted(n)) for n in calls]
        model.tell(model(rows, there).states, there, prompt, most=4, least=1)
        for hook in hooks:
            hook.remove()
        return calls

    assert used() == {"memory": 1, "temporal": 1, "near": 1}
    before = model(rows, there)
    told = model.words(tokens, before.states, there)
    for part in (model.memory, model.temporal, model.near):
        kept = {name: each.clone() for name, each in part.state_dict().items()}
        with torch.no_grad():
            for each in part.parameters():
                each.add_(0.3 * torch.randn_like(each))
        after = model(rows, there)
        assert (after.saliency - before.saliency).abs().max() > 1e-3
        assert (model.words(tokens, after.states, there) - told).abs().max() > 1e-3
        part.load_state_dict(kept)


def test_parts_can_be_left_out(tokenizer):
    bare = Dual(room.small(tokenizer, 16, layers=0, kernel=0))
    rows, there = frames()
    assert torch.equal(bare.states(rows, there), rows)
    assert bare(rows, there).edges is None
    assert bare.map(rows, there) is None
    assert bare.recall(rows) is None


def test_videos_longer_than_the_learned_places_are_read(model):
    rows, there = frames(40, 1)  # of 12 places
    found = model(rows, there)
    assert torch.isfinite(found.saliency).all()


@torch.no_grad()
def score(model, tokens, states, there) -> float:
    """The logarithm of how likely this one text is."""
    logs = model.words(tokens, states, there).log_softmax(-1)[0, :-1]
    return float(logs.gather(1, tokens[0, 1:, None]).sum())


def test_beams_find_texts_at_least_as_likely_as_greed(model, tokenizer):
    words = Words(tokenizer, model.shape)
    prompt = torch.tensor([words.prompt()])
    better = 0
    for seed in range(6):
        rows = torch.randn(1, 7, 16, generator=torch.Generator().manual_seed(seed))
        there = torch.ones(1, 7, dtype=torch.bool)
        states = model.states(rows, there)
        likely = []
        for beams in (1, 3):
            told = model.tell(states, there, prompt, beams=beams, least=6, most=6)
            assert told.shape == (1, 6)
            likely.append(score(model, torch.cat([prompt, told], 1), states, there))
        better += likely[1] >= likely[0] - 1e-4
    assert better >= 5


def test_greed_takes_the_likeliest_word_each_time(model, tokenizer):
    words = Words(tokenizer, model.shape)
    rows, there = frames(batch=1)
    states, tokens = model.states(rows, there), torch.tensor([words.prompt()])
    for _ in range(5):
        logits = model.words(tokens, states, there)[0, -1]
        logits[model.shape.end] = -torch.inf
        tokens = torch.cat([tokens, logits.argmax()[None, None]], 1)
    told = model.tell(states, there, tokens[:, :-5], beams=1, least=5, most=5)
    assert told.tolist() == tokens[:, -5:].tolist()


def test_prompts_come_before_the_text_and_are_not_learned(tokenizer, shape):
    words = Words(tokenizer, shape)
    tokens, labels = words.lesson(TEXTS[0], ["hello there"])
    opening = words.prompt(["hello there"])
    assert tokens[: len(opening)] == opening
    assert labels[: len(opening)] == [IGNORED] * len(opening)
    assert labels[len(opening) :] == tokens[len(opening) :]
    assert tokens[-1] == shape.end
    assert words.text(tokens[len(opening) :]) == TEXTS[0]
    long = words.prompt(["said " * 900])
    assert len(long) <= shape.text_room // 2
    assert long[-len(words.prompt()) + 1 :] == words.prompt()[1:]  # the opening always stands
    tokens, _ = words.lesson("told " * 900, ["said " * 900])
    assert len(tokens) <= shape.text_room


def test_a_prompt_without_room_for_a_text_is_refused(model):
    rows, there = frames(batch=1)
    prompt = torch.ones(1, model.shape.text_room, dtype=torch.long)
    with pytest.raises(PresetError, match="no room"):
        model.tell(model.states(rows, there), there, prompt)


def test_agreement_falls_where_the_chosen_frames_fit_the_words():
    torch.manual_seed(3)
    agreement = Agreement(8, 8, 8)
    with torch.no_grad():
        for line in (agreement.seen, agreement.told):
            torch.nn.init.eye_(line.weight)
            torch.nn.init.zeros_(line.bias)
    told = torch.eye(4, 8)[:, None]  # a word each
    rows = torch.stack([torch.eye(4, 8)] * 4)  # every video shows all four things
    right = 9.0 * torch.eye(4)  # and each chooses the one that is told
    there = torch.ones(4, 1, dtype=torch.bool)
    fitting = agreement(rows, right, told, there)
    assert fitting < agreement(rows, torch.zeros(4, 4), told, there) / 10
    chosen = torch.zeros(4, 4, requires_grad=True)
    agreement(rows, chosen, told, there).backward()
    assert (chosen.grad.diagonal() < 0).all()  # it would choose what is told


def test_what_is_kept_comes_back(tmp_path, model, tokenizer):
    folder = tmp_path / "own"
    words = tokenizer.backend_tokenizer.to_str()
    room.save(folder, model, model.shape, {"rows": "some eye", "words": words}, {})
    again, kept = room.load(folder, "some eye")
    rows, there = frames()
    assert again.shape == model.shape
    for one, other in zip(again(rows, there), model(rows, there), strict=True):
        torch.testing.assert_close(one, other)
    same = room.tokenizer_from(kept)
    assert same(TEXTS[1]).input_ids == tokenizer(TEXTS[1]).input_ids
    with pytest.raises(WeightsError, match="another eye"):
        room.load(folder, "another eye")
    with pytest.raises(WeightsError, match="words"):
        room.tokenizer_from("{}")


def test_a_checkpoint_of_another_shape_is_refused(tmp_path, model):
    folder = tmp_path / "own"
    other = dataclasses.replace(model.shape, kernel=0)
    room.save(folder, model, other, {"rows": "eye"}, {})
    with pytest.raises(WeightsError, match="near"):
        room.load(folder, "eye")


def test_what_is_shown_fits_what_is_read(model):
    rows, there = frames()
    shown = model.map(rows, there).numpy()
    assert shown.shape == (2, 9, 5)
    np.testing.assert_allclose(shown.sum(-1), 1.0, atol=1e-5)
    found = model.recall(rows)
    torch.testing.assert_close(found.shares.sum(-1), torch.ones(2, 9))
