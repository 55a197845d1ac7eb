"""The preset videoxum in its tiny form, taught by its own command from made-up rows."""

from pathlib import Path

import numpy as np

from summarizer.data import manifest
from summarizer.data.manifest import Example, Rated, Told
from summarizer.train import __main__ as train
from summarizer.train.watched import write_rows

NAME, SECONDS, WIDTH = "videoxum-tiny", 24, 32
WORDS = "a man and a dog is on the street", "a car is in the water"  # that the tiny BLIP knows


def examples() -> list[Example]:
    """Videos of two events each, with ten annotators."""
    draw, half = np.random.default_rng(0), SECONDS / 2
    masks = (draw.random((4, 10, SECONDS)) < 0.15).astype(float).tolist()
    story = Told(WORDS[0], 0.0, half), Told(WORDS[1], half, float(SECONDS))
    return [
        Example(
            id=f"v_{number}", video=f"{number}.mp4", seconds=float(SECONDS), story=story,
            masks=Rated(1.0, tuple(map(tuple, masks[number]))),
        )
        for number in range(4)
    ]  # fmt: skip


def teach(home: Path, *settings: str) -> Path:
    """Train it into a home of checkpoints; the checkpoint."""
    data = home / "made-up"
    data.mkdir(parents=True, exist_ok=True)
    manifest.write(examples(), data / "manifest.jsonl")
    draw = np.random.default_rng(1)
    for example in examples():
        write_rows(data / "rows" / f"{example.id}.npz", draw.normal(size=(SECONDS, WIDTH)))
    given = ["videoxum", "--preset", NAME, "--data", data / "manifest.jsonl", "--out", home / NAME]
    given += ["--features", data / "rows"]
    wanted = ("rows=tiny-blip", "epochs=0", "pace.steps=3", "pace.batch=4", "pace.rate=0.02",
              "held=0.0", *settings)  # fmt: skip
    for each in wanted:
        given += ["--set", each]
    assert train.main([str(each) for each in given]) == 0
    return home / NAME
