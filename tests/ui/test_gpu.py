"""The functions that a Space runs in a process with a GPU."""

import inspect
import pickle
import sys
from types import ModuleType

import gradio as gr
import pytest

from summarizer import SummarizerError
from summarizer.senses import SENSES
from tests.glimpse import Glimpse
from tests.test_two_steps import GREY, VIDEO
from ui import gpu


@pytest.fixture
def call(tmp_path, monkeypatch):
    """The arguments of a call about four samples."""
    from summarizer.sampling import Sampler

    monkeypatch.setitem(SENSES, "glimpse", Glimpse)
    sampler = Sampler(Glimpse(VIDEO), tmp_path)
    sampler.take(GREY)
    return ("glimpse", str(sampler.path), sampler.count, VIDEO.seconds)


def test_arguments_and_results_survive_a_pickle(call):
    assert pickle.loads(pickle.dumps(call)) == call
    assert pickle.loads(pickle.dumps(gpu.encode_there)) is gpu.encode_there
    made = list(gpu.encode(*call))
    back = pickle.loads(pickle.dumps(made))
    assert [each.findings.curves for each in back] == [each.findings.curves for each in made]
    assert made[-1].share == 1 and made[-1].findings.curves[0].values == (0.2,) * 4


def test_only_plain_values_are_asked_for():
    for function in (gpu.encode, gpu.encode_there, gpu.seconds_for):
        kinds = {each.annotation for each in inspect.signature(function).parameters.values()}
        assert kinds == {str, int, float}


def test_more_material_asks_for_more_time_up_to_a_bound():
    few, many, more = (gpu.seconds_for("s", "f", count, 9.0) for count in (1, 300, 10**9))
    assert 0 < few < many < more == gpu.MOST


def test_where_spaces_is_there_its_decorator_is_used(monkeypatch):
    spaces = ModuleType("spaces")
    spaces.GPU = lambda duration: lambda function: ("decorated", duration, function)
    monkeypatch.setitem(sys.modules, "spaces", spaces)
    assert gpu.on_gpu(gpu.seconds_for)(len) == ("decorated", gpu.seconds_for, len)


def test_a_refused_gpu_is_a_sentence(call, monkeypatch):
    def refuse(*_):
        raise gr.Error("You have exceeded your GPU quota")
        yield

    monkeypatch.setattr(gpu, "encode_there", refuse)
    with pytest.raises(SummarizerError, match="exceeded your GPU quota"):
        list(gpu.encode(*call))
