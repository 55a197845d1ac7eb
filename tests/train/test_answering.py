"""A real Llama, tiny: what it learns is what was to be learned, and it comes back as it was."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch.nn.functional import log_softmax

from summarizer import checkpoint
from summarizer.errors import SummarizerError, WeightsError
from summarizer.models import hub
from summarizer.models.adapted import adapted, prepared
from summarizer.models.narrator import Lora, Rows, load_narrator
from summarizer.models.saliency import head as heads
from summarizer.train.answering import GROUP, Answering, Made, Question, Taught, begin_from
from summarizer.train.loop import Pace, train

LORA = Lora(rank=8, alpha=32, dropout=0.0)
WIDTHS = {"sight": 6, "sound": 5}
MADE = Made("tiny-llama", LORA, {"sight": "tiny-clip"})
COLOURS = ("light", "dark", "loud", "quiet")
FAST = Pace(steps=250, batch=8, rate=1e-2, log=50)


class Signs:
    """The picture is one of four vectors, and the answer its name; the wish one of them, too."""

    def __init__(self, count: int):
        self.count = count

    def __len__(self) -> int:
        return self.count

    def question(self, index, draw):
        sign = index % 4
        seen = np.full((2, 6), -1.0, np.float32)
        seen[:, sign] = 2.0
        heard = draw.normal(size=(1, 5)).astype(np.float32)
        shown = draw.integers(0, 2, 7)
        rows = np.where(shown[:, None] == 1, seen[:1], -seen[:1]).astype(np.float32)
        wanted = shown.astype(np.float32)
        wanted[0] = np.nan
        return Question(
            f"sign {index}",
            ["Picture: ", Rows("sight", seen), Rows("sound", heard), " Which? "],
            COLOURS[sign],
            {"sight": rows},
            {"sight": seen[0]},
            wanted,
        )


class Given(list):
    """Just these questions."""

    def question(self, index, draw):
        return self[index]


@pytest.fixture
def taught(tiny_weights):
    torch.manual_seed(1)
    narrator = prepared(load_narrator(hub.folder("tiny-llama"), "cpu"), LORA, WIDTHS)
    return Taught(narrator, heads.Head({"sight": 6}, 8))


def written(narrator, index: int) -> str:
    asked = Signs(8).question(index, np.random.default_rng(5))
    return "".join(narrator.stream(asked.pieces, 8))


def test_it_learns_to_see_and_comes_back_from_its_checkpoint(taught, tmp_path):
    taught.learning(["lora_", "projectors.", "head."])
    lesson = Answering(taught, MADE, Signs(16), Signs(4))
    before = lesson.check()
    outcome = train(lesson, FAST, tmp_path / "own", quiet=True)
    assert outcome.metrics["held out, words"] < 0.1 < before["held out, words"]
    assert outcome.metrics["held out, seconds"] < 0.3 < before["held out, seconds"]
    again = adapted(load_narrator(hub.folder("tiny-llama"), "cpu"), "tiny-llama", tmp_path / "own")
    assert [written(again, index) for index in range(4)] == list(COLOURS)  # and each one ends
    head = heads.load(tmp_path / "own-saliency", {"sight": "tiny-clip"})
    asked = Signs(8).question(2, np.random.default_rng(9))
    with torch.no_grad():
        found = head(
            {"sight": torch.tensor(asked.rows["sight"])},
            {"sight": torch.tensor(asked.wish["sight"])},
        )
    assert ((found > 0).numpy() == (asked.rows["sight"][:, 2] > 0)).all()


def test_a_head_learns_and_not_what_writes_words(taught):
    """Their names end alike."""
    taught.learning(["projectors.", "head."])
    names = [name for name, _ in taught.named_parameters()]
    learned = {name for name, each in taught.named_parameters() if each.requires_grad}
    assert any(name.endswith("lm_head.weight") for name in names)
    assert learned == {name for name in names if name.startswith(("projectors.", "head."))}


def test_the_loss_is_that_of_each_answer_read_alone(taught):
    """Whatever stands beside it in the batch, whatever is padded, whatever is projected, however
    many are read at once."""
    source, count = Signs(20), GROUP + 3
    questions = [source.question(index, np.random.default_rng(index)) for index in range(count)]
    questions[1] = Question("long", ["Words " * 20, *questions[1].pieces], "a longer answer\nhere")
    narrator = taught.narrator
    with torch.no_grad():
        found = float(taught(questions)["words"])
        slow = 0.0
        for each in questions:
            answer = narrator.tokenizer(each.answer, add_special_tokens=False).input_ids
            answer = [*answer, narrator.tokenizer.eos_token_id]
            embeds, _ = narrator.splice(each.pieces)
            for token in answer:  # one after another, without mask, padding or labels
                logits = narrator.model(inputs_embeds=embeds).logits[0, -1]
                slow -= float(log_softmax(logits.float(), 0)[token])
                added = narrator.model.get_input_embeddings()(torch.tensor([[token]]))
                embeds = torch.cat([embeds, added], 1)
    assert found == pytest.approx(slow, rel=1e-4)
    sizes = Answering(taught, MADE, source).size(questions)
    words = [
        len(narrator.tokenizer(q.answer, add_special_tokens=False).input_ids) for q in questions
    ]
    assert sizes == {"words": sum(words) + count, "seconds": 6 * (count - 1)}


def test_without_an_answer_only_the_seconds_teach(taught):
    source = Signs(6)
    told = [source.question(index, np.random.default_rng(index)) for index in range(3)]
    mute = replace(told[1], answer="")
    lesson = Answering(taught.learning(["lora_", "projectors.", "head."]), MADE, Given([mute]))
    assert lesson.batch([(0, np.random.default_rng(0))]) == [mute]
    taught.eval()  # nothing is left out by chance
    with torch.no_grad():
        mixed, apart = taught([told[0], mute, told[2]]), taught([told[0], told[2]])
        whole = taught(told)
    assert float(mixed["words"]) == pytest.approx(float(apart["words"]), rel=1e-5)
    assert float(mixed["seconds"]) == pytest.approx(float(whole["seconds"]), rel=1e-5)
    assert lesson.size([mute]) == {"words": 0, "seconds": 6}
    sums = taught([mute])
    (sums["words"] + sums["seconds"]).backward()
    moved = {n for n, each in taught.named_parameters() if each.grad is not None}
    assert moved and all(name.startswith("head.") for name in moved)
    with pytest.raises(SummarizerError, match="too few for a line"):
        Answering(Taught(taught.narrator), MADE, Given([mute])).batch([(0, None)])


def test_the_seconds_of_each_question_count_as_by_themselves(taught):
    """However long its clip is, however many places a picture has, whatever is missing."""
    torch.manual_seed(2)
    taught = Taught(taught.narrator, heads.Head({"sight": 6, "hearing": 4, "patches": 5}, 8)).eval()
    draw = np.random.default_rng(3)

    def asked(seconds: int, **shapes) -> Question:
        rows = {name: draw.normal(size=(seconds, *each)) for name, each in shapes.items()}
        wish = {name: draw.normal(size=6) for name in rows if name == "sight"}
        return Question("q", [], "", rows, wish, draw.random(seconds))

    questions = [
        asked(3, sight=(6,), hearing=(4,), patches=(2, 5)),
        asked(5, sight=(6,), patches=(3, 5)),
        asked(1, hearing=(4,)),
    ]
    with torch.no_grad():
        found, slow = float(taught(questions)["seconds"]), 0.0
        for each in questions:
            rows, wish = (
                {name: torch.tensor(a, dtype=torch.float32) for name, a in given.items()}
                for given in (each.rows, each.wish)
            )
            likely = torch.sigmoid(taught.head(rows, wish)).double().numpy()
            right = each.saliency
            slow -= (right * np.log(likely) + (1 - right) * np.log(1 - likely)).sum()
    assert found == pytest.approx(slow, rel=1e-4)


def test_just_what_a_stage_names_learns(taught, tmp_path):
    taught.learning(["projectors.sight"])
    frozen = {n: each.clone() for n, each in taught.named_parameters() if not each.requires_grad}
    lesson = Answering(taught, MADE, Signs(16))
    train(lesson, Pace(steps=5, batch=4, rate=1e-2), tmp_path / "see", quiet=True)
    kept = checkpoint.tensors(tmp_path / "see")
    assert kept and all(name.startswith("projectors.sight.") for name in kept)
    assert not (tmp_path / "see-saliency").exists()
    own = dict(taught.named_parameters())
    assert all(torch.equal(own[name], each) for name, each in frozen.items())
    with pytest.raises(WeightsError, match="no parameter of this model is called 'smell'"):
        taught.learning(["projectors.sight", "smell"])


def test_a_stage_begins_from_earlier_ones(taught, tmp_path, tiny_weights):
    for name in ("sight", "sound"):
        taught.learning([f"projectors.{name}"])
        pace = Pace(steps=2, batch=4, rate=1e-2)
        train(Answering(taught, MADE, Signs(16)), pace, tmp_path / name, quiet=True)
    torch.manual_seed(2)
    fresh = Taught(prepared(load_narrator(hub.folder("tiny-llama"), "cpu"), LORA, WIDTHS))
    begin_from(fresh, MADE, [tmp_path / "sight", tmp_path / "sound"])
    for name, each in fresh.projectors.named_parameters():
        assert torch.equal(each, taught.projectors.get_parameter(name)), name
    with pytest.raises(WeightsError, match="trained for 'tiny-llama' and not for vicuna-7b"):
        begin_from(fresh, replace(MADE, weights="vicuna-7b"), [tmp_path / "sight"])
    other = Taught(prepared(load_narrator(hub.folder("tiny-llama"), "cpu"), LORA, {"sight": 7}))
    with pytest.raises(WeightsError, match=r"tensors of the checkpoint sight have no place"):
        begin_from(other, MADE, [tmp_path / "sight"])


def test_a_stage_begins_from_an_earlier_head(taught, tmp_path):
    taught.learning(["head."])
    train(Answering(taught, MADE, Signs(16)), Pace(steps=2, batch=4), tmp_path / "own", quiet=True)
    fresh = Taught(taught.narrator, heads.Head({"sight": 6}, 8))
    begin_from(fresh, MADE, [tmp_path / "own-saliency"])
    for name, each in fresh.head.named_parameters():
        assert torch.equal(each, taught.head.get_parameter(name)), name
    with pytest.raises(WeightsError, match="own-saliency was trained for"):
        begin_from(fresh, replace(MADE, rows={"sight": "other"}), [tmp_path / "own-saliency"])


def test_the_answer_is_never_in_the_prompt(taught):
    source = Signs(8)
    for index in range(8):
        asked = source.question(index, np.random.default_rng(index))
        embeds, _, labels = taught.narrator.lesson([(asked.pieces, asked.answer)])
        prompt = taught.narrator.count(asked.pieces)
        other, *_ = taught.narrator.lesson([(asked.pieces, "something else")])
        assert torch.equal(embeds[0, :prompt], other[0, :prompt])
        assert (labels[0, :prompt] == -100).all() and (labels[0, prompt:] != -100).all()


def test_an_answer_keeps_as_many_lines_as_there_is_room(taught):
    lines = "\n".join(["[00:00-00:05] the same words again"] * 400)
    long = Question("long", ["Tell: "], lines)
    fitted = Answering(taught, MADE, Signs(1))._fitting(long)
    kept = fitted.answer.splitlines()
    assert 0 < len(kept) < 400 and set(kept) == {lines.splitlines()[0]}
    narrator = taught.narrator
    total = narrator.count([*long.pieces, fitted.answer]) + 1
    line = narrator.count([kept[0] + "\n"])
    assert narrator.room - 2 * line < total <= narrator.room
    with pytest.raises(SummarizerError, match=r"'endless' leaves 0 of 4096 tokens"):
        Answering(taught, MADE, Signs(1))._fitting(Question("endless", ["words " * 5000], "a"))


def test_what_is_kept_says_what_it_was_made_with(taught, tmp_path):
    taught.learning(["lora_", "head."])
    train(Answering(taught, MADE, Signs(8)), Pace(steps=1, batch=2), tmp_path / "own", quiet=True)
    config = json.loads((tmp_path / "own" / "config.json").read_text())
    assert config["weights"] == "tiny-llama" and config["lora"]["rank"] == LORA.rank
    assert config["projectors"] == {}
    metrics = checkpoint.describe(tmp_path / "own").metrics
    assert math.isfinite(metrics["training"]["last"]["loss"])
