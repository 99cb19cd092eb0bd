"""Rows of numbers with bars, all on one scale: hours of a week, what stations cost."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from sim.lab.kept.results import Results
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import number, reach, scale_of, unit_name
from sim.lab.sums.summaries import ACTIVITIES, BEFORE_MONTHS, STOCKS
from sim.language import counted, labelled, listed, one_by_one, run_on, tr
from sim.observations import COSTS
from sim.plot import style
from sim.plot.figure import drawn_from, of_arms
from sim.plot.style import Picture
from sim.report import tables
from sim.report.parts import PagePart


def _widest(table: Any, name: Callable[[Any], str], unit: str) -> str:
    """The widest interval among the numbers of a figure that has no room for all."""
    width = (table["high"] - table["low"]).to_numpy()
    if not np.isfinite(width).any():
        return tr("No intervals: one seed.", "没有区间：单一种子。")
    row = table.iloc[int(np.nanargmax(width))]
    largest = reach(table["mean"])
    low, high = (number(float(row[end]), unit, largest=largest) for end in ("low", "high"))
    return tr(
        f"The widest 95 % interval here is that of {name(row)}: {low} to {high}; the table has all.",
        f"图中最宽的 95% 区间为{name(row)}：{low} 至 {high}；全部见下表。",
    )


def _week_caption(results: Results) -> str:
    def name(row: Any) -> str:
        when = tr(" before the policies", "（政策前）") if row["period"] == "before" else ""
        return tr(
            f"{plain(row['activity'])}, {results.title(row['policy'])}{when}",
            f"{results.title(row['policy'])}{when}“{plain(row['activity'])}”",
        )

    caption = tr(
        "Hours a week of one member of staff, by activity, before the policies and under them. Hours seconded away go to other posts of the town "
        "and are not in the share of administration.",
        "政策前与政策期内，每名社工每周各项工时。被借调工时用于街镇其他岗位，不计入行政工时占比。",
    )
    return run_on([caption, _widest(results.tables["hours"], name, "h per week")])


def _behind_week(results: Results) -> list[PagePart]:
    table = results.tables["hours"]
    activities = {activity: plain(activity) for activity in ACTIVITIES}
    return [tables.behind(results, table[table.period == "after"], "activity", activities)]


@drawn_from(
    of_arms("hours"),
    title=lambda _: tr("Where a working week goes", "一周工时去向"),
    caption=_week_caption,
    stored=("hours",),
    behind=_behind_week,
    is_of_means=False,
)
def week(results: Results) -> Picture:
    """Hours of a working week of one member of staff by activity: the year before, and each arm under the policies."""
    table = results.tables["hours"]
    rows: dict[str, Any] = {}
    for period, name in (("before", before_name(results)), ("after", "")):
        for arm in results.names:
            own = table[(table.policy == arm) & (table.period == period)]
            if len(own):
                title = tr("From then on", "此后") if results.kind == "run" else results.title(arm)
                rows[name or title] = own.set_index("activity")["mean"]
    return _bars(rows, list(ACTIVITIES), "h per week", len(rows) - len(results.policies))


def before_name(results: Results) -> str:
    """What the months before the policies are called: a year of them, or as many as there are."""
    n = min(BEFORE_MONTHS, results.months_before)
    if n == BEFORE_MONTHS:
        return tr("The year before", "政策前一年")
    return tr(f"{counted(n, 'month')} before", f"政策前 {n} 个月")


def money(results: Results) -> str:
    """The title of the section on money."""
    return tr("Money", "资金")


def _budget_caption(results: Results) -> str:
    table = results.tables["money"]

    def name(row: Any) -> str:
        return tr(
            f"{plain(row['item'])}, {results.title(row['policy'])}",
            f"{results.title(row['policy'])}“{plain(row['item'])}”",
        )

    caption = tr(
        "Cost a year by item, whoever pays, over the policies' period.", "政策期内每年各项成本（不论出资方）。"
    )
    return run_on([caption, _widest(table[table.item.isin(COSTS)], name, "yuan per year")])


def _behind_budget(results: Results) -> list[PagePart]:
    shown = (*COSTS, "government_due", "government_paid", "own_revenue", "wages_unpaid", *STOCKS)
    return [tables.behind(results, results.tables["money"], "item", {item: plain(item) for item in shown})]


@drawn_from(
    of_arms("money"),
    section="money",
    title=money,
    caption=_budget_caption,
    stored=("money",),
    behind=_behind_budget,
    is_of_means=False,
)
def budget(results: Results) -> Picture:
    """What the stations cost a year, by item, whoever pays."""
    table = results.tables["money"]
    rows = {
        (tr("Under the policies", "政策期内") if results.kind == "run" else results.title(arm)): table[
            table.policy == arm
        ].set_index("item")["mean"]
        for arm in results.names
    }
    return _bars(rows, [*COSTS, "cost_total"], "yuan per year", 1)


def _bars(rows: Mapping[str, Any], columns: Sequence[str], unit: str, n_grey: int) -> Picture:
    """Rows of bars, a column for each item, all on one scale, each with its number; the first rows in grey."""
    values = np.array([[row[column] for column in columns] for row in rows.values()], float)
    is_total = [column.endswith("_total") for column in columns]
    largest = reach(values[:, [not one for one in is_total]].flat)  # totals are written, without a bar
    scale = scale_of(unit, largest)
    shown = [i for i in range(len(columns)) if reach(values[:, i]) * scale >= 0.05]
    if not shown:
        shown = [0]
    label_width, head, line, gap = 1.55, 0.5, 0.23, 0.1
    room = (style.WIDTH - label_width) / len(shown)
    number_width = style.inches(f"{largest * scale:,.1f}", style.SMALL)
    bar = max(0.1, min(1.6, room - gap - number_width))
    figure = style.picture(head + line * len(rows) + 0.1)
    said: list[list[str]] = [[] for _ in rows]
    for place, i in enumerate(shown):
        left = label_width + place * room
        lines = style.wrap(short(columns[i]), room, 2, style.SMALL)
        style.stack(figure, left, head - 0.13, lines, 0.15, above=1.0, size=style.SMALL, weight="bold")
        for row in range(len(rows)):
            value = values[row, i]
            y = head + line * (row + 0.5)
            length = bar * abs(value) / largest if largest > 0 and math.isfinite(value) and not is_total[i] else 0.0
            shade = style.BASE if row < n_grey else style.BAR
            style.box(figure, left, y - 0.07, length, 0.14, color=shade, linewidth=0)
            text = f"{value * scale:,.1f}" if math.isfinite(value) else "–"
            style.write(figure, left + length + 0.03, y, text, size=style.SMALL)
            said[row].append(f"{plain(columns[i])} {text}")
    for row, title in enumerate(rows):
        y = head + line * (row + 0.5)
        style.write(figure, label_width - 0.1, y, style.shorten(title, label_width - 0.12), ha="right")
    style.write(figure, 0.05, head - 0.13, unit_name(unit, largest), size=style.SMALL, color=style.QUIET)
    told = one_by_one(labelled(title, listed(cells)) for title, cells in zip(rows, said, strict=True))
    figure.alt = labelled(unit_name(unit, largest), told)
    return figure
