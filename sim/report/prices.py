"""The report's prices of an additional met need: by the interval of chance, or over worlds where doubt was run."""

from __future__ import annotations

import math

from markupsafe import Markup

from sim.lab.kept.results import Results
from sim.lab.say.numbers import number
from sim.lab.sums.columns import KNOWN_VALUES
from sim.lab.sums.doubt import PRICE, PRICE_WITH_TASKS
from sim.lab.sums.statistics import Estimate
from sim.language import tr
from sim.report.parts import Rows, Table, data, estimate, interval


def prices(results: Results) -> Table:
    """The price of an additional met need: as counted, and as if others did the tasks that stations no longer do."""
    head = [
        tr("Policy", "政策"),
        tr("Yuan per additional met need", "每多满足一项需求（元）"),
        tr(
            "The same, were the tasks that stations no longer do paid for at the stations' wage cost",
            "若社工站不再承担的任务按社工站工时成本另行支付",
        ),
    ]
    rows: Rows = [
        [results.title(arm), price(results, arm), price(results, arm, with_tasks=True)] for arm in results.policies
    ]
    return Table(tr("What an additional met need costs", "每多满足一项需求的成本"), head, rows)


def price(results: Results, arm: str, *, with_tasks: bool = False) -> str | Markup:
    if results.doubt != "none":
        return _price_over_worlds(results, arm, PRICE_WITH_TASKS if with_tasks else PRICE)
    found = results.price(arm, with_tasks=with_tasks)
    if found.verdict == "gain":
        return estimate(Estimate(found.yuan, found.low, found.high, math.nan, 0), "yuan per need", largest=1000.0)
    return str(KNOWN_VALUES["verdict"][found.verdict])


def _price_over_worlds(results: Results, arm: str, of: str) -> str | Markup:
    """The median with where worlds lie; "no bound" for an end that has none."""
    found = results.spread(arm, "cost_per_met_need", of)
    if not math.isfinite(found.median):
        return tr("no bound", "无上限") if found.n else "–"
    none = tr("no bound", "无上限")
    median, low, high = (
        data(one, number(one, "yuan per need", largest=1000.0)) if math.isfinite(one) else none
        for one in (found.median, found.low, found.high)
    )
    return Markup("{} {}").format(median, interval(low, high))
