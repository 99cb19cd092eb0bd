"""Intervals: of a mean, of a paired difference, of a ratio of two paired differences; many comparisons, ranks, resampling."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

CONFIDENCE = 0.95


@dataclass(frozen=True)
class Estimate:
    """A mean with its 95 % interval (NaN where there is one value only) and the spread between seeds."""

    mean: float
    low: float
    high: float
    sd: float
    n: int

    @property
    def has_interval(self) -> bool:
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def excludes_zero(self) -> bool:
        return self.has_interval and (self.low > 0.0 or self.high < 0.0)


NOTHING = Estimate(math.nan, math.nan, math.nan, math.nan, 0)
"""Of no value at all."""

SCALES = {
    "share": (0.0, 1.0),
    "share per month": (0.0, 1.0),
    "0-1": (0.0, 1.0),
    "ratio": (0.0, math.inf),
}
"""Units with ends that no value passes."""


def within_scale(estimate: Estimate, unit: str) -> Estimate:
    """A level whose interval, symmetric by its making, reaches beyond the scale, cut to the scale."""
    if unit not in SCALES or not estimate.has_interval:
        return estimate
    least, most = SCALES[unit]
    return replace(estimate, low=max(least, estimate.low), high=min(most, estimate.high))


@lru_cache(maxsize=4096)
def student(n: int) -> float:
    """Two-sided 95 % quantile of Student's t with n - 1 degrees of freedom."""
    from scipy.special import stdtrit

    return float(stdtrit(n - 1, 0.5 + CONFIDENCE / 2.0))


def mean_interval(values: np.ndarray) -> Estimate:
    """Mean of independent values with its Student t interval; NaN values are left out."""
    kept = np.asarray(values, float)
    kept = kept[np.isfinite(kept)]
    n = len(kept)
    if n == 0:
        return Estimate(math.nan, math.nan, math.nan, math.nan, 0)
    mean = float(kept.mean())
    if n == 1:
        return Estimate(mean, math.nan, math.nan, math.nan, 1)
    sd = float(kept.std(ddof=1))
    half = student(n) * sd / math.sqrt(n)
    return Estimate(mean, mean - half, mean + half, sd, n)


def intervals(values: np.ndarray, axis: int) -> dict[str, np.ndarray]:
    """`mean_interval` along one axis of an array: "mean", "low", "high", "sd" and "n", each without that axis."""
    values = np.moveaxis(np.asarray(values, float), axis, 0)
    kept = np.isfinite(values)
    n = kept.sum(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = np.where(n > 0, np.where(kept, values, 0.0).sum(axis=0) / n, np.nan)
        squares = np.where(kept, (values - mean) ** 2, 0.0).sum(axis=0)
        sd = np.where(n > 1, np.sqrt(squares / (n - 1)), np.nan)
        quantile = np.array([student(k) if k > 1 else np.nan for k in range(values.shape[0] + 1)])
        half = quantile[n] * sd / np.sqrt(n)
    return {"mean": mean, "low": mean - half, "high": mean + half, "sd": sd, "n": n}


def paired_difference(policy: np.ndarray, base: np.ndarray) -> Estimate:
    """Mean of policy - base under the same seeds, with its Student t interval on the pairs."""
    return mean_interval(np.asarray(policy, float) - np.asarray(base, float))


def ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """above / below, of shapes that broadcast; NaN where there is nothing to divide by (below is not more than zero)."""
    above, below = np.broadcast_arrays(above, below)
    return np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0.0)


def ratio_of_means(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """One value per seed, (..., seeds), whose mean is mean(above) / mean(below) and whose interval is that ratio's.

    above, below: (..., seeds); a seed that lacks one of them is NaN. NaN throughout where the mean below is not more than
    zero. Source: the delta method, Cochran 1977, section 2.11; differences of such values are differences of ratios.
    """
    both = np.isfinite(above) & np.isfinite(below)
    above, below = np.where(both, above, np.nan), np.where(both, below, np.nan)
    n = both.sum(axis=-1, keepdims=True)
    mean_above, mean_below = (
        ratio(np.where(both, values, 0.0).sum(axis=-1, keepdims=True), n) for values in (above, below)
    )
    whole = ratio(mean_above, mean_below)
    return whole + ratio(above - whole * below, mean_below)


@dataclass(frozen=True)
class Price:
    """Yuan per additional met need. `verdict` is "gain", "no gain" (the gain's interval holds zero), "loss", or
    "unknown" (no interval). The price is given for a gain only."""

    verdict: str
    yuan: float
    low: float
    high: float


def price_of_gain(cost: np.ndarray, gain: np.ndarray) -> Price:
    """Ratio of the mean paired differences of cost and of met needs, with its 95 % interval by Fieller's theorem.

    cost, gain: one paired difference per seed. Source: Fieller 1954; where the gain's interval excludes zero, the
    interval of the ratio is bounded.
    """
    gained = mean_interval(gain)
    nothing = (math.nan, math.nan, math.nan)
    if not gained.has_interval:
        return Price("unknown", *nothing)
    if not gained.excludes_zero:
        return Price("no gain", *nothing)
    if gained.mean < 0.0:
        return Price("loss", *nothing)
    n = len(gain)
    t2 = student(n) ** 2
    c, g = float(np.mean(cost)), float(np.mean(gain))
    # Written out: np.cov hands it to BLAS, whose order of adding depends on the processor.
    spread = np.stack([np.asarray(cost, float) - c, np.asarray(gain, float) - g])
    covariance = (spread[:, np.newaxis] * spread).sum(axis=-1) / (n - 1) / n
    # Roots of (c - r g)^2 = t^2 (var c - 2 r cov + r^2 var g).
    a = g * g - t2 * covariance[1, 1]
    b = c * g - t2 * covariance[0, 1]
    k = c * c - t2 * covariance[0, 0]
    root = math.sqrt(max(0.0, b * b - a * k))
    return Price("gain", c / g, (b - root) / a, (b + root) / a)


def jackknife(whole: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Pseudo-values (n, ...) of a statistic from its value on all n seeds and on all but each one (n, ...).

    Their mean is the statistic without most of its small-sample bias, their mean interval its interval (Tukey 1958).
    """
    n = without.shape[0]
    return n * whole - (n - 1) * without


def gini(values: np.ndarray) -> float:
    """Gini coefficient (0 equal - 1 unequal) of non-negative values; NaN ones are left out; NaN if all are 0."""
    kept = np.sort(np.asarray(values, float)[np.isfinite(values)])
    total = kept.sum()
    if len(kept) == 0 or total <= 0.0:
        return math.nan
    n = len(kept)
    ranks = np.arange(1, n + 1)
    return float((2.0 * (ranks * kept).sum() / total - (n + 1)) / n)


def p_values(mean: np.ndarray, sd: np.ndarray, n: np.ndarray) -> np.ndarray:
    """Two-sided p-values of Student's t test that means are zero; NaN where n < 2. Arrays of one shape.

    Without spread, a mean of exactly zero has 1 and any other 0.
    """
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.abs(mean) / (sd / np.sqrt(n))
        found = 2.0 * stdtr(np.maximum(n - 1, 1), -t)
    found = np.where(sd > 0.0, found, np.where(mean == 0.0, 1.0, 0.0))
    return np.where(np.isfinite(mean) & np.isfinite(sd), found, np.nan)


def holm(p: np.ndarray) -> np.ndarray:
    """Which of m hypotheses with p-values (m,) are rejected, so that the chance of any wrong rejection is at most 5 %.

    NaN is no test. Source: Holm 1979, the step-down form of Bonferroni's.
    """
    rejected = np.zeros(len(p), bool)
    tested = np.flatnonzero(np.isfinite(p))
    order = tested[np.argsort(p[tested], kind="stable")]
    passes = p[order] <= (1.0 - CONFIDENCE) / np.arange(len(order), 0, -1)
    rejected[order[np.logical_and.accumulate(passes)]] = True
    return rejected


def ranks(values: np.ndarray) -> np.ndarray:
    """Ranks 1, 2, ... along the first axis, the smallest first; equal values share the mean of their ranks. No NaN."""
    order = np.argsort(values, axis=0, kind="stable")
    ordered = np.take_along_axis(values, order, axis=0)
    n = len(values)
    place = np.arange(n).reshape(-1, *[1] * (values.ndim - 1))
    edge = np.ones((1, *values.shape[1:]), bool)
    differs = ordered[1:] != ordered[:-1]
    first = np.maximum.accumulate(np.where(np.concatenate([edge, differs]), place, 0), axis=0)
    ends = np.where(np.concatenate([differs, edge]), place, n - 1)
    last = np.minimum.accumulate(ends[::-1], axis=0)[::-1]
    found = np.empty(values.shape)
    np.put_along_axis(found, order, (first + last) / 2.0 + 1.0, axis=0)
    return found


RESAMPLES = 2000
"""Bootstrap samples behind a chance or an interval: the Monte Carlo error of a chance is at most 0.011."""

_SEED = 20260101  # fixed: the same values always have the same interval


def resampled(n: int, parts: int = 1) -> Iterator[np.ndarray]:
    """RESAMPLES bootstrap samples, in parts that bound memory: how often each of n >= 2 units is in each, (samples, n).

    A sample has n - 1 units, so that the spread of its mean is s / sqrt(n) with the unbiased s: samples of n would be
    too sure when n is small. Source: Efron 1979; n - 1: Rao and Wu 1988.
    """
    rng = np.random.default_rng([_SEED, n])
    for part in np.array_split(np.arange(RESAMPLES), parts):
        drawn = rng.integers(n, size=(len(part), n - 1)) + n * np.arange(len(part))[:, np.newaxis]
        yield np.bincount(drawn.reshape(-1), minlength=len(part) * n).reshape(-1, n)


@lru_cache(maxsize=8)
def seed_weights(n: int) -> np.ndarray:
    """The share of each of n >= 2 seeds in every bootstrap sample, (RESAMPLES, n): times values, it gives means."""
    (counts,) = resampled(n)
    weights: np.ndarray = counts / (n - 1.0)
    return weights
