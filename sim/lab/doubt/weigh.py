"""Solved proposals of unequal weight made worlds that are equally likely: each is accepted with its weight's share of a ceiling.

The ceiling is fixed by the first proposals, so that what comes later changes no choice made before.
"""

from __future__ import annotations

import numpy as np

from sim.lab.doubt.prior import uniforms

MOST_ABOVE = 0.02
"""The share of the weight that may lie above the ceiling; so much is lost of it."""


LOWEST = -1e300
"""A ceiling of proposals of which none has any weight."""


def shares(log_weights: np.ndarray) -> np.ndarray:
    """Weights that add up to 1, or all 0 where none is above 0."""
    most = float(np.max(log_weights, initial=-np.inf))
    if not np.isfinite(most):
        return np.zeros(len(log_weights))
    weights = np.exp(log_weights - most)
    found: np.ndarray = weights / weights.sum()
    return found


def effective(log_weights: np.ndarray) -> float:
    """As many equal weights would tell as much (Kish); 0 where none is above 0."""
    weights = shares(log_weights)
    return float(1.0 / (weights**2).sum()) if weights.any() else 0.0


def log_ceiling(log_weights: np.ndarray, most_above: float = MOST_ABOVE) -> float:
    """The logarithm of the lowest ceiling above which at most a share of the weight lies; -inf where there is no weight."""
    finite = np.sort(log_weights[np.isfinite(log_weights)])[::-1]
    if not len(finite):
        return -np.inf
    weights = np.exp(finite - finite[0])
    # With the ceiling at the i-th largest weight, so much lies above it.
    above = np.cumsum(weights) - weights * np.arange(1, len(weights) + 1)
    allowed = most_above * weights.sum()
    last = int(np.flatnonzero(above <= allowed)[-1])
    # Between the last that is allowed and the next, what lies above falls in a straight line.
    n = last + 1
    ceiling = (weights[:n].sum() - allowed) / n
    return float(np.log(min(ceiling, weights[last])) + finite[0]) if allowed else float(finite[0])


def share_above(log_weights: np.ndarray, ceiling: float) -> float:
    """The share of the weight that lies above a ceiling."""
    weights = shares(log_weights)
    if not weights.any():
        return 0.0
    most = float(np.max(log_weights))
    total = np.exp(log_weights - most).sum()
    return float(np.maximum(0.0, np.exp(log_weights - most) - np.exp(ceiling - most)).sum() / total)


def are_accepted(numbers: np.ndarray, log_weights: np.ndarray, ceiling: float) -> np.ndarray:
    """Which proposals become worlds, as far as their number, their weight and the ceiling say."""
    u = np.array([uniforms(["accepted"], int(number), 1)[0, 0] for number in numbers])
    share = np.exp(np.minimum(0.0, np.where(np.isfinite(log_weights), log_weights, -np.inf) - max(ceiling, LOWEST)))
    found: np.ndarray = u < share
    return found
