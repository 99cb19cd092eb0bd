"""What a report is made of: sections with paragraphs, figures and tables; numbers that keep their stored value."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from markupsafe import Markup, escape

from sim.lab.say.numbers import with_interval
from sim.lab.say.verdict import verdict_name
from sim.lab.sums.statistics import Estimate
from sim.language import counted, listed, tr
from sim.plot import style, to_svg
from sim.plot.style import Picture


@dataclass(frozen=True)
class Table:
    """Rows of cells; the first cell of a row is its heading. `is_folded`: shown when asked for (a figure's numbers)."""

    caption: str
    head: Sequence[str]
    rows: Sequence[Sequence[str | Markup]]
    is_folded: bool = False


@dataclass(frozen=True)
class Figure:
    """A picture as SVG, with what it shows and how sure that is."""

    svg: Markup
    caption: str
    name: str


@dataclass
class Section:
    """A heading with what stands under it, in order."""

    id: str
    title: str
    parts: list[Table | Figure | Markup] = field(default_factory=list)

    def text(self, *sentences: str) -> Section:
        """Add a paragraph of plain text."""
        self.parts.append(Markup("<p>{}</p>").format(" ".join(sentences)))
        return self

    def figure(self, picture: Picture, caption: str) -> Section:
        self.parts.append(Figure(Markup(to_svg(picture)), style.minus(caption), picture.name))
        return self

    def table(
        self, caption: str, head: Sequence[str], rows: Sequence[Sequence[str | Markup]], *, folded: bool = False
    ) -> Section:
        self.parts.append(Table(caption, head, rows, folded))
        return self


def sure(n_runs: object, *, has_intervals: bool) -> str:
    """What every figure's caption says of its uncertainty. n_runs: how many, in words."""
    if not has_intervals:
        return tr("One seed: no interval.", "单一种子：没有区间。")
    return tr(
        f"Means over {n_runs} {'run' if n_runs == 1 else 'runs'} with 95 % intervals of the mean.",
        f"{n_runs} 次模拟的均值及其 95% 区间。",
    )


def stored(*names: str) -> str:
    """Where a figure's numbers are."""
    files = listed(f"{name}.parquet" for name in names)
    return tr(f"Data: {files}.", f"数据：{files}。")


def data(value: float, text: str) -> Markup:
    """A stored number as people read it (`text`); the element keeps the number itself."""
    if not math.isfinite(value):
        return escape(text)
    return Markup('<data value="{}">{}</data>').format(repr(float(value)), style.minus(text))


def estimate(
    one: Estimate, unit: str, *, signed: bool = False, largest: float | None = None, verdict: str = ""
) -> Markup:
    """A mean with its interval, or that it has none; for an effect, the verdict in words."""
    texts = with_interval(one, unit, signed=signed, largest=largest)
    mean, low, high = (data(value, text) for value, text in zip((one.mean, one.low, one.high), texts, strict=True))
    if not math.isfinite(one.mean):
        return mean
    if one.has_interval:
        interval = tr("({} to {})", "（{} 至 {}）")
        span = Markup('<span class="interval">' + interval + "</span>").format(low, high)
    else:
        span = Markup('<span class="interval">{}</span>').format(tr("no interval", "无区间"))
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
