"""The laws of a city's figures: which values the city may have had, given what was counted, and how well a run's value fits.

A figure is known in four ways (`sim.scenario.figures`). Of each law:

`target(u)`  a value that the city may have had, in the figure's unit, by inversion: more with every u
`log_density(x)`  log of the density of such targets, per unit of the figure
`log_likelihood(x)`  log of the probability (or density) of what was counted, were the city's value x; the law of targets is this times
    a reference: Jeffreys' for a survey, flat in the logarithm for a count, flat for a mean and a range

None of them holds the chance of the model itself, which is in a run's own value x.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

import numpy as np

from sim.scenario.figures import BY_COUNT, BY_MEAN, BY_SURVEY, CityFigure

N_NODES = 40
"""Points of the Gauss-Hermite rule by which a survey's discrepancy is laid over its law."""
FAR = 12.0
"""So many standard deviations from an edge there is nothing left to count."""


class FigureLaw(Protocol):
    """What is known of a figure; arrays of any shape in and out."""

    def target(self, u: np.ndarray) -> np.ndarray:
        """Values that the city may have had. u: within 0-1."""
        ...

    def log_density(self, x: np.ndarray) -> np.ndarray:
        """Of targets, per unit of the figure; -inf where none can be."""
        ...

    def log_likelihood(self, x: np.ndarray) -> np.ndarray:
        """Of what was counted, were the city's value x; -inf where x is NaN."""
        ...


def law_of(figure: CityFigure) -> FigureLaw:
    """The law of a figure."""
    low, high = figure.bounds
    off = figure.discrepancy or 0.0
    if figure.law == BY_SURVEY:
        return SurveyLaw(_known(figure.value), _known(figure.n) / figure.design_effect, off)
    if figure.law == BY_COUNT:
        return CountLaw(_known(figure.value), off)
    if figure.law == BY_MEAN:
        return MeanLaw(_known(figure.value), _known(figure.se), low, high)
    ends = (low if figure.low is None else figure.low, high if figure.high is None else figure.high)
    return RangeLaw(*ends, off, low, high)


def _known(number: float | None) -> float:
    assert number is not None
    return number


@dataclass(frozen=True)
class SurveyLaw:
    """A share of people asked. n: those asked less what the design of the survey loses; discrepancy: SD, on the logit scale, of
    the share among those who could be asked from that of whom the figure is meant to be about.

    Targets: Beta(share * n + 1/2, (1 - share) * n + 1/2), which is Jeffreys' law, with the discrepancy laid over its logit. What was
    counted is binomial.
    """

    share: float
    n: float
    discrepancy: float = 0.0

    @property
    def _shape(self) -> tuple[float, float]:
        return self.share * self.n + 0.5, (1.0 - self.share) * self.n + 0.5

    def target(self, u: np.ndarray) -> np.ndarray:
        from scipy.special import betaincinv, expit

        exact: np.ndarray = betaincinv(*self._shape, u)
        if self.discrepancy == 0.0:
            return exact
        # A logit of 800 is 1 and of -800 is 0 as far as numbers go.
        found: np.ndarray = expit(_inverted(self._cdf_of_logit, u, -800.0, 800.0))
        return found

    def _cdf_of_logit(self, y: np.ndarray) -> np.ndarray:
        from scipy.special import betainc, expit

        return self._over_discrepancy(lambda at: betainc(*self._shape, expit(at)), y)

    def _over_discrepancy(self, of: Callable[[np.ndarray], np.ndarray], y: np.ndarray) -> np.ndarray:
        """The mean of a function of the logit over the discrepancy."""
        if self.discrepancy == 0.0:
            return of(y)
        nodes, weights = _nodes()
        at = np.asarray(y)[..., np.newaxis] - self.discrepancy * nodes
        mean: np.ndarray = (of(at) * weights).sum(axis=-1)
        return mean

    def log_density(self, x: np.ndarray) -> np.ndarray:
        from scipy.special import betaln, expit, log_expit, logit

        above, below = self._shape

        def of_logit(at: np.ndarray) -> np.ndarray:
            return np.exp(above * log_expit(at) + below * log_expit(-at) - betaln(above, below))

        y = logit(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(
                _within(x, 0.0, 1.0),
                np.log(self._over_discrepancy(of_logit, y)) - np.log(expit(y) * expit(-y)),
                -np.inf,
            )

    def log_likelihood(self, x: np.ndarray) -> np.ndarray:
        from scipy.special import gammaln, log_expit, logit

        yes, no = self.share * self.n, (1.0 - self.share) * self.n
        ways = gammaln(self.n + 1) - gammaln(yes + 1) - gammaln(no + 1)

        def of_logit(at: np.ndarray) -> np.ndarray:
            with np.errstate(invalid="ignore"):
                said = np.where(yes > 0.0, yes * log_expit(at), 0.0) + np.where(no > 0.0, no * log_expit(-at), 0.0)
            return np.exp(ways + said)

        with np.errstate(divide="ignore"):
            return np.where(_within(x, 0.0, 1.0), np.log(self._over_discrepancy(of_logit, logit(x))), -np.inf)


@dataclass(frozen=True)
class CountLaw:
    """A count. discrepancy: SD of the logarithm of what was counted from that of what there was; the chance of a count itself is the
    model's. Targets are lognormal around the count."""

    count: float
    discrepancy: float

    def target(self, u: np.ndarray) -> np.ndarray:
        from scipy.special import ndtri

        found: np.ndarray = self.count * np.exp(self.discrepancy * ndtri(u))
        return found

    def log_density(self, x: np.ndarray) -> np.ndarray:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(np.asarray(x) > 0.0, self.log_likelihood(x) - np.log(x), -np.inf)

    def log_likelihood(self, x: np.ndarray) -> np.ndarray:
        """Per unit of the logarithm of the count."""
        with np.errstate(divide="ignore", invalid="ignore"):
            z = (np.log(x) - np.log(self.count)) / self.discrepancy
        return np.where(np.asarray(x) > 0.0, _log_normal(z) - np.log(self.discrepancy), -np.inf)


@dataclass(frozen=True)
class MeanLaw:
    """A mean with its standard error: normal, within low..high, which the city's values have."""

    mean: float
    se: float
    low: float = -np.inf
    high: float = np.inf

    def _share_below(self, x: float) -> float:
        from scipy.special import ndtr

        return float(ndtr((x - self.mean) / self.se))

    def target(self, u: np.ndarray) -> np.ndarray:
        from scipy.special import ndtri

        least, most = self._share_below(self.low), self._share_below(self.high)
        found: np.ndarray = self.mean + self.se * ndtri(least + (most - least) * np.asarray(u))
        return np.clip(found, self.low, self.high)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        within = self._share_below(self.high) - self._share_below(self.low)
        return np.where(_within(x, self.low, self.high), self.log_likelihood(x) - np.log(within), -np.inf)

    def log_likelihood(self, x: np.ndarray) -> np.ndarray:
        z = (np.asarray(x) - self.mean) / self.se
        return np.where(np.isnan(z), -np.inf, _log_normal(z) - np.log(self.se))


@dataclass(frozen=True)
class RangeLaw:
    """A range with soft edges: as likely anywhere within, and beyond an edge less and less.

    discrepancy: SD of each edge as a share of the width. least, most: bounds of the city's values; an end of the range that lies there is none.
    """

    low: float
    high: float
    discrepancy: float
    least: float = -np.inf
    most: float = np.inf

    @property
    def _softness(self) -> float:
        return self.discrepancy * (self.high - self.low)

    @property
    def _ends(self) -> tuple[float, float]:
        """Beyond these lies nothing that counts."""
        far = FAR * self._softness
        return max(self.least, self.low - far), min(self.most, self.high + far)

    def _height(self, x: np.ndarray) -> np.ndarray:
        from scipy.special import ndtr

        x = np.asarray(x)
        begun = ndtr((x - self.low) / self._softness) if self.low > self.least else np.ones_like(x)
        is_going_on = ndtr((self.high - x) / self._softness) if self.high < self.most else np.ones_like(x)
        # Each edge by its small part, so that nothing is lost in a difference of ones.
        height: np.ndarray = np.where(x < self.high, begun - (1.0 - is_going_on), is_going_on - (1.0 - begun))
        return height

    def _area(self, x: np.ndarray) -> np.ndarray:
        """Below the height, from the lower end to x."""

        def up_to(at: np.ndarray) -> np.ndarray:
            begun = self._ramp(at - self.low) if self.low > self.least else at - self.least
            return begun - (self._ramp(at - self.high) if self.high < self.most else 0.0)

        return up_to(np.asarray(x)) - up_to(np.asarray(self._ends[0]))

    def _ramp(self, distance: np.ndarray) -> np.ndarray:
        """The integral of a soft step at 0."""
        from scipy.special import ndtr

        z = distance / self._softness
        ramp: np.ndarray = distance * ndtr(z) + self._softness * np.exp(_log_normal(z))
        return ramp

    def target(self, u: np.ndarray) -> np.ndarray:
        low, high = self._ends
        whole = self._area(np.asarray(high))
        return _inverted(lambda x: self._area(x) / whole, u, low, high)

    def log_density(self, x: np.ndarray) -> np.ndarray:
        low, high = self._ends
        return np.where(_within(x, low, high), self.log_likelihood(x) - np.log(self._area(np.asarray(high))), -np.inf)

    def log_likelihood(self, x: np.ndarray) -> np.ndarray:
        """Up to a constant: 0 well within the range."""
        with np.errstate(divide="ignore"):
            return np.where(np.isnan(x), -np.inf, np.log(np.maximum(self._height(x), 0.0)))


def _within(x: np.ndarray, low: float, high: float) -> np.ndarray:
    found: np.ndarray = (np.asarray(x) >= low) & (np.asarray(x) <= high)
    return found


@cache
def _nodes() -> tuple[np.ndarray, np.ndarray]:
    """Of the Gauss-Hermite rule, with weights whose sum is 1."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(N_NODES)
    return nodes, weights / weights.sum()


def _log_normal(z: np.ndarray) -> np.ndarray:
    """Log of the normal density."""
    return -0.5 * np.square(z) - 0.5 * np.log(2.0 * np.pi)


def _inverted(cdf: Callable[[np.ndarray], np.ndarray], u: np.ndarray, low: float, high: float) -> np.ndarray:
    """Where a rising function reaches u, by halving: the same steps for every u, so that more u is never less."""
    below, above = (np.full(np.shape(u), end, dtype=np.float64) for end in (low, high))
    for _ in range(N_HALVINGS):
        middle = (below + above) / 2.0
        is_lower = cdf(middle) < u
        below, above = np.where(is_lower, middle, below), np.where(is_lower, above, middle)
    return (below + above) / 2.0


N_HALVINGS = 60
"""Enough for a logit within 1e-15 of its place."""
