"""The two decoders learn from made-up videos; every term of the loss is written out once more."""

import dataclasses

import numpy as np
import pytest
import torch

from summarizer.errors import PresetError
from summarizer.evaluate.frames import predictions
from summarizer.evaluate.videoxum import scored
from summarizer.metrics import text as texts
from summarizer.models.captioner import load_captioner
from summarizer.models.saliency import dual as decoders
from summarizer.models.saliency.dual import IGNORED, Words
from summarizer.models.saliency.refine import Taste
from summarizer.models.tiny_audio import save_blip
from summarizer.train.loop import Pace, train
from summarizer.train.videoxum import (
    Recipe,
    Summarizing,
    judged,
    pace,
    published,
    refined,
    small,
    tensors,
    told,
    write_predictions,
)
from summarizer.train.watched import Watched

THINGS = ("dog", "boat", "tree", "house", "bird", "clock")
WIDTH = 16


class Made:
    """Scenes of a few seconds, each a direction; people keep where a thing shines."""

    def __init__(self, seed: int, count: int):
        self.seed, self.count = seed, count

    def __len__(self) -> int:
        return self.count

    def __getitem__(self, index: int) -> Watched:
        draw = np.random.default_rng([self.seed, index])
        which = draw.permutation(len(THINGS))[: draw.integers(2, 4)]
        lengths = draw.integers(3, 7, len(which))
        rows = 0.1 * draw.normal(size=(lengths.sum(), WIDTH))
        rows[np.arange(len(rows)), np.repeat(which, lengths)] += 2
        shines = np.zeros(len(rows), bool)
        shines[draw.choice(len(rows), max(2, len(rows) // 6), replace=False)] = True
        rows[shines, -1] += 2
        masks = np.stack([shines ^ (draw.random(len(rows)) < 0.05) for _ in range(10)])
        said = " then ".join(f"a {THINGS[each]}" for each in which)
        edges = tuple(np.cumsum(lengths)[:-1].tolist())
        return Watched(f"{index}", rows.astype(np.float32), masks, said, edges)


WHOLE = Recipe(slots=8, edges=1.0, agreement=0.2, common=16, told=16, beams=2)


def lesson(recipe: Recipe) -> Summarizing:
    torch.manual_seed(0)
    sizes = {"text_width": 32, "text_inner": 64, "text_room": 64, "room": 40}
    return small(recipe, Made(1, 400), Made(2, 10), "made up", 290, sizes)


@pytest.fixture(scope="module")
def learned(tmp_path_factory):
    out = tmp_path_factory.mktemp("videoxum") / "own"
    one = lesson(WHOLE)
    before = one.check()
    outcome = train(one, Pace(steps=110, batch=12, rate=4e-3, log=50), out, quiet=True)
    return out, one, before, outcome.metrics


def test_it_learns_to_score_and_to_tell(learned):
    _, _, before, after = learned
    assert after["held out, F1"] > 0.55  # by chance it would be 0.17
    assert after["held out, tau"] > 0.4
    assert after["held out, rho"] > 0.4
    if texts.ROUGE_L not in texts.lacks():
        name = f"held out, {texts.ROUGE_L}"
        assert after[name] > before[name] + 0.3


def test_it_learns_where_events_end(learned):
    _, one, _, _ = learned
    right = []
    for index in range(12):
        batch = tensors([Made(3, 12)[index]], one.words, 24)
        with torch.no_grad():
            found = one.module.dual.eval()(batch["rows"], batch["there"]).edges[0] > 0
        right.append(float((found == (batch["ends"][0] > 0)).float().mean()))
    assert np.mean(right) > 0.9


def test_what_was_kept_scores_and_tells_the_same(learned):
    out, one, _, _ = learned
    again, kept = decoders.load(out, "made up")
    words = Words(decoders.tokenizer_from(kept), again.shape)
    mine = told(one.module.dual.eval(), one.words, Made(4, 3), WHOLE)
    other = told(again, words, Made(4, 3), WHOLE)
    for a, b in zip(mine, other, strict=True):
        np.testing.assert_allclose(a.scores, b.scores, atol=1e-5)
        assert a.text == b.text


def test_refined_summaries_are_as_long_and_hold_together(learned):
    _, one, _, _ = learned
    plain = told(one.module.dual.eval(), one.words, Made(5, 4), WHOLE)
    fine = refined(plain, Made(5, 4), Taste(shortest=2))
    for a, b in zip(plain, fine, strict=True):
        assert a.mask.sum() == b.mask.sum()
        assert a.text == b.text
        runs = np.diff(np.flatnonzero(np.diff(np.concatenate([[0], b.mask, [0]]))))[::2]
        assert runs.min() >= min(2, b.mask.sum())
    assert {"F1", "tau", "rho"} <= set(judged(fine, Made(5, 4)))


def test_predictions_are_read_by_the_benchmark_and_judged_the_same(learned, tmp_path):
    _, one, _, _ = learned
    videos = Made(6, 3)
    answers = told(one.module.dual.eval(), one.words, videos, WHOLE)
    write_predictions(answers, videos, tmp_path / "own.json")
    entries = predictions(tmp_path / "own.json")
    assert list(entries) == [videos[at].name for at in range(3)]
    f = []
    for at, name in enumerate(entries):
        kept = np.array(entries[name].listed("saliency"), float)
        np.testing.assert_allclose(kept, answers[at].scores, atol=1e-4)
        assert entries[name].text("text") == answers[at].text
        f.append(scored(kept, videos[at].masks)["F exact mean"])
    assert np.mean(f) == pytest.approx(judged(answers, videos)["F1"])


def test_a_large_one_begins_with_what_blip_can_tell(tmp_path):
    folder = save_blip(tmp_path / "blip")
    blip = load_captioner(folder)
    width = blip.model.config.vision_config.hidden_size
    videos = [
        dataclasses.replace(each, rows=np.resize(each.rows, (len(each.rows), width)), text="a dog")
        for each in (Made(1, 2)[0], Made(1, 2)[1])
    ]
    one = published(Recipe(slots=4), videos, videos, folder, "tiny")
    dual = one.module.dual.eval()
    rows = torch.randn(1, 5, width)
    tokens = torch.tensor([[dual.shape.start, 7, 8]])
    right = blip.model.text_decoder(
        tokens, attention_mask=torch.ones_like(tokens), encoder_hidden_states=rows
    ).logits
    there = torch.ones(1, 5, dtype=torch.bool)
    torch.testing.assert_close(dual.words(tokens, rows, there), right, atol=1e-4, rtol=1e-4)
    outcome = train(one, Pace(steps=2, batch=2, rate=1e-4), tmp_path / "own", quiet=True)
    assert outcome.done
    again, words = decoders.load(tmp_path / "own", "tiny")
    assert words == ""  # its words are BLIP's own
    assert again.shape == dual.shape


# -- the loss -------------------------------------------------------------------------------------


def test_scores_are_held_against_each_annotator_and_padding_does_not_count():
    one = lesson(Recipe())
    videos = [Made(1, 9)[index] for index in range(3)]
    assert len({len(video.rows) for video in videos}) > 1
    batch = tensors(videos, one.words, 24)
    with torch.no_grad():
        sums = one.module.eval()(batch)
        total, seconds = 0.0, 0
        for video in videos:
            rows = torch.from_numpy(video.rows)[None]
            logits = one.module.dual(rows, torch.ones(rows.shape[:2], dtype=torch.bool)).saliency
            chance = logits[0].double().sigmoid().numpy()
            for mask in video.masks:
                total -= np.log(np.where(mask, chance, 1 - chance)).sum() / len(video.masks)
            seconds += len(chance)
    assert float(sums["seconds"]) == pytest.approx(total, rel=1e-4)
    assert one.size(batch)["seconds"] == seconds


def test_labels_of_words_are_smoothed_and_only_the_text_counts():
    one = lesson(Recipe(smoothing=0.1))
    video = dataclasses.replace(Made(1, 9)[0], lines=("somebody said this",))
    other = Made(1, 9)[1]
    batch = tensors([video, other], one.words, 24)
    total, count = 0.0, 0
    with torch.no_grad():
        sums = one.module.eval()(batch)
        for each in (video, other):
            alone = tensors([each], one.words, 24)
            states = one.module.dual.states(alone["rows"], alone["there"])
            logits = one.module.dual.words(alone["tokens"], states, alone["there"])[0]
            logs = logits.double().log_softmax(-1)
            prompt = len(one.words.prompt(each.lines))
            answer = alone["tokens"][0, prompt:].tolist()
            for place, token in enumerate(answer):
                row = logs[prompt + place - 1]
                total -= 0.9 * float(row[token]) + 0.1 * float(row.mean())
            count += len(answer)
    assert float(sums["words"]) == pytest.approx(total, rel=1e-4)
    assert one.size(batch)["words"] == count


def test_edges_count_between_seconds_that_are_there():
    one = lesson(Recipe(edges=1.0))
    videos = [Made(1, 9)[index] for index in range(3)]
    batch = tensors(videos, one.words, 24)
    assert one.size(batch)["edges"] == sum(len(video.rows) - 1 for video in videos)
    assert float(batch["ends"].sum()) == sum(len(video.edges) for video in videos)
    with torch.no_grad():
        whole = float(one.module.eval()(batch)["edges"])
        alone = sum(float(one.module(tensors([video], one.words, 24))["edges"]) for video in videos)
    assert whole == pytest.approx(alone, rel=1e-4)


def test_agreement_moves_the_scores_and_only_where_it_is_wanted():
    one = lesson(Recipe(agreement=1.0, common=16))
    batch = tensors([Made(1, 9)[index] for index in range(4)], one.words, 24)
    one.module(batch)["agreement"].backward()
    assert one.module.dual.saliency.weight.grad.abs().max() > 0
    assert "agreement" not in lesson(Recipe()).module(batch)
    assert lesson(Recipe()).module.dual.agreement is None


def test_the_weights_are_the_published_ones_and_every_term_has_one():
    assert Recipe().weights == {"seconds": 15.0, "words": 1.0}
    one = lesson(WHOLE)
    batch = tensors([Made(1, 9)[index] for index in range(2)], one.words, 24)
    assert set(one.module(batch)) == set(one.size(batch)) == set(one.weights)
    assert pace(8000).steps == 7000


def test_a_long_video_is_learned_in_stretches():
    recipe = Recipe(longest=8)
    one = lesson(recipe)
    batch = one.batch([(index, np.random.default_rng(index)) for index in range(6)])
    assert batch["rows"].shape[1] <= 8
    whole = Made(1, 400)[0]
    rows = batch["rows"][0, :8].numpy()
    starts = [at for at in range(len(whole.rows)) if np.array_equal(whole.rows[at : at + 8], rows)]
    (start,) = starts
    inner = [edge - start for edge in whole.edges if start < edge < start + 8]
    assert (batch["ends"][0].nonzero().flatten() + 1).tolist() == inner
    np.testing.assert_allclose(
        batch["wanted"][0, :8], whole.masks[:, start : start + 8].mean(0), atol=1e-6
    )


def test_labels_of_prompts_and_padding_are_left_out():
    one = lesson(Recipe())
    batch = tensors([Made(1, 9)[index] for index in range(4)], one.words, 24)
    prompt = len(one.words.prompt())
    assert (batch["labels"][:, :prompt] == IGNORED).all()
    kept = batch["labels"] != IGNORED
    assert torch.equal(batch["labels"][kept], batch["tokens"][kept])


@pytest.mark.parametrize("wrong", [{"seconds": -1.0}, {"smoothing": 1.0}, {"longest": 1}])
def test_settings_that_can_not_be_are_refused(wrong):
    with pytest.raises(PresetError):
        Recipe(**wrong)
