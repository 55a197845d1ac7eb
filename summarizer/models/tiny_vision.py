"""A CLIP model for tests: open_clip's own classes, 32 wide, with random weights."""

import json
from pathlib import Path

from summarizer.models.vision import CONFIG, WEIGHTS

SEED = 20240
MODEL = {
    "embed_dim": 32,
    "vision_cfg": {
        "image_size": 224,
        "layers": 3,
        "width": 32,
        "head_width": 16,
        "patch_size": 32,
    },
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
PREPROCESS = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
}


def save(folder: Path, seed: int = SEED) -> None:
    """Write the model as a hub folder: the same weights for the same seed."""
    import torch
    from open_clip import CLIP
    from safetensors.torch import save_file

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = CLIP(**MODEL)
    folder.mkdir(parents=True, exist_ok=True)
    # a text needs a vector for each of 49,408 word pieces, hence half precision
    save_file({name: value.half() for name, value in model.state_dict().items()}, folder / WEIGHTS)
    config = {"model_cfg": MODEL, "preprocess_cfg": PREPROCESS}
    (folder / CONFIG).write_text(json.dumps(config, indent=2), encoding="utf-8")
