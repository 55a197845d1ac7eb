"""How near a few words are to what a model saw or heard, row by row of the track it left.

The track says which weights made it; the same model's text half reads the words.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models.hub import WEIGHTS, folder
from summarizer.models.saliency import PLACES, WHOLE
from summarizer.schema import Track

AT_ONCE = 600  # seconds that a head judges together: an hour of patches would take a gigabyte
Read = Callable[[Sequence[str]], np.ndarray]  # texts -> unit vectors, one a row
Behold = Callable[[str, Track], np.ndarray]


def behold(words: str, track: Track) -> np.ndarray:
    """(rows,) in [0, 1]: 0.5 where a row is as near to the words as to what fits anything."""
    from summarizer.models.neutral import asked, relevance

    read, phrases, neutral = reader(track.name, track.made_by)
    wish = asked(read, words, phrases)
    return relevance(wish[None], track.values.astype(np.float32), neutral)[0]


def rate(words: str, tracks: Sequence[Track], seconds: int, trained: str) -> np.ndarray | None:
    """(seconds,) in [0, 1]: how much each matters, by a head that was trained for these tracks;
    nothing where no such head is here."""
    tracks = [each for each in tracks if len(each.times)]
    folder = checkpoint.find(f"{trained}-saliency") if trained and tracks else None
    if folder is None:
        return None
    import torch

    from summarizer.models.saliency.head import AROUND

    head = head_of(folder, tuple((each.name, each.made_by) for each in tracks))
    tracks = [each for each in tracks if each.name in head.widths]
    if not tracks:
        return None
    wish = {
        each.name: torch.from_numpy(asked_of(words, each.name, each.made_by))
        for each in tracks
        if words and each.name in WHOLE
    }
    found = []
    for first in range(0, seconds, AT_ONCE):
        # with those around them, so that it makes no difference where one part ends
        begin, end = max(0, first - AROUND), min(seconds, first + AT_ONCE + AROUND)
        rows = {each.name: torch.from_numpy(by_second(each, range(begin, end))) for each in tracks}
        with torch.inference_mode():
            rated = torch.sigmoid(head(rows, wish)).numpy()
        found.append(rated[first - begin :][:AT_ONCE])
    return np.concatenate(found)


def by_second(track: Track, seconds: range) -> np.ndarray:
    """What is nearest to the middle of each, as a head reads it: (seconds, width) float32, or
    (seconds, places, width) of a track with a row for each place."""
    times, first, count = np.unique(track.times, return_index=True, return_counts=True)
    middles = np.array(seconds) + 0.5
    nearest = np.abs(times[:, None] - middles[None]).argmin(axis=0)
    if track.name not in PLACES:
        return track.values[first[nearest]].astype(np.float32)
    found = np.zeros((len(middles), count[nearest].max(), track.values.shape[1]), np.float32)
    for row, spot in zip(found, nearest.tolist(), strict=True):
        row[: count[spot]] = track.values[first[spot] :][: count[spot]]
    return found


def asked_of(words: str, name: str, weights: str) -> np.ndarray:
    """(width,) float32: a wish in the space of the rows that these weights left."""
    from summarizer.models.neutral import asked

    read, phrases, _ = reader(name, weights)
    return asked(read, words, phrases).astype(np.float32)


@lru_cache(maxsize=4)
def head_of(folder: Path, made_by: tuple[tuple[str, str], ...]):
    from summarizer.models.saliency.head import load

    return load(folder, dict(made_by))


def reader(name: str, weights: str) -> tuple[Read, tuple[str, ...], np.ndarray]:
    """What reads texts for a track, how to put a wish to it, and what it makes of neutral texts."""
    return _reader(name, weights, checkpoint.home())


@lru_cache(maxsize=4)
def _reader(name: str, weights: str, home: Path) -> tuple[Read, tuple[str, ...], np.ndarray]:
    """The same, kept for each place that checkpoints lie in."""
    from summarizer.models.neutral import HEARD, NEUTRAL, PHRASES, SOUNDS

    if beside := WEIGHTS[weights].beside if weights in WEIGHTS else "":
        return _told_beside(name, beside)
    if name == "hearing":
        from summarizer.models.audio import load_clap

        clap = load_clap(folder(weights))
        read = lru_cache(maxsize=2_000)(lambda text: clap.read([text])[0])
        return (lambda texts: np.stack([read(text) for text in texts])), HEARD, clap.read(SOUNDS)
    from summarizer.models.vision import load_eye

    eye = load_eye(folder(weights))
    return eye.read, PHRASES, eye.read(NEUTRAL)


def _told_beside(name: str, beside: str) -> tuple[Read, tuple[str, ...], np.ndarray]:
    """The same for a track of weights that share their texts: as their checkpoint says."""
    from summarizer.models.vision import load_eye

    config = checkpoint.describe(checkpoint.home() / beside).config
    try:
        weights, neutral = config["reader"], [str(text) for text in config["neutral"][name]]
    except (KeyError, TypeError):
        raise WeightsError(
            f"the config.json of the checkpoint {beside} does not say who reads texts for it, and "
            "which are neutral; get the checkpoint again"
        ) from None
    eye = load_eye(folder(weights))
    return eye.read, ("{}",), eye.read(neutral)
