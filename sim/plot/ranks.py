"""Which does best, by outcome: with what probability each level of the contrast factor, and, where they are compared at many
settings of the other factors, at how many of them each comes first."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from sim.lab.kept.reading import Reading
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.answer_of_sweep import FEWEST
from sim.lab.say.many import MANY
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import number
from sim.lab.say.verdict import good
from sim.language import counted, in_turn, labelled, listed, one_by_one, tr
from sim.plot import style
from sim.plot.choose import MOST_HEIGHT
from sim.plot.figure import drawn_from, of_points
from sim.plot.style import Picture
from sim.report import tables
from sim.report.parts import PagePart, shelved

MOST_OUTCOMES = 8
MOST_ROWS = 30
_TIMES = " × "
_LINE, _THICK = 0.21, 0.23


def has_firsts(reading: Reading) -> bool:
    """Whether there are more settings than can be shown one by one, and more than one seed."""
    if reading.contrast is None:
        return False
    table = _compared(reading)
    return table["context"].nunique() > MANY and bool((table["n"] > 1).any())


def has_ranks(reading: Reading) -> bool:
    """Whether probabilities are known; of many settings, how often each is first says it in their place."""
    return bool(np.isfinite(reading.results.tables["ranks"]["best_chance"]).any()) and not has_firsts(reading)


def _title_of_best(_: Reading) -> str:
    return tr("Which does best", "何者最佳")


def _ranked(reading: Reading) -> list[PagePart]:
    """The tables of ranks, an outcome each; behind whichever figure says which does best."""
    outcomes = [name for name in reading.outcomes if good(name) != 0]
    return shelved((tables.ranks(reading, name) for name in outcomes), ("ranks",))


def _caption(reading: Reading) -> str:
    caption = tr(
        "In each cell the probability that the row has the best expected outcome of its block, by a bootstrap over seeds: how sure the first place is, not how large the lead, which may be "
        "slight. It holds the simulation's chance only.",
        "每格为该行期望结果在本组中最佳的概率（对种子做自助法）：表示第一名的把握，而非领先幅度（可能很小），且仅反映模拟的随机波动。",
    )
    if reading.has_doubt:
        return tr(
            "In each cell in how many of 100 worlds the row is the best of its block: how sure the first place is, not how large the lead, which may be slight.",
            "每格为每 100 个情形中该行在本组最佳的个数：表示第一名的把握，而非领先幅度（可能很小）。",
        )
    if reading.n_seeds[0] < FEWEST:
        caption += tr(
            f" With fewer than {FEWEST} seeds the probabilities promise too much.",
            f"种子少于 {FEWEST} 个时，概率会高估把握。",
        )
    return caption


@drawn_from(
    of_points(has_ranks),
    title=_title_of_best,
    caption=_caption,
    stored=("ranks",),
    behind=_ranked,
    is_of_means=False,
)
def ranks(reading: Reading) -> Picture:
    """A row for each level of the contrast factor (or each point), a column for each outcome that has a direction; in each
    cell the probability, in per cent, that its expected outcome is the best of its block.

    A block for each setting of the other factors.
    """
    table = reading.results.tables["ranks"]
    found = table.set_index(["context", "point", "outcome"])["best_share" if reading.has_doubt else "best_chance"]
    rows: dict[int, list[int]] = {}
    for context, point in dict.fromkeys(zip(table["context"].tolist(), table["point"].tolist(), strict=True)):
        rows.setdefault(context, []).append(point)
    contexts = sorted(rows, key=lambda one: (0 not in rows[one], one))
    measured = [name for name in reading.outcomes if OUTCOMES[name].good != 0]
    outcomes = measured[:MOST_OUTCOMES]
    n_rows = max(len(points) for points in rows.values())
    titles = {point: _title(reading, point) for points in rows.values() for point in points}
    label_width = min(3.0, 0.2 + max(style.inches(name) for name in titles.values()))
    room = min(1.0, (style.WIDTH - label_width) / len(outcomes))
    names = [style.wrap(short(outcome), room - 0.06, 3, style.SMALL, is_bold=True) for outcome in outcomes]
    heads = [tr("Probability of being the best, %", "成为最佳的概率（%）")]
    if reading.has_doubt:
        heads = [tr("Best in so many of 100 worlds", "每 100 个情形中最佳的个数")]
    if reading.contrast is not None and reading.contrast.is_numeric:
        heads.append(tr("Rows: ", "各行：") + reading.contrast.with_unit)
    start = 0.05 + 0.2 * len(heads)
    is_told = any(_otherwise(reading, context) for context in contexts)
    head = (0.3 if is_told else 0.12) + 0.14 * max(len(lines) for lines in names)
    blocks: list[int] = []
    height = start
    for context in contexts:
        block = head + _LINE * min(MOST_ROWS, len(rows[context])) + 0.1
        if blocks and height + block > MOST_HEIGHT:
            break
        blocks.append(context)
        height += block
    figure = style.picture(height)
    for i, text in enumerate(heads):
        style.write(figure, 0.05, 0.05 + 0.2 * (i + 0.5), style.shorten(text, style.WIDTH - 0.1), weight="bold")
    top, said = start, []
    for context in blocks:
        words = _otherwise(reading, context)
        style.write(figure, 0.05, top + 0.1, style.shorten(words, style.WIDTH - 0.1), color=style.QUIET)
        style.heads(figure, names, label_width, room, top + head - 0.1)
        shown = rows[context][:MOST_ROWS]
        for i, point in enumerate(shown):
            y = top + head + _LINE * i
            text = style.shorten(_title(reading, point, label_width - 0.16), label_width - 0.14)
            chances = [float(found.loc[(context, point, outcome)]) for outcome in outcomes]
            _row(figure, text, chances, (label_width, y, room, _LINE))
        best = [_best(reading, found, context, rows[context], outcome) for outcome in outcomes]
        said.append(labelled(words, in_turn(filter(None, best))) if words else in_turn(filter(None, best)))
        top += head + _LINE * len(shown) + 0.1
    figure.alt = tr("Most probably the best. ", "最可能为最佳者。") + one_by_one(said)
    figure.shows(len(outcomes), len(measured), "outcomes that have a direction", "项有优劣方向的结果")
    figure.shows(min(MOST_ROWS, n_rows), n_rows, "rows", "行")
    figure.shows(len(blocks), len(contexts), "settings of the other factors", "种其余因素的组合")
    return figure


def _otherwise(reading: Reading, context: int) -> str:
    """At which setting of the other factors a block's levels are compared; or what the names of its rows are made of."""
    if reading.contrast is None:
        rows = _TIMES.join(factor.with_unit for factor in reading.factors)
        return tr("Rows: ", "各行：") + rows if reading.most_apart > 1 else ""
    if len(reading.factors) == 1:
        return ""
    return tr("Otherwise: ", "其余：") + reading.spelled_out(context, without=reading.contrast)


def _title(reading: Reading, point: int, width: float = math.inf) -> str:
    """What a row is called: its level, or, where all points are ranked, their levels of all factors."""
    if reading.contrast is not None:
        return reading.contrast.says(reading.key(point, reading.contrast))
    if reading.most_apart > 1:
        title = _TIMES.join(factor.says(reading.key(point, factor)) for factor in reading.factors)
        return title if point != 0 else tr(f"{title} (base)", f"{title}（基准）")
    factor = reading.alone(point)
    if factor is None or not factor.is_numeric or not math.isfinite(width):
        return reading.title(point)
    # A long name must not hide the level.
    said = tr(": ", "：") + factor.says(reading.key(point, factor))
    return style.shorten(factor.title, width - style.inches(said)) + said


def _best(reading: Reading, found: object, context: int, points: list[int], outcome: str) -> str:
    chances = {point: float(found.loc[(context, point, outcome)]) for point in points}  # type: ignore[attr-defined]
    known = {point: chance for point, chance in chances.items() if math.isfinite(chance)}
    if not known:
        return ""
    best = max(known, key=lambda point: known[point])
    return f"{plain(outcome)} {_title(reading, best)} {number(known[best], 'share')} %"


def _caption_of_firsts(reading: Reading) -> str:
    caption = tr(
        "In each cell the share of settings of the other factors at which the row's mean over seeds is the best (ties share). It says how far the order hangs on "
        "those factors, over the ranges and the plan that they were drawn by; it is no probability of being right, and a lead may be slight. It has no interval.",
        "每格为其余因素的各种组合中该行（各种子）均值最佳的比例（并列者均分）。它表示次序在所抽样的范围与布点方案内对这些因素的依赖，并非判断正确的概率；领先幅度可能很小。此数无区间。",
    )
    if reading.has_doubt:
        return tr(
            "In each cell in how many of 100 worlds the row is the best of its block: how sure the first place is, not how large the lead, which may be slight.",
            "每格为每 100 个情形中该行在本组最佳的个数：表示第一名的把握，而非领先幅度（可能很小）。",
        )
    if reading.n_seeds[0] < FEWEST:
        caption += tr(
            f" With fewer than {FEWEST} seeds a setting, which is first in one may be chance.",
            f"每种组合的种子少于 {FEWEST} 个，单一组合中何者居首可能出于偶然。",
        )
    return caption


@drawn_from(
    of_points(has_firsts),
    title=_title_of_best,
    caption=_caption_of_firsts,
    stored=("ranks",),
    behind=_ranked,
    is_of_means=False,
)
def firsts(reading: Reading) -> Picture:
    """A row for each level of the contrast factor, a column for each outcome that has a direction; in each cell the share of
    settings of the other factors, in per cent, at which its mean is the best (ties share)."""
    (table, counts), contrast = shares(reading), reading.compared
    measured = [name for name in reading.outcomes if name in table]
    outcomes, levels = measured[:MOST_OUTCOMES], list(table.index)
    rows = {level: contrast.says(level) for level in levels[:MOST_ROWS]}
    of = tr("settings counted", "组合数")
    width = min(3.0, 0.2 + max(style.inches(one) for one in (*rows.values(), of)))
    room = min(1.0, (style.WIDTH - width) / len(outcomes))
    names = [style.wrap(short(outcome), room - 0.06, 3, style.SMALL, is_bold=True) for outcome in outcomes]
    heads = [tr("The first by its mean, % of settings", "均值居首的组合占比（%）")]
    if contrast.is_numeric:
        heads.append(tr("Rows: ", "各行：") + contrast.with_unit)
    top = 0.2 + 0.2 * len(heads) + 0.14 * max(len(lines) for lines in names)
    figure = style.picture(top + _THICK * (len(rows) + 1) + 0.1)
    for i, text in enumerate(heads):
        style.write(figure, 0.05, 0.05 + 0.2 * (i + 0.5), style.shorten(text, style.WIDTH - 0.1), weight="bold")
    style.heads(figure, names, width, room, top - 0.1)
    for i, (level, title) in enumerate(rows.items()):
        text, found = style.shorten(title, width - 0.14), [float(table.loc[level, outcome]) for outcome in outcomes]
        _row(figure, text, found, (width, top + _THICK * i, room, _THICK))
    y = top + _THICK * (len(rows) + 0.5)
    style.write(figure, width - 0.1, y, of, ha="right", color=style.QUIET)
    for j, outcome in enumerate(outcomes):
        x, text = width + (j + 0.5) * room, f"{counts[outcome]:,}"
        style.write(figure, x, y, text, ha="center", size=style.SMALL, color=style.QUIET)
    said = []
    for outcome in outcomes:
        name, n = plain(outcome), counts[outcome]
        each = [f"{rows[level]} {number(float(table.loc[level, outcome]), 'share')} %" for level in rows]
        said.append(labelled(tr(f"{name}, of {counted(n, 'setting')}", f"{name}（{n:,} 种组合）"), listed(each)))
    figure.alt = tr("How often each is first by its mean. ", "各自均值居首的组合占比。") + one_by_one(said)
    figure.shows(len(outcomes), len(measured), "outcomes that have a direction", "项有优劣方向的结果")
    figure.shows(len(rows), len(levels), "rows", "行")
    return figure


def _row(figure: Picture, title: str, chances: Sequence[float], first: tuple[float, float, float, float]) -> None:
    """A row's name and its cells; `first` is the place of the first one."""
    left, top, room, line = first
    style.write(figure, left - 0.1, top + line / 2, title, ha="right")
    for j, chance in enumerate(chances):
        shade = style.mix(style.BETTER, style.STRONGEST * chance) if math.isfinite(chance) else "#FFFFFF"
        style.cell(figure, (left + j * room, top, room, line), shade, number(chance, "share"))


def shares(reading: Reading) -> tuple[pd.DataFrame, dict[str, int]]:
    """The shares of settings, by level (rows, as first named) and outcome (columns), and how many settings they are of."""
    levels = list(dict.fromkeys(reading.results.tables["ranks"]["level"]))
    found, counts = {}, {}
    for name, own in _compared(reading).groupby("outcome", sort=False):
        outcome = str(name)
        best = own.groupby("context")["mean"].transform("max" if OUTCOMES[outcome].good > 0 else "min")
        is_best = own[own["mean"] == best]
        weight = 1.0 / is_best.groupby("context")["mean"].transform("size")
        counts[outcome] = int(own["context"].nunique())
        found[outcome] = weight.groupby(is_best["level"]).sum().reindex(levels, fill_value=0.0) / counts[outcome]
    return pd.DataFrame(found, index=levels), counts


def _compared(reading: Reading) -> pd.DataFrame:
    """The ranks of settings at which every level has a value of the outcome: neither the base alone nor what is still to be
    run is a comparison."""
    table: pd.DataFrame = reading.results.tables["ranks"]
    known = table[np.isfinite(table["mean"])]
    n_levels = known.groupby(["context", "outcome"])["level"].transform("nunique")
    return known[n_levels == table["level"].nunique()]
