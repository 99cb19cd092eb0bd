"""Intervals against known answers."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from sim.lab.sums.statistics import gini, mean_interval, paired_difference, price_of_gain, ratio_of_means, student


def test_student() -> None:
    assert student(2) == pytest.approx(12.706, abs=1e-3)
    assert student(11) == pytest.approx(2.2281, abs=1e-4)


def test_mean_interval_is_scipys() -> None:
    values = np.random.default_rng(1).normal(3, 2, 25)
    found = mean_interval(values)
    low, high = stats.t.interval(0.95, 24, values.mean(), stats.sem(values))
    assert (found.low, found.high) == (pytest.approx(low), pytest.approx(high))
    assert found.sd == pytest.approx(values.std(ddof=1))


def test_one_value_has_no_interval_and_none_no_mean() -> None:
    one = mean_interval(np.array([4.0]))
    assert one.mean == 4
    assert not one.has_interval
    assert not one.excludes_zero
    assert math.isnan(mean_interval(np.array([])).mean)
    assert mean_interval(np.array([1.0, math.nan, 3.0])).n == 2


def test_a_ratio_of_means_is_that_of_the_sums() -> None:
    cost, met = np.array([100.0, 120.0, 90.0, 110.0]), np.array([10.0, 20.0, 0.0, 14.0])
    found = mean_interval(ratio_of_means(cost, met))
    assert found.mean == pytest.approx(cost.sum() / met.sum())
    assert found.n == 4  # a run that met none has no price of its own, and yet cost something
    both = ratio_of_means(np.array([*cost, math.nan]), np.array([*met, 3.0]))
    assert mean_interval(both) == found
    assert np.isnan(ratio_of_means(cost, np.zeros(4))).all()


def test_the_interval_of_a_ratio_is_fiellers_where_the_mean_below_is_sure() -> None:
    rng = np.random.default_rng(5)
    met = rng.normal(300, 15, 60)
    cost = 2e6 + 2000 * (met - 300) + rng.normal(0, 1e4, 60)
    found, fieller = mean_interval(ratio_of_means(cost, met)), price_of_gain(cost, met)
    assert found.mean == pytest.approx(fieller.yuan)
    assert (found.low, found.high) == (
        pytest.approx(fieller.low, abs=0.02 * (fieller.high - fieller.low)),
        pytest.approx(fieller.high, abs=0.02 * (fieller.high - fieller.low)),
    )


def test_pairing_takes_out_what_the_seeds_share() -> None:
    rng = np.random.default_rng(2)
    seed_effect = rng.normal(0, 10, 40)
    base = seed_effect + rng.normal(0, 0.1, 40)
    found = paired_difference(base + 1 + rng.normal(0, 0.1, 40), base)
    assert found.low < 1 < found.high
    assert found.high - found.low < 0.2
    assert found.excludes_zero


def test_coverage_of_the_price_interval() -> None:
    """Fieller's interval holds the true ratio in about 95 of 100 cases."""
    rng = np.random.default_rng(3)
    hits = 0
    for _ in range(1000):
        gain = rng.normal(10, 8, 30)
        cost = 500 * gain + rng.normal(20_000, 9_000, 30)
        price = price_of_gain(cost, gain)
        if price.verdict != "gain":
            continue
        hits += price.low <= (500 * 10 + 20_000) / 10 <= price.high
    assert 930 <= hits <= 970


def test_no_price_without_a_gain() -> None:
    rng = np.random.default_rng(4)
    assert price_of_gain(rng.normal(5, 1, 20), rng.normal(0, 1, 20)).verdict == "no gain"
    assert price_of_gain(rng.normal(5, 1, 20), rng.normal(-9, 1, 20)).verdict == "loss"
    assert price_of_gain(np.array([5.0]), np.array([1.0])).verdict == "unknown"
    assert math.isnan(price_of_gain(rng.normal(5, 1, 20), rng.normal(0, 1, 20)).yuan)
    exact = price_of_gain(np.full(5, 100.0), np.full(5, 2.0))
    assert (exact.verdict, exact.yuan, exact.low, exact.high) == ("gain", 50, 50, 50)


def test_gini() -> None:
    assert gini(np.array([1.0, 1, 1])) == pytest.approx(0)
    assert gini(np.array([0.0, 0, 0, 1])) == pytest.approx(0.75)
    assert gini(np.array([1.0, 3])) == pytest.approx(0.25)
    assert math.isnan(gini(np.array([0.0, 0])))
    assert gini(np.array([1.0, math.nan, 1])) == pytest.approx(0)
