"""A city's budget as a yardstick: what its stations cost government a year beside it, and how often that stays within it."""

from __future__ import annotations

import math
from typing import Any

from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results
from sim.lab.say.over_worlds import in_so_many
from sim.lab.sums.doubt import LEVEL, spread
from sim.lab.sums.statistics import Estimate, mean_interval
from sim.language import counted, in_turn, tr
from sim.scenario.read import limit

COST = "public_cost_per_year"

POINTS_TOLD = 12
"""Of more points of a sweep, the base is told of, and how many stay within the budget."""


def budget_told(results: Results) -> str:
    """A sentence, in the language in force; "" where the city says no budget."""
    budget = results.budget_per_year
    if budget is None:
        return ""
    parts = [part for arm in results.names if (part := _of_arm(results, arm, budget))]
    return _sentence(budget, parts)


def budget_of_sweep(reading: Reading) -> str:
    """A sentence of the points in the base's own city; "" where that says no budget."""
    results = reading.results
    budget = results.budget_per_year
    if budget is None or results.folder is None:
        return ""
    runs = results.runs([COST])
    of_base = _in_the_bases_city(reading)
    costs: dict[Any, Any] = {point: own[COST].dropna() for point, own in runs.groupby("point") if point in of_base}
    known = {int(point): own for point, own in costs.items() if len(own)}
    within = {point: (int((own <= budget).sum()), len(own)) for point, own in known.items()}
    told = [point for point in known if len(known) <= POINTS_TOLD or point == 0]
    of_worlds = results.doubt != "none"
    parts = []
    for point in told:
        own = known[point].to_numpy()
        cost = spread(own).both if of_worlds else mean_interval(own)
        parts.append(_of(reading.title(point), cost, budget, within[point], of_worlds=of_worlds))
    if len(told) < len(known):
        always = sum(n_within == n for n_within, n in within.values())
        never = sum(n_within == 0 for n_within, _ in within.values())
        parts.append(
            tr(
                f"of {counted(len(known), 'point')}, {always:,} stay within it in every run and {never:,} in none",
                f"{len(known):,} 个设计点中，{always:,} 个每次运行均未超预算，{never:,} 个每次均超",
            )
        )
    return _sentence(budget, parts)


def _in_the_bases_city(reading: Reading) -> set[int]:
    """Points of which the base's budget is the measure: not those of other cities, which may have others."""
    cities = [factor for factor in reading.factors if factor.name == "scenario"]
    return {point for point in reading.settings if all(reading.key(point, factor) == factor.base for factor in cities)}


def _of_arm(results: Results, arm: str, budget: float) -> str:
    cost = _of_run(results) if results.kind == "run" else results.level(arm, COST)
    if results.doubt != "none":
        cost = results.spread(arm, COST, LEVEL).both
    if not math.isfinite(cost.mean):
        return ""
    n_within = results.n_within_budget(arm)
    within = None if n_within is None else (n_within, results.n_seeds)
    return _of(results.title(arm), cost, budget, within, of_worlds=results.doubt != "none")


def _of(title: str, cost: Estimate, budget: float, within: tuple[int, int] | None, *, of_worlds: bool = False) -> str:
    """The mean, what share of the budget that is, its 95 % interval, and in how many runs it stays within it; of worlds the median, its
    spread, and in how many of 100."""
    share = 100 * cost.mean / budget
    said = tr(
        f"{cost.mean:,.0f} yuan ({in_turn([f'{share:.0f} %', *_ends(cost)])}) under {title}",
        f"{title} {cost.mean:,.0f} 元（{in_turn([f'{share:.0f}%', *_ends(cost)])}）",
    )
    if within is None:
        return said
    n_within, n = within
    if of_worlds:
        often = in_so_many(n_within / n, n)
        return said + tr(f", within it {often}", f"，{often}未超预算")
    return said + tr(f", within it in {n_within} of {counted(n, 'run')}", f"，{n} 次运行中 {n_within} 次未超预算")


def _ends(cost: Estimate) -> list[str]:
    if not cost.has_interval or cost.low == cost.high:
        return []
    return [tr(f"{cost.low:,.0f} to {cost.high:,.0f}", f"{cost.low:,.0f} 至 {cost.high:,.0f}")]


def _sentence(budget: float, parts: list[str]) -> str:
    start = tr(
        f"Of the city's budget of {limit(budget)} yuan a year, government pays",
        f"全市每年预算 {limit(budget)} 元，财政承担",
    )
    return start + tr(" ", "：") + in_turn(parts) + tr(".", "。") if parts else ""


def _of_run(results: Results) -> Estimate:
    """From the policies' start on; NaN where the run has no such months."""
    table = results.tables["outcomes"]
    found = table.loc[(table.outcome == COST) & (table.period == "after"), "value"].tolist()
    return Estimate(float(found[0]) if found else math.nan, math.nan, math.nan, math.nan, 1)
