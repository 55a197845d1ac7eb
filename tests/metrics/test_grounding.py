"""Grounding by small stories made by hand, by counting, and over stories the program tells."""

import itertools
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from summarizer.metrics import grounding
from summarizer.pipeline import load
from summarizer.schema import (
    Answer,
    Concept,
    Curve,
    Highlight,
    Line,
    Perception,
    Preference,
    Saliency,
    Sentence,
    Summary,
    Video,
)

EXAMPLES = Path(__file__).parents[2] / "examples"
VIDEO = Video("v", "0", 10.0, (64, 36), 25, 0, 1, True)
MUSIC = Curve("music", "music", (0, 0, 0, 0, 0, 1, 1, 0, 0, 0))
LIGHT = Curve("light", "light", (0.9, 0.9, 0.9, 0.1, 0.1, 0.9, 0.9, 0.9, 0.9, 0.9))
CONCEPTS = (
    Concept("music", "music", 0.5, (), "music", "music plays"),
    Concept("dark", "light", 0.2, (), "dark pictures", "the picture is dark", low=True),
)
LINES = (
    Line(0, 3, "Good morning, ladies", "subtitles"),
    Line(3, 5, "and gentlemen.", "subtitles"),
    Line(6, 9, "FOX 1- 0 OWL 37:21", "screen-text"),
    Line(6, 9, "The final", "title"),
    Line(0, 9, "it is loud", "loudness"),
)
PERCEPTION = Perception(VIDEO, (), (MUSIC, LIGHT), LINES)


def summary(*story: Sentence, want: str = "", kind: str = "open", judged=()) -> Summary:
    saliency = Saliency((MUSIC, *judged), (1.0, *(0.0 for _ in judged)))
    preference = Preference(want=want)
    return Summary(VIDEO, preference, Answer(kind), saliency, (), story)


def holding(sentence: Sentence, **given) -> dict[str, bool]:
    known = grounding.Known.of(summary(sentence, **given), PERCEPTION, CONCEPTS)
    return {claim.what: claim.holds for claim in grounding.claims(sentence, known)}


@pytest.mark.parametrize(
    ("start", "end", "evidence", "holds"),
    [
        (4, 6, "music: music", True),  # its last second
        (0, 5, "music: music", False),
        (0, 5, "light: dark pictures", True),  # low
        (5, 9, "light: dark pictures", False),
        (4, 6, "light: music", False),  # not what this sense hears
        (4, 6, "music: a dragon", False),
        (4, 6, "music", False),
        (4, 6, "music: ", False),
        (0, 2, "subtitles: 'good morning'", True),
        (0, 5, "subtitles: 'morning ladies and gentlemen'", True),  # two lines
        (0, 5, "subtitles: 'Good morning … gentlemen …'", True),
        (0, 5, "subtitles: 'Good morning, ladies and gent'", True),  # cut off
        (0, 2, "subtitles: 'and gentlemen'", False),  # said later
        (0, 5, "subtitles: 'morning good'", False),
        (0, 5, "subtitles: 'orning'", False),
        (0, 5, "subtitles: ''", False),
        (0, 5, "subtitles: '…'", False),
        (6, 8, "subtitles: 'good morning'", False),
        (6, 8, "screen-text: 'FOX 1-0 OWL'", True),
        (6, 8, "screen-text: 'The final'", True),
        (6, 8, "loudness: 'it is loud'", True),
        (0, 10, "music: highest at 0:05", True),
        (0, 4, "music: highest at 0:05", True),  # a second off
        (0, 3, "music: highest at 0:05", False),
        (0, 10, "music: highest at 0:08", False),
        (0, 10, "music: highest at 9:59", False),
        (0, 10, "length", True),
    ],
)
def test_evidence_has_to_be_there_over_the_stretch(start, end, evidence, holds):
    assert holding(Sentence(start, end, "So it is.", (evidence,))) == {evidence: holds}


def test_a_sentence_without_evidence_claims_something_unbacked():
    assert holding(Sentence(0, 10, "A dragon appears.", ())) == {"no evidence": False}


def test_quotations_and_times_in_the_words_are_claims_too():
    text = "From 0:02 to 0:07, “good morning” and “a dragon” stand beside “the sea” at 37:21."
    found = holding(Sentence(2, 6, text, ("light: dark pictures",)), want="show me the sea")
    assert found == {
        "light: dark pictures": True,
        "“good morning”": True,
        "“a dragon”": False,  # nobody's words, unlike those of the wish
        "0:02": True,
        "0:07": True,
        "37:21": False,
    }
    once = holding(Sentence(0, 2, "“Good morning” is said.", ("subtitles: 'Good morning'",)))
    assert once == {"subtitles: 'Good morning'": True}
    measured = holding(Sentence(0, 9, "“it is loud” is said.", ("length",)))
    assert not measured["“it is loud”"]  # nobody said so


def test_what_became_of_the_wish_rests_on_what_judged_it():
    asked = Curve("what you asked for: music", "relevance", MUSIC.values)
    sentence = Sentence(4, 7, "Here it is.", (asked.name,))
    early = replace(sentence, start=0, end=3)
    assert holding(sentence, kind="found", judged=[asked]) == {asked.name: True}
    assert holding(early, kind="found", judged=[asked]) == {asked.name: False}
    assert holding(early, kind="absent", judged=[asked]) == {asked.name: True}
    assert holding(sentence, kind="found") == {asked.name: False}
    both = replace(sentence, evidence=(f"{asked.name}; what you asked for: bees",))
    assert not any(holding(both, kind="found", judged=[asked]).values())
    wish = Sentence(0, 10, "I can't tell.", ("asked: a penguin",))
    assert holding(wish, want="a penguin on ice") == {"asked: a penguin": True}
    assert holding(wish, want="a dragon") == {"asked: a penguin": False}


def test_the_share_counts_claims_of_all_sentences():
    good = Sentence(4, 7, "Music.", ("music: music",))
    bad = Sentence(0, 3, "Music at 0:02.", ("music: music",))
    assert grounding.backed(summary(good, bad), PERCEPTION, CONCEPTS) == pytest.approx(2 / 3)
    assert grounding.backed(summary(), PERCEPTION, CONCEPTS) is None


spans = st.tuples(st.integers(0, 20), st.integers(1, 8)).map(lambda s: (s[0], s[0] + s[1]))


@settings(deadline=None)
@given(st.lists(spans, min_size=1, max_size=4), st.sets(st.integers(0, 5), min_size=1))
def test_stretches_are_compared_second_by_second(told, places):
    chosen = [(5 * place, 5 * place + 3) for place in sorted(places)]  # none overlap
    story = [Sentence(start, end, "", ()) for start, end in told]
    highlights = [Highlight(start, end, 1, "") for start, end in chosen]
    touched, best, inside = [], [], []
    for start, end in told:
        seconds = set(range(start, end))
        other = [set(range(*span)) for span in chosen]
        touched.append(any(seconds & each for each in other))
        best.append(max(len(seconds & each) / len(seconds | each) for each in other))
        inside.append(len(seconds & set().union(*other)) / len(seconds))
    assert grounding.grounded(story, highlights) == pytest.approx(np.mean(touched))
    assert grounding.closeness(story, highlights) == pytest.approx(np.mean(best))
    assert grounding.chosen_share(story, highlights) == pytest.approx(np.mean(inside))


def test_without_a_story_or_highlights_there_is_no_number():
    story, highlights = [Sentence(0, 1, "", ())], [Highlight(0, 1, 1, "")]
    for measure in (grounding.grounded, grounding.closeness, grounding.chosen_share):
        assert measure(story, highlights) == 1
        assert measure([], highlights) is measure(story, []) is None


vectors = arrays.arrays(
    np.float64,
    st.tuples(st.integers(1, 6), st.just(3)),
    elements=st.integers(-3, 3).map(float),
)


def literal_cosine(one, other) -> float:
    sizes = sum(x * x for x in one) ** 0.5 * sum(x * x for x in other) ** 0.5
    return sum(x * y for x, y in zip(one, other, strict=True)) / sizes if sizes else 0.0


@settings(deadline=None)
@given(vectors, st.data())
def test_coverage_and_redundancy_are_what_their_definitions_say(rows, data):
    places = st.integers(0, len(rows) - 1)
    chosen = data.draw(st.lists(places, max_size=len(rows), unique=True))
    covered = grounding.coverage(rows, np.array(chosen, int))
    repeated = grounding.redundancy(rows, np.array(chosen, int))
    if chosen:
        best = [max(literal_cosine(row, rows[place]) for place in chosen) for row in rows]
        assert covered == pytest.approx(np.mean(best))
        more = grounding.coverage(rows, np.arange(len(rows)))
        assert more >= covered - 1e-9  # to choose all can only cover more
    else:
        assert covered is None
    pairs = [literal_cosine(rows[a], rows[b]) for a, b in itertools.combinations(chosen, 2)]
    assert (repeated is None) == (not pairs)
    if pairs:
        assert repeated == pytest.approx(np.mean(pairs))


def test_a_mask_chooses_as_places_do():
    rows = np.array([[2.0, 0], [1, 0], [0, 3]])
    mask = np.array([True, True, False])
    assert grounding.redundancy(rows, mask) == pytest.approx(1)
    assert grounding.coverage(rows, mask) == pytest.approx(2 / 3)
    assert grounding.coverage(rows, np.zeros(3, bool)) is None
    assert grounding.coverage(np.empty((0, 2)), np.empty(0, int)) is None


@pytest.mark.parametrize("clip", ["day", "lecture", "match"])
def test_a_told_story_rests_on_more_than_one_that_is_shuffled_or_invented(clip):
    summarizer = load()
    perception = summarizer.perceive(EXAMPLES / f"{clip}.mp4")
    chosen = summarizer.choose(perception, Preference(aspects=("overview", "style", "setting")))
    *_, told = summarizer.tell(perception, chosen)

    def share(story) -> float:
        return grounding.backed(replace(told, story=story), perception, summarizer.concepts)

    assert share(told.story) == 1
    spans = [(each.start, each.end) for each in told.story]
    for turn in range(1, len(spans)):
        turned = zip(told.story, spans[turn:] + spans[:turn], strict=True)
        shuffled = tuple(replace(each, start=a, end=b) for each, (a, b) in turned)
        assert share(shuffled) < 1
    false = ("faces: a dragon", "subtitles: 'here be dragons'")
    assert share([replace(each, evidence=false) for each in told.story]) < 0.7
    words = "At 9:59, “here be dragons” is said and “knights come” is to be read."
    assert share([replace(each, text=words, evidence=false) for each in told.story]) == 0
    assert grounding.grounded(told.story, told.highlights) == 1
    whole = [Sentence(0, perception.video.seconds, "All.", ())]
    assert grounding.closeness(told.story, told.highlights) > grounding.closeness(
        whole, told.highlights
    )
