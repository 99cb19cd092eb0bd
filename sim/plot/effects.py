"""Paired effects with their intervals: small panels, one for each outcome, on its own scale."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.ticker import MaxNLocator

from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import reach, scale_of, unit_name, with_interval
from sim.lab.say.verdict import VERDICTS, is_likely, tone, verdict_name
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, in_turn, run_on, tr
from sim.plot import style
from sim.plot.figure import drawn_from, names_of, of_arms
from sim.plot.style import Picture

KEY = (
    "coverage", "met_per_year", "true_on_time_share", "detection_rate", "admin_share", "outreach_share",
    "stay_share", "turnover", "burnout", "trust", "goodwill", "cost_per_year",
)  # fmt: skip
"""The outcomes that the report puts first."""

SPREAD = 1.96
"""Standard deviations between seeds that the thin lines reach to each side: 95 % of runs, were they normal."""

_TONES = {"better": style.BETTER, "worse": style.WORSE, "changed": style.INK, "unsure": style.UNSURE}
COLOURS = {one: _TONES[tone(one)] for one in VERDICTS}
MARKS = {
    one: "|" if one in {"same", "equal", "open"} else {"worse": "D", "changed": "s"}.get(tone(one), "o")
    for one in VERDICTS
}


def is_hollow(verdict: str) -> bool:
    """Whether its mark is not filled: what is likely only, and what nothing is known of."""
    return is_likely(verdict) or verdict in {"unknown", "few"}


def bars_told(*, has_intervals: bool, of_worlds: bool = False) -> str:
    """What marks and bars are, for a caption."""
    if of_worlds:
        return tr(
            "Marks: medians; lines: where 95 of 100 worlds lie. Blue is better, orange worse, filled where at least 95 of 100 worlds agree and hollow "
            "where 80 do; a grey bar is open, a grey dot below 1 % of the baseline or a tenth of the spread between persons (slight).",
            "标记为中位数；横线为每 100 个情形中 95 个所在的范围。蓝色为改善，橙色为变差：实心表示至少 95 个情形方向一致，空心表示至少 80 个；灰色横条：尚无定论；灰色圆点：不到基线的 1% 或个体间离散的十分之一（变化极小）。",
        )
    if not has_intervals:
        return tr("Hollow dots have no interval: one seed.", "空心圆点没有区间：单一种子。")
    return tr(
        "Thick bars: 95 % interval of the mean; thin lines: 1.96 standard deviations between runs, where most simulated cities fall. "
        "Blue is better, orange worse; a grey bar holds zero (no clear difference), a grey dot is below 1 % of the baseline (slight).",
        "粗条：均值的 95% 区间；细线：各次模拟间 1.96 个标准差，多数模拟城市落在其中。蓝色为改善，橙色为变差；灰色横条：区间含 0（未见明确差异）；灰色圆点：不到基线的 1%（变化极小）。",
    )


def _caption(results: Results) -> str:
    caption = tr(
        "Paired differences from the baseline under the same seeds. Each panel has its own scale. ",
        "同一种子下与基线的配对差异。各图刻度不同。",
    )
    if results.doubt != "none":
        caption = tr(
            "Differences from the baseline in the same world. Each panel has its own scale. ",
            "同一情形下与基线的差异。各图刻度不同。",
        )
    return caption + bars_told(has_intervals=results.n_seeds > 1, of_worlds=results.doubt != "none")


@drawn_from(
    of_arms("effects", against_baseline=True, of_sweeps=False),  # a sweep shows them by point
    title=lambda _: tr("What each policy changes", "各政策带来的变化"),
    caption=_caption,
    stored=("effects",),
    is_of_means=False,
)
def effects(results: Results, outcomes: Sequence[str] = KEY) -> Picture:
    """Paired differences from the baseline with 95 % intervals, a row a policy and a panel an outcome.

    outcomes: names of `stations explain observations`, in order. Filled blue dots are better, orange diamonds worse, and a
    bar alone means that the interval holds zero, so that no difference can be distinguished from chance.
    """
    titles = {arm: results.title(arm) for arm in results.policies}
    figure = paired(results, results.baseline, titles, names_of(outcomes, list(OUTCOMES)))
    if results.n_seeds > 1:
        judged_key(figure, figure.get_figheight() - BELOW + 0.12, of_worlds=results.doubt != "none")
    start = tr("Paired differences from the baseline with 95 % intervals. ", "与基线的配对差异及 95% 区间。")
    if results.doubt != "none":
        start = tr(
            "Differences from the baseline, medians and where 95 of 100 worlds lie. ",
            "与基线的差异：中位数及每 100 个情形中 95 个所在的范围。",
        )
    figure.alt = start + figure.alt
    return figure


ACROSS = 3
HEAD, FOOT, BELOW = 0.42, 0.42, 0.3


def height_of(n_rows: int, line: float = 0.19) -> float:
    """Of a panel's rows."""
    return line * n_rows + 0.08


def paired(
    subject: Results | Reading,
    base: Any,
    titles: Mapping[Any, str],
    outcomes: Sequence[str],
    *,
    label_width: float = 1.55,
    line: float = 0.19,
    n_lines: int = 1,
) -> Picture:
    """Rows of paired differences from a base, a panel for each outcome. titles: of the rows, by what `subject` knows them by, on at
    most `n_lines` lines each."""
    gap = 0.22
    panel = (style.WIDTH - label_width - 0.1 - gap * (ACROSS - 1)) / ACROSS
    rows = height_of(len(titles), line)
    block = HEAD + rows + FOOT
    figure = style.picture(math.ceil(len(outcomes) / ACROSS) * block + BELOW)
    alternatives = []
    for i, outcome in enumerate(outcomes):
        down, right = divmod(i, ACROSS)
        top = down * block + HEAD
        left = label_width + right * (panel + gap)
        axes = style.place(figure, left, top, panel, rows)
        effects = [(title, subject.shown(row, outcome), subject.verdict(row, outcome)) for row, title in titles.items()]
        alternatives.append(_panel(axes, outcome, subject.level(base, outcome), effects))
        style.write(figure, left, top - 0.29, style.shorten(plain(outcome), panel + 0.1, is_bold=True), weight="bold")
        direction = {1: tr("better →", "越大越好 →"), -1: tr("← better", "← 越小越好"), 0: ""}[OUTCOMES[outcome].good]
        side = {"ha": "right"} if OUTCOMES[outcome].good > 0 else {"ha": "left"}
        x = left + panel if OUTCOMES[outcome].good > 0 else left
        style.write(figure, x, top - 0.12, direction, size=style.SMALL, color=style.QUIET, **side)
        if right == 0:
            for row, title in enumerate(titles.values()):
                y = top + rows * (row + 0.6) / (len(titles) + 0.2)  # as _panel sets its rows
                size = style.SMALL if n_lines > 1 else style.FONT_SIZE
                lines = [style.shorten(title, label_width - 0.1)]
                if n_lines > 1:
                    lines = style.wrap(title, label_width - 0.1, n_lines, size)
                style.stack(figure, label_width - 0.08, y, lines, 0.115, above=0.5, ha="right", size=size)
    figure.alt = run_on(alternatives)
    return figure


def difference_axis(axes: style.Axes, unit: str, size: float) -> str:
    """Finish axes that hold differences, shown in the unit of levels of this size: zero in sight, a few round numbers, no
    other axis. Returns the unit."""
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    low, high = axes.get_xlim()
    low, high = min(low, 0.0), max(high, 0.0)
    reach_out = (high - low) * 0.06 or 1.0
    axes.set_xlim(low - reach_out, high + reach_out)
    axes.xaxis.set_major_locator(MaxNLocator(3, steps=[1, 2, 5, 10]))
    axes.tick_params(axis="x", length=2.5, pad=2)
    shown = unit_name(unit, size, is_difference=True)
    axes.set_xlabel(shown, labelpad=1.5)
    return shown


def _panel(axes: style.Axes, outcome: str, base: Estimate, effects: Sequence[tuple[str, Estimate, str]]) -> str:
    """Draw differences, each with its title and its verdict; returns what the text alternative says of them."""
    unit = OUTCOMES[outcome].unit
    size = reach([base.mean])
    scale = scale_of(unit, size)
    axes.axvline(0.0, color=style.QUIET, linewidth=0.8, zorder=1)
    said = []
    for row, (title, effect, found) in enumerate(effects):
        colour = COLOURS[found]
        if effect.has_interval:
            is_mean = math.isfinite(effect.sd)  # else where worlds lie, which has no spread about it
            if is_mean:
                spread = [scale * (effect.mean + side * SPREAD * effect.sd) for side in (-1, 1)]
                axes.plot(spread, [row, row], color=colour, linewidth=0.7, zorder=1)
            ends = [effect.low * scale, effect.high * scale]
            axes.plot(ends, [row, row], color=colour, linewidth=2.2 if is_mean else 1.2, zorder=2)
        if math.isfinite(effect.mean):
            mark, fill = MARKS[found], "white" if is_hollow(found) else colour
            axes.plot([effect.mean * scale], [row], mark, color=colour, markerfacecolor=fill, markersize=4.5, zorder=3)
            texts = with_interval(effect, unit, signed=True, largest=size)
            span = tr(f"{texts[1]} to {texts[2]}", f"{texts[1]} 至 {texts[2]}")
            number = texts[0] + (in_brackets(span) if effect.has_interval else "")
            judged = verdict_name(found)
            said.append(title + tr(f" {number}, {judged}", f" {number}，{judged}"))
    axes.set_ylim(len(effects) - 0.4, -0.6)
    shown = difference_axis(axes, unit, size)
    return tr(f"{plain(outcome)} ({shown}): {in_turn(said)}.", f"{short(outcome)}（{shown}）：{in_turn(said)}。")


def judged_key(figure: Picture, top: float, left: float = 1.55, *, of_worlds: bool = False) -> None:
    """What the marks mean, in words beside them."""
    of_chance = ("better", "worse", "changed", "slight", "same")
    for found in (
        ("better", "likely better", "worse", "likely worse", "more", "slight", "open") if of_worlds else of_chance
    ):
        axes = style.place(figure, left, top - 0.06, 0.12, 0.12)
        axes.set_axis_off()
        axes.plot([0, 1], [0, 0], color=COLOURS[found], linewidth=2.2)
        fill = "white" if is_hollow(found) else COLOURS[found]
        axes.plot([0.5], [0], MARKS[found], color=COLOURS[found], markerfacecolor=fill, markersize=4.5, clip_on=False)
        style.write(figure, left + 0.17, top, verdict_name(found), size=style.SMALL, color=style.QUIET)
        left += 0.35 + style.inches(verdict_name(found), style.SMALL)
