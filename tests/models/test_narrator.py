"""The narrator, on a random Llama 32 wide that is loaded through the same door as a real one."""

import json
import shutil

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from summarizer.errors import PresetError
from summarizer.models import tiny_llama
from summarizer.models.narrator import (
    IGNORED,
    Lora,
    Narrator,
    Rows,
    labels,
    load_narrator,
    merged,
    readable,
    save_adapter,
    with_lora,
)
from summarizer.models.projector import Projector

PROMPT = "The music plays. Somebody talks: “größer 🐧”. Then what? "
FOUND = 24  # numbers in a token of sight or sound


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tiny_llama.save(tmp_path_factory.mktemp("tiny") / "llama")


@pytest.fixture(scope="module")
def narrator(folder):
    torch.manual_seed(5)
    senses = {sense: Projector(FOUND, tiny_llama.WIDE) for sense in ("sight", "sound")}
    return load_narrator(folder, "cpu", projectors=senses)


@pytest.fixture
def fresh(folder):
    return load_narrator(folder, "cpu")


def rows(sense: str, count: int, seed: int = 0) -> Rows:
    return Rows(sense, np.random.default_rng(seed).normal(size=(count, FOUND)).astype(np.float32))


def logits(narrator: Narrator, pieces) -> torch.Tensor:
    embeds, mask = narrator.splice(pieces)
    with torch.no_grad():
        return narrator.model(inputs_embeds=embeds, attention_mask=mask).logits[0]


def by_hand(narrator: Narrator, pieces, most: int) -> str:
    """Without a cache: everything is read anew for each token."""
    embeds, _ = narrator.splice(pieces)
    table, answer = narrator.model.get_input_embeddings(), []
    for _ in range(most):
        with torch.no_grad():
            token = int(narrator.model(inputs_embeds=embeds).logits[0, -1].argmax())
        if token in narrator.ends:
            break
        answer.append(token)
        embeds = torch.cat([embeds, table(torch.tensor([[token]]))], 1)
    return narrator.tokenizer.decode(answer, skip_special_tokens=True)


def ending(narrator: Narrator, pieces, after: int) -> Narrator:
    """The narrator, with the token it would write after so many as what ends its answers."""
    written: list[int] = []
    for tokens in narrator._greedy(*narrator.splice(pieces), after + 1):
        written.append(int(tokens[0]))
    found = Narrator(narrator.model, narrator.tokenizer, narrator.projectors)
    found.ends = frozenset(written[after:])
    assert written.index(written[after]) > 2
    return found


# -- reading --------------------------------------------------------------------------------------


def test_text_alone_is_read_as_the_tokenizer_reads_it(narrator):
    plain = narrator.tokenizer(PROMPT, return_tensors="pt").input_ids
    embeds, mask = narrator.splice([PROMPT[:9], "", PROMPT[9:20], PROMPT[20:]])
    assert torch.equal(embeds, narrator.model.get_input_embeddings()(plain))
    assert mask.tolist() == [[1] * plain.shape[1]]
    assert narrator.count([PROMPT]) == plain.shape[1]
    assert plain[0, 0] == narrator.tokenizer.bos_token_id


def test_a_text_that_begins_as_texts_do_is_not_begun_twice(narrator):
    assert narrator.count([f"<s>{PROMPT}"]) == narrator.count([PROMPT])


@pytest.mark.parametrize(
    "pieces",
    [
        ["[00:01]", rows("sight", 4), rows("sound", 2), "[00:05]", rows("sight", 7, 1), "So?"],
        ["[00:01]", rows("sound", 2), rows("sight", 4), "So?"],
        [rows("sight", 5), "So?"],
        [rows("sound", 1)],
        ["[00:01]", rows("sight", 0), rows("sound", 3), "So?"],
        ["Only words."],
        [],
    ],
)
def test_pieces_stand_where_they_were_put(narrator, pieces):
    table, parts = narrator.model.get_input_embeddings(), [[narrator.tokenizer.bos_token_id]]
    expected = [table(torch.tensor(parts[0]))]
    for piece in pieces:
        if isinstance(piece, Rows):
            values = torch.tensor(piece.values).reshape(-1, FOUND)
            expected += [narrator.projectors[piece.sense](values)]
        else:
            tokens = narrator.tokenizer(piece, add_special_tokens=False).input_ids
            expected += [table(torch.tensor(tokens))]
    expected = torch.cat(expected)
    embeds, mask = narrator.splice(pieces)
    torch.testing.assert_close(embeds[0], expected)
    assert mask.all() and mask.shape == embeds.shape[:2]
    assert narrator.count(pieces) == len(expected)


def test_the_order_and_what_is_seen_matter(narrator):
    one, two = rows("sight", 4), rows("sound", 4)
    first = logits(narrator, ["[00:01]", one, two, "So?"])[-1]
    assert not torch.allclose(first, logits(narrator, ["[00:01]", two, one, "So?"])[-1])
    assert not torch.allclose(first, logits(narrator, ["[00:01]", one, "So?"])[-1])


def test_a_sense_without_projector_is_an_error(narrator):
    with pytest.raises(PresetError, match=r"no projector for 'smell'; it has sight, sound"):
        narrator.splice([rows("smell", 2)])


def test_a_callable_projects_too(narrator):
    pad = Narrator(narrator.model, narrator.tokenizer, {"sight": lambda found: found[:, :1] * 0})
    with pytest.raises(RuntimeError):
        pad.splice([rows("sight", 2)])  # not as wide as the model
    wide = {"sight": lambda found: torch.zeros(len(found), 32)}
    embeds, _ = Narrator(narrator.model, narrator.tokenizer, wide).splice([rows("sight", 2)])
    assert not embeds[0, 1:].any()


# -- writing --------------------------------------------------------------------------------------


def test_with_a_cache_it_writes_as_without(narrator):
    pieces = ["[00:01]", rows("sight", 5), rows("sound", 3), PROMPT]
    text = "".join(narrator.stream(pieces, 40))
    assert text and text == by_hand(narrator, pieces, 40)


def test_it_writes_as_generate_does(narrator):
    embeds, mask = narrator.splice([PROMPT])
    made = narrator.model.generate(
        inputs_embeds=embeds, attention_mask=mask, max_new_tokens=30, do_sample=False
    )
    assert "".join(narrator.stream([PROMPT], 30)) == narrator.tokenizer.decode(
        made[0], skip_special_tokens=True
    )


def test_a_batch_writes_what_each_does_alone(narrator):
    prompts = [
        ["So?"],
        [PROMPT * 3],
        ["[00:01]", rows("sight", 5), "What is seen? "],
        [rows("sound", 30), PROMPT],
    ]
    assert narrator.write(prompts, 25) == ["".join(narrator.stream(each, 25)) for each in prompts]


def test_a_batch_goes_on_where_one_has_ended(narrator):
    short = ending(narrator, ["So?"], 4)
    prompts = [["So?"], [PROMPT]]
    alone = ["".join(short.stream(each, 25)) for each in prompts]
    assert short.write(prompts, 25) == alone
    assert len(alone[0]) < len("".join(narrator.stream(["So?"], 25)))


def test_padding_is_masked_and_on_the_left(narrator):
    embeds, mask = narrator.splice(["So?"], [PROMPT])
    spare = int((mask[0] == 0).sum())
    assert spare and mask[0].tolist() == sorted(mask[0].tolist())
    assert not embeds[0, :spare].any()
    embeds[0, :spare] = 1e3  # whatever stands there is not seen
    places = (mask.cumsum(1) - 1).clamp(min=0)
    with torch.no_grad():
        padded = narrator.model(inputs_embeds=embeds, attention_mask=mask, position_ids=places)
    torch.testing.assert_close(padded.logits[0, -1], logits(narrator, ["So?"])[-1])


def test_what_ends_an_answer_ends_it(narrator):
    short = ending(narrator, [PROMPT], 5)
    whole = "".join(narrator.stream([PROMPT], 20))
    text = "".join(short.stream([PROMPT], 20))
    assert whole.startswith(text) and len(text) < len(whole)


def test_the_real_end_is_known_and_is_no_padding(narrator):
    assert narrator.tokenizer.eos_token_id in narrator.ends
    assert narrator.tokenizer.pad_token_id not in narrator.ends


def test_it_can_be_stopped_between_tokens(narrator):
    asked = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 3

    assert "".join(narrator.stream([PROMPT], 50, stop)) == "".join(narrator.stream([PROMPT], 3))
    begun = narrator.stream([PROMPT], 50)
    next(begun)
    begun.close()


def test_an_answer_never_leaves_its_room(narrator):
    pieces = [rows("sight", narrator.room - 11)]  # one more begins the text
    written = sum(1 for _ in narrator._greedy(*narrator.splice(pieces), 100))
    assert written == 10
    with pytest.raises(PresetError, match="4097 tokens leaves no room for an answer in 4096"):
        next(narrator.stream([rows("sight", narrator.room)], 5))


# -- text as it is written ------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(st.text(max_size=40))
def test_characters_of_many_bytes_come_whole(folder_tokenizer, text):
    tokens = folder_tokenizer(text, add_special_tokens=False).input_ids
    pieces = list(readable(iter(tokens), folder_tokenizer.decode))
    assert "".join(pieces) == folder_tokenizer.decode(tokens)
    assert "\ufffd" in text or not any("\ufffd" in piece for piece in pieces)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(3, 400), max_size=60))
def test_bytes_that_are_no_text_come_out_as_they_decode(folder_tokenizer, tokens):
    pieces = list(readable(iter(tokens), folder_tokenizer.decode))
    assert "".join(pieces) == folder_tokenizer.decode(tokens)


@pytest.fixture(scope="module")
def folder_tokenizer(narrator):
    return narrator.tokenizer


@pytest.mark.parametrize("text", ["größer als 🐧!", "日本語", "two  blanks", "plain words"])
def test_a_vocabulary_like_vicunas_streams_as_it_decodes(text):
    """Blanks are signs there, and letters that are no pieces fall into bytes."""
    from transformers import LlamaTokenizer

    letters = [*["<unk>", "<s>", "</s>"], *(f"<0x{byte:02X}>" for byte in range(256))]
    letters += ["▁", *"abcdefghijklmnopqrstuvwxyz!"]
    vicuna = LlamaTokenizer(vocab={each: at for at, each in enumerate(letters)}, merges=[])
    tokens = vicuna(text, add_special_tokens=False).input_ids
    pieces = list(readable(iter(tokens), vicuna.decode))
    assert "".join(pieces) == vicuna.decode(tokens) == text
    assert not any("\ufffd" in piece for piece in pieces)


def test_a_letter_is_not_held_back(folder_tokenizer):
    tokens = iter(folder_tokenizer("ab", add_special_tokens=False).input_ids)
    assert next(readable(tokens, folder_tokenizer.decode)) == "a"


# -- templates ------------------------------------------------------------------------------------


def test_a_template_of_its_own_is_taken_apart(fresh):
    assert fresh.frame("Be brief.") is None
    fresh.tokenizer.chat_template = (
        "{% for m in messages %}<|{{ m.role }}|>{{ m.content | trim }}<|end|>{% endfor %}"
        "{% if add_generation_prompt %}<|assistant|>{% endif %}"
    )
    assert fresh.frame("Be brief.") == (
        "<|system|>Be brief.<|end|><|user|>",
        "<|end|><|assistant|>",
    )


def test_a_template_without_a_system_still_tells_it(fresh):
    fresh.tokenizer.chat_template = (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no system') }}{% endif %}"
        "[INST]{{ messages[0].content }}[/INST]"
    )
    assert fresh.frame("Be brief.") == ("[INST]Be brief.\n\n", "[/INST]")


# -- adapters -------------------------------------------------------------------------------------


def trained(narrator: Narrator, lora: Lora | None = None) -> Narrator:
    """With an adapter that changes something, as if it had been trained."""
    adapted = with_lora(narrator, lora)
    torch.manual_seed(3)
    with torch.no_grad():
        for name, weight in adapted.model.named_parameters():
            if "lora_B" in name:
                weight.normal_(std=0.2)
    return adapted


def test_a_fresh_adapter_changes_nothing_and_is_all_that_can_be_trained(fresh):
    before = logits(fresh, [PROMPT])
    adapted = with_lora(fresh)
    torch.testing.assert_close(logits(adapted, [PROMPT]), before)
    trainable = {
        name: weight for name, weight in adapted.model.named_parameters() if weight.requires_grad
    }
    assert all("lora_" in name for name in trainable)
    parts = {name.split(".self_attn.")[1].split(".")[0] for name in trainable}
    assert parts == {"q_proj", "k_proj", "v_proj"}
    assert len(trainable) == 2 * 3 * 2  # two matrices, three targets, two layers
    assert {min(weight.shape) for weight in trainable.values()} == {16}


def test_rank_and_targets_are_settings(fresh):
    adapted = with_lora(fresh, Lora(rank=4, alpha=8, targets=("o_proj",)))
    names = [name for name, weight in adapted.model.named_parameters() if weight.requires_grad]
    assert len(names) == 4 and all(".o_proj." in name for name in names)


def test_a_saved_adapter_gives_the_same_when_loaded(fresh, folder, tmp_path):
    plain = logits(fresh, [PROMPT])
    adapted = trained(fresh)
    expected = logits(adapted, [PROMPT])
    assert not torch.allclose(plain, expected, atol=1e-2)
    save_adapter(adapted, tmp_path / "adapter")
    again = load_narrator(folder, "cpu", adapter=tmp_path / "adapter")
    torch.testing.assert_close(logits(again, [PROMPT]), expected, rtol=0, atol=0)
    said = json.loads((tmp_path / "adapter" / "adapter_config.json").read_text())
    assert not said["base_model_name_or_path"]
    assert "".join(again.stream([PROMPT], 20)) == by_hand(adapted, [PROMPT], 20)


def test_a_merged_adapter_gives_the_same(fresh):
    adapted = trained(fresh)
    expected = logits(adapted, [PROMPT])
    whole = merged(adapted)
    torch.testing.assert_close(logits(whole, [PROMPT]), expected, rtol=1e-4, atol=1e-4)
    assert not any("lora_" in name for name, _ in whole.model.named_parameters())


def test_an_adapter_as_a_pickle_is_not_loaded(folder, tmp_path):
    torch.save({}, tmp_path / "adapter_model.bin")
    with pytest.raises(PresetError, match=r"has no adapter_model\.safetensors"):
        load_narrator(folder, "cpu", adapter=tmp_path)


# -- learning -------------------------------------------------------------------------------------


def test_labels_teach_the_answer_and_its_end_alone():
    rows = labels([3, 1], [[7, 8], [9]], end=2)
    assert rows.tolist() == [
        [IGNORED, IGNORED, IGNORED, 7, 8, 2],
        [IGNORED, IGNORED, IGNORED, IGNORED, 9, 2],
    ]
    assert labels([], [], end=2).shape == (0, 0)
    assert labels([2], [[]], end=2).tolist() == [[IGNORED, IGNORED, 2]]


def test_a_lesson_is_padded_masked_and_ends(narrator):
    pairs = [([PROMPT, rows("sight", 3)], "[00:01-00:02] So."), (["Hm?"], "No.")]
    embeds, mask, taught = narrator.lesson(pairs)
    assert embeds.shape[:2] == mask.shape == taught.shape
    end = narrator.tokenizer.eos_token_id
    for (pieces, answer), row, there in zip(pairs, taught, mask, strict=True):
        tokens = narrator.tokenizer(answer, add_special_tokens=False).input_ids
        assert row[row != IGNORED].tolist() == [*tokens, end]
        assert int(there.sum()) == narrator.count(pieces) + len(tokens) + 1
        assert not ((row != IGNORED) & (there == 0)).any()


def test_the_end_of_an_answer_can_be_learnt(fresh):
    adapted = with_lora(fresh, Lora(rank=16, dropout=0.0, targets=("q_proj", "v_proj", "o_proj")))
    embeds, mask, taught = adapted.lesson([(["So?"], "Yes."), (["And so, what then?"], "No.")])
    torch.manual_seed(0)
    weights = [weight for weight in adapted.model.parameters() if weight.requires_grad]
    optimizer = torch.optim.Adam(weights, lr=2e-2)
    for _ in range(120):
        loss = adapted.model(inputs_embeds=embeds, attention_mask=mask, labels=taught).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    assert "".join(adapted.stream(["So?"], 30)) == "Yes."
    assert adapted.write([["So?"], ["And so, what then?"]], 30) == ["Yes.", "No."]


# -- loading --------------------------------------------------------------------------------------


def test_the_tiny_model_is_the_same_each_time(folder, tmp_path):
    again = tiny_llama.save(tmp_path / "again")
    for file in folder.iterdir():
        assert (again / file.name).read_bytes() == file.read_bytes(), file.name


def test_only_safetensors_are_loaded(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    (copy / "model.safetensors").unlink()
    torch.save({}, copy / "pytorch_model.bin")
    with pytest.raises(PresetError, match=r"has no model\.safetensors"):
        load_narrator(copy, "cpu")


def test_weights_that_do_not_fit_are_named(folder, tmp_path):
    from safetensors.torch import load_file, save_file

    copy = shutil.copytree(folder, tmp_path / "copy")
    state = load_file(copy / "model.safetensors")
    state["model.layers.0.self_attn.rotary_emb.inv_freq"] = torch.ones(4)  # harmless
    save_file(state, copy / "model.safetensors", metadata={"format": "pt"})
    load_narrator(copy, "cpu")
    del state["model.norm.weight"]
    state["model.extra.weight"] = torch.ones(2)
    save_file(state, copy / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(PresetError, match=r"missing model\.norm\.weight; unexpected model\.extra"):
        load_narrator(copy, "cpu")


def test_a_folder_without_tokenizer_is_an_error(folder, tmp_path):
    copy = shutil.copytree(folder, tmp_path / "copy")
    for name in ("tokenizer.json", "tokenizer_config.json"):
        (copy / name).unlink()
    with pytest.raises(PresetError, match="no usable tokenizer"):
        load_narrator(copy, "cpu")


def test_fewer_bits_need_what_is_not_here(folder):
    with pytest.raises(PresetError, match=r"4 bits need a CUDA GPU and bitsandbytes: pip install"):
        load_narrator(folder, "cpu", bits=4)
    with pytest.raises(PresetError, match="weights of 3 bits are not possible; there are 4, 8"):
        load_narrator(folder, "cpu", bits=3)


def test_in_half_precision_it_reads_nearly_the_same(folder, narrator):
    half = load_narrator(folder, "cpu", bits=16, projectors=narrator.projectors)
    assert half.model.dtype == torch.bfloat16 and narrator.model.dtype == torch.float32
    pieces = ["[00:01]", rows("sight", 5), PROMPT]
    assert half.splice(pieces)[0].dtype == torch.bfloat16
    near = logits(half, pieces)[-1].float() - logits(narrator, pieces)[-1]
    assert near.abs().max() < 0.1 * logits(narrator, pieces)[-1].std()
    assert "".join(half.stream(pieces, 5))
