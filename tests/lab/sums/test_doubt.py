"""The spread of worlds, its parts, prices by world, places and best values."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.doubt import (
    YUAN_PER_NEED,
    best_values,
    places,
    price_by_world,
    price_row,
    spread,
)

RNG = np.random.default_rng(20260101)


def test_the_parts_of_a_normal_toy() -> None:
    """Assumptions of variance 4, chance of variance 1: a fifth is chance, and each part's ends stand as its root does."""
    n = 40_000
    assumed = RNG.normal(0.0, 2.0, n)
    found = spread(10.0 + assumed + RNG.normal(0.0, 1.0, n), 10.0 + assumed + RNG.normal(0.0, 1.0, n))
    assert found.chance_share == pytest.approx(0.2, abs=0.01)
    assert found.median == pytest.approx(10.0, abs=0.05)
    for low, high, sd in (
        (found.low, found.high, math.sqrt(5.0)),
        (found.chance_low, found.chance_high, 1.0),
        (found.assumed_low, found.assumed_high, 2.0),
    ):
        assert (high - low) / 2 == pytest.approx(1.96 * sd, rel=0.03)
    assert (found.n, found.n_twins) == (n, n)


def test_the_parts_in_closed_form() -> None:
    """Of four numbers and their pairs, by hand."""
    values = np.tile([0.0, 2.0, 4.0, 6.0], 5)  # variance 5 * 20 / 19
    found = spread(values, values + 1.0)  # V(chance) is 1 / 2
    assert found.chance_share == pytest.approx(0.5 / (100 / 19))
    assert found.median == 3.0
    assert found.chance_high - 3.0 == pytest.approx((found.high - 3.0) * math.sqrt(0.095))
    assert found.assumed_low - 3.0 == pytest.approx((found.low - 3.0) * math.sqrt(0.905))


def test_chance_alone_and_no_chance_at_all() -> None:
    values = RNG.normal(size=200)
    alone = spread(values, -values[:20] * 9.0)  # pairs lie further apart than worlds
    assert alone.chance_share == 1.0
    assert (alone.chance_low, alone.chance_high) == (alone.low, alone.high)
    assert alone.assumed_low == alone.assumed_high == alone.median
    none = spread(values, values[:20])
    assert none.chance_share == 0.0
    assert none.chance_low == none.chance_high == none.median
    same = spread(np.full(100, 3.0), np.full(20, 3.0))
    assert math.isnan(same.chance_share)
    assert {same.low, same.high, same.chance_low, same.assumed_high} == {3.0}


@pytest.mark.parametrize("n_twins", [0, 9, 10])
def test_fewer_pairs_give_no_parts(n_twins: int) -> None:
    values = RNG.normal(size=100)
    found = spread(values, values[:n_twins] + 0.1)
    parts = (found.chance_low, found.chance_high, found.assumed_low, found.assumed_high, found.chance_share)
    assert all(math.isfinite(one) for one in parts) is (n_twins >= 10)
    assert math.isfinite(found.low)
    assert found.n_twins == n_twins


def test_worlds_and_twins_that_lack_a_value_are_left_out() -> None:
    values, twins = RNG.normal(size=100), RNG.normal(size=20)
    values[[0, 50]] = twins[3] = np.nan
    found = spread(values, twins)
    assert (found.n, found.n_twins) == (98, 18)
    one = spread(np.array([7.0, np.nan]))
    assert (one.median, one.n, one.both.has_interval) == (7.0, 1, False)
    assert spread(np.full(5, np.nan)).n == 0
    assert math.isnan(spread(np.full(5, np.nan)).median)


NUMBERS = st.floats(-1e6, 1e6, allow_subnormal=False)


@settings(max_examples=100, deadline=None)
@given(arrays(float, st.integers(10, 60), elements=NUMBERS), arrays(float, 10, elements=NUMBERS))
def test_parts_lie_within_the_whole(values: np.ndarray, twins: np.ndarray) -> None:
    found = spread(values, twins)
    assert found.low <= found.median <= found.high
    assert math.isnan(found.chance_share) or 0.0 <= found.chance_share <= 1.0
    for low, high in ((found.chance_low, found.chance_high), (found.assumed_low, found.assumed_high)):
        assert found.low - 1e-6 <= low <= found.median + 1e-6
        assert found.median - 1e-6 <= high <= found.high + 1e-6


def test_prices_by_world() -> None:
    price = price_by_world(np.array([10.0, 10.0, 10.0, -5.0, np.nan]), np.array([2.0, 0.0, -1.0, 5.0, 1.0]))
    assert price.tolist()[:4] == [5.0, math.inf, math.inf, -1.0]
    assert math.isnan(price[4])


@pytest.mark.parametrize(
    ("n_without", "is_bounded", "has_median"), [(2, True, True), (3, False, True), (51, False, False)]
)
def test_an_end_without_a_bound_is_no_number(n_without: int, is_bounded: bool, has_median: bool) -> None:
    gain = np.full(100, 4.0)
    gain[:n_without] = -1.0
    row = price_row("price", np.full(100, 8.0), gain)
    assert row["unbounded"] == n_without / 100
    assert math.isfinite(row["high"]) is is_bounded
    assert (row["median"] == 2.0) is has_median
    assert row["low"] == 2.0
    assert not any(isinstance(one, float) and math.isinf(one) for one in row.values())


def outcomes(**said: np.ndarray) -> np.ndarray:
    """(arms, worlds, OUTCOMES) from (arms, worlds) by outcome."""
    made = np.zeros((*next(iter(said.values())).shape, len(OUTCOMES)))
    for name, values in said.items():
        made[:, :, list(OUTCOMES).index(name)] = values
    return made


def shares(table: pd.DataFrame, column: str) -> dict[tuple[str, float], float]:
    return {(row.policy, getattr(row, column)): row.share for row in table.itertuples()}


def test_places_over_worlds() -> None:
    coverage = np.array([[0.0] * 4, [4.0, 1.0, 1.0, 2.0], [3.0, 2.0, 1.0, 3.0], [1.0, 3.0, 0.0, np.nan]])
    found = places(["base", "a", "b", "c"], outcomes(coverage=coverage))
    assert set(found.n) == {3}
    # a is first, last, and ties for the first two places
    assert shares(found, "place") == {
        ("a", 1): 0.5, ("a", 2): pytest.approx(1 / 6), ("a", 3): pytest.approx(1 / 3),
        ("b", 1): pytest.approx(1 / 6), ("b", 2): pytest.approx(2.5 / 3), ("b", 3): 0.0,
        ("c", 1): pytest.approx(1 / 3), ("c", 2): 0.0, ("c", 3): pytest.approx(2 / 3),
    }  # fmt: skip
    assert found.groupby("place").share.sum().tolist() == pytest.approx([1.0, 1.0, 1.0])


def test_what_is_best_value_depends_on_what_a_need_is_worth() -> None:
    """A policy that adds 100 needs for 450,000 yuan in one world, 950,000 in the other."""
    met, cost = np.array([[500.0, 500.0], [600.0, 600.0]]), np.array([[5e6, 5e6], [5.45e6, 5.95e6]])
    found = best_values(["base", "a"], outcomes(met_per_year=met, cost_per_year=cost))
    chance = shares(found, "yuan_per_need")
    assert [chance["a", worth] for worth in (1e3, 4e3, 5e3, 9e3, 10e3, 30e3)] == [0.0, 0.0, 0.5, 0.5, 1.0, 1.0]
    assert chance["base", 5e3] == 0.5
    assert sorted(set(found.yuan_per_need)) == list(YUAN_PER_NEED)
