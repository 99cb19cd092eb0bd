"""Differences: the levels of one factor that is no number, policies say, each against the base."""

from __future__ import annotations

import math

from sim.lab.kept.reading import Reading
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import reach, scale_of
from sim.language import in_brackets, in_turn, labelled, run_on, tr
from sim.plot import style
from sim.plot.choose import MOST_HEIGHT, not_all, told
from sim.plot.effects import difference_axis, judged_key
from sim.plot.figure import drawn_from, of_points
from sim.plot.style import Picture
from sim.plot.tornado import bars_told, draw_bar, has_tornado

MOST_ROWS = 24
ACROSS = 3
_HEAD, _FOOT, _LINE, _KEY, _GAP, _NAMES = 0.4, 0.42, 0.25, 0.3, 0.16, 2.3


def has_differences(reading: Reading) -> bool:
    return (
        len(reading.factors) == 1
        and not reading.factors[0].is_numeric
        and len(reading.settings) > 1
        and not has_tornado(reading)
    )


def _caption(reading: Reading) -> str:
    caption = tr("Paired differences from the base under the same seeds. ", "同一种子下与基准的配对差异。")
    return caption + bars_told(reading)


@drawn_from(
    of_points(has_differences),
    title=lambda _: tr("What each does", "各自的作用"),
    caption=_caption,
    stored=("effects",),
)
def differences(reading: Reading) -> Picture:
    """Paired differences from the base with 95 % intervals: a row for each level, a panel for each outcome."""
    points = [point for point in reading.settings if point != 0]
    shown = points[:MOST_ROWS]
    rows = _LINE * len(shown) + 0.06
    block = _HEAD + rows + _FOOT
    outcomes = reading.outcomes[: ACROSS * max(1, int((MOST_HEIGHT - _KEY) / block))]
    n_down = math.ceil(len(outcomes) / ACROSS)
    figure = style.picture(n_down * block + _KEY)
    names = [style.wrap(reading.title(point), _NAMES - 0.14, 2, style.SMALL) for point in shown]
    for down in range(n_down):
        for i, lines in enumerate(names):
            for k, text in enumerate(lines):
                y = down * block + _HEAD + 0.03 + _LINE * (i + 0.5) + 0.115 * (k - (len(lines) - 1) / 2)
                style.write(figure, _NAMES - 0.1, y, text, ha="right", size=style.SMALL)
    said = []
    width = (style.WIDTH - _NAMES - _GAP * (ACROSS - 1)) / ACROSS
    for i, outcome in enumerate(outcomes):
        down, right = divmod(i, ACROSS)
        place = (_NAMES + right * (width + _GAP), down * block + _HEAD, width)
        said.append(_panel(figure, reading, outcome, shown, place, rows))
    if reading.has_intervals:
        judged_key(figure, n_down * block + 0.12, 0.05)
    figure.alt = tr("Paired differences from the base. ", "与基准的配对差异。") + run_on(said)
    figure.left_out = told(
        not_all(len(outcomes), len(reading.outcomes), "outcomes", "项结果"),
        not_all(len(shown), len(points), "rows", "行"),
    )
    return figure


def _panel(
    figure: Picture,
    reading: Reading,
    outcome: str,
    points: list[int],
    place: tuple[float, float, float],
    rows: float,
) -> str:
    """One outcome; returns what the text alternative says of it."""
    left, top, width = place
    axes = style.place(figure, left, top, width, rows)
    base = reading.level(0, outcome)
    unit, size = OUTCOMES[outcome].unit, reach([base.mean])
    scale = scale_of(unit, size)
    axes.axvline(0.0, color=style.QUIET, linewidth=0.8, zorder=1)
    said = [
        f"{reading.title(point)} "
        + draw_bar(axes, reading.effect(point, outcome), outcome, base, 0.03 + _LINE * (i + 0.5), scale)
        for i, point in enumerate(points)
    ]
    axes.set_ylim(rows, 0.0)
    shown = difference_axis(axes, unit, size)
    style.write(figure, left, top - 0.16, style.shorten(plain(outcome), width, is_bold=True), weight="bold")
    return labelled(plain(outcome) + in_brackets(shown), in_turn(said)) + tr(".", "。")
