"""The report's tables of chances over seeds, or over worlds where doubt was run: of passing a threshold, and of one policy doing better than another."""

from __future__ import annotations

import math

from markupsafe import Markup

from sim.lab.kept.results import Results
from sim.lab.say.chances import only_of_the_simulation, threshold_said, title_in
from sim.lab.say.over_worlds import which_worlds
from sim.language import tr
from sim.report.parts import Cell, Listed, PagePart, Rows, Table, data, interval, paragraph, shelved


def of_thresholds(results: Results) -> list[PagePart]:
    """Chances of passing the thresholds that were asked for, if any were, and what they are not."""
    if "chances" not in results.tables:
        return []
    return [*shelved([passed(results)], ["chances"]), paragraph(only_of_the_simulation(results))]


def ahead(results: Results) -> Table:
    """In which share of seeds the row gives more coverage than the column under the same seed."""
    table = results.tables["pairs"]
    table = table[table.outcome == "coverage"].set_index(["policy", "other"])
    head = [_share_head(results), *(results.title(arm) for arm in results.policies[1:])]
    rows: Rows = []
    for i, arm in enumerate(results.policies[:-1]):
        cells: list[Cell] = [results.title(arm), *[""] * i]
        for other in results.policies[i + 1 :]:
            row = table.loc[(arm, other)]
            cells.append(_share(row["share_better"], row["share_low"], row["share_high"]))
        rows.append(cells)
    caption = tr(
        "In how many of the seeds the row covers more than the column; with 95 % intervals (Clopper and Pearson 1934), over the simulation's chance only",
        "行的覆盖率高于列的种子比例；附 95% 区间（Clopper 与 Pearson，1934），仅反映模拟的随机波动",
    )
    if results.doubt != "none":
        caption = tr(
            f"In how many of the {which_worlds(results)} the row covers more than the column; with 95 % intervals (Clopper and Pearson 1934)",
            f"{which_worlds(results)}中，行的覆盖率高于列的比例；附 95% 区间（Clopper 与 Pearson，1934）",
        )
    return Table(caption, head, rows, is_folded=True)


def _share_head(results: Results) -> str:
    if results.doubt != "none":
        return tr("Share of worlds, %", "情形比例（%）")
    return tr("Share of seeds, %", "种子比例（%）")


def _share(share: float, low: float, high: float) -> Cell:
    if not math.isfinite(share):
        return "–"
    shown = [data(value, f"{100 * value:.0f}") for value in (share, low, high)]
    return Markup("{} {}").format(shown[0], interval(shown[1], shown[2]))


def passed(results: Results) -> Listed:
    """A row for each threshold, and arm or point: in which share of the seeds it is passed."""
    table = results.tables["chances"]
    of = tr("Point", "设计点") if results.kind == "sweep" else tr("Policy", "政策")
    of_worlds = results.doubt != "none"
    n = tr("Worlds", "情形数") if of_worlds else tr("Seeds", "种子数")
    head = [tr("Threshold", "阈值"), of, _share_head(results), n]
    rows = (
        [
            Markup("{}").format(data(row["threshold"], threshold_said(row))),
            title_in(results, row),
            _share(row["share"], row["low"], row["high"]),
            data(row["n"], str(row["n"])),
        ]
        for row in table.to_dict("records")
    )
    caption = tr(
        f"Chance over {'worlds' if of_worlds else 'seeds'} of passing a threshold, with 95 % intervals (Clopper and Pearson 1934)",
        f"达到阈值的概率（按{'情形' if of_worlds else '种子'}计），附 95% 区间（Clopper 与 Pearson，1934）",
    )
    return Listed(caption, head, len(table), rows)
