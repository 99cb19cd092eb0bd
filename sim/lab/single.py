"""The tables of a single run: outcomes before and under its policies, and what a report draws; its design.

One run under one seed has no interval; where a table has columns for one, they hold NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from sim.lab.comparison import Comparison, design_of
from sim.lab.design.design import EVERYTHING, Design
from sim.lab.outcomes import OUTCOMES
from sim.lab.sums.summaries import summaries

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario.schema import Scenario

ONLY_ARM = "run"
"""What the one arm is called."""

KEPT_OF_RUN = replace(EVERYTHING, before=True)
NOT_TOLD = ("chain", "inequality", "persons")
"""What only a comparison has."""


def told_of_run(result: Comparison, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, pd.DataFrame]:
    """The tables that a report draws, from a comparison of the run alone and its outcomes before and under its policies."""
    import pandas as pd

    first, end = result.scenario.policy_month, result.scenario.n_months
    rows = [
        {"period": period, "outcome": name, "unit": outcome.unit, "value": values[name]}
        for period, values, is_there in (("before", before, first > 0), ("after", after, first < end))
        if is_there
        for name, outcome in OUTCOMES.items()
    ]
    kept = {name: table for name, table in summaries(result).items() if name not in NOT_TOLD}
    return {"outcomes": pd.DataFrame(rows), **kept}


def design_of_run(scenario: Scenario, seed: int) -> Design:
    """A run as a design of one point. It has one seed, whatever its number."""
    return replace(design_of({ONLY_ARM: scenario}, max(1, seed)), keep=KEPT_OF_RUN, kind="run")
