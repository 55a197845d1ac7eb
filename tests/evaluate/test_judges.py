import numpy as np
import pytest

from summarizer.errors import PresetError
from summarizer.evaluate import judges
from summarizer.evaluate.judges import Pictures, Rows, Texts
from summarizer.evaluate.room import Record
from summarizer.metrics import semantic, text
from summarizer.models import hub
from tests import tiny_bert

REFERENCES = {
    "one": ["a red dog runs in the park", "the dog is in a park"],
    "two": ["two people cook soup in a kitchen"],
    "three": ["snow falls on the old house"],
}


@pytest.fixture
def nothing_here(tmp_path, monkeypatch):
    """No weights, and nothing of nltk's."""
    import nltk

    for name in ("HF_HUB_CACHE", "XDG_DATA_HOME"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr(nltk.data, "path", [])
    monkeypatch.setattr(text, "lacks_wordnet", lambda: text.NEEDS_WORDNET)


@pytest.fixture
def tiny_roberta(nothing_here, monkeypatch):
    """Random weights lie where the real ones would."""
    monkeypatch.setattr(judges, "BERT", ("roberta-large", 2))
    tiny_bert.save(hub.snapshot(hub.weights("roberta-large")))
    judges._bert.cache_clear()
    yield
    judges._bert.cache_clear()


def test_what_lacks_is_told_with_the_way_to_get_it(nothing_here):
    lacks = Texts(REFERENCES).lacks
    assert set(lacks) == {"METEOR", "BERT P", "BERT R", "BERT F1"}
    assert "nltk.downloader wordnet" in lacks["METEOR"]
    assert "python -m summarizer.weights get roberta-large" in lacks["BERT F1"]
    eyes = Pictures().lacks
    assert set(eyes) == {"F_CLIP", "Cross-F_CLIP"}
    assert "weights get clip-vit-l-14-336" in eyes["F_CLIP"]


def test_what_lacks_has_no_value(nothing_here):
    found = Texts(REFERENCES).values("one", "a dog in a park")
    assert set(found) == {"ROUGE-L", "CIDEr-D", "cosine"}


def test_one_text_has_the_values_it_has_in_its_corpus(nothing_here):
    said = ["a dog runs", "people eat soup", "the old house"]
    judge = Texts(REFERENCES)
    references = list(REFERENCES.values())
    rouge, cider = text.rouge_l(said, references), text.cider_d(said, references)
    for at, item in enumerate(REFERENCES):
        found = judge.values(item, said[at])
        assert found["ROUGE-L"] == pytest.approx(rouge[at])
        assert found["CIDEr-D"] == pytest.approx(cider[at])


def test_the_cosine_is_with_the_nearest_reference(nothing_here):
    judge = Texts(REFERENCES)
    assert judge.values("one", REFERENCES["one"][1])["cosine"] == pytest.approx(1, abs=1e-5)
    near = judge.values("one", "a puppy plays outdoors")["cosine"]
    assert near > judge.values("two", "a puppy plays outdoors")["cosine"]


def test_bleu_is_of_all_records_together(nothing_here):
    judge, said = Texts(REFERENCES), ["a red dog runs", "", "snow falls on a house"]
    records = [
        Record(item, "some", kept=judge.kept(item, words))
        for item, words in zip(REFERENCES, said, strict=True)
    ]
    found = judge.pool([*records, Record("one", "some")])
    expected = text.bleu(said, list(REFERENCES.values()))
    assert [found[name] for name in text.BLEU] == pytest.approx(list(expected))
    assert judge.pool([]) == {}


def test_an_empty_text_is_worth_nothing_and_an_item_without_references_has_no_value(tiny_roberta):
    judge = Texts({**REFERENCES, "four": [], "five": ["..."]})
    found = judge.values("two", " ... ")
    assert set(found) == {"ROUGE-L", "CIDEr-D", "cosine", "BERT P", "BERT R", "BERT F1"}
    assert set(found.values()) == {0.0}
    for item in ("four", "five"):
        assert judge.values(item, "a text") == {}
        assert judge.kept(item, "a text") == {}


def test_a_single_item_has_no_rare_words():
    judge = Texts({"one": ["a dog"]})
    assert "references that differ" in judge.lacks["CIDEr-D"]
    assert "CIDEr-D" not in judge.values("one", "a dog")


def test_bert_score_takes_the_best_reference(tiny_roberta):
    judge = Texts(REFERENCES)
    said, others = "a red dog", REFERENCES["one"]
    mine, *theirs = (each.rows for each in judges.bert().read([said, *others]))
    found = judge.values("one", said)
    scores = [semantic.bert_score(mine, other) for other in theirs]
    assert found["BERT F1"] == pytest.approx(max(score.f1 for score in scores))
    assert found["BERT P"] == pytest.approx(max(score.precision for score in scores))
    same = judge.values("two", REFERENCES["two"][0])
    assert same["BERT F1"] == pytest.approx(1, abs=1e-5)


def test_a_model_that_does_not_load_is_lacking(nothing_here, monkeypatch):
    def broken():
        raise PresetError("the weights are not the published ones")

    monkeypatch.setattr(judges, "minilm", broken)
    judge = Texts(REFERENCES)
    assert judge.lacks["cosine"] == "the weights are not the published ones"
    assert "cosine" not in judge.values("one", "a dog")


def test_only_what_is_wanted_is_measured(monkeypatch):
    wanted = [measure for measure in judges.TEXTS if measure.name == "ROUGE-L"]
    monkeypatch.setattr(judges, "minilm", None)  # would fail if it were called
    judge = Texts(REFERENCES, wanted)
    assert set(judge.values("one", "a dog")) == {"ROUGE-L"}
    assert judge.lacks == {} == judge.pool([Record("one", "some", kept=judge.kept("one", "a"))])


def test_measures_may_go_by_other_names():
    named = judges.named("music", "with the music", "ROUGE-L", "cosine")
    assert [measure.name for measure in named] == ["music ROUGE-L", "music cosine"]


# -- pictures -------------------------------------------------------------------------------------


@pytest.fixture
def tiny_eye(tiny_weights, monkeypatch):
    monkeypatch.setattr(judges, "EYES", ("clip-vit-l-14-336", "tiny-clip"))


def test_pictures_are_judged_by_the_model_that_is_here(tiny_eye):
    judge = Pictures()
    assert judge.lacks == {} and judge.name == "tiny-clip"
    assert "by tiny-clip, not by the paper's" in judge.note
    frames = np.random.default_rng(1).integers(0, 256, (3, 40, 60, 3), np.uint8)
    wanted = Rows(judge.look(frames), judge.read(["a red dog", "a park"]))
    offered = Rows(judge.look(frames[:1]), judge.read(["snow"]))
    found = judge.values(offered, wanted)
    assert found["F_CLIP"] == pytest.approx(semantic.f_clip(offered.frames, wanted.frames).f1)
    assert found["Cross-F_CLIP"] == pytest.approx(
        semantic.cross_f_clip(
            offered.frames, offered.sentences, wanted.frames, wanted.sentences
        )
    )  # fmt: skip
    assert judge.values(wanted, wanted)["F_CLIP"] == pytest.approx(1)


def test_no_frames_match_nothing(tiny_eye):
    judge = Pictures()
    some = Rows(np.eye(4), np.eye(4)[:1])
    nothing = np.zeros((0, 4))
    assert judge.values(Rows(nothing, nothing), some) == {"F_CLIP": 0.0}
    assert judge.values(some, Rows(nothing, nothing)) == {}
