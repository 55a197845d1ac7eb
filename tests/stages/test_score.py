"""The evidence head: what became of a wish, which seconds may enter, what counts and why."""

from dataclasses import replace

import numpy as np
import pytest

from summarizer.config import PRESETS, Preset
from summarizer.errors import PreferenceError
from summarizer.schema import Line, Perception, Preference, Score, Track
from summarizer.stages.score import HEADS, evidence, judge
from summarizer.stages.wish import read
from tests.perceptions import CONCEPTS, at, perception, said, video

BLIND = Preset((), "evidence", "knapsack", "composed", blind="recognise things by sight")
TALK = said(
    (30, 33, "Good morning, let us talk about penguins."),
    (34, 38, "Emperor penguins live on the ice."),
    (39, 43, "The birds keep the egg warm."),
    (44, 47, "Their ice is melting earlier every year."),
    (48, 50, "Thank you."),
)


def no_model(texts):
    raise AssertionError(f"this wish needs no embedding, but {texts} was embedded")


@pytest.fixture(autouse=True)
def blind(monkeypatch):
    """The answers below are those where no preset has eyes."""
    monkeypatch.setattr(judge, "PRESETS", {"offline": PRESETS["offline"]})


@pytest.fixture
def talk() -> Perception:
    """60 s: music 10-20, speech 30-50, fast 15-25, dark from 40, faces 31-49, and subtitles."""
    curves = {
        "music": at(60, (10, 20)),
        "speech": at(60, (30, 50)),
        "loudness": at(60, (12, 14), high=0.85, low=0.5),
        "movement": at(60, (15, 25), high=0.8, low=0.2),
        "light": at(60, (0, 40), high=0.6, low=0.1),
        "faces": at(60, (31, 49)),
        "colour": at(60, low=0.3),
        "new sights": at(60, (0, 2), (25, 27)),
    }
    return perception(video(60.0), curves, lines=TALK)


@pytest.fixture
def silent(talk) -> Perception:
    seen = ("movement", "light", "faces", "colour", "new sights")
    return perception(video(60.0, silent=True), {name: talk.curve(name).array for name in seen})


def score(of: Perception, want: str = "", embed=no_model, **wanted) -> Score:
    return evidence(of, Preference(want=want, **wanted), read(want, CONCEPTS), BLIND, embed)


def minilm(texts):
    from summarizer.models.text import load_text

    return load_text().embed(texts)


def where(found: Score) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff([0, *found.admitted.astype(int), 0]))
    return [tuple(span) for span in edges.reshape(-1, 2).tolist()]


# -- what became of the wish -----------------------------------------------------------------------

ANSWERS = {
    "": ("open", ""),
    "the best parts": ("open", ""),
    "music": ("found", "Found: music, 10 seconds from 0:10."),
    "dark scenes": ("found", "Found: dark pictures, 20 seconds from 0:40."),
    "fast action with music": (
        "found",
        "Found: fast movement together with music, 5 seconds from 0:15.",
    ),
    "music and talking": (
        "found",
        "Found: music, 10 seconds from 0:10; people talking, 20 seconds from 0:30.",
    ),
    "music with talking": (
        "found",
        "Found: music or people talking (never both at once), 30 seconds in 2 places.",
    ),
    "no talking": ("found", "Left out: people talking, 20 seconds from 0:30."),
    "music in the first half": (
        "found",
        "Found (“in the first half”): music, 10 seconds from 0:10.",
    ),
    "the last 10 seconds": ("found", "As you asked: 0:50 to 1:00."),
    "colourful": ("absent", "Not found: colourful pictures, as far as I can see."),
    "music at the end": (
        "absent",
        "Found music, but only from 0:10, which is not “at the end”.",
    ),
    "around 5:00": ("absent", "The video is only 1 minute long; there is no “around 5:00”."),
    "talk about taxes": ("absent", "Nobody says “taxes”, as far as the subtitles can tell."),
    "talk about penguins": ("found", "“penguins” is said at 0:30."),
    "a penguin": (
        "found",
        "“penguin” is said at 0:30 (I go by the words: I can't recognise things by sight here).",
    ),
    "a penguin, the ice": (
        "found",
        "“penguin” is said at 0:30 (I go by the words: I can't recognise things by sight here). "
        "“ice” is said at 0:34 and 0:44.",
    ),
    "a red car": (
        "cannot",
        "I can't recognise things by sight here (“red car”); I can judge what is said, speech, "
        "music, loudness, movement, light, colour and faces. "
        "Here is the best of the video instead.",
    ),
    "the goals": (
        "cannot",
        "I can't recognise “goals” here, so I went by what often comes with that: loud moments, "
        "2 seconds from 0:12.",
    ),
    "a red car with music": (
        "found",
        "Found: music, 10 seconds from 0:10. I can't recognise things by sight here (“red car”).",
    ),
    "a red car with colourful pictures": (
        "absent",
        "Not found: colourful pictures, as far as I can see. "
        "I can't recognise things by sight here (“red car”).",
    ),
    "no cars": (
        "cannot",
        "I can't leave out “cars”: I can't recognise things by sight here. "
        "Here is the best of the video instead.",
    ),
    "喜びの声": (
        "cannot",
        "I read wishes in English only, so here is the best of the video instead.",
    ),
}


@pytest.mark.parametrize("want", ANSWERS)
def test_answers(talk, want):
    found = score(talk, want, minilm)
    assert (found.answer.kind, found.answer.text) == ANSWERS[want]
    assert found.admitted.any() == (found.answer.kind != "absent")
    assert (found.answer.seconds > 0) == (found.answer.kind == "found")


@pytest.mark.parametrize("want", ["", "music", "no talking", "dark scenes at the end", "penguins"])
def test_most_wishes_never_wait_for_the_model(talk, want):
    score(talk, want, no_model)


@pytest.mark.parametrize(
    ("want", "kind", "text"),
    [
        ("music", "absent", "Not found: music; the video has no sound."),
        ("no talking", "found", "Nothing had to be left out (people talking)."),
        ("talk about taxes", "cannot", "I can't tell what is said without subtitles (“taxes”)."),
        ("penguins", "cannot", "I can judge movement, light, colour and faces."),
    ],
)
def test_a_silent_video_has_no_sounds(silent, want, kind, text):
    found = score(silent, want)
    assert found.answer.kind == kind
    assert text in found.answer.text


def test_sound_alone_has_no_pictures():
    only = perception(video(60.0, blind=True), {"music": at(60, (10, 20))})
    found = score(only, "dark scenes")
    assert found.answer.text == "Not found: dark pictures; there is no picture, only sound."


def test_what_is_not_measured_yet_is_not_called_absent(talk):
    early = perception(talk.video, {"loudness": talk.curve("loudness").array})
    assert score(early, "music").answer.kind == "cannot"
    assert "Not measured yet: music." in score(early, "music").answer.text


def test_without_subtitles_a_wish_for_words_goes_by_speech(talk):
    deaf = perception(talk.video, {"speech": talk.curve("speech").array})
    found = score(deaf, "when they talk about taxes")
    assert found.answer.kind == "cannot"
    assert "so I went by people talking: 20 seconds from 0:30" in found.answer.text
    assert where(found) == [(30, 50)]


def test_a_preset_with_eyes_is_named_and_how_to_get_it(talk, monkeypatch):
    blind = {"offline": PRESETS["offline"]}
    for needs, sentence in (
        (("blip",), "The `seeing` preset can: python -m summarizer.weights get seeing."),
        ((), "The `seeing` preset can. Here"),
    ):
        seeing = Preset((), "evidence", "knapsack", "composed", needs=needs)
        hidden = replace(seeing, listed=False)
        monkeypatch.setattr(judge, "PRESETS", blind | {"hidden": hidden, "seeing": seeing})
        assert sentence in score(talk, "a red car", minilm).answer.text


def test_what_is_only_written_is_not_called_talk(talk):
    shown = (Line(40.0, 44.0, "GOAL!", "screen-text"),)
    curves = {curve.name: curve.array for curve in talk.curves}
    found = score(perception(talk.video, curves, lines=shown), "the word goal")
    assert found.answer.text.startswith("“goal” is written at 0:40")
    assert "“goal” on the screen" in found.reasons and "talk of “goal”" not in found.reasons


def test_words_close_in_meaning_are_found_but_not_called_said(talk):
    found = score(talk, "global warming", minilm)
    assert found.answer.kind == "found"
    assert found.answer.text == (
        "Nobody says “global warming” word for word, but close to it at 0:44."
    )
    assert where(found) == [(44, 47)]


@pytest.mark.parametrize("want", ["football", "a wedding", "cooking pasta", "bitcoin", "dancing"])
def test_no_likeness_passes_for_sight_or_speech(talk, want):
    found = score(talk, want, minilm)
    assert found.answer.kind == "cannot"


def test_the_track_of_the_words_is_used_where_it_fits(talk):
    rows = minilm([line.text for line in TALK]).astype(np.float16)
    track = Track("words", np.array([line.start for line in TALK]), rows, "test")
    whole = perception(
        talk.video, {curve.name: curve.array for curve in talk.curves}, lines=TALK, tracks=[track]
    )
    asked = []

    def counting(texts):
        asked.extend(texts)
        return minilm(texts)

    found = score(whole, "global warming", counting)
    assert found.answer.kind == "found"
    assert TALK[0].text not in asked


def test_words_after_the_end_of_the_video_are_not_found():
    late = perception(video(20.0), {"music": at(20)}, lines=said((25, 28, "a penguin")))
    assert score(late, "penguin").answer.kind == "cannot"


def test_descriptions_by_this_program_are_not_words_that_were_said(talk):
    lines = (Line(10.0, 12.0, "a penguin colony", "light"),)
    seen = perception(talk.video, {"music": at(60, (10, 20))}, lines=lines)
    assert score(seen, "penguin").answer.kind == "cannot"


def test_a_wish_in_another_script_is_still_looked_for_in_the_subtitles():
    lines = said((5, 8, "これは喜びの声です"))
    found = score(perception(video(20.0), {"music": at(20)}, lines=lines), "喜びの声")
    assert found.answer.kind == "found"
    assert where(found) == [(5, 8)]


# -- which seconds may enter -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("want", "spans"),
    [
        ("", [(0, 60)]),
        ("music", [(10, 20)]),
        ("fast action with music", [(15, 20)]),
        ("music or talking", [(10, 20), (30, 50)]),
        ("action without music", [(20, 25)]),
        ("no talking", [(0, 30), (50, 60)]),
        ("no talking in the first half", [(0, 30)]),
        ("music after 0:12", [(12, 20)]),
        ("skip the first 10 seconds", [(10, 60)]),
        ("loud", [(11, 15)]),  # a moment gets a little time around it
        ("colourful", []),
        ("a red car", [(0, 60)]),
    ],
)
def test_what_may_enter(talk, want, spans):
    assert where(score(talk, want, minilm)) == spans


def test_what_is_left_out_stays_out_even_to_fill(talk):
    barred = score(talk, "no talking, but not the first 5 seconds").barred
    assert [(event.start, event.end) for event in barred] == [(30, 50), (0, 5)]


def test_no_talk_means_neither_heard_nor_in_the_subtitles(talk):
    curves = {"speech": at(60, (30, 40)), "words": at(60, (35, 50))}
    assert where(score(perception(talk.video, curves), "no talking")) == [(0, 30), (50, 60)]
    assert where(score(perception(talk.video, curves), "talking")) == [(30, 40)]


def test_a_short_interruption_does_not_tear_a_finding(talk):
    music = at(60, (10, 20))
    music[14] = 0
    assert where(score(perception(talk.video, {"music": music}), "music")) == [(10, 20)]


# -- saliency --------------------------------------------------------------------------------------


@pytest.mark.parametrize("want", ["", "music", "a red car", "no talking", "music at the end"])
@pytest.mark.parametrize("balance", [0.0, 0.5, 1.0])
def test_weights_sum_to_one_and_the_total_is_their_sum(talk, want, balance):
    found = score(talk, want, minilm, balance=balance)
    weights = found.saliency.weights
    assert 0.999 <= sum(weights) <= 1
    total = sum(
        weight * curve.array for weight, curve in zip(weights, found.saliency.curves, strict=True)
    )
    assert np.array_equal(found.saliency.total, total)
    assert len(found.reasons) == len(weights)


def test_what_was_asked_for_outweighs_everything_else(talk):
    found = score(talk, "music")
    inside, outside = found.saliency.total[10:20], np.delete(found.saliency.total, slice(10, 20))
    assert inside.min() > outside.max()


def test_the_balance_decides_between_eye_and_ear(talk):
    def weights(balance):
        found = score(talk, balance=balance)
        by_name = zip((c.name for c in found.saliency.curves), found.saliency.weights, strict=True)
        return dict(by_name)

    assert weights(0.0)["speech"] == weights(0.0)["music"] == 0
    assert weights(1.0)["faces"] == weights(1.0)["new sights"] == 0
    assert weights(0.5)["faces"] > 0 < weights(0.5)["speech"]


def test_an_ear_on_a_silent_video_still_sees(silent):
    found = score(silent, balance=1.0)
    assert 0.999 <= sum(found.saliency.weights) <= 1


def test_a_dead_curve_takes_no_weight(talk):
    with_silence = perception(
        talk.video, {"music": np.zeros(60), "movement": talk.curve("movement").array}
    )
    found = score(with_silence)
    assert [curve.sense for curve in found.saliency.curves] == ["movement"]


def weight(found: Score, name: str) -> float:
    names = [curve.name for curve in found.saliency.curves]
    return found.saliency.weights[names.index(name)]


def test_aspects_lean_a_little(talk):
    assert weight(score(talk, aspects=("characters",)), "faces") > weight(score(talk), "faces")


# -- what a viewer weighs --------------------------------------------------------------------------


def test_a_sense_counts_so_many_times_as_much_beside_the_rest(talk):
    plain, heavy = score(talk), score(talk, weights=(("music", 3.0),))
    before = weight(plain, "music") / weight(plain, "faces")
    assert weight(heavy, "music") / weight(heavy, "faces") == pytest.approx(3 * before, rel=1e-3)
    assert 0.999 <= sum(heavy.saliency.weights) <= 1


@pytest.mark.parametrize("want", ["", "music", "a red car", "no talking"])
def test_a_sense_of_no_weight_does_not_count_at_all(talk, want):
    found = score(talk, want, minilm, weights=(("music", 0.0), ("speech", 0.5)))
    for curve, counts in zip(found.saliency.curves, found.saliency.weights, strict=True):
        assert counts == 0 or curve.sense != "music"
    parts = zip(found.saliency.weights, found.saliency.curves, strict=True)
    assert np.array_equal(found.saliency.total, sum(each * curve.array for each, curve in parts))


def test_where_nothing_counts_nothing_does(talk):
    none = tuple((curve.sense, 0.0) for curve in talk.curves)
    assert not score(talk, weights=none).saliency.total.any()


@pytest.mark.parametrize("want", ["", "music", "no talking at the end"])
def test_weights_of_one_change_nothing_to_the_bit(talk, want):
    one, other = score(talk, want), score(talk, want, weights=(("music", 1.0), ("faces", 1.0)))
    assert np.array_equal(one.saliency.total, other.saliency.total)
    assert one.saliency == other.saliency


def test_a_weight_has_bounds():
    for factor in (-0.1, 3.1, float("nan"), float("inf")):
        with pytest.raises(PreferenceError, match=r"the weight of 'music' is .*from 0 to 3"):
            Preference(weights=(("music", factor),))


def test_nothing_known_is_no_error():
    bare = perception(video(60.0))
    for want in ("", "music", "a penguin", "the end"):
        found = score(bare, want)
        assert len(found.admitted) == 60
        assert found.saliency.curves == () or want == "the end"


def test_reasons_are_words(talk):
    found = score(talk, "music with fast action")
    assert found.why(15, 20) == "music and fast movement"
    assert score(talk).why(31, 36) == "people talking and faces"
    for want in ANSWERS:
        for start in range(0, 60, 5):
            why = score(talk, want, minilm).why(start, start + 5)
            assert not any(letter.isdigit() for letter in why)


def test_the_number_of_moments_asked_for_is_handed_on(talk):
    assert score(talk, "the three loudest moments").most == 3
    assert score(talk, "loud moments").most == 0


def test_a_part_is_quiet_beside_the_rest_where_nothing_is_quiet_by_itself():
    murmur = perception(video(60.0), {"loudness": at(60, (20, 26), high=0.62, low=0.8)})
    found = score(murmur, "the quiet part")
    assert found.answer.kind == "found" and "beside the rest" in found.answer.text
    assert where(found) == [(20, 26)]
    assert score(murmur, "silence").answer.kind == "absent"
    even = perception(video(60.0), {"loudness": at(60, high=0.8, low=0.8)})
    assert score(even, "the quiet part").answer.kind == "absent"


def test_as_many_moments_stand_out_as_were_asked_for():
    levels = np.full(60, 0.5)
    levels[[10, 11, 30, 31, 50, 51]] = (0.9, 0.9, 0.8, 0.8, 0.7, 0.7)
    found = score(perception(video(60.0), {"loudness": levels}), "the three loudest moments")
    assert found.answer.kind == "found" and found.most == 3
    assert all(found.admitted[[10, 30, 50]])


def test_the_longest_is_one_stretch():
    music = perception(video(60.0), {"music": at(60, (5, 10), (20, 40), (50, 55))})
    assert where(score(music, "the longest music")) == [(20, 40)]


def test_the_longest_sentence_is_the_longest_line(talk):
    assert where(score(talk, "the longest sentence")) == [(34, 38)]


def test_a_quality_of_a_thing_nobody_can_judge_does_not_find_the_thing(talk):
    found = score(talk, "a dark horse")
    assert found.answer.kind == "cannot" and "dark horse" in found.answer.text
    assert where(found) == [(40, 60)]  # where it would have to be


def test_what_only_hints_does_not_widen_what_was_measured(talk):
    found = score(talk, "goals with music")
    assert found.answer.kind == "found" and not found.admitted[20:].any()


def test_without_anything_else_the_least_of_it_comes_first():
    murmur = perception(video(60.0), {"speech": at(60, (0, 30), high=0.9, low=0.4)})
    quiet = np.where(np.arange(60) >= 50, 0.0, murmur.curve("speech").array)
    found = score(
        perception(video(60.0), {"speech": quiet, "faces": at(60, (35, 45))}), "no talking"
    )
    assert int(found.saliency.total.argmax()) >= 50


def test_what_the_whole_wish_says_is_found_before_its_pieces(talk):
    lines = said((10, 13, "He could not find his keys anywhere."), (40, 43, "She loses."))
    curves = {curve.name: curve.array for curve in talk.curves}
    found = score(perception(talk.video, curves, lines=lines), "losing his keys", minilm)
    assert where(found) == [(10, 13)]
    assert found.answer.text == (
        "Nobody says “losing his keys” word for word, but close to it at 0:10."
    )
    quoted = said((5, 8, "The text is here."), (20, 23, "Where it can be found, nobody knows."))
    found = score(perception(talk.video, curves, lines=quoted), "why it can be found")
    assert where(found) == [(20, 23)]


def test_what_says_which_is_looked_for_where_nobody_says_all_of_it(talk):
    lines = said((10, 13, "She waggles."), (20, 23, "Then nothing."), (40, 43, "They dance."))
    curves = {curve.name: curve.array for curve in talk.curves}
    found = score(perception(talk.video, curves, lines=lines), "the waggle dancing")
    assert where(found) == [(10, 13)] and "“waggle” is said at 0:10" in found.answer.text
    lines = said((10, 13, "She waggles."), (40, 43, "It is called the waggle dance."))
    found = score(perception(talk.video, curves, lines=lines), "the waggle dancing")
    assert where(found) == [(40, 43)]


def test_the_title_slide_is_what_is_written_first(talk):
    lines = (
        Line(2.0, 9.0, "How bees tell", "screen-text"),
        Line(2.0, 9.0, "The dance", "title"),
        Line(20.0, 30.0, "A title slide comes first", "title"),
    )
    curves = {curve.name: curve.array for curve in talk.curves}
    found = score(perception(talk.video, curves, lines=lines), "the title slide")
    assert where(found) == [(2, 9)]
    assert found.answer.kind == "found"
    assert "“The dance”" in found.answer.text
    assert score(talk, "the title slide", minilm).answer.kind == "cannot"  # nothing is written


def test_what_is_hidden_for_a_moment_is_not_gone(talk):
    curves = {"faces": at(60, (10, 20), (23, 30), (50, 60)), "movement": at(60, (0, 60))}
    found = score(perception(talk.video, curves), "not faces")
    assert where(found) == [(0, 10), (30, 50)]


def test_a_hint_that_is_nearly_nowhere_or_everywhere_ranks(talk):
    """What has most of what often comes with it, but never more than a part of the video."""
    loud, fast = at(60, (0, 60), high=0.9), np.linspace(0.6, 0.9, 60)
    curves = {"loudness": loud, "movement": fast}
    hints = [each for each in CONCEPTS if each.name in ("loud moments", "fast movement")]
    goal = [replace(each, asks=(), hints=("goal",)) for each in hints]
    of = perception(talk.video, curves)
    found = evidence(of, Preference(want="goal"), read("goal", goal), BLIND, no_model)
    [(start, end)] = where(found)
    assert (start, end) == (45, 60)
    assert found.answer.kind == "cannot"
    even = perception(talk.video, {"loudness": loud, "movement": loud})
    flat = evidence(even, Preference(want="goal"), read("goal", goal), BLIND, no_model)
    assert flat.answer.kind == "cannot"


SEEN = Track("sight", np.arange(0.5, 60), np.zeros((60, 2), np.float16), "an eye")
RUNG = Track("hearing", np.arange(5.0, 60, 5), np.zeros((11, 2), np.float16), "an ear")


def beholder(**places):
    """Finds words where they are said to be: on a track, at 0.9 between two times, else 0.2."""

    def behold(words: str, track: Track) -> np.ndarray:
        name, start, end = places.get(words.replace(" ", "_"), ("", 0, 0))
        inside = (track.times >= start) & (track.times < end) & (name == track.name)
        return np.where(inside, 0.9, 0.2)

    return behold


def with_models(talk, want: str, tracks=(SEEN, RUNG), **places) -> Score:
    curves = {curve.name: curve.array for curve in talk.curves}
    of = perception(talk.video, curves, lines=TALK, tracks=tracks)
    seeing = Preset((), "evidence", "knapsack", "composed")
    wish = read(want, CONCEPTS)
    return evidence(of, Preference(want=want), wish, seeing, no_model, beholder(**places))


def test_with_eyes_a_thing_is_seen_before_it_is_only_spoken_of(talk):
    found = with_models(talk, "a penguin", penguin=("sight", 5, 9))
    assert found.answer.kind == "found" and where(found) == [(5, 9)]
    assert found.answer.text == "Found: “penguin” (as far as I can see), 4 seconds from 0:05."
    heard = with_models(talk, "a penguin", penguin=("hearing", 20, 31))
    assert "as far as I can hear" in heard.answer.text
    assert [(start <= 22, end >= 28) for start, end in where(heard)] == [(True, True)]
    spoken = with_models(talk, "a penguin")  # neither seen nor heard, but said
    assert where(spoken) == [(30, 38)] and "is said at 0:30" in spoken.answer.text


def test_with_eyes_what_is_not_there_is_absent_and_not_unknown(talk):
    found = with_models(talk, "a giraffe")
    assert found.answer.kind == "absent" and not where(found)
    assert found.answer.text == "Not found: “giraffe”, as far as I can see or hear."
    assert "see or" not in with_models(talk, "a giraffe", tracks=(SEEN,)).answer.text


def test_what_can_be_measured_is_measured_even_with_eyes(talk):
    def never(words, track):
        raise AssertionError(f"{words} can be measured")

    curves = {curve.name: curve.array for curve in talk.curves}
    of = perception(talk.video, curves, lines=TALK, tracks=(SEEN,))
    wish = read("music", CONCEPTS)
    found = evidence(of, Preference(want="music"), wish, BLIND, no_model, never)
    assert where(found) == [(10, 20)]
    # but what is only often there with it is not gone by
    danced = with_models(talk, "dancing", dancing=("sight", 40, 45))
    assert where(danced) == [(40, 45)]


def test_what_was_seen_can_be_left_out(talk):
    found = with_models(talk, "no giraffe", giraffe=("sight", 5, 9))
    assert where(found) == [(0, 5), (9, 60)]


def test_what_is_absent_is_never_a_reason(talk):
    found = score(talk, "music and colourful pictures")
    assert all("colourful" not in found.why(start, start + 5) for start in range(0, 60, 5))


def test_it_is_in_the_list():
    assert HEADS["evidence"] is evidence
