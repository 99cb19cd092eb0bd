"""Heat maps of towns and of groups of residents: the baseline's level, and what each policy does."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.lab.kept.results import Results, clean
from sim.lab.say.names import plain
from sim.lab.say.numbers import number, reach, unit_name
from sim.lab.sums.doubt import shown_in
from sim.lab.sums.statistics import Estimate
from sim.language import in_brackets, in_turn, labelled, listed, run_on, tr
from sim.mistakes import one_of
from sim.plot import style
from sim.plot.figure import drawn_from, of_arms
from sim.plot.style import Picture
from sim.report import tables
from sim.report.parts import PagePart, Rows, Table

ACROSS = 5
"""Policies in one block of a heat map."""

MOST_ROWS = 40
"""Rows of a heat map; of more towns, those of most residents are shown. The stored table has all."""


TOWNS_TOLD = 20
"""Towns of a tag that the report names."""


def _towns_caption(results: Results) -> str:
    if not results.policies:
        return tr("Coverage by town.", "各镇覆盖率。")
    return tr(
        "Coverage: the baseline's level, and each policy's effect by town; intervals in the table below. In brackets: the interval holds zero; without colour: slight.",
        "覆盖率：各镇的基线水平与各政策的效果，区间见下表。括号内的数值：区间含 0；无底色：变化极小。",
    )


def _behind_towns(results: Results) -> list[PagePart]:
    return [
        tables.behind(
            results, _own(results, "town_outcomes", "coverage"), "station", results.town_names, judged_as="coverage"
        )
    ]


def _own(results: Results, table: str, outcome: str) -> Any:
    found = results.tables[table]
    return found[found.outcome == outcome]


@drawn_from(
    of_arms("town_outcomes"),
    title=lambda _: tr("By town", "分镇情况"),
    caption=_towns_caption,
    stored=("town_outcomes",),
    behind=_behind_towns,
    is_of_means=False,
)
def towns(results: Results, outcome: str = "coverage") -> Picture:
    """A heat map of one outcome by town: the baseline's level, and each policy's effect.

    outcome: one of `sim.lab.sums.summaries.TOWN_OUTCOMES`. Effects whose interval holds zero stand in brackets, uncoloured.
    """
    one_of(outcome, results.tables["town_outcomes"].outcome.unique().tolist(), "outcome", "结果")
    names = _largest(results.town_names, results)
    return _heat(results, {outcome: _own(results, "town_outcomes", outcome)}, "station", names)


def _tags_caption(results: Results) -> str:
    said = tr("Coverage of the towns of each tag together", "各标签所含镇合计的覆盖率")
    if not results.policies:
        return said + tr(".", "。")
    return said + tr(
        ": the baseline's level, and each policy's effect; intervals in the tables below. In brackets: the interval holds zero; without colour: slight.",
        "：基线水平与各政策的效果，区间见下表。括号内的数值：区间含 0；无底色：变化极小。",
    )


def _behind_tags(results: Results) -> list[PagePart]:
    """Which towns have a tag; and the outcomes of each tag."""
    names = results.town_names
    tagged = {town for towns in results.tags.values() for town in towns}
    groups = {
        **{clean(tag): towns for tag, towns in results.tags.items()},
        tr("(no tag)", "（无标签）"): [town for town in names if town not in tagged],
    }
    rows: Rows = []
    for tag, towns in groups.items():
        shown = listed(names[town] for town in towns[:TOWNS_TOLD])
        if len(towns) == len(names):
            shown = tr("all towns: the whole city", "所有镇：即全市")
        elif len(towns) > TOWNS_TOLD:
            shown += tr(f"; and {len(towns) - TOWNS_TOLD} more", f"；另有 {len(towns) - TOWNS_TOLD} 个")
        people = sum(int(results.scenario["towns"][town]["population"]) for town in towns)
        rows += [[tag, str(len(towns)), f"{people:,}", shown]] if towns else []
    caption = tr(
        "The towns of each tag; one of several tags counts under each", "各标签所含的镇；带有多个标签的镇分别计入"
    )
    head = [tr("Tag", "标签"), tr("Towns", "镇数"), tr("Residents, first day", "首日居民数"), tr("Which", "哪些镇")]
    made: list[PagePart] = [Table(caption, head, rows)]
    table = results.tables["tag_outcomes"]
    outcomes = {name: plain(name) for name in table.outcome.unique().tolist()}
    for tag in results.tags:
        caption = tr(f"Towns with the tag {clean(tag)}", f"带有标签“{clean(tag)}”的镇")
        made.append(tables.behind(results, table[table.tag == tag], "outcome", outcomes, caption=caption))
    return made


@drawn_from(
    of_arms("tag_outcomes", of_tags=True),
    title=lambda _: tr("By tag of towns", "按标签分组"),
    caption=_tags_caption,
    stored=("tag_outcomes",),
    behind=_behind_tags,
    is_of_means=False,
)
def tags(results: Results, outcome: str = "coverage") -> Picture:
    """A heat map of one outcome by tag of towns: the baseline's level, and each policy's effect.

    outcome: one of `sim.lab.sums.summaries.TAG_OUTCOMES`. Effects whose interval holds zero stand in brackets, uncoloured.
    """
    one_of(outcome, results.tables["tag_outcomes"].outcome.unique().tolist(), "outcome", "结果")
    names = {tag: clean(tag) for tag in list(results.tags)[:MOST_ROWS]}
    return _heat(results, {outcome: _own(results, "tag_outcomes", outcome)}, "tag", names)


def _groups_title(results: Results) -> str:
    return tr("Winners and losers", "谁受益，谁受损") if results.policies else tr("By group of residents", "分群体情况")


def _groups_caption(results: Results) -> str:
    if not results.policies:
        return tr("Coverage and trust by group of residents.", "各类居民的覆盖率与信任。")
    return tr(
        "Coverage and trust by group of residents: the baseline's level and each policy's effect; intervals in the tables below. In brackets: the interval holds zero; without colour: slight.",
        "各类居民的覆盖率与信任：基线水平与各政策的效果，区间见下表。括号内的数值：区间含 0；无底色：变化极小。",
    )


def _behind_groups(results: Results) -> list[PagePart]:
    made: list[PagePart] = []
    for outcome in ("coverage", "trust"):
        caption = tr(f"{plain(outcome)}: the numbers behind this figure", f"{plain(outcome)}：本图数据")
        own = _own(results, "group_outcomes", outcome)
        made.append(tables.behind(results, own, "group", results.group_names, judged_as=outcome, caption=caption))
    return [*made, *tables.inequality(results)]


@drawn_from(
    of_arms("group_outcomes"),
    title=_groups_title,
    caption=_groups_caption,
    stored=("group_outcomes",),
    behind=_behind_groups,
    is_of_means=False,
)
def groups(results: Results) -> Picture:
    """Winners and losers: coverage and trust by group of residents, the baseline's level and each policy's effect."""
    blocks = {outcome: _own(results, "group_outcomes", outcome) for outcome in ("coverage", "trust")}
    return _heat(results, blocks, "group", results.group_names)


def _largest(names: Mapping[str, str], results: Results) -> dict[str, str]:
    people = {key: float(one["population"]) for key, one in results.scenario["towns"].items()}
    kept = set(sorted(names, key=lambda key: -people[key])[:MOST_ROWS])
    return {key: name for key, name in names.items() if key in kept}


def _heat(results: Results, blocks: Mapping[str, Any], key: str, names: Mapping[str, str]) -> Picture:
    """Blocks of cells, one below another: rows by `key`, the first column the baseline's level, then effects.

    Policies that have no room beside one another go into further blocks.
    """
    label_width = min(2.9, 0.2 + max([style.inches(text) for text in names.values()], default=1.0))
    policies = results.policies
    parts = [policies[i : i + ACROSS] for i in range(0, len(policies), ACROSS)] or [[]]
    room = (style.WIDTH - label_width) / (1 + max(4, *(len(part) for part in parts)))
    line = 0.2
    head = 0.72 if policies else 0.3
    block = head + line * len(names) + 0.2
    figure = style.picture(block * len(blocks) * len(parts))
    told: list[str] = []
    top = 0.0
    for outcome, table in blocks.items():
        unit = str(table.unit.iloc[0]) if len(table) else "ratio"
        most = reach(table["effect"])
        level = table.set_index(["policy", key])
        for part in parts:
            names_of_columns = [results.title(arm) for arm in (results.baseline, *part)] if part else []
            _block_head(figure, outcome, unit, names_of_columns, (label_width, top, room, head))
            for row, (one, title) in enumerate(names.items()):
                y = top + head + line * row
                style.write(
                    figure, label_width - 0.1, y + line / 2, style.shorten(title, label_width - 0.12), ha="right"
                )
                base = (
                    float(level.loc[(results.baseline, one), "mean"]) if (results.baseline, one) in level.index else 0.0
                )
                for column, arm in enumerate([results.baseline, *part]):
                    box = (label_width + column * room, y, room, line)
                    found = level.loc[(arm, one)] if (arm, one) in level.index else None
                    if found is None:
                        style.cell(figure, box, "#FFFFFF", "–")
                    elif column == 0:
                        largest = reach(table["mean"])
                        size = float(found["mean"]) / largest if largest and math.isfinite(found["mean"]) else 0.0
                        style.cell(
                            figure,
                            box,
                            style.mix(style.LEVEL_SHADE, size),
                            number(found["mean"], unit, largest=largest),
                        )
                    else:
                        effect, judged = shown_in(found, is_effect=True), results.finding(found, outcome, base)
                        text = judged_cell(figure, box, effect, unit, judged, most=most, base=base)
                        told += [f"{listed([title, results.title(arm)])} {text}"] if text else []
            top += block
    if policies:
        start = tr("Effects by row, those distinguishable from chance: ", "按行列出可与偶然区分的效果：")
        figure.alt = start + (in_turn(told) or tr("none", "无")) + tr(".", "。")
    else:
        figure.alt = _heat_alt(blocks, key, names)
    return figure


def _block_head(
    figure: Picture, outcome: str, unit: str, columns: Sequence[str], place: tuple[float, float, float, float]
) -> None:
    """What a block shows, in which unit, and the names of its columns, where there are effects. place: where the first column begins and the
    block; how wide a column is and how high the head."""
    left, top, room, head = place
    style.write(figure, 0.05, top + 0.12, plain(outcome), weight="bold")
    note = unit_name(unit)
    if columns:
        points = unit_name(unit, is_difference=True)
        note = tr(f"baseline in {unit_name(unit)}, effects in {points}", f"基线：{unit_name(unit)}；效果：{points}")
    after = 0.15 + style.inches(plain(outcome), is_bold=True)
    style.write(figure, after, top + 0.12, note, size=style.SMALL, color=style.QUIET)
    names = [style.wrap(title, room - 0.08, 2, style.SMALL, is_bold=True) for title in columns]
    style.heads(figure, names, left, room, top + head - 0.11, 0.15)


def judged_cell(
    figure: Picture,
    box: tuple[float, float, float, float],
    effect: Estimate,
    unit: str,
    judged: str,
    *,
    most: float,
    base: float,
) -> str:
    """A cell with an effect, coloured where it is better or worse, in brackets where that is not told.

    judged: its verdict. most: the largest effect of the block, the strongest shade. base: the level that it is a difference from. Returns
    the number as it is drawn where it is better or worse, else nothing.
    """
    text = number(effect.mean, unit, signed=True, largest=reach([most, base]))
    if judged not in {"better", "worse"}:
        style.cell(figure, box, "#FFFFFF", f"({text})" if judged in {"same", "equal", "open", "few"} else text)
        return ""
    strong = math.sqrt(abs(effect.mean) / most) if most else 0.0
    style.cell(
        figure, box, style.mix(style.BETTER if judged == "better" else style.WORSE, style.STRONGEST * strong), text
    )
    return text


def _heat_alt(blocks: Mapping[str, Any], key: str, names: Mapping[str, str]) -> str:
    parts = []
    for outcome, table in blocks.items():
        own = table.set_index(key)["mean"]
        unit = str(table.unit.iloc[0]) if len(table) else "ratio"
        said = listed(f"{title} {number(own[name], unit)}" for name, title in names.items() if name in own.index)
        parts.append(labelled(plain(outcome) + in_brackets(unit_name(unit)), said) + tr(".", "。"))
    return run_on(parts)
