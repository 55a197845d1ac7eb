"""Models of the real classes with random weights 32 wide: the same doors, in a second, offline.

Each is saved in its hub's own folder format, and made again it is the same to the byte.
"""

from importlib import import_module
from pathlib import Path

from summarizer.errors import WeightsError

MAKERS = {
    "tiny-clip": ("summarizer.models.tiny_vision", "save"),
    "tiny-mert": ("summarizer.models.tiny_audio", "save_mert"),
    "tiny-clap": ("summarizer.models.tiny_audio", "save_clap"),
    "tiny-blip": ("summarizer.models.tiny_audio", "save_blip"),
    "tiny-llama": ("summarizer.models.tiny_llama", "save"),
}


def save(name: str, folder: Path) -> None:
    """Make the model and fill the folder with it."""
    if name not in MAKERS:
        raise WeightsError(f"no tiny model {name[:40]!r}; there are {', '.join(MAKERS)}")
    module, maker = MAKERS[name]  # imported now: they need torch and transformers
    getattr(import_module(module), maker)(folder)
