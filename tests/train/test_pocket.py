"""The whole recipe, very small: every part of it, stopped in the middle, and used by the app."""

import json

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.data import world
from summarizer.models import hub
from summarizer.models.narrator import Rows, load_narrator
from summarizer.train import pocket
from summarizer.train.bank import Bank, Beheld, Senses, perception
from summarizer.train.judging import NAMES, Wishes
from summarizer.train.parting import lay_apart, words_of
from summarizer.train.pocket import PARTS, run
from summarizer.train.telling import Captions, Notes, Stories, asked, line, wish_of
from summarizer.train.world import Moments
from tests.pocket import SMALL


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A home of checkpoints in which everything was trained for a step or two, in two goes."""
    home = tmp_path_factory.mktemp("checkpoints")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHECKPOINTS", str(home))
        assert not run(home / "pocket", SMALL, seconds=0), "stopped after a step"
        assert run(home / "pocket", SMALL)
    return home


@pytest.fixture
def home(trained, monkeypatch):
    monkeypatch.setenv("CHECKPOINTS", str(trained))
    return trained


def test_nothing_is_left_beside_what_is_kept(home):
    assert not list((home / "pocket").glob("*.training"))
    kept = {part.name for part in PARTS if part.name != "judge"} | {
        f"senses-{end}" for end in ("clip", "mert")
    }
    kept |= {"judge-saliency", "tell-saliency"}
    assert {each.name for each in (home / "pocket").iterdir()} == kept
    logs = {each.stem for each in (home / "pocket.training").glob("*.jsonl")}
    assert logs == {part.name for part in PARTS}


def test_the_command_stops_when_its_time_is_up_and_says_that_it_has_to_go_on(tmp_path, monkeypatch):
    monkeypatch.setattr(pocket, "Sizes", lambda: SMALL)
    monkeypatch.setenv("CHECKPOINTS", "")  # it sets its own
    out = tmp_path / "pocket"
    assert pocket.main(["--out", str(out), "--seconds", "0", "--at-once", "1"]) == 3
    assert (out / "listen.training" / "state" / "progress.json").is_file()


@pytest.mark.slow
def test_parts_beside_each_other_learn_what_they_learn_one_after_another(
    home, tmp_path, monkeypatch
):
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    assert not run(tmp_path / "pocket", SMALL, seconds=0, at_once=2), "stopped after a step"
    assert run(tmp_path / "pocket", SMALL, at_once=2)
    there = {each.name for each in (tmp_path / "pocket").iterdir()}
    assert there == {each.name for each in (home / "pocket").iterdir()}
    for part in PARTS:
        ours, theirs = (losses(each, part.name) for each in (tmp_path, home))
        assert ours == pytest.approx(theirs, rel=5e-3), part.name


def losses(home, name: str) -> list[float]:
    log = home / "pocket.training" / f"{name}.jsonl"
    return [json.loads(each)["loss"] for each in log.read_text().splitlines()]


def test_the_folder_has_to_be_called_what_its_weights_are(tmp_path, capsys):
    assert pocket.main(["--out", str(tmp_path / "other")]) == 2
    assert "must end in" in capsys.readouterr().err and not list(tmp_path.iterdir())


def test_every_part_is_there_and_loads_by_the_doors_of_use(home):
    for name in ("pocket-clip", "pocket-mert", "pocket-llama"):
        assert hub.here(name) and hub.folder(name).is_relative_to(home)
    config = checkpoint.describe(home / "pocket" / "tell").config
    assert config["weights"] == "pocket-llama" and set(config["projectors"]) == {"sight", "sound"}
    assert checkpoint.find("pocket/tell-saliency")


def test_in_use_and_in_training_the_same_clip_gives_the_same_tokens(home):
    from summarizer.config import AudioConfig, VisionConfig
    from summarizer.senses.pictured import squeezed
    from summarizer.senses.recorded import SCALE
    from summarizer.senses.sight import PocketSight
    from summarizer.senses.tune import PocketTune

    clip = world.plan(5)  # where it is silent, it is louder than what 16 bits round off
    made = {each.name: each for each in Senses().tracks(clip)}
    times = np.arange(0, clip.seconds, 0.5)
    pictures = world.pictures(clip, times, (160, 90))
    rows = np.stack([PocketSight.fitted(each) for each in pictures])
    assert np.array_equal(rows[0], squeezed(pictures[0], 128))
    *_, seen = PocketSight.encode(times, rows, clip.seconds, VisionConfig())
    seconds = int(np.ceil(clip.seconds))
    sound = np.resize(world.sound(clip, 24_000, 0, clip.seconds), seconds * 24_000)
    sound[int(clip.seconds * 24_000) :] = 0.0
    sound = np.round(sound.reshape(seconds, -1) * SCALE)
    *_, heard = PocketTune.encode(
        np.arange(float(seconds)), sound.astype(np.int16), clip.seconds, AudioConfig()
    )
    for track in (*seen.findings.tracks, *heard.findings.tracks):
        mine = made[track.name]
        assert track.made_by == mine.made_by and np.allclose(track.times, mine.times)
        close = np.abs(track.values.astype(float) - mine.values.astype(float)).max()
        assert close < 0.02 * np.abs(mine.values.astype(float)).max(), track.name


def test_each_scene_is_asked_of_by_itself_and_its_notes_stand_where_the_tokens_will_be(home):
    narrator = load_narrator(hub.folder("pocket-llama"), "cpu")
    bank = Bank(home / "bank", "train", 4, Senses())
    for seed in range(6):
        question = Stories(bank, narrator).question(1, np.random.default_rng(seed))
        shown = "".join("*" if isinstance(each, Rows) else each for each in question.pieces)
        tag, _, rest = question.answer.partition(" ")
        assert shown == f"{tag}**\n\n" and rest.endswith(".")
        scenes = world.plan(1).scenes
        assert any(abs(int(tag[4:6]) - scene.start) < 1.5 for scene in scenes)
        assert len(question.saliency) == len(question.rows["sight"])
    mixed = 0
    for number in range(9):
        worded = Notes("train", 9, narrator).question(number, np.random.default_rng(number))
        told = [each for each in worded.pieces if isinstance(each, str)]
        assert "".join(told).startswith(worded.answer.partition(" ")[0])
        senses = {each.sense for each in worded.pieces if isinstance(each, Rows)}
        assert senses <= {"words"} and (senses or len("".join(told)) > 20)
        mixed += bool(senses)
    assert mixed


def test_where_sides_are_learned_as_much_slides_as_was_asked_for_and_is_told(home):
    narrator = load_narrator(hub.folder("pocket-llama"), "cpu")

    def sides(share: float) -> tuple[float, int, int]:
        notes, told = Notes("train", 150, narrator, share), []
        for number in range(150):
            answer = notes.question(number, np.random.default_rng([3, number])).answer
            facts = [fact for each in world.facts_of(answer) for fact in each.facts]
            told += [fact.what for fact in facts if fact.kind == "doing"]
        ends = [sum(each.endswith(side) for each in told) for side in world.SIDEWAYS]
        return sum(ends) / len(told), *ends

    usual, _, _ = sides(0.0)
    more, left, right = sides(0.5)
    assert more == pytest.approx(0.5 + usual / 2, abs=0.1) and usual < 0.3
    assert min(left, right) > 0.35 * (left + right)


def test_the_last_lesson_of_the_language_model_begins_with_what_it_wrote_laid_apart(home):
    before = load_narrator(home / "pocket" / "write", "cpu")
    begun = pocket.language(home / "pocket", SMALL).module.narrator
    old, new = (each.model.get_input_embeddings().weight for each in (before, begun))
    moved = (old - new).abs().amax(1) > 0
    words = words_of(before.tokenizer)
    expected = old.detach().clone()
    assert set(lay_apart(expected, words)) == set(moved.nonzero().flatten().tolist())
    assert torch.equal(new, expected)
    assert begun.model.lm_head.weight is new, "it writes with the vectors that it reads with"
    for name in ("tokenizer.json", "tokenizer_config.json"):
        kept = [(home / "pocket" / part / name).read_bytes() for part in ("write", "language")]
        assert kept[0] == kept[1]
    for text in (" left", " right", " yellow"):
        tokens = before.tokenizer(text, add_special_tokens=False).input_ids
        assert set(tokens) <= set(words), text
    assert not {*before.tokenizer("[00:07]").input_ids} & set(words)


def test_of_pictures_of_a_scene_what_things_do_is_told_with_its_sound_noted_in_words(home):
    narrator = load_narrator(hub.folder("pocket-llama"), "cpu")
    bank, noted = Bank(home / "bank", "train", 4, Senses()), 0
    for seed in range(12):
        question = Captions(bank, narrator).question(seed % 4, np.random.default_rng(seed))
        assert sum(isinstance(each, Rows) for each in question.pieces) == 1
        shown = "".join("*" if isinstance(each, Rows) else each for each in question.pieces)
        tag, notes = shown.split("*")
        told = {fact for each in world.facts_of(question.answer) for fact in each.facts}
        kinds = {fact.kind for fact in told}
        assert question.answer.startswith(tag) and notes.endswith("\n\n")
        assert bool(notes.strip()) == ("doing" in kinds) == ("sound" in kinds), question.answer
        noted += bool(notes.strip())
        if notes.strip():
            words = {fact for each in world.facts_of(notes) for fact in each.facts}
            heard = {fact for fact in told if fact.kind in ("sound", "instrument")}
            assert heard <= words and not [fact for fact in words if fact.kind == "thing"]
    assert 0 < noted < 12


def test_what_is_told_of_the_scenes_is_the_story_under_the_times_of_the_prompts(home):
    narrator = load_narrator(hub.folder("pocket-llama"), "cpu")
    for seed in range(20):
        clip, draw = world.plan(seed), np.random.default_rng(seed)
        beheld = Beheld(clip, perception(clip, (), draw))
        lines = [line(beheld, number, draw) for number in range(len(clip.scenes))]
        found = world.agreement(world.facts_of("\n".join(lines)), world.due(clip, world.Wish()))
        assert found.right == found.said == found.due, lines
        prompts = asked(beheld.perception, narrator)
        for prompt, told in zip(prompts, lines, strict=True):
            assert prompt[1] == told.partition(" ")[0]


def test_what_is_judged_is_what_the_wish_is_worth(home):
    bank = Bank(home / "bank", "train", 4, Senses())
    picks = [(seed % 4, np.random.default_rng(seed)) for seed in range(12)]
    again = [np.random.default_rng(seed) for seed in range(12)]
    texts = set()
    for (index, _), draw, case in zip(picks, again, Wishes(bank, 0).cases(picks, 3), strict=True):
        clip = bank.beheld(index, draw).clip  # the edges of its events are drawn first
        seconds = len(case.there)
        assert {name: len(each) for name, each in case.rows.items()} == dict.fromkeys(
            ("sight", "hearing", "patches"), seconds
        )
        assert case.rows["patches"].ndim == 3
        for second in range(int(clip.seconds)):
            named = {NAMES[number] for number in np.flatnonzero(case.there[second])}
            assert named == world.truths(clip, float(second), second + 1.0)
        for each in case.wishes:
            wish = wish_of(clip, draw)
            assert np.array_equal(each.worth, world.saliency(clip, wish))
            assert set(each.given) == ({"sight", "hearing"} if wish.text else set())
            texts.add(wish.text)
    assert len(texts) > 10


def test_wishes_without_a_clip_are_read_as_those_with_one(home):
    bank = Bank(home / "bank", "train", 4, Senses())
    worded, texts, needs = Wishes(bank, 30).worded, [], []
    for number in range(30):
        clip = world.plan(number)
        for wish in world.wishes(clip, world.dice(clip.seed, "talk")):
            texts, needs = [*texts, wish.text], [*needs, wish.needs]
    assert texts.count("") == 30  # the empty ones need nothing
    asked = [(text, need) for text, need in zip(texts, needs, strict=True) if text]
    assert len(worded.needs) == len(asked) > 300
    tracks = bank.tracks(0)
    for row, (text, need) in enumerate(asked):
        assert {NAMES[number] for number in np.flatnonzero(worded.needs[row])} == set(need)
        for name, given in bank.asked(text, tracks).items():
            assert np.allclose(worded.given[name][row], given, atol=1e-5)


def test_names_are_of_facts_that_may_be_named_together():
    moments = Moments("train", 100, 24, pictures=4, sounds=1, names=True)
    draw = np.random.default_rng(0)
    glimpses = [each for index in range(6) for each in moments.moments(index, draw)[0]]
    seen, heard = moments.named([each.told for each in glimpses], [], draw)
    there = {fact for each in glimpses for fact in each.told.tells}
    for told in (*seen, *heard):
        (fact,) = told.tells
        assert fact in {f for said in world.facts_of(told.text) for f in said.facts}, told.text
        if fact.kind == "coloured":
            colour, thing = fact.what.split(" ", 1)
            assert (thing, colour) not in world.HELD_THINGS
    coloured = {fact for told in seen for fact in told.tells if fact.kind == "coloured"}
    assert coloured & there and coloured - there, "some are true, and some near misses"
    assert {fact for told in seen for fact in told.tells} >= set(world.SIGHTS)
    assert not Moments("train", 100, 24).named([], [], draw)[0]
