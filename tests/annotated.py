"""Small benchmark files in the standard form, with what people would say planted in them."""

from pathlib import Path

import h5py
import numpy as np

EVERY = 15  # frames between picks


def fields(number: int = 1, shots: int = 12, annotators: int = 4, width: int = 0) -> dict:
    """The fields of a video; with a width, its first two features tell what people like."""
    rng = np.random.default_rng(number)
    lengths = rng.integers(20, 90, shots)
    frames = int(lengths.sum())
    ends = np.cumsum(lengths)
    picks = np.arange(0, frames, EVERY)
    liked = np.repeat(rng.random(shots), lengths)  # by shot, from which everybody differs a little
    users = np.clip(np.round(1 + 4 * liked + rng.normal(0, 0.4, (annotators, frames))), 1, 5)
    order = np.argsort(-liked)
    masks = np.zeros((annotators, frames), np.uint8)
    for row in masks:
        row[order[: int(0.15 * frames)]] = 1
        row[rng.integers(0, frames, frames // 50)] ^= 1
    found = {
        "n_frames": np.int64(frames),
        "n_steps": np.int64(len(picks)),
        "picks": picks,
        "change_points": np.column_stack([ends - lengths, ends - 1]),
        "n_frame_per_seg": lengths,
        "gtscore": liked[picks].astype(np.float32),
        "user_summary": masks,
        "user_scores": users.astype(np.float32),
        "video_name": f"Film {number}",
        "fps": 30.0,
    }
    if width:
        features = rng.normal(0, 1, (len(picks), width)).astype(np.float32)
        features[:, 0] = liked[picks] + features[:, 1]  # only both together tell
        found["features"] = features
    return found


def write(path: Path, videos: dict[str, dict]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for key, values in videos.items():
            for name, value in values.items():
                file[f"{key}/{name}"] = value
    return path


def folder(place: Path, which: str = "tvsum", count: int = 6, **more) -> Path:
    """A data folder with a file of this set."""
    videos = {f"video_{number}": fields(number, **more) for number in range(1, count + 1)}
    write(place / f"eccv16_dataset_{which}_google_pool5.h5", videos)
    return place


def beside(place: Path, which: str, titles: list[str], frames: int = 300) -> Path:
    """A data folder that knows clips of 12 s by name: of four shots each, people like the second
    and the last."""
    videos = {}
    for number, title in enumerate(titles, 1):
        picks, shots = np.arange(0, frames, 12), np.array_split(np.arange(frames), 4)
        liked = np.repeat([0.1, 0.9, 0.2, 0.7], frames // 4)
        rng = np.random.default_rng(number)
        videos[f"video_{number}"] = {
            "n_frames": np.int64(frames),
            "n_steps": np.int64(len(picks)),
            "picks": picks,
            "change_points": np.array([[shot[0], shot[-1]] for shot in shots]),
            "n_frame_per_seg": np.array([len(shot) for shot in shots]),
            "gtscore": liked[picks].astype(np.float32),
            "user_summary": np.tile(liked > 0.8, (3, 1)).astype(np.uint8),
            "user_scores": (liked + rng.normal(0, 0.05, (3, frames))).astype(np.float32),
            "video_name": title,
            "length_s": frames / 25,
        }
    write(place / f"{which}_annotations.h5", videos)
    return place
