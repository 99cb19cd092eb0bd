"""The report's sections on a sweep's points: all of them, contrasts, and a word on many comparisons."""

from __future__ import annotations

from collections.abc import Callable

from markupsafe import Markup

from sim.lab.kept.reading import Reading
from sim.lab.say.sweep_over_worlds import differences_told
from sim.language import counted, tr
from sim.plot.figure import FigureSource
from sim.report import tables
from sim.report.parts import Drawing, Listed, Section, Table, shelved


def all_points(source: FigureSource) -> Section | None:
    reading = source.points
    if reading is None:
        return None
    section = Section("levels", tr("All points", "全部设计点"))
    if reading.has_doubt:
        section.text(
            tr(
                "A table for each outcome. Level and difference: the median and where 95 of 100 worlds lie, which does not shrink with more of them; a difference is one in the same world.",
                "每项结果一表。水平与差异：中位数及每 100 个情形中 95 个所在的范围，不随情形增多而缩小；差异均取自同一情形。",
            )
        )
    elif reading.has_intervals:
        section.text(
            tr(
                "A table for each outcome. Level: the mean over seeds with its 95 % interval, which tells how well the mean is known; the spread between seeds tells how far single simulated "
                "cities lie apart, and does not shrink with more of them. Pairing: one run under the base's seed tells as much of the difference as so many under seeds of its own.",
                "每项结果一表。水平：各种子均值及其 95% 区间，表示均值的把握；种子间离散表示单个模拟城市相差多远，不随次数增加而缩小。配对：与基准同一种子的一次模拟，对差异而言相当于多少次不同种子的模拟。",
            )
        )
    return section.add(*_each(reading, tables.by_point, "levels", "effects"))


def _each(reading: Reading, table: Callable[[Reading, str], Listed], *files: str) -> list[Table | Drawing | Markup]:
    return shelved((table(reading, outcome) for outcome in reading.outcomes), files)


def contrasts(source: FigureSource) -> Section | None:
    reading = source.points
    if reading is None or reading.contrast is None or not len(reading.results.tables["contrasts"]):
        return None
    title = reading.contrast.title
    section = Section("contrasts", tr(f"Levels of {title} against one another", f"{title}各水平之间的比较"))
    section.text(tr("Paired differences, all other factors equal.", "其余因素相同时的配对差异。"))
    return section.add(*_each(reading, tables.contrasts, "contrasts"))


def comparisons(source: FigureSource) -> Section | None:
    reading = source.points
    if reading is None or not reading.has_intervals or len(reading.settings) < 2:
        return None
    section = Section("comparisons", tr("A word on many comparisons", "关于多重比较"))
    if reading.has_doubt:
        return section.text(differences_told(reading)) if differences_told(reading) else None
    judged = reading.results.tables["effects"]
    judged = judged[judged["low"].notna()]
    n, clear, all_at_once = len(judged), int(judged["is_clear"].sum()), int(judged["is_clear_of_all"].sum())
    return section.text(
        tr(
            f"Of {counted(n, 'interval')} of differences from the base about {n / 20:,.0f} miss their true value by chance: each holds it in 95 of 100 repetitions, not all at once. {clear:,} of the "
            f"differences exclude zero one by one. When all points of one outcome are judged together at 5 % (Holm 1979), {all_at_once:,} stand; the tables say which. Over several outcomes, "
            "and of the best that was picked from many, less is sure still.",
            f"与基准的 {n:,} 个差异区间中，约有 {n / 20:,.0f} 个会因偶然而偏离真值：每个区间在 100 次重复中约有 95 次包含真值，而非同时成立。逐项判断，{clear:,} 项不含 0；若把同一结果的所有设计点合并按 5% 判断（Holm 1979），"
            f"{all_at_once:,} 项成立，见各表。跨多项结果，或从众多设计点中挑出最佳者时，把握更小。",
        )
    )
