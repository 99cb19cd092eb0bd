"""Ranks: with what probability each level of the contrast factor is the best, by outcome."""

from __future__ import annotations

import math

import numpy as np

from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import number
from sim.language import in_turn, labelled, one_by_one, tr
from sim.plot import style
from sim.plot.given import swept
from sim.plot.style import Picture
from sim.plot.sweep.choose import MOST_HEIGHT, not_all, told

MOST_OUTCOMES = 8
MOST_ROWS = 30
_TIMES = " × "
_LINE = 0.21


def has_ranks(results: Results) -> bool:
    return bool(np.isfinite(results.tables["ranks"]["best_chance"]).any())


@swept(has_ranks)
def ranks(results: Results) -> Picture:
    """A row for each level of the contrast factor (or each point), a column for each outcome that has a direction; in each
    cell the probability, in per cent, that its expected outcome is the best of its block.

    A block for each setting of the other factors.
    """
    reading = Reading(results)
    with style.drawing():
        return _ranks(reading)


def _ranks(reading: Reading) -> Picture:
    table = reading.results.tables["ranks"]
    found = table.set_index(["context", "point", "outcome"])["best_chance"]
    rows: dict[int, list[int]] = {}
    for context, point in dict.fromkeys(zip(table["context"].tolist(), table["point"].tolist(), strict=True)):
        rows.setdefault(context, []).append(point)
    contexts = sorted(rows, key=lambda one: (0 not in rows[one], one))
    measured = [name for name in reading.outcomes if OUTCOMES[name].good != 0]
    outcomes = measured[:MOST_OUTCOMES]
    n_rows = max(len(points) for points in rows.values())
    titles = {point: _title(reading, point) for points in rows.values() for point in points}
    label_width = min(3.0, 0.2 + max(style.inches(name) for name in titles.values()))
    room = min(1.0, (style.WIDTH - label_width) / len(outcomes))
    names = [style.wrap(short(outcome), room - 0.06, 3, style.SMALL, is_bold=True) for outcome in outcomes]
    heads = [tr("Probability of being the best, %", "成为最佳的概率（%）")]
    if reading.contrast is not None and reading.contrast.is_numeric:
        heads.append(tr("Rows: ", "各行：") + reading.contrast.with_unit)
    start = 0.05 + 0.2 * len(heads)
    is_told = any(_otherwise(reading, context) for context in contexts)
    head = (0.3 if is_told else 0.12) + 0.14 * max(len(lines) for lines in names)
    blocks: list[int] = []
    height = start
    for context in contexts:
        block = head + _LINE * min(MOST_ROWS, len(rows[context])) + 0.1
        if blocks and height + block > MOST_HEIGHT:
            break
        blocks.append(context)
        height += block
    figure = style.picture("ranks", height)
    for i, text in enumerate(heads):
        style.write(figure, 0.05, 0.05 + 0.2 * (i + 0.5), style.shorten(text, style.WIDTH - 0.1), weight="bold")
    top, said = start, []
    for context in blocks:
        words = _otherwise(reading, context)
        style.write(figure, 0.05, top + 0.1, style.shorten(words, style.WIDTH - 0.1), color=style.QUIET)
        for j, lines in enumerate(names):
            for k, text in enumerate(lines):
                y = top + head - 0.1 - 0.14 * (len(lines) - 1 - k)
                x = label_width + (j + 0.5) * room
                style.write(figure, x, y, text, ha="center", size=style.SMALL, weight="bold")
        shown = rows[context][:MOST_ROWS]
        for i, point in enumerate(shown):
            y = top + head + _LINE * i
            text = style.shorten(_title(reading, point, label_width - 0.16), label_width - 0.14)
            style.write(figure, label_width - 0.1, y + _LINE / 2, text, ha="right")
            for j, outcome in enumerate(outcomes):
                chance = float(found.loc[(context, point, outcome)])
                shade = style.mix(style.BETTER, style.STRONGEST * chance) if math.isfinite(chance) else "#FFFFFF"
                style.cell(figure, (label_width + j * room, y, room, _LINE), shade, number(chance, "share"))
        best = [_best(reading, found, context, rows[context], outcome) for outcome in outcomes]
        said.append(labelled(words, in_turn(filter(None, best))) if words else in_turn(filter(None, best)))
        top += head + _LINE * len(shown) + 0.1
    figure.alt = tr("Most probably the best. ", "最可能为最佳者。") + one_by_one(said)
    figure.left_out = told(
        not_all(len(outcomes), len(measured), "outcomes that have a direction", "项有优劣方向的结果"),
        not_all(min(MOST_ROWS, n_rows), n_rows, "rows", "行"),
        not_all(len(blocks), len(contexts), "settings of the other factors", "种其余因素的组合"),
    )
    return figure


def _otherwise(reading: Reading, context: int) -> str:
    """At which setting of the other factors a block's levels are compared; or what the names of its rows are made of."""
    if reading.contrast is None:
        rows = _TIMES.join(factor.with_unit for factor in reading.factors)
        return tr("Rows: ", "各行：") + rows if reading.most_apart > 1 else ""
    if len(reading.factors) == 1:
        return ""
    return tr("Otherwise: ", "其余：") + reading.spelled_out(context, without=reading.contrast)


def _title(reading: Reading, point: int, width: float = math.inf) -> str:
    """What a row is called: its level, or, where all points are ranked, their levels of all factors."""
    if reading.contrast is not None:
        return reading.contrast.says(reading.key(point, reading.contrast))
    if reading.most_apart > 1:
        title = _TIMES.join(factor.says(reading.key(point, factor)) for factor in reading.factors)
        return title if point != 0 else tr(f"{title} (base)", f"{title}（基准）")
    factor = reading.alone(point)
    if factor is None or not factor.is_numeric or not math.isfinite(width):
        return reading.title(point)
    # A long name must not hide the level.
    said = tr(": ", "：") + factor.says(reading.key(point, factor))
    return style.shorten(factor.title, width - style.inches(said)) + said


def _best(reading: Reading, found: object, context: int, points: list[int], outcome: str) -> str:
    chances = {point: float(found.loc[(context, point, outcome)]) for point in points}  # type: ignore[attr-defined]
    known = {point: chance for point, chance in chances.items() if math.isfinite(chance)}
    if not known:
        return ""
    best = max(known, key=lambda point: known[point])
    return f"{plain(outcome)} {_title(reading, best)} {number(known[best], 'share')} %"
