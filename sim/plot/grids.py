"""Grids of numbers: bars side by side (hours of a week, budget) and heat maps (towns, groups of residents)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sim.lab.kept.results import Results
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import number, reach, scale_of, unit_name
from sim.lab.say.verdict import verdict
from sim.lab.sums.statistics import Estimate
from sim.lab.sums.summaries import ACTIVITIES, BEFORE_MONTHS
from sim.language import counted, in_brackets, in_turn, labelled, listed, one_by_one, run_on, tr
from sim.mistakes import one_of
from sim.observations import COSTS
from sim.plot import style
from sim.plot.given import stored
from sim.plot.style import Picture

ACROSS = 5
"""Policies in one block of a heat map."""

MOST_ROWS = 40
"""Rows of a heat map; of more towns, those of most residents are shown. The stored table has all."""


@stored
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
    with style.drawing():
        return _bars("week", rows, list(ACTIVITIES), "h per week", len(rows) - len(results.policies))


def before_name(results: Results) -> str:
    """What the months before the policies are called: a year of them, or as many as there are."""
    n = min(BEFORE_MONTHS, results.months_before)
    if n == BEFORE_MONTHS:
        return tr("The year before", "政策前一年")
    return tr(f"{counted(n, 'month')} before", f"政策前 {n} 个月")


@stored
def budget(results: Results) -> Picture:
    """What the stations cost a year, by item, whoever pays."""
    table = results.tables["money"]
    rows = {
        (tr("Under the policies", "政策期内") if results.kind == "run" else results.title(arm)): table[
            table.policy == arm
        ].set_index("item")["mean"]
        for arm in results.names
    }
    with style.drawing():
        return _bars("budget", rows, [*COSTS, "cost_total"], "yuan per year", 1)


@stored
def towns(results: Results, outcome: str = "coverage") -> Picture:
    """A heat map of one outcome by town: the baseline's level, and each policy's effect.

    outcome: one of `sim.lab.sums.summaries.TOWN_OUTCOMES`. Effects whose interval holds zero stand in brackets, uncoloured.
    """
    table = results.tables["town_outcomes"]
    one_of(outcome, table.outcome.unique().tolist(), "outcome", "结果")
    names = _largest(results.town_names, results)
    with style.drawing():
        return _heat("towns", results, {outcome: table[table.outcome == outcome]}, "station", names)


@stored
def groups(results: Results) -> Picture:
    """Winners and losers: coverage and trust by group of residents, the baseline's level and each policy's effect."""
    table = results.tables["group_outcomes"]
    blocks = {outcome: table[table.outcome == outcome] for outcome in ("coverage", "trust")}
    with style.drawing():
        return _heat("groups", results, blocks, "group", results.group_names)


def _largest(names: Mapping[str, str], results: Results) -> dict[str, str]:
    people = {key: float(one["population"]) for key, one in results.scenario["towns"].items()}
    kept = set(sorted(names, key=lambda key: -people[key])[:MOST_ROWS])
    return {key: name for key, name in names.items() if key in kept}


def _bars(name: str, rows: Mapping[str, Any], columns: Sequence[str], unit: str, n_grey: int) -> Picture:
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
    figure = style.picture(name, head + line * len(rows) + 0.1)
    said: list[list[str]] = [[] for _ in rows]
    for place, i in enumerate(shown):
        left = label_width + place * room
        lines = style.wrap(short(columns[i]), room, 2, style.SMALL)
        for k, text in enumerate(lines):
            style.write(figure, left, head - 0.13 - 0.15 * (len(lines) - 1 - k), text, size=style.SMALL, weight="bold")
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


def _heat(name: str, results: Results, blocks: Mapping[str, Any], key: str, names: Mapping[str, str]) -> Picture:
    """Blocks of cells, one below another: rows by `key`, the first column the baseline's level, then effects.

    Policies that have no room beside one another go into further blocks.
    """
    label_width = min(2.9, 0.2 + max([style.inches(text) for text in names.values()], default=1.0))
    policies = results.policies
    parts = [policies[i : i + ACROSS] for i in range(0, len(policies), ACROSS)] or [[]]
    room = (style.WIDTH - label_width) / (1 + max(4, *(len(part) for part in parts)))
    line = 0.2
    head = 0.72 if policies else 0.3
    block = head + line * len(names) + 0.2
    figure = style.picture(name, block * len(blocks) * len(parts))
    told: list[str] = []
    top = 0.0
    for outcome, table in blocks.items():
        unit = str(table.unit.iloc[0]) if len(table) else "ratio"
        most = reach(table["effect"])
        level = table.set_index(["policy", key])
        for part in parts:
            _block_head(figure, results, outcome, unit, part, label_width, room, top, head)
            for row, (one, title) in enumerate(names.items()):
                y = top + head + line * row
                style.write(
                    figure, label_width - 0.1, y + line / 2, style.shorten(title, label_width - 0.12), ha="right"
                )
                base = (
                    float(level.loc[(results.baseline, one), "mean"]) if (results.baseline, one) in level.index else 0.0
                )
                for column, arm in enumerate([results.baseline, *part]):
                    box = (label_width + column * room, y, room, line)
                    found = level.loc[(arm, one)] if (arm, one) in level.index else None
                    if found is None:
                        style.cell(figure, box, "#FFFFFF", "–")
                    elif column == 0:
                        largest = reach(table["mean"])
                        size = float(found["mean"]) / largest if largest and math.isfinite(found["mean"]) else 0.0
                        style.cell(
                            figure,
                            box,
                            style.mix(style.LEVEL_SHADE, size),
                            number(found["mean"], unit, largest=largest),
                        )
                    else:
                        told += _effect_cell(figure, results, outcome, arm, title, found, unit, most, base, box)
            top += block
    if policies:
        start = tr("Effects by row, those distinguishable from chance: ", "按行列出可与偶然区分的效果：")
        figure.alt = start + (in_turn(told) or tr("none", "无")) + tr(".", "。")
    else:
        figure.alt = _heat_alt(blocks, key, names)
    return figure


def _block_head(
    figure: Picture,
    results: Results,
    outcome: str,
    unit: str,
    part: Sequence[str],
    label_width: float,
    room: float,
    top: float,
    head: float,
) -> None:
    """What a block shows, in which unit, and the names of its columns."""
    style.write(figure, 0.05, top + 0.12, plain(outcome), weight="bold")
    note = unit_name(unit)
    if part:
        points = unit_name(unit, is_difference=True)
        note = tr(f"baseline in {unit_name(unit)}, effects in {points}", f"基线：{unit_name(unit)}；效果：{points}")
    left = 0.15 + style.inches(plain(outcome), is_bold=True)
    style.write(figure, left, top + 0.12, note, size=style.SMALL, color=style.QUIET)
    for column, arm in enumerate([results.baseline, *part] if part else []):
        lines = style.wrap(results.title(arm), room - 0.08, 2, style.SMALL, is_bold=True)
        for k, text in enumerate(lines):
            y = top + head - 0.11 - 0.15 * (len(lines) - 1 - k)
            style.write(
                figure, label_width + (column + 0.5) * room, y, text, ha="center", size=style.SMALL, weight="bold"
            )


def _effect_cell(
    figure: Picture,
    results: Results,
    outcome: str,
    arm: str,
    title: str,
    found: Any,
    unit: str,
    most: float,
    base: float,
    box: tuple[float, float, float, float],
) -> list[str]:
    """Draw an effect; returns what the text alternative says of it."""
    effect = Estimate(found["effect"], found["effect_low"], found["effect_high"], math.nan, 0)
    text = judged_cell(figure, box, outcome, effect, unit, most=most, base=base)
    return [f"{listed([title, results.title(arm)])} {text}"] if text else []


def judged_cell(
    figure: Picture,
    box: tuple[float, float, float, float],
    outcome: str,
    effect: Estimate,
    unit: str,
    *,
    most: float,
    base: float,
) -> str:
    """A cell with an effect, coloured where it is better or worse, in brackets where its interval holds zero.

    most: the largest effect of the block, the strongest shade. base: the level that it is a difference from. Returns the
    number as it is drawn where it is better or worse, else nothing.
    """
    judged = verdict(outcome, effect, base)
    text = number(effect.mean, unit, signed=True, largest=reach([most, base]))
    if judged not in {"better", "worse"}:
        style.cell(figure, box, "#FFFFFF", f"({text})" if judged in {"same", "equal"} else text)
        return ""
    strong = math.sqrt(abs(effect.mean) / most) if most else 0.0
    style.cell(
        figure, box, style.mix(style.BETTER if judged == "better" else style.WORSE, style.STRONGEST * strong), text
    )
    return text


def _heat_alt(blocks: Mapping[str, Any], key: str, names: Mapping[str, str]) -> str:
    parts = []
    for outcome, table in blocks.items():
        own = table.set_index(key)["mean"]
        unit = str(table.unit.iloc[0]) if len(table) else "ratio"
        said = listed(f"{title} {number(own[name], unit)}" for name, title in names.items() if name in own.index)
        parts.append(labelled(plain(outcome) + in_brackets(unit_name(unit)), said) + tr(".", "。"))
    return run_on(parts)
