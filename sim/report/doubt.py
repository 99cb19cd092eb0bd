"""The report's tables over worlds: where they lie and which part of that is chance, who comes first, what is best value."""

from __future__ import annotations

import math
from collections.abc import Sequence

from markupsafe import Markup

from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach, unit_name, with_interval
from sim.lab.say.over_worlds import whole_hundredths
from sim.lab.say.verdict import verdict_name
from sim.lab.sums.doubt import LEVEL, PRICE
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, tr
from sim.report.parts import Cell, Rows, Table, data, interval
from sim.report.prices import price

LAMBDAS_SHOWN = (1_000, 3_000, 5_000, 7_500, 10_000, 15_000, 20_000, 30_000)
"""Worths of a met need that the table shows; the stored one has more."""


def three_intervals(results: Results, outcomes: Sequence[str]) -> Table:
    """A row for each outcome and policy: the median effect with the three spreads, the share of chance, and what worlds tell."""
    head = [
        tr("Outcome", "结果"),
        tr("Policy", "政策"),
        tr("Median", "中位数"),
        tr("Both: 95 of 100 worlds", "合计：每 100 个情形中 95 个"),
        tr("Chance alone", "仅随机波动"),
        tr("Assumptions alone", "仅假设取值"),
        tr("Share of chance in the variance, %", "方差中随机波动占比（%）"),
        tr("Of 100 worlds that go one way", "每 100 个情形中方向一致"),
        tr("Verdict", "判断"),
    ]
    rows: Rows = []
    for outcome in outcomes:
        unit, size = OUTCOMES[outcome].unit, reach([results.spread(results.baseline, outcome, LEVEL).median])
        title = plain(outcome) + in_brackets(unit_name(unit, size, is_difference=True))
        for arm in results.policies:
            found = results.spread(arm, outcome)
            agree = max(results.share_of_worlds(arm, outcome, that_are=way) for way in ("share_better", "share_worse"))
            spans = [_span(one, unit, size) for one in (found.both, found.chance, found.assumed)]
            median = with_interval(found.both, unit, signed=True, largest=size)[0]
            rows.append(
                [
                    title,
                    results.title(arm),
                    data(found.median, median),
                    *spans,
                    data(found.chance_share, number(found.chance_share, "share")),
                    data(agree, str(whole_hundredths(agree)) if math.isfinite(agree) else "–"),
                    verdict_name(results.verdict(arm, outcome)),
                ]
            )
    n = results.n_seeds
    twins = max((results.spread(arm, outcomes[0]).n_twins for arm in results.policies), default=0)
    caption = tr(
        f"Effects over {n:,} worlds, {twins} of them run under a second seed, too",
        f"{n:,} 个情形中的效应，其中 {twins} 个另以第二个种子运行",
    )
    return Table(caption, head, rows, is_folded=len(rows) > 12)


def _span(one: Estimate, unit: str, size: float) -> Cell:
    if not one.has_interval:
        return tr("not told", "未给出")
    _, low, high = with_interval(one, unit, signed=True, largest=size)
    return interval(data(one.low, low), data(one.high, high))


def prices_over_worlds(results: Results) -> Table:
    """What an additional met need costs in a world, and in how many nothing is gained."""
    head = [
        tr("Policy", "政策"),
        tr("Yuan per additional met need", "每多满足一项需求（元）"),
        tr("Of 100 worlds without a gain", "每 100 个情形中无增益"),
    ]
    rows: Rows = []
    for arm in results.policies:
        none = results.share_of_worlds(arm, "cost_per_met_need", PRICE, that_are="unbounded")
        shown = f"{100 * none:.3g}" if math.isfinite(none) else "–"
        rows.append([results.title(arm), price(results, arm), data(none, shown)])
    caption = tr("Medians, and where 95 of 100 worlds lie", "中位数，以及每 100 个情形中 95 个所在的范围")
    return Table(caption, head, rows)


def best_values(results: Results) -> Table:
    """In how many of 100 worlds each arm has the highest net benefit, by what a met need is worth."""
    table = results.tables["best_value"].set_index(["policy", "yuan_per_need"])["share"]
    worths = [worth for worth in LAMBDAS_SHOWN if (results.baseline, float(worth)) in table.index]
    head = [tr("Worth of a met need, yuan", "每满足一项需求的价值（元）"), *(f"{worth:,}" for worth in worths)]
    rows: Rows = [
        [results.title(arm), *(_of_100(float(table.loc[(arm, float(worth))])) for worth in worths)]
        for arm in results.names
    ]
    caption = tr("Of 100 worlds the best value in so many", "每 100 个情形中净收益最高的个数")
    return Table(caption, head, rows, is_folded=True)


def _of_100(share: float) -> Markup:
    return data(share, f"{100 * share:.0f}" if math.isfinite(share) else "–")
