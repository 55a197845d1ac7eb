"""What an example teaches is asked as in use, and answered so that it would be let through."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from summarizer.config import NarratorConfig
from summarizer.data.manifest import Example, Rated, Told
from summarizer.data.perceived import Keeper
from summarizer.models import hub
from summarizer.models.narrator import Rows, load_tokenizer
from summarizer.schema import Answer, Line, Preference, Saliency, Summary, Track
from summarizer.stages.narrate import told as telling
from summarizer.stages.narrate.asking import vicuna
from summarizer.stages.narrate.prompt import Reader
from summarizer.stages.narrate.sensed import senses_of
from summarizer.stages.narrate.tags import Tally, tagged
from summarizer.train import questions
from summarizer.train.course import divided
from summarizer.train.questions import Asked, counting, fits, highlights, lines, told
from summarizer.train.stages import STAGES
from tests.perceptions import at, perception, video

XUM = Example(
    "v", "v.mp4", seconds=30.0, source="VideoXum",
    story=(Told("A woman dances", 0.0, 9.5), Told("She lies down. Then  she sleeps !", 9.5, 30.0)),
    masks=Rated(1.0, ((0.0,) * 12 + (1.0,) * 3 + (0.0,) * 15, (0.0,) * 10 + (1.0,) * 20)),
)  # fmt: skip
TRAILER = Example(
    "t", "t.mp4", story=(Told("a man walks home"),), source="MMTrail",
    captions=(
        Told("a man walks home", name="caption"), Told("a flute", 0.0, 10.0, "music"),
        Told("a drum", 10.0, 20.0, "music"), Told("a man", name="frame"),
    ),
)  # fmt: skip


class Model(telling.Words):
    """A narrator of which nothing but the tokens is needed; it notes what it is asked."""

    room, slow, senses = 4096, False, frozenset({"sight", "sound"})

    def __init__(self):
        self.tokenizer, self.asked = load_tokenizer(hub.folder("tiny-llama")), []

    def stream(self, pieces, most, stop):
        self.asked.append(pieces)
        return iter(())


@pytest.fixture
def model(tiny_weights) -> Model:
    return Model()


def reader(model: Model, room: int = 4096, answer: int = 512) -> Reader:
    settings = replace(NarratorConfig(), room=room, answer=answer)
    return Reader(model.count, lambda rules: model.frame(rules) or vicuna(rules), settings)


def seen(seconds: float = 30.0):
    rng = np.random.default_rng(4)
    rows = math.ceil(seconds)
    tracks = [
        Track("sight", np.arange(rows) * 1.0, rng.normal(size=(rows, 8)).astype("f2"), "eye"),
        Track("patches", np.repeat(np.arange(rows) * 1.0, 4),
              rng.normal(size=(4 * rows, 6)).astype("f2"), "eye"),
        Track("tune", np.arange(2 * rows) / 2, rng.normal(size=(2 * rows, 5)).astype("f2"), "ear"),
    ]  # fmt: skip
    curves = {"movement": at(rows, (2, 9)), "music": at(rows, (10, 20))}
    said = [Line(4.0, 6.0, "the sea is calm today", "subtitles")]
    return perception(video(seconds), curves, lines=said, tracks=tracks)


def asked_of(example, stage, by, chance):
    """The prompt and its answer over what was seen."""
    return told(seen(), example, stage, by, senses_of(seen()), chance)


def draw() -> np.random.Generator:
    return np.random.default_rng(2)


def text_of(pieces) -> str:
    return "".join(each if isinstance(each, str) else "*" for each in pieces)


def test_the_prompt_is_the_one_of_use(model):
    """What the app asks over the same perception, wish and highlights, piece for piece."""
    stage = replace(STAGES["tell"], room=4096)
    pieces, _ = asked_of(XUM, stage, reader(model), draw())
    summary = Summary(
        seen().video, Preference(), Answer("open"), Saliency((), ()), highlights(XUM, seen().video)
    )
    by = telling.Told("tiny-llama", senses=senses_of, writer=lambda *_: model)
    list(by(seen(), summary))
    (asked,) = model.asked
    assert text_of(asked) == text_of(pieces) and len(asked) == len(pieces)
    for one, other in zip(asked, pieces, strict=True):
        if isinstance(one, Rows):
            assert one.sense == other.sense and np.array_equal(one.values, other.values)
    assert "(chosen)" in text_of(pieces) and "the sea is calm" in text_of(pieces)


@pytest.mark.parametrize("example", [XUM, TRAILER])
def test_an_answer_is_let_through_whole_and_is_never_in_its_prompt(model, example):
    pieces, answer = asked_of(example, STAGES["tell"], reader(model), draw())
    tally = Tally()
    found = list(tagged([answer], 30.0, lambda *_: ("it",), tally))
    assert tally.all == tally.kept == len(answer.splitlines()) > 1
    assert not any(each.text in text_of(pieces) for each in found)


def test_a_story_is_told_in_sentences_with_times():
    assert lines(XUM, video(30.0), STAGES["tell"]) == [
        "[00:00-00:09] A woman dances.",
        "[00:09-00:30] She lies down.",
        "[00:09-00:30] Then she sleeps!",
    ]
    assert lines(TRAILER, video(18.5), STAGES["tell"]) == [  # picture and sound together
        "[00:00-00:19] A man walks home.",
        "[00:00-00:10] A flute.",
        "[00:10-00:19] A drum.",
    ]
    merged = (*TRAILER.captions, Told("a man walks home to a flute", name="merge caption"))
    whole = replace(TRAILER, story=merged[-1:], captions=merged)
    assert lines(whole, video(18.5), STAGES["tell"]) == [
        "[00:00-00:19] A man walks home to a flute."
    ]
    assert lines(TRAILER, video(8.0), STAGES["hear"]) == ["[00:00-00:08] A flute."]
    hours = replace(XUM, story=(Told("Late.", 4000.0, 4010.0),))
    assert lines(hours, video(5000.0), STAGES["tell"]) == ["[1:06:40-1:06:50] Late."]
    junk = (Told("x" * 400), Told("<script>no</script>"), Told("..."), Told("late", 40.0, 41.0))
    assert lines(replace(XUM, story=junk), video(30.0), STAGES["tell"]) == []


def test_an_answer_has_the_room_and_the_number_that_were_asked_for(model):
    story = tuple(Told(f"Thing number {n} happens.", float(n), n + 1.0) for n in range(25))
    many = replace(XUM, story=story, masks=None)
    pieces, answer = asked_of(many, STAGES["tell"], reader(model), draw())
    assert "Write at most 3 sentences." in text_of(pieces)
    assert [line.split()[3] for line in answer.splitlines()] == ["0", "12", "24"]
    short = reader(model, 4096, 40)
    _, answer = asked_of(many, STAGES["tell"], short, draw())
    assert 1 <= len(answer.splitlines()) < 3 and model.count([answer]) <= 40


def test_early_stages_read_one_sense_and_nothing_that_was_measured(model):
    for name, other in (("see", "sound"), ("hear", "sight")):
        example = replace(TRAILER, image="t.png")
        whole = text_of(asked_of(example, STAGES["tell"], reader(model), draw())[0])
        assert "the sea is calm" in whole
        pieces, _ = asked_of(example, STAGES[name], reader(model), draw())
        senses = {each.sense for each in pieces if isinstance(each, Rows)}
        assert senses == {"sight", "sound"} - {other}
        assert "the sea is calm" not in text_of(pieces)
    asked = {
        text_of(asked_of(TRAILER, STAGES["hear"], reader(model), np.random.default_rng(n))[0])
        for n in range(20)
    }
    assert len(asked) == len(STAGES["hear"].aspects)


def test_a_wish_is_asked_and_a_wording_of_a_task_is_not(model):
    wishing = replace(XUM, wish="the dance", windows=((1.0, 4.0),))
    pieces, _ = asked_of(wishing, STAGES["tell"], reader(model), draw())
    assert "The viewer asks for “the dance”. Tell of it first." in text_of(pieces)
    worded = replace(wishing, source="Instruct-V2Xum")
    pieces, _ = asked_of(worded, STAGES["tell"], reader(model), draw())
    assert "the dance" not in text_of(pieces)


@pytest.mark.parametrize("rate", [0.5, 1.0, 2.0, 29.97, 1 / 3])
def test_what_people_gave_is_told_for_each_second(rate):
    values = np.random.default_rng(0).integers(1, 6, (3, round(20 * rate)))
    judged = Rated(rate, tuple(map(tuple, values.tolist())), 1.0, 5.0)
    found = counting(replace(XUM, masks=None, saliency=judged), video(24.0))
    fine = np.repeat((values.mean(0) - 1) / 4, 1)
    for second in range(24):
        if rate > 1:  # all values whose middle is in it
            inside = [
                value
                for number, value in enumerate(fine)
                if second <= (number + 0.5) / rate < second + 1
            ]
        else:  # the one that holds in its middle
            number = int((second + 0.5) * rate)
            inside = fine[number : number + 1].tolist()
        if inside:
            assert found[second] == pytest.approx(np.mean(inside))
        else:
            assert np.isnan(found[second])
    assert np.isnan(found[22:]).all() and np.isfinite(found[:20]).all()


def test_what_is_shown_as_chosen_is_what_people_found_best():
    chosen = highlights(XUM, video(30.0))
    assert [(each.start, each.end) for each in chosen] == [(10, 11), (12, 15)]
    assert highlights(TRAILER, video(30.0)) == ()
    wishing = replace(XUM, windows=((20.0, 40.0), (1.0, 4.0)))
    assert [(e.start, e.end) for e in highlights(wishing, video(30.0))] == [(1, 4), (20, 30)]


def kept(folder: Path, *examples: Example, media: str = ""):
    keeper = Keeper(folder, {"preset": "tiny"})
    wish = keeper.keep_wish("f" * 64, [Track("sight", np.zeros(1), np.ones((1, 8)), "eye")])
    for each in examples:
        keeper.keep(each.id, media or each.id, seen(), wish)
    return [(each, keeper.features, keeper.kept[each.id]) for each in examples]


def test_a_question_has_what_a_head_reads(model, tmp_path):
    wishing = replace(XUM, id="w", wish="the dance")
    pairs = kept(tmp_path, XUM, TRAILER, wishing)
    asked = Asked(pairs, STAGES["tell"], reader(model), senses_of)
    judged, plain, wishes = (asked.question(index, draw()) for index in range(3))
    assert {name: each.shape for name, each in judged.rows.items()} == {
        "sight": (30, 8),
        "patches": (30, 4, 6),
    }
    assert np.array_equal(judged.rows["sight"], seen().track("sight").values.astype("f4"))
    patches = seen().track("patches").values.astype("f4")
    assert np.array_equal(judged.rows["patches"], patches.reshape(30, 4, 6))
    assert judged.saliency.tolist() == counting(XUM, video(30.0)).tolist()
    assert judged.wish == {} and wishes.wish["sight"].tolist() == [1.0] * 8
    assert plain.rows == {} and plain.saliency is None
    without = Asked(pairs, replace(STAGES["tell"], lambda_v=0.0), reader(model), senses_of)
    assert without.question(0, draw()).rows == {}


def test_only_what_teaches_something_is_learned_from(model, tmp_path):
    picture = Example("p", image="p.png", captions=(Told("a lamp", name="caption"),))
    silent = replace(XUM, id="s", story=())
    pairs = kept(tmp_path, XUM, TRAILER, picture, silent)
    found = {
        name: {each.id for each, _, known in pairs if fits(each, known, stage)}
        for name, stage in STAGES.items()
    }
    # who only judged teaches the head
    assert found == {"see": {"p"}, "hear": {"t"}, "tell": {"v", "t", "s"}}
    asked = Asked(pairs[3:], STAGES["tell"], reader(model), senses_of).question(0, draw())
    assert asked.answer == "" and asked.saliency.tolist() == counting(XUM, video(30.0)).tolist()
    unjudged = replace(STAGES["tell"], lambda_v=0.0)
    assert not any(fits(each, known, unjudged) for each, _, known in pairs[3:])


def test_what_is_held_out_is_never_learned_from(tmp_path):
    many = [replace(XUM, id=f"{n}") for n in range(300)]
    pairs = [
        (each, features, replace(known, media=f"video {int(each.id) // 3}"))
        for each, features, known in kept(tmp_path, *many, media="one")
    ]
    stage = replace(STAGES["tell"], held=0.2, checked=1000)
    learned, held = divided(pairs, stage)
    assert len(learned) + len(held) == 300 and 20 < len(held) < 100
    assert not {k.media for _, _, k in learned} & {k.media for _, _, k in held}
    assert divided(pairs, stage) == (learned, held)
    other = replace(stage, pace=replace(stage.pace, seed=1))
    assert divided(pairs, other)[1] != held
    few, checked = divided(pairs, replace(stage, most=50, checked=10))
    assert len(few) == 50 and len(checked) == 10
    ids = {each.id for each, _, _ in few}
    assert ids < {each.id for each, _, _ in learned} and ids != {f"{n}" for n in range(50)}
    own = [(replace(e, split=("val", "test", "train")[n % 3]), f, k)
           for n, (e, f, k) in enumerate(pairs)]  # fmt: skip
    learned, held = divided(own, replace(stage, held=0.0))
    assert {e.split for e, _, _ in learned} == {"train"} and {e.split for e, _, _ in held} == {
        "val"
    }


def test_texts_are_spread_over_the_whole():
    assert questions.spread("abcde", 9) == list("abcde")
    assert questions.spread("abcdefg", 3) == ["a", "d", "g"]
    assert questions.spread("abcdefg", 1) == ["a"]
