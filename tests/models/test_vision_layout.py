"""The real CLIP models at their true size, without weights, against what is published of them.

Two sources, neither of them open_clip's code. The names and shapes are those that CLIP's authors
gave their modules (github.com/openai/CLIP, clip/model.py, commit 0845fc46), which open_clip's
checkpoints keep. And the sizes are those of the published safetensors files to the byte: such a
file is a list of all names, shapes and places, and 4 bytes a number, so another layout would
have to be just as long. The settings are the open_clip_config.json of the two repositories
(laion/CLIP-ViT-L-14-laion2B-s32B-b82K at ffcbdd7a; for ViT-B-32 that of a copy).
"""

import json
import math

import pytest
import torch

WORDS, LONGEST, PICTURE = 49_408, 77, 224
MODELS = {
    "laion/CLIP-ViT-B-32-laion2B-s34B-b79K": {
        "embed_dim": 512,
        "vision_cfg": {"image_size": PICTURE, "layers": 12, "width": 768, "patch_size": 32},
        "text_cfg": {
            "context_length": LONGEST,
            "vocab_size": WORDS,
            "width": 512,
            "heads": 8,
            "layers": 12,
        },
    },
    "laion/CLIP-ViT-L-14-laion2B-s32B-b82K": {
        "embed_dim": 768,
        "vision_cfg": {"image_size": PICTURE, "layers": 24, "width": 1024, "patch_size": 14},
        "text_cfg": {
            "context_length": LONGEST,
            "vocab_size": WORDS,
            "width": 768,
            "heads": 12,
            "layers": 12,
        },
    },
}
BYTES = {
    "laion/CLIP-ViT-B-32-laion2B-s34B-b79K": 605_143_316,
    "laion/CLIP-ViT-L-14-laion2B-s32B-b82K": 1_710_517_748,
}


def block(name: str, width: int) -> dict[str, tuple[int, ...]]:
    return {
        f"{name}.ln_1.weight": (width,),
        f"{name}.ln_1.bias": (width,),
        f"{name}.attn.in_proj_weight": (3 * width, width),
        f"{name}.attn.in_proj_bias": (3 * width,),
        f"{name}.attn.out_proj.weight": (width, width),
        f"{name}.attn.out_proj.bias": (width,),
        f"{name}.ln_2.weight": (width,),
        f"{name}.ln_2.bias": (width,),
        f"{name}.mlp.c_fc.weight": (4 * width, width),
        f"{name}.mlp.c_fc.bias": (4 * width,),
        f"{name}.mlp.c_proj.weight": (width, 4 * width),
        f"{name}.mlp.c_proj.bias": (width,),
    }


def published(settings: dict) -> dict[str, tuple[int, ...]]:
    """Names and shapes as CLIP's authors have them."""
    embed, sight, text = settings["embed_dim"], settings["vision_cfg"], settings["text_cfg"]
    wide, patch, read = sight["width"], sight["patch_size"], text["width"]
    shapes = {
        "positional_embedding": (LONGEST, read),
        "text_projection": (read, embed),
        "logit_scale": (),
        "visual.class_embedding": (wide,),
        "visual.positional_embedding": ((PICTURE // patch) ** 2 + 1, wide),
        "visual.proj": (wide, embed),
        "visual.conv1.weight": (wide, 3, patch, patch),
        "visual.ln_pre.weight": (wide,),
        "visual.ln_pre.bias": (wide,),
        "visual.ln_post.weight": (wide,),
        "visual.ln_post.bias": (wide,),
        "token_embedding.weight": (WORDS, read),
        "ln_final.weight": (read,),
        "ln_final.bias": (read,),
    }
    for layer in range(sight["layers"]):
        shapes |= block(f"visual.transformer.resblocks.{layer}", wide)
    for layer in range(text["layers"]):
        shapes |= block(f"transformer.resblocks.{layer}", read)
    return shapes


def size_as_safetensors(shapes: dict[str, tuple[int, ...]]) -> int:
    """Bytes of a safetensors file of float32 with that in it."""
    head, end = {"__metadata__": {"format": "pt"}}, 0
    for name in sorted(shapes):
        start, end = end, end + 4 * math.prod(shapes[name])
        head[name] = {"dtype": "F32", "shape": list(shapes[name]), "data_offsets": [start, end]}
    text = len(json.dumps(head, separators=(",", ":")))
    return 8 + text + -text % 8 + end


@pytest.mark.parametrize("name", MODELS)
def test_the_model_has_the_published_layout(name):
    import open_clip

    with torch.device("meta"):
        model = open_clip.CLIP(**MODELS[name])
    shapes = {key: tuple(value.shape) for key, value in model.state_dict().items()}
    assert shapes == published(MODELS[name])


@pytest.mark.parametrize("name", MODELS)
def test_the_layout_is_as_long_as_the_published_file_to_the_byte(name):
    assert size_as_safetensors(published(MODELS[name])) == BYTES[name]


def test_how_long_a_file_is_is_known(tmp_path):
    from safetensors.torch import save_file

    shapes = {"logit_scale": (), "b.weight": (3, 5), "a.bias": (11,), "b.conv": (2, 3, 4, 4)}
    weights = {name: torch.zeros(shape) for name, shape in shapes.items()}
    save_file(weights, tmp_path / "some.safetensors", {"format": "pt"})
    assert (tmp_path / "some.safetensors").stat().st_size == size_as_safetensors(shapes)
