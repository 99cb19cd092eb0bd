"""Which level is best, and how sure that is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums import statistics
from sim.lab.sums.arrays import TABLE_COLUMNS, Context, SweepArrays, by_outcome, tidy
from sim.lab.sums.statistics import seed_weights

if TYPE_CHECKING:
    import pandas as pd

MOST_RANKED = 30
"""Points that are ranked among one another where no factor is contrasted."""

_RANKED = ("mean", "mean_rank", "best_chance", "best_share", "n")

_TIE = 1e-12
"""Means that differ by less, relative to the largest value, are equal: how a product of matrices rounds depends on the column."""


def ranks(sweep: SweepArrays) -> pd.DataFrame:
    """How the levels of the contrast factor rank in every context, by outcome that has a direction.

    Without a contrast factor all points are ranked, as context 0 and with no level's name, if they are at most MOST_RANKED.
    n: the seeds at which all of them have a value; a point without any value takes no part (n = 0, NaN). mean, mean_rank
    (1 is the best; ties share) and best_share (the share of seeds in which it was the best; ties share) are over these.
    best_chance: in which share of paired bootstrap samples of seeds (Efron 1979) its mean is the best (ties share): the
    probability that its expected outcome is; NaN with one seed.
    """
    if sweep.design.contrast is not None:
        contexts = sweep.contexts()
    elif 1 < len(sweep.numbers) <= MOST_RANKED:
        contexts = [Context(tuple(range(len(sweep.numbers))), ("",) * len(sweep.numbers), True)]
    else:
        contexts = []
    outcomes = [name for name in sweep.outcomes if OUTCOMES[name].good != 0]
    if not contexts or not outcomes:
        return tidy("ranks", {name: [] for name in TABLE_COLUMNS["ranks"]})

    def found(outcome: str) -> dict[str, np.ndarray]:
        values, good = sweep.values(outcome), OUTCOMES[outcome].good
        numbers = np.concatenate([_ranked(values[list(context.rows)], good) for context in contexts])
        return dict(zip(_RANKED, numbers.T, strict=True))

    keys = {
        "context": np.concatenate([np.full(len(context.rows), sweep.numbers[context.rows[0]]) for context in contexts]),
        "level": np.array([name for context in contexts for name in context.levels], object),
        "point": sweep.numbers[[row for context in contexts for row in context.rows]],
    }
    return tidy("ranks", by_outcome(sweep, outcomes, found, **keys))


def _ranked(values: np.ndarray, good: int) -> np.ndarray:
    """The numbers of _RANKED for points of one context, (points, 5), from values (points, seeds)."""
    found = np.full((len(values), len(_RANKED)), np.nan)
    found[:, -1] = 0.0
    has_any = np.isfinite(values).any(axis=1)
    kept = values[has_any]
    kept = kept[:, np.isfinite(kept).all(axis=0)]
    n = kept.shape[1]
    if kept.size == 0:
        return found
    scores = good * kept
    found[has_any, 0] = kept.mean(axis=1)
    found[has_any, 1] = statistics.ranks(-scores).mean(axis=1)
    if n > 1:
        means = seed_weights(n) @ scores.T
        is_best = means >= means.max(axis=1, keepdims=True) - _TIE * np.abs(scores).max()
        found[has_any, 2] = _shared(is_best, axis=1).mean(axis=0)
    found[has_any, 3] = _shared(scores == scores.max(axis=0), axis=0).mean(axis=1)
    found[has_any, 4] = n
    return found


def _shared(is_best: np.ndarray, axis: int) -> np.ndarray:
    """One, divided among those that are the best along an axis."""
    return is_best / is_best.sum(axis=axis, keepdims=True)
