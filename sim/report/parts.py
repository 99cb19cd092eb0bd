"""What a report is made of: sections with paragraphs, figures and tables; numbers that keep their stored value."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from sim.lab.say.numbers import minus, with_interval
from sim.lab.say.verdict import verdict_name
from sim.lab.sums.statistics import Estimate
from sim.language import counted, listed, tr

Cell = str | Markup
Rows = list[list[Cell]]


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of a row is its heading. `is_folded`: shown when asked for (a figure's numbers)."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    is_folded: bool = False


@dataclass(frozen=True)
class Drawing:
    """A picture as SVG, with what it shows and how sure that is."""

    svg: Markup
    caption: str
    name: str


PagePart = Table | Drawing | Markup


@dataclass
class Section:
    """A heading with what stands under it, in order."""

    id: str
    title: str
    parts: list[PagePart] = field(default_factory=list)

    def text(self, *sentences: str) -> Section:
        """Add a paragraph of plain text."""
        return self.add(paragraph(*sentences))

    def add(self, *parts: PagePart) -> Section:
        self.parts += parts
        return self


def paragraph(*sentences: str) -> Markup:
    return Markup("<p>{}</p>").format(" ".join(sentences))


MOST_OPEN, MOST_ROWS = 60, 400
"""Rows of a table that stands open, and of all tables under one heading."""


@dataclass(frozen=True)
class Listed:
    """A table that may be too long for a page. `rows`, `n` in all, are made as they are asked for."""

    caption: str
    head: Sequence[str]
    n: int
    rows: Iterable[Sequence[Cell]]

    def first(self, most: int, *, is_folded: bool) -> Table:
        return Table(self.caption, self.head, list(itertools.islice(self.rows, most)), is_folded)


def shelved(shelf: Iterable[Listed], files: Sequence[str]) -> list[PagePart]:
    """Tables with MOST_ROWS rows in all: the first open if it is short, the others folded. files: where all of it is stored."""
    filled = [table for table in shelf if table.n]
    made: list[PagePart] = []
    room = MOST_ROWS
    for i, table in enumerate(filled):
        n = min(room, table.n)
        room -= n
        if n:
            made.append(table.first(n, is_folded=i > 0 or n > MOST_OPEN))
    total = sum(table.n for table in filled)
    if total > MOST_ROWS:
        named = listed(f"{name}.parquet" for name in files)
        made.append(
            paragraph(
                tr(
                    f"Shown are the first {MOST_ROWS} of {total:,} rows; all are in {named} in the folder of the results.",
                    f"此处仅列 {total:,} 行中的前 {MOST_ROWS} 行，全部数据见结果文件夹中的 {named}。",
                )
            )
        )
    return made


def sure(n_runs: object, *, has_intervals: bool) -> str:
    """What every figure's caption says of its uncertainty. n_runs: how many, in words."""
    if not has_intervals:
        return tr("One seed: no interval.", "单一种子：没有区间。")
    return tr(
        f"Means over {n_runs} {'run' if n_runs == 1 else 'runs'} with 95 % intervals of the mean.",
        f"{n_runs} 次模拟的均值及其 95% 区间。",
    )


def over_worlds(n: int) -> str:
    """The same of results over worlds."""
    return tr(
        f"Over {counted(n, 'world')}: effects with a verdict are medians, with where 95 of 100 worlds lie; all else are means over worlds with the 95 % "
        "intervals of these, which are narrower than worlds lie apart.",
        f"{n} 个情形：附有判断的效应为中位数及每 100 个情形中 95 个所在的范围；其余为各情形的均值及其 95% 区间，比情形之间的差别要窄。",
    )


def stored(*names: str) -> str:
    """Where a figure's numbers are."""
    files = listed(f"{name}.parquet" for name in names)
    return tr(f"Data: {files}.", f"数据：{files}。")


def data(value: float, text: str) -> Markup:
    """A stored number as people read it (`text`); the element keeps the number itself."""
    if not math.isfinite(value):
        return escape(text)
    return Markup('<data value="{}">{}</data>').format(repr(float(value)), minus(text))


def interval(low: Cell, high: Cell) -> Markup:
    return Markup('<span class="interval">' + tr("({} to {})", "（{} 至 {}）") + "</span>").format(low, high)


def estimate(
    one: Estimate, unit: str, *, signed: bool = False, largest: float | None = None, verdict: str = ""
) -> Markup:
    """A mean with its interval, or that it has none; for an effect, the verdict in words."""
    texts = with_interval(one, unit, signed=signed, largest=largest)
    mean, low, high = (data(value, text) for value, text in zip((one.mean, one.low, one.high), texts, strict=True))
    if not math.isfinite(one.mean):
        return mean
    span = Markup('<span class="interval">{}</span>').format(tr("no interval", "无区间"))
    if one.has_interval:
        span = interval(low, high)
    if not verdict:
        return Markup("{} {}").format(mean, span)
    said = (
        Markup('<span class="verdict">{}</span>').format(verdict_name(verdict)) if verdict != "unknown" else Markup("")
    )
    return Markup('<span class="{}">{}</span> {} {}').format(verdict, mean, said, span)


def unfinished(done: int, planned: int, what: str, zh: str) -> list[str]:
    """What the answer begins with, of results that lack a part of their runs. what, zh: what is counted."""
    if done >= planned:
        return []
    are = "is" if planned == 1 else "are"
    return [
        tr(
            f"Unfinished: {done:,} of {counted(planned, what)} {are} stored, and all that follows rests on these.",
            f"尚未完成：已存储 {planned:,} {zh}中的 {done:,} {zh[0]}，以下均以此为据。",
        )
    ]
