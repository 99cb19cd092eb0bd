"""A city's budget as a yardstick: what its stations cost government a year beside it, and how often that stays within it."""

from __future__ import annotations

import math

from sim.lab.kept.results import Results
from sim.language import counted, in_turn, tr
from sim.scenario.read import limit

COST = "public_cost_per_year"


def budget_told(results: Results) -> str:
    """A sentence, in the language in force; "" where the city says no budget."""
    budget = results.budget_per_year
    if budget is None:
        return ""
    parts = [part for arm in results.names if (part := _of_arm(results, arm, budget))]
    start = tr(
        f"Of the city's budget of {limit(budget)} yuan a year, government pays",
        f"全市每年预算 {limit(budget)} 元，财政承担",
    )
    return start + tr(" ", "：") + in_turn(parts) + tr(".", "。") if parts else ""


def _of_arm(results: Results, arm: str, budget: float) -> str:
    mean = _of_run(results) if results.kind == "run" else results.level(arm, COST).mean
    if not math.isfinite(mean):
        return ""
    title, n, n_within = results.title(arm), results.n_seeds, results.n_within_budget(arm)
    said = tr(
        f"{mean:,.0f} yuan ({100 * mean / budget:.0f} %) under {title}",
        f"{title} {mean:,.0f} 元（{100 * mean / budget:.0f}%）",
    )
    if n_within is None:
        return said
    return said + tr(f", within it in {n_within} of {counted(n, 'run')}", f"，{n} 次运行中 {n_within} 次未超预算")


def _of_run(results: Results) -> float:
    """From the policies' start on; NaN where the run has no such months."""
    table = results.tables["outcomes"]
    found = table.loc[(table.outcome == COST) & (table.period == "after"), "value"].tolist()
    return float(found[0]) if found else math.nan
