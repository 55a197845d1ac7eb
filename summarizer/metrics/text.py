"""How near texts come to what others wrote: BLEU, ROUGE-L, CIDEr-D, METEOR, by the rules of COCO.

Every measure takes one prediction and one or more references for each item. A prediction may be
empty and then earns nothing; an item without a reference is an error. Where COCO's captions are
measured with Java programs, other code stands here, so a last digit may differ:

- Words are found by `words`, not by the Java tokenizer; it says where the two differ.
- BLEU is not smoothed, where COCO adds 1e-15 to each count: what is 0 here is 1e-4 or less there.
- METEOR is nltk's, with the weights of 2007 (alpha 0.9, beta 3, gamma 0.5), without paraphrases
  and without the weights by language of METEOR 1.5: not to be compared with COCO's column.
"""

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from typing import Any

import numpy as np

from summarizer.errors import SummarizerError

ORDERS = 4  # n-grams of one to four words
SIGMA = 6.0  # words of difference in length that CIDEr-D forgives, as its authors chose
BETA = 1.2  # how much more recall counts in ROUGE-L than precision, as COCO chose
BLEU = tuple(f"BLEU-{order}" for order in range(1, ORDERS + 1))
ROUGE_L, CIDER_D, METEOR = "ROUGE-L", "CIDEr-D", "METEOR"
LIBRARIES = {"sacrebleu": BLEU, "rouge_score": (ROUGE_L,), "nltk": (METEOR,)}
NEEDS_WORDNET = (
    "METEOR needs WordNet, which is not here; get it once with: python -m nltk.downloader wordnet "
    "(it goes to ~/nltk_data, or give -d FOLDER and set NLTK_DATA=FOLDER)"
)

Texts = Sequence[str]
References = Sequence[Sequence[str]]
Gram = tuple[str, ...]

# what the Penn Treebank takes apart, without any sign where it would be cut
JOINED = {"cannot": "can not", "gonna": "gon na", "gotta": "got ta", "wanna": "wan na"}
JOINT = re.compile(rf"\b(?:{'|'.join(JOINED)})\b")
NOT = re.compile(r"(?<=\w)n't\b")
CLITIC = re.compile(r"(?<=\w)'(s|m|d|ll|re|ve)\b")
WORD = re.compile(
    r"(?:[^\W\d_]\.){2,}"  # u.s.
    r"|\d+(?:[.,:/]\d+)+"  # 1,000 or 3.5 or 10:30
    r"|n't\b|'(?:s|m|d|ll|re|ve)\b"
    r"|\w+(?:['-]\w+)*"  # also well-known, o'clock
    r"|[^\w\s.,;:!?'\"`()\[\]{}<>…–—-]"  # signs that are read aloud: $ % & # +
)


def words(text: str) -> list[str]:
    """The words of a text in small letters, without punctuation, as COCO counts them.

    The rules are those of the Penn Treebank ("don't" is "do", "n't"). The Java tokenizer differs
    in rare things: it keeps the stop of abbreviations it knows ("mr."), writes fractions, dashes
    and quotation marks its own way, and leaves square brackets as words.
    """
    text = text.lower().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
    text = JOINT.sub(lambda found: JOINED[found[0]], text)
    return WORD.findall(CLITIC.sub(r" '\1", NOT.sub(" n't", text)))


def corpus(predictions: Texts, references: References) -> dict[str, float]:
    """Every measure of this file that exists here, over all items together, by its name."""
    found: dict[str, float] = {}
    if not predictions:
        return found
    lacking = lacks()
    if BLEU[0] not in lacking:
        found |= dict(zip(BLEU, bleu(predictions, references), strict=True))
    for name, measure in ((ROUGE_L, rouge_l), (CIDER_D, cider_d), (METEOR, meteor)):
        if name not in lacking and (values := measure(predictions, references)) is not None:
            found[name] = float(values.mean())
    return found


def lacks() -> dict[str, str]:
    """The measures that can't be had here, by name, with a sentence on what each needs."""
    found = {
        name: f"{name} needs the library {library}; get it with: pip install '.[evaluate]'"
        for library, names in LIBRARIES.items()
        if find_spec(library) is None
        for name in names
    }
    if METEOR not in found and (lack := lacks_wordnet()):
        found[METEOR] = lack
    return found


# -- n-grams that occur in both -------------------------------------------------------------------


def bleu(predictions: Texts, references: References) -> tuple[float, ...] | None:
    """BLEU-1 to BLEU-4 of a whole corpus, in [0, 1] (Papineni et al. 2002); None without items.

    Counts are summed over all items before anything is divided, nothing is smoothed, and the
    length a text should have is that of the reference nearest to it, the shorter of two.
    """
    from sacrebleu.metrics.bleu import BLEU as Counted

    items = _checked(predictions, references)
    if not items:
        return None
    most = max(len(others) for _, others in items)
    streams = [
        [" ".join(others[at]) if at < len(others) else None for _, others in items]
        for at in range(most)
    ]
    counted = Counted(tokenize="none", force=True, smooth_method="none", max_ngram_order=ORDERS)
    found = counted.corpus_score([" ".join(said) for said, _ in items], streams)
    return tuple(
        Counted.compute_bleu(
            found.counts[:order],
            found.totals[:order],
            found.sys_len,
            found.ref_len,
            max_ngram_order=order,
        ).score
        / 100
        for order in range(1, ORDERS + 1)
    )


def rouge_l(predictions: Texts, references: References, beta: float = BETA) -> np.ndarray:
    """(items,): the longest common subsequence as an F score (Lin 2004), by COCO's rule.

    Precision and recall are each the best over the references, and recall counts more (`beta`).
    With beta 1 and one reference this is the usual F1.
    """
    scores = []
    for said, others in _checked(predictions, references):
        found = [_longest_common(said, other) for other in others]
        precision, recall = (max(each) for each in zip(*found, strict=True))
        below = recall + beta**2 * precision
        scores.append((1 + beta**2) * precision * recall / below if below else 0.0)
    return np.array(scores)


def _longest_common(said: list[str], other: list[str]) -> tuple[float, float]:
    """Precision and recall of what is in both in the same order."""
    score = _rouge_scorer().score(other, said)["rougeL"]
    return score.precision, score.recall


@cache
def _rouge_scorer():
    from rouge_score.rouge_scorer import RougeScorer

    class Words:
        """What the scorer is given is words already."""

        def tokenize(self, given: list[str]) -> list[str]:
            return given

    return RougeScorer(["rougeL"], tokenizer=Words())


# -- n-grams weighed by how rare they are ---------------------------------------------------------


@dataclass(frozen=True)
class Frequencies:
    """In how many items' references each n-gram occurs."""

    items: int
    found: Mapping[Gram, int]

    def weight(self, gram: Gram) -> float:
        """log(items / items with it); what no reference has is as rare as can be."""
        return math.log(self.items / max(1, self.found.get(gram, 0)))

    @property
    def tell_apart(self) -> bool:
        """Whether any n-gram tells one item from another."""
        return self.items > 1 and any(count < self.items for count in self.found.values())


@dataclass(frozen=True)
class _Vector:
    """One text: its words' number, and by order each n-gram's count times weight."""

    length: int
    weights: tuple[Mapping[Gram, float], ...]
    norms: tuple[float, ...]


def frequencies(references: References) -> Frequencies:
    """Counted over the items of a corpus, each once however many references it has."""
    found: Counter[Gram] = Counter()
    for others in references:
        found.update(set().union(*(_grams(words(other)) for other in others)))
    return Frequencies(len(references), found)


def cider_d(
    predictions: Texts, references: References, known: Frequencies | None = None
) -> np.ndarray | None:
    """(items,): CIDEr-D in [0, 10] (Vedantam et al. 2015), frequencies of the references if none
    are given.

    The mean over the four orders of n-grams and over the references; counts beyond those of the
    reference earn nothing, and a difference in length costs. None where no n-gram tells one item
    from another, as with a single one.
    """
    items = _checked(predictions, references)
    known = known or frequencies(references)
    if not known.tell_apart:
        return None
    scores = []
    for said, others in items:
        mine = _vector(said, known)
        scores.append(np.mean([_likeness(mine, _vector(other, known)) for other in others]))
    return 10 * np.array(scores)


def _grams(said: list[str]) -> Counter[Gram]:
    return Counter(
        tuple(said[at : at + order])
        for order in range(1, ORDERS + 1)
        for at in range(len(said) - order + 1)
    )


def _vector(said: list[str], known: Frequencies) -> _Vector:
    weights: tuple[dict[Gram, float], ...] = tuple({} for _ in range(ORDERS))
    for gram, count in _grams(said).items():
        weights[len(gram) - 1][gram] = count * known.weight(gram)
    norms = tuple(math.sqrt(sum(value**2 for value in each.values())) for each in weights)
    return _Vector(len(said), weights, norms)


def _likeness(mine: _Vector, other: _Vector) -> float:
    """In [0, 1]: how alike, a mean over the orders."""
    total = 0.0
    for ours, theirs, norm, norm_there in zip(
        mine.weights, other.weights, mine.norms, other.norms, strict=True
    ):
        if norm and norm_there:
            product = sum(
                min(value, theirs[gram]) * theirs[gram]
                for gram, value in ours.items()
                if gram in theirs
            )
            total += product / (norm * norm_there)
    apart = mine.length - other.length
    return total / ORDERS * math.exp(-(apart**2) / (2 * SIGMA**2))


# -- words that mean the same ---------------------------------------------------------------------


def lacks_wordnet() -> str:
    """What METEOR needs, as a sentence; empty where WordNet is here."""
    from nltk.corpus import wordnet

    try:
        wordnet.synsets("word")
    except LookupError:
        return NEEDS_WORDNET
    return ""


def meteor(predictions: Texts, references: References, wordnet: Any = None) -> np.ndarray:
    """(items,): METEOR in [0, 1] (Lavie and Agarwal 2007), of the reference it fits best.

    Words are aligned where they are the same, have the same stem, or share a synonym in WordNet;
    `wordnet` may be any reader with nltk's `synsets`. Without one, an error says how to get it.
    """
    if wordnet is None:
        if lack := lacks_wordnet():
            raise SummarizerError(lack)
        from nltk.corpus import wordnet
    from nltk.translate.meteor_score import meteor_score

    return np.array(
        [
            meteor_score(others, said, wordnet=wordnet) if said else 0.0
            for said, others in _checked(predictions, references)
        ]
    )


def _checked(predictions: Texts, references: References) -> list[tuple[list[str], list[list[str]]]]:
    """The words of each item: what was said, and what others said, of those who said anything."""
    if len(predictions) != len(references):
        raise SummarizerError(
            f"there are {len(predictions)} texts and references for {len(references)}; "
            "each text needs its own list of references"
        )
    items = []
    for at, (said, others) in enumerate(zip(predictions, references, strict=True)):
        if isinstance(others, str):
            raise TypeError("references are lists of texts, not a text")
        there = [found for found in map(words, others) if found]
        if not there:
            raise SummarizerError(
                f"text {at + 1} of {len(predictions)} has no reference with a word in it; "
                "leave it out or give one"
            )
        items.append((words(said), there))
    return items
