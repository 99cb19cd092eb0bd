"""Outcomes over time, with the band of the 95 % interval and the policies' start marked."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.lab.kept.results import Results
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach, scale_of, unit_name
from sim.language import in_turn, run_on, tr
from sim.months import month_number, month_text
from sim.plot import style
from sim.plot.bars import money
from sim.plot.figure import drawn_from, names_of, of_arms
from sim.plot.style import Picture
from sim.report import tables

OVER_TIME = ("coverage", "true_on_time_share", "detection_rate", "admin_share", "outreach_share", "trust")
STAFF = ("stay_share", "turnover", "competence", "burnout")
BALANCE = ("balance", "receivable", "wages_owed", "unpaid_wage_share")


MOST_BANDS = 7
"""With more arms, only the baseline has its band: many on one another are a grey cloud."""


def _caption(results: Results) -> str:
    caption = tr(
        f"By quarter, each point at its quarter's end; the dotted line is the policies' start, {results.policy_start}. "
        "The first year is the model's start-up. Axes need not begin at zero.",
        f"按季度，各点位于季末；虚线为政策起始日 {results.policy_start}。第一年为模型启动期。纵轴不一定从零开始。",
    )
    if results.policies:
        caption += tr(" All arms share the history before it.", "此前各比较组历史相同。")
    return caption


@drawn_from(
    of_arms("curves"),
    section="time",
    title=lambda _: tr("Over time", "随时间的变化"),
    caption=_caption,
    stored=("curves",),
)
def curves(results: Results, outcomes: Sequence[str] = OVER_TIME) -> Picture:
    """Outcomes by quarter of a year (three months, counted from the policies' start), each on its own axis.

    outcomes: from `sim.lab.sums.summaries.CURVES` and `STOCKS`. Lines are means over seeds, bands their 95 % intervals.
    """
    return _curves(results, names_of(outcomes, results.tables["curves"].outcome.unique().tolist()))


@drawn_from(
    of_arms("curves"),
    title=lambda _: tr("Staff", "人员"),
    caption=lambda _: tr(
        "Staff who mean to stay, quits a year, competence and burnout (0–1), by quarter.",
        "有意留任占比、年离职率、能力与倦怠（0–1），按季度。",
    ),
    stored=("curves",),
    behind=lambda results: [*tables.outcomes(results, _staff_told(), STAFF)] if results.policies else [],
)
def staff(results: Results) -> Picture:
    """Staff over time: who means to stay, who quits, competence, burnout."""
    return _curves(results, STAFF)


def _staff_told() -> str:
    return tr("Staff over the policies' period.", "政策期内的人员状况。")


@drawn_from(
    of_arms("curves"),
    section="money",
    title=money,
    caption=lambda _: tr(
        "The stations' balance, what government owes them, what they owe staff, and wages unpaid in their month.",
        "各站结余、政府拖欠款、累计欠薪与当月欠薪率。",
    ),
    stored=("curves",),
)
def balance(results: Results) -> Picture:
    """Money over time: the stations' balance, what government owes them, what they owe staff."""
    return _curves(results, BALANCE)


def _curves(results: Results, outcomes: Sequence[str]) -> Picture:
    arms = results.names
    is_alone = len(arms) == 1
    labels = 0.0 if is_alone else 1.2
    across, gap, head, foot = 2, 0.3, 0.54, 0.3
    left_tick = 0.58
    whole = (style.WIDTH - gap * (across - 1)) / across
    panel = whole - left_tick - labels - 0.05
    height = max(1.35, 0.155 * len(arms) + 0.1)
    n_down = math.ceil(len(outcomes) / across)
    figure = style.picture(n_down * (head + height + foot))
    table = results.tables["curves"]
    start = _year(results.policy_start[:7])
    alternatives = []
    for i, outcome in enumerate(outcomes):
        down, right = divmod(i, across)
        top = down * (head + height + foot) + head
        left = right * (whole + gap) + left_tick
        axes = style.place(figure, left, top, panel, height)
        rows = table[table.outcome == outcome]
        unit = str(rows.unit.iloc[0])
        largest = reach(rows[["mean", "low", "high"]].to_numpy().flat)
        scale = scale_of(unit, largest)
        shown = unit_name(unit, largest)
        ends = []
        for k, arm in enumerate(arms):
            own = rows[rows.policy == arm]
            x = (
                np.array([_year(month) for month in own.month]) + own.n_months.to_numpy() / 12.0
            )  # a quarter stands at its end
            middle, low, high = (_settled(own[end].to_numpy() * scale) for end in ("mean", "low", "high"))
            if k > 0:  # the history is the baseline's; a policy's line leaves it at the policies' start
                since = max(0, int(np.searchsorted(x, start + 1e-6)) - 1)
                x, middle, low, high = (end[since:] for end in (x, middle, low, high))
            colour = style.BASE if k == 0 else style.colour(k - 1)
            pattern = (0, (2, 1.2)) if k == 0 and not is_alone else "-" if k == 0 else style.dash(k - 1)
            if np.isfinite(low).any() and (k == 0 or len(arms) <= MOST_BANDS):
                axes.fill_between(x, low, high, color=colour, alpha=0.2, linewidth=0)
            axes.plot(x, middle, color=colour, linestyle=pattern, linewidth=1.3)
            known = np.flatnonzero(np.isfinite(middle))
            if len(known):
                ends.append((k, arm, colour, float(x[known[-1]]), float(middle[known[-1]])))
        _dress(axes, results, unit)
        title = style.shorten(
            tr(f"{plain(outcome)}, {shown}", f"{plain(outcome)}（{shown}）"), whole - 0.1, is_bold=True
        )
        style.write(figure, left - left_tick + 0.04, top - 0.36, title, weight="bold")
        if not is_alone:
            _label_ends(figure, axes, results, ends, left + panel, top, height, labels)
        said = [f"{results.title(arm)} {number(value / scale, unit, largest=largest)}" for _, arm, _, _, value in ends]
        alternatives.append(
            tr(
                f"{plain(outcome)} ({shown}), last quarter: {in_turn(said)}.",
                f"{plain(outcome)}（{shown}），最后一季：{in_turn(said)}。",
            )
        )
    figure.alt = tr(
        f"Lines over time, policies starting {results.policy_start}. ",
        f"随时间变化的曲线，政策自 {results.policy_start} 起。",
    ) + run_on(alternatives)
    return figure


def _settled(values: np.ndarray) -> np.ndarray:
    """Without the dust that sums of money leave behind, which would fill an axis."""
    return np.where(np.abs(values) < 1e-6, 0.0, values)


def _year(month: str) -> float:
    year, number = divmod(month_number(month), 12)
    return year + number / 12.0


def _dress(axes: style.Axes, results: Results, unit: str) -> None:
    start = _year(results.policy_start[:7])
    axes.axvline(start, color=style.QUIET, linewidth=0.8, linestyle=(0, (1, 1.5)), zorder=0)
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.tick_params(length=2.5, pad=2)
    _date(axes)
    if max(abs(end) for end in axes.get_ylim()) >= 1000:
        axes.yaxis.set_major_formatter("{x:,.0f}")
    axes.margins(x=0.0)
    first, last = axes.get_xlim()
    is_early = start - first < 0.3 * (last - first)
    axes.annotate(
        tr("policies from here", "政策由此开始"),
        (start, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(-3 if not is_early else 0, 4.5),
        textcoords="offset points",
        ha="left" if is_early else "right",
        va="bottom",
        size=style.SMALL,
        color=style.QUIET,
        annotation_clip=False,
    )


def _date(axes: style.Axes) -> None:
    """Years along the axis; months where the run is short."""
    first, last = (12.0 * x for x in axes.dataLim.intervalx)
    is_short = last - first <= 36.0
    steps, most = ((3, 6, 12), 3.2) if is_short else ((12, 24, 60, 120), 5.0)
    step = next((n for n in steps if (last - first) / n <= most), steps[-1])
    months = [m for m in range(math.ceil(first - 1e-6), math.floor(last + 1e-6) + 1) if m % step == 0]
    # A date at the very end would stand under the names of the lines.
    kept = [m for m in months if m < last - 0.08 * (last - first)] or months[:1]
    axes.set_xticks([m / 12 for m in kept], [month_text(m) if is_short else f"{m // 12}" for m in kept])


def _label_ends(
    figure: Picture,
    axes: style.Axes,
    results: Results,
    ends: list[tuple[int, str, str, float, float]],
    left: float,
    top: float,
    height: float,
    width: float,
) -> None:
    """Names at the ends of lines, pushed apart, each tied to its line."""
    low, high = axes.get_ylim()
    wanted = [top + height * (1.0 - (value - low) / (high - low)) for *_, value in ends]
    places = style.spread_apart(wanted, 0.145, top - 0.02, top + height + 0.02)
    w, h = figure.get_size_inches()
    for (_, arm, colour, _, _), y_end, y in zip(ends, wanted, places, strict=True):
        figure.add_artist(Line2D([left / w, (left + 0.1) / w], [1 - y_end / h, 1 - y / h], color=colour, linewidth=0.7))
        style.write(
            figure,
            left + 0.13,
            y,
            style.shorten(results.title(arm), width - 0.15, style.SMALL),
            size=style.SMALL,
            color=colour,
        )
