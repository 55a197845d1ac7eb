"""Taste: what a few kept and dropped moments teach, on made perceptions and on real media."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer import Length, Preference, Summary
from summarizer.pipeline import load
from summarizer.schema import Event, Perception, Track
from summarizer.taste import (
    KEEP,
    NAMES,
    directions,
    known,
    learn,
    taste_words,
    with_taste,
)
from tests import clips, sounds
from tests.perceptions import at, perception, said, video

MUSIC = ((20, 30), (60, 70), (100, 110), (140, 150))


@pytest.fixture(scope="module")
def summarizer(tmp_path_factory):
    return load(cache=tmp_path_factory.mktemp("cache"))


def film(music=MUSIC, seed: int = 0) -> Perception:
    """160 s with music here and there, and movement, faces and loudness that owe it nothing."""
    rng = np.random.default_rng(seed)
    curves = {
        "music": at(160, *music),
        "movement": np.repeat(rng.random(32), 5) * 0.8,
        "loudness": np.repeat(rng.random(16), 10) * 0.6 + 0.2,
        "faces": at(160, (0, 12), (80, 95)),
        "speech": np.full(160, 0.9),  # everywhere, so it tells nothing
    }
    return perception(video(160.0), curves)


def share_of(spans, highlights) -> float:
    """The share of the highlights that lies in the spans."""
    inside = sum(
        max(0.0, min(each.end, end) - max(each.start, start))
        for each in highlights
        for start, end in spans
    )
    return inside / sum(each.seconds for each in highlights)


def taught(seen: Perception, spans, liked: float = 1.0, taste=()):
    for span in spans:
        taste = learn(taste, seen, Event(*map(float, span)), liked)
    return taste


def chosen(summarizer, seen, taste=(), **wanted) -> Summary:
    return summarizer.choose(seen, Preference(taste=taste, **wanted))


# -- what it does to the choice --------------------------------------------------------------------


def test_after_three_pins_of_music_an_empty_wish_prefers_music(summarizer):
    seen = film()
    taste = taught(seen, MUSIC[:3])
    before, after = chosen(summarizer, seen), chosen(summarizer, seen, taste)
    assert share_of(MUSIC, after.highlights) > max(0.75, 1.5 * share_of(MUSIC, before.highlights))
    assert any("what you tend to keep" in each.why for each in after.highlights)
    assert taste_words(taste).startswith("you tend to keep music")


def test_after_three_drops_of_music_it_is_avoided(summarizer):
    seen = film()
    taste = taught(seen, MUSIC[:3], -1.0)
    after = chosen(summarizer, seen, taste)
    assert share_of(MUSIC, after.highlights) < 0.05
    assert not any("tend to keep" in each.why for each in after.highlights)
    assert taste_words(taste).startswith("you tend to drop music")


def test_what_one_video_taught_helps_on_another(summarizer):
    taste = taught(film(seed=1), MUSIC[:3])
    places = ((5, 15), (90, 100))
    other = film(places, seed=2)
    before, after = chosen(summarizer, other), chosen(summarizer, other, taste)
    assert share_of(places, after.highlights) > max(0.7, share_of(places, before.highlights))


def test_a_wish_outweighs_a_taste(summarizer):
    seen = film()
    found = chosen(summarizer, seen, taught(seen, MUSIC[:3]), want="faces")
    assert share_of(((0, 12), (80, 95)), found.highlights) > 0.9


def test_no_taste_is_the_same_to_the_bit(summarizer):
    seen = film()
    assert with_taste(seen, ()) is seen
    for want in ("", "music", "no talking"):
        one = chosen(summarizer, seen, (), want=want)
        other = chosen(summarizer, seen, (("unheard of", 1.0), ("music", math.nan)), want=want)
        assert one == other
        assert np.array_equal(one.saliency.total, other.saliency.total)
        assert not any(curve.sense == "taste" for curve in one.saliency.curves)


def test_a_taste_that_the_video_has_nothing_for_changes_nothing():
    bare = perception(video(60.0), {"music": np.full(60, 0.9)})
    assert with_taste(bare, (("faces", 0.9), ("music", 0.9))) is bare


def test_the_total_is_still_the_weighted_sum(summarizer):
    saliency = chosen(summarizer, film(), (("music", 0.8), ("movement", -0.5))).saliency
    parts = zip(saliency.weights, saliency.curves, strict=True)
    assert np.array_equal(saliency.total, sum(weight * curve.array for weight, curve in parts))
    assert 0.999 <= sum(saliency.weights) <= 1
    assert KEEP in {curve.name for curve in saliency.curves}


def test_a_summary_with_a_taste_reads_back(summarizer):
    summary = chosen(summarizer, film(), taught(film(), MUSIC[:2]))
    assert summary.preference.taste
    assert Summary.from_json(summary.to_json()) == summary


# -- what is learnt --------------------------------------------------------------------------------


def test_what_is_everywhere_teaches_nothing():
    assert "speech" not in dict(taught(film(), MUSIC))


def test_like_and_dislike_cancel():
    seen = film()
    assert abs(dict(taught(seen, MUSIC[:1], -1.0, taught(seen, MUSIC[:1])))["music"]) < 0.05


def test_what_is_not_confirmed_fades():
    seen = film()
    taste = taught(seen, MUSIC[:3])
    before = dict(taste)["music"]
    quiet = perception(video(160.0), {"faces": at(160, (0, 12))})
    taste = taught(quiet, [(0, 10)] * 10, taste=taste)
    assert dict(taste).get("music", 0.0) < 0.3 * before
    assert dict(taste)["faces"] > 0.5


def test_the_order_hardly_matters():
    seen = film()
    examples = [(MUSIC[0], 1), (MUSIC[1], 1), (MUSIC[2], 1), ((0, 10), -1), ((82, 92), -1)]
    found = []
    for order in itertools.permutations(examples):
        taste = ()
        for span, liked in order:
            taste = learn(taste, seen, Event(*map(float, span)), float(liked))
        found.append(dict(taste))
        keeps, _, drops = taste_words(taste).partition(", and to drop ")
        assert keeps.startswith("you tend to keep music") and drops == "faces"
    for name in ("music", "faces"):
        numbers = [each[name] for each in found]
        assert max(numbers) - min(numbers) < 0.2


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(st.floats(), st.floats(), st.floats(-5, 5) | st.just(math.nan)), max_size=20)
)
def test_whatever_is_learnt_stays_in_bounds(examples):
    taste = ()
    for start, end, liked in examples:
        taste = learn(taste, film(), Event(start, end), liked)
    assert all(name in NAMES and -1 <= number <= 1 for name, number in taste)


@pytest.mark.parametrize(
    "hostile",
    [
        None,
        7,
        "music",
        b"music",
        {"music": 1.0},
        [["music"]],
        [[["music"], 1.0]],
        [("music", "1")],
        [("music", None)],
        [("music", True)],
        [("music", math.nan)],
        [("kept", 1.0), ("words.99", 1.0), ("__class__", 1.0)],
    ],
)
def test_what_is_not_understood_is_ignored(summarizer, hostile):
    assert known(hostile) == ()
    assert taste_words(hostile) == ""
    assert chosen(summarizer, film(), hostile) == chosen(summarizer, film())
    assert learn(hostile, film(), Event(20.0, 30.0), 1.0) == learn((), film(), Event(20, 30), 1.0)


def test_what_is_too_much_is_bounded(summarizer):
    huge = [["music", 1e300], ["faces", -math.inf], ["light", 10**400]] * 10_000
    assert known(huge) == (("music", 1.0), ("faces", -1.0), ("light", 1.0))
    summary = chosen(summarizer, film(), huge)
    assert Summary.from_json(summary.to_json()) == summary


@pytest.mark.parametrize(
    ("taste", "words"),
    [
        ((), ""),
        ((("words.3", 0.9),), ""),
        ((("music", 0.05),), ""),
        ((("music", 0.5), ("faces", 0.4), ("movement", -0.45)),
         "you tend to keep music and faces, and to drop much movement"),
        ((("light", -0.3),), "you tend to keep dark pictures"),
        ((("music", 0.9), ("faces", 0.2)), "you tend to keep music"),
        ((("cuts", -0.3), ("speech", -0.25)), "you tend to drop quick cuts and people talking"),
    ],
)  # fmt: skip
def test_it_is_told_in_words(summarizer, taste, words):
    assert summarizer.taste_words(taste) == words


# -- what is said ----------------------------------------------------------------------------------

COOKING = (
    "Now fry the onions in butter until they are golden.",
    "Add the garlic and a pinch of salt to the soup.",
    "Knead the dough and let it rise in a warm kitchen.",
    "Bake the cake in the oven at a low heat.",
    "Chop the carrots and boil them with the potatoes.",
    "Taste the sauce and stir in some cream.",
)
FOOTBALL = (
    "The striker scores and the stadium goes wild.",
    "He was offside, so the goal does not count.",
    "The goalkeeper saves the penalty kick.",
    "They are two down at half time in this match.",
    "The defender gets a yellow card for the tackle.",
    "The midfielder passes the ball across the pitch.",
)


def talking(cooking, football) -> Perception:
    """Talk of two things by turns, 10 s each; nothing else to go by."""
    from summarizer.models.text import load_text

    texts = [text for pair in zip(cooking, football, strict=True) for text in pair]
    lines = said(*((10.0 * n, 10.0 * n + 9.5, text) for n, text in enumerate(texts)))
    rows = load_text().embed(texts).astype(np.float16)
    track = Track("words", np.array([line.start for line in lines]), rows, "test")
    whole = 10.0 * len(texts)
    return perception(
        video(whole), {"speech": np.full(int(whole), 0.9)}, lines=lines, tracks=[track]
    )


def test_what_was_said_carries_over_to_other_words(summarizer):
    seen = talking(COOKING[:3], FOOTBALL[:3])
    taste = taught(seen, [(0, 9), (20, 29), (40, 49)])
    assert taste and all(name.startswith("words.") for name, _ in taste)
    other = talking(COOKING[3:], FOOTBALL[3:])
    found = chosen(summarizer, other, taste, length=Length(18, "seconds"))
    assert share_of([(0, 10), (20, 30), (40, 50)], found.highlights) > 0.9


def test_the_directions_are_orthonormal():
    for width in (384, 512, 48):
        matrix = directions(width)
        assert np.allclose(matrix.T @ matrix, np.eye(matrix.shape[1]), atol=1e-5)


# -- real media ------------------------------------------------------------------------------------


def recording(folder, name: str, parts: str, seed: int):
    """A sound file, 8 s a letter: m music, n noise, b babble."""
    made = {"m": sounds.melody, "b": sounds.babble}
    pieces = [
        made[part](8.0, seed=seed + place) if part in made else sounds.noise(8.0, 0.08, seed=place)
        for place, part in enumerate(parts)
    ]
    target = folder / f"{name}.m4a"
    return clips.film(target, sound=np.concatenate(pieces).astype("f4"), sound_rate=sounds.RATE)


def places(parts: str, letter: str):
    return [(8 * place, 8 * place + 8) for place, part in enumerate(parts) if part == letter]


def test_real_sound_teaches_and_helps_on_another_recording(summarizer, tmp_path):
    first, second = "nmbnmbnmb", "bnnmbnbmn"
    seen = summarizer.perceive(recording(tmp_path, "first", first, 1))
    other = summarizer.perceive(recording(tmp_path, "second", second, 40))
    liked = taught(seen, places(first, "m"))
    disliked = taught(seen, places(first, "m"), -1.0)
    assert "music" in taste_words(liked).partition(", and to drop")[0]
    assert "music" in taste_words(disliked).partition("to drop")[2]
    for of, parts in ((seen, first), (other, second)):
        spans = places(parts, "m")
        share = {
            name: share_of(spans, chosen(summarizer, of, taste).highlights)
            for name, taste in (("none", ()), ("liked", liked), ("disliked", disliked))
        }
        assert share["liked"] > 0.8 and share["liked"] >= share["none"]
        assert share["disliked"] < 0.2
