"""Run some of a stored sweep's runs again, from the folder alone, and say whether every number is identical."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from sim.compile import model_digest
from sim.lab.outcomes import OUTCOMES, summarize
from sim.lab.reproduce import Reproduction
from sim.lab.results import Results, read_scenario
from sim.lab.simulate import simulate
from sim.lab.sweep.design import Window
from sim.lab.sweep.store import Store
from sim.lab.sweep.version import stored_scenarios
from sim.lab.versions import others
from sim.language import tr


def reproduce_sweep(
    folder: Path, n_runs: int, *, allow_code: bool = False, on_run: Callable[[], None] | None = None
) -> Reproduction:
    """At most `n_runs` runs, spread evenly over points and seeds. Raises Mistake where the folder is damaged or Python that
    a scenario names is not allowed."""
    results = Results.load(folder)
    runs = results.runs(list(OUTCOMES)).merge(results.points[["point", "scenario_hash", "model"]], on="point")
    with Store.open(folder, write=False) as store:
        known = stored_scenarios(store)
    window = Window(results.design["window"]["first"], results.design["window"]["last"])
    chosen = runs.iloc[np.unique(np.linspace(0, len(runs) - 1, min(n_runs, len(runs))).round().astype(int))]
    digests = sorted({str(model).rpartition("-")[0].partition("+")[0] for model in chosen["model"]})
    found = Reproduction(", ".join(digests), model_digest(), others=others(results.provenance.get("versions", {})))
    for row in chosen.to_dict("records"):
        scenario = read_scenario(folder, known, row["scenario_hash"])
        world = simulate(scenario, int(row["seed"]), allow_code=allow_code).world
        again = summarize(world, *window.months(scenario)).outcomes
        name = tr(f"point {row['point']}, seed {row['seed']}", f"{row['point']} 号设计点，种子 {row['seed']}")
        found.differences[name] = _difference(row, again)
        if on_run is not None:
            on_run()
    return found


def _difference(stored: Mapping[Any, Any], again: dict[str, float]) -> str:
    """ "" if identical, else the first outcome that differs."""
    for name, value in again.items():
        old = stored[name]
        if not (old == value or (np.isnan(old) and np.isnan(value))):
            return tr(f"{name} was {old}, is {value}", f"{name} 原为 {old}，现为 {value}")
    return ""
