"""The statistics of a sweep as tidy tables: levels, effects, contrasts, ranks, overtakes, correlations.

What has too few values for a number has NaN there. Nothing depends on the order of the rows of runs or points.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.lab.design.design import Design
from sim.lab.sums.arrays import SweepArrays, by_outcome, tidy
from sim.lab.sums.correlations import correlations
from sim.lab.sums.overtaking import overtakes
from sim.lab.sums.ranking import ranks
from sim.lab.sums.statistics import SCALES, holm, intervals, p_values
from sim.sums import ordered_sum

if TYPE_CHECKING:
    import pandas as pd


def summary_tables(design: Design, points: pd.DataFrame, runs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """All tables by name, their columns as `sim.lab.sums.arrays.TABLE_COLUMNS` lists them.

    points: a row per point, with its number and a column per factor. runs: a row per point
    and seed, with the design's outcomes and their parts (`sim.lab.sums.prices.with_parts`); points may lack seeds, values may be NaN.
    """
    sweep = SweepArrays(design, points, runs)
    return {
        "levels": levels(sweep),
        "effects": effects(sweep),
        "contrasts": contrasts(sweep),
        "ranks": ranks(sweep),
        "overtakes": overtakes(sweep),
        "correlations": correlations(sweep),
    }


def levels(sweep: SweepArrays) -> pd.DataFrame:
    """Mean over seeds with its 95 % interval, and the spread between seeds (sd), by point and outcome.

    Source: Student 1908. Intervals are cut to the scale of their unit.
    """

    def found(outcome: str) -> dict[str, np.ndarray]:
        level = intervals(sweep.values(outcome), axis=1)
        if sweep.unit(outcome) in SCALES:
            least, most = SCALES[sweep.unit(outcome)]
            level["low"], level["high"] = np.maximum(level["low"], least), np.minimum(level["high"], most)
        return level

    return tidy("levels", by_outcome(sweep, sweep.outcomes, found, point=sweep.numbers))


def effects(sweep: SweepArrays) -> pd.DataFrame:
    """Paired difference of every other point from the base (point 0), by point and outcome; see `_paired`."""
    rows = np.flatnonzero(sweep.numbers != 0)

    def found(outcome: str) -> dict[str, np.ndarray]:
        values = sweep.values(outcome)
        base = values[sweep.numbers == 0]
        return _paired(values[rows], base)

    return tidy("effects", by_outcome(sweep, sweep.outcomes, found, point=sweep.numbers[rows]))


def contrasts(sweep: SweepArrays) -> pd.DataFrame:
    """Paired difference of the contrast factor's levels from the reference of their context (`SweepArrays.contexts`), by
    context, level and outcome; see `_paired`. `context` is the number of the reference's point."""
    pairs = [
        (context.rows[0], row, level)
        for context in sweep.contexts()
        for row, level in zip(context.rows[1:], context.levels[1:], strict=True)
    ]
    references = np.array([pair[0] for pair in pairs], np.intp)
    rows = np.array([pair[1] for pair in pairs], np.intp)

    def found(outcome: str) -> dict[str, np.ndarray]:
        values = sweep.values(outcome)
        return _paired(values[rows], values[references])

    keys = {
        "context": sweep.numbers[references],
        "level": np.array([pair[2] for pair in pairs], object),
        "point": sweep.numbers[rows],
    }
    return tidy("contrasts", by_outcome(sweep, sweep.outcomes, found, **keys))


def _paired(values: np.ndarray, reference: np.ndarray) -> dict[str, np.ndarray]:
    """Differences under the same seeds of one outcome: arrays (rows, seeds), the reference's may be one row; (rows,) each.

    Interval by Student on the pairs. variance_ratio: the variances of both, summed, by that of the difference, over the
    seeds that both have: how many times fewer runs pairing needs for one width of interval. It is NaN where the
    difference does not vary (or has one seed): there is nothing that a number of runs would narrow.
    is_clear: the interval excludes zero. is_clear_of_all: still so among all rows at once, by Holm's step-down (1979).
    """
    difference = values - reference
    found = intervals(difference, axis=1)
    both = np.isfinite(difference)
    apart = ordered_sum(
        intervals(np.where(both, numbers, np.nan), axis=1)["sd"] ** 2 for numbers in (values, reference)
    )
    varies = found["sd"] > 0.0
    ratio = np.full(len(values), np.nan)
    np.divide(apart, found["sd"] ** 2, out=ratio, where=varies)
    return {
        **found,
        "variance_ratio": ratio,
        "is_clear": (found["low"] > 0.0) | (found["high"] < 0.0),
        "is_clear_of_all": holm(p_values(found["mean"], found["sd"], found["n"])),
    }
