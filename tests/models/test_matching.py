"""What lines say: by the same words whatever their form, by meaning only when beyond chance."""

import numpy as np
import pytest

from summarizer.models.matching import same_meaning, same_words, verbatim

PENGUINS = (
    "Welcome to the southern ocean.",
    "Every winter thousands of emperor penguins walk across the ice.",
    "The males keep the egg warm on their feet.",
    "For two months they eat nothing at all.",
    "Leopard seals wait at the edge of the ice.",
    "When the storm comes, the birds stand close together.",
    "In spring the chicks take their first steps.",
    "The ice is melting earlier every year.",
    "Scientists count the colony from space.",
)
FOOTBALL = (
    "And we are under way here at the stadium.",
    "Miller takes the ball down the left side.",
    "The referee stops the game, that is a foul.",
    "Yellow card for the captain.",
    "He shoots, what a save by the keeper!",
    "What a goal, the best of the season.",
    "The coach is shouting from the bench.",
    "And that is the final whistle.",
)


@pytest.mark.parametrize(
    ("words", "shares"),
    [
        ("a penguin", [1, 0, 0]),
        ("walking penguins", [1, 0, 0]),
        ("storms", [0, 1, 0]),
        ("warm storm", [0.0, 0.5, 0]),
        ("counted scientists", [0, 0, 1]),
        ("the of and", [0, 0, 0]),
        ("", [0, 0, 0]),
    ],
)
def test_same_words(words, shares):
    lines = (PENGUINS[1], PENGUINS[5], "A scientist counts them from space.")
    assert same_words(words, lines).tolist() == pytest.approx(shares)


def test_a_phrase_may_run_over_two_lines():
    lines = ("preamble a spectre is", "haunting europe", "and something else")
    assert same_words("spectre haunting", lines).tolist() == [1, 1, 0]


def test_scripts_without_blanks_are_searched_as_they_are():
    assert same_words("喜び", ("これは喜びの声です", "さようなら")).tolist() == [1, 0]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("the males keep the egg", [2]),
        ("Keep the Egg WARM!", [2]),
        ("where the storm comes", [5]),
        ("when storm comes", []),
        ("how long the storm comes", []),
        ("why the chicks take", [6]),  # a small word before it
        ("together in spring", [5, 6]),  # begun in one line, ended in the next
        ("the ice", []),  # too few words to be a quotation
        ("of the of", []),
        ("", []),
    ],
)
def test_a_phrase_is_quoted_word_for_word(words, said):
    assert np.flatnonzero(verbatim(words, PENGUINS)).tolist() == said
    assert verbatim(words, ()).shape == (0,)


def test_no_lines_no_shares():
    assert same_words("penguin", ()).shape == (0,)


@pytest.fixture(scope="module")
def embed():
    from summarizer.models.text import load_text

    return load_text().embed


@pytest.mark.parametrize(
    ("words", "lines", "line"),
    [
        ("global warming", PENGUINS, 7),
        ("climate change", PENGUINS, 7),
        ("starving", PENGUINS, 3),
        ("birds", PENGUINS, 5),
        ("the goalkeeper", FOOTBALL, 4),
        ("scoring", FOOTBALL, 5),
    ],
)
def test_near_in_meaning(words, lines, line, embed):
    near = same_meaning(words, embed(lines), embed)
    assert near.argmax() == line and near.max() >= 0.5


@pytest.mark.parametrize("lines", [PENGUINS, FOOTBALL], ids=["penguins", "football"])
@pytest.mark.parametrize(
    "words",
    ["a red car", "a wedding", "cooking pasta", "bitcoin", "the budget", "religion", "a sunset",
     "mathematics", "a cat", "politics", "swimming", "music"],
)  # fmt: skip
def test_chance_is_not_meaning(words, lines, embed):
    assert not same_meaning(words, embed(lines), embed).any()


def test_half_floats_do_as_well(embed):
    rows = embed(PENGUINS)
    near = same_meaning("global warming", rows.astype(np.float16), embed)
    assert near == pytest.approx(same_meaning("global warming", rows, embed), abs=0.01)
