"""A sweep's points and runs as arrays, which points are to be compared with one another, and the making of tidy tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.lab.design.design import Design, Factor
from sim.lab.design.methods import SAMPLED
from sim.lab.kept.shapes import INTERVAL
from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.prices import over_seeds

if TYPE_CHECKING:
    import pandas as pd


_PAIRED = (*INTERVAL, "variance_ratio", "is_clear", "is_clear_of_all")

TABLE_COLUMNS: dict[str, tuple[str, ...]] = {
    "levels": ("point", "outcome", "unit", *INTERVAL),
    "effects": ("point", "outcome", "unit", *_PAIRED),
    "contrasts": ("context", "level", "point", "outcome", "unit", *_PAIRED),
    "ranks": ("context", "level", "point", "outcome", "unit", "mean", "mean_rank", "best_chance", "best_share", "n"),
    "overtakes": (
        "outcome", "factor", "others", "level_a", "level_b", "low", "high", "at", "at_low", "at_high", "is_clear",
    ),
    "correlations": ("factor", "outcome", "unit", "of", "rho", "low", "high", "n"),
}  # fmt: skip
"""The columns of each table, in their order."""

_TYPES = {
    **dict.fromkeys(("point", "context", "n"), "int64"),
    **dict.fromkeys(("outcome", "unit", "level", "factor", "others", "level_a", "level_b", "of"), "str"),
    **dict.fromkeys(("is_clear", "is_clear_of_all"), "bool"),
}


def tidy(table: str, columns: Mapping[str, Any]) -> pd.DataFrame:
    """A table by name from its columns: these only, in the fixed order and types (whatever is not named is float64)."""
    import pandas as pd

    return pd.DataFrame(
        {name: pd.Series(columns[name], dtype=_TYPES.get(name, "float64")) for name in TABLE_COLUMNS[table]}
    )


@dataclass(frozen=True)
class Context:
    """Points that differ in the contrast factor only. `rows`: of the points, in the order of `levels`, the reference
    first. is_common: whether the reference is at the level that serves most contexts."""

    rows: tuple[int, ...]
    levels: tuple[str, ...]
    is_common: bool


class SweepArrays:
    """A sweep's design, its points by number and its runs.

    points: one row each, with "point" and a column per factor. runs: "point", "seed" and
    the design's outcomes with their parts (`sim.lab.sums.prices`), one row for each of both, in any order. Rows of arrays are points, columns seeds, both
    ascending; NaN where there is no run or no finite value.
    """

    def __init__(self, design: Design, points: pd.DataFrame, runs: pd.DataFrame) -> None:
        self.design = design
        self.points = points.sort_values("point", kind="stable").reset_index(drop=True)
        self.numbers = self.points["point"].to_numpy(np.int64)
        self.outcomes = design.outcomes
        self._runs = runs
        seeds, self._column = np.unique(runs["seed"].to_numpy(), return_inverse=True)
        self.n_seeds = len(seeds)
        place = np.searchsorted(self.numbers, runs["point"].to_numpy())
        self._row = np.minimum(place, len(self.numbers) - 1)
        self._is_known = self.numbers[self._row] == runs["point"].to_numpy()

    def values(self, outcome: str) -> np.ndarray:
        """One outcome, (points, seeds), by whose means over seeds points are compared (`sim.lab.sums.prices.over_seeds`)."""
        return over_seeds(outcome, self.by_run)

    def by_run(self, outcome: str) -> np.ndarray:
        """One outcome of each run, (points, seeds)."""
        found = np.full((len(self.numbers), self.n_seeds), np.nan)
        known = self._is_known
        found[self._row[known], self._column[known]] = self._runs[outcome].to_numpy(np.float64)[known]
        return np.where(np.isfinite(found), found, np.nan)

    def unit(self, outcome: str) -> str:
        return OUTCOMES[outcome].unit

    @property
    def factors(self) -> dict[str, Factor]:
        return {factor.name: factor for factor in self.design.factors}

    @property
    def sampled(self) -> set[str]:
        """Names of the factors that the plan draws from ranges."""
        return {name for part in self.design.plan if part.method in SAMPLED for name in part.factors}

    def level_names(self, name: str) -> list[str]:
        """What a factor's level is called, by row."""
        factor = self.design.factor(name)
        if not factor.is_numeric:
            return [str(level) for level in self.points[name]]
        base = factor.base
        return [
            base.name if np.isnan(value) or value == base.value else f"{value:.6g}"
            for value in self.points[name].to_numpy(np.float64)
        ]

    def in_order(self, name: str) -> dict[str, int]:
        """The place of each level that points have: the base's first, then as the design or the numbers order them."""
        factor, names = self.design.factor(name), self.level_names(name)
        if factor.is_numeric:
            values = self.points[name].to_numpy(np.float64)
            known = [names[row] for row in np.argsort(values, kind="stable")]  # NaN, the base's, comes last
        else:
            known = [level.name for level in factor.levels]
        there = set(names)
        wanted = dict.fromkeys([factor.base.name, *known, *sorted(there)])
        return {level: i for i, level in enumerate(level for level in wanted if level in there)}

    def groups(self, *apart_from: str) -> Iterator[list[int]]:
        """Rows of points that agree in every factor but these; by the first point of each group, rows ascending."""
        names = [name for name in self.factors if name not in apart_from]
        # A base whose own value is not one number (NaN) agrees with itself.
        columns = [self.points[name].astype(object).where(self.points[name].notna(), None) for name in names]
        found: dict[tuple[Any, ...], list[int]] = {}
        for row in range(len(self.numbers)):
            found.setdefault(tuple(column[row] for column in columns), []).append(row)
        yield from found.values()

    def contexts(self) -> list[Context]:
        """Groups of at least two levels of the contrast factor, all other factors equal; empty without such a factor.

        The reference is the level that most groups have: the base's level if none is in more, or else the first in the
        design's order; in a group without it, the group's own first level. So contrasts along another factor are from
        one reference, also where the base's level stands at the base only.
        """
        factor = self.design.contrast
        if factor is None:
            return []
        order, names = self.in_order(factor), self.level_names(factor)
        groups = [by_level for rows in self.groups(factor) if len(by_level := _first_of(rows, names, order)) > 1]
        common = max(order, key=lambda name: (sum(name in group for group in groups), -order[name]))
        made = []
        for group in groups:
            levels = sorted(group, key=lambda name: (name != common, order[name]))
            made.append(Context(tuple(group[name] for name in levels), tuple(levels), common in group))
        return sorted(made, key=lambda context: context.rows[0])


def _first_of(rows: Iterable[int], names: Sequence[str], order: Mapping[str, int]) -> dict[str, int]:
    """The first row of each level, levels in their order."""
    found: dict[str, int] = {}
    for row in rows:
        found.setdefault(names[row], row)
    return dict(sorted(found.items(), key=lambda pair: order[pair[0]]))


def by_outcome(
    sweep: SweepArrays, outcomes: Sequence[str], found: Callable[[str], Mapping[str, np.ndarray]], **keys: np.ndarray
) -> dict[str, Any]:
    """Columns (rows * outcomes,), row after row, from the keys (rows,) and what is found for each outcome (rows,)."""
    parts = [found(name) for name in outcomes]
    n_rows = len(next(iter(keys.values())))
    columns: dict[str, Any] = {name: np.repeat(key, len(outcomes)) for name, key in keys.items()}
    columns["outcome"] = list(outcomes) * n_rows
    columns["unit"] = [sweep.unit(name) for name in outcomes] * n_rows
    for column in parts[0]:
        columns[column] = np.stack([part[column] for part in parts], axis=-1).reshape(-1)
    return columns
