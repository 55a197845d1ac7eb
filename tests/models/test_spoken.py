import pytest

from summarizer.models.spoken import LONG, Word, clean, readable, sentences


def words(text: str, probability: float = 1.0, gap: float = 0.1) -> list[Word]:
    step = 0.3 + gap
    return [
        Word(each, number * step, number * step + 0.3, probability)
        for number, each in enumerate(text.split())
    ]


def texts(said) -> str:
    return " ".join(word.text for word in said)


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("", ""),
        ("the sea is calm", "the sea is calm"),
        ("uh the um sea er is hmm calm", "the sea is calm"),
        ("Um, the sea", "the sea"),
        ("the the sea", "the sea"),
        ("the the the sea", "the sea"),
        ("and then and then we go", "and then we go"),
        ("we have a we have a boat", "we have a boat"),
        ("The the sea", "the sea"),
        ("the uh the sea", "the sea"),
        ("a very very long day", "a very very long day"),
        ("call nine nine nine", "call nine nine nine"),
        ("he had had enough", "he had had enough"),
        ("the stor- storm", "the storm"),
        ("an st storm", "an storm"),
        ("i n saw a boat", "i saw a boat"),
        ("the USA on TV", "the USA on TV"),
        ("no 5 5", "no 5 5"),
        ("... well", "well"),
    ],
)
def test_repeats_fillers_and_broken_words_go(heard, kept):
    assert texts(clean(words(heard))).lower() == kept.lower()


def test_cleaning_twice_changes_nothing():
    once = clean(words("uh the the sea sea is i have i have um calm calm"))
    assert clean(once) == once


def test_of_what_is_said_twice_the_surer_is_kept():
    unsure, sure = Word("sea", 0.0, 0.3, 0.2), Word("sea", 0.4, 0.7, 0.9)
    assert clean([unsure, sure]) == clean([sure, unsure]) == (sure,)


def test_sentences_end_at_a_pause_at_a_stop_or_when_they_get_long():
    first, second = words("the sea is calm"), words("a storm is coming")
    second = [Word(w.text, w.start + 5, w.end + 5, 1.0) for w in second]
    assert [texts(each) for each in sentences([*first, *second])] == [
        "the sea is calm",
        "a storm is coming",
    ]
    assert [texts(each) for each in sentences(words("Hello. You there."))] == [
        "Hello.",
        "You there.",
    ]
    long = list(sentences(words("word " * (2 * LONG + 1))))
    assert [len(each) for each in long] == [LONG, LONG, 1]
    assert list(sentences([])) == []


def test_a_short_start_goes_on_over_a_pause():
    assert len(list(sentences(words("so we sail", gap=1.0)))) == 1


def test_uncertain_words_are_left_out_and_that_shows():
    said = words("i think the")
    said += words("brain kind", probability=0.3)
    said += words("can do")
    assert readable(said) == "I think the … can do."
    assert readable(words("all of it", 0.1)) == "…"
    assert readable(words("Hello there.")) == "Hello there."
    assert readable(words("and i'm here")) == "And I'm here."
    assert readable([]) == ""
