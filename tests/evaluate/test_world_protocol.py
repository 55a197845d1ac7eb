"""The measures by brute force, what is taken away by what is asked, and all of it end to end."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from summarizer import checkpoint
from summarizer.data import world as little
from summarizer.errors import SummarizerError
from summarizer.evaluate import world
from summarizer.evaluate.__main__ import main
from summarizer.evaluate.ablation import (
    Learned,
    Request,
    Sensed,
    merged,
    stilled,
    tell,
    written,
)
from summarizer.evaluate.report import describe
from summarizer.evaluate.room import Options, Record
from summarizer.evaluate.runs import run
from summarizer.evaluate.world import FACTS, HIGHLIGHTS, PRECISION, RECALL, TAU
from summarizer.models import hub
from summarizer.models.narrator import Rows, load_narrator
from summarizer.pipeline import load
from summarizer.schema import Track
from summarizer.train.bank import Senses
from tests.pocket import train

SHORT = ("narrator.answer=12",)  # what never learned to end need not go on


@pytest.fixture(scope="module")
def trained(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("checkpoints")
    train(folder)
    return folder


@pytest.fixture
def home(trained, monkeypatch) -> Path:
    monkeypatch.setenv("CHECKPOINTS", str(trained))
    return trained


def options(**changes) -> Options:
    return replace(Options(Path(), preset="pocket", settings=SHORT, clips=1, wishes=3), **changes)


# -- measures -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(20))
def test_f1_of_seconds_is_that_of_a_fine_grid(seed):
    draw = np.random.default_rng(seed)
    spans = []
    for _ in range(2):
        edges = np.unique(draw.integers(0, 40, 2 * int(draw.integers(1, 4)))) / 2
        spans.append([tuple(pair) for pair in edges[: len(edges) // 2 * 2].reshape(-1, 2)])
    middles = np.arange(0.25, 20, 0.5)
    one, other = (
        np.array([any(a <= t < b for a, b in each) for t in middles], bool) for each in spans
    )
    both = (one & other).sum()
    wanted = 2 * both / (one.sum() + other.sum()) if one.any() or other.any() else 0.0
    assert world.f1(*spans) == pytest.approx(wanted)


@pytest.mark.parametrize("seed", range(12))
def test_facts_are_counted_as_by_hand(seed):
    draw, clip = np.random.default_rng(seed), little.plan(seed, "seeds")
    wish = world.asked_of(clip, 3)[seed % 3]
    due = little.due(clip, wish)
    said = []
    for each in due:  # some are left out, some are said of a stretch that is wrong
        kept = frozenset(fact for fact in sorted(each.facts) if draw.random() < 0.7)
        off = float(draw.choice([0, 0.5, 3]))
        said.append(little.Said(kept | {little.Fact("thing", "x")}, each.start + off, each.end))
    right = sum(
        any(fact in d.facts and abs(s.start - d.start) <= 1 and s.end == d.end for d in due)
        for s in said
        for fact in s.facts
    )
    count, wanted = (sum(len(each.facts) for each in those) for those in (said, due))
    values = world.of_story(clip, wish, said)
    assert values[PRECISION] == pytest.approx(right / count)
    assert values[RECALL] == pytest.approx(right / wanted)
    mean = 2 / (count / right + wanted / right) if right else 0.0
    assert values[FACTS] == pytest.approx(mean)
    kinds = world.by_kind(clip, wish, said).values()
    assert [sum(each) for each in zip(*kinds, strict=True)] == [right, count, wanted]


def test_nothing_said_has_no_precision():
    clip = little.plan(1, "seeds")
    assert world.of_story(clip, little.Wish(), []) == {RECALL: 0.0, FACTS: 0.0}


def test_each_clip_is_asked_for_what_it_has_for_nothing_and_for_what_it_lacks():
    for part in world.HELD:
        for seed in range(8):
            clip, other = little.plan(seed, part), little.plan(seed + 1, part)
            there, empty, missing = world.asked_of(clip, 3)
            assert little.matching(clip, there) and there.needs and not empty.needs
            assert missing.needs and not little.matching(clip, missing)
            assert world.asked_of(clip, 5)[:3] == [there, empty, missing]
            for number, wish in enumerate((there, empty, missing)):
                assert world.another(wish, clip, other, number).text not in ("", wish.text)


def test_who_chooses_the_truth_has_all_and_chance_has_less():
    draw, found = np.random.default_rng(0), []
    for seed in range(10):
        clip = little.plan(seed, "seeds")
        wish = world.asked_of(clip, 1)[0]
        worth = little.saliency(clip, wish)
        best = world.of_choice(clip, wish, little.windows(clip, wish), worth)
        assert best[HIGHLIGHTS] == pytest.approx(1) and best[TAU] == pytest.approx(1)
        for each in (world.uniformly(clip, wish), world.in_the_centre(clip, wish)):
            assert each[HIGHLIGHTS] <= 1 + 1e-9
        found.append(world.at_random(clip, wish, draw))
    assert np.mean([each[HIGHLIGHTS] for each in found]) < 0.7
    assert abs(np.mean([each[TAU] for each in found])) < 0.1


def test_differences_are_taken_wish_by_wish():
    def record(way, task, number, value):
        kept = {"number": number, "kinds": {"thing": [1, 2, 2]}}
        return Record(task, way, {FACTS: value}, "seeds", kept=kept)

    records = [
        record("whole", f"seeds {task}", n, 0.9 - 0.01 * n) for task in range(9) for n in (0, 1)
    ]
    records += [record("less", f"seeds {task}", n, 0.4) for task in range(9) for n in (0, 1)]
    records += [record("same", f"seeds {task}", 1, 0.89 + 0.01 * (task % 2)) for task in range(9)]
    found = world.differences(records, "whole", "less", FACTS)
    assert [each.values[FACTS] for each in found] == pytest.approx([0.5, 0.49] * 9)
    compared, parts, kinds = world.tables(records, "whole")
    rows = {row[0]: row[1:] for row in compared.rows}
    assert rows["less"][0].startswith("+0.495") and rows["less"][-1] == "yes"
    assert rows["same"][-1] == "no" and "whole" not in rows
    assert parts.rows[1][:2] == ["whole", "0.895 / – / –"] and kinds.rows[1][1] == "0.500"


# -- what is taken away ---------------------------------------------------------------------------


def senses_in(pieces) -> dict[str, int]:
    found: dict[str, int] = {}
    for each in pieces:
        if isinstance(each, Rows):
            found[each.sense] = found.get(each.sense, 0) + len(each)
    return found


def test_each_way_is_asked_without_what_it_lacks(home):
    job = world.opened(options(wishes=1))
    clip, other = (little.plan(seed, "seeds") for seed in (0, 1))
    cases = list(job._cases(clip, other, [little.Wish()]))
    stories = tell(job.summarizer, job.learned, [case.request for case in cases])
    by = {case.way: story for case, story in zip(cases, stories, strict=True)}
    tokens = {
        way: senses_in([each for prompt in story.asked for each in prompt])
        for way, story in by.items()
    }
    whole, scenes = tokens["pocket"], len(clip.scenes)
    assert whole["sight"] == 48 * scenes and 6 * scenes < whole["sound"] <= 12 * scenes
    assert len(by["pocket"].asked) == scenes, "each by itself"
    assert set(tokens["no sound"]) == {"sight"} and set(tokens["no picture"]) == {"sound"}
    assert tokens["sight tokens / 2"] == {**whole, "sight": 24 * scenes}
    assert tokens["sight tokens / 4"] == {**whole, "sight": 12 * scenes}
    for way in ("no LoRA", "random projectors"):
        assert tokens[way] == whole
    wanted = {way: story.told.preference.want for way, story in by.items()}
    assert wanted.pop("another's wish") != wanted["pocket"] and len(set(wanted.values())) == 1
    answer = by["another's wish"].told.answer.kind
    assert (answer == "absent") == (not by["another's wish"].asked)


def test_without_a_sense_nothing_of_it_is_perceived(home):
    clip = little.plan(2, "seeds")
    sensed = Sensed.of(clip, Senses(), load("pocket").config)
    whole, deaf, blind = (
        sensed.perception(),
        sensed.perception(heard=False),
        sensed.perception(seen=False),
    )
    names = [{each.name for each in found.tracks} for found in (whole, deaf, blind)]
    assert names == [
        {"sight", "patches", "hearing", "tune"},
        {"sight", "patches"},
        {"hearing", "tune"},
    ]
    assert {each.name for each in whole.curves} == {
        each.name for found in (deaf, blind) for each in found.curves
    }
    assert deaf.curve("movement") and not deaf.curve("loudness") and not deaf.video.has_audio
    assert blind.curve("loudness") and not blind.curve("movement") and not blind.video.has_picture


def test_merging_keeps_the_mean_and_all_that_is_no_sight():
    tokens = np.random.default_rng(0).normal(size=(7, 5)).astype(np.float16)
    pieces = ["a", Rows("sight", tokens), Rows("sound", tokens), "b"]
    text, sight, sound, last = merged(pieces, 3)
    assert (text, last) == ("a", "b") and sound is pieces[2] and len(sight) == 3
    (alone,) = (len(each) for each in merged(pieces[1:2], 100))
    assert alone == 1
    mean = tokens.astype(float).mean(0)
    assert np.allclose(merged(pieces, 100)[1].values[0].astype(float), mean, atol=0.01)


def test_without_movement_patches_still_tell_what_is_there_and_where():
    before, after = (np.ones((3, 6)) * each for each in (2, 3))
    shows, place = np.full((3, 5), 1.0), np.full((3, 2), 4.0)
    values = np.concatenate([shows, before, after, place], 1).astype(np.float16)
    patches, tune = (Track(name, np.arange(3.0), values, "a") for name in ("patches", "tune"))
    still = stilled(patches)
    assert np.array_equal(still.values, np.concatenate([shows, 0 * before, 0 * after, place], 1))
    assert (values[:, 5:17] != 0).all(), "what was given is as it was"
    assert stilled(tune) is tune


def test_without_the_adapter_the_weights_are_the_base_again(home):
    learned = Learned("pocket-llama", "pocket/tell")
    base = load_narrator(hub.folder("pocket-llama"), "cpu").model.state_dict()
    whole, bare, fresh = learned.whole, learned.unadapted, learned.redrawn
    assert bare.model.state_dict().keys() == base.keys()
    assert all((bare.model.state_dict()[name] == base[name]).all() for name in base)
    changed = [name for name in base if (whole.model.state_dict()[name] != base[name]).any()]
    assert changed and all("_proj" in name for name in changed)
    assert fresh.model is whole.model
    for name, projector in whole.projectors.items():
        kept, redrawn = projector.state_dict(), fresh.projectors[name].state_dict()
        assert kept.keys() == redrawn.keys()
        assert any((kept[each] != redrawn[each]).any() for each in kept)
        bared = bare.projectors[name].state_dict()
        assert all((kept[each] == bared[each]).all() for each in kept)


@pytest.fixture
def talkative(home):
    """A language model that says something else to each prompt."""
    summarizer = load("pocket", overrides=("narrator.answer=40",))
    learned = Learned("pocket-llama", "pocket/tell", summarizer.config.narrator)
    model = learned.whole.model
    kept = {name: each.clone() for name, each in model.state_dict().items()}
    with torch.no_grad(), torch.random.fork_rng():
        torch.manual_seed(0)
        for each in model.parameters():
            each.normal_(0, 0.3)
    yield summarizer, learned
    model.load_state_dict(kept)


def test_many_prompts_at_once_are_answered_as_one_by_one_in_use(talkative):
    summarizer, learned = talkative
    requests = []
    for seed in range(3):
        clip = little.plan(seed, "seeds")
        perception = Sensed.of(clip, Senses(), summarizer.config).perception()
        for wish in world.asked_of(clip, 2):
            summary = summarizer.choose(perception, world.wanting(clip, wish, wish.text))
            requests.append(Request(perception, summary))
    stories = tell(summarizer, learned, requests)
    prompts = [each for story in stories for each in story.asked]
    assert len({learned.whole.count(each) for each in prompts}) > 1, "of many lengths"
    assert len({each.written for each in stories}) > 1
    for request, story in zip(requests, stories, strict=True):
        alone = ["".join(learned.whole.stream(each, 40)) for each in story.asked]
        assert written(learned.whole, [(each, 40) for each in story.asked]) == alone
        assert story.written == "\n".join(alone)
        *_, told = summarizer.tell(request.perception, request.summary)
        assert told.story == story.told.story and told.note == story.told.note


# -- tellers that are known -----------------------------------------------------------------------


class Knowing:
    """Tells of each scene what is true, or what is true of the next one."""

    def __init__(self, clip, shift=0):
        draw = np.random.default_rng(3)
        lines = [little.told(clip, number, draw) for number in range(len(clip.scenes))]
        self.starts = [scene.start for scene in clip.scenes]
        self.lines = [lines[(number + shift) % len(lines)] for number in range(len(lines))]

    def count(self, pieces):
        return len(pieces)

    def write(self, prompts, most):
        return [self.line(pieces[1]) for pieces in prompts]

    def line(self, tag):
        minutes, seconds = tag[1:6].split(":")
        start = 60 * int(minutes) + int(seconds)
        nearest = min(range(len(self.starts)), key=lambda each: abs(self.starts[each] - start))
        return f"{tag} {self.lines[nearest]}"


@pytest.mark.parametrize("part", world.HELD)
def test_who_knows_the_truth_is_always_right_and_who_mixes_it_up_is_not(home, part, monkeypatch):
    job = world.opened(options(ways=("another's wish",), wishes=4))
    clip, other = (little.plan(seed, part) for seed in (0, 1))
    wishes = world.asked_of(clip, 4)
    known = {each.text: each for each in wishes}
    known |= {w.text: w for n, e in enumerate(wishes) for w in [world.another(e, clip, other, n)]}
    monkeypatch.setattr(
        "summarizer.models.beholding.rate",
        lambda words, tracks, seconds, trained: little.saliency(clip, known[words]),
    )
    means = []
    for shift in (0, 1):
        job.learned = type("Stub", (), {"whole": Knowing(clip, shift)})
        records = list(job.judge(f"{part} 0"))
        values = {
            way: [record.values[FACTS] for record in records if record.way == way]
            for way in ("pocket", "another's wish")
        }
        means.append({way: np.mean(each) for way, each in values.items()})
        assert all(len(each) == 4 for each in values.values())
    assert means[0]["pocket"] == 1.0 and means[0]["another's wish"] < 0.8
    assert means[1]["pocket"] < 0.8


# -- as a protocol --------------------------------------------------------------------------------


def test_a_run_gives_all_ways_and_tables_for_a_card(home, tmp_path, capsys):
    words = ["world", "--wishes", "1", "--max", "1", "--out", str(tmp_path / "x.csv")]
    words += ["--set", SHORT[0], "--way", "no sound", "--way", "no LoRA"]
    assert main(words) == 0
    page = (tmp_path / "x.md").read_text(encoding="utf-8")
    assert page.startswith("# world, pocket") and capsys.readouterr().out == page
    for title in ("**pocket less what lacks something**", "**F1 by kind of fact", "| no LoRA "):
        assert title in page
    assert "no picture" not in page and "failed" in page and "0 failed" not in page
    assert "F1 by kind of fact" in (tmp_path / "x.html").read_text(encoding="utf-8")
    assert main([*words[:-2], "--way", "no picture"]) == 1
    assert "of another run (ways differs)" in capsys.readouterr().err
    (home / "pocket" / "tell" / "note.txt").write_text("changed")
    assert main(words) == 1
    assert "of another run (data differs)" in capsys.readouterr().err


def test_the_trivial_ways_stand_beside_it_and_only_who_chooses_is_judged_for_it(home):
    outcome = run(
        "world",
        world.PROTOCOL,
        options(wishes=1, ways=("no LoRA",)),
    )
    assert not [record.error for record in outcome.records if record.error]
    assert outcome.job.tasks == ["seeds 0", "combinations 0", "templates 0"]
    ways = describe(outcome).ways
    assert ways[0] == "pocket" and ways[-3:] == ("centre", "uniform", "random")
    cells = describe(outcome).cells
    assert ("pocket", HIGHLIGHTS) in cells and ("no LoRA", HIGHLIGHTS) not in cells
    assert {group.group for group in outcome.records} == set(world.HELD)


def test_what_cannot_be_measured_is_refused(home, tmp_path, monkeypatch):
    for changes, said in (
        ({"ways": ("no taste",)}, "no way 'no taste' here; there are no sound"),
        ({"preset": "offline"}, "'offline' tells without reading"),
        ({"videos": tmp_path}, "has neither videos"),
    ):
        with pytest.raises(SummarizerError, match=said):
            world.opened(options(**changes))
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path))
    with pytest.raises(SummarizerError, match="no checkpoint 'pocket/tell'"):
        world.opened(options())
    assert checkpoint.home() == tmp_path
