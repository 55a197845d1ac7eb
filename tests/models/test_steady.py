"""One memory for answer after answer: nothing of one is left in the next, and one step is compiled.

All on a random Llama 32 wide; what is compiled is captured by dynamo as ever, and in one slow test
made into machine code.
"""

import shutil
import threading
from itertools import permutations

import numpy as np
import pytest
import torch
from torch._dynamo.testing import CompileCounter

from summarizer.errors import PresetError
from summarizer.models import narrator as narrators
from summarizer.models import steady as steadies
from summarizer.models import tiny_llama
from summarizer.models.narrator import Narrator, Rows, compiled, decoding, load_narrator
from summarizer.models.projector import Projector

ROOM = 700  # tokens
LONG = "The music plays. Somebody talks: “größer 🐧”. Then what? "
SEEN = Rows("sight", np.random.default_rng(0).normal(size=(300, 24)).astype(np.float32))
PROMPTS = (["So?"], [LONG], ["[00:01]", SEEN, LONG])
MANY = 12  # tokens of an answer


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    torch.manual_seed(5)
    folder = tiny_llama.save(tmp_path_factory.mktemp("tiny") / "llama")
    senses = {"sight": Projector(24, tiny_llama.WIDE)}
    found = load_narrator(folder, "cpu", projectors=senses)
    found.ends = frozenset()
    return found


@pytest.fixture
def static(plain):
    return endless(decoding(plain, "static", ROOM))


@pytest.fixture(autouse=True)
def forgetful():
    """Nothing that was compiled before counts, and nothing of this is left."""
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


@pytest.fixture(scope="module", autouse=True)
def one_thread():
    """Steps this small are slower in two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def endless(narrator: Narrator) -> Narrator:
    narrator.ends = frozenset()
    return narrator


def tokens(narrator: Narrator, pieces, most: int = MANY) -> list[int]:
    return [int(each[0]) for each in narrator._greedy(*narrator.splice(pieces), most)]


def uncached(narrator: Narrator, pieces, most: int = MANY) -> list[int]:
    """Everything is read anew for each token."""
    embeds, _ = narrator.splice(pieces)
    table, answer = narrator.model.get_input_embeddings(), []
    for _ in range(most):
        with torch.no_grad():
            answer.append(int(narrator.model(inputs_embeds=embeds).logits[0, -1].argmax()))
        embeds = torch.cat([embeds, table(torch.tensor([answer[-1:]]))], 1)
    return answer


@pytest.fixture(scope="module")
def expected(plain):
    """What each prompt is answered without any cache; all differ, or leakage could not show."""
    found = [uncached(plain, pieces) for pieces in PROMPTS]
    assert len({tuple(each) for each in found}) == len(PROMPTS)
    assert len({len(plain.splice(pieces)[1][0]) for pieces in PROMPTS}) == len(PROMPTS)
    return found


# -- the same tokens ------------------------------------------------------------------------------


def test_a_growing_memory_writes_what_none_does(plain, expected):
    assert [tokens(plain, pieces) for pieces in PROMPTS] == expected


def test_nothing_of_an_answer_is_left_in_the_next_whatever_the_order(static, expected):
    for order in permutations(range(len(PROMPTS))):
        assert [tokens(static, PROMPTS[at]) for at in order] == [expected[at] for at in order]


def test_what_lies_behind_the_last_token_is_not_looked_at(static, expected):
    tokens(static, PROMPTS[0])  # which makes the memory
    for at, pieces in enumerate(PROMPTS):
        for layer in static.steady.cache.layers:
            layer.keys.fill_(30.0)
            layer.values.fill_(-50.0)
        assert tokens(static, pieces) == expected[at]


def test_padding_on_the_left_is_not_looked_at(plain, static, expected):
    embeds, mask = plain.splice(PROMPTS[0], PROMPTS[1])
    assert not mask[0, 0] and mask[1].all()
    embeds[0, : int((mask[0] == 0).sum())] = 1e3
    for narrator in (static, plain):
        written = narrator._greedy(embeds[:1], mask[:1], MANY)
        assert [int(each[0]) for each in written] == expected[0]


def test_several_prompts_at_once_are_answered_in_a_growing_memory(plain, static):
    prompts = [list(pieces) for pieces in PROMPTS]
    assert static.write(prompts, 10) == plain.write(prompts, 10)
    assert not static.steady.cache.is_initialized


def test_the_memory_is_made_once_and_lies_where_it_lay(static):
    places = set()
    for pieces in PROMPTS:
        tokens(static, pieces)
        places.add(tuple(layer.keys.data_ptr() for layer in static.steady.cache.layers))
    assert len(places) == 1
    assert {layer.keys.shape[2] for layer in static.steady.cache.layers} == {ROOM}


# -- whoever has it -------------------------------------------------------------------------------


def test_who_comes_while_it_is_taken_gets_a_memory_of_his_own(static, expected):
    first = static._greedy(*static.splice(PROMPTS[0]), MANY)
    second = static._greedy(*static.splice(PROMPTS[2]), MANY)
    mixed = [(int(one[0]), int(two[0])) for one, two in zip(first, second, strict=True)]
    assert [list(each) for each in zip(*mixed, strict=True)] == [expected[0], expected[2]]


def test_threads_never_share_it(static, expected):
    found, gate = {}, threading.Barrier(len(PROMPTS))

    def answer(at: int) -> None:
        gate.wait()
        found[at] = [tokens(static, PROMPTS[at]) for _ in range(3)]

    threads = [threading.Thread(target=answer, args=(at,)) for at in range(len(PROMPTS))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {at: [expected[at]] * 3 for at in range(len(PROMPTS))}


def test_an_answer_that_is_left_gives_it_back(static, expected):
    left = static._greedy(*static.splice(PROMPTS[2]), MANY)
    next(left)
    with static.steady.lent() as taken:
        assert taken is None
    left.close()
    with static.steady.lent() as taken:
        assert taken is static.steady
    assert tokens(static, PROMPTS[1]) == expected[1]


def seen(many: int) -> Rows:
    return Rows("sight", np.ones((many, 24), np.float32))


def test_a_prompt_too_long_for_it_is_one_sentence(static, expected):
    assert static.room == ROOM
    with pytest.raises(PresetError, match=f"{ROOM} tokens leaves no room for an answer in {ROOM}"):
        next(static.stream([seen(ROOM - 1)], 5))  # one more begins the text
    assert len(tokens(static, [seen(ROOM - 11)], 100)) == 10
    assert tokens(static, PROMPTS[0]) == expected[0]


# -- compiled -------------------------------------------------------------------------------------


def test_the_step_is_compiled_once_for_all_prompts(plain, expected):
    counter = CompileCounter()
    fast = endless(compiled(plain, ROOM, backend=counter))
    for _ in range(2):
        assert [tokens(fast, pieces) for pieces in PROMPTS] == expected
    assert counter.frame_count == 1 and not fast.steady.why


def test_every_compiled_step_is_made_by_one_thread_whoever_asks(plain, expected, monkeypatch):
    made, stepped = [], steadies._stepped
    monkeypatch.setattr(
        steadies, "_stepped", lambda *given: made.append(threading.get_ident()) or stepped(*given)
    )
    fast, found = endless(compiled(plain, ROOM, backend="eager")), []
    writing = fast._greedy(*fast.splice(PROMPTS[1]), MANY)
    for _ in range(MANY):  # as a page reads an answer: each token in a thread of its own
        reading = threading.Thread(target=lambda: found.append(int(next(writing)[0])))
        reading.start()
        reading.join()
    assert found == expected[1]
    assert len(set(made)) == 1 and len(made) == 1 + steadies.TRIED + MANY - 1
    assert made[0] != threading.get_ident()


def test_what_can_not_be_compiled_is_told_and_goes_on_as_it_is(plain, expected, caplog):
    def broken(graph, given):
        raise OSError("no compiler is here")

    slow = endless(compiled(plain, ROOM, backend=broken))
    assert [tokens(slow, pieces) for pieces in PROMPTS] == expected
    assert "no compiler is here" in slow.steady.why
    [said] = [each for each in caplog.records if each.name == steadies.__name__]
    assert "is not compiled" in said.getMessage()
    unknown = endless(compiled(plain, ROOM, mode="fastest"))
    assert tokens(unknown, PROMPTS[1]) == expected[1] and "fastest" in unknown.steady.why


@pytest.mark.slow
@pytest.mark.skipif(not shutil.which("g++"), reason="no C++ compiler is here")
def test_machine_code_writes_the_same(plain, expected):
    fast = endless(compiled(plain, ROOM))
    assert [tokens(fast, pieces) for pieces in PROMPTS] == expected
    assert not fast.steady.why


# -- the setting ----------------------------------------------------------------------------------


def test_the_setting_decides_and_by_itself_the_device_does(plain, monkeypatch):
    assert decoding(plain, "auto", ROOM) is plain and decoding(plain, "eager", ROOM) is plain
    static = decoding(plain, "static", 1 << 20)
    assert static.room == static.steady.size == plain.room == tiny_llama.ROOM
    made = []
    monkeypatch.setattr(narrators, "compiled", lambda *given, **options: made.append(options))
    monkeypatch.setattr(Narrator, "slow", property(lambda self: False))
    decoding(plain, "auto", ROOM)
    decoding(plain, "compiled", ROOM)
    assert made == [narrators.COMPILED] * 2
    with pytest.raises(PresetError, match=r"narrator\.decoding=fast is not possible"):
        decoding(plain, "fast", ROOM)
