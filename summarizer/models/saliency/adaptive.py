"""Frames where a video changes: as many as may be looked at closely, none of them for nothing.

How much changes from one frame to the next is the distance of their embeddings, each of length 1.
Frames are taken at equal steps of all that changed so far, so that every one stands for as much
change as any other, and what stays the same for long is still looked at now and then.
"""

from collections.abc import Callable, Iterable

import numpy as np

from summarizer.errors import SummarizerError

STILL = 0.1  # of the mean change, that passing time alone counts as


def spread(rows: np.ndarray, budget: int) -> np.ndarray:
    """The places, ascending, of exactly min(budget, frames) different frames, by their embeddings
    (frames, width)."""
    if budget < 1:
        raise SummarizerError(f"a budget of {budget} frames shows nothing; take 1 or more")
    frames = len(rows)
    if frames <= budget:
        return np.arange(frames)
    passed = np.concatenate([[0.0], np.cumsum(_steps(rows))])
    # the middles of equal stretches of change
    wanted = (np.arange(budget) + 0.5) / budget * passed[-1]
    return _different(np.searchsorted(passed, wanted), frames)


def sampled(
    batches: Iterable[np.ndarray], embed: Callable[[np.ndarray], np.ndarray], budget: int
) -> np.ndarray:
    """The same of pictures that come in batches; only their embeddings are kept meanwhile."""
    rows = [embed(batch) for batch in batches if len(batch)]
    if not rows:
        raise SummarizerError("there are no pictures to choose from")
    return spread(np.concatenate(rows), budget)


def _steps(rows: np.ndarray) -> np.ndarray:
    """(frames - 1,) above 0: how far it is to the next frame."""
    rows = np.asarray(rows, np.float64)
    if not np.isfinite(rows).all():
        raise SummarizerError("embeddings of frames must be finite numbers")
    unit = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
    steps = np.linalg.norm(np.diff(unit, axis=0), axis=1)
    mean = steps.mean()
    return steps + STILL * mean if mean > 1e-9 else np.ones(len(steps))


def _different(places: np.ndarray, frames: int) -> np.ndarray:
    """Ascending places moved apart as little as needed, so that none is taken twice."""
    order = np.arange(len(places))
    ahead = np.maximum.accumulate(places - order) + order  # each behind the one before
    return np.minimum(ahead, frames - len(places) + order)  # and room for those that follow
