"""The report's tables of what came out, from the stored ones: every number keeps its stored value.

By arm: of a run, a comparison, or a sweep at its base. By point: of a sweep.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from markupsafe import Markup

from sim.lab.kept.reading import Key, Reading, Varied, places
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import heading, number, reach, unit_name
from sim.lab.say.verdict import verdict
from sim.lab.sums.columns import KNOWN_VALUES
from sim.lab.sums.doubt import LEVEL, shown_in
from sim.lab.sums.statistics import Estimate
from sim.language import labelled, tr
from sim.report.parts import Cell, Listed, Rows, Table, data, estimate, interval
from sim.report.prices import price

ACROSS = 4
"""Policies beside one another; more go into further tables."""


# --- by arm


def in_short(results: Results) -> Table:
    """A row for each policy: coverage, needs met, cost, and the price of an additional met need."""
    shown = ("coverage", "met_per_year", "stay_share", "cost_per_year", "public_cost_per_year")
    bases = {name: level_shown(results, results.baseline, name) for name in shown}
    head = [tr("Policy", "政策"), *(heading(name, bases[name].mean) for name in shown)]
    head.append(tr("Yuan per additional met need", "每多满足一项需求（元）"))
    rows: Rows = [[results.title(results.baseline), *(estimate(bases[one], OUTCOMES[one].unit) for one in shown), ""]]
    for arm in results.policies:
        rows.append([results.title(arm), *(_effect(results, arm, name) for name in shown), price(results, arm)])
    caption = tr(
        "In short: the baseline (the city goes on as it is), and paired differences from it",
        "概要：基线（现状延续，不实施新政策），以及与之配对的差异",
    )
    if results.doubt != "none":
        caption += tr("; medians, and where 95 of 100 worlds lie", "；中位数，以及每 100 个情形中 95 个所在的范围")
    else:
        caption += tr(" with 95 % intervals", "和 95% 区间") if results.n_seeds > 1 else ""
    first, last = results.window
    if (first, last) == (results.policy_start, results.end):
        caption += tr("; means over the whole period, phase-in included.", "；为整个政策期的平均，含逐步到位阶段。")
    else:
        caption += tr(f"; means over {first} to {last}.", f"；为 {first} 至 {last} 的平均。")
    return Table(caption, head, rows)


PAIRED = ("coverage", "met_per_year", "public_cost_per_year")
"""Outcomes by which the report sets policies against one another; the stored table has all."""


def pairs(results: Results, outcome: str) -> Table:
    """The policies against one another: how much more of an outcome the row gives than the column."""
    table = results.tables["pairs"]
    table = table[table.outcome == outcome].set_index(["policy", "other"])
    name, unit, size = plain(outcome), OUTCOMES[outcome].unit, results.level(results.baseline, outcome).mean
    shown = unit_name(unit, size, is_difference=True)
    head = [tr(f"{name}, {shown}", f"{name}（{shown}）"), *(results.title(arm) for arm in results.policies[1:])]
    rows: Rows = []
    for i, arm in enumerate(results.policies[:-1]):
        cells: list[Cell] = [results.title(arm), *[""] * i]
        for other in results.policies[i + 1 :]:
            row = table.loc[(arm, other)]
            difference = Estimate(row["mean"], row["low"], row["high"], row["sd"], int(row["n"]))
            said = _ahead(outcome, difference) if results.doubt == "none" else ""
            cells.append(estimate(difference, unit, signed=True, largest=size, verdict=said))
        rows.append(cells)
    caption = tr(f"The policies against one another: {name}, row less column", f"政策之间相比：{name}，行减列")
    if results.doubt != "none":
        caption += tr("; means over worlds with the 95 % intervals of these", "；各情形的均值及其 95% 区间")
    return Table(caption, head, rows, is_folded=True)


def _ahead(outcome: str, difference: Estimate) -> str:
    """The verdict on a difference between policies, of which neither is the measure of the other."""
    found = verdict(outcome, difference)
    return "changed" if found in {"better", "worse"} else found


def level_shown(results: Results, arm: str, outcome: str) -> Estimate:
    """The median and where worlds lie, where doubt was run; else the mean with its interval."""
    return results.level(arm, outcome) if results.doubt == "none" else results.spread(arm, outcome, LEVEL).both


def _effect(results: Results, arm: str, outcome: str) -> Markup:
    base = results.level(results.baseline, outcome)
    size = base.mean if math.isfinite(base.mean) else None
    found = results.verdict(arm, outcome)
    effect = results.effect(arm, outcome) if results.doubt == "none" else results.spread(arm, outcome).both
    return estimate(effect, OUTCOMES[outcome].unit, signed=True, largest=size, verdict=found)


def outcomes(results: Results, caption: str, names: Sequence[str] = tuple(OUTCOMES)) -> list[Table]:
    """Outcomes in rows: the baseline's level and the effects of as many policies as stand beside one another."""
    made = []
    for arms in _beside(results):
        head = [tr("Outcome", "结果"), results.title(results.baseline), *(results.title(arm) for arm in arms)]
        rows: Rows = []
        for name in names:
            base = level_shown(results, results.baseline, name)
            level = estimate(base, OUTCOMES[name].unit)
            rows.append([heading(name, base.mean), level, *(_effect(results, arm, name) for arm in arms)])
        made.append(Table(caption, head, rows))
    return made


def _beside(results: Results) -> list[list[str]]:
    return [results.policies[i : i + ACROSS] for i in range(0, len(results.policies), ACROSS)] or [[]]


def run_outcomes(results: Results) -> Table:
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
        cells = [plain_number(float(found.loc[name, period]), one.unit, largest) for period in periods]
        rows.append([heading(name, largest), *cells])
    caption = tr("Outcomes before and under the policies", "政策前与政策期内的结果")
    return Table(caption, [tr("Outcome", "结果"), *(titles[period] for period in periods)], rows)


def behind(
    results: Results, table: Any, key: str, names: Mapping[str, str], *, caption: str = "", judged_as: str | None = None
) -> Table:
    """The numbers behind a figure, with their intervals, shown when asked for; as `of_summary`."""
    caption = caption or tr("The numbers behind this figure", "本图数据")
    caption += tr(", with intervals", "（附区间）") if results.n_seeds > 1 else ""
    return of_summary(results, table, key, names, results.policies, caption, judged_as=judged_as, is_folded=True)


def inequality(results: Results) -> list[Table]:
    """How unequal coverage is, between groups and between towns."""
    if not results.policies:
        return []
    unequal = results.tables["inequality"].assign(what=lambda one: one["of"] + " " + one["measure"])
    between, measures = KNOWN_VALUES["places"], KNOWN_VALUES["inequality"]
    names = {
        f"{of} {measure}": labelled(between[of], measures[measure])
        for of in ("groups", "towns")
        for measure in measures
    }
    caption = tr(
        "Inequality of expected coverage (pooled over runs, so that it is not the noise of counting; 0 is equal)",
        "预期覆盖率的不平等（合并各次模拟计算，以排除计数噪声；0 为完全平等）",
    )
    return [of_summary(results, unequal, "what", names, arms, caption, judged_as="gini") for arms in _beside(results)]


def of_summary(
    results: Results,
    table: Any,
    key: str,
    names: Mapping[str, str],
    arms: Sequence[str],
    caption: str,
    *,
    judged_as: str | None = None,
    is_folded: bool = False,
) -> Table:
    """A summary table (levels and effects by policy and `key`): a row for each name, levels of the baseline, effects of
    the arms. judged_as: the outcome that says which direction is good; None: the row's own name."""
    level = table.set_index(["policy", key])
    head = ["", results.title(results.baseline) if results.policies else "", *(results.title(arm) for arm in arms)]
    rows: Rows = []
    for one, title in names.items():
        if (results.baseline, one) not in level.index:
            rows.append([title, *["–"] * (len(head) - 1)])
            continue
        base: Any = level.loc[(results.baseline, one)]
        unit, size = str(base["unit"]), abs(float(base["mean"]))
        cells: list[Cell] = [f"{title} ({unit_name(unit, size)})", estimate(shown_in(base, is_effect=False), unit)]
        for arm in arms:
            row: Any = level.loc[(arm, one)]
            found = shown_in(row, is_effect=True)
            said = results.finding(row, judged_as or one, float(base["mean"]))
            cells.append(
                estimate(found, unit, signed=True, largest=size if math.isfinite(size) else None, verdict=said)
            )
        rows.append(cells)
    return Table(caption, head, rows, is_folded)


def plain_number(value: float, unit: str, largest: float) -> Markup:
    """A number that has no interval."""
    return data(value, number(value, unit, largest=largest))


# --- by point


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


def base_levels(reading: Reading) -> Table:
    """The base's outcomes."""
    rows: Rows = []
    for outcome in reading.outcomes:
        level = reading.level(0, outcome)
        rows.append([heading(outcome, level.mean), estimate(level, OUTCOMES[outcome].unit), _spread(level, outcome)])
    caption = tr("The base, from which differences are taken", "基准：差异均相对于此")
    caption += tr("; means with 95 % intervals", "；均值与 95% 区间") if reading.has_intervals else ""
    head = [tr("Outcome", "结果"), tr("At the base", "基准"), _spread_head()]
    return Table(caption, head, rows, is_folded=len(rows) > 12)


def _spread_head() -> str:
    return tr("Spread between seeds (standard deviation)", "种子间离散（标准差）")


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
    head = [
        tr("Point", "设计点"),
        tr("Level", "水平"),
        _spread_head(),
        tr("Paired difference from the base", "与基准的配对差异"),
        *_gain_heads(),
        tr("Seeds", "种子数"),
    ]

    def rows() -> Iterator[list[Cell]]:
        for point in reading.settings:
            level = reading.level(point, outcome)
            shown = reading.level_shown(point, outcome)
            cells = [estimate(shown, OUTCOMES[outcome].unit, largest=largest), _spread(level, outcome, largest)]
            paired = ["", "", ""]
            if point != 0:
                effect = estimate(
                    reading.shown(point, outcome),
                    OUTCOMES[outcome].unit,
                    signed=True,
                    largest=largest,
                    verdict=reading.verdict(point, outcome),
                )
                paired = [effect, *_gains(own.loc[point], of_worlds=reading.has_doubt)]
            yield [setting(reading, point), *cells, *paired, data(level.n, str(level.n))]

    return Listed(heading(outcome, largest), head, len(reading.settings), rows())


def _gain_heads() -> list[str]:
    return [
        tr("One paired run is as good as so many unpaired", "一次配对模拟相当于多少次不配对模拟"),
        tr("Stands when all are judged together", "合并判断时是否成立"),
    ]


def _gains(row: Any, *, of_worlds: bool) -> list[Cell]:
    """Of a paired difference the gain from pairing, and whether its mean stands by Holm's procedure, which says nothing of worlds."""
    ratio, is_judged = float(row["variance_ratio"]), math.isfinite(row["low"]) and not of_worlds
    return [
        data(ratio, f"{ratio:,.1f}" if math.isfinite(ratio) else "–"),
        (tr("yes", "是") if row["is_clear_of_all"] else tr("no", "否")) if is_judged else "–",
    ]


def contrasts(reading: Reading, outcome: str) -> Listed:
    """One outcome: levels of the contrast factor against one another, all else equal."""
    contrast = reading.compared
    found = reading.results.tables["contrasts"]
    own = found[found["outcome"] == outcome].set_index(["context", "point"])
    largest = reach(reading.level(point, outcome).mean for point in reading.settings)
    head = [contrast.title, tr("Less", "减去"), tr("Otherwise", "其余因素")]
    head += [tr("Paired difference", "配对差异"), *_gain_heads()]

    pairs = [(context, point) for context, points in reading.contexts.items() for point in points[1:]]

    def rows() -> Iterator[list[Cell]]:
        for context, point in pairs:
            effect = estimate(
                reading.shown(point, outcome, context),
                OUTCOMES[outcome].unit,
                signed=True,
                largest=largest,
                verdict=reading.verdict(point, outcome, context),
            )
            levels = [said(contrast, reading.key(key, contrast)) for key in (point, context)]
            others = setting(reading, point, without=[contrast])
            yield [*levels, others, effect, *_gains(own.loc[(context, point)], of_worlds=reading.has_doubt)]

    return Listed(heading(outcome, largest, is_difference=True), head, len(pairs), rows())


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

    def rows() -> Iterator[list[Cell]]:
        for row in own.itertuples():
            point = int(row.point)
            cells: list[Cell] = [setting(reading, point)]
            if contrast is not None:
                cells = [said(contrast, reading.key(point, contrast)), setting(reading, point, without=[contrast])]
            yield [
                *cells,
                plain_number(row.mean, OUTCOMES[outcome].unit, largest),
                data(row.mean_rank, f"{row.mean_rank:.2f}" if math.isfinite(row.mean_rank) else "–"),
                data(row.best_chance, number(row.best_chance, "share")),
                data(row.best_share, number(row.best_share, "share")),
            ]

    return Listed(heading(outcome, largest), head, len(own), rows())


def overtakes(reading: Reading, *, clear: bool) -> Listed:
    """Where levels of the contrast factor change their order: those distinguishable from chance, or the others."""
    contrast = reading.compared
    found = reading.results.tables["overtakes"]
    found = found[found["is_clear"] == clear]
    has_others = len(reading.factors) > 2
    contexts: dict[tuple[str, str], int] = {}
    for name in dict.fromkeys(found["factor"]):
        for context in reading.contexts:
            contexts.setdefault((name, reading.others(context, reading.by_name[name], contrast)), context)
    head = [
        tr("Outcome", "结果"),
        tr("Up to there", "此前较优"),
        tr("From there on", "此后较优"),
        tr("Along", "沿"),
        tr("At", "位置"),
    ]
    head += [tr("Between", "介于"), *([tr("Otherwise", "其余因素")] if has_others else [])]

    def rows() -> Iterator[list[Cell]]:
        for row in found.itertuples():
            factor = reading.by_name[str(row.factor)]
            levels = [said(contrast, reading.level_key(str(key))) for key in (row.level_a, row.level_b)]
            at, low, high = (
                data(x, text) for x, text in zip((row.at, row.at_low, row.at_high), places(row), strict=True)
            )
            place = Markup("{} {}").format(at, interval(low, high)) if math.isfinite(row.at_low) else at
            ends = Markup(tr("{} and {}", "{} 与 {}")).format(*(said(factor, float(x)) for x in (row.low, row.high)))
            context = contexts.get((str(row.factor), str(row.others)))
            others: Cell = str(row.others) if context is None else setting(reading, context, without=[factor, contrast])
            yield [plain(row.outcome), *levels, factor.with_unit, place, ends, *([others] if has_others else [])]

    caption = tr("Changes of order distinguishable from chance on both sides", "两侧均可与偶然区分的次序变化")
    if not clear:
        caption = tr("Changes of order that may be chance", "可能出于偶然的次序变化")
    return Listed(caption, head, len(found), rows())


def correlations(reading: Reading, of: str) -> Listed:
    """Rank correlations of the drawn factors with the outcomes, or with what one level of the contrast factor changes."""
    found = reading.results.tables["correlations"]
    own = found[found["of"] == of].set_index(["outcome", "factor"])
    factors = [factor for factor in reading.factors if factor.name in set(found["factor"])]
    caption = tr("Rank correlation with the outcomes", "与各结果的秩相关")
    if of != "level" and reading.contrast is not None:
        level = reading.contrast.says(reading.level_key(of))
        caption = tr(f"Rank correlation with what {level} changes", f"与“{level}”所带来变化的秩相关")

    rows = (
        [plain(outcome), *(_rho(own.loc[(outcome, factor.name)]) for factor in factors)] for outcome in reading.outcomes
    )
    return Listed(caption, [tr("Outcome", "结果"), *(factor.title for factor in factors)], len(reading.outcomes), rows)


def _rho(row: Any) -> Markup:
    rho, low, high = (
        data(row[name], f"{row[name]:+.2f}" if math.isfinite(row[name]) else "–") for name in ("rho", "low", "high")
    )
    return Markup("{} {}").format(
        rho, interval(low, high) if math.isfinite(row["low"]) else tr("no interval", "无区间")
    )
