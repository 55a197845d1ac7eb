"""What is told is true, can be read back whole, and is worth something when it holds."""

import json
import re
from itertools import islice, product
from pathlib import Path

import numpy as np
import pytest

from summarizer.data import world
from summarizer.data.manifest import read, write
from summarizer.data.world.planning import known
from summarizer.data.world.values import COLOURS, INSTRUMENTS, NOISES, PLACES, SILENCE, THINGS, Fact
from summarizer.data.world.wishing import PARTLY
from summarizer.stages.narrate.tags import Tally, tagged

FOLDER = Path(world.__file__).parent
CAR = world.Actor("car", "red", "rises")
KITE = world.Actor("kite", "blue", "spins")
BELL = world.Sound(2.5, 12.0, "bell")
TUNE = world.Sound(4.0, 8.0, "music", "flute", "slow", "sad")
SHOWN = world.Clip(
    7,
    (
        world.Scene(0, 4, "beach", "still", (CAR,)),
        world.Scene(4, 8, "sea floor", "still", (KITE, world.Actor("car", "white", "rests"))),
        world.Scene(8, 12.5, "snow", "pan left", (KITE,)),
    ),
    (BELL, TUNE),
    12.5,
)


def wish(*needs: tuple[str, str]) -> world.Wish:
    return world.Wish("whatever", "", tuple(Fact(*need) for need in needs))


def read_back(text: str) -> set[Fact]:
    return {fact for said in world.facts_of(text) for fact in said.facts}


# -- truth ----------------------------------------------------------------------------------------


def test_facts_of_a_stretch():
    assert world.facts(SHOWN, 0, 2) == {
        ("place", "beach"),
        ("thing", "car"),
        ("coloured", "red car"),
        ("doing", "car rises"),
        ("sound", "silence"),
    }
    later = world.facts(SHOWN, 4, 8)
    assert later >= {("coloured", "white car"), ("coloured", "blue kite"), ("sound", "bell")}
    assert later >= {
        ("instrument", "flute"),
        ("mood", "sad"),
        ("tempo", "slow"),
        ("sound", "music"),
    }
    assert ("place", "beach") not in later and ("sound", SILENCE) not in later
    assert ("place", "sea floor") not in world.facts(SHOWN, 0, 4.5)  # too short to be told
    assert ("place", "sea floor") in world.facts(SHOWN, 3.5, 4.5)


# -- reading --------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", world.PARTS)
def test_stories_are_read_back_as_they_were_meant(part):
    draw = world.dice(part, "stories")
    for seed in range(60):
        clip = world.plan(seed, part)
        for one in world.wishes(clip, draw):
            said, due = world.facts_of(world.story(clip, one, draw)), world.due(clip, one)
            assert [s.facts for s in said] == [d.facts for d in due]
            for mine, theirs in zip(said, due, strict=True):
                assert max(abs(mine.start - theirs.start), abs(mine.end - theirs.end)) <= 0.5
            total = sum(len(each.facts) for each in due)
            assert world.agreement(said, due) == world.Agreement(total, total, total)


@pytest.mark.parametrize("part", ["train", "templates"])
def test_every_pattern_is_used_and_read(part):
    """Each pattern, told by its words between the slots, turns up in the texts."""
    draw = world.dice(part, "patterns")
    texts = []
    for seed in range(60):
        clip = world.plan(seed, part)
        for one in world.wishes(clip, draw):
            texts += [one.text, *world.story(clip, one, draw).split("\n")]
        texts += [world.caption(clip, time, draw) for time in (0.5, 5, 11)]
        texts += [world.heard(clip, s.start, s.end, draw) for s in clip.scenes]
    patterns = known(part)
    every = [p for kind in ("seen", "heard", "told", "absent") for p in patterns[kind]]
    every += [p for kind in patterns["wishes"].values() for p in kind]
    for pattern in every:
        words = [re.escape(piece) for piece in re.split(r"\{\w+\}", pattern)]
        form = re.compile(".+".join(words).replace(r"\ a\ ", r"\ an?\ "), re.I)
        assert any(form.search(text) for text in texts), pattern


@pytest.mark.parametrize("part", ["train", "templates", "combinations"])
def test_captions_say_what_is_there_and_no_more(part):
    draw = world.dice(part, "captions")
    for seed in range(50):
        clip = world.plan(seed, part)
        for scene in clip.scenes:
            time = scene.start + 1.2
            found = read_back(world.caption(clip, time, draw))
            truth = world.facts(clip, scene.start, scene.end)
            assert found <= truth and ("place", scene.place) in found
            shown = [
                actor
                for which, actor in enumerate(scene.actors)
                if world.box(clip, clip.scenes.index(scene), which, time)
            ]
            assert {f.what for f in found if f.kind == "thing"} == {a.thing for a in shown}
            assert {f.what for f in found if f.kind == "coloured"} == {
                f"{a.colour} {a.thing}" for a in shown
            }
            heard = read_back(world.heard(clip, scene.start, scene.end, draw))
            kinds = ("sound", "instrument", "tempo", "mood")
            assert heard == {fact for fact in truth if fact.kind in kinds}
            sentence = world.told(clip, clip.scenes.index(scene), draw)
            assert read_back(sentence) == truth


def test_reading_by_hand():
    assert read_back("The kite is red, but a blue car goes up.") == {
        ("thing", "kite"),
        ("colour", "red"),
        ("thing", "car"),
        ("coloured", "blue car"),
        ("doing", "car rises"),
    }
    assert read_back("Birds sing under water") == {("sound", "birdsong"), ("place", "sea floor")}
    assert read_back("a bird, at night") == {("thing", "bird"), ("place", "night")}
    assert read_back("We did not find an orange locomotive") == {("absent", "orange train")}
    assert read_back("No sad music, no birds") == {("absent", "sad")}
    assert read_back("It starts in the carpet, bellowing") == set()
    (one, two) = world.facts_of("Well. [00:03-00:09] A key.\n[01:05-01:09] Rain")[1:]
    assert (one.start, one.end, one.facts) == (3, 9, {("thing", "key")})
    assert (two.start, two.end, two.facts) == (65, 69, {("sound", "rain")})
    assert world.facts_of("") == ()


def test_naming_everything_is_not_rewarded():
    due = world.due(SHOWN, world.Wish())
    lists = (THINGS, NOISES, PLACES, INSTRUMENTS)
    things = ", ".join(f"{colour} {thing}" for colour, thing in product(COLOURS, THINGS))
    text = "\n".join(f"[00:0{a}-00:{b:02}] {things} {lists}" for a, b in ((0, 4), (4, 8), (8, 12)))
    found = world.agreement(world.facts_of(text), due)
    assert found.right > 5 and found.right < 0.05 * found.said
    again = world.facts_of(world.story(SHOWN, world.Wish(), world.dice(1)) * 2)
    doubled = world.agreement(again, due)
    assert doubled.right == doubled.due and doubled.said == 2 * doubled.due


def test_agreement_counts_times():
    due = (world.Said(frozenset({Fact("thing", "car"), Fact("place", "road")}), 3.5, 8.0),)

    def counted(start: float, end: float) -> int:
        return world.agreement((world.Said(due[0].facts, start, end),), due).right

    assert [counted(4, 8), counted(4.5, 9), counted(5, 8), counted(3, 10)] == [2, 2, 0, 0]
    assert world.agreement(world.facts_of("a car"), due) == world.Agreement(0, 1, 2)


# -- stories --------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", ["train", "templates"])
def test_the_reader_of_stories_drops_none(part):
    """The stage that reads what a language model writes lets every sentence through."""
    draw = world.dice(part, "tags")
    for seed in range(40):
        clip = world.plan(seed, part)
        for one in world.wishes(clip, draw):
            text, tally = world.story(clip, one, draw), Tally()
            kept = list(tagged([text], clip.seconds, lambda start, end: ("seen",), tally))
            assert not tally.dropped and len(kept) == text.count("\n") + 1
            for sentence, due in zip(kept, world.due(clip, one), strict=True):
                assert abs(sentence.start - due.start) <= 1 and abs(sentence.end - due.end) <= 1


def test_stories_tell_of_what_is_wished():
    draw = world.dice("wished")
    starts = {
        (("coloured", "red car"),): [0],
        (("thing", "car"),): [0, 4],
        (("thing", "kite"), ("sound", "bell")): [4, 8],
        (("mood", "sad"),): [4],
        (): [0, 4, 8],
    }
    for needs, expected in starts.items():
        said = world.facts_of(world.story(SHOWN, wish(*needs), draw))
        assert [each.start for each in said] == expected
    (said,) = world.facts_of(world.story(SHOWN, wish(("coloured", "green car")), draw))
    assert said.facts == {("absent", "green car")} and (said.start, said.end) == (0, 13)


def test_wishes_come_in_all_kinds_and_some_are_for_what_is_not_there():
    draw, kinds = world.dice("kinds"), set()
    for seed in range(60):
        clip = world.plan(seed)
        found = world.wishes(clip, draw)
        kinds |= {one.kind for one in found}
        assert found[0] == world.Wish() and not any(world.matching(clip, w) for w in found[-2:])
        assert all(world.matching(clip, one) for one in found[:-2])
        assert len({one.text for one in found[:-2]}) > 5
    assert kinds == {"", *known("train")["wishes"]}


def test_language_is_endless_varied_and_ordinary():
    texts = list(islice(world.language(world.dice("language")), 1000))
    assert len(set(texts)) > 800
    letters = set("".join(texts))
    assert letters <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789[]:-,.;? \n"
    )
    assert not re.search(r"\ba [aeio]|\ban [^aeiou]|  |\{|\}", " ".join(texts))
    assert texts[:50] == list(islice(world.language(world.dice("language")), 50))


def test_words_mean_one_thing():
    words = json.loads((FOLDER / "vocabulary.json").read_text(encoding="utf-8"))
    meant = {}
    for kind in ("thing", "verb", "ing", "where", "place", "sound", "clause", "tempo", "mood"):
        for name, forms in words[kind].items():
            for form in forms:
                assert meant.setdefault(form, name) == name, form
                assert {fact.what for fact in read_back(form)} == {name}, form


# -- what seconds are worth -----------------------------------------------------------------------


def held(clip: world.Clip, one: world.Wish, time: float) -> list[bool]:
    """Which needs hold at a moment, from the clip itself."""
    (scene,) = [s for s in clip.scenes if s.start <= time < s.end]
    sounds = [s for s in clip.sounds if s.start <= time < s.end]
    true = {
        "thing": {a.thing for a in scene.actors},
        "colour": {a.colour for a in scene.actors},
        "coloured": {f"{a.colour} {a.thing}" for a in scene.actors},
        "action": {a.action for a in scene.actors},
        "doing": {f"{a.thing} {a.action}" for a in scene.actors},
        "place": {scene.place},
        "sound": {s.kind for s in sounds} or {SILENCE},
        "instrument": {s.instrument for s in sounds},
        "mood": {s.mood for s in sounds},
        "tempo": {s.tempo for s in sounds},
    }
    return [need.what in true[need.kind] for need in one.needs]


@pytest.mark.parametrize("part", ["train", "combinations", "templates"])
def test_seconds_are_worth_what_holds_in_them(part):
    draw = world.dice(part, "worth")
    for seed in range(6):
        clip = world.plan(seed, part)
        for one in world.wishes(clip, draw):
            worth = world.saliency(clip, one)
            assert worth.shape == (int(np.ceil(clip.seconds)),) and worth.dtype == np.float32
            assert worth.min() >= 0 and worth.max() <= 1
            if not one.needs:
                continue
            for second, value in enumerate(worth):
                times = [t for t in second + np.arange(0.0125, 1, 0.025) if t < clip.seconds]
                moments = [held(clip, one, time) for time in times]
                if all(all(moment) for moment in moments):
                    assert value == 1
                elif not any(all(moment) for moment in moments):
                    assert value <= PARTLY
                    if len(one.needs) > 1 and all(any(moment) for moment in moments):
                        assert value >= PARTLY / 2 - 1e-6
                else:
                    share = np.mean([all(moment) for moment in moments])
                    assert share - 0.02 <= value <= share + PARTLY * (1 - share) + 0.02


def test_windows_are_where_all_of_a_wish_holds():
    assert world.windows(SHOWN, wish(("coloured", "red car"))) == ((0, 4),)
    assert world.windows(SHOWN, wish(("thing", "car"))) == ((0, 8),)
    assert world.windows(SHOWN, wish(("thing", "kite"), ("sound", "bell"))) == ((4, 12),)
    assert world.windows(SHOWN, wish(("sound", "silence"))) == ((0, 2.5), (12, 12.5))
    assert world.windows(SHOWN, wish(("place", "city"))) == world.windows(SHOWN, wish()) == ()


def test_without_a_wish_what_happens_counts():
    worth = world.saliency(SHOWN, world.Wish())
    assert worth[2] > worth[1]  # the bell begins
    assert worth[4] > worth[5]  # a cut, and music begins
    still = world.Clip(7, (world.Scene(0, 12, "snow", "still", ()),), (), 12.0)
    assert world.saliency(still, world.Wish()).max() < worth.min()


# -- the form of all data sets --------------------------------------------------------------------


def test_examples_make_a_manifest(tmp_path):
    made = list(world.examples(range(3), "films", "validation"))
    write(made, tmp_path / "manifest.jsonl")
    assert list(read(tmp_path / "manifest.jsonl")) == made
    clip = world.plan(0, "validation")
    first = made[0]
    assert first.video == f"films/{clip.seed}.mp4" and first.seconds == clip.seconds
    assert first.split == "val" and first.wish == ""
    assert [(t.start, t.end) for t in first.story] == [(s.start, s.end) for s in clip.scenes]
    for each in made:
        assert len(each.saliency.rows[0]) == np.ceil(each.seconds)
        truth = {fact for told in each.story for fact in read_back(told.text)}
        assert each.windows or each.wish == "" or {fact.kind for fact in truth} == {"absent"}
