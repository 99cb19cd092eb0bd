"""Cost against effect: what each policy adds to the city's bill, and the needs it meets for that."""

from __future__ import annotations

import math

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import number, reach, scale_of, unit_name
from sim.language import in_turn, labelled, listed, tr
from sim.plot import style
from sim.plot.bars import money
from sim.plot.figure import drawn_from, of_arms
from sim.plot.style import Picture
from sim.report.prices import prices

MOST_BESIDE = 5
"""Policies whose names stand beside their dots."""


def _caption(results: Results) -> str:
    caption = tr(
        "Cost against effect: paired differences from the baseline. The dashed line is what a met need costs on average now: above it is cheaper.",
        "成本与效果：与基线的配对差异。虚线为目前每满足一项需求的平均成本，线以上更便宜。",
    )
    if results.doubt != "none":
        caption += tr(
            " Crosses: where 95 of 100 worlds lie, each way.", "十字：双向均为每 100 个情形中 95 个所在的范围。"
        )
    elif results.n_seeds > 1:
        caption += tr(" Intervals both ways, often smaller than the dot.", "双向均有区间，常小于圆点。")
    return caption


@drawn_from(
    of_arms("effects", "prices", against_baseline=True),
    section="money",
    title=money,
    caption=_caption,
    stored=("effects", "prices"),
    behind=lambda results: [prices(results)],
)
def cost(results: Results) -> Picture:
    """Additional cost a year against additional needs met a year, both paired differences with 95 % intervals."""
    arms = results.policies
    height = max(2.4, 0.16 * len(arms) + 0.4)
    figure = style.picture(height + 0.6)
    left, top, width = 0.75, 0.15, 4.9
    axes = style.place(figure, left, top, width, height)
    unit = OUTCOMES["cost_per_year"].unit
    size = reach(results.shown(arm, "cost_per_year").mean for arm in arms)
    scale = scale_of(unit, size)
    axes.axhline(0.0, color=style.RULE, linewidth=0.8, zorder=0)
    axes.axvline(0.0, color=style.RULE, linewidth=0.8, zorder=0)
    points, said = [], []
    for k, arm in enumerate(arms):
        x, y = results.shown(arm, "cost_per_year"), results.shown(arm, "met_per_year")
        if not (math.isfinite(x.mean) and math.isfinite(y.mean)):
            continue
        shade = style.colour(k)
        if x.has_interval:
            axes.plot([x.low * scale, x.high * scale], [y.mean, y.mean], color=shade, linewidth=1.4)
            axes.plot([x.mean * scale] * 2, [y.low, y.high], color=shade, linewidth=1.4)
        axes.plot([x.mean * scale], [y.mean], "o", color=shade, markersize=4)
        points.append((arm, shade, x.mean * scale, y.mean))
        texts = [number(x.mean, unit, signed=True, largest=size), number(y.mean, "needs per year", signed=True)]
        said.append(
            labelled(
                results.title(arm),
                listed([f"{texts[0]} {unit_name(unit, size)}", f"{texts[1]} {unit_name('needs per year')}"]),
            )
        )
    axes.margins(0.08)
    axes.set_xlabel(tr(f"additional cost, {unit_name(unit, size)}", f"新增成本，{unit_name(unit, size)}"))
    axes.set_ylabel(tr("additional needs met a year", "每年新增满足需求数"))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_locator(MaxNLocator(5))
    _today(axes, results, scale)
    low, high = axes.get_ylim()
    x_low, x_high = axes.get_xlim()
    w, h = figure.get_size_inches()
    wanted = [top + height * (1 - (y - low) / (high - low)) for *_, y in points]
    places = style.spread_apart(wanted, 0.16, top, top + height)
    for (arm, shade, x_value, _), y_point, y_label in zip(points, wanted, places, strict=True):
        x_point = left + width * (x_value - x_low) / (x_high - x_low)
        title = results.title(arm)
        # Beside the dot while few share the room, else in a column at the right.
        x_label = x_point + 0.22 if len(points) <= MOST_BESIDE else left + width + 0.12
        figure.add_artist(
            Line2D(
                [(x_point + 0.05) / w, (x_label - 0.03) / w],
                [1 - y_point / h, 1 - y_label / h],
                color=shade,
                linewidth=0.6,
            )
        )
        style.write(figure, x_label, y_label, style.shorten(title, style.WIDTH - x_label - 0.05), color=shade)
    figure.alt = (
        tr("Additional cost and additional needs met. ", "新增成本与新增满足需求。") + in_turn(said) + tr(".", "。")
    )
    return figure


def _today(axes: style.Axes, results: Results, scale: float) -> None:
    """A ray of what a met need costs on average now: dots above it are cheaper than that."""
    today = results.level(results.baseline, "cost_per_met_need").mean
    (x_low, x_high), (y_low, y_high) = axes.get_xlim(), axes.get_ylim()
    if not (math.isfinite(today) and today > 0.0):
        return
    end = min(x_high, y_high * today * scale)
    if end > 0.0:
        axes.plot(
            [0.0, end], [0.0, end / (today * scale)], color=style.QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0
        )
    axes.set_xlim(x_low, x_high)
    axes.set_ylim(y_low, y_high)
