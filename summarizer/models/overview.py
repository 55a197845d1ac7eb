"""A whole video as two decoders read it: how much each of its frames matters, what each reads of
those around it, and what is told of them all. What was found of a track is kept while it is in use.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from summarizer import checkpoint
from summarizer.errors import WeightsError
from summarizer.models.hub import folder
from summarizer.schema import Track

SHORTEST = 3  # frames of an event


@dataclass(frozen=True, eq=False)
class Overview:
    """What is known of a video by its frames."""

    scores: np.ndarray
    """(frames,) logits"""
    near: np.ndarray | None
    """(frames, kernel): how much each frame reads of those around it; None: it does not"""
    edges: tuple[int, ...]
    """the frames with which an event begins, but the first"""
    learned: bool
    """whether these were learned; else they are where the frames change for good"""


@dataclass(frozen=True, eq=False)
class Reader:
    """The two decoders of a checkpoint, ready to read rows of one kind."""

    dual: object
    words: object
    device: str

    def overview(self, track: Track) -> Overview:
        import torch

        rows, there = self._given(track)
        with torch.inference_mode():
            seen = self.dual(rows, there)
        near = self.dual.map(rows, there)
        return Overview(
            seen.saliency[0].float().cpu().numpy(),
            None if near is None else near[0].float().cpu().numpy(),
            tuple(self._edges(seen, track.values.astype(np.float32))),
            seen.edges is not None,
        )

    def _edges(self, seen, rows: np.ndarray) -> list[int]:
        from summarizer.models.saliency.events import changes, peaks

        if seen.edges is None:
            return changes(rows, SHORTEST)
        return peaks(seen.edges[0].float().sigmoid().cpu().numpy(), SHORTEST)

    def text(self, track: Track, lines: Sequence[str], beams: int, least: int, most: int) -> str:
        """What is told, after a prompt of what was said, if there is any."""
        import torch

        rows, there = self._given(track)
        prompt = torch.tensor([self.words.prompt(lines)], device=self.device)
        with torch.inference_mode():
            states = self.dual.states(rows, there)
        told = self.dual.tell(states, there, prompt, beams=beams, least=least, most=most)
        return self.words.text(told[0].tolist())

    def _given(self, track: Track):
        """(1, frames, width) and (1, frames): all of them are there."""
        import torch

        rows = torch.from_numpy(track.values.astype(np.float32))[None].to(self.device)
        return rows, torch.ones(rows.shape[:2], dtype=torch.bool, device=self.device)


def overview(track: Track, trained: str) -> Overview:
    """What the checkpoint of that name makes of the frames."""
    return _overview(track, *_named(trained))


def tell(
    track: Track, trained: str, lines: Sequence[str], *, beams: int, least: int, most: int
) -> str:
    """What it tells of them; the same however often it is asked."""
    return _text(track, *_named(trained), tuple(lines), beams, least, most)


def _named(trained: str) -> tuple[Path, int]:
    """The checkpoint and when it was written: another one in its place is another reader."""
    found = checkpoint.find(trained)
    if found is None:
        raise WeightsError(
            f"the checkpoint {trained} is not in {checkpoint.home()}; python -m summarizer "
            "--presets names the command that trains it"
        )
    return found, (found / checkpoint.TRAINED).stat().st_mtime_ns


@lru_cache(maxsize=2)
def _reader(own: Path, written: int, made_by: str) -> Reader:
    from summarizer.models.loading import best_device, tokens_of
    from summarizer.models.saliency.dual import Words, load, tokenizer_from

    device = best_device()
    dual, kept = load(own, made_by)
    tokenizer = tokenizer_from(kept) if kept else tokens_of(folder(made_by))
    return Reader(dual.to(device), Words(tokenizer, dual.shape), device)


@lru_cache(maxsize=8)
def _overview(track: Track, own: Path, written: int) -> Overview:
    return _reader(own, written, track.made_by).overview(track)


@lru_cache(maxsize=8)
def _text(track: Track, own: Path, written: int, lines: tuple[str, ...], *how: int) -> str:
    return _reader(own, written, track.made_by).text(track, lines, *how)
