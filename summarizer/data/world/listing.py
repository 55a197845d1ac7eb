"""Clips of the world in the form of all data sets."""

from collections.abc import Iterable, Iterator

import numpy as np

from summarizer.data.manifest import Example, Rated, Told
from summarizer.data.world.planning import dice, plan
from summarizer.data.world.telling import caption, heard, lines
from summarizer.data.world.values import Clip
from summarizer.data.world.wishing import saliency, windows, wishes
from summarizer.data.world.words import Draw

SPLITS = {"train": "train", "validation": "val"}  # all other parts are tests


def examples(seeds: Iterable[int], folder: str = "", part: str = "train") -> Iterator[Example]:
    """An example for each wish of each clip, whose film is called after its seed in a folder."""
    for seed in seeds:
        clip = plan(seed, part)
        draw = dice(clip.seed, "examples")
        for number, wish in enumerate(wishes(clip, draw)):
            worth = saliency(clip, wish).astype(float)
            yield Example(
                id=f"{part}-{seed}-{number}",
                video=f"{folder}/{clip.seed}.mp4".lstrip("/"),
                seconds=clip.seconds,
                wish=wish.text,
                story=tuple(Told(text, *span) for *span, text in lines(clip, wish, draw)),
                captions=tuple(_captions(clip, draw)),
                windows=windows(clip, wish),
                saliency=Rated(1.0, (tuple(np.round(worth, 3).tolist()),)),
                split=SPLITS.get(part, "test"),
                source="little world",
                licence="Apache-2.0",
            )


def _captions(clip: Clip, draw: Draw) -> Iterator[Told]:
    """What is seen in the middle of each scene, and heard in all of it."""
    for scene in clip.scenes:
        middle = (scene.start + scene.end) / 2
        yield Told(caption(clip, middle, draw), middle, middle, "frame")
        yield Told(heard(clip, scene.start, scene.end, draw), scene.start, scene.end, "sound")
