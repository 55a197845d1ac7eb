"""The large models' own classes, small enough to be trained here from nothing.

Each is saved in its hub's folder format, in half precision, and loaded by the door of the large
one: `load_eye`, `load_ear`, `load_narrator`.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from summarizer.models.loading import quiet
from summarizer.models.vision import CONFIG, WEIGHTS

SPECIAL = ("<unk>", "<s>", "</s>")  # at the places where Llama and Vicuna have them
END = "</s>"
RATE = 24_000  # samples a second that the ear hears, as MERT
NEVER = -1e4  # a logit that comes to nothing beside any other


@dataclass(frozen=True)
class EyeShape:
    """Of a CLIP: its picture half, a residual network, and its text half."""

    size: int = 128  # pixels, both ways: 32 times as many as there are patches
    width: int = 16  # of the first layers; patches are 32 times as wide
    layers: tuple[int, int, int, int] = (1, 1, 1, 1)
    heads: int = 8
    text_width: int = 128
    text_layers: int = 3
    text_heads: int = 4
    words: int = 32  # tokens of a text, at most
    common: int = 128  # numbers that picture and text have in common


@dataclass(frozen=True)
class EarShape:
    """Of a MERT."""

    width: int = 128
    layers: int = 3
    heads: int = 4
    convolutions: tuple[int, ...] = (16, 32, 48, 64, 64, 64, 64)  # the first see the most


@dataclass(frozen=True)
class TellerShape:
    """Of a Llama."""

    width: int = 192
    layers: int = 6
    heads: int = 6
    room: int = 1024  # tokens


# -- words ----------------------------------------------------------------------------------------


def tokenizer_of(texts: Iterable[str], words: int, *, ends_highest: bool = False):
    """A byte-pair vocabulary of so many words, learned from the texts; any text can be written.

    CLIP takes what a text means from where its highest token stands, so there the end is that.
    """
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE(unk_token=SPECIAL[0]))
    digits = pre_tokenizers.Digits()  # "07" may become one word: times are found again by it
    letters = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.pre_tokenizer = pre_tokenizers.Sequence([digits, letters])
    made.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=words,
        special_tokens=list(SPECIAL[:2] if ends_highest else SPECIAL),
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    made.train_from_iterator(texts, trainer)
    if ends_highest:
        made.add_special_tokens([END])
    start, end = made.token_to_id("<s>"), made.token_to_id(END)
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>" if ends_highest else "<s> $A",
        special_tokens=[("<s>", start), ("</s>", end)],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token=END,
        pad_token="<unk>",
        clean_up_tokenization_spaces=False,
    )


# -- the eye --------------------------------------------------------------------------------------


def eye_settings(shape: EyeShape, words: int) -> dict:
    """As open_clip's own configurations are written."""
    return {
        "model_cfg": {
            "embed_dim": shape.common,
            "vision_cfg": {
                "image_size": shape.size,
                "layers": list(shape.layers),
                "width": shape.width,
                "head_width": 32 * shape.width // shape.heads,
            },
            "text_cfg": {
                "context_length": shape.words,
                "vocab_size": words,
                "width": shape.text_width,
                "heads": shape.text_heads,
                "layers": shape.text_layers,
                "hf_tokenizer_name": "tokenizer.json",  # it lies in the same folder
            },
        },
        "preprocess_cfg": {"mean": [0.5] * 3, "std": [0.5] * 3, "interpolation": "bicubic"},
    }


def eye_of(shape: EyeShape, words: int) -> nn.Module:
    """A CLIP that knows nothing yet."""
    from open_clip import CLIP

    config = eye_settings(shape, words)["model_cfg"]
    text = {k: v for k, v in config["text_cfg"].items() if k != "hf_tokenizer_name"}
    made = CLIP(config["embed_dim"], config["vision_cfg"], text)
    return made.to(memory_format=torch.channels_last)  # processors convolve that faster


def save_eye(folder: Path, model: nn.Module, shape: EyeShape, tokenizer) -> None:
    """Write it with its tokenizer, as a folder on the hub would be."""
    from safetensors.torch import save_file

    folder.mkdir(parents=True, exist_ok=True)
    state = {name: each.detach().half().contiguous() for name, each in model.state_dict().items()}
    save_file(state, folder / WEIGHTS, metadata={"format": "pt"})
    config = json.dumps(eye_settings(shape, len(tokenizer)), indent=2)
    (folder / CONFIG).write_text(config, encoding="utf-8")
    tokenizer.save_pretrained(folder)


def likeness(one: Tensor, other: Tensor, scale: Tensor, same: Tensor) -> Tensor:
    """The sum of the contrastive loss over a batch, both ways, by CLIP's formula (Radford et al.,
    2021); `same` (n, n) marks pairs that mean the same, which are no mistakes."""
    logits = scale * _likened(one, other)
    right = torch.arange(len(logits), device=logits.device)
    others = same & ~torch.eye(len(logits), dtype=torch.bool, device=logits.device)
    logits = logits.masked_fill(others, float("-inf"))
    loss = nn.functional.cross_entropy
    return (loss(logits, right, reduction="sum") + loss(logits.T, right, reduction="sum")) / 2


def _likened(one: Tensor, other: Tensor) -> Tensor:
    """The cosines, in full precision, whatever the rest is computed in."""
    with torch.autocast(one.device.type, enabled=False):
        return normalize(one.float(), dim=-1) @ normalize(other.float(), dim=-1).T


def naming(one: Tensor, other: Tensor, scale: Tensor, true: Tensor) -> Tensor:
    """The sum over what is likened of how much what is false of it (n, m) comes before what is
    true, and the same of each text; what nothing is true of counts nothing."""
    logits = scale * _likened(one, other)
    return (_before(logits, true) + _before(logits.T, true.T) * len(one) / len(other)) / 2


def _before(logits: Tensor, true: Tensor) -> Tensor:
    false = logits.masked_fill(true, NEVER).logsumexp(1, keepdim=True)
    each = nn.functional.softplus(false - logits) * true
    return (each.sum(1) / true.sum(1).clamp(min=1)).sum()


# -- the ear --------------------------------------------------------------------------------------


def ear_of(shape: EarShape) -> nn.Module:
    """A HuBERT with MERT's layout that knows nothing yet: 75 frames a second of 24 kHz."""
    from transformers import HubertConfig, HubertModel

    config = HubertConfig(
        hidden_size=shape.width,
        intermediate_size=4 * shape.width,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        conv_dim=list(shape.convolutions),
        num_conv_pos_embeddings=32,
        num_conv_pos_embedding_groups=8,
        apply_spec_augment=False,
        layerdrop=0.0,
        hidden_dropout=0.0,
        activation_dropout=0.0,
        attention_dropout=0.0,
        feat_proj_dropout=0.0,
    )
    with quiet():
        return HubertModel(config)


def save_ear(folder: Path, model: nn.Module) -> None:
    from copy import deepcopy

    folder.mkdir(parents=True, exist_ok=True)
    with quiet():
        deepcopy(model).half().save_pretrained(folder)
    hears = {
        "feature_extractor_type": "Wav2Vec2FeatureExtractor",
        "feature_size": 1,
        "sampling_rate": RATE,
        "do_normalize": True,
    }
    (folder / "preprocessor_config.json").write_text(json.dumps(hears, indent=2), encoding="utf-8")


# -- the teller -----------------------------------------------------------------------------------


def teller_of(shape: TellerShape, words: int) -> nn.Module:
    """A Llama that knows nothing yet; it writes with the vectors it reads with."""
    from transformers import LlamaConfig, LlamaForCausalLM

    config = LlamaConfig(
        vocab_size=words,
        hidden_size=shape.width,
        intermediate_size=8 * shape.width // 3 // 32 * 32,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        num_key_value_heads=shape.heads,
        max_position_embeddings=shape.room,
        rms_norm_eps=1e-5,
        tie_word_embeddings=True,
        bos_token_id=1,
        eos_token_id=2,
        pad_token_id=0,
    )
    with quiet():
        return LlamaForCausalLM(config)


def save_teller(folder: Path, model: nn.Module, tokenizer) -> None:
    from copy import deepcopy

    folder.mkdir(parents=True, exist_ok=True)
    with quiet():
        deepcopy(model).half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
