"""Tornado: one factor at a time, from the base to its low and its high level, the widest swing on top."""

from __future__ import annotations

import math

from sim.lab.kept.reading import Key, Reading, Varied
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import reach, scale_of, with_interval
from sim.lab.say.verdict import is_likely, verdict_name
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, in_turn, labelled, listed, run_on, tr
from sim.plot import style
from sim.plot.choose import MOST_HEIGHT
from sim.plot.effects import COLOURS, MARKS, difference_axis, judged_key
from sim.plot.figure import drawn_from, of_points
from sim.plot.style import Picture

MOST_FACTORS = 10
ACROSS = 2
_HEAD, _FOOT, _LINE, _BETWEEN = 0.36, 0.42, 0.16, 0.05
_TITLE, _LEVEL, _GAP = 1.5, 0.5, 0.2

Ends = list[tuple[Key, int]]


def has_tornado(reading: Reading) -> bool:
    return bool(_factors(reading))


def _factors(reading: Reading) -> dict[str, dict[Key, int]]:
    """Points that differ from the base in one factor that is changed by itself, by the factor's name and its level."""
    found: dict[str, dict[Key, int]] = {}
    for point in reading.settings:
        factor = reading.alone(point)
        if factor is not None and factor.method == "one_at_a_time":
            found.setdefault(factor.name, {})[reading.key(point, factor)] = point
    return found


def _caption(reading: Reading) -> str:
    caption = tr(
        "Paired differences from the base when one factor alone is at its lowest and at its highest level tried, the widest swing on top. How wide a "
        "swing is depends on how far the levels are apart. ",
        "单独把一个因素置于所试最低和最高水平时与基准的配对差异，波动最大者在上。波动大小取决于所试水平相距多远。",
    )
    if not reading.has_intervals:
        return caption
    return caption + tr(
        "Light bars: the difference; thin bars: its 95 % interval. Blue is better, orange worse; grey: not distinguishable from chance, or slight.",
        "浅色条：差异；细条：95% 区间。蓝色为改善，橙色为变差；灰色：无法与偶然区分，或变化极小。",
    )


@drawn_from(
    of_points(has_tornado),
    title=lambda _: tr("One factor at a time", "逐一改变各因素"),
    caption=_caption,
    stored=("effects",),
)
def tornado(reading: Reading) -> Picture:
    """Paired differences from the base with 95 % intervals where one factor is at its lowest and at its highest level, all
    else at the base, a panel for each outcome, sorted by the distance between the two.

    Of a factor that is no number the two levels are those of the smallest and of the largest effect.
    """
    factors = _factors(reading)
    n = min(MOST_FACTORS, len(factors))
    rows = n * (2 * _LINE + _BETWEEN) + 0.06
    block = _HEAD + rows + _FOOT
    n_down = max(1, int((MOST_HEIGHT - 0.3) / block))
    outcomes = reading.outcomes[: n_down * ACROSS]
    n_down = math.ceil(len(outcomes) / ACROSS)
    figure = style.picture(n_down * block + 0.3)
    said = []
    for i, outcome in enumerate(outcomes):
        down, right = divmod(i, ACROSS)
        left = right * (style.WIDTH + _GAP) / ACROSS
        said.append(_panel(figure, reading, factors, outcome, (left, down * block + _HEAD), rows))
    if reading.has_intervals:
        judged_key(figure, n_down * block + 0.12, 0.05, of_worlds=reading.has_doubt)
    figure.alt = tr(
        "Paired differences from the base, one factor at a time. ", "每次只改变一个因素时与基准的配对差异。"
    ) + run_on(said)
    figure.shows(len(outcomes), len(reading.outcomes), "outcomes", "项结果")
    figure.shows(n, len(factors), "factors in each panel, those of the widest swing", "个因素（波动最大者）")
    return figure


def ends(reading: Reading, factor: Varied, points: dict[Key, int], outcome: str) -> Ends:
    """The levels that a factor is shown at, the lower first: numbers by value, names by their effect."""
    keys = [
        key for key in reading.present(factor, points.values()) if math.isfinite(_mean(reading, points[key], outcome))
    ]
    if not factor.is_numeric:
        keys.sort(key=lambda key: _mean(reading, points[key], outcome))
    kept = keys if len(keys) < 3 else [keys[0], keys[-1]]
    return [(key, points[key]) for key in kept]


def swing(reading: Reading, shown: Ends, outcome: str) -> float:
    """How far apart the effects at the ends and the base itself (0) are."""
    means = [0.0, *(_mean(reading, point, outcome) for _, point in shown)]
    return max(means) - min(means)


def _mean(reading: Reading, point: int, outcome: str) -> float:
    return reading.effect(point, outcome).mean


def _panel(
    figure: Picture,
    reading: Reading,
    factors: dict[str, dict[Key, int]],
    outcome: str,
    corner: tuple[float, float],
    rows: float,
) -> str:
    """One outcome; returns what the text alternative says of it."""
    left, top = corner
    width = (style.WIDTH - _GAP * (ACROSS - 1)) / ACROSS
    shown = {name: ends(reading, reading.by_name[name], points, outcome) for name, points in factors.items()}
    order = sorted(shown, key=lambda name: -swing(reading, shown[name], outcome))[:MOST_FACTORS]
    room = width - _TITLE - _LEVEL
    axes = style.place(figure, left + _TITLE + _LEVEL, top, room - 0.08, rows)
    base = reading.level(0, outcome)
    unit, size = OUTCOMES[outcome].unit, reach([base.mean])
    scale = scale_of(unit, size)
    axes.axvline(0.0, color=style.QUIET, linewidth=0.8, zorder=1)
    said = []
    for i, name in enumerate(order):
        y = i * (2 * _LINE + _BETWEEN) + 0.03
        factor = reading.by_name[name]
        lines = style.wrap(factor.title, _TITLE - 0.06, 2, style.SMALL)
        style.stack(figure, left + 0.05, top + y + _LINE, lines, _LINE, above=0.5, size=style.SMALL)
        told_of = []
        for k, (key, point) in enumerate(shown[name]):
            at = y + _LINE * (k + 0.5)
            text = style.shorten(factor.says(key), _LEVEL - 0.08, style.SMALL)
            style.write(
                figure, left + _TITLE + _LEVEL - 0.06, top + at, text, ha="right", size=style.SMALL, color=style.QUIET
            )
            told_of.append(
                f"{factor.says(key)} {draw_bar(axes, reading.shown(point, outcome), outcome, base, at, scale, reading.verdict(point, outcome))}"
            )
        said.append(f"{factor.title} {listed(told_of)}")
    axes.set_ylim(rows, 0.0)
    points = difference_axis(axes, unit, size)
    style.write(
        figure, left + 0.05, top - 0.16, style.shorten(plain(outcome), width - 0.1, is_bold=True), weight="bold"
    )
    return labelled(plain(outcome) + in_brackets(points), in_turn(said)) + tr(".", "。")


def draw_bar(
    axes: style.Axes, effect: Estimate, outcome: str, base: Estimate, y: float, scale: float, found: str
) -> str:
    """A difference from the base as a light bar, its interval as a thin one, at height y; returns the number in words.
    found: its verdict."""
    colour = COLOURS[found]
    axes.plot([0.0, effect.mean * scale], [y, y], color=style.mix(colour, 0.35), linewidth=6.0, solid_capstyle="butt")
    if effect.has_interval:
        axes.plot([effect.low * scale, effect.high * scale], [y, y], color=colour, linewidth=1.6, zorder=2)
    fill = "white" if found == "unknown" or is_likely(found) else colour
    axes.plot([effect.mean * scale], [y], MARKS[found], color=colour, markerfacecolor=fill, markersize=4.0, zorder=3)
    mean, low, high = with_interval(effect, OUTCOMES[outcome].unit, signed=True, largest=base.mean)
    interval = tr(f" ({low} to {high})", f"（{low} 至 {high}）") if effect.has_interval else ""
    return f"{mean}{interval} {verdict_name(found)}"
