"""Ranks, overtakes and correlations on made-up sweeps whose answers are known in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable
from itertools import product

import numpy as np
import pandas as pd
import pytest
from made_outcomes import by_point, design_of, exact, named, numeric, points_of, runs_of
from scipy import stats

from sim.lab.sums.arrays import SweepArrays
from sim.lab.sums.overtaking import overtakes
from sim.lab.sums.ranking import ranks
from sim.lab.sums.statistics import RESAMPLES
from sim.lab.sums.tables import summary_tables

pytestmark = pytest.mark.filterwarnings("error")

GOOD, BAD, NEITHER = "coverage", "turnover", "arisen_per_year"
"""Outcomes of which more is better, less is better, neither."""


def monte_carlo_error(chance: float, times: int = RESAMPLES) -> float:
    return math.sqrt(max(chance * (1 - chance), 1 / times) / times)


def ranked(values: np.ndarray, outcome: str = GOOD) -> pd.DataFrame:
    """Ranks of the rows of values (points, seeds) of one context."""
    names = [f"p{i}" for i in range(len(values))]
    factor = named("policies", *names)
    design = design_of([factor], [outcome], "policies")
    return ranks(SweepArrays(design, points_of([factor]), runs_of({outcome: values})))


@pytest.mark.parametrize("n", [2, 3, 10, 100])
@pytest.mark.parametrize("lead", [0.0, 0.5, 1.5])
def test_the_chance_of_being_best_of_two_is_phi(n: int, lead: float) -> None:
    """Of two, the second leads by `lead` standard errors of the paired difference: it is the best with Phi(lead)."""
    rng = np.random.default_rng(n)
    difference = exact(rng, n, lead / math.sqrt(n), 1.0)
    shared = rng.normal(0, 5, n)
    found = ranked(np.stack([shared, shared + difference]))["best_chance"]
    wanted = stats.norm.cdf(lead)
    # Few seeds are not normal: with two a mean is one of them or the other.
    tolerance = 4 * monte_carlo_error(wanted) + (0.02 if n > 5 else 0.2)
    if n > 2:
        assert found[1] == pytest.approx(wanted, abs=tolerance)
    assert found.sum() == pytest.approx(1)


def test_the_chance_of_being_best_over_many_sweeps() -> None:
    """Two normals with known means, sds and correlation. A sweep's own mean difference spreads about the true one as much
    as its bootstrap about the sweep's: on average the chance is Phi(delta sqrt(n) / (sd sqrt(2)))."""
    rng = np.random.default_rng(2)
    n, times, delta = 40, 300, 0.12
    covariance = [[1.0, 0.8 * 1.0 * 0.6], [0.8 * 1.0 * 0.6, 0.6**2]]
    sd = math.sqrt(1.0 + 0.36 - 2 * 0.48)
    chances = np.array(
        [ranked(rng.multivariate_normal([0, delta], covariance, n).T)["best_chance"][1] for _ in range(times)]
    )
    wanted = stats.norm.cdf(delta * math.sqrt(n) / (sd * math.sqrt(2)))
    assert chances.mean() == pytest.approx(wanted, abs=3 * chances.std() / math.sqrt(times))
    # Unpaired it would be less sure: the shared part of the seeds must have been taken out.
    unpaired = stats.norm.cdf(delta * math.sqrt(n) / (math.sqrt(1.36) * math.sqrt(2)))
    assert chances.mean() > unpaired + 6 * chances.std() / math.sqrt(times)


def test_without_a_difference_every_chance_is_as_likely() -> None:
    """Then the chance is spread evenly over 0-1 (Kolmogorov and Smirnov's distance of 300: 5 % beyond 0.078)."""
    rng = np.random.default_rng(3)
    chances = [ranked(rng.normal(size=(2, 30)))["best_chance"][0] for _ in range(300)]
    assert stats.kstest(chances, "uniform").statistic < 0.078


def test_equals_share() -> None:
    rng = np.random.default_rng(4)
    one = rng.normal(0.1, 0.01, 25)
    both = ranked(np.stack([one, one]))
    assert both["best_chance"].tolist() == [0.5, 0.5]
    assert both["best_share"].tolist() == [0.5, 0.5]
    assert both["mean_rank"].tolist() == [1.5, 1.5]
    four = ranked(np.stack([one, one - 1, one, one]))
    assert four["best_chance"].tolist() == pytest.approx([1 / 3, 0, 1 / 3, 1 / 3])
    assert four["mean_rank"].tolist() == [2, 4, 2, 2]
    for n in range(2, 30):  # many widths: a product of matrices may round otherwise in other columns
        many = ranked(np.tile(one * 1e9, (n, 1)))["best_chance"]
        assert many.tolist() == pytest.approx([1 / n] * n, abs=1e-12)


def test_three_alike_are_each_the_best_in_a_third() -> None:
    """Not equal but exchangeable: what one has at some seeds, the others have at others."""
    some = np.random.default_rng(5).normal(size=(3, 8))
    found = ranked(np.hstack([np.roll(some, k, axis=0) for k in range(3)]))["best_chance"]
    assert found.tolist() == pytest.approx([1 / 3] * 3, abs=4 * monte_carlo_error(1 / 3))


def test_means_that_tie_but_for_rounding_share() -> None:
    """Of whole numbers and five seeds a sample's means are exact; of tenths they are not."""
    whole = np.array([[1.0, 2, 3, 4, 5], [5, 4, 3, 2, 1], [3, 1, 4, 2, 5]])
    assert ranked(whole / 10)["best_chance"].tolist() == ranked(whole)["best_chance"].tolist()


def test_ranks_by_hand() -> None:
    values = np.array([[1.0, 5, 3, 2], [2, 4, 3, 0], [0, 6, 1, 2]])
    up, down = ranked(values), ranked(values, BAD)
    assert up["mean"].tolist() == pytest.approx([2.75, 2.25, 2.25])
    assert up["mean_rank"].tolist() == [(2 + 2 + 1.5 + 1.5) / 4, (1 + 3 + 1.5 + 3) / 4, (3 + 1 + 3 + 1.5) / 4]
    assert up["best_share"].tolist() == [(0.5 + 0.5) / 4, (1 + 0.5) / 4, (1 + 0.5) / 4]
    assert down["mean_rank"].tolist() == [(2 + 2 + 2.5 + 2.5) / 4, (3 + 1 + 2.5 + 1) / 4, (1 + 3 + 1 + 2.5) / 4]
    assert down["best_share"].tolist() == [0, (1 + 1) / 4, (1 + 1) / 4]
    assert up["n"].tolist() == [4, 4, 4]
    assert (up["level"].tolist(), up["context"].tolist()) == (["p0", "p1", "p2"], [0, 0, 0])


def test_ranks_are_over_the_seeds_that_all_have() -> None:
    values = np.array([[1.0, math.nan, 3, 4], [2, 9, 2, 2], [math.nan] * 4])
    found = ranked(values)
    assert found["n"].tolist() == [2 + 1, 3, 0]
    assert found["mean"].tolist() == pytest.approx([8 / 3, 2, math.nan], nan_ok=True)
    assert found["best_share"].tolist() == pytest.approx([2 / 3, 1 / 3, math.nan], nan_ok=True)
    assert math.isnan(found["best_chance"][2])
    apart = ranked(np.array([[1.0, math.nan], [math.nan, 2.0]]))
    assert apart["n"].tolist() == [0, 0]
    assert apart[["mean", "mean_rank", "best_chance", "best_share"]].isna().all(axis=None)
    one = ranked(np.array([[1.0], [2.0]]))
    assert one["best_share"].tolist() == [0, 1]
    assert one["best_chance"].isna().all()


def test_ranks_without_a_contrast_are_of_all_points_unless_they_are_many() -> None:
    rng = np.random.default_rng(6)
    for n, rows in ((1, 0), (2, 2), (30, 30), (31, 0)):
        factor = numeric("levers.pay", *map(float, range(n)), base=0.0)
        values = {GOOD: rng.random((n, 5)), NEITHER: rng.random((n, 5))}
        found = summary_tables(design_of([factor], [GOOD, NEITHER]), points_of([factor]), runs_of(values))["ranks"]
        assert found["point"].tolist() == list(range(rows))
        assert set(found["level"]) <= {""}
        assert set(found["context"]) <= {0}
    only = {NEITHER: rng.random((2, 5))}
    factor = numeric("levers.pay", 0.0, 1.0, base=0.0)
    assert summary_tables(design_of([factor], [NEITHER]), points_of([factor]), runs_of(only))["ranks"].empty


# ---- overtakes

PAY = numeric("levers.pay", 1000.0, 2000.0, 3000.0, 4000.0, base=2000.0)
CLEAR = named("policies", "none", "clear")
LOAD = named("uneven_load", "even", "uneven")


def overtaking(
    mean: Callable[[pd.Series], float],
    noise: float = 0.0,
    n: int = 20,
    outcome: str = GOOD,
    factors: tuple = (PAY, CLEAR),
    seed: int = 1,
    sampled: tuple = (),
) -> pd.DataFrame:
    points = points_of(factors)
    rng = np.random.default_rng(seed)
    values = by_point(points, mean) + rng.normal(0, 1, n) + noise * rng.normal(0, 1, (len(points), n))
    design = design_of(factors, [outcome, NEITHER], "policies", sampled)
    return overtakes(SweepArrays(design, points, runs_of({outcome: values, NEITHER: values})))


def lines(row: pd.Series) -> float:
    """Pay helps less where duties are clear: "none" overtakes at 2,600."""
    return 0.5 + 0.1 * (row[PAY.name] - 2600) / 1000 if row["policies"] == "none" else 0.5


def test_two_straight_lines_cross_where_they_do() -> None:
    (row,) = overtaking(lines).to_dict("records")
    assert (row["outcome"], row["factor"], row["others"]) == (GOOD, PAY.name, "")
    assert (row["low"], row["high"]) == (2000, 3000)
    assert [row["at"], row["at_low"], row["at_high"]] == pytest.approx([2600] * 3)
    assert (row["level_a"], row["level_b"]) == ("clear", "none")  # clear is the better below
    assert row["is_clear"]
    (down,) = overtaking(lines, outcome=BAD).to_dict("records")
    assert (down["level_a"], down["level_b"]) == ("none", "clear")
    assert down["at"] == pytest.approx(2600)


def test_lines_that_do_not_cross_have_no_place() -> None:
    assert overtaking(lambda row: row[PAY.name] * (2 if row["policies"] == "none" else 1)).empty
    assert overtaking(lambda row: row[PAY.name], noise=0.0).empty  # the same everywhere
    # They meet at an end, and part again after meeting: no change of order.
    assert overtaking(lambda row: (row[PAY.name] - 1000) * (row["policies"] == "none")).empty
    assert overtaking(lambda row: (row[PAY.name] - 2000) ** 2 * (row["policies"] == "none")).empty


def test_lines_that_are_equal_amid_cross_there() -> None:
    def mean(row: pd.Series) -> float:
        return {1000: -1, 2000: 0, 3000: 0, 4000: 2}[int(row[PAY.name])] * (row["policies"] == "none")

    (row,) = overtaking(mean, n=1).to_dict("records")
    assert (row["low"], row["high"], row["at"]) == (1000, 4000, 2500)
    points = points_of([PAY, CLEAR])
    values = by_point(points, mean) * np.ones(9)
    design = design_of([PAY, CLEAR], [GOOD], "policies")
    (row,) = summary_tables(design, points, runs_of({GOOD: values}))["overtakes"].to_dict("records")
    assert (row["at_low"], row["at"], row["at_high"]) == (2500, 2500, 2500)


def test_every_pair_and_every_setting_of_the_others() -> None:
    """Three levels, two loads: under an even load all pairs cross, at 1,500, 2,500 and 3,500; under another none does."""
    three = named("policies", "none", "a", "b")
    slope = {"none": 0.0, "a": 1.0, "b": 3.0}
    start = {"none": 0.0, "a": -1500.0, "b": -7500.0}  # none-a at 1,500, none-b at 2,500, a-b at 3,000

    def mean(row: pd.Series) -> float:
        if row[LOAD.name] == "uneven":
            return slope[row["policies"]]
        return start[row["policies"]] + slope[row["policies"]] * (row[PAY.name] + 0.5)

    found = overtaking(mean, factors=(PAY, LOAD, three))
    assert found["others"].unique().tolist() == ["uneven_load=even"]
    places = dict(zip(zip(found["level_a"], found["level_b"], strict=True), found["at"], strict=True))
    assert places == {
        ("none", "a"): pytest.approx(1499.5),
        ("none", "b"): pytest.approx(2499.5),
        ("a", "b"): pytest.approx(2999.5),
    }


def test_others_are_told_with_their_values() -> None:
    burden = numeric("levers.administrative_burden", 0.5, 1.0, base=1.0)
    found = overtaking(lines, factors=(PAY, burden, LOAD, CLEAR))
    assert found["others"].tolist() == [
        f"levers.administrative_burden={one}, uneven_load={load}"
        for one, load in (("1", "even"), ("0.5", "even"), ("0.5", "uneven"), ("1", "uneven"))
    ]
    assert found["factor"].unique().tolist() == [PAY.name]


def test_drawn_factors_and_outcomes_without_direction_are_not_looked_at() -> None:
    assert len(overtaking(lines)) == 1  # the other outcome has no direction
    assert overtaking(lines, sampled=(PAY.name,)).empty
    points = points_of([PAY, CLEAR])
    values = runs_of({GOOD: by_point(points, lines) * np.ones(5)})
    assert summary_tables(design_of([PAY, CLEAR], [GOOD]), points, values)["overtakes"].empty


def test_a_value_without_runs_is_passed_over() -> None:
    points = points_of([PAY, CLEAR])
    values = by_point(points, lines) * np.ones(5)
    values[points[PAY.name] == 3000] = math.nan
    design = design_of([PAY, CLEAR], [GOOD], "policies")
    (row,) = summary_tables(design, points, runs_of({GOOD: values}))["overtakes"].to_dict("records")
    assert (row["low"], row["high"]) == (2000, 4000)
    assert row["at_low"] <= row["at"] <= row["at_high"]


def test_the_interval_of_a_place_holds_it() -> None:
    """Of 300 sweeps about 95 %, with an error of 1.3 %; the delta method gives its width: sd of a mean difference / slope."""
    n, noise, held, widths = 25, 0.05, 0, []
    for seed in range(300):
        found = overtaking(lines, noise, n, seed=seed)
        between = found[(found["low"] == 2000) & (found["high"] == 3000)]
        assert len(between) == 1
        (row,) = between.to_dict("records")
        assert row["low"] <= row["at_low"] <= row["at"] <= row["at_high"] <= row["high"]
        held += row["at_low"] <= 2600 <= row["at_high"]
        widths.append(row["at_high"] - row["at_low"])
    assert 0.91 <= held / 300 <= 0.985
    sd = noise * math.sqrt(2 / n)  # of each end's mean difference; the place lies at 0.6 of the way
    wanted = 2 * 1.96 * sd * math.sqrt(0.4**2 + 0.6**2) / 0.1 * 1000
    assert np.median(widths) == pytest.approx(wanted, rel=0.1)


def test_a_place_near_an_end_may_lie_beyond_it() -> None:
    found = overtaking(lambda row: lines(row) + 0.035 * (row["policies"] == "clear"), 0.02, 30)
    (row,) = found[found["low"] == 2000].to_dict("records")
    assert row["at"] == pytest.approx(2950, abs=40)
    assert row["at_high"] == 3000
    assert 2700 < row["at_low"] < row["at"]


def test_an_order_that_may_be_the_reverse_has_no_place() -> None:
    """At the high end the difference is the low end's with its sign changed: always half-way, but either way round."""
    points = points_of([numeric("levers.pay", 1.0, 3.0, base=1.0), CLEAR])
    places = []
    for lead in (0.5, 4.0):  # of its standard error: in 31 % of samples the order is reversed, or in none
        difference = exact(np.random.default_rng(1), 50, lead / math.sqrt(50), 1.0)
        sign = by_point(points, lambda row: {1: 1, 3: -1}[int(row["levers.pay"])] * (row["policies"] == "clear"))
        design = design_of([numeric("levers.pay", 1.0, 3.0, base=1.0), CLEAR], [GOOD], "policies")
        (row,) = overtakes(SweepArrays(design, points, runs_of({GOOD: sign * difference}))).to_dict("records")
        places.append([row["at_low"], row["at"], row["at_high"]])
    assert places == [[1, 2, 3], pytest.approx([2, 2, 2])]


def test_what_is_noise_is_not_clear() -> None:
    rows = pd.concat([overtaking(lambda row: 0.0, 1.0, seed=seed) for seed in range(40)])
    assert len(rows) > 20
    assert rows["is_clear"].mean() < 0.05
    # Nothing is known of where: nearly all reach both ends.
    assert ((rows["at_low"] == rows["low"]) & (rows["at_high"] == rows["high"])).mean() > 0.8


# ---- correlations


def drawn(n: int, seed: int = 1) -> tuple[list, np.ndarray]:
    factors = [numeric("levers.pay", base=-1.0), numeric("levers.administrative_burden", base=-1.0)]
    return factors, np.random.default_rng(seed).random((n, 2))


def test_correlations_are_spearmans() -> None:
    factors, settings = drawn(40)
    settings = np.round(settings, 1)  # ties
    points = points_of(factors, settings.tolist())
    rng = np.random.default_rng(2)
    values = {
        GOOD: np.vstack([[9.0], settings[:, :1] + 0.3 * rng.normal(size=(40, 1))]) + rng.normal(0, 0.1, (41, 7)),
        NEITHER: np.round(rng.normal(size=(41, 1)), 1) * np.ones(7),
    }
    values[GOOD][5, 3] = values[NEITHER][8, :] = math.nan
    design = design_of(factors, [GOOD, NEITHER], sampled=[one.name for one in factors], method="latin_hypercube")
    found = summary_tables(design, points, runs_of(values))["correlations"]
    assert found["factor"].tolist() == [factors[0].name] * 2 + [factors[1].name] * 2
    assert found["outcome"].tolist() == [GOOD, NEITHER] * 2
    for _, row in found.iterrows():
        means = np.nanmean(
            np.where(np.isnan(values[row["outcome"]]).all(axis=1, keepdims=True), 9e9, values[row["outcome"]]), axis=1
        )
        kept = (means < 1e9) & (points["point"] != 0)
        wanted = stats.spearmanr(points[row["factor"]][kept], means[kept]).statistic
        assert row["rho"] == pytest.approx(wanted)
        assert row["n"] == kept.sum()
        assert row["low"] < row["rho"] < row["high"]
        assert row["of"] == "level"
    assert found["low"][0] > 0.3


def test_a_perfect_order_is_one_and_no_spread_is_nothing() -> None:
    factors, settings = drawn(12)
    points = points_of(factors, settings.tolist())
    order = by_point(points, lambda row: math.exp(5 * row["levers.pay"]))
    values = runs_of({GOOD: order, BAD: -order, NEITHER: np.ones((13, 1))})
    design = design_of(factors, [GOOD, BAD, NEITHER], sampled=[one.name for one in factors])
    found = summary_tables(design, points, values)["correlations"]
    assert found[["rho", "low", "high"]].iloc[0].tolist() == pytest.approx([1, 1, 1])
    assert found[["rho", "low", "high"]].iloc[1].tolist() == pytest.approx([-1, -1, -1])
    assert found[["rho", "low", "high"]].iloc[2].isna().all()
    assert found["n"].tolist() == [12] * 6


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_few_points_have_no_interval(n: int) -> None:
    factors, settings = drawn(n)
    points = points_of(factors, settings.tolist())
    design = design_of(factors, [GOOD], sampled=[one.name for one in factors])
    runs = runs_of({GOOD: np.random.default_rng(2).random((n + 1, 4))})
    found = summary_tables(design, points, runs)["correlations"]
    assert found["n"].tolist() == [n, n]
    assert found[["low", "high"]].isna().all(axis=None)
    assert found["rho"].notna().all() == (n > 1)


def test_a_correlations_interval_holds_the_true_one() -> None:
    """Normal values with Pearson's r = 0.6 have Spearman's rho = 6 / pi arcsin(r / 2) = 0.582."""
    rng = np.random.default_rng(3)
    held = 0
    truth = 6 / math.pi * math.asin(0.3)
    for _ in range(200):
        both = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], 60)
        factor = numeric("levers.pay", base=-99.0)
        points = points_of([factor], both[:, :1].tolist())
        design = design_of([factor], [GOOD], sampled=[factor.name])
        (row,) = summary_tables(design, points, runs_of({GOOD: np.r_[0, both[:, 1]][:, None]}))["correlations"].to_dict(
            "records"
        )
        held += row["low"] <= truth <= row["high"]
    assert 0.89 <= held / 200 <= 0.985


def test_crossing_adds_points_but_no_certainty() -> None:
    """Each drawn setting under four policies that do nothing: four times the points, the same interval."""
    factors, settings = drawn(30)
    policies = named("policies", "none", "a", "b", "c")
    rng = np.random.default_rng(4)
    own = dict(zip(settings[:, 0], settings[:, 0] + rng.normal(0, 0.3, 30), strict=True)) | {-1.0: 0.0}
    tables = []
    for crossed in ([], [policies]):
        rows = [
            (*one, *(level for level in levels))
            for one in settings.tolist()
            for levels in product(*([x.name for x in f.levels] for f in crossed))
        ]
        points = points_of([*factors, *crossed], rows)
        values = by_point(points, lambda row: own[row["levers.pay"]])
        design = design_of([*factors, *crossed], [GOOD], sampled=[one.name for one in factors])
        tables.append(summary_tables(design, points, runs_of({GOOD: values}))["correlations"])
    alone, fourfold = tables
    assert (alone["n"][0], fourfold["n"][0]) == (30, 120)
    assert fourfold["rho"].tolist() == pytest.approx(alone["rho"].tolist())
    assert fourfold["low"].tolist() == pytest.approx(alone["low"].tolist())
    assert fourfold["high"].tolist() == pytest.approx(alone["high"].tolist())


def test_correlations_of_contrasts() -> None:
    """What the policy does grows with the burden, whatever the level does."""
    factors, settings = drawn(25)
    policies = named("policies", "none", "clear", "other")
    rows = [(*one, policy) for one in settings.tolist() for policy in ("none", "clear", "other")]
    points = points_of([*factors, policies], rows)
    design = design_of([*factors, policies], [GOOD], "policies", [one.name for one in factors])

    def mean(row: pd.Series) -> float:
        return -20 * row["levers.administrative_burden"] + row["levers.administrative_burden"] * (
            row["policies"] == "clear"
        )

    noise = np.random.default_rng(5).normal(size=(1, 6))
    found = summary_tables(design, points, runs_of({GOOD: by_point(points, mean) + noise}))["correlations"]
    assert found["of"].tolist() == ["level", "clear", "other"] * 2
    burden = found[found["factor"] == "levers.administrative_burden"].set_index("of")
    assert burden.loc["level", "rho"] < -0.99
    assert burden.loc["clear", "rho"] == pytest.approx(1)
    assert burden["n"].tolist() == [75, 25, 25]


def test_no_part_of_the_plan_is_drawn_no_correlations() -> None:
    points = points_of([PAY, CLEAR])
    runs = runs_of({GOOD: np.random.default_rng(6).random((len(points), 3))})
    assert summary_tables(design_of([PAY, CLEAR], [GOOD]), points, runs)["correlations"].empty
