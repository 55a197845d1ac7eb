"""The recipe of the small models, made very small: trained in seconds, and good for nothing."""

from pathlib import Path

import pytest

from summarizer.models.narrator import Lora
from summarizer.models.small import EarShape, EyeShape, TellerShape
from summarizer.train.pocket import Sizes, run

SMALL = Sizes(
    eye=EyeShape(width=4, heads=2, text_width=32, text_layers=1, text_heads=2, common=16),
    ear=EarShape(width=32, layers=1, heads=2, convolutions=(8,) * 7),
    teller=TellerShape(width=32, layers=1, heads=2),
    lora=Lora(rank=2, alpha=4),
    hidden=8,
    read=300,
    words=(400, 400),
    clips=100,
    kept=4,
    talked=20,
    held=1,
    share=0.002,
)


def train(home: Path) -> None:
    """Make a home of checkpoints in which every part was trained for a step or two."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHECKPOINTS", str(home))
        assert run(home / "pocket", SMALL)
