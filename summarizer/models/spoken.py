"""Words as a recogniser hears them, and how they are made fit to be read: no weights in here."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CERTAIN = 0.7  # probability from which a word is taken as said; 4 of 5 such words were right
GAP = 0.45  # seconds of pause that end a sentence
SHORT, LONG = 4, 16  # words; a shorter sentence goes on over a pause, a longer one is divided
LEFT_OUT = "…"  # stands for words that are uncertain
FILLERS = {"uh", "um", "er", "erm", "ah", "eh", "oh", "hm", "hmm", "mm", "mhm", "uhm", "huh"}
WHOLE = {"a", "i", "o"}  # words of one letter
# said twice on purpose more often than by mistake
DOUBLE = {"had", "that", "very", "no", "yes", "really", "so", "bye", "far"} | {
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    "hundred",
}
SIGNS = ".,;:!?\"'()[]-–— "


@dataclass(frozen=True)
class Word:
    """A word, when it was said, and how likely it is the right one."""

    text: str
    start: float
    end: float
    probability: float


def clean(words: Sequence[Word]) -> tuple[Word, ...]:
    """The words without fillers, words that broke off, and what was said again at once."""
    kept: list[Word] = []
    for word in words:
        if _means_something(word.text):
            kept.append(word)
            _drop_repeat(kept)
    return tuple(kept)


def sentences(words: Sequence[Word]) -> Iterator[tuple[Word, ...]]:
    """The words divided where somebody pauses or a sentence ends, or after LONG of them."""
    said: list[Word] = []
    for word in words:
        if said and _ends(said, word):
            yield tuple(said)
            said = []
        said.append(word)
    if said:
        yield tuple(said)


def readable(words: Sequence[Word]) -> str:
    """The words as a sentence; the uncertain ones are left out, which a sign shows."""
    parts: list[str] = []
    for word in words:
        text = word.text if word.probability >= CERTAIN else LEFT_OUT
        text = "I" + text[1:] if re.match(r"i('|$)", text) else text
        if text != LEFT_OUT or parts[-1:] != [LEFT_OUT]:
            parts.append(text)
    text = " ".join(parts)
    text = text[:1].upper() + text[1:]
    return text if not text or text[-1] in ".!?" + LEFT_OUT else f"{text}."


def _means_something(text: str) -> bool:
    bare = text.strip(SIGNS).lower()
    if not bare or bare in FILLERS or text.rstrip(".,;:!?").endswith(("-", "–", "—")):
        return False
    letters = bare.isalpha() and bare.isascii()
    broken = letters and not re.search("[aeiouy]", bare) and len(bare) <= 2
    return not (broken and not text.isupper()) and not (
        letters and len(bare) == 1 and bare not in WHOLE and not text.isupper()
    )


def _drop_repeat(words: list[Word]) -> None:
    """Drop the last one, two or three words where they say what stands before them again."""
    for length in (1, 2, 3):
        bare = [word.text.strip(SIGNS).lower() for word in words[-2 * length :]]
        if len(bare) < 2 * length or bare[:length] != bare[length:]:
            continue
        if length == 1 and (bare[0] in DOUBLE or bare[0].isdigit()):
            return
        surer = max(words[-2 * length : -length], words[-length:], key=_certainty)
        words[-2 * length :] = surer
        return


def _certainty(words: Sequence[Word]) -> float:
    return sum(word.probability for word in words)


def _ends(said: Sequence[Word], following: Word) -> bool:
    if said[-1].text[-1:] in ".!?" or len(said) >= LONG:
        return True
    return len(said) >= SHORT and following.start - said[-1].end >= GAP
