"""Data sets of a few made-up examples in their published form, perceived once and learned from."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from summarizer import features
from summarizer.data import __main__ as data
from summarizer.train import __main__ as train
from tests import clips

A, B, C = "QOlSCBRmfWY", "sTEELN-vY30", "v0Aa1Bb2Cc3"  # ids of the right shape
FAST = ("pace.rate=0.01", "epochs=0", "pace.steps=3", "pace.batch=4", "pace.at_once=2",
        "pace.log=1", "room=4096", "narrator.lora_rank=2")  # fmt: skip


def trailer(name: str, number: int) -> dict:
    return {
        "video_id": name, "video_fps": 25.0, "clip_id": f"{name}_000{number}",
        "clip_path": "x/y.mp4", "clip_duration": 3.0, "clip_start_end_idx": [0, 75],
        "frame_caption": ["a man . "], "caption": "A man walks.",
        "music_caption": [{"text": f"a flute number {number}", "time": "0:00-10:00"}],
    }  # fmt: skip


def xum(name: str, number: int) -> dict:
    return {
        "video_id": f"v_{name}", "duration": 3.0, "sampled_frames": 3,
        "timestamps": [[0.0, 1.5], [1.5, 3.0]], "vsum": [],
        "tsum": [f"Shot number {number} moves.", " It  is over. "],
        "vsum_onehot": [[1, 0, 0], [0, 1, 0]],
    }  # fmt: skip


def instruction(name: str, number: int) -> dict:
    return {
        "id": name, "meta": {"duration": 3.0, "token": {"<f1>": 1.0}},
        "conversations": [
            {"from": "human", "value": "<video>\nPlease generate BOTH summaries."},
            {"from": "gpt", "value": f"Shot {number} comes [<f1>]. It goes [67]."},
        ],
    }  # fmt: skip


def captioned(name: str, number: int) -> dict:
    return {
        "id": name, "image": f"{name}.png",
        "conversations": [
            {"from": "human", "value": "What is it?\n<image>"},
            {"from": "gpt", "value": f"a lamp, number {number}"},
        ],
    }  # fmt: skip


# the reader: its file, an entry of it, what its media are called, and which stages learn from it
SETS: dict[str, tuple[str, Callable[[str, int], dict], str, tuple[str, ...]]] = {
    "mmtrail": ("MMTrail2M_sample1w.json", trailer, "{}_000{}.mp4", ("hear", "tell")),
    "cc3m": ("chat.json", captioned, "images/{}.png", ("see",)),
    "coco": ("coco_cap_chat.json", captioned, "images/{}.png", ("see",)),
    "videoxum": ("train_videoxum.json", xum, "v_{}.mp4", ("tell",)),
    "instruct-v2xum": ("train.json", instruction, "{}.mp4", ("tell",)),
}


def short(folder: Path) -> list[Path]:
    """Three clips of 3 s, each with a cut and tones of its own."""
    return [
        clips.with_cuts(folder / f"{number}.mp4", (1.0 + number / 4, 2.0 - number / 4))
        for number in range(3)
    ]


def laid(folder: Path, name: str, films: list[Path]) -> None:
    """A small data set of this form, as it is published."""
    file, entry, media, _ = SETS[name]
    folder.mkdir(parents=True)
    (folder / file).write_text(json.dumps([entry(i, n) for n, i in enumerate((A, B, C))]))
    for number, (which, film) in enumerate(zip((A, B, C), films, strict=True)):
        target = folder / media.format(which, number)
        target.parent.mkdir(exist_ok=True)
        if target.suffix == ".mp4":
            shutil.copyfile(film, target)
        else:
            small = np.random.default_rng(number).integers(0, 255, (6, 10, 3)).astype(np.uint8)
            Image.fromarray(small).resize((200, 120)).save(target)


def made(folder: Path, name: str, films: list[Path]) -> Path:
    """The manifest of such a data set, perceived by the tiny preset."""
    laid(folder, name, films)
    assert data.main(["read", name, "--data", str(folder)]) == 0
    path = folder / "manifest.jsonl"
    cache = str(films[0].parent / "cache")
    assert features.main([str(path), "--preset", "tiny", "--cache", cache]) == 0
    return path


def words(stage: str, data: Path, out: Path, *more: object, **settings: object) -> list[str]:
    """The command that trains the tiny preset, quickly; settings come last and win."""
    found = [stage, "--preset", "tiny", "--data", data, "--out", out, *more]
    for each in (*FAST, *(f"{name}={value}" for name, value in settings.items())):
        found += ["--set", each]
    return [str(each) for each in found]


def learn(*wanted: object, **settings: object) -> int:
    return train.main(words(*wanted, **settings))
