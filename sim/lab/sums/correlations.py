"""How strongly the outcomes of a sampled plan go with each of its numeric factors."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.design.methods import SAMPLED
from sim.lab.sums.arrays import SweepArrays, tidy
from sim.lab.sums.statistics import CONFIDENCE, RESAMPLES, intervals, resampled

if TYPE_CHECKING:
    import pandas as pd

LEVEL_ITSELF = "level"
"""What `of` is called where the outcome itself is meant, not a contrast."""

_LEAST_SETTINGS = 4
"""Below this many drawn settings no interval is given."""

_CELLS = 200_000
"""Samples times points at a time, for memory."""


def correlations(sweep: SweepArrays) -> pd.DataFrame:
    """Spearman's rank correlation between each drawn numeric factor and the points' mean outcomes, or their contrasts.

    of: "level", over all points but the base; or a level of the contrast factor, over contexts that hold it: its mean
    paired difference from the reference (contexts with another reference are left out). n: points, or contexts, with a
    value. low, high: 95 % interval by the bootstrap (Efron 1979) over the drawn settings: where a drawn setting is crossed
    with levels of other factors, its points come and go together. NaN with fewer than 4 settings, or without spread.
    """
    parts: list[tuple[Any, ...]] = []
    for part in sweep.design.plan:
        if part.method in SAMPLED:
            parts += _of_part(sweep, part.factors)
    order = {name: i for i, name in enumerate(sweep.factors)}
    parts.sort(key=lambda row: order[row[0]])  # stable: `of` and outcomes keep their order
    names = ("factor", "outcome", "unit", "of", "rho", "low", "high", "n")
    return tidy("correlations", {name: [row[i] for row in parts] for i, name in enumerate(names)})


def _of_part(sweep: SweepArrays, drawn: Sequence[str]) -> Iterator[tuple[Any, ...]]:
    """Rows of the table for the factors of one sampled part of the plan."""
    numeric = [name for name in drawn if sweep.factors[name].is_numeric]
    if not numeric:
        return
    settings = np.stack([sweep.points[name].to_numpy(np.float64) for name in numeric])  # (factors, points)
    texts = [sweep.points[name].astype(str) for name in drawn]
    _, setting_of = np.unique(["\0".join(cells) for cells in zip(*texts, strict=True)], return_inverse=True)
    for of, rows, references in _compared(sweep):
        means = []
        for outcome in sweep.outcomes:
            values = sweep.values(outcome)
            compared = values[rows] if references is None else values[rows] - values[references]
            means.append(intervals(compared, axis=1)["mean"])
        found = _spearman(settings[:, rows], np.stack(means), setting_of[rows])
        for i, factor in enumerate(numeric):
            for j, outcome in enumerate(sweep.outcomes):
                yield factor, outcome, sweep.unit(outcome), of, *found[i][j]


def _compared(sweep: SweepArrays) -> Iterator[tuple[str, np.ndarray, np.ndarray | None]]:
    """What is correlated: its name, rows of points, and of the points that they are compared with."""
    drawn = sweep.numbers != 0
    yield LEVEL_ITSELF, np.flatnonzero(drawn), None
    pairs: dict[str, list[tuple[int, int]]] = {}
    for context in sweep.contexts():
        if context.is_common:
            for row, level in zip(context.rows[1:], context.levels[1:], strict=True):
                if drawn[row] and drawn[context.rows[0]]:
                    pairs.setdefault(level, []).append((row, context.rows[0]))
    contrast = sweep.design.contrast
    for level in sorted(pairs, key=sweep.in_order(contrast).__getitem__) if contrast and pairs else ():
        rows = np.array(pairs[level])
        yield level, rows[:, 0], rows[:, 1]


def _spearman(x: np.ndarray, y: np.ndarray, setting_of: np.ndarray) -> list[list[tuple[float, float, float, int]]]:
    """rho, low, high and n of every row of x (factors, points) with every row of y (outcomes, points).

    setting_of: a number for each point's drawn setting, the unit of the bootstrap.
    """
    found = [[(math.nan, math.nan, math.nan, 0)] * len(y) for _ in x]
    patterns, pattern_of = np.unique(np.isfinite(y), axis=0, return_inverse=True)
    for i, kept in enumerate(patterns):
        chosen = np.flatnonzero(pattern_of.reshape(-1) == i)
        some_x, some_y, n = x[:, kept], y[chosen][:, kept], int(kept.sum())
        if n < 2:
            for row in found:
                for j in chosen:
                    row[j] = (math.nan, math.nan, math.nan, n)
            continue
        rho = _correlated(np.ones((1, n)), some_x, some_y)[0]
        low, high = _interval(some_x, some_y, np.unique(setting_of[kept], return_inverse=True)[1])
        for f, row in enumerate(found):
            for k, j in enumerate(chosen):
                has_any = np.isfinite(rho[f, k])
                bounds = (low[f, k], high[f, k]) if has_any else (math.nan, math.nan)
                row[j] = (rho[f, k], *bounds, n)
    return found


def _interval(x: np.ndarray, y: np.ndarray, setting_of: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Percentile interval of every correlation, (factors, outcomes) each."""
    n_settings = int(setting_of.max()) + 1
    if n_settings < _LEAST_SETTINGS:
        nothing = np.full((len(x), len(y)), np.nan)
        return nothing, nothing
    parts = min(RESAMPLES, math.ceil(RESAMPLES * x.shape[1] / _CELLS))
    rho = np.concatenate([_correlated(counts[:, setting_of], x, y) for counts in resampled(n_settings, parts)])
    # A sample may happen to have no spread: it says nothing.
    rho = np.sort(rho, axis=0)  # NaN last
    n = np.isfinite(rho).sum(axis=0)
    low, high = (
        np.take_along_axis(rho, np.maximum(np.round(share * (n - 1)).astype(int), 0)[np.newaxis], axis=0)[0]
        for share in ((1.0 - CONFIDENCE) / 2.0, (1.0 + CONFIDENCE) / 2.0)
    )
    return low, high


def _correlated(counts: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Spearman's rho in every sample, (samples, factors, outcomes): Pearson's on ranks, where ties share.

    counts: how often each point is in each sample, (samples, points). NaN without spread. Source: Spearman 1904.
    """
    ranks_x, ranks_y = _ranks_in(counts, x), _ranks_in(counts, y)  # (samples, rows, points), from their mean
    weighted = ranks_x * counts[:, np.newaxis, :]
    squares = (weighted * ranks_x).sum(axis=2)[:, :, np.newaxis] * (
        (ranks_y**2 * counts[:, np.newaxis, :]).sum(axis=2)[:, np.newaxis, :]
    )
    # Not `@`: many small products in threads wait for one another where the machine is busy.
    products = np.einsum("sfp,sop->sfo", weighted, ranks_y)
    found = np.full(products.shape, np.nan)
    np.divide(products, np.sqrt(squares), out=found, where=squares > 0.0)
    return np.clip(found, -1.0, 1.0)


def _ranks_in(counts: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Ranks within samples, from their mean: (samples, rows, points) from values (rows, points).

    Nothing is sorted again: in a sample, a value's rank is how many units of lower values it has, and half of its own.
    """
    made = np.empty((len(counts), *values.shape))
    middle = (counts.sum(axis=1, keepdims=True) + 1.0) / 2.0
    for row, row_values in enumerate(values):
        order = np.argsort(row_values, kind="stable")
        starts = np.flatnonzero(np.r_[True, np.diff(row_values[order]) != 0.0])
        places = np.empty(len(row_values), np.intp)
        places[order] = np.repeat(np.arange(len(starts)), np.diff(np.r_[starts, len(row_values)]))
        here = np.add.reduceat(counts[:, order], starts, axis=1)
        rank = np.cumsum(here, axis=1) - here + (here + 1.0) / 2.0 - middle
        made[:, row, :] = rank[:, places]
    return made
