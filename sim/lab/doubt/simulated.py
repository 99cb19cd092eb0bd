"""What a run says of each figure of its city, from what was observed month by month.

Only sums are observed: a share or a mean is a ratio of sums over the figure's months and place, so no mean of means is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.lab.frames import values
from sim.months import month_number
from sim.observations import MEASURES
from sim.scenario.figures import CityFigure, columns
from sim.scenario.schema import Scenario

if TYPE_CHECKING:
    from sim.world.tables import World


def simulated(
    scenario: Scenario, stations: np.ndarray, groups: np.ndarray, figures: Sequence[CityFigure] | None = None
) -> np.ndarray:
    """What runs say of figures, an array (..., figures), each in the unit of its figure.

    stations, groups: sums of each month, (..., months, stations, columns of STATION_MONTH) and (..., months, groups, columns of
    GROUP_MONTH), from the first month of the run on; its leading axes are runs. figures: those of the scenario unless given.

    A flow is summed over its months and place. A stock is summed over stations and averaged over months; a level is its sum over
    the months in which stations were open. NaN where there is nothing to divide by.
    """
    wanted = scenario.figures if figures is None else figures
    found = [_one(scenario, stations, groups, figure) for figure in wanted]
    return np.stack(found, axis=-1) if found else np.empty((*stations.shape[:-3], 0))


def simulated_in(world: World, scenario: Scenario, figures: Sequence[CityFigure] | None = None) -> np.ndarray:
    """As `simulated`, of a world that has run to its end: an array (figures,)."""
    return simulated(scenario, values(world.observed.stations), values(world.observed.groups), figures)


def months_of(figure: CityFigure, scenario: Scenario) -> slice:
    """The months of a figure, counted from the first of the run."""
    start = month_number(scenario.start)
    return slice(month_number(figure.first) - start, month_number(figure.last) - start + 1)


def _one(scenario: Scenario, stations: np.ndarray, groups: np.ndarray, figure: CityFigure) -> np.ndarray:
    is_of_group = figure.group is not None
    places = [one.id for one in (scenario.groups if is_of_group else scenario.towns)]
    rows = slice(None) if not figure.place else [places.index(figure.place)]
    months = months_of(figure, scenario)
    total = (groups if is_of_group else stations)[..., months, :, :][..., rows, :].sum(axis=(-3, -2))
    index = {name: column for column, name in enumerate(columns(is_of_group))}

    def sum_of(*names: str) -> np.ndarray:
        summed: np.ndarray = total[..., [index[name] for name in names]].sum(axis=-1)
        return summed

    first = figure.names[0]
    if first in MEASURES:
        measure = MEASURES[first]
        return measure.scale * _ratio(sum_of(*measure.above), sum_of(*measure.below))
    kind = columns(is_of_group)[first].kind
    if kind == "stock":
        return sum_of(first) / (months.stop - months.start)
    return _ratio(sum_of(first), sum_of("stations")) if kind == "level" else sum_of(*figure.names)


def _ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(below > 0.0, above / below, np.nan)
