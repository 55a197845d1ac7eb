"""A language model of Llama's kind that writes out of text and of what the senses saw and heard.

Padding is a mask, never a token, so what ends an answer can be learnt and is always recognised.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from summarizer.errors import PresetError
from summarizer.models.loading import alone, quiet
from summarizer.models.steady import Steady

IGNORED = -100  # a label that teaches nothing
BITS = (0, 4, 8, 16, 32)
ADAPTER = "adapter_model.safetensors"
BROKEN = "\ufffd"  # what a character reads as whose bytes are not all there yet
ENDLESS = 1 << 40
DECODING = ("auto", "eager", "static", "compiled")
COMPILED = {"mode": "reduce-overhead"}  # with CUDA graphs: a step is hundreds of small kernels
# buffers that older versions saved; they are computed
HARMLESS = (r"model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq",)
PLACE = "(((what is asked)))"  # stands for the user's words while a template is taken apart


@dataclass(frozen=True, eq=False)
class Rows:
    """Tokens of a sense, to be projected into the language model's own."""

    sense: str  # "sight", "sound"
    values: object  # (tokens, width found): an array or a tensor

    def __len__(self) -> int:
        return len(self.values)


Piece = str | Rows


@dataclass(frozen=True)
class Lora:
    """How much of the model an adapter may change."""

    rank: int = 16
    alpha: int = 32
    dropout: float = 0.1
    targets: tuple[str, ...] = ("q_proj", "k_proj", "v_proj")

    @staticmethod
    def of(settings) -> "Lora":
        """As NarratorConfig says with its settings that begin with `lora_`."""
        return Lora(
            settings.lora_rank, settings.lora_alpha, settings.lora_dropout, settings.lora_targets
        )


@alone
def load_narrator(
    folder: Path,
    device: str = "auto",
    *,
    bits: int = 0,
    adapter: Path | None = None,
    projectors: Mapping[str, Callable] | None = None,
) -> "Narrator":
    """The model of a folder in the hub's format, from safetensors only.

    On "auto" it is spread over the GPUs there are. A weight has 16 bits on a GPU and 32 elsewhere,
    or as many as `bits` says; 4 or 8 need bitsandbytes and a GPU.
    """
    import torch
    from transformers import AutoModelForCausalLM

    from summarizer.models.loading import loaded

    wanted = device_of(device)
    on_gpu = wanted.startswith("cuda")
    half = bits == 16 or (bits != 32 and on_gpu)
    options = {"dtype": torch.bfloat16 if half else torch.float32}
    if on_gpu:
        options["device_map"] = "auto" if device == "auto" else {"": wanted}
    options |= _quantized(bits, on_gpu)
    model = loaded(AutoModelForCausalLM, folder, HARMLESS, **options)
    tokenizer = load_tokenizer(folder)
    if adapter is not None:
        model = _adapted(model, adapter)
    return Narrator(model, tokenizer, dict(projectors or {}))


@alone
def load_tokenizer(folder: Path):
    """What the model of a folder reads text with, without the model."""
    from transformers import AutoTokenizer

    try:
        with quiet():
            tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception as error:  # of many kinds, for files that are damaged or missing
        raise _damaged(folder, "tokenizer", error) from error
    tokenizer.model_max_length = ENDLESS  # a prompt that is too long is only counted
    return tokenizer


@alone
def room_of(folder: Path) -> int:
    """Tokens that a prompt and its answer may have together for the model of a folder."""
    from transformers import AutoConfig

    try:
        config = AutoConfig.from_pretrained(folder, local_files_only=True)
        return int(config.max_position_embeddings)
    except Exception as error:  # as above
        raise _damaged(folder, "config", error) from error


def _damaged(folder: Path, what: str, error: Exception) -> PresetError:
    text = " ".join(str(error).split())[:300]
    return PresetError(f"{folder} has no usable {what}: {text}; get its weights again")


def device_of(device: str) -> str:
    """The kind of device that "auto" stands for here; any other stays what it is."""
    import torch

    return "cuda" if device == "auto" and torch.cuda.is_available() else device


def _quantized(bits: int, on_gpu: bool) -> dict:
    """What from_pretrained needs to be told for weights of so many bits."""
    if bits not in BITS:
        raise PresetError(
            f"weights of {bits} bits are not possible; there are 4, 8, 16 and 32, and 0 for what "
            "fits the device best"
        )
    if bits not in (4, 8):
        return {}
    if find_spec("bitsandbytes") is None or not on_gpu:
        raise PresetError(
            f"weights of {bits} bits need a CUDA GPU and bitsandbytes: pip install bitsandbytes, "
            "or set narrator.bits=0"
        )
    from transformers import BitsAndBytesConfig

    return {"quantization_config": BitsAndBytesConfig(**{f"load_in_{bits}bit": True})}


# -- adapters -------------------------------------------------------------------------------------


def with_lora(narrator: "Narrator", lora: Lora | None = None) -> "Narrator":
    """The narrator with a fresh adapter, which changes nothing yet; only it can be trained."""
    from peft import LoraConfig, get_peft_model

    lora = lora or Lora()
    config = LoraConfig(
        task_type="CAUSAL_LM",
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        bias="none",
        target_modules=list(lora.targets),
    )
    with quiet():
        return narrator.having(get_peft_model(narrator.model, config).eval())


def save_adapter(narrator: "Narrator", folder: Path) -> None:
    """Write the adapter alone; where its base lay is nobody's business."""
    for config in narrator.model.peft_config.values():
        config.base_model_name_or_path = ""
    narrator.model.save_pretrained(str(folder), safe_serialization=True)


def merged(narrator: "Narrator") -> "Narrator":
    """The narrator with its adapter worked into its weights, which costs nothing more at use."""
    return narrator.having(narrator.model.merge_and_unload().eval())


def _adapted(model, adapter: Path):
    from peft import PeftModel

    if not (adapter / ADAPTER).is_file():  # peft would go on to look for a pickle
        raise PresetError(f"{adapter} has no {ADAPTER}, so it is no adapter that can be loaded")
    with quiet():
        return PeftModel.from_pretrained(model, str(adapter), is_trainable=False).eval()


# -- the narrator ---------------------------------------------------------------------------------


def decoding(narrator: "Narrator", how: str, room: int) -> "Narrator":
    """The narrator with another way from token to token, in a room of so many tokens at most.

    "eager" lets its memory grow, "static" keeps one of one size, "compiled" also compiles the step
    over it, once; "auto" is compiled on a GPU and eager elsewhere.
    """
    if how not in DECODING:
        raise PresetError(
            f"narrator.decoding={how[:40]} is not possible; there are {', '.join(DECODING)}"
        )
    if how == "compiled" or (how == "auto" and not narrator.slow):
        return compiled(narrator, room, **COMPILED)
    if how == "static":
        return _steady(narrator, room, None)
    return narrator


def compiled(narrator: "Narrator", room: int = 0, **options) -> "Narrator":
    """The narrator with its step compiled as torch.compile's options say, once for all prompts."""
    return _steady(narrator, room, options)


def _steady(narrator: "Narrator", room: int, options: Mapping | None) -> "Narrator":
    size = min(room or narrator.room, narrator.room)
    steady = Steady(narrator.model, size, options)
    return Narrator(narrator.model, narrator.tokenizer, narrator.projectors, steady)


class Words:
    """Pieces as the tokens of a tokenizer: all of a narrator that needs no weights."""

    tokenizer: object

    @cached_property
    def start(self) -> list[int]:
        """What begins every text."""
        tokenizer = self.tokenizer
        return [token for token in tokenizer("").input_ids if token == tokenizer.bos_token_id]

    def frame(self, system: str) -> tuple[str, str] | None:
        """What the model's own template puts before and after a user's words; None: it has none."""
        if not self.tokenizer.chat_template:
            return None
        from jinja2 import TemplateError

        user = {"role": "user", "content": PLACE}
        try:
            text = self._templated([{"role": "system", "content": system}, user])
        except TemplateError:  # some know no system
            text = self._templated([{"role": "user", "content": f"{system}\n\n{PLACE}"}])
        before, _, after = text.partition(PLACE)
        return before, after

    def _templated(self, messages: list[dict]) -> str:
        return self.tokenizer.apply_chat_template(
            messages, tokenize=False, add_generation_prompt=True
        )

    def tokens(self, pieces: Sequence[Piece]) -> list[list[int] | Rows]:
        """The pieces with text as tokens: what begins a text stands once, at the very start."""
        found: list[list[int] | Rows] = []
        for piece in _joined(pieces):
            if isinstance(piece, Rows):
                found.append(piece)
                continue
            found.append(self.tokenizer(piece, add_special_tokens=False).input_ids)
        if self.start and not (found and found[0] and _begins(found[0], self.start)):
            found.insert(0, list(self.start))
        return found

    def count(self, pieces: Sequence[Piece]) -> int:
        """How many tokens the pieces are to the model, exactly."""
        return sum(len(each) for each in self.tokens(pieces))


@dataclass(eq=False)
class Narrator(Words):
    """Reads pieces of text and of the senses in any order, and writes on, token by token."""

    model: object
    tokenizer: object
    projectors: Mapping[str, Callable] = field(default_factory=dict)  # (n, found) to (n, width)
    steady: Steady | None = None  # memory that one answer after the other is written with

    def __post_init__(self):
        ends = self.model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        self.ends = frozenset({*ends, self.tokenizer.eos_token_id} - {None})

    def having(self, model) -> "Narrator":
        """The same with another model in place of its own, and no memory yet."""
        return Narrator(model, self.tokenizer, self.projectors)

    @property
    def room(self) -> int:
        """Tokens that a prompt and its answer may have together."""
        most = self.model.config.max_position_embeddings
        return min(most, self.steady.size) if self.steady else most

    @property
    def slow(self) -> bool:
        """Whether reading takes long enough to read less."""
        return self.model.device.type == "cpu"

    @property
    def senses(self) -> frozenset[str]:
        """The senses it can read."""
        return frozenset(self.projectors)

    @property
    def width(self) -> int:
        return self.model.config.hidden_size

    # -- reading ------------------------------------------------------------------------------

    def splice(self, *prompts: Sequence[Piece]):
        """Each prompt as the model reads it, padded on the left.

        Gives embeddings (prompts, tokens, width) and a mask (prompts, tokens) of what is there.
        """
        return _padded([self._embedded(self.tokens(pieces)) for pieces in prompts])

    def _embedded(self, tokens: Sequence[list[int] | Rows]):
        import torch

        table = self.model.get_input_embeddings()
        device, dtype = table.weight.device, table.weight.dtype
        rows = [torch.zeros(0, self.width, device=device, dtype=dtype)]
        for each in tokens:
            if isinstance(each, Rows):
                rows.append(self._projected(each).to(device, dtype))
            else:
                rows.append(table(torch.tensor(each, dtype=torch.long, device=device)).to(dtype))
        return torch.cat(rows)

    def _projected(self, rows: Rows):
        import torch

        if rows.sense not in self.projectors:
            known = ", ".join(self.projectors) or "none"
            raise PresetError(
                f"the narrator has no projector for {rows.sense!r}; it has {known}: train one, or "
                "use the prompt that is all text"
            )
        values = torch.as_tensor(rows.values)
        projector = self.projectors[rows.sense]
        where = next(iter(getattr(projector, "parameters", lambda: iter(()))()), values)
        return projector(values.to(where.device))

    # -- writing ------------------------------------------------------------------------------

    def stream(
        self,
        pieces: Sequence[Piece],
        most: int,
        stop: Callable[[], bool] = lambda: False,
    ) -> Iterator[str]:
        """The likeliest answer of at most so many tokens, as text, as it is written.

        It ends when the model ends it, when `stop` says so between two tokens, or when closed.
        """
        return readable(self._answer(pieces, most, stop), self._text)

    def write(self, prompts: Sequence[Sequence[Piece]], most: int) -> list[str]:
        """The likeliest answers to several prompts at once."""
        answers: list[list[int]] = [[] for _ in prompts]
        ended = [False] * len(answers)
        for tokens in self._greedy(*self.splice(*prompts), most):
            for row, token in enumerate(tokens.tolist()):
                ended[row] = ended[row] or token in self.ends
                if not ended[row]:
                    answers[row].append(token)
            if all(ended):
                break
        return [self._text(answer) for answer in answers]

    def _answer(self, pieces: Sequence[Piece], most: int, stop: Callable) -> Iterator[int]:
        for tokens in self._greedy(*self.splice(pieces), most):
            token = int(tokens[0])
            if token in self.ends or stop():
                return
            yield token

    def _text(self, tokens: Sequence[int]) -> str:
        return self.tokenizer.decode(
            tokens, skip_special_tokens=True, clean_up_tokenization_spaces=False
        )

    def _greedy(self, embeds, mask, most: int) -> Iterator:
        """(prompts,) the likeliest next token, again and again; from a cache of what was read."""
        import torch
        from transformers import DynamicCache

        read = mask.shape[1]
        most = min(most, self.room - read)
        if most <= 0:
            raise PresetError(
                f"a prompt of {read} tokens leaves no room for an answer in {self.room}"
            )
        with self._lent(len(embeds)) as steady:
            size = steady.size if steady else read + most
            cache = steady.cache if steady else DynamicCache(config=self.model.config)
            # what is to come counts as there: each token only ever looks back
            mask = torch.nn.functional.pad(mask, (0, size - read), value=1)
            places = (mask.cumsum(1) - 1).clamp(min=0)
            feed, step = {"inputs_embeds": embeds}, self.model.forward
            first, last = 0, read
            for _ in range(most):
                with torch.no_grad():
                    logits = step(
                        **feed,
                        attention_mask=mask if steady else mask[:, :last],
                        position_ids=places[:, first:last],
                        past_key_values=cache,
                        use_cache=True,
                        logits_to_keep=1,
                    ).logits
                tokens = logits[:, -1].argmax(-1)
                yield tokens
                feed = {"input_ids": tokens[:, None]}
                step = steady.step if steady else self.model.forward
                first, last = last, last + 1

    def _lent(self, prompts: int) -> AbstractContextManager[Steady | None]:
        """The steady memory, if there is one, nobody has it, and one prompt alone is read."""
        return self.steady.lent() if self.steady and prompts == 1 else nullcontext()

    # -- learning -----------------------------------------------------------------------------

    def lesson(self, pairs: Sequence[tuple[Sequence[Piece], str]]):
        """Prompts with their answers, to learn from: embeddings, mask, and labels as a tensor."""
        import torch

        answers = [
            self.tokenizer(answer, add_special_tokens=False).input_ids for _, answer in pairs
        ]
        end = self.tokenizer.eos_token_id
        prompts = [self.tokens(pieces) for pieces, _ in pairs]
        embeds, mask = _padded(
            [
                self._embedded([*prompt, [*answer, end]])
                for prompt, answer in zip(prompts, answers, strict=True)
            ]
        )
        lengths = [sum(map(len, prompt)) for prompt in prompts]
        taught = torch.from_numpy(labels(lengths, answers, end))
        return embeds, mask, taught.to(mask.device)


def labels(prompts: Sequence[int], answers: Sequence[Sequence[int]], end: int) -> np.ndarray:
    """What is to be learnt, a row for each prompt of so many tokens and its answer's tokens.

    The answer and the token that ends it count; the prompt and the padding on the left don't.
    """
    longest = max(
        (prompt + len(answer) + 1 for prompt, answer in zip(prompts, answers, strict=True)),
        default=0,
    )
    rows = np.full((len(answers), longest), IGNORED, np.int64)
    for row, answer in zip(rows, answers, strict=True):
        row[longest - len(answer) - 1 :] = [*answer, end]
    return rows


def readable(tokens: Iterable[int], decode: Callable[[Sequence[int]], str]) -> Iterator[str]:
    """The text of tokens, each character as soon as all of its bytes are there."""
    held: list[int] = []  # the tokens last read, before `known`, and those not yet read
    known, before = 0, ""
    for token in tokens:
        held.append(token)
        text = decode(held)
        if len(text) > len(before) and not text.endswith(BROKEN):
            yield text[len(before) :]
            held, known = held[known:], len(held) - known
            before = decode(held)
    if rest := decode(held)[len(before) :]:
        yield rest


def _joined(pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces without empty ones, neighbouring text as one: its tokens don't know the seams."""
    text = ""
    for piece in pieces:
        if isinstance(piece, str):
            text += piece
        elif len(piece):
            if text:
                yield text
            yield piece
            text = ""
    if text:
        yield text


def _begins(first: list[int] | Rows, start: list[int]) -> bool:
    return isinstance(first, list) and first[: len(start)] == start


def _padded(rows: Sequence):
    import torch

    longest = max(len(row) for row in rows)
    pad = torch.nn.functional.pad
    embeds = torch.stack([pad(row, (0, 0, longest - len(row), 0)) for row in rows])
    mask = torch.zeros(embeds.shape[:2], dtype=torch.long, device=embeds.device)
    for here, row in zip(mask, rows, strict=True):
        here[longest - len(row) :] = 1
    return embeds, mask
