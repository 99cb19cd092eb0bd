"""From lever to outcome: the steps of the mechanism, with the measured change on each arrow."""

from __future__ import annotations

from matplotlib.patches import FancyArrowPatch

from sim.lab.kept.results import Results
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import number, reach, unit_name, with_interval
from sim.lab.say.verdict import is_told, verdict_name
from sim.lab.sums.doubt import shown_in
from sim.lab.sums.summaries import CHAIN
from sim.language import in_brackets, in_turn, labelled, one_by_one, tr
from sim.plot import style
from sim.plot.effects import COLOURS
from sim.plot.figure import drawn_from, of_arms
from sim.plot.style import Picture
from sim.report import tables


def _caption(results: Results) -> str:
    caption = tr(
        "The measured change at each step of the mechanism, as paired differences in the step's own unit: tasks accepted, share of hours "
        "that administration takes, outreach, needs detected, services closed late, quits; and what it comes to, coverage. An arrow says "
        "what was measured, not that the step before it is its only cause.",
        "机制各环节的实测变化（配对差异，单位为该环节自身单位）：接受任务、行政工时占比、外展、需求发现、逾期结案、离职，以及最终的覆盖率。"
        "箭头只表示测得的变化，并不意味前一环节是其唯一原因。",
    )
    if any(
        "administrative_burden" in one["levers"] for arm in results.policies for one in results.arm(arm)["policies"]
    ):
        caption += tr(
            " Where a policy lowers the burden itself, part of the first step is what was put in, not what came out.",
            "若政策本身降低行政负担，则第一环节的变化有一部分是设定而非结果。",
        )
    return caption


@drawn_from(
    of_arms("chain", against_baseline=True),
    title=lambda _: tr("From lever to outcome", "政策如何传导到结果"),
    caption=_caption,
    stored=("chain",),
    behind=lambda results: [
        tables.behind(results, results.tables["chain"], "step", {step: plain(step) for step in CHAIN})
    ],
)
def chain(results: Results) -> Picture:
    """Tasks accepted, administration, outreach, detection, lateness, quits, coverage: the paired change at each, by policy.

    An arrow says what was measured at its end, not that the step before it is the only cause.
    """
    arms = results.policies
    label_width, head, line = 1.2, 0.84, 0.46
    room = (style.WIDTH - label_width) / len(CHAIN)
    figure = style.picture(head + line * len(arms) + 0.08)
    w, h = figure.get_size_inches()
    table = results.tables["chain"].set_index(["policy", "step"])
    said: dict[str, list[str]] = {arm: [] for arm in arms}
    style.write(figure, 0.05, 0.5, tr("baseline", "基线"), size=style.SMALL, color=style.QUIET)
    for column, step in enumerate(CHAIN):
        left = label_width + column * room
        base = table.loc[(results.baseline, step)]
        unit, largest = str(base["unit"]), reach([base["mean"]])
        lines = style.wrap(short(step), room - 0.06, 2, is_bold=True)
        style.stack(figure, left + room, 0.28, lines, 0.15, above=1.0, ha="right", weight="bold")
        level = number(base["mean"], unit, largest=largest)
        lines = [style.shorten(text, room - 0.06, style.SMALL) for text in (level, unit_name(unit, largest))]
        style.stack(figure, left + room, 0.5, lines, 0.14, ha="right", size=style.SMALL, color=style.QUIET)
        for row, arm in enumerate(arms):
            y = head + line * (row + 0.5)
            found = table.loc[(arm, step)]
            effect = shown_in(found, is_effect=True)
            judged = results.finding(found, step, float(base["mean"]))
            shade = COLOURS[judged]
            figure.add_artist(
                FancyArrowPatch(
                    ((left + 0.04) / w, 1 - y / h),
                    ((left + room) / w, 1 - y / h),
                    transform=figure.transFigure,
                    arrowstyle="-|>",
                    mutation_scale=7,
                    color=shade,
                    linewidth=1.2 if is_told(judged) else 0.7,
                    linestyle="-" if judged not in {"same", "open"} else (0, (2, 2)),
                    shrinkA=0,
                    shrinkB=0,
                )
            )
            texts = with_interval(effect, unit, signed=True, largest=largest)
            middle = left + room / 2
            style.write(figure, middle, y - 0.1, texts[0], ha="center", color=shade, weight="bold")
            interval = f"{texts[1]} … {texts[2]}" if judged != "unknown" else tr("no interval", "无区间")
            style.write(figure, middle, y + 0.1, interval, ha="center", size=6.4, color=style.QUIET)
            said[arm].append(f"{plain(step)} {texts[0]}" + in_brackets(in_turn([interval, verdict_name(judged)])))
    for row, arm in enumerate(arms):
        y = head + line * (row + 0.5)
        style.stack(figure, 0.05, y, style.wrap(results.title(arm), label_width - 0.1), 0.15, above=0.5)
    figure.alt = tr("The chain from lever to outcome. ", "从政策工具到结果的传导链。") + one_by_one(
        labelled(results.title(arm), " → ".join(steps)) for arm, steps in said.items()
    )
    return figure
