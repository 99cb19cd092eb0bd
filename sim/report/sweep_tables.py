"""The tables of a sweep's report, from the stored ones: every number keeps its stored value."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from sim.lab.design.methods import METHODS
from sim.lab.kept.reading import Key, Reading, Varied, places
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach, unit_name
from sim.lab.say.verdict import verdict
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, listed, tr
from sim.report.parts import Section, data, estimate
from sim.report.tables import Rows

MOST_OPEN, MOST_ROWS = 60, 400
"""Rows of a table that stands open, and of all tables under one heading."""

Cell = str | Markup


@dataclass(frozen=True)
class Listed:
    """A table that may be too long for a page: `n` rows in all, of which `rows` makes the first so many."""

    caption: str
    head: list[str]
    n: int
    rows: Callable[[int], Rows]


def shelve(section: Section, shelf: Sequence[Listed], *files: str) -> None:
    """Add tables to a section, MOST_ROWS rows in all: the first open if it is short, the others folded.

    files: where all of it is stored.
    """
    filled = [table for table in shelf if table.n]
    room = MOST_ROWS
    for i, one in enumerate(filled):
        rows = one.rows(room)
        room -= len(rows)
        if rows:
            section.table(one.caption, one.head, rows, folded=i > 0 or len(rows) > MOST_OPEN)
    total = sum(table.n for table in filled)
    if total > MOST_ROWS:
        named = listed(f"{name}.parquet" for name in files)
        section.text(
            tr(
                f"Shown are the first {MOST_ROWS} of {total:,} rows; all are in {named} in the folder of the results.",
                f"此处仅列 {total:,} 行中的前 {MOST_ROWS} 行，全部数据见结果文件夹中的 {named}。",
            )
        )


def said(factor: Varied, key: Key) -> Cell:
    """A level, its number kept."""
    return data(key, factor.says(key)) if factor.is_numeric and isinstance(key, float) else factor.says(key)


def setting(reading: Reading, point: int, *, without: Sequence[Varied] = ()) -> Cell:
    """What a point differs in from the base, as `Reading.title` tells it, with its numbers kept."""
    apart = [
        factor for factor in reading.factors if factor not in without and reading.key(point, factor) != factor.base
    ]
    if not apart or (len(reading.factors) == 1 and not reading.factors[0].is_numeric):
        return reading.setting(reading.settings[point], without=without)
    if len(apart) > 3:
        return Markup(tr("point {}", "{} 号设计点")).format(data(point, str(point)))
    return Markup(tr("; ", "；")).join(_in_full(factor, reading.key(point, factor)) for factor in apart)


def _in_full(factor: Varied, key: Key) -> Cell:
    """A level as `Varied.says_in_full` tells it, its number kept."""
    if not (factor.is_numeric and isinstance(key, float)):
        return factor.says_in_full(key)
    return Markup("{}{}{}{}").format(factor.title, tr(": ", "："), said(factor, key), factor.unit_after)


def points(reading: Reading) -> Listed:
    """Every point with its levels."""
    head = [tr("Point", "设计点"), *(factor.with_unit for factor in reading.factors)]

    def rows(most: int) -> Rows:
        return [
            [data(point, str(point)), *(said(factor, keys[factor.place]) for factor in reading.factors)]
            for point, keys in list(reading.settings.items())[:most]
        ]

    return Listed(tr("All points; 0 is the base", "全部设计点；0 号为基准"), head, len(reading.settings), rows)


def base_levels(reading: Reading) -> tuple[list[str], Rows]:
    """The base's outcomes."""
    rows: Rows = []
    for outcome in reading.outcomes:
        level = reading.level(0, outcome)
        rows.append([_heading(outcome, level.mean), estimate(level, OUTCOMES[outcome].unit), _spread(level, outcome)])
    return [tr("Outcome", "结果"), tr("At the base", "基准"), _spread_head()], rows


def _spread_head() -> str:
    return tr("Spread between seeds (standard deviation)", "种子间离散（标准差）")


def _heading(outcome: str, largest: float, *, is_difference: bool = False) -> str:
    declared = OUTCOMES[outcome]
    unit = unit_name(declared.unit, largest, is_difference=is_difference)
    return f"{declared.meaning}{in_brackets(unit)}"


def _spread(one: Estimate, outcome: str, largest: float | None = None) -> Markup:
    """A standard deviation, small beside the level that it belongs to: with a digit more."""
    unit = OUTCOMES[outcome].unit
    size = one.mean if largest is None else largest
    return data(one.sd, number(one.sd, unit, largest=size, more_digits=1) if math.isfinite(one.sd) else "–")


def by_point(reading: Reading, outcome: str) -> Listed:
    """One outcome at every point: its level, and its difference from the base."""
    found = reading.results.tables["effects"]
    own = found[found["outcome"] == outcome].set_index("point")
    largest = reach(reading.level(point, outcome).mean for point in reading.settings)
    base = reading.level(0, outcome).mean
    head = [
        tr("Point", "设计点"),
        tr("Level", "水平"),
        _spread_head(),
        tr("Paired difference from the base", "与基准的配对差异"),
        *_gain_heads(),
        tr("Seeds", "种子数"),
    ]

    def rows(most: int) -> Rows:
        made: Rows = []
        for point in list(reading.settings)[:most]:
            level = reading.level(point, outcome)
            cells = [estimate(level, OUTCOMES[outcome].unit, largest=largest), _spread(level, outcome, largest)]
            paired = ["", "", ""] if point == 0 else _paired(own.loc[point], outcome, base, largest)
            made.append([setting(reading, point), *cells, *paired, data(level.n, str(level.n))])
        return made

    return Listed(_heading(outcome, largest), head, len(reading.settings), rows)


def _gain_heads() -> list[str]:
    return [
        tr("One paired run is as good as so many unpaired", "一次配对模拟相当于多少次不配对模拟"),
        tr("Stands when all are judged together", "合并判断时是否成立"),
    ]


def _paired(row: Any, outcome: str, base: float, largest: float) -> list[Cell]:
    """A paired difference with its verdict, the gain from pairing, and whether it stands by Holm's procedure."""
    effect = Estimate(row["mean"], row["low"], row["high"], row["sd"], int(row["n"]))
    found = verdict(outcome, effect, base)
    ratio = float(row["variance_ratio"])
    return [
        estimate(effect, OUTCOMES[outcome].unit, signed=True, largest=largest, verdict=found),
        data(ratio, f"{ratio:,.1f}" if math.isfinite(ratio) else "–"),
        _yes(bool(row["is_clear_of_all"])) if effect.has_interval else "–",
    ]


def _yes(is_so: bool) -> str:
    return tr("yes", "是") if is_so else tr("no", "否")


def contrasts(reading: Reading, outcome: str) -> Listed:
    """One outcome: levels of the contrast factor against one another, all else equal."""
    contrast = reading.contrast
    assert contrast is not None
    found = reading.results.tables["contrasts"]
    own = found[found["outcome"] == outcome].set_index(["context", "point"])
    largest = reach(reading.level(point, outcome).mean for point in reading.settings)
    head = [contrast.title, tr("Less", "减去"), tr("Otherwise", "其余因素")]
    head += [tr("Paired difference", "配对差异"), *_gain_heads()]

    pairs = [(context, point) for context, points in reading.contexts.items() for point in points[1:]]

    def rows(most: int) -> Rows:
        made: Rows = []
        for context, point in pairs[:most]:
            base = reading.level(context, outcome).mean
            levels = [said(contrast, reading.key(key, contrast)) for key in (point, context)]
            others = setting(reading, point, without=[contrast])
            made.append([*levels, others, *_paired(own.loc[(context, point)], outcome, base, largest)])
        return made

    return Listed(_heading(outcome, largest, is_difference=True), head, len(pairs), rows)


def ranks(reading: Reading, outcome: str) -> Listed:
    """One outcome: how the levels of the contrast factor, or all points, rank."""
    contrast = reading.contrast
    found = reading.results.tables["ranks"]
    own = found[found["outcome"] == outcome]
    largest = reach(own["mean"])
    head = [contrast.title if contrast else tr("Point", "设计点")]
    head += [tr("Otherwise", "其余因素")] if contrast else []
    head += [tr("Mean", "均值"), tr("Mean rank (1 is best)", "平均名次（1 为最佳）")]
    head += [
        tr("Probability of being the best, %", "成为最佳的概率（%）"),
        tr("Best in so many runs, %", "模拟中最佳的比例（%）"),
    ]

    def rows(most: int) -> Rows:
        made: Rows = []
        for row in own.head(most).itertuples():
            point = int(row.point)
            cells: list[Cell] = [setting(reading, point)]
            if contrast is not None:
                cells = [said(contrast, reading.key(point, contrast)), setting(reading, point, without=[contrast])]
            unit = OUTCOMES[outcome].unit
            made.append(
                [
                    *cells,
                    data(row.mean, number(row.mean, unit, largest=largest)),
                    data(row.mean_rank, f"{row.mean_rank:.2f}" if math.isfinite(row.mean_rank) else "–"),
                    data(row.best_chance, number(row.best_chance, "share")),
                    data(row.best_share, number(row.best_share, "share")),
                ]
            )
        return made

    return Listed(_heading(outcome, largest), head, len(own), rows)


def overtakes(reading: Reading, *, clear: bool) -> Listed:
    """Where levels of the contrast factor change their order: those distinguishable from chance, or the others."""
    contrast = reading.contrast
    assert contrast is not None
    found = reading.results.tables["overtakes"]
    found = found[found["is_clear"] == clear]
    factors = {factor.name: factor for factor in reading.factors}
    has_others = len(reading.factors) > 2
    contexts: dict[tuple[str, str], int] = {}
    for name in dict.fromkeys(found["factor"]):
        for context in reading.contexts:
            contexts.setdefault((name, reading.others(context, factors[name], contrast)), context)
    head = [
        tr("Outcome", "结果"),
        tr("Up to there", "此前较优"),
        tr("From there on", "此后较优"),
        tr("Along", "沿"),
        tr("At", "位置"),
    ]
    head += [tr("Between", "介于"), *([tr("Otherwise", "其余因素")] if has_others else [])]

    def rows(most: int) -> Rows:
        made: Rows = []
        for row in found.head(most).itertuples():
            factor = factors[str(row.factor)]
            levels = [said(contrast, reading.level_key(str(key))) for key in (row.level_a, row.level_b)]
            at, low, high = (
                data(x, text) for x, text in zip((row.at, row.at_low, row.at_high), places(row), strict=True)
            )
            interval = Markup('<span class="interval">' + tr("({} to {})", "（{} 至 {}）") + "</span>").format(
                low, high
            )
            place = Markup("{} {}").format(at, interval) if math.isfinite(row.at_low) else at
            ends = Markup(tr("{} and {}", "{} 与 {}")).format(*(said(factor, float(x)) for x in (row.low, row.high)))
            context = contexts.get((str(row.factor), str(row.others)))
            others: Cell = str(row.others) if context is None else setting(reading, context, without=[factor, contrast])
            made.append([plain(row.outcome), *levels, factor.with_unit, place, ends, *([others] if has_others else [])])
        return made

    caption = tr("Changes of order distinguishable from chance on both sides", "两侧均可与偶然区分的次序变化")
    if not clear:
        caption = tr("Changes of order that may be chance", "可能出于偶然的次序变化")
    return Listed(caption, head, len(found), rows)


def correlations(reading: Reading, of: str) -> Listed:
    """Rank correlations of the drawn factors with the outcomes, or with what one level of the contrast factor changes."""
    found = reading.results.tables["correlations"]
    own = found[found["of"] == of].set_index(["outcome", "factor"])
    factors = [factor for factor in reading.factors if factor.name in set(found["factor"])]
    caption = tr("Rank correlation with the outcomes", "与各结果的秩相关")
    if of != "level" and reading.contrast is not None:
        level = reading.contrast.says(reading.level_key(of))
        caption = tr(f"Rank correlation with what {level} changes", f"与“{level}”所带来变化的秩相关")

    def rows(most: int) -> Rows:
        return [
            [plain(outcome), *(_rho(own.loc[(outcome, factor.name)]) for factor in factors)]
            for outcome in reading.outcomes[:most]
        ]

    return Listed(caption, [tr("Outcome", "结果"), *(factor.title for factor in factors)], len(reading.outcomes), rows)


def _rho(row: Any) -> Markup:
    rho, low, high = (
        data(row[name], f"{row[name]:+.2f}" if math.isfinite(row[name]) else "–") for name in ("rho", "low", "high")
    )
    if not math.isfinite(row["low"]):
        return Markup("{} {}").format(rho, tr("no interval", "无区间"))
    return Markup('{} <span class="interval">' + tr("({} to {})", "（{} 至 {}）") + "</span>").format(rho, low, high)


def factors(reading: Reading) -> tuple[list[str], Rows]:
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
            levels = tr(
                f"{factor.says(low)} to {factor.says(high)}",
                f"{factor.says(low)} 至 {factor.says(high)}",
            )
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
    return head, rows
