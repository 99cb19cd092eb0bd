"""Floor 6: the figures. Each is declared in the file that draws it and called as a function on what `compare`, `simulate`, `sweep` or
`open_results` gave; it returns a matplotlib Figure with a text alternative.

    from sim import compare, plot
    plot.effects(compare("t-city"))

Everything drawn is in the stored tables; nothing is computed here but places on paper.
"""

from __future__ import annotations

from typing import Any

from sim.plot.bars import budget, week
from sim.plot.chain import chain
from sim.plot.cost import cost
from sim.plot.curves import balance, curves, staff
from sim.plot.differences import differences
from sim.plot.doubt import best_value, doubt, places
from sim.plot.effects import effects
from sim.plot.figure import Figure
from sim.plot.heat_maps import contrast_maps, heat_maps
from sim.plot.overtakes import overtakes
from sim.plot.ranks import firsts, ranks
from sim.plot.responses import responses
from sim.plot.scatter import scatter
from sim.plot.style import Picture, to_svg
from sim.plot.tornado import tornado
from sim.plot.towns import groups, tags, towns

FIGURES: tuple[Figure[Any, Any], ...] = (
    responses, differences, heat_maps, contrast_maps, tornado, scatter, overtakes, firsts, ranks,
    effects, doubt, places, best_value, curves, week, chain, towns, tags, groups, staff, budget, cost, balance,
)  # fmt: skip
"""Every figure, in the order of the report, of `--figures` and of this door."""

__all__ = ["FIGURES", "Figure", "Picture", "to_svg", *(figure.name for figure in FIGURES)]
