"""Two decoders over the frames of a video: how much each second matters, and what is told of it.

After VTSUM-BLIP (Lin et al., "VideoXum: Cross-modal Visual and Textural Summarization of Videos",
2023): rows of a frozen BLIP, one a second, go through a temporal transformer and attention within
a window; a line scores them, and BLIP's text decoder reads them. In front of it a memory may
complete the rows. Every part may be left out, and learning and use take the same way.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor, nn

from summarizer import checkpoint
from summarizer.errors import PresetError, WeightsError
from summarizer.models.loading import quiet
from summarizer.models.saliency.events import Edges
from summarizer.models.saliency.memory import Memory, Recall
from summarizer.models.saliency.temporal import Near, Temporal, begun
from summarizer.models.small import likeness

HOTTEST = 100.0  # that a likeness is multiplied with
IGNORED = -100  # of a label


@dataclass(frozen=True)
class Shape:
    """What there is and how large; the sizes are those of VTSUM-BLIP."""

    width: int = 768  # numbers of a row
    heads: int = 12
    layers: int = 1  # of the temporal transformer; 0: there is none
    room: int = 512  # places that are learned
    within: int = 0  # rows of the temporal transformer's window; 0: all
    kernel: int = 5  # rows of the local attention's window; 0: there is none
    slots: int = 0  # of the memory; 0: there is none
    edges: bool = False  # whether it says where events end
    common: int = 0  # numbers in which chosen frames and text are compared; 0: they are not
    vocabulary: int = 30_524
    text_width: int = 768
    text_inner: int = 3072
    text_layers: int = 12
    text_heads: int = 12
    text_room: int = 512
    tied: bool = True  # words are written with the vectors they are read with
    start: int = 30_522  # tokens: what a text begins with,
    end: int = 102  # ends with,
    filler: int = 0  # and what stands behind it

    def __post_init__(self):
        if min(self.width, self.heads, self.room, self.text_width, self.text_layers) < 1:
            raise PresetError("width, heads, room and layers of text must be 1 or more")
        if min(self.layers, self.slots, self.common) < 0:
            raise PresetError("layers, slots and common are 0 or more")


def small(tokenizer, width: int, **others) -> Shape:
    """One that learns from nothing on a CPU, for that tokenizer."""
    sizes = dict(
        width=width,
        heads=4,
        room=128,
        text_width=128,
        text_inner=512,
        text_layers=2,
        text_heads=4,
        text_room=160,
        vocabulary=len(tokenizer),
        start=tokenizer.bos_token_id,
        end=tokenizer.eos_token_id,
        filler=tokenizer.pad_token_id,
    )
    return Shape(**(sizes | others))


class Seen(NamedTuple):
    """What is known of the frames (batch, rows, ...)."""

    states: Tensor  # (batch, rows, width)
    saliency: Tensor  # (batch, rows) logits
    edges: Tensor | None  # (batch, rows - 1) logits


class Dual(nn.Module):
    def __init__(self, shape: Shape):
        super().__init__()
        self.shape = shape
        width, heads = shape.width, shape.heads
        self.memory = Memory(shape.slots, width) if shape.slots else None
        self.temporal = (
            Temporal(width, heads, shape.layers, room=shape.room, kernel=shape.within)
            if shape.layers
            else None
        )
        self.near = Near(width, heads, shape.kernel) if shape.kernel else None
        self.saliency = nn.Linear(width, 1)
        begun(self.saliency)
        self.edges = Edges(width) if shape.edges else None
        self.agreement = Agreement(width, shape.text_width, shape.common) if shape.common else None
        self.text = text_decoder(shape)

    def forward(self, rows: Tensor, there: Tensor) -> Seen:
        """rows (batch, rows, width); there (batch, rows) bool, True at least once a video."""
        states = self.states(rows, there)
        edges = self.edges(states) if self.edges is not None else None
        return Seen(states, self.saliency(states)[..., 0], edges)

    def states(self, rows: Tensor, there: Tensor) -> Tensor:
        """The frames as both decoders read them."""
        rows = self._timed(rows, there)
        return rows if self.near is None else self.near(rows, there)

    def _timed(self, rows: Tensor, there: Tensor) -> Tensor:
        rows = rows if self.memory is None else self.memory(rows)
        return rows if self.temporal is None else self.temporal(rows, there)

    # -- the text -------------------------------------------------------------------------------

    def words(self, tokens: Tensor, states: Tensor, there: Tensor) -> Tensor:
        """(batch, tokens, vocabulary) logits of what comes behind each token."""
        return self.text(
            input_ids=tokens,
            attention_mask=self._written(tokens),
            encoder_hidden_states=states,
            encoder_attention_mask=there.long(),
            use_cache=False,
        ).logits

    def tell(
        self,
        states: Tensor,
        there: Tensor,
        prompt: Tensor,
        *,
        beams: int = 3,
        least: int = 10,
        most: int = 128,
    ) -> Tensor:
        """(batch, tokens) behind the prompts (batch, tokens), the likeliest that the beams find."""
        shape, room = self.shape, self.shape.text_room - prompt.shape[1]
        if room < 1:
            raise PresetError(
                f"a prompt of {prompt.shape[1]} tokens leaves no room for a text among "
                f"{shape.text_room}; shorten what stands in front"
            )
        with torch.no_grad():
            found = self.text.generate(
                input_ids=prompt,
                attention_mask=torch.ones_like(prompt),
                encoder_hidden_states=states,
                encoder_attention_mask=there.long(),
                num_beams=beams,
                do_sample=False,
                min_new_tokens=min(least, most, room),
                max_new_tokens=min(most, room),
                eos_token_id=shape.end,
                pad_token_id=shape.filler,
            )
        return found[:, prompt.shape[1] :]

    def _written(self, tokens: Tensor) -> Tensor:
        """1 up to the last token that is no filler: another may have the same number within."""
        filled = (tokens != self.shape.filler).long()
        return filled.flip(1).cummax(1).values.flip(1)

    # -- to be looked at --------------------------------------------------------------------------

    def map(self, rows: Tensor, there: Tensor) -> Tensor | None:
        """(batch, rows, kernel): how much each second reads of those around it."""
        with torch.no_grad():
            return None if self.near is None else self.near.map(self._timed(rows, there), there)

    def recall(self, rows: Tensor) -> Recall | None:
        """What the memory knows of each row."""
        with torch.no_grad():
            return None if self.memory is None else self.memory.recall(rows)


class Agreement(nn.Module):
    """How well the frames that are chosen and the words that are told find each other in a batch.

    The frames are those that come in, and the words have seen none: the one tie between them is
    which frames are chosen.
    """

    def __init__(self, width: int, text_width: int, common: int):
        super().__init__()
        self.seen = nn.Linear(width, common)
        self.told = nn.Linear(text_width, common)
        self.log_scale = nn.Parameter(torch.tensor(2.659))  # 1 / 0.07, as in CLIP

    def forward(self, rows: Tensor, chosen: Tensor, words: Tensor, told: Tensor) -> Tensor:
        """The sum over the batch of the loss of telling which text is whose, both ways.

        rows (batch, rows, width) and the logits (batch, rows) by which they are chosen, minus
        infinity where there is none; vectors of words (batch, tokens, text width), told (batch,
        tokens) bool which of them are of the text.
        """
        frames = (chosen.softmax(-1)[..., None] * rows).sum(1)
        told = told / told.sum(1, keepdim=True).clamp(min=1)
        text = (told[..., None] * words).sum(1)
        own = torch.eye(len(rows), dtype=torch.bool, device=rows.device)
        scale = self.log_scale.exp().clamp(max=HOTTEST)
        return likeness(self.seen(frames), self.told(text), scale, own)


def text_decoder(shape: Shape) -> nn.Module:
    """BLIP's text decoder, with the frames as what it looks at, that knows nothing yet."""
    from transformers import BlipTextConfig, BlipTextLMHeadModel

    config = BlipTextConfig(
        vocab_size=shape.vocabulary,
        hidden_size=shape.text_width,
        encoder_hidden_size=shape.width,
        intermediate_size=shape.text_inner,
        projection_dim=shape.text_width,
        num_hidden_layers=shape.text_layers,
        num_attention_heads=shape.text_heads,
        max_position_embeddings=shape.text_room,
        bos_token_id=shape.start,
        eos_token_id=shape.end,
        sep_token_id=shape.end,
        pad_token_id=shape.filler,
        tie_word_embeddings=shape.tied,
    )
    with quiet():
        made = BlipTextLMHeadModel(config)
    for layer in made.bert.encoder.layer:
        layer.crossattention.self.register_forward_pre_hook(_looking, with_kwargs=True)
    return made


def _looking(part: nn.Module, given: tuple, named: dict) -> tuple[tuple, dict]:
    """transformers 5.23 hands the mask of the frames to a layer that looks for it under another
    name, so that padding would be looked at, too."""
    return given, named | {"encoder_attention_mask": named["attention_mask"]}


# -- texts ----------------------------------------------------------------------------------------


class Words:
    """Texts as tokens, with what stands in front of them."""

    def __init__(self, tokenizer, shape: Shape, opening: str = "a video of"):
        self.tokenizer, self.shape, self.opening = tokenizer, shape, opening

    def prompt(self, lines: Sequence[str] = ()) -> list[int]:
        """The start and the opening, behind as many of the lines that were said as fit half."""
        opening, half = self._read(self.opening), self.shape.text_room // 2
        said = self._read(" ".join(lines))[: max(0, half - len(opening) - 1)]
        return [self.shape.start, *said, *opening]

    def lesson(self, text: str, lines: Sequence[str] = (), most: int = 128) -> tuple[list, list]:
        """Tokens and, of each, the label: nothing of the prompt is to be told."""
        prompt = self.prompt(lines)
        room = min(most, self.shape.text_room - len(prompt) - 1)
        told = [*self._read(text)[:room], self.shape.end]
        return prompt + told, [IGNORED] * len(prompt) + told

    def text(self, tokens: Sequence[int]) -> str:
        """What is told up to its end."""
        tokens = list(tokens)
        if self.shape.end in tokens:
            tokens = tokens[: tokens.index(self.shape.end)]
        return " ".join(self.tokenizer.decode(tokens, skip_special_tokens=True).split())

    def _read(self, text: str) -> list[int]:
        return self.tokenizer(text, add_special_tokens=False).input_ids if text else []


# -- on disk --------------------------------------------------------------------------------------


def save(
    folder: Path,
    trained: nn.Module | Mapping[str, Tensor],
    shape: Shape,
    made: Mapping[str, str],
    metrics: Mapping,
) -> None:
    """Keep one; `made`: "rows", by which weights the rows were made that it was trained on, and
    "words", its tokenizer as JSON where no published one is used."""
    checkpoint.save(folder, trained, {"shape": asdict(shape), **made}, metrics)


def load(folder: Path, rows: str) -> tuple[Dual, str]:
    """The model of a checkpoint for rows by these weights, and its own tokenizer, or nothing."""
    config = checkpoint.describe(folder).config
    if config.get("rows") != rows:
        raise WeightsError(
            f"the checkpoint {folder.name} was trained on rows by {str(config.get('rows'))[:60]} "
            f"and not by {rows[:60]}; get one that was"
        )
    try:
        dual = Dual(Shape(**config["shape"]))
    except (KeyError, TypeError, ValueError, RuntimeError, PresetError):
        raise WeightsError(
            f"the config.json of the checkpoint {folder.name} does not say how its model is "
            "shaped; get the checkpoint again"
        ) from None
    checkpoint.load(folder, dual)
    return dual.eval().requires_grad_(False), str(config.get("words", ""))


def tokenizer_from(text: str):
    """A tokenizer out of its JSON, as `save` keeps it."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    try:
        json.loads(text)
        made = Tokenizer.from_str(text)
    except Exception as error:  # the library raises plain ones
        raise WeightsError(
            f"the words of the checkpoint can't be read: {str(error)[:100]}; get it again"
        ) from None
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
        clean_up_tokenization_spaces=False,
    )
