"""How right a classifier is, and how far its probabilities can be believed.

Predictions are (things, classes) probabilities; what is right is (things,) class numbers.
"""

from dataclasses import dataclass

import numpy as np


def confusion(probabilities: np.ndarray, right: np.ndarray) -> np.ndarray:
    """(classes, classes) counts: rows what is right, columns what was said."""
    count = np.shape(probabilities)[1]
    said = np.asarray(probabilities).argmax(axis=1)
    return np.bincount(np.asarray(right) * count + said, minlength=count**2).reshape(count, count)


def accuracy(counts: np.ndarray) -> float | None:
    """The share that is right, of a confusion."""
    return float(np.trace(counts) / counts.sum()) if counts.sum() else None


def unweighted_recall(counts: np.ndarray) -> float | None:
    """The mean over the classes there are of the share of each that was found: each counts alike,
    however rare."""
    there = counts.sum(axis=1)
    shares = np.diag(counts)[there > 0] / there[there > 0]
    return float(shares.mean()) if len(shares) else None


@dataclass(frozen=True)
class Bin:
    """Predictions of about the same confidence."""

    confidence: float
    accuracy: float
    count: int


def reliability(probabilities: np.ndarray, right: np.ndarray, bins: int = 15) -> list[Bin]:
    """How often predictions of each confidence are right; bins of one width, none empty."""
    probabilities = np.asarray(probabilities)
    sure, said = probabilities.max(axis=1), probabilities.argmax(axis=1)
    which = np.minimum((sure * bins).astype(int), bins - 1)
    hits = said == np.asarray(right)
    return [
        Bin(float(sure[here].mean()), float(hits[here].mean()), int(here.sum()))
        for each in range(bins)
        if (here := which == each).any()
    ]


def calibration_error(probabilities: np.ndarray, right: np.ndarray, bins: int = 15) -> float | None:
    """The expected calibration error (Guo et al. 2017): the mean over predictions of how far the
    confidence of their bin is from its accuracy."""
    found = reliability(probabilities, right, bins)
    total = sum(each.count for each in found)
    apart = sum(each.count * abs(each.confidence - each.accuracy) for each in found)
    return apart / total if total else None


def log_loss(probabilities: np.ndarray, right: np.ndarray) -> float | None:
    """The mean of minus the logarithm of what is right's probability: lower is better, and nothing
    but the true probabilities is best. It needs no bins, so it can be believed for few things."""
    given = np.asarray(probabilities)[np.arange(len(right)), right]
    return float(-np.log(np.maximum(given, 1e-12)).mean()) if len(given) else None
