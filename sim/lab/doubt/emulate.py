"""An emulator of what a city's figures would be, from a pilot of prior runs: where to look for the values that fit, and how steeply figures
rise there.

Numbers are counted in standard deviations of their laws, figures on a scale that has no ends: counts by their logarithm, shares by
their logit. On these, a figure is linear in all numbers, and has squares and products of those that are solved for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from sim.lab.doubt.figure_laws import FigureLaw
from sim.lab.doubt.laws import FactorLaw, Law

LEAST_COUNT, LEAST_SHARE = 0.5, 1e-3
"""What none, and all but none, count as where a logarithm is taken."""
NEAR_ENOUGH = 0.15
"""How near a figure must come to its target, in standard deviations of the targets."""
LEAST_SHARE_MOVED = 0.1
LEAST_SHARE_MOVED_BY_ANY = 0.25
"""Of the pilot's variance of a figure: what a number must move to be solved for, one that was fitted before, or any other."""
PENALTIES = 10.0 ** np.arange(-1.0, 6.0)
"""Of the ridge, tried on runs left out one at a time."""


@dataclass(frozen=True)
class Number:
    """A number in doubt, as the solver sees it. is_solved: it is there to be fitted."""

    name: str
    law: Law
    is_solved: bool = False

    def spread(self) -> tuple[float, float]:
        """Middle and SD, of the logarithm where that has the law."""
        law = self.law.of_log if isinstance(self.law, FactorLaw) else self.law
        return law.mean, law.sd

    def standard(self, x: np.ndarray | float) -> np.ndarray:
        """A value in SDs from the middle; 0 where there is but one."""
        middle, sd = self.spread()
        x = np.log(x) if isinstance(self.law, FactorLaw) else np.asarray(x, float)
        return (x - middle) / sd if sd > 0.0 else np.zeros_like(x)

    def value(self, z: float) -> float:
        """What `standard` makes z of."""
        middle, sd = self.spread()
        x = middle + sd * z
        return float(np.exp(x)) if isinstance(self.law, FactorLaw) else float(x)

    def ends(self) -> tuple[float, float]:
        """Of the law, in SDs from the middle."""
        return float(self.standard(self.law.low)), float(self.standard(self.law.high))

    def log_density(self, z: float) -> float:
        """Of the number in SDs."""
        middle, sd = self.spread()
        if isinstance(self.law, FactorLaw):
            return float(self.law.of_log.log_density(middle + sd * z) + np.log(sd))
        return float(self.law.log_density(self.value(z)) + np.log(sd))


@dataclass(frozen=True)
class FittedFigure:
    """A figure that is fitted, as the solver sees it. form: its scale, "log", "logit" or "plain"; grain: by how much of its own unit it can
    move at all. is_target: it may be solved for; else it weighs only."""

    name: str
    law: FigureLaw
    form: str
    is_target: bool = True
    grain: float = 0.0

    def scaled(self, x: np.ndarray) -> np.ndarray:
        """On the scale without ends; NaN stays."""
        x = np.asarray(x, float)
        if self.form == "log":
            return np.log(np.maximum(x, LEAST_COUNT))
        if self.form == "logit":
            x = np.clip(x, LEAST_SHARE, 1.0 - LEAST_SHARE)
            return np.log(x) - np.log1p(-x)
        return x

    def log_slope(self, x: float) -> float:
        """Log of how much the figure moves with its scale."""
        if self.form == "log":
            return float(np.log(max(x, LEAST_COUNT)))
        return float(np.log(x) + np.log1p(-x)) if self.form == "logit" else 0.0

    @cached_property
    def tolerance(self) -> float:
        """On the scale, how near to its target is near enough."""
        low, middle, high = self.law.target(np.array([0.1586553, 0.5, 0.8413447]))
        scaled = self.scaled(np.array([low, high, middle - self.grain / 2, middle + self.grain / 2]))
        return max(NEAR_ENOUGH * (scaled[1] - scaled[0]) / 2, 0.55 * (scaled[3] - scaled[2]))


@dataclass(frozen=True)
class Plan:
    """Which figures are solved for and with which numbers, in pairs, and what the pilot says of them.

    pairs: (m,) of the places of a figure and a number. level: (m,), slopes: (m, numbers), bends: (m, m, m) symmetric in the last
    two, over the numbers that are solved for. explained: (m,) the share of the pilot's variance, of runs left out.
    """

    numbers: tuple[Number, ...]
    figures: tuple[FittedFigure, ...]
    pairs: tuple[tuple[int, int], ...]
    level: np.ndarray
    slopes: np.ndarray
    bends: np.ndarray
    explained: np.ndarray

    @property
    def solved(self) -> list[Number]:
        """The numbers that are solved for."""
        return [self.numbers[number] for _, number in self.pairs]

    @property
    def targets(self) -> list[FittedFigure]:
        """The figures that they are solved for, in the same order."""
        return [self.figures[figure] for figure, _ in self.pairs]

    @property
    def weighed(self) -> list[int]:
        """Places of the figures that weigh only."""
        there = {figure for figure, _ in self.pairs}
        return [place for place in range(len(self.figures)) if place not in there]

    def without_solved(self, z: np.ndarray) -> np.ndarray:
        """What figures are with the solved numbers in their middles, (m,); z: (numbers,)."""
        kept = np.array(z, float)
        kept[[number for _, number in self.pairs]] = 0.0
        return self.level + self.slopes @ kept

    def value(self, rest: np.ndarray, solved: np.ndarray) -> np.ndarray:
        """Figures, (m,). rest: of `without_solved`; solved: (m,) in SDs."""
        at = [number for _, number in self.pairs]
        return rest + self.slopes[:, at] @ solved + np.einsum("fij,i,j->f", self.bends, solved, solved)

    def jacobian(self, solved: np.ndarray) -> np.ndarray:
        """How figures rise with solved numbers, (m, m)."""
        at = [number for _, number in self.pairs]
        return self.slopes[:, at] + 2.0 * self.bends @ solved


def plan_of(numbers: Sequence[Number], figures: Sequence[FittedFigure], values: np.ndarray, found: np.ndarray) -> Plan:
    """Fit the emulator. values: (runs, numbers) drawn from the prior; found: (runs, figures) what came of them, rows with NaN left out."""
    z = np.stack([number.standard(values[:, place]) for place, number in enumerate(numbers)], axis=1)
    scaled = np.stack([figure.scaled(found[:, place]) for place, figure in enumerate(figures)], axis=1)
    kept = np.isfinite(scaled).all(axis=1)
    z, scaled = z[kept], scaled[kept]
    candidates = [place for place, number in enumerate(numbers) if number.is_solved]
    pairs = _paired(numbers, figures, z, scaled, candidates)
    m, n = len(pairs), len(numbers)
    at = [number for _, number in pairs]
    free, others = (
        list(dict.fromkeys([*at, *candidates])),
        [place for place in range(n) if place not in {*at, *candidates}],
    )
    products = [(i, j) for i in range(m) for j in range(i, m)]
    curved = np.stack([z[:, at[i]] * z[:, at[j]] for i, j in products], axis=1) if m else np.empty((len(z), 0))
    level, slopes, bends, explained = np.zeros(m), np.zeros((m, n)), np.zeros((m, m, m)), np.zeros(m)
    for row, (figure, _) in enumerate(pairs):
        y = scaled[:, figure]
        plain = np.column_stack([np.ones(len(z)), z[:, free], curved])
        fixed, ridged, error = ridge(plain, z[:, others], y)
        level[row] = fixed[0]
        slopes[row, free], slopes[row, others] = fixed[1 : 1 + len(free)], ridged
        for (i, j), bend in zip(products, fixed[1 + len(free) :], strict=True):
            bends[row, i, j] += bend / 2
            bends[row, j, i] += bend / 2
        explained[row] = 1.0 - error / max(y.var(), 1e-300)
    return Plan(tuple(numbers), tuple(figures), tuple(pairs), level, slopes, bends, explained)


def _paired(
    numbers: Sequence[Number],
    figures: Sequence[FittedFigure],
    z: np.ndarray,
    scaled: np.ndarray,
    candidates: Sequence[int],
) -> list[tuple[int, int]]:
    """Figures with the numbers that they are solved with: of those that were fitted, the pairs that move most in all; then, for a figure that
    none of them moves, whatever moves it most, if that is much."""
    from scipy.optimize import linear_sum_assignment

    targets = [place for place, figure in enumerate(figures) if figure.is_target and scaled[:, place].std() > 0.0]
    others = [place for place in range(len(numbers)) if place not in candidates]
    moved = np.zeros((len(figures), len(numbers)))  # shares of the variance; numbers are in SDs
    for figure in targets:
        y = scaled[:, figure]
        fixed, ridged, _ = ridge(np.column_stack([np.ones(len(z)), z[:, candidates]]), z[:, others], y)
        moved[figure, candidates], moved[figure, others] = fixed[1:] ** 2 / y.var(), ridged**2 / y.var()
    found: list[tuple[int, int]] = []
    if targets and candidates:
        share = moved[np.ix_(targets, candidates)]
        for row, column in zip(*linear_sum_assignment(share, maximize=True), strict=True):
            if share[row, column] >= LEAST_SHARE_MOVED:
                found.append((targets[row], candidates[column]))
    for figure in targets:
        if figure not in {one for one, _ in found}:
            free = [place for place in others if place not in {number for _, number in found}]
            best = max(free, key=lambda place: moved[figure, place], default=None)
            if best is not None and moved[figure, best] >= LEAST_SHARE_MOVED_BY_ANY:
                found.append((figure, best))
    return sorted(found)


def ridge(plain: np.ndarray, others: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Least squares with a penalty on the coefficients of `others` alone, the one by which runs left out are met best; coefficients of
    both, and the mean squared error of those runs."""
    basis, triangle = np.linalg.qr(plain)
    rest, aim = others - basis @ (basis.T @ others), y - basis @ (basis.T @ y)
    left, sizes, right = np.linalg.svd(rest, full_matrices=False)
    taken = (basis**2).sum(axis=1)
    best: tuple[float, np.ndarray] | None = None
    for penalty in PENALTIES:
        shrunk = sizes**2 / (sizes**2 + penalty)
        error = aim - left @ (shrunk * (left.T @ aim))
        own = np.clip(taken + (left**2) @ shrunk, 0.0, 1.0 - 1e-9)  # how much a run is its own prediction
        missed = float(np.mean((error / (1.0 - own)) ** 2))
        if best is None or missed < best[0]:
            best = missed, right.T @ (sizes / (sizes**2 + penalty) * (left.T @ aim))
    assert best is not None
    fixed = np.linalg.lstsq(triangle, basis.T @ (y - others @ best[1]), rcond=None)[
        0
    ]  # a number of one value moves nothing
    return fixed, best[1], best[0]
