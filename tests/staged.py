"""Scores in stages from raw clips to a checkpoint, by the commands a person would type, small."""

from pathlib import Path

import pytest

from summarizer import extract
from summarizer.train import __main__ as train
from tests import annotated, clips

TITLES = ["Bike Polo", "Cooking", "Fire Domino"]
QUICK = ("width=32", "layers=1", "heads=2", "batch=2", "rate=3e-3", "epochs=3")


def laid(place: Path) -> None:
    """Videos, and beside them what people said of them."""
    (place / "videos").mkdir(parents=True)
    for number, title in enumerate(TITLES):
        shots = (3.0 - number / 4, 3.0 + number / 4, 3.0, 3.0)
        clips.with_cuts(place / "videos" / f"{title}.mp4", shots)
    annotated.beside(place / "tvsum", "tvsum", TITLES)


def learn(stage: str, data: Path, out: Path, *more: object) -> None:
    words = [stage, "--data", data, "--out", out, *more]
    for each in QUICK:
        words += ["--set", each]
    assert train.main([str(word) for word in words]) == 0


def taught(place: Path, home: Path) -> None:
    """Extract, pretrain, train: a home of checkpoints in which the tiny preset finds its own."""
    laid(place)
    videos, like, data = place / "videos", place / "tvsum", place / "tvsum.h5"
    words = [
        videos,
        "--set",
        "tvsum",
        "--preset",
        "progressive-tiny",
        "--like",
        like,
        "--out",
        data,
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHECKPOINTS", str(home))
        assert extract.main([str(word) for word in words]) == 0
        learn("ssl", data, home / "encoder")
        out = home / "progressive-tiny"
        guided = ("--set", "guide=before", "--set", "unsaid=0.5", "--set", "stages=3")
        learn("progressive", data, out, "--from", home / "encoder", *guided)
