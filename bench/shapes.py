"""What is measured on a GPU: the models of `studio` with random weights, and a video made for them.

Weights don't change speed. All is built where it will run, at its true size, or 32 numbers wide.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import numpy as np

from summarizer.models.narrator import Narrator, Piece, Rows
from summarizer.schema import (
    Answer,
    Curve,
    Event,
    Highlight,
    Line,
    Perception,
    Preference,
    Saliency,
    Summary,
    Track,
    Video,
)

ROOT = Path(__file__).parent.parent
TEXTS = ("README.md", "NOTES.md", "CONTRIBUTING.md")  # English a vocabulary is learnt from
WORDS = 32_000
SEED = 5
LEFT_TO_WORK = 3e9  # bytes beside the weights of the language model, at the very least


@dataclass(frozen=True)
class Size:
    """How large everything is."""

    tiny: bool
    frames: int  # looked at in a run
    sound: int  # seconds listened to in a run
    video: int  # seconds of the video that is told of
    answer: int  # tokens
    sight: int  # numbers in a token of a picture
    tune: int  # numbers in a token of sound
    patches: int  # of a picture
    copied: int  # bytes, to measure the memory


TRUE = Size(False, 256, 300, 600, 200, 1024, 768, 256, 1 << 30)
TINY = Size(True, 4, 6, 30, 8, 32, 32, 49, 1 << 24)

# the layouts of these are compared with what is published in tests/models/layouts
MERT = {
    "conv_bias": False,
    "feat_extract_norm": "group",
    "feat_proj_layer_norm": True,
    "do_stable_layer_norm": False,
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "num_conv_pos_embeddings": 128,
    "num_conv_pos_embedding_groups": 16,
}
VICUNA = {
    "vocab_size": WORDS,
    "hidden_size": 4096,
    "intermediate_size": 11_008,
    "num_hidden_layers": 32,
    "num_attention_heads": 32,
    "num_key_value_heads": 32,
    "max_position_embeddings": 4096,
    "rms_norm_eps": 1e-5,
    "tie_word_embeddings": False,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "pad_token_id": 0,
}


# -- models ---------------------------------------------------------------------------------------


def eye_of(size: Size, device: str):
    """CLIP: ViT-L-14, as summarizer.models.vision loads it."""
    from summarizer.models import tiny_vision, vision

    if size.tiny:
        with tempfile.TemporaryDirectory() as folder:
            tiny_vision.save(Path(folder))
            return vision.load_eye(Path(folder), device)
    import logging

    import open_clip

    logging.getLogger().setLevel(logging.ERROR)  # it warns that the weights are random
    model = open_clip.create_model("ViT-L-14", precision=vision._precision(device), device=device)
    prepare = vision._preparation(Path("ViT-L-14"), model.visual.preprocess_cfg)
    tokenizer = open_clip.get_tokenizer("ViT-L-14")
    return vision.Eye(model.eval().requires_grad_(False), tokenizer, prepare)


def ear_of(size: Size, device: str):
    """MERT-95M, as summarizer.models.audio loads it."""
    from summarizer.models.audio import Ear, load_ear

    if size.tiny:
        from summarizer.models import tiny_audio

        with tempfile.TemporaryDirectory() as folder:
            return load_ear(tiny_audio.save_mert(Path(folder)), device)
    from transformers import HubertConfig, HubertModel

    from summarizer.models.loading import placed, quiet

    with quiet():
        model = HubertModel(HubertConfig(**MERT))
    model = placed(model.eval().requires_grad_(False), device)
    return Ear(model, rate=24_000, normalise=True, tokens_a_second=2.0, batch=8)


def narrator_of(size: Size, device: str) -> Narrator:
    """A Llama as large as Vicuna-7B that reads sight and sound, as an adapted one does."""
    import torch

    from summarizer.models.projector import Projector

    torch.manual_seed(SEED)
    narrator = _tiny_narrator(device) if size.tiny else _vicuna(device)
    widths = {"sight": size.sight, "sound": size.tune}
    narrator.projectors = {
        name: Projector(width, narrator.width).to(device).requires_grad_(False)
        for name, width in widths.items()
    }
    narrator.ends = frozenset()  # it writes on for as long as it is asked to
    return narrator


def _tiny_narrator(device: str) -> Narrator:
    from summarizer.models import tiny_llama
    from summarizer.models.narrator import load_narrator

    with tempfile.TemporaryDirectory() as folder:
        return load_narrator(tiny_llama.save(Path(folder)), device)


def _vicuna(device: str) -> Narrator:
    import torch
    from transformers import AutoModelForCausalLM, LlamaConfig

    from summarizer.models.loading import quiet

    config = LlamaConfig(**VICUNA)
    if device.startswith("cuda"):
        needed = 2 * numbers(config) + LEFT_TO_WORK
        free, _ = torch.cuda.mem_get_info()
        if free < needed:
            raise MemoryError(
                f"a Llama of that size needs {needed / 1e9:.0f} GB and {free / 1e9:.0f} are free"
            )
    with quiet(), torch.device(device):  # made there, so that nothing of it is in this memory
        model = AutoModelForCausalLM.from_config(
            config, dtype=torch.bfloat16, attn_implementation="sdpa"
        )
    model = model.eval().requires_grad_(False)
    return Narrator(model, tokenizer_of(WORDS))


def numbers(config) -> int:
    """How many weights a Llama of that configuration has."""
    wide, deep = config.hidden_size, config.intermediate_size
    heads = config.num_key_value_heads / config.num_attention_heads
    layer = int(wide * wide * (2 + 2 * heads)) + 3 * wide * deep + 2 * wide
    return config.num_hidden_layers * layer + 2 * config.vocab_size * wide + wide


def tokenizer_of(words: int):
    """A vocabulary learnt from what this project says of itself, filled up with made-up words."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    made = Tokenizer(models.BPE())
    made.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = decoders.ByteLevel()
    made.train(
        [str(ROOT / name) for name in TEXTS if (ROOT / name).is_file()],
        trainers.BpeTrainer(
            vocab_size=words,
            special_tokens=["<unk>", "<s>", "</s>"],
            initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
            show_progress=False,
        ),
    )
    made.add_tokens([f" word{number}" for number in range(made.get_vocab_size(), words)])
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A", special_tokens=[("<s>", 1)]
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=made,
        unk_token="<unk>",
        bos_token="<s>",
        eos_token="</s>",
        pad_token="<unk>",
        clean_up_tokenization_spaces=False,
    )


# -- what they are given --------------------------------------------------------------------------


def pictures(size: Size) -> np.ndarray:
    """(frames, 224, 224, 3) uint8, as the sense of sight hands them over."""
    random = np.random.default_rng(SEED)
    return random.integers(0, 256, (size.frames, 224, 224, 3), dtype=np.uint8)


def noise(size: Size, rate: int) -> np.ndarray:
    """Mono float32 sound."""
    random = np.random.default_rng(SEED)
    return random.uniform(-0.5, 0.5, size.sound * rate).astype(np.float32)


def perceived(size: Size, kept: int, tokens_a_second: float) -> Perception:
    """A video as `studio` perceives it: events, curves, lines, `kept` tokens of each picture."""
    random = np.random.default_rng(SEED)
    seconds = size.video
    video = Video(
        "made.mp4", "0" * 64, float(seconds), (1280, 720), Fraction(30), 0, Fraction(1), True
    )
    sight = random.normal(size=(seconds * kept, size.sight)).astype("f2")
    heard = int(seconds * tokens_a_second)
    tune = random.normal(size=(heard, size.tune)).astype("f2")
    tracks = (
        Track("patches", np.repeat(np.arange(seconds) + 0.5, kept), sight, "made"),
        Track("tune", np.arange(heard) / tokens_a_second, tune, "made"),
    )
    return Perception(
        video, tuple(_events(seconds)), tuple(_curves(seconds)), _lines(seconds), tracks
    )


def _events(seconds: int) -> Iterator[Event]:
    edges = [*range(0, seconds - 3, 6), seconds]
    return (Event(float(start), float(end)) for start, end in pairwise(edges))


def _curves(seconds: int) -> Iterator[Curve]:
    time = np.arange(seconds)
    for number, name in enumerate(("loudness", "movement", "music", "speech")):
        values = 0.5 + 0.45 * np.sin(time / (7 + 4 * number))
        yield Curve(name, name, tuple(values.tolist()))


def _lines(seconds: int) -> tuple[Line, ...]:
    return tuple(
        Line(float(at), at + 4.0, f"This is what is said at second {at} of the video.", "subtitles")
        for at in range(2, seconds - 4, 8)
    )


def wished(perception: Perception) -> Summary:
    """A wish over that video, and what was chosen for it."""
    seconds = int(perception.video.seconds)
    return Summary(
        perception.video,
        Preference(want="the most exciting moments"),
        Answer("found", seconds=seconds / 6),
        Saliency(perception.curves[:1], (1.0,)),
        tuple(
            Highlight(float(at), at + 6.0, 0.8, "loud moments") for at in range(6, seconds - 6, 36)
        ),
    )


def prompt_of(narrator: Narrator, perception: Perception) -> list[Piece]:
    """The fused prompt, as telling makes it."""
    from summarizer.config import NarratorConfig
    from summarizer.stages.narrate.asking import vicuna
    from summarizer.stages.narrate.prompt import Reader, fused
    from summarizer.stages.narrate.sensed import senses_of

    reader = Reader(
        narrator.count, lambda rules: narrator.frame(rules) or vicuna(rules), NarratorConfig()
    )
    return fused(perception, wished(perception), reader, senses_of(perception))


def unmerged(pieces: list[Piece], patches: int, width: int) -> list[Piece]:
    """The same prompt with all patches of one picture in each section: nothing is merged."""
    whole = np.random.default_rng(SEED).normal(size=(patches, width)).astype(np.float32)
    return [
        Rows("sight", whole) if isinstance(piece, Rows) and piece.sense == "sight" else piece
        for piece in pieces
    ]
