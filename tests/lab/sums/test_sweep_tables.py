"""Levels, effects and contrasts of sweeps, against scipy and by hand."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from made_outcomes import design_of, exact, named, numeric, points_of, runs_of
from pandas.testing import assert_frame_equal
from scipy import stats

from sim.lab.sums.arrays import TABLE_COLUMNS, SweepArrays
from sim.lab.sums.statistics import holm, p_values, ranks, seed_weights
from sim.lab.sums.tables import effects, summary_tables

pytestmark = pytest.mark.filterwarnings("error")

POLICIES = named("policies", "none", "clear", "link")
BURDEN = numeric("levers.administrative_burden", 0.5, 1.0, 2.0, base=1.0)
OUTCOMES = ("coverage", "cost_per_year", "arisen_per_year")
N_SEEDS = 12


@pytest.fixture(scope="module")
def made() -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    """3 policies x 3 burdens; seeds shared; some runs missing, some values NaN, one infinite."""
    rng = np.random.default_rng(1)
    points = points_of([BURDEN, POLICIES])
    values = {
        "coverage": np.clip(-0.03 + 0.05 * rng.normal(size=N_SEEDS) + 0.02 * rng.normal(size=(9, N_SEEDS)), 0, 1),
        "cost_per_year": 1e8 + 1e6 * rng.normal(size=N_SEEDS) + 1e5 * rng.normal(size=(9, N_SEEDS)),
        "arisen_per_year": rng.normal(5000, 70, size=(9, N_SEEDS)),
    }
    values["cost_per_year"][[1, 4, 7]] += 2e5
    values["coverage"][3, 4] = values["coverage"][0, 2] = math.nan
    values["cost_per_year"][5] = math.nan
    values["arisen_per_year"][[0, 2], 1] = math.inf
    runs = runs_of(values)
    missing = (runs["point"].isin([4, 7]) & (runs["seed"] == 12)) | ((runs["point"] == 8) & (runs["seed"] > 1))
    design = design_of([BURDEN, POLICIES], OUTCOMES, "policies")
    return design, points, runs[~missing].reset_index(drop=True)


def series(runs: pd.DataFrame, point: int, outcome: str) -> pd.Series:
    found = runs[runs["point"] == point].set_index("seed")[outcome]
    return found[np.isfinite(found)]


def by_scipy(values: pd.Series) -> list[float]:
    """mean, low, high, sd, n."""
    n = len(values)
    if n < 2:
        return [values.mean() if n else math.nan, math.nan, math.nan, math.nan, n]
    if values.nunique() == 1:
        return [values.mean()] * 3 + [0, n]
    low, high = stats.t.interval(0.95, n - 1, values.mean(), stats.sem(values))
    return [values.mean(), low, high, values.std(ddof=1), n]


NUMBERS = ["mean", "low", "high", "sd", "n"]


def test_levels(made: tuple) -> None:
    design, points, runs = made
    table = summary_tables(design, points, runs)["levels"]
    assert list(table["point"]) == [p for p in range(9) for _ in OUTCOMES]
    assert list(table["outcome"]) == list(OUTCOMES) * 9
    for _, row in table.iterrows():
        wanted = by_scipy(series(runs, row["point"], row["outcome"]))
        if row["outcome"] == "coverage":
            wanted[1] = max(wanted[1], 0.0)
        assert row[NUMBERS].tolist() == pytest.approx(wanted, rel=1e-9, nan_ok=True)
    assert (table["low"] == 0).any()  # an interval was cut
    assert set(table.loc[table["outcome"] == "coverage", "unit"]) == {"ratio"}


def test_intervals_end_where_the_scale_ends() -> None:
    """A ratio may pass 1, where what is below came earlier or later; a share may not."""
    factor = named("policies", "none", "other")
    seen = np.array([[1.1, 1.5, 1.3], [0.9, 0.99, 0.9]])
    values = {"wage_volatility": seen, "presence_share": seen[::-1] - 0.4}
    design = design_of([factor], list(values))
    found = summary_tables(design, points_of([factor]), runs_of(values))["levels"].set_index(["outcome", "point"])
    assert found.loc[("wage_volatility", 0), "high"] == pytest.approx(1.3 + 4.3027 * 0.2 / math.sqrt(3), abs=1e-4)
    assert found.loc[("wage_volatility", 1), "high"] > 1
    assert found.loc[("presence_share", 1), "high"] == 1


def test_the_average_price_is_a_ratio_of_means() -> None:
    """A run that met few needs weighs as much money as it cost, and one that met none has its part, too."""
    factor, rng = named("policies", "none", "other"), np.random.default_rng(3)
    met = np.array([[500.0, 1500, 0, 1200], [900.0, 1700, 100, 1300]])
    cost = rng.uniform(4e6, 6e6, (2, 4))
    with np.errstate(divide="ignore"):
        values = {"cost_per_met_need": cost / met, "cost_per_year": cost, "met_per_year": met}
    tables = summary_tables(design_of([factor], ["cost_per_met_need"]), points_of([factor]), runs_of(values))
    wanted = cost.sum(axis=1) / met.sum(axis=1)
    assert tables["levels"]["mean"].tolist() == pytest.approx(wanted.tolist())
    assert tables["levels"]["n"].tolist() == [4, 4]
    assert tables["effects"]["mean"].tolist() == pytest.approx([wanted[1] - wanted[0]])
    assert tables["ranks"]["mean"].tolist() == pytest.approx(wanted.tolist())


def check_pairs(table: pd.DataFrame, runs: pd.DataFrame, reference: str | int) -> None:
    for outcome, group in table.groupby("outcome"):
        p = []
        for _, row in group.iterrows():
            other = int(row[reference]) if isinstance(reference, str) else reference
            both = pd.concat([series(runs, row["point"], outcome), series(runs, other, outcome)], axis=1).dropna()
            difference = both.iloc[:, 0] - both.iloc[:, 1]
            assert row[NUMBERS].tolist() == pytest.approx(by_scipy(difference), rel=1e-7, nan_ok=True)
            if len(both) < 2:
                assert math.isnan(row["variance_ratio"])
                assert not row["is_clear"]
                p.append(math.nan)
                continue
            assert row["variance_ratio"] == pytest.approx(both.var(ddof=1).sum() / difference.var(ddof=1), rel=1e-6)
            assert row["is_clear"] == (row["low"] > 0 or row["high"] < 0)
            p.append(stats.ttest_1samp(difference, 0).pvalue)
        known = [one for one in p if not math.isnan(one)]
        for row_p, told in zip(p, group["is_clear_of_all"], strict=True):
            # Rejected where every smaller p passes its own bar, by the words of Holm 1979.
            smaller = sorted(one for one in known if one <= row_p)
            bars = [0.05 / (len(known) - i) for i in range(len(smaller))]
            assert told == (bool(smaller) and all(a <= b for a, b in zip(smaller, bars, strict=True)))


def test_effects(made: tuple) -> None:
    design, points, runs = made
    table = summary_tables(design, points, runs)["effects"]
    assert list(table["point"]) == [p for p in range(1, 9) for _ in OUTCOMES]
    check_pairs(table, runs, 0)
    assert table["is_clear"].any()
    assert not table["is_clear"].all()


def test_contrasts(made: tuple) -> None:
    design, points, runs = made
    table = summary_tables(design, points, runs)["contrasts"]
    check_pairs(table, runs, "context")
    keyed = points.set_index("point")
    for _, row in table.iterrows():
        own, reference = keyed.loc[row["point"]], keyed.loc[row["context"]]
        assert own[BURDEN.name] == reference[BURDEN.name]
        assert (own["policies"], reference["policies"]) == (row["level"], "none")
    assert len(table) == 3 * 2 * len(OUTCOMES)
    assert list(table["context"].unique()) == sorted(table["context"].unique())
    assert list(table["level"].unique()) == ["clear", "link"]


@pytest.mark.parametrize("seed", range(3))
def test_the_order_of_rows_does_not_matter(made: tuple, seed: int) -> None:
    design, points, runs = made
    wanted = summary_tables(design, points, runs)
    found = summary_tables(
        design, points.sample(frac=1, random_state=seed), runs.sample(frac=1, random_state=seed)[runs.columns[::-1]]
    )
    assert list(found) == list(wanted) == list(TABLE_COLUMNS)
    for name, table in wanted.items():
        assert_frame_equal(found[name], table, check_exact=True)


def test_columns_and_types_are_the_same_with_and_without_rows(made: tuple) -> None:
    full = summary_tables(*made)
    alone = points_of([BURDEN, POLICIES]).head(1)
    nothing = summary_tables(made[0], alone, made[2].head(0))
    for name, table in full.items():
        assert tuple(table.columns) == TABLE_COLUMNS[name]
        assert_frame_equal(nothing[name].head(0), table.head(0))
    assert len(full["ranks"]) == 9 * 2  # needs that arise have no direction
    assert len(nothing["levels"]) == len(OUTCOMES)
    assert nothing["levels"]["mean"].isna().all()
    assert (nothing["levels"]["n"] == 0).all()
    assert [len(nothing[name]) for name in ("effects", "contrasts", "ranks", "overtakes", "correlations")] == [0] * 5


def test_one_seed_has_no_interval(made: tuple) -> None:
    design, points, runs = made
    found = summary_tables(design, points, runs[runs["seed"] == 1])
    for name in ("levels", "effects", "contrasts"):
        assert found[name][["low", "high", "sd"]].isna().all(axis=None)
        assert (found[name]["n"] <= 1).all()
    for name in ("effects", "contrasts"):
        assert not found[name][["is_clear", "is_clear_of_all"]].any(axis=None)
        assert found[name]["variance_ratio"].isna().all()
    assert found["ranks"]["best_chance"].isna().all()
    # No cost at one point, which takes no part in its ranking.
    assert found["ranks"]["best_share"].notna().sum() == 9 + 8
    assert found["overtakes"][["at_low", "at_high"]].isna().all(axis=None)
    assert found["overtakes"]["at"].notna().all()


def test_points_of_one_scenario_differ_by_exactly_nothing() -> None:
    rng = np.random.default_rng(2)
    base = rng.normal(0.1, 0.01, 30)
    values = {"coverage": np.stack([base, base, base + 0.005])}
    factor = named("policies", "none", "same", "more")
    found = summary_tables(design_of([factor], ["coverage"]), points_of([factor]), runs_of(values))["effects"]
    same, more = found.to_dict("records")
    assert [same[name] for name in ("mean", "low", "high", "sd")] == [0, 0, 0, 0]
    assert math.isnan(same["variance_ratio"])
    assert not same["is_clear"]
    assert not same["is_clear_of_all"]
    assert more["is_clear"]
    assert more["is_clear_of_all"]


@pytest.mark.parametrize("correlation", [0.0, 0.5, 0.95])
def test_pairing_is_worth_what_theory_says(correlation: float) -> None:
    """With equal variances the ratio is 1 / (1 - correlation)."""
    rng = np.random.default_rng(3)
    n = 10_000
    shared = rng.normal(0, math.sqrt(correlation), n)
    values = {"coverage": shared + rng.normal(0, math.sqrt(1 - correlation), (2, n))}
    factor = named("policies", "none", "other")
    found = summary_tables(design_of([factor], ["coverage"]), points_of([factor]), runs_of(values))["effects"]
    # The relative error of a ratio of two variances is about sqrt(2 (1 + r^2) / n) <= 2 %.
    assert found["variance_ratio"][0] == pytest.approx(1 / (1 - correlation), rel=0.06)


def test_contrasts_have_one_reference_where_the_bases_level_is_not_varied() -> None:
    """ "none" stands at the base only: contrasts along the burden are from the first level that all contexts have."""
    factors = [BURDEN, named("policies", "a", "b", base="none")]
    points = points_of(factors)
    rng = np.random.default_rng(4)
    tables = summary_tables(
        design_of(factors, ["coverage"], "policies"), points, runs_of({"coverage": rng.random((len(points), 5))})
    )
    keyed = points.set_index("point")
    table = tables["contrasts"]
    assert {keyed.loc[one, "policies"] for one in table["context"]} == {"a"}
    found = {(keyed.loc[row["point"], BURDEN.name], row["level"]) for _, row in table.iterrows()}
    assert found == {(0.5, "b"), (1.0, "b"), (1.0, "none"), (2.0, "b")}


def test_a_context_without_the_common_reference_has_its_own() -> None:
    factors = [BURDEN, named("policies", "none", "a", "b")]
    settings = [(1.0, "a"), (1.0, "b"), (2.0, "none"), (2.0, "b"), (0.5, "b"), (0.5, "a"), (3.0, "a")]
    points = points_of(factors, settings)
    values = {"coverage": np.random.default_rng(4).random((len(points), 5))}
    table = summary_tables(design_of(factors, ["coverage"], "policies"), points, runs_of(values))["contrasts"]
    found = list(zip(table["context"], table["level"], table["point"], strict=True))
    # "b" is in all three contexts of two levels or more, "none" and "a" in two.
    assert found == [(2, "none", 0), (2, "a", 1), (4, "none", 3), (5, "a", 6)]
    without_b = points[points["policies"] != "b"]
    table = summary_tables(design_of(factors, ["coverage"], "policies"), without_b, runs_of(values))["contrasts"]
    assert list(zip(table["context"], table["level"], table["point"], strict=True)) == [(0, "a", 1)]


def test_a_base_whose_value_is_not_one_number_is_a_level_like_others() -> None:
    """Its value is NaN; points that share it are of one context."""
    factors = [numeric("levers.pay", 3000.0, 4000.0, base=math.nan), POLICIES]
    settings = [(pay, policy) for pay in (math.nan, 3000.0, 4000.0) for policy in ("none", "clear")][1:]
    points = points_of(factors, settings)
    values = {"coverage": np.random.default_rng(4).random((len(points), 5))}
    for contrast, n in (("policies", 3), ("levers.pay", 4)):
        design = design_of(factors, ["coverage"], contrast)
        table = summary_tables(design, points, runs_of(values))["contrasts"]
        assert len(table) == n
        assert table["context"].iloc[0] == 0
    assert list(table["level"]) == ["3000", "4000"] * 2


def test_runs_of_points_that_are_no_more_are_left_out(made: tuple) -> None:
    design, points, runs = made
    other = runs[runs["point"] == 1].assign(point=99, coverage=1.0)
    assert_frame_equal(
        summary_tables(design, points, pd.concat([other, runs]))["levels"],
        summary_tables(design, points, runs)["levels"],
    )


def test_p_values_are_scipys() -> None:
    rng = np.random.default_rng(5)
    for n in (2, 3, 50):
        values = rng.normal(0.3, 1, (20, n))
        found = p_values(values.mean(axis=1), values.std(axis=1, ddof=1), np.full(20, n))
        assert found == pytest.approx(stats.ttest_1samp(values, 0, axis=1).pvalue)
    found = p_values(
        np.array([0.0, 2.0, 2.0, math.nan]), np.array([0.0, 0.0, math.nan, math.nan]), np.array([5, 5, 1, 0])
    )
    assert found.tolist() == pytest.approx([1, 0, math.nan, math.nan], nan_ok=True)


def test_holm() -> None:
    """Steps 0.0125, 0.0167, 0.025, 0.05: 0.04 is not reached since 0.03 fails."""
    assert holm(np.array([0.01, 0.04, 0.03, 0.005])).tolist() == [True, False, False, True]
    assert holm(np.array([0.04, math.nan, 0.02])).tolist() == [True, False, True]
    assert holm(np.array([math.nan])).tolist() == [False]
    assert holm(np.array([])).tolist() == []


def test_holm_keeps_wrong_findings_to_five_per_cent() -> None:
    """Twenty points that do nothing: some interval excludes zero in most sweeps, Holm's finds one in 5 % at most."""
    rng = np.random.default_rng(6)
    levels = [f"p{i}" for i in range(21)]
    factor = named("policies", *levels)
    design, points = design_of([factor], ["coverage"]), points_of([factor])
    some = np.zeros(2)
    n_sweeps = 300
    for _ in range(n_sweeps):
        values = np.vstack([np.zeros(15), rng.normal(size=(20, 15))])  # independent effects
        found = effects(SweepArrays(design, points, runs_of({"coverage": values})))
        some += [found["is_clear"].any(), found["is_clear_of_all"].any()]
    assert some[0] / n_sweeps == pytest.approx(1 - 0.95**20, abs=0.09)
    assert 0.01 <= some[1] / n_sweeps <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / n_sweeps)


@given(arrays(float, st.tuples(st.integers(1, 8), st.integers(1, 4)), elements=st.integers(-3, 3).map(float)))
def test_ranks_are_scipys(values: np.ndarray) -> None:
    assert ranks(values).tolist() == stats.rankdata(values, axis=0).tolist()


@pytest.mark.parametrize("n", [2, 5, 40])
def test_resampled_means_spread_as_means_do(n: int) -> None:
    values = exact(np.random.default_rng(7), n, 2.0, 3.0)
    means = seed_weights(n) @ values
    error = 3.0 / math.sqrt(n)
    assert means.mean() == pytest.approx(2.0, abs=4 * error / math.sqrt(len(means)))
    assert means.std() == pytest.approx(error, rel=0.08)
    assert seed_weights(n).sum(axis=1) == pytest.approx(np.ones(len(means)))
