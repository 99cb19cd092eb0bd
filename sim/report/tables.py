"""The report's tables, from the stored ones: every number keeps its stored value."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sim.lab.kept.results import Results, clean
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.answer import said_of
from sim.lab.say.numbers import heading, number, reach, unit_name
from sim.lab.say.verdict import verdict
from sim.lab.sums.paper import PAPER_COUNTS, PAPER_SHARES
from sim.lab.sums.statistics import Estimate
from sim.language import listed, tr
from sim.report.parts import data, estimate
from sim.scenario.parameters import Quantity
from sim.scenario.schema import Scenario
from sim.scenario.sources import Evidence
from sim.scenario.told import changes_told
from sim.scenario.units import stored_unit

ACROSS = 4
"""Policies beside one another; more go into further tables."""

Rows = list[list[str | Markup]]


def chunks(results: Results) -> list[list[str]]:
    """The policies, as many as stand beside one another."""
    return [results.policies[i : i + ACROSS] for i in range(0, len(results.policies), ACROSS)]


def in_short(results: Results) -> tuple[list[str], Rows]:
    """A row for each policy: coverage, needs met, cost, and the price of an additional met need."""
    shown = ("coverage", "met_per_year", "stay_share", "cost_per_year", "public_cost_per_year")
    bases = {name: results.level(results.baseline, name) for name in shown}
    head = [tr("Policy", "政策"), *(heading(name, bases[name].mean) for name in shown)]
    head.append(tr("Yuan per additional met need", "每多满足一项需求（元）"))
    rows: Rows = [[results.title(results.baseline), *(estimate(bases[one], OUTCOMES[one].unit) for one in shown), ""]]
    for arm in results.policies:
        rows.append([results.title(arm), *(_effect(results, arm, name) for name in shown), price(results, arm)])
    return head, rows


def prices(results: Results) -> tuple[list[str], Rows]:
    """The price of an additional met need: as counted, and as if others did the tasks that stations no longer do."""
    head = [
        tr("Policy", "政策"),
        tr("Yuan per additional met need", "每多满足一项需求（元）"),
        tr(
            "The same, were the tasks that stations no longer do paid for at the stations' wage cost",
            "若社工站不再承担的任务按社工站工时成本另行支付",
        ),
    ]
    return head, [
        [results.title(arm), price(results, arm), price(results, arm, with_tasks=True)] for arm in results.policies
    ]


def pairs(results: Results) -> tuple[list[str], Rows]:
    """The policies against one another: how much more coverage the row gives than the column."""
    table = results.tables["pairs"]
    head = [tr("Coverage, points", "覆盖率（百分点）"), *(results.title(arm) for arm in results.policies[1:])]
    size = results.level(results.baseline, "coverage").mean
    rows: Rows = []
    for i, arm in enumerate(results.policies[:-1]):
        cells: list[str | Markup] = [results.title(arm)]
        for j, other in enumerate(results.policies[1:]):
            found = table[(table.policy == arm) & (table.other == other)]
            if j < i or not len(found):
                cells.append("")
                continue
            one = found.iloc[0]
            difference = Estimate(one["mean"], one["low"], one["high"], one["sd"], int(one["n"]))
            cells.append(estimate(difference, "ratio", signed=True, largest=size, verdict=_ahead(difference)))
        rows.append(cells)
    return head, rows


def _ahead(difference: Estimate) -> str:
    """The verdict on a difference between policies, of which neither is the measure of the other."""
    found = verdict("coverage", difference)
    return "changed" if found in {"better", "worse"} else found


def price(results: Results, arm: str, *, with_tasks: bool = False) -> str | Markup:
    found = results.price(arm, with_tasks=with_tasks)
    if found.verdict == "gain":
        return estimate(Estimate(found.yuan, found.low, found.high, math.nan, 0), "yuan per need", largest=1000.0)
    return {
        "no gain": tr("no clear gain", "未见明确增益"),
        "loss": tr("fewer needs met", "满足的需求更少"),
        "unknown": tr("not given: one seed", "单一种子，不计"),
    }[found.verdict]


def _effect(results: Results, arm: str, outcome: str) -> Markup:
    base = results.level(results.baseline, outcome)
    size = base.mean if math.isfinite(base.mean) else None
    found = said_of(results, arm, outcome)
    return estimate(results.effect(arm, outcome), OUTCOMES[outcome].unit, signed=True, largest=size, verdict=found)


def outcomes(results: Results, arms: Sequence[str], names: Sequence[str] | None = None) -> tuple[list[str], Rows]:
    """Outcomes in rows: the baseline's level and the effect of each of the arms."""
    head = [tr("Outcome", "结果"), results.title(results.baseline), *(results.title(arm) for arm in arms)]
    rows: Rows = []
    for name in names or OUTCOMES:
        base = results.level(results.baseline, name)
        level = estimate(base, OUTCOMES[name].unit)
        rows.append([heading(name, base.mean), level, *(_effect(results, arm, name) for arm in arms)])
    return head, rows


def run_outcomes(results: Results) -> tuple[list[str], Rows]:
    """A run's outcomes before and under its policies; no intervals."""
    found = results.tables["outcomes"].pivot(index="outcome", columns="period", values="value")
    titles = {
        "before": tr(f"to {results.policy_start}", f"至 {results.policy_start}"),
        "after": tr(f"{results.policy_start} on", f"{results.policy_start} 起"),
    }
    periods = [name for name in titles if name in found.columns]
    rows: Rows = []
    for name, one in OUTCOMES.items():
        largest = reach(found.loc[name, periods])
        cells = [_one(float(found.loc[name, period]), one.unit, largest) for period in periods]
        rows.append([heading(name, largest), *cells])
    return [tr("Outcome", "结果"), *(titles[period] for period in periods)], rows


def of_summary(
    table: Any,
    results: Results,
    key: str,
    names: Mapping[str, str],
    *,
    judged_as: str | None = None,
    arms: Sequence[str] | None = None,
) -> tuple[list[str], Rows]:
    """A summary table (levels and effects by policy and `key`): a row for each name, levels of the baseline, effects of
    the other arms. judged_as: the outcome that says which direction is good; None: the row's own name."""
    policies = [arm for arm in (arms or results.policies) if arm != results.baseline]
    level = table.set_index(["policy", key])
    head = ["", results.title(results.baseline) if results.policies else "", *(results.title(arm) for arm in policies)]
    rows: Rows = []
    for one, title in names.items():
        if (results.baseline, one) not in level.index:
            rows.append([title, *["–"] * (len(head) - 1)])
            continue
        base: Any = level.loc[(results.baseline, one)]
        unit, size = str(base["unit"]), abs(float(base["mean"]))
        cells: list[str | Markup] = [f"{title} ({unit_name(unit, size)})", estimate(_of(base, ""), unit)]
        for arm in policies:
            row: Any = level.loc[(arm, one)]
            found = _of(row, "effect_")
            said = verdict(judged_as or one, found, float(base["mean"]))
            cells.append(
                estimate(found, unit, signed=True, largest=size if math.isfinite(size) else None, verdict=said)
            )
        rows.append(cells)
    return head, rows


def _of(row: Any, prefix: str) -> Estimate:
    mean = row["effect"] if prefix else row["mean"]
    return Estimate(float(mean), float(row[f"{prefix}low"]), float(row[f"{prefix}high"]), math.nan, 0)


def _one(value: float, unit: str, largest: float) -> Markup:
    """A number that has no interval."""
    return data(value, number(value, unit, largest=largest))


def paper(results: Results) -> tuple[list[str], Rows]:
    """The paper's figures beside the baseline's."""
    known = {figure.name: figure for figure in (*PAPER_COUNTS, *PAPER_SHARES)}
    head = [
        tr("Figure (section)", "数字（章节）"),
        tr("Months", "月份"),
        tr("Paper", "论文"),
        tr("Model's baseline", "模型基线"),
        tr("How it came about", "由来"),
    ]
    rows: Rows = []
    for row in results.tables["paper"].itertuples():
        one = known[str(row.figure)]
        stated = Estimate(row.paper, row.paper_low, row.paper_high, math.nan, 0)
        title = tr(
            f"{one.meaning} ({unit_name(one.unit)}; {row.section})",
            f"{one.meaning}（{unit_name(one.unit)}；{row.section}）",
        )
        said = _one(row.paper, one.unit, row.paper) if not stated.has_interval else estimate(stated, one.unit)
        model = estimate(Estimate(row.mean, row.low, row.high, math.nan, 0), one.unit)
        how = tr("fitted to it", "按此拟合") if row.is_fitted else tr("put in", "作为输入")
        rows.append([title, str(row.months), said, model, how])
    return head, rows


def lever_moves(results: Results) -> tuple[list[str], Rows]:
    """What each policy moves, and who proposes it."""
    head = [tr("Policy", "政策"), tr("Moves", "改动"), tr("Proposed by", "提出者"), tr("Source", "来源")]
    rows: Rows = []
    arms = results.policies or [results.baseline]
    for arm in arms:
        mapping = results.arm(arm)
        per_policy = changes_told(Scenario.from_mapping(mapping))[1:]  # after the city's own
        for policy, moves in zip(mapping["policies"], per_policy, strict=True):
            listed = Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(move) for move in moves))
            title, proposer, source = (
                clean(tr(policy[key]["en"], policy[key]["zh"])) for key in ("title", "proposer", "source")
            )
            rows.append([title, listed, proposer, source])
    return head, rows


def evidence(quantities: Mapping[str, Quantity]) -> str:
    """How many quantities rest on what, in one line."""
    counts = Counter(quantity.kind for quantity in quantities.values())
    return listed(f"{kind} {counts[kind]}" for kind in Evidence)


def quantities(known: Mapping[str, Quantity], stated: Mapping[str, Any]) -> tuple[list[str], Rows]:
    """Every parameter or lever: its value in this scenario, its range, and whether it is assumed."""
    head = [
        tr("Name", "名称"),
        tr("Meaning", "含义"),
        tr("Value", "取值"),
        tr("Plausible", "合理范围"),
        tr("Unit", "单位"),
        tr("Rests on", "依据"),
    ]
    rows: Rows = []
    for name, one in known.items():
        value = stated.get(name, one.default)
        shown = (
            f"{value:g}" if isinstance(value, (int, float)) else tr("varies by month or town", "随月份或镇（街道）而变")
        )
        source = one.kind if one.is_assumption else one.source
        rows.append([name, str(one.meaning), shown, f"{one.low:g}–{one.high:g}", stored_unit(one.unit), str(source)])
    return head, rows
