"""Sweeps whose outcomes are made up, so that what their statistics must say is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sim.lab.design.design import Design, Factor, Level, Part, Patch, Point, Seeds
from sim.language import Text

TEXT = Text("text", "文字")


def named(name: str, *levels: str, base: str | None = None) -> Factor:
    """A factor with named levels; the first is the base's unless another is said."""
    made = {one: Level(one, TEXT, Patch()) for one in dict.fromkeys([*levels, base or levels[0]])}
    return Factor(name, "policies", TEXT, "", "policies", made[base or levels[0]], tuple(made[one] for one in levels))


def numeric(name: str, *levels: float, base: float) -> Factor:
    made = {one: Level(f"{one:.6g}", TEXT, Patch(), one) for one in (base, *levels)}
    return Factor(name, "lever", TEXT, "", "policies", made[base], tuple(made[one] for one in levels))


def design_of(
    factors: Sequence[Factor],
    outcomes: Sequence[str],
    contrast: str | None = None,
    sampled: Sequence[str] = (),
    method: str = "sobol",
) -> Design:
    rest = tuple(one.name for one in factors if one.name not in sampled)
    parts = [Part(method, tuple(sampled), 0)] if sampled else []
    parts += [Part("grid", rest, 0)] if rest else []
    base = Point(0, tuple(one.base for one in factors))
    return Design(
        "made", Path("design.yaml"), TEXT, None, Patch(), tuple(factors), tuple(parts), (base,), Seeds(1),
        tuple(outcomes), contrast=contrast,
    )  # fmt: skip


def points_of(factors: Sequence[Factor], settings: Sequence[Sequence[Any]] | None = None) -> pd.DataFrame:
    """The table of points: the base, then all crossings of the levels or the given settings, but the base."""

    def cell(factor: Factor, level: Level) -> Any:
        return level.value if factor.is_numeric else level.name

    base = tuple(cell(one, one.base) for one in factors)
    crossed = settings if settings is not None else list(product(*([cell(f, x) for x in f.levels] for f in factors)))
    rows = [base, *(tuple(one) for one in crossed if tuple(one) != base)]
    made = pd.DataFrame(rows, columns=[one.name for one in factors])
    made.insert(0, "point", np.arange(len(rows)))
    made.insert(1, "scenario_hash", [f"hash {i}" for i in range(len(rows))])
    made.insert(2, "model", "model")
    return made


def runs_of(values: Mapping[str, np.ndarray]) -> pd.DataFrame:
    """The table of runs from values (points, seeds) by outcome; seeds count from 1."""
    n_points, n_seeds = next(iter(values.values())).shape
    made = pd.DataFrame(
        {"point": np.repeat(np.arange(n_points), n_seeds), "seed": np.tile(np.arange(1, n_seeds + 1), n_points)}
    )
    return made.assign(**{name: one.reshape(-1) for name, one in values.items()})


def by_point(points: pd.DataFrame, mean: Callable[[pd.Series], float]) -> np.ndarray:
    """A value for each point, (points, 1)."""
    return np.array([[mean(row)] for _, row in points.iterrows()])


def exact(rng: np.random.Generator, n: int, mean: float = 0.0, sd: float = 1.0) -> np.ndarray:
    """Normal-looking values with exactly this mean and standard deviation."""
    drawn = rng.normal(size=n)
    made: np.ndarray = mean + sd * (drawn - drawn.mean()) / drawn.std(ddof=1)
    return made
