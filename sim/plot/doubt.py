"""Doubt: where worlds lie and what part of that is chance, how often each policy comes first, and what is best value at a price."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.ticker import FuncFormatter, MaxNLocator

from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain
from sim.lab.say.numbers import reach, scale_of, with_interval
from sim.lab.say.over_worlds import which_worlds
from sim.lab.say.verdict import verdict_name
from sim.lab.sums.doubt import LEVEL, Spread
from sim.language import in_brackets, in_turn, labelled, run_on, tr
from sim.plot import style
from sim.plot.effects import ACROSS, COLOURS, FOOT, HEAD, difference_axis, height_of
from sim.plot.figure import FigureNeeds, FigureSource, drawn_from, names_of
from sim.plot.lines import draw_key, key_rows
from sim.plot.style import Picture
from sim.report.doubt import best_values, prices_over_worlds, three_intervals

MAIN = ("coverage", "met_per_year", "true_on_time_share", "stay_share", "turnover", "cost_per_year")
"""The outcomes whose spread is shown in its parts."""

OUTER, MIDDLE, INNER = 0.9, 2.6, 5.0
"""Widths of the bars: both, assumptions alone, chance alone."""

_LABEL, _LINE = 1.55, 0.22


def _find(source: FigureSource) -> Results | None:
    arms = source.arms
    return arms if arms is not None and arms.kind == "compare" and arms.doubt != "none" and arms.policies else None


OF_WORLDS = FigureNeeds(
    ("compare", "sweep"),
    _find,
    lambda _: tr(
        " shows policies over worlds, and these results hold chance alone, or no policy",
        " 展示各情形中的政策效应，而此结果仅含随机波动，或没有政策",
    ),
)
"""Arms that were run over worlds, and policies among them."""


def _title(_: Results) -> str:
    return tr("How sure that is: chance and assumptions", "把握有多大：随机波动与假设取值")


def _caption(results: Results) -> str:
    return tr(
        f"Differences from the baseline in {which_worlds(results)}. Mark: the median. Thin line: both, where 95 of 100 worlds lie; the broader bar: the same if only "
        "assumptions differed between them; the broadest and shortest: if only chance did. Bars of chance and assumptions are left out where fewer than 10 "
        "worlds were run under a second seed.",
        f"{which_worlds(results)}中与基线的差异。标记：中位数。细线：合计，即每 100 个情形中 95 个所在的范围；较粗的条：假定各情形仅假设取值不同；最粗最短的条：假定仅随机波动不同。另以第二个种子运行的情形不足 10 个时，不画后两者。",
    )


@drawn_from(
    OF_WORLDS,
    title=_title,
    caption=_caption,
    stored=("doubt",),
    behind=lambda results: [three_intervals(results, MAIN), prices_over_worlds(results)],
    section="doubt",
    is_of_means=False,
)
def doubt(results: Results, outcomes: Sequence[str] = MAIN) -> Picture:
    """The three spreads of effects over worlds, chance, assumptions and both, a row a policy and a panel an outcome.

    outcomes: names of `stations explain observations`, in order.
    """
    outcomes = names_of(outcomes, list(OUTCOMES))
    arms, gap = results.policies, 0.22
    width = (style.WIDTH - _LABEL - 0.1 - gap * (ACROSS - 1)) / ACROSS
    rows = height_of(len(arms), _LINE)
    block = HEAD + rows + FOOT
    figure = style.picture(math.ceil(len(outcomes) / ACROSS) * block + 0.05)
    said = []
    for i, outcome in enumerate(outcomes):
        down, right = divmod(i, ACROSS)
        top, left = down * block + HEAD, _LABEL + right * (width + gap)
        axes = style.place(figure, left, top, width, rows)
        unit, size = OUTCOMES[outcome].unit, reach([results.spread(results.baseline, outcome, LEVEL).median])
        axes.axvline(0.0, color=style.QUIET, linewidth=0.8, zorder=1)
        told = []
        for row, arm in enumerate(arms):
            found, judged = results.spread(arm, outcome), results.verdict(arm, outcome)
            _bars(axes, found, row, COLOURS[judged], scale_of(unit, size))
            median, low, high = with_interval(found.both, unit, signed=True, largest=size)
            span = in_brackets(in_turn([tr(f"{low} to {high}", f"{low} 至 {high}"), verdict_name(judged)]))
            told.append(f"{results.title(arm)} {median}{span}")
            if right == 0:
                y = top + rows * (row + 0.6) / (len(arms) + 0.2)
                style.write(figure, _LABEL - 0.08, y, style.shorten(results.title(arm), _LABEL - 0.1), ha="right")
        axes.set_ylim(len(arms) - 0.4, -0.6)
        shown = difference_axis(axes, unit, size)
        style.write(figure, left, top - 0.24, style.shorten(plain(outcome), width + 0.1, is_bold=True), weight="bold")
        said.append(labelled(plain(outcome) + in_brackets(shown), in_turn(told)) + tr(".", "。"))
    start = tr("Medians of effects and where 95 of 100 worlds lie.", "效应的中位数及每 100 个情形中 95 个所在的范围。")
    figure.alt = run_on([start, *said])
    return figure


def _bars(axes: style.Axes, found: Spread, row: int, colour: str, scale: float) -> None:
    for one, width, strength in ((found.assumed, MIDDLE, 0.45), (found.chance, INNER, 0.8), (found.both, OUTER, 1.0)):
        if one.has_interval:
            shade = style.mix(colour, strength)
            axes.plot(
                [one.low * scale, one.high * scale],
                [row, row],
                color=shade,
                linewidth=width,
                solid_capstyle="butt",
                zorder=2,
            )
    if math.isfinite(found.median):
        axes.plot([found.median * scale], [row], "|", color=style.INK, markersize=9, zorder=4)


def _caption_of_places(results: Results) -> str:
    return tr(
        f"In how many of 100 {which_worlds(results)} each policy comes first, second and so on in coverage among the policies.",
        f"每 100 个{which_worlds(results)}中，各政策的覆盖率在诸政策中位列第一、第二……的个数。",
    )


def _find_places(source: FigureSource) -> Results | None:
    arms = _find(source)
    return arms if arms is not None and 1 < len(arms.policies) <= MOST_PLACES else None


MOST_PLACES = 12


@drawn_from(
    FigureNeeds(OF_WORLDS.kinds, _find_places, OF_WORLDS.lacking),
    title=_title,
    caption=_caption_of_places,
    stored=("places",),
    section="doubt",
    is_of_means=False,
)
def places(results: Results) -> Picture:
    """In how many of 100 worlds each policy comes first, second, ... in coverage: a row a policy, a column a place."""
    arms = results.policies
    share = results.tables["places"].set_index(["policy", "place"])["share"]
    label = min(3.0, 0.2 + max(style.inches(results.title(arm)) for arm in arms))
    room, line, top = min(0.8, (style.WIDTH - label - 0.1) / len(arms)), 0.23, 0.35
    figure = style.picture(top + line * len(arms) + 0.08)
    style.write(figure, 0.05, 0.18, tr("Place", "名次"), size=style.SMALL, color=style.QUIET)
    said = []
    for column in range(len(arms)):
        style.write(figure, label + room * (column + 0.5), 0.18, str(column + 1), ha="center", weight="bold")
    for row, arm in enumerate(arms):
        y = top + line * row
        style.write(figure, label - 0.08, y + line / 2, style.shorten(results.title(arm), label - 0.1), ha="right")
        own = [float(share.loc[(arm, place + 1)]) for place in range(len(arms))]
        for column, one in enumerate(own):
            text = f"{100 * one:.0f}" if math.isfinite(one) else "–"
            shade = style.mix(style.BAR, style.STRONGEST * one) if math.isfinite(one) else "#FFFFFF"
            style.cell(figure, (label + room * column, y, room, line), shade, text)
        first = f"{100 * own[0]:.0f}" if math.isfinite(own[0]) else "–"
        said.append(f"{results.title(arm)} {first}")
    figure.alt = tr("First in coverage in so many of 100 worlds: ", "每 100 个情形中覆盖率居首的个数：") + in_turn(said)
    figure.alt += tr(".", "。")
    return figure


def _caption_of_value(results: Results) -> str:
    return tr(
        f"In how many of 100 {which_worlds(results)} each policy, or none, is the best value, by what a met need is worth: that worth times the needs met beyond the baseline's, less "
        "the cost beyond the baseline's, whoever pays. Not a forecast: what a need is worth is for the reader to say.",
        f"每 100 个{which_worlds(results)}中，各政策（或维持基线）净收益最高的个数，随每满足一项需求的价值而变：净收益为多满足的需求乘以该价值，减去增加的成本（不论出资方）。需求值多少钱由读者判断。",
    )


@drawn_from(
    OF_WORLDS,
    title=_title,
    caption=_caption_of_value,
    stored=("best_value",),
    behind=lambda results: [best_values(results)],
    section="doubt",
    is_of_means=False,
)
def best_value(results: Results) -> Picture:
    """The chance that each arm is best value over worlds, against what a met need is worth (an acceptability curve)."""
    table = results.tables["best_value"]
    titles = {arm: results.title(arm) for arm in results.names}
    looks = {
        titles[arm]: {"color": style.BASE, "linestyle": (0, (2, 1.2))}
        if i == 0
        else {"color": style.colour(i - 1), "linestyle": style.dash(i - 1)}
        for i, arm in enumerate(results.names)
    }
    key = 0.19 * key_rows(looks) + 0.1
    height = 1.7
    figure = style.picture(key + height + 0.5)
    draw_key(figure, 0.05, looks)
    axes = style.place(figure, 0.6, key + 0.05, style.WIDTH - 0.8, height)
    said = []
    for arm, title in titles.items():
        own = table[table.policy == arm]
        axes.plot(own["yuan_per_need"], 100.0 * own["share"], **looks[title])
        ends = [f"{100 * float(share):.0f}" if math.isfinite(share) else "–" for share in own["share"].iloc[[0, -1]]]
        said.append(f"{title} {tr(f'{ends[0]} to {ends[1]}', f'{ends[0]} 至 {ends[1]}')}")
    axes.set_ylim(-2.0, 102.0)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda worth, _: f"{worth:,.0f}"))
    axes.set_xlabel(tr("worth of a met need, yuan", "每满足一项需求的价值（元）"))
    axes.set_ylabel(tr("of 100 worlds", "每 100 个情形"))
    first, last = (f"{float(table['yuan_per_need'].agg(end)):,.0f}" for end in ("min", "max"))
    start = tr(
        f"Best value in so many of 100 worlds, from a worth of {first} to {last} yuan a need: ",
        f"每满足一项需求的价值由 {first} 元至 {last} 元时，每 100 个情形中净收益最高的个数：",
    )
    figure.alt = start + in_turn(said) + tr(".", "。")
    return figure
