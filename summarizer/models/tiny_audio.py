"""Random MERT, CLAP and BLIP, 32 wide, saved as the hub's folders are: real code, small numbers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from summarizer.models.loading import quiet

WIDE = 32
SEED = 20_260_101
WORDS = """a an the of on in at with and is are man woman child dog cat bird car street tree sky
sea field grass house room table red green blue white black walking standing sitting holding"""


def save_mert(folder: Path, *, old: bool = False, stable: bool = False) -> Path:
    """As m-a-p/MERT-v1-95M is published; `old` as a pickle with the names of its time.

    `stable` has the layer norms where the 330M has them.
    """
    from transformers import HubertConfig, HubertModel

    config = HubertConfig(
        hidden_size=WIDE,
        intermediate_size=2 * WIDE,
        num_hidden_layers=3,
        num_attention_heads=2,
        conv_dim=[WIDE // 4] * 7,
        num_conv_pos_embeddings=16,
        num_conv_pos_embedding_groups=4,
        do_stable_layer_norm=stable,
    )
    with _made(folder):
        model = HubertModel(config)
    if old:
        import torch

        names = {"parametrizations.weight.original0": "weight_g"}
        names |= {"parametrizations.weight.original1": "weight_v"}
        state = {}
        for name, weight in model.state_dict().items():
            for new, before in names.items():
                name = name.replace(new, before)
            state[name] = weight.clone()
        torch.save(state, folder / "pytorch_model.bin")
    else:
        with quiet():
            model.save_pretrained(folder)
    published = config.to_dict() | {
        "model_type": "mert_model",
        "architectures": ["MERTModel"],
        "auto_map": {"AutoModel": "modeling_MERT.MERTModel"},  # its code is never run
        "feature_extractor_cqt": False,
        "deepnorm": False,
        "attention_relax": 32.0 if stable else -1.0,
        "sample_rate": 24_000,
    }
    _write(folder / "config.json", published)
    _write(
        folder / "preprocessor_config.json",
        {
            "feature_extractor_type": "Wav2Vec2FeatureExtractor",
            "feature_size": 1,
            "sampling_rate": 24_000,
            "do_normalize": True,
            "padding_value": 0,
            "return_attention_mask": True,
        },
    )
    return folder


def save_clap(folder: Path) -> Path:
    """As laion/clap-htsat-unfused is published."""
    from transformers import ClapConfig, ClapFeatureExtractor, ClapModel, RobertaTokenizer

    letters = ["<s>", "<pad>", "</s>", "<unk>", *_bytes(), "<mask>"]
    tokenizer = RobertaTokenizer(
        vocab={letter: index for index, letter in enumerate(letters)}, merges=[]
    )
    audio = {
        "hidden_size": WIDE,
        "patch_embeds_hidden_size": WIDE // 8,  # doubled between its four stages
        "depths": [1, 1, 2, 1],
        "num_attention_heads": [1, 1, 2, 2],
        "num_classes": 5,
    }
    text = {
        "vocab_size": len(letters),
        "hidden_size": WIDE,
        "intermediate_size": 2 * WIDE,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 66,
    }
    config = ClapConfig(text_config=text, audio_config=audio, projection_dim=WIDE)
    with _made(folder):
        ClapModel(config).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    ClapFeatureExtractor(frequency_min=50, truncation="rand_trunc").save_pretrained(folder)
    return folder


def save_blip(folder: Path) -> Path:
    """As Salesforce/blip-image-captioning-base is published, with pictures of 64 pixels."""
    from transformers import (
        BertTokenizer,
        BlipConfig,
        BlipForConditionalGeneration,
        BlipImageProcessor,
        BlipProcessor,
    )

    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *WORDS.split()]
    ids = {word: index for index, word in enumerate(words)}
    tokenizer = BertTokenizer(vocab=ids, do_lower_case=True)
    text = {
        "vocab_size": len(words) + 2,  # its marks for decoding and encoding are not in the list
        "hidden_size": WIDE,
        "intermediate_size": 2 * WIDE,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 64,
        "bos_token_id": len(words),
        "eos_token_id": ids["[CLS]"],  # so it is in the published one: it is never reached
        "sep_token_id": ids["[SEP]"],
        "pad_token_id": ids["[PAD]"],
        "initializer_range": 0.5,  # so that different pictures get different words
    }
    sight = {
        "hidden_size": WIDE,
        "intermediate_size": 2 * WIDE,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 64,
        "patch_size": 16,
        "initializer_range": 0.5,
    }
    config = BlipConfig(text_config=text, vision_config=sight, projection_dim=WIDE)
    with _made(folder):
        BlipForConditionalGeneration(config).save_pretrained(folder)
    images = BlipImageProcessor(size={"height": 64, "width": 64})
    BlipProcessor(images, tokenizer).save_pretrained(folder)
    images.save_pretrained(folder)
    return folder


@contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The same random numbers each time, and nobody else's disturbed; the folder is there."""
    import torch

    folder.mkdir(parents=True, exist_ok=True)
    with torch.random.fork_rng(devices=[]), quiet():
        torch.manual_seed(SEED)
        yield


def _bytes() -> list[str]:
    """A letter for each byte, as byte-level tokenizers write them."""
    from tokenizers.pre_tokenizers import ByteLevel

    return sorted(ByteLevel.alphabet())


def _write(path: Path, values: dict) -> None:
    path.write_text(json.dumps(values, indent=2, default=str), encoding="utf-8")
