"""The little world is the same whoever asks, and keeps its parts apart."""

import subprocess
import sys
from itertools import pairwise, product
from pathlib import Path

import numpy as np
import pytest

from summarizer.data import world
from summarizer.data.world.values import (
    CAMERAS,
    COLOURS,
    INSTRUMENTS,
    MUSIC,
    NOISES,
    PLACES,
    SIDEWAYS,
    TEMPI,
    THINGS,
    UPRIGHT,
)
from summarizer.errors import SummarizerError

ROOT = Path(__file__).parents[2]
MANY = 1500
DIGEST = """
import hashlib, sys
from summarizer.data import world
made = hashlib.sha256()
for seed in eval(sys.argv[1]):
    for part in ("train", "templates"):
        clip = world.plan(seed, part)
        parts = [repr(clip).encode(), world.pictures(clip, [3.3, 0.4, 9]).tobytes()]
        parts.append(world.sound(clip, end=4.0).tobytes())
        draw = world.dice(seed, "test")
        parts += [world.story(clip, wish, draw).encode() for wish in world.wishes(clip, draw)]
        made.update(hashlib.sha256(b"".join(parts)).digest() if seed == 5 else b"")
print(made.hexdigest())
"""


def run(code: str, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def plans(part: str, count: int = MANY) -> list[world.Clip]:
    return [world.plan(seed, part) for seed in range(count)]


def pairs(clips) -> set[tuple[str, str]]:
    return {(a.thing, a.colour) for clip in clips for s in clip.scenes for a in s.actors}


def music(clips) -> set[tuple[str, str]]:
    return {(s.instrument, s.mood) for c in clips for s in c.sounds if s.mood}


def test_another_process_and_order_give_the_same_bytes():
    assert run(DIGEST, "(5,)") == run(DIGEST, "(9, 5, 2)")


def test_seeds_differ():
    made = {world.pictures(world.plan(seed), [1.0]).tobytes() for seed in range(20)}
    assert len(made) == 20


def test_parts_never_share_a_seed():
    spans = sorted((first, first + count) for first, count in world.PARTS.values())
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    for part, (_, count) in world.PARTS.items():
        for seed in (0, count - 1):
            assert world.part_of(world.plan(seed, part).seed) == part
        for seed in (-1, count):
            with pytest.raises(SummarizerError, match=str(count - 1)):
                world.plan(seed, part)
    with pytest.raises(SummarizerError, match="templates"):
        world.plan(1, "tests")


@pytest.mark.parametrize("part", world.PARTS)
def test_plans_keep_the_rules(part):
    for clip in plans(part, 400):
        assert 12 <= clip.seconds <= 40 and 2 <= len(clip.scenes) <= 6
        edges = [0.0, *(scene.end for scene in clip.scenes)]
        assert [scene.start for scene in clip.scenes] == edges[:-1] and edges[-1] == clip.seconds
        for scene in clip.scenes:
            assert 3 <= scene.end - scene.start <= 9 and 1 <= len(scene.actors) <= 2
            assert scene.place in PLACES and scene.camera in CAMERAS
            actions = {actor.action for actor in scene.actors}
            assert not (actions & set(SIDEWAYS) and actions & set(UPRIGHT))  # they would collide
            heard = [s for s in clip.sounds if s.start < scene.end and s.end > scene.start]
            assert all(min(s.end, scene.end) - max(s.start, scene.start) >= 2 for s in heard)
        for sound in clip.sounds:
            assert sound.kind in (MUSIC, *NOISES) and 0 <= sound.start < sound.end <= clip.seconds
            assert (sound.kind == MUSIC) == bool(sound.tempo) == bool(sound.instrument)
        for time in np.arange(0.25, clip.seconds, 0.5):
            now = [sound.kind for sound in clip.sounds if sound.start <= time < sound.end]
            assert len(now) <= 2 and len(set(now)) == len(now)


def test_everything_there_is_happens_in_training():
    clips = plans("train")
    scenes = [scene for clip in clips for scene in clip.scenes]
    assert {scene.place for scene in scenes} == set(PLACES)
    assert {scene.camera for scene in scenes} == set(CAMERAS)
    assert {scene.fade > 0 for scene in scenes} == {True, False}
    assert {s.tempo for clip in clips for s in clip.sounds} == {"", *TEMPI}
    assert {s.kind for clip in clips for s in clip.sounds} == {MUSIC, *NOISES}
    assert {s.instrument for clip in clips for s in clip.sounds} == {"", *INSTRUMENTS}
    everything = {(thing, colour) for thing in THINGS for colour in COLOURS}
    assert pairs(clips) == everything - world.HELD_THINGS


def test_held_pairs_are_a_sixth_spread_over_all_things_and_colours():
    assert 0.13 <= len(world.HELD_THINGS) / (len(THINGS) * len(COLOURS)) <= 0.17
    assert {thing for thing, _ in world.HELD_THINGS} == set(THINGS)
    assert {colour for _, colour in world.HELD_THINGS} == set(COLOURS)


@pytest.mark.parametrize("part", world.PARTS)
def test_held_pairs_are_in_their_own_test_only(part):
    clips = plans(part)
    if part == "combinations":
        assert pairs(clips) >= world.HELD_THINGS and music(clips) == world.HELD_MUSIC
        assert all(pairs([clip]) & world.HELD_THINGS for clip in clips)
    else:
        assert not pairs(clips) & world.HELD_THINGS and not music(clips) & world.HELD_MUSIC


def test_held_pairs_are_not_named_in_training():
    named, draw = set(), world.dice("naming")
    for clip in plans("train", 300):
        for wish in world.wishes(clip, draw):
            for text in (wish.text, world.story(clip, wish, draw)):
                named |= {fact for said in world.facts_of(text) for fact in said.facts}
    told = {tuple(fact.what.split()[::-1]) for fact in named if fact.kind == "coloured"}
    told |= {
        tuple(fact.what.split()[::-1])
        for fact in named
        if fact.kind == "absent" and fact.what.split()[0] in COLOURS and " " in fact.what
    }
    assert len(told) > 200 and not told & world.HELD_THINGS


OPENED = """
import sys
opened = []
sys.addaudithook(lambda event, about: event == "open" and opened.append(str(about[0])))
from summarizer.data import world
def used():
    files = any("held_out.json" in name for name in opened)
    return files, "summarizer.data.world.held_out" in sys.modules
draw = world.dice("all")
for part in ("train", "validation", "seeds", "combinations"):
    clip = world.plan(7, part)
    world.pictures(clip, [1.0]), world.sound(clip), world.caption(clip, 1.0, draw)
    for wish in world.wishes(clip, draw):
        world.facts_of(world.story(clip, wish, draw)), world.saliency(clip, wish)
for _, text in zip(range(50), world.language(draw)):
    pass
print(*used())
world.plan(7, "templates")
print(*used())
"""


def test_training_never_opens_what_is_held_out():
    assert run(OPENED).split() == ["False", "False", "True", "True"]


def test_templates_and_patterns_that_are_held_out_are_others():
    from summarizer.data.world.held_out import held_out
    from summarizer.data.world.planning import training

    def shots(templates):  # actions of one actor, or of two, seen by a camera
        return {
            (tuple(sorted(acts)), camera)
            for template in templates["scenes"]
            for acts in product(*template["actions"])
            for camera in template["cameras"]
        }

    ours, theirs = training(), held_out()
    assert not shots(ours) & shots(theirs)
    for kind in ("seen", "heard", "told", "absent"):
        assert not set(ours[kind]) & set(theirs[kind])
    assert set(ours["wishes"]) == set(theirs["wishes"])
    for kind, patterns in ours["wishes"].items():
        assert not set(patterns) & set(theirs["wishes"][kind])


def test_importing_it_is_light():
    code = "import sys, summarizer.data.world; print(*sys.modules)"
    assert not {"torch", "scipy", "av", "transformers", "moviepy"} & set(run(code).split())
