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
from sim.lab.run.agenda import agenda_of
from sim.lab.run.session import describe, introduce
from sim.lab.run.work import ChunkOutput, Measuring, run_output, tables_of
from sim.lab.sums.summaries import summaries

if TYPE_CHECKING:
    import pandas as pd

    from sim.lab.simulate import Run
    from sim.scenario.schema import Scenario

ONLY_ARM = "run"
"""What the one arm is called."""

KEPT_OF_RUN = replace(EVERYTHING, before=True)
NOT_TOLD = ("chain", "inequality")
"""What only a comparison has."""


def tables_of_run(run: Run) -> dict[str, pd.DataFrame]:
    """Tidy tables, by name of the file they are stored in."""
    found = run_output(run.world, run.scenario, Measuring(Window(), KEPT_OF_RUN))
    result = comparison_of({ONLY_ARM: run.scenario}, {run.seed: {ONLY_ARM: found}})
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
    return replace(design_of({ONLY_ARM: scenario}, max(1, seed)), keep=KEPT_OF_RUN, kind="run")


def store_run(folder: Path, run: Run, tables: Mapping[str, pd.DataFrame], *, csv: bool, allow_code: bool) -> None:
    """Store a run and its tables in a new folder. Raises Mistake."""
    agenda = agenda_of(design_of_run(run.scenario, run.seed), allow_code=allow_code)
    (arm,) = agenda.arms
    found = ChunkOutput(agenda.chunk([arm], run.seed, allow_code=allow_code))
    found.runs[arm.scenario] = run_output(run.world, run.scenario, agenda.measuring)
    with Store.open(folder, write=True) as store:
        introduce(store, agenda)
        store.add(tables_of([found], {(arm.scenario, run.seed, arm.model): agenda.run(arm, run.seed)}))
        write_tables(store, tables, csv=csv)
        facts = {"scenario_hash": arm.scenario, "seed": run.seed, "csv": csv}
        describe(store, agenda, agenda.design.seeds.at_most, 1, allow_code=allow_code, **facts)
