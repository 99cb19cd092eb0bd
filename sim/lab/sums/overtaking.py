"""Where along a numeric factor one level of the contrast factor overtakes another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.arrays import SweepArrays, tidy
from sim.lab.sums.statistics import CONFIDENCE, intervals, seed_weights

if TYPE_CHECKING:
    import pandas as pd

_TOGETHER = 500
"""Crossings resampled at a time, for memory."""


@dataclass(frozen=True)
class _Line:
    """Two levels of the contrast factor along a numeric one, all else equal: its values, ascending, and the rows of the
    points of either level there, (values,) each."""

    factor: str
    others: str
    levels: tuple[str, str]
    values: np.ndarray
    rows: tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class _Crossing:
    """Where the order of a line's levels changes: between two of its values, given by their places on it."""

    line: _Line
    low: int
    high: int
    at: float
    sign: float  # of the difference at the low end
    is_clear: bool


def overtakes(sweep: SweepArrays) -> pd.DataFrame:
    """Where along a numeric factor one level of the contrast factor overtakes another, by outcome that has a direction.

    level_a is better up to `low`, level_b from `high` on: neighbouring values of the factor (one where both are exactly
    equal, or where either has no runs, is passed over). at: where the line between the mean paired differences there
    meets zero; amid the values where both are exactly equal, if there are such between. at_low, at_high: its 95 % paired
    bootstrap interval (Efron 1979) over the seeds that all four points have, within low-high: an end that it reaches
    means that the change may lie beyond. is_clear: both differences are distinguishable from zero (Student's 95 % intervals).
    others: what the other factors are, as "name=level, name=level".
    Only factors whose values the design says are looked at, not those that the plan draws.
    """
    lines = list(_lines(sweep))
    columns: dict[str, list[object]] = {name: [] for name in ("outcome", "level_a", "level_b")}
    crossings: list[_Crossing] = []
    intervals_at = [np.empty((0, 2))]
    for outcome in sweep.outcomes if lines else ():
        good = OUTCOMES[outcome].good
        if good == 0:
            continue
        values = sweep.values(outcome)
        crossed = list(_crossings(lines, values))
        for crossing in crossed:
            a, b = crossing.line.levels if crossing.sign * good > 0.0 else crossing.line.levels[::-1]
            for name, cell in (("outcome", outcome), ("level_a", a), ("level_b", b)):
                columns[name].append(cell)
        crossings += crossed
        intervals_at.append(_bootstrap(crossed, values))
    at = np.concatenate(intervals_at)
    return tidy(
        "overtakes",
        {
            **columns,
            "factor": [crossing.line.factor for crossing in crossings],
            "others": [crossing.line.others for crossing in crossings],
            "low": [crossing.line.values[crossing.low] for crossing in crossings],
            "high": [crossing.line.values[crossing.high] for crossing in crossings],
            "at": [crossing.at for crossing in crossings],
            "at_low": at[:, 0],
            "at_high": at[:, 1],
            "is_clear": [crossing.is_clear for crossing in crossings],
        },
    )


def _lines(sweep: SweepArrays) -> Iterator[_Line]:
    """By factor, by what the other factors are, by pair of levels."""
    contrast = sweep.design.contrast
    if contrast is None:
        return
    order, levels = sweep.in_order(contrast), sweep.level_names(contrast)
    for factor, varied in sweep.factors.items():
        if not varied.is_numeric or factor == contrast or factor in sweep.sampled:
            continue
        settings = sweep.points[factor].to_numpy(np.float64)
        others = {name: sweep.level_names(name) for name in sweep.factors if name not in (factor, contrast)}
        for rows in sweep.groups(factor, contrast):
            said = ", ".join(f"{name}={names[rows[0]]}" for name, names in others.items())
            by_level: dict[str, dict[float, int]] = {}
            for row in rows:
                if np.isfinite(settings[row]):
                    by_level.setdefault(levels[row], {}).setdefault(float(settings[row]), row)
            for a, b in combinations(sorted(by_level, key=order.__getitem__), 2):
                both = sorted(by_level[a].keys() & by_level[b].keys())
                if len(both) > 1:
                    rows_a, rows_b = (np.array([by_level[level][value] for value in both]) for level in (a, b))
                    yield _Line(factor, said, (a, b), np.array(both), (rows_a, rows_b))


def _crossings(lines: Sequence[_Line], values: np.ndarray) -> Iterator[_Crossing]:
    """Along every line, from one outcome's values (points, seeds)."""
    rows_a, rows_b = (np.concatenate([line.rows[i] for line in lines]) for i in (0, 1))
    found = intervals(values[rows_a] - values[rows_b], axis=1)
    told_from_zero = (found["low"] > 0.0) | (found["high"] < 0.0)
    start = 0
    for line in lines:
        here = slice(start, start := start + len(line.values))
        mean, is_clear = found["mean"][here], told_from_zero[here]
        differs = np.flatnonzero(np.isfinite(mean) & (mean != 0.0))
        for low, high in pairwise(differs):
            if (mean[low] > 0.0) == (mean[high] > 0.0):
                continue
            equal = line.values[low + 1 : high][mean[low + 1 : high] == 0.0]
            if len(equal):
                at = (equal[0] + equal[-1]) / 2.0
            else:
                share = mean[low] / (mean[low] - mean[high])
                at = line.values[low] + share * (line.values[high] - line.values[low])
            clear = bool(is_clear[low] and is_clear[high])
            yield _Crossing(line, int(low), int(high), float(at), float(np.sign(mean[low])), clear)


def _bootstrap(crossings: Sequence[_Crossing], values: np.ndarray) -> np.ndarray:
    """Intervals of where the crossings are, (crossings, 2), from one outcome's values (points, seeds)."""
    found = np.full((len(crossings), 2), np.nan)
    for start in range(0, len(crossings), _TOGETHER):
        some = crossings[start : start + _TOGETHER]
        at_low, at_high = (
            values[[crossing.line.rows[0][place] for crossing, place in zip(some, places, strict=True)]]
            - values[[crossing.line.rows[1][place] for crossing, place in zip(some, places, strict=True)]]
            for places in ([crossing.low for crossing in some], [crossing.high for crossing in some])
        )
        # Crossings that have the same seeds are resampled in one go.
        patterns, pattern_of = np.unique(np.isfinite(at_low) & np.isfinite(at_high), axis=0, return_inverse=True)
        for i, seeds in enumerate(patterns):
            alike = np.flatnonzero(pattern_of.reshape(-1) == i)
            if seeds.sum() > 1:
                chosen = [some[int(row)] for row in alike]
                found[start + alike] = _intervals_at(chosen, at_low[alike][:, seeds], at_high[alike][:, seeds])
    return found


def _intervals_at(crossings: Sequence[_Crossing], at_low: np.ndarray, at_high: np.ndarray) -> np.ndarray:
    """Intervals (crossings, 2) from the differences at both ends, (crossings, seeds) each, without NaN.

    In a sample without a change between the ends, the place is the end beyond which it must be. Where a sample has the
    order reversed, it may be beyond either: that widens the interval both ways.
    """
    low = np.array([crossing.line.values[crossing.low] for crossing in crossings])
    high = np.array([crossing.line.values[crossing.high] for crossing in crossings])
    at = np.array([crossing.at for crossing in crossings])
    sign = np.array([crossing.sign for crossing in crossings])
    are_neighbours = np.array([crossing.high == crossing.low + 1 for crossing in crossings])
    weights = seed_weights(at_low.shape[1])
    # Now positive where the low end is as it was found to be, and negative where the high end is.
    start, end = (weights @ at_low.T) * sign, (weights @ at_high.T) * sign
    changes = (start > 0.0) & (end < 0.0)
    share = start / np.where(changes, start - end, 1.0)
    inside = np.where(are_neighbours, low + share * (high - low), at)
    place = np.where(changes, inside, np.where(start > 0.0, high, low))  # low, too, where the order is reversed
    is_reversed = (start <= 0.0) & (end >= 0.0)
    tail = (1.0 - CONFIDENCE) / 2.0
    first = np.quantile(place, tail, axis=0)
    last = np.quantile(np.where(is_reversed, high, place), 1.0 - tail, axis=0)
    return np.column_stack([first, last])
