"""The figures of a sweep, as functions. Each takes `Results` and returns a Figure with a text alternative.

Everything drawn is in the stored tables; nothing is computed here but places on paper.
"""

from __future__ import annotations

from collections.abc import Callable

from sim.lab.kept.results import Results
from sim.plot.style import Picture
from sim.plot.sweep.differences import differences, has_differences
from sim.plot.sweep.firsts import firsts, has_firsts
from sim.plot.sweep.heat_maps import contrast_maps, has_contrast_maps, has_heat_maps, heat_maps
from sim.plot.sweep.overtakes import has_overtakes, overtakes
from sim.plot.sweep.ranks import has_ranks, ranks
from sim.plot.sweep.responses import has_responses, responses
from sim.plot.sweep.scatter import has_scatter, scatter
from sim.plot.sweep.tornado import has_tornado, tornado

__all__ = [
    "SWEEP",
    "contrast_maps",
    "differences",
    "firsts",
    "heat_maps",
    "overtakes",
    "ranks",
    "responses",
    "scatter",
    "tornado",
]

SWEEP: dict[str, tuple[Callable[[Results], bool], Callable[[Results], Picture]]] = {
    "responses": (has_responses, responses),
    "differences": (has_differences, differences),
    "heat_maps": (has_heat_maps, heat_maps),
    "contrast_maps": (has_contrast_maps, contrast_maps),
    "tornado": (has_tornado, tornado),
    "scatter": (has_scatter, scatter),
    "overtakes": (has_overtakes, overtakes),
    "firsts": (has_firsts, firsts),
    "ranks": (lambda results: has_ranks(results) and not has_firsts(results), ranks),
}
"""The figures of a sweep in the order of the report: whether one has something to show, and how it is drawn."""
