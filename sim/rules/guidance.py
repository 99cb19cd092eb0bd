"""Rules of the guidance centre: how long dispatch takes, where a need goes, what duplicates cost."""

from __future__ import annotations

from sim.compile import rule
from sim.scenario.parameters import Parameters as P
from sim.words import Route


@rule
def dispatch_lag(p: P, platform: float) -> float:
    """Mean lag from detection to dispatch, in workdays. Source: assumption; paper 三(三), information asymmetry."""
    return p.dispatch_lag_workdays * (1.0 - platform)


@rule
def route(p: P, u: float) -> int:
    """Where a need goes (`words.Route`), from a uniform number. Source: paper 二(二): 89, 287 and 1,373 of 1,749."""
    if u < p.centre_share:
        return Route.CENTRE.value
    if u < p.centre_share + p.other_share:
        return Route.OTHER.value
    return Route.STATION.value


@rule
def duplicate_chance(p: P, platform: float) -> float:
    """Chance that a need was registered elsewhere too. Source: literature (Vest 2014; Lammers 2014)."""
    return p.duplicate_chance * (1.0 - p.platform_duplicate_gain * platform)
