"""What a person sees on the terminal after a run or a comparison."""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from sim.lab.outcomes import OUTCOMES, summarize
from sim.language import current, tr

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.compare import Comparison
    from sim.lab.simulate import Run
    from sim.lab.statistics import Estimate

SHOWN = (
    "coverage",
    "met_per_year",
    "true_on_time_share",
    "reported_on_time_share",
    "admin_share",
    "service_share",
    "outreach_share",
    "stay_share",
    "turnover",
    "competence",
    "burnout",
    "trust",
    "unpaid_wage_share",
    "cost_per_year",
)
"""Outcomes of the tables on the terminal, in order; all outcomes are in the stored tables."""

_SHARES = ("share", "share per month", "per year")


def console() -> Console:
    """The terminal; a fixed width where there is none, so that piped tables keep their shape."""
    return Console(width=None if sys.stdout.isatty() else 110, highlight=False)


def number(value: float, unit: str, *, signed: bool = False) -> str:
    """A number in its unit: shares in per cent, large ones without decimals."""
    if not math.isfinite(value):
        return "–"
    sign = "+" if signed else ""
    if unit in _SHARES:
        return f"{100 * value:{sign}.1f}"
    if unit.startswith("yuan") and abs(value) >= 100_000:
        return f"{value / 10_000:{sign},.1f}"
    if abs(value) >= 100:
        return f"{value:{sign},.0f}"
    if unit in {"0-1", "Gini"}:
        return f"{value:{sign}.{4 if signed else 3}f}"  # differences on these scales are small
    return f"{value:{sign}.1f}"


def heading(outcome: str, largest: float) -> str:
    """The name of an outcome with the unit in which it is shown."""
    one = OUTCOMES[outcome]
    unit = one.unit
    if unit == "share":
        unit = "%"
    elif unit == "share per month":
        unit = tr("% a month", "%/月")
    elif unit == "per year":
        unit = tr("% a year", "%/年")
    elif unit.startswith("yuan") and abs(largest) >= 100_000:
        unit = tr(f"10,000 {unit}", "万元/年")
    else:
        unit = tr(unit, {"needs per year": "项/年", "h per year": "小时/年", "days": "天"}.get(unit, unit))
    return f"{one.meaning(current())} ({unit})"


def print_run(run: Run, frames: dict[str, pd.DataFrame]) -> None:
    """Outcomes before and after the policies' start."""
    scenario = run.scenario
    split = scenario.policy_month or scenario.n_months
    before = summarize(run.world, 0, split).outcomes
    after = summarize(run.world, split, scenario.n_months).outcomes if split < scenario.n_months else before
    title = tr(scenario.title.en, scenario.title.zh)
    if scenario.policies:
        title += " + " + ", ".join(tr(one.title.en, one.title.zh) for one in scenario.policies)
    table = Table(title=tr(f"{title}, seed {run.seed}", f"{title}，种子 {run.seed}"), title_justify="left")
    table.add_column("")
    table.add_column(tr(f"to {scenario.policy_start}", f"至 {scenario.policy_start}"), justify="right")
    table.add_column(tr(f"{scenario.policy_start} on", f"{scenario.policy_start} 起"), justify="right")
    for name in SHOWN:
        unit = OUTCOMES[name].unit
        table.add_row(heading(name, before[name]), number(before[name], unit), number(after[name], unit))
    out = console()
    out.print(table)
    out.print(
        tr(
            "One run under one seed: these figures have no interval. 'stations compare' gives intervals.",
            "单一种子的一次运行：以上数字没有区间。区间请用 'stations compare'。",
        )
    )


def print_comparison(result: Comparison) -> None:
    """Levels and paired effects with 95 % intervals, prices, and the answer."""
    from sim.lab.answer import answer, title_of

    names = result.names
    n = len(result.seeds)
    out = console()
    scenario = result.scenario
    for first in range(1, len(names), 4):
        chosen = [names[0], *names[first : first + 4]]
        table = Table(
            title=tr(
                f"{scenario.title.en}, {scenario.policy_start} to {scenario.end}, {n} seeds: baseline, and paired "
                "differences from it with 95 % intervals (* interval without zero)",
                f"{scenario.title.zh}，{scenario.policy_start} 至 {scenario.end}，{n} 个种子：基线及与之配对的差异，"
                "附 95 % 区间（* 区间不含零）",
            ),
            title_justify="left",
        )
        table.add_column("")
        for name in chosen:
            table.add_column(title_of(result, name), justify="right")
        for outcome in SHOWN:
            table.add_row(*_effect_row(result, outcome, chosen))
        table.add_row(
            tr("Yuan per additional met need", "每多满足一项需求（元）"),
            "",
            *[_price(result, arm) for arm in chosen[1:]],
        )
        out.print(table)
    if len(names) == 1:
        out.print(tr("No policy was compared.", "没有比较任何政策。"))
    for sentence in answer(result):
        out.print(sentence, soft_wrap=True)


def _effect_row(result: Comparison, outcome: str, chosen: Sequence[str]) -> list[str]:
    unit = OUTCOMES[outcome].unit
    base = result.level(chosen[0], outcome)
    row = [heading(outcome, base.mean), _with_interval(base, unit, signed=False)]
    for arm in chosen[1:]:
        effect = result.effect(arm, outcome)
        star = "*" if effect.excludes_zero else ""
        # A difference is shown in the unit of its level, however small it is.
        if unit.startswith("yuan") and abs(base.mean) >= 100_000:
            scaled = [one / 10_000 for one in (effect.mean, effect.low, effect.high)]
            shown = [f"{one:+,.1f}" if math.isfinite(one) else "–" for one in scaled]
            row.append(f"{shown[0]}{star}\n{shown[1]} … {shown[2]}")
        else:
            row.append(_with_interval(effect, unit, signed=True, star=star))
    return row


def _with_interval(estimate: Estimate, unit: str, *, signed: bool, star: str = "") -> str:
    mean = number(estimate.mean, unit, signed=signed)
    if not estimate.has_interval:
        return f"{mean}\n{tr('no interval', '无区间')}"
    low, high = (number(one, unit, signed=signed) for one in (estimate.low, estimate.high))
    return f"{mean}{star}\n{low} … {high}"


def _price(result: Comparison, arm: str) -> str:
    price = result.price(arm)
    if price.verdict == "gain":
        return f"{price.yuan:,.0f}\n{price.low:,.0f} … {price.high:,.0f}"
    return {
        "no gain": tr("no gain", "无增益"),
        "loss": tr("fewer needs met", "满足更少"),
        "unknown": tr("no interval", "无区间"),
    }[price.verdict]
