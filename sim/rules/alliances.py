"""Rules of alliances between stations."""

from __future__ import annotations

from sim.compile import rule
from sim.scenario.parameters import Parameters as P


@rule
def link_chance(p: P, support: float, dependence: float, load_difference: float) -> float:
    """Chance that two stations ally this month, from mean support and dependence and the difference of their loads.

    Source: paper 四(三), resource dependence theory: the dependent ally, and unequal loads gain most; sizes assumed.
    """
    return min(1.0, support * p.link_rate * dependence * (p.link_load_floor + load_difference))


@rule
def unlink_chance(p: P, support: float) -> float:
    """Chance that a link ends this month. Source: assumption."""
    return p.unlink_rate * (1.0 - support)
