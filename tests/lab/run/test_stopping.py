"""The stopping rule on known distributions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from sim.lab.design.design import Seeds
from sim.lab.run.stopping import next_number, present_widths

Values = Mapping[str, np.ndarray]


def path(seeds: Seeds, values: Values) -> list[int]:
    """The stages of a sweep whose outcomes at all seeds up to the cap are known."""
    stages = [next_number(seeds, 0, {})]
    while (n := next_number(seeds, stages[-1], {name: one[:, : stages[-1]] for name, one in values.items()})) != stages[
        -1
    ]:
        stages.append(n)
    return stages


def needed(sd: float, half: float) -> int:
    """The smallest number of values with t sd / sqrt(n) <= half."""
    return next(n for n in range(2, 10_000) if stats.t.ppf(0.975, n - 1) * sd / math.sqrt(n) <= half)


def half_width(values: np.ndarray) -> float:
    return float(stats.t.ppf(0.975, len(values) - 1) * stats.sem(values))


def repeated(make: Callable[[np.random.Generator], Values], seeds: Seeds, truth: float, times: int = 1000) -> tuple:
    """Numbers of seeds at the stop, (times,), and the share of intervals of the last point that hold the truth."""
    rng = np.random.default_rng(5)
    numbers, held = np.empty(times), 0
    for i in range(times):
        values = make(rng)["x"]
        n = path(seeds, {"x": values})[-1]
        measured = (values[1:] - values[:1] if seeds.of == "effects" else values)[-1, :n]
        half = half_width(measured)
        assert half <= seeds.until["x"] * (1 + 1e-12)
        held += abs(measured.mean() - truth) <= half
        numbers[i] = n
    return numbers, held / times


@pytest.mark.parametrize(("half", "at_least"), [(0.3, 20), (0.2, 20), (0.4, 10)])
def test_it_stops_where_theory_says(half: float, at_least: int) -> None:
    """One normal outcome with sd 1: at n* = (t sd / half)^2.

    The last stage's number is about n* s^2 / sd^2 with the s^2 of the stage before, whose relative spread is
    sqrt(2 / (n - 1)); so one sweep's number spreads by about sqrt(2 n*), and the mean of 1,000 sweeps by 32 times less.
    Its expectation lies above n* by less than a least step (it is passed by half of one on average), and no lower than n*
    by more than a seed (stopping where s happens to be small).
    """
    wanted = needed(1.0, half)
    numbers, held = repeated(
        lambda rng: {"x": rng.normal(3.0, 1.0, (1, 1000))}, Seeds(1000, at_least, {"x": half}), 3.0
    )
    error = math.sqrt(2.0 * wanted / len(numbers))
    step = max(2.0, 0.05 * wanted)
    assert wanted - 1.0 - 3.0 * error <= numbers.mean() <= wanted + step + 3.0 * error
    assert numbers.std() == pytest.approx(math.sqrt(2.0 * wanted), rel=0.35)
    # 95 % of 1,000 intervals, with an error of 0.7 %; the rule takes up to 1.5 % of it.
    assert 0.915 <= held <= 0.97


def test_effects_stop_by_the_spread_of_pairs() -> None:
    """Base and point with sd 1 and correlation 0.9: the sd of the difference is sqrt(2 (1 - 0.9))."""
    half = 0.1

    def make(rng: np.random.Generator) -> Values:
        shared = rng.normal(0.0, math.sqrt(0.9), 1000)
        own = rng.normal(0.0, math.sqrt(0.1), (2, 1000))
        return {"x": shared + own + np.array([[0.0], [0.5]])}

    wanted = needed(math.sqrt(0.2), half)
    numbers, held = repeated(make, Seeds(1000, 20, {"x": half}, "effects"), 0.5)
    error = math.sqrt(2.0 * wanted / len(numbers))
    assert wanted - 1.0 - 3.0 * error <= numbers.mean() <= wanted + max(2.0, 0.05 * wanted) + 3.0 * error
    assert 0.915 <= held <= 0.97
    assert wanted < needed(1.0, half) / 4


def test_the_noisiest_point_and_outcome_decide() -> None:
    rng = np.random.default_rng(8)
    values = {"x": rng.normal(0, [[1.0], [0.1]], (2, 2000)), "y": rng.normal(0, [[0.5], [5.0]], (2, 2000))}
    alone = path(Seeds(2000, 10, {"y": 0.5}), {"y": values["y"][1:]})
    assert path(Seeds(2000, 10, {"x": 0.5, "y": 0.5}), values) == alone
    assert 300 < alone[-1] < 500  # (1.96 * 5 / 0.5)^2 = 384


def test_the_next_stage_is_what_the_noisiest_asks_for() -> None:
    """Within the bounds of a stage: 100 seeds are there, 130 are needed by the last point and 110 by the first."""
    drawn = np.random.default_rng(8).normal(size=100)
    standard = (drawn - drawn.mean()) / drawn.std(ddof=1)
    half = {n: stats.t.ppf(0.975, n - 1) / math.sqrt(n) for n in (110, 130)}
    values = {"x": np.stack([standard / half[110], standard / half[130]]) * 0.999999}
    assert next_number(Seeds(400, 20, {"x": 1.0}), 100, values) == 130
    assert next_number(Seeds(400, 20, {"x": 1.0}), 100, {"x": values["x"][:1]}) == 110
    assert next_number(Seeds(120, 20, {"x": 1.0}), 100, values) == 120
    assert next_number(Seeds(400, 20, {"x": 0.5}), 100, values) == 200
    # One more is needed: 5 % more are run.
    one_more = values["x"][:1] * half[110] / (stats.t.ppf(0.975, 100) / math.sqrt(101))
    assert next_number(Seeds(400, 20, {"x": 1.0}), 100, {"x": one_more}) == 105


FLOATS = st.one_of(st.floats(-100, 100), st.just(math.nan))


@given(
    arrays(float, (3, 60), elements=FLOATS),
    st.integers(1, 70),
    st.integers(0, 70),
    st.floats(0, 50),
    st.sampled_from(["levels", "effects"]),
)
def test_every_path_stays_between_its_bounds(
    values: np.ndarray, at_most: int, at_least: int, half: float, of: str
) -> None:
    """From at_least to at_most, each stage at most doubled and at least a few more; the same again when resumed."""
    seeds = Seeds(min(at_most, 60), at_least, {"x": half}, of)
    stages = path(seeds, {"x": values})
    assert stages[0] == min(max(2, at_least), seeds.at_most)
    for before, after in pairwise(stages):
        assert min(seeds.at_most, before + max(2, math.ceil(0.05 * before))) <= after <= min(seeds.at_most, 2 * before)
    for n in range(stages[0]):
        assert next_number(seeds, n, {}) == stages[0]
    # A later look, at any stage, with more seeds at hand than the stage has, and in another layout: the same answer.
    for n, after in zip(stages, [*stages[1:], stages[-1]], strict=True):
        assert next_number(seeds, n, {"x": np.asfortranarray(values)}) == after


@given(arrays(float, (3, 30), elements=FLOATS), st.floats(0, 50), st.floats(0, 50), st.integers(2, 30))
def test_a_wider_interval_never_asks_for_more(values: np.ndarray, one: float, other: float, n: int) -> None:
    narrow, wide = sorted((one, other))
    asked = [next_number(Seeds(500, 2, {"x": half}), n, {"x": values}) for half in (narrow, wide)]
    assert asked[1] <= asked[0]


def test_a_wider_interval_needs_fewer_seeds_to_the_end() -> None:
    rng = np.random.default_rng(4)
    for _ in range(50):
        values = {"x": rng.normal(0, 1, (2, 1500))}
        last = [path(Seeds(1500, 20, {"x": half}), values)[-1] for half in (0.1, 0.15, 0.2, 0.3, 0.5)]
        assert last == sorted(last, reverse=True)


def test_a_number_of_seeds_is_that_number() -> None:
    assert next_number(Seeds(100), 0, {}) == 100
    assert next_number(Seeds(100), 40, {}) == 100
    assert next_number(Seeds(100), 100, {}) == 100
    assert next_number(Seeds(1), 0, {}) == 1
    assert next_number(Seeds(1, 1, {"x": 0.1}), 0, {}) == 1
    assert next_number(Seeds(1, 1, {"x": 0.1}), 1, {"x": np.array([[1.0]])}) == 1


def test_no_spread_stops_and_no_value_keeps_nothing_going() -> None:
    seeds = Seeds(400, 10, {"x": 0.0})
    constant, nothing = np.full((1, 10), 0.3), np.full((1, 10), math.nan)
    assert next_number(seeds, 10, {"x": np.zeros((1, 10))}) == 10
    assert next_number(seeds, 10, {"x": nothing}) == 10
    assert next_number(Seeds(400, 10, {"x": 1e-9}), 10, {"x": np.vstack([constant, nothing])}) == 10
    assert present_widths(seeds, {"x": np.zeros((1, 10))})["x"] == (0.0, 0.0)
    assert math.isnan(present_widths(seeds, {"x": nothing})["x"][0])
    only_base = Seeds(400, 10, {"x": 0.1}, "effects")
    assert next_number(only_base, 10, {"x": np.arange(10.0)[np.newaxis]}) == 10
    assert math.isnan(present_widths(only_base, {"x": np.arange(10.0)[np.newaxis]})["x"][0])


def test_a_single_value_is_no_interval_yet() -> None:
    values = np.full((2, 10), math.nan)
    values[0] = 1.0
    values[1, 3] = 5.0
    seeds = Seeds(400, 10, {"x": 100.0})
    assert next_number(seeds, 10, {"x": values}) == 20
    assert present_widths(seeds, {"x": values})["x"] == (math.inf, 100.0)


def test_seeds_without_value_are_made_up_for() -> None:
    """Half of the seeds have a value: twice as many are needed."""
    rng = np.random.default_rng(3)
    values = np.full((1, 200), math.nan)
    values[0, ::2] = rng.normal(0, 1, 100)
    sd = float(np.nanstd(values, ddof=1))
    half = 0.17
    assert next_number(Seeds(4000, 20, {"x": half}), 200, {"x": values}) == 2 * needed(sd, half)


def test_present_widths_are_the_widest() -> None:
    rng = np.random.default_rng(9)
    x, y = rng.normal(0, [[1.0], [3.0]], (2, 30)), rng.normal(10, 1, (2, 30))
    seeds = Seeds(400, 20, {"y": 0.2, "x": 0.1}, "levels")
    found = present_widths(seeds, {"x": x, "y": y})
    assert list(found) == ["y", "x"]
    assert found["x"] == (pytest.approx(max(half_width(one) for one in x)), 0.1)
    paired = present_widths(Seeds(400, 20, {"y": 0.2}, "effects"), {"y": y})
    assert paired["y"][0] == pytest.approx(half_width(y[1] - y[0]))
