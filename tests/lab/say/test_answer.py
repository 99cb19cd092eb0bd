"""The three sentences against constructed results: never more than the intervals allow, and nothing of harm left out."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator

import numpy as np
import pytest
from cities import city
from every import every
from made_worlds import nothing_kept, policy

from sim import language
from sim.lab.compare import arms_of
from sim.lab.comparison import Comparison
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.answer import answer
from sim.lab.say.verdict import VERDICTS, verdict
from sim.lab.sums.statistics import Estimate
from sim.lab.sums.summaries import CURVES

BASE = np.array([0.10, 0.11, 0.12, 0.10, 0.11, 0.10])
JITTER = np.array([0.001, -0.001, 0.002, -0.002, 0.001, -0.001])


NAN = float("nan")
NUMBER = r"[+-]?\d+(?:,\d{3})*(?:\.\d+)?"


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    language.use("en")
    yield
    language.use("en")


def made(*, n: int = 6, **effects: dict[str, float]) -> Results:
    """Results in which every arm differs from the baseline by what is said of each outcome, give or take a little; a
    value that is said as a tuple (mean, noise) has that much noise. The baseline meets 1,000 needs for 5 million yuan."""
    names = list(OUTCOMES)
    arms = arms_of(city(), [policy(name) for name in effects])
    outcomes = np.zeros((len(arms), n, len(names)))
    outcomes[:, :, names.index("coverage")] = BASE[:n]
    outcomes[:, :, names.index("met_per_year")] = 1000 + 1000 * JITTER[:n]
    outcomes[:, :, names.index("cost_per_year")] = 5e6
    outcomes[:, :, names.index("cost_per_met_need")] = 5000 + 1000 * JITTER[:n]
    outcomes[:, :, names.index("admin_task_hours_per_year")] = 9000.0
    outcomes[:, :, names.index("wage_cost_per_hour")] = 20.0
    for name in ("burnout", "turnover", "trust", "stay_share"):
        outcomes[:, :, names.index(name)] = 0.4
    for arm, said in enumerate(effects.values(), start=1):
        for name, change in said.items():
            mean, noise = change if isinstance(change, tuple) else (change, abs(change) / 50)
            outcomes[arm, :, names.index(name)] += mean + noise * JITTER[:n] / 0.001
    result = Comparison(arms, tuple(range(1, n + 1)), outcomes, *nothing_kept(len(arms), n))
    facts = {"kind": "compare", "arms": {name: arm.to_mapping() for name, arm in arms.items()}, "n_seeds": n}
    return Results(result.tables(), facts)


GAIN = {"coverage": 0.05, "met_per_year": 500.0, "cost_per_year": 5e5}
NOTHING = {"coverage": (0.0, 0.004), "met_per_year": (0.0, 40.0), "cost_per_year": 5e5}
HARM = {"coverage": -0.05, "met_per_year": -500.0, "cost_per_year": 5e5}
DEAR = {"coverage": 0.01, "met_per_year": 20.0, "cost_per_year": 2e6}
SHEDS = GAIN | {"admin_task_hours_per_year": -5000.0}
MIXED = GAIN | {"burnout": 0.1, "turnover": (0.0, 0.05), "trust": -0.02, "stay_share": 0.2}


@functools.cache
def made_of_nothing() -> Results:
    return made(a={})


def copied(results: Results) -> Results:
    return Results({name: table.copy() for name, table in results.tables.items()}, results.provenance)


def test_a_clear_gain() -> None:
    helps, costs, sure = answer(made(a=GAIN))
    assert "meets 10.7 % of the needs" in helps
    assert "coverage rises under Policy a (+5.0 points, +4." in helps
    assert "worse" not in helps
    assert "(a met need now costs 5,000 yuan on average, 4,992 to 5,008)" in costs
    assert "costs 1,000 yuan under Policy a (1,000 to 1,000)." in costs
    assert "more than" not in costs
    assert "over 6 pairs of runs" in sure
    assert "these runs tried no other values of them" in sure


def test_the_average_price_is_a_ratio_of_means_as_the_price_of_a_gain_is() -> None:
    """Each need that a policy adds at the average price leaves the average where it is."""
    names = list(OUTCOMES)
    result = Comparison(arms_of(city(), [policy("a")]), (1, 2, 3, 4), np.zeros((2, 4, len(names))), *nothing_kept(2, 4))
    met = np.array([500.0, 1500.0, 800.0, 1200.0])
    for arm, more in enumerate((0.0, np.array([90.0, 110.0, 95.0, 105.0]))):
        result.outcomes[arm, :, names.index("met_per_year")] = met + more
        result.outcomes[arm, :, names.index("cost_per_year")] = 5e6 + 5000.0 * more
        result.outcomes[arm, :, names.index("cost_per_met_need")] = (5e6 + 5000.0 * more) / (met + more)
    assert result.level("baseline", "cost_per_met_need").mean == pytest.approx(5000)
    assert result.price("a").yuan == pytest.approx(5000)
    assert result.effect("a", "cost_per_met_need").mean == pytest.approx(0, abs=1e-9)


def test_no_difference() -> None:
    helps, costs, _ = answer(made(a=NOTHING))
    assert "no clear difference under Policy a" in helps
    for word in ("rises", "falls", "better"):
        assert word not in helps + costs
    assert costs == "No clear gain to pay for under Policy a."


def test_harm() -> None:
    helps, costs, _ = answer(made(a=HARM))
    assert "coverage falls under Policy a (-5.0 points" in helps
    assert "rises" not in helps
    assert costs == "No clear gain to pay for under Policy a."


def test_a_gain_at_too_high_a_cost() -> None:
    helps, costs, _ = answer(made(a=DEAR))
    assert "rises under Policy a (+1.0" in helps
    assert "costs 100,000 yuan under Policy a" in costs
    assert "more than the present average" in costs


def test_a_gain_that_saves_money() -> None:
    assert "nothing under Policy a, which saves money" in answer(made(a=GAIN | {"cost_per_year": -5e5}))[1]


def test_mixed_results_say_what_gets_worse_and_only_that() -> None:
    helps = answer(made(a=MIXED))[0]
    assert "rises under Policy a" in helps
    assert "but worse: Mean burnout, Mean trust)" in helps
    assert "Quits" not in helps
    assert "stay" not in helps


def test_what_is_worse_by_a_trifle_is_not_told() -> None:
    assert "worse" not in answer(made(a=GAIN | {"trust": -0.003}))[0]  # below 1 % of 0.4
    assert "worse" in answer(made(a=GAIN | {"trust": -0.005}))[0]


def test_shed_tasks_are_not_free() -> None:
    results = made(a=SHEDS)
    assert "not counted is what others pay for the administrative tasks" in answer(results)[1]
    assert "not counted" not in answer(made(a=GAIN))[1]
    # 5e5 yuan and 5,000 h at 20 yuan for 500 needs
    assert results.price("a").yuan == pytest.approx(1000)
    assert results.price("a", with_tasks=True).yuan == pytest.approx(1200)


def test_several_policies_each_in_its_place() -> None:
    helps, costs, _ = answer(made(a=NOTHING, b=HARM, c=DEAR, d=GAIN))
    better, worse, same = (
        helps.index(part) for part in ("rises under Policy d", "falls under Policy b", "difference under Policy a")
    )
    assert better < helps.index("Policy c") < worse < same
    assert costs.index("1,000 yuan under Policy d") < costs.index("100,000 yuan under Policy c")
    assert "no clear gain to pay for under Policy a, Policy b" in costs


def test_one_seed_says_nothing_of_differences() -> None:
    helps, costs, sure = answer(made(n=1, a=GAIN, b=HARM))
    assert "with one seed no difference can be distinguished from chance" in helps
    assert costs == "No price of an additional met need can be given."
    assert sure.startswith("One seed gives no interval")


def test_without_policies() -> None:
    assert answer(made())[0] == "At baseline the city meets 10.7 % of the needs that arise."


def test_without_needs() -> None:
    results = made(a=GAIN)
    results.tables["levels"].loc[results.tables["levels"].outcome == "coverage", "mean"] = float("nan")
    assert answer(Results(results.tables, results.provenance))[0] == "No need arose, so coverage cannot be given."


@pytest.mark.parametrize("case", [GAIN, NOTHING, HARM, DEAR, MIXED])
def test_chinese_says_the_same_numbers(case: dict[str, float]) -> None:
    results = made(a=case)
    english = [re.findall(NUMBER, one) for one in answer(results)]
    language.use("zh")
    chinese = [re.findall(NUMBER, one) for one in answer(results)]
    assert [sorted(one) for one in chinese] == [sorted(one) for one in english]
    assert "Policy" not in " ".join(answer(results))


@every("outcome", OUTCOMES)
@every(("low", "high"), [(0.1, 0.2), (-0.2, -0.1), (-0.1, 0.2), (0.0, 0.2), (-0.2, 0.0)])
def test_nothing_is_better_whose_interval_holds_zero(outcome: str, low: float, high: float) -> None:
    results = copied(made_of_nothing())
    effects = results.tables["effects"]
    row = effects.outcome == outcome
    effects.loc[row, ["mean", "low", "high"]] = [(low + high) / 2, low, high]
    results.tables["levels"].loc[results.tables["levels"].outcome == outcome, "mean"] = 1.0
    found = Results(results.tables, results.provenance).verdict("a", outcome)
    if low <= 0 <= high:
        assert found == "same"
    else:
        assert found == {1: "better", -1: "worse", 0: "changed"}[OUTCOMES[outcome].good * (1 if low > 0 else -1)]


@pytest.mark.parametrize(
    ("name", "low", "high", "base", "said"),
    [
        ("coverage", 0.1, 0.2, 0.5, "better"),
        ("coverage", -0.2, -0.1, 0.5, "worse"),
        ("coverage", -0.1, 0.2, 0.5, "same"),
        ("coverage", 0.0, 0.2, 0.5, "same"),
        ("coverage", 0.0, 0.0, 0.5, "equal"),
        ("trust", 0.001, 0.003, 0.5, "slight"),
        ("trust", 0.004, 0.008, 0.5, "better"),
        ("trust", 0.001, 0.003, NAN, "better"),
        ("turnover", 0.1, 0.2, 0.5, "worse"),
        ("late_share", -0.2, -0.1, 0.5, "better"),
        ("tasks_accepted", -2.0, -1.0, 100.0, "changed"),
        ("gini", 0.01, 0.02, 0.1, "worse"),
        ("dependence", 0.1, 0.2, 0.5, "changed"),
        ("coverage", NAN, NAN, 0.5, "unknown"),
    ],
)
def test_verdicts(name: str, low: float, high: float, base: float, said: str) -> None:
    assert said in VERDICTS
    assert verdict(name, Estimate((low + high) / 2, low, high, 0.1, 9), base) == said


def test_curves_are_of_known_measures() -> None:
    assert set(CURVES) <= set(OUTCOMES)


# --- the budget


def with_budget(yuan: float) -> Results:
    """Costs to government of 5 million at baseline and 6 million under the policy, in the median run."""
    results = made(a={"public_cost_per_year": (6e6, 1e4)})
    runs = results.tables["runs"]
    runs.loc[runs.policy == results.baseline, "public_cost_per_year"] = 5e6
    levels = results.tables["levels"]
    is_base = (levels.policy == results.baseline) & (levels.outcome == "public_cost_per_year")
    levels.loc[is_base, ["mean", "low", "high"]] = 5e6
    arms = {name: {**arm, "budget_per_year": yuan} for name, arm in results.provenance["arms"].items()}
    return Results(results.tables, {**results.provenance, "arms": arms})


def test_without_a_budget_nothing_is_said_of_one() -> None:
    results = made(a=GAIN)
    assert len(answer(results)) == 3
    assert results.budget_per_year is None
    assert results.n_within_budget("a") is None


def test_the_budget_is_said_beside_what_government_pays() -> None:
    results = with_budget(6e6)
    n = int((results.tables["runs"].query("policy == 'a'")["public_cost_per_year"] <= 6e6).sum())
    assert 0 < n < 6
    assert results.n_within_budget("a") == n
    assert results.n_within_budget(results.baseline) == 6
    said = answer(results)[2]
    assert said.startswith(
        "Of the city's budget of 6,000,000 yuan a year, government pays 5,000,000 yuan (83 %) under Baseline, within it in 6 of 6 runs; 6,"
    )
    cost = results.level("a", "public_cost_per_year")
    interval = f"{cost.low:,.0f} to {cost.high:,.0f}"
    assert said.endswith(f" yuan (100 %; {interval}) under Policy a, within it in {n} of 6 runs.")
    language.use("zh")
    assert answer(results)[2].startswith(
        "全市每年预算 6,000,000 元，财政承担：基线 5,000,000 元（83%），6 次运行中 6 次未超预算；"
    )
