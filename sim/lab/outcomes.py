"""What a run is judged by: its outcomes over a window of months, for the city, its towns and its groups."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.frames import city_of, column, measures, percentile_days, values
from sim.lab.sums.statistics import gini
from sim.language import Text
from sim.observations import COSTS, GROUP_MONTH, MEASURES
from sim.sums import ordered_sum

if TYPE_CHECKING:
    from sim.world.tables import World


@dataclass(frozen=True)
class Outcome:
    """A number per run. `good`: +1 more is better, -1 less is better, 0 neither. label: what a sentence calls it, where the
    meaning says more than that."""

    name: str
    unit: str
    good: int
    meaning: Text
    label: Text


def _outcome(name: str, unit: str, good: int, en: str, zh: str, label: tuple[str, str] | None = None) -> Outcome:
    return Outcome(name, unit, good, Text(en, zh), Text(*label or (en, zh)))


OUTCOMES: dict[str, Outcome] = {
    **{m.name: Outcome(m.name, m.unit, m.good, m.meaning, m.label) for m in MEASURES.values()},
    **{
        o.name: o
        for o in (
            _outcome("met_per_year", "needs per year", 1, "Needs met a year", "每年满足需求数"),
            _outcome("arisen_per_year", "needs per year", 0, "Needs that arose a year", "每年产生需求数"),
            _outcome("dispatched_per_year", "needs per year", 0, "Needs dispatched a year", "每年派单数"),
            _outcome("outreach_hours_per_year", "h per year", 1, "Outreach hours a year", "每年外展工时"),
            _outcome("service_hours_per_year", "h per year", 1, "Service hours a year", "每年服务工时"),
            _outcome("fudged_hours_per_year", "h per year", -1, "Ledger hours fudged a year", "每年应付性台账工时"),
            _outcome(
                "admin_task_hours_per_year",
                "h per year",
                0,
                "Hours of administrative tasks that stations do a year",
                "社工站每年承担的行政任务工时",
            ),
            _outcome(
                "cost_per_year",
                "yuan per year",
                -1,
                "Cost a year, whoever pays",
                "每年成本（不论出资方）",
                ("Cost a year, whoever pays", "每年成本"),
            ),
            _outcome(
                "public_cost_per_year",
                "yuan per year",
                -1,
                "Cost a year that falls to government",
                "每年由财政承担的成本",
            ),
            _outcome(
                "wage_cost_per_hour", "yuan per h", 0, "Wages and benefits per hour given", "每工时的工资福利成本"
            ),
            _outcome(
                "days_to_close_median",
                "days",
                -1,
                "Median days from dispatch to closing",
                "派单至结案天数（中位数）",
                ("Median days from dispatch to closing", "派单至结案天数中位数"),
            ),
            _outcome(
                "days_to_close_p90",
                "days",
                -1,
                "90th percentile of days to closing",
                "派单至结案天数（第 90 百分位）",
                ("90th percentile of days to closing", "派单至结案天数第 90 百分位"),
            ),
            _outcome(
                "wage_volatility",
                "ratio",
                -1,
                "Month-to-month spread of wages paid against due",
                "实发与应发工资之比的月度波动",
            ),
            _outcome(
                "inequality_towns",
                "Gini",
                0,
                "Spread of coverage between towns in one run, counting noise included",
                "单次模拟中各镇覆盖率的离散（含计数噪声）",
                ("Spread of coverage between towns", "各镇覆盖率的离散"),
            ),
            _outcome(
                "inequality_groups",
                "Gini",
                0,
                "Spread of coverage between groups in one run, counting noise included",
                "单次模拟中各群体覆盖率的离散（含计数噪声）",
                ("Spread of coverage between groups", "各群体覆盖率的离散"),
            ),
            _outcome("dependence", "share", 0, "Dependence on government money", "对政府资金的依赖度"),
            _outcome("goodwill", "share", 1, "Goodwill of the town offices", "街镇对社工站的认可度"),
            _outcome("reputation", "share", 0, "Reputation", "站点声誉"),
            _outcome("voice", "share", 0, "Voice", "话语权"),
            _outcome(
                "load",
                "share",
                -1,
                "Load: hours left against capacity",
                "工作负荷（在办剩余工时与可用能力之比）",
                ("Load", "工作负荷"),
            ),
        )
    },
}


@dataclass(frozen=True)
class Summary:
    """A run in numbers: outcomes of the window, and the sums behind them."""

    outcomes: dict[str, float]
    months: np.ndarray  # (all months, columns) of the city
    towns: np.ndarray  # (towns, columns): the window
    groups: np.ndarray  # (groups, group columns): the window


def summarize(world: World, first_month: int, last_month: int) -> Summary:
    """Outcomes over months first_month <= m < last_month."""
    stations = values(world.observed.stations)
    window = stations[first_month:last_month]
    n_months = window.shape[0]
    years = n_months / 12.0
    total = window.sum(axis=(0, 1))
    towns = window.sum(axis=0)
    groups = values(world.observed.groups)[first_month:last_month].sum(axis=0)
    days = world.observed.days_to_close[first_month:last_month]

    found = {name: float(value) for name, value in measures(total).items()}
    found |= {name: float(value) for name, value in per_year(total, years).items()}
    given = float(column(total, "given_hours"))
    found["wage_cost_per_hour"] = float(column(total, "cost_wages")) / given if given > 0.0 else float("nan")
    found["days_to_close_median"] = percentile_days(days, 0.5)
    found["days_to_close_p90"] = percentile_days(days, 0.9)
    found["wage_volatility"] = _wage_volatility(window)
    found["inequality_towns"] = gini(measures(towns)["coverage"])
    names = list(GROUP_MONTH)
    with np.errstate(divide="ignore", invalid="ignore"):
        found["inequality_groups"] = gini(groups[:, names.index("met")] / groups[:, names.index("arisen")])
    n_stations = float(column(total, "stations")) / n_months or 1.0  # that are open, on average
    for name in ("dependence", "goodwill", "reputation", "voice", "load"):
        found[name] = float(column(total, name)) / n_months / n_stations
    return Summary({name: found[name] for name in OUTCOMES}, city_of(stations), towns, groups)


def per_year(total: np.ndarray, years: float) -> dict[str, np.ndarray]:
    """The outcomes that are sums a year, from an array (..., columns) of sums over so many years."""
    cost = ordered_sum(column(total, name) for name in COSTS)
    sums = {
        "met": column(total, "met_station") + column(total, "met_away"),
        "arisen": column(total, "arisen"),
        "dispatched": ordered_sum(column(total, f"dispatched_{to}") for to in ("centre", "other", "station")),
        "outreach_hours": column(total, "outreach_hours"),
        "service_hours": column(total, "service_hours") + column(total, "overtime_hours"),
        "fudged_hours": column(total, "fudged_hours"),
        "admin_task_hours": column(total, "admin_hours"),
        "cost": cost,
        "public_cost": cost - column(total, "own_revenue"),
    }
    return {f"{name}_per_year": value / years for name, value in sums.items()}


def _wage_volatility(window: np.ndarray) -> float:
    """Mean over stations of the standard deviation over months of wages paid against wages due."""
    due = column(window, "wages_due")
    with np.errstate(divide="ignore", invalid="ignore"):
        paid = np.where(due > 0.0, column(window, "wages_paid") / due, np.nan)
    spread = [np.nanstd(paid[:, s]) for s in range(paid.shape[1]) if np.isfinite(paid[:, s]).any()]
    return float(np.mean(spread)) if spread else float("nan")
