import json
import math
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from summarizer.errors import SummarizerError
from summarizer.metrics import text

ROOT = Path(__file__).parents[2]
WORDS = tuple("a the cat dog sat ran on mat park red house and then it was big".split())  # noqa: SIM905


@pytest.fixture
def draw() -> np.random.Generator:
    return np.random.default_rng(3)


def sentence(draw: np.random.Generator, least: int = 0) -> str:
    return " ".join(draw.choice(WORDS, draw.integers(least, 14)))


def some_corpus(draw: np.random.Generator, items: int) -> tuple[list[str], list[list[str]]]:
    references = [[sentence(draw, 1) for _ in range(draw.integers(1, 4))] for _ in range(items)]
    return [sentence(draw) for _ in range(items)], references


# -- slow and plain: written from the papers ------------------------------------------------------


def grams(words: list[str], order: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + order]) for at in range(len(words) - order + 1)]


def slow_bleu(predictions, references, orders: int) -> float:
    """Papineni et al. 2002, section 2."""
    right, made = [0] * orders, [0] * orders
    said_length = wanted_length = 0
    for said, others in zip(predictions, references, strict=True):
        said, others = said.split(), [other.split() for other in others]
        said_length += len(said)
        wanted_length += sorted((abs(len(o) - len(said)), len(o)) for o in others)[0][1]
        for order in range(1, orders + 1):
            mine = grams(said, order)
            made[order - 1] += len(mine)
            for gram in set(mine):
                most = max(grams(other, order).count(gram) for other in others)
                right[order - 1] += min(mine.count(gram), most)
    if 0 in right:
        return 0.0
    logs = sum(math.log(r / m) for r, m in zip(right, made, strict=True)) / orders
    return math.exp(min(0.0, 1 - wanted_length / said_length) + logs)


def subsequence(one: list[str], other: list[str]) -> int:
    if not one or not other:
        return 0
    if one[-1] == other[-1]:
        return 1 + subsequence(one[:-1], other[:-1])
    return max(subsequence(one[:-1], other), subsequence(one, other[:-1]))


def slow_cider(predictions, references) -> list[float]:
    """Vedantam et al. 2015, equations 1 to 5: vectors over the whole vocabulary."""
    scores = []
    count = len(references)
    for said, others in zip(predictions, references, strict=True):
        total = 0.0
        for order in (1, 2, 3, 4):
            everything = {g for refs in references for r in refs for g in grams(r.split(), order)}
            everything = sorted(everything | set(grams(said.split(), order)))
            idf = [
                math.log(count / max(1, sum(any(g in grams(r.split(), order) for r in refs)
                                            for refs in references)))
                for g in everything
            ]  # fmt: skip

            def vector(words, order=order, everything=everything, idf=idf):
                mine = grams(words, order)
                return np.array([mine.count(g) * w for g, w in zip(everything, idf, strict=True)])

            ours = vector(said.split())
            for other in others:
                theirs = vector(other.split())
                length = np.linalg.norm(ours) * np.linalg.norm(theirs)
                if length > 0:
                    apart = len(said.split()) - len(other.split())
                    total += (
                        10
                        / len(others)
                        * math.exp(-(apart**2) / (2 * 6.0**2))
                        * (np.minimum(ours, theirs) @ theirs)
                        / length
                    )
        scores.append(total / 4)
    return scores


# -- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("A cat, sat. On (the) mat!", "a cat sat on the mat"),
        ("Don't; can't", "do n't ca n't"),
        ("It’s they'll we've", "it 's they 'll we 've"),
        ("I cannot wait", "i can not wait"),
        ('"Well-known" O\'Hara', "well-known o'hara"),
        ("The U.S. at 10:30, $1,000.50.", "the u.s. at 10:30 $ 1,000.50"),
        ("what -- really... yes – no — so", "what really yes no so"),
        ("see [04] {x} <y>", "see 04 x y"),
        ("Ärger 日本", "ärger 日本"),
        ("... ?! -", ""),
        ("", ""),
    ],
)
def test_words_are_small_and_without_punctuation(said, found):
    assert text.words(said) == found.split()


def test_words_agree_with_the_treebank_of_nltk_where_nothing_is_rare():
    from nltk.tokenize import TreebankWordTokenizer

    said = "The dog doesn't bark, it's asleep; they'll (surely) find 3,000 cats & 5 mice for $40."
    punctuation = set(".,;:?!()[]'\"`")
    found = TreebankWordTokenizer().tokenize(said.lower())
    assert text.words(said) == [word for word in found if not set(word) <= punctuation]


# -- BLEU -----------------------------------------------------------------------------------------


def test_bleu_is_what_the_paper_says(draw):
    for items in (1, 2, 9, 40):
        predictions, references = some_corpus(draw, items)
        expected = [slow_bleu(predictions, references, order) for order in (1, 2, 3, 4)]
        assert text.bleu(predictions, references) == pytest.approx(expected)


def test_bleu_agrees_with_nltk(draw):
    from nltk.translate.bleu_score import corpus_bleu

    predictions, references = some_corpus(draw, 60)
    predictions = [sentence(draw, 4) for _ in predictions]  # of shorter ones it counts words twice
    found = text.bleu(predictions, references)
    others = [[other.split() for other in each] for each in references]
    expected = corpus_bleu(others, [said.split() for said in predictions])
    assert found[3] == pytest.approx(expected)


def test_bleu_of_the_same_text_is_one_and_of_nothing_zero():
    same = "A big dog ran, then it sat."
    assert text.bleu([same], [[same, "something else"]]) == pytest.approx([1, 1, 1, 1])
    assert text.bleu([""], [["a dog"]]) == (0, 0, 0, 0)
    assert text.bleu([], []) is None


def test_an_empty_text_counts_in_a_corpus():
    """It has no n-grams, but the length it lacks makes the whole too short."""
    said, others = "the cat sat on the mat", ["the cat sat on the mat"]
    found = text.bleu([said, ""], [others, ["a dog ran in the red park"]])
    assert found[0] == pytest.approx(math.exp(1 - 13 / 6))


# -- ROUGE-L --------------------------------------------------------------------------------------


def test_rouge_is_the_longest_common_subsequence(draw):
    for _ in range(30):
        said = list(draw.choice(WORDS[:5], draw.integers(1, 8)))
        others = [list(draw.choice(WORDS[:5], draw.integers(1, 8))) for _ in range(2)]
        precision = max(subsequence(said, other) / len(said) for other in others)
        recall = max(subsequence(said, other) / len(other) for other in others)
        below = recall + 1.44 * precision
        expected = 2.44 * precision * recall / below if below else 0
        found = text.rouge_l([" ".join(said)], [[" ".join(other) for other in others]])
        assert found == pytest.approx([expected])


def test_rouge_with_equal_weights_is_the_usual_f1():
    from rouge_score.rouge_scorer import RougeScorer

    said, other = "a red dog ran to the park", "the dog ran in the big park"
    expected = RougeScorer(["rougeL"]).score(other, said)["rougeL"].fmeasure
    assert text.rouge_l([said], [[other]], beta=1.0) == pytest.approx([expected])


def test_rouge_of_nothing_is_zero():
    assert list(text.rouge_l(["", "..."], [["a"], ["b"]])) == [0, 0]


# -- CIDEr-D --------------------------------------------------------------------------------------


def test_cider_is_what_the_paper_says(draw):
    for items in (2, 3, 12):
        predictions, references = some_corpus(draw, items)
        predictions[0] = references[0][0]
        expected = slow_cider(predictions, references)
        assert max(expected) > 0
        assert text.cider_d(predictions, references) == pytest.approx(expected)


def test_cider_of_one_item_does_not_exist():
    """Every n-gram is in every item, so none says anything."""
    assert text.cider_d(["a dog"], [["a dog"]]) is None
    assert text.cider_d(["a dog"] * 3, [["a dog"]] * 3) is None
    assert text.cider_d([], []) is None


def test_cider_takes_frequencies_from_elsewhere(draw):
    predictions, references = some_corpus(draw, 8)
    known = text.frequencies(references)
    whole = text.cider_d(predictions, references)
    for at in range(8):
        alone = text.cider_d(predictions[at : at + 1], references[at : at + 1], known)
        assert alone == pytest.approx(whole[at : at + 1])


def test_the_same_rare_sentence_earns_ten():
    references = [["one two three four five"], ["six seven eight nine ten"]]
    found = text.cider_d(["one two three four five", ""], references)
    assert list(found) == pytest.approx([10, 0])


# -- METEOR ---------------------------------------------------------------------------------------


class Synonyms:
    """A WordNet of a few groups of words that mean the same."""

    def __init__(self, *groups: str):
        self.groups = [group.split() for group in groups]

    def synsets(self, word: str) -> list:
        return [self.synset(group) for group in self.groups if word in group]

    def synset(self, group: list[str]):
        lemmas = [SimpleNamespace(name=lambda word=word: word) for word in group]
        return SimpleNamespace(lemmas=lambda: lemmas)


def meteor_by_hand(matches: int, chunks: int, said: int, other: int) -> float:
    """Lavie and Agarwal 2007, with the weights they found for English."""
    precision, recall = matches / said, matches / other
    mean = precision * recall / (0.9 * precision + 0.1 * recall)
    return mean * (1 - 0.5 * (chunks / matches) ** 3)


def test_meteor_matches_words_stems_and_synonyms():
    known = Synonyms("dog hound")
    found = text.meteor(["The hound runs home."], [["the dog running to town"]], known)
    # "the" is the same, "hound" means the same, "runs" has the same stem; all in a row
    assert found == pytest.approx([meteor_by_hand(3, 1, 4, 5)])
    without = text.meteor(["The hound runs home."], [["the dog running to town"]], Synonyms())
    assert without == pytest.approx([meteor_by_hand(2, 2, 4, 5)])


def test_meteor_takes_the_reference_that_fits_best():
    known = Synonyms()
    said, near, far = "a red dog", "a red dog ran", "the house"
    both = text.meteor([said, ""], [[far, near], [near]], known)
    assert both[0] == text.meteor([said], [[near]], known)[0] > 0
    assert both[1] == 0


def test_without_wordnet_meteor_says_how_to_get_it(tmp_path):
    """In a process of its own: nltk keeps what it has found."""
    code = (
        "import json, nltk; nltk.data.path[:] = []\n"
        "from summarizer.metrics import text\n"
        "try: said = str(text.meteor(['a dog'], [['a dog']]))\n"
        "except Exception as error: said = f'{type(error).__name__}: {error}'\n"
        "found = text.corpus(['a dog', 'b'], [['a dog'], ['c']])\n"
        "print(json.dumps([said, text.lacks_wordnet(), sorted(found)]))"
    )
    command = [sys.executable, "-c", code]
    out = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    said, lack, measures = json.loads(out.stdout)
    assert said == f"SummarizerError: {lack}"
    assert "nltk.downloader wordnet" in lack
    assert measures == ["BLEU-1", "BLEU-2", "BLEU-3", "BLEU-4", "CIDEr-D", "ROUGE-L"]


def test_a_library_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setattr(text, "find_spec", lambda name: None)
    assert set(text.lacks()) == {*text.BLEU, "ROUGE-L", "METEOR"}
    assert "library sacrebleu; get it with: pip install" in text.lacks()["BLEU-4"]
    assert set(text.corpus(["a dog", "b"], [["a dog"], ["c"]])) == {"CIDEr-D"}


# -- all of them ----------------------------------------------------------------------------------


def test_a_corpus_has_every_measure_by_its_name(draw):
    predictions, references = some_corpus(draw, 12)
    found = text.corpus(predictions, references)
    assert [found[name] for name in text.BLEU] == list(text.bleu(predictions, references))
    assert found["ROUGE-L"] == pytest.approx(text.rouge_l(predictions, references).mean())
    assert found["CIDEr-D"] == pytest.approx(text.cider_d(predictions, references).mean())
    assert text.corpus([], []) == {}
    assert not {*found} & {*text.lacks()}
    assert "CIDEr-D" not in text.corpus(["a"], [["a"]])


@pytest.mark.parametrize("measure", [text.bleu, text.rouge_l, text.cider_d])
def test_a_missing_reference_is_an_error(measure):
    with pytest.raises(SummarizerError, match="text 2 of 2 has no reference"):
        measure(["a", "b"], [["a"], []])
    with pytest.raises(SummarizerError, match="text 1 of 2 has no reference"):
        measure(["a", "b"], [["..."], ["b"]])
    with pytest.raises(SummarizerError, match="2 texts and references for 1"):
        measure(["a", "b"], [["a"]])
    with pytest.raises(TypeError):
        measure(["a"], ["a"])


def test_a_blank_reference_beside_a_real_one_is_none():
    assert text.bleu(["a dog"], [["a dog", " "]]) == text.bleu(["a dog"], [["a dog"]])
