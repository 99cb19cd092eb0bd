"""What is said of chances over seeds, or over worlds where doubt was run: of thresholds, and of one policy against another."""

from __future__ import annotations

from typing import Any

from sim.lab.kept.results import Results, clean
from sim.lab.outcomes import OUTCOMES
from sim.lab.say.numbers import scale_of, unit_name
from sim.lab.say.over_worlds import which_worlds
from sim.lab.say.phrases import name_of
from sim.lab.sums.chances import DIRECTIONS, Chance
from sim.language import counted, in_brackets, in_turn, labelled, tr

MOST_POINTS_TOLD = 6


def chances_told(results: Results) -> list[str]:
    """A sentence for each threshold, one on who does better than whom, and what these chances are not; empty without a threshold."""
    if "chances" not in results.tables or results.tables["chances"].empty:
        return []
    sentences = [
        _of_threshold(results, rows)
        for _, rows in results.tables["chances"].groupby(["outcome", "direction", "threshold"], sort=False)
    ]
    return [*sentences, *_of_pairs(results), only_of_the_simulation(results)]


def only_of_the_simulation(results: Results) -> str:
    """Never left out where a chance is given: what it is over."""
    if results.doubt != "none":
        which = which_worlds(results)
        return tr(
            f"These are shares of {which}, so they hold the simulation's chance and the doubt about what is assumed; the 95 % intervals (Clopper and "
            "Pearson 1934) tell how well so many worlds know them. Whether the model's rules are right is not in them.",
            f"以上概率为{which}中的比例，含模拟的随机波动与假设取值的不确定性；95% 区间（Clopper 与 Pearson，1934）表示这些情形能把比例估计得多准。模型规则是否正确不在其中。",
        )
    return tr(
        "These are chances over the simulation's chance only, with 95 % intervals (Clopper and Pearson 1934); what is not known about the "
        "world, the assumed parameters above all, is not in them.",
        "以上概率仅反映模拟的随机波动，附 95% 区间（Clopper 与 Pearson，1934）；对现实的未知，尤其是假设的参数取值，不在其中。",
    )


def threshold_said(row: Any) -> str:
    """ "coverage is at least 13 %", of a row of the table of chances."""
    outcome, unit, value = OUTCOMES[str(row["outcome"])], str(row["unit"]), float(row["threshold"])
    said = f"{value * scale_of(unit, 0.0):,.10g} {unit_name(unit)}"
    said = tr(said, said.replace(" %", "%"))
    if row["direction"] == DIRECTIONS[True]:
        return tr(f"{name_of(outcome.name)} is at least {said}", f"{outcome.label}不低于 {said}")
    return tr(f"{name_of(outcome.name)} is at most {said}", f"{outcome.label}不高于 {said}")


def chance_said(chance: Chance) -> str:
    """ "97 % (91 to 99)" """
    share, low, high = (f"{100 * value:.0f}" for value in (chance.share, chance.low, chance.high))
    if chance.n == 0:
        return "–"
    return tr(f"{share} %", f"{share}%") + in_brackets(tr(f"{low} to {high}", f"{low} 至 {high}"))


def chance_in(row: Any) -> Chance:
    """Of a row of a table."""
    return Chance(float(row["share"]), float(row["low"]), float(row["high"]), int(row["n"]))


def title_in(results: Results, row: Any) -> str:
    """What a row is about: an arm, or a point of a sweep."""
    if "policy" in row:
        return results.title(str(row["policy"]))
    points = results.points.set_index("point")["label"]
    return clean(str(points[row["point"]]))


def _of_threshold(results: Results, rows: Any) -> str:
    told = rows.head(MOST_POINTS_TOLD if results.kind == "sweep" else len(rows)).to_dict("records")
    each = [f"{title_in(results, row)} {chance_said(chance_in(row))}" for row in told]
    if more := len(rows) - len(told):
        each.append(
            tr(f"{counted(more, 'more point')} in chances.parquet", f"另有 {more:,} 个设计点，见 chances.parquet")
        )
    n, of_worlds = int(rows["n"].max()), results.doubt != "none"
    start = tr(
        f"Chance over {counted(n, 'world' if of_worlds else 'seed')} that {threshold_said(told[0])}",
        f"{n} 个{'情形' if of_worlds else '种子'}中{threshold_said(told[0])}的概率",
    )
    return labelled(start, in_turn(each)) + tr(".", "。")


def _of_pairs(results: Results) -> list[str]:
    """Of the policy that covers most: how often it covers more than each other one under the same seed. The report has all pairs."""
    if "pairs" not in results.tables or len(results.policies) < 2:
        return []
    best = max(results.policies, key=lambda policy: results.level(policy, "coverage").mean)
    others = [policy for policy in results.policies if policy != best]
    each = [f"{results.title(other)} {chance_said(results.chance_better(best, other))}" for other in others]
    of_worlds = results.doubt != "none"
    start = tr(
        f"Chance that {results.title(best)} covers more than another policy {'in the same world' if of_worlds else 'under the same seed'}",
        f"同一{'情形' if of_worlds else '种子'}下{results.title(best)}的覆盖率高于其他政策的概率",
    )
    return [labelled(start, in_turn(each)) + tr(".", "。")]
