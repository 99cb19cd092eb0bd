"""Response curves: outcomes along a numeric factor, a line for each level of a second one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.lab.kept.reading import Key, Reading, Varied
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach, scale_of, unit_name
from sim.language import in_brackets, in_turn, labelled, one_by_one, run_on, tr
from sim.plot import style
from sim.plot.choose import MOST_HEIGHT, Lines, axis
from sim.plot.figure import drawn_from, of_points
from sim.plot.lines import LINE_HEIGHT, aside, draw_key, draw_line, dress, fewer, good_way, key_rows, looks, titled
from sim.plot.style import Picture

ACROSS = 3
MOST_BLOCKS = 4
_HEAD, _PANEL, _FOOT = 0.42, 1.2, 0.24
_LEFT, _GAP = 0.52, 0.16
_BLOCK = 0.3

BASE_LINE: dict[str, Any] = {"color": style.QUIET, "linestyle": (0, (1, 1.5)), "linewidth": 0.9}
RING: dict[str, Any] = {
    "color": style.INK,
    "marker": "o",
    "markersize": 7.0,
    "markerfacecolor": "none",
    "linestyle": "none",
}


def has_responses(reading: Reading) -> bool:
    return axis(reading) is not None


def _caption(reading: Reading) -> str:
    return tr(
        "Mean levels along a factor; a ring marks the base, a dotted line its level. Axes need not begin at zero. All points share their seeds, so "
        "lines move together: whether two points differ is told by the paired differences below, not by whether their bars overlap.",
        "各结果沿某一因素的平均水平；圆圈为基准，点线为基准水平。纵轴不一定从零开始。各设计点使用相同种子，曲线会一同起伏：两个设计点是否不同，应看下文的配对差异，而非误差线是否重叠。",
    )


@drawn_from(
    of_points(has_responses),
    title=lambda _: tr("Response curves", "响应曲线"),
    caption=_caption,
    stored=("levels",),
)
def responses(reading: Reading) -> Picture:
    """Mean levels with 95 % intervals along the numeric factor that has the most levels, a panel for each outcome.

    One line for each level of a second factor (the contrast factor, if there is one); a block of panels for each setting
    of the others. A ring marks the base, a dotted line its level.
    """
    chosen = axis(reading)
    assert chosen is not None
    blocks = list(chosen.points)[:MOST_BLOCKS]
    levels = _levels(reading, chosen)
    shown = fewer(levels, chosen.lines.base if chosen.lines else None)
    look: dict[Key, dict[str, Any]] = {None: {"color": style.BASE, "linestyle": "-"}}
    look = looks(shown, chosen.lines.base) if chosen.lines else look
    entries = {chosen.lines.says(key): look[key] for key in shown} if chosen.lines else {}
    entries[tr("level of the base", "基准水平")] = BASE_LINE
    if any(0 in along.values() for lines in chosen.points.values() for along in lines.values()):
        entries[tr("the base", "基准")] = RING
    has_blocks = len(chosen.points) > 1
    heads = [tr("Along the foot: ", "横轴：") + chosen.x.with_unit]
    heads += [tr("Lines: ", "曲线：") + chosen.lines.with_unit] if chosen.lines else []
    key_top = 0.05 + LINE_HEIGHT * len(heads)
    top = key_top + LINE_HEIGHT * key_rows(entries) + 0.06
    row = _HEAD + _PANEL + _FOOT
    n_rows = max(1, int((MOST_HEIGHT - top) / len(blocks) / row))
    outcomes = reading.outcomes[: n_rows * ACROSS]
    n_down = math.ceil(len(outcomes) / ACROSS)
    block = n_down * row + (_BLOCK if has_blocks else 0.0)
    figure = style.picture(top + len(blocks) * block)
    for i, head in enumerate(heads):
        style.write(
            figure,
            0.05,
            0.05 + LINE_HEIGHT * (i + 0.5),
            style.shorten(head, style.WIDTH - 0.1, is_bold=True),
            weight="bold",
        )
    draw_key(figure, key_top, entries)
    said: list[str] = []
    for i, setting in enumerate(blocks):
        start = top + i * block
        apart = [chosen.x, chosen.lines] if chosen.lines else [chosen.x]
        words = tr("Otherwise: ", "其余：") + reading.setting(setting, without=apart)
        if has_blocks:
            style.write(figure, 0.05, start + 0.14, style.shorten(words, style.WIDTH - 0.1), color=style.QUIET)
            said.append(words + tr(".", "。"))
            start += _BLOCK
        for k, outcome in enumerate(outcomes):
            down, right = divmod(k, ACROSS)
            width = (style.WIDTH - _GAP * (ACROSS - 1)) / ACROSS
            place = (right * (width + _GAP) + _LEFT, start + down * row + _HEAD, width - _LEFT - 0.05)
            lines = {key: chosen.points[setting][key] for key in shown if key in chosen.points[setting]}
            said.append(_panel(figure, reading, chosen, outcome, lines, look, place))
    figure.alt = one_by_one([*heads, run_on(said)])
    figure.shows(len(outcomes), len(reading.outcomes), "outcomes", "项结果")
    figure.shows(len(shown), len(levels), "lines", "条曲线")
    figure.shows(len(blocks), len(chosen.points), "settings of the other factors", "种其余因素的组合")
    return figure


def _levels(reading: Reading, chosen: Lines) -> list[Key]:
    found = {key for lines in chosen.points.values() for key in lines}
    return [key for key in (reading.present(chosen.lines) if chosen.lines else [None]) if key in found]


def _panel(
    figure: Picture,
    reading: Reading,
    chosen: Lines,
    outcome: str,
    lines: dict[Key, dict[Key, int]],
    look: dict[Key, dict[str, Any]],
    place: tuple[float, float, float],
) -> str:
    """One outcome; returns what the text alternative says of it."""
    left, top, width = place
    axes = style.place(figure, left, top, width, _PANEL)
    unit = OUTCOMES[outcome].unit
    found = {key: [reading.level(point, outcome) for point in along.values()] for key, along in lines.items()}
    base = reading.level(0, outcome)
    largest = reach(
        [base.mean, *(end for some in found.values() for one in some for end in (one.mean, one.low, one.high))]
    )
    scale = scale_of(unit, largest)
    if math.isfinite(base.mean):
        axes.axhline(base.mean * scale, zorder=0, **BASE_LINE)
    said = []
    values = sorted({float(x) for along in lines.values() for x in along if x is not None})
    for i, (key, along) in enumerate(lines.items()):
        at = [float(x) for x in along if x is not None]
        moved = [x + aside(i, len(lines), values, width) for x in at]
        draw_line(axes, moved, found[key], scale, **look[key])
        if 0 in along.values():
            axes.plot([moved[list(along.values()).index(0)]], [base.mean * scale], **RING)
        said.append(_said(chosen, key, at, [number(one.mean, unit, largest=largest) for one in found[key]]))
    dress(axes, chosen.x, values, width)
    shown = unit_name(unit, largest)
    titled(figure, left - _LEFT + 0.04, top, width + _LEFT, plain(outcome), shown + good_way(outcome))
    return labelled(plain(outcome) + in_brackets(shown), in_turn(said)) + tr(".", "。")


def _said(chosen: Lines, key: Key, at: Sequence[float], numbers: Sequence[str]) -> str:
    name = f"{_name(chosen.lines, key)} " if chosen.lines else ""
    return name + tr(
        f"{numbers[0]} at {chosen.x.says(at[0])}, {numbers[-1]} at {chosen.x.says(at[-1])}",
        f"{chosen.x.says(at[0])} 时 {numbers[0]}，{chosen.x.says(at[-1])} 时 {numbers[-1]}",
    )


def _name(factor: Varied, key: Key) -> str:
    return factor.says(key)
