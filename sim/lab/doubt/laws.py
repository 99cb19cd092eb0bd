"""The laws of numbers that are not known: drawn by inversion of one uniform number, as all chance of the model is.

A law of a single value (low = high) gives that value; its density is 1 there and 0 elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Protocol

import numpy as np
from scipy.special import betainc, betaincinv, betaln, xlog1py, xlogy

from sim.scenario.parameters import nearest
from sim.sums import ordered_sum

PERT_WEIGHT = 4.0
"""How much more the mode counts than an end in the mean of a PERT law (Clark 1962; Vose 2008)."""


class Law(Protocol):
    """The law of one number, from `low` to `high`, both counted."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    @property
    def mean(self) -> float: ...

    @property
    def sd(self) -> float: ...

    def quantile(self, u: np.ndarray | float) -> np.ndarray:
        """The values at uniform numbers 0 <= u <= 1, in their shape: never falling in u."""

    def cdf(self, x: np.ndarray | float) -> np.ndarray:
        """The chance of at most x, in the shape of x."""

    def log_density(self, x: np.ndarray | float) -> np.ndarray:
        """The logarithm of the density (of a whole number: of its chance) in the shape of x; -inf where x cannot be."""


def _single(low: float, x: np.ndarray | float) -> np.ndarray:
    return np.where(np.asarray(x) == low, 0.0, -np.inf)


@dataclass(frozen=True)
class Uniform:
    """Every value from low to high alike."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not -math.inf < self.low <= self.high < math.inf:
            raise ValueError(f"low <= high is wanted, not {self}")

    @property
    def mean(self) -> float:
        return (self.low + self.high) / 2

    @property
    def sd(self) -> float:
        return (self.high - self.low) / math.sqrt(12)

    def quantile(self, u: np.ndarray | float) -> np.ndarray:
        return np.clip(self.low + (self.high - self.low) * np.asarray(u, float), self.low, self.high)

    def cdf(self, x: np.ndarray | float) -> np.ndarray:
        if self.low == self.high:
            return np.where(np.asarray(x) >= self.low, 1.0, 0.0)
        return np.clip((np.asarray(x, float) - self.low) / (self.high - self.low), 0.0, 1.0)

    def log_density(self, x: np.ndarray | float) -> np.ndarray:
        if self.low == self.high:
            return _single(self.low, x)
        x = np.asarray(x, float)
        return np.where((x >= self.low) & (x <= self.high), -math.log(self.high - self.low), -np.inf)


@dataclass(frozen=True)
class Pert:
    """A beta law from low to high by its most likely value, with the mean (low + 4 mode + high) / 6."""

    low: float
    mode: float
    high: float

    def __post_init__(self) -> None:
        if not -math.inf < self.low <= self.mode <= self.high < math.inf:
            raise ValueError(f"low <= mode <= high is wanted, not {self}")

    @property
    def mean(self) -> float:
        return (self.low + PERT_WEIGHT * self.mode + self.high) / (PERT_WEIGHT + 2)

    @property
    def sd(self) -> float:
        return math.sqrt((self.mean - self.low) * (self.high - self.mean) / (PERT_WEIGHT + 3))

    @cached_property
    def _shape(self) -> tuple[float, float]:
        """The two parameters of the beta law."""
        width = self.high - self.low
        below, above = (self.mode - self.low) / width, (self.high - self.mode) / width
        return 1 + PERT_WEIGHT * below, 1 + PERT_WEIGHT * above

    def quantile(self, u: np.ndarray | float) -> np.ndarray:
        u = np.asarray(u, float)
        if self.low == self.high:
            return np.full_like(u, self.low)
        return np.clip(self.low + (self.high - self.low) * betaincinv(*self._shape, u), self.low, self.high)

    def cdf(self, x: np.ndarray | float) -> np.ndarray:
        share = Uniform(self.low, self.high).cdf(x)
        return share if self.low == self.high else betainc(*self._shape, share)

    def log_density(self, x: np.ndarray | float) -> np.ndarray:
        if self.low == self.high:
            return _single(self.low, x)
        x, (alpha, beta) = np.asarray(x, float), self._shape
        share = Uniform(self.low, self.high).cdf(x)
        inside = xlogy(alpha - 1, share) + xlog1py(beta - 1, -share) - betaln(alpha, beta)
        return np.where((x >= self.low) & (x <= self.high), inside - math.log(self.high - self.low), -np.inf)


@dataclass(frozen=True)
class WholeNumbers:
    """WholeNumbers numbers only, both ends included: each has what a law over all their cells, from half below to half above, gives its cell.

    within: a law whose ends (and mode) are whole.
    """

    within: Uniform | Pert

    @property
    def low(self) -> float:
        return self.within.low

    @property
    def high(self) -> float:
        return self.within.high

    @cached_property
    def _cells(self) -> Uniform | Pert:
        return replace(self.within, low=self.low - 0.5, high=self.high + 0.5)

    @cached_property
    def _numbers(self) -> tuple[np.ndarray, np.ndarray]:
        """Every number, and its chance."""
        numbers = np.arange(self.low, self.high + 1)
        return numbers, self._cells.cdf(numbers + 0.5) - self._cells.cdf(numbers - 0.5)

    @property
    def mean(self) -> float:
        numbers, chances = self._numbers
        return ordered_sum(numbers * chances)

    @property
    def sd(self) -> float:
        numbers, chances = self._numbers
        return math.sqrt(ordered_sum((numbers - self.mean) ** 2 * chances))

    def quantile(self, u: np.ndarray | float) -> np.ndarray:
        return np.clip(nearest(self._cells.quantile(u)), self.low, self.high)

    def cdf(self, x: np.ndarray | float) -> np.ndarray:
        return self._cells.cdf(np.floor(x) + 0.5)

    def log_density(self, x: np.ndarray | float) -> np.ndarray:
        x = np.asarray(x, float)
        is_one = (x == np.floor(x)) & (x >= self.low) & (x <= self.high)
        with np.errstate(divide="ignore"):
            return np.where(is_one, np.log(self._cells.cdf(x + 0.5) - self._cells.cdf(x - 0.5)), -np.inf)


@dataclass(frozen=True)
class FactorLaw:
    """A number above 0 whose logarithm has a law."""

    of_log: Uniform | Pert

    @property
    def low(self) -> float:
        return math.exp(self.of_log.low)

    @property
    def high(self) -> float:
        return math.exp(self.of_log.high)

    @cached_property
    def _moments(self) -> tuple[float, float]:
        """The means of the number and of its square, over the middles of many equal parts of its chance."""
        x = self.quantile((np.arange(N_PARTS) + 0.5) / N_PARTS)
        return ordered_sum(x) / N_PARTS, ordered_sum(x * x) / N_PARTS

    @property
    def mean(self) -> float:
        return self._moments[0]

    @property
    def sd(self) -> float:
        return math.sqrt(max(0.0, self._moments[1] - self.mean**2))

    def quantile(self, u: np.ndarray | float) -> np.ndarray:
        return np.clip(np.exp(self.of_log.quantile(u)), self.low, self.high)

    def cdf(self, x: np.ndarray | float) -> np.ndarray:
        return self.of_log.cdf(self._log(x))

    def log_density(self, x: np.ndarray | float) -> np.ndarray:
        y = self._log(x)
        return np.where(np.isfinite(y), self.of_log.log_density(y) - np.where(np.isfinite(y), y, 0.0), -np.inf)

    def _log(self, x: np.ndarray | float) -> np.ndarray:
        """The logarithm; at the ends that of the law, whatever the last digit."""
        x = np.asarray(x, float)
        with np.errstate(divide="ignore", invalid="ignore"):
            y = np.where(x > 0.0, np.log(x), -np.inf)
        inside = (x >= self.low) & (x <= self.high)
        return np.where(inside, np.clip(y, self.of_log.low, self.of_log.high), y)


N_PARTS = 10_000


def factor_of(shape: str, low: float, high: float) -> FactorLaw:
    """The law of a shape of `SHAPES` of the logarithm of a factor from low to high, most likely 1."""
    ends = math.log(low), math.log(high)
    return FactorLaw(Pert(ends[0], 0.0, ends[1]) if shape == "pert" else Uniform(*ends))


def law_of(shape: str, low: float, mode: float, high: float, *, is_whole: bool = False) -> Law:
    """The law of a shape of `SHAPES` over a plausible range with a most likely value."""
    within = Pert(low, mode, high) if shape == "pert" else Uniform(low, high)
    return WholeNumbers(within) if is_whole else within


SHAPES = ("pert", "uniform")
"""How a plausible range is read: the most likely value is most likely, or no value is more likely than another."""
