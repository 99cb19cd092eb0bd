"""What a person sees on the terminal after a run or a comparison."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from sim.cli.terminal import console
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import heading, number, reach, unit_name, with_interval
from sim.lab.say.verdict import is_apart
from sim.lab.sums.doubt import LEVEL, PRICE
from sim.language import counted, tr

if TYPE_CHECKING:
    from sim.lab.kept.results import Results
    from sim.lab.sums.statistics import Estimate

OUTCOMES_SHOWN = (
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


def print_run(results: Results) -> None:
    """Outcomes before and after the policies' start."""
    from sim.lab.say.budget import budget_told

    title, seed, start = results.title("run"), results.provenance["seed"], results.policy_start
    table = Table(title=escape(tr(f"{title}, seed {seed}", f"{title}，种子 {seed}")), title_justify="left")
    table.add_column("", overflow="fold")
    found = results.tables["outcomes"].pivot(index="outcome", columns="period", values="value")
    none = "" if results.acts("run") else tr("\n(no policy)", "\n（无政策）")
    headings = {"before": tr(f"to {start}", f"至 {start}"), "after": tr(f"{start} on", f"{start} 起") + none}
    periods = [period for period in headings if period in found.columns]
    for period in periods:
        table.add_column(headings[period], justify="right")
    for name in OUTCOMES_SHOWN:
        largest = reach(found.loc[name])
        unit = OUTCOMES[name].unit
        shown = [number(found.loc[name, period], unit, largest=largest) for period in periods]
        table.add_row(heading(name, largest), *shown)
    out = console()
    out.print(table)
    if budget := budget_told(results):
        out.print(budget, soft_wrap=True, markup=False)
    out.print(
        tr(
            "One run under one seed: these figures have no interval. 'stations compare' gives intervals.",
            "单一种子的一次运行：以上数字没有区间。区间请用 'stations compare'。",
        )
    )


def print_comparison(results: Results) -> None:
    """Levels and paired effects with 95 % intervals, prices, and the answer."""
    from sim.lab.say.answer import answer
    from sim.lab.say.chances import chances_told

    names = results.names
    out = console()
    first_month, last_month = results.window
    of_worlds = results.doubt != "none"
    about = (
        f"{results.city}, {first_month} to {last_month}, {counted(results.n_seeds, 'world' if of_worlds else 'seed')}"
    )
    for first in range(1, len(names), 4):
        chosen = [names[0], *names[first : first + 4]]
        title = tr(
            f"{about}: baseline, and paired differences from it with 95 % intervals (* interval without zero)",
            f"{results.city}，{first_month} 至 {last_month}，{results.n_seeds} 个种子：基线及与之配对的差异，"
            "附 95% 区间（* 区间不含零）",
        )
        if of_worlds:
            title = tr(
                f"{about}: baseline, and differences from it in the same world; medians, and where 95 of 100 worlds lie (* 95 of 100 agree)",
                f"{results.city}，{first_month} 至 {last_month}，{results.n_seeds} 个情形：基线及同一情形下与之的差异；"
                "中位数，以及每 100 个情形中 95 个所在的范围（* 95 个以上方向一致）",
            )
        table = Table(title=escape(title), title_justify="left")
        table.add_column("", overflow="fold")
        for name in chosen:
            table.add_column(escape(results.title(name)), justify="right", overflow="fold")
        for outcome in OUTCOMES_SHOWN:
            table.add_row(*_effect_row(results, outcome, chosen))
        table.add_row(
            tr("Yuan per additional met need", "每多满足一项需求（元）"),
            "",
            *[_price(results, arm) for arm in chosen[1:]],
        )
        out.print(table)
    if len(names) == 1:
        out.print(tr("No policy was compared.", "没有比较任何政策。"))
    for sentence in (*answer(results), *chances_told(results)):
        out.print(sentence, soft_wrap=True, markup=False)


def _effect_row(results: Results, outcome: str, chosen: Sequence[str]) -> list[str]:
    of_worlds = results.doubt != "none"
    base = results.spread(chosen[0], outcome, LEVEL).both if of_worlds else results.level(chosen[0], outcome)
    said, unit = OUTCOMES[outcome].meaning, unit_name(OUTCOMES[outcome].unit, base.mean)
    # In Chinese the unit is on a line of its own, since there are no spaces to break at.
    row = [tr(f"{said} ({unit})", f"{said}\n（{unit}）"), _with_interval(base, outcome, base.mean)]
    # A difference is shown in the unit of its level, however small it is.
    for arm in chosen[1:]:
        effect = results.spread(arm, outcome).both if of_worlds else results.effect(arm, outcome)
        is_told = is_apart(results.verdict(arm, outcome)) if of_worlds else effect.excludes_zero
        row.append(_with_interval(effect, outcome, base.mean, is_difference=True, is_told=is_told))
    return row


def _with_interval(
    estimate: Estimate, outcome: str, largest: float, *, is_difference: bool = False, is_told: bool = False
) -> str:
    unit = OUTCOMES[outcome].unit
    mean, low, high = with_interval(estimate, unit, signed=is_difference, largest=largest)
    if not estimate.has_interval:
        return f"{mean}\n{tr('no interval', '无区间')}"
    star = "*" if is_told else ""
    return f"{mean}{star}\n{low} … {high}"


def _price(results: Results, arm: str) -> str:
    if results.doubt != "none":
        found = results.spread(arm, "cost_per_met_need", PRICE)
        median, low, high = (
            f"{one:,.0f}" if math.isfinite(one) else tr("no bound", "无上限")
            for one in (found.median, found.low, found.high)
        )
        return f"{median}\n{low} … {high}"
    price = results.price(arm)
    if price.verdict == "gain":
        return f"{price.yuan:,.0f}\n{price.low:,.0f} … {price.high:,.0f}"
    return {
        "no gain": tr("no gain", "无增益"),
        "loss": tr("fewer needs met", "满足更少"),
        "unknown": tr("no interval", "无区间"),
    }[price.verdict]
