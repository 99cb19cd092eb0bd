"""An agent-based policy laboratory for social work stations: the public door.

    from sim import compare, import_city, open_results, plot, simulate, sweep, write_report

    result = compare("t-city", policies=["linkage"], seeds=20)   # names, paths or objects; seeds 1 to 20
    result.effect("linkage", "coverage")                         # mean, low, high
    result.chance("linkage", "coverage", at_least=0.13)          # the share of seeds, with its interval
    result.tables()["runs"]                                      # pandas; units in .attrs["units"]
    plot.effects(result)
    write_report(result, "linkage.html")
    result.save("results/linkage")                               # as `stations compare --out` stores it
    open_results("results/linkage")                              # what a command or .save stored

    simulate("my-city.yaml", seed=1).frames()["city"]            # one run, month by month
    import_city("towns.xlsx").write("my-city.yaml")              # her own city from a spreadsheet
    export_city("my-city.yaml")                                  # and back
    sweep("pay-and-burden").runs(["coverage"])                   # as `stations sweep`
    calibrate("my-city.yaml").fit                                # worlds in which the city has its figures, as `stations calibrate`

Nothing heavy is imported before it is used: numba comes with the first run, Mesa with the first `StationModel`.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim import plot
    from sim.lab.compare import arms_of, compare
    from sim.lab.comparison import Comparison
    from sim.lab.doubt.calibrate import calibrate
    from sim.lab.doubt.posterior import Posterior
    from sim.lab.kept.opening import open_results
    from sim.lab.kept.results import Results
    from sim.lab.react import CityNow
    from sim.lab.simulate import Run, simulate
    from sim.lab.sweep import sweep
    from sim.mistakes import Mistake
    from sim.model import StationModel
    from sim.report.page import write_report
    from sim.scenario.exported import export_city
    from sim.scenario.imported import Imported, import_city
    from sim.scenario.load import load_policy, load_scenario
    from sim.scenario.schema import Policy, Scenario

__all__ = [
    "CityNow", "Comparison", "Imported", "Mistake", "Policy", "Posterior", "Results", "Run", "Scenario", "StationModel",
    "arms_of", "calibrate", "compare", "export_city", "import_city", "load_policy", "load_scenario", "open_results", "plot", "simulate", "sweep",
    "write_report",
]  # fmt: skip

_WHERE = {
    "CityNow": "sim.lab.react",
    "Comparison": "sim.lab.comparison",
    "Imported": "sim.scenario.imported",
    "Mistake": "sim.mistakes",
    "Policy": "sim.scenario.schema",
    "Posterior": "sim.lab.doubt.posterior",
    "Results": "sim.lab.kept.results",
    "Run": "sim.lab.simulate",
    "Scenario": "sim.scenario.schema",
    "StationModel": "sim.model",
    "arms_of": "sim.lab.compare",
    "calibrate": "sim.lab.doubt.calibrate",
    "compare": "sim.lab.compare",
    "export_city": "sim.scenario.exported",
    "import_city": "sim.scenario.imported",
    "load_policy": "sim.scenario.load",
    "load_scenario": "sim.scenario.load",
    "open_results": "sim.lab.kept.opening",
    "simulate": "sim.lab.simulate",
    "sweep": "sim.lab.sweep",
    "write_report": "sim.report.page",
}


def __getattr__(name: str) -> Any:
    if name == "plot":
        return importlib.import_module("sim.plot")
    if name in _WHERE:
        return getattr(importlib.import_module(_WHERE[name]), name)
    raise AttributeError(f"module 'sim' has no attribute '{name}'")


def __dir__() -> list[str]:
    return __all__
