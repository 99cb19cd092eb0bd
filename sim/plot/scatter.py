"""Scatter matrix of a sampled plan: each drawn factor against each outcome, or against what a policy changes."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.ticker import MaxNLocator

from sim.lab.kept.reading import Reading, Varied
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import reach, scale_of, unit_name
from sim.language import in_turn, listed, tr
from sim.plot import style
from sim.plot.figure import drawn_from, of_points
from sim.plot.style import Picture
from sim.report import tables
from sim.report.parts import PagePart, shelved

MOST_COLUMNS, MOST_ROWS = 8, 5
MOST_DOTS = 240
"""In one panel; of more, every second, third ... is shown."""

BY_LEVEL = "level"
"""What `of` is in the table of correlations where the outcome itself is meant."""

_LABEL, _HEAD, _FOOT, _PANEL, _GAP = 1.4, 0.5, 0.26, 0.95, 0.4

_TINY = 6.4


def has_scatter(reading: Reading) -> bool:
    table = reading.results.tables["correlations"]
    return bool(np.isfinite(table["rho"]).any())


def _caption(reading: Reading) -> str:
    return tr(
        "Each dot is a point of the plan, at its mean over seeds. Above each panel Spearman's rank correlation with its 95 % interval (bootstrap over drawn points); bold: the interval does not hold "
        "zero. It tells how steadily an outcome rises or falls with a factor over its range, not how steeply.",
        "每个圆点为一个设计点（各种子均值）。各图上方为 Spearman 秩相关及其 95% 区间（对抽样的设计点做自助法）；粗体：区间不含 0。它表示结果随因素升降的稳定程度，而非幅度。",
    )


def _behind(reading: Reading) -> list[PagePart]:
    found = dict.fromkeys(reading.results.tables["correlations"]["of"])
    return shelved((tables.correlations(reading, of) for of in found), _STORED)


_STORED = ("correlations", "points")


@drawn_from(
    of_points(has_scatter),
    title=lambda _: tr("Which factors matter", "哪些因素重要"),
    caption=_caption,
    stored=_STORED,
    behind=_behind,
    is_of_means=False,
)
def scatter(reading: Reading) -> Picture:
    """Points of a sampled plan, dots at the mean over seeds: a column for each drawn factor, a row for each outcome; where
    policies are compared, for each policy and outcome, and the dots are its paired differences.

    In each panel Spearman's rank correlation with its 95 % interval. The strongest rows and columns are shown.
    """
    table = reading.results.tables["correlations"]
    is_contrast = bool((table["of"] != BY_LEVEL).any())
    table = table[(table["of"] != BY_LEVEL) == is_contrast]
    strength = table.assign(size=table["rho"].abs().fillna(0.0))
    rows, n_rows = _strongest(strength, ["outcome", "of"], MOST_ROWS)
    names, n_columns = _strongest(strength, ["factor"], MOST_COLUMNS)
    columns = [reading.by_name[name] for (name,) in names]
    found = table.set_index(["outcome", "of", "factor"])
    room = (style.WIDTH - _LABEL) / max(3, len(columns))
    figure = style.picture(_HEAD + len(rows) * (_PANEL + _GAP) + _FOOT)
    for j, factor in enumerate(columns):
        lines = style.wrap(factor.title, room - 0.08, 3, style.SMALL, is_bold=True)
        left = _LABEL + j * room + 0.04
        style.stack(figure, left, _HEAD - 0.06, lines, 0.14, above=1.0, size=style.SMALL, weight="bold")
    said, n_dots, n_all = [], 0, 0
    for i, (outcome, of) in enumerate(rows):
        top = _HEAD + i * (_PANEL + _GAP) + _GAP
        points, values = _dots(reading, outcome, of)
        kept = list(range(0, len(points), max(1, math.ceil(len(points) / MOST_DOTS))))
        n_dots, n_all = max(n_dots, len(kept)), max(n_all, len(points))
        _label(figure, reading, outcome, of, values, top)
        for j, factor in enumerate(columns):
            place = (_LABEL + j * room + 0.04, top, room - 0.14)
            correlation = found.loc[(outcome, of, factor.name)]
            _panel(figure, reading, factor, [points[k] for k in kept], [values[k] for k in kept], outcome, place)
            _rho(figure, correlation, place)
            if i == len(rows) - 1:
                _foot(figure, factor, place)
            if abs(correlation["rho"]) > 0.0:
                said.append(f"{listed([_row_name(reading, outcome, of), factor.title])} {correlation['rho']:+.2f}")
    figure.alt = tr("Rank correlations over points: ", "各设计点间的秩相关：") + in_turn(said) + tr(".", "。")
    figure.shows(len(columns), n_columns, "factors, the most strongly correlated", "个因素（相关最强者）")
    figure.shows(len(rows), n_rows, "rows, the most strongly correlated", "行（相关最强者）")
    figure.shows(n_dots, n_all, "dots in a panel", "个散点")
    return figure


def _strongest(table: Any, keys: list[str], most: int) -> tuple[list[tuple[str, ...]], int]:
    """The combinations of keys with the strongest correlations, in the order of the table, and how many there are."""
    groups = table.groupby(keys, sort=False)["size"].max()
    kept = set(groups.sort_values(ascending=False, kind="stable").index[:most])
    return [one if isinstance(one, tuple) else (one,) for one in groups.index if one in kept], len(groups)


def _dots(reading: Reading, outcome: str, of: str) -> tuple[list[int], list[float]]:
    """Points and their means: levels without the base, or paired differences of one level of the contrast factor."""
    if of == BY_LEVEL:
        found = {point: reading.level(point, outcome).mean for point in reading.settings if point != 0}
    else:
        table = reading.results.tables["contrasts"]
        own = table[(table["level"] == of) & (table["outcome"] == outcome)]
        found = dict(zip(own["point"].tolist(), own["mean"].tolist(), strict=True))
    kept = {point: value for point, value in found.items() if math.isfinite(value)}
    return list(kept), list(kept.values())


def _row_name(reading: Reading, outcome: str, of: str) -> str:
    if of == BY_LEVEL:
        return plain(outcome)
    contrast = reading.compared
    return tr(
        f"{contrast.says(reading.level_key(of))}: {plain(outcome)}",
        f"{contrast.says(reading.level_key(of))}：{plain(outcome)}",
    )


def _label(figure: Picture, reading: Reading, outcome: str, of: str, values: list[float], top: float) -> None:
    lines = style.wrap(_row_name(reading, outcome, of), _LABEL - 0.45, 4, style.SMALL, is_bold=True)
    style.stack(figure, 0.05, top + 0.1, lines, 0.14, size=style.SMALL, weight="bold")
    unit = unit_name(OUTCOMES[outcome].unit, reach(values), is_difference=of != BY_LEVEL)
    below, lines = top + 0.1 + 0.14 * len(lines), style.wrap(unit, _LABEL - 0.45, 2, style.SMALL)
    style.stack(figure, 0.05, below, lines, 0.14, size=style.SMALL, color=style.QUIET)


def _panel(
    figure: Picture,
    reading: Reading,
    factor: Varied,
    points: list[int],
    values: list[float],
    outcome: str,
    place: tuple[float, float, float],
) -> None:
    left, top, width = place
    axes = style.place(figure, left, top, width, _PANEL)
    unit = OUTCOMES[outcome].unit
    scale = scale_of(unit, reach(values))
    at = [reading.key(point, factor) for point in points]
    shown = [(x, y * scale) for x, y in zip(at, values, strict=True) if isinstance(x, float)]
    axes.plot([x for x, _ in shown], [y for _, y in shown], "o", color=style.BAR, markersize=2.2, alpha=0.7)
    axes.margins(0.06)
    axes.set_xticks([])
    axes.yaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.tick_params(length=2.0, pad=1.5)
    if left > _LABEL + 0.1:
        axes.set_yticklabels([])
    elif reach(axes.get_ylim()) >= 1000:
        axes.yaxis.set_major_formatter("{x:,.0f}")


def _rho(figure: Picture, one: Any, place: tuple[float, float, float]) -> None:
    """The correlation above its panel, in ink where its interval does not hold zero."""
    left, top, width = place
    is_clear = one["low"] > 0.0 or one["high"] < 0.0
    look = {"ha": "center", "size": _TINY, "color": style.INK if is_clear else style.QUIET}
    text = f"{one['rho']:+.2f}" if math.isfinite(one["rho"]) else "–"
    interval = f"{one['low']:+.2f} … {one['high']:+.2f}" if math.isfinite(one["low"]) else tr("no interval", "无区间")
    style.write(figure, left + width / 2, top - 0.21, text, weight="bold" if is_clear else "normal", **look)
    style.write(figure, left + width / 2, top - 0.09, style.shorten(interval, width + 0.12, _TINY), **look)


def _foot(figure: Picture, factor: Varied, place: tuple[float, float, float]) -> None:
    """The ends of the range that the factor is drawn from."""
    left, top, width = place
    for value, side in ((factor.factor.low, "left"), (factor.factor.high, "right")):
        if value is not None:
            x = left + (width if side == "right" else 0.0)
            style.write(
                figure, x, top + _PANEL + 0.11, factor.says(float(value)), ha=side, size=_TINY, color=style.QUIET
            )
