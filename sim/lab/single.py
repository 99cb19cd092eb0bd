"""The tables of a single run: monthly tables, outcomes before and under its policies, and what a report draws.

One run under one seed has no interval; where a table has columns for one, they hold NaN.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.lab.compare import Comparison
from sim.lab.outcomes import OUTCOMES, summarize
from sim.lab.summaries import summaries

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.simulate import Run

NOT_TOLD = ("chain", "inequality")
"""What only a comparison has."""


def tables_of_run(run: Run) -> dict[str, pd.DataFrame]:
    """Tidy tables, by name of the file they are stored in."""
    import pandas as pd

    scenario = run.scenario
    first = scenario.policy_month
    periods = [("before", 0, first), ("after", first, scenario.n_months)]
    rows = [
        {"period": name, "outcome": outcome, "unit": OUTCOMES[outcome].unit, "value": value}
        for name, begin, end in periods
        if begin < end
        for outcome, value in summarize(run.world, begin, end).outcomes.items()
    ]
    told = {name: table for name, table in summaries(as_comparison(run)).items() if name not in NOT_TOLD}
    return {**run.frames(), "outcomes": pd.DataFrame(rows), **told}


def as_comparison(run: Run) -> Comparison:
    """A comparison of one arm, "run", under one seed."""
    summary = summarize(run.world, run.scenario.policy_month, run.scenario.n_months)

    def alone(array: np.ndarray) -> np.ndarray:
        return array[np.newaxis, np.newaxis]

    return Comparison(
        {"run": run.scenario},
        (run.seed,),
        alone(np.array(list(summary.outcomes.values()))),
        alone(summary.months),
        alone(summary.towns),
        alone(summary.groups),
    )
