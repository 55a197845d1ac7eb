"""What is read from a wish. The table came before the code; each row is a wish somebody types.

Terms are written as the concepts they mean ("speech"), as what is hinted at ("loud moments for
'goals'"), as words no sense judges ("'penguin'"), as words to be said ("said 'penguin'"); "not" is
left out, "&" has to hold together with the term before it; "@0-60" is a time in a video of 120 s.
"""

import pytest

from summarizer.senses import SENSES
from summarizer.stages.wish import read
from tests.perceptions import CONCEPTS

TABLE = {
    # nothing in particular: the best of it
    "": "",
    "   ": "",
    "the best parts": "",
    "show me the highlights please": "",
    "I want to see the most interesting moments of this video": "",
    "everything": "",
    "what happens?": "",
    "a short summary of the whole thing": "",
    # what a concept judges
    "music": "music",
    "Music!": "music",
    "songs": "music",
    "the parts with music": "music",
    "is there any music?": "music",
    "when the music starts": "music",
    "show me where they are talking": "speech",
    "people talking": "speech",
    "dialogue": "speech/words",
    "nature shots": "'nature'",
    "tell me a story": "words for 'story'",
    "somebody speaks": "speech",
    "who spoke?": "speech",
    "what he says": "speech",
    "loudest moments": "loud moments",
    "the three loudest moments": "loud moments",
    "they speak loudly": "speech, & loud moments",
    "anything loud": "loud moments",
    "quiet": "quiet",
    "no sound": "quiet",
    "dark scenes": "dark pictures",
    "what happens when it gets dark": "dark pictures",
    "fast action": "fast movement",
    "close-ups of faces": "faces",
    "close ups": "faces",
    "nothing moves": "stillness",
    "lots of cuts": "cuts",
    # what only says which of it is meant belongs to it
    "the waggle dancing": "music for 'waggle dancing'",
    "penguins and dancing": "'penguins', music for 'dancing'",
    "the man's face": "faces",
    "a man and a face": "faces for 'man', faces",
    "the man's dog": "faces for 'man's dog'",
    "the title slide": "'title slide'",
    # several of them
    "bright colourful pictures": "bright pictures, & colourful pictures",
    "fast action with music": "fast movement, & music",
    "music and talking": "music, speech",
    "music or talking": "music, speech",
    "music, faces": "music, faces",
    "loud music": "loud moments, & music",
    "talking while music plays": "speech, & music",
    "talking over music": "speech, & music",
    # what is to be left out
    "no talking": "not speech",
    "without music": "not music",
    "not the interviews": "not speech for 'interviews'",
    "don't show me the dark bits": "not dark pictures",
    "skip the talking": "not speech",
    "everything except the music": "not music",
    "no talking or music": "not speech, not music",
    "without music and talking": "not music, not speech",
    "no music, just talking": "not music, speech",
    "no talking and lots of action": "not speech, fast movement",
    "action without talking": "fast movement, not speech",
    "action but no music": "fast movement, not music",
    "less talking, more action": "not speech, fast movement",
    "action instead of talking": "fast movement, not speech",
    "nothing but music": "music",
    "anything but talking": "not speech",
    "nobody is speaking": "not speech",
    "not only music": "music",
    "not too loud": "not loud moments",
    "no penguins": "not 'penguins'",
    # what nothing here judges
    "a penguin": "'penguin'",
    "show me a red car": "'red car'",
    "something funny": "'funny'",
    "penguins and seals": "'penguins', 'seals'",
    "my daughter on the swing": "'daughter on the swing'",
    "a penguin with music": "'penguin', & music",
    "the music teacher": "music for 'music teacher'",
    "asdfgh qwrtp": "'asdfgh qwrtp'",
    "<script>alert(1)</script>": "'script', 'alert'",
    "slow motion": "'slow motion'",
    "slow-motion replays": "'slow-motion', & 'replays'",
    "bird song": "'bird song'",
    "a time lapse": "'time lapse'",
    "the end of the race": "@102-120",
    # a camera that stands still
    "the camera doesn't move": "not camera moves",
    "the camera is not moving": "not camera moves",
    "a static camera": "not camera moves",
    "the camera stays still with music": "not camera moves, & music",
    # what often comes with something measured
    "the goals": "loud moments for 'goals'",
    "goals": "loud moments for 'goals'",
    "at night": "dark pictures for 'night'",
    "a concert": "music for 'concert'",
    "the explosion": "loud moments/sudden sounds for 'explosion'",
    "running people": "fast movement for 'running', & faces for 'people'",
    # what is said
    "when they talk about penguins": "said 'penguins'",
    "what does she say about climate change": "said 'climate change'",
    "the part about taxes": "said 'taxes'",
    "mentions of the budget": "said 'budget'",
    "somebody mentions the budget": "said 'budget'",
    'the word "freedom"': "said 'freedom'",
    "he says “hello world”": "said 'hello world'",
    "when they speak of freedom": "said 'freedom'",
    "explain how gravity works": "said 'gravity works'",
    "they discuss the new law": "said 'new law'",
    "talk about penguins and seals": "said 'penguins', said 'seals'",
    "talking about music": "said 'music'",
    "talk about penguins with music": "said 'penguins', & music",
    "not the part about taxes": "not said 'taxes'",
    "I only care about penguins": "'penguins'",
    # times
    "the beginning": "@0-18",
    "the start": "@0-18",
    "beginning and end": "@0-18, @102-120",
    "the ending": "@102-120",
    "the end of the video": "@102-120",
    "the end of the match": "@102-120",
    "the end of the pier": "'end of the pier'",
    "how does it end": "@102-120",
    "the first minute": "@0-60",
    "last 20 seconds": "@100-120",
    "the final half minute": "@90-120",
    "around 1:30": "@85-95",
    "1:30": "@85-95",
    "from 0:30 to 1:00": "@30-60",
    "between 30 seconds and 1 minute": "@30-60",
    "after 1:00": "@60-120",
    "before 0:45": "@0-45",
    "the first half": "@0-60",
    "second half": "@60-120",
    "the last third": "@80-120",
    "the middle": "@40-80",
    "music at the end": "music, @102-120",
    "people talking in the first ten seconds": "speech, @0-10",
    "no talking in the first minute": "not speech, @0-60",
    "fast action in the second half, no music": "fast movement, not music, @60-120",
    "skip the first 10 seconds": "not @0-10",
    "everything after the intro": "not @0-18",
    "don't show the ending": "not @102-120",
    "music, but not at the end": "music, not @102-120",
    "the opening ceremony": "'opening ceremony'",
    "when they start talking": "speech",
    # languages
    "喜びの声を見せて": "not english",
    "покажи музыку": "not english",
    "muéstrame la música y los goles": "not english",
    "zeig mir die Musik und die Tore": "not english",
    "montre-moi les buts": "not english",
    "Los Angeles": "'Los Angeles'",
    "Beyoncé": "'Beyoncé'",
    "🎵🎵": "",
}


def shown(want: str) -> str:
    """What was read, in the notation of the table."""
    wish = read(want, CONCEPTS)
    if not wish.english:
        assert not wish.terms
        return "not english"
    parts = []
    for term in wish.terms:
        names = "/".join(concept.name for concept in term.concepts)
        text = (
            f"said '{term.words}'"
            if term.said
            else f"{names} for '{term.words}'"
            if term.hint
            else names or f"'{term.words}'"
        )
        parts.append("not " * term.no + "& " * term.joined + text)
    for when in wish.whens:
        start, end = when.span(120.0)
        parts.append("not " * when.no + f"@{start:g}-{end:g}")
    return ", ".join(parts)


@pytest.mark.parametrize("want", TABLE)
def test_reads(want):
    assert shown(want) == TABLE[want]


def test_a_wish_knows_what_could_have_been_asked():
    assert read("music", CONCEPTS).concepts == CONCEPTS


def test_every_ask_means_its_concept_and_every_hint_hints():
    for concept in CONCEPTS:
        for ask in (*concept.asks, concept.name, concept.seen):
            [term] = read(ask, CONCEPTS).terms
            assert concept in term.concepts and not term.hint, ask
        for hint in set(concept.hints) - {"shot", "somebody"}:  # too common to hint by themselves
            [term] = read(f"the {hint}", CONCEPTS).terms
            assert concept in term.concepts and term.hint, hint


@pytest.mark.parametrize("piece", ["penguin ", "w", "no ", "the first ", "1:30 ", '"', "музыка "])
def test_ten_thousand_characters_are_bounded(piece):
    wish = read((piece * 10_000)[:10_000], CONCEPTS)
    assert len(wish.text) <= 1_001 and len(wish.terms) <= 40


@pytest.mark.parametrize(
    ("want", "most"),
    [
        ("the three loudest moments", 3),
        ("show me the 3 best scenes", 3),
        ("top 5", 5),
        ("the 2 darkest shots and music", 2),
        ("three moments", 3),
        ("first three scenes", 0),
        ("two people talking", 0),
        ("a 10 second clip", 0),
        ("one shot follows another", 0),
        ("the last 10 seconds", 0),
        ("half the scenes", 0),
        ("the loudest moments", 0),
        ("0 moments", 0),
    ],
)
def test_how_many_moments_are_asked_for(want, most):
    assert read(want, CONCEPTS).most == most


def test_a_time_beyond_the_end_is_an_empty_span():
    [when] = read("around 5:00", CONCEPTS).whens
    start, end = when.span(60.0)
    assert start >= end


def test_the_asks_of_the_real_senses_are_read_as_meant():
    concepts = tuple(concept for sense in SENSES.values() for concept in sense.concepts)
    for concept in concepts:
        for ask in (*concept.asks, concept.name, concept.seen, concept.told):
            terms = read(ask, concepts).terms
            assert len(terms) == 1 and concept in terms[0].concepts, ask
            assert not terms[0].hint and not terms[0].no, ask


@pytest.mark.parametrize(
    ("want", "degree"),
    [
        ("the loudest moments", "most"),
        ("most music", "most"),
        ("the dark part", "most"),
        ("dark parts", ""),
        ("music", ""),
        ("the longest talking", "longest"),
    ],
)
def test_what_is_meant_beside_the_rest(want, degree):
    [term] = read(want, CONCEPTS).terms
    assert term.degree == degree
