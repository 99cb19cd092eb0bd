"""Tidy tables of a comparison, each with levels and paired effects and their 95 % intervals: what the figures draw.

Everything is a ratio of sums over the policies' window (or a part of the run, where said), once per seed; the interval is
that of the mean over seeds. With one seed there is none (NaN). Where there is nothing to divide by - a group in which no need
arose, a post that nobody filled - there is no ratio (NaN), which faces show as "–".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.frames import column, measures, month_names
from sim.lab.outcomes import OUTCOMES, per_year
from sim.lab.sums.doubt import over_worlds
from sim.lab.sums.paper import paper_figures
from sim.lab.sums.persons import PERSONS, persons_apart
from sim.lab.sums.prices import PRICES, over_seeds
from sim.lab.sums.statistics import SCALES, gini, intervals, jackknife, ratio
from sim.observations import COSTS, GROUP_MONTH, MEASURES, STATION_MONTH
from sim.sums import ordered_sum

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.comparison import Comparison

PERIOD_MONTHS = 3
BEFORE_MONTHS = 12

ACTIVITIES: dict[str, tuple[str, ...]] = {
    "administration": ("admin_hours",),
    "receptions": ("reception_hours",),
    "ledgers": ("ledger_hours",),
    "services": ("service_hours", "overtime_hours"),
    "outreach": ("outreach_hours",),
    "training": ("training_hours",),
    "coordination": ("coordination_hours",),
    "fundraising": ("fundraising_hours",),
    "lent_out": ("seconded_hours",),
}
"""What a working week goes to, and the columns that count it. Together they are the hours that staff gave."""

CURVES = (
    "coverage", "true_on_time_share", "detection_rate", "admin_share", "outreach_share", "participation", "trust",
    "stay_share", "turnover", "competence", "burnout", "unpaid_wage_share",
)  # fmt: skip
"""Measures that are followed over time."""

STOCKS = ("balance", "receivable", "wages_owed")
"""Money that stands at the end of a month, followed over time too."""

FLOWS = (*COSTS, "government_due", "government_paid", "own_revenue", "wages_unpaid")
ITEMS = (*FLOWS, "cost_total", *STOCKS)
"""Of the table of money."""

TOWN_OUTCOMES = ("coverage", "true_on_time_share", "admin_share", "stay_share", "trust")
TAG_OUTCOMES = (
    "arisen_per_year", "met_per_year", "coverage", "true_on_time_share", "trust", "posts", "filled", "stay_share", "turnover",
    "admin_share", "cost_per_year", "public_cost_per_year", "cost_per_met_need",
)  # fmt: skip
"""Of the towns of a tag together; "posts" and "filled" are means over the months."""
GROUP_OUTCOMES = {"coverage": ("met", "arisen", "ratio"), "trust": ("trust_sum", "residents", "0-1")}

CHAIN = ("tasks_accepted", "admin_share", "outreach", "detection_rate", "late_share", "turnover", "coverage")
"""From lever to outcome: tasks accepted -> hours of administration -> outreach -> detection -> lateness -> quitting, and
what it comes to: coverage."""


def summaries(result: Comparison) -> dict[str, pd.DataFrame]:
    """The tables by name, as far as what was kept suffices: OF_MONTHS and OF_SUMS; OF_TAGS where towns have any."""
    has_sums = result.towns is not None and result.groups is not None
    has_tags = has_sums and bool(result.scenario.tags)
    makers = {
        **(OF_MONTHS if result.months is not None else {}),
        **(OF_SUMS if has_sums else {}),
        **(OF_TAGS if has_tags else {}),
    }
    return {name: make(result) for name, make in makers.items()}


def _tidy(
    result: Comparison,
    values: np.ndarray,
    axes: Mapping[str, Sequence[str]],
    unit: Sequence[str] | str,
    *,
    is_by_world: bool = True,
) -> pd.DataFrame:
    """A table of levels and paired effects from values (arms, seeds, *axes), of all arms or the first; the first has no effect.

    unit: one for all, or one for each entry of the last axis. is_by_world: whether a value is of its seed alone; then, where doubt was run,
    the table also tells where worlds lie, and what they tell of an effect on the last axis' entry.
    """
    import pandas as pd

    arms = result.names[: len(values)]
    keys = pd.MultiIndex.from_product([arms, *axes.values()], names=["policy", *axes]).to_frame(index=False)
    differences = values - values[:1]
    level, effect = intervals(values, axis=1), intervals(differences, axis=1)
    n_rows = len(keys)
    last = list(axes.values())[-1]
    keys["unit"] = [unit] * n_rows if isinstance(unit, str) else list(unit) * (n_rows // max(1, len(last)))
    for name, numbers in level.items():
        keys[name] = numbers.reshape(-1)
    ends = keys["unit"].map(lambda unit: SCALES.get(unit, (-np.inf, np.inf)))
    keys["low"] = keys["low"].clip(lower=ends.str[0])
    keys["high"] = keys["high"].clip(upper=ends.str[1])
    for name in ("mean", "low", "high"):
        numbers = effect[name].copy()
        numbers[0] = np.nan
        keys[f"effect_{name}" if name != "mean" else "effect"] = numbers.reshape(-1)
    if result.worlds is not None and is_by_world and len(result.seeds) > 1:
        for name, numbers in over_worlds(values, differences, last, result.persons).items():
            keys[name] = numbers.reshape(-1)
    return keys


def _window(result: Comparison) -> slice:
    return slice(*result.window.months(result.scenario))


def _months(result: Comparison) -> np.ndarray:
    assert result.months is not None
    return result.months


def _curves(result: Comparison) -> pd.DataFrame:
    """Periods of three months, counted from the policies' start both ways, so that it never falls inside one."""
    scenario = result.scenario
    edge = scenario.policy_month % PERIOD_MONTHS
    starts = np.unique(np.r_[0, np.arange(edge, scenario.n_months, PERIOD_MONTHS)])
    months = np.add.reduceat(_months(result), starts, axis=2)
    lengths = np.diff(np.r_[starts, scenario.n_months])
    shares = measures(months)
    followed = [shares[name] for name in CURVES] + [column(months, name) / lengths for name in STOCKS]
    names = month_names(scenario)
    made = _tidy(
        result,
        np.stack(followed, axis=-1),
        {"month": [names[m] for m in starts], "outcome": [*CURVES, *STOCKS]},
        [*(MEASURES[name].unit for name in CURVES), *(STATION_MONTH[name].unit for name in STOCKS)],
    )
    n_months = np.repeat(lengths, len(CURVES) + len(STOCKS))
    made.insert(2, "n_months", np.tile(n_months, len(result.names)))
    return made


def _hours(result: Comparison) -> pd.DataFrame:
    """Hours a week of one member of staff (a filled post), the year before the policies and under them."""
    import pandas as pd

    first = result.scenario.policy_month

    def per_week(window: slice) -> np.ndarray:
        total = _months(result)[:, :, window].sum(axis=2)
        weeks = column(total, "filled_days") / 7.0
        hours = [ordered_sum(column(total, name) for name in columns) for columns in ACTIVITIES.values()]
        return ratio(np.stack(hours, axis=-1), weeks[..., np.newaxis])

    parts = []
    if first > 0:  # the arms share their history
        before = per_week(slice(max(0, first - BEFORE_MONTHS), first))[:1]
        parts.append(_tidy(result, before, {"activity": list(ACTIVITIES)}, "h per week").assign(period="before"))
    after = per_week(_window(result))
    parts.append(_tidy(result, after, {"activity": list(ACTIVITIES)}, "h per week").assign(period="after"))
    made = pd.concat(parts, ignore_index=True)
    return made[["policy", "period", *(name for name in made.columns if name not in {"policy", "period"})]]


def _money(result: Comparison) -> pd.DataFrame:
    """The city's flows of money in yuan a year, and its stocks in yuan, over the policies' window."""
    window = _months(result)[:, :, _window(result)]
    years = window.shape[2] / 12.0
    flows = [column(window, name).sum(axis=2) / years for name in FLOWS]
    flows.append(ordered_sum(flows[FLOWS.index(name)] for name in COSTS))
    stocks = [column(window, name).mean(axis=2) for name in STOCKS]
    units = ["yuan per year"] * len(flows) + ["yuan"] * len(STOCKS)
    return _tidy(result, np.stack([*flows, *stocks], axis=-1), {"item": ITEMS}, units)


def _town_outcomes(result: Comparison) -> pd.DataFrame:
    assert result.towns is not None
    shares = measures(result.towns)
    towns = [town.id for town in result.scenario.towns]
    return _tidy(
        result,
        np.stack([shares[name] for name in TOWN_OUTCOMES], axis=-1),
        {"station": towns, "outcome": TOWN_OUTCOMES},
        [MEASURES[name].unit for name in TOWN_OUTCOMES],
    )


def _tag_outcomes(result: Comparison) -> pd.DataFrame:
    """Of the towns of each tag together: sums over them and ratios of these. A town counts under each of its tags."""
    assert result.towns is not None
    row_of = {town.id: row for row, town in enumerate(result.scenario.towns)}
    tags = result.scenario.tags
    total = np.stack(
        [result.towns[:, :, [row_of[town] for town in towns]].sum(axis=2) for towns in tags.values()], axis=2
    )
    window = _window(result)
    n_months = window.stop - window.start
    found = measures(total) | per_year(total, n_months / 12.0)
    found |= {name: column(total, name) / n_months for name in ("posts", "filled")}
    for price in PRICES:  # over seeds, the last axis
        found[price] = over_seeds(price, lambda name: found[name].swapaxes(1, 2)).swapaxes(1, 2)
    return _tidy(
        result,
        np.stack([found[name] for name in TAG_OUTCOMES], axis=-1),
        {"tag": list(tags), "outcome": TAG_OUTCOMES},
        [(OUTCOMES[name] if name in OUTCOMES else STATION_MONTH[name]).unit for name in TAG_OUTCOMES],
    )


def _group_outcomes(result: Comparison) -> pd.DataFrame:
    assert result.groups is not None
    names = list(GROUP_MONTH)
    shares = [
        ratio(result.groups[..., names.index(above)], result.groups[..., names.index(below)])
        for above, below, _ in GROUP_OUTCOMES.values()
    ]
    groups = [group.id for group in result.scenario.groups]
    return _tidy(
        result,
        np.stack(shares, axis=-1),
        {"group": groups, "outcome": list(GROUP_OUTCOMES)},
        [unit for _, _, unit in GROUP_OUTCOMES.values()],
    )


def _chain(result: Comparison) -> pd.DataFrame:
    """The steps from lever to outcome over the policies' window."""
    window = _months(result)[:, :, _window(result)]
    total = window.sum(axis=2)
    shares = measures(total)
    weeks = column(total, "filled_days") / 7.0
    steps = {
        "tasks_accepted": (column(total, "tasks_accepted") / window.shape[2], "tasks per month"),
        "admin_share": (shares["admin_share"], "share"),
        "outreach": (ratio(column(total, "outreach_hours"), weeks), "h per week"),
        "detection_rate": (shares["detection_rate"], "ratio"),
        "late_share": (1.0 - shares["true_on_time_share"], "share"),
        "turnover": (shares["turnover"], "per year"),
        "coverage": (shares["coverage"], "ratio"),
    }
    values = np.stack([steps[name][0] for name in CHAIN], axis=-1)
    return _tidy(result, values, {"step": CHAIN}, [steps[name][1] for name in CHAIN])


def last_month(months: np.ndarray) -> dict[str, np.ndarray]:
    """The last of the city's months (arms, seeds, months, columns), (arms, seeds) by column."""
    return {name: column(months[:, :, -1], name) for name in STATION_MONTH}


def _persons(result: Comparison) -> pd.DataFrame:
    """How far persons lie apart at the end: what an effect on their mean is small or large beside."""
    return _tidy(result, persons_apart(last_month(_months(result))), {"outcome": list(PERSONS)}, "0-1")


INEQUALITY = {"gini": "Gini", "gap": "ratio"}
"""Measures of inequality of coverage with their units: Gini coefficient; highest less lowest."""


def _inequality(result: Comparison) -> pd.DataFrame:
    """Inequality of the coverage that towns and groups can expect.

    Coverage is pooled over seeds first, since in a single run most of the spread between towns is the noise of counting;
    intervals by the jackknife over seeds.
    """
    assert result.towns is not None
    assert result.groups is not None
    names = list(GROUP_MONTH)
    met = {
        "towns": column(result.towns, "met_station") + column(result.towns, "met_away"),
        "groups": result.groups[..., names.index("met")],
    }
    arisen = {"towns": column(result.towns, "arisen"), "groups": result.groups[..., names.index("arisen")]}
    values = np.stack([_pooled(met[of], arisen[of]) for of in met], axis=2)
    return _tidy(
        result, values, {"of": list(met), "measure": list(INEQUALITY)}, list(INEQUALITY.values()), is_by_world=False
    )


def _pooled(met: np.ndarray, arisen: np.ndarray) -> np.ndarray:
    """Pseudo-values (arms, seeds, measures) from counts (arms, seeds, rows)."""

    def measured(met_sum: np.ndarray, arisen_sum: np.ndarray) -> np.ndarray:
        coverage = ratio(met_sum, arisen_sum)
        known = coverage[np.isfinite(coverage)]
        gap = float(known.max() - known.min()) if len(known) else float("nan")
        return np.array([gini(coverage), gap])

    made = []
    for one_met, one_arisen in zip(met, arisen, strict=True):
        whole = measured(one_met.sum(axis=0), one_arisen.sum(axis=0))
        if len(one_met) == 1:
            made.append(whole[np.newaxis])
            continue
        without = [
            measured(one_met.sum(axis=0) - m, one_arisen.sum(axis=0) - a)
            for m, a in zip(one_met, one_arisen, strict=True)
        ]
        made.append(jackknife(whole, np.array(without)))
    return np.array(made)


OF_MONTHS = {
    "curves": _curves,
    "hours": _hours,
    "money": _money,
    "chain": _chain,
    "persons": _persons,
    "paper": paper_figures,
}
"""Tables made from every column of the city's months."""

OF_SUMS = {"town_outcomes": _town_outcomes, "group_outcomes": _group_outcomes, "inequality": _inequality}
"""Tables made from the sums of towns and of groups."""

OF_TAGS = {"tag_outcomes": _tag_outcomes}
"""Tables made from the sums of towns that have tags."""
