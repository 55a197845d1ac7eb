"""Telling on a GPU that is lent: in another process, to which only the prompt goes."""

import functools
import inspect
import pickle
import sys
from collections.abc import Iterator
from dataclasses import replace
from importlib import reload
from itertools import pairwise
from multiprocessing import get_context
from queue import SimpleQueue
from threading import Event
from types import ModuleType

import gradio as gr
import numpy as np
import pytest
import torch

from summarizer import SummarizerError, load
from summarizer.config import NarratorConfig
from summarizer.models import hub, tiny_llama
from summarizer.models.adapted import prepared, save, trainable
from summarizer.models.narrator import Lora, Rows, load_narrator
from summarizer.schema import Answer, Highlight, Line, Preference, Saliency, Summary, Track
from summarizer.stages.narrate import narrator, told
from tests import perceptions
from ui import gpu

STORY = (
    "[00:02-00:06] Somebody says that the bees are back.\n",
    "[00:11-00:18] Music plays.\n",
    "[00:31-00:38] It is loud.\n",
)
WIDTHS = {"sight": 24, "sound": 16}
UNREAD = "nobody read what was written so far"
PATIENCE = 600.0  # seconds, on however busy a machine
MB = 1 << 20


# -- another process ------------------------------------------------------------------------------


def there(asked: bytes, told, read) -> None:
    """What a Space's process does: it is given bytes, and sends back each piece as it is made."""
    try:
        for text in gpu.write_there(*pickle.loads(asked)):
            told.put(text)
            if not read.wait(PATIENCE):  # until the first was taken
                raise SummarizerError(UNREAD)
        told.put(None)
    except gr.Error as error:
        told.put(error)


class Elsewhere:
    """Writes in a process of its own; what it was asked can be looked at."""

    def __init__(self):
        self.asked: list[bytes] = []

    def __call__(self, *arguments) -> Iterator[str]:
        self.asked.append(pickle.dumps(arguments))
        spawning = get_context("spawn")
        told, read = spawning.Queue(), spawning.Event()
        process = spawning.Process(target=there, args=(self.asked[-1], told, read), daemon=True)
        process.start()
        try:
            while (got := told.get(timeout=PATIENCE)) is not None:
                read.set()
                if isinstance(got, gr.Error):
                    raise got
                yield got
        finally:
            process.terminate()
            process.join()


# -- a video, and models of it --------------------------------------------------------------------


@pytest.fixture
def home(tmp_path, monkeypatch):
    """The tiny language model where the hub's door finds it, nothing trained and nothing loaded."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("CHECKPOINTS", str(tmp_path / "own"))
    monkeypatch.setattr(told, "_loaded", {})
    return tiny_llama.save(hub.own(hub.WEIGHTS["tiny-llama"]))


@pytest.fixture
def fluent(home):
    """The model with each sentence of a story as one token: behind any prompt it writes them all.

    Nothing is attended to, so what comes next depends on the last token alone.
    """
    from transformers import AutoModelForCausalLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(home)
    model = AutoModelForCausalLM.from_pretrained(home)
    [last] = tokenizer(":", add_special_tokens=False).input_ids  # of "ASSISTANT:"
    tokenizer.add_tokens(list(STORY))
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    chain = [last, *tokenizer.convert_tokens_to_ids(list(STORY)), tokenizer.eos_token_id]
    with torch.no_grad():
        for layer in model.model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        model.lm_head.weight.zero_()
        for place, (now, following) in enumerate(pairwise(chain)):
            model.model.embed_tokens.weight[now] = torch.eye(tiny_llama.WIDE)[place]
            model.lm_head.weight[following] = torch.eye(tiny_llama.WIDE)[place]
    model.save_pretrained(home)
    tokenizer.save_pretrained(home)


@pytest.fixture
def seeing(home, tmp_path):
    """The model of random weights with a checkpoint, as if it had learnt to see and hear."""
    torch.manual_seed(3)
    lora = Lora.of(NarratorConfig(lora_rank=2))
    ready = prepared(load_narrator(home, "cpu"), lora, WIDTHS)
    for weight in trainable(ready).parameters():
        if weight.requires_grad:
            weight.data.normal_(0, 0.3)
    save(tmp_path / "own" / "tiny", ready, "tiny-llama", lora, {})


def video(seconds: float, sight: int = WIDTHS["sight"], sound: int = WIDTHS["sound"], keep=4):
    """A perception with tokens of every second, and what was chosen of it."""
    of, rng = perceptions.video(seconds), np.random.default_rng(0)
    some = rng.normal(size=99_991).astype(np.float16)
    curves = {
        "music": perceptions.at(of.rows, (10, 20)),
        "loudness": perceptions.at(of.rows, (30, 40)),
        "light": np.full(of.rows, 0.8),
    }
    tokens, heard = np.resize(some, (of.rows * keep, sight)), np.resize(some, (of.rows * 2, sound))
    tracks = (
        Track("patches", np.repeat(np.arange(of.rows) + 0.5, keep), tokens, "made"),
        Track("tune", np.arange(len(heard)) / 2, heard, "made"),
    )
    lines = (Line(2.0, 4.0, "The bees are back.", "subtitles"),)
    perception = perceptions.perception(of, curves, lines=lines, tracks=tracks)
    chosen = (Highlight(10.0, 20.0, 0.5, "music"),)
    saliency = Saliency(perception.curves[:1], (1.0,))
    return perception, Summary(of, Preference(), Answer("open"), saliency, chosen)


def summarizers(tmp_path):
    """One that tells here and one that tells elsewhere, and what that one was asked."""
    settings = {"overrides": ["narrator.answer=60"], "cache": tmp_path / "cache"}
    elsewhere = Elsewhere()
    return load("tiny", **settings), load("tiny", **settings, write=elsewhere), elsewhere


# -- what is told ---------------------------------------------------------------------------------


def test_told_elsewhere_are_the_same_sentences(fluent, tmp_path):
    perception, summary = video(60.0)
    here, away, elsewhere = summarizers(tmp_path)
    mine, theirs = (list(each.tell(perception, summary)) for each in (here, away.of("tiny")))
    assert [each.story for each in theirs] == [each.story for each in mine]
    assert [each.text for each in mine[-1].story] == [
        text.partition("] ")[2].strip() for text in STORY
    ]
    assert len(elsewhere.asked) == 1 and not mine[-1].note


def test_told_elsewhere_of_what_was_seen_and_heard_are_the_same_words(seeing):
    perception, summary = video(60.0)
    asked = []

    def writing(*arguments) -> Iterator[str]:
        asked.append(arguments)
        yield from told.write(*arguments)

    settings = NarratorConfig(answer=60, device="cpu")
    assert list(narrator("tiny", settings, writing)(perception, summary))
    [(weights, trained, _, pieces, most)] = asked
    assert (weights, trained, most) == ("tiny-llama", "tiny", 60)
    assert {each.sense for each in pieces if isinstance(each, Rows)} == set(WIDTHS)
    here, there = list(told.write(*asked[0])), list(Elsewhere()(*asked[0]))
    assert there == here and len(there) > 5
    blind = [replace(each, values=0 * each.values) if isinstance(each, Rows) else each
             for each in pieces]  # fmt: skip
    assert there != list(told.write(weights, trained, settings, blind, most))


def test_what_goes_there_is_a_prompt_however_long_the_video(seeing):
    perception, summary = video(3600.0, sight=1024, sound=768, keep=16)
    held = sum(track.values.nbytes for track in perception.tracks)
    asked = []

    def write(*arguments) -> Iterator[str]:
        asked.append(pickle.dumps(arguments))
        yield from ()

    config = NarratorConfig(device="cuda")  # the largest prompts there are
    assert list(narrator("tiny", config, write)(perception, summary))
    [sent] = map(len, asked)
    rows = [each for each in pickle.loads(asked[0])[3] if isinstance(each, Rows)]
    assert sum(map(len, rows)) > 300 and all(each.values.dtype == np.float16 for each in rows)
    assert held > 100 * MB and sent < 4 * MB


def test_an_error_there_is_its_sentence_here(home):
    missing = ("vicuna-7b", "", NarratorConfig(), ["So?"], 5)
    sent, read = SimpleQueue(), Event()
    there(pickle.dumps(missing), sent, read)
    error = pickle.loads(pickle.dumps(sent.get()))
    assert isinstance(error, gr.Error) and "weights get vicuna-7b" in error.message
    assert error.title == gpu.OURS
    with pytest.raises(SummarizerError, match=r"^the weights vicuna-7b are not here"):
        list(gpu.write(*missing))


# -- the function ---------------------------------------------------------------------------------


CALL = ("tiny-llama", "", NarratorConfig(answer=60), ["So?"], 8)


def test_here_it_is_called_as_it_is(home):
    assert list(gpu.write(*CALL)) == list(told.write(*CALL)) != []
    assert not gpu.lent(gpu.write_there)
    assert inspect.isgeneratorfunction(gpu.write_there)  # or a Space would not stream it
    assert pickle.loads(pickle.dumps(gpu.write_there)) is gpu.write_there


def test_where_a_gpu_is_lent_the_call_is_wrapped_and_nothing_compiled(home, monkeypatch):
    asked, durations = [], []

    def lending(duration):
        def wrap(function):
            @functools.wraps(function)
            def wrapped(*arguments):
                asked.append(arguments)
                durations.append(duration(*arguments))
                yield from function(*arguments)

            return wrapped

        return wrap

    spaces = ModuleType("spaces")
    spaces.GPU = lending
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    try:
        space = reload(gpu)
        assert space.lent(space.write_there)
        expected = list(told.write(*CALL))
        assert list(space.write(*CALL)) == expected
        compiled = (*CALL[:2], replace(CALL[2], decoding="static"), *CALL[3:])
        assert list(space.write(*compiled)) == expected
    finally:
        monkeypatch.delitem(sys.modules, "spaces")
        reload(gpu)
    assert [given[2].decoding for given in asked] == ["eager", "static"]
    assert all(0 < each <= gpu.MOST for each in durations)


def test_a_longer_answer_asks_for_more_time_up_to_a_bound():
    few, many, more = (gpu.seconds_to_tell(*CALL[:4], most) for most in (10, 512, 10**6))
    assert 0 < few < many < more == gpu.MOST


def test_a_refused_gpu_is_a_sentence(monkeypatch):
    def refuse(*_):
        raise gr.Error("You have exceeded your GPU quota")
        yield

    monkeypatch.setattr(gpu, "write_there", refuse)
    with pytest.raises(SummarizerError, match="not to be had: You have exceeded your GPU quota"):
        list(gpu.write(*CALL))


def test_who_stops_reading_stops_the_model(monkeypatch):
    ended = []

    def endless(*_):
        try:
            while True:
                yield "more "
        finally:
            ended.append(True)

    monkeypatch.setattr(gpu, "write_there", endless)
    writing = gpu.write(*CALL)
    assert next(writing) == "more "
    writing.close()
    assert ended
