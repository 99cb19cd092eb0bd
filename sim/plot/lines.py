"""Lines of a sweep's figures: how each level's looks, the key to them, and the axis that a factor's values stand on."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.lab.kept.reading import Key, Varied
from sim.lab.say.verdict import good
from sim.lab.sums.statistics import Estimate
from sim.language import tr
from sim.plot import style
from sim.plot.style import Picture

MOST_LINES = 8
"""In one panel: the eye does not keep more apart."""

LINE_HEIGHT = 0.19
_SAMPLE = 0.3
_WIDEST = 3.4
_MARGIN = 0.12


def looks(keys: Sequence[Key], base: Key) -> dict[Key, dict[str, Any]]:
    """Colour and pattern by level; the base's is grey, the others' as those of policies in a comparison."""
    others = [key for key in keys if key != base]
    made: dict[Key, dict[str, Any]] = {
        key: {"color": style.colour(i), "linestyle": style.dash(i)} for i, key in enumerate(others)
    }
    return made | {base: {"color": style.BASE, "linestyle": (0, (2, 1.2))}}


def fewer(keys: Sequence[Key], base: Key) -> list[Key]:
    """At most MOST_LINES of the levels, the base's among them."""
    kept = list(keys[:MOST_LINES])
    if base in keys and base not in kept:
        kept[-1] = base
    return kept


def key_rows(entries: Mapping[str, Any]) -> int:
    """How many rows `draw_key` takes."""
    return len(_set_out(list(entries)))


def draw_key(figure: Picture, top: float, entries: Mapping[str, dict[str, Any]]) -> None:
    """What each line is, in words beside a piece of it; rows of LINE_HEIGHT inches from `top` on."""
    w, h = figure.get_size_inches()
    for i, row in enumerate(_set_out(list(entries))):
        y = top + LINE_HEIGHT * (i + 0.5)
        for left, text in row:
            look = {"linewidth": 1.4} | entries[text]
            at = [0.5] if look["linestyle"] == "none" else [0.05, 0.95]
            figure.add_artist(Line2D([(left + _SAMPLE * x) / w for x in at], [1 - y / h] * len(at), **look))
            style.write(figure, left + _SAMPLE + 0.04, y, _short(text), size=style.SMALL)


def _short(text: str) -> str:
    return style.shorten(text, _WIDEST, style.SMALL)


def _set_out(texts: Sequence[str]) -> list[list[tuple[float, str]]]:
    rows: list[list[tuple[float, str]]] = [[]]
    left = 0.05
    for text in texts:
        width = _SAMPLE + 0.2 + style.inches(_short(text), style.SMALL)
        if rows[-1] and left + width > style.WIDTH:
            rows.append([])
            left = 0.05
        rows[-1].append((left, text))
        left += width
    return rows


def aside(i: int, n: int, values: Sequence[float], width: float) -> float:
    """How far the i-th of n lines is moved along the axis, so that their intervals do not hide one another."""
    values = sorted(set(values))
    reach = (values[-1] - values[0]) * (1 + 2 * _MARGIN)
    least = min((b - a for a, b in itertools.pairwise(values)), default=0.0)
    return (i - (n - 1) / 2) * min(0.035 * reach / width, 0.6 * least / n)


def draw_line(axes: style.Axes, at: Sequence[float], found: Sequence[Estimate], scale: float, **look: Any) -> None:
    """Means at values of a factor, with their intervals as bars, joined where neighbours are known."""
    for x, one in zip(at, found, strict=True):
        if one.has_interval:
            axes.plot([x, x], [one.low * scale, one.high * scale], color=look["color"], linewidth=2.0, alpha=0.55)
    axes.plot(at, [estimate.mean * scale for estimate in found], marker="o", markersize=3.2, linewidth=1.2, **look)


def dress(axes: style.Axes, factor: Varied, values: Sequence[float], width: float) -> None:
    """A few round numbers up the side; along the foot the factor's own values, as many as have room."""
    axes.yaxis.set_major_locator(MaxNLocator(4, steps=[1, 2, 2.5, 5, 10]))
    axes.tick_params(length=2.5, pad=2)
    if max(abs(end) for end in axes.get_ylim()) >= 1000:
        axes.yaxis.set_major_formatter("{x:,.0f}")
    low, high = min(values), max(values)
    margin = _MARGIN * (high - low) or 1.0
    axes.set_xlim(low - margin, high + margin)
    per = width / (high - low + 2 * margin)
    kept: list[float] = []
    # Both ends first, then what has room between.
    for value in dict.fromkeys([low, high, *values]):
        own = style.inches(factor.says(value), style.SMALL)
        if all(
            abs(value - other) * per > (own + style.inches(factor.says(other), style.SMALL)) / 2 + 0.06
            for other in kept
        ):
            kept.append(value)
    kept = sorted(kept)
    axes.set_xticks(kept, [factor.says(value) for value in kept])


def good_way(outcome: str) -> str:
    """Which way is better, to follow a unit; nothing where neither is."""
    side = good(outcome)
    if side == 0:
        return ""
    return tr("; more is better", "；越高越好") if side > 0 else tr("; less is better", "；越低越好")


def titled(figure: Picture, left: float, top: float, width: float, title: str, unit: str) -> None:
    """A panel's title, and below it its unit; the panel begins at `top`."""
    style.write(figure, left, top - 0.28, style.shorten(title, width, is_bold=True), weight="bold")
    style.write(figure, left, top - 0.12, style.shorten(unit, width, style.SMALL), size=style.SMALL, color=style.QUIET)
