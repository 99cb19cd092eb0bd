"""The tables of a single run: monthly tables, outcomes before and under its policies, and what a report draws.

One run under one seed has no interval; where a table has columns for one, they hold NaN.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from sim.lab.compare import Comparison, comparison_of, design_of
from sim.lab.design.design import EVERYTHING, Design, Window
from sim.lab.kept.store import Store
from sim.lab.kept.stored import write_tables
from sim.lab.outcomes import OUTCOMES
from sim.lab.run.planned import planned
from sim.lab.run.session import describe, introduce
from sim.lab.run.work import Found, Measure, measured, tables_of
from sim.lab.sums.summaries import summaries

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.simulate import Run
    from sim.scenario.schema import Scenario

RUN = "run"
"""What the one arm is called."""

KEPT = replace(EVERYTHING, before=True)
NOT_TOLD = ("chain", "inequality")
"""What only a comparison has."""


def tables_of_run(run: Run) -> dict[str, pd.DataFrame]:
    """Tidy tables, by name of the file they are stored in."""
    found = measured(run.world, run.scenario, Measure(Window(), KEPT))
    result = comparison_of({RUN: run.scenario}, {run.seed: {RUN: found}})
    before, after = (
        dict(zip(OUTCOMES, values.tolist(), strict=True)) for values in (found.series["before"], found.outcomes)
    )
    return run.frames() | told(result, before, after)


def told(result: Comparison, before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, pd.DataFrame]:
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
    return replace(design_of({RUN: scenario}, max(1, seed)), keep=KEPT, kind="run")


def store_run(folder: Path, run: Run, tables: Mapping[str, pd.DataFrame], *, csv: bool, allow_code: bool) -> None:
    """Store a run and its tables in a new folder. Raises Mistake."""
    work = planned(design_of_run(run.scenario, run.seed), allow_code=allow_code)
    (arm,) = work.arms
    found = Found(work.chunk([arm], run.seed, allow_code=allow_code))
    found.runs[arm.scenario] = measured(run.world, run.scenario, work.measure)
    with Store.open(folder, write=True) as store:
        introduce(store, work)
        store.add(tables_of([found], {(arm.scenario, run.seed, arm.model): work.run(arm, run.seed)}))
        write_tables(store, tables, csv=csv)
        facts = {"scenario_hash": arm.scenario, "seed": run.seed, "csv": csv}
        describe(store, work, work.design.seeds.at_most, 1, allow_code=allow_code, **facts)
