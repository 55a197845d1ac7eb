"""What a few rules know of English: tokens, stems, small words, how to say a time. Not learned."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

# numbers and clock times, words, signs; a hyphen only divides words
TOKEN = re.compile(r"\d+(?:[.:]\d+)*|[^\W_]+(?:['’][^\W_]+)*|[^\w\s-]")
VOWEL = re.compile(r"[aeiouy]")
SHORT = re.compile(r"[^aeiou][aeiou][^aeiouwxy]")  # one syllable that doubles before -ing


def word_set(text: str) -> frozenset[str]:
    """The words between the blanks."""
    return frozenset(text.split())


IRREGULAR = {
    "began": "begin", "begun": "begin", "children": "child", "feet": "foot", "farther": "far",
    "fell": "fall", "further": "far",
    "fought": "fight", "heard": "hear", "men": "man", "ran": "run", "said": "say", "sang": "sing",
    "saw": "see", "seen": "see", "shown": "show", "spoke": "speak", "spoken": "speak",
    "sung": "sing", "swam": "swim", "threw": "throw", "thrown": "throw", "told": "tell",
    "went": "go", "women": "woman",
}  # fmt: skip
# words that only look as if they ended in -s, -ing, -ed or -e
WHOLE = word_set(
    """
    always anything being bias bus building ceiling during evening everything gas glasses has
    his hundred is its lens lightning meeting morning news nothing series something species
    sometimes this thus us was wedding yes
    """
)

OF_IE = word_set("calories cookies hoodies movies pies rookies selfies ties zombies")

# words that say how the others belong together, not what is meant
SMALL = word_set(
    """
    a an the this that these those here there i me my mine we us our you your he him his she
    her it its they them their who whom whose which what when where why how is are was were be
    been being am do does did doing done has have had having can could will would shall should
    may might must let lets let's to of in on at by for from into onto over under up down out
    off through across as if than then so too very also again once ever just only even still
    not no nor or and but with without about around between during before after while until
    because some any all both each every either neither few more most much many less least lot
    lots plenty other another such same own someone somebody anyone anybody everyone everybody
    something anything everything nothing somewhere i'm i'd i've i'll it's he's she's they're
    we're you're that's there's what's who's where's don't doesn't didn't isn't aren't wasn't
    can't won't get gets getting got one ones two three four five six seven eight nine ten
    first second third last next please really quite rather maybe perhaps there're per via etc
    ok yes
    """
)
# small words of the neighbours that mean nothing in English, to tell their languages from it
FOREIGN = word_set(
    """
    el la los las una unos unas del y que con por para donde cuando muy como esta este
    muestrame der das und ist nicht ein eine einen mit von zu auf für wie mir zeig zeige wenn
    wo alle bitte le les des du une et est dans pour avec sur où quand moi montre qui ne pas
    aux ce cette il gli che di della con per dove quando sono mostrami nel una os um uma não
    em na dos das quando onde het een en van op zijn waar laat zien niet
    """
)


@dataclass(frozen=True)
class Token:
    """A word or a sign of a text, and where it stands."""

    start: int
    end: int
    text: str  # lower case, straight apostrophes
    stem: str

    @property
    def is_word(self) -> bool:
        return self.text[0].isalnum()


def tokens(text: str) -> list[Token]:
    """The words and signs of a text, in order."""
    found = []
    for match in TOKEN.finditer(text):
        word = match.group().lower().replace("’", "'")
        found.append(Token(match.start(), match.end(), word, stem(word)))
    return found


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """A form that the variants of a lower-case word share: running, runs, ran -> run.

    It need not be a word: dance, dancing -> danc. Made to be cautious, so unlike words stay apart.
    """
    word = word.removesuffix("'s").removesuffix("'")
    word = IRREGULAR.get(word, word)
    if word in WHOLE or len(word) < 3 or not word.isascii():
        return word
    word = _singular(word)
    return word if word in WHOLE or len(word) < 4 else _without_e(_without_ending(word))


def degrees(word: str) -> tuple[str, ...]:
    """The stem of a word, and of what it may be a degree of: loudest, loudly -> loud."""
    found = [stem(word)]
    for ending, instead in (("est", ""), ("er", ""), ("ly", ""), ("iest", "y"), ("ier", "y")):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and VOWEL.search(base):
            found.append(stem(base + instead if instead else _restored(base)))
    return tuple(dict.fromkeys(found))


def is_english(text: str) -> bool:
    """Whether a short text can be taken for English; doubtful ones are."""
    letters = [letter for letter in text[:400] if letter.isalpha()]
    latin = sum(unicodedata.name(letter, "").startswith("LATIN") for letter in letters)
    if latin * 2 < len(letters):
        return False
    words = {token.text for token in tokens(text[:400])}
    foreign = len(words & FOREIGN) + any(not word.isascii() for word in words)
    return foreign < 2 or not words & FOREIGN or len(words & SMALL) >= foreign


# -- saying it ------------------------------------------------------------------------------------


def listed(words: Sequence[str], last: str = "and") -> str:
    """'a', 'a and b', 'a, b and c'."""
    words = list(words)
    return f" {last} ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def counted(number: int, noun: str) -> str:
    """'1 second', '3 places'."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def clock(seconds: float) -> str:
    """'0:07', '12:30', '1:02:03': the second that is being shown."""
    minutes, rest = divmod(int(seconds + 0.05), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def lasting(seconds: float) -> str:
    """'42 seconds', '1 minute 10 seconds', '2 hours 5 minutes'."""
    whole = max(1, round(seconds))
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "hour"), (minutes, "minute"), (0 if hours else rest, "second")]
    return " ".join(counted(number, noun) for number, noun in parts if number)


# -- stems ----------------------------------------------------------------------------------------


def _singular(word: str) -> str:
    if word.endswith("ies") and word not in OF_IE:
        return word[:-3] + "y"
    if word.endswith(("ches", "shes", "sses", "xes", "zes")):
        return word[:-2]
    if word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def _without_ending(word: str) -> str:
    if word.endswith("ied") and len(word) > 4:
        return word[:-3] + "y"
    for ending in ("ing", "ed"):
        base = word.removesuffix(ending)
        if base != word and len(base) >= 3 and VOWEL.search(base) and not word.endswith("eed"):
            return _restored(base)
    return word


def _restored(base: str) -> str:
    """What an ending was put to: runn -> run, mak -> make, but fall -> fall, play -> play."""
    if base[-1] == base[-2] and base[-1] not in "lszaeiou":
        return base[:-1]
    if SHORT.fullmatch(base):
        return base + "e"  # hop would have doubled its p
    return base


def _without_e(word: str) -> str:
    """dance -> danc, as dancing gives; but cute stays apart from cut."""
    spare = len(word) >= 5 or (len(word) == 4 and word[-2] in "cgsuvz")
    return word[:-1] if word.endswith("e") and not word.endswith("ee") and spare else word
