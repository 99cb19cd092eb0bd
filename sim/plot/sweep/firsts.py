"""Where the levels of the contrast factor are compared at many settings of the other factors: how often each comes first."""

from __future__ import annotations

import numpy as np
import pandas as pd

from sim.lab.kept.reading import Reading
from sim.lab.kept.results import Results
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.many import MANY
from sim.lab.say.names import plain, short
from sim.lab.say.numbers import number
from sim.language import counted, labelled, listed, one_by_one, tr
from sim.plot import style
from sim.plot.given import swept
from sim.plot.style import Picture
from sim.plot.sweep.choose import not_all, told
from sim.plot.sweep.ranks import MOST_OUTCOMES, MOST_ROWS

_LINE = 0.23


def has_firsts(results: Results) -> bool:
    """Whether there are more settings than can be shown one by one, and more than one seed."""
    table = _compared(results)
    return results.design.contrast is not None and table["context"].nunique() > MANY and bool((table["n"] > 1).any())


@swept(has_firsts)
def firsts(results: Results) -> Picture:
    """A row for each level of the contrast factor, a column for each outcome that has a direction; in each cell the share of
    settings of the other factors, in per cent, at which its mean is the best (ties share)."""
    reading = Reading(results)
    with style.drawing():
        return _firsts(reading)


def shares(results: Results) -> tuple[pd.DataFrame, dict[str, int]]:
    """The shares of settings, by level (rows, as first named) and outcome (columns), and how many settings they are of."""
    levels = list(dict.fromkeys(results.tables["ranks"]["level"]))
    found, counts = {}, {}
    for name, own in _compared(results).groupby("outcome", sort=False):
        outcome = str(name)
        best = own.groupby("context")["mean"].transform("max" if OUTCOMES[outcome].good > 0 else "min")
        is_best = own[own["mean"] == best]
        weight = 1.0 / is_best.groupby("context")["mean"].transform("size")
        counts[outcome] = int(own["context"].nunique())
        found[outcome] = weight.groupby(is_best["level"]).sum().reindex(levels, fill_value=0.0) / counts[outcome]
    return pd.DataFrame(found, index=levels), counts


def _compared(results: Results) -> pd.DataFrame:
    """The ranks of settings at which every level has a value of the outcome: neither the base alone nor what is still to be
    run is a comparison."""
    table: pd.DataFrame = results.tables["ranks"]
    known = table[np.isfinite(table["mean"])]
    n_levels = known.groupby(["context", "outcome"])["level"].transform("nunique")
    return known[n_levels == table["level"].nunique()]


def _firsts(reading: Reading) -> Picture:
    (table, counts), contrast = shares(reading.results), reading.contrast
    assert contrast is not None
    measured = [name for name in reading.outcomes if name in table]
    outcomes, levels = measured[:MOST_OUTCOMES], list(table.index)
    rows = {level: contrast.says(level) for level in levels[:MOST_ROWS]}
    of = tr("settings counted", "组合数")
    width = min(3.0, 0.2 + max(style.inches(one) for one in (*rows.values(), of)))
    room = min(1.0, (style.WIDTH - width) / len(outcomes))
    names = [style.wrap(short(outcome), room - 0.06, 3, style.SMALL, is_bold=True) for outcome in outcomes]
    heads = [tr("The first by its mean, % of settings", "均值居首的组合占比（%）")]
    if contrast.is_numeric:
        heads.append(tr("Rows: ", "各行：") + contrast.with_unit)
    top = 0.2 + 0.2 * len(heads) + 0.14 * max(len(lines) for lines in names)
    figure = style.picture("firsts", top + _LINE * (len(rows) + 1) + 0.1)
    for i, text in enumerate(heads):
        style.write(figure, 0.05, 0.05 + 0.2 * (i + 0.5), style.shorten(text, style.WIDTH - 0.1), weight="bold")
    for j, lines in enumerate(names):
        for k, text in enumerate(lines):
            y = top - 0.1 - 0.14 * (len(lines) - 1 - k)
            style.write(figure, width + (j + 0.5) * room, y, text, ha="center", size=style.SMALL, weight="bold")
    for i, (level, title) in enumerate(rows.items()):
        y = top + _LINE * i
        style.write(figure, width - 0.1, y + _LINE / 2, style.shorten(title, width - 0.14), ha="right")
        for j, outcome in enumerate(outcomes):
            share = float(table.loc[level, outcome])
            shade = style.mix(style.BETTER, style.STRONGEST * share)
            style.cell(figure, (width + j * room, y, room, _LINE), shade, number(share, "share"))
    y = top + _LINE * (len(rows) + 0.5)
    style.write(figure, width - 0.1, y, of, ha="right", color=style.QUIET)
    for j, outcome in enumerate(outcomes):
        x, text = width + (j + 0.5) * room, f"{counts[outcome]:,}"
        style.write(figure, x, y, text, ha="center", size=style.SMALL, color=style.QUIET)
    said = []
    for outcome in outcomes:
        name, n = plain(outcome), counts[outcome]
        each = [f"{rows[level]} {number(float(table.loc[level, outcome]), 'share')} %" for level in rows]
        said.append(labelled(tr(f"{name}, of {counted(n, 'setting')}", f"{name}（{n:,} 种组合）"), listed(each)))
    figure.alt = tr("How often each is first by its mean. ", "各自均值居首的组合占比。") + one_by_one(said)
    figure.left_out = told(
        not_all(len(outcomes), len(measured), "outcomes that have a direction", "项有优劣方向的结果"),
        not_all(len(rows), len(levels), "rows", "行"),
    )
    return figure
