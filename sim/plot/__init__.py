"""Floor 6: the figures, as functions. Each takes `Results` and returns a matplotlib Figure with a text alternative; those
of `sim.plot.sweep` take `Results`.

    from sim.lab.kept.results import Results
    from sim import plot
    plot.effects(Results.load(Path("results/compare-t-city")))

Everything drawn is in the stored tables; nothing is computed here but places on paper.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.lab.kept.results import Results
from sim.plot.chain import chain
from sim.plot.curves import balance, curves, staff
from sim.plot.effects import effects
from sim.plot.grids import budget, groups, towns, week
from sim.plot.money import cost
from sim.plot.style import Picture, to_svg
from sim.plot.sweep import SWEEP

__all__ = [
    "COMPARE", "RUN", "SWEEP", "Picture", "balance", "budget", "chain", "cost", "curves", "effects", "groups", "staff", "to_svg",
    "towns", "week",
]  # fmt: skip

COMPARE: dict[str, Callable[[Results], Picture]] = {
    "effects": effects,
    "curves": curves,
    "week": week,
    "chain": chain,
    "towns": towns,
    "groups": groups,
    "staff": staff,
    "budget": budget,
    "cost": cost,
    "balance": balance,
}
"""The figures of a comparison, in the order of the report."""

RUN: dict[str, Callable[[Results], Picture]] = {
    name: COMPARE[name] for name in ("curves", "week", "towns", "groups", "staff", "budget", "balance")
}
"""The figures of a single run."""
