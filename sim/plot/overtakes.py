"""Where the levels of the contrast factor (policies, say) overtake one another along a numeric factor."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.lab.kept.reading import Key, Reading, Varied, places
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import reach, scale_of, unit_name
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, in_turn, labelled, run_on, tr
from sim.plot import style
from sim.plot.choose import MOST_HEIGHT
from sim.plot.figure import drawn_from, of_points
from sim.plot.lines import LINE_HEIGHT, aside, draw_key, draw_line, dress, fewer, good_way, key_rows, looks, titled
from sim.plot.style import Picture
from sim.report import tables
from sim.report.parts import PagePart, shelved

ACROSS = 2
MOST_PANELS = 6
_HEAD, _PANEL, _FOOT, _LEFT, _GAP = 0.42, 1.7, 0.5, 0.52, 0.25

ZERO = Estimate(0.0, math.nan, math.nan, math.nan, 0)
CLEAR: dict[str, Any] = {"color": style.INK, "marker": "D", "markersize": 5.0, "linestyle": "none"}
UNCLEAR = CLEAR | {"markerfacecolor": "white", "color": style.UNSURE, "markersize": 4.0}

Panel = tuple[str, str, str]
"""Outcome, factor and setting of the others, as the table has them."""


def has_overtakes(reading: Reading) -> bool:
    return len(reading.results.tables["overtakes"]) > 0


_STORED = ("contrasts", "overtakes")


def _caption(reading: Reading) -> str:
    contrast = reading.compared
    caption = tr(
        f"Paired differences between levels of {contrast.title}, all else equal; the dashed line at zero is the level that the others are compared with. ",
        f"其余条件相同时，{contrast.title}各水平之间的配对差异；零处虚线为对照水平。",
    )
    if reading.has_intervals:
        caption += tr(
            "Filled diamonds: a change of order distinguishable from chance on both sides, with the 95 % interval of its place (bootstrap over seeds); hollow ones may be chance.",
            "实心菱形：两侧均可与偶然区分的次序变化及其位置的 95% 区间（对种子做自助法）；空心者可能出于偶然。",
        )
    return caption


def _behind(reading: Reading) -> list[PagePart]:
    return shelved((tables.overtakes(reading, clear=is_clear) for is_clear in (True, False)), _STORED)


@drawn_from(
    of_points(has_overtakes),
    title=lambda _: tr("Where they overtake one another", "何处反超"),
    caption=_caption,
    stored=_STORED,
    behind=_behind,
)
def overtakes(reading: Reading) -> Picture:
    """Paired differences from the reference along a factor, one line a level, and where lines cross in their order.

    A filled diamond with its 95 % interval: distinguishable from chance on both sides. Hollow ones may be chance.
    """
    contrast = reading.compared
    table = reading.results.tables["overtakes"]
    panels: dict[Panel, Any] = dict(list(table.groupby(["outcome", "factor", "others"], sort=False)))
    order = {name: i for i, name in enumerate(reading.outcomes)}
    wanted = sorted(panels, key=lambda one: (not panels[one]["is_clear"].any(), order[one[0]]))
    chosen = wanted[:MOST_PANELS]
    lines = {one: _lines(reading, one) for one in chosen}
    present = {key for along in lines.values() for key in along}
    levels = [key for key in reading.present(contrast) if key in present]
    reference = reading.key(next(iter(reading.contexts)), contrast)
    shown = fewer(levels, reference)
    look = looks(shown, reference)
    entries = {contrast.says(key): look[key] for key in shown}  # the reference's dashed line is zero
    kinds = {bool(one) for panel in chosen for one in panels[panel]["is_clear"]}
    entries |= {tr("overtakes", "反超"): CLEAR} if True in kinds else {}
    entries |= {tr("may be chance", "可能出于偶然"): UNCLEAR} if False in kinds else {}
    key_top = 0.05 + LINE_HEIGHT
    top = key_top + LINE_HEIGHT * key_rows(entries) + 0.1
    n_down = min(math.ceil(len(chosen) / ACROSS), int((MOST_HEIGHT - top) / (_HEAD + _PANEL + _FOOT)))
    chosen = chosen[: n_down * ACROSS]
    figure = style.picture(top + n_down * (_HEAD + _PANEL + _FOOT))
    head = tr("Lines: ", "曲线：") + contrast.with_unit
    style.write(
        figure, 0.05, 0.05 + LINE_HEIGHT / 2, style.shorten(head, style.WIDTH - 0.1, is_bold=True), weight="bold"
    )
    draw_key(figure, key_top, entries)
    said = []
    for i, panel in enumerate(chosen):
        down, right = divmod(i, ACROSS)
        width = (style.WIDTH - _GAP * (ACROSS - 1)) / ACROSS
        place = (
            right * (width + _GAP) + _LEFT,
            top + down * (_HEAD + _PANEL + _FOOT) + _HEAD,
            width - _LEFT - 0.05,
        )
        kept = {key: lines[panel][key] for key in shown if key in lines[panel]}
        said.append(_panel(figure, reading, panel, kept, panels[panel], look, place))
    figure.alt = tr("Where policies overtake one another. ", "各水平在何处反超。") + run_on(said)
    figure.shows(len(chosen), len(panels), "panels, those that are clear first", "幅分图（明确者优先）")
    figure.shows(len(shown), len(levels), "lines", "条曲线")
    return figure


def _lines(reading: Reading, panel: Panel) -> dict[Key, dict[float, Estimate]]:
    """Differences from the reference by level of the contrast factor and value of the numeric one."""
    outcome, name, others = panel
    contrast = reading.compared
    factor = reading.by_name[name]
    found: dict[Key, dict[float, Estimate]] = {}
    reference: list[Key] = []
    for context, points in reading.contexts.items():
        x = reading.key(context, factor)
        if not isinstance(x, float) or reading.others(context, factor, contrast) != others:
            continue
        reference = reference or [reading.key(context, contrast)]
        if reading.key(context, contrast) == reference[0]:
            found.setdefault(reference[0], {})[x] = ZERO
            for point in points[1:]:
                found.setdefault(reading.key(point, contrast), {})[x] = reading.contrasted(context, point, outcome)
    return {key: dict(sorted(along.items())) for key, along in found.items()}


def _panel(
    figure: Picture,
    reading: Reading,
    panel: Panel,
    lines: dict[Key, dict[float, Estimate]],
    crossings: Any,
    look: dict[Key, dict[str, Any]],
    place: tuple[float, float, float],
) -> str:
    """One outcome along one factor; returns what the text alternative says of it."""
    left, top, width = place
    outcome, name, _ = panel
    contrast = reading.compared
    factor = reading.by_name[name]
    axes = style.place(figure, left, top, width, _PANEL)
    unit = OUTCOMES[outcome].unit
    largest = reach(point.mean for along in lines.values() for point in along.values())
    scale = scale_of(unit, largest)
    values = sorted({x for along in lines.values() for x in along})
    for i, (key, along) in enumerate(lines.items()):
        moved = 0.0 if all(point is ZERO for point in along.values()) else aside(i, len(lines), values, width)
        draw_line(axes, [x + moved for x in along], list(along.values()), scale, **look[key])
    said = []
    for row in crossings.itertuples():
        a, b = (reading.level_key(level) for level in (row.level_a, row.level_b))
        if not (a in lines and b in lines):
            continue
        heights = [_height(lines[key], row.at) for key in (a, b)]
        y = sum(heights) / 2 * scale
        if row.is_clear:
            axes.plot([row.at_low, row.at_high], [y, y], color=style.INK, linewidth=1.6, zorder=4)
            said.append(_said(contrast, factor, a, b, row))
        axes.plot([row.at], [y], zorder=5, **(CLEAR if row.is_clear else UNCLEAR))
    dress(axes, factor, values, width)
    axes.set_xlabel(style.shorten(factor.with_unit, width + 0.05, style.SMALL), labelpad=1.5)
    shown = unit_name(unit, largest, is_difference=True)
    others = reading.setting(reading.settings[_any_context(reading, panel)], without=[factor, contrast])
    is_told = len(reading.factors) > 2
    shown += good_way(outcome)
    note = tr(f"{shown}; otherwise: {others}", f"{shown}；其余：{others}") if is_told else shown
    titled(figure, left - _LEFT + 0.04, top, width + _LEFT, plain(outcome), note)
    listed = in_turn(said) or tr("no change of order that is distinguishable from chance", "没有可与偶然区分的次序变化")
    return labelled(plain(outcome) + in_brackets(note), listed) + tr(".", "。")


def _any_context(reading: Reading, panel: Panel) -> int:
    """A reference point at the panel's setting of the other factors."""
    _, name, others = panel
    contrast = reading.compared
    factor = reading.by_name[name]
    return next(context for context in reading.contexts if reading.others(context, factor, contrast) == others)


def _height(along: dict[float, Estimate], at: float) -> float:
    """Where a line is drawn at a value between two of its own."""
    return float(np.interp(at, list(along), [point.mean for point in along.values()]))


def _said(contrast: Varied, factor: Varied, a: Key, b: Key, row: Any) -> str:
    at, low, high = places(row)
    unit = factor.unit_after
    return tr(
        f"{contrast.says(b)} overtakes {contrast.says(a)} at {at}{unit} ({low} to {high})",
        f"{contrast.says(b)} 在 {at}{unit} 处反超 {contrast.says(a)}（{low} 至 {high}）",
    )
