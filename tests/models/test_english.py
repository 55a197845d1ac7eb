"""Stems that variants share and unlike words do not; English told from its neighbours; times."""

import pytest

from summarizer.models.english import (
    clock,
    counted,
    degrees,
    is_english,
    lasting,
    listed,
    stem,
    tokens,
)

FAMILIES = [
    "talk talks talking talked",
    "run runs running ran",
    "dance dances dancing danced",
    "stop stops stopping stopped",
    "make makes making",
    "hope hopes hoping hoped",
    "hop hops hopping hopped",
    "play plays playing played",
    "fall falls falling fell",
    "cry cries crying cried",
    "movie movies",
    "speech speeches",
    "goal goals goal's",
    "child children child's",
    "move moves moving moved",
    "voice voices voiced",
    "box boxes boxing",
    "kiss kisses kissing",
    "see sees seeing seen saw",
]
STRANGERS = [
    ("cute", "cut"),
    ("note", "not"),
    ("plan", "planet"),
    ("evening", "even"),
    ("hop", "hope"),
    ("king", "kind"),
    ("red", "reed"),
    ("bus", "bu"),
    ("news", "new"),
    ("building", "build"),
    ("sing", "sin"),
    ("bed", "be"),
]


@pytest.mark.parametrize("family", FAMILIES)
def test_a_family_shares_its_stem(family):
    assert len({stem(word) for word in family.split()}) == 1


@pytest.mark.parametrize("words", STRANGERS)
def test_strangers_stay_apart(words):
    assert len({stem(word) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("word", "base"),
    [("loudest", "loud"), ("louder", "loud"), ("loudly", "loud"), ("happiest", "happy")],
)
def test_degrees(word, base):
    assert stem(base) in degrees(word)


def test_a_degree_is_not_seen_where_there_is_none():
    assert stem("cut") not in degrees("cutest")
    assert degrees("the") == ("the",)


def test_tokens_know_where_they_stand():
    text = "Don’t cut at 1:30, close-ups!"
    found = tokens(text)
    words = ["don't", "cut", "at", "1:30", ",", "close", "ups", "!"]
    assert [token.text for token in found] == words
    assert text[found[3].start : found[3].end] == "1:30"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "music",
        "Los Angeles",
        "La La Land",
        "Beyoncé",
        "café scenes",
        "a 東京 street",
        "el",
        "🎵",
    ],
)
def test_taken_for_english(text):
    assert is_english(text)


@pytest.mark.parametrize(
    "text",
    ["喜びの声", "покажи музыку", "أرني", "los goles y la música", "die Tore und das Tor",
     "les buts et la foule", "i gol e il pubblico che canta", "de doelpunten en het publiek"],
)  # fmt: skip
def test_not_taken_for_english(text):
    assert not is_english(text)


def test_saying_times_and_lists():
    assert [clock(each) for each in (0, 7.4, 59.99, 750, 3723)] == [
        "0:00", "0:07", "1:00", "12:30", "1:02:03",
    ]  # fmt: skip
    assert [lasting(each) for each in (0.2, 1, 42.4, 60, 70, 7500)] == [
        "1 second", "1 second", "42 seconds", "1 minute", "1 minute 10 seconds",
        "2 hours 5 minutes",
    ]  # fmt: skip
    assert [listed("abc"[:size]) for size in range(4)] == ["", "a", "a and b", "a, b and c"]
    assert (counted(1, "place"), counted(3, "place")) == ("1 place", "3 places")
