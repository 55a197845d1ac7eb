"""How far lines say what a few words mean: by the same words, or near in meaning beyond chance."""

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np

from summarizer.models.english import SMALL, tokens

Embed = Callable[[Sequence[str]], np.ndarray]  # texts -> (texts, width) unit vectors

# plain talk about nothing in particular: what a wish is near to by chance
NEUTRAL = (
    "The man walks into the room and sits down.",
    "We went to the shop to buy some bread.",
    "It was raining all day yesterday.",
    "I don't know what you mean by that.",
    "Thank you very much for being here.",
    "The train leaves at half past seven.",
    "Please turn left at the next corner.",
    "My brother called me last night.",
    "This is the most important thing to remember.",
    "Let me show you how it works.",
    "She opened the window and looked outside.",
    "The company sold fewer cars this year.",
    "Can you hear me at the back?",
    "They have lived in this town for years.",
    "The water is too cold for swimming.",
    "He put the book back on the shelf.",
    "So what do we do now?",
    "The answer is not as simple as it seems.",
    "There were about two hundred people.",
    "I have never seen anything like it.",
    "The children are playing in the garden.",
    "First we need to look at the numbers.",
    "It takes about ten minutes to get there.",
    "That was a very good idea.",
    "The doctor told him to rest for a week.",
    "You can find more on our website.",
    "The road goes up into the mountains.",
    "We will come back to this later.",
    "He has been working since the morning.",
    "And that is the end of the story.",
)
NEAR = 0.36  # cosine from which a line may mean what was asked
ABOVE = 0.08  # and this much nearer than plain talk ever comes
PHRASE = 3  # words in a row that make a phrase somebody remembers
FUZZY = 5  # letters two words have to share to count as one: climate, climatic


def same_words(words: str, texts: Sequence[str]) -> np.ndarray:
    """(texts,): the share of the words' meaning-bearing stems that each text has.

    What one text begins may end in the next, as it does in subtitles.
    """
    wanted = sorted(_stems(words))
    shares = np.zeros(len(texts))
    if not wanted or not texts:
        return shares
    has = np.array([_having(stem, texts) for stem in wanted]).T  # (texts, stems)
    shares = has.mean(axis=1)
    if len(wanted) > 1 and len(texts) > 1:
        both = (has[:-1] | has[1:]).mean(axis=1)
        better = both > np.maximum(shares[:-1], shares[1:])
        shares[:-1] = np.where(better, both, shares[:-1])
        shares[1:] = np.where(better, np.maximum(both, shares[1:]), shares[1:])
    return shares


def verbatim(words: str, texts: Sequence[str]) -> np.ndarray:
    """(texts,): 1 where a text says just these words in this order, or begins or ends them.

    Small words before them do not matter; fewer than PHRASE words could be there by chance.
    """
    found = np.zeros(len(texts))
    if len(_stems(words)) < 1:
        return found
    spoken = [_spoken(text) for text in texts]
    whole = "".join(spoken) + " "
    ends = np.cumsum([len(each) for each in spoken])  # of each text in the whole, in letters
    run = _spoken(words).split()
    while len(run) >= PHRASE:
        phrase, at = f" {' '.join(run)} ", -1
        while (at := whole.find(phrase, at + 1)) >= 0:
            first, last = np.searchsorted(ends, [at + 1, at + len(phrase) - 2], side="right")
            found[first : last + 1] = 1.0
        if found.any() or run[0] not in SMALL:
            break
        run = run[1:]  # "where the text can be found" asks for "the text can be found"
    return found


@lru_cache(maxsize=20_000)
def _spoken(text: str) -> str:
    """The words of a text as they are said, each with a blank before it."""
    return "".join(f" {token.text}" for token in tokens(text) if token.is_word)


def same_meaning(words: str, rows: np.ndarray, embed: Embed) -> np.ndarray:
    """(rows,): 0 for lines that are no nearer to the words than chance, up to 1 for the nearest.

    Calibrated against plain talk and against these very lines, for no cosine means much by itself:
    some words are near to everything.
    """
    [wish] = embed([words])
    near = rows.astype(np.float32) @ wish
    chance = np.sort(embed(NEUTRAL) @ wish)[-3:].mean()
    usual = float(np.median(near)) if len(near) >= 10 else 0.0
    bar = max(NEAR, chance + ABOVE, usual + NEAR / 2)
    return np.where(near >= bar, np.clip((near - bar) / 0.3, 0, 1) * 0.5 + 0.5, 0.0)


@lru_cache(maxsize=20_000)
def _stems(text: str) -> frozenset[str]:
    """The stems of a text that bear meaning."""
    return frozenset(
        token.stem for token in tokens(text) if token.is_word and token.text not in SMALL
    )


def _having(stem: str, texts: Sequence[str]) -> list[bool]:
    """Which texts have the stem, or a word that begins alike: climate, climatic."""
    if not stem.isascii():
        return [stem in text.lower() for text in texts]  # scripts without blanks
    stems = [_stems(text) for text in texts]
    known = frozenset().union(*stems)
    forms = {other for other in known if other == stem or _alike(stem, other)}
    return [not forms.isdisjoint(each) for each in stems]


def _alike(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    return len(short) >= FUZZY and long.startswith(short) and len(long) - len(short) <= 3
