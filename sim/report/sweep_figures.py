"""What the report of a sweep says of each figure; the figures are drawn by `sim.plot.sweep`."""

from __future__ import annotations

from collections.abc import Callable

from sim.lab.kept.reading import Reading
from sim.lab.say.answer_of_sweep import FEWEST
from sim.lab.say.verdict import good
from sim.language import run_on, tr
from sim.plot.sweep import SWEEP
from sim.report import sweep_tables
from sim.report.parts import Section, stored, sure


def figure(reading: Reading, name: str) -> Section:
    """The section of a figure of `SWEEP`: the picture, what it says and leaves out, and the tables behind it."""
    title, caption, files, shelf = _FIGURES[name](reading)
    section = Section(name.replace("_", "-"), title)
    picture = SWEEP[name][1](reading.results)
    said = [
        caption,
        sure(seeds_told(reading), has_intervals=reading.has_intervals) if name not in _NOT_OF_MEANS else "",
        picture.left_out,
        stored(*files),
    ]
    section.figure(picture, run_on(sentence for sentence in said if sentence))
    sweep_tables.shelve(section, shelf, *files)
    return section


def _responses(reading: Reading) -> _Told:
    caption = tr(
        "Mean levels along a factor; a ring marks the base, a dotted line its level. Axes need not begin at zero. All points share their seeds, so "
        "lines move together: whether two points differ is told by the paired differences below, not by whether their bars overlap.",
        "各结果沿某一因素的平均水平；圆圈为基准，点线为基准水平。纵轴不一定从零开始。各设计点使用相同种子，曲线会一同起伏：两个设计点是否不同，应看下文的配对差异，而非误差线是否重叠。",
    )
    return tr("Response curves", "响应曲线"), caption, ("levels",), []


def _heat_maps(reading: Reading) -> _Told:
    caption = tr("Paired differences from the base, which is outlined. ", "与基准（有边框者）的配对差异。")
    if reading.has_intervals:
        caption += tr(
            "Blue is better, orange worse; in brackets: the 95 % interval holds zero; without colour: slight, or neither better nor worse. Intervals are in the tables below.",
            "蓝色为改善，橙色为变差；括号内：95% 区间含 0；无底色：变化极小或无优劣之分。区间见下表。",
        )
    return tr("Two factors together", "两个因素的共同作用"), caption, ("effects",), []


def _differences(reading: Reading) -> _Told:
    caption = tr("Paired differences from the base under the same seeds. ", "同一种子下与基准的配对差异。")
    return tr("What each does", "各自的作用"), caption + _bars_told(reading), ("effects",), []


def _contrast_maps(reading: Reading) -> _Told:
    contrast = reading.contrast
    assert contrast is not None
    caption = tr(
        f"What {contrast.title} does in each setting of the other factor: paired differences from the same setting without it, not from the base. ",
        f"在另一因素的各种情形下，{contrast.title}的作用：与同一情形下对照水平的配对差异，而非与基准的差异。",
    )
    if reading.has_intervals:
        caption += tr(
            "Colours and brackets as above. Whether two cells differ is told from their intervals, in the tables below.",
            "颜色与括号同上。两格是否不同，须看下表中的区间。",
        )
    title = tr(f"Where {contrast.title} does most", f"{contrast.title}在何处作用最大")
    return title, caption, ("contrasts",), []


def _bars_told(reading: Reading) -> str:
    if not reading.has_intervals:
        return ""
    return tr(
        "Light bars: the difference; thin bars: its 95 % interval. Blue is better, orange worse; grey: not distinguishable from chance, or slight.",
        "浅色条：差异；细条：95% 区间。蓝色为改善，橙色为变差；灰色：无法与偶然区分，或变化极小。",
    )


def _tornado(reading: Reading) -> _Told:
    caption = tr(
        "Paired differences from the base when one factor alone is at its lowest and at its highest level tried, the widest swing on top. How wide a "
        "swing is depends on how far the levels are apart. ",
        "单独把一个因素置于所试最低和最高水平时与基准的配对差异，波动最大者在上。波动大小取决于所试水平相距多远。",
    )
    caption += _bars_told(reading)
    return tr("One factor at a time", "逐一改变各因素"), caption, ("effects",), []


def _scatter(reading: Reading) -> _Told:
    found = reading.results.tables["correlations"]
    caption = tr(
        "Each dot is a point of the plan, at its mean over seeds. Above each panel Spearman's rank correlation with its 95 % interval (bootstrap over drawn points); bold: the interval does not hold "
        "zero. It tells how steadily an outcome rises or falls with a factor over its range, not how steeply.",
        "每个圆点为一个设计点（各种子均值）。各图上方为 Spearman 秩相关及其 95% 区间（对抽样的设计点做自助法）；粗体：区间不含 0。它表示结果随因素升降的稳定程度，而非幅度。",
    )
    shelf = [sweep_tables.correlations(reading, of) for of in dict.fromkeys(found["of"])]
    return tr("Which factors matter", "哪些因素重要"), caption, ("correlations", "points"), shelf


def _overtakes(reading: Reading) -> _Told:
    contrast = reading.contrast
    assert contrast is not None
    caption = tr(
        f"Paired differences between levels of {contrast.title}, all else equal; the dashed line at zero is the level that the others are compared with. ",
        f"其余条件相同时，{contrast.title}各水平之间的配对差异；零处虚线为对照水平。",
    )
    if reading.has_intervals:
        caption += tr(
            "Filled diamonds: a change of order distinguishable from chance on both sides, with the 95 % interval of its place (bootstrap over seeds); hollow ones may be chance.",
            "实心菱形：两侧均可与偶然区分的次序变化及其位置的 95% 区间（对种子做自助法）；空心者可能出于偶然。",
        )
    return (
        tr("Where they overtake one another", "何处反超"),
        caption,
        ("contrasts", "overtakes"),
        [sweep_tables.overtakes(reading, clear=is_clear) for is_clear in (True, False)],
    )


def _ranks(reading: Reading) -> _Told:
    caption = tr(
        "In each cell the probability that the row has the best expected outcome of its block, by a bootstrap over seeds: how sure the first place is, not how large the lead, which may be "
        "slight. It holds the simulation's chance only.",
        "每格为该行期望结果在本组中最佳的概率（对种子做自助法）：表示第一名的把握，而非领先幅度（可能很小），且仅反映模拟的随机波动。",
    )
    if reading.n_seeds[0] < FEWEST:
        caption += tr(
            f" With fewer than {FEWEST} seeds the probabilities promise too much.",
            f"种子少于 {FEWEST} 个时，概率会高估把握。",
        )
    return _best(reading, caption)


def _firsts(reading: Reading) -> _Told:
    caption = tr(
        "In each cell the share of settings of the other factors at which the row's mean over seeds is the best (ties share). It says how far the order hangs on "
        "those factors, over the ranges and the plan that they were drawn by; it is no probability of being right, and a lead may be slight. It has no interval.",
        "每格为其余因素的各种组合中该行（各种子）均值最佳的比例（并列者均分）。它表示次序在所抽样的范围与布点方案内对这些因素的依赖，并非判断正确的概率；领先幅度可能很小。此数无区间。",
    )
    if reading.n_seeds[0] < FEWEST:
        caption += tr(
            f" With fewer than {FEWEST} seeds a setting, which is first in one may be chance.",
            f"每种组合的种子少于 {FEWEST} 个，单一组合中何者居首可能出于偶然。",
        )
    return _best(reading, caption)


def _best(reading: Reading, caption: str) -> _Told:
    """The section that says which does best, whichever figure shows it."""
    outcomes = [name for name in reading.outcomes if good(name) != 0]
    return (
        tr("Which does best", "何者最佳"),
        caption,
        ("ranks",),
        [sweep_tables.ranks(reading, name) for name in outcomes],
    )


_NOT_OF_MEANS = ("scatter", "firsts", "ranks")
"""Figures that show no means with their intervals; their captions say what is uncertain in them."""

_Told = tuple[str, str, tuple[str, ...], list[sweep_tables.Listed]]
"""A figure's section: title, caption, stored tables, tables to show."""

_FIGURES: dict[str, Callable[[Reading], _Told]] = {
    "responses": _responses,
    "differences": _differences,
    "heat_maps": _heat_maps,
    "contrast_maps": _contrast_maps,
    "tornado": _tornado,
    "scatter": _scatter,
    "overtakes": _overtakes,
    "firsts": _firsts,
    "ranks": _ranks,
}


def seeds_told(reading: Reading) -> str:
    least, most = reading.n_seeds
    return str(most) if least == most else tr(f"{least} to {most}", f"{least} 至 {most}")
