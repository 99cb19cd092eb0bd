"""The report's tables of what was put in: what is varied and moved, assumption and evidence, the paper's figures."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sim.lab.design.methods import METHODS
from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results, clean
from sim.lab.say.numbers import unit_name
from sim.lab.sums.paper import PAPER_COUNTS, PAPER_SHARES
from sim.lab.sums.statistics import Estimate
from sim.language import counted, in_brackets, in_turn, labelled, listed, tr
from sim.report.parts import Listed, Rows, Table, data, estimate
from sim.report.tables import plain_number, said
from sim.scenario.parameters import Quantity
from sim.scenario.schema import Scenario
from sim.scenario.sources import Evidence
from sim.scenario.told import by_town, changes_told
from sim.scenario.units import stored_unit

MOST_TOWNS_LISTED = 20
"""Towns whose values before and after a policy are listed."""


def factors(reading: Reading) -> Table:
    """What is varied: levels or range, the base's own, from when it holds, and which part of the plan sets it."""
    head = [
        tr("Factor", "因素"),
        tr("Name", "名称"),
        tr("Levels", "水平"),
        tr("Base", "基准"),
        tr("Holds since", "生效自"),
        tr("Plan", "布点方案"),
    ]
    rows: Rows = []
    for factor in reading.factors:
        low, high = factor.factor.low, factor.factor.high
        if math.isfinite(low) and math.isfinite(high) and factor.is_sampled:
            levels = tr(f"{factor.says(low)} to {factor.says(high)}", f"{factor.says(low)} 至 {factor.says(high)}")
        else:
            # Names may hold commas and semicolons of their own.
            names = [factor.says(key) for key in reading.present(factor)]
            levels = listed(names) if factor.is_numeric else " | ".join(names)
        since = {"start": tr("the first day", "首日"), "policies": tr("the policies' start", "政策起始日")}
        rows.append(
            [
                factor.with_unit,
                factor.name,
                levels,
                factor.says(factor.base),
                since[factor.factor.since],
                str(METHODS[factor.method].title),
            ]
        )
    return Table(tr("What was varied", "改变了什么"), head, rows)


def points(reading: Reading) -> Listed:
    """Every point with its levels."""
    head = [tr("Point", "设计点"), *(factor.with_unit for factor in reading.factors)]
    rows = (
        [data(point, str(point)), *(said(factor, keys[factor.place]) for factor in reading.factors)]
        for point, keys in reading.settings.items()
    )
    return Listed(tr("All points; 0 is the base", "全部设计点；0 号为基准"), head, len(reading.settings), rows)


def paper(results: Results) -> Table:
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
        said = plain_number(row.paper, one.unit, row.paper) if not stated.has_interval else estimate(stated, one.unit)
        model = estimate(Estimate(row.mean, row.low, row.high, math.nan, 0), one.unit)
        how = tr("fitted to it", "按此拟合") if row.is_fitted else tr("put in", "作为输入")
        rows.append([title, str(row.months), said, model, how])
    return Table(tr("Paper and model", "论文与模型"), head, rows)


def lever_moves(results: Results) -> Table:
    """What each policy moves, and who proposes it."""
    head = [tr("Policy", "政策"), tr("Moves", "改动"), tr("Proposed by", "提出者"), tr("Source", "来源")]
    rows: Rows = []
    found = [(arm, Scenario.from_mapping(results.arm(arm))) for arm in results.policies or [results.baseline]]
    titles = Counter(str(policy.title) for _, scenario in found for policy in scenario.policies)
    for arm, scenario in found:
        per_policy = zip(changes_told(scenario)[1:], by_town(scenario), strict=True)  # after the city's own
        for policy, (moves, towns) in zip(scenario.policies, per_policy, strict=True):
            lines = [*moves, *(_towns_in_line(label, said) for label, said in towns)]
            listed = Markup("<ul>{}</ul>").format(Markup("").join(Markup("<li>{}</li>").format(line) for line in lines))
            title, proposer, source = (clean(str(text)) for text in (policy.title, policy.proposer, policy.source))
            if titles[str(policy.title)] > 1:  # as everywhere else
                title += in_brackets(clean(arm))
            rows.append([title, listed, proposer, source])
    return Table(tr("What each policy moves", "各政策改动了什么"), head, rows)


def _towns_in_line(label: str, towns: Sequence[str]) -> str:
    """Before → after of the first towns, and how many more there are."""
    shown = in_turn(towns[:MOST_TOWNS_LISTED])
    if n_more := len(towns) - MOST_TOWNS_LISTED:
        shown += tr(f"; and {counted(n_more, 'town')} more", f"；另有 {n_more} 个镇") if n_more > 0 else ""
    return labelled(tr(f"{label} by town", f"各镇{label}"), shown)


def evidence(quantities: Mapping[str, Quantity]) -> str:
    """How many quantities rest on what, in one line."""
    counts = Counter(quantity.kind for quantity in quantities.values())
    return listed(f"{kind} {counts[kind]}" for kind in Evidence)


def quantities(
    known: Mapping[str, Quantity], stated: Mapping[str, Any], caption: str, *, is_folded: bool = True
) -> Table:
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
    return Table(caption, head, rows, is_folded)
