"""Telling with a language model: good, bad and hostile writers, and one of random weights."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from summarizer.config import NarratorConfig
from summarizer.models import hub, tiny_llama
from summarizer.models.narrator import Narrator, Rows, load_narrator
from summarizer.schema import Answer, Highlight, Line, Preference, Saliency, Summary
from summarizer.stages.narrate import told
from summarizer.stages.narrate.composed import compose
from summarizer.stages.narrate.prompt import Form
from summarizer.stages.narrate.told import HOPELESS, MOST, Told, held_by
from tests import perceptions

SAID = "The bees are back."
GOOD = (
    "[00:02-00:06] Somebody says that the bees are back.\n",
    "[00:11-00:18] Mu",
    "sic plays.\n[00:31",
    "-00:38] It is loud. ",
    "[00:45-00:50] Then it is over.\n",
)


@dataclass
class Script:
    """Writes what it was given, whatever it is asked; what it was asked can be looked at."""

    pieces: tuple[str, ...]
    room: int = 4096
    slow: bool = False
    senses: frozenset[str] = frozenset()
    asked: list = field(default_factory=list)
    written: int = 0

    def frame(self, system: str):
        return None

    def count(self, pieces) -> int:
        return 1 + sum(
            len(piece) if isinstance(piece, Rows) else len(piece.split()) for piece in pieces
        )

    def stream(self, pieces, most: int, stop=lambda: False) -> Iterator[str]:
        self.asked.append((pieces, most))
        for piece in self.pieces:
            if stop():
                return
            self.written += 1
            yield piece


def telling(script: Script, seconds: float = 60.0, **options):
    perception, summary = video(seconds)
    return Told("none", writer=lambda *_: script, **options)(perception, summary)


def video(seconds: float = 60.0):
    of = perceptions.video(seconds)
    curves = {
        "music": perceptions.at(of.rows, (10, 20)),
        "loudness": perceptions.at(of.rows, (30, 40)),
        "light": np.full(of.rows, 0.8),
    }
    lines = (
        Line(2.0, 4.0, SAID, "subtitles"),
        Line(50.0, 52.0, "what was not heard well", "speech-to-text", 0.3),
    )
    perception = perceptions.perception(of, curves, lines=lines)
    summary = Summary(
        of,
        Preference(),
        Answer("open"),
        Saliency(perception.curves[:1], (1.0,)),
        (Highlight(min(10.0, seconds / 2), min(20.0, seconds), 0.5, "music"),),
    )
    return perception, summary


# -- writers of all kinds -------------------------------------------------------------------------


def test_a_good_writer_is_let_through_in_order():
    story = telling(Script(GOOD))
    said = list(story)
    assert [(each.start, each.end) for each in said] == [(2, 6), (11, 18), (31, 38), (45, 50)]
    assert said[1].text == "Music plays."
    assert f"subtitles: '{SAID}'" in said[0].evidence
    assert any(each.startswith("music: ") for each in said[1].evidence)
    assert story.note == "" and story.tally.kept == 4


def test_sentences_come_while_the_model_still_writes():
    script = Script((*GOOD, *["[00:01-00:02] More. "] * 50))
    story = telling(script)
    next(story)
    assert script.written == 4  # the third sentence is complete, and no more was waited for
    story.close()
    assert list(story) == []


@pytest.mark.parametrize(
    ("pieces", "note"),
    [
        ((), "The language model wrote nothing"),
        (("I am a language model and can't watch videos. Sorry!\n",), "Only 0 of the 2 sentences"),
        (("[05:00-05:10] Far beyond the end. " * 3,), "Only 0 of the 3 sentences"),
        (GOOD[:1], "Only 1 of the 1 sentence that"),
        ((*["No time here. "] * 9, *GOOD), "Only 4 of the 13 sentences"),
        (("[00:01-00:02] <script>alert(1)</script> runs.\n" * 5,), "Only 0 of the 5"),
        (("blah " * 5_000,), "Only 0 of the 1 sentence"),
    ],
)
def test_a_bad_writer_is_replaced_by_the_composed_story_and_that_is_said(pieces, note):
    perception, summary = video()
    story = telling(Script(pieces))
    assert list(story) == list(compose(perception, summary))
    assert story.note.startswith(note)
    assert "wrote nothing" in note or "composed of measurements" in story.note


def test_a_middling_writer_is_let_through_but_for_what_is_wrong():
    story = telling(Script((*GOOD, "And this is nowhere. [00:09-00:01] Backwards. ")))
    assert len(list(story)) == 4
    assert story.note == (
        "2 sentences of 6 that the language model wrote could not be placed in the video and are "
        "left out."
    )


def test_a_video_of_seconds_may_have_a_single_sentence():
    story = telling(Script(GOOD[:1]), 8.0)
    assert [each.text for each in story] == ["Somebody says that the bees are back."]


def test_a_writer_without_end_is_stopped():
    script = Script(tuple(f"[00:01-00:05] Thing {at}.\n" for at in range(500)))
    assert len(list(telling(script))) <= MOST + 1
    assert script.written <= MOST + 2
    script = Script(tuple(f"Nowhere {at}.\n" for at in range(500)))
    list(telling(script))
    assert script.written <= HOPELESS + 2


# -- what it is asked -----------------------------------------------------------------------------


def rows(start: float, end: float, most: int) -> np.ndarray:
    return np.zeros((most, 4), np.float32)


def test_a_writer_not_trained_to_see_is_never_shown_tokens():
    blind, seeing = Script(GOOD), Script(GOOD, senses=frozenset({"sight"}))
    for script in (blind, seeing):
        list(telling(script, senses=lambda perception: {"sight": rows, "sound": rows}))
    kinds = [
        {piece.sense for piece in script.asked[0][0] if isinstance(piece, Rows)}
        for script in (blind, seeing)
    ]
    assert kinds == [set(), {"sight"}]


def test_the_room_of_the_writer_counts():
    script = Script(GOOD, room=600)
    list(telling(script))
    pieces, most = script.asked[0]
    assert most == 300 and script.count(pieces) <= 300
    script = Script(GOOD, room=32_768)
    list(telling(script, settings=NarratorConfig(room=2048, answer=256)))
    assert script.asked[0][1] == 256


# -- evidence -------------------------------------------------------------------------------------


def test_evidence_is_what_the_perception_holds_there():
    perception, _ = video()
    evidence = held_by(perception)
    assert evidence(1.0, 6.0)[0] == f"subtitles: '{SAID}'"
    assert any(each.startswith("music: ") for each in evidence(10.0, 20.0))
    assert not any("not heard well" in each for each in evidence(49.0, 53.0))
    bare = held_by(perceptions.perception(perceptions.video(20.0)))
    assert bare(0.0, 5.0) == ()


def test_evidence_is_of_the_same_kinds_as_in_the_composed_story():
    perception, summary = video()
    composed = {each for said in compose(perception, summary) for each in said.evidence}
    mine = {each for at in range(60) for each in held_by(perception)(at, at + 5)}
    senses = {curve.sense for curve in perception.curves}
    assert {each.partition(":")[0] for each in mine} == senses | {"subtitles"}
    assert {each for each in composed if each.partition(":")[0] in senses} <= mine


# -- a real model ---------------------------------------------------------------------------------


@pytest.fixture
def tiny_here(tmp_path, monkeypatch):
    """The tiny model where the hub's door finds it, and no model loaded yet."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(told, "_loaded", {})
    return tiny_llama.save(hub.own(hub.WEIGHTS["tiny-llama"]))


def test_a_model_of_random_weights_ends_in_the_composed_story(tiny_here):
    perception, summary = video()
    story = Told("tiny-llama", settings=NarratorConfig(answer=60, device="cpu"))(
        perception, summary
    )
    assert list(story) == list(compose(perception, summary))
    assert "language model wrote" in story.note


def test_a_slow_writer_is_given_less_to_read():
    settings, read = NarratorConfig(slow_room=1060, answer=500), {}
    for slow in (False, True):
        script = Script(GOOD, slow=slow)
        list(telling(script, seconds=3600.0, settings=settings))
        [(pieces, answer)] = script.asked
        read[slow] = script.count(pieces) + answer
    assert read[True] <= 1060 < read[False] <= 4096


def test_a_model_is_loaded_once_whoever_asks(tiny_here, monkeypatch):
    loads = []

    def load(*given, **options) -> Narrator:
        loads.append(given)
        return load_narrator(*given, **options)

    monkeypatch.setattr("summarizer.models.narrator.load_narrator", load)
    settings = NarratorConfig(device="cpu")
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: told.narrator("tiny-llama", "", settings), range(4)))
    assert len(loads) == 1 and all(each is found[0] for each in found)


def test_weights_that_are_not_here_are_asked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setattr(told, "_loaded", {})
    perception, summary = video()
    with pytest.raises(Exception, match=r"python -m summarizer\.weights get tiny-llama"):
        next(Told("tiny-llama")(perception, summary))


# -- a scene at a time ----------------------------------------------------------------------------


def test_apart_the_model_is_asked_once_a_scene_and_not_at_all_for_what_is_not_there():
    perception, summary = video()
    script = Script(("[00:11-00:18] Music plays.",), senses=frozenset({"sound"}))
    by = Told(
        "none",
        senses=lambda _: {"sound": lambda start, end, most: np.ones((most, 4))},
        form=Form(noted=False, enough=1, apart=True),
        writer=lambda *_: script,
    )
    assert [each.text for each in by(perception, summary)] == ["Music plays."]
    assert len(script.asked) == len(perception.events)
    script.asked.clear()
    absent = replace(summary, answer=Answer("absent", "Not found: “bees”, as far as I can see."))
    telling = by(perception, absent)
    assert [each.text for each in telling] == ["Not found: “bees”, as far as I can see."]
    assert not script.asked and telling.note == ""


def test_a_model_of_senses_alone_is_not_asked_where_nothing_was_sensed():
    perception, summary = video()
    script = Script(GOOD, senses=frozenset({"sound"}))
    form = Form(noted=False, apart=True)
    telling = Told("none", senses=lambda _: {}, form=form, writer=lambda *_: script)
    told = telling(perception, summary)
    assert list(told) == list(compose(perception, summary)) and not script.asked
    assert "wrote nothing" in told.note
